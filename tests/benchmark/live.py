#!/usr/bin/env python3
"""Measures live capture on a veth pair, in one run and with one sender: edgewatchd beside `tcpdump -w /dev/null`, each with a ring of 64 MiB. Prints JSON. Needs root.

For each program: what it lost and which share of a core it used at the sender's top rate, and the drop-free rate, found by halving: the highest rate at which
a run lost nothing. Loss is what the program itself says; `unaccounted` is what arrived on the interface and is neither seen nor lost: 0 for edgewatchd, while tcpdump
leaves in its ring what it had not read when it was ended.

Example: sudo tests/benchmark/live.py --seconds 3 > live.json"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/lab"))
from wire import Wire  # noqa: E402

RING_MIB = 64
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Tcpdump:
    def __init__(self, wire):
        self.process = subprocess.Popen(
            [*wire.inside_watcher(), "tcpdump", "-n", "-i", wire.watched, "-B", str(RING_MIB * 1024), "-w", "/dev/null"], stderr=subprocess.PIPE, text=True)
        while "listening on" not in self.process.stderr.readline():
            if self.process.poll() is not None:
                raise RuntimeError("tcpdump did not start")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        said = self.process.communicate(timeout=60)[1]
        count = {what: int(number) for number, what in re.findall(r"(\d+) packets? (captured|dropped by kernel)", said)}
        return count["captured"], count["dropped by kernel"]


class Edgewatchd:
    def __init__(self, wire, programs, threads):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ewlive-", dir="/tmp"))
        (self.folder / "catalogue").mkdir()
        (self.folder / "s").mkdir()
        configuration = self.folder / "edgewatch.toml"
        configuration.write_text(
            f'inside = ["10.20.0.0/16"]\n[capture]\ninterfaces = ["{wire.watched}"]\nring_mib = {RING_MIB}\nthreads = {threads}\n'
            f'[storage]\nledger = "sqlite:{self.folder}/ledger.db"\n[runtime]\nsockets = "{self.folder}/s"\n')
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([*wire.inside_watcher(), str(programs / "edgewatchd"), "--config", str(configuration)], stderr=log, stdout=log)
        while not (self.folder / "s" / "purge.sock").exists():
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
            told = connection.execute("SELECT total(seen), total(lost_in_kernel) + total(lost_in_queue) FROM coverage WHERE state = 0").fetchone()
        shutil.rmtree(self.folder)
        return int(told[0]), int(told[1])


def run(wire, generator, start, count, **options):
    """One run: so many frames, sent while a program watches."""
    before = wire.counters()["rx"]
    program = start()
    used = processor_seconds(program.process.pid)
    seconds = wire.send(generator, count, **options)
    used = processor_seconds(program.process.pid) - used
    time.sleep(0.5)
    seen, lost = program.end()
    arrived = wire.counters()["rx"] - before
    return {"arrived": arrived, "frames_per_second": round(arrived / seconds), "seen": seen, "lost": lost, "unaccounted": arrived - seen - lost,
            "share_of_core": round(used / seconds, 3)}


def drop_free(wire, generator, start, top, seconds, halvings, **options):
    """The highest rate found at which nothing was lost, 0 for none; `top` is the rate of the sender's own limit."""
    low, high, found = 0, 2 * top, None  # so that the first try is the top itself
    for _ in range(halvings + 1):
        rate = (low + high) // 2
        result = run(wire, generator, start, int(rate * seconds), rate=rate, **options)
        if result["lost"] == 0:
            low, found = rate, result
            if rate >= top:
                break
        else:
            high = rate
    return found or {"frames_per_second": 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, default=SOURCE / "build/release/bin", help="folder of edgewatchd and edgewatch-generate")
    parser.add_argument("--seconds", type=float, default=3, help="length of a run")
    parser.add_argument("--halvings", type=int, default=6)
    parser.add_argument("--payload", type=int, default=256, help="bytes in each segment")
    parser.add_argument("--connections", type=int, default=1000)
    chosen = parser.parse_args()
    generator = chosen.programs / "edgewatch-generate"
    options = {"payload": chosen.payload, "connections": chosen.connections}
    accounts = [str(SOURCE / "tools/accounts")]  # edgewatchd gives its sockets to groups
    note = pathlib.Path(tempfile.mkdtemp(prefix="ewlive-", dir="/tmp")) / "accounts"
    subprocess.run([*accounts, "add", "ewlive", str(note)], check=True)
    wire = Wire()
    try:
        seconds = wire.send(generator, 1000000, **options)
        limit = round(wire.counters()["rx"] / seconds)
        programs = {"tcpdump": lambda: Tcpdump(wire), "edgewatchd": lambda: Edgewatchd(wire, chosen.programs, 1),
                    "edgewatchd, 2 threads": lambda: Edgewatchd(wire, chosen.programs, 2)}
        out = {"machine": {"processors": os.cpu_count(), "load": os.getloadavg()[0]}, "ring_mib": RING_MIB, **options, "sender_alone_per_second": limit,
               "programs": {}}
        for name, start in programs.items():
            top = run(wire, generator, start, int(limit * chosen.seconds), **options)
            out["programs"][name] = {"top_rate": top,
                                     "drop_free": drop_free(wire, generator, start, limit, chosen.seconds, chosen.halvings, **options)}
            print(f"{name}: {json.dumps(out['programs'][name])}", file=sys.stderr)
        print(json.dumps(out, indent=2))
    finally:
        wire.close()
        subprocess.run([*accounts, "remove", str(note)], check=True)
        note.parent.rmdir()


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("live.py makes network namespaces and watches them: run it as root")
    main()
