"""What operators order, without a running service: rulings, notes, receipts once more, extensions."""

import email
import email.policy
import json
import os

import plans
import post
from whole_run import DONE, USAGE, WholeRun, stored

MIDDAY = 1721296800        # 18 July 2024, in time
LATE = 1722326400          # 30 July 2024 at 09:00 BST, after the extended deadline
SUBJECT = "Productivity Plan"


class Orders(WholeRun):
    clock = "2024-08-05 10:00:00"  # after everything: no INTERNALDATE lies in its future

    def mail(self, user, sender, id, attachments, seconds=MIDDAY, subject=SUBJECT):
        message = post.compose(sender, user, subject, "Attached.", attachments, id,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(sender, message, seconds, self.world.facts), seconds)])

    def pdf(self, council=post.DEVON, pages=3):
        return ("plan.pdf", post.PDF, plans.pdf(council.name, pages))

    def only(self, conf):
        (entry,) = self.world.list(conf)
        return entry

    def order(self, conf, *words, code=DONE):
        return self.run_lodge(*words, conf=conf, code=code)

    def check(self, conf):
        """Whatever was ordered: the spool verifies and every decision can be made again."""
        self.run_lodge("verify", conf=conf)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)

    def tree(self, spool):
        found = []
        for top in ("filed", "held", "rejected"):
            for directory, _, names in os.walk(os.path.join(spool, top)):
                found += [os.path.relpath(os.path.join(directory, name), spool) for name in names]
        return sorted(found)

    # ---- one message ----

    def test_a_forged_mail_is_accepted_when_somebody_has_asked_the_council(self):
        conf, user, spool = self.scene("accept")
        self.mail(user, post.FORGER, "accept", [self.pdf()])
        self.run_lodge("once", conf=conf)
        entry = self.only(conf)
        self.assertEqual(entry["outcome"], "held")
        self.assertTrue(any(path.startswith("held/") for path in self.tree(spool)))
        done = self.order(conf, "accept", entry["reference"].lower(), "--reason", "rang the officer")
        self.assertIn("is filed for Devon County Council as version 1, on time", done.stdout)
        self.assertIn("No receipt is sent", done.stdout)
        entry = self.only(conf)
        self.assertEqual((entry["outcome"], entry["version"], entry["receipts"]),
                         ("accepted", 1, []))
        self.assertFalse(any(path.startswith("held/") for path in self.tree(spool)))
        self.assertTrue(any(path.endswith("/v1/plan.pdf") for path in self.tree(spool)))
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("rang the officer", shown)
        told = json.loads(self.run_lodge("show", entry["reference"], "--json", conf=conf).stdout)
        self.assertEqual([(r["action"], r["reason"], r["told"]) for r in told["rulings"]],
                         [("accept", "rang the officer", None)])
        self.check(conf)

    def test_whoever_vouches_for_the_address_has_it_answered(self):
        conf, user, _ = self.scene("answer")
        self.mail(user, post.FORGER, "answer", [self.pdf()])
        self.run_lodge("once", conf=conf)
        reference = self.only(conf)["reference"]
        done = self.order(conf, "accept", reference, "--reason", "it is hers", "--answer",
                          "--tell", "We had your address wrong.")
        self.assertIn(f"goes to {post.FORGER.mail}", done.stdout)
        before = self.world.count(post.FORGER.mail)
        self.run_lodge("once", conf=conf)
        self.world.await_inbox(before + 1, post.FORGER.mail)
        raw = self.world.messages(post.FORGER.mail)[-1][1].decode()
        self.assertIn("We had your address wrong.", raw)
        self.assertNotIn("it is hers", raw)
        self.check(conf)

    def test_a_stranger_is_assigned_to_a_council_and_the_rest_is_decided_by_rule(self):
        conf, user, _ = self.scene("assign")
        self.mail(user, post.STRANGER, "assign", [self.pdf(post.RUTLAND)])
        self.run_lodge("once", conf=conf)
        reference = self.only(conf)["reference"]
        for words, said in ((["assign", reference, "--reason", "x"], "--council GSS"),
                            (["assign", reference, "--council", "Rutland", "--reason", "x"],
                             "GSS code"),
                            (["assign", reference, "--council", "E06999999", "--reason", "x"],
                             "has no council E06999999"),
                            (["accept", reference, "--reason", "x"], "say it with --council"),
                            (["accept", reference], "--reason"),
                            (["accept", "PP24-000001-A", "--reason", "x"], "check character"),
                            (["accept", reference, "--document", "9", "--council",
                              post.RUTLAND.gss, "--reason", "x"], "1. plan.pdf")):
            done = self.order(conf, *words, code=USAGE)
            self.assertIn(said, done.stderr)
        self.order(conf, "assign", reference, "--council", post.RUTLAND.gss, "--reason", "known")
        entry = self.only(conf)
        self.assertEqual((entry["outcome"], entry["council"], entry["version"]),
                         ("accepted", post.RUTLAND.gss, 1))
        self.run_lodge("once", conf=conf)
        kinds = [receipt["kind"] for receipt in self.only(conf)["receipts"]]
        self.assertEqual(kinds, ["received", "decision"])
        self.check(conf)

    def test_a_filed_plan_is_taken_off_file_and_its_number_is_not_given_again(self):
        conf, user, spool = self.scene("reject")
        self.mail(user, post.DEVON.sender, "reject-1", [self.pdf()])
        self.run_lodge("once", conf=conf)
        reference = self.only(conf)["reference"]
        self.order(conf, "reject", reference, "--reason", "wrong file",
                   "--tell", "This is last year's plan.")
        self.assertEqual(self.only(conf)["outcome"], "rejected")
        self.assertFalse(any(path.startswith("filed/") for path in self.tree(spool)))
        self.mail(user, post.DEVON.sender, "reject-2", [self.pdf(pages=4)])
        self.run_lodge("once", conf=conf)
        first, second = self.world.list(conf)
        self.assertEqual([receipt["kind"] for receipt in first["receipts"]],
                         ["decision", "correction"])
        self.assertEqual((second["outcome"], second["version"]), ("accepted", 2))
        status = json.loads(self.run_lodge("status", "--json", conf=conf).stdout)
        self.assertEqual(status["calls"][0]["totals"]["filed"], 1)
        self.order(conf, "accept", reference, "--reason", "it was right after all")
        first, second = self.world.list(conf)
        self.assertEqual((first["version"], second["version"]), (1, 2))
        self.check(conf)

    def test_a_copy_of_what_was_rejected_stays_a_copy(self):
        conf, user, _ = self.scene("copy")
        self.mail(user, post.DEVON.sender, "copy", [self.pdf()])
        self.run_lodge("once", conf=conf)
        reference = self.only(conf)["reference"]
        self.order(conf, "reject", reference, "--reason", "not theirs")
        self.mail(user, post.DEVON.sender, "copy", [self.pdf()], MIDDAY + 60)
        self.run_lodge("once", conf=conf)
        second = self.world.list(conf)[1]
        self.assertEqual((second["outcome"], second["duplicate_of"]), ("duplicate", reference))
        done = self.order(conf, "accept", second["reference"], "--reason", "x", code=USAGE)
        self.assertIn(f"only a copy of {reference}", done.stderr)

    def test_a_note_changes_nothing_and_a_receipt_is_sent_once_more(self):
        conf, user, _ = self.scene("resend")
        self.mail(user, post.TOWER_HAMLETS.sender, "resend", [self.pdf(post.TOWER_HAMLETS)])
        before = self.world.count(post.TOWER_HAMLETS.sender.mail)
        self.run_lodge("once", conf=conf)
        entry = self.only(conf)
        self.order(conf, "note", entry["reference"], "--reason", "they rang twice")
        self.order(conf, "resend", entry["reference"], "--reason", "lost at their side")
        self.run_lodge("once", conf=conf)
        self.world.await_inbox(before + 2, post.TOWER_HAMLETS.sender.mail)
        first, second = [raw for _, raw in
                         self.world.messages(post.TOWER_HAMLETS.sender.mail)][-2:]
        find = lambda raw: [line for line in raw.split(b"\r\n") if line.startswith(b"Message-ID:")]
        self.assertEqual(find(first), find(second))
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("they rang twice", shown)
        self.assertIn("lost at their side", shown)
        self.assertEqual(dict(self.only(conf), receipts=[]), dict(entry, receipts=[]))
        self.check(conf)

    def test_what_never_had_a_receipt_cannot_be_sent_once_more(self):
        conf, user, _ = self.scene("none")
        self.mail(user, post.FORGER, "none", [self.pdf()])
        self.run_lodge("once", conf=conf)
        done = self.order(conf, "resend", self.only(conf)["reference"], "--reason", "x", code=USAGE)
        self.assertIn("no receipt was ever owed", done.stderr)

    def test_words_are_kept_as_they_were_typed_and_only_as_many_as_people_type(self):
        conf, user, _ = self.scene("words")
        self.mail(user, post.FORGER, "words", [self.pdf()])
        self.run_lodge("once", conf=conf)
        reference = self.only(conf)["reference"]
        words = "the café's £5 – ‘paid’"
        self.order(conf, "note", reference, "--reason", words)
        self.assertIn(words, self.run_lodge("show", reference, conf=conf).stdout)
        for reason, said in (("x" * 4001, "longer than 4000 bytes"),
                             (b"caf\xe9", "not UTF-8")):
            done = self.order(conf, "note", reference, "--reason", reason, code=USAGE)
            self.assertIn(said, done.stderr)
        self.order(conf, "accept", reference, "--reason", "x", "--answer", "--tell",
                   words.replace(" ", "\n"))
        before = self.world.count(post.FORGER.mail)
        self.run_lodge("once", conf=conf)
        self.world.await_inbox(before + 1, post.FORGER.mail)
        raw = self.world.messages(post.FORGER.mail)[-1][1]
        text = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
        self.assertIn(words, text.get_content())
        self.check(conf)

    def test_what_a_person_has_accepted_stays_accepted_when_it_is_moved(self):
        conf, user, spool = self.scene("moved")
        self.mail(user, post.STRANGER, "moved", [("a.pdf", post.PDF, plans.pdf("A", 3)),
                                                 ("b.pdf", post.PDF, plans.pdf("B", 3))])
        self.run_lodge("once", conf=conf)
        reference = self.only(conf)["reference"]
        self.order(conf, "accept", reference, "--council", post.RUTLAND.gss, "--document", "b.pdf",
                   "--reason", "they say so")
        self.order(conf, "assign", reference, "--council", post.DARLINGTON.gss, "--reason", "no, theirs")
        entry = self.only(conf)
        self.assertEqual((entry["outcome"], entry["council"]), ("accepted", post.DARLINGTON.gss))
        self.assertEqual([d["name"] for d in entry["documents"] if d["role"] == "plan"], ["b.pdf"])
        self.assertFalse(any(post.RUTLAND.gss in path for path in self.tree(spool)))
        self.check(conf)

    # ---- a later deadline ----

    def test_an_extension_for_one_council_makes_its_plan_on_time(self):
        conf, user, _ = self.scene("extend")
        self.mail(user, post.RUTLAND.sender, "extend-1", [self.pdf(post.RUTLAND)], LATE)
        self.mail(user, post.DARLINGTON.sender, "extend-2", [self.pdf(post.DARLINGTON)], LATE)
        self.run_lodge("once", conf=conf)
        self.assertEqual([e["timeliness"] for e in self.world.list(conf)], ["late", "late"])
        for words, said in ((["extend", post.RUTLAND.gss, "--reason", "x"], "--until"),
                            (["extend", "Rutland", "--until", "2024-08-02T17:00", "--reason", "x"],
                             "GSS code"),
                            (["extend", "E06999999", "--until", "2024-08-02T17:00", "--reason",
                              "x"], "has no council"),
                            (["extend", post.RUTLAND.gss, "--until", "2024-03-31T01:30",
                              "--reason", "x"], "clocks"),
                            (["extend", post.RUTLAND.gss, "--until", "2024-07-29T00:00",
                              "--reason", "x"], "the deadline is already")):
            done = self.order(conf, *words, code=USAGE)
            self.assertIn(said, done.stderr)
        done = self.order(conf, "extend", post.RUTLAND.gss, "--until", "2024-08-02T17:00",
                          "--reason", "flood at the offices")
        self.assertIn("Friday 2 August 2024 at 17:00:00 BST", done.stdout)
        self.run_lodge("once", conf=conf)
        rutland, darlington = self.world.list(conf)
        self.assertEqual((rutland["timeliness"], darlington["timeliness"]), ("on-time", "late"))
        self.assertEqual(rutland["version"], 1)
        self.assertEqual([r["kind"] for r in rutland["receipts"]], ["decision", "correction"])
        self.assertEqual(len(darlington["receipts"]), 1)
        raw = self.world.messages(post.RUTLAND.sender.mail)[-1][1].decode()
        self.assertIn("flood at the offices", raw)
        self.check(conf)

    def test_an_extension_for_all_holds_for_what_comes_afterwards_too(self):
        conf, user, _ = self.scene("all")
        self.mail(user, post.RUTLAND.sender, "all-1", [self.pdf(post.RUTLAND)], LATE)
        self.run_lodge("once", conf=conf)
        done = self.order(conf, "extend", "all", "--until", "2024-08-01T00:00", "--reason",
                          "election", "--json")
        result = json.loads(done.stdout)
        self.assertEqual([change["timeliness"] for change in result["changes"]], ["on-time"])
        self.mail(user, post.DARLINGTON.sender, "all-2", [self.pdf(post.DARLINGTON)], LATE + 60)
        self.run_lodge("once", conf=conf)
        self.assertEqual([e["timeliness"] for e in self.world.list(conf)], ["on-time", "on-time"])
        status = self.run_lodge("status", conf=conf).stdout
        self.assertIn("Thursday 1 August 2024", status)
        self.check(conf)
        os.unlink(os.path.join(self.world.path("spool-all"), "ledger.db"))
        self.run_lodge("verify", "--repair", conf=conf)
        self.assertEqual([e["timeliness"] for e in self.world.list(conf)], ["on-time", "on-time"])

    # ---- clocks ----

    def test_a_time_in_doubt_must_be_settled_by_whoever_accepts(self):
        conf, user, _ = self.scene("clock")
        seconds = 1722293999  # 29 July 2024 at 23:59:59 BST at the border, stored a minute later
        message = post.compose(post.DEVON.sender, user, SUBJECT, "Attached.", [self.pdf()],
                               "clock", "Mon, 29 Jul 2024 23:55:00 +0100")
        self.put(user, [(stored(post.DEVON.sender, message, seconds, self.world.facts),
                         seconds + 60)])
        self.run_lodge("once", conf=conf)
        entry = self.only(conf)
        self.assertEqual((entry["outcome"], entry["timeliness"]), ("held", "undetermined"))
        done = self.order(conf, "accept", entry["reference"], "--reason", "x", code=USAGE)
        self.assertIn("--timeliness on-time", done.stderr)
        self.order(conf, "accept", entry["reference"], "--reason", "border log seen",
                   "--timeliness", "on-time")
        entry = self.only(conf)
        self.assertEqual((entry["outcome"], entry["timeliness"]), ("accepted", "on-time"))
        self.check(conf)
