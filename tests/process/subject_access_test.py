"""A person asks what is held about them, and reads the answer: all of theirs, in three forms, and nothing of a colleague."""
import csv
import json
import re
import unittest

from harness import BIN, NOT_PERMITTED, SOURCE, USAGE, Scratch, fake_clock, rows, run

DAY = "2026-11-17"
NOW = "2026-11-18"
RECORD = ("--received", DAY, "--identity-checked", "in person, staff card", "--approved-by", "Data Protection Officer")


class SubjectAccess(Scratch):
    """The office morning in the ledger, a case about each of two colleagues, and what hangs on it."""

    def setUp(self):
        super().setUp()
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", DAY, "--output", self.folder / "o.pcap", "--config-dir", self.folder / "etc",
                   "--catalogue", SOURCE / "etc/catalogue")
        self.assertExit(0, made)
        self.config = self.folder / "etc/edgewatch.toml"
        text = self.config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"')
        self.config.write_text(text + f'\n[runtime]\nsockets = "{self.sockets}"\n[cases]\ncovert = true\n')
        self.replay = self.edgewatchd("--replay", self.folder / "o.pcap", "--config", self.config, "--database", self.folder / "ledger.db")
        self.assertExit(0, self.replay)
        with open(self.folder / "etc/people.csv", encoding="utf-8") as people:
            self.people = {row["person"]: row for row in csv.DictReader(people)}
        self.daemon = self.start(self.config, fake_clock(f"@{NOW} 09:00:00"))
        for person, reference, mark in (("p05", "HR-1", "mine"), ("p03", "HR-2", "colleague")):
            self.ask("hr", "case", "open", "--reference", reference, "--person", person, "--reason", "excessive-time", "--grounds", f"{mark}-grounds", "--from", DAY, "--to", DAY,
                     "--authorised-by", "Head of HR")
            self.ask("hr", "case", "notify", "--reference", reference, "--informed", NOW, "--by", f"{mark}-manager")
            self.ask("hr", "report", "--case", reference, "--person", person, "--from", DAY, "--to", DAY)
            self.ask("hr", "challenge", "add", "--case", reference, "--text", f"{mark}-challenge")
            self.ask("hr", "hold", "add", "--case", reference, "--person", person, "--from", DAY, "--to", DAY, "--until", "2028-01-31", "--approved-by", "Head of HR", "--reason", f"{mark}-hold")
            self.ask("ict", "withdraw", "add", "--person", person, "--services", "facebook", "--case", reference, "--approved-by", f"{mark}-approver")

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def sar(self, *more, person="p05", reference="SAR-2026-003", role="hr"):
        return self.edgewatch(role, "sar", "--person", person, *(("--reference", reference) if reference else ()), *more)

    def test_the_person_reads_all_of_theirs_and_nothing_of_a_colleague(self):
        self.assertExit(0, self.sar(*RECORD))
        forms = {form: self.ask("hr", "sar", "--person", "p05", "--reference", "SAR-2026-003", "--format", form) for form in ("text", "html", "json")}
        mine = ("instagram", "mine-grounds", "mine-manager", "mine-challenge", "mine-hold", "mine-approver", "02:00:5e:10:00:05", "10.20.1.15", "SAR-2026-003",
                self.people["p05"]["display_name"], "ewtest-hr", "ewtest-ict", "Information Commissioner")
        others = [p for p in self.people if p != "p05"]
        theirs = ["colleague-", "HR-2", "02:00:5e:10:00:03", "10.20.1.13", *others, *(self.people[p]["display_name"] for p in others)]
        for form, text in forms.items():
            plain = " ".join(text.split())
            for needle in mine:
                self.assertIn(needle, plain, form)
            for needle in theirs:
                self.assertIsNone(re.search(rf"(?<![\w:]){re.escape(needle)}(?![\w])" if not needle.endswith("-") else re.escape(needle), plain), f"{form}: {needle}")
        self.assertNotRegex(forms["html"], r"<script|https?://(?!www\.w3\.org)[^ <]*\.(js|css)")

        # Every minute that the product has of the person is there, and each once.
        told = json.loads(forms["json"])
        sections = {s["heading"]: [row for table in s["tables"] for row in table["rows"]] for s in told["sections"]}
        printed = self.edgewatchd("--replay", self.folder / "o.pcap", "--config", self.config, "--print", "minutes")
        kept = sorted((r["utc_minute"], r["service"], r["kind"], r["seconds"], r["lower_seconds"], r["grade"]) for r in rows(printed.stdout) if r["subject"] == "p05")
        self.assertEqual(sorted((r["Minute (UTC)"], r["Service"], r["Kind"], r["Seconds"], r["At least"], r["Grade"]) for r in sections["Your use of services"]), kept)
        self.assertGreater(len(kept), 3)
        looked = [(r["What"], r["Who"], r["Outcome"]) for r in sections["Who asked about you, and why"]]
        for entry in (("report", "ewtest-hr", "permitted"), ("case open", "ewtest-hr", "permitted"), ("hold add", "ewtest-hr", "permitted"), ("withdraw add", "ewtest-ict", "permitted"), ("sar", "ewtest-hr", "permitted")):
            self.assertIn(entry, looked)

    def test_it_needs_a_record_of_its_own_and_each_answer_is_audited(self):
        for wrong, code in (((), NOT_PERMITTED), (("--received", DAY), NOT_PERMITTED), (("--received", "2026-11-19", *RECORD[2:]), USAGE), ((*RECORD[:4], "--approved-by", "ewtest-hr"), USAGE)):
            self.assertExit(code, self.sar(*wrong))
        self.assertExit(NOT_PERMITTED, self.sar(*RECORD, reference=""))
        self.assertExit(USAGE, self.sar(*RECORD, reference="SAR-p05"))
        for role in ("ict", "auditor"):
            self.assertExit(NOT_PERMITTED, self.sar(*RECORD, role=role))
        self.assertExit(0, self.sar(*RECORD))
        other = self.sar(person="p03")  # somebody else's request opens nothing, and is not told to be one
        self.assertExit(NOT_PERMITTED, other)
        self.assertNotIn("p05", other.stderr)
        self.assertExit(NOT_PERMITTED, self.sar(*RECORD, person="p03"))
        entries = [(e["outcome"], e["person"]) for e in json.loads(self.ask("auditor", "audit", "show", "--format", "json")) if e["action"] == "sar"]
        self.assertEqual(entries.count(("permitted", "p05")), 1)
        self.assertEqual(len([e for e in entries if e[0] == "refused"]), 10)

    def test_an_open_covert_case_is_left_out_and_the_officer_is_told(self):
        self.ask("hr", "case", "open", "--reference", "HR-9", "--person", "p05", "--reason", "breach-of-rules", "--grounds", "covert-grounds", "--from", DAY, "--to", DAY, "--authorised-by", "Head of HR",
                 "--covert", "--second-person", "Monitoring Officer", "--ends", "2026-12-01", "--not-informed", "covert-reason", "--review", "2026-11-24")
        self.ask("hr", "hold", "add", "--case", "HR-9", "--person", "p05", "--from", DAY, "--to", DAY, "--until", "2028-01-31", "--approved-by", "Head of HR", "--reason", "covert-hold")
        self.ask("hr", "report", "--case", "HR-9", "--person", "p05", "--from", DAY, "--to", DAY)
        answered = self.sar(*RECORD)
        self.assertExit(0, answered)
        self.assertNotIn("covert-", answered.stdout)
        self.assertNotIn("HR-9", answered.stdout)
        self.assertIn("covert cases that are open, and left out: 1", answered.stderr)
        self.ask("hr", "case", "close", "--reference", "HR-9")
        later = self.sar().stdout
        for needle in ("covert-grounds", "covert-reason", "covert-hold"):
            self.assertIn(needle, later)

    def test_the_record_goes_a_year_after(self):
        self.assertExit(0, self.sar(*RECORD))
        for number in ("1", "2"):
            self.ask("hr", "hold", "release", number, "--approved-by", "Head of HR")
        self.end(self.daemon)
        self.assertNotEqual(self.files_with("SAR-2026-003"), [])
        self.start(self.config, fake_clock("@2027-11-19 09:00:00"))
        self.ask("purge", "purge", "--confirm", "a small ledger")
        self.assertEqual(self.files_with("SAR-2026-003", "staff card"), [])


if __name__ == "__main__":
    unittest.main()
