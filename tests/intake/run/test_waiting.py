"""Waiting for news on a real Dovecot: IDLE over TLS is woken by a mail, by people, and by ourselves."""

import os
import subprocess

import post
from whole_run import WholeRun, build

MESSAGE = b"From: a@devon.example\r\nSubject: plan\r\n\r\nAttached.\r\n"
MIDDAY = 1721296800


class Waiting(WholeRun):
    def begin(self, user):
        """A waiter that has seen the mailbox as it is; what comes from now on is news."""
        waiter = subprocess.Popen(
            [os.path.join(build(), "tests", "fetch-waiter"), str(self.world.facts["imaps_port"]),
             self.world.facts["ca_file"], user, self.world.facts["password"]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(waiter.communicate)
        self.assertEqual(waiter.stdout.readline(), "news\n")
        return waiter

    def assert_ended(self, waiter, words):
        self.assertEqual(waiter.stdout.readline(), words + "\n")
        self.assertEqual(waiter.wait(), 0)

    def user(self, name):
        return f"{name}@{self.world.facts['department']}"

    def test_a_delivered_mail_is_news(self):
        user = self.user("delivered")
        self.put(user, [(MESSAGE, MIDDAY)])
        waiter = self.begin(user)
        self.world.send(post.DEVON.sender, MESSAGE, user)
        self.assert_ended(waiter, "news")

    def test_a_mail_that_people_take_away_is_news(self):
        user = self.user("taken")
        self.put(user, [(MESSAGE, MIDDAY)])
        waiter = self.begin(user)
        session = self.world.imap(user)
        session.create("Elsewhere")
        session.select("INBOX")
        session.uid("MOVE", "1", "Elsewhere")
        session.logout()
        self.assert_ended(waiter, "news")

    def test_a_word_of_ours_ends_the_wait(self):
        waiter = self.begin(self.user("woken"))
        waiter.stdin.close()
        self.assertEqual(waiter.stdout.readline(), "woken\n")
        self.assertEqual(waiter.wait(), 0)
        waiter.stdin = None
