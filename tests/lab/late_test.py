"""A running edgewatchd hears late, by RADIUS, who had been on a machine: the minutes of before are amended while it runs, and all who ask are told."""
import json
import sys
import time
import unittest

from harness import SOURCE, days_around_now

sys.path.insert(0, str(SOURCE / "tests/lab"))
from identity_lab import Sources  # noqa: E402
from namespaces import certificate, nginx  # noqa: E402

SECRET = "s3cret-of-the-lab"
BROWSER = ["-H", "Cookie: session=" + "0123456789abcdef" * 8, "-A", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"]


class Late(Sources):
    def setUp(self):
        super().setUp()
        root = self.folder / "root"
        root.mkdir()
        for name, kilobytes in (("page", 300), ("picture", 60), ("comments", 12)):
            (root / name).write_bytes(bytes(i * 37 % 251 for i in range(1024)) * kilobytes)
        cert, key = certificate(self.folder, "www.reddit.com")
        nginx(self.network, self.folder, cert, key, root)
        self.write("etc/radius.secret", SECRET + "\n").chmod(0o600)
        self.daemon = self.watch('radius_clients = [{ address = "127.0.0.1", secret_file = "radius.secret" }]\nradius_listen = "127.0.0.1:1813"\n',
                                 people="p17,Person Seventeen,planning,\np18,Person Eighteen,parks,,\n")

    def session(self, person, number, delay=0):
        """An access server says that the session began `delay` seconds ago."""
        text = "\n".join(["Acct-Status-Type = Start", f'Acct-Session-Id = "{number}"', f'User-Name = "{person}"', 'Calling-Station-Id = "02-00-5E-10-00-17"',
                          "NAS-IP-Address = 10.20.2.9", f"Framed-IP-Address = {self.network.client_address}", f"Acct-Delay-Time = {delay}"]) + "\n"
        said = self.network.run(self.network.middle, "radclient", "-r", "1", "-t", "3", "127.0.0.1:1813", "acct", SECRET, input=text)
        self.assertIn("Received Accounting-Response", said.stdout + said.stderr)

    def fetch(self, host, what):
        self.assertExit(0, self.network.run(self.network.client, "curl", "-sk", "-o", "/dev/null", *BROWSER, "--resolve", f"{host}:443:{self.network.server_address}",
                                            f"https://{host}/{what}"))

    def browse(self, *gaps):
        """A page with its pictures, then something of it at each gap (seconds)."""
        self.fetch("www.reddit.com", "page")
        self.fetch("i.redd.it", "picture")
        for gap in gaps:
            time.sleep(gap)
            self.fetch("www.reddit.com", "comments")
            self.fetch("i.redd.it", "picture")

    def report(self, case):
        period = ["--person", "p17", *days_around_now()]
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", case, "--reason", "excessive-time", "--grounds", "a test", "--authorised-by", "a test",
                                          *period))
        told = self.edgewatch("hr", "report", "--case", case, *period, "--format", "json", "--despite", "what a lab hides is tested")
        self.assertExit(0, told)
        return json.loads(told.stdout)

    def who(self, at):
        told = self.edgewatch("ict", "who", "--address", self.network.client_address, "--at", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)), "--format", "json")
        self.assertExit(0, told)
        return {row["layer"]: row["value"] for row in json.loads(told.stdout) if row["layer"].startswith("answer")}

    def test_minutes_that_are_written_are_amended_while_the_daemon_runs(self):
        self.session("p17@council.example", "one")
        self.wait_for("p17", kind="logon")
        time.sleep(61 - time.time() % 60)  # the minute in which they came is not wholly theirs
        self.browse(9, 8, 5, 11, 6, 9, 4, 13)
        middle = time.time() - 30
        # What is not final is written at a stop; the next start knows the session from the spool.
        self.assertEqual(self.end(self.daemon), 0, self.daemon_log())
        self.restart()
        before = self.report("T-1")
        self.assertGreater(before["total"]["interactive"]["best_seconds"], 0)
        self.assertEqual((before["amendments"], before["superseded"]), ([], []))
        self.assertEqual(self.who(middle), {"answer": "p17"})

        self.session("p18", "two", delay=int(time.time() - middle) + 5)
        self.wait_for("p18", kind="logon", person="p18")
        deadline = time.monotonic() + 60
        while len(self.who(middle)) == 1 and time.monotonic() < deadline:
            time.sleep(0.5)
        self.assertEqual(self.who(middle), {"answer-before": "p17", "answer": "p18"})
        after = self.report("T-2")
        amended, = after["amendments"]
        self.assertEqual((amended["source"], amended["why"]), ("radius", "held"))
        self.assertLess(after["total"]["interactive"]["best_seconds"], before["total"]["interactive"]["best_seconds"])
        self.assertEqual(after["total"]["interactive"]["best_seconds"] + sum(m["seconds"] for m in after["superseded"] if m["kind"] == "interactive" and m["grade"] != "weak"),
                         before["total"]["interactive"]["best_seconds"])
        audit = json.loads(self.edgewatch("auditor", "audit", "show", "--format", "json").stdout)
        self.assertEqual([e["person"] for e in audit if e["action"] == "amendment"], ["p17"])
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))


if __name__ == "__main__":
    unittest.main()
