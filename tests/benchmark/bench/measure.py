"""One run of a program: pinned, with its CPU seconds, wall seconds and peak memory."""
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import statistics
import subprocess
import sys


@dataclasses.dataclass
class Run:
    user: float
    system: float
    wall: float
    peak_mib: float
    exit_code: int

    @property
    def cpu(self):
        return self.user + self.system


class Failed(Exception):
    """A program that is measured did not end well."""


@dataclasses.dataclass
class Bench:
    """Where things are, and how runs are made."""
    root: pathlib.Path
    runs: int = 3
    core: int = 1
    lock: pathlib.Path | None = None

    def __post_init__(self):
        self.bin = self.root / "build/release/bin"
        self.folder = self.root / "build/bench"
        self.folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def alone(self):
        """Holds the lock file, where one was given, so that two who share a machine do not measure at once."""
        if self.lock is None:
            yield
            return
        with open(self.lock, "a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def begin(self, command, cores, output=None):
        """Starts a measured program; `finish` waits for it."""
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        errors = open(self.folder / "errors.txt", "w+b")
        sink = open(output, "wb") if output else subprocess.DEVNULL

        def keep_report():
            if writer != 3:
                os.dup2(writer, 3)
        process = subprocess.Popen([self.bin / "bench-run", ",".join(map(str, cores)), *map(str, command)], stdin=subprocess.DEVNULL,
                                   stdout=sink, stderr=errors, close_fds=False, preexec_fn=keep_report)
        os.close(writer)
        if output:
            sink.close()
        return process, reader, errors, command

    def finish(self, begun, accept=(0,)):
        process, reader, errors, command = begun
        process.wait()
        with open(reader, encoding="ascii") as report:
            figures = report.read().split()
        errors.seek(0)
        said = errors.read().decode(errors="replace")
        errors.close()
        if len(figures) != 5 or int(figures[4]) not in accept:
            raise Failed(f"{command[0]} ended with {figures[4] if figures else process.returncode}: {said[-500:]}")
        user, system, wall, peak, code = figures
        return Run(float(user), float(system), float(wall), int(peak) / 1024, int(code))

    def run(self, command, output=None, cores=None, accept=(0,)):
        with self.alone():
            return self.finish(self.begin(command, cores or [self.core], output), accept)

    def repeat(self, command, times=None, before=None, **options):
        """Several runs; `before` is called before each."""
        done = []
        for _ in range(times or self.runs):
            if before:
                before()
            done.append(self.run(command, **options))
        return done


def median(runs, what="cpu"):
    return statistics.median(getattr(run, what) for run in runs)


def say(text):
    print(text, file=sys.stderr, flush=True)
