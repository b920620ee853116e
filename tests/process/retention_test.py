"""Deletion through the real programs: what is kept for a claim and no longer, guards against a wrong clock, a purge that is killed again and again, and certificates."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

from harness import BIN, NOT_PERMITTED, SOURCE, TRY_AGAIN, USAGE, Scratch, fake_clock, run

DAY = "2026-11-17"
A_YEAR_ON = "2027-11-20"


def at(text, clock="synchronised"):
    return fake_clock(f"@{text} 12:00:00", clock)


class Retention(Scratch):
    def office_morning(self):
        """A ledger of one morning, and its configuration."""
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", DAY, "--output", self.folder / "o.pcap", "--truth", self.folder / "truth.tsv",
                   "--config-dir", self.folder / "etc", "--catalogue", SOURCE / "etc/catalogue")
        self.assertExit(0, made)
        config = self.folder / "etc/edgewatch.toml"
        text = config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"')
        config.write_text(text + f'\n[runtime]\nsockets = "{self.sockets}"\n')
        self.assertExit(0, self.edgewatchd("--replay", self.folder / "o.pcap", "--config", config, "--database", self.folder / "ledger.db"))
        return config

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def table(self, role, *arguments):
        return json.loads(self.ask(role, *arguments, "--format", "json"))

    def hold(self, *more, person="p05", role="hr", until="2028-12-31", approver="Head of HR"):
        return self.edgewatch(role, "hold", "add", "--claim", "ET-2026-0042", "--person", person, "--from", DAY, "--to", DAY, "--until", until,
                              "--approved-by", approver, "--reason", "claim at the tribunal", *more)

    def services(self, person):
        """What a report of the day says that person used, in a case opened for it."""
        reference = f"HR-2027-{len(self.table('hr', 'case', 'list')):03}"
        self.ask("hr", "case", "open", "--reference", reference, "--person", person, "--reason", "excessive-time", "--grounds", "a test", "--from", DAY, "--to", DAY,
                 "--authorised-by", "a test")
        told = self.table("hr", "report", "--case", reference, "--person", person, "--from", DAY, "--to", DAY)
        self.ask("hr", "case", "close", "--reference", reference)
        return {row["service"] for row in told["minutes"]}

    def certificates(self):
        return self.table("auditor", "certificate", "list")

    def test_a_hold_keeps_one_persons_records_until_it_ends_and_nobody_elses(self):
        config = self.office_morning()
        daemon = self.start(config, at("2026-11-18"))
        for role in ("ict", "auditor"):
            self.assertExit(NOT_PERMITTED, self.hold(role=role))
        self.assertExit(USAGE, self.hold(approver="ewtest-hr"))
        self.assertExit(USAGE, self.hold(until="2026-11-17"))
        self.assertExit(USAGE, self.hold("--sar", "S-1"))
        self.assertExit(0, self.hold())
        self.assertEqual([(h["state"], h["for"], h["person"]) for h in self.table("auditor", "hold", "list")], [("holds", "claim", "p05")])
        self.assertExit(NOT_PERMITTED, self.edgewatch("ict", "hold", "list"))
        self.assertEqual(self.end(daemon), 0)

        # A year on everybody else's rows go, and a report of the held day is as sure as it was.
        daemon = self.start(config, at(A_YEAR_ON))
        self.assertRegex(self.ask("ict", "purge", "--dry-run"), r"holds respected: 1; rows kept by them: [1-9]")
        self.ask("purge", "purge", "--confirm", "the trial has ended")
        self.assertEqual(self.files_with("p03", "p08"), [])
        self.assertIn("instagram", self.services("p05"))
        self.assertEqual(self.services("p03"), set())
        shown = self.ask("auditor", "certificate", "show")
        self.assertRegex(shown, r"holds respected: 1; rows kept by them: [1-9]")
        self.assertIn("hold 1 (claim), until 2028-12-31", shown)
        self.assertNotRegex(shown, r"p05|ET-2026")
        self.assertEqual(self.certificates()[-1]["oldest_left"], DAY)

        self.ask("hr", "hold", "release", "1", "--approved-by", "Head of HR")
        self.ask("purge", "purge", "--confirm", "the claim is settled")
        self.assertEqual(self.services("p05"), set())
        self.assertEqual(self.end(daemon), 0)
        # The hold itself, the cases and the audit of it all go a year after they ended.
        self.start(config, at("2028-11-25"))
        self.ask("purge", "purge", "--confirm", "nothing is left of the trial")
        self.assertEqual(self.files_with("p05", "p03", "ET-2026", "tribunal"), [])
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))
        self.assertIn("hold", self.ask("auditor", "certificate", "show"))

    def test_a_hold_ends_by_itself(self):
        config = self.office_morning()
        daemon = self.start(config, at("2026-11-18"))
        self.assertExit(0, self.hold(until="2027-12-31"))
        self.end(daemon)
        daemon = self.start(config, at("2027-12-31"))
        self.ask("purge", "purge", "--confirm", "the trial has ended")
        self.assertIn("instagram", self.services("p05"))
        self.end(daemon)
        self.start(config, at("2028-01-01"))
        self.ask("purge", "purge", "--confirm", "the hold has ended")
        self.assertEqual(self.services("p05"), set())

    def test_a_clock_that_leapt_deletes_nothing_until_somebody_says_that_it_is_right(self):
        config = self.office_morning()
        self.end(self.start(config, at("2026-11-18", "alone")))
        before = self.certificates_in_file()
        for when in ("2027-12-25", "2025-11-01"):  # 400 days ahead, and a year behind
            daemon = self.start(config, at(when, "alone"))
            refused = self.edgewatch("purge", "purge")
            self.assertExit(NOT_PERMITTED, refused)
            self.assertIn("clock", refused.stderr)
            status = self.ask("ict", "status")
            self.assertIn("ALARM purge", status)
            self.assertIn("ALARM clock", status)
            self.assertExit(NOT_PERMITTED, self.edgewatch("ict", "purge", "--confirm", "ICT may not"))
            self.end(daemon)
        self.assertNotEqual(self.files_with("p05"), [])
        self.assertEqual(self.certificates_in_file(), before)
        daemon = self.start(config, at("2027-12-25", "alone"))
        self.ask("purge", "purge", "--confirm", "the machine was off for a year")
        self.assertNotIn("ALARM", self.ask("ict", "status"))
        self.assertEqual(self.files_with("p05"), [])
        said = [e for e in self.table("auditor", "audit", "show") if "the machine was off" in e["text"] or e["text"] == "confirmed against a guard"]
        self.assertEqual(len(said), 1)

    def certificates_in_file(self):
        with sqlite3.connect(f"file:{self.folder}/audit.db?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM entry WHERE action = 'purge' AND note LIKE '{%'").fetchone()[0]

    def test_missed_runs_and_cases_left_open_for_a_year_raise_an_alarm(self):
        config = self.office_morning()
        daemon = self.start(config, at("2026-11-18"))
        self.ask("hr", "case", "open", "--person", "p05", "--reason", "excessive-time", "--grounds", "a test", "--from", DAY, "--to", DAY, "--authorised-by", "a test")
        self.assertNotIn("ALARM", self.ask("ict", "status"))
        self.end(daemon)
        daemon = self.start(config, at("2027-11-18"))  # refused at the start: over half
        status = self.ask("ict", "status")
        self.assertIn("ALARM purge missed", status)
        self.assertIn("2026-11-18", status)
        self.ask("purge", "purge", "--confirm", "the trial has ended")
        status = self.ask("ict", "status")
        self.assertNotIn("ALARM purge", status)
        self.assertIn("ALARM cases", status)

    def disk(self, size):
        """A small disk of its own, on which the ledger lies."""
        disk = self.folder / "disk"
        disk.mkdir()
        self.assertExit(0, run("mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", disk))
        self.addCleanup(run, "umount", "-l", disk)
        return disk

    def backups(self):
        return sorted(p for p in (self.folder / "backups").iterdir()) if (self.folder / "backups").exists() else []

    def back_up(self, role="ict"):
        done = self.edgewatch(role, "backup")
        self.assertExit(0, done)
        return self.folder / "backups" / done.stdout.split()[1]

    def test_backups_under_load_are_consistent_and_only_the_newest_ten_stay(self):
        self.start(self.configure())
        for role in ("hr", "auditor"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "backup", socket=self.sockets / "ict.sock"))
        load = subprocess.Popen([BIN / "edgewatch-bench-ledger", "fill", "--database", self.folder / "ledger.db", "--people", "2000", "--days", "2000"], stdout=subprocess.DEVNULL)
        self.addCleanup(load.wait)
        self.addCleanup(load.kill)
        records, taken = [], []
        for _ in range(20):
            began = time.monotonic()
            backup = self.back_up()
            answered = time.monotonic()
            taken.append(answered - began)
            for name in ("ledger.db", "audit.db"):
                self.assertEqual((backup / name).stat().st_mode & 0o777, 0o600)
                with sqlite3.connect(f"file:{backup / name}?mode=ro&immutable=1", uri=True) as connection:
                    self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone()[0], "ok")
                    self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
                    if name == "ledger.db":
                        records.append(connection.execute("SELECT records FROM usage_state").fetchone()[0])
                        strangers = "SELECT count(*) FROM usage WHERE subject_id NOT IN (SELECT subject_id FROM subject)"
                        self.assertEqual(connection.execute(strangers).fetchone()[0], 0)
            time.sleep(max(0, answered + 1.05 - time.monotonic()))  # a backup is called by its second
        self.assertIsNone(load.poll(), "there was load all the time")
        self.assertEqual(records, sorted(records))
        self.assertGreater(records[-1], records[0])
        self.assertEqual(len(self.backups()), 10)
        print(f"20 backups of {records[0]} to {records[-1]} records, the longest in {max(taken):.2f} s")

    def test_backups_are_purged_with_the_ledger_and_go_when_their_day_is_due(self):
        config = self.office_morning()
        daemon = self.start(config, at("2027-05-01"))
        backup = self.back_up()
        self.assertNotEqual([f for f in self.files_with("p05") if f.startswith("ledger.db")], [])
        elsewhere = pathlib.Path(tempfile.mkdtemp(prefix="ewtest-elsewhere-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, elsewhere, ignore_errors=True)
        for name in ("ledger.db", "audit.db"):
            shutil.copy(backup / name, elsewhere / name)
        self.end(daemon)

        daemon = self.start(config, at(A_YEAR_ON))
        self.ask("purge", "purge", "--confirm", "the trial has ended")
        shown = self.ask("auditor", "certificate", "show")
        self.assertIn("backups purged too: 1", shown)
        self.assertIn(backup.name, shown)
        self.assertEqual(self.backups(), [backup])
        for name in ("ledger.db", "audit.db"):
            with sqlite3.connect(f"file:{backup / name}?mode=ro&immutable=1", uri=True) as connection:
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        self.assertEqual(self.files_with("p05", "p03", "02:00:5e:10:00:05"), [])
        self.end(daemon)

        # A copy that lay elsewhere is put back: what is past its time is gone before anything is answered.
        for name in ("ledger.db", "audit.db"):
            for old in self.folder.glob(name + "*"):
                if not old.name.endswith((".lock", ".reserve")):
                    old.unlink()
            shutil.copy(elsewhere / name, self.folder / name)
        daemon = self.start(config, at(A_YEAR_ON))
        self.ask("hr", "case", "open", "--reference", "HR-1", "--person", "p05", "--reason", "excessive-time", "--grounds", "a test", "--from", DAY, "--to", DAY, "--authorised-by", "a test")
        report = ("report", "--case", "HR-1", "--person", "p05", "--from", DAY, "--to", DAY, "--format", "json")
        blocks = ("blocks", "--by", "person", "--from", DAY, "--to", DAY)
        who = ("who", "--address", "10.20.1.15", "--at", f"{DAY}T10:00:00Z")
        given = self.folder / "given"
        given.mkdir(mode=0o777)
        given.chmod(0o777)
        disclose = ("disclose", "--case", "HR-1", "--to", "Dana Fox", "--capacity", "investigator", "--reference", "INV-7", "--why", "a hearing", "--approved-by", "Head of HR",
                    "--output", given / "HR-1.zip")
        about_a_person = (("hr", *report), ("ict", *who), ("hr", *who, "--case", "HR-1"), ("ict", *blocks), ("hr", *blocks, "--case", "HR-1"), ("hr", *disclose))
        for question in about_a_person:
            with self.subTest(question):
                refused = self.edgewatch(*question)
                self.assertExit(NOT_PERMITTED, refused)
                self.assertIn("past their time are still there", refused.stderr)
                self.assertEqual(refused.stdout, "")
        self.assertEqual(list(given.iterdir()), [])
        self.assertIn("ALARM purge", self.ask("ict", "status"))
        self.ask("purge", "purge", "--confirm", "a backup was put back")
        for question in about_a_person:
            self.ask(*question)
        self.assertEqual(json.loads(self.ask("hr", *report))["minutes"], [])
        self.end(daemon)

        daemon = self.start(config, at("2028-05-02"))
        self.ask("purge", "purge", "--confirm", "the trial has ended")
        self.assertEqual(self.backups(), [])
        shown = "".join(self.ask("auditor", "certificate", "show", "--entry", each["entry"]) for each in self.certificates())
        self.assertEqual(shown.count("and gone: 1"), 1)

    def fill(self, path):
        """Writes until nothing more fits."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            with self.assertRaises(OSError):
                while True:
                    os.write(descriptor, bytes(4096))
        finally:
            os.close(descriptor)

    def test_on_a_full_disk_it_deletes_by_the_space_that_is_kept_for_it(self):
        disk = self.disk("64m")
        config = self.configure()
        config.write_text(config.read_text().replace(f"{self.folder}/ledger.db", f"{disk}/ledger.db"))
        fill = [BIN / "edgewatch-bench-ledger", "fill", "--database", disk / "ledger.db", "--people", "500", "--days", "5"]
        self.assertExit(0, run(*fill, "--first", "2026-11-02"))
        self.assertExit(0, run(*fill, "--first", "2026-11-23"))  # as much that stays, and more
        self.assertExit(0, run(*fill, "--first", "2026-12-07"))
        daemon = self.start(config, at("2027-11-30"))  # refused at the start: over half
        self.assertEqual((disk / "ledger.db.reserve").stat().st_size, 32 << 20)
        self.fill(disk / "others")
        self.ask("purge", "purge", "--confirm", "a test")
        self.assertIn("the space that is kept for it is released", self.daemon_log())
        self.assertTrue((disk / "ledger.db.reserve").exists(), "and taken again")
        shown = self.ask("auditor", "certificate", "show")
        self.assertIn("deleted: records of 2026-11-30 and earlier", shown)
        self.assertRegex(shown, r"usage +[1-9]\d{4,}")
        self.assertNotIn("ALARM", self.ask("ict", "status"))
        self.assertEqual(self.end(daemon), 0)
        # It starts on a full disk too, and says so where the space cannot be kept.
        self.fill(disk / "others")
        self.start(config, at("2027-11-30"))
        self.ask("purge", "purge")
        self.fill(disk / "others")
        self.ask("purge", "purge")
        os.remove(disk / "others")

    def records(self):
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True, timeout=30) as connection:
            return connection.execute("SELECT records FROM usage_state").fetchone()[0]

    def test_killed_fifty_times_it_ends_in_one_true_certificate(self):
        random.seed(17)
        config = self.configure(extra="")
        filled = run(BIN / "edgewatch-bench-ledger", "fill", "--database", self.folder / "ledger.db", "--people", "2000", "--first", "2026-11-02", "--days", "14")
        self.assertExit(0, filled)
        environment = at(A_YEAR_ON)
        daemon = self.start(config, environment)
        would = self.ask("ict", "purge", "--dry-run")
        self.assertIn("would be refused:", would)
        everything = int(re.search(r"usage +(\d+)", would)[1])
        self.assertGreater(everything, 100_000)
        asked = subprocess.Popen([self.command_file, "purge", "--confirm", "a test", "--socket", self.sockets / "purge.sock"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        midway = 0
        for kill in range(50):
            left = before = self.records()
            deadline = time.monotonic() + 20
            while left == before > 0 and time.monotonic() < deadline:
                time.sleep(0.002)
                left = self.records()
            if left == 0:  # rows are gone; files are cleaned and certified
                time.sleep(random.uniform(0, 0.05))
            midway += 0 < left < everything
            daemon.kill()
            daemon.wait()
            asked.wait()
            with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
                self.assertEqual(connection.execute("PRAGMA quick_check").fetchone()[0], "ok")
            (self.sockets / "purge.sock").unlink(missing_ok=True)
            daemon = subprocess.Popen([BIN / "edgewatchd", "--config", config], env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
            self.addCleanup(self.end, daemon, signal.SIGKILL)
        print(f"killed with rows left: {midway} of 50")
        self.assertGreater(midway, 5)
        self.end(daemon, signal.SIGKILL)
        self.start(config, environment)
        self.assertEqual(self.records(), 0)
        with sqlite3.connect(f"file:{self.folder}/audit.db?mode=ro", uri=True) as connection:
            notes = [json.loads(n) for (n,) in connection.execute("SELECT note FROM entry WHERE action = 'purge' AND note LIKE '{%' ORDER BY seq")]
        told = [n["removed"]["usage"] for n in notes if "usage" in n["removed"]]
        self.assertEqual(told, [everything], "what all the runs took is told once")
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))


if __name__ == "__main__":
    unittest.main()
