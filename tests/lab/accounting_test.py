"""Every packet that arrives is counted or told as lost, exactly: what the ledger's coverage holds is what the kernel counted on the interface."""
import json
import signal
import sqlite3
import sys
import time
import unittest

from harness import BIN, SOURCE, Scratch, capabilities, hold

sys.path.insert(0, str(SOURCE / "tests/lab"))
from namespaces import sh  # noqa: E402
from wire import Wire  # noqa: E402

GENERATOR = BIN / "edgewatch-generate"
NET_RAW = 1 << 13


class Accounting(Scratch):
    def setUp(self):
        super().setUp()
        self.wire = Wire()
        self.addCleanup(self.wire.close)

    def watch(self, threads, ring_mib):
        configuration = self.configure(interfaces=[self.wire.watched])
        text = configuration.read_text().replace("[capture]\n", f"[capture]\nthreads = {threads}\nring_mib = {ring_mib}\n")
        configuration.write_text(text)
        before = self.wire.counters()["rx"]
        daemon = self.start(configuration, prefix=self.wire.inside_watcher())
        self.assertEqual(self.wire.counters()["rx"], before, "something speaks on the wire by itself")
        return daemon, before

    def coverage(self):
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
            rows = connection.execute("SELECT source, from_us, seen, lost_in_kernel, lost_in_queue FROM coverage WHERE state = 0").fetchall()
        self.assertEqual(len(rows), len({row[:2] for row in rows}), "one row for each interface and minute")
        self.assertEqual({row[0] for row in rows}, {self.wire.watched})
        return tuple(sum(row[i] for row in rows) for i in (2, 3, 4))

    def wait_for(self, words):
        self.wait_until(lambda: words in self.daemon_log())

    def wait_until(self, met):
        deadline = time.monotonic() + 60
        while not met():
            self.assertLess(time.monotonic(), deadline, self.daemon_log())
            time.sleep(0.05)

    def account(self, before):
        """Asserts that nothing is missing; gives what was seen and what was lost."""
        arrived = self.wire.counters()["rx"] - before
        seen, in_kernel, in_queue = self.coverage()
        self.assertGreater(arrived, 0)
        self.assertEqual(seen + in_kernel + in_queue, arrived, f"seen {seen}, lost in kernel {in_kernel}, in queue {in_queue}")
        return seen, in_kernel + in_queue

    def test_what_arrives_at_the_top_rate_is_counted_or_told_as_lost(self):
        for threads in (1, 2):
            with self.subTest(threads=threads):
                (self.folder / "ledger.db").unlink(missing_ok=True)
                daemon, before = self.watch(threads, 8)
                self.wire.send(GENERATOR, 200000)
                time.sleep(1)
                self.assertEqual(self.end(daemon), 0, self.daemon_log())
                seen, _ = self.account(before)
                self.assertGreater(seen, 0)

    def test_a_ring_that_is_too_small_loses_packets_and_says_how_many(self):
        for threads in (1, 2):
            with self.subTest(threads=threads):
                (self.folder / "ledger.db").unlink(missing_ok=True)
                daemon, before = self.watch(threads, 1)
                hold(daemon)
                self.wire.send(GENERATOR, 30000)
                daemon.send_signal(signal.SIGCONT)
                time.sleep(1)
                self.wire.send(GENERATOR, 1000, rate=2000)
                time.sleep(1)
                self.assertEqual(self.end(daemon), 0, self.daemon_log())
                _, lost = self.account(before)
                self.assertGreater(lost, 0)

    def test_what_waits_in_the_ring_at_the_end_is_read(self):
        for threads in (1, 2):
            with self.subTest(threads=threads):
                (self.folder / "ledger.db").unlink(missing_ok=True)
                daemon, before = self.watch(threads, 64)
                hold(daemon)
                self.wire.send(GENERATOR, 20000)
                daemon.send_signal(signal.SIGTERM)
                daemon.send_signal(signal.SIGCONT)
                self.assertEqual(self.end(daemon), 0, self.daemon_log())
                self.assertEqual(self.account(before), (20000, 0))

    def test_fragments_are_counted_one_by_one(self):
        daemon, before = self.watch(2, 64)
        self.wire.send(GENERATOR, 5000, shape="fragments", rate=20000)
        time.sleep(1)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.account(before), (5000, 0))

    def test_an_interface_that_goes_away_leaves_nothing_uncounted(self):
        daemon, before = self.watch(1, 64)
        hold(daemon)
        self.wire.send(GENERATOR, 5000)
        arrived = self.wire.counters()["rx"] - before
        self.wire.unplug()
        daemon.send_signal(signal.SIGCONT)
        self.wait_for("stopped")
        self.wire.plug()
        self.wait_for("goes on")
        self.wire.send(GENERATOR, 1000, rate=5000)
        time.sleep(1)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        seen, in_kernel, in_queue = self.coverage()
        self.assertEqual(seen + in_kernel + in_queue, arrived + 1000, f"seen {seen}, lost in kernel {in_kernel}")
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM coverage WHERE state = 1").fetchone()[0], 1)

    def test_an_interface_that_is_made_anew_at_once_is_read_on_each_time(self):
        """Nobody may open another socket by then."""
        daemon, _ = self.watch(1, 8)
        self.wait_until(lambda: not any(bits & NET_RAW for bits in capabilities(daemon)))
        sent = 0
        for time_round in (1, 2, 3):
            self.wire.send(GENERATOR, 1000, rate=5000)
            sent += 1000
            self.wait_until(lambda frames=sent: self.frames_seen() == frames)
            self.wire.unplug()
            self.wire.plug()
            self.wait_until(lambda times=time_round: self.daemon_log().count("goes on") == times)
            self.assertEqual(self.wire.promiscuity(), 1)
        self.wire.send(GENERATOR, 1000, rate=5000)
        time.sleep(1)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        seen, in_kernel, in_queue = self.coverage()
        self.assertEqual((seen, in_kernel, in_queue), (sent + 1000, 0, 0))

    def test_an_interface_that_several_threads_cannot_read_on_has_it_started_anew(self):
        daemon, before = self.watch(2, 64)
        self.wire.send(GENERATOR, 5000, rate=20000)
        arrived = self.wire.counters()["rx"] - before
        self.wire.unplug()
        self.wait_for("stopped")
        time.sleep(1.5)
        self.assertIsNone(daemon.poll(), "while the interface is away others are read")
        self.wire.plug()
        self.assertEqual(daemon.wait(timeout=20), 69)
        self.assertIn("to be started anew", self.daemon_log())
        self.assertEqual(sum(self.coverage()), arrived)
        daemon = self.start(self.folder / "etc/edgewatch.toml", prefix=self.wire.inside_watcher())
        self.wire.send(GENERATOR, 1000, rate=5000)
        time.sleep(1)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(sum(self.coverage()), arrived + 1000)

    def frames_seen(self):
        status = self.edgewatch("ict", "status", "--format", "json")
        self.assertExit(0, status)
        return int(next(row["value"] for row in json.loads(status.stdout) if row["what"].strip() == "frames seen"))

    def test_an_interface_of_another_kind_by_that_name_has_it_started_anew(self):
        daemon, _ = self.watch(1, 8)
        self.wire.unplug()
        self.wait_for("stopped")
        for words in (("tuntap", "add", "dev", self.wire.watched, "mode", "tun"), ("link", "set", self.wire.watched, "up")):
            sh("ip", "-n", self.wire.watcher, *words)
        self.assertEqual(daemon.wait(timeout=60), 69)
        self.assertIn("to be started anew", self.daemon_log())
        self.assertNotIn("nft", self.daemon_log())


if __name__ == "__main__":
    unittest.main()
