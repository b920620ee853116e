"""What the process tests share: a scratch folder that the role accounts can reach, the programs, the daemon. Every process started here is ended here."""
import contextlib
import csv
import io
import os
import pathlib
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["EDGEWATCH_BIN"])
SOURCE = pathlib.Path(os.environ["EDGEWATCH_SOURCE"])
SANITIZED = os.environ.get("EDGEWATCH_SANITIZE", "")

# Exit codes of CONTRACT.
USAGE, BAD_INPUT, UNAVAILABLE, IO_ERROR, TRY_AGAIN, NOT_PERMITTED, BAD_CONFIGURATION = 64, 65, 69, 74, 75, 77, 78


def run(*command, **options):
    """Runs to the end; gives the finished process with its text."""
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=options.pop("timeout", 300), check=False, **options)


def hold(process):
    """Stops it where it is; gives back control when its last thread stands. SIGCONT has it go on."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)


def capabilities(process):
    """Of each thread, whichever way it could come by them, as bits."""
    out = []
    for thread in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        status = dict(line.split(":", 1) for line in (thread / "status").read_text().splitlines())
        out.append(int(status["CapPrm"], 16) | int(status["CapEff"], 16) | int(status["CapInh"], 16) | int(status["CapAmb"], 16))
    return out


def days_around_now():
    """`--from` and `--to` in which now lies, in whatever time zone it is asked and though midnight passes."""
    now = time.time()
    return [word for option, at in (("--from", now - 86400), ("--to", now + 86400)) for word in (option, time.strftime("%Y-%m-%d", time.gmtime(at)))]


def fake_clock(offset, clock="synchronised"):
    """Environment under which a program's wall clock is off by `offset` (`+366d`); monotonic time stays true. Whether something keeps the clock right
    (`synchronised`, or `alone`) is told too, so that it does not depend on the machine."""
    library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    if not os.path.exists(library):
        library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")).as_posix()
    preload = [str(BIN / "ewtest-synchronised.so"), library]
    if "address" in SANITIZED:  # the sanitizer's runtime has to come first
        preload.insert(0, run("g++", "-print-file-name=libasan.so").stdout.strip())
    return {"LD_PRELOAD": " ".join(preload), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "EWTEST_CLOCK": clock, "TZ": "UTC"}


# A sanitizer looks for leaks with ptrace, and sets limits, both of which the filter refuses.
UNDER_A_FILTER = {"ASAN_OPTIONS": "detect_leaks=0:disable_coredump=0"} if SANITIZED else {}


def unit(name, *drop_ins):
    return [SOURCE / "systemd" / file for file in (f"{name}.service", *drop_ins)]


def as_unit(name, *drop_ins, environment=None):
    """What stands before a command to run it as a unit does: under its system call filter (made by as_unit.py, enforced by the kernel), with its capabilities and groups."""
    files = unit(name, *drop_ins)
    given = [f"+{word[4:].lower()}" for file in files for line in file.read_text().splitlines() if line.startswith("AmbientCapabilities=") for word in line.split("=")[1].split()]
    caps = ",".join(["-all", *given])
    pairs = [f"{key}={value}" for key, value in {**UNDER_A_FILTER, **(environment or {})}.items()]
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=edgewatch-ict,edgewatch-hr,edgewatch-auditor", "--no-new-privs", f"--inh-caps={caps}", f"--ambient-caps={caps}",
            f"--bounding-set={caps}", "/usr/bin/python3", "-B", SOURCE / "tests/process/as_unit.py", *files, "--", "env", *pairs]


class Scratch(unittest.TestCase):
    """A test case with a scratch folder (mode 755, short path) and the programs."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ewtest-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        # The role accounts must be able to run the command, wherever the checkout lies.
        self.command_file = self.folder / "edgewatch"
        shutil.copy(BIN / "edgewatch", self.command_file)
        self.command_file.chmod(0o755)
        self.sockets = self.folder / "s"
        self.sockets.mkdir()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, interfaces=(), extra="", people="", assignments="", rules="", inside='"10.20.0.0/16"', name="etc", people_columns=""):
        """Writes a configuration folder and gives its main file."""
        quoted = ", ".join(f'"{i}"' for i in interfaces)
        self.write(f"{name}/people.csv", f"person,display_name,department,groups{people_columns}\n" + people)
        self.write(f"{name}/assignments.csv", "kind,value,person,from,to\n" + assignments)
        self.write(f"{name}/rules.toml", rules)
        return self.write(
            f"{name}/edgewatch.toml",
            f'inside = [{inside}]\n{extra}\npeople = "people.csv"\nassignments = "assignments.csv"\nrules = "rules.toml"\n'
            f'catalogue = "{SOURCE}/etc/catalogue"\n[capture]\ninterfaces = [{quoted}]\n[storage]\nledger = "sqlite:{self.folder}/ledger.db"\n'
            f'[runtime]\nsockets = "{self.sockets}"\n',
        )

    def edgewatch(self, role, *arguments, **options):
        """The command as the account of a role: ict, hr, auditor; `purge` is the daemon's own user."""
        who = [] if role == "purge" else ["setpriv", f"--reuid=ewtest-{role}", "--regid=nogroup", "--init-groups"]
        socket = options.pop("socket", self.sockets / f"{role}.sock")
        return run(*who, self.command_file, *arguments, "--socket", socket, cwd="/", **options)

    def edgewatchd(self, *arguments, **options):
        return run(BIN / "edgewatchd", *arguments, **options)

    def start(self, configuration, environment=None, prefix=(), options=()):
        """Starts the daemon and waits until it serves."""
        log = open(self.folder / "daemon.log", "ab")
        self.addCleanup(log.close)
        daemon = subprocess.Popen(
            [*map(str, prefix), str(BIN / "edgewatchd"), "--config", str(configuration), *map(str, options)],
            stderr=log, stdout=log, env={**os.environ, **(environment or {})},
        )
        self.addCleanup(self.end, daemon)
        deadline = time.monotonic() + 60
        while not (self.sockets / "purge.sock").exists():
            if daemon.poll() is not None or time.monotonic() > deadline:
                self.fail(f"edgewatchd did not start:\n{self.daemon_log()}")
            time.sleep(0.05)
        return daemon

    def end(self, daemon, how=signal.SIGTERM):
        """Ends the daemon and gives its exit code."""
        if daemon.poll() is None:
            daemon.send_signal(how)
        try:
            return daemon.wait(timeout=60)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
            self.fail(f"edgewatchd did not end:\n{self.daemon_log()}")

    def daemon_log(self):
        return (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")

    def assertExit(self, code, finished):
        self.assertEqual(finished.returncode, code, f"{finished.args}\n{finished.stdout}\n{finished.stderr}")

    def own(self):
        """Gives the scratch folder to the user that units run as here."""
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, pwd.getpwnam("nobody").pw_uid, -1, follow_symlinks=False)

    def verify_away(self, bundle, key):
        """`edgewatch verify` as on another machine: no network, nothing of ours but the command and the two files; nobody's account."""
        away = pathlib.Path(tempfile.mkdtemp(prefix="ewtest-away-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, away, ignore_errors=True)
        away.chmod(0o755)
        for each in (self.command_file, bundle, key):
            shutil.copy(each, away)
            (away / each.name).chmod(0o755)
        script = (f"for d in /run /var/lib {self.folder}; do mount -t tmpfs tmpfs $d; done; cd {away}; "
                  f"exec setpriv --reuid=65534 --regid=65534 --clear-groups ./edgewatch verify {bundle.name} --key {key.name}")
        done = run("unshare", "--mount", "--net", "sh", "-c", script)
        self.assertEqual(sorted(p.name for p in away.iterdir()), sorted([bundle.name, key.name, "edgewatch"]))
        return done

    def files_with(self, *needles):
        """Files in the scratch folder, configuration and inputs left out, that hold one of the byte strings. A key is letters by chance, made before anybody was known: one in two thousand has a `p08` in it (see `searched`, too)."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.files_with_now(needles)
            except FileNotFoundError:  # put in another's place meanwhile: all of them once more
                self.assertLess(time.monotonic(), deadline, "the files never stood still")
                time.sleep(0.05)

    def files_with_now(self, needles):
        found = []
        for path in sorted(self.folder.rglob("*")):
            if not path.is_file() or path.is_relative_to(self.folder / "etc") or path.suffix in (".key", ".pcap", ".tsv") or path == self.command_file:
                continue
            data = searched(path)
            found += [f"{path.name}: {n!r}" for n in needles if n.encode() in data or n.encode().lower() in data]
        return found


def searched(path):
    """The bytes of a file in which a person is looked for. Of a database without its salts and hashes: of some hundred runs one has a `p08` in those by chance."""
    data = path.read_bytes()
    database = path.with_name(path.name.removesuffix("-wal").removesuffix("-shm"))
    if database.suffix != ".db" or not database.exists():
        return data
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro{'&immutable=1' if 'backups' in database.parts else ''}", uri=True, timeout=30)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
                if kind != "BLOB" or column not in ("salt", "hash", "commitment", "leaves"):
                    continue
                for (value,) in connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE typeof("{column}") = \'blob\'').fetchall():
                    for at in range(0, len(value), 32):
                        data = data.replace(value[at:at + 32], b"")
    return data


def rows(text):
    """TSV with a header, as dictionaries."""
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
