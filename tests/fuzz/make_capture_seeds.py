#!/usr/bin/env python3
"""Writes the seeds of fuzz_capture_file into corpus/capture_file/: small files of each form. Everything is made here."""
import pathlib
import struct

folder = pathlib.Path(__file__).resolve().parent / "corpus" / "capture_file"
FRAME = bytes.fromhex("02005e1000fe02005e1000070800") + b"\x45" + bytes(19)
SECONDS = 1763373600


def classic(order, magic, *records, minor=4, snap=65535, link=1):
    return struct.pack(order + "IHHiIII", magic, 2, minor, 0, 0, snap, link) + b"".join(records)


def record(order, fraction, more=b""):
    return struct.pack(order + "IIII", SECONDS, fraction, len(FRAME), 1500) + more + FRAME


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def section(order, major=1):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, major, 0, -1))


def interface(order, link, *options, snap=65535):
    written = b"".join(struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options)
    return block(order, 1, struct.pack(order + "HHI", link, 0, snap) + written)


def enhanced(order, number, units):
    return block(order, 6, struct.pack(order + "IIIII", number, units >> 32, units & 0xFFFFFFFF, len(FRAME), 1500) + FRAME)


def simple(order):
    return block(order, 3, struct.pack(order + "I", len(FRAME)) + FRAME)


def obsolete(order, number):
    return block(order, 2, struct.pack(order + "HHIIII", number, 3, 0, 7, len(FRAME), 1500) + FRAME)


def snoop(*records):
    return b"snoop\0\0\0" + struct.pack(">II", 2, 4) + b"".join(records)


snoop_record = struct.pack(">IIIIII", 1500, len(FRAME), 24 + len(FRAME) + 2, 0, SECONDS, 7) + FRAME + bytes(2)
MICROS = SECONDS * 10**6
seeds = {
    "micros_big": classic(">", 0xA1B2C3D4, record(">", 5), record(">", 6)),
    "nanos_little": classic("<", 0xA1B23C4D, record("<", 5999)),
    "modified": classic("<", 0xA1B2CD34, record("<", 5, bytes(8)), record("<", 6, bytes(8))),
    "old_lengths": classic("<", 0xA1B2C3D4, record("<", 5), minor=3, link=0x24000001),
    "lying_snap": classic("<", 0xA1B2C3D4, record("<", 5), snap=16),
    "sections": section("<") + interface("<", 1) + enhanced("<", 0, MICROS) + section(">") + interface(">", 101) + enhanced(">", 0, MICROS + 1),
    "interfaces": section("<") + interface("<", 1) + interface("<", 113, (9, b"\x09"), (14, struct.pack("<q", -3600))) + interface("<", 276, (9, b"\x94"))
    + enhanced("<", 2, SECONDS << 20) + enhanced("<", 1, MICROS * 1000) + enhanced("<", 0, MICROS),
    "other_packets": section(">") + interface(">", 1, snap=20) + simple(">") + obsolete(">", 0) + block(">", 5, bytes(24)) + simple(">"),
    "version": section("<") + interface("<", 1) + enhanced("<", 0, MICROS) + section("<", 2),
    "snoop": snoop(snoop_record, snoop_record),
}
folder.mkdir(parents=True, exist_ok=True)
for title, content in seeds.items():
    (folder / title).write_bytes(content)
