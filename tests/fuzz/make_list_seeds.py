#!/usr/bin/env python3
"""Writes corpus/list_* and corpus/name_table: a text of each format that has every form its reader knows, and archives of one."""
import bz2
import gzip
import io
import lzma
import pathlib
import tarfile

CORPUS = pathlib.Path(__file__).parent / "corpus"

TEXTS = {
    "hosts": {
        "forms": "# title\r\n127.0.0.1 localhost\n0.0.0.0 ads.example track.example # why\n::1\tip6-localhost\n:: A.Example.\n192.0.2.7 x.example\nfe80::1%lo0 localhost\n",
        "wrong": "ads.example\n0.0.0.0\n0.0.0.0 203.0.113.9\n0.0.0.0 *.x.example\n0.0.0.0 .\n0.0.0.0 http://x.example/\n\xef\xbb\xbf0.0.0.0 x",
    },
    "domains": {
        "forms": "\xef\xbb\xbf# title\nads.example\n.dots.example\n*.stars.example # all\n! note\n; note\nb\u00fccher.example\nxn--bcher-kva.example\n_dmarc.x.example\n",
        "wrong": "*\n.\n/\n*.\n198.51.100.0/24\n[2001:db8::1]\nx.example:80\nhttps://x.example/y\ntwo words\n-a-..b\n<html>\nx\\046y.example\nhalf.exam",
    },
    "adblock": {
        "forms": "[Adblock Plus 2.0]\n! title\n||ads.example^\n@@||good.ads.example^|\n|only.example^\n||*.below.example^\n@@|x.example^\n# note\n",
        "wrong": "||ads.example^$third-party\n||ads.example/banner.js\n||ads\nexample.com##.banner\n##.x\n/ad[0-9]+/\n/x/$script\n-banner-\n||^\n||*^\n||a*.example^\n|http://x\n*$popup\n<div>\n/\n||203.0.113.9^\n",
    },
    "rpz": {
        "forms": "$TTL 30\n$ORIGIN rpz.example.\n@ IN SOA a. b. ( 1 ; serial\n 2 3 4 5 )\n  IN NS localhost.\nads.example CNAME .\n*.ads.example 60 IN CNAME *.\n"
                 "good.example 1h CNAME rpz-passthru.\nd.example IN 5 CNAME rpz-drop.\nt.example CNAME rpz-tcp-only.\nh.example A 0.0.0.0\n AAAA ::\nself.example CNAME self.example.\n"
                 "24.0.2.0.192.rpz-ip CNAME .\nt.example TXT \"a ; b\"\nx.y.rpz.example. CNAME .\n$ORIGIN net.rpz.example.\nz CNAME .\n",
        "wrong": "* CNAME .\nx.example CNAME\n CNAME .\nx.example (\n CNAME\n\"\n)\n$INCLUDE f\n$ORIGIN x\nx.example WHAT .\nx\\.y.example CNAME .\nhalf.example CNAME",
    },
    "dnsmasq": {
        "forms": "# title\naddress=/ads.example/0.0.0.0\naddress=/a.example/b.example/ # why\nlocal=/c.example/\nserver=/good.ads.example/#\naddress=/d.example/#\naddress=/.e.example/::\naddress=/*.f.example/\n",
        "wrong": "address=/#/\naddress=//\naddress=/\naddress=/x.example\nserver=192.0.2.1\nserver=/x.example/192.0.2.53\naddress=/x.example/192.0.2.7\ncache-size=1000\n<html>\nlocal=/*/\nhalf",
    },
    "v2fly": {
        "forms": "include:b\ndomain:talk.example @ads\nfull:www.talk.example\nbare.example # why\nx.example @cn\ninclude:c @ads @-cn\ny.example &other &b\n\fregexp:^x\nkeyword:y\nz.example @cn @ads\ninclude:a\n\fw.example @ads &a\nv.example &b\n",
        "wrong": "include:lost\ninclude:\nodd:x.example\ndomain:\ndomain:*.x.example\nfull:.\nx.example ads\n@ads\nhalf.ex",
    },
}


def write(name, seed, data):
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / seed).write_bytes(data)


def tree():
    files = {"blacklists/adult/domains": b"a.example\n192.0.2.1\nhalf", "blacklists/adult/urls": b"b.example/x\n", "blacklists/games/domains": b"c.example\n"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    return out.getvalue()


def main():
    for name, texts in TEXTS.items():
        for seed, text in texts.items():
            write(f"list_{name}", seed, text.encode("utf-8").replace(b"\xc3\xaf\xc2\xbb\xc2\xbf", b"\xef\xbb\xbf"))
    plain = b"ads.example\ntrack.example\n"
    # zstd's frame of a raw block (RFC 8878 section 3.1), without a check sum.
    zstd = b"\x28\xb5\x2f\xfd\x20" + bytes([len(plain)]) + (len(plain) << 3 | 1).to_bytes(3, "little") + plain
    archives = {
        "text": plain,
        "empty": b"",
        "text.gz": gzip.compress(plain, mtime=0),
        "text.bz2": bz2.compress(plain),
        "text.xz": lzma.compress(plain),
        "text.zst": zstd,
        "tree.tar.gz": gzip.compress(tree(), mtime=0),
        "cut.tar.gz": gzip.compress(tree(), mtime=0)[:-40],
        "twice.gz": gzip.compress(gzip.compress(plain, mtime=0), mtime=0),
    }
    for seed, data in archives.items():
        write("list_archive", seed, data)
    # Where the bytes behind the first two are laid over the image of an index: nowhere, its header, a line, its records.
    tables = {"whole": b"\0\0", "header": b"\x00\x38" + b"\xff" * 8, "overflowed": b"\x00\x96\x01\x00" * 1, "records": b"\x01\xd0" + b"\xff" * 40}
    for seed, data in tables.items():
        write("name_table", seed, data)
    editions = {
        "empty": b"entries\n",
        "two": b"file\tlist\nentries\nads.example\tboth\tlisted\t0\t1\ngood.ads.example\titself\texcepted\t0\t2\n",
        "no_such_file": b"entries\nads.example\tboth\tlisted\t1\t1\n",
        "escaped": b"file\tlist\nentries\na\\046b.example\tbelow\tlisted\t0\t7\n",
        "cut": b"file\tlist\nentries\nads.example\tboth",
    }
    for seed, data in editions.items():
        write("list_edition", seed, data)
    edition = '{"number": %d, "at": "2026-11-17T03:00:00Z", "entries": %d, "source": "ab/cd", "rolled_back": false}'
    state = ('{"active": %d, "etag": "\\"one\\"", "last_modified": "", "shape": "ef", "outcome": "updated", "errors": ["adult: why"], "parse_rate": 1.0, "refused": {"url": 3}, '
             '"checked": "2026-11-17T03:00:00Z", "editions": [%s], "sizes": [{"from": "2026-10-01T03:00:00Z", "entries": 100}]}')
    states = {
        "none": state % (0, ""),
        "ten": state % (10, ", ".join(edition % (i, 100 + i) for i in range(1, 11))),
        "active_is_gone": state % (3, edition % (1, 100)),
        "twice": state % (1, ", ".join(edition % (1, 100) for _ in range(12))),
        "last_number": state % (4294967295, edition % (4294967295, 100)),
        "no_time": state.replace("2026-11-17T03", "soon") % (0, ""),
        "no_utf8": state.replace("why", "\\udc80") % (0, ""),
    }
    for seed, text in states.items():
        write("list_state", seed, text.encode())
    digest = "ab" * 32
    answers = {
        "etag": b'\0ETag: "one"\r\n', "date": b"\0last-modified: Tue, 17 Nov 2026 10:00:00 GMT\r\n", "status": b"\0HTTP/1.1 302 Found\r\n",
        "etag_of_bytes": b'\0ETag: "\xe4\x80\x1b"\r\n', "digest": b"\1" + digest.upper().encode(),
        "digests": f"\1{'0' * 64}  other\n{digest} *adult.txt\r\n".encode(), "digest_that_is_cut": b"\1" + digest[:-1].encode() + b"  adult.txt\n",
    }
    for seed, data in answers.items():
        write("list_answer", seed, data)
    guarded = {
        "good": b"\0ads.example\ntrack.example\n", "suffix": b"\0ads.example\nco.uk\n", "protected": b"\0a.town.gov.uk\n", "own": b"\1" + b"0.0.0.0 intranet.council.example\n",
        "above": b"\2||uk^\n", "excepted": b"\2||ads.example^\n@@||gov.uk^\n@@||good.ads.example^\n", "below": b"\3*.microsoft.com CNAME .\n", "maker": b"\4address=/microsoft.com/0.0.0.0\n",
        "page": b"\0<!DOCTYPE html>\n<title>Sign in</title>\nads.example\n", "both": b"\3ads.example CNAME .\n*.ads.example CNAME rpz-passthru.\nb.ads.example CNAME .\n",
    }
    for seed, data in guarded.items():
        write("list_guard", seed, data)
    # Made by minisign 0.11 for the key in fuzz_list_signature.cpp, which nobody else has used.
    signature = (b"untrusted comment: a list\nRUQp0eM6cKeRCSb99mIQYPQzgQqhhW5ti30oItHyZFLgmn67K9GB9LhmiKCbatmikbLgx1lUBsmG9M7qRRONYXsFVs172shVkQA=\n"
                 b"trusted comment: list of 21 November\nKDwxtBZAeq7gk21a72rxRzZVwq6WL8JReL4nVoQUG4BgWhYwi0Q6caWSDcEBc/s5JFuhgKWDhRkmSGP6mCJ1CA==\n")
    for seed, data in {"whole": signature, "cut": signature[:120], "key": b"RWQp0eM6cKeRCTJoDE5U22bu9legSngEDEscCddEKIqf7Nr3PzzqSOpM", "of_the_text": signature.replace(b"RUQ", b"RWQ")}.items():
        write("list_signature", seed, data)
    heads = {
        "one": b"list\tads\tads\t3\nclaims\t0:3:0\nrevision\t00112233445566ff",
        "two": b"list\tads\tads\t3\nlist\tadult\tadult\t9\nclaims\t0:3:0\nclaims\t0:1:1 1:2:0\nclaims\t1:3:0",
        "no_such_list": b"list\tads\tads\t3\nclaims\t1:3:0",
        "none": b"",
        "list_after_claims": b"list\tads\tads\t3\nclaims\t0:3:0\nlist\tadult\tadult\t9",
    }
    for seed, data in heads.items():
        write("list_set", seed, data)


main()
