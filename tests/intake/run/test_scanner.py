"""Malware, found by a real clamd with signatures of our own: who is told what, and what is copied nowhere; and a
clamd that is away, in trouble, or never answers."""

import json
import os
import socket

import plans
import post
import world as worlds
from clamd import Clamd
from service import ServiceRun
from whole_run import DONE, TEMPORARY, USAGE, sha256, stored

MIDDAY = 1721296800
COUNCIL = post.DEVON
CLEAN = plans.pdf(COUNCIL.name, 3)
SECOND = plans.pdf(COUNCIL.name, 3, edition=2)
MARK = b"lodge-test-malware: a string that nobody else writes"
INFECTED = CLEAN + b"% " + MARK + b"\n"
# A document that is malware as a whole, and no part of it is.
WHOLE = plans.pdf(COUNCIL.name, 4) + b"% the whole of this\n"
STRING_NAME, WHOLE_NAME = "Lodge.Test.String.UNOFFICIAL", "Lodge.Test.Whole.UNOFFICIAL"


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


class Scanner(ServiceRun):
    @classmethod
    def prepare(cls):
        cls.clamd = cls.new_clamd("clamd")
        cls.clamd.start()

    @classmethod
    def new_clamd(cls, name, **options):
        clamd = Clamd(cls.world.path(name), {"Lodge.Test.Whole": WHOLE},
                      {"Lodge.Test.String": MARK}, options)
        cls.addClassCleanup(clamd.stop)
        return clamd

    def lay_out(self, name, attachments, sender=COUNCIL.sender, clamd=None, text="Attached.",
                scanner=None, **changes):
        """A mail in a mailbox of its own, and a lodge that asks a scanner; (conf, spool)."""
        scanner = scanner or {"socket": (clamd or self.clamd).socket}
        conf, user, spool = self.scene(name, scanner=scanner, **changes)
        message = post.compose(sender, user, "Productivity Plan", text,
                               [(file, post.PDF, content) for file, content in attachments], name,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(sender, message, MIDDAY, self.world.facts), MIDDAY)])
        return conf, spool

    def only(self, conf):
        (entry,) = self.world.list(conf)
        return entry

    def decided(self, conf):
        self.run_lodge("once", conf=conf)
        return self.only(conf)

    def shown(self, conf, entry):
        return json.loads(self.run_lodge("show", entry["reference"], "--json", conf=conf).stdout)

    def last_mail(self, sender=COUNCIL.sender):
        """The text of the last answer, as one line."""
        mail = self.world.messages(sender.mail)[-1][1].decode()
        return " ".join(mail.split())

    def assert_nowhere(self, content, *folders):
        """No file below the folders has these bytes, or the mark."""
        for folder in folders:
            for where, _, names in os.walk(folder):
                for name in names:
                    found = read(where, name)
                    self.assertNotEqual(found, content, os.path.join(where, name))
                    self.assertNotIn(MARK, found, os.path.join(where, name))

    def assert_quarantined(self, conf, spool, content):
        """There as an object, and in no tree; and nothing is wrong with that."""
        digest = sha256(content)
        self.assertEqual(read(spool, "objects", digest[:2], digest), content)
        self.assert_nowhere(content, *(os.path.join(spool, tree)
                                       for tree in ("filed", "held", "rejected")))
        self.run_lodge("verify", conf=conf)

    def assert_replays(self, conf):
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)

    # ---- verdicts ----

    def test_malware_of_a_proven_sender_is_rejected_and_he_is_told(self):
        conf, spool = self.lay_out("rejected", [("plan.pdf", INFECTED)])
        before = self.world.count(COUNCIL.sender.mail)
        entry = self.decided(conf)
        self.assertEqual((entry["outcome"], entry["version"]), ("rejected", None))
        self.assertIn({"code": "infected", "severity": "reject"}, entry["findings"])
        self.world.await_inbox(before + 1, COUNCIL.sender.mail)
        text = self.last_mail()
        self.assertIn(f"found malware in plan.pdf: {STRING_NAME}.", text)
        self.assertIn("Have your IT team check it", text)
        self.assertIn("could not be filed", text)
        self.assert_quarantined(conf, spool, INFECTED)
        tree = os.path.join(spool, "rejected", entry["reference"])
        self.assertEqual(sorted(os.listdir(tree)),
                         ["reasons.txt", "receipt.eml", "submission.json"])
        reasons = read(tree, "reasons.txt").decode()
        self.assertIn(f"Withheld, and kept as an object only: plan.pdf ({STRING_NAME})", reasons)
        self.assertIn(sha256(INFECTED), reasons)
        (document,) = json.loads(read(tree, "submission.json"))["documents"]
        self.assertEqual((document["withheld"], document["sha256"]),
                         (STRING_NAME, sha256(INFECTED)))

    def test_malware_of_anybody_else_is_held_and_nobody_is_told(self):
        conf, spool = self.lay_out("held", [("plan.pdf", INFECTED)], post.FORGER)
        entry = self.decided(conf)
        self.assertEqual((entry["outcome"], entry["receipts"]), ("held", []))
        self.assertIn({"code": "infected", "severity": "hold"}, entry["findings"])
        self.assert_quarantined(conf, spool, INFECTED)

    def test_a_whole_file_is_known_over_tcp(self):
        conf, spool = self.lay_out("tcp", [("plan.pdf", WHOLE)], scanner={
            "host": "127.0.0.1", "port": self.clamd.port})
        entry = self.decided(conf)
        self.assertEqual(entry["outcome"], "rejected")
        finding = next(f for f in self.shown(conf, entry)["decision"]["findings"]
                       if f["code"] == "infected")
        self.assertIn(WHOLE_NAME, finding["words"])
        self.assertTrue(finding["evidence"].startswith("ClamAV "))
        self.assert_quarantined(conf, spool, WHOLE)

    def test_a_clean_plan_is_filed_with_its_verdicts(self):
        conf, spool = self.lay_out("clean", [("plan.pdf", CLEAN)])
        entry = self.decided(conf)
        self.assertEqual((entry["outcome"], entry["version"]), ("accepted", 1))
        scans = self.shown(conf, entry)["scans"]
        self.assertEqual([(s["of"], s["sha256"], s["verdict"]) for s in scans],
                         [("document", sha256(CLEAN), "clean"),
                          ("message", entry["message_sha256"], "clean")])
        self.assertTrue(all(s["engine"].startswith("ClamAV ") for s in scans))
        said = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("- plan.pdf: clean\n", said)
        self.assertIn("- the message as it came: clean\n", said)
        filed = os.path.join(spool, "filed", worlds.CALL, f"{COUNCIL.gss}-{COUNCIL.slug}", "v1")
        self.assertEqual(read(filed, "plan.pdf"), CLEAN)

    def test_without_a_scanner_nothing_is_said(self):
        conf, user, _ = self.scene("silent")
        message = post.compose(COUNCIL.sender, user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, INFECTED)], "silent",
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(COUNCIL.sender, message, MIDDAY, self.world.facts), MIDDAY)])
        entry = self.decided(conf)
        self.assertEqual(entry["outcome"], "accepted")
        self.assertIsNone(self.shown(conf, entry)["scans"])
        said = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertNotIn("scan", said.lower())

    def test_malware_beside_a_clean_plan_rejects_all_and_a_person_may_file_the_plan(self):
        conf, spool = self.lay_out("beside", [("plan.pdf", CLEAN), ("minutes.pdf", INFECTED)])
        entry = self.decided(conf)
        self.assertEqual(entry["outcome"], "rejected")
        tree = os.path.join(spool, "rejected", entry["reference"])
        self.assertEqual(read(tree, "plan.pdf"), CLEAN)
        self.assert_quarantined(conf, spool, INFECTED)
        self.run_lodge("accept", entry["reference"], "--reason", "the plan itself is clean",
                       "--document", "plan.pdf", conf=conf)
        self.assertEqual(self.only(conf)["outcome"], "accepted")
        self.assertFalse(os.path.exists(tree))
        filed = os.path.join(spool, "filed", worlds.CALL, f"{COUNCIL.gss}-{COUNCIL.slug}", "v1")
        self.assertEqual(read(filed, "plan.pdf"), CLEAN)
        self.assert_quarantined(conf, spool, INFECTED)
        self.assert_replays(conf)
        self.check_exports(conf)

    def check_exports(self, conf):
        without, with_it = self.world.path("without"), self.world.path("with")
        said = self.run_lodge("export", without, conf=conf).stderr
        self.assertIn("documents withheld because of malware, and left out: 1", said)
        self.assert_nowhere(INFECTED, without)
        folder = f"{COUNCIL.gss}-{COUNCIL.slug}"
        self.assertEqual(sorted(os.listdir(os.path.join(without, folder))),
                         ["plan.pdf", "plan.pdf.txt", "submission.json"])
        documents = json.loads(read(without, folder, "submission.json"))["documents"]
        self.assertEqual([(d["name"], d.get("withheld")) for d in documents],
                         [("plan.pdf", None), ("minutes.pdf", STRING_NAME)])
        self.assertIn("Files that are not in here, because malware was found in or beside them: 1",
                      read(without, "README.txt").decode())
        self.run_lodge("export", with_it, "--include-infected", conf=conf)
        self.assertEqual(read(with_it, folder, "minutes.pdf"), INFECTED)
        self.assertIn("do not open them", read(with_it, "README.txt").decode())

    def test_malware_outside_of_the_documents_withholds_them_all(self):
        conf, spool = self.lay_out("body", [("plan.pdf", CLEAN)], text=MARK.decode())
        entry = self.decided(conf)
        self.assertEqual(entry["outcome"], "rejected")
        said = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn(f"found malware in the message itself: {STRING_NAME}.", said)
        self.assert_quarantined(conf, spool, CLEAN)

    # ---- limits ----

    def test_a_document_above_max_size_is_held(self):
        large = CLEAN + b"%" + b"x" * 100000 + b"\n"
        conf, _ = self.lay_out("large", [("plan.pdf", large)], scanner={
            "socket": self.clamd.socket, "max_size": "64K"})
        entry = self.decided(conf)
        self.assertEqual(entry["outcome"], "held")
        self.assertIn({"code": "not-scanned", "severity": "hold"}, entry["findings"])

    def test_a_document_beyond_clamds_own_limits_is_held(self):
        clamd = self.new_clamd("limited", MaxFileSize="4K", MaxScanSize="4K")
        clamd.start()
        conf, _ = self.lay_out("beyond", [("plan.pdf", CLEAN + b"%" * 8192)], clamd=clamd)
        entry = self.decided(conf)
        self.assertEqual(entry["outcome"], "held")
        self.assertIn({"code": "not-scanned", "severity": "hold"}, entry["findings"])

    def test_a_scanner_that_takes_less_than_we_send_is_our_mistake(self):
        clamd = self.new_clamd("small", StreamMaxLength="8K")
        clamd.start()
        conf, _ = self.lay_out("small-stream", [("plan.pdf", CLEAN + b"%" * 20000)], clamd=clamd)
        done = self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertIn("raise StreamMaxLength in its clamd.conf", done.stderr)
        self.assertEqual(self.only(conf)["state"], "pending")
        said = self.run_lodge("status", conf=conf).stdout
        self.assertIn("Messages that wait because of us: 1 (scanner-limit)", said)
        checked = self.run_lodge("check-config", "--online", conf=conf, code=USAGE)
        self.assertIn("raise StreamMaxLength", checked.stdout)

    # ---- away, and back ----

    def test_a_message_waits_for_the_scanner_and_its_sender_is_told(self):
        clamd = self.new_clamd("away")
        conf, _ = self.lay_out("waits", [("plan.pdf", CLEAN)], clamd=clamd)
        before = self.world.count(COUNCIL.sender.mail)
        done = self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertIn("cannot be reached", done.stderr)
        entry = self.only(conf)
        self.assertEqual((entry["state"], [r["kind"] for r in entry["receipts"]]),
                         ("pending", ["received"]))
        self.world.await_inbox(before + 1, COUNCIL.sender.mail)
        self.assertIn("Your message is safe with us", self.last_mail())
        said = self.run_lodge("status", conf=conf).stdout
        self.assertIn("Messages that wait because of us: 1 (scanner-unavailable)", said)
        status = json.loads(self.run_lodge("status", "--json", conf=conf).stdout)
        self.assertEqual([(w["code"], w["messages"]) for w in status["calls"][0]["waiting"]],
                         [("scanner-unavailable", 1)])
        clamd.start()
        self.once_until_decided(conf)
        entry = self.only(conf)
        self.assertEqual((entry["outcome"], [r["kind"] for r in entry["receipts"]]),
                         ("accepted", ["received", "decision"]))
        clamd.stop()
        self.run_lodge("verify", conf=conf)
        self.assert_replays(conf)

    def test_whoever_is_not_proven_hears_nothing_while_it_waits(self):
        clamd = self.new_clamd("away-for-strangers")
        conf, _ = self.lay_out("unproven", [("plan.pdf", INFECTED)], post.FORGER, clamd)
        self.run_lodge("once", conf=conf, code=TEMPORARY)
        entry = self.only(conf)
        self.assertEqual((entry["state"], entry["receipts"]), ("pending", []))

    def test_in_the_end_a_person_gets_it_and_it_is_our_fault(self):
        clamd = self.new_clamd("gone")
        conf, _ = self.lay_out("gone-for-good", [("plan.pdf", CLEAN)], clamd=clamd,
                               limits={"attempts": 1})
        entry = self.decided(conf)
        self.assertEqual((entry["outcome"], entry["council"]), ("held", COUNCIL.gss))
        self.assertEqual([f["code"] for f in entry["findings"] if f["severity"] == "hold"],
                         ["our-fault"])
        said = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("cannot be reached", said)

    def test_a_running_service_waits_for_the_scanner_and_goes_on(self):
        clamd = self.new_clamd("comes-and-goes")
        clamd.start()
        conf, user, _ = self.scene("service", scanner={"socket": clamd.socket},
                                   mailbox_plans={"poll": "1s"})
        self.mail(user, "first", COUNCIL.sender, COUNCIL)
        service = self.serve(conf).ready()
        self.await_decided(conf, 1)
        clamd.stop()
        self.mail(user, "second", post.KENT.sender, post.KENT)
        service.wait_for_log("not-scanned")
        self.assertEqual(sum(e["state"] == "pending" for e in self.entries(conf)), 1)
        clamd.start()
        entries = self.await_decided(conf, 2)
        self.assertEqual({e["outcome"] for e in entries}, {"accepted"})
        clamd.stop()
        self.assertEqual(service.stop(), DONE)
        self.assert_sound(conf)

    def test_a_stop_does_not_wait_for_a_scanner_that_never_answers(self):
        path = self.world.path("never")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            conf, _ = self.lay_out("stopped", [("plan.pdf", CLEAN)],
                                   scanner={"socket": path, "timeout": "10min"})
            service = self.serve(conf).ready()
            peer, _ = listener.accept()
            with peer:
                self.assertEqual(peer.recv(16), b"zVERSION\0")
                self.assertEqual(service.stop(), DONE)
        entry = self.only(conf)
        self.assertEqual((entry["state"], entry["receipts"]), ("pending", []))
        said = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertNotIn("attempts so far", said)  # it was none

    def test_what_a_scanner_says_that_breaks_off_is_no_verdict(self):
        path = self.world.path("rude")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            conf, _ = self.lay_out("rude", [("plan.pdf", CLEAN)], scanner={"socket": path})
            service = self.serve(conf).ready()
            peer, _ = listener.accept()
            peer.sendall(b"ClamAV 1.4.6\0")
            peer.close()
            peer, _ = listener.accept()
            peer.recv(10)
            peer.sendall(b"stream: OK")  # without its end
            peer.close()
            service.wait_for_log("not-scanned")
            self.assertEqual(service.stop(), DONE)
        self.assertEqual(self.only(conf)["state"], "pending")

    # ---- before it starts ----

    def test_check_config_asks_the_scanner_only_when_told_to(self):
        clamd = self.new_clamd("checked")
        conf, _, _ = self.scene("check", scanner={"socket": clamd.socket})
        offline = self.run_lodge("check-config", conf=conf).stdout
        self.assertIn(f"socket = {clamd.socket}", offline)
        away = self.run_lodge("check-config", "--online", conf=conf, code=TEMPORARY).stdout
        self.assertIn(f"failed: the malware scanner at {clamd.socket} cannot be reached", away)
        clamd.start()
        there = self.run_lodge("check-config", "--online", conf=conf).stdout
        self.assertIn("[scanner] online\nanswers, ClamAV ", there)
        self.assertIn("takes as much as max_size: 26214400 bytes", there)
