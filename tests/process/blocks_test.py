"""What was held back: by rule without anybody's name, by person only of rules of class `inappropriate`, and whoever was named finds it in the audit."""
import csv
import io
import json
import signal
import time
import unittest

from harness import NOT_PERMITTED, USAGE, Scratch, fake_clock
from question_frames import questions

RULES = """[[rule]]
id = "no-cards"
action = "block"
class = "inappropriate"
names = ["cards.example"]
[[rule]]
id = "no-videos"
action = "block"
names = ["videos.example"]
[[rule]]
id = "hers-alone"
action = "block"
class = "inappropriate"
names = ["hers.example"]
people = ["p17"]
"""
DAYS = ("--from", "2026-01-01", "--to", "2026-12-31")


class Blocks(Scratch):
    def setUp(self):
        super().setUp()
        config = self.configure(people="p17,Seventeen,Highways,\n", assignments="ip,10.20.1.1,p17,,\n", rules=RULES)
        capture = self.folder / "morning.pcap"
        capture.write_bytes(questions({"www.cards.example": 1, "videos.example": 2, "hers.example": 1, "elsewhere.example": 1}, refused=True))
        self.assertExit(0, self.edgewatchd("--replay", capture, "--config", config, "--database", self.folder / "ledger.db"))
        self.daemon = self.start(config, fake_clock("@2026-11-18 12:00:00"))

    def told(self, role, *arguments):
        done = self.edgewatch(role, "blocks", *DAYS, *arguments, "--format", "json")
        self.assertExit(0, done)
        return json.loads(done.stdout)

    def test_by_rule_nobody_is_named_and_a_rule_about_one_person_is_left_out(self):
        for role in ("ict", "auditor"):
            told = self.told(role)
            self.assertEqual([(row["rule"], row["class"], row["service"], row["mechanism"], row["attempts"]) for row in told],
                             [("no-cards", "inappropriate", "-", "resolver", "1"), ("no-videos", "policy", "-", "resolver", "2")])
            self.assertNotIn("p17", str(told))
        self.assertEqual([row["rule"] for row in self.told("ict", "--rule", "no-videos")], ["no-videos"])
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", "blocks", *DAYS))

    def test_what_is_told_is_what_might_be_told_then(self):
        told = self.told("ict")
        rules = self.folder / "etc" / "rules.toml"
        # For everybody from now on, and another is gone: what was blocked before was hers, and the other's.
        rules.write_text(RULES.replace('people = ["p17"]\n', "").replace("no-cards", "no-card-games"))
        self.daemon.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while "no-card-games" not in self.edgewatch("ict", "rules").stdout and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertIn("no-card-games", self.edgewatch("ict", "rules").stdout)
        self.assertEqual(self.told("ict"), told)
        self.assertEqual([row["rule"] for row in self.told("ict", "--rule", "no-cards")], ["no-cards"])
        self.assertEqual(self.told("ict", "--rule", "hers-alone"), [])
        self.assertExit(USAGE, self.edgewatch("ict", "blocks", *DAYS, "--rule", "never-was"))

    def test_by_person_of_class_inappropriate_alone_and_it_is_audited(self):
        told = self.told("ict", "--by", "person")
        self.assertEqual([(row["person"], row["rule"], row["attempts"]) for row in told], [("p17", "hers-alone", "1"), ("p17", "no-cards", "1")])
        self.assertNotIn("example", str(told))
        # A question to the resolver anybody may have asked in that address's name.
        for row in told:
            self.assertEqual(row["mechanism"], "resolver")
            self.assertIn("another machine may have asked in this address's name", row["shown_by"])
        audit = self.edgewatch("auditor", "audit", "show", "--format", "csv").stdout
        self.assertEqual(len([row for row in csv.DictReader(io.StringIO(audit)) if row["action"] == "blocks --by person" and row["person"] == "p17"]), 1, audit)
        self.assertExit(NOT_PERMITTED, self.edgewatch("auditor", "blocks", "--by", "person", *DAYS))

    def test_hr_is_told_in_a_case_that_covers_the_days(self):
        self.assertExit(USAGE, self.edgewatch("hr", "blocks", "--by", "person", *DAYS))
        opened = self.edgewatch("hr", "case", "open", "--reference", "HR-2026-014", "--person", "p17", "--reason", "breach-of-rules", "--grounds", "reported",
                                *DAYS, "--authorised-by", "Head of HR")
        self.assertExit(0, opened)
        told = self.told("hr", "--by", "person", "--case", "HR-2026-014")
        self.assertEqual({row["person"] for row in told}, {"p17"})


if __name__ == "__main__":
    unittest.main()
