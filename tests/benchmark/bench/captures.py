"""The captures: made once, kept in build/bench while the generator, the seed and the size are the same."""
import hashlib
import json
import subprocess

from .measure import say

SEED = 1
TRAFFIC = ("mixed", "newflow", "dns")
USUAL_MIB = {"mixed": 2048, "newflow": 512, "dns": 256}


def generator_digest(bench):
    digest = hashlib.sha256()
    sources = sorted((bench.root / "tests/benchmark").glob("*.?pp")) + sorted((bench.root / "tests/support").glob("*.?pp"))
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def make(bench, kind, **options):
    """Path of the capture; beside it lie `.tsv` (what it truly says) and `.json` (how it was made)."""
    options = {"seed": SEED, **options}
    suffix = "".join(f"-{key}{value}" for key, value in sorted(options.items()) if key != "seed")
    capture = bench.folder / f"{kind}{suffix}.pcap"
    truth, made = capture.with_suffix(".tsv"), capture.with_suffix(".json")
    how = {"kind": kind, "generator": generator_digest(bench), **options}
    if capture.exists() and made.exists() and json.loads(made.read_text())["how"] == how:
        return capture
    made.unlink(missing_ok=True)
    say(f"making {capture.name}")
    arguments = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", str(value))]
    said = subprocess.run([bench.bin / "edgewatch-bench-capture", kind, "--output", capture, "--truth", truth, *arguments], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    packets = int(said.split()[0])
    made.write_text(json.dumps({"how": how, "packets": packets, "bytes": capture.stat().st_size}))
    return capture


def facts(capture):
    return json.loads(capture.with_suffix(".json").read_text())


def warm(capture):
    """Reads the file once, so that every program finds it in the page cache."""
    with open(capture, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def next_to_nothing(bench):
    """One packet: what a program costs before it reads a capture. (Suricata takes none without a packet.)"""
    return make(bench, "half-open", count=1)


def configuration(bench, listed=200000):
    folder = bench.folder / f"config-{listed}"
    subprocess.run([bench.bin / "edgewatch-bench-capture", "configuration", "--folder", folder, "--catalogue", bench.root / "etc/catalogue",
                    "--listed", str(listed)], check=True)
    return folder / "edgewatch.toml"
