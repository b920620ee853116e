"""What staff are told, from the configuration that runs; and that somebody is told when it is no longer so."""
import json
import unittest

from harness import NOT_PERMITTED, USAGE, Scratch

GOVERNANCE = '[governance]\ncontroller = "Example Council"\npurpose = "Checking the policy, in a case"\nnotice = "https://intranet.example/notice"\ndpia_reference = "DPIA-2026-017"\n'


class Notice(Scratch):
    def serve(self, more="", rules="", exclude=""):
        if hasattr(self, "daemon"):
            self.end(self.daemon)
        path = self.configure(people="p17,Person Seventeen,Planning,\n", rules=rules, extra=exclude)
        path.write_text(path.read_text() + GOVERNANCE + more)
        self.daemon = self.start(path)

    def ask(self, *arguments):
        done = self.edgewatch("auditor", *arguments)
        self.assertExit(0, done)
        return " ".join(done.stdout.split()), done.stderr

    def alarms(self):
        return [row["what"] for row in json.loads(self.edgewatch("ict", "status", "--format", "json").stdout) if row["what"].startswith("ALARM")]

    def test_staff_read_what_the_configuration_does(self):
        self.serve(exclude='exclude = ["10.20.240.0/20"]')
        said, _ = self.ask("notice")
        for needle in ("Example Council", "Checking the policy, in a case", "https://intranet.example/notice", "Facebook", "10.20.240.0/20", "No rule blocks anything at present",
                       "Covert cases are switched off", "One year, to the day", "Information Commissioner", "Encrypted traffic is not decrypted"):
            self.assertIn(needle, said)
        self.assertNotIn("p17", said)
        page = self.edgewatch("auditor", "notice", "--format", "html").stdout
        self.assertIn('<html lang="en-GB">', page)
        self.serve(more="[cases]\ncovert = true\n[retention]\nyears = 2\n[roles]\ncombined = true\n",
                   rules='[[rule]]\nid = "no-adult"\naction = "block"\nclass = "inappropriate"\ncategories = ["adult"]\n')
        said, _ = self.ask("notice")
        for needle in ("within 90 days", "2 years, to the day", "one person holds several", "inappropriate material held back are counted with the person"):
            self.assertIn(needle, said)
        described, _ = self.ask("dpia")
        for needle in ("DPIA-2026-017", "10.20.0.0/16", "SI 2018/356", "section 46", "2 years"):
            self.assertIn(needle, described)

    def test_whoever_issued_it_is_told_when_it_is_no_longer_so(self):
        self.serve()
        self.assertIn("has not been issued yet", self.ask("notice")[1])
        self.assertExit(USAGE, self.edgewatch("auditor", "notice", "--issued"))
        for role in ("ict", "hr"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "notice", "--issued", "--by", "Data Protection Officer"))
        self.ask("notice", "--issued", "--by", "Data Protection Officer")
        self.ask("dpia", "--approved", "--by", "Head of Governance")
        self.assertIn("is as it was issued on", self.ask("notice")[1])
        self.assertEqual(self.alarms(), [])
        self.serve(more="[cases]\ncovert = true\n")
        state = self.ask("notice")[1]
        self.assertIn("no longer as it was issued", state)
        self.assertIn("no longer: Who sees it, and when: You are told of a case about you, or", state)
        self.assertIn("new: Who sees it, and when: You are told of a case about you. In exceptional", state)
        self.assertIn("Covert cases are possible: yes", self.ask("dpia")[1])
        self.assertEqual(self.alarms(), ["ALARM monitoring notice", "ALARM processing description"])
        self.ask("notice", "--issued", "--by", "Data Protection Officer")
        self.ask("dpia", "--approved", "--by", "Head of Governance")
        inappropriate = '[[rule]]\nid = "no-adult"\naction = "block"\nclass = "inappropriate"\ncategories = ["adult"]\n'
        self.serve(more="[cases]\ncovert = true\n", rules=inappropriate)
        self.ask("notice", "--issued", "--by", "Data Protection Officer")
        self.ask("dpia", "--approved", "--by", "Head of Governance")
        self.serve(more=f'[cases]\ncovert = true\n[enforcement]\nevents_file = "{self.folder}/blocks.jsonl"\nevents_name_people = true\n', rules=inappropriate)
        self.assertIn("new: What is blocked: Those attempts are also given, with the person, to the council's security monitoring", self.ask("notice")[1])
        self.assertIn("is given to others as it happens: yes", self.ask("dpia")[1])
        self.assertEqual(self.alarms(), ["ALARM monitoring notice", "ALARM processing description"])
        self.ask("notice", "--issued", "--by", "Data Protection Officer")
        self.ask("dpia", "--approved", "--by", "Head of Governance")
        self.assertEqual(self.alarms(), [])
        audited = [(e["action"], e["text"]) for e in json.loads(self.edgewatch("auditor", "audit", "show", "--format", "json").stdout) if e["text"].startswith(("issued", "approved"))]
        self.assertEqual(audited, [("notice", "issued by Data Protection Officer"), ("dpia", "approved by Head of Governance")] * 4)


if __name__ == "__main__":
    unittest.main()
