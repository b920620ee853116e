#!/usr/bin/env python3
"""others.py EDGEWATCH [--corpus FOLDER] [--only TEXT] [--jobs N]: which names do other programs find in the corpus of real captures, and which not?

Runs tshark and ndpiReader (Debian: tshark, libndpi-bin), each as it comes, over every capture of dev/, and compares the distinct names of each kind with those
of `edgewatch inspect`, counting only names that the corpus's oracle confirms. dns-q and dns-r are taken together, since ndpiReader does not tell them apart; it
tells one name a flow, so it is behind by design where one flow asks for many. Installs nothing; says what is missing (exit 69)."""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

UNAVAILABLE = 69
SECONDS = 120  # of one program on one capture
PACKAGES = {"tshark": "tshark", "ndpiReader": "libndpi-bin"}
KINDS = ("dns", "tls-sni", "quic-sni", "http-host")
FIELDS = ("frame.protocols", "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport", "dns.qry.name", "tls.handshake.extensions_server_name", "http.host")
NDPI_NAME = re.compile(r"\[Hostname/SNI: ([^\]]*)\]")
NDPI_PROTOCOL = re.compile(r"\[proto: [0-9.]+/([^\]]*)\]")
BARE = re.compile(r"[a-z0-9._-]+")


def normal(name, kind):
    """As the oracle's names are: lower case, without the dot at the end or the port."""
    name = name.strip().lower()
    if kind == "http-host":
        name = re.sub(r"^([^:]*):\d*$", r"\1", name)
    return name[:-1] if name.endswith(".") and len(name) > 1 else name


def lines(*command):
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return []
    return done.stdout.decode("utf-8", "replace").split("\n")


def tshark(capture):
    found = set()
    wanted = [word for field in FIELDS for word in ("-e", field)]
    for line in lines("tshark", "-n", "-r", capture, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|", *wanted):
        cells = line.split("\t")
        if len(cells) != len(FIELDS):
            continue
        row = dict(zip(FIELDS, cells))
        ports = {port for field in FIELDS[1:5] for port in row[field].split("|")}
        if row["dns.qry.name"] and "53" in ports:
            found |= {("dns", normal(name, "dns")) for name in row["dns.qry.name"].split("|")}
        if row["tls.handshake.extensions_server_name"] and "dtls" not in row["frame.protocols"]:
            kind = "quic-sni" if "quic" in row["frame.protocols"] else "tls-sni"
            found |= {(kind, normal(name, kind)) for name in row["tls.handshake.extensions_server_name"].split("|")}
        if row["http.host"]:
            found |= {("http-host", normal(name, "http-host")) for name in row["http.host"].split("|")}
    return found


def ndpi(capture):
    found = set()
    for line in lines("ndpiReader", "-v", "2", "-t", "-i", capture):
        name, protocol = NDPI_NAME.search(line), NDPI_PROTOCOL.search(line)
        if name is None or protocol is None:
            continue
        word = protocol[1].split(".")[0]
        kind = {"DNS": "dns", "QUIC": "quic-sni", "HTTP": "http-host"}.get(word, "tls-sni")
        found.add((kind, normal(name[1], kind)))
        found.add(("any", normal(name[1], kind)))  # where a guess hides the protocol the name counts for any kind
    return found


OTHERS = {"tshark": tshark, "ndpiReader": ndpi}


def observations(path_or_text):
    """(capture, kind, name) of a TSV as CONTRACT has it; those that the oracle marks as optional apart."""
    sure, maybe = collections.defaultdict(set), collections.defaultdict(set)
    for line in path_or_text.splitlines():
        cells = line.split("\t")
        if line.startswith("#") or len(cells) < 6:
            continue
        kind = cells[4].rstrip("?")
        kind = "dns" if kind in ("dns-q", "dns-r") else kind
        name = normal(cells[5], kind)
        if kind in KINDS and BARE.fullmatch(name):
            (maybe if cells[4].endswith("?") else sure)[cells[0]].add((kind, name))
    return sure, maybe


def has(found, kind, name):
    return (kind, name) in found or ("any", name) in found


def table(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(str(cell).ljust(width) if i < 2 else str(cell).rjust(width) for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("edgewatch")
    default = os.environ.get("EDGEWATCH_CORPUS") or pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"
    parser.add_argument("--corpus", type=pathlib.Path, default=default)
    parser.add_argument("--only", default="", help="captures whose name holds this")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    missing = [program for program in OTHERS if shutil.which(program) is None]
    for program in missing:
        print(f"{program} is not installed (Debian package {PACKAGES[program]})", file=sys.stderr)
    folder = pathlib.Path(options.corpus) / "dev"
    if len(missing) == len(OTHERS) or not folder.is_dir():
        print(f"nothing to compare with, or no corpus at {options.corpus}", file=sys.stderr)
        return UNAVAILABLE
    captures = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".tsv" and options.only in path.name)
    oracle, _ = observations((folder / "oracle.tsv").read_text(encoding="utf-8", errors="backslashreplace"))
    ours, _ = observations(subprocess.run([options.edgewatch, "inspect", "--format", "tsv", *map(str, captures)], capture_output=True, check=False).stdout.decode("utf-8", "replace"))
    present = [program for program in OTHERS if program not in missing]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        theirs = {program: dict(zip((c.name for c in captures), pool.map(OTHERS[program], captures))) for program in present}

    fewer, more, total = [("capture", "kind", "edgewatch", *present)], [("capture", "kind", "name", "found by")], collections.Counter()
    none = collections.Counter()
    for capture in (c.name for c in captures):
        for kind in KINDS:
            agreed = {name for k, name in ours[capture] if k == kind and (kind, name) in oracle[capture]}
            counts = {program: sum(has(theirs[program][capture], kind, name) for name in agreed) for program in present}
            total[kind, "edgewatch"] += len(agreed)
            for program, count in counts.items():
                total[kind, program] += count
                none[program] += bool(agreed) and count == 0
            if any(count < len(agreed) for count in counts.values()):
                fewer.append((capture, kind, len(agreed), *(counts[p] for p in present)))
            for name in {name for k, name in oracle[capture] if k == kind and (kind, name) not in ours[capture]}:
                finders = [p for p in present if has(theirs[p][capture], kind, name)]
                if finders:
                    more.append((capture, kind, name, " ".join(finders)))
    print("Distinct names that edgewatch and the oracle agree on, and how many of them the others find:\n")
    print(table([("kind", "", "edgewatch", *present)] + [(kind, "", *(total[kind, p] for p in ("edgewatch", *present))) for kind in KINDS]))
    print("\nCaptures and kinds in which they find none: " + ", ".join(f"{p} {none[p]}" for p in present))
    print(f"\nCaptures in which one of them finds fewer ({len(fewer) - 1} rows):\n\n{table(fewer)}")
    print(f"\nNames that the oracle has, one of them finds, and edgewatch does not ({len(more) - 1}):\n\n{table(more)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
