"""Killed at every durable call in turn, and each call failing: nothing lost, nothing twice.

One pass over twenty mails in which everything happens that can become of a mail (support/every_outcome.py), with a
keyword set in the mailbox afterwards. A preloaded library (tests/crash/shim.c) numbers every write to a file or a
socket, every sync, rename, link, unlink over all threads; the pass is killed at call N, or call N fails, and then
a pass without faults takes over. After a power cut (tests/crash/forget.c) the spool is besides without what was
not synced. What must hold at the end is the same for every N.

LODGE_CRASH_EVERY (default 211): at every so many calls it is killed. LODGE_CUT_EVERY (251): the same for the power cut.
LODGE_FAIL_EVERY (1409): the same for each kind of failure, which begins where the kind before did not. 1: at all of them."""

import collections
import errno
import os
import re
import shutil
import signal
import subprocess
import unittest

import every_outcome
import power_cut
from smtp_sink import Sink
from whole_run import DONE, WholeRun, build

PRIVILEGE = [] if os.geteuid() == 0 else ["sudo", "-n"]
EVERY = int(os.environ.get("LODGE_CRASH_EVERY", "211"))
CUT_EVERY = int(os.environ.get("LODGE_CUT_EVERY", "251"))
FAIL_EVERY = int(os.environ.get("LODGE_FAIL_EVERY", "1409"))


class CrashSweep(WholeRun):
    clock = "2024-07-30 10:00:00"  # Dovecot believes no INTERNALDATE of the future

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(build(), "intake", "lodge"), "rb") as file:
            if b"libasan" in file.read():
                raise unittest.SkipTest("nothing can be preloaded before AddressSanitizer: "
                                        "this runs with the release build")
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)
        cls.shim = os.path.join(build(), "tests", "liblodge_shim.so")
        cls.forget = os.path.join(build(), "tests", "liblodge_forget.so")
        cls.page = cls.world.write("page", "")
        cls.number = cls.calls = None
        cls.outcomes, cls.owed = every_outcome.expected()

    @classmethod
    def settings(cls, number):
        """What lodge.conf says of the two mailboxes, the first of which scene() names."""
        strict = cls.world.settings()["mailbox plans"]
        strict.update(call=every_outcome.STRICT_CALL, user=cls.strict_user(number),
                      after="keyword", keyword="Lodged")
        call = cls.world.write("strict.call", every_outcome.strict_call(cls.world.example_call()))
        return {"smtp": cls.sink.settings(), "mailbox_strict": strict,
                "mailbox_plans": {"after": "keyword", "keyword": "Lodged"},
                "call_" + every_outcome.STRICT_CALL: {"file": call, "register": cls.world.register}}

    @classmethod
    def strict_user(cls, number):
        return f"s{number}@{cls.world.facts['department']}"

    def setUp(self):
        """Mailboxes and a spool as they are before the pass, once for all; each pass has copies of them."""
        if CrashSweep.number is not None:
            return
        CrashSweep.number = 0
        conf, user, _ = self.scene("n0", **self.settings(0))
        earlier = every_outcome.earlier()
        self.put(user, [(earlier.stored(every_outcome.MIDDAY - 3600, self.world.facts),
                         every_outcome.MIDDAY - 3600)])
        self.run_lodge("once", conf=conf)
        ((_, _, receipt),) = self.sink.take()
        receipt_id = re.search(rb"(?im)^message-id:\s*<([^>]*)>", receipt)[1].decode()
        for number, mail in enumerate(every_outcome.mails(receipt_id)):
            seconds = mail.seconds + number
            self.put(self.strict_user(0) if mail.strict else user,
                     [(mail.stored(seconds, self.world.facts), seconds)])

    def home(self):
        return os.path.join(self.world.facts["dir"], "mail", self.world.facts["department"])

    def fresh(self):
        CrashSweep.number += 1
        name = f"n{self.number}"
        conf, user, spool = self.scene(name, **self.settings(self.number))
        subprocess.run(["cp", "-a", self.world.path("spool-n0"), spool], check=True)
        for first in "ns":
            subprocess.run([*PRIVILEGE, "cp", "-a", f"{self.home()}/{first}0",
                            f"{self.home()}/{first}{self.number}"], check=True)
        self.sink.take()
        return conf, user, spool

    def faulty_pass(self, conf, disk=None, **shim):
        """One pass with the shim; how it ended, and how many calls were numbered."""
        with open(self.page, "wb") as file:
            file.write(bytes(4096))
        preloaded = f"{self.shim}:{self.forget}" if disk else self.shim
        environment = dict(self.world.environment(), LD_PRELOAD=preloaded,
                           LODGE_SHIM_PAGE=self.page, **(disk.environment() if disk else {}),
                           **{"LODGE_SHIM_" + key.upper(): str(value) for key, value in shim.items()})
        with subprocess.Popen(self.world.command("once", conf=conf), env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              start_new_session=True) as process:
            _, said = process.communicate(timeout=120)
        with open(self.page, "rb") as file:
            return process.returncode, int.from_bytes(file.read(8), "little"), said

    def check(self, conf, user, where):
        """The end is the same whatever happened on the way."""
        sent = self.sink.take()
        self.once_until_decided(conf)
        sent += self.sink.take()
        entries = {}
        for entry in self.world.list(conf):
            entries.setdefault(entry["message_id"].partition("@")[0].strip("<"), []).append(entry)
        self.assertEqual({id: sorted(e["outcome"] for e in found) for id, found in entries.items()},
                         self.outcomes, where)
        versions = sorted(e["version"] for id in ("first", "amended") for e in entries[id] if e["version"])
        self.assertEqual(versions, [1, 2], where)
        self.assertIn("mends", [f["code"] for f in entries["mending"][0]["findings"]], where)
        receipts = [r for id, found in entries.items() if id != "earlier"
                    for e in found for r in e["receipts"]]
        self.assertEqual(collections.Counter(r["to"] for r in receipts), self.owed, where)
        self.assertEqual({r["state"] for r in receipts}, {"sent"}, where)
        ids = [line for _, _, data in sent for line in data.split(b"\r\n")
               if line.lower().startswith(b"message-id:")]
        # Only what was on the wire when the pass was cut off may have gone twice, and then as the same mail.
        self.assertEqual(len(set(ids)), len(receipts), where)
        self.assertLessEqual(len(ids), len(receipts) + 1, where)
        for flags, _ in (*self.world.messages(user),
                         *self.world.messages(user.replace("n", "s", 1))):
            self.assertIn(b"Lodged", flags, where)
            self.assertNotIn(b"\\Seen", flags, where)
        self.assertEqual(self.world.lodge("verify", conf=conf).returncode, DONE, where)
        self.assertIn(": 0 would differ", self.world.lodge("replay", "--all", conf=conf).stdout, where)
        self.clear()
        return len(ids) - len(receipts)

    def clear(self):
        """A whole sweep would fill the disk."""
        shutil.rmtree(self.world.path(f"spool-n{self.number}"), ignore_errors=True)
        subprocess.run([*PRIVILEGE, "rm", "-rf", *(f"{self.home()}/{first}{self.number}" for first in "ns")],
                       check=True)

    def total(self):
        """How many calls an undisturbed pass makes, about."""
        if CrashSweep.calls is None:
            conf, user, _ = self.fresh()
            code, calls, said = self.faulty_pass(conf)
            self.assertEqual(code, DONE, said)
            self.check(conf, user, "undisturbed")
            self.assertGreater(calls, 1000)
            CrashSweep.calls = calls
        return self.calls

    def test_killed_at_every_durable_call(self):
        calls = self.total()
        tried = killed = twice = 0
        for tried, number in enumerate(range(1, calls + 1, EVERY), 1):
            conf, user, _ = self.fresh()
            code, counted, said = self.faulty_pass(conf, kill=number)
            self.assertIn(code, (-signal.SIGKILL, DONE), said)
            self.assertTrue(code == -signal.SIGKILL or counted < number, (number, counted))
            killed += code == -signal.SIGKILL
            twice += self.check(conf, user, f"killed at call {number}")
        print(f"# {calls} calls numbered, {tried} swept, {killed} times killed, {tried - killed} beyond the "
              f"end of their pass, {twice} receipts went twice, 0 violations")
        # Threads share commits now more, now less: a pass has up to a sixth fewer calls than another.
        self.assertGreaterEqual(killed, tried * 3 // 4)

    def test_a_power_cut_at_every_durable_call(self):
        calls = self.total()
        cuts = lost = twice = 0
        for cuts, number in enumerate(range(1, calls + 1, CUT_EVERY), 1):
            conf, user, spool = self.fresh()
            disk = power_cut.Disk(spool, spool + ".disk")
            code, counted, said = self.faulty_pass(conf, disk, kill=number)
            self.assertIn(code, (-signal.SIGKILL, DONE), said)
            self.assertTrue(code == -signal.SIGKILL or counted < number, (number, counted))
            manner = power_cut.MANNERS[cuts % len(power_cut.MANNERS)]
            lost += disk.cut(manner, seed=number)
            twice += self.check(conf, user, f"cut at call {number}: {manner}")
        print(f"# {calls} calls numbered, {cuts} power cuts, {lost} names and contents lost, "
              f"{twice} receipts went twice, 0 violations")
        self.assertGreater(lost, cuts)

    def fail_sweep(self, start, code, times, **only):
        """start: each kind of failure tries other calls than the others."""
        calls = self.total()
        tried = hurt = 0
        for tried, number in enumerate(range(start % FAIL_EVERY + 1, calls + 1, FAIL_EVERY), 1):
            conf, user, _ = self.fresh()
            ended, _, said = self.faulty_pass(conf, fail=number, errno=code, times=times, **only)
            hurt += ended != DONE
            self.assertGreaterEqual(ended, 0, f"call {number}: ended by signal {-ended}\n{said}")
            self.check(conf, user, f"call {number} failed with {errno.errorcode[code]}")
        print(f"# {calls} calls numbered, {tried} failed, {hurt} passes ended with an error, 0 violations")
        if times == 0:  # one call alone may be one that a pass can do without
            self.assertGreater(hurt, 0, "not one pass was hurt")

    def test_a_full_disk_at_any_call_once(self):
        self.fail_sweep(40, errno.ENOSPC, 1)

    def test_a_full_disk_from_any_call_on(self):
        self.fail_sweep(210, errno.ENOSPC, 0)

    def test_a_quota_used_up_from_any_call_on(self):
        self.fail_sweep(380, errno.EDQUOT, 0)

    def test_a_file_system_that_becomes_read_only_at_any_call(self):
        self.fail_sweep(550, errno.EROFS, 0)

    def test_a_disk_that_fails_at_any_call_once(self):
        self.fail_sweep(720, errno.EIO, 1)

    def test_a_sync_that_fails_once(self):
        self.fail_sweep(890, errno.EIO, 1, only="sync")

    def test_no_descriptor_left_for_a_new_file_once(self):
        self.fail_sweep(1060, errno.EMFILE, 1, only="create")

    def test_no_descriptor_left_for_new_files_from_any_call_on(self):
        self.fail_sweep(1230, errno.EMFILE, 0, only="create")
