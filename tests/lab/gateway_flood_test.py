"""Somebody sends beginnings of connections from made-up addresses, far more than the daemon can look at. A colleague beside browses on: pages load, what is listed is refused, the daemon's memory stays in
bounds, and each packet that had to pass without a verdict is in the record. gateway_load.py does the same with more."""
import collections
import sqlite3
import subprocess
import sys
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import GatewayCase  # noqa: E402
from namespaces import sh  # noqa: E402

MASK, QUEUED = 0x0F000000, 0x04000000  # of a packet's mark: what is ours, and that it went to the queue (lib/enforce/gateway_marks.hpp)
LISTED, OTHER = "www.photo-share.example", "www.micro-blog.example"

# forged.py's folder, interface, the gateway's MAC, count, target: makes them all, waits for a line, and sends them as fast as the cable takes them.
FLOOD = """
import socket, struct, sys, time
sys.path.insert(0, sys.argv[1])
from forged import checksum, packed
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((sys.argv[2], 0))
ethernet = bytes.fromhex(sys.argv[3].replace(":", "")) + link.getsockname()[4] + b"\\x08\\0"
def frame(i):
    source, target = packed(f"10.20.{2 + i % 200}.{1 + i // 200 % 250}"), packed(sys.argv[5])
    # Bare, with a byte of data, with options of IP.
    data, options = ((b"", b""), (b"x", b""), (b"", b"\\1" * 4))[i % 3]
    syn = struct.pack("!HHIIBBHHH", 1024 + i // 50000, 443, i * 7919 % (1 << 32), 0, 0x50, 2, 64240, 0, 0) + data
    syn = syn[:16] + struct.pack("!H", checksum(source + target + struct.pack("!BBH", 0, 6, len(syn)) + syn)) + syn[18:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, 0, 20 + len(options) + len(syn), i % 65536, 0, 64, 6, 0, source, target) + options
    return ethernet + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + syn
frames = [frame(i) for i in range(int(sys.argv[4]))]
print("ready", flush=True)
sys.stdin.readline()
begun = time.monotonic()
for each in frames:
    while True:
        try: link.send(each); break
        except OSError: time.sleep(0.001)
print(int(len(frames) / (time.monotonic() - begun)), flush=True)
"""


def resident_mib(case):
    """Of the daemon on the gateway."""
    for pid in subprocess.run(["ip", "netns", "pids", case.network.gateway], capture_output=True, text=True, check=True).stdout.split():
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            told = dict(line.split(":", 1) for line in status)
        if told["Name"].strip() == "edgewatchd":
            return int(told["VmRSS"].split()[0]) >> 10
    raise AssertionError("no daemon")


def flooded(case, count):
    """Asks and asserts what this file's first lines say; prints figures."""
    network = case.network
    network.serve(443)
    # What the server answers goes back to where it seemed to come from.
    sh("ip", "-n", network.gateway, "route", "add", "10.20.0.0/16", "via", network.people["p17"])
    daemon = case.guard()
    # A count of our own, of what leaves the queue as it went in, which nobody reads and resets.
    network.run(network.gateway, "nft", "add table inet beside; add chain inet beside passed { type filter hook forward priority mangle - 7; }; add counter inet beside passed; "
                f"add rule inet beside passed meta mark & {MASK:#x} == {QUEUED:#x} counter name passed")
    mac = network.run(network.gateway, "cat", f"/sys/class/net/{network.watched}/address").stdout.strip()
    before = resident_mib(case)
    flood = subprocess.Popen(["ip", "netns", "exec", network.client, sys.executable, "-c", FLOOD, SOURCE / "tests/lab", "eth0", mac, str(count), network.address],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    case.addCleanup(flood.wait)
    case.addCleanup(flood.kill)
    case.assertEqual(flood.stdout.readline(), "ready\n")
    flood.stdin.write("\n")
    flood.stdin.flush()
    became = collections.Counter()
    while flood.poll() is None:
        for name, what in zip((LISTED, OTHER) * 5, network.connect_all([(LISTED, ()), (OTHER, ())] * 5, source=network.people["p18"], wait=60)):
            became[name, what] += 1
    after = resident_mib(case)
    case.assertEqual(case.end(daemon), 0, case.daemon_log())
    passed = int(network.run(network.gateway, "nft", "list", "counter", "inet", "beside", "passed").stdout.split("packets ")[1].split()[0])
    with sqlite3.connect(f"file:{case.folder}/ledger.db?mode=ro", uri=True) as ledger:
        recorded = ledger.execute("SELECT coalesce(sum(passed), 0) FROM gateway_gap").fetchone()[0]
    print(f"{count} made-up beginnings, {flood.stdout.read().strip()} a second; of the colleague's connections: {dict(became)}; memory {before} to {after} MiB; "
          f"{passed} packets passed without a verdict, {recorded} in the record", file=sys.stderr, flush=True)
    case.assertEqual({what for name, what in became if name == LISTED}, {"reset"})
    case.assertEqual({what for name, what in became if name == OTHER}, {"served"})
    case.assertEqual(recorded, passed)
    return before, after


class Flood(GatewayCase):
    def test_made_up_beginnings_take_no_room_from_what_says_a_name(self):
        flooded(self, 60000)


if __name__ == "__main__":
    unittest.main()
