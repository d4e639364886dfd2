"""lodge export: the filed plans as a directory, a table and JSON, held against the story's own mails, `list --json` and
programs that are not ours (sha256sum, Python's csv)."""

import csv
import email
import email.policy
import fcntl
import io
import json
import os
import shutil
import stat
import subprocess

import plans
import post
import story
from whole_run import DIFFERENT, DONE, USAGE, WholeRun, sha256, stored
from world import CALL, register

MIDDAY = 1721296800  # 18 July 2024, 10:00 UTC
AT_TOP = {"README.txt", "SHA256SUMS", "plans.csv", "plans.json"}


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def files_below(folder):
    return {os.path.relpath(os.path.join(where, name), folder)
            for where, _, names in os.walk(folder) for name in names}


def table(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def restored(cell):
    """The documented rule: one apostrophe at the beginning is dropped."""
    return cell[1:] if cell.startswith("'") else cell


class Export(WholeRun):
    @classmethod
    def prepare(cls):
        story.tell(cls.world)
        cls.once = cls.world.lodge("once")
        cls.entries = cls.world.list() if cls.once.returncode == DONE else []

    def setUp(self):
        self.assert_exit(self.once, DONE)

    def filed(self, gss):
        """What `list --json` has on file for a council, in order of version."""
        return sorted((e for e in self.entries
                       if e["council"] == gss and e["outcome"] == "accepted"),
                      key=lambda entry: entry["version"])

    def export(self, name, *options, **expected):
        folder = self.world.path(name)
        done = self.run_lodge("export", folder, *options, **expected)
        return folder, done

    def broken_spool(self, name, change):
        """A copy of the spool in which `change(path)` was done to Devon's plan; (conf, digest)."""
        copy = self.world.path("spool-" + name)
        shutil.copytree(self.world.spool, copy)
        conf, *_ = self.scene(name, spool={"directory": copy})
        digest = self.filed(post.DEVON.gss)[0]["documents"][0]["sha256"]
        path = os.path.join(copy, "objects", digest[:2], digest)
        os.chmod(path, 0o600)
        change(path)
        return conf, digest

    # ---- the directory ----

    def test_the_directory_holds_the_very_bytes_of_each_current_plan(self):
        folder, _ = self.export("plans")
        for council in post.COUNCILS:
            with self.subTest(council.name):
                filed = self.filed(council.gss)
                inside = os.path.join(folder, f"{council.gss}-{council.slug}")
                self.assertEqual(os.path.isdir(inside), bool(filed))
                if not filed:
                    continue
                digests = {sha256(read(inside, name)) for name in os.listdir(inside)
                           if name != "submission.json"}
                documents = [d for d in filed[-1]["documents"] if d["role"] != "decoration"]
                self.assertEqual(digests, {d["sha256"] for d in documents} |
                                 {d["text"] for d in documents if "text" in d})
                submission = json.loads(read(inside, "submission.json"))
                self.assertEqual(submission["reference"], filed[-1]["reference"])

    def test_the_text_of_a_plan_lies_beside_it_page_by_page(self):
        folder, _ = self.export("texts")
        filed = self.filed(post.TONBRIDGE.gss)[-1]
        plan = filed["documents"][0]
        path = os.path.join(folder, f"{post.TONBRIDGE.gss}-{post.TONBRIDGE.slug}",
                            plan["name"] + ".txt")
        pages = read(path).decode().split("\f")
        self.assertEqual(len(pages), plan["pages"] + 1)
        self.assertEqual(pages[-1], "")
        self.assertIn("Productivity Plan", pages[0])
        self.assertEqual(sha256(read(path)), plan["text"])

    def test_a_plan_is_the_attachment_that_the_council_sent(self):
        folder, _ = self.export("attachments")
        mail = next(m for m in story.mails() if m.id == "tonbridge")
        message = email.message_from_bytes(mail.message, policy=email.policy.default)
        part = next(message.iter_attachments())
        path = os.path.join(folder, "E07000115-tonbridge-and-malling", part.get_filename())
        self.assertEqual(read(path), part.get_payload(decode=True))

    def test_sha256sum_agrees_about_every_file(self):
        folder, _ = self.export("sums")
        done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, text=True,
                              capture_output=True, env=self.world.environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        named = {line.split("  ", 1)[1] for line in read(folder, "SHA256SUMS").decode().splitlines()}
        self.assertEqual(named, files_below(folder) - {"SHA256SUMS"})

    def test_it_says_what_it_is_and_keeps_it_from_others(self):
        folder, done = self.export("told")
        text = read(folder, "README.txt").decode()
        for words in (CALL, "10 of 14 councils", "Nothing here is a view on any plan",
                      "wait for a person, and are not in here: 5", "sha256sum -c"):
            self.assertIn(words, text)
        self.assertIn("plans: 10", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(AT_TOP, {n for n in os.listdir(folder)
                                  if os.path.isfile(os.path.join(folder, n))})
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        for name in files_below(folder):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600)
        self.assertFalse(os.path.exists(folder + ".partial"))

    def test_all_versions_lie_beside_each_other(self):
        folder, _ = self.export("versions", "--all-versions")
        amended = self.filed(post.TEST_VALLEY.gss)
        self.assertEqual(len(amended), 2)
        for entry in amended:
            name = f"{post.TEST_VALLEY.gss}-{post.TEST_VALLEY.slug}/v{entry['version']}"
            self.assertEqual(json.loads(read(folder, name, "submission.json"))["reference"],
                             entry["reference"])
        rows = [(row["version"], row["current"]) for row in table(read(folder, "plans.csv").decode())
                if row["gss"] == post.TEST_VALLEY.gss]
        self.assertEqual(rows, [("1", "no"), ("2", "yes")])

    def test_one_council_alone(self):
        folder, _ = self.export("devon", "--council", post.DEVON.gss)
        self.assertEqual(set(os.listdir(folder)) - AT_TOP, {f"{post.DEVON.gss}-{post.DEVON.slug}"})
        self.assertEqual([row["gss"] for row in table(read(folder, "plans.csv").decode())],
                         [post.DEVON.gss])

    # ---- the table ----

    def test_the_table_agrees_with_the_list(self):
        text = self.run_lodge("export", "--csv", "-").stdout
        rows = table(text)
        self.assertEqual([row["gss"] for row in rows], [c.gss for c in post.COUNCILS])
        for row, council in zip(rows, post.COUNCILS):
            with self.subTest(council.name):
                self.assertEqual((row["name"], row["kind"]), (council.name, council.kind))
                filed = self.filed(council.gss)
                if not filed:
                    waits = [e["reference"] for e in self.entries if e["council"] == council.gss]
                    self.assertEqual(row["state"], "held" if waits else "missing")
                    self.assertEqual(row["reference"], waits[0] if waits else "")
                    self.assertEqual(row["sha256"], "")
                    if not waits:
                        self.assertEqual(set(list(row.values())[4:]), {""})
                    continue
                entry, plan = filed[-1], filed[-1]["documents"][0]
                self.assertEqual(row["state"], "filed")
                for column, value in (
                        ("reference", entry["reference"]), ("version", entry["version"]),
                        ("timeliness", entry["timeliness"]), ("received_utc", entry["received_at"]),
                        ("sender", entry["from"]), ("file_name", plan["name"]),
                        ("media_type", plan["media_type"]), ("size_bytes", plan["size_bytes"]),
                        ("pages", "" if plan["pages"] is None else plan["pages"]),
                        ("sha256", plan["sha256"]),
                        ("findings", " ".join(f["code"] for f in entry["findings"]))):
                    self.assertEqual(row[column], str(value), column)

    def test_times_are_told_in_the_zone_of_the_call(self):
        rows = {row["gss"]: row for row in table(self.run_lodge("export", "--csv", "-").stdout)}
        late = rows[post.RUTLAND.gss]
        self.assertRegex(late["received"], r"^2024-07-30T09:15:\d\d\+01:00$")
        self.assertRegex(late["received_utc"], r"^2024-07-30T08:15:\d\d\.000000Z$")
        self.assertEqual(late["timeliness"], "late")

    def test_lines_end_as_rfc_4180_says(self):
        path = self.world.path("table.csv")
        self.run_lodge("export", "--csv", path)
        content = read(path)
        self.assertEqual(content.count(b"\n"), content.count(b"\r\n"))
        self.assertTrue(content.endswith(b"\r\n"))
        self.assertFalse(content.startswith(b"\xef\xbb\xbf"))

    def test_where_nothing_is_filed_the_table_names_what_waits(self):
        conf, *_ = self.scene("waits", smtp=None)
        mail = next(m for m in story.mails() if m.id == "forged")
        self.take(conf, "waits", [stored(post.FORGER, mail.message, MIDDAY, self.world.facts)])
        (entry,) = self.world.list(conf)
        rows = table(self.run_lodge("export", "--csv", "-", conf=conf).stdout)
        devon = next(row for row in rows if row["gss"] == post.DEVON.gss)
        self.assertEqual((devon["state"], devon["reference"], devon["sha256"]),
                         ("held", entry["reference"], ""))
        self.assertIn("sender-forged", devon["findings"])

    def take(self, conf, name, messages):
        for number, message in enumerate(messages):
            path = self.world.path(f"{name}-{number}.eml")
            with open(path, "wb") as file:
                file.write(message)
            self.run_lodge("file", path, conf=conf)

    def letter(self, sender, attachments, id):
        message = post.compose(sender, self.world.user, "Productivity Plan", "Attached.",
                               attachments, id, "Thu, 18 Jul 2024 10:55:00 +0100")
        return stored(sender, message, MIDDAY, self.world.facts)

    def test_names_of_strangers_are_neither_formulas_nor_paths(self):
        conf, *_ = self.scene("hostile", smtp=None)
        formula = "=HYPERLINK(\"x\",\"y\").pdf"
        extras = [("submission.json", "application/json", b"{}"),
                  ("../../escape.txt", "text/plain", b"out\n"),
                  ("SHA256SUMS", "text/plain", b"0\n")]
        self.take(conf, "hostile", [self.letter(
            post.DEVON.sender, [(formula, post.PDF, plans.pdf(post.DEVON.name, 3, "short")), *extras],
            "hostile")])
        (entry,) = self.world.list(conf)
        self.assertEqual(entry["outcome"], "accepted", entry)
        folder, _ = self.export("hostile-plans", conf=conf)
        text = read(folder, "plans.csv").decode()
        self.assertNotIn(",=", text)
        self.assertNotIn(",\"=", text)
        row = next(row for row in table(text) if row["gss"] == post.DEVON.gss)
        self.assertEqual(row["file_name"], "'" + entry["documents"][0]["name"])
        self.assertEqual(restored(row["file_name"]), entry["documents"][0]["name"])
        inside = f"{post.DEVON.gss}-{post.DEVON.slug}"
        names = files_below(folder) - AT_TOP
        self.assertEqual(len(names), 6, names)
        self.assertEqual({os.path.dirname(name) for name in names}, {inside})
        self.assertEqual(json.loads(read(folder, inside, "submission.json"))["reference"],
                         entry["reference"])
        self.assertEqual(sha256(read(folder, restored(row["path"]))), row["sha256"])
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True)

    # ---- JSON, and all at once ----

    def test_json_holds_the_list_s_own_objects(self):
        exported = json.loads(self.run_lodge("export", "--json", "-", "--all-versions").stdout)
        self.assertEqual(exported["call"], CALL)
        found = {plan["submission"]["reference"]: plan["submission"]
                 for council in exported["councils"] for plan in council["plans"]}
        filed = [e for e in self.entries if e["outcome"] == "accepted"]
        self.assertEqual(set(found), {e["reference"] for e in filed})
        for entry in filed:
            self.assertEqual(found[entry["reference"]],
                             {k: v for k, v in entry.items()
                              if k not in ("receipts", "locations", "may_answer")})

    def test_three_kinds_at_once_say_the_same(self):
        target = self.world.path("at-once.json")
        folder, done = self.export("at-once", "--csv", "-", "--json", target)
        self.assertEqual(done.stdout.encode(), read(folder, "plans.csv").replace(b"\r\n", b"\n"))
        self.assertEqual(read(target), read(folder, "plans.json"))
        before = read(target)
        self.run_lodge("export", "--json", target)  # a file is replaced
        self.assertEqual(json.loads(read(target))["councils"], json.loads(before)["councils"])

    # ---- what is refused, and what fails ----

    def test_what_cannot_be_done_is_refused_with_nothing_written(self):
        full, file, partial = (self.world.path(n) for n in ("full", "a-file", "begun.partial"))
        os.mkdir(full)
        os.mkdir(partial)
        for path in (os.path.join(full, "mine"), file):
            with open(path, "w") as out:
                out.write("mine\n")
        os.symlink(self.world.path("nowhere"), self.world.path("a-link"))
        for arguments, words in (
                ((full,), "is not empty"), ((file,), "is no directory"),
                ((self.world.path("a-link"),), "is no directory"),
                ((self.world.path("begun"),), "remove it and export again"),
                ((self.world.path("no", "such", "parent"),), self.world.path("no", "such")),
                ((), "something is missing"),
                (("-",), "standard output"),
                (("--csv", "-", "--json", "-"), "only one of"),
                (("--csv", "-", "--council", "Devon"), "GSS"),
                (("--csv", "-", "--council", "E07999999"), "E07999999"),
                (("--csv", "-", "--call", "other"), CALL)):
            with self.subTest(arguments=arguments):
                done = self.run_lodge("export", *arguments, code=USAGE)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(full), ["mine"])
        self.assertEqual(os.listdir(partial), [])

    def test_an_empty_directory_is_taken(self):
        empty = self.world.path("empty")
        os.mkdir(empty)
        self.export("empty")
        self.assertLessEqual(AT_TOP, set(os.listdir(empty)))

    def test_a_damaged_or_missing_plan_fails_the_whole_export(self):
        def damage(path):
            with open(path, "r+b") as file:
                file.write(b"x")
        for name, change in (("damaged", damage), ("missing", os.unlink)):
            with self.subTest(name):
                conf, digest = self.broken_spool(name, change)
                folder, done = self.export(name + "-plans", conf=conf, code=DIFFERENT)
                self.assertIn(digest, done.stderr)
                self.assertIn(self.filed(post.DEVON.gss)[0]["reference"], done.stderr)
                self.assertFalse(os.path.exists(folder))
                self.assertFalse(os.path.exists(folder + ".partial"))

    def test_a_council_that_left_the_register_keeps_its_plan_and_name(self):
        others = [c for c in post.COUNCILS if c.gss != post.DEVON.gss]
        path = self.world.write("without-devon.register", register(others))
        conf, *_ = self.scene("left", spool={"directory": self.world.spool},
                              **{f"call_{CALL}": {"register": path}})
        rows = table(self.run_lodge("export", "--csv", "-", conf=conf).stdout)
        self.assertEqual([row["gss"] for row in rows], [c.gss for c in others] + [post.DEVON.gss])
        self.assertEqual((rows[-1]["name"], rows[-1]["state"]), (post.DEVON.name, "filed"))

    def test_it_works_beside_a_writer_and_changes_nothing(self):
        before = {name: os.stat(os.path.join(self.world.spool, name)).st_mtime_ns
                  for name in files_below(self.world.spool) if not name.startswith("ledger.db-")}
        with open(os.path.join(self.world.spool, "lock"), "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.export("beside")
        after = {name: os.stat(os.path.join(self.world.spool, name)).st_mtime_ns
                 for name in files_below(self.world.spool) if not name.startswith("ledger.db-")}
        self.assertEqual(after, before)
