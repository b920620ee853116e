"""Lists are updated from a server as publishers run them, over https with an authority of its own. Good lists become active; whatever else is served, the edition before
stays and the command says why, by line."""
import datetime
import gzip
import http.server
import io
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import tarfile
import threading
import time
import unittest

from harness import BAD_CONFIGURATION, NOT_PERMITTED, TRY_AGAIN, UNAVAILABLE, USAGE, Scratch, as_unit, fake_clock, run


def names(first, last, word="n"):
    return "".join(f"{word}{i}.example\n" for i in range(first, last + 1))


def on_day(day):
    return {**os.environ, **fake_clock(f"+{day}d")}


class Publisher:
    """What is served by path: bytes, with headers and tricks; counts what was asked and answered."""

    def __init__(self, folder):
        self.pages, self.answers = {}, []
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                page = publisher.pages.get(self.path)
                if page is None:
                    return self.answer(404, b"404: Not Found\n")
                if "to" in page:
                    return self.answer(302, b"", {"Location": page["to"]})
                etag, modified = page.get("etag"), page.get("modified")
                if etag and self.headers["If-None-Match"] == etag or modified and self.headers["If-Modified-Since"] == modified:
                    return self.answer(304, None)
                headers = {name: value for name, value in (("ETag", etag), ("Last-Modified", modified)) if value}
                return self.answer(200, page["body"], headers, page.get("claim"), page.get("stall"))

            def answer(self, status, body, headers=None, claim=None, stall=None):
                publisher.answers.append((self.path, status))
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                if body is not None:
                    self.send_header("Content-Length", str(claim or len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body or b"")
                    if stall:
                        self.wfile.flush()
                        stall.wait(60)
                except OSError:
                    pass  # the client went away, as it should
                self.close_connection = claim is not None

            def log_message(self, *_):
                pass

        certificate, key = folder / "server.pem", folder / "server.key"
        done = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3000", "-subj", "/CN=lists.example",
                   "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)
        assert done.returncode == 0, done.stderr
        self.certificate = certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def serve(self, path, body, **more):
        self.pages[path] = {"body": body.encode() if isinstance(body, str) else body, **more}

    def end(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Lists(Scratch):
    def setUp(self):
        super().setUp()
        self.publisher = Publisher(self.folder)
        self.addCleanup(self.publisher.end)
        self.write_lists()

    def write_lists(self, extra="", top="", form="domains", path="/social", name="social"):
        self.toml = self.write(
            "lists.toml",
            f'folder = "kept"\ncertificates = "server.pem"\nprotected = ["council.example"]\n{top}\n'
            f'[[list]]\nname = "{name}"\ncategory = "social"\nformat = "{form}"\nurl = "{self.publisher.url}{path}"\ntimeout = 5\n{extra}\n',
        )

    def lists(self, *arguments, **options):
        return run(self.command_file, "lists", *arguments, "--lists", self.toml, **options)

    def update(self, code=0, *arguments, **options):
        done = self.lists("update", *arguments, "--format", "json", **options)
        self.assertExit(code, done)
        return json.loads(done.stdout)[0], done.stderr

    def status(self):
        done = self.lists("status", "--format", "json")
        self.assertExit(0, done)
        return json.loads(done.stdout)[0]

    def active(self):
        """The names of the active edition."""
        done = self.lists("diff", "social", "--from", "0", "--to", self.status()["edition"], "--format", "json")
        self.assertExit(0, done)
        return sorted(row["name"] for row in json.loads(done.stdout))

    def taken(self, text):
        """The list as it is now becomes active."""
        self.publisher.serve("/social", text)
        row, error = self.update()
        self.assertEqual((row["outcome"], error), ("updated", ""))
        return sorted(text.split())

    def test_a_good_list_becomes_active_and_is_fetched_again_only_when_it_changed(self):
        self.publisher.serve("/social", names(1, 100), etag='"one"')
        row, _ = self.update()
        self.assertEqual((row["outcome"], row["entries"], row["came"]), ("updated", "100", "100"))
        row, _ = self.update()
        self.assertEqual((row["outcome"], row["entries"]), ("unchanged", "100"))
        self.publisher.serve("/social", names(1, 110), etag='"two"')
        row, _ = self.update()
        self.assertEqual((row["outcome"], row["came"], row["went"]), ("updated", "10", "0"))
        self.assertEqual([status for _, status in self.publisher.answers], [200, 304, 200])
        status = self.status()
        self.assertEqual((status["edition"], status["entries"], status["parse_rate"], status["outcome"]), ("2", "110", "100.0", "updated"))

    def test_the_timers_unit_updates_under_its_system_call_filter_and_without_any_right(self):
        self.publisher.serve("/social", names(1, 100))
        (self.folder / "kept").mkdir()
        (self.folder / "kept").chmod(0o777)
        done = run(*as_unit("edgewatch-lists"), self.command_file, "lists", "update", "--lists", self.toml, cwd="/")
        self.assertExit(0, done)
        self.assertEqual((self.status()["edition"], self.status()["entries"]), ("1", "100"))

    def test_a_date_of_change_serves_as_well_and_so_does_the_same_text(self):
        self.publisher.serve("/social", names(1, 10), modified="Tue, 17 Nov 2026 10:00:00 GMT")
        self.update()
        self.assertEqual(self.update()[0]["outcome"], "unchanged")
        self.publisher.serve("/social", names(1, 10))
        self.assertEqual(self.update()[0]["outcome"], "unchanged")
        self.assertEqual([status for _, status in self.publisher.answers], [200, 304, 200])

    def test_poisoned_lists_are_refused_by_line_and_the_old_one_stays(self):
        before = self.taken(names(1, 100))
        good = names(1, 100)
        poisoned = {
            "": "the list is empty",
            "# a title\n# and no name\n": "the list is empty",
            good + "com\n": "social:101: below 'com' are protected names",
            good + "*\n": "social:101: this line would list the whole web",
            good + ".\n": "social:101: this line would list the whole web",
            good + "/\n": "social:101: this line would list the whole web",
            good + "co.uk\n": "social:101: under 'co.uk' anybody may have a name",
            good + "nhs.uk\n": "social:101: 'nhs.uk' is protected",
            good + "www.town.gov.uk\n": "social:101: 'www.town.gov.uk' is of the protected 'gov.uk'",
            good + "intranet.council.example\n": "social:101: 'intranet.council.example' is of the protected 'council.example'",
            good + "update.microsoft.com\n": "social:101: 'update.microsoft.com' is protected",
            good + "sls.update.microsoft.com\n": "social:101: 'sls.update.microsoft.com' is of the protected 'update.microsoft.com'",
            good + "ocsp.digicert.com\n": "social:101: 'ocsp.digicert.com' is protected",
            "<!DOCTYPE html>\n<title>Sign in</title>\n" + good: "it is a page of the web",
            good + "...\n" * 30: "social:101: not a name",
            names(1, 100, "m"): "100 names came and 100 went, of 100 in the active list",
            names(1, 50): "0 names came and 50 went",
            names(1, 400): "300 names came and 0 went",
        }
        for text, reason in poisoned.items():
            with self.subTest(reason=reason):
                self.publisher.serve("/social", text)
                row, error = self.update(NOT_PERMITTED)
                self.assertEqual((row["outcome"], row["entries"]), ("refused", "100"))
                self.assertIn(reason, error)
                status = self.status()
                self.assertEqual((status["edition"], status["outcome"]), ("1", "refused"))
                self.assertTrue(status["error"])
                self.assertIn(reason, self.lists("status", "social").stdout)
                self.assertEqual(self.active(), before)
        self.taken(names(1, 101))

    def test_what_does_not_arrive_whole_is_no_list(self):
        before = self.taken(names(1, 100))
        hung = threading.Event()
        self.addCleanup(hung.set)
        packed = gzip.compress(names(1, 100).encode())
        trouble = {
            "truncated": (dict(body=names(1, 50), claim=5000), UNAVAILABLE, "failed"),
            "truncated in its packing": (dict(body=packed[: len(packed) // 2]), NOT_PERMITTED, "refused"),
            "too large": (dict(body=b"\n" * (3 << 20)), NOT_PERMITTED, "refused"),
            "too large when unpacked": (dict(body=gzip.compress(b"\n" * (3 << 20))), NOT_PERMITTED, "refused"),
            "hung": (dict(body=names(1, 50), claim=5000, stall=hung), UNAVAILABLE, "failed"),
            "elsewhere in the clear": (dict(to="http://127.0.0.1/social"), UNAVAILABLE, "failed"),
        }
        self.write_lists(extra="size_mib = 2")
        for what, (page, code, outcome) in trouble.items():
            with self.subTest(what=what):
                body = page.get("body", b"")
                self.publisher.pages["/social"] = {**page, **({"body": body.encode() if isinstance(body, str) else body} if "body" in page else {})}
                row, error = self.update(code)
                self.assertEqual(row["outcome"], outcome, error)
                self.assertNotIn("https://", error)
                self.assertEqual(self.active(), before)
        del self.publisher.pages["/social"]
        self.assertIn("the server answered 404", self.update(UNAVAILABLE)[1])
        self.assertEqual(self.active(), before)

    def test_a_server_that_nobody_vouches_for_is_not_listened_to(self):
        self.publisher.serve("/social", names(1, 10))
        self.toml.write_text(self.toml.read_text().replace('certificates = "server.pem"\n', ""))
        self.assertEqual(self.update(UNAVAILABLE)[0]["outcome"], "failed")

    def test_a_list_that_creeps_is_refused_though_no_step_of_it_is(self):
        self.taken(names(1, 100))
        last, day = 100, 0
        while last < 140:  # a tenth a day
            day += 1
            last = min(last + last // 10, 140)
            self.publisher.serve("/social", names(1, last))
            self.assertEqual(self.update(env=on_day(day))[0]["outcome"], "updated", last)
        self.publisher.serve("/social", names(1, 150))
        _, error = self.update(NOT_PERMITTED, env=on_day(day + 1))
        self.assertIn("in the oldest edition kept", error)
        self.assertIn("150 entries, 100 at the baseline of 30 days", error)
        self.assertNotIn("in the active list", error)
        # A month later it has been so large for a month, and the size is no reason any more.
        _, error = self.update(NOT_PERMITTED, env=on_day(day + 40))
        self.assertNotIn("baseline", error)

    def test_a_refused_list_that_is_gone_again_leaves_nothing_behind(self):
        for headers in ({}, {"etag": '"one"'}):
            with self.subTest(headers=headers):
                good = names(1, 99 + len(headers)) + "-\n"
                self.publisher.serve("/social", good, **headers)
                self.assertEqual(self.update()[0]["outcome"], "updated")
                before = self.status()
                self.publisher.serve("/social", names(1, 50) + "...\n" * 30)
                self.update(NOT_PERMITTED)
                self.assertEqual(self.status()["parse_rate"], "62.5")
                self.publisher.serve("/social", good, **headers)
                self.assertEqual(self.update()[0]["outcome"], "unchanged")
                after = self.status()
                self.assertEqual((after["parse_rate"], after["passed_over"], after["error"]), (before["parse_rate"], "1 not a name", ""))
                self.assertExit(UNAVAILABLE, self.lists("diff", "social", "--to", "refused"))

    def test_an_operator_who_looked_at_a_change_may_take_it(self):
        self.taken(names(1, 10))
        self.publisher.serve("/social", names(1, 20))
        self.update(NOT_PERMITTED)
        done = self.lists("diff", "social", "--format", "csv")
        self.assertEqual(done.stdout.splitlines()[:2], ["change,name,reach,line", "came,n11.example,both,11"])
        self.assertEqual(len(done.stdout.splitlines()), 11)
        self.assertIn("social: from edition 1 to what was refused last: 10 came, 0 went", self.lists("diff", "social", "--limit", "1").stderr)
        self.assertExit(USAGE, self.lists("update", "--accept"))
        self.assertEqual(self.update(0, "social", "--accept")[0]["outcome"], "updated")
        self.publisher.serve("/social", names(1, 100) + "gov.uk\n")
        self.update(NOT_PERMITTED, "social", "--accept")

    def test_ten_editions_are_kept_and_one_can_go_back_among_them(self):
        for i in range(12):
            self.taken(names(1, 100 + i))
        self.assertEqual(len(list((self.folder / "kept/social").glob("*.edition"))), 10)
        self.assertExit(0, self.lists("rollback", "social"))
        self.assertEqual((self.status()["edition"], self.status()["entries"]), ("11", "110"))
        # The source still has what was gone back from: it is not taken again by itself.
        row, error = self.update()
        self.assertEqual((row["outcome"], row["entries"]), ("unchanged", "110"))
        self.assertIn("gone back from", error)
        self.assertExit(0, self.lists("rollback", "social", "--to", "3"))
        self.assertEqual(self.status()["entries"], "102")
        gone = self.lists("rollback", "social", "--to", "1")
        self.assertExit(UNAVAILABLE, gone)
        self.assertIn("active is 3, kept are 3, 4, 5, 6, 7, 8, 9, 10, 11, 12", gone.stderr)
        history = self.lists("status", "social").stdout
        self.assertRegex(history, r"(?m)^3 +[-0-9]+T[:0-9]+Z +102 +active$")
        self.assertRegex(history, r"(?m)^12 +[-0-9]+T[:0-9]+Z +111 +gone back from$")
        self.assertEqual(self.taken(names(1, 112)), self.active())

    def test_a_damaged_edition_is_not_gone_back_to(self):
        self.taken(names(1, 100))
        self.taken(names(1, 101))
        edition = self.folder / "kept/social/000001.edition"
        edition.write_bytes(edition.read_bytes().replace(b"n7.example", b"n8.example", 1))
        done = self.lists("rollback", "social")
        self.assertExit(65, done)
        self.assertIn("it is damaged", done.stderr)
        self.assertEqual(self.status()["edition"], "2")

    def test_the_set_in_force_follows_and_a_damaged_one_is_made_anew(self):
        self.taken(names(1, 100))
        self.taken(names(1, 101))
        current = self.folder / "kept/sets.d/current"
        self.assertEqual(os.readlink(current), "000002.set")
        self.assertExit(0, self.lists("rollback", "social"))
        self.assertEqual(os.readlink(current), "000001.set", "the one that was in force then")
        second = self.folder / "kept/sets.d/000002.set"
        second.write_bytes(second.read_bytes().replace(b"n7", b"n8", 1))
        self.assertExit(0, self.lists("rollback", "social", "--to", "2"))
        self.assertEqual(os.readlink(current), "000003.set")
        self.assertIn(b"n7", current.read_bytes())
        for i in range(12):
            self.taken(names(1, 102 + i))
        self.assertEqual(len(list(current.parent.glob("*.set"))), 10)

    def test_going_back_with_one_of_several_lists_takes_a_set_that_was_made_ready(self):
        more = f'[[list]]\nname = "other"\ncategory = "social"\nformat = "domains"\nurl = "{self.publisher.url}/other"\n'
        self.toml.write_text(self.toml.read_text() + more)
        sets = self.folder / "kept/sets.d"
        ready = lambda: {file.name: file.stat().st_ino for file in sets.glob("ready.*")}
        said = lambda file: [line.split("\t")[1:4:2] for line in file.read_bytes().split(b"\nclaims")[0].decode().splitlines() if line.startswith("list\t")]
        for last in (100, 101, 102):
            self.publisher.serve("/social", names(1, last))
            self.publisher.serve("/other", names(1, last, "o"))
            self.assertExit(0, self.lists("update"))
        self.assertEqual(sorted(ready()), ["ready.other", "ready.social"])
        made = ready()["ready.social"]
        self.assertEqual(said(sets / "ready.social"), [["social", "2"], ["other", "3"]])
        self.assertExit(0, self.lists("update"))  # nothing is new, and nothing is made again
        self.assertEqual(ready()["ready.social"], made)
        self.assertExit(0, self.lists("rollback", "social"))
        self.assertEqual((sets / "current").stat().st_ino, made)
        self.assertEqual(said(sets / "current"), [["social", "2"], ["other", "3"]])
        self.assertExit(0, self.lists("update"))  # what is ready is so for what is active now; the set of both second editions is kept anyway
        self.assertEqual(sorted(ready()), ["ready.social"])
        self.assertEqual(said(sets / "ready.social"), [["social", "1"], ["other", "3"]])

    def test_a_digest_of_the_publisher_is_held_against_the_text(self):
        self.write_lists(extra=f'digest = "{self.publisher.url}/SHA256SUMS"')
        self.publisher.serve("/social", names(1, 10))
        digest = run("sha256sum", self.write("social", names(1, 10))).stdout.split()[0]
        self.publisher.serve("/SHA256SUMS", f"{'0' * 64}  other\n{digest}  social\n")
        self.assertEqual(self.update()[0]["outcome"], "updated")
        self.publisher.serve("/social", names(1, 11))
        self.assertIn("not the one its publisher gives", self.update(NOT_PERMITTED)[1])
        self.assertEqual(self.status()["entries"], "10")

    def signed(self, text, by):
        """The list is served, and its signature, which minisign makes with the key of that name; gives the public key."""
        key, secret, own = (self.folder / f"{by}.{end}" for end in ("pub", "sec", "list"))
        if not key.exists():
            self.assertExit(0, run("minisign", "-G", "-W", "-p", key, "-s", secret))
        own.write_text(text)
        self.assertExit(0, run("minisign", "-S", "-W", "-s", secret, "-m", own))
        self.publisher.serve("/social", text)
        self.publisher.serve("/social.minisig", (self.folder / f"{by}.list.minisig").read_bytes())
        return key.read_text().splitlines()[1]

    def test_a_list_is_taken_only_where_it_is_signed_by_whom_the_operator_trusts(self):
        self.taken(names(1, 100))
        self.write_lists(extra=f'public_key = "{self.signed(names(1, 101), "publisher")}"')
        self.assertEqual(self.update()[0]["outcome"], "updated")
        self.publisher.serve("/social", names(1, 102))
        self.assertIn("its signature is not of what came", self.update(NOT_PERMITTED)[1])
        self.signed(names(1, 102), "somebody")
        self.assertIn("another key", self.update(NOT_PERMITTED)[1])
        self.publisher.serve("/social.minisig", "<html>")
        self.assertIn("its signature is not minisign's", self.update(NOT_PERMITTED, "social", "--accept")[1])
        del self.publisher.pages["/social.minisig"]
        self.assertIn("its signature could not be had: 127.0.0.1:", self.update(NOT_PERMITTED)[1])
        self.assertEqual(self.active(), sorted(names(1, 101).split()))
        self.signed(names(1, 102), "publisher")
        self.assertEqual(self.update()[0]["outcome"], "updated")
        # Of a file it is beside the file.
        own = self.folder / "publisher.list"
        self.toml.write_text(self.toml.read_text().replace(f'url = "{self.publisher.url}/social"', f'file = "{own}"'))
        self.assertEqual(self.update()[0]["outcome"], "unchanged")
        own.write_text(names(1, 103))
        self.assertIn("its signature is not of what came", self.update(NOT_PERMITTED)[1])

    def test_a_tree_and_a_file_are_sources_too(self):
        tree = io.BytesIO()
        with tarfile.open(fileobj=tree, mode="w:gz") as archive:
            for path, text in (("blacklists/social_networks/domains", names(1, 20)), ("blacklists/social_networks/urls", "a.example/b\n")):
                entry = tarfile.TarInfo(path)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        self.write_lists(form="ut1", extra='part = "social_networks"')
        self.publisher.serve("/social", tree.getvalue())
        self.assertEqual(self.update()[0]["entries"], "20")
        self.assertEqual(self.status()["passed_over"], "1 url")
        self.write("own.txt", names(1, 20))
        self.toml.write_text(f'folder = "kept"\n[[list]]\nname = "social"\ncategory = "social"\nformat = "domains"\nfile = "own.txt"\n')
        self.assertEqual(self.update()[0]["outcome"], "updated")

    def test_an_exception_of_an_adblock_list_lifts_what_lies_below_it_at_any_depth(self):
        self.write_lists(form="adblock")
        self.publisher.serve("/social", "||ads.example.org^\n||other.example^\n@@||example.org^\n||a.b.example.org^\n")
        self.assertEqual(self.update()[0]["outcome"], "updated")
        self.assertEqual(self.active(), ["example.org", "other.example"])
        self.assertEqual(self.status()["passed_over"], "2 excepted")

    def test_words_of_strangers_end_no_update_and_reach_no_terminal(self):
        self.publisher.serve("/social", names(1, 10), etag='"\xe4"')
        self.assertEqual(self.update()[0]["outcome"], "updated")
        self.assertEqual(self.update()[0]["outcome"], "unchanged", "a validator that is no ASCII is not kept, and the text is the same")
        tree = io.BytesIO()
        with tarfile.open(fileobj=tree, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
            for path, text in (("b\udce4d\x1b]0;x/social/domains", names(1, 10) + "co.uk\n"), ("b\udce4d/other/domains", "x.example\n")):
                entry = tarfile.TarInfo(path)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        self.write_lists(form="ut1", extra='part = "social"')
        self.publisher.serve("/social", tree.getvalue())
        row, error = self.update(NOT_PERMITTED)
        self.assertEqual((row["outcome"], row["entries"]), ("refused", "10"))
        self.assertIn(r"social/b\xe4d\x1b]0;x/social/domains:11: under 'co.uk' anybody may have a name", error)
        self.assertNotIn("\x1b", error + self.lists("status").stdout)
        # Nor does a name of a file that a plain C locale cannot hold.
        tree = io.BytesIO()
        with tarfile.open(fileobj=tree, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
            for path, text in (("b\xfccher/domains", "x.example\n"), ("b\xfcro/social/domains", names(1, 11))):
                entry = tarfile.TarInfo(path)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        self.publisher.serve("/social", tree.getvalue())
        row, error = self.update()
        self.assertEqual((row["outcome"], row["entries"], error), ("updated", "11", ""))

    def test_two_updates_do_not_meet_and_mistakes_are_told_at_once(self):
        hung = threading.Event()
        self.addCleanup(hung.set)
        self.publisher.serve("/social", names(1, 10), claim=5000, stall=hung)
        first = threading.Thread(target=lambda: self.lists("update"))
        first.start()
        while not self.publisher.answers:
            time.sleep(0.01)
        self.assertExit(TRY_AGAIN, self.lists("update"))
        hung.set()
        first.join()
        self.assertExit(USAGE, self.lists("update", "no-such-list"))
        self.toml.write_text('[[list]]\nname = "x"\n')
        done = self.lists("status")
        self.assertExit(BAD_CONFIGURATION, done)
        self.assertIn("lists.toml:", done.stderr)

    def test_errors_say_which_server_file_bound_or_edition_and_what_to_do(self):
        self.publisher.serve("/social", names(1, 100))
        self.update()
        # A server that is not there; of its URL, which may hold a key, no more than that.
        self.toml.write_text(self.toml.read_text().replace("/social?", "/social").replace(self.publisher.url, "https://127.0.0.1:1"))
        error = self.update(UNAVAILABLE)[1]
        self.assertRegex(error, r"(?m)^social: 127\.0\.0\.1:1: .*connect")
        self.assertNotIn("/social", error)
        # More than the bound, packed or not.
        self.write_lists(extra="size_mib = 1")
        for body in (names(1, 100_000), gzip.compress(names(1, 100_000).encode())):
            self.publisher.serve("/social", body)
            self.assertRegex(self.update(NOT_PERMITTED)[1], "(is larger than|unpacks to more than) 1 MiB; .*raise its size_mib")
        unknown = self.lists("diff", "social", "--to", "7")
        self.assertExit(UNAVAILABLE, unknown)
        self.assertIn("of 'social' no edition 7 is kept; kept are 1", unknown.stderr)
        self.assertIn("nothing was refused", self.lists("diff", "social", "--to", "refused").stderr)
        text = '[[list]]\nname = "own"\ncategory = "social"\nformat = "domains"\nfile = "{}"\n'
        self.toml.write_text('folder = "kept"\n' + text.format("kept"))
        self.assertIn(f"own: {self.folder}/kept is a folder; name a file of it", self.update(UNAVAILABLE)[1])
        self.toml.write_text('folder = "kept"\n' + text.format("nowhere.txt"))
        self.assertIn("nowhere.txt cannot be read: No such file", self.update(UNAVAILABLE)[1])
        packed = self.folder / "morning.pcap.gz"
        packed.write_bytes(gzip.compress(questions({"n1.example": 1})))
        done = self.lists("rehearse", packed)
        self.assertExit(65, done)
        self.assertIn(f"edgewatch lists: {packed}: not a capture that can be read (offset 0): it is packed by gzip; unpack it first", done.stderr)

    def test_a_list_that_is_taken_though_it_includes_what_is_not_there_says_so(self):
        tree = io.BytesIO()
        with tarfile.open(fileobj=tree, mode="w:gz") as archive:
            text = (names(1, 200) + "include:photos\n").encode()
            entry = tarfile.TarInfo("community/data/social")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
        self.publisher.serve("/social", tree.getvalue())
        self.write_lists('part = "social"', form="v2fly")
        row, error = self.update()
        self.assertEqual((row["outcome"], row["entries"]), ("updated", "200"))
        self.assertIn("social/community/data/social:201: 'photos' is included here, and no file of that name is there; ", error)

    def wait_for(self, condition):
        deadline = time.monotonic() + 120
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_a_rehearsal_that_is_interrupted_leaves_nothing_behind(self):
        self.taken(names(1, 20))
        more = f'[[list]]\nname = "other"\ncategory = "social"\nformat = "domains"\nurl = "{self.publisher.url}/other"\n'
        self.toml.write_text(self.toml.read_text() + more)
        self.publisher.serve("/other", names(1, 20, "o"))
        self.assertExit(0, self.lists("update"))
        # A daemon that listens and never answers.
        silent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(silent.close)
        silent.bind(str(self.folder / "silent.sock"))
        silent.listen(8)
        sets = self.folder / "kept/sets.d"
        left = lambda: sorted(file.name for file in sets.glob("rehearsal*"))
        command = [self.command_file, "lists", "rehearse", "--lists", self.toml, "--socket", self.folder / "silent.sock"]

        def begun():
            process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            self.wait_for(lambda: left() == ["rehearsal", "rehearsal.d"])
            return process

        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = begun()
            second = run(*command)
            self.assertExit(TRY_AGAIN, second)
            self.assertIn("another rehearsal is at work", second.stderr)
            self.assertExit(0, self.lists("update"))
            self.assertEqual(left(), ["rehearsal", "rehearsal.d"])  # an update leaves one that is at work alone
            process.send_signal(how)
            self.assertEqual(process.wait(60), -how)
            self.assertEqual(left(), [])
        process = begun()
        process.kill()
        process.wait(60)
        for draft in (sets / "000007.set.AbCdEf", self.folder / "kept/social/000009.edition.AbCdEf", self.folder / "kept/social/state.json.AbCdEf"):
            draft.write_text("half")
        self.assertExit(0, self.lists("update"))
        self.assertEqual(left(), [])
        self.assertEqual([str(file) for file in (self.folder / "kept").rglob("*AbCdEf")], [])

    def test_what_one_member_of_the_group_made_another_may_change(self):
        self.publisher.serve("/social", names(1, 100))
        self.folder.chmod(0o755)
        kept = self.folder / "kept"
        kept.mkdir()
        group = 60009
        os.chown(kept, 0, group)
        kept.chmod(0o2770)
        (self.folder / "server.pem").chmod(0o644)
        self.toml.chmod(0o644)

        def by(uid, *arguments):
            return run("setpriv", f"--reuid={uid}", f"--regid={uid}", f"--groups={group}", "sh", "-c", 'umask 077; exec "$@"', "sh", self.command_file, "lists",
                       *arguments, "--lists", self.toml, cwd="/")

        self.assertExit(0, by(60001, "update"))
        self.publisher.serve("/social", names(1, 101))
        self.assertExit(0, by(60002, "update"))
        self.publisher.serve("/social", names(1, 102))
        self.assertExit(0, by(60001, "update"))
        self.assertExit(0, by(60002, "rollback", "social"))
        self.assertIn("101", by(60001, "status").stdout)
        stranger = run("setpriv", "--reuid=60003", "--regid=60003", "--clear-groups", self.command_file, "lists", "update", "--lists", self.toml, cwd="/")
        self.assertExit(NOT_PERMITTED, stranger)

    def test_a_rehearsal_says_which_names_of_a_capture_would_be_newly_listed_and_changes_nothing(self):
        self.taken(names(1, 20))
        capture = self.folder / "morning.pcap"
        capture.write_bytes(questions({"www.n3.example": 2, "n21.example": 3, "elsewhere.example": 5}))
        self.publisher.serve("/social", names(4, 21))
        done = self.lists("rehearse", capture, "--format", "csv")
        self.assertExit(0, done)
        self.assertEqual(done.stdout.splitlines(), ["list,change,name,entry,line,clients,times", "social,listed,n21.example,n21.example,18,3,3",
                                                     "social,freed,www.n3.example,n3.example,3,2,2"])
        self.assertEqual(self.status()["edition"], "1")
        self.publisher.serve("/social", names(4, 21) + "gov.uk\n")
        self.assertExit(NOT_PERMITTED, self.lists("rehearse", capture))
        mistyped = self.lists("rehearse", capture, "--list", "socail")
        self.assertExit(USAGE, mistyped)
        self.assertIn("no list is called 'socail'", mistyped.stderr)
        self.assertEqual(mistyped.stdout, "")


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~total & 0xFFFF)


def frames_of_questions(name, client, refused=False):
    """The frame in which a client asks for a name; where refused, the answer too, that there is no such name."""
    qname = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    here, there = (bytes([10, 20, 1, 1 + client]), 40000 + client), (bytes([192, 0, 2, 53]), 53)
    macs = "02005e100001", "02005e100002"
    frames = []
    for source, target, flags in ((here, there, 0x0100), (there, here, 0x8183))[: 2 if refused else 1]:
        dns = struct.pack(">HHHHHH", client + 1, flags, 1, 0, 0, 0) + qname + struct.pack(">HH", 1, 1)
        length = 8 + len(dns)
        udp = struct.pack(">HHHH", source[1], target[1], length, 0) + dns
        pseudo = source[0] + target[0] + struct.pack(">HH", 17, length)
        udp = udp[:6] + checksum(pseudo + udp) + udp[8:]
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, source[0], target[0])
        ip = ip[:10] + checksum(ip) + ip[12:]
        to, sender = macs if source is here else macs[::-1]
        frames.append(bytes.fromhex(to + sender) + b"\x08\x00" + ip + udp)
    return frames


def questions(asked, refused=False):
    """A pcap in which each name is asked by as many clients."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    at = int(datetime.datetime(2026, 11, 17, 9, 0, tzinfo=datetime.timezone.utc).timestamp())
    for name, clients in asked.items():
        for client in range(clients):
            at += 1
            for frame in frames_of_questions(name, client, refused):
                out += struct.pack("<IIII", at, 0, len(frame), len(frame)) + frame
    return out


if __name__ == "__main__":
    unittest.main()
