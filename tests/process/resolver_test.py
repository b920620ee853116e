"""The policy in real resolvers: what the rules block does not exist there, its exceptions and all other names are answered."""
import time
import unittest

from harness import run
from resolvers import ANSWER, ResolverCase

RULES = """
[[rule]]
id = "training"
action = "allow"
names = ["training.videos.example", "ours.lessons.videos.example"]

[[rule]]
id = "no-videos"
action = "block"
names = ["videos.example"]
reason = "test"

[[rule]]
id = "no-tiktok"
action = "block"
services = ["tiktok"]
reason = "test"

[[rule]]
id = "one-person"
action = "block"
names = ["scoped.example"]
people = ["p17"]
reason = "test"
"""
REFUSED, BELOW_REFUSED = ("videos.example", "VIDEOS.Example", "tiktok.com"), ("www.videos.example", "a.b.videos.example", "lessons.videos.example", "theirs.lessons.videos.example", "www.tiktok.com")
ANSWERED = ("training.videos.example", "ours.lessons.videos.example", "a.ours.lessons.videos.example", "a.training.videos.example", "scoped.example", "other.example", "notvideos.example")
# Between a refused name and an exception: written out, since no wildcard reaches it.
BETWEEN = "lessons.videos.example"
# Firefox and Apple's relay ask these whether they may go round the resolver; only NXDOMAIN means no.
CANARIES = ("use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com")


class Resolvers(ResolverCase):
    def setUp(self):
        super().setUp()
        self.start(self.configure(rules=RULES, people="p17,Person,planning,\n"))

    def exported(self, form, name, *options):
        done = self.edgewatch("ict", "export", form, *options)
        self.assertExit(0, done)
        return self.write(name, done.stdout)

    def ask(self, name):
        done = run("dig", "@127.0.0.1", "-p", str(self.port), "+tries=1", "+time=2", name, "A")
        for answer, sign in (("NXDOMAIN", "status: NXDOMAIN"), (ANSWER, f"\t{ANSWER}"), ("0.0.0.0", "\t0.0.0.0")):
            if sign in done.stdout:
                return answer
        return done.stdout

    def assertAnswers(self, expected):
        for _ in range(50):
            if self.ask("other.example") == ANSWER:
                break
            time.sleep(0.1)
        self.assertEqual({name: self.ask(name) for name in expected}, expected, (self.folder / "resolver.log").read_text())

    def dnsmasq(self, *lines):
        conf = self.write("dnsmasq.conf", "\n".join(("no-resolv", "no-hosts", f"port={self.port}", "listen-address=127.0.0.1", "bind-interfaces",
                                                     f"server=127.0.0.1#{self.port + 500}", *lines)) + "\n")
        self.assertExit(0, run("dnsmasq", "--test", f"--conf-file={conf}"))
        self.run_until_the_end("dnsmasq", "--keep-in-foreground", "--user=root", "--pid-file", f"--conf-file={conf}")

    def test_unbound_with_the_response_policy_zone(self):
        zone = self.exported("rpz", "edgewatch.rpz")
        conf = self.unbound_conf(self.port, f'rpz:\n  name: edgewatch.rpz\n  zonefile: "{zone}"\n', "remote-control:\n  control-enable: no\n")
        self.assertExit(0, run("unbound-checkconf", conf))
        self.run_until_the_end("unbound", "-d", "-c", str(conf))
        self.assertAnswers(dict.fromkeys(REFUSED + BELOW_REFUSED + CANARIES, "NXDOMAIN") | dict.fromkeys(ANSWERED, ANSWER))

    def test_dnsmasq_with_its_own_list(self):
        self.dnsmasq(f"conf-file={self.exported('dnsmasq', 'edgewatch.dnsmasq')}")
        self.assertAnswers(dict.fromkeys(REFUSED + BELOW_REFUSED + CANARIES, "NXDOMAIN") | dict.fromkeys(ANSWERED, ANSWER))

    def test_a_hosts_file_which_refuses_the_very_names_and_no_canary(self):
        listed = self.exported("hosts", "edgewatch.hosts")
        self.dnsmasq(f"addn-hosts={listed}")
        self.assertAnswers(dict.fromkeys(REFUSED, "0.0.0.0") | dict.fromkeys(BELOW_REFUSED + ANSWERED + CANARIES, ANSWER) | {BETWEEN: "0.0.0.0"})
        self.assertIn("refuses these names alone", listed.read_text())

    def test_a_filter_list(self):
        lines = self.exported("adblock", "edgewatch.txt").read_text().splitlines()
        self.assertIn("||videos.example^", lines)
        self.assertIn("@@||training.videos.example^", lines)
        self.assertFalse([line for line in lines if "scoped" in line])

    def test_hr_may_not_export_the_policy(self):
        for form in ("rpz", "dnsmasq", "hosts", "adblock"):
            self.assertExit(77, self.edgewatch("hr", "export", form, socket=self.sockets / "ict.sock"))


if __name__ == "__main__":
    unittest.main()
