#!/usr/bin/env python3
"""Writes the seeds of fuzz_control, fuzz_feeds, fuzz_chain and fuzz_toml: what the command and the daemon say to each other, feeds, heads and notes of the chain, and an operator's files."""
import json
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
SOURCE = pathlib.Path(__file__).resolve().parents[2]
DAY = "2026-11-17"
HASH, ROOT, KEY, SIGNATURE = "ab" * 32, "cd" * 32, "ef" * 16, "01" * 64
ANSWER = {"exit": 0, "output": "", "error": ""}

CONTROL = {
    "request": json.dumps({"command": "case open", "options": {"person": "p17", "grounds": "line one\nline two \u202e"}, "words": ["www.example"]}),
    "request_of_numbers": json.dumps({"command": 1, "options": [], "words": {}}),
    "request_that_nests": "[" * 2000,
    "answer": json.dumps({**ANSWER, "output": "rows: 3\n"}),
    "answer_with_bytes": json.dumps({**ANSWER, "follow": 4}) + "\nPK\3\4",
    "answer_with_fewer_bytes": json.dumps({**ANSWER, "follow": 9}) + "\nPK\3\4",
    "answer_with_less_than_none": json.dumps({**ANSWER, "follow": -1}),
    "answer_that_is_cut": json.dumps(ANSWER)[:-3],
    "month": "2026-11", "first_day": "2026-11-01", "last_day": "2026-11-30", "within": "2026-11-15", "leap_day": "2028-02-29", "no_month": "2026-13",
    "cost": "14.50-27.00", "one_cost": "20", "cost_upside_down": "27-14.50", "cost_of_pence": "14.5", "cost_below_nothing": "-5", "cost_beyond": "99999999999",
}
TENANCY = "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session,sender\n"
FEEDS = {
    "events": (0, f"utc_time\tkind\tvalue\n{DAY}T10:02:00Z\tloss\t12\n{DAY}T10:01:00Z\tclock_step\t-120\n{DAY}T10:03:00Z\ttick\t\n{DAY}T10:04:00Z\treload\t\n"),
    "events_without_header": (0, f"{DAY}T10:02:00Z\tloss\t12\n"),
    "events_of_a_long_step": (0, f"utc_time\tkind\tvalue\n{DAY}T10:01:00Z\tclock_step\t-9223372036854775808\n"),
    "events_of_no_kind": (0, f"utc_time\tkind\tvalue\n{DAY}T10:01:00Z\tleap\t1\nnoon\ttick\t\n"),
    "lease": (1, f"{TENANCY}{DAY}T09:00:00Z,lease,10.20.1.17,02:00:5e:10:00:17,,{DAY}T09:00:00Z,{DAY}T17:00:00Z,dhcp,,\n"),
    "logon": (1, f"{TENANCY}{DAY}T09:00:00Z,logon,10.20.1.17,,p17,{DAY}T09:00:00Z,,windows,\"a \"\"session\"\"\",desk-17\n{DAY}T09:10:00Z,logoff,,,p17,,,windows,s1,desk-17\n"),
    "feed_out_of_order": (1, f"{TENANCY}{DAY}T09:00:00Z,release,10.20.1.17,,,,,dhcp,,\n{DAY}T08:00:00Z,release,10.20.1.17,,,,,dhcp,,\n"),
    "feed_of_an_older_form": (1, f"recorded_at,kind,address,mac,person,valid_from,valid_to,source,session\n{DAY}T09:00:00Z,logon,2001:db8::17,,p17,,,radius,s\n"),
}
HEAD = f"edgewatch-head-1 12:{HASH} {ROOT} {DAY}T12:00:00Z {KEY} {SIGNATURE}"
CHAIN = {
    "head": f"12:{HASH}", "head_of_nothing": f"0:{'00' * 32}", "signed_head": HEAD, "head_in_a_journal": f"Nov 17 12:00:00 host edgewatchd[1]: {HEAD}\n12:{HASH}\n", "head_that_is_cut": HEAD[:-1],
    "seal": json.dumps({"day": DAY, "subjects": 12, "root": ROOT}), "seal_of_no_day": json.dumps({"day": "2026-02-30", "subjects": -1, "root": ROOT}),
    "certificate": json.dumps({"cutoff": DAY, "removed": {"subject": 1, "usage": 7}, "oldest_left": None, "open_cases": 1, "holds": [{"number": 1, "ground": "claim", "until": DAY}], "held": 3,
                               "backups": ["20261117T120000Z"], "backups_removed": 1, "bytes_returned": 4096}),
    "certificate_of_wrong_types": json.dumps({"cutoff": 3, "removed": [], "holds": [1, {}], "held": -1, "backups": [1], "oldest_left": []}),
}
TOML = {
    "settings": (0, 'inside = ["10.20.0.0/16"]\nexclude = ["10.99.0.0/24"]\npeople = "people.csv"\n[capture]\ninterfaces = ["eth0"]\n[storage]\nledger = "sqlite:ledger.db"\n'
                    '[identity]\nsources = [{ format = "kea", file = "leases.csv" }]\n[retention]\nyears = 1\n[[calendar]]\nid = "office"\nhours = ["mon-fri 08:30-17:00"]\nlunch = "12:00-14:00"\n'),
    "settings_of_slips": (0, 'insid = ["10.20.0.0/33"]\n[capture]\ninterfaces = "eth0"\n[retention]\nyears = 0\n'),
    "settings_shipped": (0, (SOURCE / "etc/edgewatch.toml").read_text()),
    "service": (1, '[[service]]\nid = "photo-share"\nname = "Photo Share"\nfamily = "Test"\ncategory = "social"\n[service.hosts]\ncore = ["www.photo-share.example"]\nassets = ["*.cdn.example"]\n'),
    "rule": (2, '[[rule]]\nid = "no-video"\naction = "block"\nservices = ["video"]\nschedule = ["mon-fri 08:30-12:00", "sat 22:00-02:00"]\nfrom = 2026-11-17\nto = 2026-11-30\n'),
    "rule_of_slips": (2, '[[rule]]\nid = "a"\naction = "sometimes"\nschedule = ["mon 25:00-26:00"]\n[[rule]]\nid = "a"\nactoin = "block"\n'),
    "rules_shipped": (2, (SOURCE / "etc/rules.toml").read_text()),
    "people": (3, "person,display_name,department,groups\np17,Person Seventeen,planning,\np18,\"Person, the 18th\",housing,not-monitored\n"),
    "assignments": (4, f"kind,value,person,from,to\nmac,02:00:5e:10:00:17,p17,,\naddress,10.20.1.18,p18,{DAY},\n"),
    "computers": (5, "name,mac\ndesk-17,02:00:5e:10:00:17\n"),
    "lists": (6, 'folder = "kept"\nprotected = ["council.example"]\n[[list]]\nname = "adult"\ncategory = "adult"\nformat = "ut1"\nurl = "https://lists.example/adult.tar.gz"\npart = "adult"\n'
                 f'without = ["good.example"]\nchange = 20\nsize_mib = 2\nsha256 = "{HASH}"\n[[list]]\nname = "own"\ncategory = "own"\nformat = "domains"\nfile = "own.txt"\n'),
    "lists_of_slips": (6, '[[list]]\nname = "A"\nformat = "csv"\nurl = "http://lists.example/"\nfile = "a"\nattributes = ["ads"]\nchange = -1\nkind = 1\n'),
    "names": (7, 'person,display_name,accounts\np17,Person Seventeen,"COUNCIL\\p17;p17@council.example"\np18,Person Eighteen,DESK18\n'),
    "names_of_slips": (7, "person,display_name,accounts\np17,One,desk18\np17,Twice,\np99,Nobody,\n"),
    "toml_that_nests": (0, "a = " + "[" * 400),
    "toml_that_is_cut": (0, 'inside = ["10.20'),
}


def write(name, seeds):
    folder = CORPUS / name
    folder.mkdir(exist_ok=True)
    for seed, text in seeds.items():
        first, text = (b"", text) if isinstance(text, str) else (bytes([text[0]]), text[1])
        (folder / seed).write_bytes(first + text.encode())


for target, seeds in (("control", CONTROL), ("feeds", FEEDS), ("chain", CHAIN), ("toml", TOML)):
    write(target, seeds)
