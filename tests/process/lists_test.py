"""Lists are updated from a server as publishers run them, over https with an authority of its own. Good lists become active; whatever else is served, the edition before
stays and the command says why, by line."""
import gzip
import io
import tarfile
import threading
import unittest

from harness import NOT_PERMITTED, UNAVAILABLE, as_unit, run
from lists_case import ListsCase, names
from question_frames import questions


class Lists(ListsCase):
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


if __name__ == "__main__":
    unittest.main()
