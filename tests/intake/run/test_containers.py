"""What lies in a ZIP or a winmail.dat is a document of the mail; bombs end at their limits."""

import email.message
import io
import json
import subprocess
import unittest
import zipfile

import plans
import post
import tnef
from smtp_sink import Sink
from whole_run import WholeRun, stored

MIDDAY = 1721296800
PLAN = plans.pdf(post.DEVON.name, 3)
MIB = 1024 * 1024


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def locked(archive):
    """The same with the bit that says that its entries are encrypted."""
    out = bytearray(archive)
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = out.find(signature)
        while start >= 0:
            out[start + at] |= 1
            start = out.find(signature, start + 4)
    return bytes(out)


def mail(name, content, declared="application/octet-stream"):
    message = email.message.EmailMessage()
    message["From"] = "a@b.example"
    message["Subject"] = "Productivity Plan"
    message.set_content("Attached.")
    main, _, sub = declared.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def nested(times):
    archive = zipped({"plan.pdf": PLAN})
    for _ in range(times):
        archive = zipped({"inner.zip": archive})
    return archive


class Containers(WholeRun):
    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def read(self, name, content, declared="application/octet-stream"):
        """The attachment and what is behind it: {path: part}."""
        path = self.world.path("mail.eml")
        with open(path, "wb") as file:
            file.write(mail(name, content, declared))
        done = subprocess.run([*self.world.command("read", "--json"), path], capture_output=True, text=True,
                              check=True, timeout=120)
        reading = json.loads(done.stdout)
        self.documents = reading["documents"]
        return {part["path"]: part for part in reading["parts"] if part["path"].startswith("2")}

    def check(self, parts, *expected):
        self.assertEqual([(path, part["kind"], part["name"]) for path, part in parts.items()], list(expected))

    def test_a_zip_gives_its_files_and_nothing_that_a_mac_adds(self):
        parts = self.read("plans.zip", zipped({
            "plans/": b"", "plans/plan.pdf": PLAN, "__MACOSX/plans/._plan.pdf": b"x", ".DS_Store": b"x",
            "r\u00e9sum\u00e9.txt": b"Hello"}))
        self.check(parts, ("2", "container", "plans.zip"), ("2/1", "document", "plan.pdf"),
                   ("2/2", "document", "r\u00e9sum\u00e9.txt"))
        self.assertEqual([d["pages"] for d in self.documents if d["media_type"] == "application/pdf"], [3])

    def test_a_word_file_is_a_document_of_its_own(self):
        parts = self.read("plan.zip", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}))
        self.check(parts, ("2", "document", "plan.zip"))

    def test_a_winmail_dat_gives_its_files(self):
        for in_properties in (False, True):
            with self.subTest(in_properties):
                parts = self.read("winmail.dat", tnef.pack([
                    tnef.File("Productivity Plan 2024.pdf", PLAN, None, in_properties)]), "application/ms-tnef")
                self.check(parts, ("2", "container", "winmail.dat"),
                           ("2/1", "document", "Productivity Plan 2024.pdf"))
                self.assertEqual([d["pages"] for d in self.documents], [3])

    def test_a_message_attached_to_a_winmail_dat_is_opened(self):
        inner = tnef.pack([tnef.File("plan.pdf", PLAN), tnef.File("logo.gif", b"GIF89a\1\1\1\1", "logo@council")])
        parts = self.read("winmail.dat", tnef.pack([tnef.Message("Fwd: our plan", inner)]), "application/ms-tnef")
        self.check(parts, ("2", "container", "winmail.dat"), ("2/1", "container", "Fwd: our plan"),
                   ("2/1/1", "document", "plan.pdf"), ("2/1/2", "decoration", "logo.gif"))

    def test_names_of_old_archives_are_read(self):
        archive = zipped({"Pl0n.pdf": PLAN}).replace(b"Pl0n.pdf", b"Pl\x84n.pdf")
        self.check(self.read("old.zip", archive), ("2", "container", "old.zip"), ("2/1", "document", "Pl\u00e4n.pdf"))

    def test_a_mail_in_a_zip_gives_its_attachment(self):
        parts = self.read("forwarded.zip", zipped({"fwd.eml": mail("plan.pdf", PLAN, "application/pdf")}))
        self.check(parts, ("2", "container", "forwarded.zip"), ("2/1", "container", "fwd.eml"),
                   ("2/1/2", "document", "plan.pdf"))

    def test_what_is_encrypted_is_named(self):
        parts = self.read("locked.zip", locked(zipped({"plan.pdf": PLAN})))
        self.check(parts, ("2", "container", "locked.zip"), ("2/1", "other", "plan.pdf"))
        self.assertEqual(parts["2/1"]["trouble"], "password")

    def test_a_bomb_ends_at_its_ratio(self):
        parts = self.read("bomb.zip", zipped({"bomb.txt": bytes(300 * MIB)}))
        self.assertEqual(parts["2"]["trouble"], "archive-ratio")
        self.assertEqual(self.documents, [])

    def test_too_many_files_and_too_deep_a_nesting_are_named(self):
        parts = self.read("many.zip", zipped({f"{i}.txt": b"x%d" % i for i in range(3000)}))
        self.assertEqual(parts["2"]["trouble"], "container-members")
        self.assertEqual(len(parts), 101)
        parts = self.read("deep.zip", nested(9))
        self.assertIn("container-nesting", [part.get("trouble") for part in parts.values()])

    def test_damage_is_told(self):
        parts = self.read("broken.zip", zipped({"plan.pdf": PLAN})[:-30])
        self.assertEqual(parts["2"]["trouble"], "damaged")
        parts = self.read("winmail.dat", tnef.pack([tnef.File("plan.pdf", PLAN)])[:1500], "application/ms-tnef")
        self.assertEqual(parts["2"]["trouble"], "damaged")

    # ---- the whole way ----

    def take_in(self, name, file, content, declared="application/octet-stream"):
        conf, user, spool = self.scene(name, smtp=self.sink.settings())
        self.sink.take()
        message = post.compose(post.DEVON.sender, user, "Productivity Plan 2024", "Attached.",
                               [(file, declared, content)], name, "Thu, 18 Jul 2024 10:55:00 +0100")
        self.put(user, [(stored(post.DEVON.sender, message, MIDDAY, self.world.facts), MIDDAY)])
        self.run_lodge("once", conf=conf)
        (entry,) = self.world.list(conf)
        self.run_lodge("verify", conf=conf)
        self.run_lodge("replay", "--all", conf=conf)
        return entry

    def test_a_plan_in_a_container_is_filed(self):
        made = {"zip": ("plans.zip", zipped({"plan.pdf": PLAN}), "application/zip"),
                "tnef": ("winmail.dat", tnef.pack([tnef.File("plan.pdf", PLAN)]), "application/ms-tnef"),
                "mail": ("fwd.zip", zipped({"fwd.eml": mail("plan.pdf", PLAN, "application/pdf")}),
                         "application/zip")}
        for name, (file, content, declared) in made.items():
            with self.subTest(name):
                entry = self.take_in(name, file, content, declared)
                self.assertEqual(entry["outcome"], "accepted", entry)
                self.assertEqual([d["name"] for d in entry["documents"]], ["plan.pdf"])

    def test_a_locked_zip_is_held_and_the_council_told_why(self):
        entry = self.take_in("locked", "plan.zip", locked(zipped({"plan.pdf": PLAN})), "application/zip")
        self.assertEqual(entry["outcome"], "held")
        self.assertIn("archive-password", [f["code"] for f in entry["findings"]])
        ((_, _, receipt),) = self.sink.take()
        self.assertIn(b"plan.pdf cannot be opened without a password", receipt)


if __name__ == "__main__":
    unittest.main()
