"""What ends by itself: a case answers for 24 hours at a time, a covert one until its day; and what is due is said to HR, in counts to everybody."""
import json
import unittest

from harness import NOT_PERMITTED, USAGE, Scratch, fake_clock

DAY = "2026-11-17"
PEOPLE = "p17,Person Seventeen,Planning,\n"
OPEN = ("case", "open", "--reference", "HR-1", "--person", "p17", "--reason", "breach-of-rules", "--grounds", "a test", "--from", DAY, "--to", DAY, "--authorised-by", "Head of HR")
COVERT = ("--covert", "--second-person", "Monitoring Officer", "--ends", "2026-12-01", "--not-informed", "the files would be gone", "--review", "2026-11-24")
REPORT = ("report", "--case", "HR-1", "--person", "p17", "--from", DAY, "--to", DAY)


class CaseKinds(Scratch):
    def at(self, when, extra=""):
        """The daemon anew, at another time."""
        if hasattr(self, "daemon"):
            self.end(self.daemon)
        path = self.configure(people=PEOPLE)
        path.write_text(path.read_text() + extra)
        self.daemon = self.start(path, fake_clock(f"@{when}"))

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def alarms(self):
        return {row["what"]: row["value"] for row in json.loads(self.ask("ict", "status", "--format", "json")) if row["what"].startswith("ALARM case") or row["what"].startswith("ALARM covert")}

    def test_a_case_answers_for_a_day_and_then_until_it_is_unlocked_again(self):
        self.at(f"{DAY} 12:00:00")
        self.assertIn("it answers until 2026-11-18T12:0", self.ask("hr", *OPEN))
        self.ask("hr", *REPORT)
        self.at("2026-11-18 13:00:00")
        refused = self.edgewatch("hr", *REPORT)
        self.assertExit(NOT_PERMITTED, refused)
        self.assertIn("edgewatch case unlock --reference HR-1", refused.stderr)
        for question in (("who", "--address", "10.20.1.17", "--at", f"{DAY}T10:00:00Z"), ("blocks", "--by", "person", "--from", DAY, "--to", DAY)):
            self.assertExit(NOT_PERMITTED, self.edgewatch("hr", *question, "--case", "HR-1"))
        self.assertEqual(json.loads(self.ask("hr", "case", "list", "--format", "json"))[0]["unlocked_until"], "-")
        for role in ("ict", "auditor"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "case", "unlock", "--reference", "HR-1"))
        self.assertRegex(self.ask("hr", "case", "unlock", "--reference", "HR-1", "--reason", "the meeting"), r"answers until 2026-11-19T13:0.*23 h 59 min left|24 h 0 min left")
        self.ask("hr", *REPORT)
        self.ask("hr", "case", "close", "--reference", "HR-1")
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", *REPORT))
        self.assertExit(USAGE, self.edgewatch("hr", "case", "unlock", "--reference", "HR-1"))
        audited = [(e["outcome"], e["text"]) for e in json.loads(self.ask("auditor", "audit", "show", "--format", "json")) if e["action"] == "case unlock"]
        self.assertIn(("permitted", "the meeting"), audited)

    def test_a_covert_case_is_off_then_needs_two_people_and_ends_by_itself(self):
        self.at(f"{DAY} 12:00:00")
        refused = self.edgewatch("hr", *OPEN, *COVERT)
        self.assertExit(NOT_PERMITTED, refused)
        self.assertIn("[cases] covert = true", refused.stderr)
        self.at(f"{DAY} 12:00:00", extra="[cases]\ncovert = true\n")
        self.assertExit(USAGE, self.edgewatch("hr", *OPEN, *COVERT[:2], "Head of HR", *COVERT[3:]))
        self.ask("hr", *OPEN, *COVERT)
        for form in ("text", "html", "json"):
            self.assertIn("covert case, approved by Monitoring Officer too, until Tue 1 Dec 2026; not told: the files would be gone", " ".join(self.ask("hr", *REPORT, "--format", form).split()))
        self.assertEqual(self.alarms(), {})
        self.at("2026-12-02 12:00:00", extra="[cases]\ncovert = true\n")
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", *REPORT))
        self.assertExit(USAGE, self.edgewatch("hr", "case", "unlock", "--reference", "HR-1"))
        alarms = self.alarms()
        self.assertEqual(set(alarms), {"ALARM case reviews", "ALARM covert cases"})
        self.assertNotIn("p17", str(alarms))
        self.assertNotIn("HR-1", str(alarms))
        listed = json.loads(self.ask("hr", "case", "list", "--format", "json"))[0]
        self.assertEqual((listed["kind"], listed["due"]), ("covert", "review whether the person can be told; past its end: tell the person and close it"))
        self.ask("hr", "case", "close", "--reference", "HR-1")
        self.assertEqual(json.loads(self.ask("hr", "case", "list", "--format", "json"))[0]["due"], "-")

    def test_a_case_that_stays_open_for_a_year_raises_an_alarm(self):
        self.at(f"{DAY} 12:00:00")
        self.ask("hr", *OPEN)
        self.at("2027-11-18 12:00:00")
        self.assertEqual(list(self.alarms()), ["ALARM cases"])


if __name__ == "__main__":
    unittest.main()
