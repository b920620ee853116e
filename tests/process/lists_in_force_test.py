"""The daemon and a replay judge names by the lists that `edgewatch lists` accepted; what is damaged is not used and said; nothing of a category that may not be recorded is kept as anybody's use."""
import json
import sqlite3
import time
import unittest

from harness import BAD_CONFIGURATION, Scratch, fake_clock, rows, run
from question_frames import questions

RULES = """[[rule]]
id = "no-adult"
action = "block"
class = "inappropriate"
categories = ["adult"]
[[rule]]
id = "no-malware"
action = "block"
class = "security"
categories = ["malware"]
"""


class ListsInForce(Scratch):
    def setUp(self):
        super().setUp()
        self.main = self.configure(
            people="p17,Seventeen,Highways,\n", assignments="ip,10.20.1.1,p17,,\n", rules=RULES, extra='lists = "lists.toml"'
        )
        self.write("etc/adult.txt", "photos.example\n" + "".join(f"n{i}.example\n" for i in range(50)))
        self.write("etc/malware.txt", "bad.example\nphotos.example\n")
        self.toml = self.write(
            "etc/lists.toml",
            'folder = "../kept"\n'
            + "".join(f'[[list]]\nname = "{name}"\ncategory = "{name}"\nformat = "domains"\nfile = "{name}.txt"\nchange = 1000\ndrift = 1000\n' for name in ("adult", "malware")),
        )

    def lists(self, *arguments):
        return run(self.command_file, "lists", *arguments, "--lists", self.toml)

    def taken(self, **texts):
        for name, text in texts.items():
            self.write(f"etc/{name}.txt", text)
        self.assertExit(0, self.lists("update"))

    def status(self):
        done = self.edgewatch("ict", "status", "--format", "json")
        self.assertExit(0, done)
        return {row["what"].strip(): row["value"] for row in json.loads(done.stdout)}

    def classified(self, *names):
        done = self.edgewatch("ict", "classify", *names, "--format", "json")
        self.assertExit(0, done)
        return {row["name"]: row for row in json.loads(done.stdout)}

    def test_a_name_on_a_list_is_judged_by_its_category_and_says_list_line_and_revision(self):
        self.taken()
        self.start(self.main)
        found = self.classified("www.n7.example", "bad.example", "elsewhere.example", "www.facebook.com")
        adult = found["www.n7.example"]
        self.assertEqual((adult["service"], adult["category"], adult["role"], adult["recorded"]), ("-", "adult", "unknown", "no"))
        self.assertEqual((adult["matched"], adult["line"], adult["verdict"], adult["rule"]), ("n7.example", "adult:9", "block", "no-adult"))
        self.assertEqual(adult["lists"], "adult:9 (n7.example)")
        self.assertEqual(found["bad.example"]["rule"], "no-malware")
        self.assertEqual((found["elsewhere.example"]["verdict"], found["elsewhere.example"]["lists"]), ("allow", "-"))
        self.assertEqual((found["www.facebook.com"]["service"], found["www.facebook.com"]["verdict"]), ("facebook", "allow"))
        status = self.status()
        self.assertEqual(status["lists"], adult["revision"] + "; lists: 2, names: 52")
        self.assertNotIn("ALARM lists", status)

    def test_a_block_by_a_list_keeps_what_the_rules_class_allows_and_never_a_name_or_a_category_of_private_life(self):
        self.taken()
        capture = self.folder / "morning.pcap"
        capture.write_bytes(questions({"www.n7.example": 1, "bad.example": 1, "elsewhere.example": 1}, refused=True))
        blocks = rows(self.edgewatchd("--replay", capture, "--config", self.main, "--print", "blocks").stdout)
        self.assertEqual(
            [(b["person"], b["name"], b["service"], b["category"], b["rule"], b["attempts"]) for b in blocks],
            [("p17", "-", "-", "-", "no-adult", "1"), ("p17", "", "-", "-", "no-malware", "1")],
        )
        self.assertExit(0, self.edgewatchd("--replay", capture, "--config", self.main, "--database", self.folder / "replayed.db"))
        with sqlite3.connect(self.folder / "replayed.db") as ledger:
            self.assertEqual(ledger.execute("SELECT count(*) FROM block_inappropriate").fetchone(), (1,))
            self.assertEqual(ledger.execute("SELECT service, category, attempts FROM block_policy").fetchall(), [("", "", 1)])
            dump = "\n".join(ledger.iterdump())
        for word in ("n7.example", "bad.example", "'adult'"):
            self.assertNotIn(word, dump)

    def test_a_damaged_set_is_not_used_and_the_one_before_is(self):
        self.taken()
        self.taken(malware="bad.example\nworse.example\n")
        second = self.folder / "kept/sets.d/000002.set"
        second.write_bytes(second.read_bytes().replace(b"worse", b"worst", 1))
        daemon = self.start(self.main)
        found = self.classified("bad.example", "worse.example")
        self.assertEqual((found["bad.example"]["verdict"], found["worse.example"]["verdict"]), ("block", "allow"))
        self.assertIn("000001.set is used", self.status()["ALARM lists"])
        self.assertIn("000002.set are damaged", self.daemon_log())
        self.end(daemon)
        (self.folder / "kept/sets.d/000001.set").write_bytes(b"")
        self.start(self.main)
        self.assertIn("no list is used", self.status()["ALARM lists"])
        self.assertEqual(self.classified("bad.example")["bad.example"]["verdict"], "allow")

    def why(self, name, *more):
        """What is said of the lists, of the name and of the decision."""
        done = self.edgewatch("ict", "why", "--address", "10.20.1.1", "--name", name, *more, "--format", "json")
        self.assertExit(0, done)
        said = {}
        for step in json.loads(done.stdout):
            said[step["part"]] = f"{said.get(step['part'], '')}{step['says']}\n"
        return said

    def test_why_says_the_line_of_every_list_that_has_the_name(self):
        self.taken(malware="bad.example\nphotos.example\n")
        self.start(self.main)
        said = self.why("www.photos.example")["list"]
        self.assertIn("adult lists it as adult, line 1: photos.example", said)
        self.assertIn("malware lists it as malware, line 2: photos.example", said)

    def test_classify_says_the_line_of_every_list_that_has_the_name(self):
        self.taken(malware="bad.example\nphotos.example\nn7.example\n")
        self.start(self.main)
        found = self.classified("www.photos.example", "n7.example", "bad.example")
        self.assertEqual(found["www.photos.example"]["lists"], "adult:1 (photos.example), malware:2 (photos.example)")
        self.assertEqual(found["n7.example"]["lists"], "adult:9 (n7.example), malware:3 (n7.example)")
        self.assertEqual(found["bad.example"]["lists"], "malware:1 (bad.example)")

    def wait_for_verdict(self, name, verdict):
        deadline = time.monotonic() + 60
        while self.classified(name)[name]["verdict"] != verdict:
            self.assertLess(time.monotonic(), deadline, self.daemon_log())
            time.sleep(0.05)

    def test_why_of_a_past_time_is_by_the_lists_of_then(self):
        self.taken()
        self.end(self.start(self.main, fake_clock("@2026-11-17 12:00:00")))
        daemon = self.start(self.main, fake_clock("@2026-11-17 13:00:00"))
        self.taken(malware="worse.example\n")
        self.wait_for_verdict("bad.example", "allow")
        before = self.why("bad.example", "--at", "2026-11-17T12:30:00Z")
        self.assertIn("the lists of then are asked", before["lists"])
        self.assertIn("malware lists it as malware, line 1: bad.example", before["list"])
        self.assertIn("rule no-malware", before["decision"])
        self.assertNotIn("no-malware", self.why("worse.example", "--at", "2026-11-17T12:30:00Z")["decision"])
        now = self.why("worse.example")
        self.assertNotIn("lists", now)
        self.assertIn("rule no-malware", now["decision"])
        self.end(daemon)
        # Gone back from, it is still what decided between.
        self.start(self.main, fake_clock("@2026-11-17 14:00:00"))
        self.assertExit(0, self.lists("rollback", "malware"))
        self.wait_for_verdict("bad.example", "block")
        between = self.why("worse.example", "--at", "2026-11-17T13:30:00Z")
        self.assertIn("the lists of then are asked", between["lists"])
        self.assertIn("rule no-malware", between["decision"])
        self.assertNotIn("lists", self.why("bad.example", "--at", "2026-11-17T12:30:00Z"))
        # Where the set of then is gone, that is said, and today's is asked.
        for file in (self.folder / "kept/sets.d").glob("*.set"):
            if file.name != (self.folder / "kept/sets.d/current").resolve().name:
                file.unlink()
        between = self.why("worse.example", "--at", "2026-11-17T13:30:00Z")
        self.assertIn("are not kept", between["lists"])

    def test_lists_that_were_never_fetched_are_told_and_mistakes_in_lists_toml_are_the_configurations(self):
        self.start(self.main)
        self.assertIn("run `edgewatch lists update`", self.status()["ALARM lists"])
        self.toml.write_text('[[list]]\nname = "x"\n')
        done = self.edgewatchd("--check-config", "--config", self.main)
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("lists.toml:1:", done.stderr)


if __name__ == "__main__":
    unittest.main()
