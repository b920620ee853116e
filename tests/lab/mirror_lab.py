"""What the mirror's tests share: clients - switch - router - (delay) - server, edgewatchd on a sensor that sees a copy of the clients' segment and may send into it. The switch is a
bridge that forgets every address at once, so that each frame goes out of each port: that is the mirror, and what is injected comes back by it as from a real one."""
import json
import os
import subprocess
import sys

from harness import BIN, SOURCE, Scratch

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import CATALOGUE, GatewayCase, GatewayNetwork  # noqa: E402
from namespaces import Namespaces, cable, sh, until_ipv6  # noqa: E402

# Answers any question with an address, one packet for one; what comes from it is told by its rcode from what is forged.
RESOLVER = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
s.bind(("198.51.100.10", 53))
print("ready", flush=True)
record = bytes.fromhex("c00c00010001000000780004c6336463")
while True:
    q, who = s.recvfrom(4096)
    end = q.index(0, 12) + 5
    s.sendto(q[:2] + b"\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + q[12:end] + record, who)
"""

# Asks {"count", "listed" (every so many), "opt" (every so many), "parallel"}; says who answered first, and whether the Extended DNS Error stood where it should.
ASKER = """
import json, select, socket, sys, time
ask = json.loads(sys.stdin.readline())
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
s.connect(("198.51.100.10", 53)); s.setblocking(False)
def name(text): return b"".join(bytes([len(l)]) + l.encode() for l in text.split(".")) + b"\\0"
LISTED, OTHER = name("wWw.photo-share.example"), name("www.other.example")
OPT = bytes.fromhex("0000291000000080000000")
told = dict.fromkeys(("listed", "others", "listed forged first", "listed true first", "others forged", "others true", "unanswered", "wrong ede", "forged with opt", "forged without"), 0)
open_, sent, done, ids = {}, 0, 0, 0
last = time.monotonic()
while done < ask["count"]:
    while sent < ask["count"] and len(open_) < ask["parallel"]:
        listed, opt = sent % ask["listed"] == 0, sent % ask["opt"] == 0
        ids = (ids + 1) % 65536
        question = (LISTED if listed else OTHER) + b"\\0\\x01\\0\\x01"
        try: s.send(ids.to_bytes(2, "big") + b"\\1\\0\\0\\1\\0\\0\\0\\0\\0" + (b"\\1" if opt else b"\\0") + question + (OPT if opt else b""))
        except BlockingIOError: break
        open_[ids] = (listed, opt, question); told["listed" if listed else "others"] += 1; sent += 1
    if not select.select([s], [], [], 0.5)[0]:
        if time.monotonic() - last > 3: told["unanswered"] += len(open_); break
        continue
    try:
        while True:
            a = s.recv(4096); last = time.monotonic()
            known = open_.pop(int.from_bytes(a[:2], "big"), None)
            if known is None: continue
            listed, opt, question = known; done += 1
            forged = a[3] & 15 == 3
            told[("listed " if listed else "others ") + (("forged first" if listed else "forged") if forged else ("true first" if listed else "true"))] += 1
            if forged: told["forged with opt" if opt else "forged without"] += 1
            if forged and ((b"\\0\\x0f\\0\\x26\\0\\x0f" in a) != opt or (a[11] == 1) != opt or question not in a): told["wrong ede"] += 1
    except BlockingIOError: pass
print(json.dumps(told))
"""


class MirrorNetwork(GatewayNetwork):
    """p17 and p18 on one machine -- switch -- router -- server; the sensor watches `mirror` and sends by `inject`. `round_trip`: microseconds between router and server and back."""

    watched, inject = "mirror", "inject"

    def __init__(self, case, round_trip):
        tag = f"ewm{os.getpid()}"
        self.client, self.switch, self.router, self.server, self.sensor = (f"{tag}{c}" for c in "clrsn")
        self.gateway = self.sensor  # where edgewatchd runs
        Namespaces.__init__(self, self.client, self.switch, self.router, self.server, self.sensor)
        case.addCleanup(self.close)
        self.make()
        for where in (self.switch, self.sensor):  # nothing of theirs is on the wire
            sh("ip", "netns", "exec", where, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        sh("ip", "-n", self.switch, "link", "add", "lan", "type", "bridge", "ageing_time", "0", "stp_state", "0", "mcast_snooping", "0")
        for where, name, port in ((self.client, "eth0", "toclients"), (self.router, "toclients", "torouter"), (self.sensor, self.watched, "tomirror"), (self.sensor, self.inject, "toinject")):
            self.join(where, name, port)
        # Where frames may be joined, each has room for 64 KiB in the ring, and few have room.
        sh("ip", "netns", "exec", self.sensor, "ethtool", "-K", self.watched, "gro", "off", "gso", "off", "tso", "off")
        sh("ip", "-n", self.switch, "link", "set", "lan", "up")
        self.delay(round_trip // 2)
        for where, device, *addresses in (
                (self.client, "eth0", *(f"{a}/24" for a in self.people.values()), *(f"{a}/64" for a in self.people6.values())),
                (self.router, "toclients", "10.20.1.1/24", "2001:db8:20:1::1/64"), (self.router, "toserver", "198.51.100.1/24", "2001:db8:ffff::1/64"),
                (self.server, "eth0", f"{self.address}/24", f"{self.other_address}/24", f"{self.address6}/64"), (self.sensor, self.watched), (self.sensor, self.inject)):
            for address in addresses:
                sh("ip", "-n", where, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
            sh("ip", "-n", where, "link", "set", device, "txqueuelen", "10000", "up")
        sh("ip", "netns", "exec", self.router, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        for where, v4, v6 in ((self.client, "10.20.1.1", "2001:db8:20:1::1"), (self.server, "198.51.100.1", "2001:db8:ffff::1")):
            sh("ip", "-n", where, "route", "add", "default", "via", v4)
            sh("ip", "-n", where, "-6", "route", "add", "default", "via", v6)
        sh("ip", "netns", "exec", self.client, "sysctl", "-qw", "net.ipv4.tcp_syn_retries=3")
        until_ipv6(self.client, self.router, self.server)

    def join(self, where, name, port):
        """A cable to the switch."""
        cable(where, name, self.switch, port)
        # Frames on a wire have their checksums.
        sh("ip", "netns", "exec", where, "ethtool", "-K", name, "tx", "off")
        sh("ip", "-n", self.switch, "link", "set", port, "master", "lan", "up")

    def join_inject(self):
        """Once more, as after it was pulled out."""
        self.join(self.sensor, self.inject, "toinject")
        sh("ip", "-n", self.sensor, "link", "set", self.inject, "up")

    def delay(self, each_way):
        """The wire between router and server."""
        wire = subprocess.Popen([str(BIN / "edgewatch-generate"), "delay", "--from", self.router, "--from-name", "toserver", "--to", self.server, "--to-name", "eth0", "--each-way", str(each_way)],
                                stdout=subprocess.PIPE, text=True)
        self.processes.append(wire)
        assert wire.stdout.readline() == "ready\n"

    def resolve(self):
        resolver = self.start(self.server, sys.executable, "-c", RESOLVER, stdout=subprocess.PIPE, text=True)
        assert resolver.stdout.readline() == "ready\n"

    def questions(self, count, parallel, listed=10, opt=3):
        return json.loads(self.ask(ASKER, [{"count": count, "parallel": parallel, "listed": listed, "opt": opt}])[0])


class MirrorCase(GatewayCase):
    """A test with the network, edgewatchd to be started on the sensor, and the rules that it has."""

    ROUND_TRIP = 100_000  # so that no other work on the machine loses the race

    def setUp(self):
        Scratch.setUp(self)
        self.network = MirrorNetwork(self, self.ROUND_TRIP)
        self.write("etc/catalogue/test.toml", CATALOGUE)
        people = "".join(f"{p},Person {p},planning,\n" for p in self.network.people)
        self.configuration = self.configure(interfaces=[self.network.watched], people=people, rules=self.RULES, inside='"10.20.0.0/16", "2001:db8:20::/48"',
                                            assignments="".join(f"ip,{a},{p},,\n" for who in (self.network.people, self.network.people6) for p, a in who.items()))
        text = self.configuration.read_text().replace(f"{SOURCE}/etc/catalogue", str(self.folder / "etc/catalogue"))
        self.configuration.write_text(text + f'[enforcement]\nmode = "mirror"\ninject = "{self.network.inject}"\n')

    def guard(self):
        """Starts edgewatchd on the sensor, before others at the processor as systemd/mirror.conf has it."""
        return self.start(self.configuration, prefix=["ip", "netns", "exec", self.network.sensor, "nice", "-n", "-10"])

    def status_rows(self):
        done = self.edgewatch("ict", "status", "--format", "json")
        self.assertExit(0, done)
        return json.loads(done.stdout)
