"""The rule book through the real programs: which rules speak, access withdrawn and given back, use that is somebody's job, why something is decided, and what is wrong in the files."""
import csv
import io
import json
import re
import shlex
import signal
import time
import unittest

from harness import BAD_CONFIGURATION, BIN, NOT_PERMITTED, SOURCE, USAGE, Scratch, fake_clock, run

DAY = "2026-11-17"
PC, ADDRESS = "02:00:5e:10:00:17", "10.20.1.17"
OTHER_PC, OTHER_ADDRESS = "02:00:5e:10:00:18", "10.20.2.18"
HEADER = "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session\n"
PEOPLE = "p17,Person Seventeen,Planning,communications\np18,Person Eighteen,Planning,\np19,Person Nineteen,Planning,not-monitored\n"
RULES = """
[[rule]]
id = "evening"
action = "block"
services = ["youtube"]
schedule = ["mon-fri 18:00-22:00"]
[[rule]]
id = "counter"
action = "block"
class = "policy"
categories = ["social"]
networks = ["10.20.2.0/24"]
reason = "Desks of the public counter."
[[rule]]
id = "watched"
action = "log"
services = ["facebook"]
"""
# What may not reach a terminal, a spreadsheet or a parser as it is.
HOSTILE = "=cmd|'/c calc'!A1\x1b]0;x\x07 \u202eevil, \"quoted\""


def at_noon(day=DAY):
    return fake_clock(f"@{day} 12:00:00")


class RuleBook(Scratch):
    def setUp(self):
        super().setUp()
        self.config = self.configure(people=PEOPLE, rules=RULES)

    def begin(self, environment=None):
        """A ledger in which p17 and p18 are logged on, and the daemon at noon of the day."""
        def event(kind, address="", mac="", person=""):
            source = "dhcp" if kind == "lease" else "windows"
            return f"{DAY}T08:00:00Z,{kind},{address},{mac},{person},{DAY}T08:00:00Z,,{source},\n"
        feed = self.write("feed.csv", HEADER + event("lease", ADDRESS, PC) + event("lease", OTHER_ADDRESS, OTHER_PC)
                          + event("logon", mac=PC, person="p17") + event("logon", mac=OTHER_PC, person="p18"))
        (self.folder / "empty.pcap").write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
        self.assertExit(0, self.edgewatchd("--replay", self.folder / "empty.pcap", "--config", self.config, "--tenancy", feed, "--database", self.folder / "ledger.db"))
        return self.start(self.config, environment or at_noon())

    def ict(self, *arguments, role="ict"):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def table(self, *arguments, role="ict"):
        return json.loads(self.ict(*arguments, "--format", "json", role=role))

    def withdraw(self, person="p17", *more, services="facebook", case="HR-2026-014", approver="Head of HR"):
        return self.edgewatch("ict", "withdraw", "add", "--person", person, "--services", services, "--case", case, "--approved-by", approver, *more)

    def why(self, *arguments, name="www.facebook.com", role="ict"):
        return self.table("why", "--name", name, *arguments, role=role)

    def said(self, steps, part):
        return [step["says"] for step in steps if step["part"] == part]

    def reload(self, daemon, rules, sign="ALARM"):
        before = self.ict("status")
        (self.folder / "etc/rules.toml").write_text(rules)
        daemon.send_signal(signal.SIGHUP)
        for _ in range(200):
            if self.ict("status") != before:
                return
            time.sleep(0.05)
        self.fail("the reload changed nothing")

    def test_access_is_withdrawn_at_once_given_back_and_that_it_was_stays_known(self):
        daemon = self.begin()
        self.assertIn("log: rule watched", self.said(self.why("--person", "p17"), "decision")[0])
        self.assertExit(0, self.withdraw())
        blocked = self.said(self.why("--person", "p17"), "decision")[0]
        self.assertIn("block: access is withdrawn, by withdrawal:HR-2026-014", blocked)
        self.assertNotIn("block", self.said(self.why("--person", "p18", "--address", ADDRESS, name="www.instagram.com"), "decision")[0])
        # It outlives a reload and a restart.
        self.reload(daemon, RULES.replace("evening", "late"))
        self.assertIn("block", self.said(self.why("--person", "p17"), "decision")[0])
        self.assertEqual(self.end(daemon), 0)
        self.start(self.config, fake_clock(f"@{DAY} 13:00:00"))
        self.assertIn("block", self.said(self.why("--person", "p17"), "decision")[0])
        self.assertExit(USAGE, self.edgewatch("ict", "withdraw", "lift", "2", "--approved-by", "Head of HR"))
        self.ict("withdraw", "lift", "1", "--approved-by", "Head of HR")
        self.assertIn("log:", self.said(self.why("--person", "p17"), "decision")[0])
        then = self.why("--person", "p17", "--at", f"{DAY}T12:30:00Z")
        self.assertIn("block: access is withdrawn", self.said(then, "decision")[0])
        entry = self.table("withdraw", "list")[0]
        self.assertEqual((entry["state"], entry["person"], entry["approved_by"], entry["entered_by"], entry["lift_approved_by"]),
                         ("lifted", "p17", "Head of HR", "ewtest-ict", "Head of HR"))
        audit = [(e["action"], e["outcome"], e["person"]) for e in self.table("audit", "show", role="auditor") if e["action"].startswith("withdraw")]
        self.assertEqual(audit, [("withdraw add", "permitted", "p17"), ("withdraw lift", "refused", "-"), ("withdraw lift", "permitted", "p17"), ("withdraw list", "permitted", "-")])
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))

    def test_withdrawals_that_overlap_are_told_when_one_is_entered_and_when_one_is_lifted(self):
        (self.folder / "etc/rules.toml").write_text(RULES + '[[withdrawal]]\nperson = "p18"\nservices = ["youtube"]\napproved_by = "Head of HR"\n')
        self.begin()
        self.assertEqual(self.withdraw(services="facebook,x").stderr, "")
        self.assertEqual(self.withdraw("p18").stderr, "")
        self.assertEqual(self.withdraw(services="instagram").stderr, "")
        second = self.withdraw("p17", "--until", "2026-11-20", services="instagram,facebook", case="HR-2")
        self.assertExit(0, second)
        self.assertIn("it overlaps withdrawal 1 (facebook), 3 (instagram)", second.stderr)
        self.assertIn("it overlaps withdrawal rules.toml:", self.withdraw("p18", services="youtube").stderr)
        lift = lambda number: self.ict("withdraw", "lift", number, "--approved-by", "Head of HR")
        self.assertIn("; still withdrawn by 4 (facebook until 2026-11-21T00:00:00Z)", lift("1"))
        self.assertIn("block: access is withdrawn", self.said(self.why("--person", "p17"), "decision")[0])
        self.assertNotIn("still", lift("2"))
        self.assertIn("; still withdrawn by 3 (instagram)", lift("4"))
        self.assertNotIn("still", lift("3"))

    def test_a_withdrawal_of_what_is_somebodys_job_is_told_wherever_it_is_seen(self):
        job = '[[authorised_use]]\ngroup = "communications"\nservices = ["facebook", "x"]\napproved_by = "Head"\nreview_date = 2027-10-31\n'
        (self.folder / "etc/rules.toml").write_text(RULES + job)
        self.begin()
        self.assertEqual(self.withdraw("p18").stderr, "")
        self.assertEqual(self.withdraw(services="youtube", case="HR-2").stderr, "")
        said = self.withdraw(services="instagram,facebook", case="HR-3").stderr
        self.assertRegex(said, r"(?m)^edgewatch: withdrawal:HR-3 \(entered by command\) blocks facebook, which authorised:1 \(rules.toml:18\) authorises: blocked it is, though")
        add = lambda *more: self.edgewatch("ict", "authorise", "add", "--services", "youtube", "--purpose", "Films", "--review-date", "2027-10-31", "--approved-by", "Head", *more)
        self.assertEqual(add("--person", "p18").stderr, "")
        entered = add("--person", "p17")
        self.assertExit(0, entered)
        self.assertRegex(entered.stderr, r"^edgewatch: withdrawal:HR-2 \(entered by command\) blocks youtube, which authorised:entry-2 ")
        self.assertEqual(len(entered.stderr.splitlines()), 1)
        marks = {row["id"]: row["marks"] for row in self.table("rules")}
        self.assertEqual(marks["withdrawal:HR-3"], "contradicts authorised:1 for facebook")
        self.assertEqual(marks["authorised:entry-2"], "contradicted by withdrawal:HR-2 for youtube")
        self.assertEqual(marks["withdrawal:HR-2026-014"], "-")
        told = self.ict("check")
        self.assertRegex(told, r"(?m)^warning: \S+/rules.toml:18: withdrawal:HR-3 .* blocks facebook, which authorised:1 .*; end the one")
        self.assertRegex(told, r"(?m)^warning: register: withdrawal:HR-2 .* blocks youtube, which authorised:entry-2 ")
        self.ict("withdraw", "lift", "3", "--approved-by", "Head of HR")
        self.assertNotIn("HR-3", self.ict("check"))

    def test_a_withdrawal_lifts_itself_on_its_date(self):
        daemon = self.begin()
        self.assertExit(0, self.withdraw("p17", "--until", DAY))
        self.assertIn("block", self.said(self.why("--person", "p17"), "decision")[0])
        self.end(daemon)
        self.start(self.config, at_noon("2026-11-18"))
        self.assertNotIn("block", self.said(self.why("--person", "p17"), "decision")[0])
        self.assertEqual(self.table("withdraw", "list")[0]["state"], "ended")

    def test_who_may_withdraw_and_what_it_needs(self):
        self.begin()
        for role in ("hr", "auditor"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "withdraw", "add", "--person", "p17", "--services", "facebook", "--case", "HR-1", "--approved-by", "A"))
        self.assertExit(USAGE, self.edgewatch("ict", "withdraw", "add", "--person", "p17", "--services", "facebook", "--case", "HR-1"))
        for wrong in (self.withdraw("p99"), self.withdraw("p19"), self.withdraw(services="no-such"), self.withdraw(case="HR/1"), self.withdraw(case="HR-p17"),
                      self.withdraw(approver="ewtest-ict"), self.withdraw("p17", "--until", "2026-11-16"), self.withdraw("p17", "--from", "soon")):
            self.assertExit(USAGE, wrong)
        self.assertEqual(self.table("withdraw", "list"), [])
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", "withdraw", "list"))
        self.assertEqual(self.table("withdraw", "list", role="auditor"), [])

    def test_work_use_is_entered_reviewed_and_a_review_that_is_due_is_said(self):
        daemon = self.begin()
        self.ict("authorise", "add", "--group", "communications", "--services", "facebook", "--purpose", "The council page", "--hours", "mon-fri 08:00-18:00",
                 "--review-date", "2027-10-31", "--approved-by", "Head of Communications")
        self.assertIn("authorised", self.said(self.why("--person", "p17"), "purpose")[0])
        self.assertIn("personal", self.said(self.why("--person", "p18"), "purpose")[0])
        self.assertIn("outside its hours", " ".join(self.said(self.why("--person", "p17", "--at", "2026-11-17T19:00:00Z"), "authorised use")))
        self.end(daemon)
        daemon = self.start(self.config, at_noon("2027-11-01"))
        self.assertIn("review was due on 2027-10-31", self.table("authorise", "list")[0]["mind"])
        self.assertIn("authorise review 1", self.ict("check"))
        self.assertIn("reviews of authorised use that are due: 1", self.ict("status"))
        self.ict("authorise", "review", "1", "--review-date", "2028-10-31", "--approved-by", "Head of Communications")
        self.assertEqual(self.table("authorise", "list")[0]["mind"], "-")
        self.ict("authorise", "review", "1", "--end", "--approved-by", "Head of Communications")
        self.assertIn("personal", self.said(self.why("--person", "p17"), "purpose")[0])
        self.assertIn("ended by ewtest-ict", self.table("authorise", "list")[0]["reviews"])

    def test_why_is_read_aloud_step_by_step(self):
        self.begin()
        steps = self.why("--address", OTHER_ADDRESS)
        self.assertEqual([step["step"] for step in steps], [str(i + 1) for i in range(len(steps))])
        self.assertIn("p18, at grade A, by logon", " ".join(self.said(steps, "identity")))
        self.assertRegex(self.said(steps, "name")[0], r"service facebook, category social, role core\) by .*\.toml:\d+: .*revision [0-9a-f]{16}")
        rules = self.said(steps, "rule")
        self.assertRegex(rules[0], r"rule evening \(rules.toml:2\), block: no: it is about other names, services or categories")
        self.assertRegex(rules[1], r"rule counter \(rules.toml:7\), block: it speaks of this")
        self.assertIn("1 more rules were not asked", rules[2])
        self.assertEqual(self.said(steps, "decision")[0], "block: rule counter is the first that speaks of it, because: Desks of the public counter.")
        enforcement = " ".join(self.said(steps, "enforcement"))
        self.assertIn("mode observe: edgewatch itself holds nothing back", enforcement)
        self.assertIn("does not have the name", enforcement)
        canary = " ".join(self.said(self.why("--address", OTHER_ADDRESS, name="use-application-dns.net"), "enforcement"))
        self.assertIn("exported at that time, refuses the name (NXDOMAIN) to everybody, for by it programs ask", canary)
        evening = self.why("--address", ADDRESS, name="www.youtube.com")
        self.assertRegex(self.said(evening, "rule")[0], "12:00 GMT is outside its hours, mon-fri 18:00-22:00")
        self.assertIn("what no rule speaks of is allowed", self.said(evening, "decision")[0])
        unknown = self.why("--address", "10.20.3.3")
        self.assertIn("nobody", " ".join(self.said(unknown, "identity")))
        table = self.ict("why", "--person", "p18", "--name", "www.facebook.com")
        self.assertRegex(table, r"(?m)^1 +identity +")
        asked = [e for e in self.table("audit", "show", role="auditor") if e["action"] == "why"]
        self.assertEqual({e["person"] for e in asked}, {"p17", "p18", "-"})
        self.assertIn("www.facebook.com", asked[0]["text"])
        # Whoever an answer names finds in the audit that somebody asked.
        self.why("--person", "p17", "--address", OTHER_ADDRESS)
        asked = [e for e in self.table("audit", "show", role="auditor") if e["action"] == "why"]
        self.assertEqual([e["person"] for e in asked[-2:]], ["p17", "p18"])

    def test_why_ends_where_nothing_is_read(self):
        self.config.write_text('exclude = ["10.20.2.0/24"]\n' + self.config.read_text())
        self.begin()
        for asked, words in ((("--address", OTHER_ADDRESS), "10.20.2.18: this network is excluded (exclude): nothing of it is read, and no rule is asked"),
                             (("--person", "p18"), "this network is excluded"),
                             (("--address", "192.0.2.7"), "192.0.2.7 is of none of the council's networks (inside)")):
            with self.subTest(asked=asked):
                steps = self.why(*asked)
                self.assertIn(words, self.said(steps, "identity")[0])
                self.assertEqual({step["part"] for step in steps}, {"identity", "enforcement"})
                self.assertNotIn("attempt", str(steps))
        self.assertIn("log: rule watched", self.said(self.why("--address", ADDRESS), "decision")[0])

    def test_why_of_a_past_time_is_by_the_rules_of_then(self):
        daemon = self.begin()
        self.assertIn("counter", self.said(self.why("--address", OTHER_ADDRESS), "decision")[0])
        self.reload(daemon, "")
        self.assertIn("what no rule speaks of", self.said(self.why("--address", OTHER_ADDRESS), "decision")[0])
        self.end(daemon)
        (self.folder / "etc/rules.toml").write_text(RULES)
        self.end(self.start(self.config, fake_clock(f"@{DAY} 13:00:00")))
        (self.folder / "etc/rules.toml").write_text("")
        self.start(self.config, fake_clock(f"@{DAY} 14:00:00"))
        self.assertIn("what no rule speaks of", self.said(self.why("--address", OTHER_ADDRESS), "decision")[0])
        self.assertIn("what no rule speaks of", self.said(self.why("--address", OTHER_ADDRESS, "--at", f"{DAY}T12:59:00Z"), "decision")[0])
        then = self.why("--address", OTHER_ADDRESS, "--at", f"{DAY}T13:30:00Z")
        self.assertIn("counter", self.said(then, "decision")[0])
        self.assertIn("as it was in force at", self.said(then, "rule book")[0])
        before = self.why("--address", OTHER_ADDRESS, "--at", f"{DAY}T09:00:00Z")
        for part in ("catalogue", "lists", "rule book"):
            self.assertIn("is not kept", self.said(before, part)[0])

    def test_why_of_a_past_time_is_by_the_catalogue_of_then(self):
        folder = self.folder / "etc" / "catalogue"
        folder.mkdir()
        def catalogue(service, other):
            (folder / "made.toml").write_text("".join(
                f'[[service]]\nid = "{each}"\nname = "{each.title()}"\nfamily = "{each.title()}"\ncategory = "social"\n'
                f'[service.hosts]\ncore = ["{each}.example"{extra}]\n'
                for each, extra in ((service, ', "wall.example"'), (other, ""))))
        catalogue("facebook", "youtube")
        self.config.write_text(re.sub(r"(?m)^catalogue = .*$", 'catalogue = "catalogue"', self.config.read_text()))
        daemon = self.begin()
        def asked(*more):
            return self.said(self.why("--address", ADDRESS, *more, name="wall.example"), "name")[0]
        self.assertIn("(service facebook", asked())
        self.end(daemon)
        catalogue("youtube", "facebook")
        daemon = self.start(self.config, fake_clock(f"@{DAY} 14:00:00"))
        self.assertIn("(service youtube", asked())
        before = f"{DAY}T13:00:00Z"
        self.assertIn("(service facebook", asked("--at", before))
        steps = self.why("--address", ADDRESS, "--at", before, name="wall.example")
        self.assertIn("the one of then is asked", self.said(steps, "catalogue")[0])
        self.assertIn("log: rule watched", self.said(steps, "decision")[0])
        self.assertNotIn("watched", self.said(self.why("--address", ADDRESS, name="wall.example"), "decision")[0])

    def test_hr_asks_why_within_a_case_and_nobody_unwatched_is_told_of(self):
        self.begin()
        ask = ("why", "--name", "www.facebook.com", "--address", ADDRESS, "--at", f"{DAY}T11:00:00Z")
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", *ask))
        self.assertExit(NOT_PERMITTED, self.edgewatch("auditor", *ask, socket=self.sockets / "ict.sock"))
        self.ict("case", "open", "--reference", "HR-1", "--person", "p17", "--reason", "excessive-time", "--grounds", "a test", "--from", DAY, "--to", DAY,
                 "--authorised-by", "a test", role="hr")
        self.assertIn("p17", self.ict(*ask, "--case", "HR-1", role="hr"))
        others = self.ict("why", "--name", "www.facebook.com", "--address", OTHER_ADDRESS, "--at", f"{DAY}T11:00:00Z", "--case", "HR-1", role="hr")
        self.assertIn("another person's", others)
        self.assertNotIn("p18", others)
        self.assertNotIn("rule", others)
        self.assertExit(USAGE, self.edgewatch("hr", *ask, "--case", "HR-1", "--person", "p18"))
        self.assertIn("not watched", self.ict("why", "--name", "www.facebook.com", "--person", "p19"))
        self.assertExit(USAGE, self.edgewatch("ict", "why", "--name", "www.facebook.com"))
        self.assertExit(USAGE, self.edgewatch("ict", "why", "--name", "www.facebook.com", "--person", "p99"))

    def test_rules_tells_which_speak_and_which_never_can_and_names_nobody(self):
        more = RULES + """
[[rule]]
id = "shadowed"
action = "allow"
services = ["facebook"]
[[rule]]
id = "one-person"
action = "block"
services = ["reddit"]
people = ["p17"]
[[withdrawal]]
person = "p18"
services = ["x"]
until = 2026-11-20
case = "HR-2"
approved_by = "Head of HR"
"""
        self.config = self.configure(people=PEOPLE, rules=more)
        self.begin()
        table = {row["id"]: row for row in self.table("rules")}
        self.assertIn("rule watched stands before it and takes all of it, to log", table["shadowed"]["marks"])
        self.assertIn("fewer than 10", table["one-person"]["marks"])
        self.assertEqual(table["withdrawal:HR-2"]["marks"], "ends on 2026-11-20")
        self.assertEqual(table["counter"]["who"], "networks: 10.20.2.0/24")
        self.assertEqual(table["evening"]["when"], "mon-fri 18:00-22:00")
        for form in ("table", "csv", "json"):
            self.assertNotRegex(self.ict("rules", "--format", form), r"\bp1[789]\b")
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", "rules"))
        self.assertIn("shadowed", self.ict("rules", role="auditor"))

    def test_check_tells_mistakes_apart_from_oddities(self):
        self.begin()
        self.assertIn("no problem found", self.ict("check"))
        self.config = self.configure(people=PEOPLE, rules=RULES + '[[rule]]\nid = "late"\naction = "allow"\nservices = ["facebook"]\n[[authorised_use]]\nperson = "p17"\n'
                                     'services = ["x"]\nreview_date = 2026-01-01\n')
        odd = self.edgewatch("ict", "check")
        self.assertExit(0, odd)
        etc = self.folder / "etc"
        self.assertRegex(odd.stdout, rf"(?m)^warning: {etc}/rules.toml:18: rule 'late' can never match: .*; ")
        self.assertIn(f"warning: {etc}/rules.toml:22: nobody is named who approved this use; ", odd.stdout)
        self.assertIn("review of this authorisation was due on 2026-01-01", odd.stdout)
        self.assertIn(f"warning: {etc}/rules.toml: this is not what is in force", odd.stdout)
        self.config = self.configure(people="p17,Person,planning,\np17,Twice,planning,\n", assignments="mac,not-a-mac,p17,,\n",
                                     rules='[[rule]]\nid = "a"\naction = "block"\nservices = ["no-such"]\nfail = "closed"\n')
        bad = self.edgewatch("ict", "check")
        self.assertExit(BAD_CONFIGURATION, bad)
        for place in ("people.csv:3:", "assignments.csv:2:", "rules.toml:4:", "rules.toml:5:"):
            self.assertRegex(bad.stdout, rf"(?m)^error: {etc}/{place}.*; .")
        told = self.edgewatch("ict", "check", "--format", "csv")
        self.assertExit(BAD_CONFIGURATION, told)
        self.assertEqual({row["severity"] for row in csv.DictReader(io.StringIO(told.stdout))}, {"error"})
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", "check"))

    def test_rules_that_contradict_or_reach_nobody_are_told_by_rules_and_check(self):
        rule = lambda id, action, rest: f'[[rule]]\nid = "{id}"\naction = "{action}"\n{rest}\n'
        self.config = self.configure(people=PEOPLE, extra='exclude = ["10.20.9.0/24"]', rules=
            rule("page", "allow", 'services = ["facebook"]') + rule("one-name", "block", 'names = ["www.facebook.com"]')
            + rule("both", "block", 'services = ["facebook", "x"]') + rule("guests", "block", 'services = ["reddit"]\nnetworks = ["10.20.9.0/25"]')
            + rule("unseen", "block", 'services = ["reddit"]\npeople = ["p19"]') + rule("low", "block", 'services = ["youtube"]\nnetworks = ["10.20.0.0/17"]')
            + rule("high", "block", 'services = ["youtube"]\nnetworks = ["10.20.128.0/17"]') + rule("rest", "allow", 'services = ["youtube"]\nnetworks = ["10.20.0.0/16"]')
            + '[[withdrawal]]\nperson = "p19"\nservices = ["x"]\ncase = "HR-1"\napproved_by = "Head of HR"\n')
        self.begin()
        told = self.ict("check")
        marks = {row["id"]: row["marks"] for row in self.table("rules")}
        for id, mark in (("one-name", "never matches: rule page stands before it and takes all of it, to allow"),
                         ("both", "contradicted: rule page stands before it and takes facebook, to allow"),
                         ("guests", "never matches: all its networks are excluded"), ("unseen", "never matches: everybody it is about is in group not-monitored"),
                         ("rest", "never matches: rules low (block), high (block) stand before it and together take all of it")):
            self.assertIn(mark, marks[id])
            self.assertRegex(told, rf"(?m)^warning: \S+/rules.toml:\d+: rule '{id}' (can never match|is contradicted): {re.escape(mark.split(': ', 1)[1])}.*; .")
        for id in ("page", "low", "high"):
            self.assertNotRegex(marks[id], "never|contradicted")
        self.assertIn("this withdrawal never takes effect: it is about somebody in group not-monitored", told)

    def test_hostile_words_are_neutral_in_every_form(self):
        quoted = json.dumps(HOSTILE)
        self.config = self.configure(people=PEOPLE, rules=RULES.replace('"Desks of the public counter."', quoted))
        self.begin()
        self.assertExit(0, self.withdraw(approver=HOSTILE))
        self.ict("authorise", "add", "--person", "p17", "--services", "facebook", "--purpose", HOSTILE, "--account", HOSTILE, "--review-date", "2027-10-31",
                 "--approved-by", HOSTILE)
        self.ict("withdraw", "lift", "1", "--approved-by", HOSTILE)
        asked = (("rules",), ("withdraw", "list"), ("authorise", "list"), ("why", "--name", "www.facebook.com", "--address", OTHER_ADDRESS), ("check",))
        for command in asked:
            for form in ("table", "csv", "json"):
                out = self.ict(*command, "--format", form)
                self.assertNotRegex(out, r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", (command, form))
                if form == "table":
                    self.assertNotIn("\u202e", out)
                if form == "json":
                    json.loads(out)
                if form == "csv":
                    for row in csv.reader(io.StringIO(out)):
                        self.assertFalse([cell for cell in row if re.match(r"[=+@]", cell)], row)
        for name in ("=cmd", "a b", "x\x1b[31m", "x" * 300):
            done = self.edgewatch("ict", "why", "--person", "p17", "--name", name)
            self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_every_example_works_as_it_stands(self):
        self.begin()
        for words in (("withdraw", "add"), ("withdraw", "list"), ("withdraw", "lift"), ("authorise", "add"), ("authorise", "list"), ("authorise", "review"),
                      ("why",), ("rules",), ("check",)):
            example = run(self.command_file, *words, "--help").stdout.split("Example:")[1].split("--socket")[0].strip().splitlines()[0].strip()
            self.assertTrue(example.startswith("edgewatch "), example)
            self.ict(*shlex.split(example)[1:])


class Matches(Scratch):
    def test_a_rule_counts_what_it_speaks_of_and_a_restart_forgets_nothing(self):
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", DAY, "--output", self.folder / "o.pcap", "--truth", self.folder / "truth.tsv",
                   "--config-dir", self.folder / "etc", "--catalogue", SOURCE / "etc/catalogue")
        self.assertExit(0, made)
        config = self.folder / "etc/edgewatch.toml"
        config.write_text(config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"') + f'\n[runtime]\nsockets = "{self.sockets}"\n')
        for _ in range(2):  # again into the same ledger: nothing is counted twice
            self.assertExit(0, self.edgewatchd("--replay", self.folder / "o.pcap", "--config", config, "--database", self.folder / "ledger.db"))
        blocks = self.edgewatchd("--replay", self.folder / "o.pcap", "--config", config, "--print", "blocks").stdout
        attempts = sum(int(line.split("\t")[-1]) for line in blocks.splitlines()[1:] if "no-gambling" in line)
        told = []
        for _ in range(2):
            daemon = self.start(config, fake_clock("@2026-11-18 09:00:00"))
            rows = {row["id"]: row for row in json.loads(self.edgewatch("ict", "rules", "--format", "json").stdout)}
            told.append(rows)
            self.end(daemon)
        self.assertEqual(told[0], told[1])
        self.assertEqual(int(told[0]["no-gambling"]["matches"]), attempts)
        self.assertGreater(attempts, 0)
        self.assertTrue(told[0]["no-gambling"]["last_match"].startswith(DAY))
        self.assertEqual(told[0]["no-dating"]["marks"], f"unused since {DAY}")


if __name__ == "__main__":
    unittest.main()
