"""What an administrator is told of an installation that is not as it should be yet, and of the same when each thing was put right."""
import json
import time
import unittest

from harness import BAD_CONFIGURATION, UNAVAILABLE, Scratch, run

FINE = 0
BLOCK_GAMES = '[[rule]]\nid = "no-games"\naction = "block"\nclass = "policy"\ncategories = ["gaming"]\n'


class Doctor(Scratch):
    def setUp(self):
        super().setUp()
        self.config = self.configure(people="p17,Seventeen,Highways,\n", assignments="ip,10.20.1.1,p17,,\n", rules=BLOCK_GAMES, extra='lists = "lists.toml"')
        self.write("etc/social.txt", "one.example\ntwo.example\n")
        self.lists = self.write("etc/lists.toml", 'folder = "../kept"\n[[list]]\nname = "chat"\ncategory = "social"\nformat = "domains"\nfile = "social.txt"\n')

    def ask(self, role="ict", exit_code=FINE):
        done = self.edgewatch(role, "doctor", "--format", "json")
        self.assertExit(exit_code, done)
        self.assertNotIn("p17", done.stdout)
        self.assertNotIn("Seventeen", done.stdout)
        return {row["what"]: row for row in json.loads(done.stdout)}

    def assertTold(self, row, state, found, advice=""):
        self.assertEqual(row["state"], state, row)
        self.assertIn(found, row["found"])
        self.assertIn(advice, row["advice"])

    def test_what_is_put_right_is_well_afterwards(self):
        daemon = self.start(self.config)
        found = self.ask(exit_code=UNAVAILABLE)
        self.assertEqual(next(iter(found)), "alarm: lists", "what is wrong stands first")
        self.assertTold(found["alarm: lists"], "WRONG", "edgewatch lists update")
        self.assertTold(found["list chat"], "look", "never been taken", "edgewatch lists update")
        self.assertTold(found["capture"], "look", "nothing is watched", "[capture] interfaces")
        self.assertTold(found["backup"], "look", "there is none", "edgewatch backup")
        self.assertTold(found["retention"], "well", "1 year(s); the last purge with a certificate was on")
        self.assertTold(found["rules"], "well", "1 in force")

        self.assertExit(0, run(self.command_file, "lists", "update", "--lists", self.lists))
        self.assertExit(0, self.edgewatch("ict", "backup"))
        # The daemon follows the lists by itself.
        deadline = time.monotonic() + 60
        while "ALARM lists" in (log := self.edgewatch("ict", "status").stdout):
            self.assertLess(time.monotonic(), deadline, log)
            time.sleep(0.1)
        found = self.ask()
        self.assertTold(found["list chat"], "well", "2 names")
        self.assertTold(found["backup"], "well", "the newest is of")
        self.assertNotIn("WRONG", {row["state"] for row in found.values()})

        self.write("etc/rules.toml", BLOCK_GAMES.replace('"block"', '"stop"') + '[[rule]]\nid = "b"\n')
        self.assertTold(self.ask(exit_code=BAD_CONFIGURATION)["configuration"], "WRONG", "mistakes in the files: 3", "edgewatch check")
        self.write("etc/rules.toml", BLOCK_GAMES.replace("gaming", "dating"))
        self.assertTold(self.ask()["configuration"], "look", "odd things in the files: ", "edgewatch check")
        self.assertEqual(self.end(daemon), 0)

    def test_every_role_may_ask_and_nobody_else(self):
        self.start(self.config)
        for role in ("ict", "hr", "auditor"):
            self.ask(role, UNAVAILABLE)
        text = self.edgewatch("hr", "doctor").stdout
        self.assertIn("wrong: 1; deserve a look: ", text)
        self.assertLess(text.index("WRONG"), text.index("look"))
        stranger = run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", self.command_file, "doctor", "--socket", self.sockets / "ict.sock", cwd="/")
        self.assertEqual((stranger.returncode, stranger.stdout), (77, ""))


if __name__ == "__main__":
    unittest.main()
