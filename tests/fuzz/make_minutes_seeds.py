#!/usr/bin/env python3
"""Writes the seeds of fuzz_minutes: rows, frames and lists as lib/store/minute_codec describes them."""
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus/minutes"


def number(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def seconds(best, lower):
    code = (1 if best == 60 else 0) | (2 if lower == best else 0)
    return code, (b"" if best == 60 else bytes([best])) + (b"" if lower == best else bytes([lower]))


def section(records, run=0, judged_by=1, binding=0):
    """Records are (minute, circumstance, seconds, lower)."""
    out = number(len(records) << 2 | (2 if run else 0) | (1 if binding else 0))
    out += (number(run) if run else b"") + number(judged_by) + (binding.to_bytes(8, "big") if binding else b"")
    for minute, circumstance, best, lower in records:
        code, rest = seconds(best, lower)
        out += bytes([minute | code << 6]) + number(circumstance) + rest
    return out


def row(count, *sections):
    return b"\0" + number(count) + b"".join(sections)


def frame(records, minute=498586 * 60 + 5, run=0, judged_by=1):
    """Records are (subject, binding or None where it is as before, circumstance, seconds, lower)."""
    out, before = b"\1" + number(minute) + number(run) + number(judged_by) + number(len(records)), 0
    for subject, binding, circumstance, best, lower in records:
        code, rest = seconds(best, lower)
        out += number((subject - before) << 3 | (4 if binding is not None else 0) | code)
        out += (b"" if binding is None else binding.to_bytes(8, "big")) + number(circumstance) + rest
        before = subject
    return out


SEEDS = {
    "row_of_nothing": row(0),
    "row_of_one_whole_minute": row(1, section([(5, 1, 60, 60)])),
    "row_of_a_visit": row(4, section([(5, 1, 42, 20), (6, 2, 60, 60), (7, 2, 60, 15), (8, 300, 7, 0)], binding=0x0123456789ABCDEF)),
    "row_of_two_services_in_a_minute": row(2, section([(59, 1, 30, 30), (59, 70000, 30, 0)])),
    "row_with_an_amendment": row(3, section([(5, 1, 42, 20)]), section([(5, 1, 0, 0), (6, 1, 10, 5)], run=1, binding=77)),
    "row_of_two_judgements": row(2, section([(5, 1, 42, 20)]), section([(4, 1, 60, 0)], judged_by=200)),
    "row_out_of_order": row(2, section([(6, 1, 42, 20), (5, 1, 42, 20)])),
    "row_of_a_long_minute": row(1, section([(5, 1, 61, 20)])),
    "frame_of_one": frame([(1, None, 1, 60, 60)]),
    "frame_of_three": frame([(1, 5, 1, 60, 60), (1, None, 2, 30, 0), (400, 0x7FFFFFFFFFFFFFFF, 1, 59, 59)]),
    "frame_of_an_amendment": frame([(17, None, 3, 0, 0)], run=65535, judged_by=9),
    "frame_of_nobody": frame([(0, None, 1, 60, 60)]),
    "list": b"\2" + bytes(range(16)),
}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, seed in SEEDS.items():
        (FOLDER / name).write_bytes(seed)
