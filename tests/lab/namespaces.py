"""Network namespaces for a test: a client and a server joined through a middle that bridges, nothing else reachable. All of it goes when the test ends."""
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time


def sh(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


def unconfined(*command):
    """A server of Debian's whose files are the test's: where AppArmor is on, its profile lets it read none but its own."""
    enabled = pathlib.Path("/sys/module/apparmor/parameters/enabled")
    confined = enabled.exists() and enabled.read_text().strip() == "Y" and shutil.which("aa-exec")
    return [*(["aa-exec", "-p", "unconfined", "--"] if confined else []), *command]


_index = itertools.count(100)


def cable(one, one_name, other, other_name):
    """Joins two namespaces. Its ends have different numbers: a device whose peer has its own number is one by itself to the kernel, which then hears up to a second late that the cable is in."""
    sh("ip", "link", "add", one_name, "index", str(next(_index)), "netns", one, "type", "veth", "peer", "name", other_name, "netns", other)


def until_ipv6(*namespaces):
    """Waits until each device there that is up speaks IPv6: before, it has no neighbours, and what is sent to them is lost."""
    deadline = time.monotonic() + 20
    for namespace in namespaces:
        while True:
            up = {link["ifname"] for link in _told(namespace, "link") if "UP" in link["flags"] and link["ifname"] != "lo"}
            ready = {route["dev"] for route in _told(namespace, "-6", "route", "show", "table", "all", "type", "multicast")}
            if up <= ready:
                break
            if time.monotonic() > deadline:
                raise RuntimeError(f"{namespace}: no IPv6 at {sorted(up - ready)}")
            time.sleep(0.02)


def _told(namespace, *what):
    done = subprocess.run(["ip", "-n", namespace, "-j", *what], check=True, capture_output=True, text=True)
    return json.loads(done.stdout or "[]")


def remove(namespace):
    """Whatever a server left behind in the namespace would keep it alive: it goes first."""
    for _ in range(20):
        pids = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False).stdout.split()
        if not pids:
            break
        for pid in pids:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.1)
    subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)
    shutil.rmtree(f"/etc/netns/{namespace}", ignore_errors=True)


# A cable that reorders: two taps, and between them a share of the frames comes up to three milliseconds late, behind what was sent after it. (This class of machine has no netem.)
RELAY = """
import ctypes, fcntl, heapq, os, random, select, struct, sys, time
def tap(namespace, name):
    with open("/run/netns/" + namespace) as place:
        if ctypes.CDLL(None).setns(place.fileno(), 0) != 0: sys.exit("no namespace " + namespace)
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(handle, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x1002))  # TUNSETIFF: IFF_TAP | IFF_NO_PI
    return handle
one, other = tap(*sys.argv[1:3]), tap(*sys.argv[3:5])
across, late, share = {one: other, other: one}, [], float(sys.argv[5])
def give(end, frame):
    try: os.write(end, frame)
    except OSError: pass  # as a cable that is pulled out, or a queue that is full
print("ready", flush=True)
while True:
    ready = select.select([one, other], [], [], max(0, late[0][0] - time.monotonic()) if late else None)[0]
    for end in ready:
        for _ in range(64):
            try: frame = os.read(end, 65536)
            except OSError: break
            if random.random() < share: heapq.heappush(late, (time.monotonic() + random.uniform(0.0005, 0.003), across[end], frame))
            else: give(across[end], frame)
    while late and late[0][0] <= time.monotonic(): give(*heapq.heappop(late)[1:])
"""


class Namespaces:
    """Namespaces and the processes started in them, which go together."""

    def __init__(self, *names):
        self.names = names
        self.processes = []

    def make(self):
        for name in self.names:
            sh("ip", "netns", "add", name)
            # An address is there as soon as it is given, not a second later when nobody else has claimed it: a browser that sees one come gives up what it loads.
            sh("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0")
            sh("ip", "-n", name, "link", "set", "lo", "up")

    def start(self, where, *command, **options):
        process = subprocess.Popen(["ip", "netns", "exec", where, *map(str, command)], stdin=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def file_in(self, where, name, text):
        """What /etc has there under that name, for what is started from now on."""
        path = pathlib.Path("/etc/netns") / where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def relay(self, one, one_name, other, other_name, share):
        """Joins two namespaces by a cable on which so large a share of the frames comes late."""
        relay = subprocess.Popen([sys.executable, "-c", RELAY, one, one_name, other, other_name, str(share)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.processes.append(relay)
        if relay.stdout.readline() != "ready\n":
            raise RuntimeError("the relay does not start")

    def run(self, where, *command, timeout=60, **options):
        return subprocess.run(["ip", "netns", "exec", where, *map(str, command)], capture_output=True, text=True, check=False, timeout=timeout, **options)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in self.names:
            remove(name)


class Network(Namespaces):
    """client (10.20.1.17) -- middle (bridge, where edgewatchd watches `toclient`) -- server (198.51.100.10)."""

    client_address = "10.20.1.17"
    client_mac = "02:00:5e:10:00:17"
    server_address = "198.51.100.10"
    watched = "toclient"

    def __init__(self, case):
        tag = f"ewt{os.getpid()}"
        self.client, self.middle, self.server = f"{tag}c", f"{tag}m", f"{tag}s"
        super().__init__(self.client, self.middle, self.server)
        case.addCleanup(self.close)
        self.make()
        cable(self.client, "eth0", self.middle, self.watched)
        cable(self.server, "eth0", self.middle, "toserver")
        sh("ip", "-n", self.middle, "link", "add", "bridge", "type", "bridge")
        for port in (self.watched, "toserver"):
            sh("ip", "-n", self.middle, "link", "set", port, "master", "bridge", "up")
        sh("ip", "-n", self.middle, "link", "set", "bridge", "up")
        sh("ip", "-n", self.client, "link", "set", "eth0", "address", self.client_mac, "up")
        sh("ip", "-n", self.server, "link", "set", "eth0", "up")
        sh("ip", "-n", self.client, "addr", "add", f"{self.client_address}/16", "dev", "eth0")
        sh("ip", "-n", self.server, "addr", "add", f"{self.server_address}/24", "dev", "eth0")
        sh("ip", "-n", self.client, "route", "add", "default", "dev", "eth0")
        sh("ip", "-n", self.server, "route", "add", "default", "dev", "eth0")


def certificate(folder, *names):
    """A self-signed certificate for the names; gives (certificate, key)."""
    cert, key = folder / "server.crt", folder / "server.key"
    alternatives = ",".join(f"DNS:{n}" for n in names)
    sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=test",
       "-addext", f"subjectAltName={alternatives}", "-out", str(cert), "-keyout", str(key))
    return cert, key


def nginx(network, folder, cert, key, root):
    """nginx on 443 of the server's namespace, serving `root` under every name; HTTP/1.1 and HTTP/2."""
    config = folder / "nginx.conf"
    config.write_text(
        f"""
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 443 ssl http2;
    ssl_certificate {cert};
    ssl_certificate_key {key};
    root {root};
  }}
}}
""",
        encoding="utf-8",
    )
    process = network.start(network.server, "nginx", "-c", config, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        if network.run(network.client, "curl", "-sk", "-o", "/dev/null", f"https://{network.server_address}/").returncode == 0:
            return process
        time.sleep(0.1)
    raise RuntimeError("nginx did not come up: " + (folder / "nginx.log").read_text(errors="replace"))
