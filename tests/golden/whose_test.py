"""Whose it was: S25 to S28 and S36 of TIME 6.3. Identity comes from tenancy feeds; what is not certain is nobody's."""
import unittest

from story import PC, Feed, Machine, Stories, Story, held

DAY = "2026-11-17"
OTHER_PC = Machine("other", "02:00:5e:10:00:18", PC.address)  # gets the address of PC later
TERMINAL_SERVER = Machine("terminal-server", "02:00:5e:10:00:30", "10.20.9.30")


class Whose(Stories):
    def test_S25_an_address_that_changes_hands_takes_no_time_with_it(self):
        story = Story().active(0, 600)
        story.acts(601, 1800, who=OTHER_PC)
        feed = Feed().lease(f"{DAY}T08:00:00Z", PC).logon(f"{DAY}T08:30:00Z", PC, "p17")
        feed.lease(f"{DAY}T10:10:00Z", OTHER_PC).logon(f"{DAY}T10:12:00Z", OTHER_PC, "p18")
        told = self.replay(self.capture(story), feed)
        self.assertGreater(told.counted(), 540)
        self.assertEqual(told.of(subject="p17", since="2026-11-17T10:10Z"), [])
        self.assertGreater(told.counted(subject="p18"), 1000)
        self.assertEqual(told.of(subject="p18", until="2026-11-17T10:12Z"), [])
        between = told.of(subject=None, since="2026-11-17T10:10Z", until="2026-11-17T10:12Z")
        self.assertEqual({(r["subject"], r["grade"]) for r in between}, {(f"device:{OTHER_PC.mac}", "weak")})

    def test_S26_two_people_logged_on_to_one_machine_are_neither_of_them(self):
        feed = held(DAY, (PC, "p17")).logon(f"{DAY}T09:00:00Z", PC, "p17", "0x3e7a1").logon(f"{DAY}T09:00:01Z", PC, "p18", "0x5b2c4")
        told = self.replay(self.capture(Story().active(0, 600)), feed)
        self.assertEqual({(r["subject"], r["grade"]) for r in told.rows}, {(f"device:{PC.mac}", "weak")})

    def test_S27_a_terminal_server_is_nobody_in_particular(self):
        path = self.capture(Story().active(0, 600, who=TERMINAL_SERVER))
        listed = self.replay(path, held(DAY, (TERMINAL_SERVER, "p17")), sections='[identity]\nshared = ["10.20.9.0/24"]\n')
        told = self.replay(path, held(DAY, (TERMINAL_SERVER, "p17")).add(f"{DAY}T08:00:00Z", "shared", TERMINAL_SERVER.address, source="admin"))
        for minutes in (listed, told):
            self.assertEqual({(r["subject"], r["grade"]) for r in minutes.rows}, {("unattributed", "weak")})

    def test_S28_authorised_use_stands_apart_as_of_the_minute(self):
        rules = f'[[authorised_use]]\nperson = "p17"\nservices = ["facebook"]\npurpose = "the library\'s page"\nfrom = {DAY}\nhours = ["mon-fri 09:00-12:00"]\n' \
                'approved_by = "Head of Communications"\nreview_date = 2027-01-31\n'
        told = self.replay(Story(start=f"{DAY}T11:50:00Z").active(0, 1200), rules=rules)
        self.assertBetween(595, told.counted(purpose="authorised"), 605)
        self.assertEqual(told.of(purpose="authorised", since="2026-11-17T12:00Z"), [])
        self.assertBetween(600, told.counted(purpose="personal"), 665)

    def test_S36_a_locked_screen_is_nobodys_use(self):
        feed = held(DAY, (PC, "p17")).add(f"{DAY}T09:00:00Z", "unlock", mac=PC.mac, person="p17").add(f"{DAY}T10:05:00Z", "lock", mac=PC.mac, person="p17")
        told = self.replay(self.capture(Story().active(0, 1800)), feed)
        self.assertGreater(told.counted(), 240)
        self.assertEqual(told.of(subject="p17", since="2026-11-17T10:05Z"), [])
        self.assertEqual({r["grade"] for r in told.of(subject=None, since="2026-11-17T10:06Z")}, {"weak"})


if __name__ == "__main__":
    unittest.main()
