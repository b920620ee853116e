"""Windows logons through logger and rsyslog, over UDP, TCP and TLS."""
import json
import subprocess
import sys
import time
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from identity_lab import ACCOUNT, WATCHER, Sources  # noqa: E402
from namespaces import sh  # noqa: E402



def logon(event, computer="desk-17", user="p17", logon_id="0x5a1b2c", kind="2", address="-", **more):
    """An event as NXLog's to_json writes it."""
    fields = {"EventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "Hostname": f"{computer}.council.example", "EventID": event,
              "SourceName": "Microsoft-Windows-Security-Auditing", "TargetUserName": user, "TargetDomainName": "COUNCIL", "TargetLogonId": logon_id,
              "LogonType": kind, "LogonProcessName": "User32 ", "IpAddress": address, **more}
    return json.dumps(fields)


class Syslog(Sources):
    SENDERS = 'syslog_senders = [{ from = "10.20.1.17", role = "workstation" }, { from = "127.0.0.1", role = "dc" }]\n'

    def tls(self):
        """A certificate for the listener and one for the sender, by one authority."""
        folder = self.folder / "tls"
        folder.mkdir()
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=lab authority",
           "-out", str(folder / "ca.crt"), "-keyout", str(folder / "ca.key"))
        for name in ("listener", "sender"):
            sh("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}.example", "-out", str(folder / f"{name}.csr"),
               "-keyout", str(folder / f"{name}.key"))
            (folder / "ext").write_text(f"subjectAltName=DNS:{name}.example\n")
            sh("openssl", "x509", "-req", "-in", str(folder / f"{name}.csr"), "-CA", str(folder / "ca.crt"), "-CAkey", str(folder / "ca.key"), "-CAcreateserial",
               "-days", "30", "-extfile", str(folder / "ext"), "-out", str(folder / f"{name}.crt"))
        return folder

    def rsyslog(self, action):
        """rsyslogd on the client, forwarding what comes to its socket."""
        socket = self.folder / f"log{len(self.network.processes)}"
        config = self.write(f"rsyslog{len(self.network.processes)}.conf",
                            f'global(workDirectory="{self.folder}" maxMessageSize="32k" {self.tls_of_rsyslog})\nmodule(load="imuxsock" sysSock.use="off")\n'
                            f'input(type="imuxsock" socket="{socket}" createPath="on" ruleset="on" useSysTimeStamp="off")\n'
                            f'ruleset(name="on") {{ action(type="omfwd" {action}) }}\n')
        self.network.start(self.network.client, "rsyslogd", "-n", "-f", config, "-i", self.folder / f"rsyslog{len(self.network.processes)}.pid",
                           stdout=subprocess.DEVNULL, stderr=open(self.folder / "rsyslog.log", "ab"))
        deadline = time.monotonic() + 30
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        return socket

    tls_of_rsyslog = ""

    def log(self, text, *how):
        done = self.network.run(self.network.client, "logger", "--id=652", "--tag", "Security", "--size", "30000", *how, "--", text)
        self.assertEqual(done.returncode, 0, done.stderr)

    def to_watcher(self, *more):
        return ["--server", WATCHER, "--port", "5514", *more]

    def test_logger_over_udp_and_tcp_in_both_formats(self):
        self.watch(f'syslog_listeners = [{{ transport = "udp", listen = "{WATCHER}:5514" }}, {{ transport = "tcp", listen = "{WATCHER}:5514" }}]\n' + self.SENDERS)
        ways = [("--udp", "--rfc3164"), ("--udp", "--rfc5424"), ("--tcp", "--rfc3164"), ("--tcp", "--rfc5424"), ("--tcp", "--rfc5424", "--octet-count")]
        for number, way in enumerate(ways):
            self.log(logon(4624, logon_id=hex(0x100 + number)), *self.to_watcher(*way))
            self.wait_for(" ".join(way), kind="logon", person=ACCOUNT, address="10.20.1.17", source="windows", session=f"desk-17.council.example/{hex(0x100 + number)}")
        for event, kind in ((4800, "lock"), (4801, "unlock"), (4647, "logoff")):
            self.log(logon(event, logon_id="0x100"), *self.to_watcher("--udp"))
            self.wait_for(kind, kind=kind, session="desk-17.council.example/0x100")
        for refused in (logon(4624, user="DESK-17$"), logon(4624, kind="3"), logon(4768, kind="", address="::ffff:10.20.1.17"), "something else"):
            self.log(refused, *self.to_watcher("--udp"))
        text = self.wait_for_status("not taken: machine account,1", "not taken: logon type,1", "not taken: not its sender's to say,1", "not taken: no Windows event,1")
        self.assertIn("identity syslog udp 10.20.0.5:5514,listening", text)
        # Nobody who is not listed is believed.
        done = self.network.run(self.network.server, "true")
        self.assertEqual(done.returncode, 0)
        sh("ip", "-n", self.network.server, "addr", "add", "10.20.0.9/16", "dev", "eth0")
        self.network.run(self.network.server, "logger", *self.to_watcher("--udp"), logon(4624, logon_id="0x666"))
        self.wait_for_status("not taken: sender is not listed,1")
        self.assertNotIn("0x666", self.spool_file.read_text())
        self.assertNobodyNamed()

    def test_rsyslog_over_udp_tcp_and_tls(self):
        folder = self.tls()
        tls = f'certificate = "{folder}/listener.crt", key = "{folder}/listener.key", authority = "{folder}/ca.crt"'
        self.watch(f'syslog_listeners = [{{ transport = "udp", listen = "{WATCHER}:5514" }}, {{ transport = "tcp", listen = "{WATCHER}:5514" }},\n'
                   f'  {{ transport = "tls", listen = "{WATCHER}:6514", {tls} }}]\n' + self.SENDERS)
        self.tls_of_rsyslog = (f'defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{folder}/ca.crt" defaultNetstreamDriverCertFile="{folder}/sender.crt" '
                               f'defaultNetstreamDriverKeyFile="{folder}/sender.key"')
        to = f'target="{WATCHER}" template="RSYSLOG_SyslogProtocol23Format"'
        driver = 'protocol="tcp" port="6514" streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="listener.example"'
        actions = [f'{to} protocol="udp" port="5514"', f'{to} protocol="tcp" port="5514"', f'{to} protocol="tcp" port="5514" TCP_Framing="octet-counted"',
                   f'target="{WATCHER}" template="RSYSLOG_TraditionalForwardFormat" protocol="tcp" port="5514"',
                   f'{to} {driver} TCP_Framing="octet-counted"']
        for number, action in enumerate(actions):
            socket = self.rsyslog(action)
            self.log(logon(4624, logon_id=hex(0x200 + number)), "--socket", socket)
            self.wait_for(action, kind="logon", person=ACCOUNT, address="10.20.1.17", session=f"desk-17.council.example/{hex(0x200 + number)}")
        # Without a certificate nothing is taken, and the sender is told.
        stranger = self.network.run(self.network.client, "openssl", "s_client", "-connect", f"{WATCHER}:6514", "-CAfile", folder / "ca.crt", "-ign_eof", input="x\n")
        self.assertRegex(stranger.stdout + stranger.stderr, "(?i)alert|certificate required")
        self.wait_for_status("not taken: TLS handshake failed,1")
        self.assertNobodyNamed()

    def test_a_domain_controllers_tickets_and_a_collectors_workstations(self):
        self.write("etc/computers.csv", "computer,mac\ndesk-17,02:00:5e:10:00:17\n")
        self.watch(f'computers = "computers.csv"\nsyslog_listeners = [{{ transport = "udp", listen = "{WATCHER}:5514" }}]\n'
                   'syslog_senders = [{ from = "10.20.1.17", role = "collector" }]\n')
        self.log(logon(4768, kind="", address="::ffff:10.20.1.44", Status="0x0"), *self.to_watcher("--udp"))
        self.wait_for("ticket", kind="logon", source="dc", address="10.20.1.44", person=ACCOUNT)
        self.log(logon(4624), *self.to_watcher("--udp"))
        self.wait_for("workstation", kind="logon", source="windows", mac="02:00:5e:10:00:17", address="")
        self.log(logon(4624, computer="desk-99"), *self.to_watcher("--udp"))
        self.wait_for_status("not taken: unknown computer,1")


if __name__ == "__main__":
    unittest.main()
