"""Readers die at random while a pass runs: nothing is lost, nobody is blamed for it."""

import os
import random
import signal
import subprocess
import threading
import time

import plans
import post
from whole_run import DONE, TEMPORARY, WholeRun, stored

MIDDAY = 1721296800
MAILS = 60
SEED = 20240719
PATIENCE_S = 300


def descendants(root):
    """Every process below one of ours, from /proc; a process that ends meanwhile is left out."""
    children = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(name))
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def is_reader(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"lodge-reader" in file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False


class ReadersKilled(WholeRun):
    def fill(self, user):
        mails = []
        for number in range(MAILS):
            council = post.COUNCILS[number % len(post.COUNCILS)]
            pdf = plans.pdf(council.name, 3, "letter") + b"%% %d\n" % number
            message = post.compose(council.sender, self.world.user, "Productivity Plan",
                                   "Attached.", [("plan.pdf", post.PDF, pdf)], f"k-{number}",
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            mails.append((stored(council.sender, message, MIDDAY + number, self.world.facts),
                          MIDDAY + number))
        self.put(user, mails)

    def once_with_killing(self, conf):
        """One pass; readers, zygote included, are killed whenever chance has it. Returns how many."""
        chance = random.Random(SEED)
        killed = 0
        process = subprocess.Popen(self.world.command("once", conf=conf),
                                   env=self.world.environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        errors = []
        drain = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        drain.start()
        while process.poll() is None:
            for pid in filter(is_reader, descendants(process.pid)):
                if chance.random() < 0.05:
                    try:
                        os.kill(pid, signal.SIGKILL)
                        killed += 1
                    except ProcessLookupError:
                        pass  # it had done its work
            time.sleep(0.01)
        drain.join()
        process.stderr.close()
        self.assertIn(process.returncode, (DONE, TEMPORARY), errors)
        return killed

    def test_the_same_list_comes_out_in_the_end(self):
        calm, user, _ = self.scene("calm", smtp={"port": "9"})
        self.fill(user)
        self.world.lodge("once", conf=calm)
        expected = self.essence(self.world.list(calm))
        self.assertEqual(len(expected), MAILS)

        conf, user, _ = self.scene("killed", smtp={"port": "9"})
        self.fill(user)
        killed = self.once_with_killing(conf)
        self.assertGreater(killed, 0, "the test killed nobody: it proves nothing")
        self.assertEqual(len(self.world.list(conf)), MAILS)
        deadline = time.monotonic() + PATIENCE_S
        while any(e["state"] == "pending" for e in self.world.list(conf)):
            self.assertLess(time.monotonic(), deadline, "messages stay pending")
            self.world.lodge("once", conf=conf)
            time.sleep(1)
        self.assertEqual(self.essence(self.world.list(conf)), expected)
        self.run_lodge("verify", conf=conf)

    def essence(self, entries):
        """What must not depend on who died: versions do depend on the order of deciding."""
        return sorted((e["message_id"], e["council"], e["outcome"], e["timeliness"],
                       str(e["findings"]), str(e["documents"]), len(e["receipts"]))
                      for e in entries)
