"""The ledger: writing minutes as the daemon does, asking for one person, purging a day; beside plain SQLite and PostgreSQL."""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from .measure import Failed, say

YEAR = 364  # days: 260 on which people work
FIRST = "2025-11-17"
# Minute records of one person on a working day. `staff` comes to the 29.9 M a year of TIME 4: 5,000 people, 220 days of 1.7 services and 16 minutes each.
SCALES = {"staff": 23.0, "41.6 M": 32.0, "208 M": 160.0}
BESIDE_DAYS = 35  # a tenth of the year of 41.6 M, which the peers write too


def forget(database):
    for end in ("", "-wal", "-shm"):
        pathlib.Path(str(database) + end).unlink(missing_ok=True)


class Ledger:
    """Runs edgewatch-bench-ledger, pinned, and reads what it says."""

    def __init__(self, bench):
        self.bench = bench
        self.database = bench.folder / "minutes.db"
        self.forget()

    def forget(self):
        forget(self.database)

    def run(self, what, *options):
        command = [self.bench.bin / "edgewatch-bench-ledger", what, "--database", self.database, *options]
        cores = ["taskset", "-c", str(self.bench.core)]
        if what == "purge":
            # Two threads; and how long one waits is asked, so other programs of a shared machine must not be what it waits for.
            cores = ["chrt", "-f", "10"] if os.geteuid() == 0 else []
        with self.bench.alone():
            done = subprocess.run([*cores, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Failed(f"{command[0].name} {what} ended with {done.returncode}: {done.stderr[-500:]}")
        return json.loads(done.stdout)


def shape(records_a_day, days):
    return ["--records-a-day", records_a_day, "--days", days, "--first", FIRST]


def measure_scale(bench, name, size):
    ledger, days = Ledger(bench), max(7, round(YEAR * size))
    figures = {"days": days, "fill": ledger.run("fill", *shape(SCALES[name], days))}
    say(f"ledger: {figures['fill']['records']} minute records written")
    figures["year"] = ledger.run("year", *shape(SCALES[name], days))
    figures["month"] = ledger.run("year", "--records-a-day", SCALES[name], "--first", "2025-12-01", "--last", "2025-12-31")
    figures["purge"] = ledger.run("purge", *shape(SCALES[name], days))
    ledger.forget()
    return figures


def plain_sqlite(bench, size):
    ledger, days = Ledger(bench), max(7, round(BESIDE_DAYS * size))
    figures = {}
    for peer in ("edgewatch", "sqlite"):
        ledger.forget()
        figures[peer] = {"fill": ledger.run("fill", "--peer", peer, *shape(SCALES["41.6 M"], days)),
                         "year": ledger.run("year", "--peer", peer, "--asked", 5, *shape(SCALES["41.6 M"], days)),
                         "purge": ledger.run("purge", "--peer", peer, *shape(SCALES["41.6 M"], days))}
    ledger.forget()
    return figures


def postgres_folder():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextlib.contextmanager
def postgres(bench, programs):
    """A server of its own, by an account that owns nothing else, on a socket in a folder that goes away with it. Gives how to start psql, and at the end what the server cost."""
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = pathlib.Path(tempfile.mkdtemp(prefix="edgewatch-bench-", dir=bench.folder))
    data, cost = folder / "data", {}
    as_account = ["setpriv", "--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"] if os.geteuid() == 0 else []
    try:
        if as_account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        subprocess.run([*as_account, programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-locale", "-E", "UTF8"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
        settings = {"listen_addresses": "", "unix_socket_directories": folder, "synchronous_commit": "off", "shared_buffers": "256MB", "max_wal_size": "2GB", "logging_collector": "off"}
        begun = bench.begin([*as_account, programs / "postgres", "-D", data, *[word for name, value in settings.items() for word in ("-c", f"{name}={value}")]], [0, 1])
        psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "bench", "postgres"]
        try:
            wait_for(psql)
            yield psql, cost
        finally:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
            cost["run"] = bench.finish(begun)
    finally:
        shutil.rmtree(folder)


def wait_for(psql):
    for _ in range(100):
        if subprocess.run([*map(str, psql), "-c", "SELECT 1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.2)
    raise Failed("PostgreSQL did not start")


def measure_postgres(bench, size, records):
    """What the server cost, its client left out; nothing where it is not installed."""
    programs = postgres_folder()
    if programs is None or not shutil.which("psql"):
        say("PostgreSQL is not installed (Debian: postgresql-15): left out")
        return None
    days = max(7, round(BESIDE_DAYS * size))
    with bench.alone(), postgres(bench, programs) as (psql, cost):
        statements = subprocess.Popen([str(word) for word in (bench.bin / "edgewatch-bench-ledger", "statements", *shape(SCALES["41.6 M"], days))], stdout=subprocess.PIPE)
        done = subprocess.run(list(map(str, psql)), stdin=statements.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        statements.stdout.close()
        if statements.wait() != 0 or done.returncode != 0:
            raise Failed(f"psql ended with {done.returncode}: {done.stderr[-500:]}")
        said = subprocess.run([*map(str, psql), "-c", "SELECT pg_total_relation_size('usage'), count(*) FROM usage"], stdout=subprocess.PIPE, text=True, check=True).stdout
    size_bytes, rows = map(int, said.strip().split("|"))
    if rows > records:
        raise Failed(f"PostgreSQL has {rows} rows of {records} records")
    version = subprocess.run([programs / "postgres", "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
    return {"version": version, "records": records, "cpu": cost["run"].cpu, "file": size_bytes}


def measure(bench, size):
    figures = {"first": FIRST, "people": 5000, "beside": {}, "scales": {}}
    say("ledger: plain SQLite beside it")
    figures["beside"] = plain_sqlite(bench, size)
    say("ledger: PostgreSQL beside it")
    server = measure_postgres(bench, size, figures["beside"]["edgewatch"]["fill"]["records"])
    if server:
        figures["beside"]["postgres"] = server
    for name in SCALES:
        say(f"ledger: a year, {name}")
        figures["scales"][name] = measure_scale(bench, name, size)
    return figures
