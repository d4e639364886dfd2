"""A fault of ours keeps a document from being examined: the sender is told at once, and decided on later."""

import os
import shutil

import plans
import post
import world as worlds
from service import Service, wait_until
from whole_run import DONE, TEMPORARY, WholeRun, build, stored

MIDDAY = 1721296800


class Pending(WholeRun):
    def install(self, name, reader):
        """A lodge of its own with this reader beside it."""
        directory = self.world.path(name)
        os.makedirs(directory, exist_ok=True)
        shutil.copy(os.path.join(build(), "intake", "lodge"), directory)
        shutil.copy(reader, os.path.join(directory, "lodge-reader"))
        return os.path.join(directory, "lodge")

    def without_documents(self):
        return os.path.join(build(), "tests", "lodge-reader-without-documents")

    def mail(self, user, sender, id):
        message = post.compose(sender, user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf(post.DEVON.name, 3))], id,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(sender, message, MIDDAY, self.world.facts), MIDDAY)])

    def setUp(self):
        self.addCleanup(setattr, self.world, "bin", self.world.bin)

    def test_the_sender_hears_at_once_and_again_when_it_is_decided(self):
        conf, user, _ = self.scene("pending")
        self.mail(user, post.DEVON.sender, "pending")
        before = self.world.count(post.DEVON.sender.mail)
        self.world.bin = self.install("faulty", self.without_documents())
        service = Service(self.world, conf)
        self.addCleanup(service.__exit__)
        service.ready()
        self.world.await_inbox(before + 1, post.DEVON.sender.mail)
        (entry,) = self.world.list(conf)
        self.assertEqual((entry["state"], [r["kind"] for r in entry["receipts"]]),
                         ("pending", ["received"]))
        service.wait_for_log("not-read", 2)  # tried again, and nothing more is said of it
        self.assertEqual(service.stop(), 0)
        self.assertEqual(len(self.world.list(conf)[0]["receipts"]), 1)
        first = self.world.messages(post.DEVON.sender.mail)[-1][1].decode()
        self.assertIn("Your message is safe with us", first)
        self.assertIn("It arrived on time.", first)
        self.assertNotIn("A person will check", first)
        self.world.bin = os.path.join(build(), "intake", "lodge")
        self.once_until_decided(conf)
        (entry,) = self.world.list(conf)
        self.assertEqual((entry["outcome"], [r["kind"] for r in entry["receipts"]]),
                         ("accepted", ["received", "decision"]))
        self.world.await_inbox(before + 2, post.DEVON.sender.mail)
        second = self.world.messages(post.DEVON.sender.mail)[-1][1].decode()
        chained = [line.partition(": ")[2] for line in first.split("\r\n")
                   if line.startswith("Message-ID: ")]
        self.assertIn(chained[0], second.partition("References: ")[2])
        self.run_lodge("verify", conf=conf)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)

    def test_whoever_is_not_proven_hears_nothing_of_it(self):
        conf, user, _ = self.scene("unproven")
        self.mail(user, post.FORGER, "unproven")
        self.world.bin = self.install("faulty", self.without_documents())
        self.run_lodge("once", conf=conf, code=TEMPORARY)
        (entry,) = self.world.list(conf)
        self.assertEqual((entry["state"], entry["receipts"]), ("pending", []))

    def test_in_the_end_a_person_gets_it_with_its_sender_and_documents(self):
        conf, user, _ = self.scene("person", limits={"attempts": 2})
        self.mail(user, post.DEVON.sender, "person")
        self.world.bin = self.install("faulty", self.without_documents())
        def decided():
            self.world.lodge("once", conf=conf)
            (entry,) = self.world.list(conf)
            return entry if entry["state"] == "decided" else None
        entry = wait_until(decided, "the second attempt")
        self.assertEqual((entry["outcome"], entry["council"]), ("held", post.DEVON.gss))
        self.assertEqual([f["code"] for f in entry["findings"] if f["severity"] == "hold"],
                         ["our-fault"])
        self.assertEqual([d["name"] for d in entry["documents"]], ["plan.pdf"])
        self.world.bin = os.path.join(build(), "intake", "lodge")
        self.run_lodge("verify", conf=conf)
        self.run_lodge("accept", entry["reference"], "--reason", "looked at it myself", conf=conf)
        (entry,) = self.world.list(conf)
        self.assertEqual((entry["outcome"], entry["version"]), ("accepted", 1))
        self.run_lodge("verify", conf=conf)
