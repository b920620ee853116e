#!/usr/bin/env python3
"""corpus.py EDGEWATCH SOURCE_DIR: runs `edgewatch inspect` over the corpus of real captures (EDGEWATCH_CORPUS, default ../shared/corpus beside the project)
and fails where recall or precision of any kind lies below its floor. Ends with 77, and says so, where there is no corpus."""
import os
import pathlib
import subprocess
import sys
import tempfile

# Folder of captures: kind: (recall, precision). What the sensor reaches lies above them; raise them when it rises.
FLOORS = {
    "dev": {
        "dns-q": (0.98, 0.98),
        "dns-r": (0.97, 0.98),
        "http-host": (0.95, 0.98),
        "quic-sni": (0.93, 0.98),
        "tls-sni": (0.90, 0.98),
    },
    "dev_mut": {kind: (1.0, 1.0) for kind in ("dns-q", "dns-r", "http-host", "quic-sni", "tls-sni")},
}
SKIPPED = 77
FINE = 0
UNREADABLE = 65  # the corpus holds damaged captures, which are to be told of and passed over
WITHOUT_ODD_BYTES = "--clean"  # the oracle prints bytes that are no letters, digits, - or _ in a way of its own


def inspect(program, folder):
    captures = sorted(str(path) for path in folder.rglob("*") if path.is_file() and path.suffix != ".tsv")
    done = subprocess.run([program, "inspect", "--format", "tsv", *captures], capture_output=True, check=False)
    sanitizer = [line for line in done.stderr.decode(errors="replace").splitlines() if "Sanitizer" in line or "runtime error" in line]
    if done.returncode not in (FINE, UNREADABLE) or sanitizer:
        sys.exit(f"{folder.name}: inspect ended with {done.returncode}\n" + "\n".join(sanitizer))
    return captures, done.stdout


def scores(corpus, folder, produced):
    with tempfile.NamedTemporaryFile(suffix=".tsv") as lines:
        lines.write(produced)
        lines.flush()
        table = subprocess.run(
            [sys.executable, corpus / "score.py", WITHOUT_ODD_BYTES, "--show", "5", lines.name, folder / "oracle.tsv"], capture_output=True, text=True, check=False
        ).stdout
    rows = (line.split() for line in table.splitlines())
    return table, {row[0]: (float(row[6]), float(row[7])) for row in rows if len(row) == 8 and row[1].isdigit()}


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    corpus = pathlib.Path(os.environ.get("EDGEWATCH_CORPUS") or source / ".." / "shared" / "corpus").resolve()
    present = [name for name in FLOORS if (corpus / name / "oracle.tsv").is_file()]
    if not present:
        print(f"skipped: there is no corpus of captures at {corpus} (EDGEWATCH_CORPUS names another folder)")
        return SKIPPED
    short = []
    for name in present:
        captures, produced = inspect(program, corpus / name)
        table, reached = scores(corpus, corpus / name, produced)
        print(f"{name}: {len(captures)} captures\n{table}")
        for kind, floor in FLOORS[name].items():
            for what, low, is_value in zip(("recall", "precision"), floor, reached.get(kind, (0.0, 0.0))):
                if is_value < low:
                    short.append(f"{name}: {what} of {kind} is {is_value}, below {low}")
    print("\n".join(short))
    return 1 if short else FINE


if __name__ == "__main__":
    sys.exit(main())
