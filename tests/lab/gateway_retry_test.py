"""Servers that have a client prove its address first (a QUIC Retry, RFC 9000 section 8.1.2): the client says its hello once more, to another id and under other keys. What is listed is refused all the same,
and what is not loads from the same address. Server and client are ngtcp2's; so is the server of Chromium, whose hello takes two datagrams, so that the Retry may come between them."""
import base64
import hashlib
import subprocess
import sys
import time
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from chromium import Chromium  # noqa: E402
from gateway_lab import GatewayCase  # noqa: E402
from namespaces import certificate, sh  # noqa: E402

LISTED, OTHER = "www.photo-share.example", "www.micro-blog.example"
LOADED = "This page was loaded."


class Retry(GatewayCase):
    def setUp(self):
        super().setUp()
        network = self.network
        # No datagrams that a device would still have to part or seal: they are taken as they are on a wire.
        for where, device in ((network.client, "eth0"), (network.server, "eth0")):
            network.run(where, "ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off", "gro", "off", "tx-udp-segmentation", "off")
        # ngtcp2's client says the name by which it is told to find the server.
        network.file_in(network.client, "hosts", f"{network.address} {LISTED} {OTHER}\n")
        self.write("site/index.html", f"<!doctype html><p>{LOADED}")
        self.crt, self.key = certificate(self.folder, LISTED, OTHER)
        self.server_log = self.folder / "server.log"
        with open(self.server_log, "wb") as log:
            self.serving = network.start(network.server, "gtlsserver", "--validate-addr", "--no-quic-dump", "--no-http-dump", "-d", self.folder / "site", network.address, 443, self.key, self.crt,
                                         stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while self.get(OTHER) is None:
            self.assertLess(time.monotonic(), deadline, self.server_log.read_text(errors="replace"))
            self.assertIsNone(self.serving.poll(), self.server_log.read_text(errors="replace"))

    def retries(self):
        return self.server_log.read_text(errors="replace").count("Sending Retry packet")

    def get(self, name):
        """The page, or nothing."""
        page = self.folder / "page" / "index.html"
        page.parent.mkdir(exist_ok=True)
        page.unlink(missing_ok=True)
        self.network.run(self.network.client, "gtlsclient", "--quiet", "--no-quic-dump", "--no-http-dump", "--exit-on-all-streams-close", "--handshake-timeout=3s", f"--download={page.parent}",
                         name, 443, f"https://{name}/index.html")
        return page.read_text() if page.exists() else None

    def told(self, *whats):
        status = self.status()
        return [status[what] for what in whats]

    def test_a_hello_that_is_said_once_more_after_a_retry_is_judged_by_its_name(self):
        self.guard()
        before = self.retries()
        for name, comes in ((OTHER, True), (LISTED, False), (OTHER, True), (LISTED, False)):
            self.assertEqual(self.get(name) is not None, comes, name)
        self.assertGreaterEqual(self.retries(), before + 2)
        self.wait_for(lambda: int(self.told("names refused")[0]) >= 2)
        self.assertEqual(self.told("packets passed without a verdict", "contradict themselves, refused", "cannot be read"), ["0", "0", "0"])

    def browse(self):
        """How Chromium fares with a page of each name, twice."""
        public = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "der"], capture_output=True, check=True).stdout
        browser = Chromium(self.network, self.network.client, self.folder / "profile", f"--ignore-certificate-errors-spki-list={base64.b64encode(hashlib.sha256(public).digest()).decode()}",
                           f"--origin-to-force-quic-on={LISTED}:443,{OTHER}:443", f"--host-resolver-rules=MAP *.example {self.network.address}")
        self.addCleanup(browser.close)
        out = []
        for name in (OTHER, LISTED, OTHER, LISTED):
            error, seconds, protocol = browser.load(f"https://{name}/index.html", wait=30)
            print(f"{name}: {error or protocol} after {seconds:.2f} s", file=sys.stderr, flush=True)
            out.append(error or protocol)
        return out

    def test_a_browser_that_is_sent_a_retry_loads_what_is_allowed_and_nothing_else(self):
        self.guard()
        before = self.retries()
        self.assertEqual(self.browse(), ["h3", "ERR_QUIC_PROTOCOL_ERROR"] * 2)
        self.assertGreater(self.retries(), before)

    def test_a_retry_that_comes_between_the_halves_of_a_hello_opens_no_way_past(self):
        """What a client says second from each port is lost, so that the server asks for the proof when the first half alone has come."""
        # By our own count: to the kernel's tracker both halves may be the first, where the second comes while the first waits for its verdict.
        rules = """table inet loss {
            set spoke { type inet_service; flags dynamic; size 65535; }
            set lost { type inet_service; flags dynamic; size 65535; }
            chain in {
                type filter hook prerouting priority mangle;
                udp dport 443 udp sport @spoke udp sport != @lost add @lost { udp sport } counter drop
                udp dport 443 add @spoke { udp sport }
            }
        }"""
        sh("ip", "netns", "exec", self.network.gateway, "nft", rules)
        self.guard()
        before = self.retries()
        self.assertEqual(self.browse(), ["h3", "ERR_QUIC_PROTOCOL_ERROR"] * 2)
        self.assertGreater(self.retries(), before)
        listing = self.network.run(self.network.gateway, "nft", "list", "table", "inet", "loss").stdout
        self.assertNotIn("packets 0 bytes", listing, "nothing was lost")


if __name__ == "__main__":
    unittest.main()
