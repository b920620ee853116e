"""edgewatchd on a bridge between a client and a real HTTPS server: the minutes stand under the right person, and no host name stands in any file."""
import json
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import BIN, SOURCE, Scratch, days_around_now

sys.path.insert(0, str(SOURCE / "tests/lab"))
from namespaces import Network, certificate, nginx  # noqa: E402

CATALOGUE = """
[[service]]
id = "photo-share"
name = "Photo Share"
family = "Test"
category = "social"
[service.hosts]
core = ["www.photo-share.example"]
content = ["cdn.photo-share.example"]

[[service]]
id = "micro-blog"
name = "Micro Blog"
family = "Test"
category = "social"
[service.hosts]
core = ["www.micro-blog.example"]

[[service]]
id = "video-share"
name = "Video Share"
family = "Test"
category = "streaming-video"
[service.hosts]
core = ["www.video-share.example"]
"""
NAMES = ("www.photo-share.example", "cdn.photo-share.example", "www.micro-blog.example", "www.video-share.example", "news.example")
# What a browser sends and curl does not: without it a request is smaller than any real one.
BROWSER = ["-A", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
           "-H", "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
           "-H", "Accept-Language: en-GB,en;q=0.9", "-H", "Cookie: session=0123456789abcdef0123456789abcdef"]


class Live(Scratch):
    def setUp(self):
        super().setUp()
        self.network = Network(self)
        root = self.folder / "root"
        root.mkdir()
        for name, kilobytes in (("page", 300), ("picture", 60), ("comments", 12)):
            (root / name).write_bytes(bytes(i * 37 % 251 for i in range(1024)) * kilobytes)
        cert, key = certificate(self.folder, *NAMES)
        nginx(self.network, self.folder, cert, key, root)
        self.write("etc/catalogue/test.toml", CATALOGUE)
        self.configuration = self.configure(
            interfaces=[self.network.watched],
            people="p17,Person Seventeen,planning,\n",
            assignments=f"mac,{self.network.client_mac},p17,,\n",
        )
        text = self.configuration.read_text().replace(f"{SOURCE}/etc/catalogue", str(self.folder / "etc/catalogue"))
        text = text.replace("[capture]\n", "[capture]\nthreads = 2\n")  # what one of them sees of a connection, it sees all of
        self.configuration.write_text(text)

    def fetch(self, host, what):
        done = self.network.run(self.network.client, "curl", "-sk", "-o", "/dev/null", *BROWSER, "--resolve", f"{host}:443:{self.network.server_address}",
                                f"https://{host}/{what}")
        self.assertExit(0, done)

    def watch(self):
        return self.start(self.configuration, prefix=["ip", "netns", "exec", self.network.middle])

    def browse(self, *gaps):
        """A person on photo-share: a page, then something at each gap (seconds)."""
        self.fetch("www.photo-share.example", "page")
        for gap in gaps:
            time.sleep(gap)
            self.fetch("www.photo-share.example", "comments")
            self.fetch("cdn.photo-share.example", "picture")

    def report(self, reference):
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", reference, "--person", "p17", "--reason", "excessive-time", "--grounds", "a test",
                                          *days_around_now(), "--authorised-by", "a test"))
        return self.edgewatch("hr", "report", "--case", reference, "--person", "p17", *days_around_now(), "--format", "json", "--despite", "what a lab hides is tested")

    def ledger(self, query):
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def test_minutes_stand_under_the_right_person_and_no_host_name_in_any_file(self):
        daemon = self.watch()
        self.network.start(self.network.server, sys.executable, "-c",
                           "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(('0.0.0.0', 443))\n"
                           "while True:\n  d, who = s.recvfrom(2048)\n  if d[0] < 128: continue\n  at = 7 + d[5]\n"
                           # A Handshake packet to the client's own connection id, from one of its own (RFC 9000 section 17.2.4): the hello is believed
                           # when the client has shown that it knows that one.
                           "  s.sendto(b'\\xe0' + d[1:5] + d[at - 1:at + d[at - 1]] + b'\\x08' + b'labserve' + b'\\x42\\x58' + bytes(600), who)\n")
        self.browse(9, 8, 5, 11, 6)
        self.fetch("news.example", "page")
        for kind, name in (("tls", "www.micro-blog.example"), ("quic", "www.video-share.example")):
            done = self.network.run(self.network.client, BIN / "edgewatch-generate", "hello", "--kind", kind, "--name", name, "--server", self.network.server_address,
                                    "--port", "443")
            self.assertExit(0, done)
        deadline = time.monotonic() + 60
        while True:
            live = self.edgewatch("ict", "live", "--format", "csv")
            self.assertExit(0, live)
            if ("micro-blog,1" in live.stdout and "video-share,1" in live.stdout) or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        # A hello over two segments and one shuffled over two Initials are seen like any other.
        self.assertIn("micro-blog,1", live.stdout)
        self.assertIn("video-share,1", live.stdout)
        self.assertNotIn("p17", live.stdout)
        doctor = self.edgewatch("hr", "doctor", "--format", "json")
        self.assertExit(0, doctor)
        port = next(row for row in json.loads(doctor.stdout) if row["what"] == f"capture {self.network.watched}")
        self.assertEqual((port["state"], port["advice"]), ("well", "-"))
        self.assertIn(" 0 lost", port["found"])

        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.files_with(*NAMES), [])

        # A daemon without interfaces serves what the first one wrote.
        text = self.configuration.read_text().replace(f'["{self.network.watched}"]', "[]")
        self.configuration.write_text(text)
        self.start(self.configuration)
        report = self.report("TEST-1")
        self.assertExit(0, report)
        told = json.loads(report.stdout)
        self.assertEqual({m["service"] for m in told["minutes"]}, {"photo-share"})
        counted = told["total"]["interactive"]
        # Six actions over 39 s, then a page elsewhere; no hold reaches further than the end of watching.
        self.assertGreaterEqual(counted["best_seconds"], 30)
        self.assertLessEqual(counted["best_seconds"], 39 + 60 + 15)
        self.assertLessEqual(counted["lower_seconds"], counted["best_seconds"])
        self.assertEqual(told["coverage"]["packets_lost"], 0)
        self.assertNotIn("news.example", report.stdout)
        self.assertEqual(self.files_with(*NAMES), [])

    def test_after_a_kill_the_rest_is_accounted_and_the_gap_is_recorded(self):
        first = self.watch()
        self.fetch("www.photo-share.example", "page")
        time.sleep(2)
        first.send_signal(signal.SIGKILL)
        first.wait()
        (self.sockets / "purge.sock").unlink()
        killed = time.time()
        time.sleep(2)
        second = self.watch()
        self.browse(16, 5)
        time.sleep(1)
        self.assertEqual(self.end(second), 0, self.daemon_log())
        gaps = self.ledger("SELECT from_us, to_us FROM coverage WHERE state = 1")
        self.assertEqual(len(gaps), 1, gaps)
        begin, end = (microseconds / 1e6 for microseconds in gaps[0])
        self.assertLessEqual(begin, killed)
        self.assertGreaterEqual(end, killed + 2)
        watched = time.time() - end
        text = self.configuration.read_text().replace(f'["{self.network.watched}"]', "[]")
        self.configuration.write_text(text)
        self.start(self.configuration)
        report = self.report("TEST-2")
        self.assertExit(0, report)
        told = json.loads(report.stdout)
        self.assertGreater(len(told["minutes"]), 0)
        self.assertLessEqual(told["total"]["interactive"]["best_seconds"], watched, "what was not final at the kill is lost, and nothing is made up for it")
        self.assertEqual(len(told["coverage"]["gaps"]), 1)


if __name__ == "__main__":
    unittest.main()
