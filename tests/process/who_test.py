"""`edgewatch who` and amendments through the real programs: whose an address was and why, by the same rules that attributed it, audited, and of identity only."""
import json
import unittest

from harness import NOT_PERMITTED, USAGE, Scratch, fake_clock

DAY = "2026-11-17"
PC, OTHER, ADDRESS = "02:00:5e:10:00:17", "02:00:5e:10:00:18", "10.20.1.17"
HEADER = "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session\n"


def event(recorded, kind, address="", mac="", person="", valid_from="", source="windows"):
    return f"{DAY}T{recorded}:00Z,{kind},{address},{mac},{person},{DAY}T{valid_from or recorded}:00Z,,{source},\n"


class Who(Scratch):
    def setUp(self):
        super().setUp()
        people = "p17,Person Seventeen,Planning,\np18,Person Eighteen,Planning,\np19,Person Nineteen,Planning,not-monitored\n"
        self.config = self.configure(people=people)
        self.feed = self.write("feed.csv", HEADER
                               + event("08:00", "lease", ADDRESS, PC, source="dhcp")
                               + event("09:00", "logon", mac=PC, person="p17")
                               + event("10:00", "lock", mac=PC, person="p17")
                               + event("10:30", "unlock", mac=PC, person="p17")
                               + event("11:00", "logon", mac=PC, person="p18")
                               + event("12:00", "lease", ADDRESS, OTHER, source="dhcp")
                               + event("13:00", "logon", mac=OTHER, person="p19")
                               + event("14:00", "shared", ADDRESS, source="admin"))
        # A capture with nothing in it: identity alone.
        (self.folder / "empty.pcap").write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
        self.assertExit(0, self.edgewatchd("--replay", self.folder / "empty.pcap", "--config", self.config, "--tenancy", self.feed,
                                           "--database", self.folder / "ledger.db"))
        self.start(self.config, fake_clock("@2026-11-18 12:00:00"))

    def who(self, clock, form="json", role="ict", address=ADDRESS):
        return self.edgewatch(role, "who", "--address", address, "--at", f"{DAY}T{clock}:00Z", "--format", form)

    def answer(self, clock):
        done = self.who(clock)
        self.assertExit(0, done)
        return json.loads(done.stdout)[-1]

    def test_each_moment_has_its_answer_and_its_reason(self):
        for clock, value, words in (
            ("08:30", f"device:{PC}", "nobody is known to have been logged on"),
            ("09:30", "p17", "grade A"),
            ("10:15", f"device:{PC}", "locked"),
            ("10:45", "p17", "grade A"),
            ("11:30", "p18", "grade A"),
            ("12:30", f"device:{OTHER}", "nobody"),
            ("14:30", "unattributed", "several people"),
        ):
            answer = self.answer(clock)
            self.assertEqual((answer["layer"], answer["value"]), ("answer", value), clock)
            self.assertIn(words, answer["says"], clock)
        layers = json.loads(self.who("09:30").stdout)
        self.assertEqual([row["layer"] for row in layers if row["superseded_at"] == "-"], ["address-device", "device-person", "answer"])
        self.assertEqual(layers[0]["source"], "dhcp")
        for row in layers:
            self.assertFalse(set(row) & {"service", "seconds", "minutes"}, "identity only")

    def test_forms_mistakes_and_roles(self):
        self.assertIn("answer", self.who("09:30", "table").stdout)
        self.assertTrue(self.who("09:30", "csv").stdout.startswith("layer,key,value,"))
        self.assertExit(USAGE, self.who("09:30", address="desk"))
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", "who", "--address", ADDRESS))

    def test_hr_asks_within_a_case_and_is_told_of_its_person_alone(self):
        def ask(clock, *more, day=DAY):
            return self.edgewatch("hr", "who", "--address", ADDRESS, "--at", f"{day}T{clock}:00Z", "--format", "json", *more)

        without = ask("09:30")
        self.assertExit(NOT_PERMITTED, without)
        self.assertIn("--case", without.stderr)
        self.assertExit(0, self.edgewatch("hr", "case", "open", "--reference", "HR-1", "--person", "p17", "--reason", "excessive-time", "--grounds", "a test",
                                          "--from", DAY, "--to", DAY, "--authorised-by", "a test"))
        theirs = ask("09:30", "--case", "HR-1")
        self.assertExit(0, theirs)
        self.assertEqual(json.loads(theirs.stdout)[-1]["value"], "p17")
        others = ask("11:30", "--case", "HR-1")
        self.assertEqual(json.loads(others.stdout)[-1]["value"], "another-person")
        self.assertNotIn("p18", others.stdout)
        self.assertExit(NOT_PERMITTED, ask("09:30", "--case", "HR-1", day="2026-11-18"))
        self.assertExit(NOT_PERMITTED, ask("09:30", "--case", "HR-2"))
        self.assertExit(0, self.edgewatch("hr", "case", "close", "--reference", "HR-1"))
        self.assertExit(NOT_PERMITTED, ask("09:30", "--case", "HR-1"))
        audit = [e for e in json.loads(self.edgewatch("auditor", "audit", "show", "--format", "json").stdout) if e["action"] == "who"]
        self.assertEqual([e["outcome"] for e in audit], ["refused", *["permitted"] * 4, "refused", "refused", "refused"])
        self.assertEqual({e["person"] for e in audit if e["outcome"] == "permitted"}, {"p17", "-"})

    def test_whoever_asks_stands_in_the_audit(self):
        self.who("09:30")
        audit = json.loads(self.edgewatch("auditor", "audit", "show", "--format", "json").stdout)
        asked = [entry for entry in audit if entry["action"] == "who"]
        self.assertEqual([(entry["person"], entry["outcome"]) for entry in asked], [("p17", "permitted")])
        self.assertIn(ADDRESS, asked[0]["text"])

    def test_nobody_who_is_not_monitored_is_named(self):
        self.assertNotIn("p19", self.who("13:30").stdout)


if __name__ == "__main__":
    unittest.main()
