"""Identity sources are followed whenever the daemon runs and has some, also where nothing is captured; and never get in the way of a ledger that is only served."""
import json
import time
import unittest

from harness import Scratch

PC, ADDRESS = "02:00:5e:10:00:17", "10.20.1.17"


class Sources(Scratch):
    def configured(self, name="etc", ledger="ledger.db", **options):
        path = self.configure(people="p17,Person Seventeen,planning,\n", assignments=f"mac,{PC},p17,,\n", name=name, **options)
        leases = self.folder / "dnsmasq.leases"
        path.write_text(path.read_text().replace("ledger.db", ledger) + f'[identity]\nsources = [{{ format = "dnsmasq", file = "{leases}" }}]\n')
        return path

    def lease(self):
        self.write("dnsmasq.leases", f"{int(time.time()) + 3600} {PC} {ADDRESS} desk-17 *\n")

    def who(self):
        told = self.edgewatch("ict", "who", "--address", ADDRESS, "--format", "json")
        self.assertExit(0, told)
        return json.loads(told.stdout)[-1]

    def status(self):
        return {row["what"]: row["value"] for row in json.loads(self.edgewatch("ict", "status", "--format", "json").stdout)}

    def wait_for(self, what, found):
        deadline = time.monotonic() + 60
        while not found() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertTrue(found(), f"{what}\n{self.status()}\n{self.daemon_log()}")

    def test_leases_are_followed_though_nothing_is_captured(self):
        self.lease()
        daemon = self.start(self.configured())
        self.wait_for("the lease is known", lambda: self.who()["value"] == "p17")
        self.assertIn("lease", self.who()["says"])
        # It stands for no watching: no heartbeat, and so a later start tells of the whole gap.
        self.assertEqual(self.status()["  last heartbeat"], "none")
        self.write("dnsmasq.leases", "")
        self.wait_for("the release is known", lambda: self.who()["value"] != "p17")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

    def test_another_ledger_is_served_beside_a_daemon_that_follows_the_sources(self):
        self.lease()
        self.start(self.configured())
        self.wait_for("the lease is known", lambda: self.who()["value"] == "p17")
        other = self.configured("etc2", "replayed.db")  # beside the first, so it would have the same spool
        self.sockets = self.folder / "s2"
        self.sockets.mkdir()
        other.write_text(other.read_text().replace(f'sockets = "{self.folder}/s"', f'sockets = "{self.sockets}"'))
        self.start(other)
        alarm = self.status()["ALARM identity"]
        self.assertIn("the sources are not followed", alarm)
        self.assertIn("name another `spool`", alarm)
        self.assertNotEqual(self.who()["value"], "p17")


if __name__ == "__main__":
    unittest.main()
