"""The story of tests/support/story.py, from the councils' mail to their receipts, and everything that may be
asked of the spool afterwards."""

import email
import email.policy
import json
import os
import re
import shutil

import post
import story
from whole_run import DIFFERENT, DONE, WholeRun, sha256


class TheStory(WholeRun):
    @classmethod
    def prepare(cls):
        story.tell(cls.world)
        cls.once = cls.world.lodge("once")
        cls.entries = cls.world.list() if cls.once.returncode == DONE else []

    def setUp(self):
        self.assert_exit(self.once, DONE)

    def entry(self, id):
        """The message of that id; of two copies the one that is no duplicate."""
        return next(e for e in self.entries if e["message_id"].strip("<>").startswith(id + "@")
                    and e["outcome"] != "duplicate")

    def inboxes(self):
        """How many mails everybody has."""
        return {sender.mail: self.world.count(sender.mail) for sender in post.SENDERS}

    def test_every_mail_gets_its_true_outcome(self):
        self.assertEqual(story.differences(self.entries), [])

    def test_the_border_hop_is_the_clock_that_counts(self):
        self.assertEqual({e["received_source"] for e in self.entries}, {"border-hop"})
        self.assertEqual(self.entry("rutland-late")["received_at"][:16], "2024-07-30T08:15")

    def test_references_are_distinct_and_of_the_form_that_is_promised(self):
        references = [e["reference"] for e in self.entries]
        self.assertEqual(len(set(references)), len(references))
        for reference in references:
            self.assertRegex(reference, r"^PP24-\d{6}-[0-9A-Z]$")

    def test_the_plan_is_listed_with_its_pages_and_digest(self):
        mail = next(m for m in story.mails() if m.id == "tonbridge")
        message = email.message_from_bytes(mail.message, policy=email.policy.default)
        part = next(message.iter_attachments())
        plan = self.entry("tonbridge")["documents"][0]
        self.assertEqual((plan["name"], plan["role"], plan["media_type"], plan["pages"],
                          plan["sha256"]),
                         (part.get_filename(), "plan", post.PDF, 3,
                          sha256(part.get_payload(decode=True))))

    def test_every_receipt_arrives_once_and_follows_rfc_3834(self):
        for mail in story.mails():
            if not mail.expected["receipts"]:
                continue
            with self.subTest(mail.id):
                receipts = [email.message_from_bytes(raw, policy=email.policy.default)
                            for _, raw in self.world.messages(mail.sender.mail)]
                answers = [r for r in receipts
                           if r["In-Reply-To"] == f"<{mail.id}@{mail.sender.domain}>"]
                self.assertEqual(len(answers), 1)
                receipt = answers[0]
                self.assertTrue(receipt["Auto-Submitted"].startswith("auto-replied"))
                entry = self.entry(mail.id)
                text = receipt.get_body(("plain",)).get_content()
                self.assertIn(entry["reference"], text)
                self.assertTrue(receipt["Return-Path"].startswith(
                    "<receipts+" + entry["reference"]), receipt["Return-Path"])
                self.assertLessEqual(max(map(len, text.splitlines())), 72)
                attached = next(receipt.iter_attachments())
                self.assertEqual(attached.get_content_type(), "application/json")
                json.loads(attached.get_content())

    def test_receipts_never_say_accepted_or_approved(self):
        for sender in post.SENDERS:
            for _, raw in self.world.messages(sender.mail):
                mail = email.message_from_bytes(raw, policy=email.policy.default)
                text = mail.get_body(("plain",)).get_content().lower()
                self.assertNotRegex(text, r"\b(is|was|has been) (accepted|approved|valid)\b")

    def told(self, council):
        """The text of the one receipt in a council's mailbox."""
        (_, raw), = self.world.messages(council.sender.mail)
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        return mail.get_body(("plain",)).get_content().lower()

    def test_the_councils_that_were_late_are_told_so(self):
        for council in (post.RUTLAND, post.NORWICH):
            self.assertRegex(self.told(council), r"\blate\b")

    def test_between_on_time_and_late_lies_one_second(self):
        self.assertEqual(self.entry("exeter")["received_at"], "2024-07-29T22:59:59.000000Z")
        self.assertEqual(self.entry("norwich")["received_at"], "2024-07-29T23:00:00.000000Z")
        self.assertIn("it arrived on time", self.told(post.EXETER))

    def test_the_mail_that_a_colleague_moved_is_found_where_it_is(self):
        self.assertEqual({e["location"]["folder"] for e in self.entries}, {"INBOX", "Being read"})
        self.assertEqual(self.entry("kent")["location"]["folder"], "Being read")

    def test_the_forwarded_plan_is_the_one_that_was_attached_inside(self):
        documents = self.entry("cornwall")["documents"]
        self.assertEqual([(d["name"], d["role"]) for d in documents],
                         [("Cornwall plan.pdf", "plan")])

    def test_what_hinders_is_named_to_the_council(self):
        for council, words in [(post.ROTHER, "password"), (post.LEEDS, "no document"),
                               (post.HEREFORDSHIRE, "no document")]:
            self.assertIn(words, self.told(council))

    def test_the_pretended_sender_hears_nothing(self):
        self.assertEqual(self.world.count(post.FORGER.mail), 0)

    def test_the_filed_tree_holds_the_very_bytes_of_the_plan(self):
        base = os.path.join(self.world.spool, "filed", "productivity-plans-2024")
        for id, folder in [("tonbridge", "E07000115-tonbridge-and-malling/v1"),
                           ("test-valley", "E07000093-test-valley/v1"),
                           ("test-valley-amended", "E07000093-test-valley/v2"),
                           ("rutland-late", "E06000017-rutland/v1")]:
            with self.subTest(folder):
                tree = os.path.join(base, folder)
                digests = {}
                for name in os.listdir(tree):
                    with open(os.path.join(tree, name), "rb") as file:
                        digests[name] = sha256(file.read())
                self.assertIn("submission.json", digests)
                self.assertIn("receipt.eml", digests)
                self.assertIn(self.entry(id)["documents"][0]["sha256"], digests.values())

    def test_what_is_held_has_its_reasons_beside_it(self):
        for id in ("stranger", "forged", "rother", "leeds", "herefordshire"):
            tree = os.path.join(self.world.spool, "held", self.entry(id)["reference"])
            with open(os.path.join(tree, "reasons.txt"), encoding="utf-8") as file:
                self.assertGreater(len(file.read()), 20)

    def test_the_raw_mails_are_kept_byte_for_byte(self):
        sent = sorted(sha256(raw) for folder in ("INBOX", "Being read")
                      for _, raw in self.world.messages(self.world.user, folder))
        self.assertEqual(sorted(e["message_sha256"] for e in self.entries), sent)
        for digest in sent:
            path = os.path.join(self.world.spool, "objects", digest[:2], digest)
            with open(path, "rb") as file:
                self.assertEqual(sha256(file.read()), digest)

    def test_nothing_was_marked_as_seen(self):
        for flags, _ in self.world.messages(self.world.user):
            self.assertNotIn(b"\\Seen", flags)

    def test_a_second_pass_fetches_nothing_and_sends_nothing(self):
        before = self.inboxes()
        self.run_lodge("once")
        self.assertEqual(self.world.list(), self.entries)
        self.assertEqual(self.inboxes(), before)

    def test_status_and_show_speak_of_it(self):
        status = self.run_lodge("status").stdout
        for council in post.COUNCILS:
            self.assertIn(council.name, status)
        self.assertRegex(status, r"\b4 missing\b")
        json.loads(self.run_lodge("status", "--json").stdout)
        entry = self.entry("forged")
        shown = self.run_lodge("show", entry["reference"]).stdout
        self.assertIn(entry["reference"], shown)
        for finding in entry["findings"]:
            self.assertIn(finding["code"], shown)
        json.loads(self.run_lodge("show", entry["reference"], "--json").stdout)
        self.run_lodge("show", "PP24-999999-0", code=2)

    def test_the_spool_verifies(self):
        self.run_lodge("verify")

    def test_the_password_is_nowhere_in_the_spool(self):
        secret = self.world.facts["password"].encode()
        for folder, _, names in os.walk(self.world.spool):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(secret, file.read(), name)
        self.assertNotIn(secret.decode(), self.run_lodge("check-config").stdout)

    def test_the_journal_rows_hold_no_personal_data(self):
        journal = os.path.join(self.world.spool, "journal")
        for name in os.listdir(journal):
            with open(os.path.join(journal, name), "rb") as file:
                text = file.read()
            self.assertNotIn(b"@", text, name)

    def test_a_frozen_replay_reports_no_difference(self):
        self.run_lodge("replay", "--all")

    def replay_with(self, edit):
        call = self.world.write("other.call", edit(self.world.example_call()))
        done = self.world.lodge("replay", "--all", "--call", call)
        named = set(re.findall(r"PP24-\d{6}-[0-9A-Z]", done.stdout))
        return done, named

    def references(self, *ids):
        return {self.entry(id)["reference"] for id in ids}

    def test_a_later_deadline_changes_exactly_the_late_ones(self):
        def later(text):
            return re.sub(r"(?m)^until\s*=.*$", "until = 2024-08-15T00:00", text)
        done, named = self.replay_with(later)
        self.assert_exit(done, DIFFERENT)
        self.assertEqual(named, self.references("rutland-late", "norwich"), done.stdout)

    def test_an_earlier_deadline_changes_exactly_those_between_the_two(self):
        def earlier(text):
            text = re.sub(r"(?m)^until\s*=.*$", "until = 2024-07-18T13:00", text)
            return re.sub(r"(?m)^deadline\s*=.*$", "deadline = 2024-07-18T12:00", text)
        done, named = self.replay_with(earlier)
        self.assert_exit(done, DIFFERENT)
        self.assertEqual(named, self.references("test-valley-amended", "exeter"), done.stdout)

    def test_the_index_can_be_thrown_away_and_nothing_is_sent_again(self):
        before = self.inboxes()
        index = os.path.join(self.world.spool, "ledger.db")
        for name in (index, index + "-wal", index + "-shm"):
            if os.path.exists(name):
                os.unlink(name)
        self.run_lodge("verify", "--repair")
        self.assertEqual(self.world.list(), self.entries)
        self.run_lodge("once")
        self.assertEqual(self.world.list(), self.entries)
        self.assertEqual(self.inboxes(), before)

    def test_damage_is_found_and_named(self):
        copy = self.world.path("damaged")
        shutil.copytree(self.world.spool, copy)
        conf, *_ = self.scene("damaged", spool={"directory": copy})
        digest = self.entry("devon")["message_sha256"]
        path = os.path.join(copy, "objects", digest[:2], digest)
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.write(b"x")
        done = self.run_lodge("verify", conf=conf, code=DIFFERENT)
        self.assertIn(digest, done.stdout + done.stderr)
