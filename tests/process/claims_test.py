"""What anybody on the wire can say in a colleague's name is shown by `inspect` and is never held against them: no finding, no minute, nothing in the ledger."""
import random
import sqlite3
import struct
import unittest

from frames import CLIENT, GATEWAY, PC, RESOLVER, SERVER, ethernet, hello, question, tcp, udp, write_capture
from harness import BIN, Scratch, run

SYN, ACK, PUSH = 0x02, 0x10, 0x18
KEPT, CLAIMED = b"www.youtube.com", b"www.facebook.com"


def up(port, sequence, flags, payload=b"", acknowledgement=501):
    return ethernet(tcp(CLIENT, port, SERVER, 443, sequence, flags, payload, acknowledgement))


def down(port, acknowledgement, flags=ACK, payload=b"", sequence=501):
    return ethernet(tcp(SERVER, 443, CLIENT, port, sequence, flags, payload, acknowledgement), GATEWAY, PC)


def connection(port, said):
    """Opened by both; the client says each of `said` in the same place, the server acknowledges it, and for some minutes both go on as a reader and pages do."""
    chance = random.Random(1)
    end, begins = 101 + len(said[0]), 501
    frames = [up(port, 100, SYN), down(port, 101, SYN | ACK, sequence=500), *(up(port, 101, PUSH, each) for each in said), down(port, end)]
    for _ in range(30):
        asked, packets = chance.randint(200, 1400), chance.randint(40, 200)
        frames += [up(port, end, PUSH, bytes(asked), begins), *(down(port, end + asked, PUSH, bytes(1400), begins + i * 1400) for i in range(packets))]
        end, begins = end + asked, begins + packets * 1400
    return frames


def spoilt(frame):
    """With a TCP checksum that is false."""
    return frame[:50] + bytes([frame[50] ^ 0x55]) + frame[51:]


class Claims(Scratch):
    def setUp(self):
        super().setUp()
        self.configuration = self.configure(people="p17,A Person,planning,\n", assignments="ip,10.20.0.7,p17,,\n")

    def told(self, frames):
        """The services of findings, of minutes and of the ledger, and the names that `inspect` shows."""
        capture = write_capture(self.folder / "made.pcap", frames, every=0.1)
        out = []
        for table in ("findings", "minutes"):
            done = self.edgewatchd("--replay", capture, "--config", self.configuration, "--print", table)
            self.assertExit(0, done)
            head, *rows = (line.split("\t") for line in done.stdout.splitlines())
            out.append({row[head.index("service")] for row in rows})
        ledger = self.folder / "claims.db"
        ledger.unlink(missing_ok=True)
        self.assertExit(0, self.edgewatchd("--replay", capture, "--config", self.configuration, "--database", ledger))
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as connection:
            out.append(connection.execute("SELECT count(*) FROM usage").fetchone()[0])
        done = run(BIN / "edgewatch", "inspect", "--format", "tsv", capture)
        self.assertExit(0, done)
        return [*out, done.stdout]

    def test_what_both_sides_said_is_a_finding(self):
        findings, minutes, rows, names = self.told(connection(50000, [hello(KEPT)]))
        self.assertEqual([findings, minutes], [{"youtube"}, {"youtube"}])
        self.assertGreater(rows, 0)
        self.assertIn(KEPT.decode(), names)

    def test_what_one_side_or_nobody_said_is_none(self):
        whole = hello(CLAIMED)
        length = len(question([b"www", b"facebook", b"com"]))
        answer = struct.pack(">HHHHHH", 9, 0x8180, 1, 1, 0, 0) + question([b"www", b"facebook", b"com"])[12:length] + b"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4" + SERVER
        known = connection(50001, [hello(b"www.example.com")])  # so that both senders' checksums are known to hold
        scenes = {
            "a client that nobody answers": [up(50002, 100, SYN), up(50002, 101, PUSH, whole), *(up(50002, 101 + len(whole) + i * 400, PUSH, bytes(400)) for i in range(5))],
            "a hello with a false checksum": [*known, *(spoilt(frame) if number == 2 else frame for number, frame in enumerate(connection(50003, [whole])))],
            "two hellos in one place": connection(50004, [whole, hello(b"www.example1.com")]),
            "an answer that nobody asked for": [ethernet(udp(RESOLVER, 53, CLIENT, 50005, answer), GATEWAY, PC), *connection(50006, [b"\x17\x03\x03" + bytes(300)])],
        }
        for what, frames in scenes.items():
            with self.subTest(what):
                findings, minutes, rows, names = self.told(frames)
                self.assertEqual([findings & {"facebook"}, minutes & {"facebook"}, rows], [set(), set(), 0])
                self.assertIn(CLAIMED.decode(), names, "and yet it is shown")


if __name__ == "__main__":
    unittest.main()
