"""Machines that answer our receipts, and how many receipts leave in an hour."""

import dataclasses
import json

import plans
import post
from whole_run import DONE, WholeRun, stored

MIDDAY = 1721296800
FIRST_MAILS = 10
MOST_ROUNDS = 20
# The defaults of [answers].
PER_COUNCIL, PER_DOMAIN = 30, 60


class Responder:
    """Answers each receipt with a new mail: another sub-address, another document, and not a word
    of being a machine."""

    def __init__(self, world, sender, council_name):
        self.world = world
        self.sender = sender
        self.name = council_name
        self.sent = 0
        self.seen = 0

    def write(self):
        self.sent += 1
        local, _, domain = self.sender.mail.partition("@")
        sender = dataclasses.replace(self.sender, mail=f"{local}+{self.sent}@{domain}")
        pdf = plans.pdf(self.name, 3, "letter") + b"%%%d\n" % self.sent
        self.world.send(sender, post.compose(
            sender, self.world.user, f"Productivity Plan, case {self.sent}", "Attached.",
            [("plan.pdf", post.PDF, pdf)], f"case-{self.sent}",
            "Thu, 18 Jul 2024 10:55:00 +0100"))

    def answer(self, receipts):
        """All receipts that came since the last time; how many they were."""
        self.world.await_inbox(receipts, self.sender.mail)
        new = receipts - self.seen
        self.seen = receipts
        for _ in range(new):
            self.write()
        return new


class Duel(WholeRun):
    @classmethod
    def prepare(cls):
        settings = cls.world.settings()
        del settings["answers"]
        cls.conf = cls.world.configure("duel.conf", settings)
        cls.council = Responder(cls.world, post.DEVON.sender, post.DEVON.name)
        cls.stranger = Responder(cls.world, post.STRANGER, "The Ratepayers")
        cls.rounds, cls.codes = cls.fight()

    @classmethod
    def receipts(cls, responder):
        entries = cls.world.list(cls.conf)
        return sum(receipt["to"].endswith("@" + responder.sender.domain)
                   for entry in entries for receipt in entry["receipts"])

    @classmethod
    def fight(cls):
        both = (cls.council, cls.stranger)
        codes = []
        for responder in both:
            for _ in range(FIRST_MAILS):
                responder.write()
        for rounds in range(1, MOST_ROUNDS + 1):
            cls.world.await_inbox(sum(responder.sent for responder in both))
            codes.append(cls.world.lodge("once", conf=cls.conf).returncode)
            if sum([responder.answer(cls.receipts(responder)) for responder in both]) == 0:
                return rounds, codes
        return None, codes

    def entries(self, responder):
        return [entry for entry in self.world.list(self.conf)
                if entry["from"].endswith("@" + responder.sender.domain)]

    def assert_capped(self, responder, cap, code):
        entries = self.entries(responder)
        self.assertEqual(responder.seen, cap)
        self.assertEqual(len(entries), FIRST_MAILS + cap)
        answers = [entry["may_answer"] for entry in entries]
        self.assertEqual(answers.count("yes"), cap)
        self.assertEqual(answers.count(code), FIRST_MAILS)
        for entry in entries:
            self.assertEqual(len(entry["receipts"]), entry["may_answer"] == "yes")
        return entries

    def test_it_ends(self):
        self.assertIsNotNone(self.rounds, "still answering each other")
        self.assertEqual(set(self.codes), {DONE})

    def test_a_council_gets_what_a_council_gets_and_every_plan_is_filed(self):
        entries = self.assert_capped(self.council, PER_COUNCIL, "council-capped")
        self.assertEqual({entry["outcome"] for entry in entries}, {"accepted"})
        self.assertEqual(sorted(entry["version"] for entry in entries),
                         list(range(1, len(entries) + 1)))

    def test_a_stranger_gets_what_a_domain_gets_and_everything_is_held(self):
        entries = self.assert_capped(self.stranger, PER_DOMAIN, "domain-capped")
        self.assertEqual({entry["outcome"] for entry in entries}, {"held"})

    def test_whom_it_deprives_is_shown_until_a_person_rules(self):
        capped = [entry["reference"] for entry in self.world.list(self.conf)
                  if entry["may_answer"].endswith("-capped")]
        self.assertEqual(len(capped), 2 * FIRST_MAILS)
        status = self.run_lodge("status", conf=self.conf).stdout
        self.assertIn(f"not answered because of a cap: {len(capped)}; {capped[0]} ", status)
        call, = json.loads(self.run_lodge("status", "--json", conf=self.conf).stdout)["calls"]
        self.assertEqual(call["capped"], capped)
        shown = self.run_lodge("show", capped[0], conf=self.conf).stdout
        self.assertIn("-capped", shown)
        held = next(entry["reference"] for entry in self.entries(self.stranger)
                    if entry["may_answer"] == "domain-capped")
        self.run_lodge("reject", held, "--reason", "not a council", conf=self.conf)
        ruled = next(e for e in self.world.list(self.conf) if e["reference"] == held)
        self.assertEqual((ruled["may_answer"], len(ruled["receipts"])), ("yes", 1))
        call, = json.loads(self.run_lodge("status", "--json", conf=self.conf).stdout)["calls"]
        self.assertEqual(call["capped"], [other for other in capped if other != held])
        again = next(other for other in capped if other != held)
        done = self.run_lodge("resend", again, "--reason", "they asked", conf=self.conf)
        self.assertIn(f"Receipt {again}.1 goes to", done.stdout)
        entry = next(e for e in self.world.list(self.conf) if e["reference"] == again)
        self.assertEqual((entry["may_answer"], len(entry["receipts"])), ("yes", 1))

    def test_it_can_be_decided_again_and_verified(self):
        self.run_lodge("replay", "--all", conf=self.conf)
        self.run_lodge("verify", conf=self.conf)


class Total(WholeRun):
    def once(self, conf, sent, waiting):
        report = json.loads(self.run_lodge("once", "--json", conf=conf).stdout)["receipts"]
        self.assertEqual((report["sent"], report["waiting"], report["held_back"]),
                         (sent, waiting, waiting))

    def test_what_exceeds_the_day_waits_and_is_not_lost(self):
        conf, user, _ = self.scene("day", smtp={"per_day": "2/day"})
        for number, council in enumerate(post.COUNCILS[5:8]):
            message = post.compose(council.sender, user, "Productivity Plan", "Attached.",
                                   [("plan.pdf", post.PDF, plans.pdf(council.name))],
                                   f"day-{number}", "Thu, 18 Jul 2024 10:55:00 +0100")
            self.put(user, [(stored(council.sender, message, MIDDAY, self.world.facts), MIDDAY)])
        said = self.run_lodge("once", conf=conf)
        self.assertIn("2 sent, 1 waiting", said.stdout)
        self.assertIn("1 of them wait because no more may go in a day ([smtp] per_day)", said.stdout)
        self.assertIn("no more may go in a day", said.stderr)
        status = self.run_lodge("status", conf=conf).stdout
        self.assertIn("2 went in the last 24 hours, and [smtp] per_day allows 2", status)
        self.once(conf, sent=0, waiting=1)
        self.scene("day", smtp={"per_day": "3/day"})
        self.once(conf, sent=1, waiting=0)

    def test_what_exceeds_the_hour_waits_and_is_not_lost(self):
        conf, user, _ = self.scene("total", answers={"total": "3/hour"})
        for number, council in enumerate(post.COUNCILS[:5]):
            message = post.compose(council.sender, user, "Productivity Plan", "Attached.",
                                   [("plan.pdf", post.PDF, plans.pdf(council.name))],
                                   f"total-{number}", "Thu, 18 Jul 2024 10:55:00 +0100")
            self.put(user, [(stored(council.sender, message, MIDDAY, self.world.facts), MIDDAY)])
        said = self.run_lodge("once", conf=conf)
        self.assertIn("3 sent, 2 waiting", said.stdout)
        self.assertIn("2 of them wait because no more may go in an hour", said.stdout)
        self.assertIn("receipts-held-back", said.stderr)
        status = self.run_lodge("status", conf=conf).stdout
        self.assertIn("3 went in the last hour, and [answers] total allows 3", status)
        self.once(conf, sent=0, waiting=2)
        self.scene("total", answers={"total": "4/hour"})
        self.once(conf, sent=1, waiting=1)
        self.scene("total", answers={"total": "0"})
        self.once(conf, sent=1, waiting=0)
        for council in post.COUNCILS[:5]:
            self.world.await_inbox(1, council.sender.mail)
            self.assertEqual(self.world.count(council.sender.mail), 1, council.name)
