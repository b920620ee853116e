"""The programs that others use for this, from Debian: Suricata, ndpiReader, tshark. Only --peers installs them, and no service of theirs is started."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from . import captures, names
from .measure import median, say

HOLD = pathlib.Path("/usr/sbin/policy-rc.d")
BACKPORTS = """Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
SURICATA = """%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - dns
        - tls:
            extended: yes
        - quic
  - stats:
      enabled: no
logging:
  default-log-level: error
# Room for every flow of these captures: with the memory of its own defaults it would lose names of the DNS one.
flow:
  memcap: 4gb
  hash-size: 65536
  prealloc: 10000
stream:
  memcap: 1gb
  reassembly:
    memcap: 1gb
app-layer:
  protocols:
    tls: {enabled: yes, detection-ports: {dp: 443}}
    quic: {enabled: yes}
    http: {enabled: yes}
    dns:
      udp: {enabled: yes, detection-ports: {dp: 53}}
      tcp: {enabled: yes, detection-ports: {dp: 53}}
"""


def apt(arguments):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Held:
    """While it lasts, no package starts a service, and none is enabled afterwards."""

    def __enter__(self):
        self.made = not HOLD.exists()
        if self.made:
            HOLD.write_text("#!/bin/sh\nexit 101\n")
            HOLD.chmod(0o755)

    def __exit__(self, *_):
        if self.made:
            HOLD.unlink()


def backports_options(folder):
    """apt's own sources and backports, from lists of our own: the machine's stay as they are."""
    parts, lists = folder / "parts", folder / "lists"
    parts.mkdir()
    (lists / "partial").mkdir(parents=True)
    own = pathlib.Path("/etc/apt/sources.list.d")
    for source in own.glob("debian*"):
        shutil.copy(source, parts)
    (parts / "backports.sources").write_text(BACKPORTS)
    return ["-o", f"Dir::Etc::SourceParts={parts}", "-o", f"Dir::State::Lists={lists}"]


def install_suricata():
    if shutil.which("suricata"):
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        options = backports_options(pathlib.Path(folder))
        apt([*options, "update"])
        done = apt([*options, "install", "-y", "--no-install-recommends", "-t", "bookworm-backports", "suricata"])
        if done.returncode != 0:
            say("suricata of backports does not install; trying that of the release")
            done = apt(["install", "-y", "--no-install-recommends", "suricata"])
        if done.returncode != 0:
            say("suricata is not to be had here; left out: " + done.stdout.strip().splitlines()[-1])
            return
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "suricata"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def install_postgres():
    """PostgreSQL, whose own service is neither started nor enabled: the measurement starts a server of its own."""
    if pathlib.Path("/usr/lib/postgresql").is_dir() and shutil.which("psql"):
        return
    if os.geteuid() != 0:
        say("PostgreSQL is missing and only root can install it; run this with sudo")
        return
    with Held():
        apt(["update"])
        done = apt(["install", "-y", "--no-install-recommends", "postgresql-15"])
        if done.returncode != 0:
            say("postgresql-15: not installed: " + done.stdout.strip().splitlines()[-1])
        elif shutil.which("systemctl"):
            subprocess.run(["systemctl", "disable", "postgresql"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def install_for_lists():
    missing = [package for package, path in (("libabsl-dev", "/usr/include/absl"), ("dnsmasq-base", "/usr/sbin/dnsmasq"), ("unbound", "/usr/sbin/unbound"))
               if not pathlib.Path(path).exists()]
    if not missing:
        return
    if os.geteuid() != 0:
        say(f"{' '.join(missing)}: missing, and only root can install; run this with sudo")
        return
    with Held():
        apt(["update"])
        done = apt(["install", "-y", "--no-install-recommends", *missing])
        if done.returncode != 0:
            say(f"{' '.join(missing)}: not installed: " + done.stdout.strip().splitlines()[-1])


def install():
    missing = [package for package, program in (("libndpi-bin", "ndpiReader"), ("tshark", "tshark"), ("tcpdump", "tcpdump"))
               if not shutil.which(program)]
    if (missing or not shutil.which("suricata")) and os.geteuid() != 0:
        say("peers are missing and only root can install them; run this with sudo")
    with Held():
        if missing:
            apt(["update"])
            done = apt(["install", "-y", "--no-install-recommends", *missing])
            if done.returncode != 0:
                say(f"{' '.join(missing)}: not installed: " + done.stdout.strip().splitlines()[-1])
        install_suricata()


def version(program):
    commands = {"suricata": ["suricata", "-V"], "ndpiReader": ["ndpiReader", "-h"], "tshark": ["tshark", "--version"]}
    done = subprocess.run(commands[program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")
    words = done.stdout.splitlines()[0] if done.stdout else ""
    return words.removeprefix("This is ").removeprefix("Welcome to ").strip()


def measure(bench, peer, capture, runs):
    """Runs and the names that were found, or nothing where the peer is not installed."""
    if not shutil.which(peer):
        return None
    folder = bench.folder / peer
    folder.mkdir(exist_ok=True)
    output = None
    if peer == "suricata":
        settings, result = folder / "suricata.yaml", folder / "eve.json"
        settings.write_text(SURICATA)
        command = ["suricata", "-c", settings, "-S", "/dev/null", "-l", folder, "--runmode", "single", "-r", capture]
        read = names.of_suricata
    elif peer == "ndpiReader":
        result = folder / "flows.csv"
        command, read = ["ndpiReader", "-q", "-C", result, "-i", capture], names.of_ndpi
    else:
        result = output = folder / "fields.tsv"
        fields = ["frame.protocols", "dns.flags.response", "dns.qry.name", "tls.handshake.extensions_server_name", "http.host"]
        command = ["tshark", "-n", "-r", capture, "-T", "fields", *[word for field in fields for word in ("-e", field)]]
        read = names.of_tshark
    done = bench.repeat(command, times=runs, before=lambda: result.unlink(missing_ok=True), output=output)
    found = read(result) if result.exists() else {}
    result.unlink(missing_ok=True)
    return done, found


def start(bench, peer):
    """CPU seconds of the peer over a capture of one packet."""
    with_nothing = measure(bench, peer, captures.next_to_nothing(bench), bench.runs)
    return median(with_nothing[0])
