"""An operator's mistakes are all told at once, with file, line and advice; a capture that cannot be read says which and where."""
import struct
import unittest

from harness import BAD_CONFIGURATION, BAD_INPUT, IO_ERROR, NOT_PERMITTED, TRY_AGAIN, UNAVAILABLE, USAGE, Scratch, run, BIN


def capture(frames):
    """A pcap of Ethernet frames."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for i, frame in enumerate(frames):
        out += struct.pack("<IIII", 1_800_000_000 + i, 0, len(frame), len(frame)) + frame
    return out


class Configuration(Scratch):
    def test_every_problem_of_every_file_is_told_at_once(self):
        config = self.configure(
            people="p17,Person,planning,\np17,Twice,planning,\n",
            assignments="mac,not-a-mac,p17,,\nip,10.20.1.5,p99,,\n",
            rules='[[rule]]\nid = "a"\naction = "forbid"\nservices = ["facebook"]\n\n[[rule]]\nid = "a"\naction = "block"\nservices = ["no-such-service"]\nschedule = ["mon-fri 25:00-26:00"]\n',
            inside='"10.20.0.1/16"',
            extra='exclud = ["10.99.0.0/16"]',
        )
        done = self.edgewatchd("--check-config", "--config", config)
        self.assertExit(BAD_CONFIGURATION, done)
        etc = str(config.parent)
        lines = done.stderr.splitlines()
        for expected in (f"{config}:1:", f"{config}:2:", f"{etc}/people.csv:3:", f"{etc}/assignments.csv:2:", f"{etc}/assignments.csv:3:",
                         f"{etc}/rules.toml:3:", f"{etc}/rules.toml:7:", f"{etc}/rules.toml:9:", f"{etc}/rules.toml:10:"):
            found = [line for line in lines if line.startswith(expected)]
            self.assertTrue(found, f"no problem at {expected}\n{done.stderr}")
            self.assertIn(";", found[0], "what is wrong, and what to do")

    def test_a_syntax_error_ends_that_files_list_only(self):
        config = self.configure(people="p17,Person,planning,\n", assignments="mac,not-a-mac,p17,,\n", rules='[[rule]]\nid = \n')
        done = self.edgewatchd("--check-config", "--config", config)
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("rules.toml:2:", done.stderr)
        self.assertIn("assignments.csv:2:", done.stderr)

    def test_the_daemon_does_not_start_on_a_bad_configuration_and_a_good_one_says_so(self):
        bad = self.configure(inside="")
        self.assertExit(BAD_CONFIGURATION, self.edgewatchd("--config", bad))
        good = self.configure(name="etc2")
        done = self.edgewatchd("--check-config", "--config", good)
        self.assertExit(0, done)
        self.assertIn("no problem", done.stdout)

    def test_a_ledger_in_memory_leaves_no_file(self):
        config = self.configure()
        config.write_text(config.read_text().replace(f"sqlite:{self.folder}/ledger.db", "sqlite::memory:"))
        daemon = self.start(config)
        self.assertExit(0, self.edgewatch("ict", "live"))
        self.assertExit(0, self.edgewatch("ict", "status"))
        self.assertEqual(self.end(daemon), 0)
        self.assertEqual([p.name for p in self.folder.rglob("*") if "memory" in p.name or p.suffix == ".db"], [])

    def test_two_daemons_share_neither_ledger_nor_sockets(self):
        config = self.configure()
        first = self.start(config)
        self.assertExit(TRY_AGAIN, self.edgewatchd("--config", config))
        other = self.configure(name="etc2")
        other.write_text(other.read_text().replace("/ledger.db", "/other.db"))
        refused = self.edgewatchd("--config", other)
        self.assertExit(UNAVAILABLE, refused)
        self.assertIn("another edgewatchd", refused.stderr)
        self.assertExit(0, self.edgewatch("ict", "status"))
        self.assertEqual(self.end(first), 0)

    def test_an_interface_that_is_not_there_is_named(self):
        done = self.edgewatchd("--config", self.configure(interfaces=["ewt-none"]))
        self.assertExit(UNAVAILABLE, done)
        self.assertIn("ewt-none", done.stderr)


class Captures(Scratch):
    def setUp(self):
        super().setUp()
        self.config = self.configure()
        whole = capture([bytes(60)] * 3)
        self.whole = self.folder / "whole.pcap"
        self.whole.write_bytes(whole)
        self.cut = self.folder / "cut.pcap"
        self.cut.write_bytes(whole[:-10])
        self.damaged = self.folder / "damaged.pcap"
        self.damaged.write_bytes(whole[: 24 + 76] + struct.pack("<IIII", 1, 0, 0x7FFFFFFF, 0x7FFFFFFF) + bytes(80))

    def replay(self, *arguments):
        return self.edgewatchd("--config", self.config, "--print", "coverage", "--replay", *arguments)

    def seen(self, done):
        return sum(int(line.split("\t")[3]) for line in done.stdout.splitlines()[1:])

    def test_a_capture_cut_at_its_end_is_read_to_there_with_a_warning(self):
        done = self.replay(self.cut)
        self.assertExit(0, done)
        self.assertEqual(self.seen(done), 2)
        self.assertIn("cut.pcap", done.stderr)
        self.assertEqual(self.seen(self.replay(self.whole)), 3)

    def test_a_damaged_capture_names_file_and_offset(self):
        done = self.replay(self.damaged)
        self.assertExit(BAD_INPUT, done)
        self.assertRegex(done.stderr, r"damaged\.pcap: offset 100, after frame 1")
        self.assertEqual(self.seen(done), 1, "what came before is printed as it is of a file that was cut")
        nothing = self.folder / "text.pcap"
        nothing.write_text("this is no capture\n")
        self.assertExit(BAD_INPUT, self.replay(nothing))

    def test_damage_in_one_of_several_captures_takes_nothing_from_before_it(self):
        late = self.folder / "late.pcap"
        late.write_bytes(self.whole.read_bytes() + self.damaged.read_bytes()[24 + 76 :])
        for files, seen in (((self.whole, late), 6), ((late, self.whole), 5)):
            for threads in ("1", "4"):
                with self.subTest(files=files, threads=threads):
                    done = self.replay(*files, "--threads", threads)
                    self.assertExit(BAD_INPUT, done)
                    self.assertRegex(done.stderr, r"late\.pcap: offset 252, after frame 3")
                    self.assertEqual(self.seen(done), seen)

    def test_a_missing_capture_is_another_error(self):
        done = self.replay(self.folder / "missing.pcap")
        self.assertExit(IO_ERROR, done)
        self.assertIn("missing.pcap", done.stderr)

    def test_inspect_reads_on_after_a_file_that_it_cannot_read(self):
        done = run(BIN / "edgewatch", "inspect", "--format", "tsv", self.folder / "missing.pcap", self.cut)
        self.assertExit(IO_ERROR, done)
        self.assertIn("cut.pcap", done.stderr)
        self.assertExit(0, run(BIN / "edgewatch", "inspect", self.cut))

    def test_a_replay_needs_a_purpose_and_no_way_round_a_case(self):
        self.assertExit(USAGE, self.edgewatchd("--replay", self.whole, "--config", self.config))
        self.assertExit(NOT_PERMITTED, self.edgewatchd("--replay", self.whole, "--print", "minutes"))


if __name__ == "__main__":
    unittest.main()
