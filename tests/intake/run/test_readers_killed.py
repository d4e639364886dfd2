"""Readers die at random while a pass runs: nothing is lost, nobody is blamed for it."""

import datetime
import glob
import json
import os
import random
import signal
import subprocess
import threading
import time

import plans
import post
import world
from whole_run import DONE, TEMPORARY, WholeRun, stored

MIDDAY = 1721296800
MAILS = 60
SEED = 20240719


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


def councils():
    """One for each mail, so that nothing depends on the order of deciding."""
    for number in range(MAILS):
        domain = f"council-{number}.gov.uk"
        sender = post.Sender(f"127.0.2.{number + 1}", "mail." + domain, "plans@" + domain,
                             f"Council {number}", True)
        yield post.Council(f"E990000{number:02}", f"Council {number}", f"council-{number}",
                           "district", sender)


class ReadersKilled(WholeRun):
    @classmethod
    def prepare(cls):
        cls.world.write("register", world.register(councils()))

    def fill(self, user):
        mails = []
        for number, council in enumerate(councils()):
            pdf = plans.pdf(council.name, 3, "letter") + b"%% %d\n" % number
            message = post.compose(council.sender, self.world.user, "Productivity Plan",
                                   "Attached.", [("plan.pdf", post.PDF, pdf)], f"k-{number}",
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            mails.append((stored(council.sender, message, MIDDAY + number, self.world.facts),
                          MIDDAY + number))
        self.put(user, mails)

    def once_with_killing(self, conf, likelihood=0.05, after=lambda: True):
        """One pass; readers, zygote included, are killed whenever chance has it, from a state of
        things on. Returns how many."""
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
                if after() and chance.random() < likelihood:
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
        calm, user, _ = self.scene("calm", smtp=None)
        self.fill(user)
        self.world.lodge("once", conf=calm)
        expected = self.essence(self.world.list(calm))
        self.assertEqual([e["outcome"] for e in expected], ["accepted"] * MAILS)

        conf, user, _ = self.scene("killed")
        self.fill(user)
        killed = self.once_with_killing(conf)
        self.assertGreater(killed, 0, "the test killed nobody: it proves nothing")
        self.assertEqual(len(self.world.list(conf)), MAILS)
        self.once_until_decided(conf)
        self.assert_told_once(conf)
        self.assertEqual(self.essence(self.world.list(conf)), expected)
        self.run_lodge("verify", conf=conf)

    def assert_told_once(self, conf):
        """One decision each; before it, where the document could not be read at once, that the mail is here."""
        for entry in self.world.list(conf):
            kinds = [receipt["kind"] for receipt in entry["receipts"]]
            self.assertIn(kinds, (["decision"], ["received", "decision"]), entry["reference"])
            self.assertEqual(self.world.count(entry["from"]), len(kinds), entry["reference"])

    def segments(self, spool):
        return sorted(glob.glob(os.path.join(spool, "journal", "*.jsonl")))

    def waits(self, spool):
        """Of each deferral in the journal: (attempt, seconds until the next try)."""
        def instant(row, name):
            return datetime.datetime.fromisoformat(row[name].replace("Z", "+00:00"))
        for path in self.segments(spool):
            with open(path, encoding="utf-8") as file:
                for row in map(json.loads, file):
                    if row.get("type") == "deferred":
                        wait = instant(row, "retry_at") - instant(row, "at")
                        yield row["attempt"], wait.total_seconds()

    def test_what_could_not_be_read_is_tried_again_soon_and_then_less_often(self):
        conf, user, spool = self.scene("soon")
        self.fill(user)
        self.once_with_killing(conf, likelihood=1, after=lambda: self.segments(spool))
        self.assertIn((1, 5), set(self.waits(spool)), "nothing failed: it proves nothing")
        self.once_until_decided(conf)
        for attempt, wait in self.waits(spool):
            self.assertEqual(wait, 5 * 2 ** (attempt - 1))

    def essence(self, entries):
        """All of the list but which number a message got, where it was found, and its receipt."""
        for entry in entries:
            for key in ("reference", "location", "locations", "receipts"):
                del entry[key]
        return sorted(entries, key=lambda entry: entry["message_id"])
