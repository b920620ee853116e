"""The lab's network: clients on a bridge, and beyond it one place where every site has an address of its own. What is made here is in namespaces, and goes with them."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from namespaces import sh  # noqa: E402

PREFIX = "ewb"
RESOLVER = "198.51.100.53"


def client_address(i):
    return f"10.20.1.{11 + i}"


def client_mac(i):
    return f"02:00:5e:10:01:{11 + i:02x}"


def site_address(i):
    return f"198.51.100.{100 + i}"


def _remove(namespace):
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


def remove_leftovers():
    """Takes away what a lab left that was killed: an old browser would speak in the next capture."""
    def is_leftover(name):
        owner = name.removeprefix(PREFIX).split("-")[0]
        return name.startswith(PREFIX) and owner.isdigit() and not pathlib.Path(f"/proc/{owner}").exists()

    names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout.split()
    for name in filter(is_leftover, names):
        _remove(name)
    for folder in pathlib.Path("/tmp").glob(f"{PREFIX}*"):
        if is_leftover(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


class Network:
    """`clients` namespaces -- middle (bridge; the capture is taken at `toserver`) -- sites."""

    def __init__(self, clients, sites):
        tag = f"{PREFIX}{os.getpid()}"
        self.middle, self.sites = f"{tag}-middle", f"{tag}-sites"
        self.clients = [f"{tag}-client{i}" for i in range(clients)]
        self.processes = []
        try:
            for name in (self.middle, self.sites, *self.clients):
                sh("ip", "netns", "add", name)
                sh("ip", "-n", name, "link", "set", "lo", "up")
            sh("ip", "-n", self.middle, "link", "add", "bridge", "type", "bridge")
            sh("ip", "-n", self.middle, "link", "set", "bridge", "up")
            self._join(self.sites, "toserver")
            for i in range(sites):
                sh("ip", "-n", self.sites, "addr", "add", f"{site_address(i)}/32", "dev", "eth0")
            sh("ip", "-n", self.sites, "addr", "add", f"{RESOLVER}/32", "dev", "eth0")
            sh("ip", "-n", self.sites, "route", "add", "default", "dev", "eth0")
            for i, name in enumerate(self.clients):
                self._join(name, f"client{i}", client_mac(i))
                sh("ip", "-n", name, "addr", "add", f"{client_address(i)}/16", "dev", "eth0")
                sh("ip", "-n", name, "route", "add", "default", "dev", "eth0")
                resolver = pathlib.Path(f"/etc/netns/{name}")
                resolver.mkdir(parents=True)
                (resolver / "resolv.conf").write_text(f"nameserver {RESOLVER}\n", encoding="utf-8")
        except BaseException:
            self.close()
            raise

    def _join(self, name, port, mac=None):
        sh("ip", "link", "add", "eth0", "netns", name, "type", "veth", "peer", "name", port, "netns", self.middle)
        # Frames of the size and with the checksums that a wire would carry.
        for where, what in ((name, "eth0"), (self.middle, port)):
            sh("ip", "netns", "exec", where, "ethtool", "-K", what, "tx", "off", "tso", "off", "gso", "off", "gro", "off")
        if mac:
            sh("ip", "-n", name, "link", "set", "eth0", "address", mac)
        sh("ip", "-n", self.middle, "link", "set", port, "master", "bridge", "up")
        sh("ip", "-n", name, "link", "set", "eth0", "up")

    def start(self, where, *command, **options):
        process = subprocess.Popen(["ip", "netns", "exec", where, *map(str, command)], stdin=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def run(self, where, *command, timeout=60):
        return subprocess.run(["ip", "netns", "exec", where, *map(str, command)], capture_output=True, text=True, check=False, timeout=timeout)

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
        for name in (*self.clients, self.sites, self.middle):
            _remove(name)
