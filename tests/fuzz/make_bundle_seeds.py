#!/usr/bin/env python3
"""Writes the seeds of fuzz_bundle: zip files, tables and a manifest in the form of a disclosure (lib/evidence/README.md). Nobody is in them but p17, who is nobody."""
import io
import json
import pathlib
import stat
import zipfile

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus/bundle"
MINUTES = ("utc_minute\tservice\tcategory\tkind\tgrade\tpurpose\tseconds\tlower_seconds\treasons\tname_evidence\tidentity_grade\tbinding\tcatalogue\trule_book\tmethod\trun\tstate\n"
           "2026-11-17T10:05Z\tfacebook\tsocial\tinteractive\tstrong\tpersonal\t42\t20\tLED,CONT\ttls-sni\tA\t7\tabc\tdef\t5\t0\tstanding\n"
           "2026-11-17T10:06Z\tfacebook\tsocial\tplaying\tmoderate\tauthorised\t60\t0\t\tquic-sni\tB\t7\tabc\tdef\t5\t0\tsuperseded\n"
           "2026-11-17T10:06Z\tfacebook\tsocial\tplaying\tmoderate\tauthorised\t9\t0\t\tquic-sni\tB\t7\tabc\tdef\t5\t1\tstanding\n")
COVERAGE = ("source\tfrom\tto\tstate\tseen\tlost_kernel\tlost_queue\tnamed\tunnamed_ech\tunnamed_doh\tunnamed_tunnel\tunnamed_other\trefused\ttls_with_dns\tambiguous\tcauses_measured\tsigns\n"
            "eth0\t2026-11-17T10:00:00Z\t2026-11-17T10:01:00Z\twatched\t100\t0\t1\t90\t1\t2\t3\t4\t0\t80\t0\tyes\t0,0,0,0,0,0,0,1,0,2\n"
            "eth0\t2026-11-17T10:01:00Z\t2026-11-17T10:02:00Z\tgap\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\tno\t0,0,0,0,0,0,0,0,0,0\n")
MANIFEST = {"format": "edgewatch-bundle-1", "made_at": "2026-11-18T12:00:00Z", "tool_version": "0.1.0", "case": "HR-1", "person": "p17", "from": "2026-11-17", "to": "2026-11-17",
            "disclosed": {"to": "A", "capacity": "police", "reference": "R", "why": "w", "basis": "b", "authorised_by": "B", "officer": "C", "rows": True},
            "head": f"edgewatch-head-1 3:{'ab' * 32} {'cd' * 32} 2026-11-18T12:00:00Z {'ef' * 16} {'01' * 64}", "key": "ef" * 16,
            "files": [{"name": "key.pem", "bytes": 113, "sha256": "00" * 32}]}


def packed(files, how=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as z:
        for name, text in files:
            z.writestr(zipfile.ZipInfo(name) if isinstance(name, str) else name, text)
    return out.getvalue()


LINK = zipfile.ZipInfo("link")
LINK.create_system, LINK.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
WHOLE = [("manifest.json", json.dumps(MANIFEST)), ("manifest.sig", b"\1" * 64), ("key.pem", "-----BEGIN PUBLIC KEY-----\n"), ("minutes.tsv", MINUTES)]
SEEDS = {
    "zip": packed(WHOLE),
    "zip_stored": packed(WHOLE, zipfile.ZIP_STORED),
    "zip_of_nothing": packed([]),
    "zip_with_a_folder": packed([("../manifest.json", "x")]),
    "zip_with_a_link": packed([(LINK, "/etc/passwd")]),
    "minutes": MINUTES.encode(),
    "coverage": COVERAGE.encode(),
    "manifest": json.dumps(MANIFEST).encode(),
    "manifest_of_another_form": b'{"format": "edgewatch-bundle-2"}',
}
FOLDER.mkdir(parents=True, exist_ok=True)
for name, data in SEEDS.items():
    (FOLDER / name).write_bytes(data)
