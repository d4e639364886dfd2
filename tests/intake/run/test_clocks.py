"""Whose clock is wrong: a mailbox that stamps mail in our future is told of; old mail is not."""

import json
import time
import unittest

import post
from whole_run import WholeRun, stored

MINUTE = 60


class Clocks(WholeRun):
    # No server takes a stamp that lies in its own future.
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 20 * MINUTE))

    def taken_in(self, name, ahead_s):
        """One mail that the mailbox stamps so much ahead of our clock; what the pass logged."""
        conf, user, _ = self.scene(name, smtp=None)
        now = int(time.time())  # the servers have a clock of their own, lodge has ours
        message = post.compose(post.DEVON.sender, user, "Productivity Plan 2024", "Attached.", [],
                               name, "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(post.DEVON.sender, message, now, self.world.facts), now + ahead_s)])
        return conf, self.run_lodge("once", conf=conf).stderr

    def test_a_stamp_in_the_future_is_told_of(self):
        conf, log = self.taken_in("ahead", 10 * MINUTE)
        self.assertIn("clocks-disagree", log)
        self.assertIn("ahead of our clock", self.run_lodge("status", conf=conf).stdout)
        (found,) = json.loads(self.run_lodge("status", "--json", conf=conf).stdout)["passes"]
        self.assertGreater(found["clock_ahead_s"], 8 * MINUTE)

    def test_a_stamp_a_little_ahead_is_not(self):
        conf, log = self.taken_in("little", MINUTE)
        self.assertNotIn("clocks-disagree", log)
        self.assertNotIn("ahead of our clock", self.run_lodge("status", conf=conf).stdout)

    def test_old_mail_is_not(self):
        _, log = self.taken_in("old", -3600 * MINUTE)
        self.assertNotIn("clocks-disagree", log)


if __name__ == "__main__":
    unittest.main()
