"""Mails and files that are made to swell, whole way: each ends within its limit, is told by its name and by what to
send instead, and costs the gateway itself no memory. The readers' share is theirs, and ends with them."""

import email
import io
import json
import subprocess
import time
import unittest
import zipfile

import bombs
import plans
import post
from smtp_sink import Sink
from whole_run import DONE, WholeRun, high_water, is_sanitized, stored

MIDDAY = 1721296800
MORE_MEMORY_KB = 8 * 1024  # than for a small mail; the sanitizers keep a shadow of every byte
SECONDS = 150              # three attempts of 30 seconds, on a machine that has other things to do
DOCX = post.DOCX
INSTEAD = "Send the document itself as an attachment"


def word_with_entities():
    """Ten entities, each ten of the one before: three gigabytes of one letter."""
    names = [f"e{n}" for n in range(10)]
    declared = '<!ENTITY e0 "lolololololololololololololololo">' + "".join(
        f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in zip(names, names[1:]))
    text = f"<!DOCTYPE w:document [{declared}]>"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plans.docx(post.DEVON.name, "letter", 1))) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "word/document.xml":
                head, mark, rest = content.partition(b"?>")
                content = head + mark + text.encode() + rest.replace(b"</w:body>", b"<w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body>")
            new.writestr(entry, content)
    return out.getvalue()


def word_without_end():
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plans.docx(post.DEVON.name, "letter", 1))) as old, \
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "word/document.xml":
                content = content.replace(b"</w:body>", b"<w:p/>" * 40_000_000 + b"</w:body>")
            new.writestr(entry.filename, content)
    return out.getvalue()


def page_without_end():
    """One page whose content unpacks to ten gigabytes of blanks."""
    stream = b"\x78\x9c" + bombs.packed(10**8, b" ") * 100 + bombs.LAST
    objects = plans.page_objects(plans.plan_pages(post.DEVON.name, 1, "letter", 1))
    at = next(n for n, content in enumerate(objects) if b"stream\n" in content)
    objects[at] = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)
    return plans.assemble(objects)


def attached(name, content, declared="application/octet-stream"):
    return lambda user, message: post.compose(
        post.DEVON.sender, user, "Productivity Plan 2024", "Attached.", [(name, declared, content())], message,
        "Thu, 18 Jul 2024 10:55:00 +0100")


def header(message):
    return (f"From: {post.DEVON.sender.mail}\r\nTo: plans@communities.example\r\nSubject: Productivity Plan 2024\r\n"
            f"Date: Thu, 18 Jul 2024 10:55:00 +0100\r\nMessage-ID: <{message}@devon.gov.uk>\r\nMIME-Version: 1.0\r\n").encode()


def nested_parts(depth):
    def make(user, message):
        out = header(message)
        for n in range(depth):
            out += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        return out + b"Content-Type: text/plain\r\n\r\nthe bottom\r\n"
    return make


def many_parts(count):
    return lambda user, message: (header(message) + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                                  + b"--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n" * count + b"--b--\r\n")


def long_header(size):
    return lambda user, message: header(message) + b"X-Long: " + b"a" * size + b"\r\n\r\nbody\r\n"


ZIP = "application/zip"
# name: (mail, code of the finding, what its evidence is, words of the receipt)
BOMBS = {
    "zip of ten gigabytes": (attached("plan.zip", lambda: bombs.flood(10), ZIP), "archive-bomb", "archive-ratio",
                             ["plan.zip was not unpacked", INSTEAD]),
    "zip in a zip in a zip": (attached("plan.zip", lambda: bombs.nested(bombs.flood(10), 2), ZIP), "archive-bomb",
                              "archive-ratio", ["inner.zip was not unpacked", INSTEAD]),
    "zip of itself": (attached("plan.zip", bombs.quine, ZIP), "archive-bomb", "container-nesting",
                      ["productivity-plan-of-all-our-councils.zip was not unpacked", INSTEAD]),
    "zip of 100,000 files": (attached("plan.zip", lambda: bombs.entries(100_000), ZIP), "archive-too-large",
                             "container-members", ["plan.zip was not unpacked in full", INSTEAD]),
    "zip of files over one another": (attached("plan.zip", lambda: bombs.overlapping(250), ZIP), "archive-bomb",
                                      "archive-overlap", ["plan.zip was not unpacked", INSTEAD]),
    "page of ten gigabytes": (attached("plan.pdf", page_without_end, post.PDF), "document-over-limit", None,
                              ["plan.pdf could not be examined", "as a new PDF"]),
    "word file of 240 megabytes": (attached("plan.docx", word_without_end, DOCX), "document-over-limit",
                                   "archive-entry-bytes", ["plan.docx could not be examined", "as a new PDF"]),
    "parts in parts in parts": (nested_parts(20_000), "message-read-in-part", "nesting", ["too deeply nested"]),
    "100,000 parts": (many_parts(100_000), "message-read-in-part", "parts", ["in a simple new message"]),
    "header of a million characters": (long_header(1_000_000), "message-read-in-part", "header-field-bytes",
                                       ["in a simple new message"]),
}


def said_in(receipt):
    first = next(part for part in email.message_from_bytes(receipt).walk() if not part.is_multipart())
    return " ".join(first.get_payload(decode=True).decode().split())


class Bombs(WholeRun):
    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def take_in(self, name, make):
        """(entry, receipts, peak of lodge itself in kB, seconds)"""
        word = name.replace(" ", "-").replace(",", "")
        conf, user, _ = self.scene(word, smtp=self.sink.settings(), limits={"max_message": "100M"})
        self.sink.take()
        self.put(user, [(stored(post.DEVON.sender, make(user, word), MIDDAY, self.world.facts), MIDDAY)])
        began, peak = time.monotonic(), 0
        with open(self.world.path("once.log"), "w+") as log:
            process = subprocess.Popen(self.world.command("once", conf=conf), env=self.world.environment(),
                                       stdout=log, stderr=log)
            while process.poll() is None:
                peak = max(peak, high_water(process.pid))
                time.sleep(0.01)
            log.seek(0)
            self.assertEqual(process.returncode, DONE, log.read()[-4000:])
        (entry,) = self.world.list(conf)
        self.run_lodge("replay", "--all", conf=conf)
        shown = json.loads(self.run_lodge("show", entry["reference"], "--json", conf=conf).stdout)
        entry["findings"] = shown["decision"]["findings"]
        return entry, self.sink.take(), peak, time.monotonic() - began

    def test_each_ends_within_its_limit_and_is_told(self):
        _, _, small, _ = self.take_in("small", attached("plan.pdf", lambda: plans.pdf(post.DEVON.name, 3), post.PDF))
        for name, (make, code, evidence, said) in BOMBS.items():
            with self.subTest(name):
                entry, receipts, peak, seconds = self.take_in(name, make)
                print(f"# {name}: {seconds:.1f} s, peak {peak} kB, of a small mail {small} kB", flush=True)
                self.assertEqual(entry["outcome"], "held", entry)
                found = [f for f in entry["findings"] if f["code"] == code]
                self.assertTrue(found, entry["findings"])
                if evidence:
                    self.assertIn(evidence, [f["evidence"] for f in found])
                self.assertEqual(len(receipts), 1, entry)
                ((_, _, receipt),) = receipts
                text = said_in(receipt)
                for words in said:
                    self.assertIn(words, text)
                self.assertLess(seconds, SECONDS)
                if not is_sanitized():
                    self.assertLess(peak, small + MORE_MEMORY_KB)

    def test_entities_do_not_swell(self):
        """They are not put in: the plan is read without them, and nothing is missing that anybody wrote."""
        entry, _, _, seconds = self.take_in("entities", attached("plan.docx", word_with_entities, DOCX))
        self.assertIn(entry["outcome"], ("accepted", "held"))
        self.assertLess(seconds, SECONDS)


if __name__ == "__main__":
    unittest.main()
