"""The systemd units: what `systemd-analyze security` says of them, and the real programs under their system call filters."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest

from harness import BIN, SOURCE, UNAVAILABLE, Scratch, as_unit, fake_clock, run, unit


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class Units(Scratch):
    def exposure(self, name, *drop_ins):
        """Of 10, where 10 is a unit without any protection."""
        main, *others = unit(name, *drop_ins)
        folder = self.folder / "units"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / f"{main.name}.d").mkdir(parents=True)
        shutil.copy(main, folder)
        for drop_in in others:
            shutil.copy(drop_in, folder / f"{main.name}.d")
        done = run("systemd-analyze", "security", "--no-pager", "--offline=true", folder / main.name)
        return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])

    def test_they_give_away_little_of_the_machine(self):
        # ENFORCEMENT S1.
        self.assertLessEqual(self.exposure("edgewatchd"), 1.5)
        self.assertLessEqual(self.exposure("edgewatchd", "gateway.conf"), 2.0)
        self.assertLessEqual(self.exposure("edgewatch-purge"), 0.6)
        # A mirror needs nothing more; who listens on the network has sockets of it.
        self.assertLessEqual(self.exposure("edgewatchd", "mirror.conf"), 1.5)
        self.assertLessEqual(self.exposure("edgewatchd", "network.conf"), 1.7)
        self.assertLessEqual(self.exposure("edgewatchd", "gateway.conf", "network.conf"), 2.0)
        self.assertLessEqual(self.exposure("edgewatch-lists"), 1.5)

    def test_none_leaves_a_core_dump_and_none_runs_as_root(self):
        for file in pathlib.Path(SOURCE / "systemd").glob("*.service"):
            text = file.read_text()
            self.assertIn("User=edgewatch\n", text, file.name)
            self.assertIn("LimitCORE=0\n", text, f"{file.name}: memory holds names")

    def test_a_timer_says_when_catches_up_and_has_its_unit(self):
        timers = sorted((SOURCE / "systemd").glob("*.timer"))
        self.assertEqual([timer.stem for timer in timers], ["edgewatch-lists", "edgewatch-purge"])
        for timer in timers:
            text = timer.read_text()
            done = run("systemd-analyze", "calendar", re.search(r"^OnCalendar=(.+)$", text, re.MULTILINE)[1])
            self.assertExit(0, done)
            self.assertIn("Next elapse", done.stdout)
            self.assertIn("Persistent=true\n", text, timer.name)
            self.assertTrue(timer.with_suffix(".service").is_file(), timer.name)


BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth><servicedir>{folder}/services</servicedir>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow send_type="*"/><allow receive_type="*"/></policy></busconfig>
"""


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class UnderTheFilter(Scratch):
    """The filter is made by as_unit.py and enforced by the kernel; user, groups and capabilities are those of the unit."""

    def watch(self, configuration, *drop_ins, environment=None):
        """The daemon, in a network of its own."""
        (self.sockets / "purge.sock").unlink(missing_ok=True)
        self.own()
        alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        return self.start(configuration, prefix=[*alone, *as_unit("edgewatchd", *drop_ins, environment=environment)])

    def purge(self):
        return run(*as_unit("edgewatch-purge"), self.command_file, "purge", "--socket", self.sockets / "purge.sock", cwd="/")

    def status(self):
        done = self.edgewatch("ict", "status", "--format", "json")
        self.assertExit(0, done)
        return [(row["what"].strip(), row["value"]) for row in json.loads(done.stdout)]

    def wait_for(self, condition):
        deadline = time.monotonic() + 60
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"waited in vain:\n{self.daemon_log() if (self.folder / 'daemon.log').exists() else ''}")
            time.sleep(0.05)

    def system_bus(self, clock):
        """A D-Bus of the test's own with the real timedated, which sees a clock that is kept right (`synchronised`) or not (`alone`); gives the address."""
        folder = self.folder / f"bus-{clock}"
        (folder / "services").mkdir(parents=True)
        address = f"unix:path={folder}/bus"
        (folder / "bus.conf").write_text(BUS.format(folder=folder))
        (folder / "services/org.freedesktop.timedate1.service").write_text(f"[D-BUS Service]\nName=org.freedesktop.timedate1\nExec={folder}/timedated\n")
        program = folder / "timedated"
        program.write_text(f"#!/bin/sh\nexport DBUS_SYSTEM_BUS_ADDRESS={address} EWTEST_CLOCK={clock} LD_PRELOAD={BIN}/ewtest-synchronised.so\nexec /lib/systemd/systemd-timedated\n")
        program.chmod(0o755)
        bus = subprocess.Popen(["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile"], stderr=subprocess.DEVNULL)
        self.addCleanup(bus.wait)
        self.addCleanup(bus.terminate)
        self.wait_for((folder / "bus").exists)
        (folder / "bus").chmod(0o777)
        return address

    def test_the_daemon_captures_answers_and_purges(self):
        configuration = self.configure(interfaces=["lo"], inside='"127.0.0.0/8"')
        daemon = self.watch(configuration)
        send = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x' * 40, ('127.0.0.1', 9))"
        self.assertExit(0, run("nsenter", f"--net=/proc/{daemon.pid}/ns/net", sys.executable, "-c", send))
        self.wait_for(lambda: any(what == "frames seen" and int(value) > 0 for what, value in self.status()))
        self.assertEqual([row for row in self.status() if row[0].startswith("ALARM")], [])
        for role in ("hr", "auditor"):  # the sockets are the roles'
            self.assertEqual((self.sockets / f"{role}.sock").stat().st_mode & 0o777, 0o660)
        self.assertExit(0, self.edgewatch("hr", "case", "list"))
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))
        self.assertExit(0, self.purge())
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

    def test_it_asks_timedated_whether_the_clock_is_kept_right(self):
        configuration = self.configure()

        def alarms_on(day, bus):
            time_of_day = fake_clock(f"@{day} 12:00:00")
            # The filter itself is to say no to adjtimex.
            time_of_day["LD_PRELOAD"] = " ".join(word for word in time_of_day["LD_PRELOAD"].split() if "ewtest-" not in word)
            daemon = self.watch(configuration, environment={**time_of_day, "DBUS_SYSTEM_BUS_ADDRESS": bus})
            alarms = [what for what, _ in self.status() if what.startswith("ALARM")]
            self.assertEqual(self.end(daemon), 0, self.daemon_log())
            return alarms

        right, alone, nobody = self.system_bus("synchronised"), self.system_bus("alone"), f"unix:path={self.folder}/no-bus"
        self.assertEqual(alarms_on("2026-11-18", right), [])
        for bus in (alone, nobody):  # a leap of a year that nobody vouches for
            self.assertIn("ALARM clock", alarms_on("2027-12-25", bus))
        self.assertEqual(alarms_on("2027-12-25", right), [])

    def test_with_its_drop_in_a_gateway_puts_its_rules_in_place(self):
        configuration = self.configure(interfaces=["lo"], rules='[[rule]]\nid = "no-cards"\naction = "block"\nnames = ["cards.example"]\n')
        configuration.write_text(configuration.read_text() + '[enforcement]\nmode = "gateway"\n')
        daemon = self.watch(configuration, "gateway.conf")
        here = ["nsenter", f"--net=/proc/{daemon.pid}/ns/net"]
        self.wait_for(lambda: "queue" in run(*here, "nft", "list", "table", "inet", "edgewatch").stdout.lower())
        self.assertIn(("packets queued", "0"), self.status())
        self.assertEqual([row for row in self.status() if row[0].startswith("ALARM")], [])
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

    def test_only_where_its_unit_says_so_it_listens_on_the_network(self):
        configuration = self.configure(interfaces=["lo"])
        configuration.write_text(configuration.read_text() + '[identity]\nsyslog_listeners = [{ transport = "udp", listen = "127.0.0.1:514" }]\n'
                                 'syslog_senders = [{ from = "127.0.0.1", role = "dc" }]\n')
        self.own()
        refused = run("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *as_unit("edgewatchd"), BIN / "edgewatchd", "--config", configuration)
        self.assertExit(UNAVAILABLE, refused)
        self.assertIn("network.conf", refused.stderr)
        self.assertEqual(self.end(self.watch(configuration, "network.conf")), 0, self.daemon_log())


if __name__ == "__main__":
    unittest.main()
