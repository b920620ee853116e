"""Evidence that comes after the minutes were written changes them by an amendment and never in silence (IDENTITY 3): a report from before and one from
after, the audit chain, and `edgewatch who` as it was known then and as it is known now."""
import json
import sqlite3
import unittest

from harness import fake_clock
from story import FACEBOOK, PC, Stories, Story, held, moment, stamp
from datetime import timedelta

DAY = "2026-11-17"


class Late(Stories):
    """p17 is logged on and on Facebook from 10:00 to 10:15; all of it is final by half past."""

    def setUp(self):
        super().setUp()
        self.config = self.configured()
        self.early = held(DAY, (PC, "p17"))
        self.watched = 0
        self.watch(Story().active(0, 900), self.early)
        self.before = self.ask("HR-1")

    def watch(self, story, feed):
        """Another stretch of watching, into the same ledger, with what is known of identity by its end."""
        self.watched += 1
        name = f"watch{self.watched}"
        told = self.write(f"{name}.csv", feed.text())
        self.assertExit(0, self.edgewatchd("--replay", self.capture(story, name), "--config", self.config, "--tenancy", told, "--database", self.folder / "ledger.db"))

    def late(self, *events):
        """At eleven something is told of ten o'clock: (kind, seconds after ten, what is named)."""
        for kind, t, named in events:
            at = stamp(moment(f"{DAY}T10:00:00Z") + timedelta(seconds=t))
            named = {"address": "", "mac": "", "person": "", "source": "windows", **named}
            self.early.lines.append(f"{DAY}T11:00:00Z,{kind},{named['address']},{named['mac']},{named['person']},{at},,{named['source']},")
        self.watch(Story(start=f"{DAY}T11:00:00Z").news(0), self.early)
        self.after = self.ask("HR-2")

    def ask(self, case, person="p17"):
        """What the roles see a day later: the report's forms, `who` at five and at ten past, the audit."""
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        daemon = self.start(self.config, fake_clock("@2026-11-18 09:00:00"))
        period = ["--person", person, "--from", DAY, "--to", DAY]
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", case, "--reason", "excessive-time", "--grounds", "a test", "--authorised-by", "a test",
                                          *period))
        seen = {form: self.edgewatch("hr", "report", "--case", case, *period, "--format", form).stdout for form in ("text", "html", "csv", "json")}
        seen["json"] = json.loads(seen["json"])
        for clock in ("10:05", "10:10"):
            done = self.edgewatch("ict", "who", "--address", PC.address, "--at", f"{DAY}T{clock}:00Z", "--format", "json")
            self.assertExit(0, done)
            seen[clock] = json.loads(done.stdout)
        seen["audit"] = json.loads(self.edgewatch("auditor", "audit", "show", "--format", "json").stdout)
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))
        self.assertEqual(self.end(daemon), 0)
        return seen

    def assertTold(self, *words, forms=("text", "html", "csv")):
        """Every form that people read says this, however its lines are broken."""
        for form in forms:
            flat = " ".join(self.after[form].split())
            for each in words:
                self.assertIn(each, flat, form)

    def answers(self, clock):
        return [(row["layer"], row["value"], row["recorded_at"], row["superseded_at"]) for row in self.after[clock] if row["layer"].startswith("answer")]

    def test_a_logon_told_late_takes_minutes_back_and_every_report_says_so(self):
        self.assertEqual(self.before["json"]["amendments"], [])
        self.assertNotIn("afterwards", self.before["text"])
        self.late(("logon", 500, {"mac": PC.mac, "person": "p18"}))  # p18 has been there since 10:08:20
        told = self.after["json"]
        was = self.before["json"]["total"]["interactive"]
        now = told["total"]["interactive"]
        self.assertBetween(890, was["best_seconds"], 965)
        self.assertBetween(420, now["best_seconds"], 480)
        # Which run, when it was known, by whose word, and what changed.
        amended, = told["amendments"]
        self.assertEqual((amended["recorded_at"], amended["source"], amended["why"], amended["minutes"]), (f"{DAY}T11:00:00Z", "windows", "held", 8))
        self.assertEqual((amended["from"], amended["to"][:16]), (f"{DAY}T10:08:20Z", f"{DAY}T10:59"))
        self.assertEqual(sum(m["seconds"] for m in told["superseded"]), was["best_seconds"] - now["best_seconds"])
        self.assertEqual({(m["run"], m["utc_minute"]) for m in told["superseded"]}, {(0, f"{DAY}T10:{m:02}Z") for m in range(8, 16)})
        self.assertTold("Figures that were changed afterwards", "Tue 17 Nov 2026, 11:00 GMT", "Windows on the machine", "somebody else was there",
                        "nobody else was given them", forms=("text", "html"))
        self.assertTold("taken back", "11:00 GMT")
        self.assertTold("as first told (run 0)", "as it stands now (run 1)", forms=("text", "html"))
        self.assertEqual(sum(1 for line in self.after["csv"].splitlines() if line.startswith("superseded,")), 8)
        # The other person is not named to this one, nor given anything.
        for form in ("text", "html", "csv"):
            self.assertNotIn("p18", self.after[form])
        self.assertEqual(self.ask("HR-3", "p18")["json"]["minutes"], [])
        # The audit chain says so, once.
        entry, = [e for e in self.after["audit"] if e["action"] == "amendment"]
        self.assertEqual((entry["person"], entry["officer"]), ("p17", "edgewatchd"))
        for words in ("8 minutes", "2026-11-17T11:00:00Z", "2026-11-17T10:08:20Z"):
            self.assertIn(words, entry["text"])

    def test_who_shows_what_was_known_then_and_what_is_known_now(self):
        self.late(("logon", 500, {"mac": PC.mac, "person": "p18"}))
        self.assertEqual([a[:2] for a in [(r["layer"], r["value"]) for r in self.before["10:10"]] if a[0].startswith("answer")], [("answer", "p17")])
        self.assertEqual(self.answers("10:10"), [("answer-before", "p17", f"{DAY}T00:20:00Z", f"{DAY}T11:00:00Z"), ("answer", "p18", f"{DAY}T11:00:00Z", "-")])
        # Nothing changed at five past: the end of the session is news, the answer is not.
        self.assertEqual([a[1] for a in self.answers("10:05")], ["p17"])
        # Whoever is named in an answer finds in the audit that somebody asked.
        asked = [e["person"] for e in self.after["audit"] if e["action"] == "who" and "10:10" in e["text"]]
        self.assertEqual(asked, ["p17", "p17", "p18"])

    def test_a_lease_file_that_is_read_late_takes_them_back_too(self):
        self.late(("lease", 300, {"address": PC.address, "mac": "02:00:5e:10:00:99", "source": "dhcp"}))
        now = self.after["json"]["total"]["interactive"]
        self.assertBetween(240, now["best_seconds"], 300)
        self.assertTold("a DHCP server", "nobody is known to have been there", forms=("text", "html"))
        self.assertEqual([a[1] for a in self.answers("10:10")], ["p17", "device:02:00:5e:10:00:99"])

    def test_a_log_off_that_is_told_late_takes_what_came_after_it(self):
        self.late(("logoff", 240, {"mac": PC.mac, "person": "p17"}))
        self.assertBetween(180, self.after["json"]["total"]["interactive"]["best_seconds"], 240)
        self.assertTold("nobody is known to have been there", forms=("text", "html"))
        self.assertNotIn("somebody else", self.after["text"])

    def test_what_was_told_first_stays_in_the_ledger(self):
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            before = ledger.execute("SELECT count(*) FROM binding").fetchone()
        self.late(("logon", 500, {"mac": PC.mac, "person": "p18"}))
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            self.assertGreater(ledger.execute("SELECT count(*) FROM binding").fetchone(), before)
            self.assertEqual(ledger.execute("SELECT count(*) FROM binding WHERE superseded_by IS NOT NULL").fetchone(), (1,))
        # The same evidence again, as after a restart, changes nothing more.
        self.watch(Story(start=f"{DAY}T12:00:00Z").active(0, 60, FACEBOOK), self.early)
        again = self.ask("HR-4")
        self.assertEqual(again["json"]["amendments"], self.after["json"]["amendments"])


if __name__ == "__main__":
    unittest.main()
