"""A disclosure from the case to somebody else's machine, through the real programs: who may be given what, that it verifies with nothing but the command and the file, and that whatever
is changed in it is found. And the head of the audit chain: signed, in the journal, and what a cut end looks like against it."""
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest
import zipfile

from harness import BAD_INPUT, BIN, NOT_PERMITTED, SOURCE, USAGE, Scratch, fake_clock, run

DAY = "2026-11-17"
NEXT_DAY = "@2026-11-18 12:00:00"
WHY = ("--reference", "INV-7", "--why", "disciplinary hearing", "--approved-by", "Head of HR")


class Evidence(Scratch):
    def ask(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertExit(0, done)
        return done.stdout

    def audited(self):
        return json.loads(self.ask("auditor", "audit", "show", "--format", "json"))


class Disclosure(Evidence):
    @classmethod
    def setUpClass(cls):
        """A ledger of one morning, made once."""
        cls.morning = pathlib.Path(tempfile.mkdtemp(prefix="ewtest-morning-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.morning, ignore_errors=True)
        made = run(BIN / "edgewatch-generate", "office-morning", "--date", DAY, "--output", cls.morning / "o.pcap", "--truth", cls.morning / "truth.tsv",
                   "--config-dir", cls.morning / "etc", "--catalogue", SOURCE / "etc/catalogue")
        assert made.returncode == 0, made.stderr
        made = run(BIN / "edgewatchd", "--replay", cls.morning / "o.pcap", "--config", cls.morning / "etc/edgewatch.toml", "--database", cls.morning / "ledger.db")
        assert made.returncode == 0, made.stderr

    def setUp(self):
        super().setUp()
        shutil.copytree(self.morning / "etc", self.folder / "etc")
        shutil.copy(self.morning / "ledger.db", self.folder / "ledger.db")
        self.config = self.folder / "etc/edgewatch.toml"
        text = self.config.read_text().replace('"sqlite:ledger.db"', f'"sqlite:{self.folder}/ledger.db"')
        self.config.write_text(text + f'\n[runtime]\nsockets = "{self.sockets}"\n')
        self.daemon = self.start(self.config, fake_clock(NEXT_DAY))
        self.ask("hr", "case", "open", "--reference", "HR-1", "--person", "p05", "--reason", "excessive-time", "--grounds", "grounds-of-the-case", "--from", DAY, "--to", DAY,
                 "--authorised-by", "Head of HR")
        self.out = self.folder / "out"
        self.out.mkdir(mode=0o777)
        self.out.chmod(0o777)

    def disclose(self, name="b.zip", capacity="investigator", to="J Smith", more=(), why=WHY, code=0, role="hr"):
        done = self.edgewatch(role, "disclose", "--case", "HR-1", "--to", to, "--capacity", capacity, *why, *more, "--output", self.out / name, socket=self.sockets / "hr.sock")
        self.assertExit(code, done)
        return self.out / name

    def files(self, bundle):
        with zipfile.ZipFile(bundle) as z:
            self.assertIsNone(z.testzip())
            return {n: z.read(n) for n in z.namelist()}

    def write_zip(self, files, name="forged.zip"):
        path = self.out / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for n, data in files.items():
                z.writestr(n, data)
        return path

    def verify(self, path, *more):
        return run(self.command_file, "verify", path, *more)

    def sign(self, files, key):
        """The manifest says what the files are now, and is signed with that key."""
        manifest = json.loads(files["manifest.json"])
        for each in manifest["files"]:
            data = files[each["name"]]
            each["bytes"], each["sha256"] = len(data), hashlib.sha256(data).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()
        signed = self.folder / "signed"
        signed.write_bytes(files["manifest.json"])
        self.assertExit(0, run("openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", signed, "-out", self.folder / "sig"))
        files["manifest.sig"] = (self.folder / "sig").read_bytes()

    def test_it_verifies_on_a_machine_that_has_the_command_and_the_file_alone(self):
        bundle = self.disclose()
        self.assertEqual(stat.S_IMODE(bundle.stat().st_mode), 0o600)
        pem = self.folder / "council.pem"
        pem.write_text(self.ask("auditor", "audit", "key"))
        self.end(self.daemon)
        done = self.verify_away(bundle, pem)
        self.assertExit(0, done)
        self.assertIn("authentic: nothing was changed", done.stdout)
        self.assertIn("the records of 1 days are those that were sealed", done.stdout)
        self.assertIn("totals, working time, days, services and coverage are what the rows give", done.stdout)
        self.assertNotIn("note", done.stdout)

        # And without our command at all.
        files = self.files(bundle)
        manifest = json.loads(files["manifest.json"])
        self.assertEqual({f["name"] for f in manifest["files"]} | {"manifest.json", "manifest.sig"}, set(files))
        for each in manifest["files"]:
            self.assertEqual(hashlib.sha256(files[each["name"]]).hexdigest(), each["sha256"])
        for name in ("manifest.json", "manifest.sig"):
            (self.folder / name).write_bytes(files[name])
        self.assertExit(0, run("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", self.folder / "manifest.json", "-sigfile", self.folder / "manifest.sig"))
        self.by_hand(files)

    def by_hand(self, files):
        """Chain and seal as the README says that anybody can compute them."""
        def node(a, b):
            return hashlib.sha256(b"\1" + a + b).digest()

        def root_by(leaf, at, size, path):
            last = size - 1
            for other in map(bytes.fromhex, path):
                if at & 1 or at == last:
                    leaf = node(other, leaf)
                    while at and not at & 1:
                        at, last = at >> 1, last >> 1
                else:
                    leaf = node(leaf, other)
                at, last = at >> 1, last >> 1
            self.assertEqual(last, 0)
            return leaf

        audit = json.loads(files["audit.json"])
        size, root = int(audit["head"].split()[1].split(":")[0]), bytes.fromhex(audit["head"].split()[2])
        for entry in audit["entries"]:
            chained = hashlib.sha256(bytes.fromhex(entry["before"]) + entry["record"].encode() + b"\n").digest()
            self.assertEqual(root_by(hashlib.sha256(b"\0" + chained).digest(), entry["entry"] - 1, size, entry["path"]), root)
        sealed = json.loads(files["seals.json"])["sealed"][0]
        note = json.loads(next(e["record"] for e in audit["entries"] if e["entry"] == sealed["entry"]).split("\t")[7])
        rows = sorted(line.rsplit("\t", 1)[0] for line in files["minutes.tsv"].decode().splitlines()[1:] if line.split("\t")[15] == "0")
        text = "".join(f"{line}\n" for line in ("edgewatch-leaf-1", DAY, "p05", *rows)).encode()
        leaf = hashlib.sha256(b"\0" + bytes.fromhex(sealed["salt"]) + text).digest()
        self.assertEqual(root_by(leaf, sealed["position"], note["subjects"], sealed["path"]).hex(), note["root"])

    def test_a_changed_byte_in_any_file_is_found_and_the_file_is_named(self):
        bundle = self.disclose()
        whole = self.files(bundle)
        self.assertGreater(len(whole), 12)
        pem = self.folder / "council.pem"
        pem.write_text(self.ask("auditor", "audit", "key"))
        folder = self.out / "folder"
        folder.mkdir()
        for name, data in whole.items():
            (folder / name).write_bytes(data)
        self.assertExit(0, self.verify(folder))
        tried = 0
        for name, data in whole.items():
            for at in sorted({0, 1, len(data) // 3, len(data) // 2, len(data) * 2 // 3, len(data) - 2, len(data) - 1}):
                changed = bytearray(data)
                changed[at] ^= 1 if at % 2 else 0x20
                (folder / name).write_bytes(changed)
                done = self.verify(folder, "--key", pem)
                self.assertExit(BAD_INPUT, done)
                # Of a signature it can only be said that the manifest is not what it signs.
                self.assertIn(f"folder: {'manifest.json' if name == 'manifest.sig' else name} ", done.stderr)
                self.assertIn("NOT AUTHENTIC", done.stderr)
                done = self.verify(folder)
                self.assertExit(BAD_INPUT, done)
                self.assertIn(name, done.stderr)
                tried += 1
            (folder / name).write_bytes(data)
            # A file left out, and one cut.
            (folder / name).rename(self.out / "away")
            self.assertIn(name, self.verify(folder).stderr)
            (self.out / "away").rename(folder / name)
        print(f"{tried} changed bytes in {len(whole)} files, all found")
        self.assertExit(0, self.verify(folder))
        (folder / "more.txt").write_text("more")
        self.assertIn("more.txt was not part of the disclosure", self.verify(folder).stderr)

    def test_who_signs_with_another_key_is_found_by_the_councils(self):
        files = self.files(self.disclose())
        pem = self.folder / "council.pem"
        pem.write_text(self.ask("auditor", "audit", "key"))
        other = self.folder / "other.key"
        self.assertExit(0, run("openssl", "genpkey", "-algorithm", "ed25519", "-out", other))
        files["key.pem"] = run("openssl", "pkey", "-in", other, "-pubout").stdout.encode()
        self.sign(files, other)
        forged = self.write_zip(files)
        done = self.verify(forged)
        self.assertExit(BAD_INPUT, done)  # the head of the chain is not signed with it
        self.assertIn("no signed head", done.stderr)
        done = self.verify(forged, "--key", pem)
        self.assertExit(BAD_INPUT, done)
        self.assertIn("key.pem is the key", done.stderr)
        bad = self.verify(self.out / "b.zip", "--key", self.config)
        self.assertExit(BAD_INPUT, bad)
        self.assertIn("no Ed25519 key", bad.stderr)

    def test_even_with_the_key_the_rows_must_be_those_that_were_sealed_and_give_the_totals(self):
        bundle = self.disclose()
        key = self.folder / "audit.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)

        def forged(name, change):
            files = self.files(bundle)
            before = files[name]
            files[name] = change(before)
            self.assertNotEqual(files[name], before)
            self.sign(files, key)
            done = self.verify(self.write_zip(files))
            self.assertExit(BAD_INPUT, done)
            return done.stderr

        def more_seconds(table):
            lines = table.decode().splitlines(keepends=True)
            at = next(i for i, line in enumerate(lines) if line.split("\t")[6].isdigit() and 20 < int(line.split("\t")[6]) < 60)
            cells = lines[at].split("\t")
            cells[6] = str(int(cells[6]) + 1)
            lines[at] = "\t".join(cells)
            return "".join([lines[0], *sorted(lines[1:])]).encode()

        def total(text):
            report = json.loads(text)
            report["total"]["interactive"]["best_seconds"] += 60
            return json.dumps(report).encode()

        def entry(text):
            audit = json.loads(text)
            of_hr = next(e for e in audit["entries"] if "\thr\t" in e["record"])
            of_hr["record"] = of_hr["record"].replace("\thr\t", "\tict\t")
            return json.dumps(audit).encode()

        def grounds(text):
            return text.replace(b"grounds-of-the-case", b"grounds-of-no--case")

        self.assertIn(f"minutes.tsv the records of {DAY} are not those that were sealed", forged("minutes.tsv", more_seconds))
        self.assertIn("minutes.tsv", forged("minutes.tsv", lambda t: b"".join(t.splitlines(keepends=True)[:-1])))
        self.assertIn("report.json total is not what the rows give", forged("report.json", total))
        self.assertIn("audit.json entry", forged("audit.json", entry))
        self.assertIn("has a detail that is not the one it was committed to", forged("audit.json", grounds))
        self.assertIn("report.txt does not say", forged("report.txt", lambda t: t.replace(b"best estimate", b"estimate")))

    def test_who_gets_what_and_by_whose_leave(self):
        nothing = self.out / "refused.zip"
        for why, text in (((), "required"), (("--reference", "R", "--why", "w", "--approved-by", "ewtest-hr"), "cannot approve it too"),
                          (("--reference", " ", "--why", "w", "--approved-by", "A"), "what asks for it")):
            self.assertIn(text, self.edgewatch("hr", "disclose", "--case", "HR-1", "--to", "J", "--capacity", "investigator", *why, "--output", nothing).stderr)
        self.disclose(capacity="police", code=USAGE)
        self.disclose(capacity="friend", code=USAGE)
        for role in ("ict", "auditor"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "disclose", "--case", "HR-1", "--to", "J", "--capacity", "police", *WHY, "--output", nothing, socket=self.sockets / f"{role}.sock"))
        self.assertExit(NOT_PERMITTED, self.edgewatch("hr", "disclose", "--case", "HR-9", "--to", "J", "--capacity", "manager", *WHY, "--output", nothing))
        self.assertFalse(nothing.exists())
        refused = [e for e in self.audited() if e["action"] == "disclose"]
        self.assertEqual({e["outcome"] for e in refused}, {"refused"})
        self.assertEqual(len(refused), 6)

        police = self.files(self.disclose("police.zip", "police", "DC 4711", ("--basis", "Data Protection Act 2018, Schedule 2, paragraph 2")))
        self.assertEqual(json.loads(police["manifest.json"])["disclosed"]["basis"], "Data Protection Act 2018, Schedule 2, paragraph 2")
        self.assertIn("minutes.tsv", police)
        rows = {"minutes.tsv", "report.csv", "report.json", "identity.tsv", "seals.json"}
        for capacity in ("witness", "manager"):
            bundle = self.disclose(f"{capacity}.zip", capacity, "A Witness")
            files = self.files(bundle)
            self.assertEqual(set(files) & rows, set())
            self.assertNotIn(b"DC 4711", b"".join(files.values()), "who else got it is not theirs to know")
            self.assertNotIn(b"detail", files["audit.json"])
            done = self.verify(bundle)
            self.assertExit(0, done)
            self.assertIn("made without the rows", done.stdout)
            self.assertEqual(set(self.files(self.disclose(f"{capacity}2.zip", capacity, more=("--with-rows",)))) & rows, rows)
        custody = self.files(self.disclose())["custody.tsv"].decode().splitlines()
        self.assertEqual(len(custody), 1 + 6)
        self.assertIn("to DC 4711, police; reference: INV-7; why: disciplinary hearing; basis: Data Protection Act 2018, Schedule 2, paragraph 2; authorised by Head of HR; with rows", custody[1])
        given = [e for e in self.audited() if e["action"] == "disclose" and e["outcome"] == "permitted"]
        self.assertEqual(len(given), 6)
        self.assertEqual({e["case"] for e in given}, {"HR-1"})

        folder = self.out / "folder"
        folder.mkdir()
        folder.chmod(0o777)
        self.disclose("folder")
        self.assertExit(0, self.verify(folder))
        self.ask("hr", "case", "close", "--reference", "HR-1")
        self.disclose("late.zip", code=NOT_PERMITTED)

    def test_no_figure_leaves_the_house_that_a_report_would_refuse(self):
        self.end(self.daemon)
        with sqlite3.connect(self.folder / "ledger.db") as connection:
            second = [list(row) for row in connection.execute("SELECT * FROM coverage")]
            column = [row[1] for row in connection.execute("PRAGMA table_info(coverage)")].index
            for row in second:
                row[column("source")] += "-second"
                row[column("unnamed_other")] += 100000
            connection.executemany(f"INSERT INTO coverage VALUES ({', '.join('?' * len(second[0]))})", second)
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        self.start(self.config, fake_clock("@2026-11-18 13:00:00"))
        period = ("--person", "p05", "--from", DAY, "--to", DAY)
        for done in (self.edgewatch("hr", "report", "--case", "HR-1", *period),
                     self.edgewatch("hr", "disclose", "--case", "HR-1", "--to", "J Smith", "--capacity", "manager", *WHY, "--output", self.out / "none.zip")):
            self.assertExit(NOT_PERMITTED, done)
            self.assertIn("the method wants 90 %", done.stderr)
            self.assertIn("--despite REASON", done.stderr)
        self.assertFalse((self.out / "none.zip").exists())
        self.assertEqual([e["outcome"] for e in self.audited() if e["action"] == "disclose"], ["refused"])

        bundle = self.disclose(more=("--despite", "the tribunal orders it"))
        files = self.files(bundle)
        for name in ("report.html", "report.txt", "report.csv", "report.json", "custody.tsv", "audit.json"):
            self.assertIn("the tribunal orders it", files[name].decode(), name)
        self.assertExit(0, self.verify(bundle))
        custody = files["custody.tsv"].decode().splitlines()
        self.assertEqual(len(custody), 1 + 1, "what was refused was given to nobody")

    def test_hostile_files_are_refused(self):
        files = self.files(self.disclose())

        def refused(path, text):
            done = run("prlimit", "--as=4294967296", self.command_file, "verify", path) if "address" not in os.environ.get("EDGEWATCH_SANITIZE", "") else self.verify(path)
            self.assertExit(BAD_INPUT, done)
            self.assertIn(text, done.stderr)

        bomb = self.out / "bomb.zip"
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
            with z.open("report.html", "w", force_zip64=True) as entry:
                for _ in range(300):
                    entry.write(bytes(1 << 20))
        self.assertLess(bomb.stat().st_size, 1 << 20)
        refused(bomb, "over 256 MiB")
        for name in ("../report.html", "/etc/passwd", "a/report.html", "..", "report.html\\x", "REPORT.HTML", "report.html ", "con\n"):
            refused(self.write_zip({**files, name: b"x"}), "a name that no disclosure has")
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(self.out / "link.zip", "w") as z:
            z.writestr(link, "/etc/passwd")
        refused(self.out / "link.zip", "is no file")
        with zipfile.ZipFile(self.out / "twice.zip", "w") as z, self.assertWarns(UserWarning):
            z.writestr("report.txt", "a")
            z.writestr("report.txt", "b")
        refused(self.out / "twice.zip", "twice")
        refused(self.write_zip({f"f{i}.txt": b"x" for i in range(5000)}), "over 64 files")
        whole = (self.out / "b.zip").read_bytes()
        for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1, len(whole) - 30):
            (self.out / "cut.zip").write_bytes(whole[:cut])
            self.assertExit(BAD_INPUT, self.verify(self.out / "cut.zip"))
        self.assertExit(BAD_INPUT, self.verify("/dev/zero"))
        self.assertExit(BAD_INPUT, self.verify(self.out / "none.zip"))
        os.mkfifo(self.out / "fifo")
        self.assertExit(BAD_INPUT, self.verify(self.out / "fifo"))
        deep = dict(files)
        deep["manifest.json"] = b'{"a":' * 100_000
        refused(self.write_zip(deep), "manifest.json")
        self.assertExit(USAGE, run(self.command_file, "verify"))


class Heads(Evidence):
    def head(self):
        return self.ask("auditor", "audit", "head")

    def test_a_head_that_was_kept_elsewhere_finds_a_cut_end_and_a_rewritten_chain(self):
        config = self.configure()
        daemon = self.start(config)
        for role in ("ict", "hr"):
            self.assertExit(NOT_PERMITTED, self.edgewatch(role, "audit", "head"))
        heads = self.write("heads.txt", self.head())
        self.ask("auditor", "audit", "verify", "--against", heads.read_text().strip())
        heads.write_text(heads.read_text() + self.head())
        self.assertIn("has the 2 heads given", self.ask("auditor", "audit", "verify", "--against", heads))
        line = heads.read_text().splitlines()[0]
        key = self.write("key.pem", self.ask("auditor", "audit", "key"))
        self.write("message", line.rsplit(" ", 1)[0])
        (self.folder / "sig").write_bytes(bytes.fromhex(line.rsplit(" ", 1)[1]))
        self.assertExit(0, run("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", self.folder / "message", "-sigfile", self.folder / "sig"))
        for bad in (line.replace("edgewatch-head-1 ", "edgewatch-head-1 1"), "nothing", line[:-1] + ("0" if line[-1] != "0" else "1")):
            self.assertExit(BAD_INPUT, self.edgewatch("auditor", "audit", "verify", "--against", bad))
        self.end(daemon)

        with sqlite3.connect(self.folder / "audit.db") as connection:
            entries = connection.execute("SELECT max(seq) FROM entry").fetchone()[0]
            connection.execute("DROP TRIGGER entry_is_kept")
            connection.execute("DELETE FROM detail WHERE seq > 2")
            connection.execute("DELETE FROM entry WHERE seq > 2")
        self.assertGreater(entries, 5)
        self.start(config)
        told = self.ask("auditor", "audit", "verify")
        self.assertIn("a cut end shows only --against a head that was kept elsewhere", told)
        found = self.edgewatch("auditor", "audit", "verify", "--against", heads)
        self.assertExit(BAD_INPUT, found)
        self.assertIn("is not what was written", found.stderr)

    def test_the_journal_carries_each_head_away(self):
        journal = subprocess.Popen(["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log/journal && exec /lib/systemd/systemd-journald"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(journal.wait)
        self.addCleanup(journal.kill)
        inside = ("nsenter", "--mount", "--target", str(journal.pid))
        deadline = time.monotonic() + 60
        while run(*inside, "test", "-S", "/run/systemd/journal/socket").returncode != 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        config = self.configure()
        daemon = self.start(config, prefix=inside)
        head = self.head().strip()
        self.end(daemon)

        deadline = time.monotonic() + 60
        told = []
        while head not in told:
            self.assertLess(time.monotonic(), deadline)
            every = run(*inside, "journalctl", "--directory", "/run/log/journal", "--output", "json").stdout.splitlines()
            told = [entry["EDGEWATCH_HEAD"] for entry in map(json.loads, every) if "EDGEWATCH_HEAD" in entry]
        # At the start, where it was asked for, and at the end if it moved.
        self.assertGreaterEqual(len(told), 2)
        kept = self.write("heads.txt", "\n".join(told) + "\n")
        self.start(config)
        self.assertIn(f"has the {len(told)} heads given", self.ask("auditor", "audit", "verify", "--against", kept))


if __name__ == "__main__":
    unittest.main()
