"""dnsmasq, Kea and ISC dhcpd with a real client: leases granted, renewed and given back are told as they happen."""
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from identity_lab import Sources  # noqa: E402
from namespaces import sh, unconfined  # noqa: E402


class LeaseFiles(Sources):
    """The server's namespace serves DHCP; the client asks with ISC's dhclient."""

    server = "10.20.0.1"

    def setUp(self):
        super().setUp()
        sh("ip", "-n", self.network.server, "addr", "flush", "dev", "eth0")
        sh("ip", "-n", self.network.server, "addr", "add", f"{self.server}/16", "dev", "eth0")
        sh("ip", "-n", self.network.client, "addr", "flush", "dev", "eth0")
        # Takes the address and leaves the machine's resolver alone.
        self.script = self.write("dhclient-script", '#!/bin/sh\ncase "$reason" in BOUND|RENEW|REBIND|REBOOT) ip -4 addr replace "$new_ip_address/16" dev "$interface";;\n'
                                                    'RELEASE|EXPIRE) ip -4 addr flush dev "$interface";; esac\nexit 0\n')
        self.script.chmod(0o755)
        self.state = self.folder / "dhcp"
        self.state.mkdir()
        self.state.chmod(0o777)

    def dhclient(self, *arguments):
        done = self.network.run(self.network.client, *unconfined("dhclient"), "-4", *arguments, "-cf", "/dev/null", "-sf", self.script, "-lf", self.folder / "dhclient.leases",
                                "-pf", self.folder / "dhclient.pid", "eth0")
        self.assertEqual(done.returncode, 0, done.stderr)

    def lease_renew_release(self, source):
        """A lease is obtained, renewed and given back, and each is told."""
        daemon = self.watch(source)
        self.dhclient("-1", "-nw")
        granted = self.wait_for("granted", kind="lease", mac=self.network.client_mac)[0]
        self.assertEqual(granted["source"], "dhcp")
        self.assertNotEqual(granted["valid_to"], "")
        time.sleep(1.2)
        self.dhclient("-x")
        self.dhclient("-1", "-nw")  # asks for what it had (INIT-REBOOT)
        renewed = self.wait_for("renewed", count=2, kind="lease", mac=self.network.client_mac, address=granted["address"])
        self.assertGreater(renewed[1]["valid_to"], renewed[0]["valid_to"])
        # A restart knows it still.
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        daemon = self.restart()
        self.assertEqual(self.rows()[-1]["address"], granted["address"])
        self.dhclient("-r")
        self.wait_for("released", kind="release", mac=self.network.client_mac, address=granted["address"])
        text = self.wait_for_status("identity ")
        self.assertNotIn(self.network.client_mac, text)
        self.assertEqual(stat.S_IMODE(self.spool_file.stat().st_mode), 0o600)
        return daemon

    def test_dnsmasq(self):
        leases = self.state / "dnsmasq.leases"
        self.network.start(self.network.server, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=eth0", "--bind-interfaces",
                           "--dhcp-range=10.20.5.10,10.20.5.20,255.255.0.0,1h", f"--dhcp-leasefile={leases}", "--log-facility=-",
                           "--user=root", "--pid-file", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.lease_renew_release(f'sources = [{{ format = "dnsmasq", file = "{leases}" }}]\n')

    def test_isc_dhcpd(self):
        for db_time in ("default", "local"):
            with self.subTest(db_time=db_time):
                leases = self.state / f"dhcpd.{db_time}.leases"
                leases.touch()
                config = self.write(f"dhcpd.{db_time}.conf", f"db-time-format {db_time};\nauthoritative;\ndefault-lease-time 3600;\nmax-lease-time 3600;\ndhcp-cache-threshold 0;\n"
                                                             "subnet 10.20.0.0 netmask 255.255.0.0 { range 10.20.5.10 10.20.5.20; }\n")
                server = self.network.start(self.network.server, *unconfined("dhcpd"), "-4", "-f", "-cf", config, "-lf", leases, "-pf", self.folder / "dhcpd.pid", "--no-pid", "eth0",
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                daemon = self.lease_renew_release(f'sources = [{{ format = "isc", file = "{leases}" }}]\n')
                self.assertEqual(self.end(daemon), 0)
                self.spool_file.unlink()
                server.terminate()
                server.wait()
                (self.folder / "dhclient.leases").unlink(missing_ok=True)

    def test_kea_and_its_clean_up(self):
        leases = self.state / "kea.csv"
        config = self.write("kea.json", json.dumps({"Dhcp4": {
            "interfaces-config": {"interfaces": ["eth0"], "dhcp-socket-type": "raw"},
            "lease-database": {"type": "memfile", "persist": True, "name": str(leases), "lfc-interval": 3},
            "valid-lifetime": 3600, "renew-timer": 2, "rebind-timer": 3000, "calculate-tee-times": False,
            "subnet4": [{"id": 1, "subnet": "10.20.0.0/16", "pools": [{"pool": "10.20.5.10 - 10.20.5.20"}]}],
            "loggers": [{"name": "kea-dhcp4", "output_options": [{"output": str(self.folder / "kea.log")}], "severity": "INFO"}]}}))
        environment = {**os.environ, "KEA_PIDFILE_DIR": str(self.state), "KEA_LOCKFILE_DIR": str(self.state)}
        self.network.start(self.network.server, *unconfined("kea-dhcp4"), "-c", config, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.lease_renew_release(f'sources = [{{ format = "kea", file = "{leases}" }}]\n')
        before = len(self.rows())
        deadline = time.monotonic() + 30
        while not pathlib.Path(f"{leases}.2").exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertTrue(pathlib.Path(f"{leases}.2").exists(), "kea-lfc ran")
        time.sleep(2)
        self.assertEqual(len(self.rows()), before, "clean-up changes nobody's lease")

    def test_a_reload_stands_in_the_recorded_events(self):
        events = self.folder / "events.tsv"
        daemon = self.start(self.configure(interfaces=[self.network.watched]), prefix=["ip", "netns", "exec", self.network.middle], options=["--record-events", events])
        daemon.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while len(events.read_text().splitlines()) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        header, row = events.read_text().splitlines()
        self.assertEqual(header, "utc_time\tkind\tvalue")
        self.assertRegex(row, r"^\d{4}-\d\d-\d\dT[0-9:.]+Z\treload\t0$")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

    def test_a_file_that_cannot_be_read_is_said(self):
        missing = self.state / "none.leases"
        self.watch(f'sources = [{{ format = "dnsmasq", file = "{missing}" }}]\n')
        self.wait_for_status("ALARM identity dnsmasq", "cannot be read")
        missing.write_text("")
        deadline = time.monotonic() + 30
        while "ALARM identity" in self.status() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertNotIn("ALARM identity", self.status())


if __name__ == "__main__":
    unittest.main()
