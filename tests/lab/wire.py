"""A bare wire for a test: a veth pair between two namespaces on which nothing speaks by itself, so that every packet is one that the test sent."""
import json
import os
import subprocess
import time

from namespaces import cable, sh


class Wire:
    """sender `out` -- `watched` of the watcher's namespace. No address and no IPv6 on either."""

    watched = "watched"
    outlet = "out"

    def __init__(self):
        tag = f"eww{os.getpid()}"
        self.sender, self.watcher = f"{tag}s", f"{tag}w"
        for name in (self.sender, self.watcher):
            sh("ip", "netns", "add", name)
            sh("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.plug()

    def plug(self):
        """Lays the wire; its counters begin at 0."""
        cable(self.sender, self.outlet, self.watcher, self.watched)
        sh("ip", "-n", self.sender, "link", "set", self.outlet, "up")
        sh("ip", "-n", self.watcher, "link", "set", self.watched, "up")
        deadline = time.monotonic() + 10
        while self.counters()["carrier"] is not True and time.monotonic() < deadline:
            time.sleep(0.02)

    def counters(self):
        """What the kernel says of the watched end: `rx`, the packets that arrived, and whether there is a carrier."""
        shown = subprocess.run(["ip", "-n", self.watcher, "-j", "-s", "link", "show", self.watched], check=True, capture_output=True, text=True)
        link = json.loads(shown.stdout)[0]
        return {"rx": link["stats64"]["rx"]["packets"], "carrier": "LOWER_UP" in link["flags"]}

    def promiscuity(self):
        """How many programs want every frame of the watched end, whomever it is for."""
        shown = subprocess.run(["ip", "-n", self.watcher, "-d", "-j", "link", "show", self.watched], check=True, capture_output=True, text=True)
        return json.loads(shown.stdout)[0]["promiscuity"]

    def inside_watcher(self):
        return ["ip", "netns", "exec", self.watcher]

    def send(self, generator, count, **options):
        """Sends so many frames; gives the seconds it took. Options are those of `edgewatch-generate frames`."""
        more = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        done = subprocess.run(["ip", "netns", "exec", self.sender, str(generator), "frames", "--interface", self.outlet, "--count", str(count), *more],
                              check=True, capture_output=True, text=True)
        return float(done.stdout.split()[3])

    def unplug(self):
        """Takes the wire away, both interfaces with it."""
        sh("ip", "-n", self.watcher, "link", "del", self.watched)

    def close(self):
        for name in (self.sender, self.watcher):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
