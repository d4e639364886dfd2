"""Fewer descriptors than a pass needs: it never ends by a signal, says why, and nothing is lost."""

import os
import subprocess
import unittest

import plans
import post
from clamd import Clamd
from nsd import Nsd
from service import Service, limit_to, wait_until
from signing import Signer
from whole_run import DONE, TEMPORARY, WholeRun, is_sanitized, stored

MIDDAY = 1721296800
COUNCIL = post.DEVON
SILENT = post.Sender(COUNCIL.sender.address, COUNCIL.sender.host, COUNCIL.sender.mail,
                     COUNCIL.sender.person, True, post.NOTHING_FOUND)
FEWEST, MOST = 4, 64  # none can begin with the fewest, and a reader has enough with the most
EVERY = int(os.environ.get("LODGE_DESCRIPTORS_EVERY", "5"))


class Descriptors(WholeRun):
    """With everything that opens any: mailbox, reader, name server, scanner by name, SMTP."""

    @classmethod
    def setUpClass(cls):
        if is_sanitized():
            raise unittest.SkipTest("LeakSanitizer needs descriptors of its own: "
                                    "this runs with the release build")
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.clamd = Clamd(cls.world.path("clamd"), {"Nothing": b"nothing"},
                          {"Nothing": b"a string that nobody writes"})
        cls.addClassCleanup(cls.clamd.stop)
        cls.clamd.start()
        signer = Signer(cls.world.dir, COUNCIL.sender.domain, "few", 2048)
        policy = f'_dmarc.{COUNCIL.sender.domain}. 300 IN TXT "v=DMARC1; p=reject"\n'
        cls.nsd = Nsd(cls.world.path("names"), {"uk": signer.record() + policy})
        cls.addClassCleanup(cls.nsd.stop)
        cls.nsd.start()
        message = post.compose(SILENT, cls.world.user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf(COUNCIL.name, 3))], "few",
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        cls.message = stored(SILENT, signer.sign(message), MIDDAY, cls.world.facts)

    def lay_out(self, name):
        conf, user, _ = self.scene(
            name, dns={"mode": "system", "servers": self.nsd.address, "dnssec": "no"},
            scanner={"host": "localhost", "port": self.clamd.port})
        self.put(user, [(self.message, MIDDAY)])
        return conf

    def once_with(self, conf, descriptors):
        return subprocess.run(self.world.command("once", conf=conf), env=self.world.environment(),
                              preexec_fn=limit_to(descriptors), capture_output=True, text=True,
                              timeout=300)

    def test_a_pass_with_few_descriptors_waits_and_says_why(self):
        confs, waited = [], 0
        for number in range(FEWEST, MOST + 1, EVERY):
            confs.append(self.lay_out(f"few{number}"))
            done = self.once_with(confs[-1], number)
            where = f"{number} descriptors: {done.returncode}\n{done.stderr}"
            self.assertIn(done.returncode, (DONE, TEMPORARY), where)
            self.assertEqual(done.returncode == DONE, done.stderr == "", where)
            if done.returncode == TEMPORARY:
                waited += 1
                self.assertRegex(done.stderr, "Too many open files|no memory or descriptors|"
                                              "limit of open files|Couldn't connect", where)
        print(f"# {len(confs)} passes with {FEWEST} to {number} descriptors, {waited} waited, 0 ended by a signal")
        self.assertGreater(waited, 0)
        self.assertLess(waited, len(confs))
        for conf in confs:
            self.once_until_decided(conf)
            self.assertEqual([e["outcome"] for e in self.world.list(conf)], ["accepted"])

    def test_a_service_with_few_descriptors_does_not_end_by_a_signal(self):
        decided = 0
        for number in range(FEWEST, MOST + 1, EVERY):
            with Service(self.world, self.lay_out(f"serve{number}"), descriptors=number) as service:
                wait_until(lambda: service.process.poll() is not None or " warning " in service.log() or
                           " result=sent" in service.log(), "an end, a warning or a receipt")
                decided += " result=sent" in service.log()
                if service.process.poll() is None:
                    service.stop()
                self.assertIn(service.process.returncode, (DONE, TEMPORARY), service.log())
        self.assertGreater(decided, 0)
