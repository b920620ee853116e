"""What becomes of the network when the gateway is gone or somebody meddles: open by default and every packet that so passed counted, closed for whom a rule says so."""
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import BIN, SOURCE, UNAVAILABLE, capabilities, hold

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import HELD, GatewayCase, hello  # noqa: E402
from namespaces import cable, sh  # noqa: E402

# Connections one after the other, until it is told to end: what became of how many.
ATTEMPTS = """
import collections, json, signal, socket, sys
seen = collections.Counter()
def end(*_):
    print(json.dumps(seen), flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    with socket.socket() as one:
        one.settimeout(0.4)
        try:
            one.bind((sys.argv[2], 0))
            one.connect(("198.51.100.10", 443))
            one.sendall(bytes.fromhex(sys.argv[1]))
            seen["served" if one.recv(100) == b"served" else "ended"] += 1
        except ConnectionResetError:
            seen["reset"] += 1
        except OSError as error:
            seen[type(error).__name__] += 1
"""

# Twenty connections, from ports of our choice. When told to they say hello, are aborted and begun again from the same ports; then what became of each.
AGAIN = """
import signal, socket, struct, sys, threading, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
said = bytes.fromhex(sys.argv[1])
def from_port(port):
    s = socket.socket()
    s.settimeout(15)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.bind(("10.20.1.17", port))
    s.connect(("198.51.100.10", 443))
    return s
ports = range(21000, 21020)
first = [from_port(port) for port in ports]
print("connected", flush=True)
signal.sigwait([signal.SIGUSR1])
for s in first:  # in two segments, of which the first is let pass while nothing is known
    s.sendall(said[:1000])
    s.sendall(said[1000:])
for s in first: s.close()
became = []
def again(port):
    try:
        with from_port(port) as s:
            s.sendall(said)
            became.append(s.recv(100).decode())
    except OSError as error: became.append(type(error).__name__)
threads = [threading.Thread(target=again, args=(port,)) for port in ports]
for t in threads: t.start()
time.sleep(1)  # each has begun
print("begun", flush=True)
for t in threads: t.join()
print(*became)
"""


class Failure(GatewayCase):
    RULES = GatewayCase.RULES + HELD

    def connect_as(self, person, name, **more):
        return self.network.connect(name, source=self.network.people[person], **more)

    def kill(self, daemon):
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()

    def test_killed_it_lets_pass_and_counts_it_but_whom_a_closed_rule_speaks_of_waits(self):
        self.network.serve(443)
        daemon = self.guard()
        self.assertEqual([self.connect_as("p17", "www.micro-blog.example"), self.connect_as("p18", "www.micro-blog.example")], ["served", "reset"])
        self.assertEqual(self.status()["clients that wait for a verdict (fail closed)"], "2")
        killed = time.time() + 1  # until then something may have been told of before
        self.kill(daemon)
        time.sleep(1)
        self.assertEqual(self.connect_as("p17", "www.photo-share.example"), "served", "open by default")
        self.assertEqual(self.connect_as("p18", "www.photo-share.example", wait=2), "timeout")
        self.assertEqual(self.connect_as("p18", "www.other.example", wait=2), "timeout")
        counted = self.network.kernel_counter("unjudged")
        self.assertGreater(counted, 0)
        daemon = self.guard()
        self.assertEqual(self.connect_as("p17", "www.photo-share.example"), "reset")
        self.assertEqual(self.connect_as("p18", "www.other.example"), "served")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            gaps = ledger.execute("SELECT from_us, to_us, queued, passed FROM gateway_gap").fetchall()
        self.assertEqual(sum(passed for *_, passed in gaps), counted)
        self.assertEqual([gap for gap in gaps if not gap[0] / 1e6 <= killed <= gap[1] / 1e6], [])
        self.assertEqual(self.connect_as("p18", "www.photo-share.example"), "served", "an orderly stop ends it for everybody")

    def test_what_waited_for_connections_that_are_over_disturbs_none_that_begins_from_their_ports(self):
        self.network.serve(443)
        daemon = self.guard()
        client = self.network.start(self.network.client, sys.executable, "-c", AGAIN, hello("www.other.example").hex(), stdout=subprocess.PIPE, text=True)
        self.assertEqual(client.stdout.readline(), "connected\n")
        self.wait_for(lambda: self.waiting() == 0)  # else the servers do not know yet that they are
        hold(daemon)
        client.send_signal(signal.SIGUSR1)
        self.assertEqual(client.stdout.readline(), "begun\n")
        daemon.send_signal(signal.SIGCONT)
        self.assertEqual(client.stdout.read().split(), ["served"] * 20)
        # What they had said: a server would answer it with a reset, which the connection tracker could take for one of the connection that is there now.
        self.wait_for(lambda: int(self.status()["packets dropped as invalid"]) >= 20)

    def waiting(self):
        """Packets that wait for a verdict in all queues (the third column of what the kernel tells of each)."""
        told = self.network.run(self.network.gateway, "cat", "/proc/net/netfilter/nfnetlink_queue").stdout
        return sum(int(line.split()[2]) for line in told.splitlines())

    def test_rules_that_somebody_removes_are_put_back(self):
        self.meddled = True
        self.network.serve(443)
        self.guard()
        for meddling in (["delete", "table", "inet", "edgewatch"], ["flush", "chain", "inet", "edgewatch", "classify"]):
            self.network.run(self.network.gateway, "nft", *meddling)
            self.wait_for(lambda: self.connect_as("p17", "www.photo-share.example") == "reset")
            self.assertEqual(self.connect_as("p18", "www.micro-blog.example"), "reset")
        self.assertEqual(self.status()["times our rules had to be put back"], "2")

    def test_whatever_is_changed_in_our_table_is_put_back_and_what_passed_meanwhile_is_a_gap(self):
        self.meddled = True
        self.network.serve(443)
        daemon = self.guard()
        before = self.gaps()
        for number, meddling in enumerate((["flush", "ruleset"], ["flush", "set", "inet", "edgewatch", "inside4"], ["flush", "set", "inet", "edgewatch", "closed4"],
                                           ["insert", "rule", "inet", "edgewatch", "classify", "accept"], ["delete", "chain", "inet", "edgewatch", "classify"],
                                           ["add table inet edgewatch { flags dormant; }"], ["add chain inet edgewatch act { policy drop; }"],
                                           ["add chain inet edgewatch theirs { type filter hook forward priority -200; policy drop; }"],
                                           ["flush chain inet edgewatch own; delete chain inet edgewatch own; add chain inet edgewatch own { type filter hook output priority -1; }"])):
            self.network.run(self.network.gateway, "nft", *meddling)
            self.wait_for(lambda: self.status()["times our rules had to be put back"] == str(number + 1))
            self.assertEqual([self.connect_as("p17", "www.photo-share.example"), self.connect_as("p18", "www.micro-blog.example")], ["reset", "reset"], meddling)
            self.assertIn("10.20.1.18", self.network.run(self.network.gateway, "nft", "list", "set", "inet", "edgewatch", "closed4").stdout, meddling)
        self.assertIn("what passed was not counted", "".join(self.status_lines()))
        self.network.run(self.network.gateway, "nft", "add", "table", "inet", "somebodys")
        time.sleep(1.5)
        self.assertEqual(self.status()["times our rules had to be put back"], "9", "others may have rules of their own")
        self.end(daemon)
        self.assertEqual(sum(passed == 0 for passed in self.gaps()) - sum(passed == 0 for passed in before), 9)

    def gaps(self):
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            return [passed for (passed,) in ledger.execute("SELECT passed FROM gateway_gap")]

    def status_lines(self):
        return self.edgewatch("ict", "status").stdout.splitlines()

    def known_by_lease(self):
        """p18 is known by a device and its lease alone, and behind a router that says nothing of devices."""
        router = json.loads(self.network.run(self.network.client, "ip", "-j", "link", "show", "eth0").stdout)[0]["address"]
        self.write("etc/assignments.csv", "kind,value,person,from,to\nmac,02:00:5e:10:00:18,p18,,\n")
        leases = self.write("leases", f"{int(time.time()) + 86400} 02:00:5e:10:00:18 {self.network.people['p18']} pc18 *\n")
        leases.chmod(0o644)
        self.configuration.write_text(self.configuration.read_text() + f'[identity]\nrouters = ["{router}"]\nsources = [{{ format = "dnsmasq", file = "{leases}" }}]\n')

    def test_whom_a_lease_alone_tells_waits_through_a_kill_and_what_comes_after_it(self):
        self.known_by_lease()
        self.network.serve(443)
        daemon = self.guard()
        self.wait_for(lambda: self.status()["clients that wait for a verdict (fail closed)"] == "1")
        for _ in range(3):
            attempts = self.network.start(self.network.client, sys.executable, "-c", ATTEMPTS, hello("www.micro-blog.example").hex(), self.network.people["p18"], stdout=subprocess.PIPE, text=True)
            self.assertEqual(attempts.stdout.readline(), "ready\n")
            self.kill(daemon)
            daemon = self.guard()
            time.sleep(2)
            attempts.terminate()
            seen = json.loads(attempts.communicate()[0])
            self.assertEqual(seen.get("served", 0), 0, seen)
            self.assertGreater(seen.get("reset", 0), 0, seen)
        self.assertEqual(self.connect_as("p18", "www.other.example"), "served")

    def test_whom_a_device_alone_tells_waits(self):
        device = "02:00:5e:10:00:17"
        self.write("etc/assignments.csv", f"kind,value,person,from,to\nmac,{device},p18,,\n")
        self.network.run(self.network.client, "ip", "link", "set", "eth0", "address", device)
        self.network.serve(443)
        daemon = self.guard()
        nowhere = "people of such rules without a known address now"
        self.wait_for(lambda: self.status()[nowhere] == "1")
        self.assertEqual([self.network.connect("www.micro-blog.example"), self.network.connect("www.other.example")], ["reset", "served"])
        self.wait_for(lambda: self.status()["clients that wait for a verdict (fail closed)"] != "0")
        self.assertEqual(self.status()[nowhere], "0")
        self.kill(daemon)
        self.assertEqual(self.network.connect("www.micro-blog.example", wait=2), "timeout")

    def test_what_a_killed_gateway_left_goes_where_none_is_to_come_back(self):
        self.network.serve(443)
        self.kill(self.guard())
        self.assertEqual(self.connect_as("p18", "www.other.example", wait=2), "timeout")
        self.change('mode = "gateway"', 'mode = "observe"')
        self.guard()
        self.wait_for(lambda: self.connect_as("p18", "www.other.example", wait=2) == "served")
        self.assertNotIn("edgewatch", self.network.run(self.network.gateway, "nft", "list", "tables").stdout)

    def test_threads_keep_the_capability_that_they_need_and_nothing_runs_as_root(self):
        daemon = self.guard()
        net_admin = 1 << 12
        # The two of the gateway; all that read what strangers wrote, and the control threads: nothing. (A thread that has not run yet still has what its maker had.)
        self.wait_for(lambda: sorted(c for c in capabilities(daemon) if c) == [net_admin, net_admin])
        threads = list(pathlib.Path(f"/proc/{daemon.pid}/task").iterdir())
        self.assertGreater(len(threads), 4)
        for thread in threads:
            users = next(line for line in (thread / "status").read_text().splitlines() if line.startswith("Uid:")).split()[1:]
            self.assertNotIn("0", users)
        limits = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_where_it_has_to_be_started_anew_what_it_refuses_stays_refused(self):
        """An interface that several threads watched came back, and nobody has the right any more to open it."""
        plug = lambda: cable(self.network.server, "far", self.network.gateway, "seen")
        be = lambda state: [sh("ip", "-n", where, "link", "set", name, state) for where, name in ((self.network.server, "far"), (self.network.gateway, "seen"))]
        plug()
        be("up")
        zones = self.folder / "zones"
        zones.mkdir()
        zones.chmod(0o777)
        self.change('mode = "gateway"\n', f'mode = "gateway"\nzones = "{zones}"\nzones_reload = ["/bin/sleep", "3"]\n')  # a resolver that takes its time at the end too
        self.change(f'interfaces = ["{self.network.watched}"]', f'interfaces = ["{self.network.watched}", "seen"]\nthreads = 2')
        self.network.serve(443)
        daemon = self.guard()
        self.assertEqual([self.connect_as("p18", name) for name in ("www.micro-blog.example", "www.other.example")], ["reset", "served"])
        sh("ip", "-n", self.network.gateway, "link", "del", "seen")
        plug()
        be("up")
        while daemon.poll() is None:
            self.assertEqual(self.connect_as("p17", "www.other.example"), "served", "nobody waits while it ends")
        self.assertEqual(daemon.wait(), 69, self.daemon_log())
        self.assertRegex(self.daemon_log(), "seen was taken away and is there again.*nft delete table inet edgewatch")
        be("down")
        done = self.network.run(self.network.gateway, self.BIN / "edgewatchd", "--config", self.configuration)
        self.assertExit(69, done)
        self.assertIn("seen: cannot be watched: it is down", done.stderr)
        be("up")
        self.assertEqual([self.connect_as("p18", "www.micro-blog.example", wait=2), self.connect_as("p17", "www.other.example")], ["timeout", "served"])
        self.guard()
        self.wait_for(lambda: self.connect_as("p18", "www.micro-blog.example", wait=2) == "reset")

    def test_a_start_that_fails_leaves_what_it_found(self):
        self.network.serve(443)
        self.kill(self.guard())
        self.write("etc/radius.secret", "a secret of the laboratory\n").chmod(0o600)
        self.configuration.write_text(self.configuration.read_text() + '[identity]\nradius_clients = [{ address = "127.0.0.1", secret_file = "radius.secret" }]\nradius_listen = "127.0.0.1:1813"\n')
        other = self.network.start(self.network.gateway, sys.executable, "-c", "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 1813)); print('ready', flush=True); s.recv(1)",
                                   stdout=subprocess.PIPE, text=True)
        self.assertEqual(other.stdout.readline(), "ready\n")
        for found in (True, False):
            done = self.network.run(self.network.gateway, self.BIN / "edgewatchd", "--config", self.configuration)
            self.assertExit(UNAVAILABLE, done)
            self.assertIn("1813", done.stderr)
            self.assertEqual(self.network.rules() != "", found)
            if found:
                self.assertEqual(self.connect_as("p18", "www.other.example", wait=2), "timeout")
                sh("ip", "netns", "exec", self.network.gateway, "nft", "delete", "table", "inet", "edgewatch")

    def test_two_gateways_on_one_machine_do_not_fight(self):
        self.guard()
        main = self.configuration.read_text().replace("ledger.db", "other.db").replace(str(self.sockets), str(self.folder / "s2"))
        second = self.write("etc/second.toml", main)
        done = self.network.run(self.network.gateway, self.BIN / "edgewatchd", "--config", second)
        self.assertExit(69, done)
        self.assertIn("queue 610 cannot be had", done.stderr)


class AfterMany(GatewayCase):
    RULES = GatewayCase.RULES + 'networks = ["10.20.1.0/24"]\nfail = "closed"\n'

    def test_a_kill_with_thousands_of_settled_connections_is_followed_by_a_start(self):
        """Each of them is to say anew who it is for: the tracker is asked about every one."""
        self.network.start(self.network.server, BIN / "edgewatch-generate", "serve", "--port", 443)
        daemon = self.guard()
        load = self.network.run(self.network.client, BIN / "edgewatch-generate", "load", "--server", self.network.address, "--count", 3000, "--parallel", 20, timeout=300)
        self.assertExit(0, load)
        self.assertIn("others served 3000", load.stdout)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        daemon = self.guard()
        self.assertEqual(self.network.connect("www.photo-share.example"), "reset")
        self.assertEqual(self.network.connect("www.micro-blog.example"), "served")
        self.assertEqual([row for row in json.loads(self.edgewatch("ict", "status", "--format", "json").stdout) if row["what"].startswith("ALARM gateway")], [])


if __name__ == "__main__":
    unittest.main()
