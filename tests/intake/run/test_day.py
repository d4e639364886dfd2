"""A deadline's traffic of a thousand mails (tests/support/day.py), twice over with different seeds: what becomes of
each, of each council, and who is written to. A build with sanitizers gets a hundred of them."""

import json
import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import day
import day_letter
import day_post
import day_truth
from whole_run import DONE, WholeRun, is_sanitized, sha256

COUNT = int(os.environ.get("LODGE_TEST_DAY", "100" if is_sanitized() else "1000"))
FOLDERS = ("INBOX", day_post.READ, day_post.COPIED, day_post.JUNK)


class Traffic:
    """One seed's day on servers of its own."""
    clock = "2024-07-22 08:00:00"

    @classmethod
    def setUpClass(cls):
        cls.day = day.Day(cls.seed, COUNT)
        cls.senders = cls.day.senders
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.world.write("register", cls.day.register)
        settings = cls.world.settings()
        settings["smtp"]["per_connection"] = "500"
        cls.world.configure(settings=settings)
        postman = day_post.Postman(cls.world, cls.day)
        cls.once, cls.entries = [], []
        for part in (0, 1):
            cls.timed(f"part {part + 1}: sent", postman.deliver, part, cls.receipts_sent())
            postman.tidy(part, max(1, COUNT // 200))
            cls.once.append(cls.timed(f"part {part + 1}: taken in", cls.world.lodge, "once"))
            cls.entries = cls.world.list()
        cls.world.await_delivered(postman.sent + cls.receipts_sent())
        cls.keys = {sha256(raw): day_letter.key_of(raw) for folder in FOLDERS
                    for _, raw in cls.world.messages(cls.world.user, folder)}
        cls.truths = day_truth.Truths(cls.day, cls.keys, cls.entries)

    @classmethod
    def receipts_sent(cls):
        return sum(r["state"] == "sent" for entry in cls.entries for r in entry["receipts"])

    @classmethod
    def timed(cls, what, function, *arguments):
        began = time.monotonic()
        result = function(*arguments)
        print(f"# seed {cls.seed}, {what} in {time.monotonic() - began:.1f} s", flush=True)
        return result

    def setUp(self):
        for done in self.once:
            self.assert_exit(done, DONE)

    def agree(self, wrong):
        self.assertEqual(len(wrong), 0, "\n".join(wrong[:40]))

    def written_to(self):
        """Counter of everybody to whom the servers delivered anything, but ourselves."""
        log = self.world.delivery_log()
        found = Counter(re.findall(r"lmtp\[\d+\]: \w+: to=<([^>]*)>,.* status=sent", log))
        # What was put off for a moment was sent in the end: everything was waited for.
        self.assertEqual(re.findall(r"status=(?!sent|deferred)\w+", log), [])
        return Counter({to: n for to, n in found.items()
                        if to not in (day_letter.PLANS, day_letter.PLANS.replace("@", "+copy@"))})

    def test_what_was_sent_is_what_lies_in_the_mailbox(self):
        sent = Counter(letter.key for letter in self.day.letters for _ in letter.to)
        self.assertEqual(Counter(self.keys.values()), sent)
        self.assertGreaterEqual(sum(sent.values()), COUNT)

    def test_every_mail_gets_its_true_outcome_and_receipt(self):
        self.agree(self.truths.differences())

    def test_every_council_stands_where_it_should(self):
        call, = json.loads(self.run_lodge("status", "--json").stdout)["calls"]
        self.agree(self.truths.council_differences(call))

    def test_the_filed_trees_are_those_of_the_plans(self):
        base = os.path.join(self.world.spool, "filed", "productivity-plans-2024")
        seen = {folder: sorted(os.listdir(os.path.join(base, folder))) for folder in os.listdir(base)}
        slugs = {body.gss: body.slug for body in self.day.councils + self.day.shared}
        true = {f"{gss}-{slugs[gss]}": sorted(f"v{n + 1}" for n in range(len(letters)))
                for gss, letters in self.truths.filed().items()}
        self.assertEqual(seen, true)

    def test_receipts_lie_in_the_mailboxes_of_those_who_wrote_and_nowhere_else(self):
        due = self.truths.due()
        self.assertEqual(self.written_to(), Counter(to for to, _ in due.elements()))
        mailboxes = set(self.world.mailboxes()) - {self.world.user}
        self.assertEqual(mailboxes, {to for to, _ in due})
        postman = day_post.Postman(self.world, self.day)
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda to: [(to, mail["In-Reply-To"]) for mail in postman.mails(to)],
                             sorted(mailboxes))
            self.assertEqual(Counter(one for all in found for one in all), due)

    def test_each_kind_of_mail_is_known_for_what_it_is(self):
        """One of each story; `show` says more than the list. A document after a held mail may mend it."""
        also = {"submission": ["submission", "mending"]}
        stories = {}
        for entry in self.entries:
            if entry["outcome"] != "duplicate":
                letter = self.truths.letter_of(entry)
                stories.setdefault((letter.story, letter.truth.kind), entry["reference"])
        for (story, kind), reference in stories.items():
            with self.subTest(story):
                shown = json.loads(self.run_lodge("show", reference, "--json").stdout)
                self.assertIn(shown["decision"]["kind"], also.get(kind, [kind]))

    def test_a_mail_that_was_copied_is_one_mail_in_two_places(self):
        places = Counter(len(entry["locations"]) for entry in self.entries)
        copied = self.world.count(self.world.user, f'"{day_post.COPIED}"')
        self.assertEqual(places, {1: len(self.entries) - copied, 2: copied})

    def test_once_more_and_nothing_is_new(self):
        before = self.written_to()
        self.run_lodge("once")
        self.assertEqual(self.world.list(), self.entries)
        self.assertEqual(self.written_to(), before)

    def test_the_spool_verifies_and_every_decision_comes_out_again(self):
        self.run_lodge("verify")
        self.run_lodge("replay", "--all")


class TheDay(Traffic, WholeRun):
    seed = 2024


class AnotherDay(Traffic, WholeRun):
    seed = 1707
