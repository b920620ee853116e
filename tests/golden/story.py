"""Stories in the notation of TIME 6.3, told to the real programs: exchanges become a capture (`edgewatch-generate story`), the capture is replayed by
`edgewatchd`, and what it printed is summed. `ex(t, host, up, down)` is one exchange at t seconds after the story's start."""
import datetime
import os
import pathlib
import random
import shutil
import struct

from harness import BIN, SOURCE, Scratch, rows, run

TEN = "2026-11-17T10:00:00Z"  # a Tuesday
GAPS = (7, 13, 22, 9, 31, 5, 18, 44, 11, 27, 16, 38)
SECOND = 1_000_000


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def stamp(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


class Site:
    """The hosts of a service's page: what a person opens, what its first load fetches, the pictures of its feed."""

    def __init__(self, core, assets, pictures):
        self.core, self.assets, self.pictures = core, assets, pictures


FACEBOOK = Site("www.facebook.com", "static.xx.fbcdn.net", "scontent.xx.fbcdn.net")
X = Site("x.com", "abs.twimg.com", "pbs.twimg.com")
YOUTUBE = Site("www.youtube.com", "i.ytimg.com", "i.ytimg.com")
VIDEO = "rr3---sn-cu-aigsl7z.googlevideo.com"


class Machine:
    def __init__(self, name, mac, address):
        self.name, self.mac, self.address = name, mac, address


PC = Machine("pc", "02:00:5e:10:00:17", "10.20.1.17")
PHONE = Machine("phone", "02:00:5e:10:00:18", "10.20.1.18")


class Story:
    """What was done on the network; times in seconds after `start`. The same seed and telling give the same bytes."""

    def __init__(self, seed=1, start=TEN):
        self.dice = random.Random(seed)
        self.start = start
        self.lines = []
        self.machines = {}

    def at(self, t):
        """The moment as RFC 3339."""
        return stamp(moment(self.start) + datetime.timedelta(seconds=t))

    def tell(self, verb, t, host, *figures, who=PC):
        self.machines[who.name] = who
        self.lines.append("\t".join([verb, f"{t:.3f}", who.name, host, *map(str, figures)]))
        return self

    def ex(self, t, host, up, down, who=PC):
        return self.tell("ex", t, host, up, down, who=who)

    def host(self, name, *what):
        """Of the host: `quic`; `ech`, OUTER; `at`, OTHER."""
        self.lines.insert(0, "\t".join(["host", name, *what]))
        return self

    # The shorthands of TIME 6.3.
    def load(self, t, site=FACEBOOK, who=PC):
        self.ex(t, site.core, 1500, 250_000, who)
        for i in range(8):
            self.ex(t + 0.4 + 2.5 * i / 8, site.assets, 200, 60_000, who)
        return self

    def act(self, t, site=FACEBOOK, who=PC):
        self.ex(t, site.core, self.dice.randint(1500, 5500), self.dice.randint(15_000, 100_000), who)
        for _ in range(self.dice.randint(1, 6)):
            self.ex(t + self.dice.uniform(0.2, 2), site.pictures, self.dice.randint(90, 260), self.dice.randint(20_000, 140_000), who)
        return self

    def acts(self, begin, end, site=FACEBOOK, who=PC):
        """Acts at the gaps of S01, repeated."""
        t, i = begin, 0
        while t < end:
            self.act(t, site, who)
            t += GAPS[i % len(GAPS)]
            i += 1
        return self

    def active(self, begin, end, site=FACEBOOK, who=PC):
        """A load at `begin` and acts until `end`."""
        return self.load(begin, site, who).acts(begin + GAPS[0], end, site, who)

    def news(self, t, who=PC):
        for i in range(12):
            self.ex(t + i / 6, f"cdn{i % 4}.gazette.example", 400, 50_000, who)
        return self

    def chunks(self, begin, end, who=PC):
        """Video: 0.6 to 2 MB every 5 to 11 s."""
        t = begin
        while t < end:
            self.ex(t, VIDEO, 700, self.dice.randint(600_000, 2_000_000), who)
            t += self.dice.uniform(5, 11)
        return self

    def every(self, seconds, begin, end, host, up, down, give=0, who=PC):
        """Regular requests; `give` seconds to either side."""
        t = begin
        while t < end:
            self.ex(t + self.dice.uniform(-give, give), host, up() if callable(up) else up, down, who)
            t += seconds
        return self

    def keepalive(self, begin, end, host="edge-chat.facebook.com", who=PC):
        return self.every(10, begin, end, host, 40, 40, who=who)


class Feed:
    """A tenancy feed: who held what, as the identity sources tell it."""

    header = "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session"

    def __init__(self):
        self.lines = []

    def add(self, at, kind, address="", mac="", person="", source="windows", session=""):
        self.lines.append(f"{at},{kind},{address},{mac},{person},,,{source},{session}")
        return self

    def lease(self, at, machine):
        return self.add(at, "lease", machine.address, machine.mac, source="dhcp")

    def logon(self, at, machine, person, session=""):
        return self.add(at, "logon", mac=machine.mac, person=person, session=session)

    def text(self):
        return "\n".join([self.header, *sorted(self.lines, key=lambda line: line.split(",")[0])]) + "\n"


def held(day, *who):
    """The usual feed: each (machine, person) since the early morning; grade A."""
    feed = Feed()
    for machine, person in who:
        feed.lease(f"{day}T00:10:00Z", machine).logon(f"{day}T00:20:00Z", machine, person)
    return feed


class Minutes:
    """The rows of `--print minutes`, summed by what is asked for. Counted is what is strong or moderate."""

    COUNTED = ("strong", "moderate")

    def __init__(self, text):
        self.rows = rows(text)

    def of(self, service=None, subject="p17", kind=None, grades=None, purpose=None, since="", until="~"):
        return [r for r in self.rows if (service is None or r["service"] == service) and (subject is None or r["subject"] == subject)
                and (kind is None or r["kind"] == kind) and (grades is None or r["grade"] in grades) and (purpose is None or r["purpose"] == purpose)
                and since <= r["utc_minute"] < until]

    def seconds(self, *what, **which):
        return sum(int(r["seconds"]) for r in self.of(*what, **which))

    def counted(self, service="facebook", subject="p17", **which):
        """Counted interactive seconds: `s` of TIME 6.3."""
        return self.seconds(service, subject, kind="interactive", grades=self.COUNTED, **which)

    def playing(self, service="youtube", subject="p17", **which):
        """Counted playing seconds: `p` of TIME 6.3."""
        return self.seconds(service, subject, kind="playing", grades=self.COUNTED, **which)

    def weak(self, service="facebook", subject="p17", kind="interactive", **which):
        return self.seconds(service, subject, kind=kind, grades=("weak",), **which)

    def lower(self, service="facebook", subject="p17", **which):
        return sum(int(r["lower_seconds"]) for r in self.of(service, subject, **which))

    def grades(self, **which):
        return {r["grade"] for r in self.of(**which)}

    def reasons(self, **which):
        return {name for r in self.of(**which) for name in r["reasons"].split(",")}

    def names(self, **which):
        return sorted({r["utc_minute"] for r in self.of(**which)})


# Captures are edited as bytes: what a file of microseconds in the byte order of this machine needs, and nothing else.
def frames_of(path):
    data = path.read_bytes()
    at = 24
    while at < len(data):
        second, micro, kept, _ = struct.unpack_from("<IIII", data, at)
        yield second * SECOND + micro, data[at : at + 16 + kept]
        at += 16 + kept


def rewrite(path, frames):
    head = path.read_bytes()[:24]
    path.write_bytes(head + b"".join(struct.pack("<II", *divmod(micros, SECOND)) + record[8:] for micros, record in frames))


def micros(text):
    return int(moment(text).timestamp()) * SECOND


class Stories(Scratch):
    """A test case that replays stories. p17 and p18 are people; the catalogue is the one that is shipped."""

    people = "p17,Person Seventeen,planning,\np18,Person Eighteen,planning,\n"
    people_columns = ""
    segments = 44  # that one captured packet stands for, as behind receive offload

    def capture(self, story, name="story"):
        lines = [f"machine\t{m.name}\t{m.mac}\t{m.address}" for m in story.machines.values()] + story.lines
        told = self.write(f"{name}.tsv", "\n".join(lines) + "\n")
        path = self.folder / f"{name}.pcap"
        self.assertExit(0, run(BIN / "edgewatch-generate", "story", told, "--output", path, "--start", story.start, "--segments", self.segments))
        self.keep(told, path)
        return path

    def keep(self, *files):
        """EDGEWATCH_KEEP=FOLDER keeps each story and its capture, to be looked at."""
        if folder := os.environ.get("EDGEWATCH_KEEP"):
            kept = pathlib.Path(folder) / self._testMethodName
            kept.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copy(file, kept)

    def configured(self, sections="", **options):
        """A configuration of the two, with `sections` at its end."""
        path = self.configure(people=self.people, people_columns=self.people_columns, **options)
        path.write_text(path.read_text() + sections)
        return path

    def replay(self, capture, feed=None, events=(), table="minutes", **options):
        """Replays a capture (or the capture of a story); gives what was printed. Options are those of `configured`."""
        if isinstance(capture, Story):
            feed = feed or held(capture.start[:10], (PC, "p17"))
            capture = self.capture(capture)
        arguments = ["--replay", capture, "--config", self.configured(**options), "--print", table]
        if feed:
            arguments += ["--tenancy", self.write("tenancy.csv", feed.text())]
        if events:
            arguments += ["--events", self.write("events.tsv", "utc_time\tkind\tvalue\n" + "".join(f"{at}\t{kind}\t{value}\n" for at, kind, value in events))]
        done = self.edgewatchd(*arguments)
        self.assertExit(0, done)
        return Minutes(done.stdout) if table == "minutes" else rows(done.stdout)

    def assertBetween(self, least, value, most):
        self.assertTrue(least <= value <= most, f"{value} is not between {least} and {most}")
