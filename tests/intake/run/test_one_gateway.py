"""One gateway at a time: the second one is refused by name, or waits until the first has ended."""

import fcntl
import os
import subprocess
import unittest

import post
from whole_run import DONE, WholeRun, stored

TEMPORARY = 3
HOLDER = "lodge serve\nplans.example\n4711\n2024-07-18T10:00:00Z\n"


class OneGateway(WholeRun):
    def held(self, name):
        """A configuration with one mail to take in, and its spool's lock, as another gateway holds it."""
        conf, user, spool = self.scene(name, smtp=None)
        self.run_lodge("once", conf=conf)
        lock = open(os.path.join(spool, "lock"), "r+", encoding="utf-8")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate()
        lock.write(HOLDER)
        lock.flush()
        message = post.compose(post.DEVON.sender, user, "Productivity Plan 2024", "Attached.", [],
                               name, "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(post.DEVON.sender, message, 1721296800, self.world.facts), 1721296800)])
        return conf, lock

    def start(self, conf):
        return subprocess.Popen(self.world.command("once", "--wait", conf=conf),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def await_waiting(self, gateway):
        line = gateway.stderr.readline()
        self.assertIn("waiting-for-spool", line)
        self.assertIn("pid 4711", line)

    def test_the_second_is_refused_by_name(self):
        conf, _ = self.held("refused")
        done = self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertIn('in use by "lodge serve" on plans.example, pid 4711, since 2024-07-18T10:00:00Z',
                      done.stderr)

    def test_it_waits_until_the_first_has_ended(self):
        conf, lock = self.held("waits")
        gateway = self.start(conf)
        self.await_waiting(gateway)
        self.assertIsNone(gateway.poll())
        lock.close()
        out, err = gateway.communicate(timeout=60)
        self.assertEqual(gateway.returncode, DONE, out + err)
        self.assertEqual(len(self.world.list(conf)), 1)

    def test_whoever_waits_can_be_stopped(self):
        conf, _ = self.held("stopped")
        gateway = self.start(conf)
        self.await_waiting(gateway)
        gateway.terminate()
        out, err = gateway.communicate(timeout=60)
        self.assertEqual(gateway.returncode, TEMPORARY, out + err)
        self.assertEqual(self.world.list(conf), [])


if __name__ == "__main__":
    unittest.main()
