"""The wall clock is set while somebody browses and a running edgewatchd watches: a minute more or less of UTC is no minute of use. The clock is a user-mode kernel's own."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import SOURCE, Scratch

sys.path.insert(0, str(SOURCE / "tests/lab"))
from namespaces import certificate, nginx  # noqa: E402
from user_mode_kernel import INSIDE, KERNEL, begin, boot, end  # noqa: E402

HOST, PICTURES = "www.reddit.com", "i.redd.it"
CLIENT, SERVER = "10.20.1.17", "198.51.100.10"
GAPS = (7, 6, 8, 5, 7, 6, 8, 7)  # the clock is set in the middle of them
BROWSER = ["-H", "Cookie: session=" + "0123456789abcdef" * 8]


class Here:
    """What `nginx` asks of a network: inside, everything is on the loopback interface."""
    server = client = server_address = SERVER

    def start(self, _where, *command, **options):
        return subprocess.Popen(list(map(str, command)), **options)

    def run(self, _where, *command):
        return subprocess.run(list(map(str, command)), check=False, capture_output=True)


def inside(folder, step):
    """The first process of the user-mode kernel: a server, edgewatchd, a browser, and the clock that is set by `step` seconds."""
    begin(folder, CLIENT, SERVER)
    nginx(Here(), folder, folder / "server.crt", folder / "server.key", folder / "root")
    with open(folder / "daemon.log", "wb") as log:
        daemon = subprocess.Popen([INSIDE / "edgewatchd", "--config", folder / "etc/edgewatch.toml", "--record-events", folder / "events.tsv"], stdout=log, stderr=log)
        while not (folder / "s/purge.sock").exists() and daemon.poll() is None:
            time.sleep(0.1)

        def fetch(host, what):
            subprocess.run(["curl", "-sk", "-o", "/dev/null", "--interface", CLIENT, *BROWSER, "--resolve", f"{host}:443:{SERVER}", f"https://{host}/{what}"], check=True)

        began, said = time.monotonic(), [("began", time.time())]
        fetch(HOST, "page")
        fetch(PICTURES, "picture")
        for i, gap in enumerate(GAPS):
            time.sleep(gap)
            if i == len(GAPS) // 2:
                time.clock_settime(time.CLOCK_REALTIME, time.time() + step)
            fetch(HOST, "comments")
            fetch(PICTURES, "picture")
        said += [("ended", time.time()), ("lasted", time.monotonic() - began)]
        time.sleep(2)
        daemon.send_signal(signal.SIGTERM)
        said.append(("exit", daemon.wait(timeout=60)))
    (folder / "said").write_text("".join(f"{name} {value}\n" for name, value in said))
    end()


@unittest.skipUnless(KERNEL, "user-mode-linux is not installed (tools/packages test)")
class ClockStep(Scratch):
    def browse(self, step):
        """Somebody browses for a minute, in whose middle the clock is set; gives what was said of it and the ledger's rows."""
        root = self.folder / "root"
        root.mkdir()
        for name, kilobytes in (("page", 300), ("picture", 60), ("comments", 12)):
            (root / name).write_bytes(bytes(i * 37 % 251 for i in range(1024)) * kilobytes)
        certificate(self.folder, HOST, PICTURES)
        self.configure(interfaces=["lo"], people="p17,Person Seventeen,planning,\n", assignments=f"ip,{CLIENT},p17,,\n")
        console = boot(self, __file__, step)
        self.assertTrue((self.folder / "said").exists(), console)
        said = {name: float(value) for name, value in (line.split() for line in (self.folder / "said").read_text().splitlines())}
        self.assertEqual(said["exit"], 0, self.daemon_log())
        events = (self.folder / "events.tsv").read_text().splitlines()
        daemon = self.start(self.configure(people="p17,Person Seventeen,planning,\n"))  # the ledger, asked outside
        day = lambda at: time.strftime("%Y-%m-%d", time.gmtime(at))
        period = ["--person", "p17", "--from", day(min(said["began"], said["ended"]) - 86400), "--to", day(max(said["began"], said["ended"]) + 86400)]
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", "T-1", "--reason", "excessive-time", "--grounds", "a test", "--authorised-by", "a test", *period))
        told = self.edgewatch("hr", "report", "--case", "T-1", *period, "--format", "json", "--despite", "what a lab hides is tested")
        self.assertExit(0, told)
        self.end(daemon)
        return said, events, json.loads(told.stdout)

    def check(self, step):
        said, events, report = self.browse(step)
        steps = [line.split("\t")[2] for line in events if "\tclock_step\t" in line]
        self.assertEqual(steps, [str(step)], "the daemon saw the clock set, once")
        service, = report["services"]
        self.assertEqual(service["service"], "reddit")
        # Of what was used there is something, and nothing of the time by which the clock was set.
        used = sum(service[kind]["best_seconds"] for kind in ("interactive", "playing")) + service["weak_seconds"]
        self.assertGreater(used, 0)
        self.assertLessEqual(used, said["lasted"] + 60)
        # What it was cut into is too short to be counted without doubt (TIME 2.5: what look-ahead could change is weak).
        self.assertLessEqual(service["interactive"]["lower_seconds"], said["lasted"])

    def test_an_hour_forward_is_no_hour_of_use(self):
        self.check(3600)

    def test_two_minutes_that_the_clock_shows_again_are_not_counted_again(self):
        self.check(-120)


if __name__ == "__main__":
    if os.getpid() == 1:
        inside(pathlib.Path(sys.argv[1]), float(sys.argv[2]))
    else:
        unittest.main()
