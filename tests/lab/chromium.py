"""A real Chromium in a namespace, driven by its own protocol over pipes (--remote-debugging-pipe): loads pages, says what became of them, takes pictures. Needs nothing but Debian's chromium."""
import base64
import fcntl
import json
import os
import select
import subprocess
import time

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate", "--window-size=1000,700", "--remote-debugging-pipe",
]
MACHINE_CHANGES = 5


def pipe():
    """Both ends above 20: the browser is to have 3 and 4."""
    ends = os.pipe()
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in ends]
    for fd in ends:
        os.close(fd)
    return high


class Chromium:
    """`profile` is a folder that may have been another browser's before, which so knows what that one learned."""

    def __init__(self, namespaces, where, profile, *flags):
        (to_us, from_browser), (to_browser, from_us) = pipe(), pipe()
        command = ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "bash", "chromium", f"--user-data-dir={profile}", *FLAGS, *flags, "about:blank"]
        self.process = namespaces.start(where, *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[to_browser, from_browser],
                                        env={**os.environ, "HOME": str(profile), "XDG_RUNTIME_DIR": str(profile)})
        for fd in (to_browser, from_browser):
            os.close(fd)
        self.input, self.output, self.number, self.rest, self.events = from_us, to_us, 0, b"", []
        self.page = None
        targets = self.tell("Target.getTargets")["targetInfos"]
        target = next(t["targetId"] for t in targets if t["type"] == "page")
        self.page = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network"):
            self.tell(f"{domain}.enable")

    def _read(self, deadline):
        """The next message; TimeoutError when there is none in time."""
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.output], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.output, 1 << 16) if ready else b""
            if not data:
                raise TimeoutError("the browser says nothing")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def tell(self, method, wait=60, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": self.page} if self.page else {})}
        os.write(self.input, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + wait
        while True:
            answer = self._read(deadline)
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def load(self, url, wait=60):
        """(error, seconds, protocol): no error where the page was loaded; `protocol` as the browser says it of the page, `h2` or `h3`. A browser gives up what it loads when the machine it runs on gets
        an address: that says nothing of the network beyond, and the page is asked for again, as somebody at the browser would."""
        for _ in range(MACHINE_CHANGES):
            result = self._load(url, wait)
            if result[0] != "ERR_NETWORK_CHANGED":
                break
        return result

    def _load(self, url, wait):
        self.events.clear()
        started = time.monotonic()
        result = self.tell("Page.navigate", wait=wait, url=url)
        seconds = time.monotonic() - started
        if result.get("errorText"):
            return result["errorText"].removeprefix("net::"), seconds, None
        deadline = time.monotonic() + wait
        while not any(e["method"] == "Page.loadEventFired" for e in self.events if "method" in e):
            self.events.append(self._read(deadline))
        protocols = [e["params"]["response"].get("protocol") for e in self.events if e.get("method") == "Network.responseReceived" and e["params"]["type"] == "Document"]
        return None, time.monotonic() - started, protocols[-1] if protocols else None

    def text(self):
        return self.tell("Runtime.evaluate", expression="document.body.innerText", returnByValue=True)["result"].get("value", "")

    def picture(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + 20
        while True:
            try:
                data = self.tell("Page.captureScreenshot", format="png")["data"]
                break
            except RuntimeError:  # the browser's own page about an error is still on its way
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        path.write_bytes(base64.b64decode(data))

    def close(self):
        """So that the profile keeps what was learned. Once is enough."""
        if self.input is None:
            return
        self.page = None
        try:
            self.tell("Browser.close", wait=20)
            self.process.wait(timeout=20)
        except (TimeoutError, RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        for fd in (self.input, self.output):
            os.close(fd)
        self.input = self.output = None
