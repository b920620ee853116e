"""A case from its opening to its closing, through the real programs: the headings of its form, whether the person was told, what they challenge, and that every report says so."""
import json
import unittest

from harness import NOT_PERMITTED, USAGE, Scratch, fake_clock

DAY = "2026-11-17"
PEOPLE = "p17,Person Seventeen,Planning,\np18,Person Eighteen,Planning,\n"


class Case(Scratch):
    def setUp(self):
        super().setUp()
        self.daemon = self.start(self.configure(people=PEOPLE), fake_clock(f"@{DAY} 12:00:00"))

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def open(self, *more, reference="HR-1"):
        self.ask("hr", "case", "open", "--reference", reference, "--person", "p17", "--reason", "excessive-time", "--grounds", "a test", "--from", DAY, "--to", DAY,
                 "--authorised-by", "Head of HR", *more)

    def report(self, form="json"):
        text = self.ask("hr", "report", "--case", "HR-1", "--person", "p17", "--from", DAY, "--to", DAY, "--format", form)
        return json.loads(text) if form == "json" else text

    def said(self, what):
        return [note["text"] for note in self.report()["case_notes"] if note["what"].startswith(what)]

    def test_every_report_says_whether_the_person_was_told(self):
        self.open()
        self.assertIsNone(self.report()["informed"])
        self.assertIn("nothing is recorded about this", self.report("text"))
        notify = ("case", "notify", "--reference", "HR-1")
        for wrong in ((), ("--informed", "2026-11-18", "--by", "Head of HR"), ("--informed", DAY), ("--not-informed", "a reason"),
                      ("--not-informed", "a reason", "--review", "2026-11-16"), ("--informed", DAY, "--not-informed", "both")):
            self.assertExit(USAGE, self.edgewatch("hr", *notify, *wrong))
        self.assertExit(USAGE, self.edgewatch("hr", "case", "notify", "--reference", "HR-9", "--informed", DAY, "--by", "A"))
        for role in ("ict", "auditor"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, *notify, "--informed", DAY, "--by", "A", socket=self.sockets / f"{role}.sock"))
        self.assertIsNone(self.report()["informed"])

        self.ask("hr", *notify, "--not-informed", "the files would be gone", "--review", "2026-11-24")
        self.assertEqual(self.report()["informed"], "not told: the files would be gone; to be looked at again on Tue 24 Nov 2026")
        self.ask("hr", *notify, "--informed", DAY, "--by", "Head of HR")
        self.assertEqual(self.report()["informed"], "told on Tue 17 Nov 2026 by Head of HR")
        for form in ("text", "html", "csv"):
            self.assertIn("told on Tue 17 Nov 2026 by Head of HR", self.report(form))
        shown = json.loads(self.ask("hr", "case", "show", "--reference", "HR-1", "--format", "json"))
        self.assertEqual([(row["what"], row["day"]) for row in shown if row["what"].startswith("Person ")], [("Person not informed", "2026-11-24"), ("Person informed", DAY)])
        audited = [e["text"] for e in json.loads(self.ask("auditor", "audit", "show", "--format", "json")) if e["action"] == "case notify" and e["outcome"] == "permitted"]
        self.assertEqual(audited, ["Person informed 2026-11-24: the files would be gone", "Person informed 2026-11-17: Head of HR"])

    def test_where_one_clerk_holds_several_roles_every_report_says_so(self):
        self.open()
        said = "one person may hold several roles"
        self.assertNotIn(said, self.report("csv"))
        self.end(self.daemon)
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        self.start(self.configure(people=PEOPLE, extra="roles.combined = true"), fake_clock(f"@{DAY} 12:30:00"))
        for form in ("text", "html", "csv", "json"):
            self.assertIn(said, " ".join(self.report(form).split()) if form != "json" else str(self.report()))

    def test_the_headings_of_the_case_form_stand_in_the_report(self):
        self.open("--notice", "the policy of 2025, signed for", "--safeguards", "one officer, one day")
        self.assertEqual(self.said("Notice given to staff"), ["the policy of 2025, signed for"])
        self.assertEqual(self.said("Safeguards"), ["one officer, one day"])
        self.assertEqual(self.said("Less intrusive option"), ["nothing is recorded about this"])
        self.assertExit(USAGE, self.edgewatch("hr", "case", "open", "--person", "p17", "--reason", "excessive-time", "--grounds", "a", "--from", DAY, "--to", DAY,
                                              "--authorised-by", "Head of HR", "--extent", "x" * 4001))

    def test_a_challenge_stands_in_every_later_report_and_is_superseded_never_changed(self):
        self.open()
        self.assertEqual(self.said("Challenge"), [])
        self.ask("hr", "challenge", "add", "--case", "HR-1", "--text", "I was at the counter")
        self.assertExit(USAGE, self.edgewatch("hr", "challenge", "add", "--case", "HR-1", "--text", "x", "--supersedes", "99"))
        self.ask("hr", "challenge", "add", "--case", "HR-1", "--text", "I was at the counter until 11:00", "--supersedes", "1")
        first, second = self.said("Challenge")
        self.assertIn("I was at the counter (written down", first)
        self.assertIn("superseded by challenge 2", first)
        self.assertIn("until 11:00", second)
        self.assertIn("in place of challenge 1", second)
        listed = json.loads(self.ask("auditor", "challenge", "list", "--case", "HR-1", "--format", "json"))
        self.assertEqual([(c["number"], c["supersedes"], c["superseded_by"]) for c in listed], [("1", "-", "2"), ("2", "1", "-")])
        self.assertExit(NOT_PERMITTED, self.edgewatch("ict", "challenge", "list", "--case", "HR-1"))
        self.ask("hr", "case", "close", "--reference", "HR-1")
        self.assertExit(USAGE, self.edgewatch("hr", "challenge", "add", "--case", "HR-1", "--text", "too late"))

    def test_what_was_written_down_goes_with_the_case(self):
        self.open("--notice", "sentence-of-the-form")
        self.ask("hr", "challenge", "add", "--case", "HR-1", "--text", "sentence-of-p17")
        self.ask("hr", "case", "close", "--reference", "HR-1")
        self.end(self.daemon)
        self.assertNotEqual(self.files_with("sentence-of-"), [])
        self.start(self.folder / "etc/edgewatch.toml", fake_clock("@2027-11-18 12:00:00"))
        self.ask("purge", "purge", "--confirm", "a small ledger")
        self.assertEqual(self.files_with("sentence-of-", "p17"), [])
        shown = "".join(self.ask("auditor", "certificate", "show", "--entry", c["entry"]) for c in json.loads(self.ask("auditor", "certificate", "list", "--format", "json")))
        self.assertRegex(shown, r"case_note +2")
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))


if __name__ == "__main__":
    unittest.main()
