"""A client that writes its packets itself, for what no honest one sends: fragments, tags, decoys, disagreeing segments. It speaks from addresses that its kernel does not have, so that the kernel takes no part.

Run in the client's namespace: `forged.py INTERFACE GATEWAY_MAC`. Reads lines of JSON:
{"kind": "tcp" | "udp", "from": [address, port], "to": [address, port], "wait": seconds, "packets": [{"at": offset in the stream, "data": hex, "ttl", "wrong_checksum", "fragment": bytes, "extension", "vlans": [ids]}]}
and says of each what came of it: served, reset, refused (ICMP), silence.
"""
import json
import socket
import struct
import sys
import time

IPV4, IPV6, VLAN, QINQ = 0x0800, 0x86DD, 0x8100, 0x88A8
TCP, UDP, ICMP, ICMPV6, FRAGMENT, DESTINATION_OPTIONS = 6, 17, 1, 58, 44, 60
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


class Speaker:
    """One pair of ends. Gives IP packets as link-layer payloads, and reads what comes back for it."""

    identification = 1

    def __init__(self, link, source, target):
        self.link, self.source, self.target = link, tuple(source), tuple(target)
        self.v6 = ":" in source[0]

    def send(self, protocol, segment, ttl=64, fragment=0, extension=False, vlans=(), **_):
        if self.v6:
            packets = [self._v6(protocol, segment, ttl, extension)]
        else:
            packets = self._v4(protocol, segment, ttl, fragment)
        for packet in packets:
            self.link.send(packet, IPV6 if self.v6 else IPV4, vlans)

    def _v4(self, protocol, segment, ttl, fragment):
        Speaker.identification += 1
        size = fragment or len(segment)
        for at in range(0, len(segment), size):
            piece = segment[at:at + size]
            more = 0x2000 if at + size < len(segment) else 0
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(piece), Speaker.identification, at // 8 | more, ttl, protocol, 0, packed(self.source[0]), packed(self.target[0]))
            yield head[:10] + struct.pack("!H", checksum(head)) + head[12:] + piece

    def _v6(self, protocol, segment, ttl, extension):
        if extension:  # six bytes of padding
            segment, protocol = bytes([protocol, 0, 1, 4, 0, 0, 0, 0]) + segment, DESTINATION_OPTIONS
        return struct.pack("!IHBB16s16s", 0x60000000, len(segment), protocol, ttl, packed(self.source[0]), packed(self.target[0])) + segment

    def sealed(self, protocol, segment, at, wrong):
        """With its checksum, which stands at that offset."""
        pseudo = packed(self.source[0]) + packed(self.target[0]) + struct.pack("!IHBB", len(segment), 0, 0, protocol)
        right = checksum(pseudo + segment) ^ (0x5555 if wrong else 0)
        return segment[:at] + struct.pack("!H", right) + segment[at + 2:]

    def tcp(self, sequence, acknowledgement, flags, data=b"", wrong_checksum=False, **how):
        head = struct.pack("!HHIIBBHHH", self.source[1], self.target[1], sequence & 0xFFFFFFFF, acknowledgement & 0xFFFFFFFF, 0x50, flags, 64240, 0, 0)
        self.send(TCP, self.sealed(TCP, head + data, 16, wrong_checksum), **how)

    def udp(self, data, wrong_checksum=False, **how):
        head = struct.pack("!HHHH", self.source[1], self.target[1], 8 + len(data), 0)
        self.send(UDP, self.sealed(UDP, head + data, 6, wrong_checksum), **how)

    def answers(self, wait):
        """(protocol, segment) of what comes to us, until the time is over."""
        deadline = time.monotonic() + wait
        while (left := deadline - time.monotonic()) > 0:
            packet = self.link.receive(IPV6 if self.v6 else IPV4, left)
            if packet is None:
                continue
            if self.v6:
                protocol, there, segment = packet[6], packet[24:40], packet[40:]
            else:
                protocol, there, segment = packet[9], packet[16:20], packet[(packet[0] & 15) * 4:struct.unpack("!H", packet[2:4])[0]]
            if there != packed(self.source[0]):
                continue
            if protocol in (ICMP, ICMPV6) and segment[0] in (3, 1):  # destination unreachable
                yield protocol, segment
            elif protocol in (TCP, UDP) and struct.unpack("!H", segment[2:4])[0] == self.source[1]:
                yield protocol, segment


class Link:
    def __init__(self, interface, gateway):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((interface, 0))
        self.own = self.socket.getsockname()[4]
        self.gateway = bytes.fromhex(gateway.replace(":", ""))

    def send(self, packet, kind, vlans):
        tags = b"".join(struct.pack("!HH", QINQ if len(vlans) == 2 and i == 0 else VLAN, v) for i, v in enumerate(vlans))
        self.socket.send(self.gateway + self.own + tags + struct.pack("!H", kind) + packet)

    def receive(self, kind, wait):
        self.socket.settimeout(wait)
        try:
            frame, origin = self.socket.recvfrom(65536)
        except (TimeoutError, socket.timeout):
            return None
        ours = origin[2] == socket.PACKET_OUTGOING
        return None if ours or struct.unpack("!H", frame[12:14])[0] != kind else frame[14:]


def over_tcp(speaker, ask):
    start = 1000 + speaker.source[1] * 65537
    how = {"vlans": ask["packets"][0].get("vlans", ())}
    speaker.tcp(start, 0, SYN, **how)
    theirs = None
    for protocol, segment in speaker.answers(ask.get("wait", 3)):
        if protocol != TCP or segment[13] & RST:
            return "reset" if protocol == TCP else "refused"
        if segment[13] & (SYN | ACK) == SYN | ACK:
            theirs = struct.unpack("!I", segment[4:8])[0] + 1
            break
    if theirs is None:
        return "silence"
    speaker.tcp(start + 1, theirs, ACK)
    for packet in ask["packets"]:
        speaker.tcp(start + 1 + packet["at"], theirs, ACK | PSH, bytes.fromhex(packet["data"]), **{k: v for k, v in packet.items() if k not in ("at", "data")})
        time.sleep(0.05)
    for protocol, segment in speaker.answers(ask.get("wait", 3)):
        if protocol != TCP:
            return "refused"
        if segment[13] & RST:
            return "reset"
        if segment[(segment[12] >> 4) * 4:]:
            return "served"
    return "silence"


def over_udp(speaker, ask):
    for packet in ask["packets"]:
        speaker.udp(bytes.fromhex(packet["data"]), **{k: v for k, v in packet.items() if k != "data"})
        time.sleep(0.05)
    for protocol, segment in speaker.answers(ask.get("wait", 3)):
        no_such_name = speaker.target[1] == 53 and segment[10] & 0x80 and segment[11] & 15 == 3
        return "served" if protocol == UDP and not no_such_name else "refused"
    return "silence"


def main():
    link = Link(sys.argv[1], sys.argv[2])
    for line in sys.stdin:
        ask = json.loads(line)
        speaker = Speaker(link, ask["from"], ask["to"])
        print((over_tcp if ask["kind"] == "tcp" else over_udp)(speaker, ask), flush=True)


if __name__ == "__main__":
    main()
