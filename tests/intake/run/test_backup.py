"""The spool is lost, yesterday's backup is put back, and the mailbox gives what came since."""

import json
import os
import re
import shutil
import signal
import subprocess

import plans
import post
from service import Service
from smtp_sink import Sink
from whole_run import DIFFERENT, DONE, USAGE, WholeRun, build, stored

MIDDAY = 1721296800


class Backup(WholeRun):
    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def lay_out(self, name):
        self.sink.take()
        conf, user, spool = self.scene(name, smtp=self.sink.settings())
        return conf, user, spool, self.world.path("backup-" + name)

    def mail(self, user, council, id, at):
        message = post.compose(council.sender, user, "Productivity Plan", "Attached.",
                               [(f"{id}.pdf", post.PDF, plans.pdf(council.name, 3))], id,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(council.sender, message, MIDDAY + at, self.world.facts), MIDDAY + at)])

    def receipts(self):
        """(to, Message-ID) of each that left since the last look, in order."""
        return sorted((", ".join(to), re.search(rb"(?im)^Message-ID:\s+(\S+)", letter)[1])
                      for _, to, letter in self.sink.take())

    def back_up(self, conf, target, code=DONE):
        return json.loads(self.run_lodge("backup", target, "--json", conf=conf, code=code).stdout)

    def restore(self, spool, target):
        shutil.rmtree(spool)
        shutil.copytree(target, spool)

    def test_a_lost_spool_catches_up_from_the_mailbox(self):
        conf, user, spool, target = self.lay_out("lost")
        self.mail(user, post.DEVON, "devon", 0)
        self.mail(user, post.RUTLAND, "rutland", 1)
        self.run_lodge("once", conf=conf)
        self.assertEqual(len(self.receipts()), 2)
        self.back_up(conf, target)
        self.mail(user, post.KENT, "kent", 2)
        self.mail(user, post.LEEDS, "leeds", 3)
        self.run_lodge("once", conf=conf)
        since = self.receipts()
        self.assertEqual(len(since), 2)
        before = self.world.list(conf)

        self.restore(spool, target)
        self.assertNotIn("ledger.db", os.listdir(spool))
        self.run_lodge("verify", "--repair", conf=conf)
        self.run_lodge("once", conf=conf)
        after = self.world.list(conf)
        self.assertEqual([(e["reference"], e["outcome"], e["council"], e["version"]) for e in after],
                         [(e["reference"], e["outcome"], e["council"], e["version"]) for e in before])
        # Nobody in the backup hears twice; whoever wrote since gets the same Message-ID again.
        self.assertEqual(self.receipts(), since)
        self.run_lodge("verify", conf=conf)
        self.run_lodge("once", conf=conf)
        self.assertEqual(self.receipts(), [])
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)
        # The old backup is the beginning of this journal, too: it is continued.
        self.assertGreater(self.back_up(conf, target)["segments_copied"], 0)

    def test_a_mail_that_the_mailbox_lost_shifts_the_references_after_it(self):
        conf, user, spool, target = self.lay_out("shifted")
        self.mail(user, post.DEVON, "devon", 0)
        self.run_lodge("once", conf=conf)
        self.back_up(conf, target)
        self.mail(user, post.KENT, "kent", 1)
        self.mail(user, post.LEEDS, "leeds", 2)
        self.run_lodge("once", conf=conf)
        leeds = next(e for e in self.world.list(conf) if e["council"] == post.LEEDS.gss)
        self.receipts()
        session = self.world.imap(user)
        session.select("INBOX")
        session.store("2", "+FLAGS", "\\Deleted")
        session.expunge()
        session.logout()
        self.restore(spool, target)
        self.run_lodge("verify", "--repair", conf=conf)
        self.run_lodge("once", conf=conf)
        (again,) = [e for e in self.world.list(conf) if e["council"] == post.LEEDS.gss]
        self.assertNotEqual(again["reference"], leeds["reference"])
        ((to, _),) = self.receipts()
        self.assertEqual(to, post.LEEDS.sender.mail)
        self.run_lodge("verify", conf=conf)

    def test_beside_a_service_it_is_whole(self):
        conf, user, spool, target = self.lay_out("serving")
        service = Service(self.world, conf)
        self.addCleanup(service.__exit__)
        service.ready()
        councils = (post.DEVON, post.KENT, post.LEEDS, post.RUTLAND, post.BATH)
        for at, council in enumerate(councils):
            self.mail(user, council, council.slug, at)
            report = self.back_up(conf, target)
            self.assertEqual(report["problems"], [])
        self.assertEqual(service.stop(), 0)
        self.back_up(conf, target)
        self.restore(spool, target)
        self.run_lodge("verify", "--repair", conf=conf)
        self.once_until_decided(conf)
        self.assertEqual(sorted(e["council"] for e in self.world.list(conf)),
                         sorted(council.gss for council in councils))

    def test_one_that_was_killed_is_continued(self):
        with open(self.world.bin, "rb") as file:
            if b"libasan" in file.read():
                self.skipTest("nothing can be preloaded before AddressSanitizer: "
                              "this runs with the release build")
        conf, user, spool, target = self.lay_out("killed")
        for at, council in enumerate((post.DEVON, post.KENT)):
            self.mail(user, council, council.slug, at)
            self.run_lodge("once", conf=conf)
        page = self.world.write("page", "")
        kills = 0
        for number in range(1, 100000):
            shutil.rmtree(target, ignore_errors=True)
            with open(page, "wb") as file:
                file.write(bytes(4096))
            environment = dict(self.world.environment(), LODGE_SHIM_PAGE=page,
                               LODGE_SHIM_KILL=str(number),
                               LD_PRELOAD=os.path.join(build(), "tests", "liblodge_shim.so"))
            done = subprocess.run(self.world.command("backup", target, conf=conf), env=environment,
                                  capture_output=True, text=True, start_new_session=True)
            if done.returncode == DONE:
                break
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            kills += 1
            finished = os.path.isdir(os.path.join(target, "journal")) and \
                len(os.listdir(os.path.join(target, "journal"))) > 0 and \
                not os.path.exists(os.path.join(target, "backup-unfinished"))
            self.back_up(conf, target)
            copy, _, _ = self.scene("killed-copy", spool={"directory": target})
            done = self.world.lodge("verify", "--repair", conf=copy)
            self.assertEqual(done.returncode, DONE, f"killed at {number}, finished {finished}: {done.stdout}")
            self.assertEqual(len(self.world.list(copy)), 2)
        print(f"# {kills} kills, each continued")
        self.assertGreater(kills, 50)

    def test_refusals_have_a_name_and_a_status(self):
        conf, user, spool, target = self.lay_out("refused")
        other, _, _, _ = self.lay_out("refused-other")
        for scene, council in ((conf, post.DEVON), (other, post.KENT)):
            self.mail("refused@" + self.world.facts["department"] if scene == conf else
                      "refused-other@" + self.world.facts["department"], council, council.slug, 0)
            self.run_lodge("once", conf=scene)
        self.back_up(other, target)
        done = self.run_lodge("backup", target, conf=conf, code=DIFFERENT)
        self.assertIn("journal/000000000001.jsonl is not the segment", done.stderr)
        done = self.run_lodge("backup", os.path.join(spool, "filed", "copy"), conf=conf, code=USAGE)
        self.assertIn("lies in the spool", done.stderr)
        done = self.run_lodge("backup", "/etc", conf=conf, code=USAGE)
        self.assertIn("neither empty nor a spool", done.stderr)
        self.run_lodge("backup", conf=conf, code=USAGE)
        words = self.run_lodge("backup", self.world.path("new"), conf=conf).stdout
        self.assertRegex(words, r"new: \d+ segments, \d+ objects; copied now: \d+ segments")
