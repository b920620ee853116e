"""Who stands behind the ids of the ledger is in one file alone: its names are joined in an authorised answer, nothing that the product writes has them, and to take them out is a second
deletion, of the live ledger as of every copy."""
import json
import shutil
import signal
import sys
import time
import unittest

from harness import BAD_CONFIGURATION, SOURCE, fake_clock

sys.path.insert(0, str(SOURCE / "tests/golden"))
from story import PC, Stories, Story, held  # noqa: E402

DAY = "2026-11-17"
NOON = "@2026-11-18 12:00:00"
PERIOD = ("--person", "p17", "--from", DAY, "--to", DAY)
REPORT = ("report", "--case", "HR-1", *PERIOD)
ACCOUNT = "COUNCIL\\seventeen.s"
NAMES = f"person,display_name,accounts\np17,Person Seventeen,{ACCOUNT}\np18,Person Eighteen,\n"


class Names(Stories):
    def setUp(self):
        super().setUp()
        self.config = self.configured()
        self.write("etc/people.csv", "person,department,groups\np17,planning,\np18,planning,\n")
        self.names = self.write("etc/names.csv", NAMES)
        self.names.chmod(0o600)
        feed = self.write("feed.csv", held(DAY, (PC, ACCOUNT)).text())
        self.assertExit(0, self.edgewatchd("--replay", self.capture(Story().active(0, 900)), "--config", self.config, "--tenancy", feed, "--database", self.folder / "ledger.db"))
        feed.unlink()
        self.daemon = self.start(self.config, fake_clock(NOON))
        self.ask("hr", "case", "open", "--reference", "HR-1", "--reason", "excessive-time", "--grounds", "note of the line manager", "--authorised-by", "Head of HR", *PERIOD)

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def report(self):
        told = json.loads(self.ask("hr", *REPORT, "--format", "json"))
        return told["display_name"], told["total"]["interactive"]["best_seconds"]

    def written_with(self, *needles):
        """In which files that the product wrote any of it stands."""
        return self.files_with(*needles)

    def test_names_are_joined_in_an_answer_and_stand_in_no_file_that_the_product_writes(self):
        name, seconds = self.report()
        self.assertEqual(name, "Person Seventeen")
        self.assertBetween(890, seconds, 965)
        self.assertIn("Person Seventeen", self.ask("hr", *REPORT, "--format", "html"))
        self.ask("hr", "case", "notify", "--reference", "HR-1", "--informed", "2026-11-18", "--by", "Head of HR")
        self.ask("hr", "sar", "--person", "p17", "--reference", "SAR-1", "--received", "2026-11-18", "--identity-checked", "staff card", "--approved-by", "DPO")
        self.ask("ict", "backup")
        self.assertNotEqual(self.written_with("p17"), [], "the search finds what is there")
        self.assertEqual(self.written_with("Person Seventeen", "Seventeen", ACCOUNT, "seventeen.s"), [])
        self.end(self.daemon)
        self.assertEqual(self.written_with("Person Seventeen", "Seventeen", ACCOUNT, "seventeen.s"), [])

    def test_to_take_a_name_out_is_a_second_deletion(self):
        named = self.report()
        self.names.write_text(NAMES.replace(f"p17,Person Seventeen,{ACCOUNT}\n", ""))
        self.daemon.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 120
        while self.report()[0]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertEqual(self.report(), ("", named[1]))
        for form in ("html", "text", "csv", "json"):
            self.assertNotIn("Seventeen", self.ask("hr", *REPORT, "--format", form))
        self.assertIn("is whole", self.ask("auditor", "audit", "verify"))

    def test_without_the_file_neither_the_ledger_nor_a_copy_of_it_can_say_whose_its_rows_are(self):
        seconds = self.report()[1]
        self.ask("ict", "backup")
        self.end(self.daemon)
        self.names.unlink()
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        daemon = self.start(self.config, fake_clock("@2026-11-18 13:00:00"))
        self.assertEqual(self.report(), ("", seconds))
        self.end(daemon)

        copy, = (path for path in (self.folder / "backups").iterdir() if path.is_dir())
        for name in ("ledger.db", "audit.db"):
            for old in self.folder.glob(name + "*"):
                if not old.name.endswith((".lock", ".reserve")):
                    old.unlink()
            shutil.copy(copy / name, self.folder / name)
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        self.start(self.config, fake_clock("@2026-11-18 14:00:00"))
        self.assertEqual(self.report(), ("", seconds))

    def test_a_key_that_everybody_may_read_is_refused(self):
        self.names.chmod(0o644)
        done = self.edgewatchd("--check-config", "--config", self.config)
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("names.csv: everybody may read or change this file", done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
