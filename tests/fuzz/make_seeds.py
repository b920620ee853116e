#!/usr/bin/env python3
"""Writes the seeds of the protocol targets into corpus/<name>/. Everything is made here, but for the two QUIC packets that RFC 9001 appendix A.2 and
RFC 9369 appendix A.2 publish, which are read from tests/wire/quic_vectors.hpp. Run it again after changing it; nothing else writes there."""
import pathlib
import re

here = pathlib.Path(__file__).resolve().parent


def number(width, value):
    return value.to_bytes(width, "big")


def vector(width, content):
    return number(width, len(content)) + content


def seed(target, name, content):
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


# DNS
def labels(dotted):
    return b"".join(vector(1, part.encode()) for part in dotted.split(".") if part) + b"\0"


def message(flags, questions, answers):
    counts = number(2, len(questions)) + number(2, len(answers)) + bytes(4)
    return b"\x12\x34" + number(2, flags) + counts + b"".join(questions + answers)


def question(name, kind):
    return name + number(2, kind) + b"\0\1"


def record(owner, kind, content):
    return owner + number(2, kind) + b"\0\1" + number(4, 300) + vector(2, content)


first = b"\xc0\x0c"
ask = question(labels("www.photo.example"), 1)
cname = record(first, 5, labels("edge.cdn.example"))
config = b"\xfe\x0d" + vector(2, b"\1\0\x20" + vector(2, bytes(32)) + vector(2, b"\0\1\0\1") + b"\0" + vector(1, b"public.example") + b"\0\0")
https = record(first, 65, b"\0\1\0" + b"\0\1" + vector(2, b"\2h2") + b"\0\5" + vector(2, vector(2, config)))
seed("dns", "question", message(0x0100, [ask], []))
seed("dns", "answer", message(0x8180, [ask], [cname, record(first, 1, b"\xc0\0\2\7"), record(first, 28, b"\x20\1\x0d\xb8" + bytes(12))]))
seed("dns", "https", message(0x8180, [question(labels("www.photo.example"), 65)], [https]))
seed("dns", "odd-labels", message(0x0100, [question(vector(1, b"photo.example") + vector(1, b"\x1b]0\n") + b"\0", 16)], []))
seed("dns", "pointer-loop", message(0x0100, [b"\1a\xc0\x10\1b\xc0\x0c\0\1\0\1"], []))
seed("dns", "stream", vector(2, message(0x0100, [ask], [])) + vector(2, message(0x8180, [ask], [cname])))


# TLS
def extension(kind, content):
    return number(2, kind) + vector(2, content)


def hello(extensions):
    body = b"\3\3" + bytes(32) + vector(1, bytes(32)) + vector(2, b"\x13\1\x13\2") + vector(1, b"\0") + vector(2, extensions)
    return b"\1" + vector(3, body)


def records(handshake, size):
    parts = [handshake[i:i + size] for i in range(0, len(handshake), size)]
    return b"".join(b"\x16\3\1" + vector(2, part) for part in parts)


def named(name):
    return extension(0, vector(2, b"\0" + vector(2, name)))


alpn = extension(16, vector(2, vector(1, b"h2") + vector(1, b"http/1.1")))
plain = hello(named(b"www.photo.example") + alpn)
seed("client_hello", "plain", plain)
seed("client_hello", "ech", hello(named(b"public.example") + extension(0xfe0d, b"\0\0\1\0\1\1\0\0\0\0")))
seed("client_hello", "esni", hello(extension(0xffce, b"\0")))
seed("client_hello", "address", hello(named(b"192.0.2.7")))
seed("client_hello", "nul", hello(named(b"ok.example\0blocked.example")))
seed("client_hello", "no-extensions", b"\1" + vector(3, b"\3\1" + bytes(32) + b"\0\0\2\0\x2f\1\0"))
seed("tls_prefix", "one-record", b"\x10\xff" + records(plain, 16384))
seed("tls_prefix", "many-records", b"\0\0" + records(plain, 7))
seed("tls_prefix", "empty-records", b"\3\x80" + b"\x16\3\1\0\0" * 17 + records(plain, 60))
seed("tls_prefix", "alert", b"\1\1" + b"\x15\3\1\0\2\2\x28")


# QUIC
def crypto(offset, content):
    return b"\6" + number(2, 0x4000 | offset) + number(2, 0x4000 | len(content)) + content


vectors = (here.parent / "wire" / "quic_vectors.hpp").read_text()
packets = ["".join(re.findall('"([0-9a-f]+)"', part)) for part in vectors.split("_client_initial")[1:]]
seed("quic", "rfc9001", b"\0" + vector(2, bytes.fromhex(packets[0])))
seed("quic", "rfc9369", b"\0" + vector(2, bytes.fromhex(packets[1])))
seed("quic", "sealed-v1", b"\2" + vector(2, crypto(0, plain)))
seed("quic", "sealed-v2-shuffled", b"\1" + vector(2, crypto(60, plain[60:]) + b"\1\0\0") + vector(2, crypto(0, plain[:70])))
seed("quic", "sealed-ack-close", b"\2" + vector(2, b"\2\5\0\1\0\1\1" + crypto(0, plain[:40])) + vector(2, b"\x1c\1\6\2aa" + crypto(40, plain[40:])))
seed("quic", "sealed-far-offset", b"\2" + vector(2, b"\6" + b"\xff" * 8 + b"\1x" + crypto(0, plain)))

# HTTP
seed("http", "get", b"GET /index.html HTTP/1.1\r\nAccept: */*\r\nHost: www.photo.example:8080\r\n\r\n")
seed("http", "connect", b"CONNECT www.photo.example:443 HTTP/1.1\r\n\r\n")
seed("http", "absolute", b"GET http://u@www.photo.example/x HTTP/1.0\r\nX: y\r\n\r\n")
seed("http", "address", b"\r\nPOST / HTTP/1.1\nhost: [2001:db8::7]:80\n\nbody")
seed("http", "two-hosts", b"GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n")
seed("http", "folded", b"GET / HTTP/1.1\r\nHost: a.example\r\n b.example\r\n\r\n")


# VPN: the length of an opening, the opening, the answer
def handshake(opening, answer):
    return vector(2, opening) + answer


ours = bytes(range(1, 9))
theirs = bytes(range(0x81, 0x89))
wireguard = handshake(b"\1\0\0\0" + b"\1\2\3\4" + bytes(140), b"\2\0\0\0" + b"\5\6\7\x08" + b"\1\2\3\4" + bytes(80))
seed("vpn", "wireguard", wireguard)
plain = b"\x38" + ours + b"\0" + bytes(4)
server = b"\x40" + theirs + b"\1" + bytes(4) + ours + bytes(4)
stamp = number(4, 1) + number(4, 0x691EF000)
seed("vpn", "openvpn", handshake(plain, server))
seed("vpn", "openvpn-tcp", handshake(vector(2, plain), vector(2, server)))
seed("vpn", "openvpn-signed", handshake(b"\x38" + ours + bytes(20) + stamp + b"\0" + bytes(4), server + bytes(28)))
seed("vpn", "openvpn-encrypted", handshake(b"\x38" + ours + stamp + bytes(37), server + bytes(40)))
seed("vpn", "openvpn-wrapped", handshake(b"\x50" + ours + stamp + bytes(37) + bytes(288) + number(2, 290), server + bytes(40)))


def ike(responder, flags, exchange=34, version=0x20, payload=33):
    return ours + responder + bytes([payload, version, exchange, flags]) + bytes(4) + number(4, 28 + 40) + bytes(40)


seed("vpn", "ike", handshake(ike(bytes(8), 8), ike(theirs, 0x20)))
seed("vpn", "ike-behind-nat", handshake(bytes(4) + ike(bytes(8), 8), bytes(4) + ike(theirs, 0x20)))
seed("vpn", "ike-v1", handshake(ike(bytes(8), 0, 2, 0x10, 1), ike(theirs, 0, 2, 0x10, 1)))
