"""Many messages and a huge one, within the same memory. Only in a release build: the sanitizers
keep a shadow of every byte."""

import os
import subprocess
import time
import unittest

import post
from whole_run import DONE, WholeRun, high_water, is_sanitized, stored

MIDDAY = 1721296800
MANY = int(os.environ.get("LODGE_TEST_MANY", "2000"))
EACH_BYTES = 170_000
HUGE_BYTES = 200 * 1024 * 1024
MOST_MEMORY_KB = 64 * 1024


@unittest.skipIf(is_sanitized(), "memory is measured in the release build")
class Volume(WholeRun):
    def once(self, conf):
        """Runs a pass; returns the peak resident memory of lodge itself in kB. Read from /proc while it
        runs: what wait4() tells would include its readers, and us before its exec."""
        began, peak = time.monotonic(), 0
        with open(self.world.path("once.log"), "w+") as log:
            process = subprocess.Popen(self.world.command("once", conf=conf),
                                       env=self.world.environment(), stdout=log, stderr=log)
            while process.poll() is None:
                peak = max(peak, high_water(process.pid))
                time.sleep(0.02)
            log.seek(0)
            self.assertEqual(process.returncode, DONE, log.read()[-4000:])
        print(f"# peak memory {peak} kB, {time.monotonic() - began:.1f} s", flush=True)
        return peak

    def mail(self, number, size):
        """A plain mail of about that size whose attachment is no plan: the way in is what is tested."""
        council = post.COUNCILS[number % len(post.COUNCILS)]
        content = os.urandom(1024) * (size * 3 // 4 // 1024) + b"%d" % number
        message = post.compose(council.sender, self.world.user, f"Productivity Plan {number}",
                               "Attached.", [("data.bin", "application/octet-stream", content)],
                               f"v-{number}", "Thu, 18 Jul 2024 10:55:00 +0100")
        return stored(council.sender, message, MIDDAY + number, self.world.facts)

    def test_thousands_of_messages_in_one_pass_and_none_in_the_next(self):
        conf, user, _ = self.scene("many", smtp={"pace": "100000/min", "per_connection": "500"})
        self.put(user, ((self.mail(n, EACH_BYTES), MIDDAY + n) for n in range(MANY)))
        self.assertLess(self.once(conf), MOST_MEMORY_KB)
        entries = self.world.list(conf)
        self.assertEqual(len(entries), MANY)
        self.assertEqual(len({e["message_id"] for e in entries}), MANY)
        self.assertEqual({e["state"] for e in entries}, {"decided"})
        self.assertLess(self.once(conf), MOST_MEMORY_KB)
        self.assertEqual(self.world.list(conf), entries)

    def test_one_huge_message_within_the_same_memory(self):
        conf, user, _ = self.scene("huge", limits={"max_message": "400M"})
        self.put(user, [(self.mail(1, HUGE_BYTES), MIDDAY)])
        self.assertLess(self.once(conf), MOST_MEMORY_KB)
        entry, = self.world.list(conf)
        self.assertEqual(entry["state"], "decided")
        self.assertLess(self.once(conf), MOST_MEMORY_KB)
        self.assertEqual(self.world.list(conf), [entry])

    def test_a_message_over_the_limit_is_named_and_stops_nobody(self):
        conf, user, _ = self.scene("over", limits={"max_message": "1M"})
        self.put(user, [(self.mail(1, 3_000_000), MIDDAY), (self.mail(2, 10_000), MIDDAY)])
        done = self.world.lodge("once", conf=conf)
        self.assertIn("INBOX/1", done.stderr)
        self.assertEqual([e["message_id"].strip("<>").partition("@")[0]
                          for e in self.world.list(conf)], ["v-2"])
