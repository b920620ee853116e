#!/usr/bin/env python3
"""Writes the seeds of fuzz_mirror into corpus/mirror/: rows of packets in the form that the target's opening comment tells. Everything is made here."""
import pathlib
import struct

folder = pathlib.Path(__file__).resolve().parent / "corpus" / "mirror"
MACS = bytes.fromhex("02005e1000fe02005e100007")
UP, DOWN, QUESTION, DATAGRAM, FRAME = range(5)
SYN, ACK, RST = 2, 16, 4

name = b"www.photo.example"
server_name = struct.pack(">HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0" + struct.pack(">H", len(server_name)) + server_name
handshake = b"\x01" + len(body).to_bytes(3, "big") + body
hello = b"\x16\x03\x01" + struct.pack(">H", len(handshake)) + handshake
question = b"\x12\x34\x01\0\0\x01" + bytes(6) + b"\x03www\x05photo\x07example\0\0\x01\0\x01"
syn = struct.pack(">BBHHHBBH", 0x45, 0, 40, 9, 0, 64, 6, 0) + bytes([10, 20, 0, 7, 192, 0, 2, 1]) + struct.pack(">HHIIBBHHH", 50000, 443, 1, 0, 0x50, SYN, 64240, 0, 0)


def row(*packets):
    return b"".join(packets)


def packet(kind, sequence=0, acknowledgement=0, flags=0, payload=b"", port=0):
    return struct.pack(">BBHHBH", kind, port, sequence, acknowledgement, flags, len(payload)) + payload


hands = packet(UP, flags=SYN) + packet(DOWN, 0, 1, SYN | ACK) + packet(UP, 1, 1, ACK)
opt = b"\0\0\x29\x10\0\0\0\x80\0\0\0"
with_opt = question[:11] + b"\1" + question[12:] + opt

seeds = {
    "hello": row(hands, packet(UP, 1, 1, ACK, hello), packet(DOWN, 1, 1 + len(hello), ACK, bytes(100)), packet(UP, 1 + len(hello), 101, ACK, bytes(80))),
    "hello_swapped": row(hands, packet(UP, 31, 1, ACK, hello[30:]), packet(UP, 1, 1, ACK, hello[:30])),
    "unproven": row(packet(UP, flags=SYN), packet(UP, 1, 1, ACK, hello)),
    "question": row(packet(QUESTION, payload=question), packet(QUESTION, payload=with_opt)),
    "fast_open": row(packet(UP, flags=SYN, payload=hello), packet(DOWN, 0, 1, SYN | ACK), packet(UP, 1 + len(hello), 1, ACK)),
    "echo": row(hands, packet(UP, 1, 1, ACK, hello), packet(DOWN, 1, 1 + len(hello), RST | ACK), packet(UP, 1 + len(hello), 1, RST | ACK)),
    "frame": row(packet(FRAME, payload=MACS + b"\x81\0\0\x05\x08\0" + syn)),
}

if __name__ == "__main__":
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (folder / name).write_bytes(data)
