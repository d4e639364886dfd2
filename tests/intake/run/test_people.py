"""People work in the same mailbox: they move, flag, copy and delete mail before and after lodge sees it."""

import json
import subprocess
import time

import plans
import post
from whole_run import WholeRun, stored


class People(WholeRun):
    """The servers' clock is ours: what was stored since the last look is told by it."""
    clock = None

    def message(self, user, id):
        message = post.compose(post.DEVON.sender, user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf(post.DEVON.name) + id.encode())],
                               id, "Thu, 18 Jul 2024 10:55:00 +0100")
        return stored(post.DEVON.sender, message, time.time(), self.world.facts)

    def deliver(self, user, *ids):
        self.put(user, [(self.message(user, f"{user.partition('@')[0]}-{id}"), time.time())
                        for id in ids])

    def do(self, user, *commands, folder="INBOX"):
        """UID commands of somebody else's mail program."""
        session = self.world.imap(user)
        for other in ("Plans", "Trash"):
            session.create(other)
        session.select(folder)
        for command in commands:
            status, answer = session.uid(*command)
            self.assertEqual(status, "OK", answer)
        session.expunge()
        session.logout()

    def once(self, conf):
        return self.run_lodge("once", conf=conf)

    def unseen(self, conf):
        return json.loads(self.run_lodge("status", "--json", conf=conf).stdout)["unseen"]

    def begin(self, name, **changes):
        """A mailbox with one message that lodge has seen: UID 1."""
        conf, user, _ = self.scene(name, **changes)
        self.deliver(user, "first")
        self.do(user)
        self.once(conf)
        self.receipts_before = self.receipts()
        return conf, user

    def receipts(self):
        return self.world.count(post.DEVON.sender.mail)

    def assert_taken_in(self, conf, count, new_receipts):
        """Each message once, each answered once, and the spool agrees with itself."""
        entries = self.world.list(conf)
        self.assertEqual(len(entries), count, entries)
        self.assertEqual(len({e["message_sha256"] for e in entries}), count)
        self.assertNotIn("pending", {e["state"] for e in entries})
        filed = [e["version"] for e in entries if e["version"]]
        self.assertEqual(len(filed), len(set(filed)))
        self.assertEqual(self.receipts() - self.receipts_before, new_receipts)
        self.run_lodge("verify", conf=conf)
        return entries

    def test_mail_that_was_moved_before_the_first_look_is_taken_in(self):
        conf, user, _ = self.scene("early")
        self.receipts_before = self.receipts()
        self.deliver(user, "a", "b")
        self.do(user, ("MOVE", "1", "Plans"))
        self.once(conf)
        entries = self.assert_taken_in(conf, 2, 2)
        self.assertEqual({e["location"]["folder"] for e in entries}, {"INBOX", "Plans"})
        self.assertEqual(self.unseen(conf), [])

    def test_what_people_do_after_the_look_changes_nothing(self):
        conf, user = self.begin("after")
        self.deliver(user, "second", "third", "fourth")
        self.once(conf)
        self.do(user, ("STORE", "1", "+FLAGS", "(\\Seen \\Flagged)"), ("COPY", "2", "Plans"),
                ("MOVE", "3", "Plans"), ("STORE", "4", "+FLAGS", "\\Deleted"))
        self.once(conf)
        self.do(user, ("STORE", "1:*", "+FLAGS", "\\Deleted"), folder="Plans")
        self.once(conf)
        entries = self.assert_taken_in(conf, 4, 3)
        self.assertEqual([len(e["locations"]) for e in entries], [1, 2, 2, 1])
        self.assertEqual(self.unseen(conf), [])

    def test_mail_that_was_moved_between_two_looks_is_found_in_a_watched_folder(self):
        conf, user = self.begin("watched")
        self.deliver(user, "second", "third")
        self.do(user, ("MOVE", "2", "Plans"))
        self.once(conf)
        entries = self.assert_taken_in(conf, 3, 2)
        self.assertEqual(sorted(e["location"]["folder"] for e in entries),
                         ["INBOX", "INBOX", "Plans"])
        self.assertEqual(self.unseen(conf), [])

    def test_mail_that_was_moved_between_two_looks_is_sought_in_folders_that_are_not_watched(self):
        conf, user = self.begin("unwatched", mailbox_plans={"folders": "INBOX"})
        old = self.message(user, "unwatched-old")
        self.put(user, [(old, time.time() - 90000)], "Trash")  # lay there before, and stays there
        self.deliver(user, "second", "third")
        self.do(user, ("MOVE", "2", "Trash"), ("MOVE", "3", "Plans"))
        self.once(conf)
        entries = self.assert_taken_in(conf, 3, 2)
        self.assertEqual(sorted(e["location"]["folder"] for e in entries),
                         ["INBOX", "Plans", "Trash"])
        self.assertEqual(self.unseen(conf), [])
        self.once(conf)
        self.assert_taken_in(conf, 3, 2)

    def test_mail_that_was_deleted_between_two_looks_is_told_until_people_have_read_it(self):
        conf, user = self.begin("deleted")
        self.deliver(user, "second", "third", "fourth")
        self.do(user, ("STORE", "2,4", "+FLAGS", "\\Deleted"))
        done = self.once(conf)
        self.assertIn("2 may have come and gone unseen", done.stdout)
        self.assertRegex(done.stderr, r"warning may-have-gone-unseen .*folder=INBOX count=2 "
                                      r"uids=2,4 ")
        self.assert_taken_in(conf, 2, 1)
        self.assertNotIn("unseen", self.once(conf).stdout)
        for _ in range(2):
            told, = self.unseen(conf)
            self.assertEqual((told["account"], told["folder"], told["count"], told["uids"]),
                             ("plans", "INBOX", 2, "2,4"))
            self.assertLess(told["since"], told["until"])
            self.assertRegex(self.run_lodge("status", conf=conf).stdout,
                             r"2 messages may have come to INBOX of mailbox plans and gone again\n"
                             r"  between .*\n  and .*,\n  before lodge saw them \(UIDs 2,4\)\n"
                             r"Ask the mail team")
            self.run_lodge("verify", "--repair", conf=conf)  # the index made anew tells the same

    def test_another_epoch_is_no_alarm(self):
        conf, user = self.begin("epoch")
        self.deliver(user, "second")
        self.do(user, ("STORE", "1", "+FLAGS", "\\Deleted"))
        subprocess.run(["doveadm", "-c", self.world.path("s", "dovecot.conf"), "mailbox", "update",
                        "-u", user, "--uid-validity", "4242", "INBOX"], check=True)
        self.once(conf)
        self.assert_taken_in(conf, 2, 1)
        self.assertEqual(self.unseen(conf), [])
