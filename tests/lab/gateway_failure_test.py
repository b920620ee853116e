"""What becomes of the network when the gateway is gone or somebody meddles: open by default and every packet that so passed counted, closed for whom a rule says so."""
import pathlib
import signal
import sqlite3
import sys
import time
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import GatewayCase  # noqa: E402

CLOSED = """
[[rule]]
id = "held"
action = "block"
services = ["micro-blog"]
people = ["p18"]
fail = "closed"
"""


class Failure(GatewayCase):
    RULES = GatewayCase.RULES + CLOSED

    def connect_as(self, person, name, **more):
        return self.network.connect(name, source=self.network.people[person], **more)

    def kill(self, daemon):
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()

    def test_killed_it_lets_pass_and_counts_it_but_whom_a_closed_rule_speaks_of_waits(self):
        self.network.serve(443)
        daemon = self.guard()
        self.assertEqual([self.connect_as("p17", "www.micro-blog.example"), self.connect_as("p18", "www.micro-blog.example")], ["served", "reset"])
        self.assertEqual(self.status()["clients that wait for a verdict (fail closed)"], "2")
        killed = time.time() + 1  # until then something may have been told of before
        self.kill(daemon)
        time.sleep(1)
        self.assertEqual(self.connect_as("p17", "www.photo-share.example"), "served", "open by default")
        self.assertEqual(self.connect_as("p18", "www.photo-share.example", wait=2), "timeout")
        self.assertEqual(self.connect_as("p18", "www.other.example", wait=2), "timeout")
        counted = self.network.kernel_counter("unjudged")
        self.assertGreater(counted, 0)
        daemon = self.guard()
        self.assertEqual(self.connect_as("p17", "www.photo-share.example"), "reset")
        self.assertEqual(self.connect_as("p18", "www.other.example"), "served")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            gaps = ledger.execute("SELECT from_us, to_us, queued, passed FROM gateway_gap").fetchall()
        self.assertEqual(sum(passed for *_, passed in gaps), counted)
        self.assertEqual([gap for gap in gaps if not gap[0] / 1e6 <= killed <= gap[1] / 1e6], [])
        self.assertEqual(self.connect_as("p18", "www.photo-share.example"), "served", "an orderly stop ends it for everybody")

    def test_rules_that_somebody_removes_are_put_back(self):
        self.network.serve(443)
        self.guard()
        for meddling in (["delete", "table", "inet", "edgewatch"], ["flush", "chain", "inet", "edgewatch", "classify"]):
            self.network.run(self.network.gateway, "nft", *meddling)
            self.wait_for(lambda: self.connect_as("p17", "www.photo-share.example") == "reset", seconds=10)
            self.assertEqual(self.connect_as("p18", "www.micro-blog.example"), "reset")
        self.assertEqual(self.status()["times our rules had to be put back"], "2")

    def test_threads_keep_the_capability_that_they_need_and_nothing_runs_as_root(self):
        daemon = self.guard()
        self.wait_for(lambda: len(self.capabilities(daemon.pid)) > 4)
        found = self.capabilities(daemon.pid)
        net_admin, net_raw = 1 << 12, 1 << 13
        # The two of the gateway; the one that opens packet sockets, and reads none; all that read what strangers wrote, and the control threads: nothing.
        self.assertEqual(sorted(c for c in found if c), [net_admin, net_admin, net_raw])
        limits = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def capabilities(self, process):
        """Of each thread, whichever way it could come by them; and no user is root."""
        out = []
        for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
            status = dict(line.split(":", 1) for line in (thread / "status").read_text().splitlines())
            self.assertNotIn("0", status["Uid"].split())
            out.append(int(status["CapPrm"], 16) | int(status["CapEff"], 16) | int(status["CapInh"], 16) | int(status["CapAmb"], 16))
        return out

    def test_two_gateways_on_one_machine_do_not_fight(self):
        self.guard()
        main = self.configuration.read_text().replace("ledger.db", "other.db").replace(str(self.sockets), str(self.folder / "s2"))
        second = self.write("etc/second.toml", main)
        done = self.network.run(self.network.gateway, self.BIN / "edgewatchd", "--config", second)
        self.assertExit(69, done)
        self.assertIn("queue 610 cannot be had", done.stderr)


if __name__ == "__main__":
    unittest.main()
