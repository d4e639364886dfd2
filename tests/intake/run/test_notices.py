"""A council's contact is told of mail in its name that nothing proves: once, by us, and the sender of nothing."""

import email
import email.policy
import unittest
from dataclasses import replace

import plans
import post
from smtp_sink import Sink
from whole_run import WholeRun, stored

MIDDAY = 1721296800
UNPROVEN = replace(post.DEVON.sender, genuine=False, found="none")


class Notices(WholeRun):
    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def begin(self, name, tell=None):
        self.conf, self.user, _ = self.scene(name, smtp=self.sink.settings(),
                                             answers={"tell_contact": tell})
        self.sink.take()

    def take_in(self, sender, id, edition=3, subject="Productivity Plan 2024"):
        """One pass with one mail more; what was sent, as (address, message)."""
        message = post.compose(sender, self.user, subject, "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf(post.DEVON.name, edition))], id,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(self.user, [(stored(sender, message, MIDDAY, self.world.facts), MIDDAY)])
        self.run_lodge("once", conf=self.conf)
        return [(to, email.message_from_bytes(mail, policy=email.policy.default))
                for _, (to,), mail in self.sink.take()]

    def test_the_contact_is_told_of_the_first_and_of_no_other(self):
        self.begin("once")
        ((to, mail),) = self.take_in(post.FORGER, "first")
        self.assertEqual(to, post.DEVON.sender.mail)  # the register's contact, not the forger's address
        self.assertEqual(mail["To"], post.DEVON.sender.mail)
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertIsNone(mail["In-Reply-To"])
        self.assertIsNone(mail["References"])
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("nothing shows that it came", text)
        self.assertIn(post.FORGER.mail, text)
        self.assertEqual(self.take_in(post.FORGER, "second", 4), [])

    def test_unproven_as_well_and_lodge_shows_it(self):
        self.begin("unproven", "daily")
        ((_, mail),) = self.take_in(UNPROVEN, "unproven")
        (entry,) = self.world.list(self.conf)
        self.assertEqual((entry["outcome"], entry["may_answer"], entry["receipts"]), ("held", "unproven", []))
        self.assertEqual([(n["kind"], n["state"]) for n in entry["notices"]], [("notice", "sent")])
        self.assertIn(entry["reference"], mail["Subject"])
        shown = self.run_lodge("show", entry["reference"], conf=self.conf).stdout
        self.assertIn("(notice) to " + post.DEVON.sender.mail, shown)
        self.run_lodge("replay", "--all", conf=self.conf)
        self.run_lodge("verify", conf=self.conf)

    def test_what_a_person_then_files_has_its_own_first_receipt(self):
        self.begin("accepted")
        self.take_in(UNPROVEN, "accepted")
        (entry,) = self.world.list(self.conf)
        self.run_lodge("accept", entry["reference"], "--reason", "rang them", "--answer", conf=self.conf)
        self.run_lodge("once", conf=self.conf)
        (entry,) = self.world.list(self.conf)
        self.assertEqual([r["kind"] for r in entry["receipts"]], ["decision"])
        ((_, _, mail),) = self.sink.take()
        self.assertIn(b"received and filed", mail)

    def test_nobody_is_told_where_the_settings_say_so(self):
        self.begin("never", "never")
        self.assertEqual(self.take_in(post.FORGER, "never"), [])

    def test_a_proven_mail_is_answered_and_nobody_told(self):
        self.begin("proven")
        ((to, mail),) = self.take_in(post.DEVON.sender, "proven")
        self.assertEqual(mail["Auto-Submitted"], "auto-replied")


if __name__ == "__main__":
    unittest.main()
