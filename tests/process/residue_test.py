"""Every file that the product writes, by name: a year on none of them has anything of a person left, in whatever it was that the person came up."""
import calendar
import re
import time
import unittest

from harness import BIN, SOURCE, Scratch, fake_clock, run, searched

DAY, THE_DAY_AFTER, A_YEAR_ON = "2026-11-17", "@2026-11-18 12:00:00", "@2028-01-05 12:00:00"
CASE = "HR-2026-014"
PC, ADDRESS = "02:00:5e:10:00:05", "10.20.1.15"
# Of p05, of p03 beside them, of what officers wrote about both and of who approved it.
TOKENS = ("p05", "p03", PC, ADDRESS, "10.20.77.5", "grounds-of-a-test", "the-person-says", "told-by-letter", "claim-of-a-test", "Approver Seventeen", CASE, "CL-2026-7", "SAR-2026-3")

# What the daemon writes. A file that is none of these fails the test: whoever adds one says here what it is, and with that has it searched.
WRITTEN = (
    r"ledger\.db(-wal|-shm)?", r"audit\.db(-wal|-shm)?",
    r"ledger\.db\.(lock|reserve)", r"identity\.csv\.lock", r"s/lock",
    r"audit\.key",
    r"identity\.csv",  # the spool of tenancy
    r"blocks\.jsonl",  # events of blocks
    r"backups/\d{8}T\d{6}Z/(ledger|audit)\.db(-wal|-shm)?",
    r"zones/.+",
    r"daemon\.log",  # the lines of the journal
    r"temporary/.*",
)
# What is not the daemon's: the configuration, the capture, what officers asked for and carried away, and the command itself.
NOT_WRITTEN = (r"etc/.*", r"o\.pcap", r"truth\.tsv", r"out/.*", r"edgewatch", r"dnsmasq\.leases")


class Residue(Scratch):
    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def written(self):
        """By name, each with its bytes; looked at again where a file was put in another's place meanwhile."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.written_now()
            except FileNotFoundError:
                self.assertLess(time.monotonic(), deadline, "the files never stood still")
                time.sleep(0.05)

    def written_now(self):
        files = {str(path.relative_to(self.folder)): path for path in sorted(self.folder.rglob("*")) if path.is_file()}
        mine = {name: path for name, path in files.items() if not any(re.fullmatch(known, name) for known in NOT_WRITTEN)}
        self.assertEqual([name for name in mine if not any(re.fullmatch(known, name) for known in WRITTEN)], [], "a file that nobody said is searched")
        return {name: searched(path) for name, path in mine.items()}

    def residue(self):
        """Where what still stands. A case's number is chained, names nobody and stays (EVIDENCE 6); a key is letters by chance, of which one in a thousand holds an id."""
        found = {(name, token) for name, data in self.written().items() for token in TOKENS if token.lower().encode() in data.lower() and (name != "audit.key" or len(token) > 3)}
        return {(name, token) for name, token in found if token != CASE or not name.startswith("audit.db")}

    def leave(self, people):
        """They are not employed here any more."""
        for name in ("people.csv", "assignments.csv", "rules.toml"):
            path = self.folder / "etc" / name
            path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if not any(person in line for person in people)))

    def environment(self, clock):
        return {**fake_clock(clock), "TMPDIR": str(self.temporary), "SQLITE_TMPDIR": str(self.temporary)}

    def everything_about_p05(self):
        """All that officers may do about somebody."""
        days = ("--from", DAY, "--to", DAY)
        approved = ("--approved-by", "Approver Seventeen")
        self.ask("hr", "case", "open", "--reference", CASE, "--person", "p05", "--reason", "excessive-time", "--grounds", "grounds-of-a-test", *days, "--authorised-by", "Approver Seventeen")
        self.ask("hr", "case", "notify", "--reference", CASE, "--informed", "2026-11-18", "--by", "told-by-letter")
        for form in ("html", "text", "csv", "json"):
            self.ask("hr", "report", "--case", CASE, "--person", "p05", *days, "--format", form, "--output", self.out / f"report.{form}")
        self.ask("hr", "challenge", "add", "--case", CASE, "--text", "the-person-says")
        self.ask("hr", "disclose", "--case", CASE, "--to", "J Smith", "--capacity", "investigator", "--reference", "INV-7", "--why", "hearing", *approved, "--output", self.out / "b.zip")
        self.ask("hr", "sar", "--person", "p05", "--reference", "SAR-2026-3", "--received", "2026-11-17", "--identity-checked", "told-by-letter", *approved, "--output", self.out / "sar.html", "--format", "html")
        self.ask("hr", "hold", "add", "--claim", "CL-2026-7", "--person", "p05", *days, "--until", "2028-12-31", *approved, "--reason", "claim-of-a-test")
        self.ask("hr", "hold", "release", "1", *approved)
        self.ask("ict", "withdraw", "add", "--person", "p05", "--services", "facebook", "--case", CASE, *approved)
        self.ask("ict", "who", "--address", ADDRESS, "--at", f"{DAY}T10:05:00Z")
        self.ask("ict", "blocks", "--by", "person", *days)

    def test_of_every_file_nothing_is_left_a_year_on(self):
        self.assertExit(0, run(BIN / "edgewatch-generate", "office-morning", "--date", DAY, "--output", self.folder / "o.pcap", "--truth", self.folder / "truth.tsv",
                               "--config-dir", self.folder / "etc", "--catalogue", SOURCE / "etc/catalogue"))
        self.zones, self.out, self.temporary = (self.folder / name for name in ("zones", "out", "temporary"))
        for folder in (self.zones, self.out, self.temporary):
            folder.mkdir(mode=0o777)
            folder.chmod(0o777)
        config = self.folder / "etc/edgewatch.toml"
        text = config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"')
        config.write_text(text + f'\n[runtime]\nsockets = "{self.sockets}"\n[enforcement]\nzones = "{self.zones}"\nevents_file = "{self.folder}/blocks.jsonl"\n'
                          f'[identity]\nsources = [{{ format = "dnsmasq", file = "{self.folder}/dnsmasq.leases" }}]\nspool = "{self.folder}/identity.csv"\n')
        lease_until = calendar.timegm(time.strptime("2026-11-18 20:00", "%Y-%m-%d %H:%M"))
        self.write("dnsmasq.leases", f"{lease_until} {PC} 10.20.77.5 desk-05 *\n")
        replayed = self.edgewatchd("--replay", self.folder / "o.pcap", "--config", config, "--database", self.folder / "ledger.db")
        self.assertExit(0, replayed)
        daemon = self.start(config, self.environment(THE_DAY_AFTER))
        self.everything_about_p05()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not {"identity.csv", "zones/unbound.conf"} <= {name for name, _ in self.residue()}:
            time.sleep(0.2)
        before = self.residue()  # the zones follow the lift below at once, or two seconds later
        self.ask("ict", "backup")
        self.ask("ict", "withdraw", "lift", "1", "--approved-by", "Approver Seventeen")
        self.ask("hr", "case", "close", "--reference", CASE)
        before |= self.residue()
        # Each token stands somewhere, and people stand in each file that is theirs to stand in: else the search would show nothing.
        self.assertEqual({token for _, token in before}, set(TOKENS))
        files = {re.sub(r"backups/[^/]+", "backups/one", name).removesuffix("-wal") for name, _ in before}
        self.assertLessEqual({"ledger.db", "audit.db", "identity.csv", "zones/unbound.conf", "backups/one/ledger.db", "backups/one/audit.db"}, files)
        self.assertEqual({name for name in files if name in ("daemon.log", "blocks.jsonl")}, set(), "lines that leave the machine name nobody")
        self.assertEqual(self.end(daemon), 0, self.daemon_log())

        self.write("dnsmasq.leases", "")
        self.leave(("p05", "p03"))
        daemon = self.start(config, self.environment(A_YEAR_ON))
        self.ask("purge", "purge", "--confirm", "the trial has ended")
        self.assertEqual(self.residue(), set(), "while the daemon runs")
        self.assertIn("deleted", self.ask("auditor", "certificate", "show"))
        self.assertExit(0, self.edgewatch("auditor", "audit", "verify"))
        self.assertEqual(self.end(daemon), 0, self.daemon_log())
        self.assertEqual(self.residue(), set(), "after it ended")
        names = sorted({re.sub(r"\d{8}T\d{6}Z", "*", name) for name in self.written()})
        print(f"searched, besides what was gone: {', '.join(names)}")
        self.assertIn("ledger.db", names)


if __name__ == "__main__":
    unittest.main()
