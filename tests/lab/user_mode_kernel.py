"""A kernel of the test's own (Debian's user-mode-linux), whose clock may be set: its packets are stamped by that clock, and no other program's is touched."""
import os
import pathlib
import shutil
import subprocess
import sys

from harness import BIN, SOURCE

KERNEL = shutil.which("linux.uml")
# A sanitizer wants more address space than a user-mode kernel has: there edgewatchd is one that was built without.
INSIDE = pathlib.Path(os.environ.get("EDGEWATCH_UNSANITIZED_BIN", BIN))


def boot(scratch, file, *words):
    """Runs a test's file as the first process, with its scratch folder and these words; gives what was said on the console."""
    start = scratch.write("start", f"#!/bin/sh\nexport PATH={os.environ['PATH']} HOME=/root PYTHONPATH={SOURCE}/tests/process EDGEWATCH_BIN={INSIDE} EDGEWATCH_SOURCE={SOURCE}\n"
                                   f"exec {sys.executable} -B {file} {scratch.folder} {' '.join(map(str, words))}\n")
    start.chmod(0o755)
    done = subprocess.run([KERNEL, "mem=1024M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "quiet", "con=null", "con0=fd:0,fd:1", f"init={start}"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=240, check=False)
    return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")


def begin(folder, *addresses):
    """What the first process needs of a system: a scratch folder to write to, and these addresses on the loopback interface."""
    for kind, place in (("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/run"), ("tmpfs", "/var/lib")):
        subprocess.run(["mount", "-t", kind, kind, place], check=False)
    commands = [["mount", "-t", "hostfs", "none", folder, "-o", folder], ["ip", "link", "set", "lo", "mtu", "1500", "up"]]
    for command in commands + [["ip", "addr", "add", f"{address}/32", "dev", "lo"] for address in addresses]:
        subprocess.run(list(map(str, command)), check=True, capture_output=True)


def end():
    os.sync()
    subprocess.run(["poweroff", "-f"], check=False)
