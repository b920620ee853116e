"""`edgewatch inspect --explain`: one frame of captures made here, layer by layer, and what the sensor said of it."""
import re
import struct
import unittest

from frames import CLIENT, GATEWAY, PC, RESOLVER, SERVER, accounting, ethernet, hello, ip, prefixed, question, tcp, udp, write_capture
from harness import BAD_CONFIGURATION, BAD_INPUT, BIN, IO_ERROR, USAGE, Scratch, run


class Explain(Scratch):
    def capture(self, *frames):
        return write_capture(self.folder / "made.pcap", frames)

    def explain(self, number, path, *options):
        done = run(BIN / "edgewatch", "inspect", "--explain", number, path, *options)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("", done.stderr)
        return done.stdout

    def assertLine(self, text, *words):
        """A line holds all of these words, in order."""
        self.assertRegex(text, re.compile(r"^.*" + r".*?".join(re.escape(word) for word in words), re.MULTILINE))

    def test_a_hello_over_two_segments_is_followed_from_the_first_byte_to_the_name(self):
        whole = hello(b"www.photo.example")
        parts = whole[:300], whole[300:]
        path = self.capture(
            ethernet(tcp(CLIENT, 50000, SERVER, 443, 1000, 0x02)),
            ethernet(tcp(CLIENT, 50000, SERVER, 443, 1001, 0x10, parts[0], 1)),
            ethernet(tcp(CLIENT, 50000, SERVER, 443, 1301, 0x18, parts[1], 1)),
            ethernet(tcp(SERVER, 443, CLIENT, 50000, 1, 0x10, b"", 1001 + len(whole)), GATEWAY, PC),
        )
        first = self.explain(2, path)
        self.assertLine(first, "0", "14", "ethernet", "02:00:5e:10:00:07 > 02:00:5e:10:00:fe")
        self.assertLine(first, "14", "20", "ipv4", "10.20.0.7 > 192.0.2.1")
        self.assertLine(first, "34", "20", "tcp", "50000 > 443")
        self.assertLine(first, "checksum", "good")
        self.assertLine(first, "54", "5", "tls record", "content type 22")
        self.assertLine(first, "extension server_name (0)")
        self.assertLine(first, "hello incomplete: 300 bytes of at least", "waiting for more segments")
        self.assertNotIn("name claimed", first)
        second = self.explain(3, path)
        self.assertLine(second, "stream 0", "tls record")
        self.assertLine(second, "whole; server name www.photo.example, protocols h2")
        self.assertLine(second, "name claimed: tls-sni www.photo.example")
        third = self.explain(4, path)
        self.assertLine(third, "name acknowledged by the server: tls-sni www.photo.example")

    def test_an_encrypted_hello_is_said_to_be_one_with_what_it_says_openly(self):
        ech = b"\xfe\x0d" + prefixed(2, b"\0\0\1\0\1\x2a" + prefixed(2, b"\x55" * 32) + prefixed(2, b"\x66" * 128))
        path = self.capture(
            ethernet(tcp(CLIENT, 50000, SERVER, 443, 1000, 0x02)),
            ethernet(tcp(CLIENT, 50000, SERVER, 443, 1001, 0x18, hello(b"cover.example", ech), 1)),
        )
        text = self.explain(2, path)
        self.assertLine(text, "extension encrypted_client_hello (65037), outer, KDF 0x0001, AEAD 0x0001, configuration 42")
        self.assertLine(text, "name claimed: tls-sni cover.example", "the hello has ECH, or GREASE that looks like it: the true one may be another")
        self.assertNotIn("5555", text)

    def test_dns_is_explained_and_its_refusal_has_an_offset(self):
        broken = question([b"www", b"photo", b"example"])[:16] + b"\xc0\xff\0\1\0\1"  # a pointer beyond the message
        path = self.capture(
            ethernet(udp(CLIENT, 40000, RESOLVER, 53, question([b"www", b"photo", b"example"]))),
            ethernet(udp(CLIENT, 40000, RESOLVER, 53, broken)),
        )
        good = self.explain(1, path)
        self.assertLine(good, "42", "12", "dns", "query, id 7", "1 questions")
        self.assertLine(good, "54", "23", "dns question", "www.photo.example type 1 class 1")
        self.assertLine(good, "name claimed: dns-q www.photo.example")
        bad = self.explain(2, path)
        self.assertRegex(bad, r"dns +refused: dns-name at offset \d+")
        self.assertLine(bad, "counted: dns-name")

    def test_a_tunnel_is_walked_to_the_inner_packet_and_a_broken_one_is_refused_by_name(self):
        inner = ethernet(udp(CLIENT, 40000, RESOLVER, 53, question([b"in", b"example"])))
        vxlan = b"\x08\0\0\0\0\0\x2a\0" + inner
        path = self.capture(
            ethernet(udp(SERVER, 50001, RESOLVER, 4789, vxlan)),
            ethernet(ip(SERVER, RESOLVER, 47, b"\x40\0\x08\0" + b"\0" * 40)),
        )
        good = self.explain(1, path)
        self.assertLine(good, "42", "8", "vxlan", "id 42")
        self.assertLine(good, "50", "14", "ethernet", "02:00:5e:10:00:07")
        self.assertLine(good, "name claimed: dns-q in.example, client 10.20.0.7 (02:00:5e:10:00:07)")
        bad = self.explain(2, path)
        self.assertLine(bad, "34", "-", "tunnel", "refused: tunnel-header")
        self.assertLine(bad, "counted: tunnel-header")

    def test_quic_shows_version_connection_id_packet_number_and_pieces(self):
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", "2026-11-17", "--output", self.folder / "o.pcap", "--truth", self.folder / "t.tsv")
        self.assertEqual(0, made.returncode, made.stderr)
        numbers = self.initials(self.folder / "o.pcap")
        text = self.explain(next(numbers), self.folder / "o.pcap")
        self.assertRegex(text, r"quic +Initial, version 0x[0-9a-f]{8}, destination connection id [0-9a-f]{16,}")
        self.assertRegex(text, r"quic +opened: packet number \d+, \d+ bytes of frames")
        self.assertRegex(text, r"crypto \d+ +\d+ +crypto +a piece of the handshake")
        self.assertLine(text, "hello incomplete: waiting for more")
        # The frame that completes a hello shows all of it.
        whole = next(text for text in (self.explain(number, self.folder / "o.pcap") for number in numbers) if "whole; server name" in text)
        self.assertLine(whole, "crypto", "hello", "extension server_name (0)")
        self.assertLine(whole, "name claimed: quic-sni")

    @staticmethod
    def initials(path):
        """Numbers of the frames that hold a client's first QUIC packet (version 1 or 2), plain Ethernet and IPv4."""
        data, at, number = path.read_bytes(), 24, 0
        while at + 16 <= len(data):
            length = struct.unpack_from("<I", data, at + 8)[0]
            frame, at, number = data[at + 16:at + 16 + length], at + 16 + length, number + 1
            plain = frame[12:15] == b"\x08\x00\x45" and frame[23] == 17 and frame[36:38] == b"\x01\xbb"
            if plain and len(frame) > 60 and frame[42] & 0xF0 == 0xC0 and frame[43:47] == b"\0\0\0\x01":
                yield number

    def test_a_lease_is_told_option_by_option_and_a_broken_one_by_the_option_that_breaks_it(self):
        fixed = b"\2\1\6\0" + bytes(12) + CLIENT + bytes(8) + PC + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
        options = b"\x35\1\5\x33\4\0\0\x0e\x10\x0c\x07desk-17"
        path = self.capture(
            ethernet(udp(SERVER, 67, CLIENT, 68, fixed + options + b"\xff"), GATEWAY, PC),
            ethernet(udp(SERVER, 67, CLIENT, 68, fixed + options + b"\x3d\x07\x01"), GATEWAY, PC),
        )
        good = self.explain(1, path)
        self.assertLine(good, "42", "240", "dhcp", "BOOTREPLY", "chaddr 02:00:5e:10:00:07, yiaddr 10.20.0.7")
        self.assertLine(good, "282", "3", "dhcp", "option 53 DHCP message type: 5 DHCPACK")
        self.assertLine(good, "291", "9", "dhcp", "option 12 host name, 7 bytes")
        self.assertLine(good, "identity", "accepted: DHCP lease, address 10.20.0.7, device 02:00:5e:10:00:07, for 3600 s")
        self.assertNotIn("desk-17", good)
        bad = self.explain(2, path)
        self.assertLine(bad, "300", "dhcp", "refused: dhcp-option: option 61 runs past the end")
        self.assertLine(bad, "counted: dhcp-option")
        self.assertNotIn("accepted", bad)

    def test_accounting_is_judged_by_the_secrets_of_the_configuration_that_is_named(self):
        nas, server = bytes([10, 20, 2, 9]), bytes([10, 20, 1, 6])
        start = b"\x28\x06\0\0\0\1" + b"\1\5p17" + b"\x08\x06" + CLIENT
        path = self.capture(
            ethernet(udp(nas, 40000, server, 1813, accounting(b"lab-secret", start))),
            ethernet(udp(nas, 40000, server, 1813, accounting(b"another", start))),
            ethernet(udp(bytes([203, 0, 113, 5]), 40000, SERVER, 443, b"\0" * 30)),
        )
        self.write("etc/radius.secret", "lab-secret\n").chmod(0o600)
        configuration = self.configure(extra="")
        with configuration.open("a", encoding="utf-8") as file:
            file.write('[identity]\nradius_clients = [{ address = "10.20.2.9", secret_file = "radius.secret" }]\n')
        without = self.explain(1, path)
        self.assertLine(without, "radius", "attribute 40 Acct-Status-Type: 1 Start")
        self.assertLine(without, "not authentic: no access server of its sender's address is configured")
        good = self.explain(1, path, "--config", configuration)
        self.assertLine(good, "46", "16", "radius", "authentic: made by one who knows the secret")
        self.assertLine(good, "accepted: RADIUS session start, address 10.20.0.7")
        bad = self.explain(2, path, "--config", configuration)
        self.assertLine(bad, "46", "radius", "not authentic: the Authenticator does not fit the secret")
        self.assertLine(self.explain(3, path, "--config", configuration), "client", "203.0.113.5 is not inside: nothing of it is kept")
        for text in (without, good, bad):
            self.assertNotIn("p17", text)
            self.assertNotIn("lab-secret", text)
        configuration.write_text("inside = 3\n", encoding="utf-8")
        done = run(BIN / "edgewatch", "inspect", "--explain", 1, path, "--config", configuration)
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("edgewatch.toml:1", done.stderr)

    def test_a_tunnel_is_told_by_what_its_message_lacks(self):
        path = self.capture(
            ethernet(udp(CLIENT, 50001, SERVER, 51820, b"\1\0\0\0" + bytes(143))),
            ethernet(udp(CLIENT, 50001, SERVER, 51820, b"\1\0\0\0\1\2\3\4" + bytes(140))),
            ethernet(udp(SERVER, 51820, CLIENT, 50001, b"\2\0\0\0\5\5\5\5\1\2\3\4" + bytes(80)), GATEWAY, PC),
        )
        self.assertLine(self.explain(1, path), "wireguard", "opens no tunnel: an initiation has exactly 148 bytes")
        self.assertLine(self.explain(2, path), "42", "148", "wireguard", "type 1, handshake initiation", "it opens a tunnel")
        answered = self.explain(3, path)
        self.assertLine(answered, "42", "92", "wireguard", "type 2, handshake response", "it answers the opening")
        self.assertLine(answered, "sign of bypass: wireguard, client 10.20.0.7")

    def test_standard_input_is_a_file_too(self):
        path = self.capture(ethernet(udp(CLIENT, 40000, RESOLVER, 53, question([b"a", b"example"]))))
        done = run("sh", "-c", f'"{BIN}/edgewatch" inspect --explain 1 - <"{path}"')
        self.assertExit(0, done)
        self.assertLine(done.stdout, "name claimed: dns-q a.example")

    def test_a_cut_frame_is_refused_at_the_byte_where_it_ends(self):
        path = self.capture(ethernet(tcp(CLIENT, 50000, SERVER, 443, 1000, 0x02))[:40])
        text = self.explain(1, path)
        self.assertLine(text, "transport", "refused: tcp-header")

    def test_the_wrong_question_is_answered_clearly(self):
        path = self.capture(ethernet(udp(CLIENT, 40000, RESOLVER, 53, question([b"a", b"example"]))))
        for arguments, code, words in (
            (("--explain", "2", path), BAD_INPUT, "has no frame 2: its last is 1"),
            (("--explain", "0", path), USAGE, "counted from 1"),
            (("--explain", "1", path, path), USAGE, "one file"),
            (("--explain", "1", self.folder / "none.pcap"), IO_ERROR, "none.pcap"),
            (("--explain", "first", path), USAGE, ""),
        ):
            done = run(BIN / "edgewatch", "inspect", *arguments)
            self.assertEqual(code, done.returncode, done.stderr)
            self.assertIn(words, done.stderr)

    def test_control_bytes_of_a_name_do_not_reach_the_terminal(self):
        path = self.capture(ethernet(udp(CLIENT, 40000, RESOLVER, 53, question([b"\x1b[31mred", b"example"]))))
        text = self.explain(1, path)
        self.assertNotIn("\x1b", text)
        self.assertLine(text, "\\027\\09131mred.example")


if __name__ == "__main__":
    unittest.main()
