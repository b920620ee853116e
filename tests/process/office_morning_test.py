"""The office morning through the real programs: the same bytes twice, people who appear nowhere, cases, reports, the audit, and deletion after a year."""
import csv
import json
import signal
import sqlite3
import time
import unittest

from harness import BIN, NOT_PERMITTED, SOURCE, Scratch, fake_clock, rows, run

DAY = "2026-11-17"
# The day after: what the tests find must not depend on the day they run on.
MORNING_AFTER = fake_clock("@2026-11-18 09:00:00")
UNWATCHED = ("p11", "02:00:5e:10:00:11", "10.20.1.21", "10.99.0.")


class OfficeMorning(Scratch):
    def setUp(self):
        super().setUp()
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", DAY, "--output", self.folder / "o.pcap", "--truth", self.folder / "truth.tsv",
                   "--config-dir", self.folder / "etc", "--catalogue", SOURCE / "etc/catalogue")
        self.assertExit(0, made)
        self.config = self.folder / "etc/edgewatch.toml"
        text = self.config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"')
        self.config.write_text(text + f'\n[runtime]\nsockets = "{self.sockets}"\n')

    def replay(self, *arguments, capture="o.pcap"):
        done = self.edgewatchd("--replay", self.folder / capture, "--config", self.config, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def dump(self, path):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return "\n".join(connection.iterdump())

    def open_case(self, reference="HR-1", person="p05", **options):
        return self.edgewatch("hr", "case", "open", "--reference", reference, "--person", person, "--reason", "excessive-time", "--grounds", "a test",
                              "--from", DAY, "--to", DAY, "--authorised-by", "a test", **options)

    def report(self, reference="HR-1", person="p05", day=DAY, form="json", role="hr"):
        return self.edgewatch(role, "report", "--case", reference, "--person", person, "--from", day, "--to", day, "--format", form)

    def test_the_same_capture_gives_the_same_bytes_and_the_truth_within_its_claims(self):
        for table in ("minutes", "findings", "coverage", "blocks"):
            once = self.replay("--print", table)
            for threads in ("1", "2", "4"):
                self.assertEqual(once, self.replay("--print", table, "--threads", threads), f"{table}, {threads} threads")
        events = self.folder / "ticks.tsv"
        ticks = [f"{DAY}T09:{minute:02}:{second:02}.{part}Z\ttick\t" for minute in range(10, 50) for second in (0, 30, 59) for part in (1, 4, 8)]
        events.write_text("utc_time\tkind\tvalue\n" + "\n".join(ticks) + "\n")
        for table in ("minutes", "coverage"):
            self.assertEqual(self.replay("--print", table), self.replay("--print", table, "--events", events, "--threads", "2"), f"{table} with ticks")
        self.replay("--database", self.folder / "one.db")
        self.replay("--database", self.folder / "two.db", "--threads", "3")
        self.assertEqual(self.dump(self.folder / "one.db"), self.dump(self.folder / "two.db"))
        self.replay("--database", self.folder / "two.db")  # again into the same ledger: nothing is counted twice
        minutes = []
        for name in ("one.db", "two.db"):
            with sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True) as connection:
                minutes.append(connection.execute("SELECT place, records FROM usage ORDER BY place").fetchall())
        self.assertEqual(minutes[0], minutes[1])
        self.assertGreater(len(minutes[0]), 0)
        for table, figure in (("exclusion", "count"), ("block_inappropriate", "attempts")):
            sums = []
            for name in ("one.db", "two.db"):
                with sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True) as connection:
                    sums.append(connection.execute(f"SELECT count(*), sum({figure}) FROM {table}").fetchone())
            self.assertEqual(sums[0], sums[1], table)
            self.assertGreater(sums[0][0], 0, table)

        counted, lower = {}, {}
        per_minute = {}
        for row in rows(self.replay("--print", "minutes")):
            if row["kind"] != "concurrent":
                key = (row["subject"], row["utc_minute"])
                per_minute[key] = per_minute.get(key, 0) + int(row["seconds"])
            if row["grade"] != "weak":
                key = (row["subject"], row["service"], row["kind"])
                counted[key] = counted.get(key, 0) + int(row["seconds"])
                lower[key] = lower.get(key, 0) + int(row["lower_seconds"])
        self.assertLessEqual(max(per_minute.values()), 60)
        truth = {(r["person"], r["service"], r["kind"]): int(r["seconds"]) for r in rows((self.folder / "truth.tsv").read_text())}
        for key, seconds in counted.items():
            self.assertGreater(truth.get(key, 0), 0, f"{key}: time where there was no use")
            self.assertLessEqual(seconds, truth[key] + max(300, truth[key] // 5), key)
            self.assertLessEqual(lower[key], truth[key], f"{key}: the lower figure lies above the truth")
        for person, service in (("p03", "facebook"), ("p05", "instagram"), ("p06", "linkedin"), ("p07", "facebook"), ("p08", "reddit"), ("p09", "tiktok")):
            self.assertGreater(counted.get((person, service, "interactive"), 0), 60, f"{person} {service}")

    def test_guests_and_the_unmonitored_appear_nowhere(self):
        self.replay("--database", self.folder / "ledger.db")
        for table in ("minutes", "findings", "coverage", "blocks"):
            text = self.replay("--print", table)
            for trace in UNWATCHED:
                self.assertNotIn(trace, text, table)
        self.assertEqual(self.files_with(*UNWATCHED), [])
        self.assertEqual(self.files_with("facebook.com", "fbcdn.net"), [], "no host name in any file")
        # A rule's own words are kept with the rule book, for `why` of a past time, and nowhere else.
        text = self.dump(self.folder / "ledger.db")
        named = [line for line in text.splitlines() if "casino" in line]
        book = (self.folder / "etc/rules.toml").read_text()
        self.assertEqual(text.count("casino"), book.count("casino"), named)
        with sqlite3.connect(self.folder / "ledger.db") as connection:
            connection.execute("UPDATE rule_text SET rules = NULL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        self.assertEqual(self.files_with("casino"), [], "no host name in any file")
        self.start(self.config, MORNING_AFTER)
        refused = self.open_case(person="p11")
        self.assertNotEqual(refused.returncode, 0)

    def test_authorised_use_stands_apart_and_a_blocked_name_is_counted(self):
        purposes = {r["purpose"] for r in rows(self.replay("--print", "minutes")) if r["subject"] == "p07"}
        self.assertEqual(purposes, {"authorised"})
        blocks = rows(self.replay("--print", "blocks"))
        self.assertEqual({r["person"] for r in blocks}, {"p08"})
        self.assertEqual({(r["name"], r["service"], r["category"]) for r in blocks}, {("-", "-", "-")})

    def test_no_case_no_answer(self):
        self.replay("--database", self.folder / "ledger.db")
        self.start(self.config, MORNING_AFTER)
        refused = self.report()
        self.assertExit(NOT_PERMITTED, refused)
        self.assertIn("case open", refused.stderr)
        self.assertExit(0, self.open_case())
        answered = self.report()
        self.assertExit(0, answered)
        self.assertIn("instagram", answered.stdout)
        json.loads(answered.stdout)
        for form, needle in (("text", "cannot see whether anybody was looking"), ("csv", "instagram"), ("html", "<!DOCTYPE html>")):
            told = self.report(form=form)
            self.assertExit(0, told)
            self.assertIn(needle.lower(), told.stdout.lower())
        # Another person, another day, another role, root: no.
        self.assertExit(NOT_PERMITTED, self.report(person="p03"))
        self.assertExit(NOT_PERMITTED, self.report(day="2026-11-16"))
        for role in ("ict", "auditor"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "report", "--case", "HR-1", "--person", "p05", "--from", DAY, "--to", DAY, socket=self.sockets / "hr.sock"))
            self.assertExit(NOT_PERMITTED, self.report(role=role))
        self.assertExit(NOT_PERMITTED, run(self.command_file, "case", "list", "--socket", self.sockets / "hr.sock"))
        self.assertExit(0, self.edgewatch("hr", "case", "close", "--reference", "HR-1"))
        self.assertExit(NOT_PERMITTED, self.report())

        shown = self.edgewatch("auditor", "audit", "show", "--format", "json")
        self.assertExit(0, shown)
        entries = json.loads(shown.stdout)
        outcomes = [(e["action"], e["outcome"]) for e in entries if e["action"] == "report"]
        self.assertEqual(outcomes[0], ("report", "refused"))
        self.assertIn(("report", "permitted"), outcomes)
        self.assertGreaterEqual(outcomes.count(("report", "refused")), 5)
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))

    def test_status_and_live_name_nobody_and_a_bad_reload_keeps_the_rules(self):
        self.replay("--database", self.folder / "ledger.db")
        daemon = self.start(self.config, MORNING_AFTER)
        for command in (("status",), ("live",), ("classify", "www.facebook.com")):
            done = self.edgewatch("ict", *command)
            self.assertExit(0, done)
            self.assertNotRegex(done.stdout, r"\bp\d\d\b")
        self.assertIn("core", self.edgewatch("ict", "classify", "www.facebook.com").stdout)

        def reload_and_wait(text, sign):
            (self.folder / "etc/rules.toml").write_text(text)
            daemon.send_signal(signal.SIGHUP)
            for _ in range(100):
                if sign in self.edgewatch("ict", "status").stdout:
                    return
                time.sleep(0.05)
            self.fail(self.edgewatch("ict", "status").stdout)

        reload_and_wait('[[rule]]\nid = "no-video"\naction = "block"\nservices = ["youtube"]\n', "rules: 1")
        self.assertIn("no-video", self.edgewatch("ict", "classify", "www.youtube.com").stdout)
        reload_and_wait('[[rule]]\nid = "no-video"\naction = "sometimes"\n', "ALARM reload")
        self.assertIn("no-video", self.edgewatch("ict", "classify", "www.youtube.com").stdout)

    def test_a_year_on_nothing_is_left_in_any_file(self):
        self.replay("--database", self.folder / "ledger.db")
        daemon = self.start(self.config, MORNING_AFTER)
        self.assertExit(0, self.open_case())
        self.assertExit(0, self.report())
        self.assertExit(0, self.edgewatch("hr", "case", "close", "--reference", "HR-1"))
        # ICT may look what would go, but not delete.
        self.assertExit(0, self.edgewatch("ict", "purge", "--dry-run"))
        self.assertNotEqual(self.edgewatch("ict", "purge").returncode, 0)
        self.assertEqual(self.end(daemon), 0)
        person = ("p05", "p03", "02:00:5e:10:00:05", "10.20.1.15", "a test")
        self.assertNotEqual(self.files_with(*person), [], "what is to be deleted must be there first")

        # The day before it is due everything stays; a year and a day on, all of it goes, at the daemon's start or by the timer.
        early = self.start(self.config, fake_clock("@2027-11-16 12:00:00"))
        looked = self.edgewatch("purge", "purge", "--dry-run")
        self.assertExit(0, looked)
        self.assertNotRegex(looked.stdout, r"usage\s+\d")
        self.assertEqual(self.end(early), 0)
        self.assertNotEqual(self.files_with("p05"), [])

        # All of it is over half of it, so somebody has to say that this is right; until then nothing is deleted.
        late = self.start(self.config, fake_clock("@2028-01-05 12:00:00"))
        self.assertExit(NOT_PERMITTED, self.edgewatch("purge", "purge"))
        self.assertIn("ALARM purge", self.edgewatch("ict", "status").stdout)
        self.assertNotEqual(self.files_with("p05"), [])
        self.assertExit(0, self.edgewatch("purge", "purge", "--confirm", "the trial has ended"))
        self.assertNotIn("ALARM purge", self.edgewatch("ict", "status").stdout)
        shown = self.edgewatch("auditor", "audit", "show")
        self.assertExit(0, shown)
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))
        status = self.edgewatch("ict", "status", "--format", "csv").stdout
        self.assertRegex(status, r"minute rows,0\b")
        self.assertEqual(self.files_with(*person), [], "while the daemon runs")
        self.assertEqual(self.end(late), 0)
        self.assertEqual(self.files_with(*person), [], "after it ended")
        self.assertIn("usage", shown.stdout, "the certificate says how many rows went")

    def test_a_purge_with_a_reader_open_says_that_it_is_not_done(self):
        self.replay("--database", self.folder / "ledger.db")
        self.start(self.config, fake_clock("@2028-11-18 09:00:00"))
        reader = sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM usage").fetchall()
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--person", "p05", "--reason", "excessive-time", "--grounds", "a test", "--from", DAY, "--to", DAY,
                                          "--authorised-by", "a test"))
        waiting = self.edgewatch("purge", "purge", "--confirm", "the trial has ended")
        self.assertExit(75, waiting)
        self.assertIn("a reader kept the files from being cleaned", self.edgewatch("ict", "status").stdout)
        reader.execute("COMMIT")
        self.assertExit(0, self.edgewatch("purge", "purge"))  # what was confirmed is not asked about again


if __name__ == "__main__":
    unittest.main()
