"""The page of a report as its readers meet it: made by the daemon from captured packets, opened in Chromium light, dark, narrow and for print, looked through by
axe-core, printed to PDF. Of the office morning, and of three months of one person. EDGEWATCH_KEEP=FOLDER keeps pages, pictures and PDFs, to be looked at."""
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))
from harness import BIN, SOURCE, fake_clock, run  # noqa: E402
from story import FACEBOOK, PC, X, YOUTUBE, Feed, Site, Stories, Story  # noqa: E402

REDDIT = Site("www.reddit.com", "www.redditstatic.com", "i.redd.it")
FIRST, LAST = datetime.date(2026, 9, 1), datetime.date(2026, 11, 30)
# Nothing is watched between the two captures.
FIRST_PART_ENDS, SECOND_PART_BEGINS = datetime.date(2026, 10, 14), datetime.date(2026, 10, 15)


def tools():
    """axe-core and playwright-core of the lock file, beside the programs that are tested."""
    folder = BIN.parent / "tests" / "report_page"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "look.mjs"):
        shutil.copy(HERE / "report_page" / name, folder)
    installed = folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "report_page" / "package-lock.json").stat().st_mtime:
        done = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=5", cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(f"npm could not bring axe-core and playwright-core of tests/lab/report_page/package-lock.json, so no page was looked at:\n{done.stderr}")
    return folder


def quarter(first, last, start):
    """A person who looks at a few sites on most working days, plays something at some lunches, and once stays late. Times in seconds after `start` (UTC)."""
    story, dice = Story(seed=11, start=f"{start}T00:00:00Z"), random.Random(f"quarter {first}")
    day = first
    while day <= last:
        midnight = (day - start).days * 86400
        # Office work all day: sites that nobody monitors.
        for hour in range(8, 17):
            if day.weekday() < 5:
                story.news(midnight + hour * 3600 + 900)
        if day.weekday() < 5 and dice.random() < 0.7:
            for _ in range(dice.randint(1, 3)):
                begin = midnight + dice.randint(8 * 3600, 15 * 3600 + 1800)
                story.active(begin, begin + dice.randint(90, 900), dice.choice((FACEBOOK, FACEBOOK, X, REDDIT)))
            if dice.random() < 0.3:
                begin = midnight + dice.randint(11 * 3600, 12 * 3600)
                story.load(begin, YOUTUBE).chunks(begin + 4, begin + dice.randint(200, 700))
            if dice.random() < 0.2:
                story.load(midnight + dice.randint(9 * 3600, 15 * 3600), X)  # one look and nothing after it
        day += datetime.timedelta(days=1)
    return story


class ReportPage(Stories):
    segments = 44

    def look(self, *pages):
        """What Chromium and axe-core say of the pages, and the text of the printed ones."""
        pictures = self.folder / "pictures"
        pictures.mkdir(exist_ok=True)
        done = run("node", "look.mjs", pictures, *pages, cwd=tools(), timeout=500)
        self.assertExit(0, done)
        told = json.loads(done.stdout)
        for page in pages:
            self.keep(page, *pictures.glob(f"{page.stem}-*"))
            for seen in told[page.name]:
                where = f"{page.name}, {seen['way']}"
                self.assertEqual(seen["asked"], [], f"{where}: something was fetched")
                self.assertEqual(seen["wrong"], [], f"{where}: the console")
                self.assertEqual(seen["violations"], [], f"{where}: axe-core")
                self.assertEqual(seen["overflow"], 0, f"{where}: wider than the window")
                self.assertGreater(seen["rules"], 30, f"{where}: axe-core looked at little")
        return {page.stem: run("pdftotext", "-layout", pictures / f"{page.stem}-print.pdf", "-").stdout.split("\f")[:-1] for page in pages}

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def report(self, person, first, last, *more, form="html"):
        period = ("--person", person, "--from", first, "--to", last)
        self.ask("hr", "case", "open", "--reference", "HR-1", "--reason", "excessive-time", "--grounds", "a test", "--authorised-by", "Head of HR", *period)
        self.ask("hr", "case", "notify", "--reference", "HR-1", "--informed", "2026-12-01", "--by", "Head of HR")
        self.ask("hr", "challenge", "add", "--case", "HR-1", "--text", "On the first day I was at the counter, where the screen faces the public")
        page = self.folder / "report.html"
        page.write_text(self.ask("hr", "report", "--case", "HR-1", *period, "--format", form, *more), encoding="utf-8")
        return page

    def printed_well(self, pages, first_words):
        """Each page says whose it is and which of how many; no picture is cut in two."""
        self.assertGreater(len(pages), 3)
        for number, text in enumerate(pages, 1):
            self.assertIn(first_words, text.splitlines()[0], f"page {number}")
            self.assertRegex(text, rf"Page {number} of {len(pages)}\b")
            # A strip is its caption and its axis, on one page.
            self.assertEqual(len(re.findall(r"20\d\d .*in the headline$", text, re.M)), len(re.findall(r"^ *0\d:00 .*1\d:00 *$", text, re.M)), f"page {number}")

    def test_three_months_of_one_person(self):
        config = self.configured()
        feed = Feed()
        days = [FIRST + datetime.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
        for day in days:
            feed.lease(f"{day}T00:10:00Z", PC).logon(f"{day}T00:20:00Z", PC, "p17")
        tenancy = self.write("tenancy.csv", feed.text())
        for number, (first, last) in enumerate(((FIRST, FIRST_PART_ENDS), (SECOND_PART_BEGINS, LAST))):
            capture = self.capture(quarter(first, last, FIRST), f"part{number}")
            self.assertExit(0, self.edgewatchd("--replay", capture, "--config", config, "--tenancy", tenancy, "--database", self.folder / "ledger.db"))
        self.start(config, fake_clock("@2026-12-01 09:00:00"))
        page = self.report("p17", FIRST, LAST)
        text = page.read_text(encoding="utf-8")
        self.assertLess(len(text.encode()), 1_000_000)
        for month in ("September", "October", "November"):
            self.assertIn(f"<figcaption>{month} 2026</figcaption>", text)
        self.assertIn('class="gap"', text)
        self.assertIn("The person challenges this report.", text)
        again = self.ask("hr", "report", "--case", "HR-1", "--person", "p17", "--from", FIRST, "--to", LAST, "--format", "html")
        # The hour at which it was made, and that somebody looked once more, are all that differs.
        self.assertEqual(re.sub(r"<section[^>]*>\s*<h2[^>]*>Who has looked.*?</section>", "", again, flags=re.S), re.sub(r"<section[^>]*>\s*<h2[^>]*>Who has looked.*?</section>", "", text, flags=re.S))
        self.printed_well(self.look(page)["report"], "Case HR-1, p17")
        self.pdf_by_the_command()

    def pdf_by_the_command(self):
        """`--format pdf` gives the officer the printed page."""
        folder = self.folder / "officer"
        folder.mkdir()
        shutil.chown(folder, "ewtest-hr")
        made = folder / "report.pdf"
        asked = ("report", "--case", "HR-1", "--person", "p17", "--from", "2026-11-01", "--to", "2026-11-30", "--format", "pdf")
        self.assertExit(64, self.edgewatch("hr", *asked))
        done = self.edgewatch("hr", *asked, "--output", made)
        self.assertExit(0, done)
        self.assertEqual(made.stat().st_mode & 0o777, 0o600)
        self.assertIn("Case HR-1, p17", run("pdftotext", "-layout", made, "-").stdout)
        self.assertEqual([path.name for path in folder.iterdir()], ["report.pdf"])
        self.keep(made)

    def test_the_office_morning(self):
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", "2026-11-17", "--output", self.folder / "o.pcap", "--config-dir", self.folder / "etc",
                   "--catalogue", SOURCE / "etc/catalogue")
        self.assertExit(0, made)
        config = self.folder / "etc/edgewatch.toml"
        config.write_text(config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"') + f'\n[runtime]\nsockets = "{self.sockets}"\n')
        self.assertExit(0, self.edgewatchd("--replay", self.folder / "o.pcap", "--config", config, "--database", self.folder / "ledger.db"))
        self.start(config, fake_clock("@2026-12-01 09:00:00"))
        page = self.report("p05", "2026-11-17", "2026-11-17")
        self.printed_well(self.look(page)["report"], "Case HR-1, p05")


if __name__ == "__main__":
    unittest.main()
