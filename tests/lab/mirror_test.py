"""The mirror, with real packets through a real switch and a real kernel's TCP: a listed name is reset on both sides and its DNS question answered before the resolver does, and nothing else is touched."""
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest

from harness import BAD_CONFIGURATION, SOURCE, as_unit

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_test import Live  # noqa: E402
from mirror_lab import MirrorCase  # noqa: E402
from namespaces import sh  # noqa: E402


class Mirror(MirrorCase):
    def test_listed_names_are_reset_and_others_on_the_same_address_go_through(self):
        self.network.serve(443, 8443)
        self.assertEqual(self.network.connect("www.photo-share.example"), "served", "without a mirror everything goes")
        daemon = self.guard()
        for address in (self.network.address, self.network.address6):
            for port in (443, 8443):
                self.assertEqual(self.network.connect("www.photo-share.example", port=port, address=address), "reset")
                self.assertEqual(self.network.connect("www.micro-blog.example", port=port, address=address), "served")
        cuts = [(c,) for c in (1, 5, 6, 40, 100, 400, 1500)]
        self.assertEqual(self.network.connect_all([("www.photo-share.example", c) for c in cuts], pause=0.002), ["reset"] * len(cuts))
        self.assertEqual(self.network.connect_all([("www.micro-blog.example", c) for c in cuts], pause=0.002), ["served"] * len(cuts))
        self.wait_for(lambda: self.status()["connections reset"] == "11")
        status = self.status()
        self.assertEqual(status["of them went on"], "0 (0.00 %)")
        self.assertEqual(status["left alone, both ends not seen right"], "0")
        self.assertEqual(status["left alone, damaged"], "0")
        self.assertIn("reset QUIC", status["what it cannot do"])
        self.assertIn("udp dport 443 reject", "".join(row["value"] for row in self.status_rows() if row["what"].strip() == "firewall"))
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            rows = ledger.execute("SELECT rule, service, mechanism, sum(attempts) FROM block_policy GROUP BY 1, 2, 3").fetchall()
        self.assertEqual([(rule, service, mechanism) for rule, service, mechanism, _ in rows], [("no-photos", "photo-share", "mirror")])
        self.assertEqual(self.files_with("photo-share.example", "micro-blog.example"), [])

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_as_its_unit_runs_it_it_resets_and_answers_just_the_same(self):
        self.network.serve(443)
        self.network.resolve()
        self.own()
        daemon = self.start(self.configuration, prefix=["ip", "netns", "exec", self.network.sensor, "nice", "-n", "-10", *as_unit("edgewatchd", "mirror.conf")])
        self.assertEqual(self.network.connect("www.photo-share.example"), "reset")
        self.assertEqual(self.network.connect("www.micro-blog.example"), "served")
        listed, other = (self.network.run(self.network.client, "dig", "+tries=1", "+time=3", f"@{self.network.address}", name).stdout for name in ("www.photo-share.example", "www.micro-blog.example"))
        self.assertIn("status: NXDOMAIN", listed)
        self.assertIn("198.51.100.99", other)
        self.assertEqual([row["what"] for row in self.status_rows() if row["what"].startswith("ALARM")], [])
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

    def test_questions_are_answered_before_the_resolver_does_and_dig_shows_why(self):
        self.network.resolve()
        self.guard()
        listed = self.network.run(self.network.client, "dig", "+tries=1", "+time=3", f"@{self.network.address}", "wWw.photo-share.example").stdout
        self.assertIn("status: NXDOMAIN", listed)
        self.assertIn("EDE: 15 (Blocked)", listed)
        self.assertIn(";wWw.photo-share.example.", listed)
        plain = self.network.run(self.network.client, "dig", "+tries=1", "+time=3", "+noedns", f"@{self.network.address}", "www.photo-share.example").stdout
        self.assertIn("status: NXDOMAIN", plain)
        self.assertNotIn("EDE", plain)
        other = self.network.run(self.network.client, "dig", "+short", f"@{self.network.address}", "www.micro-blog.example").stdout
        self.assertEqual(other, "198.51.100.99\n")
        told = self.network.questions(200, 4)
        self.assertEqual([told[k] for k in ("listed forged first", "others forged", "others true", "wrong ede", "unanswered")], [20, 0, 180, 0, 0], told)
        self.assertEqual([told["forged with opt"], told["forged without"]], [7, 13])
        self.wait_for(lambda: self.status()["DNS answers forged"] == "22")

    def test_a_person_is_hit_and_the_colleague_beside_is_not(self):
        self.write("etc/rules.toml", "")
        self.network.serve(443)
        self.guard()
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        self.assertExit(0, self.edgewatch("ict", "withdraw", "add", "--person", "p17", "--services", "photo-share", "--case", "HR-2026-014",
                                          "--approved-by", "Head of HR"))
        p17, p18 = (self.network.people[p] for p in ("p17", "p18"))
        self.wait_for(lambda: self.network.connect("www.photo-share.example", source=p17) == "reset")
        self.assertEqual(self.network.connect("www.photo-share.example", source=p18), "served")
        self.assertEqual(self.network.connect("www.micro-blog.example", source=p17), "served")

    def test_a_rule_change_ends_what_is_under_way_when_its_client_speaks(self):
        self.network.serve(443)
        daemon = self.guard()
        live = {name: Live(self, name) for name in ("www.micro-blog.example", "www.other.example")}
        self.write("etc/rules.toml", self.RULES.replace("photo-share", "micro-blog"))
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.network.connect("www.micro-blog.example") == "reset")
        self.assertEqual(live["www.micro-blog.example"].speaks(), "reset")
        self.assertEqual(live["www.other.example"].speaks(), "served")

    def test_quic_goes_through_and_is_counted(self):
        self.network.serve_datagrams({443: 2})
        self.guard()
        self.assertNotEqual(self.network.quic("www.photo-share.example"), "answered 0 bytes")
        self.wait_for(lambda: self.status()["refused names over QUIC, let go"] == "1")

    def test_an_interface_to_send_by_that_goes_away_is_an_alarm_and_is_used_again_when_it_is_back(self):
        self.network.serve(443)
        daemon = self.guard()
        inject, sensor = self.network.inject, self.network.sensor
        alarm = lambda: next((row["value"] for row in self.status_rows() if row["what"] == "ALARM mirror"), None)
        sh("ip", "-n", sensor, "link", "set", inject, "down")
        self.wait_for(lambda: alarm() == f"nothing can be sent from {inject}: it is down")
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        sh("ip", "-n", sensor, "link", "set", inject, "up")
        self.wait_for(lambda: self.network.connect("www.photo-share.example") == "reset")
        self.wait_for(lambda: alarm() is None)
        sh("ip", "-n", sensor, "link", "del", inject)
        self.wait_for(lambda: alarm() == f"nothing can be sent from {inject}: it is not there")
        self.network.join_inject()
        self.wait_for(lambda: self.network.connect("www.photo-share.example") == "reset")
        self.wait_for(lambda: alarm() is None)
        # Taken away and given back it has the number that it had.
        number = lambda: json.loads(self.network.run(sensor, "ip", "-j", "link", "show", inject).stdout)[0]["ifindex"]
        before = number()
        sh("ip", "-n", sensor, "link", "set", inject, "netns", self.network.client)
        self.wait_for(lambda: alarm() == f"nothing can be sent from {inject}: it is not there")
        sh("ip", "-n", self.network.client, "link", "set", inject, "netns", sensor)
        self.assertEqual(number(), before)
        sh("ip", "-n", sensor, "link", "set", inject, "up")
        self.wait_for(lambda: self.network.connect("www.photo-share.example") == "reset")
        self.wait_for(lambda: alarm() is None)
        self.assertEqual(self.network.connect("www.micro-blog.example"), "served")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

    def test_the_interface_it_watches_is_opened_anew_by_another_start(self):
        self.network.serve(443)
        daemon = self.guard()
        sh("ip", "-n", self.network.sensor, "link", "del", self.network.watched)
        self.network.join(self.network.sensor, self.network.watched, "tomirror")
        sh("ip", "-n", self.network.sensor, "link", "set", self.network.watched, "up")
        self.assertEqual(daemon.wait(timeout=60), 69, self.daemon_log())
        self.guard()
        self.wait_for(lambda: self.network.connect("www.photo-share.example") == "reset")

    def test_without_the_interface_to_send_by_it_does_not_start(self):
        self.change('inject = "inject"', 'inject = "nowhere"')
        done = subprocess.run(["ip", "netns", "exec", self.network.sensor, self.BIN / "edgewatchd", "--config", self.configuration], capture_output=True, text=True, timeout=60, check=False)
        self.assertExit(69, done)
        self.assertIn("nowhere: nothing can be sent from it: No such device", done.stderr)
        self.change('inject = "nowhere"\n', "")
        self.assertExit(BAD_CONFIGURATION, self.edgewatchd("--check-config", "--config", self.configuration))


if __name__ == "__main__":
    unittest.main()
