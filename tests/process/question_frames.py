"""Captures in which clients ask for names, and are refused some."""
import datetime
import struct


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~total & 0xFFFF)


def frames_of_questions(name, client, refused=False):
    """The frame in which a client asks for a name; where refused, the answer too, that there is no such name."""
    qname = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    here, there = (bytes([10, 20, 1, 1 + client]), 40000 + client), (bytes([192, 0, 2, 53]), 53)
    macs = "02005e100001", "02005e100002"
    frames = []
    for source, target, flags in ((here, there, 0x0100), (there, here, 0x8183))[: 2 if refused else 1]:
        dns = struct.pack(">HHHHHH", client + 1, flags, 1, 0, 0, 0) + qname + struct.pack(">HH", 1, 1)
        length = 8 + len(dns)
        udp = struct.pack(">HHHH", source[1], target[1], length, 0) + dns
        pseudo = source[0] + target[0] + struct.pack(">HH", 17, length)
        udp = udp[:6] + checksum(pseudo + udp) + udp[8:]
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, source[0], target[0])
        ip = ip[:10] + checksum(ip) + ip[12:]
        to, sender = macs if source is here else macs[::-1]
        frames.append(bytes.fromhex(to + sender) + b"\x08\x00" + ip + udp)
    return frames


def questions(asked, refused=False):
    """A pcap in which each name is asked by as many clients."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    at = int(datetime.datetime(2026, 11, 17, 9, 0, tzinfo=datetime.timezone.utc).timestamp())
    for name, clients in asked.items():
        for client in range(clients):
            at += 1
            for frame in frames_of_questions(name, client, refused):
                out += struct.pack("<IIII", at, 0, len(frame), len(frame)) + frame
    return out
