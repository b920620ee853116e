"""The daemon and a replay judge names by the lists that `edgewatch lists` accepted; what is damaged is not used and said; nothing of a special category is kept as anybody's use."""
import json
import sqlite3
import unittest

from harness import BAD_CONFIGURATION, Scratch, rows, run
from lists_test import questions

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

    def test_lists_that_were_never_fetched_are_told_and_mistakes_in_lists_toml_are_the_configurations(self):
        self.start(self.main)
        self.assertIn("run `edgewatch lists update`", self.status()["ALARM lists"])
        self.toml.write_text('[[list]]\nname = "x"\n')
        done = self.edgewatchd("--check-config", "--config", self.main)
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("lists.toml:1:", done.stderr)


if __name__ == "__main__":
    unittest.main()
