"""Through the ledger and the report of a case: S19, S20, S23 and S29 of TIME 6.3."""
import json
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BIN, fake_clock
from story import PC, SECOND, Stories, Story, frames_of, held, micros


class Ledger(Stories):
    def keep_ledger(self, story, **options):
        """Replays the story into the ledger that the daemon will serve."""
        self.config = self.configured(**options)
        feed = self.write("tenancy.csv", held(story.start[:10], (PC, "p17")).text())
        done = self.edgewatchd("--replay", self.capture(story), "--config", self.config, "--tenancy", feed, "--database", self.folder / "ledger.db")
        self.assertExit(0, done)

    def report(self, day, until=None, form="json"):
        """The report on p17, asked for by HR in an open case on the day after."""
        day_after = str(int(day[8:]) + 1).zfill(2)
        self.start(self.config, fake_clock(f"@{day[:8]}{day_after} 09:00:00"))
        period = ["--person", "p17", "--from", day, "--to", until or day]
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", "HR-1", "--reason", "excessive-time", "--grounds", "a test", "--authorised-by", "a test",
                                          *period))
        # After a kill connections go on without a name, which is below what a report asks for.
        told = self.edgewatch("hr", "report", "--case", "HR-1", *period, "--format", form, "--despite", "what a kill leaves is tested")
        self.assertExit(0, told)
        return json.loads(told.stdout) if form == "json" else told.stdout


class Reports(Ledger):
    def local_times(self, told):
        return [m["local_time"] for m in told["minutes"] if m["kind"] == "interactive"]

    def test_S19_the_repeated_hour_is_shown_twice_each_with_its_offset(self):
        self.keep_ledger(Story(start="2026-10-25T00:50:00Z").active(0, 1800))
        told = self.report("2026-10-25")
        self.assertEqual(self.local_times(told)[:30], [f"01:{m:02} BST" for m in range(50, 60)] + [f"01:{m:02} GMT" for m in range(20)])
        self.assertEqual({m["date"] for m in told["minutes"]}, {"2026-10-25"})
        self.assertBetween(1800, told["total"]["interactive"]["best_seconds"], 1865)

    def test_S20_the_hour_that_is_missing_is_stepped_over(self):
        self.keep_ledger(Story(start="2027-03-28T00:50:00Z").active(0, 1200))
        told = self.report("2027-03-28")
        self.assertEqual(self.local_times(told)[:20], [f"00:{m:02} GMT" for m in range(50, 60)] + [f"02:{m:02} BST" for m in range(10)])
        self.assertBetween(1200, told["total"]["interactive"]["best_seconds"], 1265)

    def test_S29_a_lunch_break_is_the_persons_own(self):
        self.keep_ledger(Story(start="2026-11-17T12:20:00Z").active(0, 1800))
        working = self.report("2026-11-17")["working_time"]
        self.assertEqual(working["break_allowance_seconds"], 1800)
        self.assertBetween(1800, working["lunch"]["interactive"]["best_seconds"], 1865)
        self.assertEqual(working["core"]["interactive"]["best_seconds"], 0)
        self.assertEqual(working["outside"]["interactive"]["best_seconds"], 0)
        self.assertBetween(0, working["after_break"]["best_seconds"], 65)
        self.assertEqual(working["counted"], working["after_break"])

    def test_a_person_has_the_calendar_and_the_break_that_are_set_down(self):
        self.people = "p17,Person Seventeen,planning,,mornings,45\n"
        self.people_columns = ",calendar,break_minutes"
        self.keep_ledger(Story(start="2026-11-17T12:20:00Z").active(0, 1800),
                         sections='[[calendar]]\nname = "office"\nhours = ["mon-fri 08:30-17:00"]\n[[calendar]]\nname = "mornings"\nhours = ["mon-fri 08:30-12:30"]\n')
        working = self.report("2026-11-17")["working_time"]
        self.assertEqual((working["calendar"], working["break_allowance_seconds"]), ("mornings", 2700))
        self.assertBetween(590, working["lunch"]["interactive"]["best_seconds"], 605)
        self.assertEqual(working["lunch_window"], "12:00-14:00")
        self.assertGreater(working["outside"]["interactive"]["best_seconds"], 1190)
        self.assertEqual(working["counted"], {"best_seconds": 0, "lower_seconds": 0})


class Restart(Ledger):
    """S23: a daemon that reads its capture from a pipe is killed, and another goes on with the same ledger."""

    segments = 1  # so that there is more to read than a pipe holds

    def beats(self):
        """Whether a heartbeat stands in the ledger."""
        try:
            with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
                return connection.execute("SELECT count(*) FROM heartbeat").fetchone()[0] > 0
        except sqlite3.OperationalError:
            return False

    def watch(self, frames, header):
        command = [BIN / "edgewatchd", "--replay", "-", "--config", self.config, "--tenancy", self.feed, "--database", self.folder / "ledger.db"]
        daemon = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE)
        self.addCleanup(daemon.stdin.close)
        daemon.stdin.write(header + b"".join(record for _, record in frames))
        daemon.stdin.flush()
        return daemon

    def killed(self, begin, killed, started, end):
        """Use from `begin` to `end`; nobody watched between `killed` and `started`. Gives the report, and when the gap begins."""
        path = self.capture(Story(start=begin).active(0, (micros(end) - micros(begin)) / SECOND))
        self.config = self.configured()
        self.feed = self.write("tenancy.csv", held("2026-11-17", (PC, "p17")).text())
        header, frames = path.read_bytes()[:24], list(frames_of(path))
        first = self.watch([f for f in frames if f[0] < micros(killed)], header)
        deadline = time.monotonic() + 60
        while not self.beats():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = self.watch([f for f in frames if f[0] >= micros(started)], header)
        second.stdin.close()
        self.assertEqual(second.wait(timeout=60), 0)
        told = self.report("2026-11-17")
        gap, = told["coverage"]["gaps"]
        self.assertEqual(gap["to"][:19], frames_of_first(frames, started))
        return told, gap

    def test_S23_nothing_is_credited_while_nobody_watched(self):
        told, gap = self.killed("2026-11-17T10:00:00Z", "2026-11-17T10:05:00Z", "2026-11-17T10:06:30Z", "2026-11-17T10:15:00Z")
        self.assertLessEqual(told["total"]["interactive"]["best_seconds"], 900 - 90 + 60)
        self.assertEqual([m for m in told["minutes"] if gap["from"][:16] < m["utc_minute"][:16] < "2026-11-17T10:06"], [])

    def test_what_was_final_before_a_kill_stays(self):
        told, gap = self.killed("2026-11-17T09:00:00Z", "2026-11-17T10:05:00Z", "2026-11-17T10:06:30Z", "2026-11-17T10:15:00Z")
        before = sum(m["seconds"] for m in told["minutes"] if m["utc_minute"] < "2026-11-17T10:05Z")
        self.assertGreater(before, 30 * 60)
        self.assertLessEqual(told["total"]["interactive"]["best_seconds"], 75 * 60 - 90 + 60)


def frames_of_first(frames, since):
    """The stamp of the first frame since then, to the second."""
    at = next(at for at, _ in frames if at >= micros(since))
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // SECOND))


if __name__ == "__main__":
    unittest.main()
