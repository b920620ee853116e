"""Every way past enforcement that is known (ENFORCEMENT A5), tried with real packets through the gateway. What comes of each must be what `edgewatch status --bypass` claims: the table is read from there.
Beside each attempt the same is done for a name that nothing refuses, and must go through."""
import json
import subprocess
import sys
import unittest

from harness import BIN, SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import CATALOGUE, CLIENT, DATAGRAMS, NO_TUNNELS, TUNNELS, GatewayCase, hello  # noqa: E402

LISTED, OTHER = "www.photo-share.example", "www.micro-blog.example"
RESOLVER, OWN_END = "198.51.100.11", "2001:db8:ffff::10"
# Whoever forges speaks from here: addresses that no kernel of ours has.
FORGED4, FORGED6 = "10.20.1.99", "2001:db8:20:1::99"

MORE = """
[[service]]
id = "books"
name = "Books"
family = "Test"
category = "social"
[service.hosts]
core = ["bücher.example"]

[[service]]
id = "doh-test"
name = "A public resolver"
family = "Test"
category = "doh"
record = false
addresses = ["198.51.100.11"]
[service.hosts]
core = ["resolver.example"]

[[service]]
id = "ech-outer-name"
name = "Outer names"
family = "Test"
category = "ech"
record = false
[service.hosts]
core = ["outer.example"]
"""

# On 198.51.100.11, port 53: any name is another name of the listed one.
CLOAK = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("198.51.100.11", 53))
print("ready", flush=True)
target = b"".join(bytes([len(l)]) + l for l in b"www.photo-share.example".split(b".")) + b"\\0"
while True:
    data, who = s.recvfrom(4096)
    cname = b"\\xc0\\x0c\\x00\\x05\\x00\\x01\\x00\\x00\\x00\\x3c" + len(target).to_bytes(2, "big") + target
    address = target + b"\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x3c\\x00\\x04" + socket.inet_aton("198.51.100.10")
    end = 12 + data[12:].index(0) + 5
    s.sendto(data[:2] + b"\\x81\\x80\\x00\\x01\\x00\\x02\\x00\\x00\\x00\\x00" + data[12:end] + cname + address, who)
"""


def question(name, kind=1, flags=0x0100, klass=1, opt=False):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    head = (7).to_bytes(2, "big") + flags.to_bytes(2, "big") + b"\0\1\0\0\0\0" + (b"\0\1" if opt else b"\0\0")
    # A cookie (RFC 7873) and 32 bytes of padding (RFC 7830).
    options = b"\0\x0a\0\x08" + b"c" * 8 + b"\0\x0c\0\x20" + bytes(32)
    more = b"\0\0\x29\x04\xd0\0\0\0\0" + len(options).to_bytes(2, "big") + options if opt else b""
    return head + labels + b"\0" + kind.to_bytes(2, "big") + klass.to_bytes(2, "big") + more


def is_refusal(answer):
    """A DNS answer that there is no such name: the gateway's own, in the resolver's name."""
    return answer[2] & 0x80 and answer[3] & 15 == 3


def in_records(record, most):
    """The same handshake message in records of at most so many bytes."""
    message = record[5:]
    return b"".join(record[:3] + len(m).to_bytes(2, "big") + m for m in (message[at:at + most] for at in range(0, len(message), most)))


WIREGUARD = b"\1\0\0\0" + bytes(range(1, 145))
OPENVPN = b"\x38" + b"session1" + bytes(5)
IKE = b"initiate" + bytes(8) + bytes([33, 0x20, 34, 8]) + bytes(4) + (68).to_bytes(4, "big") + bytes([0, 0, 0, 40]) + bytes(36)


class Bypass(GatewayCase):
    RULES = """
[[rule]]
id = "no-photos"
action = "block"
services = ["photo-share", "books"]

[[rule]]
id = "no-resolvers"
action = "block"
categories = ["doh"]
""" + NO_TUNNELS

    def setUp(self):
        super().setUp()
        self.write("etc/catalogue/test.toml", CATALOGUE + TUNNELS + MORE)
        self.configuration.write_text(self.configuration.read_text() + f'own_ends = ["{OWN_END}"]\n')
        network = self.network
        network.serve(53, 80, 443, 853, 1194, 8443)
        network.serve_datagrams({53: 1, 443: 2, 853: 1, 1194: 1, 500: 1, 51820: 1, 4433: 2, 8443: 3})
        network.serve_with(CLOAK)
        mac = {where: json.loads(network.run(where, "ip", "-j", "link", "show", device).stdout)[0]["address"] for where, device in ((network.client, "eth0"), (network.gateway, network.watched))}
        self.gateway_mac = mac[network.gateway]
        for address in (FORGED4, FORGED6):
            network.run(network.gateway, "ip", "neigh", "replace", address, "lladdr", mac[network.client], "dev", network.watched, "nud", "permanent")
        # What has one hop left when it comes is a decoy that dies on the way.
        network.run(network.server, "nft", "add table inet far; add chain inet far in { type filter hook input priority -200; }; add rule inet far in ip ttl 1 drop")
        self.port = 30000
        self.daemon = self.guard()

    # Attempts. Each gives what became of it: `served` by the server, or not.

    def tcp(self, *pieces, to=443, address=None, **more):
        """A real connection that says this; `source` may be an address of ours."""
        return self.network.ask(CLIENT, [{"to": [address or self.network.address, to], "pieces": [p.hex() for p in pieces], "pause": 0.02, "wait": 3, **more}])[0]

    def udp(self, *datagrams, to=53, address=None):
        answer = self.network.ask(DATAGRAMS, [{"to": [address or self.network.address, to], "pieces": [d.hex() for d in datagrams], "wait": 2}])[0]
        if answer in ("refused", "timeout"):
            return answer
        return "refused" if to == 53 and is_refusal(bytes.fromhex(answer)) else "served"

    def forged(self, kind, *packets, to=443, v6=False, source_port=None, wait=2):
        self.port += 1
        ask = {"kind": kind, "from": [FORGED6 if v6 else FORGED4, source_port or self.port], "to": [self.network.address6 if v6 else self.network.address, to], "packets": packets, "wait": wait}
        command = ["ip", "netns", "exec", self.network.client, sys.executable, SOURCE / "tests/lab/forged.py", "eth0", self.gateway_mac]
        return subprocess.run([str(c) for c in command], input=json.dumps(ask) + "\n", capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    def quic_hello(self, name):
        done = self.network.run(self.network.client, BIN / "edgewatch-generate", "hello", "--kind", "quic", "--name", name)
        self.assertExit(0, done)
        return [bytes.fromhex(line) for line in done.stdout.split()]

    def large_hello(self, name):
        """Post-quantum, with an encrypted hello (GREASE or not, nobody can tell), as browsers send it."""
        return bytes.fromhex(self.network.run(self.network.client, BIN / "edgewatch-generate", "hello", "--kind", "tls", "--name", name).stdout.strip())

    def segmented(self, record, size=700, **how):
        return [{"at": at, "data": record[at:at + size].hex(), **how} for at in range(0, len(record), size)]

    # What is claimed and what is so.

    def table(self):
        done = self.edgewatch("ict", "status", "--bypass", "--format", "json")
        self.assertExit(0, done)
        return {int(row["row"]): row for row in json.loads(done.stdout)}

    def counted(self, row):
        return int(self.table()[row]["counted"])

    def both(self, attempt):
        """Whether this blocks the listed name: it must not be served, and the other must be."""
        listed, other = attempt(LISTED), attempt(OTHER)
        self.assertEqual(other, "served", "nothing refuses this name")
        return "blocks" if listed in ("reset", "refused") else f"LISTED {listed}"

    def all_of(self, *attempts):
        what = [self.both(attempt) for attempt in attempts]
        return "blocks" if set(what) == {"blocks"} else what

    def detected(self, row, attempt, outcome="served"):
        before = self.counted(row)
        self.assertEqual(attempt(), outcome)
        self.wait_for(lambda: self.counted(row) > before, seconds=150)
        return "detects"

    def refused(self, **attempts):
        """All are, and nothing beside them is known to be served."""
        what = {name: attempt() for name, attempt in attempts.items()}
        return "blocks" if all(w in ("reset", "refused") for w in what.values()) else what

    def test_each_row_is_what_the_table_claims(self):
        claimed = self.table()
        self.assertEqual(sorted(claimed), list(range(1, 25)))
        proof = {number: getattr(self, f"row_{number}") for number in claimed}
        order = [11, *(n for n in claimed if n != 11)]  # before anything was refused there: else it would be the retry that is refused
        for number in order:
            with self.subTest(row=number, technique=claimed[number]["technique"]):
                found = proof[number]()
                print(f"row {number:2} {claimed[number]['effect']:8} {claimed[number]['technique']}", file=sys.stderr, flush=True)
                self.assertEqual(found, claimed[number]["effect"])
        effects = [row["effect"] for row in claimed.values()]
        print(f"blocked {effects.count('blocks')}, at least detected {len(effects) - effects.count('cannot')}", file=sys.stderr)
        self.assertGreaterEqual(effects.count("blocks"), 20)
        self.assertEqual(effects.count("cannot"), 1)
        self.assertEqual(claimed[12]["effect"], "cannot")
        for number in (8, 9, 13, 23):
            self.assertGreater(self.counted(number), 0, claimed[number])
        self.assertEqual(self.status()["packets passed without a verdict"], "0")

    def row_1(self):
        mixed = lambda name: "".join(c.upper() if i % 2 else c for i, c in enumerate(name))  # noqa: E731
        return self.all_of(lambda name: self.tcp(hello(name).replace(name.encode(), mixed(name).encode())), lambda name: self.udp(question(mixed(name))))

    def row_2(self):
        return self.both(lambda name: self.tcp(hello(name + "x").replace(name.encode() + b"x", name.encode() + b".")))

    def row_3(self):
        names = {LISTED: "xn--bcher-kva.example", OTHER: "xn--bcher-1ua.example"}  # the other is a homograph that nobody lists
        return self.both(lambda name: self.tcp(hello(names[name])))

    def row_4(self):
        return self.detected(4, lambda: self.udp(question("www.innocent.example"), address=RESOLVER))

    def row_5(self):
        def ask(name):
            message = question(name)
            message = len(message).to_bytes(2, "big") + message
            return self.tcp(message[:1], message[1:9], message[9:], b"\r\n\r\n", to=53)
        return self.both(ask)

    def row_6(self):
        return self.all_of(lambda name: self.udp(question(name, opt=True)), lambda name: self.udp(question(name, klass=3, kind=16)), lambda name: self.udp(question(name, flags=0x1100)))

    def row_7(self):
        return self.both(lambda name: self.udp(question(name), address=RESOLVER))

    def row_8(self):
        self.assertEqual(self.tcp(hello("dns.other.example"), to=853, address=OWN_END), "served", "one that the council allows")
        self.assertEqual(self.udp(bytes(1200), to=853, address=OWN_END), "served")
        return self.refused(dot=lambda: self.tcp(hello("dns.other.example"), to=853), doq=lambda: self.udp(bytes(1200), to=853))

    def row_9(self):
        return self.refused(name=lambda: self.tcp(hello("dns.resolver.example")), quic=lambda: self.udp(*self.quic_hello("dns.resolver.example"), to=443),
                            address=lambda: self.tcp(hello(OTHER), address=RESOLVER), address_over_udp=lambda: self.udp(bytes(1200), to=443, address=RESOLVER))

    def row_10(self):
        self.detected(10, lambda: self.tcp(self.large_hello("outer.example")))
        return self.both(lambda name: self.udp(question(name, kind=65)))

    def row_11(self):
        return self.detected(11, lambda: self.tcp(hello(None)))

    def row_12(self):
        # The name that counts is inside the encryption: nothing on the wire is other than with an honest visit, so there is nothing to try.
        return "cannot"

    def row_13(self):
        for datagram, port in ((WIREGUARD, 51820), (OPENVPN, 1194), (IKE, 500)):
            self.assertEqual(self.udp(datagram, to=port, address=OWN_END), "served", "the council's own")
        over_tcp = len(OPENVPN).to_bytes(2, "big") + OPENVPN
        return self.refused(wireguard=lambda: self.udp(WIREGUARD, to=51820), on_another_port=lambda: self.udp(WIREGUARD, WIREGUARD, to=443), openvpn=lambda: self.udp(OPENVPN, to=1194),
                            openvpn_over_tcp=lambda: self.tcp(over_tcp), in_pieces=lambda: self.tcp(*(over_tcp[a:b] for a, b in ((0, 1), (1, 2), (2, 7), (7, 99))), to=1194),
                            ike=lambda: self.udp(IKE, to=500), by_name=lambda: self.tcp(hello("relay.tunnel.example")))

    def row_14(self):
        def swapped(name):
            packets = self.segmented(hello(name))
            return self.forged("tcp", *packets[::-1])
        return self.all_of(lambda name: self.tcp(*(hello(name)[a:b] for a, b in ((0, 1), (1, 40), (40, 900), (900, 9000)))), swapped)

    def row_15(self):
        return self.all_of(*(lambda name, most=most: self.tcp(in_records(hello(name), most)) for most in (10, 60, 1400)))

    def row_16(self):
        def ask(name):
            record = self.large_hello(name)
            self.assertGreater(len(record), 1460)
            return self.tcp(record[:1400], record[1400:])
        return self.both(ask)

    def row_17(self):
        return self.both(lambda name: self.udp(*self.quic_hello(name), to=443))

    def row_18(self):
        return self.both(lambda name: self.udp(*self.quic_hello(name)[::-1], to=443))

    def row_19(self):
        return self.both(lambda name: self.udp(b"junk that is no QUIC", *self.quic_hello(name), to=8443))

    def row_20(self):
        return self.all_of(lambda name: self.forged("udp", {"data": question(name, opt=True).hex(), "fragment": 24}, to=53),
                           lambda name: self.forged("tcp", *self.segmented(hello(name), fragment=256)))

    def row_21(self):
        return self.all_of(lambda name: self.forged("tcp", *self.segmented(hello(name), extension=True), v6=True),
                           lambda name: self.forged("udp", {"data": question(name).hex(), "extension": True}, to=53, v6=True))

    def row_22(self):
        # This gateway has no interface for tagged frames: they go nowhere, whatever they say.
        what = {self.forged("udp", {"data": question(LISTED).hex(), "vlans": vlans}, to=53) for vlans in ([7], [7, 8])}
        self.assertEqual(self.forged("udp", {"data": question(OTHER).hex()}, to=53), "served", "without tags it goes through")
        return "blocks" if what == {"silence"} else what

    def row_23(self):
        def attempt(decoy):
            def ask(name):
                innocent = "www.innocent0.example".replace("0", "0" * (len(name) - 20))
                return self.forged("tcp", *decoy(self.segmented(hello(name)), self.segmented(hello(innocent))))
            return ask
        # A decoy that no server takes, for it has a false checksum; one that dies on the way; and two that say different things of one byte.
        checksum = self.both(attempt(lambda true, false: [{**p, "wrong_checksum": True} for p in false] + true))
        few_hops = attempt(lambda true, false: [{**p, "ttl": 2} for p in false] + true)(LISTED)
        overlap = attempt(lambda true, false: [false[0], *true])(LISTED)
        twice = attempt(lambda true, false: [true[0], *true])(OTHER)
        return "blocks" if (checksum, few_hops, overlap, twice) == ("blocks", "reset", "reset", "served") else (checksum, few_hops, overlap, twice)

    def row_24(self):
        return self.all_of(lambda name: self.tcp(hello(name), to=8443), lambda name: self.udp(*self.quic_hello(name), to=4433),
                           lambda name: self.forged("tcp", *self.segmented(hello(name)), source_port=443 if name == LISTED else 80))


if __name__ == "__main__":
    unittest.main()
