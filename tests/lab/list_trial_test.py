"""Lists that take in far more of what people ask than those before are put out of force by the daemon itself, after five minutes of real traffic."""
import json
import signal
import subprocess
import sys
import time
import unittest

from harness import SOURCE, Scratch, run

sys.path.insert(0, str(SOURCE / "tests/lab"))
from wire import Wire  # noqa: E402

# Asks for forty names again and again, twice a second, until told to end.
SENDER = """
import select, socket, sys
sys.path[:0] = sys.argv[1:3]
from question_frames import frames_of_questions
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[3], 0))
while not select.select([sys.stdin], [], [], 0.5)[0]:
    for i in range(40):
        for frame in frames_of_questions(f"www.n{i}.example", i, refused=True):
            wire.send(frame)
"""
RULES = '[[rule]]\nid = "no-malware"\naction = "block"\ncategories = ["malware"]\n'


class Trial(Scratch):
    def setUp(self):
        super().setUp()
        self.wire = Wire()
        self.addCleanup(self.wire.close)
        self.main = self.configure(interfaces=[self.wire.watched], extra='lists = "lists.toml"', rules=RULES)
        self.write("etc/lists.toml", 'folder = "../kept"\n[[list]]\nname = "bad"\ncategory = "malware"\nformat = "domains"\nfile = "bad.txt"\nchange = 1000\ndrift = 1000\n')
        self.update("n0.example\nelsewhere.example\n")

    def update(self, text):
        self.write("etc/bad.txt", text)
        self.assertExit(0, run(self.command_file, "lists", "update", "bad", "--accept", "--lists", self.folder / "etc/lists.toml"))

    def ask(self, *arguments):
        done = self.edgewatch("ict", *arguments, "--format", "json")
        self.assertExit(0, done)
        return json.loads(done.stdout)

    def alarm(self):
        return {row["what"].strip(): row["value"] for row in self.ask("status")}.get("ALARM lists", "")

    def blocks(self, name):
        return self.ask("classify", name)[0]["verdict"] == "block"

    def wait_for(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.daemon_log())
            time.sleep(0.5)

    def test_lists_that_take_in_over_three_times_as_much_are_put_out_of_force_and_a_reload_takes_them(self):
        daemon = self.start(self.main, prefix=self.wire.inside_watcher())
        command = ["ip", "netns", "exec", self.wire.sender, sys.executable, "-B", "-c", SENDER, SOURCE / "tests/process", SOURCE / "tests/lab", self.wire.outlet]
        sender = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE)
        self.addCleanup(sender.kill)
        self.assertEqual([self.blocks(f"www.n{i}.example") for i in (0, 7)], [True, False])
        self.update("".join(f"n{i}.example\n" for i in range(40)))
        self.wait_for(lambda: self.blocks("www.n7.example"), 60)
        self.assertEqual(self.alarm(), "")
        self.wait_for(lambda: not self.blocks("www.n7.example"), 480)
        self.assertTrue(self.blocks("www.n0.example"))
        self.assertIn("took in over 3 times as many of the names asked as those before", self.alarm())
        self.assertIn("edgewatch lists rollback", self.alarm())
        # The operator looked at them, and takes them.
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.blocks("www.n7.example"), 60)
        self.assertEqual(self.alarm(), "")
        sender.communicate(b"end\n", timeout=60)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())


if __name__ == "__main__":
    unittest.main()
