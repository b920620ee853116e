"""A recording: people at browsers for some minutes, with the capture of the bridge, the truth of every second, what each site was asked, and the load of the machine."""
import base64
import hashlib
import json
import os
import pathlib
import subprocess
import time

from network import Network, RESOLVER, client_address, client_mac, site_address
from namespaces import sh, unconfined

HERE = pathlib.Path(__file__).resolve().parent
SITES = json.loads((HERE / "sites.json").read_text(encoding="utf-8"))
HOSTS = {host: {"site": s["site"], "kind": s["kind"], "role": role, "scale": s.get("scale", 1)} for s in SITES for role, hosts in s["hosts"].items() for host in hosts}
ADDRESSES = {host: site_address(i) for i, host in enumerate(HOSTS)}


def authority(folder):
    """One key for every site's own certificate, so that a browser told of the key takes them all; gives what it is told. A certificate names one host: no
    connection is ever used for two."""
    key = folder / "sites.key"
    sh("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
    for host in HOSTS:
        sh("openssl", "req", "-x509", "-key", str(key), "-days", "30", "-subj", "/CN=lab", "-addext", f"subjectAltName=DNS:{host}", "-out", str(folder / f"{host}.crt"))
    public = subprocess.run(["openssl", "pkey", "-in", str(key), "-pubout", "-outform", "der"], capture_output=True, check=True).stdout
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def start_sites(network, folder, clients):
    plan = folder / "sites.json"
    plan.write_text(json.dumps({"hosts": HOSTS, "sites": {s["site"]: s["hosts"] for s in SITES}, "clients": clients, "log": str(folder / "asked.jsonl")}), encoding="utf-8")
    data = "".join(f' local-data: "{host}. 120 IN A {address}"\n' for host, address in ADDRESSES.items())
    (folder / "unbound.conf").write_text(f'server:\n interface: {RESOLVER}\n access-control: 10.20.0.0/16 allow\n do-daemonize: no\n username: ""\n chroot: ""\n directory: "{folder}"\n pidfile: ""\n use-syslog: no\n'
                                         f' module-config: "iterator"\n local-zone: "." static\n{data}remote-control:\n control-enable: no\n', encoding="utf-8")
    network.start(network.sites, *unconfined("unbound", "-d", "-c", folder / "unbound.conf"), stdout=subprocess.DEVNULL, stderr=open(folder / "resolver.log", "wb"))
    blocks = [f"https://{host} {{\n bind {address}\n tls {folder}/{host}.crt {folder}/sites.key\n reverse_proxy 127.0.0.1:8080 {{\n  flush_interval -1\n }}\n}}\n" for host, address in ADDRESSES.items()]
    (folder / "Caddyfile").write_text("{\n admin off\n auto_https off\n log {\n  level ERROR\n }\n servers {\n  protocols h1 h2 h3\n }\n}\n" + "".join(blocks), encoding="utf-8")
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "caddy"), "XDG_CONFIG_HOME": str(folder / "caddy")}
    network.start(network.sites, "caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile", stdout=subprocess.DEVNULL, stderr=open(folder / "caddy.log", "wb"), env=environment)
    network.start(network.sites, "node", HERE / "server.mjs", plan, stdout=subprocess.DEVNULL, stderr=open(folder / "server.log", "wb"))
    host = "www.find-it.example"  # asked from where it is: what the clients say first is to be in the capture
    for _ in range(100):
        if network.run(network.sites, "curl", "-sk", "-o", "/dev/null", "--fail", "--resolve", f"{host}:443:{ADDRESSES[host]}", f"https://{host}/").returncode == 0:
            return
        time.sleep(0.2)
    raise RuntimeError("the sites did not come up: " + "".join((folder / f"{n}.log").read_text(errors="replace") for n in ("resolver", "caddy", "server")))


def start_display(network, where, folder):
    """A screen for a browser that is not headless; gives its name."""
    reading, writing = os.pipe()
    network.start(where, "Xvfb", "-displayfd", writing, "-screen", "0", "1300x950x24", "-nolisten", "tcp", pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=open(folder / "xvfb.log", "wb"))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return ":" + pipe.readline().strip()


def start_person(network, i, person, folder, spki, seconds, pace):
    own = folder / f"person{i}"
    own.mkdir()
    quic = {"h2": [], "h3": list(HOSTS), "mixed": [h for h, what in HOSTS.items() if what["role"] not in ("page", "core", "chat")]}[person["transport"]]
    display = start_display(network, network.clients[i], own) if person["screen"] else ""
    session = own / "session.json"
    session.write_text(json.dumps({**person, "folder": str(own), "truth": str(folder / f"truth{i}.jsonl"), "spki": spki, "quic": quic, "display": display, "seconds": seconds, "pace": pace}), encoding="utf-8")
    return network.start(network.clients[i], "node", HERE / "person.mjs", session, stdout=open(own / "node.log", "wb"), stderr=subprocess.STDOUT)


def record(people, seconds, folder, pace=1.0):
    """Lets `people` (script, design, seed, transport, screen) browse side by side and leaves the recording in `folder`; gives how many of them stumbled."""
    folder.mkdir(parents=True)
    network = Network(len(people), len(ADDRESSES))
    try:
        spki = authority(folder)
        start_sites(network, folder, {client_address(i): {"design": p["design"], "seed": p["seed"]} for i, p in enumerate(people)})
        capture = network.start(network.middle, "tcpdump", "-i", "toserver", "-s", "2600", "-B", "16384", "-U", "-w", folder / "capture.pcap", stdout=subprocess.DEVNULL, stderr=open(folder / "tcpdump.log", "wb"))
        time.sleep(1)
        started, busy = time.time(), _busy()
        at_work = [start_person(network, i, p, folder, spki, seconds, pace) for i, p in enumerate(people)]
        deadline = time.monotonic() + seconds * pace + 180
        stumbled = 0
        for process in at_work:
            try:
                stumbled += process.wait(timeout=max(1, deadline - time.monotonic())) != 0
            except subprocess.TimeoutExpired:
                stumbled += 1
        time.sleep(2)
        capture.terminate()
        capture.wait(timeout=10)
        own = [{**p, "address": client_address(i), "mac": client_mac(i), "truth": f"truth{i}.jsonl"} for i, p in enumerate(people)]
        load = {"load_average": os.getloadavg(), "busy_share": round((_busy() - busy) / (os.cpu_count() * (time.time() - started)), 2)}
        (folder / "recording.json").write_text(json.dumps({"started": started, "seconds": seconds, "people": own, **load}, indent=1), encoding="utf-8")
        return stumbled
    finally:
        network.close()


def _busy():
    """Seconds that the processors have worked since the machine started, for whomever."""
    ticks = list(map(int, pathlib.Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]))
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
