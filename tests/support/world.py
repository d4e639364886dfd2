"""A small department in a temporary directory: its servers, its lodge.conf, its mail.

    with World(build) as world:
        world.send(post.DEVON.sender, message)
        world.await_inbox(1)
        world.lodge("once")
        world.list()

Everything a whole-run test needs and nothing it asserts. One directory, removed at the end;
the servers end with us, however we end."""

import atexit
import imaplib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

import post
import servers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SERVERS = os.path.join(ROOT, "tests", "support", "servers.py")
EXAMPLE_CALL = os.path.join(ROOT, "config", "examples", "productivity-plans-2024.call")
CALL = "productivity-plans-2024"
ON_TIME = "2024-07-18 10:00:00"  # UTC, as all clocks here
WAIT_S = 60
FLUSH_S = 5
LOG_LINES = 20


class Servers:
    """servers.py as a child: it ends when we do."""

    def __init__(self, directory, clock, border_results):
        self.dir = directory
        command = [] if os.geteuid() == 0 else ["sudo", "-n"]
        command += [sys.executable, SERVERS, "run", directory, "--border-results", border_results]
        if clock:
            command += ["--clock", clock]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, start_new_session=True)
        if self.process.stdout.readline() != "ready\n":
            self.process.wait()
            raise RuntimeError("the servers did not start")
        with open(os.path.join(directory, "servers.json")) as file:
            self.facts = json.load(file)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError("the servers' keeper has gone")

    def close(self, wait=True):
        self.process.stdin.close()
        if wait:
            self.process.wait()
        self.process.stdout.close()


class World:
    def __init__(self, build, clock=ON_TIME, senders=post.SENDERS):
        self.bin = os.path.join(build, "intake", "lodge")
        self.dir = tempfile.mkdtemp(prefix="lodge-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        try:
            results = self._write("border-results", post.border_table(servers.AUTHSERV_ID, senders))
            self.servers = Servers(os.path.join(self.dir, "s"), clock, results)
        except BaseException:
            shutil.rmtree(self.dir)
            raise
        atexit.register(self.close)  # a run that breaks off in the middle clears up, too
        self.facts = self.servers.facts
        self.user = "plans@" + self.facts["department"]
        self.spool = os.path.join(self.dir, "spool")
        self.call = self._write("call", self.example_call())
        self.register = self._write("register", register())
        self._write("password", self.facts["password"] + "\n", 0o600)
        self.conf = self.configure()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def keep(self):
        """Leaves servers and directory behind; facts["pid"] is whom to end."""
        atexit.unregister(self.close)
        self.servers.tell("keep")
        self.servers.close(wait=False)

    def close(self):
        atexit.unregister(self.close)
        self.servers.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        if os.path.exists(self.dir) and os.geteuid() != 0:
            subprocess.run(["sudo", "-n", "rm", "-rf", self.dir], check=True)

    # ---- files ----

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def _write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    write = _write

    def example_call(self):
        with open(EXAMPLE_CALL, encoding="utf-8") as file:
            return file.read()

    def settings(self):
        """Groups and keys of lodge.conf; tests change a copy of them."""
        department = self.facts["department"]
        server = {"host": "127.0.0.1", "ca_file": self.facts["ca_file"],
                  "secret_file": self.path("password")}
        return {
            "spool": {"directory": self.spool},
            f"call {CALL}": {"file": self.call, "register": self.register},
            "mailbox plans": dict(server, call=CALL, port=self.facts["imaps_port"],
                                  tls="implicit", user=self.user),
            "smtp": dict(server, port=self.facts["submission_port"], tls="starttls",
                         user="receipts@" + department,
                         from_name="Productivity plans intake",
                         from_address="receipts@" + department,
                         help_address="plans-help@" + department,
                         envelope="plus", envelope_address="receipts@" + department,
                         pace="100000/min"),
            "border": {"networks": "127.0.0.1/32",
                       "servers": f"{self.facts['border_name']};{self.facts['store_name']}"},
            "authentication": {"authserv_ids": self.facts["authserv_id"]},
            "service": {"name": "Productivity plans intake", "domain": department},
            # Weeks of mail arrive within a minute here; test_caps takes this group away, test_notices tells contacts.
            "answers": {key: "unlimited" for key in (
                "per_address", "per_address_day", "per_domain", "per_domain_day",
                "per_council", "per_council_day", "total")} | {"tell_contact": "never"},
            "limits": {"reserve": "1M", "low_space": "1M"},
        }

    def configure(self, name="lodge.conf", settings=None):
        text = ""
        for group, keys in (settings or self.settings()).items():
            text += f"[{group}]\n"
            text += "".join(f"{key} = {value}\n" for key, value in keys.items()) + "\n"
        return self._write(name, text)

    # ---- mail ----

    def clock(self, text, stands=False):
        self.servers.tell(("stand " if stands else "clock ") + text)

    def send(self, sender, message, to=None, envelope=None):
        post.send(self.facts["host"], self.facts["border_port"], sender, to or self.user, message,
                  envelope)

    def imap(self, user):
        context = ssl.create_default_context(cafile=self.facts["ca_file"])
        session = imaplib.IMAP4_SSL(self.facts["host"], self.facts["imaps_port"],
                                    ssl_context=context)
        session.login(user, self.facts["password"])
        return session

    def count(self, user, folder="INBOX"):
        session = self.imap(user)
        try:
            status, answer = session.status(folder, "(MESSAGES)")
            return int(re.search(rb"MESSAGES (\d+)", answer[0])[1]) if status == "OK" else 0
        finally:
            session.logout()

    def await_inbox(self, count, user=None):
        """Waits until Postfix has handed over everything that was sent."""
        user = user or self.user
        self._await(count, lambda: self.count(user), f"mails arrived for {user}")

    def await_delivered(self, count):
        """Waits until Postfix has delivered so many mails since it started, to whomever: then it is idle."""
        self._await(count, lambda: self.delivery_log().count(": removed\n"), "mails were delivered")

    def _await(self, count, look, what):
        """Postfix looks again at its queue by its clock; where that stands, somebody must tell it to."""
        began, flushed = time.monotonic(), time.monotonic()
        while (found := look()) < count:
            now = time.monotonic()
            if now - began > WAIT_S:
                raise RuntimeError(f"{found} of {count} {what}:\n" + self.undelivered())
            if now - flushed > FLUSH_S:
                print(f"# {found} of {count} {what}: the queue is tried again\n"
                      + re.sub("^", "# ", self.undelivered(), flags=re.MULTILINE), flush=True)
                self.servers.tell("flush")
                flushed = now
            time.sleep(0.02)

    def undelivered(self):
        """What Postfix says of the mails that it took and did not get rid of, and Dovecot of its troubles."""
        lines = [(re.search(r"\]: (\w{8,}): ", line), line) for line in self.delivery_log().splitlines()]
        removed = {number[1] for number, line in lines if number and line.endswith(": removed")}
        left = [line for number, line in lines if number and number[1] not in removed]
        with open(os.path.join(self.facts["dir"], "dovecot.log"), errors="replace") as file:
            troubles = [line for line in file.read().splitlines()
                        if re.search("Error|Fatal|Panic|Warning", line)]
        return "\n".join(left[-LOG_LINES:] + troubles[-LOG_LINES:])

    def delivery_log(self):
        with open(os.path.join(self.facts["dir"], "postfix.log"), errors="replace") as file:
            return file.read()

    def move(self, user, message_id, folder, verb="MOVE"):
        """What a colleague does with the mouse. verb: MOVE or COPY."""
        session = self.imap(user)
        try:
            session.create(f'"{folder}"')
            session.select("INBOX")
            _, (found,) = session.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')
            if not found:
                raise RuntimeError(f"{message_id} is not in the inbox of {user}")
            status, answer = session.uid(verb, found.decode(), f'"{folder}"')
            if status != "OK":
                raise RuntimeError(f"{message_id} did not come to {folder}: {answer}")
        finally:
            session.logout()

    def mailboxes(self):
        """The addresses of all that exist: the server makes one when the first mail comes."""
        command = [] if os.geteuid() == 0 else ["sudo", "-n"]
        command += ["find", os.path.join(self.facts["dir"], "mail"), "-mindepth", "2", "-maxdepth", "2",
                    "-printf", "%f@%h\n"]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [re.sub("@.*/", "@", line) for line in found.splitlines()]

    def messages(self, user, folder="INBOX"):
        """(flags, bytes) of everything in a mailbox, which stays as it is."""
        session = self.imap(user)
        try:
            _, (count,) = session.select(f'"{folder}"', readonly=True)
            if int(count) == 0:
                return []
            _, answer = session.fetch("1:*", "(FLAGS BODY.PEEK[])")
            return [(part[0], part[1]) for part in answer if isinstance(part, tuple)]
        finally:
            session.logout()

    # ---- lodge ----

    def lodge(self, *arguments, conf=None, input=None, timeout=900):
        """Runs it and gives back exit code and both outputs; asserts nothing."""
        return subprocess.run(self.command(*arguments, conf=conf), input=input, capture_output=True, timeout=timeout,
                              env=self.environment(), text=not isinstance(input, bytes))

    def command(self, command, *arguments, conf=None):
        return [self.bin, command, "--config", conf or self.conf, *arguments]

    def environment(self):
        # What GLib calls critical is a defect of ours, wherever it only shows in a log.
        return dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", G_DEBUG="fatal-criticals")

    def list(self, conf=None):
        done = self.lodge("list", "--json", conf=conf)
        if done.returncode != 0:
            raise RuntimeError("lodge list --json failed:\n" + done.stdout + done.stderr)
        return parse_list(done.stdout)


def parse_list(text):
    text = text.strip()
    if text.startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines()]


def register(councils=post.COUNCILS):
    """A register in which the councils' mail domains are confirmed."""
    return "".join(
        f"[{council.gss}]\nname = {council.name}\nslug = {council.slug}\nkind = {council.kind}\n"
        f"nation = England\ndomains = {council.sender.domain}\n"
        f"contact = {council.sender.mail}\n\n" for council in councils)
