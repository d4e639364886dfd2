"""Plays one story on the real programs and says what came out otherwise than the story expects.

The world of every story is the example call with the deadline of Friday 19 July 2024 (no extension, no signs), the
councils of post.py, and the border of servers.py; a story changes keys of call, register and settings.
Each has a mailbox, a spool and a service domain of its own: by the domain its receipts are known."""

import base64
import configparser
import email
import email.policy
import imaplib
import io
import json
import re
import subprocess
import time

import scenario_judge
import scenario_mail
import world as worlds
from whole_run import DONE, sha256

# A bare CR stays what a forger made of it: imaplib would complete it to a line's end.
imaplib.MapCRLF = re.compile(rb"\r\n|\n")
FOLDERS = ("INBOX", "Junk", "Sent", "Drafts")
ARRIVAL_S = 60
PLAIN_CALL = dict.fromkeys(("extension general-election", "sign endorsement", "sign publication",
                            "sign measures"), False)


def _edited(text, *changes):
    """A key file with other values; false takes a key or a group away."""
    file = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), default_section="")
    file.optionxform = str
    file.read_string(text)
    for group, keys in ((g, k) for change in changes for g, k in change.items()):
        if keys is False:
            file.remove_section(group)
            continue
        if not file.has_section(group):
            file.add_section(group)
        for key, value in keys.items():
            if value is False:
                file.remove_option(group, key)
            else:
                file.set(group, key, str(value))
    out = io.StringIO()
    file.write(out)
    return out.getvalue()


def _mailbox(name):
    """A folder's name as IMAP writes it (RFC 3501, 5.1.3), quoted."""
    def shift(found):
        return "&" + base64.b64encode(found[0].encode("utf-16-be"), b"+,").decode().rstrip("=") + "-"
    return '"' + re.sub(r"[^ -~]+", shift, name.replace("&", "&-")) + '"'


class Play:
    def __init__(self, case, story):
        self.case, self.world, self.story = case, case.world, story
        self.domain = f"{story.name}.{self.world.facts['department']}"
        self.mails = {mail["id"]: mail for mail in story.mails}
        self.letters, self.raw, self.places = {}, {}, {}
        self.sent = []  # (Message-ID, address) of every receipt that the story expects
        self.conf, self.user = self._configure()

    def run(self):
        """Lines of words, none when everything came as it is told."""
        for word, *arguments in self.story.steps:
            getattr(self, "_step_" + word)(*arguments)
        wrong = scenario_judge.judge(self)
        for command in (["verify"], ["replay", "--all"]):
            done = self.world.lodge(*command, conf=self.conf)
            if done.returncode != DONE:
                wrong.append(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return wrong

    def _configure(self):
        changes = self.story.world
        call = self.world.write(self.story.name + ".call", _edited(
            self.world.example_call(), PLAIN_CALL, changes.get("call", {})))
        register = self.world.write(self.story.name + ".register", _edited(
            worlds.register(), changes.get("register", {})))
        groups = {group.replace(" ", "_"): {key: None if value is False else value
                                            for key, value in keys.items()}
                  for group, keys in changes.get("settings", {}).items()}
        groups.setdefault("service", {})["domain"] = self.domain
        groups["call_" + worlds.CALL] = {"file": call, "register": register}
        conf, user, _ = self.case.scene(self.story.name, **groups)
        return conf, user

    # ---- what is known on the way ----

    def fill(self, text):
        """{ref:ID}, {id:ID}, {receipt:ID} of an earlier mail, and {service}, our domain."""
        def value(match):
            word, _, id = match[1].partition(":")
            if word == "service":
                return self.domain
            if word == "id":
                return scenario_mail.message_id(self.mails[id])
            return self.reference(id) if word == "ref" else self.receipt_id(id)
        return re.sub(r"\{((?:ref|id|receipt):[\w-]+|service)\}", value, text)

    def entry(self, id):
        digest = sha256(self.raw[id])
        return next(e for e in self.world.list(self.conf) if e["message_sha256"] == digest)

    def reference(self, id):
        return self.entry(id)["reference"]

    def show(self, reference):
        done = self.world.lodge("show", reference, "--json", conf=self.conf)
        self.case.assert_exit(done, DONE)
        return json.loads(done.stdout)

    def receipt_id(self, id):
        return f"receipt.{self.reference(id)}.1@{self.domain}"

    def receipts(self, address, count):
        """What of ours stands in that mailbox, once there are so many: {Message-ID: bytes}."""
        deadline = time.monotonic() + ARRIVAL_S
        while True:
            found = self._receipts_now(address)
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.05)

    def _receipts_now(self, address):
        session = self.world.imap(address)
        try:
            session.select("INBOX", readonly=True)
            _, (numbers,) = session.search(None, "HEADER", "Message-ID", f'"@{self.domain}>"')
            if not numbers:
                return {}
            _, answer = session.fetch(numbers.decode().replace(" ", ","), "(BODY.PEEK[])")
            bodies = [part[1] for part in answer if isinstance(part, tuple)]
        finally:
            session.logout()
        return {email.message_from_bytes(raw, policy=email.policy.default)["Message-ID"].strip("<> "): raw
                for raw in bodies}

    # ---- steps ----

    def _compose(self, id):
        mail = self.mails[id]
        below = None
        if "file" in mail:
            below = scenario_mail.from_file(self.story.read(mail["file"]), self.fill)
        elif "receipt_of" in mail:
            message = self.receipt_id(mail["receipt_of"])
            to = self.entry(mail["receipt_of"])["receipts"][0]["to"]
            below = self.receipts(to, 1)[message]
        elif "copy_of" in mail:
            below = self.letters[mail["copy_of"]]
        else:
            below = scenario_mail.letter(mail, self.fill)
        self.letters[id] = below
        return scenario_mail.whole(mail, below)

    def _step_deliver(self, *ids):
        for id in ids:
            if id not in self.raw:
                composed = self._compose(id)
                self.raw[id] = scenario_mail.as_handed_out(composed)
                self._append(id, composed)
            else:
                self._append(id, self.raw[id])

    def _append(self, id, message):
        mail = self.mails[id]
        folder = mail.get("folder", "INBOX")
        stamp = scenario_mail.stored_at(mail).strftime('"%d-%b-%Y %H:%M:%S %z"')
        session = self.world.imap(self.user)
        if folder not in FOLDERS:
            session.create(_mailbox(folder))
        status, answer = session.append(_mailbox(folder), mail.get("flags"), stamp, message)
        self.case.assertEqual(status, "OK", answer)
        session.logout()
        self.places[id] = (folder, re.search(rb"APPENDUID \d+ (\d+)", answer[0])[1].decode())

    def _step_once(self):
        self.case.run_lodge("once", conf=self.conf)

    def _step_run(self, *words):
        self.case.run_lodge(*map(self.fill, words), conf=self.conf)

    def _in_folder(self, id, *commands):
        folder, uid = self.places[id]
        session = self.world.imap(self.user)
        session.select(_mailbox(folder))
        for command, *arguments in commands:
            status, answer = session.uid(command, uid, *arguments)
            self.case.assertEqual(status, "OK", answer)
        session.logout()

    def _create(self, folder):
        session = self.world.imap(self.user)
        session.create(_mailbox(folder))
        session.logout()

    def _step_copy(self, id, folder):
        self._create(folder)
        self._in_folder(id, ("COPY", _mailbox(folder)))

    def _step_move(self, id, folder):
        self._step_copy(id, folder)
        self._step_delete(id)

    def _step_delete(self, id):
        self._in_folder(id, ("STORE", "+FLAGS", "(\\Deleted)"), ("EXPUNGE",))

    def _step_flag(self, id, flags):
        self._in_folder(id, ("STORE", "+FLAGS", f"({flags})"))

    def _step_renumber(self, folder):
        """The mailbox server was restored: every message has another number."""
        subprocess.run(["doveadm", "-c", self.world.path("s", "dovecot.conf"), "mailbox", "update",
                        "-u", self.user, "--uid-validity", "4242", folder], check=True)
