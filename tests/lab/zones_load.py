"""Long lists through a real Unbound (ENFORCEMENT E8): how soon a change is live, how long nobody is answered meanwhile, and that who has which address makes no difference where no rule speaks of
them. `zones_load.py [Load.test_...]`; not part of the quick tests."""
import pathlib
import re
import select
import signal
import socket
import sys
import threading
import time
import unittest

import zones_test
from harness import run

RULES = """
[[rule]]
id = "listed"
action = "block"
categories = ["adult"]
"""
PERSON, COLLEAGUE = zones_test.PERSON, zones_test.COLLEAGUE


class Load(zones_test.Zones):
    """Only its own tests: those that it inherits are run elsewhere."""

    def update(self, names):
        (self.folder / "etc/adult.txt").write_text("".join(f"{n}\n" for n in names), encoding="utf-8")
        self.assertExit(0, run(self.command_file, "lists", "update", "--lists", self.lists))

    def is_refused(self, client, name):
        """One question, without a program for each: what is live is looked at twenty times a second."""
        question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((client, 0))
            s.sendto(b"\0\7\1\0\0\1\0\0\0\0\0\0" + question, ("127.0.0.1", self.port))
            return s.recv(512)[3] & 15 == 3 if select.select([s], [], [], 1)[0] else None

    def pause(self):
        """The longest time in which nobody was answered, from now until it is asked for."""
        gaps, stop = [0.0], threading.Event()

        def ask():
            last = time.monotonic()
            while not stop.is_set():
                if self.is_refused(COLLEAGUE, "other.example") is not None:
                    gaps.append(time.monotonic() - last)
                    last = time.monotonic()
                time.sleep(0.02)
            gaps.append(time.monotonic() - last)

        thread = threading.Thread(target=ask)
        thread.start()

        def end():
            stop.set()
            thread.join()
            return max(gaps)

        return end

    def live_after(self, what, change, look, seconds):
        end = self.pause()
        change()
        since = time.monotonic()
        while not look():
            self.assertLess(time.monotonic() - since, 120, self.daemon_log())
            time.sleep(0.05)
        took = time.monotonic() - since
        time.sleep(1)
        print(f"{self.count} names, {what}: live after {took:.1f} s; nobody answered for {end():.1f} s at most", file=sys.stderr, flush=True)
        self.assertLessEqual(took, seconds)

    def files(self):
        """Zones and map, and whether they are still the same ones."""
        return {f.name: (f.stat().st_ino, f.stat().st_mtime_ns) for f in self.zones.iterdir() if f.name != "serial"}

    def reach(self, count, seconds, rest):
        self.count = count
        names = [f"n{i}.z{i % 997}.example" for i in range(count - 1)]
        self.lists = self.write("etc/lists.toml", 'folder = "../kept"\n[[list]]\nname = "adult"\ncategory = "adult"\nformat = "domains"\nfile = "adult.txt"\n')
        self.update(names)
        begun = time.time()
        daemon = self.start_unbound(rules=RULES, top='lists = "lists.toml"')
        self.assertComesTo(True, lambda: self.is_refused(COLLEAGUE, names[-1]), seconds=120)
        # It is made to read anew what it read when it started, since the command failed until then.
        self.assertComesTo("done", lambda: self.told().get("reload", "").split(",")[0], seconds=120)
        written = max(zone.stat().st_mtime for zone in self.zones.glob("*.rpz")) - begun
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{daemon.pid}/status").read_text())[1]) // 1024
        print(f"{count} names are there: written {written:.1f} s after the start (asked: 10 s for a million), the daemon's peak {peak} MiB (asked: 256)", file=sys.stderr, flush=True)
        time.sleep(rest)
        self.live_after("a person's withdrawal", lambda: self.withdraw("add", "--person", "p17", "--services", "facebook", "--case", "HR-2026-014"),
                        lambda: self.is_refused(PERSON, "www.facebook.com"), seconds)
        self.assertIs(self.is_refused(COLLEAGUE, "www.facebook.com"), False)
        time.sleep(rest)
        self.live_after("one more name on the list", lambda: self.update([*names, "late.example"]), lambda: self.is_refused(COLLEAGUE, "late.example"), seconds)
        return daemon

    def test_who_has_which_address_is_nothing_to_the_resolver_where_no_rule_speaks_of_them(self):
        daemon = self.reach(1000, 5, 0)
        files = self.files()
        reloaded = self.told()["resolver reloaded"]
        self.write("etc/assignments.csv", "kind,value,person,from,to\n" + zones_test.ASSIGNMENTS.replace("127.0.0.18", "127.0.0.28"))
        daemon.send_signal(signal.SIGHUP)
        time.sleep(5)
        self.assertEqual(self.files(), files)
        self.assertEqual(self.told()["resolver reloaded"], reloaded)

    def test_fifty_thousand_names(self):
        self.reach(50_000, 5, 1)

    def test_a_million_names(self):
        self.reach(1_000_000, 30, 31)


def load_tests(loader, _tests, _pattern):
    return unittest.TestSuite(Load(name) for name in loader.getTestCaseNames(Load) if name in Load.__dict__)


if __name__ == "__main__":
    unittest.main()
