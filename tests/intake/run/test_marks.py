"""What is done to the mailbox afterwards: nothing, a keyword, or a move; and never more than that."""

import re
import subprocess

import plans
import post
from whole_run import WholeRun, stored

MIDDAY = 1721296800


class Marks(WholeRun):
    def fill(self, user, count=3):
        pdf = plans.pdf(post.DEVON.name)
        for number in range(count):
            message = post.compose(post.DEVON.sender, user, "Productivity Plan", "Attached.",
                                   [("plan.pdf", post.PDF, pdf + b"%%%d\n" % number)],
                                   f"{user.partition('@')[0]}-{number}",
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            self.put(user, [(stored(post.DEVON.sender, message, MIDDAY + number,
                                    self.world.facts), MIDDAY + number)])

    def flags(self, user, folder="INBOX"):
        return [re.search(rb"FLAGS \(([^)]*)\)", flags)[1]
                for flags, _ in self.world.messages(user, folder)]

    def test_leave_changes_nothing(self):
        conf, user, _ = self.scene("leave")
        self.fill(user)
        before = self.world.messages(user)
        self.run_lodge("once", conf=conf)
        # \Recent is the server's own word for "nobody selected this before".
        self.assertEqual([b"" if f == b"\\Recent" else f for f in self.flags(user)], [b""] * 3)
        self.assertEqual([raw for _, raw in before], [raw for _, raw in self.world.messages(user)])

    def test_a_keyword_is_set_and_seen_is_not(self):
        conf, user, _ = self.scene("keyword",
                                   mailbox_plans={"after": "keyword", "keyword": "$Lodged"})
        self.fill(user)
        self.run_lodge("once", conf=conf)
        for flags in self.flags(user):
            self.assertIn(b"$Lodged", flags)
            self.assertNotIn(b"\\Seen", flags)

    def test_moved_messages_are_in_the_other_folder_and_are_not_taken_in_again(self):
        conf, user, _ = self.scene("move",
                                   mailbox_plans={"after": "move-to", "move_to": "Taken in"})
        session = self.world.imap(user)
        session.create('"Taken in"')
        session.logout()
        self.fill(user)
        self.run_lodge("once", conf=conf)
        self.assertEqual(self.world.count(user), 0)
        self.assertEqual(self.world.count(user, '"Taken in"'), 3)
        entries = self.world.list(conf)
        # each its own; which comes first is the order of deciding
        self.assertEqual(sorted(e["version"] for e in entries), [1, 2, 3])
        receipts = self.world.count(post.DEVON.sender.mail)
        self.run_lodge("once", conf=conf)
        self.assertEqual(len(self.world.list(conf)), 3)
        self.assertEqual(self.world.count(post.DEVON.sender.mail), receipts)
        self.run_lodge("verify", conf=conf)

    def test_a_folder_of_junk_is_looked_at_and_sent_mail_is_not(self):
        conf, user, _ = self.scene("folders")
        for folder, id in (("Junk", "junk"), ("Sent", "sent"), ("Drafts", "draft")):
            message = post.compose(post.DEVON.sender, user, "Productivity Plan", "Attached.",
                                   [("p.pdf", post.PDF, plans.pdf(post.DEVON.name))], id,
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            self.put(user, [(stored(post.DEVON.sender, message, MIDDAY, self.world.facts),
                             MIDDAY)], folder)
        self.run_lodge("once", conf=conf)
        self.assertEqual([e["location"]["folder"] for e in self.world.list(conf)], ["Junk"])

    def test_another_epoch_is_read_again_and_nothing_is_taken_in_twice(self):
        conf, user, _ = self.scene("epoch")
        self.fill(user)
        self.run_lodge("once", conf=conf)
        entries, receipts = self.world.list(conf), self.world.count(post.DEVON.sender.mail)
        subprocess.run(["doveadm", "-c", self.world.path("s", "dovecot.conf"), "mailbox", "update",
                        "-u", user, "--uid-validity", "4242", "INBOX"], check=True)
        self.run_lodge("once", conf=conf)
        again = self.world.list(conf)
        self.assertEqual([e["reference"] for e in again], [e["reference"] for e in entries])
        self.assertEqual([e["outcome"] for e in again], ["accepted"] * 3)
        self.assertEqual([[at["uidvalidity"] for at in e["locations"]][1:] for e in again],
                         [[4242]] * 3)
        self.assertEqual(self.world.count(post.DEVON.sender.mail), receipts)
        self.run_lodge("verify", conf=conf)

    def test_mail_that_people_tidied_away_is_recognised_and_gets_no_second_receipt(self):
        conf, user, _ = self.scene("tidied")
        self.fill(user)
        self.run_lodge("once", conf=conf)
        entries, receipts = self.world.list(conf), self.world.count(post.DEVON.sender.mail)
        kept = self.world.messages(user)
        session = self.world.imap(user)
        session.create("Elsewhere")
        session.select("INBOX")
        session.copy("1:*", "Elsewhere")
        session.store("1:*", "+FLAGS", "\\Deleted")
        session.expunge()
        session.close()
        session.logout()
        self.run_lodge("once", conf=conf)
        self.assertEqual([raw for _, raw in self.world.messages(user, "Elsewhere")],
                         [raw for _, raw in kept])
        again = self.world.list(conf)
        self.assertEqual([e["outcome"] for e in again], [e["outcome"] for e in entries])
        self.assertEqual(self.world.count(post.DEVON.sender.mail), receipts)
