"""Time is kept: S18 to S22 and S24 of TIME 6.3: midnight, both changes of the clock, steps, loss. S23 is in ledger_test.py."""
import random
import unittest

from story import PC, SECOND, TEN, Stories, Story, frames_of, held, micros, rewrite

HOUR = 3600


class Calendar(Stories):
    def test_S18_use_over_midnight_stands_on_both_days(self):
        told = self.replay(Story(start="2026-11-17T23:55:00Z").active(0, 900))
        self.assertBetween(295, told.counted(until="2026-11-18"), 305)
        self.assertBetween(600, told.counted(since="2026-11-18"), 665)

    def test_S19_the_repeated_hour_of_october_is_counted_once_a_minute(self):
        told = self.replay(Story(start="2026-10-25T00:50:00Z").active(0, 1800))
        self.assertBetween(1800, told.counted(), 1865)
        self.assertEqual(told.names()[:30], [f"2026-10-25T0{m // 60}:{m % 60:02}Z" for m in range(50, 80)])

    def test_S20_the_hour_that_is_missing_in_march_is_not_invented(self):
        told = self.replay(Story(start="2027-03-28T00:50:00Z").active(0, 1200))
        self.assertBetween(1200, told.counted(), 1265)
        self.assertLessEqual(len(told.names()), 22)


class ClockSteps(Stories):
    def stepped(self, step, story=None, t=300):
        """Ten minutes of use, or the story, in the middle of which the wall clock was set by `step` seconds."""
        story = story or Story().active(0, 600)
        path = self.capture(story)
        middle = micros(story.at(t))
        rewrite(path, ((at + (step * SECOND if at >= middle else 0), record) for at, record in frames_of(path)))
        return path

    def minutes_of_the_clock(self, told):
        return [r["utc_minute"] for r in told.rows if "CLOCK" in r["reasons"]]

    def test_S21_a_clock_set_forward_adds_no_time(self):
        path, feed = self.stepped(HOUR), held("2026-11-17", (PC, "p17"))
        told = self.replay(path, feed, [("2026-11-17T11:05:00Z", "clock_step", HOUR)])
        by_the_old_clock = self.replay(path, feed, [("2026-11-17T10:05:00Z", "clock_step", HOUR)])
        self.assertEqual(told.rows, by_the_old_clock.rows)
        self.assertBetween(590, told.counted(), 665)
        self.assertTrue(self.minutes_of_the_clock(told))
        for row in told.rows:
            self.assertTrue("CLOCK" not in row["reasons"] or row["grade"] != "strong", row)
        self.assertEqual(told.of(since="2026-11-17T10:06Z", until="2026-11-17T11:05Z"), [], "nothing in the hour that never was")

    def test_S22_a_clock_set_back_fills_no_minute_twice(self):
        path, feed = self.stepped(-120), held("2026-11-17", (PC, "p17"))
        told = self.replay(path, feed)
        told_too = self.replay(path, feed, [("2026-11-17T10:03:00Z", "clock_step", -120)])
        self.assertEqual(told_too.counted(), told.counted(), "the stamps say so themselves")
        per_minute = {}
        for row in told.rows:
            per_minute[row["utc_minute"]] = per_minute.get(row["utc_minute"], 0) + int(row["seconds"])
        self.assertLessEqual(max(per_minute.values()), 60)
        self.assertBetween(480, told.counted(), 660)
        self.assertTrue(self.minutes_of_the_clock(told))


    def test_no_step_makes_use_of_a_tab_that_was_left(self):
        """Of a page that was opened once and then polls, nothing counts; nor does it where the clock was set before five polls were seen."""
        feed = held("2026-11-17", (PC, "p17"))
        for step in (-3600, -620, -320, -90, 45, 400, HOUR):  # of a smaller step back no stamp of the polls tells
            story = Story().load(0)
            story.every(60, 60, 3600, "www.facebook.com", lambda: 2500 + story.dice.randint(-60, 60), 4000, give=1)
            events = [(story.at(200 + step), "clock_step", step)] if step > 0 else []
            for t in (200, 1800):
                with self.subTest(step=step, t=t):
                    told = self.replay(self.stepped(step, story, t), feed, [(story.at(t + step), kind, value) for _, kind, value in events])
                    self.assertEqual(told.counted(), 0)

    def test_every_minute_has_one_row_of_its_kind_however_the_clock_was_set(self):
        feed = held("2026-11-17", (PC, "p17"))
        for step in (-320, -90, -37, 23, 400):
            with self.subTest(step=step):
                told = self.replay(self.stepped(step, t=330), feed, [("2026-11-17T10:05:53Z", "clock_step", step)] if step == 23 else
                                   [("2026-11-17T10:12:10Z", "clock_step", step)] if step > 0 else [])
                keys = [(r["utc_minute"], r["subject"], r["service"], r["kind"], r["grade"], r["purpose"]) for r in told.rows]
                self.assertEqual(keys, sorted(set(keys)))
                self.assertLessEqual(told.counted(), 600 + 60)
                self.assertGreater(told.counted(), 200)


class Loss(Stories):
    segments = 1

    def lossy(self, percent):
        """S01, of which so many packets were lost, and the file that says so."""
        path = self.capture(Story().load(0).acts(7, 600), f"lossy{percent}")
        dice = random.Random(percent)
        kept, lost = [], {}
        for at, record in frames_of(path):
            if dice.random() * 100 < percent:
                second = at // SECOND
                lost[second] = lost.get(second, 0) + 1
            else:
                kept.append((at, record))
        rewrite(path, kept)
        begin = micros(TEN) // SECOND
        return path, [(Story().at(second - begin), "loss", count) for second, count in sorted(lost.items())]

    def test_S24_loss_lowers_the_grade_and_never_raises_a_figure(self):
        feed = held("2026-11-17", (PC, "p17"))
        whole = self.replay(Story().load(0).acts(7, 600))
        five = self.replay(*self.with_feed(5, feed))
        self.assertLessEqual(five.counted(), whole.counted() * 1.02)
        self.assertGreater(five.counted(), 300)
        self.assertIn("moderate", five.grades(kind="interactive"))
        self.assertNotIn("strong", five.grades(kind="interactive"))  # an action whose neighbours were lost is weak
        self.assertIn("LOSS", five.reasons())
        quarter = self.replay(*self.with_feed(25, feed))
        self.assertEqual(quarter.counted(), 0)
        self.assertEqual(quarter.grades(kind="interactive"), {"weak"})

    def with_feed(self, percent, feed):
        path, events = self.lossy(percent)
        return path, feed, events


if __name__ == "__main__":
    unittest.main()
