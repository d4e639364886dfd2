"""What the journal says of receipts, at each of its segments: any of them may be the last before a cut."""

import glob
import json
import os

import plans
import post
from whole_run import DONE, WholeRun, stored

MIDDAY = 1721296800
MAILS = 4


class Outbox(WholeRun):
    def fill(self, user):
        pdf = plans.pdf(post.DEVON.name)
        for number in range(MAILS):
            message = post.compose(post.DEVON.sender, user, "Productivity Plan", "Attached.",
                                   [("plan.pdf", post.PDF, pdf + b"%%%d\n" % number)],
                                   f"{user.partition('@')[0]}-{number}",
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            self.put(user, [(stored(post.DEVON.sender, message, MIDDAY + number,
                                    self.world.facts), MIDDAY + number)])

    def segments(self, spool):
        """Of each segment the rows that speak of attempts, as (type, receipt)."""
        found = []
        for path in sorted(glob.glob(os.path.join(spool, "journal", "*.jsonl"))):
            with open(path, encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            found.append([(row["type"], row["receipt"]) for row in rows
                          if row.get("type") in ("attempted", "answered")])
        return [rows for rows in found if rows]

    def deliver(self, name, pace):
        conf, user, spool = self.scene(name, smtp={"pace": pace})
        self.fill(user)
        self.run_lodge("once", conf=conf)
        return self.segments(spool)

    def test_at_no_moment_is_more_than_one_receipt_attempted_and_not_answered(self):
        attempted, answered = [], []
        for rows in self.deliver("fast", "100000/min"):
            for kind, receipt in rows:
                (attempted if kind == "attempted" else answered).append(receipt)
            self.assertEqual(answered, attempted[:len(answered)])
            self.assertLessEqual(len(attempted) - len(answered), 1)
        self.assertEqual(len(set(answered)), MAILS)
        self.assertEqual(answered, attempted)

    def test_a_tree_that_cannot_be_written_keeps_no_council_from_its_receipt(self):
        conf, user, spool = self.scene("treeless")
        self.fill(user)
        os.makedirs(os.path.join(spool, "filed"), mode=0o700)
        for name in ("incoming", "objects", "held", "rejected", "journal"):
            os.mkdir(os.path.join(spool, name), 0o700)
        os.chmod(spool, 0o700)
        with open(os.path.join(spool, "filed", "productivity-plans-2024"), "w"):
            pass
        done = self.world.lodge("once", conf=conf)
        self.assertNotEqual(done.returncode, DONE)
        self.assertIn("4 sent", done.stdout)
        os.unlink(os.path.join(spool, "filed", "productivity-plans-2024"))
        self.run_lodge("once", conf=conf)
        self.run_lodge("verify", conf=conf)

    def test_a_result_waits_for_nobody_and_no_attempt_is_journalled_before_its_time(self):
        segments = self.deliver("slow", "100/min")
        self.assertEqual([[kind for kind, _ in rows] for rows in segments],
                         [["attempted"], ["answered"]] * MAILS)
