"""Random rule books, lists, people and addresses, and every kind of change to them: after each, Unbound and BIND refuse each client exactly the names of which `edgewatch why` says so."""
import contextlib
import json
import os
import pwd
import random
import re
import signal
import socket
import unittest

from harness import run
from resolvers import ResolverCase, rcode

CATALOGUE = """
[[service]]
id = "video"
name = "Video"
family = "Test"
category = "streaming-video"
[service.hosts]
core = ["video.example"]
ads = ["ads.video.example"]
media = ["a.b.example"]

[[service]]
id = "chat"
name = "Chat"
family = "Test"
category = "messaging"
[service.hosts]
core = ["a.b.chat.example"]
chat = ["chat.video.example"]
"""
PEOPLE = ("p01", "p02", "p03", "p04", "p05")
GROUPS = ("press", "drivers")
# Who asks: somebody's address as a rule, and two that are nobody's.
HELD = ("127.0.1.17", "127.0.1.18", "127.0.2.17", "127.0.2.18", "::1")
NOBODYS = ("127.0.1.99", "127.0.9.99")
# Not ::/64: Unbound itself lets ::1 ask, and of two networks the narrower hides the other's tag.
NETWORKS = ("127.0.1.0/24", "127.0.2.0/24", "127.0.0.0/16", "127.0.1.17", "127.0.1.16/29", "::1")
# Few labels, so that names lie below each other; the last are an A-label, one that is no host's, and digits.
LABELS = ("video", "chat", "a", "b", "ads", "xn--bcher-kva", "_srv", "0")
CANARY = "use-application-dns.net"
# What a zone can hold, and a name that it cannot: Unbound would end with it, BIND load nothing.
LONGEST, TOO_LONG = (".".join(["l" * 63] * 3 + ["l" * (length - 200), "example"]) for length in (220, 253))
NAME_ERROR = 3


class World:
    """What the files say, made of a seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.groups = {person: self.some(GROUPS, 2) for person in PEOPLE}
        self.holders = dict(zip(HELD, self.dice.sample(PEOPLE, len(HELD))))
        self.rules = [self.rule(number) for number in range(6)]
        self.lists = {"adult": self.listed(6), "malware": self.listed(6)}
        self.marker = 0

    def some(self, values, most):
        return sorted(self.dice.sample(values, self.dice.randint(0, min(most, len(values)))))

    def one_in(self, sides):
        return self.dice.randrange(sides) == 0

    def name(self):
        return ".".join([*self.dice.choices(LABELS, k=self.dice.randint(1, 4)), "example"])

    def listed(self, count):
        return sorted({self.name() for _ in range(count)})

    def rule(self, number):
        rule = {"id": f"rule-{number}", "action": self.dice.choices(("block", "allow", "log"), (6, 3, 1))[0], "names": [self.name() for _ in range(self.dice.randint(1, 3))]}
        for key, values, sides in (("services", ("video", "chat"), 4), ("categories", ("adult", "malware", "messaging"), 3), ("people", PEOPLE, 3), ("groups", GROUPS, 4), ("networks", NETWORKS, 3)):
            if self.one_in(sides):
                rule[key] = self.some(values, 2)
        return {key: value for key, value in rule.items() if value}

    def rules_toml(self):
        marker = {"id": "marker", "action": "block", "names": [f"marker-{self.marker}.example", TOO_LONG]}
        long = {"id": "long", "action": "block", "names": [LONGEST], "people": ["p01"]}
        return "".join("[[rule]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in rule.items()) for rule in (marker, long, *self.rules))

    def people_csv(self):
        in_all = {"p06": GROUPS}  # a rule about a group in which nobody is would be a mistake
        return "".join(f"{person},Person,planning,{';'.join(groups)}\n" for person, groups in {**self.groups, **in_all}.items())

    def assignments_csv(self):
        return "".join(f"ip,{address},{person},,\n" for address, person in self.holders.items())

    def names(self, count):
        """Some at which it is decided, some beside and below them."""
        speak = [name for rule in self.rules for name in rule["names"]] + [name for names in self.lists.values() for name in names] + ["video.example", "a.b.chat.example", CANARY]
        below = [f"{self.dice.choice(LABELS)}.{name}" for name in self.dice.sample(speak, min(len(speak), count // 3))]
        return sorted({LONGEST, *below, *(self.name() for _ in range(count // 3)), *self.dice.sample(speak, min(len(speak), count // 3))})


class RandomZones(ResolverCase):
    NAMES = 18

    def setUp(self):
        super().setUp()
        self.ict = pwd.getpwnam("ewtest-ict")
        self.compared = self.refused = 0

    def configured(self):
        self.write("etc/catalogue/test.toml", CATALOGUE)
        self.lists = self.write("etc/lists.toml", 'folder = "../kept"\n' + "".join(
            f'[[list]]\nname = "{name}"\ncategory = "{name}"\nformat = "{form}"\nfile = "{name}.txt"\nchange = 1000\ndrift = 1000\n' for name, form in (("adult", "domains"), ("malware", "hosts"))))
        unbound, reload_unbound = self.unbound_files(self.port)
        bind, view, reload_bind = self.bind_files(self.port + 1000)
        both = self.write("reload.sh", f"{' '.join(map(str, reload_unbound))} && {' '.join(map(str, reload_bind))}\n")
        path = self.configure(rules=self.world.rules_toml(), people=self.world.people_csv(), assignments=self.world.assignments_csv(), inside='"127.0.0.0/8", "::/64"', extra='lists = "lists.toml"')
        text = path.read_text().replace(re.search('catalogue = "(.*)"', path.read_text())[1], str(self.folder / "etc/catalogue"))
        path.write_text(text + f'[enforcement]\nzones = "{self.zones}"\nzones_bind_view = "{view}"\nzones_reload = ["/bin/sh", "{both}"]\n')
        return path, unbound, bind

    def update_lists(self):
        self.write("etc/adult.txt", "".join(f"{name}\n" for name in self.world.lists["adult"]))
        self.write("etc/malware.txt", "".join(f"0.0.0.0 {name}\n" for name in self.world.lists["malware"]))
        self.assertExit(0, run(self.command_file, "lists", "update", "--lists", self.lists))

    def why(self, client, name):
        """What `edgewatch why` says; asked as the account of ICT, over the socket, since a program for each would take minutes."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            with self.as_ict():
                s.connect(str(self.sockets / "ict.sock"))
            s.sendall(json.dumps({"command": "why", "options": {"address": client, "name": name, "format": "csv"}, "words": []}).encode() + b"\n")
            answer = json.loads(b"".join(iter(lambda: s.recv(65536), b"")))
        self.assertEqual(answer["exit"], 0, answer)
        return answer["output"]

    def is_refused(self, client, name):
        """Whether it says that the zones refuse it."""
        output = self.why(client, name)
        told = re.findall(r"the zones kept in \S+ (refuse|do not refuse) the name", output)
        self.assertEqual(len(told), 1, output)
        return told == ["refuse"]

    @contextlib.contextmanager
    def as_ict(self):
        """The kernel tells the daemon who connects by these."""
        groups = os.getgroups()
        os.setgroups(os.getgrouplist(self.ict.pw_name, self.ict.pw_gid))
        os.seteuid(self.ict.pw_uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setgroups(groups)

    def both(self, client, name):
        return {resolver: rcode(client, port, name) for resolver, port in (("unbound", self.port), ("bind", self.port + 1000))}

    def assertAllSayTheSame(self, after):
        names = self.world.names(self.NAMES)
        pairs = [(client, name) for client in (*HELD, *NOBODYS) for name in names]
        expected = {pair: self.is_refused(*pair) for pair in pairs}
        wrong = []

        def agree():
            wrong.clear()
            for pair, refused in expected.items():
                answers = self.both(*pair)
                if None in answers.values():
                    return False  # it reads its zones
                if set(answers.values()) != {NAME_ERROR if refused else 0}:
                    wrong.append((*pair, "why: refused" if refused else "why: answered", answers))
            return not wrong

        try:
            self.assertComesTo(True, agree)
        except AssertionError:
            texts = "".join(f"--- {file.name}\n{file.read_text()}" for file in sorted(self.zones.iterdir()))
            self.fail(f"after {after}, {len(wrong)} of {len(pairs)}:\n" + "\n".join(map(str, wrong[:20])) + f"\n{self.world.rules_toml()}\n{vars(self.world)}\n{texts}")
        self.compared += len(pairs)
        self.refused += sum(expected.values())

    def put_in_force(self, change_lists):
        before = self.lists_in_force()
        change_lists()
        self.assertComesTo(False, lambda: self.lists_in_force() == before)

    def lists_in_force(self):
        done = self.edgewatch("ict", "status", "--format", "json")
        self.assertExit(0, done)
        return [row["value"] for row in json.loads(done.stdout) if row["what"] == "lists"]

    def wait_for_identity(self):
        """What is known of addresses is in the ledger a moment after it is in force."""
        self.assertComesTo(self.world.holders, lambda: {address: person for address, person in self.world.holders.items() if f"({person})" in self.why(address, "other.example")})

    def reload(self):
        """The files as they are now; the marker is refused to everybody once the resolvers have what they say."""
        self.world.marker += 1
        self.write("etc/rules.toml", self.world.rules_toml())
        self.write("etc/people.csv", "person,display_name,department,groups\n" + self.world.people_csv())
        self.write("etc/assignments.csv", "kind,value,person,from,to\n" + self.world.assignments_csv())
        self.daemon.send_signal(signal.SIGHUP)
        self.wait_for_marker()

    def wait_for_marker(self):
        marker = f"marker-{self.world.marker}.example"
        self.assertComesTo({"unbound": NAME_ERROR, "bind": NAME_ERROR}, lambda: self.both(NOBODYS[1], marker))
        self.wait_for_identity()

    def one_world(self, seed):
        self.world = world = World(seed)
        path, unbound, bind = self.configured()
        self.update_lists()
        self.daemon = self.start(path)
        self.wait_for_zones()
        self.assertComesTo(True, (self.zones / "bind.conf").exists)
        self.run_until_the_end("unbound", "-d", "-c", unbound)
        self.run_until_the_end("named", "-f", "-c", bind, "-g")
        self.wait_for_marker()
        self.assertAllSayTheSame("the start")
        person, service = world.dice.choice(PEOPLE), world.dice.choice(("video", "chat"))
        self.withdraw("add", "--person", person, "--services", service, "--case", "HR-2026-014")
        self.assertAllSayTheSame(f"a withdrawal of {service} from {person}")
        world.rules.pop(world.dice.randrange(len(world.rules)))
        self.reload()
        self.assertAllSayTheSame("a rule was deleted")
        world.groups = {person: world.some(GROUPS, 2) for person in PEOPLE}
        self.reload()
        self.assertAllSayTheSame("people changed their groups")
        world.holders = dict(zip(world.holders, world.dice.sample(PEOPLE, len(HELD))))
        self.reload()
        self.assertAllSayTheSame("addresses changed hands")
        self.kill_and_start(path)
        self.assertAllSayTheSame("a kill")
        world.lists["adult"] = world.listed(6)
        self.put_in_force(self.update_lists)
        self.assertAllSayTheSame("another edition of a list")
        self.put_in_force(lambda: self.assertExit(0, run(self.command_file, "lists", "rollback", "adult", "--lists", self.lists)))
        self.assertAllSayTheSame("the edition before it")
        self.withdraw("lift", "1")
        self.assertAllSayTheSame("the withdrawal was lifted")
        world.rules = [world.rule(number) for number in range(10, 17)]
        world.holders.pop(world.dice.choice(HELD))
        self.reload()
        self.assertAllSayTheSame("other rules, and an address that is nobody's")

    def kill_and_start(self, path):
        self.end(self.daemon, signal.SIGKILL)
        (self.sockets / "purge.sock").unlink()
        self.daemon = self.start(path)
        self.wait_for_identity()

    def withdraw(self, *arguments):
        self.assertExit(0, self.edgewatch("ict", "withdraw", *arguments, "--approved-by", "Head of HR"))

    def test_resolvers_refuse_what_why_says(self):
        seed = int(os.environ.get("EDGEWATCH_SEED", "1"))
        self.one_world(seed)
        print(f"seed {seed}: {self.compared} pairs of a client and a name, of which {self.refused} are refused")
        self.assertGreater(self.refused, self.compared // 20)
        self.assertLess(self.refused, self.compared * 19 // 20)


if __name__ == "__main__":
    unittest.main()
