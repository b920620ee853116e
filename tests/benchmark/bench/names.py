"""Names that a program found, held against what a capture truly says."""
import collections
import csv
import json


def truth_of(capture):
    with open(capture.with_suffix(".tsv"), encoding="utf-8") as file:
        next(file)
        return {(kind, name): int(count) for kind, name, count in (line.rstrip("\n").split("\t") for line in file)}


def score(truth, found):
    """By kind: said, found (each at most as often as it was said), extra."""
    out = {}
    for kind in sorted({key[0] for key in truth}):
        said = {key: count for key, count in truth.items() if key[0] == kind}
        got = {key: count for key, count in found.items() if key[0] == kind}
        right = sum(min(count, got.get(key, 0)) for key, count in said.items())
        out[kind] = {"said": sum(said.values()), "found": right, "extra": sum(got.values()) - right}
    return out


def of_inspect(path):
    names = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            names[cells[4], cells[5]] += 1
    return names


def of_suricata(path):
    names = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            kind = event["event_type"]
            if kind == "dns":
                asked = event["dns"].get("type") == "query"
                names["dns-q" if asked else "dns-r", event["dns"].get("rrname", "").lower()] += 1
            elif kind == "tls" and "sni" in event["tls"]:
                names["tls-sni", event["tls"]["sni"]] += 1
            elif kind == "quic" and event["quic"].get("sni"):
                names["quic-sni", event["quic"]["sni"]] += 1
    return names


def of_ndpi(path):
    """One line a flow; a DNS flow stands for its question."""
    names = collections.Counter()
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file, restkey="more"):
            protocol, name = row.get("ndpi_proto", ""), row.get("server_name_sni") or row.get("host_server_name") or ""
            if not name:
                continue
            for word, kind in (("QUIC", "quic-sni"), ("TLS", "tls-sni"), ("DNS", "dns-q"), ("HTTP", "http-host")):
                if word in protocol.upper():
                    names[kind, name.lower()] += 1
                    break
    return names


def of_tshark(path):
    """Lines of: protocols, DNS response flag, DNS name, server name, HTTP host."""
    names = collections.Counter()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            protocols, response, qname, server_name, host = (line.rstrip("\n").split("\t") + [""] * 5)[:5]
            if qname:
                names["dns-r" if response in ("1", "True") else "dns-q", qname.lower()] += 1
            for name in filter(None, server_name.split(",")):
                names["quic-sni" if ":quic" in protocols else "tls-sni", name] += 1
            if host:
                names["http-host", host] += 1
    return names
