"""Frames as clients, servers and resolvers send them, byte by byte, and captures of them."""
import hashlib
import struct

CLIENT, SERVER, RESOLVER = bytes([10, 20, 0, 7]), bytes([192, 0, 2, 1]), bytes([198, 51, 100, 53])
PC, GATEWAY = bytes.fromhex("02005e100007"), bytes.fromhex("02005e1000fe")


def total(data):
    data += b"\0" * (len(data) % 2)
    value = sum(struct.unpack(f">{len(data) // 2}H", data))
    while value > 0xFFFF:
        value = (value & 0xFFFF) + (value >> 16)
    return value


def ip(source, target, protocol, inside):
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(inside), 1, 0, 64, protocol, 0) + source + target
    return header[:10] + struct.pack(">H", 0xFFFF - total(header)) + header[12:] + inside


def with_checksum(source, target, protocol, segment, at):
    value = 0xFFFF - total(source + target + struct.pack(">HH", protocol, len(segment)) + segment)
    return segment[:at] + struct.pack(">H", value) + segment[at + 2:]


def udp(source, from_port, target, to_port, payload):
    segment = struct.pack(">HHHH", from_port, to_port, 8 + len(payload), 0) + payload
    return ip(source, target, 17, with_checksum(source, target, 17, segment, 6))


def tcp(source, from_port, target, to_port, sequence, flags, payload=b"", acknowledgement=0):
    segment = struct.pack(">HHIIBBHHH", from_port, to_port, sequence, acknowledgement, 0x50, flags, 64240, 0, 0) + payload
    return ip(source, target, 6, with_checksum(source, target, 6, segment, 16))


def ethernet(packet, source=PC, target=GATEWAY):
    return target + source + b"\x08\x00" + packet


def prefixed(width, data):
    return len(data).to_bytes(width, "big") + data


def hello(name, more=b""):
    """A ClientHello of some 700 bytes in one TLS record: server_name, a large key share, ALPN, `more` extensions."""
    server_name = b"\x00\x00" + prefixed(2, prefixed(2, b"\x00" + prefixed(2, name)))
    key_share = b"\x00\x33" + prefixed(2, b"\x5a" * 600)
    alpn = b"\x00\x10" + prefixed(2, prefixed(2, prefixed(1, b"h2")))
    body = b"\x03\x03" + b"\x11" * 32 + b"\x00" + prefixed(2, b"\x13\x01") + b"\x01\x00" + prefixed(2, server_name + key_share + alpn + more)
    return b"\x16\x03\x01" + prefixed(2, b"\x01" + prefixed(3, body))


def question(name, identification=7):
    labels = b"".join(prefixed(1, label) for label in name) + b"\0"
    return struct.pack(">HHHHHH", identification, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">HH", 1, 1)


def accounting(secret, attributes):
    """An Accounting-Request with the authenticator that the secret gives (RFC 2866 section 3)."""
    head = b"\4\x07" + struct.pack(">H", 20 + len(attributes))
    return head + hashlib.md5(head + bytes(16) + attributes + secret).digest() + attributes


def write_capture(path, frames, begins=1789641000, every=1.0):
    """A pcap; `every` seconds lie between two frames."""
    def record(number, frame):
        at = begins + number * every
        return struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame

    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(map(record, range(len(frames)), frames)))
    return path
