"""lodge show: the whole story of a message on one screen, and its receipt as the council reads it."""

import email
import email.policy
import json
import os
import shutil

import plans
import post
import story
from whole_run import DIFFERENT, DONE, TEMPORARY, USAGE, WholeRun, build, sha256, stored

MIDDAY = 1721296800  # 18 July 2024, 10:00 UTC
SECTIONS = ["What was found", "Documents", "Who it is from", "Clocks", "Receipts", "What happened",
            "The message itself"]


def files_of(folder):
    """Every file with its bytes; SQLite's own side files are no state."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if name.startswith("ledger.db-"):
                continue
            with open(os.path.join(where, name), "rb") as file:
                found[os.path.join(where, name)] = sha256(file.read())
    return found


def body(mail):
    """What a person reads; the line ends of the wire are no part of it."""
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


class Show(WholeRun):
    @classmethod
    def prepare(cls):
        story.tell(cls.world)
        cls.once = cls.world.lodge("once")
        cls.entries = cls.world.list() if cls.once.returncode == DONE else []

    def setUp(self):
        self.assert_exit(self.once, DONE)

    def entry(self, id, outcome=None):
        return next(e for e in self.entries if e["message_id"].startswith(id + "@")
                    and (e["outcome"] == outcome if outcome else e["outcome"] != "duplicate"))

    def show(self, id, *options, outcome=None, **expected):
        return self.run_lodge("show", self.entry(id, outcome)["reference"], *options, **expected).stdout

    def letter(self, name, subject="Productivity Plan"):
        message = post.compose(post.DEVON.sender, self.world.user, subject, "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf("Devon"))], name,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        path = self.world.path(name + ".eml")
        with open(path, "wb") as file:
            file.write(stored(post.DEVON.sender, message, MIDDAY, self.world.facts))
        return path

    def delivered(self, id):
        """The receipt that really lies in the sender's mailbox."""
        mail = next(m for m in story.mails() if m.id == id)
        receipts = [email.message_from_bytes(raw, policy=email.policy.default)
                    for _, raw in self.world.messages(mail.sender.mail)]
        return next(r for r in receipts if r["In-Reply-To"] == f"<{id}@{mail.sender.domain}>")

    # ---- the story ----

    def test_the_sections_stand_in_one_order_for_every_message(self):
        for entry in self.entries:
            lines = self.run_lodge("show", entry["reference"]).stdout.splitlines()
            with self.subTest(entry["reference"]):
                self.assertEqual(lines[0], entry["reference"])
                there = [name for name in SECTIONS if name != "Documents" or entry["documents"]]
                self.assertEqual([line for line in lines if line in SECTIONS], there)
                self.assertNotIn("\x1b", "".join(lines))

    def test_what_a_person_asks_first_stands_first(self):
        top = self.show("forged").split("\n\n")[0]
        self.assertIn("State: held, waits for a person", top)
        self.assertIn("Why: Our mail server found that the message was not sent by", top)
        self.assertIn(f"Council: {post.DEVON.name} ({post.DEVON.gss})", top)
        self.assertIn("Received: Thursday 18 July 2024 at 11:30:", top)
        self.assertIn("On time is: before Tuesday 30 July 2024 at 00:00:00 BST", top)
        self.assertIn("by the stamp of our border: late", self.show("rutland-late"))

    def test_every_clock_is_shown_and_the_one_that_counts_is_named(self):
        shown = self.show("tonbridge")
        clocks = shown.split("\nClocks\n")[1].split("\n\n")[0].splitlines()
        self.assertEqual([line.partition(":")[0] for line in clocks if line.startswith("- ")],
                         ["- a server of ours", "- our border", "- our mailbox", "- the sender"])
        self.assertEqual([line.partition(":")[0] for line in clocks if "This one counts" in line],
                         ["- our border"])
        self.assertIn("Thursday 18 July 2024 at 10:55:00 BST", clocks[-2])
        self.assertIn("never weighed", clocks[-1])

    def test_what_became_of_the_answer(self):
        reference = self.entry("tonbridge")["reference"]
        shown = self.show("tonbridge")
        self.assertIn(f"- {reference}.1 (decision) to {post.TONBRIDGE.sender.mail}: sent\n", shown)
        self.assertIn(f"lodge show {reference} --receipt", shown)
        self.assertIn("none: it was not sent by whom it names (forged)", self.show("forged"))
        self.assertIn("none: the first of its copies was answered (duplicate)",
                      self.show("tower-hamlets", outcome="duplicate"))

    def test_strangers_text_cannot_write_on_the_terminal(self):
        conf, *_ = self.scene("escape", smtp=None)
        path = self.letter("escape", "Productivity =?utf-8?q?Plan_=1B[31m=0AState:_accepted?=")
        self.run_lodge("file", path, conf=conf)
        (entry,) = self.world.list(conf)
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertNotIn("\x1b", shown)
        self.assertEqual(shown.count("\nState: "), 1)

    # ---- the receipt ----

    def test_a_receipt_reads_as_it_does_in_the_council_s_mailbox(self):
        for id in ("tonbridge", "rutland-late", "stranger"):
            with self.subTest(id):
                mail = self.delivered(id)
                shown = self.show(id, "--receipt")
                head, _, rest = shown.partition("\n\n")[2].partition("\n\n")
                fields = dict(line.split(": ", 1) for line in head.splitlines())
                self.assertEqual({k: fields[k] for k in ("From", "To", "Subject")},
                                 {k: mail[k] for k in ("From", "To", "Subject")})
                text, _, attached = rest.rpartition("\n\n")
                self.assertEqual(text, body(mail).rstrip("\n"))
                self.assertEqual(attached, "Attached: receipt.json\n")

    def test_a_receipt_as_json(self):
        mail = self.delivered("devon")
        told = json.loads(self.show("devon", "--receipt", "--json"))
        receipt = told["receipt"]
        self.assertEqual((told["may_answer"], told["why_not"], told["wording"]), ("yes", None, None))
        self.assertEqual((receipt["from"], receipt["to"], receipt["subject"], receipt["state"]),
                         (mail["From"], mail["To"], mail["Subject"], "sent"))
        self.assertEqual(receipt["text"], body(mail))
        self.assertEqual(receipt["date"][:19], mail["Date"].datetime.strftime("%Y-%m-%dT%H:%M:%S"))
        silent = json.loads(self.show("forged", "--receipt", "--json"))
        self.assertEqual((silent["may_answer"], silent["receipt"]), ("forged", None))

    def test_why_there_is_none(self):
        self.assertIn("No receipt: it was not sent by whom it names (forged).",
                      self.show("forged", "--receipt"))
        self.assertIn("No receipt: the first of its copies was answered (duplicate).",
                      self.show("tower-hamlets", "--receipt", outcome="duplicate"))

    def test_one_that_was_never_made_is_told_from_the_decision(self):
        conf, *_ = self.scene("silent", smtp=None)
        self.run_lodge("file", self.letter("silent"), conf=conf)
        (entry,) = self.world.list(conf)
        shown = self.run_lodge("show", entry["reference"], "--receipt", conf=conf).stdout
        self.assertIn("It was not made: lodge.conf had no [smtp]", shown)
        self.assertIn(f"To: {post.DEVON.sender.mail}\n", shown)
        self.assertIn(f"Reference: {entry['reference']}", shown)
        self.assertIn("none: lodge.conf had no [smtp] when it was decided",
                      self.run_lodge("show", entry["reference"], conf=conf).stdout)

    def test_a_message_that_is_pending_has_none_yet(self):
        folder = self.world.path("bin")
        os.mkdir(folder)
        shutil.copy(os.path.join(build(), "intake", "lodge"), folder)
        shutil.copy(os.path.join(build(), "tests", "lodge-reader-faulty"),
                    os.path.join(folder, "lodge-reader"))
        conf, *_ = self.scene("pending")
        path = self.world.write("pending.eml", "fail\n\nThe reader cannot work here.\n")
        with_good_reader, self.world.bin = self.world.bin, os.path.join(folder, "lodge")
        try:
            self.run_lodge("file", path, conf=conf, code=TEMPORARY)
        finally:
            self.world.bin = with_good_reader
        (entry,) = self.world.list(conf)
        self.assertEqual(entry["state"], "pending")
        done = self.run_lodge("show", entry["reference"], "--receipt", conf=conf, code=USAGE)
        self.assertIn("not decided yet", done.stderr)
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("State: pending, not decided yet", shown)
        self.assertIn("Waiting because of us: ", shown)
        self.assertIn("\nReceipts\nnone yet\n", shown)

    # ---- other words ----

    def test_other_words_are_shown_and_nothing_is_stored(self):
        wording = self.world.write(
            "other.wording",
            "[receipt no-view]\nwords = We have no view on your plan.\n"
            "[receipt filed]\nwords = Thank you: the {noun} is on file.\n")
        before, mails = files_of(self.world.spool), self.world.count(post.DEVON.sender.mail)
        told = self.show("devon", "--receipt")
        shown = self.show("devon", "--receipt", "--wording", wording)
        self.assertIn("A preview with the words of " + wording, shown)
        self.assertIn("\nThank you: the Productivity Plan is on file.\n", shown)
        self.assertIn("\nWe have no view on your plan.\n", shown)
        self.assertIn("Your Productivity Plan has been received and filed.", told)
        self.assertEqual(self.show("devon", "--receipt"), told)
        changed = {"Thank you: the Productivity Plan is on file.", "We have no view on your plan."}
        text = set(shown.splitlines()) - set(told.splitlines())
        self.assertEqual({line for line in text if not line.startswith(("A preview", "Date: "))},
                         changed)
        self.assertEqual(files_of(self.world.spool), before)
        self.assertEqual(self.world.count(post.DEVON.sender.mail), mails)

    def test_a_wording_that_is_refused_is_named_with_its_line(self):
        bad = self.world.write("bad.wording", "[receipt no-view]\nwords = We have no view.\n\n"
                                              "[receipt no-such]\nwords = x\n")
        for options, words in ((("--receipt", "--wording", bad), bad + ":4: [receipt no-such]"),
                               (("--receipt", "--wording", "/absent.wording"), "/absent.wording"),
                               (("--wording", bad), "add --receipt")):
            done = self.run_lodge("show", self.entry("devon")["reference"], *options, code=USAGE)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, "")

    # ---- damage ----

    def test_a_lost_object_is_damage_and_no_mistake_of_the_asker(self):
        copy = self.world.path("spool-lost")
        shutil.copytree(self.world.spool, copy)
        conf, *_ = self.scene("lost", spool={"directory": copy})
        entry = self.entry("devon")
        with open(os.path.join(copy, "filed", "productivity-plans-2024", "E10000008-devon", "v1",
                               "receipt.eml"), "rb") as file:
            digest = sha256(file.read())
        os.unlink(os.path.join(copy, "objects", digest[:2], digest))
        done = self.run_lodge("show", entry["reference"], "--receipt", conf=conf, code=DIFFERENT)
        self.assertIn(digest, done.stderr)
        self.run_lodge("show", entry["reference"], conf=conf)
