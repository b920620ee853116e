"""edgewatch's own runs: the whole product, `inspect`, floods, two threads, one QUIC flight."""
import sqlite3
import subprocess

from . import captures, names
from .measure import Failed, median, say

FLOODS = ("half-open", "partial-hellos", "random-names", "first-fragments", "colliding-flows", "random-flows")


def replay_command(bench, capture, configuration, *more, ledger="ledger.db"):
    return [bench.bin / "edgewatchd", "--replay", capture, "--config", configuration, "--database", bench.folder / ledger, *more]


def forget_ledger(bench, ledger="ledger.db"):
    for end in ("", "-wal", "-shm", ".lock"):
        (bench.folder / (ledger + end)).unlink(missing_ok=True)


def replay(bench, capture, configuration, times=None, accept=(0,)):
    done = bench.repeat(replay_command(bench, capture, configuration), times=times, before=lambda: forget_ledger(bench), accept=accept)
    return done


def ledger_rows(bench):
    """Rows of all tables of the last replay's ledger."""
    with sqlite3.connect(f"file:{bench.folder / 'ledger.db'}?mode=ro", uri=True) as ledger:
        tables = [name for (name,) in ledger.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
        return sum(ledger.execute(f'select count(*) from "{table}"').fetchone()[0] for table in tables)


def inspect(bench, capture):
    """Runs, and the names by kind."""
    output = bench.folder / "inspect.tsv"
    done = bench.repeat([bench.bin / "edgewatch", "inspect", "--format", "tsv", capture], output=output)
    found = names.of_inspect(output)
    output.unlink()
    return done, names.score(names.truth_of(capture), found)


def bare(bench, capture):
    return bench.repeat([bench.bin / "bench-bare-pcap", capture])


def quic(bench):
    with bench.alone():
        done = subprocess.run(["taskset", "-c", str(bench.core), bench.bin / "bench-quic"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed(f"bench-quic ended with {done.returncode}")
    return {what: {"flow_us": float(flow), "datagram_us": float(datagram)} for what, flow, datagram in
            (line.split("\t") for line in done.stdout.splitlines())}


def takes_threads(bench):
    said = subprocess.run([bench.bin / "edgewatchd", "--help"], stdout=subprocess.PIPE, text=True).stdout
    return "--threads" in said


def threads(bench, capture, configuration, cores=(0, 1)):
    """One run alone, two copies together, and one run of two threads: wall seconds, and what two threads reach of what the copies reach together."""
    out = {"one": [], "copies": [], "two": []}
    for _ in range(bench.runs):
        forget_ledger(bench)
        out["one"].append(bench.run(replay_command(bench, capture, configuration), cores=[cores[1]]).wall)
        with bench.alone():
            begun = []
            for core in cores:
                forget_ledger(bench, f"ledger-{core}.db")
                begun.append(bench.begin(replay_command(bench, capture, configuration, ledger=f"ledger-{core}.db"), [core]))
            out["copies"].append(max(bench.finish(one).wall for one in begun))
        for core in cores:
            forget_ledger(bench, f"ledger-{core}.db")
        if takes_threads(bench):
            forget_ledger(bench)
            out["two"].append(bench.run(replay_command(bench, capture, configuration, "--threads", "2"), cores=list(cores)).wall)
    forget_ledger(bench)
    medians = {what: sorted(walls)[len(walls) // 2] for what, walls in out.items() if walls}
    if "two" not in medians:
        say("edgewatchd has no --threads: the run of two threads is left out")
        return {"walls": out, **medians}
    return {"walls": out, **medians, "reached": medians["copies"] / (2 * medians["two"])}


def floods(bench, configuration, counts=None):
    """Peak memory over idle under each flood, CPU seconds, new rows in the ledger."""
    idle = replay(bench, captures.next_to_nothing(bench), configuration)
    rows_idle = ledger_rows(bench)
    out = {"idle": {"peak_mib": median(idle, "peak_mib"), "cpu": median(idle)}}
    for flood in FLOODS:
        options = {"count": counts[flood]} if counts and flood in counts else {}
        capture = captures.make(bench, flood, **options)
        captures.warm(capture)
        runs = replay(bench, capture, configuration)
        out[flood] = {"packets": captures.facts(capture)["packets"], "cpu": median(runs) - out["idle"]["cpu"],
                      "over_idle_mib": median(runs, "peak_mib") - out["idle"]["peak_mib"], "rows": ledger_rows(bench) - rows_idle}
        capture.unlink()
    forget_ledger(bench)
    return out
