"""Holds what `edgewatch inspect` says of a capture against the truth that was written beside it: every name, each as often as it was said, none more.

    python3 tests/benchmark/check.py build/release/bin/edgewatch CAPTURE TRUTH
    python3 tests/benchmark/check.py --make build/dev/bin KIND [--size-mib N]      makes a small capture in a temporary folder first
"""
import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile


def truth_of(path):
    with open(path, encoding="utf-8") as file:
        next(file)
        return {(kind, name): int(count) for kind, name, count in (line.rstrip("\n").split("\t") for line in file)}


def found_in(inspect, capture):
    names = collections.Counter()
    with subprocess.Popen([inspect, "inspect", "--format", "tsv", capture], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            cells = line.rstrip("\n").split("\t")
            names[cells[4], cells[5]] += 1
    if process.returncode != 0:
        sys.exit(f"edgewatch inspect ended with {process.returncode}")
    return names


def totals(names):
    out = collections.Counter()
    for (kind, _), count in names.items():
        out[kind] += count
    return out


def check(inspect, capture, truth):
    want, got = truth_of(truth), found_in(inspect, capture)
    missed = {key: count - got[key] for key, count in want.items() if got[key] < count}
    extra = {key: count - want.get(key, 0) for key, count in got.items() if count > want.get(key, 0)}
    for kind, count in sorted(totals(want).items()):
        lost, more = totals(missed)[kind], totals(extra)[kind]
        print(f"{kind}: {count} names, {lost} missed, {more} extra")
    for word, names in (("missed", missed), ("extra", extra)):
        for (kind, name), count in sorted(names.items())[:10]:
            print(f"  {word}: {kind} {name} {count} times")
    return 0 if want and not missed and not extra else 1


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program", help="the edgewatch command; with --make the folder that holds it")
    options.add_argument("capture")
    options.add_argument("truth", nargs="?")
    options.add_argument("--make", action="store_true", help="CAPTURE is a kind: mixed, newflow or dns")
    options.add_argument("--size-mib", type=int, default=8)
    given = options.parse_args()
    if not given.make:
        return check(given.program, given.capture, given.truth)
    with tempfile.TemporaryDirectory() as folder:
        capture, truth = pathlib.Path(folder) / "capture.pcap", pathlib.Path(folder) / "truth.tsv"
        program = pathlib.Path(given.program)
        subprocess.run([program / "edgewatch-bench-capture", given.capture, "--size-mib", str(given.size_mib), "--output", capture, "--truth", truth],
                       check=True, stdout=subprocess.DEVNULL)
        return check(program / "edgewatch", capture, truth)


if __name__ == "__main__":
    sys.exit(main())
