"""Lists of names: how long a look-up takes, what a name costs in memory, and how long until a list answers; ours beside what others would take."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from .measure import Failed, say

SIZES = {"200 k": 200_000, "1 M": 1_000_000, "5 M": 5_000_000}
IN_MEMORY = {"edgewatch": "edgewatch", "absl": "absl::flat_hash_set", "sqlite": "SQLite, a suffix at a time"}
# A resolver's list, a line a name: what it answers itself and does not ask on.
RESOLVERS = {
    "dnsmasq": ("local=/{}/", "no-resolv\nno-hosts\nport={port}\nlisten-address=127.0.0.1\nbind-interfaces\npid-file=\nuser=root\ngroup=root\nconf-file={list}\n",
                ["dnsmasq", "-k", "-C"]),
    "unbound": ('local-zone: "{}" always_nxdomain', 'server:\n  interface: 127.0.0.1\n  port: {port}\n  do-daemonize: no\n  use-syslog: no\n  username: ""\n  chroot: ""\n  pidfile: ""\n'
                '  num-threads: 1\n  module-config: "iterator"\n  include: "{list}"\nremote-control:\n  control-enable: no\n', ["unbound", "-d", "-c"]),
}
PATIENCE = 120  # seconds for a resolver to answer


def in_memory(bench, form, names):
    command = ["taskset", "-c", str(bench.core), str(bench.bin / "bench-lists"), form, str(names)]
    with bench.alone():
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == 64:
        say(f"lists: {form} is not built in (Debian: libabsl-dev): left out")
        return None
    if done.returncode != 0:
        raise Failed(f"bench-lists {form} ended with {done.returncode}: {done.stderr[-300:]}")
    return json.loads(done.stdout)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


def answers(port, name):
    """Whether it answers at all: that there is no such name, or that it asks nobody on."""
    question = struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.settimeout(0.2)
        with contextlib.suppress(OSError):
            own.sendto(question, ("127.0.0.1", port))
            return own.recv(512)[3] & 15 in (0, 3, 5)
    return False


def spent(pid):
    """CPU seconds and resident bytes of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def resolver(bench, which, text):
    """What it spends until it answers, with this list and with none."""
    if shutil.which(which) is None:
        say(f"{which} is not installed: left out")
        return None
    line, configuration, command = RESOLVERS[which]
    figures = {}
    for what, names in (("empty", []), ("list", text.split())):
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            folder, port = pathlib.Path(folder), free_port()
            (folder / "list").write_text("".join(line.format(name) + "\n" for name in names))
            (folder / "conf").write_text(configuration.format(port=port, list=folder / "list"))
            with bench.alone():
                process = subprocess.Popen(["taskset", "-c", str(bench.core), *command, folder / "conf"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    end = time.monotonic() + PATIENCE
                    while not answers(port, names[-1] if names else "localhost"):
                        if process.poll() is not None or time.monotonic() > end:
                            raise Failed(f"{which} does not answer")
                    figures[what] = spent(process.pid)
                finally:
                    process.kill()
                    process.wait()
    names = len(text.split())
    return {"text_cpu": figures["list"][0] - figures["empty"][0], "bytes_a_name": (figures["list"][1] - figures["empty"][1]) / names}


def edgewatch_lists(bench, *words):
    done = subprocess.run(["taskset", "-c", str(bench.core), bench.bin / "edgewatch", "lists", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed(f"edgewatch lists {words[0]} ended with {done.returncode}: {done.stderr[-300:]}")


def wait_for(daemon, words):
    """Until the daemon says so; gives the moment."""
    for line in daemon.stderr:
        if words in line:
            return time.monotonic()
    raise Failed(f"edgewatchd ended before it said '{words}'")


def list_of_two_editions(bench, folder, names, text):
    """A council that has taken a list, and then one that lacks a name in a hundred of it."""
    catalogue, lines = bench.root / "etc/catalogue", text.splitlines()
    (folder / "edgewatch.toml").write_text(f'inside = ["10.20.0.0/16"]\ncatalogue = "{catalogue}"\nlists = "lists.toml"\n[capture]\ninterfaces = []\n'
                                           f'[storage]\nledger = "sqlite:{folder}/ledger.db"\n[runtime]\nsockets = "{folder}/s"\n')
    (folder / "lists.toml").write_text('folder = "kept"\n[[list]]\nname = "long"\ncategory = "adult"\nformat = "domains"\nfile = "long.txt"\nsize_mib = 1024\n')
    (folder / "s").mkdir()
    for lost in (0, names // 100):
        (folder / "long.txt").write_text("".join(line + "\n" for line in lines[lost:]))
        edgewatch_lists(bench, "update", "--lists", folder / "lists.toml")


def rollback(bench, names, text):
    """Wall seconds from the command to the daemon's word that the lists before are in force, and until the command was done: the least of the runs."""
    if os.geteuid() != 0:
        say("lists: going back is measured as root, under whom the daemon can make its sockets: left out")
        return None
    note, runs = bench.folder / "accounts-made", []
    subprocess.run([bench.root / "tools/accounts", "add", "ewbench", note], check=True)
    try:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            folder = pathlib.Path(folder)
            list_of_two_editions(bench, folder, names, text)
            daemon = subprocess.Popen([bench.bin / "edgewatchd", "--config", folder / "edgewatch.toml"], stderr=subprocess.PIPE, text=True)
            try:
                wait_for(daemon, "edgewatchd is ready")
                for edition in ["1", "2"] * bench.runs:
                    with bench.alone():
                        began = time.monotonic()
                        edgewatch_lists(bench, "rollback", "long", "--to", edition, "--lists", folder / "lists.toml")
                        done = time.monotonic()
                        runs.append({"in_force_s": wait_for(daemon, "are in force") - began, "command_s": done - began})
            finally:
                daemon.kill()
                daemon.wait()
    finally:
        subprocess.run([bench.root / "tools/accounts", "remove", note], check=True)
    return {what: min(run[what] for run in runs) for what in runs[0]}


def measure(bench, size):
    """By turns, and of each the least: a machine that others use makes a run longer and never shorter."""
    results = {}
    for label, names in SIZES.items():
        names = max(1000, round(names * size))
        text = subprocess.run([bench.bin / "bench-lists", "text", str(names)], stdout=subprocess.PIPE, text=True, check=True).stdout
        runs = {which: [] for which in (*IN_MEMORY, *RESOLVERS)}
        for turn in range(bench.runs):
            for which, seen in runs.items():
                if (turn > 0 and not seen) or (turn > 0 and which == "sqlite"):  # not there; takes minutes
                    continue
                say(f"lists, {label}: {which}, run {turn + 1}")
                figures = in_memory(bench, which, names) if which in IN_MEMORY else resolver(bench, which, text)
                if figures:
                    seen.append(figures)
        results[label] = {"names": names} | {which: {what: min(run[what] for run in seen) for what in seen[0]} for which, seen in runs.items() if seen}
        if label == "5 M":
            say(f"lists, {label}: going back")
            results[label]["rollback"] = rollback(bench, names, text)
    return results
