"""Gateways with more than one network of clients: a rule for one of them holds there and nowhere else, whoever is asked; and a server behind the very interface that its clients are behind is no way round."""
import copy
import signal
import subprocess
import sys
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import DATAGRAM_SERVER, SERVER, GatewayCase  # noqa: E402
from namespaces import cable, sh, until_ipv6  # noqa: E402

# Linux takes the first redirect for news of a neighbour, and goes that way from the second on.
TALK = """
import socket, sys, time
for _ in range(6):
    for to in sys.argv[1:]:
        socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM).sendto(b"well?", (to, 9))
    time.sleep(0.2)
"""
LISTED, OTHER = "www.photo-share.example", "www.micro-blog.example"


class Networks(GatewayCase):
    def became(self, network, *more):
        """Of both names, over TCP, over QUIC and as questions, for whoever asks there: whether they went through."""
        out = []
        for name in (LISTED, OTHER):
            for address in more or (network.address, network.address6):
                out.append((name, network.connect(name, address=address) == "served"))
                out.append((name, network.quic(name, address) != "answered 0 bytes"))
                out.append((name, network.question(name, address) == "answered"))
        return {name: {went for each, went in out if each == name} for name in (LISTED, OTHER)}

    def serve_in(self, namespace, script, *arguments):
        server = self.network.start(namespace, sys.executable, "-c", script, *arguments, stdout=subprocess.PIPE, text=True)
        self.assertEqual(server.stdout.readline(), "ready\n")

    def namespace(self, letter):
        name = self.network.client[:-1] + letter
        self.network.names += (name,)
        sh("ip", "netns", "add", name)
        sh("ip", "-n", name, "link", "set", "lo", "up")
        return name

    def put(self, where, device, *addresses, routes=()):
        for address in addresses:
            sh("ip", "-n", where, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
        sh("ip", "-n", where, "link", "set", device, "up")
        for route in routes:
            sh("ip", "-n", where, *(["-6"] if ":" in route else []), "route", "replace", "default", "via", route)


class TwoNetworks(Networks):
    RULES = '[[rule]]\nid = "no-photos"\naction = "block"\nservices = ["photo-share"]\nnetworks = ["10.20.2.0/24", "2001:db8:20:2::/64"]\n'

    def setUp(self):
        super().setUp()
        second = self.namespace("t")
        cable(second, "eth0", self.network.gateway, "tosecond")
        self.put(self.network.gateway, "tosecond", "10.20.2.1/24", "2001:db8:20:2::1/64")
        self.put(second, "eth0", "10.20.2.19/24", "2001:db8:20:2::19/64", routes=("10.20.2.1", "2001:db8:20:2::1"))
        until_ipv6(second, self.network.gateway)
        self.second = copy.copy(self.network)
        self.second.client = second
        self.change('interfaces = ["toclients"]', 'interfaces = ["toclients", "tosecond"]')

    def test_a_rule_for_one_network_holds_there_and_nowhere_else_and_moves_with_a_change(self):
        self.network.serve(443)
        self.network.serve_datagrams({443: 2, 53: 1})
        daemon = self.guard()
        self.assertEqual(self.became(self.network), {LISTED: {True}, OTHER: {True}})
        self.assertEqual(self.became(self.second), {LISTED: {False}, OTHER: {True}})
        self.write("etc/rules.toml", self.RULES.replace(".2.0/24", ".1.0/24").replace("20:2::", "20:1::"))
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.network.connect(LISTED) == "reset")
        self.assertEqual(self.became(self.network), {LISTED: {False}, OTHER: {True}})
        self.assertEqual(self.became(self.second), {LISTED: {True}, OTHER: {True}})
        self.assertEqual(self.status()["packets passed without a verdict"], "0")

    def test_a_server_in_the_other_network_is_asked_under_the_rules_of_whoever_asks(self):
        self.serve_in(self.network.client, SERVER, "443")
        self.serve_in(self.second.client, SERVER, "443")
        self.guard()
        for asks, address, comes in ((self.network, "10.20.2.19", "served"), (self.second, "10.20.1.17", "reset"), (self.network, "2001:db8:20:2::19", "served"),
                                     (self.second, "2001:db8:20:1::17", "reset")):
            self.assertEqual(asks.connect(LISTED, address=address), comes, address)
            self.assertEqual(asks.connect(OTHER, address=address), "served", address)


class Hairpin(Networks):
    """192.0.2.10 is on the clients' own cable, and they know of no way to it but through the gateway."""

    near, near6 = "192.0.2.10", "2001:db8:fff0::10"

    def setUp(self):
        super().setUp()
        network = self.network
        beside = self.namespace("b")
        sh("ip", "-n", network.client, "link", "add", "lan", "type", "bridge")
        cable(beside, "eth0", network.client, "tobeside")
        for device in ("eth0", "tobeside"):
            sh("ip", "-n", network.client, "addr", "flush", "dev", device)
            sh("ip", "-n", network.client, "link", "set", device, "master", "lan", "up")
        self.put(network.client, "lan", *(f"{a}/24" for a in network.people.values()), *(f"{a}/64" for a in network.people6.values()), routes=("10.20.1.1", "2001:db8:20:1::1"))
        self.put(network.gateway, network.watched, "192.0.2.1/24", "2001:db8:fff0::1/64")
        self.put(beside, "eth0", f"{self.near}/24", f"{self.near6}/64", routes=("192.0.2.1", "2001:db8:fff0::1"))
        until_ipv6(beside, network.client)
        self.serve_in(beside, SERVER, "443")
        self.serve_in(beside, DATAGRAM_SERVER.replace(network.address, self.near).replace(network.address6, self.near6), "443:2", "53:1")

    def test_what_comes_back_by_the_interface_it_went_out_by_is_judged_as_all_else(self):
        daemon = self.guard()
        self.assertEqual(self.became(self.network, self.near, self.near6), {LISTED: {False}, OTHER: {True}})
        self.write("etc/rules.toml", self.RULES.replace("photo-share", "micro-blog"))
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.network.connect(OTHER, address=self.near) == "reset")
        self.assertEqual(self.became(self.network, self.near, self.near6), {LISTED: {True}, OTHER: {False}})
        self.assertEqual(self.status()["packets passed without a verdict"], "0")
        # The kernel would have told them of the shorter way, and the server too: then what it answers passes elsewhere, and what they say next is of no connection that the kernel knows.
        beside, clients = self.network.names[-1], ("10.20.1.17", "2001:db8:20:1::17")
        self.network.run(beside, sys.executable, "-c", TALK, *clients)
        for where, address, router in ((self.network.client, self.near, "10.20.1.1"), (self.network.client, self.near6, "2001:db8:20:1::1"), (beside, clients[0], "192.0.2.1"),
                                       (beside, clients[1], "2001:db8:fff0::1")):
            self.assertIn(f"via {router} ", self.network.run(where, "ip", "route", "get", address).stdout)


if __name__ == "__main__":
    unittest.main()
