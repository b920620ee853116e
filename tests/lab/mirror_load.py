"""The mirror's races, run many times (ENFORCEMENT E6, E7): how often content reached who may not have it, how often a forged answer came first, and whether anybody else was touched.
Prints figures; `mirror_load.py [Load.test_...]`; not part of the quick tests."""
import re
import sys
import time
import unittest

from harness import BIN, SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
import gateway_load  # noqa: E402
from mirror_lab import MirrorCase  # noqa: E402

LISTED = ("--listed", "www.photo-share.example")


class Races(MirrorCase):
    """At one round trip between router and server."""

    load, say = gateway_load.Load.load, gateway_load.Load.say

    def resets(self, count=10000, parallel=100):
        """Content is what comes after the server's first flight: an answer to the request that the client sends then."""
        self.network.start(self.network.server, BIN / "edgewatch-generate", "serve", "--port", 443)
        self.network.run(self.network.client, "sysctl", "-qw", "net.ipv4.ip_local_port_range=20000 60000")
        self.guard()
        mixed = self.load(count, parallel, *LISTED, "--rounds", 2)
        self.say(f"round trip {self.ROUND_TRIP} us, {parallel} at a time, a tenth listed:", mixed)
        time.sleep(1)
        status = self.status()
        keys = ("frames lost", "connections reset", "of them answered by the server all the same", "of them went on", "from a frame to our answer", "left alone, both ends not seen right",
                "left alone, damaged", "not sent, too many or too late")
        print({k: status[k] for k in keys}, file=sys.stderr, flush=True)
        self.assertEqual([mixed["others reset"], mixed["others timed_out"], mixed["others other"]], [0, 0, 0])
        self.assertEqual(mixed["others served"], count - count / 10)
        # What `status` says is what the clients saw: each that went on to content took something from the server after our reset.
        reset = int(status["connections reset"])
        went_on, share = re.fullmatch(r"(\d+) \((.*) %\)", status["of them went on"]).groups()
        self.assertEqual(share, f"{100 * int(went_on) / reset:.2f}")
        if status["frames lost"].startswith("0 "):
            not_reset = count / 10 - reset
            self.assertGreaterEqual(int(went_on) + not_reset, mixed["listed served"])
        return mixed["listed served"] / (count / 10)

    def answers(self, count, parallel=64):
        self.network.resolve()
        self.guard()
        told = self.network.questions(count, parallel)
        print(f"round trip {self.ROUND_TRIP} us, {parallel} questions at a time:", told, file=sys.stderr, flush=True)
        self.assertEqual([told["others forged"], told["wrong ede"], told["unanswered"]], [0, 0, 0])
        self.assertEqual(told["others true"], count - count / 10)
        self.assertGreater(min(told["forged with opt"], told["forged without"]), count / 100, "answers of both kinds were looked at")
        return told["listed forged first"] / told["listed"]


class AtFiveMilliseconds(Races):
    ROUND_TRIP = 5000

    def test_resets(self):
        self.assertLessEqual(self.resets(), 0.001)

    def test_answers(self):
        self.assertGreaterEqual(self.answers(20000), 0.995)


class AtOneMillisecond(Races):
    ROUND_TRIP = 1000

    def test_resets(self):
        self.assertLessEqual(self.resets(), 0.02)

    def test_answers_and_none_of_a_hundred_thousand_others_is_forged(self):
        self.assertGreaterEqual(self.answers(112000), 0.995)


# Questions for a listed name from the given address, so many a second for so many seconds; nobody waits for the answers.
FLOOD = """
import socket, sys, time
source, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((source, 0)); s.connect(("198.51.100.10", 53)); s.setblocking(False)
message = b"\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\3www\\x0bphoto-share\\7example\\0\\0\\1\\0\\1"
begun = time.monotonic()
for i in range(rate * seconds):
    try: s.send(message)
    except OSError: pass
    if i % 32 == 0: time.sleep(max(0, begun + i / rate - time.monotonic()))
"""


class BesideAFlood(MirrorCase):
    def test_a_colleagues_connections_are_reset_all_the_same(self):
        self.network.resolve()
        self.network.serve(443)
        self.guard()
        flood = self.network.start(self.network.client, sys.executable, "-c", FLOOD, self.network.people["p18"], 20000, 6)
        time.sleep(1)
        became = self.network.connect_all([("www.photo-share.example", ())] * 30, source=self.network.people["p17"])
        flood.wait()
        time.sleep(1)
        status = self.status()
        keys = ("frames lost", "connections reset", "DNS answers forged", "not sent, too many or too late", "not sent, of a client who floods, to leave room for others")
        print({what: became.count(what) for what in set(became)}, {k: status[k] for k in keys}, file=sys.stderr, flush=True)
        if status["frames lost"].startswith("0 "):
            self.assertEqual(set(became), {"reset"})
        self.assertGreater(int(status[keys[-1]]), 0)


if __name__ == "__main__":
    unittest.main()
