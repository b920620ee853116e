"""What was blocked, told to whoever gathers such things: by rule and minute, and naming nobody."""
import json
import sys
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import GatewayCase  # noqa: E402

OF_ONE = """
[[rule]]
id = "of-one"
action = "block"
services = ["micro-blog"]
people = ["p18"]

[[rule]]
id = "not-at-work"
action = "block"
class = "inappropriate"
services = ["micro-blog"]
"""


class Events(GatewayCase):
    RULES = GatewayCase.RULES + OF_ONE

    def test_attempts_are_told_as_lines_of_json_that_name_nobody(self):
        self.network.serve(443)
        file = self.folder / "blocks.jsonl"
        self.configuration.write_text(self.configuration.read_text() + f'events_file = "{file}"\n')
        daemon = self.guard()
        for person in ("p17", "p18"):
            self.assertEqual(self.network.connect("www.photo-share.example", source=self.network.people[person]), "reset")
        self.assertEqual(self.network.connect("www.micro-blog.example", source=self.network.people["p18"]), "reset")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        events = [json.loads(line) for line in file.read_text().splitlines()]
        self.assertEqual({(e["event"], e["rule"], e["class"], e["service"], e["mechanism"]) for e in events}, {("block", "no-photos", "policy", "photo-share", "gateway")})
        self.assertEqual(sum(e["attempts"] for e in events), 2)
        told = file.read_text() + self.daemon_log()
        for token in ("p17", "p18", "10.20.1.", "of-one", "www."):
            self.assertNotIn(token, told)
        self.assertIn('"rule":"no-photos"', self.daemon_log())

    def test_a_council_that_wants_it_has_those_named_in_the_file_who_tried_inappropriate_things_and_no_others(self):
        self.network.serve(443)
        file = self.folder / "blocks.jsonl"
        self.configuration.write_text(self.configuration.read_text() + f'events_file = "{file}"\nevents_name_people = true\n')
        daemon = self.guard()
        for site in ("www.photo-share.example", "www.micro-blog.example"):
            self.assertEqual(self.network.connect(site, source=self.network.people["p17"]), "reset", site)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        events = [json.loads(line) for line in file.read_text().splitlines()]
        self.assertEqual({(e["rule"], e["class"], e.get("person"), e.get("service")) for e in events}, {("no-photos", "policy", None, "photo-share"), ("not-at-work", "inappropriate", "p17", None)})
        for token in ("10.20.1.", "www."):
            self.assertNotIn(token, file.read_text() + self.daemon_log())
        self.assertIn('"rule":"not-at-work"', self.daemon_log())
        self.assertNotIn("p17", self.daemon_log(), "the journal names nobody")


if __name__ == "__main__":
    unittest.main()
