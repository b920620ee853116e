"""The council's resolver in a place of its own beside the machine that sees the clients: it refuses by the zones that edgewatchd keeps, by who asks, whether packets are refused too or only looked at."""
import json
import re
import subprocess
import sys
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_networks_test import LISTED, OTHER, Networks  # noqa: E402
from namespaces import cable, sh, unconfined  # noqa: E402

RESOLVER, UPSTREAM = "10.20.3.53", "198.51.100.11"


class Beside(Networks):
    def setUp(self):
        super().setUp()
        network = self.network
        self.resolver = self.namespace("r")
        cable(self.resolver, "eth0", network.gateway, "toresolver")
        self.put(network.gateway, "toresolver", "10.20.3.1/24")
        self.put(self.resolver, "eth0", f"{RESOLVER}/24", routes=("10.20.3.1",))
        # No checksums that a device would still have to fill in: what they say is taken as it is on a wire.
        for where in (network.client, self.resolver, network.server):
            sh("ip", "netns", "exec", where, "ethtool", "-K", "eth0", "tx", "off")
        network.serve(443)
        network.start(network.server, "dnsmasq", "--keep-in-foreground", "--user=root", "--pid-file", "--no-resolv", "--no-hosts", "--bind-interfaces",
                      f"--listen-address={UPSTREAM}", f"--address=/#/{network.address}", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        zones = self.folder / "zones"
        zones.mkdir()
        # As its unit would: a user of its own, whom edgewatchd may ask to read its zones anew.
        conf = self.write("unbound.conf", f"""
server:
  interface: {RESOLVER}
  interface: {RESOLVER}@5353
  module-config: "respip iterator"
  do-daemonize: no
  username: "nobody"
  chroot: ""
  directory: "{self.folder}"
  pidfile: ""
  use-syslog: no
  access-control: 10.20.0.0/16 allow
remote-control:
  control-enable: yes
  control-interface: "{self.folder}/unbound.sock"
  control-use-cert: no
forward-zone:
  name: "."
  forward-addr: {UPSTREAM}
include: "{zones}/unbound.conf"
""")
        self.events = self.folder / "blocks.jsonl"
        self.configuration.write_text(self.configuration.read_text() + f'events_file = "{self.events}"\nzones = "{zones}"\n'
                                      f'zones_reload = ["/usr/sbin/unbound-control", "-c", "{conf}", "reload_keep_cache"]\n')
        self.conf, self.made = conf, zones / "unbound.conf"

    def begin(self):
        daemon = self.guard()
        self.wait_for(self.made.exists, seconds=60)
        self.network.start(self.resolver, *unconfined("unbound", "-d", "-c", self.conf), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return daemon

    def answered(self, name, port):
        """By the resolver, to each of the two. A gateway itself answers on the port of questions, and reads none on another."""
        out = {}
        for person, address in self.network.people.items():
            said = self.network.run(self.network.client, "dig", "-b", address, "-p", str(port), f"@{RESOLVER}", "+tries=1", "+time=2", "+noall", "+comments", name).stdout
            out[person] = (re.findall("status: ([A-Z]+)", said) or ["nothing"])[0]
        return out

    def assertAnswered(self, name, p17, p18):
        expected = {"p17": p17, "p18": p18}
        for port in (5353, 53):
            self.wait_for(lambda port=port: self.answered(name, port) == expected, seconds=60)

    def withdraw(self, *arguments):
        self.assertExit(0, self.edgewatch("ict", "withdraw", *arguments, "--approved-by", "Head of HR"))

    def one_is_refused_by_the_resolver_and_the_colleague_is_not(self):
        self.assertAnswered(LISTED, "NXDOMAIN", "NXDOMAIN")
        self.assertAnswered(OTHER, "NOERROR", "NOERROR")
        self.withdraw("add", "--person", "p17", "--services", "micro-blog", "--case", "HR-2026-014")
        self.assertAnswered(OTHER, "NXDOMAIN", "NOERROR")
        self.withdraw("lift", "1")
        self.assertAnswered(OTHER, "NOERROR", "NOERROR")

    def told(self):
        return {(e["event"], e["rule"], e["mechanism"]) for e in map(json.loads, self.events.read_text().splitlines())}

    def test_where_packets_are_only_looked_at_the_resolver_refuses_and_what_would_have_been_refused_is_said(self):
        self.change('mode = "gateway"', 'mode = "observe"')
        daemon = self.begin()
        self.one_is_refused_by_the_resolver_and_the_colleague_is_not()
        # Whoever knows the address needs no resolver: nothing holds him back here, and ICT is told.
        self.assertEqual(self.network.connect(LISTED), "served")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.told(), {("block", "no-photos", "resolver"), ("would_block", "no-photos", "observed")})

    def test_where_packets_are_refused_too_both_say_the_same(self):
        daemon = self.begin()
        self.one_is_refused_by_the_resolver_and_the_colleague_is_not()
        self.assertEqual(self.network.connect(LISTED), "reset")
        self.assertEqual(self.network.connect(OTHER), "served")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual({event for event, *_ in self.told()}, {"block"})


if __name__ == "__main__":
    unittest.main()
