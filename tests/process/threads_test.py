"""A replay says the same with one thread and with several, also where the sensor forgets for want of memory: each part of it has its share of both."""
import unittest

from harness import BIN, SOURCE, Scratch, run


class Threads(Scratch):
    def capture(self, name, *options):
        path = self.folder / f"{name}.pcap"
        self.assertExit(0, run(BIN / "edgewatch-bench-capture", name, *options, "--output", path))
        return path

    def configuration(self, memory_mib):
        folder = self.folder / f"of-{memory_mib}"
        self.assertExit(0, run(BIN / "edgewatch-bench-capture", "configuration", "--folder", folder, "--catalogue", SOURCE / "etc/catalogue"))
        file = folder / "edgewatch.toml"
        file.write_text(file.read_text() + f"\n[sensor]\nmemory_mib = {memory_mib}\n")
        return file

    def replay(self, configuration, table, captures, *options):
        done = self.edgewatchd(*(word for capture in captures for word in ("--replay", capture)), "--config", configuration, "--print", table, *options)
        self.assertExit(0, done)
        self.assertGreater(done.stdout.count("\n"), 1)
        return done.stdout

    def test_what_is_forgotten_under_flood_is_the_same_with_any_number_of_threads(self):
        small, large = self.configuration(16), self.configuration(256)
        answers = [self.capture("dns", "--size-mib", 16)]
        flooded = [self.capture("newflow", "--size-mib", 16), self.capture("partial-hellos", "--count", 20000)]
        for table, captures in (("findings", answers), ("findings", flooded), ("coverage", flooded)):
            once = self.replay(small, table, captures)
            self.assertNotEqual(once, self.replay(large, table, captures), "something was forgotten")
            for threads in (2, 4):
                self.assertEqual(once, self.replay(small, table, captures, "--threads", threads), f"{table}, {threads} threads")


if __name__ == "__main__":
    unittest.main()
