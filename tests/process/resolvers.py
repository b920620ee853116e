"""Real resolvers beside edgewatchd, which keeps their zones: what tests of them share. All of it on a loopback of the test's own, where no other's ports are."""
import ctypes
import os
import select
import socket
import subprocess
import sys
import time

from harness import SOURCE, Scratch

sys.path.insert(0, str(SOURCE / "tests/lab"))
from namespaces import sh, unconfined  # noqa: E402

CLONE_NEWNET = 0x40000000
if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
    raise OSError(ctypes.get_errno(), "no network namespace of its own: " + os.strerror(ctypes.get_errno()))
sh("ip", "link", "set", "lo", "up")

ANSWER = "192.0.2.7"


class ResolverCase(Scratch):
    """A folder of zones, a server of which the resolvers ask everything, and the resolvers' own files."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.port = 5300 + (time.time_ns() // 1000) % 400
        self.zones = self.folder / "zones"
        self.zones.mkdir()
        self.log = open(self.folder / "resolver.log", "ab")
        self.addCleanup(self.log.close)
        upstream = self.write("upstream.conf", f"no-resolv\nno-hosts\nport={self.port + 500}\nlisten-address=127.0.0.1\nbind-interfaces\naddress=/#/{ANSWER}\n"
                              f"host-record=www.videos.example,{ANSWER}\ncname=innocent.example,www.videos.example\n")
        self.run_until_the_end("dnsmasq", "--keep-in-foreground", "--user=root", "--pid-file", f"--conf-file={upstream}")

    def run_until_the_end(self, *command):
        server = subprocess.Popen(unconfined(*map(str, command)), stdout=subprocess.DEVNULL, stderr=self.log)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        return server

    def assertComesTo(self, expected, look, seconds=60):
        """What a user sees comes to be so; how soon is nothing that a test on a busy machine could say."""
        deadline = time.monotonic() + seconds
        while look() != expected and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(look(), expected, self.daemon_log() + (self.folder / "resolver.log").read_text())

    def wait_for_zones(self):
        self.assertComesTo(True, (self.zones / "unbound.conf").exists)

    def unbound_conf(self, port, *clauses):
        """An Unbound that knows what the server of everything knows, and these clauses."""
        return self.write("unbound.conf", f"""
server:
  interface: 127.0.0.1@{port}
  interface: ::1@{port}
  module-config: "respip iterator"
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{self.folder}"
  pidfile: ""
  use-syslog: no
  access-control: 127.0.0.0/8 allow
  access-control: ::1 allow
  do-not-query-localhost: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{self.port + 500}
""" + "".join(clauses))

    def unbound_files(self, port):
        """unbound.conf, and the command that makes Unbound read its zones anew."""
        conf = self.unbound_conf(port, f"""
remote-control:
  control-enable: yes
  control-interface: "{self.folder}/unbound.sock"
  control-use-cert: no
include: "{self.zones}/unbound.conf"
""")
        return conf, ("/usr/sbin/unbound-control", "-c", conf, "reload_keep_cache")

    def bind_files(self, port):
        """named.conf, the file that all of its views include, and the command that makes BIND read its zones anew."""
        view = self.write("view.conf", "# the council's own zones\n")
        key = 'key "ew" { algorithm hmac-sha256; secret "c2VjcmV0IG9mIGEgdGVzdA=="; };\n'
        conf = self.write("named.conf", f"""
options {{
  directory "{self.folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 port {port} {{ ::1; }}; pid-file "{self.folder}/named.pid"; session-keyfile "{self.folder}/session.key";
  managed-keys-directory "{self.folder}"; dnssec-validation no; recursion yes; allow-query {{ any; }}; forward only; forwarders {{ 127.0.0.1 port {self.port + 500}; }};
}};
{key}
controls {{ inet 127.0.0.1 port {port + 1} allow {{ 127.0.0.1; }} keys {{ "ew"; }}; }};
include "{self.zones}/bind.conf";
""")
        rndc = self.write("rndc.conf", f'{key}options {{ default-key "ew"; default-server 127.0.0.1; default-port {port + 1}; }};\n')
        return conf, view, ("/usr/sbin/rndc", "-c", rndc, "reload")


def rcode(client, port, name, kind=1):
    """What a resolver answers a client: 0, 3 where the name does not exist; nothing where nobody answered within a second."""
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0" + kind.to_bytes(2, "big") + b"\0\1"
    family, server = (socket.AF_INET6, "::1") if ":" in client else (socket.AF_INET, "127.0.0.1")
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.bind((client, 0))
        try:
            s.connect((server, port))
            s.send(b"\0\7\1\0\0\1\0\0\0\0\0\0" + question)
            return s.recv(4096)[3] & 15 if select.select([s], [], [], 1)[0] else None
        except ConnectionRefusedError:
            return None
