"""What tools/bench runs. One module a subject; the words of the options are in main."""
import argparse
import contextlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

from . import captures, edgewatch, ledger, lists, names, peers
from .measure import Bench, Failed, median, say
from .table import Table, beside_absl_rows, capture_rows, flood_rows, ledger_rows, list_rows, live_rows, quic_rows, rollback_rows, thread_rows


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures edgewatch beside others, on captures it makes (build/bench), and prints the ratios; "
                                     "everything measured is kept in build/bench.json. CPU seconds (user and system) of one pinned thread are compared, because machines are shared.",
                                     epilog="example: sudo tools/bench --peers --threads --floods")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program, of which the median is taken (default 3)")
    parser.add_argument("--captures", default=",".join(captures.TRAFFIC), help="of mixed,newflow,dns (default all)")
    parser.add_argument("--size", type=float, default=1.0, help="share of the usual sizes (2 GiB, 512 MiB, 256 MiB), as 0.1 for a short look")
    parser.add_argument("--peers", action="store_true", help="install and run Suricata, ndpiReader and tshark too (needs root the first time)")
    parser.add_argument("--tshark-mib", type=int, default=512, help="tshark takes a minute and 3 GiB for 2 GiB: it and edgewatch are compared on a mixed capture of this size (0: the whole)")
    parser.add_argument("--threads", action="store_true", help="two threads against two copies")
    parser.add_argument("--floods", action="store_true", help="memory under floods")
    parser.add_argument("--live", action="store_true", help="capture from a veth pair at the sender's top rate (needs root)")
    parser.add_argument("--ledger", action="store_true", help="only the ledger: a year of minutes written, asked and purged, beside plain SQLite and PostgreSQL; 3 GiB in build/bench meanwhile")
    parser.add_argument("--lists", action="store_true", help="only lists of names, at 200 k, 1 M and 5 M: look-ups, memory and loading beside absl::flat_hash_set, SQLite, dnsmasq and unbound; some minutes")
    parser.add_argument("--profile", action="store_true", help="print the hottest functions of each replay (needs perf)")
    parser.add_argument("--core", type=int, default=1, help="the core that programs are pinned to (default 1)")
    parser.add_argument("--lock", type=pathlib.Path, help="a file that is locked while a program is measured, where several people share the machine")
    parser.add_argument("--no-build", action="store_true", help="take build/release as it is")
    return parser.parse_args(arguments)


def build(root):
    say("building")
    for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", "bench"]):
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout[-3000:] + "\ntools/bench: the build failed")


def figures_of(runs):
    return {"cpu": median(runs), "wall": median(runs, "wall"), "peak_mib": median(runs, "peak_mib"), "runs": [vars(run) for run in runs]}


def measure_tshark(bench, given, configuration, figures):
    """tshark has a capture of its own size, and so edgewatch's run beside it."""
    capture = captures.make(bench, "mixed", size_mib=given.tshark_mib) if given.tshark_mib else bench.folder / figures["file"]
    captures.warm(capture)
    measured = peers.measure(bench, "tshark", capture, bench.runs)
    if measured is None:
        return
    figures["tshark"] = {**figures_of(measured[0]), "version": peers.version("tshark"), "start": peers.start(bench, "tshark"),
                         "mib": round(capture.stat().st_size / 2**20)}
    figures["tshark"]["against"] = median(edgewatch.replay(bench, capture, configuration))
    figures["names"]["tshark"] = names.score(names.truth_of(capture), measured[1])


def measure_capture(bench, given, kind, configuration, start):
    size = {} if given.size == 1.0 else {"size_mib": max(1, round(captures.USUAL_MIB[kind] * given.size))}
    capture = captures.make(bench, kind, **size)
    captures.warm(capture)
    figures = {"file": capture.name, **captures.facts(capture), "start": start, "names": {}}
    say(f"{kind}: the bare libpcap loop, edgewatch")
    figures["bare"] = figures_of(edgewatch.bare(bench, capture))
    figures["replay"] = figures_of(edgewatch.replay(bench, capture, configuration))
    runs, figures["names"]["edgewatch"] = edgewatch.inspect(bench, capture)
    figures["inspect"] = figures_of(runs)
    if not given.peers:
        return figures
    for peer in ("suricata", "ndpiReader"):
        say(f"{kind}: {peer}")
        measured = peers.measure(bench, peer, capture, bench.runs)
        if measured is None:
            say(f"{peer} is not installed: left out")
            continue
        figures[peer] = {**figures_of(measured[0]), "version": peers.version(peer), "start": peers.start(bench, peer)}
        figures["names"][peer] = names.score(names.truth_of(capture), measured[1])
    if kind == "mixed":
        say("mixed: tshark")
        measure_tshark(bench, given, configuration, figures)
    return figures


def machine(bench):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=bench.root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0], "commit": commit,
            "edgewatch": subprocess.run([bench.bin / "edgewatchd", "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()}


def live(bench):
    """What tests/benchmark/live.py measured, or nothing where it is not there or cannot run."""
    script = bench.root / "tests/benchmark/live.py"
    if not script.exists() or os.geteuid() != 0:
        say("live: needs root" if script.exists() else "live: tests/benchmark/live.py is not there")
        return None
    with bench.alone():
        done = subprocess.run([sys.executable, "-B", script, "--programs", bench.bin], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed(f"live.py ended with {done.returncode}")
    return json.loads(done.stdout)


def profile(bench, capture, configuration):
    """Prints where a replay spends its time, with perf (Debian: linux-perf)."""
    if shutil.which("perf") is None:
        say("perf is not installed (linux-perf): no profile")
        return
    record = bench.folder / "perf.data"
    edgewatch.forget_ledger(bench)
    with bench.alone():
        subprocess.run(["taskset", "-c", str(bench.core), "perf", "record", "-q", "-o", record, *edgewatch.replay_command(bench, capture, configuration)], check=True)
    said = subprocess.run(["perf", "report", "-i", record, "--stdio", "--percent-limit", "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    print(f"{capture.name}: hottest functions")
    print("\n".join(line for line in said.splitlines() if line.strip() and not line.startswith("#")))
    record.unlink()


def measure_all(bench, given, results, table):
    configuration = captures.configuration(bench)
    start = figures_of(edgewatch.replay(bench, captures.next_to_nothing(bench), configuration))
    results["captures"] = {}
    for kind in given.captures.split(","):
        results["captures"][kind] = measure_capture(bench, given, kind, configuration, start)
        capture_rows(table, kind, results["captures"][kind])
    results["quic"] = edgewatch.quic(bench)
    quic_rows(table, results["quic"])
    small = captures.configuration(bench, 0)
    if given.threads:
        results["threads"] = {}
        for kind, figures in results["captures"].items():
            say(f"{kind}: threads")
            results["threads"][kind] = edgewatch.threads(bench, bench.folder / figures["file"], small)
            thread_rows(table, kind, results["threads"][kind])
    if given.floods:
        say("floods")
        counts = {flood: max(1000, int(1000000 * given.size)) for flood in edgewatch.FLOODS} if given.size != 1.0 else None
        results["floods"] = edgewatch.floods(bench, small, counts)
        flood_rows(table, results["floods"])
    if given.live:
        say("live")
        results["live"] = live(bench)
        live_rows(table, results["live"] or {"programs": {}})
    for figures in results["captures"].values() if given.profile else ():
        profile(bench, bench.folder / figures["file"], small)


def measure_ledger(bench, given, results, table):
    """Merged into what is there: the captures are measured apart, by whoever has the time."""
    results["ledger"] = ledger.measure(bench, given.size)
    ledger_rows(table, results["ledger"])


def measure_lists(bench, given, results, table):
    results["lists"] = lists.measure(bench, given.size)
    list_rows(table, results["lists"])
    beside_absl_rows(table, results["lists"])
    rollback_rows(table, results["lists"])


def kept_results(path):
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text())
    return {}


def main(root, arguments):
    given = options_of(arguments)
    if not set(given.captures.split(",")) <= set(captures.TRAFFIC):
        sys.exit("tools/bench: --captures takes mixed, newflow and dns, with commas between")
    if given.peers:
        (peers.install_postgres if given.ledger else peers.install_for_lists if given.lists else peers.install)()
    if not given.no_build:
        build(root)
    bench = Bench(root, given.runs, given.core, given.lock)
    results, table = {"machine": machine(bench), "seed": captures.SEED, "runs": given.runs, "size": given.size}, Table()
    kept = kept_results(root / "build/bench.json")
    try:
        (measure_ledger if given.ledger else measure_lists if given.lists else measure_all)(bench, given, results, table)
    except Failed as failed:
        say(f"tools/bench: {failed}")
        return 70
    finally:
        edgewatch.forget_ledger(bench)
        ledger.forget(bench.folder / "minutes.db")
        apart = "ledger" if given.ledger else "lists" if given.lists else None
        if apart:
            results = {**kept, apart: {**results.get(apart, {}), "machine": results["machine"], "size": given.size, "table": table.rows}}
        else:
            results = {**{what: figures for what, figures in kept.items() if what in ("ledger", "lists")}, **results, "table": table.rows}
        (root / "build/bench.json").write_text(json.dumps(results, indent=1) + "\n")
        print(table.text())
    return 0
