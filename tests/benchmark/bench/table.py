"""The table: what was measured, against what PERFORMANCE.md asks."""

GOALS = {
    "bare": {"mixed": 1.0},
    "suricata": {"mixed": 8, "newflow": 10, "dns": 20},
    "ndpiReader": {"mixed": 15, "newflow": 25, "dns": 40},
    "tshark": {"mixed": 100},
}
PEAK_MIB = 96
SHARE_OF_PEAK = {"suricata": 3, "ndpiReader": 6}
# What a peer is not asked for here, so that nothing is said of it.
NOT_ASKED = {"suricata": {"http-host"}, "ndpiReader": {"dns-r"}}
QUIC_US = 3.5
THREADS = {"mixed": 0.65, "newflow": 0.85, "dns": 0.85}
FLOOD_MIB = {"half-open": 96, "partial-hellos": 160, "random-names": 32, "first-fragments": 64}
FLOOD_ROWS = 10000
COLLIDING_TIMES = 3
LIVE_FRAMES = 500000
LEDGER = {"records_a_second": 600000, "bytes_a_record": 12, "written_per_kept": 4, "stall_ms": 50, "staff_year_mb": 300, "month_ms": 5,
          "year_ms": {"41.6 M": 25, "208 M": 60}, "purge_s": {"41.6 M": 0.1, "208 M": 0.5}}
LIVE_SHARE = 0.20
# The nanoseconds were asked where absl took 174 and 375 (PERFORMANCE.md, Lists), and only ratios carry over from machine to machine: the share of absl's is the same goal here.
LISTS = {"found_ns": {"1 M": 150, "5 M": 300}, "found_of_absl": {"1 M": 150 / 174, "5 M": 300 / 375}, "bytes_a_name": 32, "text_cpu": {"5 M": 2.0}, "image_cpu": {"5 M": 0.1}, "rollback_s": 1, "times": {"dnsmasq": 4, "unbound": 10}}


class Table:
    """Rows of four columns; `met` says of each whether it is as it should be, nothing where nothing is asked."""

    def __init__(self):
        self.rows = []

    def add(self, what, measured, goal="", met=None):
        self.rows.append({"what": what, "measured": measured, "goal": goal, "met": met})

    def at_least(self, what, value, goal, form="{:.2f}"):
        self.add(what, form.format(value), f"at least {form.format(goal)}" if goal is not None else "", None if goal is None else value >= goal)

    def at_most(self, what, value, goal, form="{:.1f}"):
        self.add(what, form.format(value), f"at most {form.format(goal)}" if goal is not None else "", None if goal is None else value <= goal)

    def text(self):
        words = {True: "met", False: "NOT MET", None: ""}
        lines = [("what", "measured", "goal", "")] + [(r["what"], r["measured"], r["goal"], words[r["met"]]) for r in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(4)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def names_row(table, what, score, must=False):
    for kind, counts in score.items():
        extra = f", {counts['extra']} extra" if counts["extra"] else ""
        share = counts["found"] / counts["said"]
        shown = "100" if counts["found"] == counts["said"] else f"{int(share * 1000) / 10}"
        table.add(f"{what} {kind}", f"{shown} % of {counts['said']}{extra}", "100 %, each once" if must else "",
                  (share == 1 and counts["extra"] == 0) if must else None)


def capture_rows(table, kind, figures):
    """One capture: speeds against edgewatch's replay, memory, names. Speeds are of the frames: what a program takes over a capture of one packet is taken off, of every program."""
    replay, start = figures["replay"], figures["start"]
    own = max(replay["cpu"] - start["cpu"], 0.01)
    table.add(f"{kind}: replay, whole product", f"{replay['cpu']:.2f} CPU s, {replay['peak_mib']:.0f} MiB")
    table.add(f"{kind}: of that to start, 200,000 names listed", f"{start['cpu']:.2f} CPU s, {start['peak_mib']:.0f} MiB")
    table.add(f"{kind}: of that for the frames", f"{own:.2f} CPU s, {figures['packets'] / own / 1e6:.2f} Mpps")
    table.add(f"{kind}: inspect", f"{figures['inspect']['cpu']:.2f} CPU s, {figures['inspect']['peak_mib']:.0f} MiB")
    table.add(f"{kind}: bare libpcap loop", f"{figures['bare']['cpu']:.2f} CPU s, {figures['packets'] / figures['bare']['cpu'] / 1e6:.2f} Mpps")
    table.at_least(f"{kind}: packets a second, of the bare loop's", figures["bare"]["cpu"] / own, GOALS["bare"].get(kind))
    if kind in ("mixed", "newflow"):
        table.at_most(f"{kind}: peak memory (MiB), 200,000 names listed", replay["peak_mib"], PEAK_MIB, "{:.0f}")
    names_row(table, f"{kind}: names, edgewatch", figures["names"]["edgewatch"], must=True)
    for peer in ("suricata", "ndpiReader", "tshark"):
        if peer in figures:
            peer_rows(table, kind, peer, figures, own)


def peer_rows(table, kind, peer, figures, own):
    theirs = figures[peer]
    cpu = max(theirs["cpu"] - theirs["start"], 0.01)
    mine = max(theirs["against"] - figures["start"]["cpu"], 0.01) if "against" in theirs else own
    size = f" on {theirs['mib']} MiB" if "mib" in theirs else ""
    table.add(f"{kind}: {peer}{size}", f"{theirs['cpu']:.2f} CPU s ({theirs['start']:.2f} to start), {theirs['peak_mib']:.0f} MiB")
    table.at_least(f"{kind}: times faster than {peer}{size}", cpu / mine, GOALS[peer].get(kind), "{:.1f}")
    if kind in ("mixed", "newflow") and peer in SHARE_OF_PEAK:
        table.at_least(f"{kind}: times smaller than {peer}", theirs["peak_mib"] / figures["replay"]["peak_mib"], SHARE_OF_PEAK[peer], "{:.1f}")
    asked = {what: counts for what, counts in figures["names"][peer].items() if what not in NOT_ASKED.get(peer, ())}
    names_row(table, f"{kind}: names, {peer}", asked)


def flood_rows(table, floods):
    table.add("floods: idle", f"{floods['idle']['peak_mib']:.0f} MiB")
    for flood, figures in floods.items():
        if flood == "idle":
            continue
        table.at_most(f"{flood}: memory over idle (MiB)", figures["over_idle_mib"], FLOOD_MIB.get(flood), "{:.0f}")
    table.at_most("random-names: new rows in the ledger", floods["random-names"]["rows"], FLOOD_ROWS, "{:.0f}")
    crafted, others = floods["colliding-flows"]["cpu"], max(floods["random-flows"]["cpu"], 0.01)
    table.at_most("colliding-flows: CPU time, times that of random-flows", crafted / others, COLLIDING_TIMES)


def quic_rows(table, quic):
    table.at_most("QUIC Initial that holds a whole hello, decrypt and name (us)", quic["one-datagram"]["flow_us"], QUIC_US, "{:.2f}")
    table.add("QUIC post-quantum hello over two Initials, shuffled",
              f"{quic['post-quantum']['flow_us']:.2f} us, {quic['post-quantum']['datagram_us']:.2f} us a datagram")


def thread_rows(table, kind, figures):
    table.add(f"{kind}: one thread alone; two copies together", f"{figures['one']:.2f} s; {figures['copies']:.2f} s wall")
    if "reached" in figures:
        table.add(f"{kind}: two threads", f"{figures['two']:.2f} s wall")
        table.at_least(f"{kind}: two threads, of what two copies reach", figures["reached"], THREADS[kind])


def live_rows(table, live):
    for program, figures in live["programs"].items():
        top, own = figures["top_rate"], program.startswith("edgewatchd")
        table.add(f"live: {program}, lost at the sender's top rate", f"{top['lost']} of {top['arrived']} at {top['frames_per_second'] / 1e3:.0f} k frames/s",
                  f"none, at {LIVE_FRAMES // 1000} k or more" if own else "", (top["lost"] == 0 and top["frames_per_second"] >= LIVE_FRAMES) if own else None)
        table.at_most(f"live: {program}, share of a core", top["share_of_core"], LIVE_SHARE if own else None, "{:.2f}")
        table.add(f"live: {program}, neither counted nor reported lost", f"{top['unaccounted']}", "0" if own else "", top["unaccounted"] == 0 if own else None)
        table.add(f"live: {program}, highest rate without loss", f"{figures['drop_free']['frames_per_second'] / 1e3:.0f} k frames/s")


def list_rows(table, lists):
    names = {"edgewatch": "edgewatch", "absl": "absl::flat_hash_set", "sqlite": "SQLite, a suffix at a time", "dnsmasq": "dnsmasq", "unbound": "unbound"}
    for size, figures in lists.items():
        for form, name in names.items():
            if form not in figures:
                continue
            own, measured = form == "edgewatch", figures[form]
            what = f"lists, {size}: {name}"
            if "found_ns" in measured:
                table.at_most(f"{what}, a look-up, half of them found (ns CPU)", measured["found_ns"], LISTS["found_ns"].get(size) if own else None, "{:.0f}")
                table.add(f"{what}, a look-up, none found (ns CPU)", f"{measured['missed_ns']:.0f}")
            table.at_most(f"{what}, bytes a name", measured["bytes_a_name"], LISTS["bytes_a_name"] if own else None)
            table.at_most(f"{what}, text to ready (CPU s)", measured["text_cpu"], LISTS["text_cpu"].get(size) if own else None, "{:.2f}")
            if own:
                table.at_most(f"{what}, compiled file to ready (CPU s)", measured["image_cpu"], LISTS["image_cpu"].get(size), "{:.3f}")
            elif form in LISTS["times"]:
                times = measured["text_cpu"] / max(figures["edgewatch"]["text_cpu"], 0.001)
                table.at_least(f"{what}, its time from text to ready, in edgewatch's", times, LISTS["times"][form] if size == "5 M" else None, "{:.1f}")


def beside_absl_rows(table, lists):
    for size, figures in lists.items():
        if "absl" in figures:
            table.at_most(f"lists, {size}: edgewatch, a look-up, half of them found, of absl's", figures["edgewatch"]["found_ns"] / figures["absl"]["found_ns"],
                          LISTS["found_of_absl"].get(size), "{:.2f}")


def rollback_rows(table, lists):
    for size, figures in lists.items():
        if figures.get("rollback"):
            went = figures["rollback"]
            table.at_most(f"lists, {size}: edgewatch lists rollback, until the daemon has the lists before in force (s wall)", went["in_force_s"], LISTS["rollback_s"], "{:.2f}")
            table.add(f"lists, {size}: of that until the command is done", f"{went['command_s']:.2f}")


def rate(fill):
    return fill["records"] / max(fill["cpu"], 0.01)


def ledger_scale_rows(table, name, figures):
    fill, purge = figures["fill"], figures["purge"]
    what = f"ledger, {fill['records'] / 1e6:.1f} M"
    table.at_least(f"{what}: minute records a CPU second, in batches of a minute", rate(fill), LEDGER["records_a_second"], "{:.0f}")
    table.at_most(f"{what}: bytes a record in the file", fill["file"] / fill["records"], LEDGER["bytes_a_record"])
    # Asked of the two scales that PERFORMANCE names: a smaller batch a minute still writes a page.
    table.at_most(f"{what}: bytes written per byte kept", fill["written"] / fill["file"], LEDGER["written_per_kept"] if name in LEDGER["year_ms"] else None, "{:.2f}")
    table.add(f"{what}: longest batch", f"{fill['longest_cpu_ms']:.1f} ms CPU, {fill['longest_ms']:.0f} ms wall")
    if name == "staff":
        table.at_most(f"{what}: a year of 5,000 staff (MB)", fill["file"] / 1e6, LEDGER["staff_year_mb"], "{:.0f}")
    table.at_most(f"{what}: one person's year, {figures['year']['rows']} rows (ms CPU)", figures["year"]["cpu_ms"], LEDGER["year_ms"].get(name), "{:.2f}")
    table.at_most(f"{what}: one person's month, {figures['month']['rows']} rows (ms CPU)", figures["month"]["cpu_ms"], LEDGER["month_ms"], "{:.2f}")
    table.at_most(f"{what}: purge of a day, {purge['records']} records (CPU s; {purge['wall']:.2f} wall)", purge["cpu"], LEDGER["purge_s"].get(name), "{:.3f}")
    table.at_most(f"{what}: longest batch of the writer meanwhile (ms wall; {purge['alone_ms']:.0f} alone)", purge["writer_ms"], LEDGER["stall_ms"], "{:.0f}")


def ledger_rows(table, ledger):
    beside = ledger["beside"]
    own = beside["edgewatch"]["fill"]
    for peer, name in (("sqlite", "plain SQLite"), ("postgres", "PostgreSQL, its server")):
        if peer not in beside:
            continue
        fill = beside[peer].get("fill", beside[peer])
        table.add(f"ledger beside {name}: records a CPU second", f"{rate(own):.0f} to {rate(fill):.0f}, {rate(own) / rate(fill):.1f} times")
        table.add(f"ledger beside {name}: bytes a record", f"{own['file'] / own['records']:.1f} to {fill['file'] / fill['records']:.1f}")
        if "written" in fill:
            table.add(f"ledger beside {name}: bytes written a record", f"{own['written'] / own['records']:.0f} to {fill['written'] / fill['records']:.0f}")
    if "sqlite" in beside:
        for what, figure, unit in (("year", "cpu_ms", "ms"), ("purge", "cpu", "s")):
            table.add(f"ledger beside plain SQLite: {'one person, all days' if what == 'year' else 'purge of a day'} (CPU {unit})",
                      f"{beside['edgewatch'][what][figure]:.2f} to {beside['sqlite'][what][figure]:.2f}")
    for name, figures in ledger["scales"].items():
        ledger_scale_rows(table, name, figures)
