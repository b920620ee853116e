"""What becomes of the editions of a list: they are kept, gone back to, rehearsed, made anew where they were damaged, and looked at by several people."""
import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from harness import BAD_CONFIGURATION, NOT_PERMITTED, TRY_AGAIN, UNAVAILABLE, USAGE, run
from lists_case import ListsCase, names, on_day
from question_frames import questions


class Editions(ListsCase):
    def test_a_list_that_creeps_is_refused_though_no_step_of_it_is(self):
        self.taken(names(1, 100))
        last, day = 100, 0
        while last < 140:  # a tenth a day
            day += 1
            last = min(last + last // 10, 140)
            self.publisher.serve("/social", names(1, last))
            self.assertEqual(self.update(env=on_day(day))[0]["outcome"], "updated", last)
        self.publisher.serve("/social", names(1, 150))
        _, error = self.update(NOT_PERMITTED, env=on_day(day + 1))
        self.assertIn("in the oldest edition kept", error)
        self.assertIn("150 entries, 100 at the baseline of 30 days", error)
        self.assertNotIn("in the active list", error)
        # A month later it has been so large for a month, and the size is no reason any more.
        _, error = self.update(NOT_PERMITTED, env=on_day(day + 40))
        self.assertNotIn("baseline", error)

    def test_a_refused_list_that_is_gone_again_leaves_nothing_behind(self):
        for headers in ({}, {"etag": '"one"'}):
            with self.subTest(headers=headers):
                good = names(1, 99 + len(headers)) + "-\n"
                self.publisher.serve("/social", good, **headers)
                self.assertEqual(self.update()[0]["outcome"], "updated")
                before = self.status()
                self.publisher.serve("/social", names(1, 50) + "...\n" * 30)
                self.update(NOT_PERMITTED)
                self.assertEqual(self.status()["parse_rate"], "62.5")
                self.publisher.serve("/social", good, **headers)
                self.assertEqual(self.update()[0]["outcome"], "unchanged")
                after = self.status()
                self.assertEqual((after["parse_rate"], after["passed_over"], after["error"]), (before["parse_rate"], "1 not a name", ""))
                self.assertExit(UNAVAILABLE, self.lists("diff", "social", "--to", "refused"))

    def test_an_operator_who_looked_at_a_change_may_take_it(self):
        self.taken(names(1, 10))
        self.publisher.serve("/social", names(1, 20))
        self.update(NOT_PERMITTED)
        done = self.lists("diff", "social", "--format", "csv")
        self.assertEqual(done.stdout.splitlines()[:2], ["change,name,reach,line", "came,n11.example,both,11"])
        self.assertEqual(len(done.stdout.splitlines()), 11)
        self.assertIn("social: from edition 1 to what was refused last: 10 came, 0 went", self.lists("diff", "social", "--limit", "1").stderr)
        self.assertExit(USAGE, self.lists("update", "--accept"))
        self.assertEqual(self.update(0, "social", "--accept")[0]["outcome"], "updated")
        self.publisher.serve("/social", names(1, 100) + "gov.uk\n")
        self.update(NOT_PERMITTED, "social", "--accept")

    def test_ten_editions_are_kept_and_one_can_go_back_among_them(self):
        for i in range(12):
            self.taken(names(1, 100 + i))
        self.assertEqual(len(list((self.folder / "kept/social").glob("*.edition"))), 10)
        self.assertExit(0, self.lists("rollback", "social"))
        self.assertEqual((self.status()["edition"], self.status()["entries"]), ("11", "110"))
        # The source still has what was gone back from: it is not taken again by itself.
        row, error = self.update()
        self.assertEqual((row["outcome"], row["entries"]), ("unchanged", "110"))
        self.assertIn("gone back from", error)
        self.assertExit(0, self.lists("rollback", "social", "--to", "3"))
        self.assertEqual(self.status()["entries"], "102")
        gone = self.lists("rollback", "social", "--to", "1")
        self.assertExit(UNAVAILABLE, gone)
        self.assertIn("active is 3, kept are 3, 4, 5, 6, 7, 8, 9, 10, 11, 12", gone.stderr)
        history = self.lists("status", "social").stdout
        self.assertRegex(history, r"(?m)^3 +[-0-9]+T[:0-9]+Z +102 +active$")
        self.assertRegex(history, r"(?m)^12 +[-0-9]+T[:0-9]+Z +111 +gone back from$")
        self.assertEqual(self.taken(names(1, 112)), self.active())

    def test_a_damaged_edition_is_not_gone_back_to(self):
        self.taken(names(1, 100))
        self.taken(names(1, 101))
        edition = self.folder / "kept/social/000001.edition"
        edition.write_bytes(edition.read_bytes().replace(b"n7.example", b"n8.example", 1))
        done = self.lists("rollback", "social")
        self.assertExit(65, done)
        self.assertIn("it is damaged", done.stderr)
        self.assertEqual(self.status()["edition"], "2")

    def test_the_set_in_force_follows_and_a_damaged_one_is_made_anew(self):
        self.taken(names(1, 100))
        self.taken(names(1, 101))
        current = self.folder / "kept/sets.d/current"
        self.assertEqual(os.readlink(current), "000002.set")
        self.assertExit(0, self.lists("rollback", "social"))
        self.assertEqual(os.readlink(current), "000001.set", "the one that was in force then")
        second = self.folder / "kept/sets.d/000002.set"
        second.write_bytes(second.read_bytes().replace(b"n7", b"n8", 1))
        self.assertExit(0, self.lists("rollback", "social", "--to", "2"))
        self.assertEqual(os.readlink(current), "000003.set")
        self.assertIn(b"n7", current.read_bytes())
        for i in range(12):
            self.taken(names(1, 102 + i))
        self.assertEqual(len(list(current.parent.glob("*.set"))), 10)

    def test_going_back_with_one_of_several_lists_takes_a_set_that_was_made_ready(self):
        more = f'[[list]]\nname = "other"\ncategory = "social"\nformat = "domains"\nurl = "{self.publisher.url}/other"\n'
        self.toml.write_text(self.toml.read_text() + more)
        sets = self.folder / "kept/sets.d"
        ready = lambda: {file.name: file.stat().st_ino for file in sets.glob("ready.*")}
        said = lambda file: [line.split("\t")[1:4:2] for line in file.read_bytes().split(b"\nclaims")[0].decode().splitlines() if line.startswith("list\t")]
        for last in (100, 101, 102):
            self.publisher.serve("/social", names(1, last))
            self.publisher.serve("/other", names(1, last, "o"))
            self.assertExit(0, self.lists("update"))
        self.assertEqual(sorted(ready()), ["ready.other", "ready.social"])
        made = ready()["ready.social"]
        self.assertEqual(said(sets / "ready.social"), [["social", "2"], ["other", "3"]])
        self.assertExit(0, self.lists("update"))  # nothing is new, and nothing is made again
        self.assertEqual(ready()["ready.social"], made)
        self.assertExit(0, self.lists("rollback", "social"))
        self.assertEqual((sets / "current").stat().st_ino, made)
        self.assertEqual(said(sets / "current"), [["social", "2"], ["other", "3"]])
        self.assertExit(0, self.lists("update"))  # what is ready is so for what is active now; the set of both second editions is kept anyway
        self.assertEqual(sorted(ready()), ["ready.social"])
        self.assertEqual(said(sets / "ready.social"), [["social", "1"], ["other", "3"]])

    def test_two_updates_do_not_meet_and_mistakes_are_told_at_once(self):
        hung = threading.Event()
        self.addCleanup(hung.set)
        self.publisher.serve("/social", names(1, 10), claim=5000, stall=hung)
        first = threading.Thread(target=lambda: self.lists("update"))
        first.start()
        while not self.publisher.answers:
            time.sleep(0.01)
        self.assertExit(TRY_AGAIN, self.lists("update"))
        hung.set()
        first.join()
        self.assertExit(USAGE, self.lists("update", "no-such-list"))
        self.toml.write_text('[[list]]\nname = "x"\n')
        done = self.lists("status")
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("lists.toml:", done.stderr)

    def wait_for(self, condition):
        deadline = time.monotonic() + 120
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_a_rehearsal_that_is_interrupted_leaves_nothing_behind(self):
        self.taken(names(1, 20))
        more = f'[[list]]\nname = "other"\ncategory = "social"\nformat = "domains"\nurl = "{self.publisher.url}/other"\n'
        self.toml.write_text(self.toml.read_text() + more)
        self.publisher.serve("/other", names(1, 20, "o"))
        self.assertExit(0, self.lists("update"))
        # A daemon that listens and never answers.
        silent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(silent.close)
        silent.bind(str(self.folder / "silent.sock"))
        silent.listen(8)
        sets = self.folder / "kept/sets.d"
        left = lambda: sorted(file.name for file in sets.glob("rehearsal*"))
        command = [self.command_file, "lists", "rehearse", "--lists", self.toml, "--socket", self.folder / "silent.sock"]

        def begun():
            process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            self.wait_for(lambda: left() == ["rehearsal", "rehearsal.d"])
            return process

        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = begun()
            second = run(*command)
            self.assertExit(TRY_AGAIN, second)
            self.assertIn("another rehearsal is at work", second.stderr)
            self.assertExit(0, self.lists("update"))
            self.assertEqual(left(), ["rehearsal", "rehearsal.d"])  # an update leaves one that is at work alone
            process.send_signal(how)
            self.assertEqual(process.wait(60), -how)
            self.assertEqual(left(), [])
        process = begun()
        process.kill()
        process.wait(60)
        for draft in (sets / "000007.set.AbCdEf", self.folder / "kept/social/000009.edition.AbCdEf", self.folder / "kept/social/state.json.AbCdEf"):
            draft.write_text("half")
        self.assertExit(0, self.lists("update"))
        self.assertEqual(left(), [])
        self.assertEqual([str(file) for file in (self.folder / "kept").rglob("*AbCdEf")], [])

    def test_what_one_member_of_the_group_made_another_may_change(self):
        self.publisher.serve("/social", names(1, 100))
        self.folder.chmod(0o755)
        kept = self.folder / "kept"
        kept.mkdir()
        group = 60009
        os.chown(kept, 0, group)
        kept.chmod(0o2770)
        (self.folder / "server.pem").chmod(0o644)
        self.toml.chmod(0o644)

        def by(uid, *arguments):
            return run("setpriv", f"--reuid={uid}", f"--regid={uid}", f"--groups={group}", "sh", "-c", 'umask 077; exec "$@"', "sh", self.command_file, "lists",
                       *arguments, "--lists", self.toml, cwd="/")

        self.assertExit(0, by(60001, "update"))
        self.publisher.serve("/social", names(1, 101))
        self.assertExit(0, by(60002, "update"))
        self.publisher.serve("/social", names(1, 102))
        self.assertExit(0, by(60001, "update"))
        self.assertExit(0, by(60002, "rollback", "social"))
        self.assertIn("101", by(60001, "status").stdout)
        stranger = run("setpriv", "--reuid=60003", "--regid=60003", "--clear-groups", self.command_file, "lists", "update", "--lists", self.toml, cwd="/")
        self.assertExit(NOT_PERMITTED, stranger)

    def test_a_rehearsal_says_which_names_of_a_capture_would_be_newly_listed_and_changes_nothing(self):
        self.taken(names(1, 20))
        capture = self.folder / "morning.pcap"
        capture.write_bytes(questions({"www.n3.example": 2, "n21.example": 3, "elsewhere.example": 5}))
        self.publisher.serve("/social", names(4, 21))
        done = self.lists("rehearse", capture, "--format", "csv")
        self.assertExit(0, done)
        self.assertEqual(done.stdout.splitlines(), ["list,change,name,entry,line,clients,times", "social,listed,n21.example,n21.example,18,3,3",
                                                     "social,freed,www.n3.example,n3.example,3,2,2"])
        self.assertEqual(self.status()["edition"], "1")
        self.publisher.serve("/social", names(4, 21) + "gov.uk\n")
        self.assertExit(NOT_PERMITTED, self.lists("rehearse", capture))
        mistyped = self.lists("rehearse", capture, "--list", "socail")
        self.assertExit(USAGE, mistyped)
        self.assertIn("no list is called 'socail'", mistyped.stderr)
        self.assertEqual(mistyped.stdout, "")


if __name__ == "__main__":
    unittest.main()
