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
    """The least of the runs: a machine that others use makes a run longer and never shorter."""
    command = ["taskset", "-c", str(bench.core), str(bench.bin / "bench-lists"), form, str(names)]
    runs = []
    for _ in range(bench.runs if form != "sqlite" else 1):
        with bench.alone():
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode == 64:
            say(f"lists: {form} is not built in (Debian: libabsl-dev): left out")
            return None
        if done.returncode != 0:
            raise Failed(f"bench-lists {form} ended with {done.returncode}: {done.stderr[-300:]}")
        runs.append(json.loads(done.stdout))
    return {what: min(run[what] for run in runs) for what in runs[0]}


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
    """CPU seconds and resident MiB of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def resolver(bench, which, text):
    """What it spends until it answers, with this list and with none."""
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
    return {"text_cpu": figures["list"][0] - figures["empty"][0], "mib": figures["list"][1] - figures["empty"][1]}


def measure(bench, size):
    results = {}
    for label, names in SIZES.items():
        names = max(1000, round(names * size))
        results[label] = {"names": names}
        for form in IN_MEMORY:
            say(f"lists, {label}: {form}")
            figures = in_memory(bench, form, names)
            if figures:
                results[label][form] = figures
        text = subprocess.run([bench.bin / "bench-lists", "text", str(names)], stdout=subprocess.PIPE, text=True, check=True).stdout
        for which in RESOLVERS:
            if shutil.which(which) is None:
                say(f"{which} is not installed: left out")
                continue
            say(f"lists, {label}: {which}")
            results[label][which] = resolver(bench, which, text)
            results[label][which]["bytes_a_name"] = results[label][which].pop("mib") * 2**20 / names
    return results
