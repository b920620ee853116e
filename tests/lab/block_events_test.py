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


if __name__ == "__main__":
    unittest.main()
