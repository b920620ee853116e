"""The mirror on a trunk: frames with one tag or two are injected on both sides of the switch, and what edgewatchd sends for them bears the same tags. (This class of machine has no vlan devices, so both ends
are written frame by frame.)"""
import sys
import unittest

from harness import SOURCE

sys.path.insert(0, str(SOURCE / "tests/lab"))
from bypass_test import is_refusal, question  # noqa: E402
from forged import QINQ, VLAN  # noqa: E402
from gateway_lab import hello  # noqa: E402
from mirror_lab import MirrorCase  # noqa: E402
from tagged import Conversation, End, ask, pair, resets, sequence  # noqa: E402

CLIENT, SERVER = "10.20.1.99", "198.51.100.10"  # addresses that the clients' kernel does not have


class Tagged(MirrorCase):
    def setUp(self):
        super().setUp()
        self.guard()
        self.inject_mac = bytes.fromhex(self.network.run(self.network.sensor, "cat", f"/sys/class/net/{self.network.inject}/address").stdout.strip().replace(":", ""))

    def ends(self, tags):
        client, router = pair(End(self.network.client, "eth0", tags), End(self.network.router, "toclients", tags))
        self.addCleanup(client.socket.close)
        self.addCleanup(router.socket.close)
        return client, router

    def test_resets_and_answers_bear_the_tags_of_what_they_answer(self):
        for port, tags in enumerate(([], [(VLAN, 7)], [(QINQ, 7), (VLAN, 8)]), start=41000):
            with self.subTest(tags=tags):
                client, router = self.ends(tags)
                other = Conversation(client, router, (CLIENT, port + 100), (SERVER, 443))
                other.say(hello("www.micro-blog.example"))
                listed = Conversation(client, router, (CLIENT, port), (SERVER, 443))
                listed.say(hello("www.photo-share.example"))
                to_client, to_server = listed.resets()
                self.assertIsNotNone(to_client)
                self.assertIsNotNone(to_server)
                for told in (to_client, to_server):
                    self.assertEqual((told[0], told[1]), (tags, self.inject_mac), "the tags of the connection, in the name of our own interface")
                self.assertEqual(sequence(to_client), listed.theirs + 1, "the very number that the client waits for")
                self.assertEqual(sequence(to_server), listed.next)
                # What came before it has been judged by then.
                self.assertEqual(resets(client, other.back) + resets(router, other.there), [])
                answer = ask(client, (CLIENT, port), (SERVER, 53), question("www.photo-share.example"))
                self.assertIsNotNone(answer)
                self.assertEqual((answer[0], answer[1]), (tags, self.inject_mac))
                self.assertTrue(is_refusal(answer[4][8:]))
        self.wait_for(lambda: self.status()["connections reset"] == "3")
        self.wait_for(lambda: self.status()["DNS answers forged"] == "3")


if __name__ == "__main__":
    unittest.main()
