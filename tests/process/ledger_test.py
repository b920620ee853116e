"""What a kill or a full disk takes from the ledger of a real daemon (ENFORCEMENT, goals R1 and R3). EDGEWATCH_KILLS says how often it is killed: a few times by default, 200 at length."""
import hashlib
import os
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import unittest

from harness import BIN, SOURCE, Scratch, run

KILLS = int(os.environ.get("EDGEWATCH_KILLS", "5"))
SECRET = "s3cret-of-a-test"
PC = "02:00:5e:10:00:17"


class Sessions(threading.Thread):
    """RADIUS sessions that begin one after the other, each of another device, as soon as the one before was acknowledged."""

    def __init__(self, port, first):
        super().__init__(daemon=True)
        self.port, self.number = port, first
        self.acknowledged = []  # when, and whose MAC
        self.over = threading.Event()

    def start_of(self, number):
        mac = f"02-00-5E-{number >> 16 & 255:02X}-{number >> 8 & 255:02X}-{number & 255:02X}"
        pairs = ((40, b"\0\0\0\1"), (1, b"p17"), (44, b"s%d" % number), (31, mac.encode()), (8, bytes((10, 20, 1 + number // 250 % 250, 1 + number % 250))))
        body = b"".join(bytes((kind, 2 + len(value))) + value for kind, value in pairs)
        head = struct.pack(">BBH", 4, number % 256, 20 + len(body))
        return mac.lower().replace("-", ":"), head + hashlib.md5(head + bytes(16) + body + SECRET.encode()).digest() + body

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.connect(("127.0.0.1", self.port))
            wire.settimeout(0.2)
            while not self.over.is_set():
                mac, packet = self.start_of(self.number)
                try:
                    wire.send(packet)
                    wire.recv(4096)
                except OSError:
                    continue  # not there yet, or not there any more: sent again
                self.acknowledged.append((time.monotonic(), mac))
                self.number += 1
                self.over.wait(0.005)


class Crash(Scratch):
    def sound(self):
        """The ledger is whole; gives a connection that reads it."""
        connection = sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True)
        self.addCleanup(connection.close)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
        return connection

    def test_a_kill_takes_only_the_end_of_what_was_acknowledged(self):
        random.seed(17)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = self.configure(people="p17,Person Seventeen,planning,\n")
        self.write("etc/radius.secret", SECRET + "\n").chmod(0o600)
        spool = self.folder / "identity.csv"
        config.write_text(config.read_text() + f'[identity]\nradius_clients = [{{ address = "127.0.0.1", secret_file = "radius.secret" }}]\n'
                          f'radius_listen = "127.0.0.1:{port}"\nspool = "{spool}"\n')
        first, ages, kept = 0, [0.0], 0
        for kill in range(KILLS):
            (self.sockets / "purge.sock").unlink(missing_ok=True)
            spool.unlink(missing_ok=True)  # else what the ledger lost would come from there, which is another promise
            daemon = self.start(config)
            sessions = Sessions(port, first)
            sessions.start()
            deadline = time.monotonic() + 60
            while not sessions.acknowledged and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertTrue(sessions.acknowledged, self.daemon_log())
            time.sleep(random.uniform(0, 2.5))
            daemon.kill()
            killed = time.monotonic()
            daemon.wait()
            sessions.over.set()
            sessions.join()
            first = sessions.number + 1
            connection = self.sound()
            there = {value for (value,) in connection.execute("SELECT DISTINCT value FROM binding WHERE layer = 0")}
            connection.close()
            told = [mac in there for _, mac in sessions.acknowledged]
            kept += sum(told)
            self.assertEqual(told, sorted(told, reverse=True), f"kill {kill}: what is lost is the end, and nothing before it")
            ages.append(max((killed - at for (at, mac), is_there in zip(sessions.acknowledged, told) if not is_there), default=0.0))
        print(f"{KILLS} kills, {first} sessions, {kept} in the ledger; the oldest that was lost was acknowledged {max(ages):.2f} s before the kill")
        self.assertGreater(kept, 0)
        if KILLS >= 200:
            self.assertLess(max(ages), 1.5)  # written once a second, by a machine that has other things to do

    def replayed(self, name):
        with sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True) as connection:
            tables = ("SELECT place, records FROM usage ORDER BY place", "SELECT count(*), sum(count) FROM exclusion", "SELECT count(*), sum(attempts) FROM block_inappropriate",
                      "SELECT count(*), sum(seen), sum(named) FROM coverage", "SELECT records FROM usage_state")
            return [connection.execute(each).fetchall() for each in tables]

    def test_a_replay_that_is_killed_and_run_again_has_the_same_totals(self):
        random.seed(17)
        self.assertExit(0, run(BIN / "edgewatch-generate", "office-morning", "--date", "2026-11-17", "--output", self.folder / "o.pcap", "--truth", self.folder / "truth.tsv",
                               "--config-dir", self.folder / "etc", "--catalogue", SOURCE / "etc/catalogue"))
        command = [BIN / "edgewatchd", "--replay", self.folder / "o.pcap", "--config", self.folder / "etc/edgewatch.toml", "--database"]
        began = time.monotonic()
        self.assertExit(0, run(*command, self.folder / "whole.db"))
        took = time.monotonic() - began
        midway = 0
        for _ in range(KILLS):
            replay = subprocess.Popen([*command, self.folder / "ledger.db"], stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, took))
            replay.send_signal(signal.SIGKILL)
            midway += replay.wait() == -signal.SIGKILL
            if (self.folder / "ledger.db").exists():
                self.sound().close()
        self.assertExit(0, run(*command, self.folder / "ledger.db"))
        print(f"{midway} of {KILLS} replays were killed before their end")
        self.assertGreater(midway, 0)
        self.assertEqual(self.replayed("ledger.db"), self.replayed("whole.db"))
        self.sound()


RULES = """
[[rule]]
id = "his-videos"
action = "block"
names = ["videos.example"]
people = ["p17"]
"""


class FullDisk(Scratch):
    def status(self):
        return self.edgewatch("ict", "status", "--format", "csv").stdout

    def wait_for(self, what, found):
        """Gives how long it took."""
        began = time.monotonic()
        while not found():
            self.assertLess(time.monotonic(), began + 60, f"{what}\n{self.status()}\n{self.daemon_log()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def lease(self, address, others=0):
        until = int(time.time()) + 36000
        crowd = "".join(f"{until} 02:00:00:00:02:{n:02x} 10.20.2.{n} * *\n" for n in range(others))
        self.write("dnsmasq.leases", f"{until} {PC} {address} desk-17 *\n{crowd}")

    def follow(self, address, others=0):
        """The device has another address; the zones, which are what enforces, come to refuse it there."""
        self.lease(address, others)
        return self.wait_for(f"the zones follow to {address}", lambda: any(address in path.read_text() for path in self.zones.iterdir() if path.is_file()))

    def test_on_a_full_disk_it_enforces_says_so_and_recovers_by_itself(self):
        disk, self.zones = self.folder / "disk", self.folder / "zones"
        disk.mkdir()
        self.zones.mkdir()
        self.assertExit(0, run("mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", disk))
        self.addCleanup(run, "umount", "-l", disk)
        config = self.configure(people="p17,Person Seventeen,planning,\n", assignments=f"mac,{PC},p17,,\n", rules=RULES)
        config.write_text(config.read_text().replace(f"{self.folder}/ledger.db", f"{disk}/ledger.db") + f'[enforcement]\nzones = "{self.zones}"\n'
                          f'[identity]\nsources = [{{ format = "dnsmasq", file = "{self.folder}/dnsmasq.leases" }}]\nspool = "{disk}/identity.csv"\n')
        self.lease("10.20.1.1")
        self.start(config)
        self.follow("10.20.1.1")
        self.wait_for("the space for a purge is kept", (disk / "ledger.db.reserve").exists)
        with open(disk / "others", "wb", buffering=0) as others, self.assertRaises(OSError):
            while True:
                others.write(bytes(4096))
        began, number, alarm = time.monotonic(), 1, None
        # As long as that is what is asked for, and in any case until it has been said.
        while alarm is None or time.monotonic() < began + (60 if KILLS >= 200 else 5):
            self.assertLess(time.monotonic(), began + 120, self.daemon_log())
            number += 1
            self.follow(f"10.20.1.{number}", others=250 if number == 2 else 0)  # more than the end of a page takes
            if alarm is None and "ALARM ledger" in self.status():
                alarm = time.monotonic() - began
        self.assertIn("disk is full", self.status())
        full = time.monotonic() - began
        self.assertExit(0, self.edgewatch("purge", "purge"))  # by the space that is kept for it
        (disk / "others").unlink()
        recovered = self.wait_for("it recovers by itself", lambda: "ALARM ledger" not in self.status())
        print(f"full for {full:.0f} s: {number - 1} changes enforced meanwhile, said after {alarm:.1f} s, recovered in {recovered:.1f} s")

        def told():
            with sqlite3.connect(f"file:{disk}/ledger.db?mode=ro", uri=True, timeout=30) as connection:
                return {address for (address,) in connection.execute("SELECT holder FROM binding WHERE layer = 0")}

        self.wait_for("nothing of it is lost", lambda: {f"10.20.1.{n}" for n in range(1, number + 1)} <= told())


if __name__ == "__main__":
    unittest.main()
