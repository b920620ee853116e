"""The command line as it is learned: every example that --help prints is pasted and works, tab completion in bash knows what --help knows, rows are kept, sorted and
cut as asked, and what is refused says what to do."""
import csv
import io
import json
import os
import re
import shutil
import unittest

from harness import BIN, NOT_PERMITTED, SOURCE, USAGE, Scratch, fake_clock, run

NOON = "@2026-11-20 12:00:00"
PEOPLE = "p17,Person Seventeen,Planning,communications\np18,Person Eighteen,Planning,communications\n"
COMPLETION = BIN.parent / "share/bash-completion/completions/edgewatch"
# What an example stands on: these first, those last; every other example in between.
FIRST = ("case open", "case notify", "challenge add", "withdraw add", "authorise add", "hold add", "audit head", "audit key", "disclose")
LAST = ("lists rollback", "withdraw lift", "authorise review", "hold release", "case close")


def helped(*words):
    done = run(BIN / "edgewatch", *words, "--help")
    return done.stdout


def subcommands(*words):
    told = helped(*words)
    if "Subcommands:" not in told:
        return []
    part = told.split("Subcommands:")[1].split("Example")[0]
    return re.findall(r"^  (\S+)", part, re.M)


def leaves(*words):
    """Every command, as the words that lead there."""
    below = subcommands(*words)
    return [leaf for name in below for leaf in leaves(*words, name)] if below else [words]


def examples(*words):
    """The lines after `Example:`."""
    told = re.split(r"^Examples?:\n?", helped(*words), flags=re.M)
    return [line.strip() for line in told[1].splitlines() if line.strip()] if len(told) > 1 else []


class Examples(Scratch):
    """In a mount namespace of their own, where the sockets and the lists lie at their usual places."""

    def setUp(self):
        super().setUp()
        self.work = self.folder / "work"
        self.work.mkdir()
        self.work.chmod(0o777)
        self.lists = self.folder / "lists"
        self.lists.mkdir()
        shutil.chown(self.lists, group="edgewatch-ict")  # as edgewatch-lists.service makes it
        self.lists.chmod(0o2770)
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", "2026-11-17", "--output", self.work / "morning.pcap")
        self.assertExit(0, made)
        config = self.configure(people=PEOPLE, assignments="ip,10.20.1.17,p17,,\n", extra='lists = "lists.toml"')
        self.write("etc/adult.txt", "".join(f"name{n}.adult.example\n" for n in range(50)))
        self.write("etc/lists.toml", f'folder = "{self.lists}"\n[[list]]\nname = "adult"\ncategory = "adult"\nformat = "domains"\nfile = "adult.txt"\n')
        self.daemon = self.start(config, fake_clock(NOON))

    def paste(self, line, role):
        """The line as typed into a shell by the role's account; `/run`, `/etc/edgewatch` and `/var/lib` are this test's."""
        who = {"root": "", "nobody": "setpriv --reuid=nobody --regid=nogroup --clear-groups"}.get(role, f"setpriv --reuid=ewtest-{role} --regid=nogroup --init-groups")
        own = self.folder / "own"
        own.mkdir(exist_ok=True)
        script = f"""set -e
mount -t tmpfs tmpfs {own}
mkdir -p {own}/etc/upper {own}/etc/work {own}/lib/upper {own}/lib/work
mount -t overlay overlay -o lowerdir=/etc,upperdir={own}/etc/upper,workdir={own}/etc/work /etc
mount -t overlay overlay -o lowerdir=/var/lib,upperdir={own}/lib/upper,workdir={own}/lib/work /var/lib
mkdir -p /etc/edgewatch /var/lib/edgewatch
cp {self.folder}/etc/* /etc/edgewatch/
mount -t tmpfs tmpfs /run
mkdir /run/edgewatch
mount --bind {self.sockets} /run/edgewatch
cd {self.work}
umask 0007
export PATH={self.folder}:$PATH
exec {who} bash -c "$LINE"
"""
        return run("unshare", "--mount", "bash", "-c", script, env={**os.environ, "LINE": line})

    def test_every_example_works_when_it_is_pasted(self):
        told = {" ".join(words): examples(*words) for words in leaves()}
        self.assertGreater(len(told), 40)
        for words, lines in told.items():
            self.assertTrue(lines, f"{words} has no example")
        between = [words for words in told if words not in FIRST + LAST]
        for words in (*FIRST, *between, *LAST):
            if words == "lists rollback":  # there has to be an edition before the one in force
                self.write("etc/adult.txt", "".join(f"name{n}.adult.example\n" for n in range(51)))
                self.assertExit(0, self.paste("edgewatch lists update", "root"))
            for line in told[words]:
                with self.subTest(line):
                    self.assertTrue(line.startswith("edgewatch "), line)
                    tries = []
                    for role in ("root", "ict") if words.startswith(("lists", "inspect", "verify")) else ("ict", "hr", "auditor"):
                        tries.append(self.paste(line, role))
                        if tries[-1].returncode == 0:
                            break
                    self.assertEqual(tries[-1].returncode, 0, "\n".join(f"{t.returncode}: {t.stderr or t.stdout}" for t in tries))

    def test_who_asks_for_what_is_not_theirs_is_told_whom_to_ask_and_stands_in_the_audit(self):
        report = "edgewatch report --case HR-2026-014 --person p17 --from 2026-11-01 --to 2026-11-30"
        for role in ("ict", "auditor"):
            done = self.paste(report, role)
            self.assertEqual((done.returncode, done.stdout), (NOT_PERMITTED, ""))
            self.assertEqual(done.stderr, f"edgewatch: report is not open to edgewatch-{role}; ask a member of the group edgewatch-hr\n")
        self.assertIn("ask a member of the group edgewatch-ict\n", self.paste("edgewatch purge --dry-run", "hr").stderr)
        asked = json.loads(self.paste("edgewatch audit show --format json --only action=report", "auditor").stdout)
        self.assertEqual([(e["officer"], e["outcome"], e["person"]) for e in asked], [("ewtest-ict", "refused", "p17"), ("ewtest-auditor", "refused", "p17")])
        # What a role may ask it need not say on which socket.
        for line in ("edgewatch classify www.youtube.com", "edgewatch export hosts", "edgewatch rules"):
            self.assertEqual(self.paste(line, "auditor").returncode, 0, line)
        done = self.paste(report, "nobody")
        self.assertEqual(done.returncode, NOT_PERMITTED)
        self.assertIn("in none of the groups", done.stderr)


class Completion(unittest.TestCase):
    def complete(self, *words):
        """What a tab gives after these words; the last one is unfinished."""
        line = " ".join(f"'{word}'" for word in ("edgewatch", *words))
        done = run("bash", "--norc", "-c", f"source {COMPLETION}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words)}\n_edgewatch\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"", cwd="/")
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout.split()

    def test_it_knows_every_word_and_every_option_that_help_knows(self):
        for group in [(), *{words[:1] for words in leaves() if len(words) > 1}]:
            self.assertEqual(sorted(word for word in self.complete(*group, "") if not word.startswith("-")), sorted(subcommands(*group)), group)
        for words in leaves():
            options = set(re.findall(r"(--[a-z][a-z-]*)", re.split(r"^Example", helped(*words), flags=re.M)[0].split("Options:")[1]))
            offered = set(self.complete(*words, "--"))
            # An option may be spoken of in the help of another.
            self.assertLessEqual(offered, options | {"--help"}, words)
            self.assertTrue(set(re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", helped(*words), re.M)) <= offered, words)

    def test_it_completes_words_and_values_and_leaves_free_text_alone(self):
        self.assertEqual(self.complete("case", "op"), ["open"])
        self.assertEqual(self.complete("report", "--des"), ["--despite"])
        self.assertEqual(set(self.complete("report", "--format", "")), {"html", "text", "csv", "json", "pdf", "table"})
        self.assertEqual(self.complete("case", "open", "--reason", "exc"), ["excessive-time"])
        self.assertEqual(self.complete("report", "--person", ""), [])
        self.assertIn("/etc", self.complete("report", "--output", "/et"))
        for words in (("audit", "verify", "--against", "/et"), ("verify", "--key", "/et"), ("report", "--output", "=", "/et")):
            self.assertIn("/etc", self.complete(*words))
        self.assertEqual(self.complete("report", "--format", "=", "h"), ["html"])
        self.assertIn("csv", self.complete("report", "--format", "="))
        self.assertEqual(self.complete("audit", "show", "--format", "c"), ["csv"])

    def test_bash_takes_it_without_a_word(self):
        done = run("bash", "--norc", "-u", "-c", f"source {COMPLETION}; complete -p edgewatch")
        self.assertEqual((done.returncode, done.stdout.strip(), done.stderr), (0, "complete -F _edgewatch edgewatch", ""))
        self.assertEqual(run(BIN / "edgewatch", "--bash-completion").stdout, COMPLETION.read_text())


class Questions(Scratch):
    """What ICT and HR ask every day."""

    def setUp(self):
        super().setUp()
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", "2026-11-17", "--output", self.folder / "o.pcap", "--config-dir", self.folder / "etc",
                   "--catalogue", SOURCE / "etc/catalogue")
        self.assertExit(0, made)
        config = self.folder / "etc/edgewatch.toml"
        config.write_text(config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"') + f'\n[runtime]\nsockets = "{self.sockets}"\n')
        self.assertExit(0, self.edgewatchd("--replay", self.folder / "o.pcap", "--config", config, "--database", self.folder / "ledger.db"))
        self.start(config, fake_clock(NOON))
        for person in ("p03", "p10"):
            self.ask("hr", "case", "open", "--reference", f"HR-{person[1:]}", "--person", person, "--reason", "excessive-time", "--grounds", "a test", "--from", "2026-11-17",
                     "--to", "2026-11-17", "--authorised-by", "Head of HR")

    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def report(self, *more, person="p10", form="json"):
        text = self.ask("hr", "report", "--case", f"HR-{person[1:]}", "--person", person, "--from", "2026-11-17", "--to", "2026-11-17", "--format", form, *more)
        return json.loads(text) if form == "json" else text

    def test_a_report_is_of_the_services_categories_and_hours_that_were_asked_for(self):
        whole = self.report()
        services = {row["service"] for row in whole["minutes"]}
        self.assertGreater(len(services), 1)
        one = self.report("--services", "facebook")
        self.assertEqual({row["service"] for row in one["minutes"]}, {"facebook"})
        self.assertEqual(one["asked_for"], {"services": ["facebook"], "categories": [], "hours": "any"})
        self.assertIn("interactive use of Facebook outside authorised use", one["headline"])
        self.assertIn("Whether anything else is recorded is not said", self.report("--services", "facebook", form="html"))
        social = self.report("--categories", "social")
        self.assertEqual({row["category"] for row in social["minutes"]}, {"social"})
        inside, outside = self.report("--hours", "working"), self.report("--hours", "outside")
        self.assertEqual(len(inside["minutes"]) + len(outside["minutes"]), len(whole["minutes"]))
        self.assertIsNone(whole["asked_for"])

    def test_rows_are_added_up_sorted_and_cut(self):
        by_service = self.report("--by", "service")
        whole = self.report()
        for row in by_service:
            total = next(one for one in whole["services"] if one["service"] == row["service"])
            hours, minutes, seconds = map(int, row["interactive_best"].split(":"))
            self.assertEqual(hours * 3600 + minutes * 60 + seconds, total["interactive"]["best_seconds"])
        longest = self.report("--by", "service", "--sort=-interactive_best", "--limit", "1")
        self.assertEqual(longest, sorted(by_service, key=lambda row: [int(part) for part in row["interactive_best"].split(":")])[-1:])
        self.assertEqual(len(self.report("--by", "minute", "--only", "service=facebook,kind=interactive")),
                         sum(row["service"] == "facebook" and row["kind"] == "interactive" for row in whole["minutes"]))
        several = self.report("--by", "minute", "--only", "reasons=LED,CONT,kind=interactive")  # a value may have a comma in it
        self.assertEqual(len(several), sum(row["reasons"] == "LED,CONT" and row["kind"] == "interactive" for row in self.report("--by", "minute")))
        self.assertGreater(len(several), 0)
        self.assertEqual([row["day"] for row in self.report("--by", "day")], ["2026-11-17"])
        self.assertEqual([row["month"] for row in self.report("--by", "month")], ["2026-11"])
        table = self.report("--by", "hours", form="table")
        self.assertIn("cannot see whether anybody was looking", table)
        header = next(csv.reader(io.StringIO(self.report("--by", "category", form="csv"))))
        self.assertEqual(header[:3], ["category", "interactive_lower", "interactive_best"])

    def test_every_list_can_be_kept_sorted_and_cut(self):
        cases = json.loads(self.ask("hr", "case", "list", "--format", "json", "--sort=-reference"))
        self.assertEqual([row["reference"] for row in cases], ["HR-10", "HR-03"])
        self.assertEqual([row["person"] for row in json.loads(self.ask("hr", "case", "list", "--format", "json", "--only", "person=p03"))], ["p03"])
        newest = json.loads(self.ask("auditor", "audit", "show", "--format", "json", "--sort=-seq", "--limit", "2"))
        self.assertEqual(len(newest), 2)
        self.assertGreater(int(newest[0]["seq"]), int(newest[1]["seq"]))
        self.assertIn("none of", self.ask("hr", "case", "list", "--only", "person=p99"))
        for wrong, says in (("--only", "person"), ("--sort", "age"), ("--limit", "none"), ("--limit", "0")):
            done = self.edgewatch("hr", "case", "list", wrong, says)
            self.assertExit(USAGE, done)
            self.assertRegex(done.stderr, "columns are|for example|number of rows")

    def test_what_is_refused_says_what_to_do(self):
        period = ("--from", "2026-11-17", "--to", "2026-11-17")
        done = self.edgewatch("hr", "report", "--case", "HR-9", "--person", "p17", *period)
        self.assertExit(NOT_PERMITTED, done)
        self.assertIn("no open case HR-9 names p17 between 2026-11-17 and 2026-11-17; open one with: edgewatch case open --person p17", done.stderr)
        for more, says in ((("--services", "facebok"), "edgewatch classify NAME"), (("--categories", "sozial"), "one is social"), (("--sort", "day"), "--by day"),
                           (("--by", "day", "--format", "html"), "table, csv or json"), (("--format", "table"), "goes with --by")):
            done = self.edgewatch("hr", "report", "--case", "HR-10", "--person", "p10", *period, *more)
            self.assertExit(USAGE, done)
            self.assertIn(says, done.stderr)

    def test_what_is_nowhere_known_is_said_to_be(self):
        done = self.edgewatch("ict", "blocks", "--rule", "no-such-rule")
        self.assertExit(USAGE, done)
        self.assertIn("edgewatch rules shows them", done.stderr)
        months = ("--from", "2026-10", "--to", "2026-10")
        self.assertRegex(self.edgewatch("ict", "statistics", *months, "--department", "Plannin").stderr, "has no department 'Plannin'; it has .*Planning")
        self.assertEqual(self.edgewatch("ict", "statistics", *months, "--department", "Planning").stderr, "")
        hold = ("hold", "add", "--person", "p10", "--from", "2026-11-17", "--to", "2026-11-17", "--until", "2028-11-30", "--approved-by", "Head of HR", "--reason", "an appeal")
        self.assertIn("there is no case of this reference here", self.ask("hr", *hold, "--case", "HR-99"))
        self.assertNotIn("mind", self.ask("hr", *hold, "--case", "HR-10"))
        self.assertExit(USAGE, self.edgewatch("hr", *hold, "--sar", "../x"))

    def test_a_reference_that_looks_like_a_path_is_refused(self):
        for reference in ("../../etc/passwd", "HR/1", "..", ".", "/etc/passwd", "HR-1/../x", "HR\\1", "%2e%2e%2f", "HR-1;ls", "HR 1", "-rf", "HR-1\nx", "\u202eHR-1", "x" * 5000):
            for words in (("case", "open", "--person", "p04", "--reason", "excessive-time", "--grounds", "a", "--from", "2026-11-17", "--to", "2026-11-17", "--authorised-by", "A",
                           f"--reference={reference}"), ("case", "show", f"--reference={reference}"), ("case", "close", f"--reference={reference}"),
                          ("report", f"--case={reference}", "--person", "p10", "--from", "2026-11-17", "--to", "2026-11-17")):
                done = self.edgewatch("hr", *words)
                self.assertIn(done.returncode, (USAGE, NOT_PERMITTED), words)
                self.assertNotIn("\u202e", done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(len(json.loads(self.ask("hr", "case", "list", "--format", "json"))), 2)


if __name__ == "__main__":
    unittest.main()
