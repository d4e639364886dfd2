"""Exchange's Dynamic Delivery: a placeholder stands in the mailbox until the file has been checked, then the whole
mail takes its place, with the same Message-ID under a new UID."""

import re

import plans
import post
from service import Service, wait_until
from whole_run import DONE, TEMPORARY, WholeRun, stored

MIDDAY = 1721296800
DATE = "Thu, 18 Jul 2024 10:55:00 +0100"
PLACEHOLDER = b"Subject: Safe Attachments Scan In Progress\r\n\r\nThis attachment is being checked.\r\n"


class Awaited(WholeRun):
    def mail(self, user, sender, id, attachment):
        message = post.compose(sender, user, "Productivity Plan", "Attached.", [attachment], id, DATE)
        return stored(sender, message, MIDDAY, self.world.facts), MIDDAY

    def placeholder(self, user, sender, id):
        return self.mail(user, sender, id, (None, "message/rfc822", PLACEHOLDER))

    def whole(self, user, sender, id):
        return self.mail(user, sender, id, ("plan.pdf", post.PDF, plans.pdf(post.DEVON.name, 3)))

    def replace(self, user, whole):
        """As Exchange does it: the new one is there before the old one is gone."""
        self.put(user, [whole])
        session = self.world.imap(user)
        session.select("INBOX")
        session.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
        session.uid("EXPUNGE", "1")
        session.logout()

    def receipts(self, entry):
        return [receipt["kind"] for receipt in entry["receipts"]]

    def test_it_waits_and_the_whole_mail_is_filed_when_it_comes(self):
        conf, user, _ = self.scene("awaited")
        before = self.world.count(post.DEVON.sender.mail)
        self.put(user, [self.placeholder(user, post.DEVON.sender, "awaited")])
        with Service(self.world, conf) as service:
            service.ready()
            self.world.await_inbox(before + 1, post.DEVON.sender.mail)
            (half,) = self.world.list(conf)
            self.assertEqual((half["state"], self.receipts(half)), ("pending", ["received"]))
            self.assertIn("waits-for-attachment", service.log())
            self.replace(user, self.whole(user, post.DEVON.sender, "awaited"))
            def decided():
                entries = self.world.list(conf)
                return entries if [e["state"] for e in entries] == ["decided"] * 2 else None
            half, whole = sorted(wait_until(decided, "both to be decided"), key=lambda e: e["reference"])
            self.assertEqual(service.stop(), DONE)
        self.assertEqual((whole["outcome"], whole["version"], self.receipts(whole)),
                         ("accepted", 1, ["decision"]))
        self.assertEqual((half["outcome"], half["duplicate_of"], self.receipts(half)),
                         ("duplicate", whole["reference"], ["received"]))
        self.world.await_inbox(before + 2, post.DEVON.sender.mail)
        first = re.sub(r"\s+", " ", self.world.messages(post.DEVON.sender.mail)[before][1].decode())
        self.assertIn("a mail system is still checking a file that came with it", first)
        self.assertIn("It arrived on time.", first)
        self.run_lodge("verify", conf=conf)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)

    def test_a_strangers_placeholder_waits_like_a_councils(self):
        conf, user, _ = self.scene("stranger")
        self.put(user, [self.placeholder(user, post.STRANGER, "stranger")])
        self.run_lodge("once", conf=conf, code=TEMPORARY)
        (entry,) = self.world.list(conf)
        self.assertEqual(entry["state"], "pending")

    def test_when_it_has_waited_long_enough_a_person_gets_it(self):
        conf, user, _ = self.scene("late", limits={"await_attachments": "1s"})
        self.put(user, [self.placeholder(user, post.DEVON.sender, "late")])
        self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.once_until_decided(conf)
        (entry,) = self.world.list(conf)
        self.assertEqual((entry["outcome"], self.receipts(entry)), ("held", ["received", "received"]))
        self.assertEqual([f["code"] for f in entry["findings"] if f["severity"] == "hold"],
                         ["attachment-placeholder"])
