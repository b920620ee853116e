"""What a name proves: S30 to S32 of TIME 6.3: refused names, shared addresses, hidden names."""
import unittest

from story import Site, Stories, Story

OUTER = "cloudflare-ech.com"
DISCORD = Site("discord.com", "discord.com", "discord.com")


class Names(Stories):
    def test_S30_what_was_refused_is_an_attempt_and_no_time(self):
        rules = '[[rule]]\nid = "no-x"\naction = "block"\nclass = "policy"\nservices = ["x"]\npeople = ["p17"]\nreason = "a test"\n'
        story = Story()
        for i in range(40):
            story.tell("reset", 15 * i, "x.com")
        blocks = self.replay(story, table="blocks", rules=rules)
        self.assertEqual(sum(int(r["attempts"]) for r in blocks), 40)
        self.assertEqual({(r["person"], r["name"], r["service"], r["rule"]) for r in blocks}, {("p17", "", "x", "no-x")})
        self.assertEqual(self.replay(story, rules=rules).rows, [])

    def test_S31_a_site_at_the_address_of_another_is_not_the_other(self):
        story = Story().host("www.shop.example", "at", "pbs.twimg.com").tell("resolve", 0, "pbs.twimg.com")
        for t in range(1, 600, 12):
            story.ex(t, "www.shop.example", 1500, 90_000)
        self.assertEqual(self.replay(story).rows, [])

    def hidden(self):
        return Story().host("discord.com", "ech", OUTER).tell("resolve", 0, "discord.com").active(1, 600, DISCORD)

    def test_S32_a_hidden_name_that_only_the_look_up_tells_is_moderate(self):
        told = self.replay(self.hidden())
        self.assertBetween(540, told.counted("discord"), 665)
        self.assertEqual(told.grades(kind="interactive"), {"moderate"})
        self.assertIn("DNS_NAME", told.reasons())

    def test_S32_a_hidden_name_at_the_address_of_two_services_is_neither(self):
        story = self.hidden().host("www.reddit.com", "at", "discord.com").tell("resolve", 0.5, "www.reddit.com")
        self.assertEqual(self.replay(story).rows, [])


if __name__ == "__main__":
    unittest.main()
