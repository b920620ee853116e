"""The gateway, with real packets through a real kernel: what is listed is refused at once and by name, what is not goes through untouched, whatever the hello looks like."""
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import SOURCE, fake_clock

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import CLIENT, GatewayCase, hello  # noqa: E402


WITHIN = {"new": 1, "live over tcp": 5, "live over quic": 5}  # seconds, ENFORCEMENT E9


class Live:
    """A connection that is under way, and says something when it is asked to; over UDP with a QUIC hello first."""

    SCRIPT = """
import socket, subprocess, sys
address, kind, first = sys.argv[1:4]
if kind == "tcp":
    s = socket.create_connection((address, 443), 5)
    s.sendall(bytes.fromhex(first))
else:
    catch = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    catch.bind(("127.0.0.1", 0))
    hello = subprocess.Popen([first, "hello", "--kind", "quic", "--name", sys.argv[4], "--server", "127.0.0.1", "--port", str(catch.getsockname()[1])], stdout=subprocess.DEVNULL)
    initials = [catch.recv(65536) for _ in range(2)]
    hello.kill()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect((address, 443)); s.settimeout(5)
    for initial in initials: s.send(initial)
print("served" if s.recv(65536) else "closed", flush=True)
for line in sys.stdin:
    try:
        s.sendall(b"more\\r\\n\\r\\n")
        what = "served" if s.recv(65536) else "closed"
    except ConnectionResetError: what = "reset"
    except ConnectionRefusedError: what = "refused"
    except socket.timeout: what = "timeout"
    print(what, flush=True)
"""

    def __init__(self, case, name, kind="tcp"):
        network = case.network
        first = [hello(name).hex()] if kind == "tcp" else [case.BIN / "edgewatch-generate", name]
        command = ["ip", "netns", "exec", network.client, sys.executable, "-c", self.SCRIPT, network.address, kind, *map(str, first)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        case.addCleanup(self.process.wait)
        case.addCleanup(self.process.kill)
        case.assertEqual(self.process.stdout.readline(), "served\n")

    def speaks(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def change_of_rules(case):
    """Lists another name while connections to it are under way, over TCP and over QUIC. Gives after how many seconds a new one was refused and each live one cut; prints them beside those of ENFORCEMENT E9."""
    case.network.serve(443)
    case.network.serve_datagrams({443: 2})
    daemon = case.guard()
    case.assertEqual(case.network.connect("www.micro-blog.example"), "served")
    live = {(name, kind): Live(case, name, kind) for name in ("www.micro-blog.example", "www.other.example") for kind in ("tcp", "quic")}
    case.write("etc/rules.toml", case.RULES.replace("photo-share", "micro-blog"))
    changed = time.monotonic()
    daemon.send_signal(signal.SIGHUP)
    took = {}
    case.wait_for(lambda: case.network.connect("www.micro-blog.example") == "reset")
    took["new"] = time.monotonic() - changed
    for kind, said in (("tcp", "reset"), ("quic", "refused")):
        case.wait_for(lambda k=kind, w=said: live["www.micro-blog.example", k].speaks() == w)
        took[f"live over {kind}"] = time.monotonic() - changed
    for kind in ("tcp", "quic"):
        case.assertEqual(live["www.other.example", kind].speaks(), "served")
    for what, seconds in took.items():
        print(f"a change of rules refuses a connection, {what}: {seconds:.2f} s after it (asked: at most {WITHIN[what]} s)", file=sys.stderr)
    return took


class Gateway(GatewayCase):
    def test_listed_names_are_refused_and_others_on_the_same_address_go_through(self):
        self.network.serve(80, 443, 8443)
        self.assertEqual(self.network.connect("www.photo-share.example"), "served", "without a gateway everything goes")
        self.configuration.write_text(self.configuration.read_text() + 'page_appeal = "Form <7>"\n[governance]\ncontroller = "Example Council"\n')
        daemon = self.guard()
        for address in (self.network.address, self.network.address6):
            for port in (443, 8443):
                self.assertEqual(self.network.connect("www.photo-share.example", port=port, address=address), "reset")
                self.assertEqual(self.network.connect("www.micro-blog.example", port=port, address=address), "served")
        request = "GET / HTTP/1.1\r\nHost: {}\r\n\r\n"
        for address in (self.network.address, self.network.address6):
            answers = [self.network.run(self.network.client, "curl", "-gsi", "--max-time", "5", "--resolve", f"{host}:80:{address}", f"http://{host}/").stdout
                       for host in ("WWW.photo-share.example", "www.micro-blog.example")]
            self.assertIn("HTTP/1.1 403 Forbidden", answers[0])
            self.assertIn("<strong>www.photo-share.example</strong> is held back", answers[0])
            self.assertIn("Whom to ask: Example Council", answers[0])
            self.assertIn("Form &lt;7&gt;", answers[0])
            self.assertNotIn("no-photos", answers[0])
            self.assertNotIn("403", answers[1])
            pieces = [request.format("www.micro-blog.example").encode().hex()]
            self.assertEqual(self.network.ask(CLIENT, [{"to": [address, 80], "pieces": pieces}]), ["served"])
        self.wait_for(lambda: int(self.status()["names refused"]) == 6)
        self.wait_for(lambda: self.status()["connections without a verdict now"] == "0")  # counts are told once a second
        self.assertEqual(self.status()["packets passed without a verdict"], "0")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.network.rules(), "", "our rules go with us")
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            rows = ledger.execute("SELECT rule, service, mechanism, sum(attempts) FROM block_policy GROUP BY 1, 2, 3").fetchall()
        self.assertEqual([(rule, service, mechanism) for rule, service, mechanism, _ in rows], [("no-photos", "photo-share", "gateway")])
        self.assertEqual(self.files_with("photo-share.example", "micro-blog.example"), [])

    def test_a_hello_in_pieces_is_caught_over_real_sockets(self):
        self.network.serve(443)
        self.guard()
        length = len(hello("www.photo-share.example"))
        cuts = [(c,) for c in (1, 5, 6, 40, 100, 400, 1500)] + [tuple(range(50, length, 50)), (1, 2, 3, length - 1)]
        listed = self.network.connect_all([("www.photo-share.example", c) for c in cuts], pause=0.002)
        self.assertEqual(listed, ["reset"] * len(cuts))
        others = self.network.connect_all([("www.micro-blog.example", c) for c in cuts], pause=0.002)
        self.assertEqual(others, ["served"] * len(cuts))

    def test_quic_and_questions_are_refused_by_name_so_that_a_client_need_not_wait(self):
        self.network.serve_datagrams({443: 2, 53: 1})
        self.guard()
        for address in (self.network.address, self.network.address6):
            self.assertEqual(self.network.quic("www.photo-share.example", address), "answered 0 bytes")
            self.assertNotEqual(self.network.quic("www.micro-blog.example", address), "answered 0 bytes")
            self.assertEqual(self.network.question("www.photo-share.example", address), "does not exist")
            self.assertEqual(self.network.question("www.micro-blog.example", address), "answered")
        self.assertEqual(self.status()["packets passed without a verdict"], "0")

    def test_a_rule_change_reaches_new_connections_at_once_and_cuts_the_live_ones(self):
        """How soon is asserted by gateway_load.py, which has the machine to itself."""
        change_of_rules(self)
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        self.assertGreaterEqual(int(self.status()["connections cut by a change"]), 2)  # and what the tracker had not forgotten

    def test_two_names_on_one_address_never_answer_for_each_other_nor_one_client_for_another(self):
        """ENFORCEMENT E11."""
        self.network.serve(443)
        self.guard()
        done = self.network.run(self.network.client, self.BIN / "edgewatch-generate", "load", "--server", self.network.address, "--count", 2000, "--parallel", 20, "--each", 2,
                                "--listed", "www.photo-share.example", timeout=120)
        self.assertExit(0, done)
        said = {line.split()[0]: dict(zip(line.split()[1::2], line.split()[2::2])) for line in done.stdout.splitlines()}
        self.assertEqual([said["others"]["served"], said["listed"]["served"], said["listed"]["reset"]], ["1000", "0", "1000"])
        self.assertEqual(self.network.connect("www.photo-share.example", source=self.network.people["p17"]), "reset")
        self.assertEqual(self.network.connect("", source=self.network.people["p17"]), "reset", "a retry that hides the name")
        self.assertEqual(self.network.connect("", source=self.network.people["p18"]), "served", "and nobody else")
        self.assertEqual(self.network.connect("", source=self.network.people["p17"], address=self.network.other_address), "served", "nor elsewhere")

    def test_rules_that_nobody_touches_are_left_alone(self):
        # Some seconds after the start those that wait for verdicts are written anew: here nobody in place of nobody.
        self.guard()
        time.sleep(12)
        self.assertEqual(self.status()["times our rules had to be put back"], "0")
        self.meddled = True
        self.network.run(self.network.gateway, "nft", "flush", "chain", "inet", "edgewatch", "classify")
        self.wait_for(lambda: self.status()["times our rules had to be put back"] == "1")
        time.sleep(2.5)
        self.assertEqual(self.status()["times our rules had to be put back"], "1")

    def test_a_clock_that_is_set_neither_ends_nor_prolongs_what_is_held_against_a_client(self):
        self.network.serve(443)
        clock = self.folder / "clock"
        clock.write_text("+0")
        environment = {key: value for key, value in fake_clock("").items() if key != "FAKETIME"} | {"FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1"}
        self.own()
        self.start(self.configuration, prefix=["ip", "netns", "exec", self.network.gateway, *self.AS_UNIT, "env", *[f"{name}={value}" for name, value in environment.items()]])
        person = self.network.people["p17"]
        for step in ("+61", "-3600"):
            self.assertEqual(self.network.connect("www.photo-share.example", source=person), "reset")
            clock.write_text(step)
            self.assertEqual(self.network.connect("", source=person), "reset", "the minute is not over because the clock says so")


if __name__ == "__main__":
    unittest.main()
