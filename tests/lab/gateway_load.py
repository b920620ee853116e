"""The gateway under load: what it costs beside no gateway in the same run (ENFORCEMENT E1, E3, E10), and whether it lets through whom it should. Prints figures; asserts what is
true of any machine. `gateway_load.py [Load.test_...]`; not part of the quick tests."""
import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

from harness import BIN, SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import GatewayCase  # noqa: E402

LISTED = ("--listed", "www.photo-share.example")


class Load(GatewayCase):
    def setUp(self):
        super().setUp()
        self.network.start(self.network.server, BIN / "edgewatch-generate", "serve", "--port", 443)
        # Few, so that each is used again while the tracker still knows what it was used for before.
        self.network.run(self.network.client, "sysctl", "-qw", "net.ipv4.ip_local_port_range=20000 26000")

    def load(self, count, parallel, *more):
        done = self.network.run(self.network.client, BIN / "edgewatch-generate", "load", "--server", self.network.address, "--count", count, "--parallel", parallel, *more, timeout=600)
        self.assertExit(0, done)
        numbers = {}
        for line in done.stdout.splitlines():
            words = line.split()
            prefix, pairs = (words[0], words[1:]) if words[0] in ("others", "listed") else ("", words)
            numbers |= {f"{prefix} {k}".strip(): float(v) for k, v in zip(pairs[::2], pairs[1::2])}
        numbers["rate"] = count / numbers["seconds"]
        return numbers

    @contextlib.contextmanager
    def load_beside(self, count, parallel):
        """A load with listed names among it, a second of which has gone by; what became of it is there when the block has ended."""
        result = {}
        thread = threading.Thread(target=lambda: result.update(self.load(count, parallel, *LISTED)))
        thread.start()
        time.sleep(1)
        yield result
        thread.join()

    def say(self, what, numbers):
        print(what, re.sub(r"[{}']", "", str({k: round(v, 1) for k, v in numbers.items() if v or k in ("listed served", "others reset")})), file=sys.stderr, flush=True)

    def test_what_it_costs_and_that_it_is_right(self):
        before = [self.load(2000, 1), self.load(20000, 50)]
        self.guard()
        after = [self.load(2000, 1), self.load(20000, 50)]
        mixed = self.load(20000, 50, *LISTED)
        time.sleep(2)
        for what, old, new in zip(("one at a time", "50 at a time"), before, after):
            self.say(f"{what}, no gateway:", old)
            self.say(f"{what}, gateway:   ", new)
        self.say("a tenth listed:", mixed)
        print(f"first byte p50 +{after[0]['first_p50'] - before[0]['first_p50']:.0f} us, p99 +{after[0]['first_p99'] - before[0]['first_p99']:.0f} us; "
              f"connections a second {100 * after[1]['rate'] / before[1]['rate']:.0f} %", file=sys.stderr)
        status = self.status()
        print({k: status[k] for k in ("packets queued", "packets passed without a verdict", "names allowed", "names refused", "given up for want of room")}, file=sys.stderr)
        self.assertEqual([mixed["listed served"], mixed["others reset"], mixed["others timed_out"]], [0, 0, 0])
        self.assertEqual(mixed["others served"], 18000)

    def test_with_loss_none_that_is_listed_is_served_and_nobody_else_is_hurt(self):
        self.network.run(self.network.gateway, "nft", "add table inet loss; add chain inet loss f { type filter hook forward priority -300; }; "
                         "add rule inet loss f numgen random mod 100 < 5 drop")
        self.guard()
        mixed = self.load(11000, 200, *LISTED, "--each", 11, "--patience", 60000)
        self.say("5 % loss each way, 1,000 listed and 10,000 others:", mixed)
        self.assertEqual([mixed["listed served"], mixed["others reset"], mixed["others timed_out"]], [0, 0, 0])

    def test_killed_under_load_it_lets_pass_and_the_kernel_counts_it(self):
        daemon = self.guard()
        with self.load_beside(30000, 20) as result:
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
        counted = self.network.kernel_counter("unjudged")
        self.say("killed after a second:", result)
        print(f"packets passed without a verdict by the kernel's count: {counted}", file=sys.stderr)
        self.assertEqual([result["others reset"], result["others timed_out"]], [0, 0])
        self.assertGreater(counted, 0)

    def test_stopped_under_load_it_lets_pass_what_the_queue_has_no_room_for(self):
        daemon = self.guard()
        with self.load_beside(60000, 200) as result:
            daemon.send_signal(signal.SIGSTOP)
            time.sleep(3)
            daemon.send_signal(signal.SIGCONT)
        self.say("stopped for three seconds:", result)
        print({k: v for k, v in self.status().items() if k.startswith(("packets", "gap"))}, file=sys.stderr)
        self.assertEqual([result["others reset"], result["others timed_out"]], [0, 0])


if __name__ == "__main__":
    unittest.main()
