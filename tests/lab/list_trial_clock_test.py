"""Lists that take in far more of what people ask than those before are put out of force by the daemon itself: as list_trial_test, but its five minutes are made short by setting
the clock of a kernel of the test's own."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import unittest

from harness import SOURCE, Scratch, run

sys.path[:0] = [str(SOURCE / "tests/lab"), str(SOURCE / "tests/process")]
from question_frames import frames_of_questions  # noqa: E402
from user_mode_kernel import INSIDE, KERNEL, begin, boot, end  # noqa: E402

NAMES = 40
RULES = '[[rule]]\nid = "no-malware"\naction = "block"\ncategories = ["malware"]\n'
TOOK_IN_TOO_MUCH = "took in over 3 times as many of the names asked as those before"
PATIENCE = 30  # seconds of a machine that others use


def inside(folder):
    """The first process: edgewatchd, the lists of the last update put in force, and a minute after the other in which many names are asked."""
    begin(folder)
    log = folder / "daemon.log"

    def waits_for(text, seconds=PATIENCE, times=1):
        deadline = time.monotonic() + seconds
        while log.read_text(errors="replace").count(text) < times and time.monotonic() < deadline:
            time.sleep(0.1)
        return log.read_text(errors="replace").count(text) >= times

    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(("lo", 0))
    minutes = 0
    with open(log, "wb") as out:
        daemon = subprocess.Popen([INSIDE / "edgewatchd", "--config", folder / "etc/edgewatch.toml"], stdout=out, stderr=out)
        waits_for("edgewatchd is ready")
        sets = folder / "kept/sets.d"
        os.symlink("000002.set", sets / "current.new")
        os.replace(sets / "current.new", sets / "current")
        waits_for("are in force")
        while minutes < 10 and not waits_for(TOOK_IN_TOO_MUCH, 2):
            minutes += 1
            for i in range(NAMES):
                for frame in frames_of_questions(f"www.n{i}.example", i, refused=True):
                    wire.send(frame)
            time.sleep(1)
            time.clock_settime(time.CLOCK_REALTIME, time.time() + 60)
        time.sleep(1)
        daemon.send_signal(signal.SIGHUP)  # the operator looked at them, and takes them
        waits_for("are in force", times=3)
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(timeout=60)
    (folder / "said").write_text(f"{minutes} {code}\n")
    end()


@unittest.skipUnless(KERNEL, "user-mode-linux is not installed (tools/packages test)")
class TrialByTheClock(Scratch):
    def lists(self, *arguments):
        self.assertExit(0, run(self.command_file, "lists", *arguments, "--lists", self.folder / "etc/lists.toml"))

    def test_after_five_minutes_the_lists_before_are_in_force_and_a_reload_takes_the_new_ones(self):
        self.configure(interfaces=["lo"], extra='lists = "lists.toml"', rules=RULES)
        self.write("etc/lists.toml", 'folder = "../kept"\n[[list]]\nname = "bad"\ncategory = "malware"\nformat = "domains"\nfile = "bad.txt"\n')
        for text in ("n0.example\nelsewhere.example\n", "".join(f"n{i}.example\n" for i in range(NAMES))):
            self.write("etc/bad.txt", text)
            self.lists("update", "bad", "--accept")
        self.lists("rollback", "bad")
        console = boot(self, __file__)
        self.assertTrue((self.folder / "said").exists(), console)
        minutes, code = map(int, (self.folder / "said").read_text().split())
        self.assertEqual(code, 0, self.daemon_log())
        swaps = [line for line in self.daemon_log().splitlines() if "are in force" in line and "reload:" in line]
        revisions = [line.split(" and lists ")[1].split()[0] for line in swaps]
        self.assertEqual(len(revisions), 3, self.daemon_log())
        new, old, taken = revisions
        self.assertNotEqual(new, old)
        self.assertEqual(taken, new)
        self.assertIn(f"the lists {new} {TOOK_IN_TOO_MUCH}", self.daemon_log())
        self.assertGreaterEqual(minutes, 6)  # five are over when the sixth has a name


if __name__ == "__main__":
    if os.getpid() == 1:
        inside(pathlib.Path(sys.argv[1]))
    else:
        unittest.main()
