"""A reload under live traffic loses no packet, and everything it swaps takes effect at one definite point, which the ledger knows. Lists are followed without a signal."""
import json
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import SOURCE, Scratch, run

sys.path.insert(0, str(SOURCE / "tests/lab"))
sys.path.insert(0, str(SOURCE / "tests/process"))
from question_frames import frames_of_questions  # noqa: E402
from wire import Wire  # noqa: E402

# Sends a question and its refusal for one name after the other, a round a millisecond, until told to end; then says when each was sent.
SENDER = """
import json, select, socket, sys, time
sys.path[:0] = sys.argv[1:3]
from question_frames import frames_of_questions
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[3], 0))
sent = []
print("sending", flush=True)
while not select.select([sys.stdin], [], [], 0.001)[0]:
    for word in "abc":
        sent.append(time.time())
        for frame in frames_of_questions(f"q{len(sent)}.{word}.example", 0, refused=True):
            wire.send(frame)
print(json.dumps(sent), flush=True)
"""


def rules(when, service):
    return f"""[[rule]]
id = "a-{when}"
action = "block"
names = ["a.example"]
[[rule]]
id = "b-{when}"
action = "block"
services = ["{service}"]
[[rule]]
id = "c-{when}"
action = "block"
categories = ["listed"]
"""


def catalogue(service):
    return f'[[service]]\nid = "{service}"\nname = "B"\nfamily = "B"\ncategory = "social"\n[service.hosts]\ncore = ["b.example"]\n'


class Reload(Scratch):
    def setUp(self):
        super().setUp()
        self.wire = Wire()
        self.addCleanup(self.wire.close)
        self.main = self.configure(interfaces=[self.wire.watched], extra='lists = "lists.toml"')
        text = self.main.read_text().replace(f"{SOURCE}/etc/catalogue", str(self.folder / "etc/catalogue"))
        self.main.write_text(text.replace("[capture]\n", "[capture]\nthreads = 2\n"))
        self.write("etc/lists.toml", 'folder = "../kept"\n[[list]]\nname = "c"\ncategory = "listed"\nformat = "domains"\nfile = "c.txt"\nchange = 1000\ndrift = 1000\n')
        self.update_list("other.example\n")
        self.update_list("c.example\n")
        self.write_rules("before", "one")

    def write_rules(self, when, service):
        self.write("etc/rules.toml", rules(when, service))
        self.write("etc/catalogue/b.toml", catalogue(service))

    def lists(self, *arguments):
        done = run(self.command_file, "lists", *arguments, "--lists", self.folder / "etc/lists.toml")
        self.assertExit(0, done)

    def update_list(self, text):
        self.write("etc/c.txt", text)
        self.lists("update")

    def ledger(self, question):
        with sqlite3.connect(f"file:{self.folder}/ledger.db?mode=ro", uri=True) as connection:
            return connection.execute(question).fetchall()

    def in_force(self, kind):
        return self.ledger(f"SELECT at_us, revision FROM in_force WHERE kind = '{kind}' ORDER BY at_us")

    def wait_for(self, condition):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.daemon_log())
            time.sleep(0.02)

    def send(self):
        command = ["ip", "netns", "exec", self.wire.sender, sys.executable, "-B", "-c", SENDER, SOURCE / "tests/process", SOURCE / "tests/lab", self.wire.outlet]
        sender = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(sender.kill)
        self.assertEqual(sender.stdout.readline(), "sending\n")
        time.sleep(1)
        return sender

    def test_all_of_it_takes_effect_at_one_point_and_no_packet_is_lost(self):
        before = self.wire.counters()["rx"]
        daemon = self.start(self.main, prefix=self.wire.inside_watcher())
        sender = self.send()
        # What cannot be read changes nothing, and says where.
        self.write("etc/rules.toml", "[[rule]]\nid = \"x\"\naction = \"burn\"\n")
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "refused" in self.daemon_log())
        self.assertIn("rules.toml:3:", self.daemon_log())
        self.write_rules("after", "two")
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: len(self.in_force("rule_book")) == 2)
        time.sleep(1)
        self.lists("rollback", "c")  # which the daemon notices by itself
        self.wait_for(lambda: len(self.in_force("lists")) == 2)
        time.sleep(1)
        sent = json.loads(sender.communicate("end\n", timeout=60)[0])
        time.sleep(1)
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

        arrived = self.wire.counters()["rx"] - before
        seen, lost = self.ledger("SELECT sum(seen), sum(lost_in_kernel + lost_in_queue) FROM coverage WHERE state = 0")[0]
        self.assertEqual((arrived, seen, lost), (2 * len(sent), 2 * len(sent), 0))

        counted = {}
        for rule, service, attempts in self.ledger("SELECT rule, service, sum(attempts) FROM block_policy GROUP BY rule, service"):
            counted[rule, service] = attempts
        each = len(sent) // 3
        point = counted["a-before", ""] + counted["b-before", "one"] + counted["c-before", ""]  # names judged before the reload
        self.assertEqual(set(counted), {("a-before", ""), ("a-after", ""), ("b-before", "one"), ("b-after", "two"), ("c-before", ""), ("c-after", "")})
        # Round robin: of the first `point` names, this many are of each kind; every other one was judged by the new book and catalogue.
        self.assertEqual([counted["a-before", ""], counted["b-before", "one"], counted["c-before", ""]], [(point + 2 - i) // 3 for i in range(3)])
        self.assertEqual([counted["a-after", ""], counted["b-after", "two"]], [each - (point + 2 - i) // 3 for i in range(2)])
        reloaded = self.in_force("rule_book")[1][0] / 1e6
        self.assertEqual(self.in_force("catalogue")[1][0] / 1e6, reloaded)
        self.assertLess(sent[point - 1], reloaded)
        # The lists changed later, at a point of their own.
        changed = self.in_force("lists")[1][0] / 1e6
        self.assertLess(reloaded, changed)
        of_list = counted["c-before", ""] + counted["c-after", ""]
        self.assertLess(sent[3 * of_list - 1], changed)
        self.assertLess(of_list, each)

    def test_a_list_is_tried_on_the_names_that_many_clients_use_and_no_other_name_is_told(self):
        self.start(self.main, prefix=self.wire.inside_watcher())
        frames = [frame for name, clients in (("www.many.example", 60), ("c.example", 60), ("few.example", 9), ("unlisted.example", 60))
                  for client in range(clients) for frame in frames_of_questions(name, client, refused=True)]
        script = "import socket, sys\nwire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nwire.bind((sys.argv[1], 0))\nfor line in sys.stdin: wire.send(bytes.fromhex(line))"
        done = run("ip", "netns", "exec", self.wire.sender, sys.executable, "-c", script, self.wire.outlet, input="\n".join(frame.hex() for frame in frames))
        self.assertExit(0, done)
        self.write("etc/c.txt", "many.example\nfew.example\n")
        # A list that is new, for which another one has the name before it in the set: each says its own line.
        self.write("etc/d.txt", "elsewhere.example\nmany.example\n")
        with open(self.folder / "etc/lists.toml", "a", encoding="utf-8") as toml:
            toml.write('[[list]]\nname = "d"\ncategory = "listed"\nformat = "domains"\nfile = "d.txt"\n')

        def rehearsed():
            command = [self.command_file, "lists", "rehearse", "--lists", self.folder / "etc/lists.toml", "--socket", self.sockets / "ict.sock", "--format", "json"]
            done = run("setpriv", "--reuid=ewtest-ict", "--regid=nogroup", "--init-groups", *command)
            self.assertExit(0, done)
            return done

        subprocess.run(["chown", "-R", "ewtest-ict", self.folder / "kept"], check=True)
        self.wait_for(lambda: "tried on 3 names" in rehearsed().stderr)
        said = rehearsed()
        self.assertIn("that at least 10 clients used in the last 18 to 24 hours: 2 newly listed, 1 freed", said.stderr)
        found = {(row["list"], row["change"], row["name"], row["entry"], row["line"], row["rules"]) for row in json.loads(said.stdout)}
        self.assertEqual(found, {("c", "listed", "www.many.example", "many.example", "1", "c-before"), ("d", "listed", "www.many.example", "many.example", "2", "c-before"),
                                 ("c", "freed", "c.example", "c.example", "1", "c-before")})
        for row in json.loads(said.stdout):
            self.assertRegex(row["clients"], r"^at least [1-6][0-9]$")
            self.assertLessEqual(int(row["clients"].split()[-1]), 60)
        for word in ("few.example", "unlisted.example", "10.20."):
            self.assertNotIn(word, said.stdout + said.stderr)
        self.assertEqual(list((self.folder / "kept/sets.d").glob("rehearsal*")), [])


if __name__ == "__main__":
    unittest.main()
