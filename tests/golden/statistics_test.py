"""Statistics of the council as a whole: made of a month before its minutes go, of ten people at least, told the same for ever; and nobody in them."""
import csv
import io
import json
import unittest

from harness import USAGE, fake_clock
from story import FACEBOOK, TEN, X, Machine, Site, Stories, Story, held

DAY = TEN[:10]
NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")
INSTAGRAM = Site("www.instagram.com", "static.cdninstagram.com", "scontent.cdninstagram.com")
# Whose department is how large, and what they use: 24 Facebook, 12 X, 3 Instagram.
DEPARTMENTS = ("Planning",) * 20 + ("Housing",) * 16 + ("Cabinet Office",) * 3
SITES = (FACEBOOK,) * 24 + (X,) * 12 + (INSTAGRAM,) * 3
MACHINES = [Machine(f"m{n}", f"02:00:5e:10:02:{n:02x}", f"10.20.2.{n + 1}") for n in range(39)]


class Statistics(Stories):
    people = "".join(f"s{n:02},Person {n},{department},\n" for n, department in enumerate(DEPARTMENTS))

    def setUp(self):
        super().setUp()
        self.config = self.configured()
        story = Story()
        for machine, site in zip(MACHINES, SITES):
            story.active(0, 300, site, machine)
        told = self.write("feed.csv", held(DAY, *((machine, f"s{n:02}") for n, machine in enumerate(MACHINES))).text())
        self.assertExit(0, self.edgewatchd("--replay", self.capture(story), "--config", self.config, "--tenancy", told, "--database", self.folder / "ledger.db"))

    def at(self, when):
        if hasattr(self, "daemon"):
            self.end(self.daemon)
        self.daemon = self.start(self.config, fake_clock(f"@{when} 09:00:00"))

    def ask(self, *arguments, role="ict"):
        done = self.edgewatch(role, "statistics", *arguments)
        self.assertExit(0, done)
        return done.stdout

    def told(self, by, *period):
        rows = csv.DictReader(io.StringIO(self.ask(*(period or NOVEMBER), "--by", by, "--format", "csv")))
        return {row["whole" if by == "month" else by]: (int(row["people_at_least"]), int(row["hours_at_least"]), int(row["hours_best_estimate"])) for row in rows}

    def test_a_committee_is_told_of_the_council_and_of_nobody(self):
        self.at("2026-12-04")
        self.assertEqual(self.told("service"), {}, "before a week has passed, what comes late may still change it")
        self.assertIn("Not there: 2026-11", self.ask(*NOVEMBER))
        self.at("2026-12-08")
        people = {by: {key: row[0] for key, row in self.told(by).items()} for by in ("month", "service", "category", "department", "day")}
        self.assertEqual(people["month"], {"all": 30})
        self.assertEqual(people["category"], {"social": 30})
        # Three on Instagram are not told; nor are the twelve on X, whose figure would give theirs away. So with the departments.
        self.assertEqual(people["service"], {"facebook": 20})
        self.assertEqual(people["department"], {"Planning": 20})
        self.assertEqual(people["day"], {DAY: 30})
        # A department by category: Planning's is told, of the others together is what is left. None of the others is told by itself.
        planning = ("--department", "Planning")
        self.assertEqual({key: row[0] for key, row in self.told("category", *NOVEMBER, *planning).items()}, {"social": 20})
        self.assertEqual({key: row[0] for key, row in self.told("month", *NOVEMBER, *planning).items()}, {"all": 20})
        for department in ("Housing", "Nowhere"):
            for by in ("month", "category"):
                self.assertEqual(self.told(by, *NOVEMBER, "--department", department), {})
        self.assertIn("Department", self.ask(*NOVEMBER, *planning, "--by", "category"))
        # Kept, sorted and cut in every form.
        self.assertEqual(self.told("department", *NOVEMBER, "--only", "department=Planning"), self.told("department"))
        self.assertEqual(self.told("department", *NOVEMBER, "--only", "department=Housing"), {})
        one = self.ask(*NOVEMBER, "--by", "service", "--only", "service=youtube")
        self.assertIn("0 of 1, as asked for", one)
        self.assertNotIn("facebook", one)
        self.assertExit(USAGE, self.edgewatch("ict", "statistics", *NOVEMBER, "--sort", "age"))
        (_, lower, best), = self.told("month").values()
        self.assertTrue(1 <= lower <= best <= 4, (lower, best))
        text = " ".join(self.ask(*NOVEMBER, "--by", "category", "--hourly-cost", "14.50-27", role="auditor").split())
        for needle in ("Nobody is named", "£14.50", "£27.00", "cannot be added up", "2026-11", "breaks included", "one person has over half"):
            self.assertIn(needle, text)
        page = self.ask(*NOVEMBER, "--by", "service", "--format", "html", role="hr")
        self.assertIn("<table>", page)
        for n in range(39):
            self.assertNotIn(f"s{n:02}", text)
        self.assertNotIn("Instagram".lower(), (text + page).lower())
        before = {by: self.told(by) for by in people}

        # A year on the minutes are gone from every file, and the statistics are as they were.
        self.at("2027-11-20")
        self.assertExit(0, self.edgewatch("purge", "purge", "--confirm", "the trial has ended"))
        self.assertEqual({by: self.told(by) for by in before}, before)
        found = [each for each in self.files_with("s05", "s38", "Cabinet Office", MACHINES[5].mac) if ".csv:" not in each]
        self.assertEqual(found, [])
        for by in ("month", "category"):
            self.assertEqual(self.told(by, *NOVEMBER, "--department", "Cabinet Office"), {}, "three people")
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))

    def test_only_whole_months_are_told(self):
        self.at("2026-12-08")
        for wrong in (("--from", "2026-11-02", "--to", "2026-11-30"), ("--from", "2026-11-01", "--to", "2026-11-29"), ("--from", "2026-12-01", "--to", "2026-11-30"),
                      (*NOVEMBER, "--by", "person"), (*NOVEMBER, "--by", "service", "--department", "Planning"), (*NOVEMBER, "--by", "day", "--department", "Planning"), (*NOVEMBER, "--hourly-cost", "27-14"), (*NOVEMBER, "--hourly-cost", "x")):
            self.assertExit(USAGE, self.edgewatch("ict", "statistics", *wrong))
        self.assertEqual(self.told("month", "--from", "2026-11", "--to", "2026-11"), self.told("month", *NOVEMBER[:2], "--to", "2026-12-31"))
        audited = [e["action"] for e in json.loads(self.edgewatch("auditor", "audit", "show", "--format", "json").stdout)]
        self.assertGreater(audited.count("statistics"), 4)


if __name__ == "__main__":
    unittest.main()
