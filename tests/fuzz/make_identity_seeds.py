#!/usr/bin/env python3
"""Writes the seeds of fuzz_dhcp, fuzz_radius, fuzz_neighbour, fuzz_kerberos, fuzz_fragments, fuzz_tcp, fuzz_leases, fuzz_radius_sessions and fuzz_syslog into corpus/<name>/. Everything is made here, by the
RFCs alone."""
import hashlib
import hmac
import ipaddress
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent
MAC = bytes.fromhex("02005e100007")
HELD, HELD6 = ipaddress.ip_address("192.0.2.7").packed, ipaddress.ip_address("2001:db8:20::7").packed
LOCAL6 = ipaddress.ip_address("fe80::7").packed
SECRET = b"s3cret-of-the-lab"


def seed(target, name, content):
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


# DHCP
def option4(code, content):
    return bytes([code, len(content)]) + content


def dhcp4(operation, options, yours=bytes(4), client=bytes(4), name=b"", file=b""):
    fixed = struct.pack(">BBBBIHH", operation, 1, 6, 0, 0x11223344, 0, 0) + client + yours + bytes(8) + MAC + bytes(10)
    return fixed + name.ljust(64, b"\0") + file.ljust(128, b"\0") + b"\x63\x82\x53\x63" + b"".join(options) + b"\xff"


ack = [option4(53, b"\5"), option4(51, b"\0\0\x0e\x10"), option4(54, HELD), option4(12, b"desk-17"), option4(61, b"\1" + MAC)]
seed("dhcp", "ack", dhcp4(2, ack, yours=HELD))
seed("dhcp", "release", dhcp4(1, [option4(53, b"\7")], client=HELD))
seed("dhcp", "decline", dhcp4(1, [option4(53, b"\4"), option4(50, HELD)]))
seed("dhcp", "overload", dhcp4(2, [option4(53, b"\5"), option4(52, b"\3")], yours=HELD, name=option4(12, b"desk") + b"\xff", file=option4(51, b"\0\0\0\x3c") + b"\xff"))
seed("dhcp", "fqdn", dhcp4(2, [option4(53, b"\5"), option4(81, b"\4\0\0\7desk-17\7council\7example\0"), option4(12, b"de"), option4(12, b"sk")], yours=HELD))


def option6(code, content):
    return struct.pack(">HH", code, len(content)) + content


address = option6(5, HELD6 + struct.pack(">II", 3600, 7200))
association = option6(3, struct.pack(">III", 7, 0, 0) + address)
temporary = option6(4, struct.pack(">I", 7) + address)
duid = option6(1, b"\0\1\0\1\x2a\xbb\xcc\xdd" + MAC)
reply = b"\7\x12\x34\x56" + duid + option6(2, b"\0\3\0\1" + MAC) + association + temporary + option6(39, b"\0\7desk-17") + option6(13, b"\0\0ok")
seed("dhcp", "reply6", reply)
seed("dhcp", "release6", b"\x08\x12\x34\x56" + duid + association)
near = b"\x0d\0" + bytes(16) + LOCAL6 + option6(79, b"\0\1" + MAC) + option6(9, reply)
seed("dhcp", "relayed6", b"\x0d\1" + bytes(16) + LOCAL6 + option6(9, near))
seed("dhcp", "refused6", b"\7\x12\x34\x56" + option6(3, struct.pack(">III", 7, 0, 0) + option6(13, b"\0\2none")))


# RADIUS
def attribute(kind, content):
    return bytes([kind, len(content) + 2]) + content


def radius(code, attributes, signed=False):
    body = b"".join(attributes) + (attribute(80, bytes(16)) if signed else b"")
    packet = bytes([code, 42]) + struct.pack(">H", 20 + len(body)) + bytes(16) + body
    if signed:
        packet = packet[:-16] + hmac.new(SECRET, packet, hashlib.md5).digest()
    return packet[:4] + hashlib.md5(packet + SECRET).digest() + packet[20:]


session = [attribute(40, b"\0\0\0\1"), attribute(1, b"p17"), attribute(8, HELD), attribute(31, b"02-00-5E-10-00-07"), attribute(44, b"ab12"), attribute(41, b"\0\0\0\5")]
more = [attribute(4, HELD), attribute(32, b"ap-3"), attribute(55, b"\x6a\xfb\0\0"), attribute(95, HELD6), attribute(97, b"\0\x80" + HELD6), attribute(168, HELD6)]
seed("radius", "start", radius(4, session))
seed("radius", "signed", radius(4, session + more, True))
seed("radius", "response", radius(5, []))
for name, text in {"dots": b"0200.5e10.0007", "bare": b"02005e100007", "ssid": b"02-00-5e-10-00-07:wifi", "halves": b"02005e-100007"}.items():
    seed("radius", "station-" + name, text)

# Neighbours
seed("neighbour", "arp", struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + MAC + HELD + MAC + HELD)
seed("neighbour", "probe", struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + MAC + bytes(4) + bytes(6) + HELD)
seed("neighbour", "solicitation", struct.pack(">BBHI", 135, 0, 0, 0) + HELD6 + b"\1\1" + MAC)
seed("neighbour", "advertisement", struct.pack(">BBHI", 136, 0, 0, 0x60000000) + HELD6 + b"\x0e\1" + bytes(6) + b"\2\1" + MAC)


# Kerberos
def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x81" + bytes([size]) if size < 256 else b"\x82" + struct.pack(">H", size)
    return bytes([tag]) + length + content


def field(number, content):
    return der(0xA0 | number, content)


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def principal(kind, *parts):
    return der(0x30, field(0, integer(kind)), field(1, der(0x30, *[der(0x1B, part) for part in parts])))


REALM = der(0x1B, b"COUNCIL.EXAMPLE")
TGT = principal(2, b"krbtgt", b"COUNCIL.EXAMPLE")
P17 = principal(1, b"p17")
SEALED = der(0x30, field(0, integer(18)), field(2, der(4, bytes(40))))
TIME = der(0x18, b"20261117100000Z")


def request(kind, client, padata):
    fields = [field(0, der(3, b"\0\x40\x81\0\x10"))] + ([field(1, client)] if client else []) + [field(2, REALM), field(3, TGT), field(5, TIME), field(7, integer(77))]
    method = field(3, der(0x30, *[der(0x30, field(1, integer(one)), field(2, der(4, b"x"))) for one in padata]))
    return der(0x60 | kind, der(0x30, field(1, integer(5)), field(2, integer(kind)), method, field(4, der(0x30, *fields))))


def answer(kind):
    ticket = der(0x61, der(0x30, field(0, integer(5)), field(1, REALM), field(2, TGT), field(3, SEALED)))
    return der(0x60 | kind, der(0x30, field(0, integer(5)), field(1, integer(kind)), field(3, REALM), field(4, P17), field(5, ticket), field(6, SEALED)))


failure = der(0x7E, der(0x30, field(0, integer(5)), field(1, integer(30)), field(4, TIME), field(5, integer(7)), field(6, integer(25)), field(9, REALM), field(10, TGT)))
seed("kerberos", "as-req", request(10, P17, [2, 149]))
seed("kerberos", "armoured", request(10, principal(11, b"WELLKNOWN", b"ANONYMOUS"), [136]))
seed("kerberos", "for-another", request(12, None, [1, 129]))
seed("kerberos", "as-rep", answer(11))
seed("kerberos", "tgs-rep", answer(13))
seed("kerberos", "error", failure)
seed("kerberos", "stream", struct.pack(">I", len(failure)) + failure + struct.pack(">I", len(answer(11))) + answer(11))

# Fragments: how to cut and order, then operations or a datagram.
question = b"\x12\x34\1\0\0\1" + bytes(6) + b"\3www\5photo\7example\0\0\1\0\1"
datagram = struct.pack(">HHHH", 50000, 53, 8 + len(question), 0) + question
seed("fragments", "datagram", b"\0\7\3\0" + datagram)
seed("fragments", "operations", b"\0\0\0\0" + b"\x80\0\x10" + bytes(16) + b"\0\2\5abcde" + b"\x81\1\x08" + b"x" * 8 + b"\x81\1\x08" + b"y" * 8)
seed("fragments", "overlap", b"\1\0\0\0" + b"\x80\0\x18" + bytes(24) + b"\x80\2\x10" + bytes(16) + b"\0\4\3abc")

# Segments: order, port, lengths, stream.
name = b"www.photo.example"
server_name = struct.pack(">HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0" + struct.pack(">H", len(server_name)) + server_name
handshake = b"\1" + len(body).to_bytes(3, "big") + body
hello = b"\x16\3\1" + struct.pack(">H", len(handshake)) + handshake
seed("tcp", "hello", b"\x12\x34\0" + b"\x0a\x14\x03\0" + hello)
seed("tcp", "hello-records", b"\x77\x01\0" + b"\x05\x01\x01\x40\0" + b"\x16\3\1\0\x20" + handshake[:32] + b"\x16\3\1" + struct.pack(">H", len(handshake) - 32) + handshake[32:])
seed("tcp", "dns", b"\x99\x02\2" + b"\1\1\x10\x20\0" + (struct.pack(">H", len(question)) + question) * 3)
seed("tcp", "http", b"\x21\x03\1" + b"\x08\x08\0" + b"GET / HTTP/1.1\r\nHost: www.news.example\r\n\r\n")

# The gateway: a stream in segments (as for `tcp`, behind an even byte), or packets, each behind its length (behind an odd one).
seed("gateway", "hello", b"\0\x12\x34\0" + b"\x0a\x14\x03\0" + hello)
seed("gateway", "dns", b"\0\x99\x02\2" + b"\1\1\x10\x20\0" + (struct.pack(">H", len(question)) + question) * 3)
seed("gateway", "http", b"\0\x21\x03\1" + b"\x08\x08\0" + b"GET / HTTP/1.1\r\nHost: www.news.example\r\n\r\n")
packet = b"\x45\0" + struct.pack(">H", 20 + len(datagram)) + bytes(4) + b"\x40\x11\0\0" + b"\x0a\x14\0\7\xc0\0\2\1" + datagram
seed("gateway", "packets", b"\1" + (struct.pack(">H", len(packet)) + packet) * 2)

# Lease files: whose, then the text.
seed("leases", "dnsmasq", b"\0" + b"1794906000 02:00:5e:10:00:17 10.20.1.17 desk-17 01:02:00:5e:10:00:17\n0 06-02:00:5e:10:00:18 10.20.1.18 * *\n"
     b"duid 00:01:00:01:2a:bb:cc:dd\n1794906000 T7 2001:db8:20::17 * 00:01\n")
kea = b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
seed("leases", "kea", b"\1" + kea + b"10.20.1.17,02:00:5e:10:00:17,,3600,1794909600,1,0,0,a&#x2cb,0,\n10.20.1.17,02:00:5e:10:00:17,,0,1794909600,1,0,0,,0,\n" + kea
     + b"10.20.1.18,02:00:5e:10:00:18,,4294967295,6089877295,1,0,0,,0,\n")
seed("leases", "kea6", b"\1" + b"address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,"
     b"hwaddr_source\n2001:db8:20::17,00:01,3600,1794909600,1,1800,0,7,128,0,0,,02:00:5e:10:00:17,0,,1,1\n")
seed("leases", "isc", b"\2" + b"# text\nserver-duid \"\\001{\\\"\";\nlease 10.20.1.17 {\n  starts 2 2026/11/17 08:00:00;\n  ends 2 2026/11/17 10:00:00;\n  binding state active;\n"
     b"  hardware ethernet 02:00:5e:10:00:17;\n  uid \"\\001}\";\n  on expiry { set x = \"y\"; }\n}\nlease 10.20.1.18 {\n  starts epoch 1794902400; # c\n  ends never;\n"
     b"  binding state active;\n  hardware ethernet 02:00:5e:10:00:18;\n}\n")

# Accounting requests in a row, each led by its length.
interim = [attribute(40, b"\0\0\0\3")] + session[1:]
stop = [attribute(40, b"\0\0\0\2"), attribute(44, b"ab12"), attribute(33, b"state")]
bypass = [attribute(40, b"\0\0\0\1"), attribute(1, b"02005e100007"), attribute(31, b"02005e100007"), attribute(8, HELD), attribute(44, b"cd34")]
off = [attribute(40, b"\0\0\0\x08")]
rows = [radius(4, each) for each in (session, interim, bypass, session + more, stop, off)]
seed("radius_sessions", "day", b"".join(struct.pack(">H", len(row)) + row for row in rows))

# Syslog: a message each, and streams of them.
fields = b'"EventID":4624,"EventTime":"2026-11-17 09:00:00","Hostname":"desk-17","TargetUserName":"p17","TargetDomainName":"COUNCIL","TargetLogonId":"0x5a","LogonType":"2"'
words = (b"An account was successfully logged on.  Subject:   Account Name:  DESK-17$   Logon ID:  0x3E7  Logon Information:   Logon Type:  2  New Logon:   Security ID:  S-1-5-21-1   "
         b"Account Name:  p17   Account Domain:  COUNCIL   Logon ID:  0x5A  Network Information:   Source Network Address: 127.0.0.1   Source Port:  0  "
         b"Detailed Authentication Information:   Logon Process:  User32    Authentication Package: Negotiate")
snare = b"MSWinEventLog\t1\tSecurity\t42\tTue Nov 17 09:00:00 2026\t4624\tMicrosoft-Windows-Security-Auditing\tp17\tN/A\tSuccess Audit\tdesk-17\tLogon\t\t" + words + b"\t9"
ticket = (b"<Event xmlns='x'><System><EventID>4768</EventID><TimeCreated SystemTime='2026-11-17T09:00:00.1Z'/><Computer>dc1</Computer></System><EventData>"
          b"<Data Name='TargetUserName'>p17</Data><Data Name='TargetDomainName'>council.example</Data><Data Name='Status'>0x0</Data>"
          b"<Data Name='IpAddress'>::ffff:10.20.1.17</Data></EventData></Event>")
for name, text in {"json": b"<13>1 2026-11-17T09:00:00Z desk-17 Security 4 - - {" + fields + b"}", "beat": b"<13>Nov 17 09:00:00 c @cee: {\"winlog\":{\"event_data\":{" + fields + b"}}}",
                   "words": b"<13>Nov 17 09:00:00 desk-17 Security[4]: " + words, "marked": b"<13>Nov 17 09:00:00 desk-17 " + snare.replace(b"\t", b"#011"),
                   "snare": b"<13>Nov 17 09:00:00 desk-17 " + snare, "xml": b"<13>1 - c EventLog - - - " + ticket,
                   "structured": b'<13>1 2026-11-17T09:00:00Z desk-17 S 4 - [NXLOG@14506 EventID="4800" TargetUserName="p\\"17" TargetLogonId="0x5a"] x',
                   "lines": b"<13>one\n<13>two\n", "counted": b"7 <13>one10 <13>1 - t\nx", "lost": b"99999999 x"}.items():
    seed("syslog", name, text)
