"""The border says nothing: lodge checks the signature itself, with the keys of a real name server."""

import json

import plans
import post
from nsd import Nsd
from service import Service
from signing import Signer
from whole_run import TEMPORARY, WholeRun, stored

MIDDAY = 1721296800
COUNCIL = post.DEVON
SILENT = post.Sender(COUNCIL.sender.address, COUNCIL.sender.host, COUNCIL.sender.mail,
                     COUNCIL.sender.person, True, post.NOTHING_FOUND)


class OwnChecks(WholeRun):
    def lay_out(self, name, change=lambda message: message, bits=2048, **authentication):
        """A signed plan in a mailbox of its own, and the name server that knows its key, not yet started."""
        directory = self.world.path("names-" + name)
        signer = Signer(self.world.dir, COUNCIL.sender.domain, name, bits)
        policy = f'_dmarc.{COUNCIL.sender.domain}. 300 IN TXT "v=DMARC1; p=reject"\n'
        self.nsd = Nsd(directory, {"uk": signer.record() + policy})
        self.addCleanup(self.nsd.stop)
        conf, user, _ = self.scene(name, dns={"mode": "system", "servers": self.nsd.address,
                                              "timeout": "500ms", "dnssec": "no"},
                                   authentication=authentication)
        message = post.compose(SILENT, user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf(COUNCIL.name, 3))], name,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        message = change(signer.sign(message))
        self.put(user, [(stored(SILENT, message, MIDDAY, self.world.facts), MIDDAY)])
        return conf

    def only(self, conf):
        (entry,) = self.world.list(conf)
        return entry

    def ladder(self, conf):
        shown = self.run_lodge("show", self.only(conf)["reference"], "--json", conf=conf).stdout
        rungs = json.loads(shown)["decision"]["authority"]["ladder"]
        return {rung["check"]: rung["result"] for rung in rungs}

    def test_a_signature_of_the_councils_domain_authorises_and_a_replay_needs_no_dns(self):
        conf = self.lay_out("signed")
        before = self.world.count(SILENT.mail)
        self.nsd.start()
        self.run_lodge("once", conf=conf)
        self.nsd.stop()
        self.assertEqual(self.only(conf)["outcome"], "accepted")
        rungs = self.ladder(conf)
        self.assertEqual((rungs["dkim-check"], rungs["address"], rungs["dmarc-policy"]),
                         ("pass", "proven-by-signature", "reject"))
        self.assertEqual(self.world.count(SILENT.mail), before + 1)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)

    def test_a_mail_changed_after_signing_is_held_and_nobody_is_answered(self):
        conf = self.lay_out("changed", lambda message: message.replace(b"Attached.", b"Attached!"))
        before = self.world.count(SILENT.mail)
        self.nsd.start()
        self.run_lodge("once", conf=conf)
        self.assertEqual(self.only(conf)["outcome"], "held")
        self.assertEqual(self.ladder(conf)["dkim-check"], "fail")
        self.assertEqual(self.world.count(SILENT.mail), before)

    def test_a_key_that_is_too_short_by_the_settings_proves_nothing_and_a_replay_agrees(self):
        conf = self.lay_out("short", bits=1024, min_rsa_bits="2048")
        before = self.world.count(SILENT.mail)
        self.nsd.start()
        self.run_lodge("once", conf=conf)
        self.nsd.stop()
        self.assertEqual(self.only(conf)["outcome"], "held")
        rungs = self.ladder(conf)
        self.assertEqual((rungs["dkim-check"], rungs["address"]), ("policy", "unproven"))
        self.assertEqual(self.world.count(SILENT.mail), before)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)

    def test_a_key_of_1024_bits_proves_the_sender_where_nothing_else_is_said(self):
        conf = self.lay_out("enough", bits=1024)
        self.nsd.start()
        self.run_lodge("once", conf=conf)
        self.assertEqual(self.only(conf)["outcome"], "accepted")
        self.assertEqual(self.ladder(conf)["address"], "proven-by-signature")

    def test_without_dns_it_waits_and_nobody_is_blamed(self):
        conf = self.lay_out("away")
        before = self.world.count(SILENT.mail)
        self.run_lodge("once", conf=conf, code=TEMPORARY)
        entry = self.only(conf)
        self.assertEqual((entry["state"], entry["receipts"]), ("pending", []))
        self.assertEqual(self.world.count(SILENT.mail), before)
        self.nsd.start()
        self.once_until_decided(conf)
        self.assertEqual(self.only(conf)["outcome"], "accepted")
        self.assertEqual(self.ladder(conf)["address"], "proven-by-signature")
        self.assertEqual(self.world.count(SILENT.mail), before + 1)

    def test_a_running_service_decides_when_dns_is_back(self):
        conf = self.lay_out("back")
        before = self.world.count(SILENT.mail)
        with Service(self.world, conf) as service:
            service.ready()
            service.wait_for_log("waits-for-dns")
            self.assertEqual(self.only(conf)["state"], "pending")
            self.nsd.start()
            self.world.await_inbox(before + 1, SILENT.mail)
            self.assertEqual(self.only(conf)["outcome"], "accepted")
            self.assertEqual(service.stop(), 0)
