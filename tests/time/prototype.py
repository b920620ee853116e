#!/usr/bin/env python3
"""Days of another generator for edgewatch-eval --days-file: the Python prototype of the method makes them, and says what it
counted itself. prototype.py FOLDER DAYS SEED writes to standard output: day, said, truth and counted lines, tab-separated."""
import importlib
import sys

HOSTS = {"telemetry.office.test": "browser.events.data.microsoft.com"}  # of role system in both catalogues
SERVICES = ("facebook", "youtube", "x", "instagram")


def recorder(device):
    class Recorded(device):
        def ex(self, t, host, up, dn, spread=1, reuse=True):
            self.said = getattr(self, "said", [])
            self.said.append((t, HOSTS.get(host, host), int(up), int(dn), spread))
            super().ex(t, host, up, dn, spread, reuse)

    return Recorded


def spans(seconds):
    begin = last = None
    for second in sorted(seconds):
        if last is not None and second == last + 1:
            last = second
            continue
        if begin is not None:
            yield begin, last + 1
        begin = last = second
    if begin is not None:
        yield begin, last + 1


def main():
    folder, days, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    algo = importlib.import_module("algo")
    synth = importlib.import_module("synth")
    synth.Dev = recorder(synth.Dev)
    out = sys.stdout.write
    for number, kind in enumerate(synth.KINDS):
        for k in range(days):
            day = synth.person(seed + 1000 * number + k, kind)
            out(f"day\t{kind}\t{seed + k}\n")
            for t, host, up, dn, spread in day.said:
                out(f"said\t{t:.6f}\t{host}\t{up}\t{dn}\t{spread}\n")
            result = algo.analyse(day.bins())
            for service in SERVICES:
                for what, seconds in (("used", day.truth[service]), ("unattended", day.stream[service])):
                    for begin, end in spans(seconds):
                        out(f"{what}\t{service}\t{begin}\t{end}\n")
                if service in result:
                    out(f"counted\t{service}\t{result[service]['counted']}\n")


if __name__ == "__main__":
    main()
