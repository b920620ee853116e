"""Both ends of what is said on a tagged network, written and read as frames: a client and a router that have no kernel's part in it, in namespaces of their own, and what else comes to either with which tags."""
import ctypes
import socket
import struct
import time

from forged import ACK, IPV4, PSH, QINQ, RST, SYN, TCP, UDP, VLAN, Speaker

SOL_PACKET, PACKET_AUXDATA, VLAN_VALID = 263, 8, 0x10
CLONE_NEWNET = 0x40000000


def socket_in(namespace, interface):
    """A socket that reads and writes whole frames there."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(place):
        if libc.setns(place.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"{place.name}: cannot be entered")

    with open("/proc/self/ns/net") as ours, open(f"/run/netns/{namespace}") as theirs:
        enter(theirs)
        try:
            out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            out.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            out.bind((interface, 0))
        finally:
            enter(ours)
    return out


class End:
    """An interface; `tags` are (type, id) from the outside in, and stand on all that is sent."""

    def __init__(self, namespace, interface, tags):
        self.socket = socket_in(namespace, interface)
        self.own = self.socket.getsockname()[4]
        self.tags, self.peer, self.seen = list(tags), None, []

    def send(self, packet, kind, _vlans=()):
        head = b"".join(struct.pack("!HH", *tag) for tag in self.tags)
        self.socket.send(self.peer.own + self.own + head + struct.pack("!H", kind) + packet)

    def read(self, wait):
        """One more IPv4 packet of somebody else's, kept as (tags, sender, protocol, ports, what follows); False when none came in time."""
        self.socket.settimeout(wait)
        try:
            frame, more, _, origin = self.socket.recvmsg(65536, 64)
        except (TimeoutError, socket.timeout):
            return False
        if origin[2] == socket.PACKET_OUTGOING:
            return True
        tags, at = [], 12
        for level, kind, data in more:  # the kernel takes the outer tag off and says it beside the frame
            status, *_, tci, tpid = struct.unpack("=IIIHHHH", data[:20])
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA) and status & VLAN_VALID:
                tags.append((tpid or VLAN, tci & 0xFFF))
        while (kind := struct.unpack("!H", frame[at:at + 2])[0]) in (VLAN, QINQ):
            tags.append((kind, struct.unpack("!H", frame[at + 2:at + 4])[0] & 0xFFF))
            at += 4
        if kind == IPV4:
            packet = frame[at + 2:]
            segment = packet[(packet[0] & 15) * 4:struct.unpack("!H", packet[2:4])[0]]
            self.seen.append((tags, frame[6:12], packet[9], struct.unpack("!HH", segment[:4]), segment))
        return True

    def wait_for(self, fits, seconds=30):
        """The first packet that fits, of those that came or come."""
        deadline, at = time.monotonic() + seconds, 0
        while True:
            while at < len(self.seen):
                if fits(self.seen[at]):
                    return self.seen[at]
                at += 1
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.read(left)


def resets(end, ports):
    return [seen for seen in end.seen if seen[2] == TCP and seen[3] == ports and seen[4][13] & RST]


class Conversation:
    """A TCP connection between the two, opened as it should be."""

    first, theirs = 1000, 77000

    def __init__(self, client, router, source, target):
        self.client, self.router = client, router
        self.there, self.back = (source[1], target[1]), (target[1], source[1])
        self.says, self.answers = Speaker(client, source, target), Speaker(router, target, source)
        self.says.tcp(self.first, 0, SYN)
        assert router.wait_for(lambda s: s[2] == TCP and s[3] == self.there)
        self.answers.tcp(self.theirs, self.first + 1, SYN | ACK)
        assert client.wait_for(lambda s: s[2] == TCP and s[3] == self.back)
        self.says.tcp(self.first + 1, self.theirs + 1, ACK)
        self.next = self.first + 1

    def say(self, data, most=1400):
        for at in range(0, len(data), most):
            piece = data[at:at + most]
            self.says.tcp(self.next, self.theirs + 1, ACK | PSH, piece)
            self.next += len(piece)

    def resets(self):
        """The first reset that each end is sent."""
        return (self.client.wait_for(lambda s: s[2] == TCP and s[3] == self.back and s[4][13] & RST), self.router.wait_for(lambda s: s[2] == TCP and s[3] == self.there and s[4][13] & RST))


def pair(client, router):
    """The two ends, each knowing the other's address."""
    client.peer, router.peer = router, client
    return client, router


def sequence(seen):
    return struct.unpack("!I", seen[4][4:8])[0]


def ask(client, source, target, message, seconds=30):
    """Asks a DNS question; gives what answers it."""
    Speaker(client, source, target).udp(message)
    return client.wait_for(lambda s: s[2] == UDP and s[3] == (target[1], source[1]), seconds)
