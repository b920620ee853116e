"""What edgewatchd says of a recording, beside what was true."""
import collections
import csv
import datetime
import io
import json
import subprocess
import sys

from recording import HOSTS, SITES

SERVICES = [s["site"] for s in SITES if "service" in s]
COLUMNS = ("client", "script", "design", "via", "service", "attended", "played", "truth", "interactive", "lower", "playing", "weak", "error")


def configuration(folder, people):
    """The lab's catalogue and people: each client's own MAC address stands for one person."""
    etc = folder / "etc"
    (etc / "catalogue").mkdir(parents=True, exist_ok=True)
    listed = ""
    for site in SITES:
        if "service" in site:
            listed += f'[[service]]\nid = "{site["site"]}"\nname = "{site["site"]}"\nfamily = "Lab"\ncategory = "{site["service"]}"\n[service.hosts]\n'
            listed += "".join(f"{role} = {json.dumps(hosts)}\n" for role, hosts in site["hosts"].items()) + "\n"
    (etc / "catalogue" / "lab.toml").write_text(listed, encoding="utf-8")
    (etc / "people.csv").write_text("person,display_name,department,groups\n" + "".join(f"p{i},Person {i},planning,\n" for i in range(len(people))), encoding="utf-8")
    (etc / "assignments.csv").write_text("kind,value,person,from,to\n" + "".join(f"mac,{p['mac']},p{i},,\n" for i, p in enumerate(people)), encoding="utf-8")
    (etc / "rules.toml").write_text("", encoding="utf-8")
    (etc / "edgewatch.toml").write_text('inside = ["10.20.0.0/16"]\npeople = "people.csv"\nassignments = "assignments.csv"\nrules = "rules.toml"\ncatalogue = "catalogue"\n[capture]\ninterfaces = []\n', encoding="utf-8")
    return etc / "edgewatch.toml"


def minutes(edgewatchd, folder, people):
    """Counted and weak seconds of each person and service: {(person, service): Counter}."""
    # The people went home: nothing more was sent, and a quarter of an hour later all of it is final.
    done = subprocess.run([edgewatchd, "--replay", folder / "capture.pcap", "--config", configuration(folder, people), "--events", _silence(folder), "--print", "minutes"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"edgewatchd ended with {done.returncode}:\n{done.stderr}")
    (folder / "minutes.tsv").write_text(done.stdout, encoding="utf-8")
    sums = collections.defaultdict(collections.Counter)
    for row in csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE):
        what = sums[row["subject"], row["service"]]
        if row["grade"] == "weak" or row["kind"] == "concurrent":
            what["weak" if row["grade"] == "weak" else "concurrent"] += int(row["seconds"])
        else:
            what[row["kind"]] += int(row["seconds"])
            what["lower"] += int(row["lower_seconds"]) if row["kind"] == "interactive" else 0
    return sums


def _silence(folder):
    told = json.loads((folder / "recording.json").read_text(encoding="utf-8"))
    end = datetime.datetime.fromtimestamp(told["started"] + told["seconds"] + 120, datetime.timezone.utc)
    ticks = "".join(f"{(end + datetime.timedelta(minutes=m)).strftime('%Y-%m-%dT%H:%M:%SZ')}\ttick\t\n" for m in range(0, 40))
    (folder / "silence.tsv").write_text("utc_time\tkind\tvalue\n" + ticks, encoding="utf-8")
    return folder / "silence.tsv"


def truth(file):
    """From the log of a person: seconds attended, played, either, by service; problems met; seconds whose page did not answer.

    Attended: the eyes are on a page of the service, and that page can be seen. Played: a page of the service plays, whether or not it can be seen (what plays in
    other people's pages is not a visit: TIME 1). A second in which another listed service is attended is that service's alone."""
    attended, played, either = collections.Counter(), collections.Counter(), collections.Counter()
    problems = late = 0
    before = None
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        problems += "problem" in told
        if "pages" not in told:
            continue
        # Records are a second apart, but on a busy machine one may come late: it stands for the time since the one before, within reason.
        span = min(5.0, told["at"] - before) if before else 1.0
        before = told["at"]
        late += any(page["late"] for page in told["pages"])
        here = {service_of(p["host"]) for p in told["pages"] if p["eyes"] and p["visible"]} - {None}
        sounding = {service_of(p["host"]) for p in told["pages"] if p["playing"]} - {None}
        for service in here:
            attended[service] += span
        for service in sounding:
            played[service] += span
        for service in here | (sounding if not here else set()):
            either[service] += span
    return attended, played, either, problems, late


def service_of(host):
    site = HOSTS.get(host or "", {}).get("site")
    return site if site in SERVICES else None


def score(edgewatchd, folder):
    """A row for each person and listed service that the person's browser asked anything of."""
    told = json.loads((folder / "recording.json").read_text(encoding="utf-8"))
    people = told["people"]
    counted = minutes(edgewatchd, folder, people)
    asked = collections.Counter()
    for line in (folder / "asked.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        asked[one["client"], one["site"]] += 1
    rows = []
    for i, person in enumerate(people):
        attended, played, either, problems, late = truth(folder / person["truth"])
        if problems or late:
            print(f"p{i} {person['script']}: {problems} things did not go as the script wanted, {late} seconds in which a page did not answer", file=sys.stderr)
        for service in SERVICES:
            said = counted.get((f"p{i}", service), collections.Counter())
            if not asked[person["address"], service] and not said:
                continue
            rows.append({"client": f"p{i}", "script": person["script"], "design": person["design"], "via": person["transport"] + (" screen" if person["screen"] else ""), "service": service,
                         "attended": round(attended[service]), "played": round(played[service]), "truth": round(either[service]),
                         "interactive": said["interactive"], "lower": said["lower"], "playing": said["playing"], "weak": said["weak"],
                         "error": said["interactive"] + said["playing"] - round(either[service])})
    return rows


def table(rows):
    lines = [COLUMNS] + [tuple(str(row[c]) for c in COLUMNS) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in [lines[0], tuple("-" * w for w in widths), *lines[1:]])


def summary(rows):
    used, unused = [r for r in rows if r["truth"]], [r for r in rows if not r["truth"]]
    mean = lambda values: sum(values) / len(values) if values else 0.0
    never = [r for r in rows if not r["attended"]]
    return "\n".join([
        f"{len(rows)} client-services: mean absolute error {mean([abs(r['error']) for r in rows]):.1f} s, bias {mean([r['error'] for r in rows]):+.1f} s",
        f"of which used {len(used)}: mean absolute error {mean([abs(r['error']) for r in used]):.1f} s, bias {mean([r['error'] for r in used]):+.1f} s",
        f"zero-truth rows counted: {sum(r['error'] > 0 for r in unused)} of {len(unused)}",
        f"never attended, but interactive seconds counted: {sum(r['interactive'] > 0 for r in never)} of {len(never)}",
        f"lower figure above the seconds attended: {sum(r['lower'] > r['attended'] for r in rows)} of {len(rows)}",
    ])
