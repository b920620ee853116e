"""One case from the suspicion to the last certificate, through the real programs, as the people in it meet it: HR, the person, ICT, the data protection officer."""
import json
import pathlib
import re
import shutil
import tempfile
import unittest
import zipfile
from datetime import timedelta

from harness import BAD_INPUT, NOT_PERMITTED, USAGE, fake_clock
from story import PC, Stories, Story, held, moment, stamp

DAY = "2026-11-17"
PERIOD = ("--person", "p17", "--from", DAY, "--to", DAY)
REPORT = ("report", "--case", "HR-1", *PERIOD)
DISCLOSE = ("disclose", "--case", "HR-1", "--reference", "INV-7", "--why", "hearing of 20 November")


class CaseStory(Stories):
    def setUp(self):
        super().setUp()
        self.config = self.configured()
        self.feed = held(DAY, (PC, "p17"))
        self.watch(Story().active(0, 900), "ten")

    def watch(self, story, name):
        told = self.write(f"{name}.csv", self.feed.text())
        self.assertExit(0, self.edgewatchd("--replay", self.capture(story, name), "--config", self.config, "--tenancy", told, "--database", self.folder / "ledger.db"))

    def at(self, when):
        """The daemon anew, at that time."""
        if hasattr(self, "daemon"):
            self.end(self.daemon)
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        self.daemon = self.start(self.config, fake_clock(f"@{when}"))

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def read(self, role, *arguments):
        return json.loads(self.ask(role, *arguments, "--format", "json"))

    def refused(self, code, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(code, done)
        return done.stderr

    def kept(self, *needles):
        """In which files of the product's any of this stands; the feeds are the test's own."""
        return [found for found in self.files_with(*needles) if ".csv:" not in found]

    def with_a_changed_byte(self, bundle, name):
        """A copy of the bundle in which one byte of that file is another."""
        changed = bundle.with_name("changed.zip")
        with zipfile.ZipFile(bundle) as whole, zipfile.ZipFile(changed, "w") as copy:
            for each in whole.namelist():
                data = bytearray(whole.read(each))
                if each == name:
                    data[len(data) // 2] ^= 1
                copy.writestr(each, bytes(data))
        return changed

    def best(self, told):
        return told["total"]["interactive"]["best_seconds"]

    def test_from_the_suspicion_to_the_last_certificate(self):
        # A line manager has a suspicion. Without a case nobody is told anything, and that it was asked is on record.
        self.at("2026-11-18 09:00:00")
        self.assertIn("open one with", self.refused(NOT_PERMITTED, "hr", *REPORT))
        self.refused(NOT_PERMITTED, "ict", *REPORT)

        # The case: opened on stated grounds, the person told, the report read.
        self.ask("hr", "case", "open", "--reference", "HR-1", "--reason", "excessive-time", "--grounds", "note of the line manager", "--authorised-by", "Head of HR",
                 "--less-intrusive", "two talks in October", *PERIOD)
        self.ask("hr", "case", "notify", "--reference", "HR-1", "--informed", "2026-11-18", "--by", "Head of HR")
        first = self.read("hr", *REPORT)
        self.assertEqual(first["informed"], "told on Wed 18 Nov 2026 by Head of HR")
        self.assertBetween(890, self.best(first), 965)
        self.refused(NOT_PERMITTED, "hr", "report", "--case", "HR-1", "--person", "p18", "--from", DAY, "--to", DAY)

        # The person asks what is held, and challenges the report.
        held_about = self.read("hr", "sar", "--person", "p17", "--reference", "SAR-2026-1", "--received", "2026-11-18", "--identity-checked", "staff card", "--approved-by", "DPO")
        sections = {s["heading"]: s for s in held_about["sections"]}
        self.assertIn("note of the line manager", str(sections["Cases"]))
        self.assertNotIn("p18", str(held_about))
        self.ask("hr", "challenge", "add", "--case", "HR-1", "--text", "a colleague sat there from 10:08")

        # It is so: a logon that was told late. The figure is corrected, the challenge and the correction stand in the report, and nobody is given the time.
        self.end(self.daemon)
        since = stamp(moment(f"{DAY}T10:00:00Z") + timedelta(seconds=500))
        self.feed.lines.append(f"{DAY}T11:00:00Z,logon,,{PC.mac},p18,{since},,windows,")
        self.watch(Story(start=f"{DAY}T11:00:00Z").news(0), "eleven")
        self.at("2026-11-18 15:00:00")
        second = self.read("hr", *REPORT)
        self.assertBetween(420, self.best(second), 480)
        self.assertEqual(second["amendments"][0]["minutes"], 8)
        page = self.ask("hr", *REPORT, "--format", "html")
        for needle in ("a colleague sat there from 10:08", "Figures that were changed afterwards", "two talks in October"):
            self.assertIn(needle, page)

        # A day later the case is locked; the officer unlocks it for the meeting.
        self.at("2026-11-19 10:00:00")
        self.assertIn("case unlock", self.refused(NOT_PERMITTED, "hr", *REPORT))
        self.ask("hr", "case", "unlock", "--reference", "HR-1", "--reason", "the meeting")
        self.assertGreaterEqual(len(self.read("hr", *REPORT)["accesses"]), 3)

        # What was found leaves the house, with somebody else's approval: to the investigator with the rows, to the manager without.
        outside = pathlib.Path(tempfile.mkdtemp(prefix="ewtest-outside-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, outside, ignore_errors=True)
        outside.chmod(0o777)
        self.refused(USAGE, "hr", *DISCLOSE, "--to", "Dana Fox", "--capacity", "investigator", "--approved-by", "ewtest-hr", "--output", outside / "none.zip")
        for to, capacity in (("Dana Fox", "investigator"), ("Robin Lea", "manager")):
            self.ask("hr", *DISCLOSE, "--to", to, "--capacity", capacity, "--approved-by", "Head of HR", "--output", outside / f"{capacity}.zip")
        key = outside / "council.pem"
        key.write_text(self.ask("auditor", "audit", "key"))

        # They verify it where there is nothing of ours, as nobody in particular; a byte that was changed on the way is found.
        for capacity, said in (("investigator", "totals, working time, days, services and coverage are what the rows give"), ("manager", "made without the rows")):
            bundle = outside / f"{capacity}.zip"
            done = self.verify_away(bundle, key)
            self.assertExit(0, done)
            self.assertIn("authentic: nothing was changed", done.stdout)
            self.assertIn(said, done.stdout)
            done = self.verify_away(self.with_a_changed_byte(bundle, "report.html"), key)
            self.assertExit(BAD_INPUT, done)
            self.assertIn("report.html", done.stderr)
            self.assertIn("NOT AUTHENTIC", done.stderr)
        with zipfile.ZipFile(outside / "investigator.zip") as z:
            given = json.loads(z.read("report.json"))
            self.assertIn("a colleague sat there from 10:08", z.read("report.txt").decode())
        self.assertEqual(self.best(given), self.best(second))

        # The outcome: access withdrawn for a while, entered by ICT for the case; then the case is closed and answers no more.
        self.ask("ict", "withdraw", "add", "--person", "p17", "--services", "facebook", "--until", "2026-12-31", "--case", "HR-1", "--approved-by", "Head of HR")
        self.assertIn("block", self.ask("ict", "why", "--person", "p17", "--name", "www.facebook.com"))
        self.ask("hr", "hold", "add", "--case", "HR-1", *PERIOD, "--until", "2028-01-31", "--approved-by", "Head of HR", "--reason", "an appeal is announced")
        self.ask("hr", "case", "close", "--reference", "HR-1")
        self.refused(NOT_PERMITTED, "hr", *REPORT)
        self.refused(USAGE, "hr", "case", "unlock", "--reference", "HR-1")

        # The data protection officer reads who did what, and that nothing was cut out of it.
        record = [(e["action"], e["outcome"]) for e in self.read("auditor", "audit", "show")]
        for entry in (("report", "refused"), ("case open", "permitted"), ("case notify", "permitted"), ("report", "permitted"), ("sar", "permitted"), ("challenge add", "permitted"),
                      ("amendment", "permitted"), ("case unlock", "permitted"), ("disclose", "refused"), ("disclose", "permitted"), ("withdraw add", "permitted"), ("hold add", "permitted"), ("case close", "permitted")):
            self.assertIn(entry, record)
        self.assertIn("is whole", self.ask("auditor", "audit", "verify"))

        # A year after the closing everything goes but what is held, and the certificate says both.
        self.at("2027-11-21 09:00:00")
        self.ask("purge", "purge", "--confirm", "a small ledger")
        shown = self.ask("auditor", "certificate", "show")
        self.assertRegex(shown, r"(?i)hold")
        self.assertNotEqual(self.kept("p17"), [])
        self.assertEqual(self.kept("p18", "SAR-2026-1", "staff card"), [])

        # The hold ends by itself and the next purge takes what it kept; its own entry goes a year after it ended, and then no file has a word of it.
        self.at("2028-02-01 09:00:00")
        self.ask("purge", "purge", "--confirm", "a small ledger")
        self.assertEqual(self.kept("line manager", "sat there", PC.mac, PC.address), [])
        self.at("2029-02-02 09:00:00")
        self.ask("purge", "purge", "--confirm", "a small ledger")
        self.assertEqual(self.kept("p17", "line manager", "sat there", "Dana Fox", "Robin Lea", PC.mac, PC.address), [])
        certificates = self.read("auditor", "certificate", "list")
        self.assertEqual([c["holds"] for c in certificates if int(c["rows"]) > 0][-1], "0")
        self.assertIn("is whole", self.ask("auditor", "audit", "verify"))
        self.assertTrue(re.search(r"details purged", self.ask("auditor", "audit", "verify")))

        # What was disclosed still proves itself, long after everything that it was made from is gone.
        self.assertExit(0, self.verify_away(outside / "investigator.zip", key))


if __name__ == "__main__":
    unittest.main()
