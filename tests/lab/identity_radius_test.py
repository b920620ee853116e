"""RADIUS accounting from radclient and through a real FreeRADIUS; and the whole way from a session to a person's minutes."""
import json
import shutil
import signal
import subprocess
import sys
import time
import unittest

from harness import SOURCE, days_around_now

sys.path.insert(0, str(SOURCE / "tests/lab"))
from identity_lab import Sources  # noqa: E402
from namespaces import certificate, nginx  # noqa: E402

SECRET = "s3cret-of-the-lab"


class Radius(Sources):
    def listen(self, **options):
        secret = self.write("etc/radius.secret", SECRET + "\n")
        secret.chmod(0o600)
        return self.watch('radius_clients = [{ address = "127.0.0.1", secret_file = "radius.secret" }]\nradius_listen = "127.0.0.1:1813"\n', **options)

    def radclient(self, *pairs, secret=SECRET, to="127.0.0.1:1813", times=1):
        text = "\n".join(f"{name} = {value}" for name, value in pairs) + "\n"
        return self.network.run(self.network.middle, "radclient", "-r", "1", "-t", "3", "-c", str(times), to, "acct", secret, input=text)

    def session(self, status, session="ab12", user="p17@council.example", **more):
        return [("Acct-Status-Type", status), ("Acct-Session-Id", f'"{session}"'), ("User-Name", f'"{user}"'), ("Calling-Station-Id", '"02-00-5E-10-00-17"'),
                ("NAS-IP-Address", "10.20.2.9"), *more.items()]

    def test_a_session_from_start_to_stop(self):
        self.listen()
        answered = self.radclient(*self.session("Start"))
        self.assertIn("Received Accounting-Response", answered.stdout + answered.stderr)
        self.wait_for("start", kind="logon", person="p17@council.example", mac="02:00:5e:10:00:17", source="radius", session="10.20.2.9/ab12")
        self.radclient(*self.session("Interim-Update", **{"Framed-IP-Address": "10.20.1.17"}))
        self.wait_for("interim", kind="logon", address="10.20.1.17")
        self.radclient(*self.session("Start", session="cd34", user="02005e100018"))
        self.radclient(*self.session("Stop"))
        self.wait_for("stop", kind="logoff", session="10.20.2.9/ab12")
        wrong = self.radclient(*self.session("Start", session="ef56"), secret="guessed")
        self.assertNotIn("Received Accounting-Response", wrong.stdout)
        text = self.wait_for_status("not taken: wrong secret,")
        self.assertRegex(text, r"MAC address in place of a name,1\b")
        self.assertNotIn("ef56", self.spool_file.read_text())
        self.assertNobodyNamed()

    def test_the_same_request_again_is_answered_and_counted_once(self):
        self.listen()
        sent = self.network.run(self.network.middle, sys.executable, "-c", f"""
import hashlib, socket, struct
body = b"\\x28\\x06\\0\\0\\0\\1" + b"\\x01\\x05p17" + b"\\x2c\\x04ab" + b"\\x1f\\x1302-00-5E-10-00-17"
head = struct.pack(">BBH", 4, 7, 20 + len(body))
packet = head + hashlib.md5(head + bytes(16) + body + b"{SECRET}").digest() + body
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
answers = []
for _ in range(3):
  s.sendto(packet, ("127.0.0.1", 1813))
  answers.append(s.recv(4096))
assert len(set(answers)) == 1 and answers[0][0] == 5 and answers[0][1] == 7
expected = hashlib.md5(answers[0][:4] + packet[4:20] + answers[0][20:] + b"{SECRET}").digest()
assert answers[0][4:20] == expected
""")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.wait_for_status("not taken: sent again,2")
        self.assertEqual(len(self.rows()), 1)

    def test_freeradius_forwards(self):
        """A real FreeRADIUS takes accounting for itself and proxies it on, as it does for a second server."""
        self.listen()
        folder = self.folder / "raddb"
        folder.mkdir()
        (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
        (folder / "radiusd.conf").write_text(f"""
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
pidfile = {folder}/radiusd.pid
max_request_time = 30
security {{
 allow_vulnerable_openssl = yes
}}
proxy_requests = yes
proxy server {{
 default_fallback = no
}}
home_server edgewatch {{ type = acct
 ipaddr = 127.0.0.1
 port = 1813
 secret = {SECRET}
}}
home_server_pool edgewatch {{ type = fail-over
 home_server = edgewatch
}}
realm edgewatch {{ acct_pool = edgewatch
 nostrip
}}
client lab {{ ipaddr = 127.0.0.1
 secret = of-the-switch
}}
modules {{
 always ok {{
  rcode = ok
 }}
}}
server default {{
 listen {{ type = acct
  ipaddr = 127.0.0.1
  port = 11813
 }}
 preacct {{
  update control {{
   &Proxy-To-Realm := "edgewatch"
  }}
 }}
 accounting {{
  ok
 }}
 pre-proxy {{
  ok
 }}
 post-proxy {{
  ok
 }}
}}
""")
        log = open(self.folder / "freeradius.log", "wb")
        self.addCleanup(log.close)
        self.network.start(self.network.middle, "freeradius", "-f", "-d", folder, "-l", "stdout", "-x", stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while b"Ready to process requests" not in (self.folder / "freeradius.log").read_bytes() and time.monotonic() < deadline:
            time.sleep(0.2)
        answered = self.radclient(*self.session("Start", **{"Framed-IP-Address": "10.20.1.17"}), secret="of-the-switch", to="127.0.0.1:11813")
        self.assertIn("Received Accounting-Response", answered.stdout + answered.stderr, (self.folder / "freeradius.log").read_text(errors="replace"))
        self.wait_for("forwarded", kind="logon", person="p17@council.example", address="10.20.1.17", session="10.20.2.9/ab12")
        self.radclient(("Acct-Status-Type", "Accounting-Off"), ("NAS-IP-Address", "10.20.2.9"), ("Acct-Session-Id", '"0"'), secret="of-the-switch", to="127.0.0.1:11813")
        self.wait_for("off", kind="logoff", session="10.20.2.9/ab12")

    def test_minutes_are_the_persons_and_a_replay_gives_the_same(self):
        """The whole way: who is logged on by RADIUS has the minutes, and a replay of the run with its spool gives the same."""
        root = self.folder / "root"
        root.mkdir()
        (root / "page").write_bytes(bytes(range(256)) * 1200)
        cert, key = certificate(self.folder, "www.reddit.com")
        nginx(self.network, self.folder, cert, key, root)
        daemon = self.listen()
        capture = self.folder / "run.pcap"
        dump = self.network.start(self.network.middle, "tcpdump", "-i", self.network.watched, "-w", capture, "-U", "-s", "0", "--immediate-mode", stderr=subprocess.DEVNULL)
        time.sleep(2)

        def browse(times):
            for _ in range(times):
                for host in ("www.reddit.com", "i.redd.it"):  # a page and its pictures
                    self.network.run(self.network.client, "curl", "-sk", "-o", "/dev/null", "-H", "Cookie: session=" + "0123456789abcdef" * 8,
                                     "-A", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                                     "--resolve", f"{host}:443:{self.network.server_address}", f"https://{host}/page")
                time.sleep(4)

        browse(2)  # nobody's yet
        answered = self.radclient(*self.session("Start", **{"Framed-IP-Address": self.network.client_address}))
        self.assertIn("Received Accounting-Response", answered.stdout + answered.stderr)
        browse(1)  # the minute in which they came is not wholly theirs
        time.sleep(61 - time.time() % 60)
        browse(5)
        time.sleep(75)  # what is held open ends by itself; where watching stops it would be cut
        dump.send_signal(signal.SIGINT)
        dump.wait()
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        spool = self.folder / "run.csv"
        shutil.copy(self.spool_file, spool)
        self.assertExit(0, self.edgewatchd("--replay", capture, "--config", self.configuration, "--tenancy", spool, "--database", self.folder / "replayed.db"))
        live, replayed = (self.minutes(name) for name in ("ledger.db", "replayed.db"))
        self.assertEqual({minute["service"] for minute in live}, {"reddit"})
        self.assertEqual(live, replayed)

    def minutes(self, ledger):
        """p17's minutes as reported from a ledger by a daemon that watches nothing."""
        text = self.configuration.read_text().replace(f'["{self.network.watched}"]', "[]").replace("ledger.db", ledger)
        text = text[:text.index("[identity]")]  # served only: nothing is to be learned meanwhile
        self.write("etc/served.toml", text)
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        daemon = self.start(self.folder / "etc/served.toml")
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", "T-1", "--person", "p17", "--reason", "excessive-time", "--grounds", "a test",
                                          *days_around_now(), "--authorised-by", "a test"))
        report = self.edgewatch("hr", "report", "--case", "T-1", "--person", "p17", *days_around_now(), "--format", "json", "--despite", "what a lab hides is tested")
        self.assertExit(0, report)
        self.assertEqual(self.end(daemon), 0)
        return json.loads(report.stdout)["minutes"]


if __name__ == "__main__":
    unittest.main()
