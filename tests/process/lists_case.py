"""What the tests of lists share: a publisher with tricks, over https with an authority of its own, and the commands about a list of its."""
import http.server
import json
import os
import ssl
import threading

from harness import Scratch, fake_clock, run


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


class ListsCase(Scratch):
    """A test with a publisher, a list of its, and the commands about it."""

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
