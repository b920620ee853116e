#!/usr/bin/env python3
"""corpus.py EDGEWATCH SOURCE_DIR: runs `edgewatch inspect` over the corpus of real captures (EDGEWATCH_CORPUS, default ../shared/corpus beside the project) and
fails where recall or precision of any kind lies below its floor, in names per capture and in names per flow, or where a miss or an extra is not shown in
README.md. Ends with 77, and says so, where there is no corpus."""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Folder of captures: way of counting: kind: (recall, precision). What the sensor reaches; raise them when it rises.
ALL = dict.fromkeys(("dns-q", "dns-r", "http-host", "quic-sni", "tls-sni"), (1.0, 1.0))
FLOORS = {
    "dev": {
        "name": {"dns-q": (1.0, 1.0), "dns-r": (0.999, 1.0), "http-host": (0.997, 0.991), "quic-sni": (1.0, 1.0), "tls-sni": (1.0, 1.0)},
        "flow": {"dns-q": (1.0, 0.997), "dns-r": (0.999, 0.997), "http-host": (0.997, 0.989), "quic-sni": (1.0, 0.994), "tls-sni": (1.0, 0.991)},
    },
    "dev_mut": {"name": ALL, "flow": ALL},
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


def score(corpus, folder, produced, mode, *options):
    """The table of score.py, {kind: (recall, precision)}, and [(missed or extra, kind, capture, name)]."""
    with tempfile.NamedTemporaryFile(suffix=".tsv") as lines:
        lines.write(produced)
        lines.flush()
        command = [sys.executable, corpus / "score.py", *options, "--mode", mode, "--show", "100000", lines.name, folder / "oracle.tsv"]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    summary, reached, differences, heading = [], {}, [], None
    for line in text.splitlines():
        words = line.split()
        if title := re.fullmatch(r"(missed|extra) (\S+): \d+", line):
            heading = title.groups()
        elif heading and line.startswith("    "):
            differences.append((*heading, *line.strip().split("\t")[:2]))
        elif len(words) == 8:
            summary.append(line)
            if words[1].isdigit():
                reached[words[0]] = (float(words[6]), float(words[7]))
    return "\n".join(summary), reached, [tuple(part.strip() for part in one) for one in differences]


def shown(readme):
    """Rows of README.md's table of differences: (missed or extra, kind, capture, name)."""
    rows = (line.strip().strip("|").split("|") for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("| "))
    cells = ([cell.strip().strip("`") for cell in row] for row in rows)
    return {(c[0], c[1], c[2], c[3]) for c in cells if len(c) == 5 and c[0] in ("missed", "extra")}


def told_by_both(folder, produced):
    """(kind, capture, name) of ours at whose moment the oracle has an optional line of the kind, between the same ends: the same observation, which it spells in a way of its own or
    leaves to the program's choice."""

    def moment(stamp):
        return stamp[:stamp.find(".") + 7]  # microseconds

    optional = set()
    for line in (folder / "oracle.tsv").read_text(encoding="utf-8", errors="backslashreplace").splitlines():
        cells = line.split("\t")
        if len(cells) >= 6 and cells[4].endswith("?"):
            optional.add((cells[4].rstrip("?"), cells[0], moment(cells[1]), cells[2], cells[3]))
    lines = (line.split("\t") for line in produced.decode("utf-8", "replace").splitlines())
    return {(c[4], c[0], c[5]) for c in lines if (c[4], c[0], moment(c[1]), c[2], c[3]) in optional}


def check(corpus, source, program, name):
    folder, wrong = corpus / name, []
    captures, produced = inspect(program, folder)
    excuses, both = shown(source / "tests/conformance/README.md"), told_by_both(folder, produced)
    used = collections.Counter()
    for mode, floors in FLOORS[name].items():
        table, reached, _ = score(corpus, folder, produced, mode, WITHOUT_ODD_BYTES)
        print(f"{name}, {mode} mode: {len(captures)} captures\n{table}\n")
        for kind, floor in floors.items():
            for what, low, value in zip(("recall", "precision"), floor, reached.get(kind, (0.0, 0.0))):
                if value < low:
                    wrong.append(f"{name}, {mode} mode: {what} of {kind} is {value}, below {low}")
        # With the odd bytes too, each difference must be one that is shown.
        for which, kind, capture, observed in score(corpus, folder, produced, mode)[2]:
            used[which, kind, capture, observed] += 1
            same = which == "extra" and (kind, capture, observed) in both
            if not same and (which, kind, capture, observed) not in excuses:
                wrong.append(f"{name}, {mode} mode: {which} {kind} {capture} {observed}: not shown in tests/conformance/README.md")
    if name == "dev":
        wrong += [f"{' '.join(one)}: shown in tests/conformance/README.md, and no longer so" for one in sorted(excuses) if one not in used]
    return wrong


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    corpus = pathlib.Path(os.environ.get("EDGEWATCH_CORPUS") or source / ".." / "shared" / "corpus").resolve()
    present = [name for name in FLOORS if (corpus / name / "oracle.tsv").is_file()]
    if not present:
        print(f"skipped: there is no corpus of captures at {corpus} (EDGEWATCH_CORPUS names another folder)")
        return SKIPPED
    wrong = [line for name in present for line in check(corpus, source, program, name)]
    print("\n".join(wrong))
    return 1 if wrong else FINE


if __name__ == "__main__":
    sys.exit(main())
