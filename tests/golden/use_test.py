"""What is use and what is not: S01 to S17, S33 to S35 and S37 of TIME 6.3, from packets to the printed minutes."""
import unittest

from story import FACEBOOK, PC, PHONE, VIDEO, X, YOUTUBE, Stories, Story, held

HOUR = 3600


class Pages(Stories):
    def test_S01_ten_minutes_of_acts_are_one_strong_visit(self):
        told = self.replay(Story().load(0).acts(7, 600))
        self.assertBetween(590, told.counted(), 665)
        self.assertEqual(told.grades(service="facebook"), {"strong"})
        self.assertEqual(told.names(), [f"2026-11-17T10:{m:02}Z" for m in range(len(told.names()))], "one visit, without a gap")
        self.assertLessEqual(told.lower(), 600, "the lower figure is at or below the truth")

    def test_S02_a_page_opened_once_is_a_bounce_and_not_counted(self):
        told = self.replay(Story().load(0))
        self.assertEqual(told.counted(), 0)
        self.assertBetween(1, told.weak(), 65)
        self.assertIn("BOUNCE", told.reasons())

    def test_S03_pixels_on_news_pages_are_no_use(self):
        story = Story()
        for k in range(10):
            story.news(45 * k).ex(45 * k + 1, "www.facebook.com", 900, 700)
        self.assertEqual(self.replay(story).rows, [])

    def test_S04_like_buttons_on_news_pages_are_no_use(self):
        story = Story()
        for k in range(10):
            story.news(45 * k).ex(45 * k + 1.5, "www.facebook.com", 1200, 120_000)
            for i in range(4):
                story.ex(45 * k + 2 + i / 4, "static.xx.fbcdn.net", 200, 20_000)
        self.assertEqual(self.replay(story).rows, [])

    def test_S07_a_tab_left_open_stops_counting_when_the_person_stops(self):
        story = Story().load(0).acts(7, 120)
        story.every(60, 180, 3 * HOUR, "www.facebook.com", lambda: story.dice.randint(2440, 2560), 4000, give=1)
        self.assertBetween(110, self.replay(story.keepalive(0, 3 * HOUR)).counted(), 190)

    def test_S08_eight_hours_of_polling_are_no_use(self):
        story = Story(start="2026-11-17T08:00:00Z")
        story.every(30, 2, 8 * HOUR, "www.facebook.com", lambda: story.dice.randint(2425, 2575), 3000, give=1)
        self.assertEqual(self.replay(story).counted(), 0)

    def test_S09_keepalive_and_pushes_give_no_row(self):
        story = Story(start="2026-11-17T08:00:00Z").keepalive(0, 8 * HOUR)
        for _ in range(60):
            t = story.dice.uniform(0, 8 * HOUR)
            story.ex(t, "edge-chat.facebook.com", 35, 0).tell("push", t + 0.5, "edge-chat.facebook.com", 1800)
        self.assertEqual(self.replay(story).rows, [])

    def test_S10_names_resolved_and_connections_without_data_give_no_row(self):
        story = Story()
        for i, name in enumerate(("www.facebook.com", "x.com", "www.instagram.com", "www.linkedin.com", "www.reddit.com", "www.tiktok.com")):
            story.tell("connect", 5 * i, name)
        self.assertEqual(self.replay(story).rows, [])

    def test_S11_a_preview_on_a_search_page_is_no_use(self):
        self.assertEqual(self.replay(Story().news(0).ex(4, "www.facebook.com", 900, 200_000)).counted(), 0)

    def test_S12_two_services_by_turns_share_the_clock(self):
        story = Story().load(0).load(20, X)
        for k in range(2, 60):
            story.act(20 * k, FACEBOOK if k % 2 == 0 else X)
        told = self.replay(story)
        facebook, x = told.counted("facebook"), told.counted("x")
        self.assertBetween(500, facebook, 700)
        self.assertBetween(500, x, 700)
        self.assertBetween(1140, facebook + x, 1260)

    def test_S16_turning_to_work_ends_the_hold(self):
        story = Story().load(0).acts(7, 296).act(300)
        for i in range(12):
            story.ex(310 + i / 6, f"site{i}.sharepoint.com", 500, 34_000)
        for i in range(20):
            story.ex(330 + 25 * i, "outlook.office.com", 1200, 30_000)
        told = self.replay(story)
        self.assertBetween(290, told.counted(), 312)
        self.assertIn("HANDOVER_CUT", told.reasons())

    def test_S17_acts_far_apart_are_weak_and_the_gaps_are_nothing(self):
        told = self.replay(Story().load(0).act(20).act(170).act(320))
        self.assertBetween(75, told.counted(), 85)
        self.assertBetween(115, told.weak(), 125)
        self.assertIn("ISOLATED", told.reasons())

    def test_S35_a_visit_from_a_search_page_is_not_a_follower(self):
        story = Story().ex(0, "www.search.example", 900, 90_000).ex(6, "www.search.example", 700, 600)
        self.assertBetween(120, self.replay(story.load(6.5).acts(13, 186)).counted(), 245)


class Video(Stories):
    def embedded(self):
        return Story().news(0).ex(1.5, "www.youtube.com", 900, 900_000).every(30, 31.5, 300, "www.youtube.com", 1100, 300)

    def test_S05_an_embedded_player_that_does_not_play_is_no_use(self):
        self.assertEqual(self.replay(self.embedded()).rows, [])

    def test_S06_an_embedded_video_that_plays_is_weak_and_says_why(self):
        told = self.replay(self.embedded().every(8, 20, 200, VIDEO, 700, 1_000_000))
        self.assertEqual((told.counted("youtube"), told.playing()), (0, 0))
        self.assertBetween(170, told.weak("youtube", kind="playing"), 250)
        self.assertIn("EMBEDDED", told.reasons())

    def test_S13_a_video_beside_a_feed_on_another_device_is_not_added_to_it(self):
        story = Story().load(0).acts(7, 1800).load(5, YOUTUBE, PHONE).chunks(8, 1800, PHONE)
        told = self.replay(self.capture(story), held("2026-11-17", (PC, "p17"), (PHONE, "p17")))
        self.assertBetween(1750, told.counted("facebook"), 1865)
        self.assertGreaterEqual(told.seconds("youtube", kind="concurrent"), 1600)
        summed = sum(int(r["seconds"]) for r in told.rows if r["kind"] != "concurrent")
        self.assertLessEqual(summed, 1865, "at no second more than one service")

    def test_S14_a_video_chosen_and_watched_is_playing(self):
        told = self.replay(Story().load(0, YOUTUBE).chunks(3, 1200))
        self.assertLessEqual(told.counted("youtube"), 150)
        self.assertBetween(1100, told.playing(), 1290)
        self.assertEqual(told.grades(kind="playing"), {"moderate"})

    def test_S15_video_left_playing_is_counted_for_an_hour_at_most(self):
        told = self.replay(Story().load(0, YOUTUBE).chunks(3, 4 * HOUR))
        self.assertBetween(3500, told.playing(), 3720)
        self.assertGreaterEqual(told.weak("youtube", kind="playing"), 3 * HOUR - 120)
        self.assertIn("UNATTENDED", told.reasons())


class Apps(Stories):
    def test_S33_an_app_that_refreshes_in_the_pocket_is_no_use(self):
        story = Story(start="2026-11-17T08:00:00Z")
        t = 60
        while t < 8 * HOUR:
            for _ in range(story.dice.randint(2, 7)):
                story.ex(t + story.dice.uniform(0, 14), "graph.facebook.com", story.dice.randint(800, 3000), story.dice.randint(3000, 60_000))
            t += story.dice.uniform(12 * 60, 45 * 60)
        self.assertEqual(self.replay(story).counted(), 0)

    def test_S34_an_app_in_use_is_moderate(self):
        story = Story()
        t = 0
        while t < 600:
            story.ex(t, "i.instagram.com", story.dice.randint(800, 3000), story.dice.randint(5000, 60_000))
            story.ex(t + 1, "scontent.cdninstagram.com", 200, 80_000)
            t += story.dice.uniform(4, 20)
        told = self.replay(story)
        self.assertBetween(540, told.counted("instagram"), 665)
        self.assertEqual(told.grades(kind="interactive"), {"moderate"})

    def test_S37_typing_in_a_chat_is_use(self):
        story = Story()
        t = 0
        while t < 600:
            story.ex(t, "web.whatsapp.com", story.dice.randint(180, 900), story.dice.randint(60, 300))
            t += story.dice.uniform(3, 25)
        told = self.replay(story)
        self.assertBetween(480, told.counted("whatsapp"), 665)
        self.assertEqual(told.grades(kind="interactive") - {"weak"}, {"moderate"})
        self.assertIn("CHAT", told.reasons())

    def test_S37_messages_that_come_in_are_no_use(self):
        story = Story(start="2026-11-17T08:00:00Z").every(30, 0, 8 * HOUR, "web.whatsapp.com", 40, 40)
        for _ in range(200):
            story.tell("push", story.dice.uniform(0, 8 * HOUR), "web.whatsapp.com", story.dice.randint(100, 3000))
        self.assertEqual(self.replay(story).rows, [])


if __name__ == "__main__":
    unittest.main()
