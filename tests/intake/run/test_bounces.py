"""A receipt that comes back: matched to what was sent, shown, and nothing else changes."""

import unittest

import bounces
import post
from smtp_sink import Sink
from whole_run import WholeRun, stored

MIDDAY = 1721296800
BOUNCE_AT = MIDDAY + 600
DATE = "Thu, 18 Jul 2024 11:05:00 +0100"
DELAYED = b"Action: delayed"


class Bounces(WholeRun):
    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def filed(self, name):
        """A council's mail, taken in and answered: configuration, mailbox, its entry and its receipt's bytes."""
        conf, user, _ = self.scene(name, smtp=self.sink.settings())
        self.sink.take()
        message = post.compose(post.DEVON.sender, user, "Productivity Plan 2024", "A question.", [],
                               name, "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(post.DEVON.sender, message, MIDDAY, self.world.facts), MIDDAY)])
        self.run_lodge("once", conf=conf)
        (entry,) = self.world.list(conf)
        (sent,) = self.sink.take()
        return conf, user, entry, sent

    def bounce(self, user, shape, sent, change=lambda message: message):
        envelope, (recipient,), returned = sent
        message = shape(post.DEVON.sender, envelope, "bounce", DATE, recipient, returned)
        # A report comes with the null sender, and from the council's own server.
        message = change(stored(post.DEVON.sender, message, BOUNCE_AT, self.world.facts))
        self.put(user, [(b"Return-Path: <>\r\n" + message, BOUNCE_AT)])

    def receipt(self, conf, reference):
        (entry,) = [e for e in self.world.list(conf) if e["reference"] == reference]
        return entry["receipts"][0]

    def test_a_report_for_no_receipt_of_ours_marks_nothing(self):
        conf, user, entry, sent = self.filed("unknown")
        self.bounce(user, bounces.postfix, sent,
                    lambda message: message.replace(entry["reference"].encode(), b"PP24-000009-6"))
        self.run_lodge("once", conf=conf)
        self.assertNotIn("returned", self.receipt(conf, entry["reference"]))

    def test_a_delay_is_no_end(self):
        conf, user, entry, sent = self.filed("delayed")
        self.bounce(user, bounces.postfix, sent,
                    lambda message: message.replace(b"Action: failed", DELAYED))
        self.run_lodge("once", conf=conf)
        self.assertNotIn("returned", self.receipt(conf, entry["reference"]))

    def test_status_and_show_say_it_and_a_rebuilt_index_too(self):
        conf, user, entry, sent = self.filed("shown")
        self.bounce(user, bounces.exchange, sent)
        self.run_lodge("once", conf=conf)
        self.assertIn("Receipts that came back as undeliverable: 1",
                      self.run_lodge("status", conf=conf).stdout)
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("came back as undeliverable", shown)
        self.assertIn("550 5.1.1", shown)
        self.assertIn("receipt came back as undeliverable", shown)
        before = self.world.list(conf)
        self.run_lodge("verify", "--repair", conf=conf)
        self.assertEqual(self.world.list(conf), before)
        self.run_lodge("replay", "--all", conf=conf)


def _shape(shape):
    def test(self):
        conf, user, entry, sent = self.filed(shape.__name__)
        self.bounce(user, shape, sent)
        self.run_lodge("once", conf=conf)
        receipt = self.receipt(conf, entry["reference"])
        self.assertEqual(receipt["state"], "sent")
        self.assertIn("returned", receipt)
        self.assertEqual(self.sink.take(), [], "a bounce was answered")
        (bounce,) = [e for e in self.world.list(conf) if e["reference"] != entry["reference"]]
        self.assertEqual(bounce["outcome"], "not-a-submission")
        self.assertIn(bounce["reference"], receipt["returned_words"])
    return test


for _name in bounces.SHAPES:
    setattr(Bounces, f"test_a_bounce_as_{_name.__name__}_writes_it_is_matched", _shape(_name))

if __name__ == "__main__":
    unittest.main()
