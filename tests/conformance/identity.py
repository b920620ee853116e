#!/usr/bin/env python3
"""identity.py EDGEWATCH SOURCE_DIR: runs `edgewatch inspect --identity` over the corpus of real captures (EDGEWATCH_CORPUS, default ../shared/corpus beside the
project) and fails where recall or precision of any kind of sign lies below its floor. Ends with 77, and says so, where there is no corpus.

The corpus's identity.tsv has a line for each packet; a sign is said only of those that bind an address. `claims` picks those by the RFCs, whatever edgewatch
does with them; README.md tells the differences one by one. `--show N` prints N differences of each kind."""
import argparse
import collections
import ipaddress
import os
import pathlib
import re
import subprocess
import sys

# kind: (recall, precision). What the sensor reaches lies above them; raise them when it rises.
FLOORS = {
    "dhcp4": (1.0, 0.97),
    "dhcp6": (1.0, 1.0),
    "krb": (0.96, 0.99),
    "arp": (1.0, 1.0),
    "ndp": (0.97, 0.99),
    "radius-acct": (1.0, 1.0),
}
SKIPPED, FINE, SHORT, UNREADABLE = 77, 0, 1, 65
MICROS = 1_000_000


def micros(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * MICROS + int((fraction + "000000")[:6])


def address(text):
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def is_a_devices(text):
    try:
        one = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (one.is_unspecified or one.is_multicast or text == "255.255.255.255")


def is_a_devices_mac(mac):
    return bool(re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", mac)) and mac != "00:00:00:00:00:00" and not int(mac[:2], 16) & 1


def fields(extra):
    return dict(part.partition("=")[::2] for part in extra.split(","))


def claims(rows):
    """(capture, micros, kind, address) of each packet that binds an address."""
    asked = {}  # what a Kerberos client asked for, for its reply alone
    for capture, stamp, kind, ip, mac, name, extra in rows:
        at = micros(stamp)
        said = fields(extra)
        if kind == "dhcp4":
            word = extra.partition(",")[0]
            ip = said.get("requested", "") if word == "decline" else ip
            if word in ("ack", "release", "decline") and is_a_devices(ip):
                yield capture, at, kind, address(ip)
        elif kind == "dhcp6":
            message = said.get("msgtype", "").split("/")[-1]
            for one in filter(None, ip.split("/")):
                if message in ("7", "8", "9"):
                    yield capture, at, kind, address(one)
        elif kind == "krb":
            key = (capture, ip)
            message = said.get("msg")
            if message in ("10", "12"):
                asked[key] = message
            elif message in ("11", "13") and asked.get(key) == str(int(message) - 1) and not name.startswith("WELLKNOWN/ANONYMOUS"):
                yield capture, at, kind, address(ip)
        elif kind == "arp":
            if said.get("op") in ("1", "2") and is_a_devices(ip) and is_a_devices_mac(mac):
                yield capture, at, kind, address(ip)
        elif kind == "ndp":
            if is_a_devices(ip):
                yield capture, at, kind, address(ip)
        elif kind == "radius-acct" and said.get("status") in ("1", "2", "3", "7", "8"):
            yield capture, at, kind, address(ip)


def rows_of(text, width=7):
    for line in text.splitlines():
        if not line.startswith("#"):
            row = line.split("\t")
            if len(row) == width and row[1] != "ts":
                yield row


def inspect(program, folder):
    captures = sorted(str(path) for path in folder.rglob("*") if path.is_file() and path.suffix != ".tsv")
    done = subprocess.run([program, "inspect", "--identity", *captures], capture_output=True, check=False)
    sanitizer = [line for line in done.stderr.decode(errors="replace").splitlines() if "Sanitizer" in line or "runtime error" in line]
    if done.returncode not in (FINE, UNREADABLE) or sanitizer:
        sys.exit(f"{folder.name}: inspect ended with {done.returncode}\n" + "\n".join(sanitizer))
    return done.stdout.decode(errors="replace")


def compare(truth, found, show):
    short = []
    print(f"{'kind':<12}{'truth':>8}{'found':>8}{'both':>8}{'recall':>9}{'precision':>11}")
    for kind, (recall_floor, precision_floor) in FLOORS.items():
        ours, theirs = (collections.Counter(row for row in rows if row[2] == kind) for rows in (found, truth))
        both = (ours & theirs).total()
        recall = both / theirs.total() if theirs else 1.0
        precision = both / ours.total() if ours else 1.0
        print(f"{kind:<12}{theirs.total():>8}{ours.total():>8}{both:>8}{recall:>9.4f}{precision:>11.4f}")
        for what, difference in (("missed", theirs - ours), ("extra", ours - theirs)):
            by_capture = collections.Counter(row[0] for row in difference.elements())
            for capture, count in by_capture.most_common(show):
                print(f"  {what} {count:>5}  {capture}  {next(row for row in difference if row[0] == capture)[1:]}")
        for what, low, value in (("recall", recall_floor, recall), ("precision", precision_floor, precision)):
            if value < low:
                short.append(f"{what} of {kind} is {value:.4f}, below {low}")
    return short


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()
    corpus = pathlib.Path(os.environ.get("EDGEWATCH_CORPUS") or given.source / ".." / "shared" / "corpus").resolve()
    truth = corpus / "dev" / "identity.tsv"
    if not truth.is_file():
        print(f"skipped: there is no corpus of captures at {corpus} (EDGEWATCH_CORPUS names another folder)")
        return SKIPPED
    expected = list(claims(rows_of(truth.read_text(errors="replace"))))
    found = [(row[0], micros(row[1]), row[2], row[3]) for row in rows_of(inspect(given.program, corpus / "dev"))]
    short = compare(expected, found, given.show)
    print("\n".join(short))
    return SHORT if short else FINE


if __name__ == "__main__":
    sys.exit(main())
