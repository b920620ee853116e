#!/usr/bin/env python3
"""Writes the seeds of fuzz_frame and fuzz_sensor: rows of frames in the form that their opening comments tell, for the decoder those of lower layers. Everything is made here."""
import pathlib
import struct

corpus = pathlib.Path(__file__).resolve().parent / "corpus"
ETHERNET, RAW, SLL, SLL2 = 0, 1, 2, 3
CLIENT, SERVER = bytes([10, 20, 0, 7]), bytes([192, 0, 2, 1])
CLIENT6, SERVER6 = bytes.fromhex("20010db8002000000000000000000007"), bytes.fromhex("20010db8000000000000000000000001")
MACS = bytes.fromhex("02005e1000fe02005e100007")


def row(*frames):
    return b"".join(struct.pack(">BBH", link, 0, len(frame)) + frame for link, frame in frames)


def ipv4(protocol, payload, source=CLIENT, target=SERVER, fragment=0):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 9, fragment, 64, protocol, 0) + source + target + payload


def ipv6(next_header, payload):
    return struct.pack(">IHBB", 0x60000000, len(payload), next_header, 64) + CLIENT6 + SERVER6 + payload


def udp(source, target, payload):
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(source, target, sequence, acknowledgement, flags, payload=b""):
    return struct.pack(">HHIIBBHHH", source, target, sequence, acknowledgement, 0x50, flags, 64240, 0, 0) + payload


def up(sequence, flags, payload=b"", port=443):
    return RAW, ipv4(6, tcp(50000, port, sequence, 500, flags, payload))


def down(acknowledgement, flags, payload=b"", port=443):
    return RAW, ipv4(6, tcp(port, 50000, 500, acknowledgement, flags, payload), SERVER, CLIENT)


name = b"www.photo.example"
server_name = struct.pack(">HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0" + struct.pack(">H", len(server_name)) + server_name
handshake = b"\x01" + len(body).to_bytes(3, "big") + body
hello = b"\x16\x03\x01" + struct.pack(">H", len(handshake)) + handshake
question = b"\x12\x34\x01\0\0\x01" + bytes(6) + b"\x03www\x05photo\x07example\0\0\x01\0\x01"
answer = b"\x12\x34\x81\x80\0\x01\0\x01" + bytes(4) + question[12:] + b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04" + SERVER
request = b"GET / HTTP/1.1\r\nHost: www.news.example\r\n\r\n"
datagram = udp(50000, 53, question)
SYN, ACK, FIN, RST = 2, 16, 1, 4

arp = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + MACS[6:] + CLIENT + MACS[:6] + SERVER
advertisement = struct.pack(">BBHI", 136, 0, 0, 0x60000000) + CLIENT6 + b"\2\1" + MACS[6:]
ack = b"\2\1\6\0" + bytes(12) + CLIENT + bytes(8) + MACS[6:] + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63" + b"\x35\1\5\x33\4\0\0\x0e\x10\x0c\7desk-17\xff"
start = b"\4\1\0\x25" + bytes(16) + b"\x28\6\0\0\0\1\1\5p17\x08\6" + CLIENT

seeds = {
    "neighbours": row((ETHERNET, MACS + b"\x08\x06" + arp), (ETHERNET, MACS + b"\x86\xdd" + ipv6(58, advertisement).replace(b"\x3a\x40", b"\x3a\xff", 1))),
    "dhcp_radius": row((RAW, ipv4(17, udp(67, 68, ack), SERVER, CLIENT)), (RAW, ipv4(17, udp(40000, 1813, start)))),
    "dns_vlan": row((ETHERNET, MACS + b"\x81\0\0\x05\x08\0" + ipv4(17, datagram)), (RAW, ipv4(17, udp(53, 50000, answer), SERVER, CLIENT))),
    "dns_cooked": row((SLL, bytes(14) + b"\x08\0" + ipv4(17, datagram)), (SLL2, b"\x86\xdd" + bytes(18) + ipv6(17, datagram))),
    "dns_extension_headers": row((RAW, ipv6(0, b"\x3c\0" + bytes(6) + b"\x11\0" + bytes(6) + datagram))),
    "dns_fragments": row((RAW, ipv4(17, datagram[16:], fragment=2)), (RAW, ipv4(17, datagram[:16], fragment=0x2000))),
    "dns_tcp": row(up(99, SYN, port=53), up(100, ACK, b"\0", port=53), up(101, ACK, bytes([len(question)]) + question, port=53)),
    "tls_split": row(up(99, SYN), down(100, SYN | ACK), up(130, ACK, hello[30:]), up(100, ACK, hello[:30]), down(100 + len(hello), ACK, bytes(200)),
                     up(100 + len(hello), ACK, bytes(300)), up(400 + len(hello), ACK | FIN), down(401 + len(hello), ACK | FIN)),
    "http": row(up(99, SYN, port=80), up(100, ACK, request + request[:20], port=80), up(100 + len(request) + 20, ACK, request[20:], port=80), down(400, RST, port=80)),
    "ip_in_ip": row((RAW, ipv4(41, ipv6(17, datagram)))),
    "pppoe_mpls": row((ETHERNET, MACS + b"\x88\x64\x11\0\0\x01" + struct.pack(">H", 2 + 20 + len(datagram)) + b"\0\x21" + ipv4(17, datagram)),
                      (ETHERNET, MACS + b"\x88\x47\0\0\x11\x40" + ipv4(17, datagram))),
}
inner = MACS + b"\x08\0" + ipv4(17, datagram)
wireless = b"\x88\x01\0\0" + MACS[:6] + MACS[6:] + MACS[:6] + b"\0\0\0\0" + b"\xaa\xaa\x03\0\0\0\x08\0" + ipv4(17, datagram)
teredo = struct.pack(">IHBB", 0x60000000, len(datagram), 17, 64) + bytes.fromhex("20010000c63364010000000000000007") + SERVER6 + datagram
WIRELESS, RADIOTAP, NFLOG, PKTAP, FRAME_RELAY, TOKEN_RING = 10, 11, 14, 15, 16, 22
seeds |= {
    "gre": row((RAW, ipv4(47, b"\x30\x81\x88\x0b" + struct.pack(">HHII", 4 + 20 + len(datagram), 1, 2, 3) + b"\xff\x03\0\x21" + ipv4(17, datagram))),
               (RAW, ipv4(47, b"\xb0\0\x65\x58" + bytes(12) + inner)), (RAW, ipv4(47, b"\0\0\x82\0" + wireless)),
               (RAW, ipv4(47, b"\x10\0\x88\xbe" + bytes(4) + b"\x10\x64" + bytes(6) + inner))),
    "udp_tunnels": row(*((RAW, ipv4(17, udp(50001, port, content))) for port, content in (
        (4789, b"\x08\0\0\0\0\0\x2a\0" + inner), (4790, b"\x0c\0\0\x03\0\0\x2a\0" + inner), (6081, b"\x01\0\x65\x58\0\0\x2a\0" + bytes(4) + inner),
        (2152, b"\x34\xff" + struct.pack(">HI", 8 + 20 + len(datagram), 9) + b"\0\0\0\x85\x01\0\0\0" + ipv4(17, datagram)), (3544, bytes(8) + teredo),
        (4754, b"\0\0\x08\0" + ipv4(17, datagram)), (5247, b"\0\x10\x03\0" + bytes(4) + wireless)))),
    "tunnels_in_tunnels": row((RAW, ipv4(4, ipv4(47, b"\0\0\x08\0" + ipv4(17, udp(1, 4789, b"\x08\0\0\0\0\0\x2a\0" + MACS + b"\x86\xdd" + ipv6(41, ipv6(17, datagram)))))))),
    "rare_links": row((WIRELESS, wireless), (RADIOTAP, b"\0\0\x08\0\0\0\0\0" + wireless),
                      (NFLOG, b"\x02\0\0\0" + b"\x05\0\x0a\0p\0\0\0" + struct.pack("<HH", 4 + 20 + len(datagram), 9) + ipv4(17, datagram)),
                      (PKTAP, b"\x0c\0\0\0\x01\0\0\0\x01\0\0\0" + inner), (FRAME_RELAY, b"\x18\x41\x03\xcc" + ipv4(17, datagram)),
                      (TOKEN_RING, b"\x10\x40" + MACS[:6] + b"\x82" + MACS[7:] + b"\x02\x30" + b"\xaa\xaa\x03\0\0\0\x08\0" + ipv4(17, datagram))),
}
gateway = bytes([203, 0, 113, 9])


def there(source, target, payload):
    return RAW, ipv4(17, udp(source, target, payload), CLIENT, gateway)


def back(source, target, payload):
    return RAW, ipv4(17, udp(source, target, payload), gateway, CLIENT)


def der(tag, *contents):
    content = b"".join(contents)
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + struct.pack(">H", len(content))
    return bytes([tag]) + length + content


def field(number, *contents):
    return der(0xA0 + number, *contents)


def number(value):
    return der(2, bytes([value]))


def principal(*names):
    return der(0x30, field(0, number(1)), field(1, der(0x30, *(der(0x1B, one) for one in names))))


realm, service = der(0x1B, b"COUNCIL.EXAMPLE"), principal(b"krbtgt", b"COUNCIL.EXAMPLE")
as_req = der(0x6A, der(0x30, field(1, number(5)), field(2, number(10)), field(4, der(0x30, field(0, der(3, b"\0\0\0\0\x10")), field(1, principal(b"p17")), field(2, realm), field(3, service)))))
ticket = der(0x61, der(0x30, field(0, number(5)), field(1, realm), field(2, service), field(3, der(0x30))))
as_rep = der(0x6B, der(0x30, field(0, number(5)), field(1, number(11)), field(3, realm), field(4, principal(b"p17")), field(5, ticket), field(6, der(0x30))))
as_rep_other = as_rep.replace(b"p17", b"p18")
lost = ack.replace(b"\x0c\7desk-17\xff", b"\x3d\x40desk-17")
long_header = b"\x08" + bytes(range(8)) + b"\0"
ike = bytes([7] * 8) + bytes(8) + b"\x21\x20\x22\x08" + bytes(4) + struct.pack(">I", 68) + bytes(40)
ike_answer = bytes([7] * 8) + bytes([9] * 8) + b"\x21\x20\x22\x20" + bytes(4) + struct.pack(">I", 68) + bytes(40)
openvpn, openvpn_answer = b"\x38" + bytes(range(1, 9)) + bytes(5), b"\x40" + bytes([8] * 8) + b"\1" + bytes(4) + bytes(range(1, 9)) + bytes(4)
seeds |= {
    "kerberos": row(there(50088, 88, as_req), back(88, 50088, as_rep), there(50089, 88, as_req), back(88, 50089, as_rep_other), there(50090, 88, as_req[:-1])),
    "kerberos_tcp": row(up(99, SYN, port=88), up(100, ACK, struct.pack(">I", len(as_req)) + as_req[:40], port=88), up(144, ACK, as_req[40:], port=88),
                        down(104 + len(as_req), ACK, struct.pack(">I", len(as_rep)) + as_rep, port=88), up(104 + len(as_req), ACK, b"\xff\0\0\0", port=88)),
    "dhcp_cut": row(back(67, 68, lost), back(67, 68, ack[:200]), back(67, 68, ack.replace(b"\x63\x82\x53\x63", bytes(4))), there(68, 67, b"\1" + ack[1:])),
    "wireguard": row(there(50001, 51820, b"\1\0\0\0\1\2\3\4" + bytes(140)), back(51820, 50001, b"\2\0\0\0\x09\x09\x09\x09\1\2\3\4" + bytes(80)),
                     there(50002, 51820, b"\1\0\0\0\1\2\3\4" + bytes(139))),
    "openvpn": row(there(50001, 1194, openvpn), back(1194, 50001, openvpn_answer), there(50002, 1194, openvpn[:-1]),
                   up(99, SYN), down(100, SYN | ACK), up(100, ACK, b"\0\x0e" + openvpn), down(116, ACK, b"\0\x1a" + openvpn_answer)),
    "ike": row(there(500, 500, ike), back(500, 500, ike_answer), there(4500, 4500, bytes(4) + ike), back(4500, 4500, bytes(4) + ike_answer.replace(b"\x07", b"\x06")), there(501, 500, ike + b"\0")),
    "quic_others": row(there(50001, 443, b"\xc0Q050" + long_header), there(50002, 443, b"\xc0\0\0\0\1" + long_header + bytes(1200)), back(443, 50002, b"\xca" + bytes(4) + long_header + b"\0\0\0\1Q050"),
                       back(443, 50002, b"\xf0\0\0\0\1" + long_header + bytes(40)), back(443, 50002, b"\x40" + bytes(80))),
}
lower_layers = ("neighbours", "dns_vlan", "dns_cooked", "dns_extension_headers", "dns_fragments", "ip_in_ip", "pppoe_mpls", "gre", "udp_tunnels", "tunnels_in_tunnels", "rare_links")
for target, titles in (("sensor", seeds), ("frame", lower_layers)):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    for title in titles:
        (folder / title).write_bytes(seeds[title])
