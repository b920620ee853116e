"""What the gateway's tests share: client - gateway - server in three namespaces, edgewatchd on the gateway, and clients that say hello in any way they like."""
import json
import os
import pathlib
import ssl
import subprocess
import sys
import time

from harness import BIN, SOURCE, Scratch

sys.path.insert(0, str(SOURCE / "tests/lab"))
from namespaces import Namespaces, cable, sh, until_ipv6  # noqa: E402

CATALOGUE = """
[[service]]
id = "photo-share"
name = "Photo Share"
family = "Test"
category = "social"
[service.hosts]
core = ["photo-share.example"]

[[service]]
id = "micro-blog"
name = "Micro Blog"
family = "Test"
category = "social"
[service.hosts]
core = ["micro-blog.example"]
"""
TUNNELS = """
[[service]]
id = "vpn-test"
name = "A tunnel"
family = "Test"
category = "vpn"
record = false
[service.hosts]
core = ["tunnel.example"]
"""
NO_TUNNELS = """
[[rule]]
id = "no-tunnels"
action = "block"
categories = ["vpn"]
"""
# Of a person whose connections wait where the daemon is gone.
HELD = """
[[rule]]
id = "held"
action = "block"
services = ["micro-blog"]
people = ["p18"]
fail = "closed"
"""


def hello(name, length=1900):
    """A ClientHello as OpenSSL writes it, made as long as a browser's by names of protocols; empty: it names nobody."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if length:
        context.set_alpn_protocols(["http/1.1"] + ["x" * 200] * max(0, (length - 550) // 201))
    inwards, outwards = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(inwards, outwards, server_hostname=name or None).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outwards.read()


# On any TCP port given: reads a TLS record whole and answers `served`; anything else it answers when there is an empty line.
SERVER = """
import selectors, socket, sys
selector = selectors.DefaultSelector()
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    for port in map(int, sys.argv[1:]):
        s = socket.socket(family, socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, port)); s.listen(4096); s.setblocking(False)
        selector.register(s, selectors.EVENT_READ, None)
print("ready", flush=True)
held = {}
while True:
    for key, _ in selector.select():
        s = key.fileobj
        if s not in held and key.data is None:
            try: c, _ = s.accept()
            except OSError: continue
            c.setblocking(False); held[c] = b""; selector.register(c, selectors.EVENT_READ, "c")
            continue
        try: got = s.recv(65536)
        except OSError: got = b""
        if not got:
            selector.unregister(s); s.close(); held.pop(s, None); continue
        held[s] += got
        whole = held[s][:1] == b"\\x16" and len(held[s]) >= 5 + int.from_bytes(held[s][3:5], "big") or b"\\r\\n\\r\\n" in held[s]
        if whole:
            try: s.send(b"served")
            except OSError: pass
            held[s] = b""
"""

# Arguments `port:n`: answers the n-th datagram from one place, and each that follows, with itself.
DATAGRAM_SERVER = """
import selectors, socket, sys
selector = selectors.DefaultSelector()
for word in sys.argv[1:]:
    port, n = map(int, word.split(":"))
    for family, address in ((socket.AF_INET, "198.51.100.10"), (socket.AF_INET6, "2001:db8:ffff::10")):
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.bind((address, port))
        selector.register(s, selectors.EVENT_READ, n)
print("ready", flush=True)
came = {}
while True:
    for key, _ in selector.select():
        data, who = key.fileobj.recvfrom(65536)
        came[who] = came.get(who, 0) + 1
        if came[who] >= key.data: key.fileobj.sendto(data, who)
"""

# Reads lines of JSON: {"to": [address, port], "pieces": [hex, ...], "pause": seconds, "wait": seconds}; says of each what became of it.
CLIENT = """
import json, socket, sys, time
for line in sys.stdin:
    ask = json.loads(line)
    family = socket.AF_INET6 if ":" in ask["to"][0] else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM)
    s.settimeout(ask.get("wait", 5))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if "source" in ask: s.bind((ask["source"], 0))
        s.connect(tuple(ask["to"]))
        for piece in ask["pieces"]:
            s.sendall(bytes.fromhex(piece))
            if ask.get("pause"): time.sleep(ask["pause"])
        got = s.recv(65536)
        what = "served" if got == b"served" else "closed" if not got else got.decode("latin-1")
    except ConnectionResetError: what = "reset"
    except BrokenPipeError: what = "reset"
    except ConnectionRefusedError: what = "refused"
    except socket.timeout: what = "timeout"
    print(what, flush=True)
    s.close()
"""

# The same over UDP: sends the datagrams from one port; ICMP shows as an error of the next call.
DATAGRAMS = """
import json, socket, sys
for line in sys.stdin:
    ask = json.loads(line)
    s = socket.socket(socket.AF_INET6 if ":" in ask["to"][0] else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(ask.get("wait", 3))
    s.connect(tuple(ask["to"]))
    try:
        for piece in ask["pieces"]: s.send(bytes.fromhex(piece))
        what = s.recv(65536).hex()
    except ConnectionRefusedError: what = "refused"
    except socket.timeout: what = "timeout"
    print(what, flush=True)
    s.close()
"""


class GatewayNetwork(Namespaces):
    """p17 at 10.20.1.17 and p18 at .18, one machine -- gateway (`toclients`, routes) -- server (198.51.100.10 and .11)."""

    people = {"p17": "10.20.1.17", "p18": "10.20.1.18"}
    people6 = {"p17": "2001:db8:20:1::17", "p18": "2001:db8:20:1::18"}
    address, other_address, address6 = "198.51.100.10", "198.51.100.11", "2001:db8:ffff::10"
    watched = "toclients"

    def __init__(self, case, late=0, another=""):
        """`late`: the share of frames between client and gateway that come behind what was sent after them. `another`: a letter, where a case has more than one network."""
        tag = f"ewg{os.getpid()}{another}"
        self.client, self.gateway, self.server = f"{tag}c", f"{tag}g", f"{tag}s"
        super().__init__(self.client, self.gateway, self.server)
        case.addCleanup(self.close)
        self.make()
        if late:
            self.relay(self.client, "eth0", self.gateway, self.watched, late)
        for one, name in ((self.client, self.watched), (self.server, "toserver"))[bool(late):]:
            cable(one, "eth0", self.gateway, name)
        for where, device, *addresses in (
                (self.client, "eth0", *(f"{a}/24" for a in self.people.values()), *(f"{a}/64" for a in self.people6.values())),
                (self.gateway, self.watched, "10.20.1.1/24", "2001:db8:20:1::1/64"), (self.gateway, "toserver", "198.51.100.1/24", "2001:db8:ffff::1/64"),
                (self.server, "eth0", f"{self.address}/24", f"{self.other_address}/24", f"{self.address6}/64")):
            for address in addresses:
                sh("ip", "-n", where, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
            sh("ip", "-n", where, "link", "set", device, "up")
        sh("ip", "netns", "exec", self.gateway, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        for where, v4, v6 in ((self.client, "10.20.1.1", "2001:db8:20:1::1"), (self.server, "198.51.100.1", "2001:db8:ffff::1")):
            sh("ip", "-n", where, "route", "add", "default", "via", v4)
            sh("ip", "-n", where, "-6", "route", "add", "default", "via", v6)
        # Nothing else asks anybody anything: what this machine's own resolver is asked would have no route, and the errors that say so come out of what the gateway may send a client.
        self.file_in(self.client, "resolv.conf", "nameserver 127.0.0.1\n")
        sh("ip", "netns", "exec", self.client, "sysctl", "-qw", "net.ipv4.tcp_syn_retries=3")
        until_ipv6(self.client, self.gateway, self.server)

    def serve(self, *ports):
        return self.serve_with(SERVER, *ports)

    def serve_datagrams(self, answered_from):
        """{port: n}: the n-th datagram is answered. A QUIC hello comes in two, so that one half of it gets no answer."""
        return self.serve_with(DATAGRAM_SERVER, *(f"{port}:{n}" for port, n in answered_from.items()))

    def serve_with(self, script, *words):
        server = self.start(self.server, sys.executable, "-c", script, *words, stdout=subprocess.PIPE, text=True)
        assert server.stdout.readline() == "ready\n"
        return server

    def quic(self, name, address=None):
        """Whether a server answers the hello of a QUIC client that says this name."""
        done = self.run(self.client, BIN / "edgewatch-generate", "hello", "--kind", "quic", "--name", name, "--server", address or self.address, "--port", "443")
        return done.stdout.strip()

    def question(self, name, address=None):
        """What becomes of a DNS question over UDP."""
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        message = bytes.fromhex("000701000001000000000000") + labels + bytes.fromhex("0000010001")
        answer = self.ask(DATAGRAMS, [{"to": [address or self.address, 53], "pieces": [message.hex()]}])[0]
        if answer == message.hex():
            return "answered"
        return "does not exist" if answer[:4] == "0007" and answer[7:8] == "3" else answer

    def ask(self, script, asks):
        """Gives each in turn to a client in the clients' namespace; gives what became of them."""
        done = subprocess.run(["ip", "netns", "exec", self.client, sys.executable, "-c", script], input="\n".join(json.dumps(a) for a in asks), capture_output=True, text=True,
                              check=True, timeout=300)
        return done.stdout.split("\n")[:-1]

    def connect(self, name, cuts=(), port=443, address=None, **more):
        """What becomes of a connection whose hello is cut at these offsets."""
        return self.connect_all([(name, cuts)], port, address, **more)[0]

    def connect_all(self, what, port=443, address=None, **more):
        asks = []
        for name, cuts in what:
            whole = hello(name)
            edges = [0, *(c for c in cuts if 0 < c < len(whole)), len(whole)]
            asks.append({"to": [address or self.address, port], "pieces": [whole[a:b].hex() for a, b in zip(edges, edges[1:])], **more})
        return self.ask(CLIENT, asks)

    def kernel_counter(self, name):
        """Packets, since the daemon last looked."""
        listing = self.run(self.gateway, "nft", "list", "counter", "inet", "edgewatch", name).stdout
        return int(listing.split("packets ")[1].split()[0])

    def rules(self):
        """Our table as the kernel has it; empty where there is none."""
        return self.run(self.gateway, "nft", "list", "table", "inet", "edgewatch").stdout


class GatewayCase(Scratch):
    """A test with the network, edgewatchd to be started on the gateway, and the rules that it has."""

    BIN = BIN
    LATE = 0  # share of frames that come out of order
    RULES = '[[rule]]\nid = "no-photos"\naction = "block"\nservices = ["photo-share"]\n'
    meddled = False  # whether the test changes the gateway's rules in the kernel

    def setUp(self):
        super().setUp()
        self.addCleanup(self.check_rules_were_left_alone)
        self.network = GatewayNetwork(self, self.LATE)
        self.write("etc/catalogue/test.toml", CATALOGUE)
        people = "".join(f"{p},Person {p},planning,\n" for p in self.network.people)
        self.configuration = self.configure(
            interfaces=[self.network.watched], people=people, rules=self.RULES, inside='"10.20.0.0/16", "2001:db8:20::/48"',
            assignments="".join(f"ip,{a},{p},,\n" for who in (self.network.people, self.network.people6) for p, a in who.items()))
        text = self.configuration.read_text().replace(f"{SOURCE}/etc/catalogue", str(self.folder / "etc/catalogue"))
        self.configuration.write_text(text + '[enforcement]\nmode = "gateway"\n')

    def change(self, old, new):
        """Before the start."""
        self.configuration.write_text(self.configuration.read_text().replace(old, new))

    # As its unit runs it: a user of its own, and what the unit gives it (systemd/edgewatchd.service, gateway.conf).
    AS_UNIT = ["chrt", "--batch", "0", "setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=edgewatch-ict,edgewatch-hr,edgewatch-auditor", "--no-new-privs",
               "--inh-caps=-all,+net_raw,+net_bind_service,+net_admin", "--ambient-caps=-all,+net_raw,+net_bind_service,+net_admin",
               "--bounding-set=-all,+net_raw,+net_bind_service,+net_admin"]

    def guard(self):
        """Starts edgewatchd on the gateway, as its unit would."""
        purge = pathlib.Path(self.sockets) / "purge.sock"
        purge.unlink(missing_ok=True)
        self.own()
        return self.start(self.configuration, prefix=["ip", "netns", "exec", self.network.gateway, *self.AS_UNIT])

    def status(self):
        done = self.edgewatch("ict", "status", "--format", "json")
        self.assertExit(0, done)
        return {row["what"].strip(): row["value"] for row in json.loads(done.stdout)}

    def check_rules_were_left_alone(self):
        """Each time that they are made anew, packets may pass."""
        if not self.meddled and (self.folder / "daemon.log").exists():
            self.assertNotIn("were put there anew", self.daemon_log())

    def wait_for(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.daemon_log())
            time.sleep(0.05)
