"""tools/run, the main command of README, with programs that are built: what it prints, writes and leaves behind."""
import csv
import pathlib
import pwd
import re
import unittest

from harness import BIN, SOURCE, USAGE, Scratch, run

HEADINGS = re.compile(r"^-+$", re.MULTILINE)
TABLE = "Time on each monitored service"


def left_behind():
    """Role accounts, and folders for sockets."""
    return sorted(p.pw_name for p in pwd.getpwall() if p.pw_name.startswith("ewdemo-")), sorted(pathlib.Path("/tmp").glob("edgewatch-run.*"))


class Run(Scratch):
    def setUp(self):
        super().setUp()
        self.results = self.folder / "office-morning"
        (self.folder / "bin").mkdir()
        for program in ("edgewatchd", "edgewatch", "edgewatch-generate"):
            (self.folder / "bin" / program).symlink_to(BIN / program)

    def tools_run(self, *options):
        before = left_behind()
        done = run(SOURCE / "tools/run", "--bin", self.folder / "bin", *options, cwd="/", timeout=1000)
        self.assertEqual(left_behind(), before)
        self.assertEqual(list(self.folder.rglob(".edgewatch-run.toml")), [])
        return done

    def test_it_prints_each_persons_headline_and_own_table_and_writes_a_page_for_each(self):
        done = self.tools_run()
        self.assertExit(0, done)
        self.assertEqual(done.stderr, "")
        with open(self.results / "truth.tsv", encoding="utf-8") as truth:
            using = {row["person"] for row in csv.DictReader(truth, delimiter="\t") if int(row["seconds"]) > 0}
        parts = [part.split("\n", 1) for part in done.stdout.split("\n== ")[1:]]
        told = {name: text for name, text in parts if re.fullmatch(r"p\d\d", name)}
        self.assertEqual(list(told), [f"p{i:02}" for i in range(1, 11)])
        for person, text in told.items():
            self.assertIn("The method cannot see whether anybody was looking.", text, person)
            self.assertEqual(text.count(TABLE), int(person in using), text)
            self.assertEqual("All services" in text, person in using, "the table to its last line")
            self.assertNotRegex(text, HEADINGS, "no other part of the report")
            page = self.results / "reports" / f"{person}.html"
            self.assertIn(f"({person})", page.read_text(encoding="utf-8"))
        ends = dict(parts)["done"]
        self.assertIn(f"{self.results}/reports/p03.html", ends, "the first page with something on it")
        self.assertIn(f"{self.results}/ledger.db", ends)

    def test_of_another_capture_it_shows_services_and_names_nobody(self):
        capture = self.folder / "o.pcap"
        self.assertExit(0, run(BIN / "edgewatch-generate", "office-morning", "--date", "2026-11-17", "--output", capture, "--truth", self.folder / "truth.tsv", "--config-dir", self.folder / "etc",
                               "--catalogue", SOURCE / "etc/catalogue"))
        done = self.tools_run("--replay", capture)
        self.assertExit(0, done)
        self.assertRegex(done.stdout, r"\nyoutube +streaming-video +\d+\n")
        self.assertNotRegex(done.stdout, r"\bp\d\d\b")

    def test_what_it_cannot_run_it_refuses_before_it_begins(self):
        (self.folder / "bin/edgewatchd").unlink()
        done = self.tools_run()
        self.assertExit(USAGE, done)
        self.assertIn("there is no edgewatchd", done.stderr)
        self.assertFalse(self.results.exists())

    def test_what_somebody_else_keeps_beside_the_programs_is_not_removed(self):
        self.write("office-morning/mine", "kept")
        done = self.tools_run()
        self.assertExit(USAGE, done)
        self.assertIn("was not made by tools/run", done.stderr)
        self.assertEqual((self.results / "mine").read_text(), "kept")


if __name__ == "__main__":
    unittest.main()
