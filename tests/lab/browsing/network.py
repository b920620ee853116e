"""The lab's network: clients on a bridge, and beyond it one place where every site has an address of its own. What is made here is in namespaces, and goes with them."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from namespaces import Namespaces, cable, remove, sh  # noqa: E402

PREFIX = "ewb"
RESOLVER = "198.51.100.53"


def client_address(i):
    return f"10.20.1.{11 + i}"


def client_mac(i):
    return f"02:00:5e:10:01:{11 + i:02x}"


def site_address(i):
    return f"198.51.100.{100 + i}"


def remove_leftovers():
    """Takes away what a lab left that was killed: an old browser would speak in the next capture."""
    def is_leftover(name):
        owner = name.removeprefix(PREFIX).split("-")[0]
        return name.startswith(PREFIX) and owner.isdigit() and not pathlib.Path(f"/proc/{owner}").exists()

    names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout.split()
    for name in filter(is_leftover, names):
        remove(name)
    for folder in pathlib.Path("/tmp").glob(f"{PREFIX}*"):
        if is_leftover(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


class Network(Namespaces):
    """`clients` namespaces -- middle (bridge; the capture is taken at `toserver`) -- sites."""

    def __init__(self, clients, sites):
        tag = f"{PREFIX}{os.getpid()}"
        self.middle, self.sites = f"{tag}-middle", f"{tag}-sites"
        self.clients = [f"{tag}-client{i}" for i in range(clients)]
        super().__init__(*self.clients, self.sites, self.middle)
        try:
            self.make()
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
        cable(name, "eth0", self.middle, port)
        # Frames of the size and with the checksums that a wire would carry.
        for where, what in ((name, "eth0"), (self.middle, port)):
            sh("ip", "netns", "exec", where, "ethtool", "-K", what, "tx", "off", "tso", "off", "gso", "off", "gro", "off")
        if mac:
            sh("ip", "-n", name, "link", "set", "eth0", "address", mac)
        sh("ip", "-n", self.middle, "link", "set", port, "master", "bridge", "up")
        sh("ip", "-n", name, "link", "set", "eth0", "up")
