"""The gateway, with real packets through a real kernel: what is listed is refused at once and by name, what is not goes through untouched, whatever the hello looks like."""
import signal
import sqlite3
import subprocess
import sys
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from gateway_lab import CLIENT, GatewayCase, hello  # noqa: E402


class Live:
    """A connection that is under way, and says something when it is asked to."""

    SCRIPT = """
import socket, sys
s = socket.create_connection((sys.argv[1], 443), 5)
s.sendall(bytes.fromhex(sys.argv[2]))
print(s.recv(99).decode(), flush=True)
for line in sys.stdin:
    try:
        s.sendall(b"more\\r\\n\\r\\n")
        what = s.recv(99).decode() or "closed"
    except ConnectionResetError: what = "reset"
    except socket.timeout: what = "timeout"
    print(what, flush=True)
"""

    def __init__(self, case, name):
        network = case.network
        command = ["ip", "netns", "exec", network.client, sys.executable, "-c", self.SCRIPT, network.address, hello(name).hex()]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        case.addCleanup(self.process.kill)
        case.assertEqual(self.process.stdout.readline(), "served\n")

    def speaks(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


class Gateway(GatewayCase):
    def test_listed_names_are_refused_and_others_on_the_same_address_go_through(self):
        self.network.serve(80, 443, 8443)
        self.assertEqual(self.network.connect("www.photo-share.example"), "served", "without a gateway everything goes")
        daemon = self.guard()
        for address in (self.network.address, self.network.address6):
            for port in (443, 8443):
                self.assertEqual(self.network.connect("www.photo-share.example", port=port, address=address), "reset")
                self.assertEqual(self.network.connect("www.micro-blog.example", port=port, address=address), "served")
        request = "GET / HTTP/1.1\r\nHost: {}\r\n\r\n"
        for host, expected in (("WWW.photo-share.example", "reset"), ("www.micro-blog.example", "served")):
            self.assertEqual(self.network.ask(CLIENT, [{"to": [self.network.address, 80], "pieces": [request.format(host).encode().hex()]}]), [expected])
        self.wait_for(lambda: int(self.status()["names refused"]) == 5)
        status = self.status()
        self.assertEqual(status["packets passed without a verdict"], "0")
        self.assertEqual(status["connections without a verdict now"], "0")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.network.rules(), "", "our rules go with us")
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as ledger:
            rows = ledger.execute("SELECT rule, service, mechanism, sum(attempts) FROM block_policy GROUP BY 1, 2, 3").fetchall()
        self.assertEqual([(rule, service, mechanism) for rule, service, mechanism, _ in rows], [("no-photos", "photo-share", "gateway")])
        self.assertEqual(self.files_with("photo-share.example", "micro-blog.example"), [])

    def test_a_hello_in_pieces_is_caught_over_real_sockets(self):
        self.network.serve(443)
        self.guard()
        length = len(hello("www.photo-share.example"))
        cuts = [(c,) for c in (1, 5, 6, 40, 100, 400, 1500)] + [tuple(range(50, length, 50)), (1, 2, 3, length - 1)]
        listed = self.network.connect_all([("www.photo-share.example", c) for c in cuts], pause=0.002)
        self.assertEqual(listed, ["reset"] * len(cuts))
        others = self.network.connect_all([("www.micro-blog.example", c) for c in cuts], pause=0.002)
        self.assertEqual(others, ["served"] * len(cuts))

    def test_quic_and_questions_are_refused_by_name_so_that_a_client_need_not_wait(self):
        self.network.serve_datagrams(443, 53)
        self.guard()
        for address in (self.network.address, self.network.address6):
            self.assertEqual(self.network.quic("www.photo-share.example", address), "answered 0 bytes")
            self.assertNotEqual(self.network.quic("www.micro-blog.example", address), "answered 0 bytes")
            self.assertEqual(self.network.question("www.photo-share.example", address), "refused")
            self.assertEqual(self.network.question("www.micro-blog.example", address), "answered")
        self.assertEqual(self.status()["packets passed without a verdict"], "0")

    def test_a_rule_change_reaches_new_connections_and_cuts_the_live_ones(self):
        self.network.serve(443)
        daemon = self.guard()
        self.assertEqual(self.network.connect("www.micro-blog.example"), "served")
        live = {name: Live(self, name) for name in ("www.micro-blog.example", "www.other.example")}
        self.write("etc/rules.toml", self.RULES.replace("photo-share", "micro-blog"))
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.network.connect("www.micro-blog.example") == "reset", seconds=5)
        self.assertEqual(live["www.micro-blog.example"].speaks(), "reset")
        self.assertEqual(live["www.other.example"].speaks(), "served")
        self.assertEqual(self.network.connect("www.photo-share.example"), "served")
        self.assertNotEqual(self.status()["connections cut by a change"], "0")


if __name__ == "__main__":
    unittest.main()
