"""What strangers and officers write, through the whole product (ENFORCEMENT S5): 25 texts as display names, as words of a case, a challenge, a hold, and as host names and
references that are asked for, in every form that is printed and in the journal. Nothing of them acts anywhere."""
import csv
import html.parser
import io
import json
import re
import unicodedata
import unittest

from harness import BAD_CONFIGURATION, USAGE, Scratch, fake_clock

NOON = "@2026-11-20 12:00:00"
DAYS = ("--from", "2026-11-17", "--to", "2026-11-17")
LONG = b"A" * 65536 + b"\x1b[0m"
TEXTS = [
    b"\x1b]0;pwned\x07name", b"\x1b[2J\x1b[1;31mred", b"c1\xc2\x9b31m", b"nul\\0byte", b"line\nedgewatchd is well", b"line\r\nInjected: header", b"tab\tand\x0bmore\x0c",
    b"back\b\b\b\bspace\x7f", b"abc\xe2\x80\xaegnp.exe", b"\xe2\x81\xa6isolate\xe2\x81\xa9", b"zero\xe2\x80\x8bwidth\xef\xbb\xbf", b"line\xe2\x80\xa8separator",
    b"tag\xf3\xa0\x81\x81", b"bad\xff\xfeutf8\xc3", b"over\xc0\xaflong\xed\xa0\x80", b"=cmd|'/c calc'!A1", b"@SUM(1+1)*cmd", b"-2+3+cmd|' /C calc'!A0", b'+1","=1+1',
    b"\xef\xbc\x9d1+1", b"<script>alert(1)</script>", b'" onload="alert(1)" x="', b"]]></style><!-- &lt;b&gt; ' --><b>", b"%n%s%x%08x{}{0}{:>99999999}", LONG,
]
# In argv a byte that is no UTF-8 stands as a surrogate, and goes out as it was.
TYPED = [text.decode("utf-8", "surrogateescape") for text in TEXTS]


class Marks(html.parser.HTMLParser):
    """The tags of a page with the names of their attributes, in order."""

    def __init__(self, page):
        super().__init__()
        self.all = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data):
        self.all.append(("comment", data))


class HostileTexts(Scratch):
    def setUp(self):
        super().setUp()
        self.config = self.configure(people="".join(f"p{n},,Planning,\n" for n in range(100, 126)))
        self.write("etc/people.csv", "person,department,groups\n" + "".join(f"p{n},Planning,\n" for n in range(100, 126)))
        names = self.folder / "etc/names.csv"
        # Where a text is no UTF-8 the whole file is refused: below.
        quoted = [b'"' + text.decode("utf-8", "replace").encode().replace(b'"', b'""') + b'"' for text in TEXTS]
        names.write_bytes(b"person,display_name,accounts\n" + b"".join(b"p%d,%s,\n" % (n, text) for n, text in enumerate([*quoted, b"plain"], 100)))
        names.chmod(0o600)

    def assertNeutral(self, text, form="text"):
        for c in text.replace("\r\n", "\n") if form == "csv" else text:
            if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
                self.fail(f"U+{ord(c):04X} in {form}: {text[max(0, text.index(c) - 60):text.index(c) + 60]!r}")
        if form == "csv":
            csv.field_size_limit(1 << 20)
            for cell in (cell for line in csv.reader(io.StringIO(text)) for cell in line):
                self.assertNotRegex(cell, "^[=+@\t\r\uff1d\uff0b\uff0d\uff20-](?!$)")
        if form == "json":
            self.assertTrue(text.isascii())
            json.loads(text)

    def told(self, role, *arguments, form):
        done = self.edgewatch(role, *arguments, "--format", form)
        self.assertExit(0, done)
        self.assertNeutral(done.stderr)
        self.assertNeutral(done.stdout, form)
        return done.stdout

    def refused(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertNotEqual(done.returncode, 0, arguments)
        self.assertNeutral(done.stdout + done.stderr)
        return done

    def act(self, role, *arguments):
        done = self.edgewatch(role, *arguments)
        self.assertNeutral(done.stdout + done.stderr)
        return done.returncode == 0

    def test_they_are_words_in_every_form_and_nowhere_more(self):
        daemon = self.start(self.config, fake_clock(NOON))
        plain_marks = {}
        for n, text in [(125, "plain"), *enumerate(TYPED, 100)]:
            with self.subTest(n):
                person, case = f"p{n}", f"HR-{n}"
                words = text[:3000]  # a case takes no longer ones: below
                self.assertTrue(self.act("hr", "case", "open", f"--reference={case}", f"--person={person}", "--reason", "excessive-time", f"--grounds={words}", f"--extent={words}",
                                         f"--authorised-by={words[:200]}", f"--officer={words[:199]}o", *DAYS))
                self.assertTrue(self.act("hr", "case", "notify", f"--reference={case}", f"--not-informed={words}", "--review", "2026-12-01"))
                self.assertTrue(self.act("hr", "challenge", "add", f"--case={case}", f"--text={words}"))
                report = ("report", "--case", case, "--person", person, *DAYS)
                for form in ("text", "csv", "json"):
                    self.told("hr", *report, form=form)
                pages = {"report": self.told("hr", *report, form="html"),
                         "sar": self.told("hr", "sar", f"--person={person}", f"--reference=SAR-{n}", "--received", "2026-11-18", f"--identity-checked={words[:200]}", "--approved-by", "DPO",
                                          form="html")}
                for kind, page in pages.items():
                    marks = Marks(page).all
                    self.assertNotIn("script", [tag for tag, _ in marks])
                    self.assertEqual(marks, plain_marks.setdefault(kind, marks), kind)
                self.told("hr", "sar", f"--person={person}", f"--reference=SAR-{n}", form="text")
                self.told("hr", "case", "show", f"--reference={case}", form="csv")
                # As a name, an id or a reference it is none, and the refusal is as neutral.
                # Of a host name what nobody sees is left out, as browsers do: of one text a name is left.
                self.act("ict", "classify", text)
                for role, *question in (("ict", "why", "--address=10.20.1.1", f"--name={text}x..y"), ("ict", "who", f"--address={text}"),
                                        ("hr", "case", "show", f"--reference={text}"), ("hr", "report", f"--case={text}", f"--person={text}", *DAYS),
                                        ("ict", "blocks", f"--only={text}"), ("hr", "case", text)):
                    if text != "plain":
                        self.refused(role, *question)
        for role, *question in (("hr", "case", "list"), ("auditor", "audit", "show")):
            for form in ("table", "csv", "json"):
                self.told(role, *question, form=form)
        self.end(daemon)
        log = self.daemon_log()
        self.assertNeutral(log)
        for needle in ("pwned", "Injected", "onload", "calc", "isolate"):
            self.assertNotIn(needle, log)
        self.assertTrue(all(re.match(r"\[?\d{4}|<\d>|[\w\[]", line) for line in log.splitlines()), log)

    def test_names_that_are_no_text_are_refused_with_their_place(self):
        names = self.folder / "etc/names.csv"
        names.write_bytes(b"person,display_name,accounts\np100," + TEXTS[13] + b",\n")
        done = self.edgewatchd("--check-config", "--config", self.config)
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("names.csv:2:", done.stderr)
        self.assertNeutral(done.stdout + done.stderr)

    def test_one_that_is_too_long_is_refused_by_its_length(self):
        self.start(self.config, fake_clock(NOON))
        done = self.refused("hr", "case", "open", "--person", "p101", "--reason", "excessive-time", f"--grounds={TYPED[-1]}", "--authorised-by", "A", *DAYS)
        self.assertExit(USAGE, done)
        self.assertLess(len(done.stderr), 400)


if __name__ == "__main__":
    unittest.main()
