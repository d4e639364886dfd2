"""lodge file: messages from .eml files, a Maildir and standard input go the same way as the mailbox's."""

import json
import mailbox
import os
import re

import odd_files
import plans
import post
from whole_run import DONE, WholeRun, sha256, stored

MIDDAY = 1721296800


class Files(WholeRun):
    def message(self, council, id, content=None):
        message = post.compose(council.sender, self.world.user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, content or plans.pdf(council.name))], id,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        return stored(council.sender, message, MIDDAY, self.world.facts)

    def save(self, folder, name, message):
        os.makedirs(self.world.path(folder), exist_ok=True)
        path = self.world.path(folder, name)
        with open(path, "wb") as file:
            file.write(message)
        return path

    def test_eml_files_a_maildir_and_standard_input(self):
        conf, *_ = self.scene("files")
        one = self.save("letters", "one.eml", self.message(post.DEVON, "file-one"))
        self.save("Maildir/new", "1721296800.M1P1.host", self.message(post.RUTLAND, "maildir-new"))
        self.save("Maildir/cur", "1721296801.M2P1.host:2,S",
                  self.message(post.TONBRIDGE, "maildir-cur"))
        self.save("Maildir/tmp", "1721296802.M3P1.host", self.message(post.DARLINGTON, "half"))
        piped = self.message(post.TEST_VALLEY, "piped")

        self.run_lodge("file", one, self.world.path("Maildir"), conf=conf)
        self.run_lodge("file", "-", conf=conf, input=piped)
        entries = self.world.list(conf)
        self.assertEqual(
            sorted((e["council"], e["outcome"], e["timeliness"]) for e in entries),
            sorted((c.gss, "accepted", "on-time")
                   for c in (post.DEVON, post.RUTLAND, post.TONBRIDGE, post.TEST_VALLEY)))
        self.assertIn(sha256(piped), {e["message_sha256"] for e in entries})
        self.assertEqual({e["location"]["account"] for e in entries}, {"file"})

        before = entries
        self.run_lodge("file", one, conf=conf)
        self.assertEqual([e["outcome"] for e in self.world.list(conf)],
                         [e["outcome"] for e in before])
        self.run_lodge("verify", conf=conf)

    def test_a_file_that_is_not_there_does_not_stop_the_others(self):
        conf, *_ = self.scene("missing")
        there = self.save("there", "there.eml", self.message(post.DEVON, "there"))
        done = self.world.lodge("file", self.world.path("absent.eml"), there, conf=conf)
        self.assertNotEqual(done.returncode, DONE)
        self.assertIn("absent.eml", done.stderr)
        self.assertEqual(len(self.world.list(conf)), 1)

    def test_what_is_no_message_at_all_is_kept_and_held_or_set_aside(self):
        conf, *_ = self.scene("noise")
        noise = bytes(range(256)) * 20
        path = self.save("noise", "noise.eml", noise)
        self.run_lodge("file", path, conf=conf)
        entry, = self.world.list(conf)
        self.assertEqual(entry["message_sha256"], sha256(noise))
        self.assertIn(entry["outcome"], ("held", "not-a-submission"))
        self.assertEqual(entry["receipts"], [])

    def test_read_prints_the_reading_as_json(self):
        path = self.save("read", "read.eml", self.message(post.DEVON, "read"))
        reading = json.loads(self.run_lodge("read", path, "--json").stdout)
        self.assertIn("plan.pdf", json.dumps(reading))

    def test_read_shows_a_message_and_a_bare_document_with_the_same_members(self):
        message = self.save("members", "plan.eml", self.message(post.DEVON, "members"))
        document = self.save("members", "plan.pdf", odd_files.make("pdf", council="Devon County Council")[0])
        members = {"kind", "media_type", "declared_type", "pages", "encrypted", "text_bytes", "scanned",
                   "active_content", "macros", "damaged", "signed", "themes", "parts", "documents", "limits_hit"}
        for path, kind in ((message, "message"), (document, "document")):
            found = json.loads(self.run_lodge("read", path, "--json").stdout)
            self.assertLessEqual(members, found.keys())
            self.assertEqual((found["kind"], len(found["themes"])), (kind, 4))
            for inner in found["documents"]:
                self.assertLessEqual(members - {"parts", "documents"}, inner.keys())
                self.assertEqual(inner["declared_type"], "application/pdf")
        self.assertEqual(found["pages"], 3)
        self.assertEqual(found["details"]["page_sizes"], [{"width_pt": 595, "height_pt": 842, "pages": 3}])

    def test_read_tells_documents_from_messages_by_their_first_bytes(self):
        for name, start, kind in (("a.pdf", b"a gateway put this here\n%PDF-1.4\n", "document"),
                                  ("b.png", b"\x89PNG\r\n\x1a\n", "document"),
                                  ("c.rtf", b"{\\rtf1 plan}", "document"),
                                  ("d.fodt", b"<?xml version='1.0'?><x/>", "document"),
                                  ("e.zip", b"PK\x03\x04", "document"),
                                  ("table.csv", b"council,pages\nDevon,3\n", "document"),
                                  ("f.eml", b"X-PDF: %PDF-1.4\n\n", "message"),
                                  ("g.eml", b"From clerk@council.example\nSubject: x\n\n", "message"),
                                  ("h.eml", b"just text\n", "message")):
            done = self.run_lodge("read", self.save("start", name, start), "--json")
            self.assertEqual(json.loads(done.stdout)["kind"], kind, name)

    def test_read_shows_what_a_signed_wrapper_holds(self):
        wrapper, media_type = odd_files.make("p7m", council="Devon County Council")
        message = post.compose(post.DEVON.sender, self.world.user, "Plan", "Attached.",
                               [("smime.p7m", media_type.partition(";")[0], wrapper)], "wrapper",
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        shown = self.run_lodge("read", self.save("wrapper", "wrapper.eml", message)).stdout
        self.assertIn("plan.pdf", shown)
        self.assertRegex(shown, r"(?m)^S/MIME, without anchors:\n  2      opaque, not-signed$")

    def test_an_mbox_is_taken_in_message_by_message_and_only_once(self):
        conf, *_ = self.scene("mbox")
        path = self.world.path("archive")
        box = mailbox.mbox(path)
        messages = []
        for council, id in ((post.DEVON, "mbox-one"), (post.RUTLAND, "mbox-two"),
                            (post.TONBRIDGE, "mbox-three")):
            message = self.message(council, id).replace(b"\r\n", b"\n")
            messages.append(message.replace(b"\n\n", b"\n\nFrom us all:\n", 1))
            box.add(messages[-1])
        box.close()
        self.run_lodge("file", path, conf=conf)
        entries = self.world.list(conf)
        self.assertEqual({e["message_sha256"] for e in entries}, {sha256(m) for m in messages})
        self.assertEqual([(e["location"]["folder"], e["location"]["uid"]) for e in entries],
                         [(path, number) for number in (1, 2, 3)])
        self.assertEqual({e["outcome"] for e in entries}, {"accepted"})
        receipts = [self.world.count(c.sender.mail)
                    for c in (post.DEVON, post.RUTLAND, post.TONBRIDGE)]
        with open(path, "rb") as file:
            self.run_lodge("file", "-", conf=conf, input=file.read())
        again = self.world.list(conf)
        self.assertEqual([e["reference"] for e in again], [e["reference"] for e in entries])
        self.assertEqual(receipts, [self.world.count(c.sender.mail)
                                    for c in (post.DEVON, post.RUTLAND, post.TONBRIDGE)])
        self.run_lodge("verify", conf=conf)

    def test_the_collected_mails_are_all_accounted_for(self):
        data = os.environ.get("LODGE_TEST_DATA")
        folder = os.path.join(data, "mime") if data else None
        if not folder or not os.path.isdir(folder):
            self.skipTest("LODGE_TEST_DATA is not set: the collected mails are not taken in")
        conf, *_ = self.scene("collected")
        paths = sorted(os.path.join(path, name) for path, _, names in os.walk(folder)
                       for name in names if name.endswith((".eml", ".msg", ".txt")))
        digests = {}
        for path in paths:
            with open(path, "rb") as file:
                content = file.read()
            # What a mail filter has put above a mail is not the mail's, and changes its digest.
            filtered = re.match(rb"From +[^ :]", content)
            digests[path] = None if filtered else sha256(content)
        self.run_lodge("file", *paths, conf=conf)
        entries = self.world.list(conf)
        self.assertEqual({e["message_sha256"] for e in entries if e["location"]["uid"] == 0},
                         {digest for digest in digests.values() if digest})
        places = {(at["folder"], at["uid"]) for e in entries for at in e["locations"]}
        self.assertEqual(places, {(path, 0 if digest else 1) for path, digest in digests.items()})
        self.assertEqual({e["state"] for e in entries}, {"decided"})
        self.assertNotIn("accepted", {e["outcome"] for e in entries})
        self.assertEqual([r for e in entries for r in e["receipts"]], [])
