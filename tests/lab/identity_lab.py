"""edgewatchd beside the servers that tell it who holds an address, each as Debian packages it. What they told stands in the spool, and in `status` by count
alone."""
import sys
import time

from harness import SOURCE, Scratch

sys.path.insert(0, str(SOURCE / "tests/lab"))
from namespaces import Network, sh  # noqa: E402

WATCHER = "10.20.0.5"
ACCOUNT = "COUNCIL\\p17"
# What identity sources say of people must never stand in a log or in `status`.
NAMES = ("p17", "COUNCIL")


class Sources(Scratch):
    def setUp(self):
        super().setUp()
        self.network = Network(self)
        sh("ip", "-n", self.network.middle, "addr", "add", f"{WATCHER}/16", "dev", "bridge")
        self.spool_file = self.folder / "identity.csv"

    def watch(self, identity, **options):
        """Starts the daemon on the bridge with these lines under `[identity]`."""
        self.configuration = self.configure(interfaces=[self.network.watched], people=options.pop("people", "p17,Person Seventeen,planning,\n"),
                                            assignments=options.pop("assignments", ""))
        people = self.folder / "etc/people.csv"
        people.write_text(people.read_text().replace("groups\n", "groups,accounts\n").replace("planning,\n", "planning,,COUNCIL\\p17;p17@council.example\n"))
        with open(self.configuration, "a", encoding="utf-8") as file:
            file.write("[identity]\n" + identity)
        return self.restart()

    def restart(self):
        for socket in self.sockets.glob("*.sock"):
            socket.unlink()
        return self.start(self.configuration, prefix=["ip", "netns", "exec", self.network.middle])

    def rows(self):
        """The spool's rows as dictionaries."""
        lines = self.spool_file.read_text().splitlines()
        return [dict(zip(lines[0].split(","), line.split(","))) for line in lines[1:]]

    def wait_for(self, what, *, count=1, **cells):
        """The rows that have these cells, once there are so many."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = [row for row in self.rows() if all(row[name] == value for name, value in cells.items())]
            if len(found) >= count:
                return found
            time.sleep(0.1)
        self.fail(f"{what}: no {cells} in\n{self.spool_file.read_text()}\n{self.status()}\n{self.daemon_log()}")

    def status(self):
        return self.edgewatch("ict", "status", "--format", "csv").stdout

    def wait_for_status(self, *lines):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.status()
            if all(line in text for line in lines):
                return text
            time.sleep(0.2)
        self.fail(f"{lines} not in\n{text}")

    def assertNobodyNamed(self):
        for text in (self.status(), self.daemon_log()):
            for name in NAMES:
                self.assertNotIn(name, text)
