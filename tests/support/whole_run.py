"""Whole runs: lodge as a person runs it, against a real Dovecot and a real Postfix.

    LODGE_BUILD=build/asan python3 tests/support/whole_run.py [module...]

runs tests/intake/run/test_*.py (or those named) and prints one TAP line a test; exit code 1 when
one failed. Tests derive from WholeRun, which gives each class a world of its own."""

import hashlib
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import post  # noqa: E402
import world  # noqa: E402

TESTS = os.path.join(world.ROOT, "tests", "intake", "run")
PATIENCE_S = 300
DONE, DIFFERENT, USAGE, TEMPORARY = 0, 1, 2, 3


def build():
    directory = os.environ.get("LODGE_BUILD")
    if not directory:
        sys.exit("whole_run.py: LODGE_BUILD must name the build directory")
    return os.path.abspath(directory)


def is_sanitized():
    program = os.path.join(build(), "intake", "lodge")
    return b"__asan_init" in subprocess.run(["nm", "-D", program], capture_output=True).stdout


def high_water(pid):
    """The most memory that it had resident so far, in kB; 0: it has ended."""
    try:
        with open(f"/proc/{pid}/status") as file:
            line = next((line for line in file if line.startswith("VmHWM:")), "VmHWM: 0")
            return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


class WholeRun(unittest.TestCase):
    maxDiff = None
    clock = world.ON_TIME
    senders = post.SENDERS

    @classmethod
    def setUpClass(cls):
        cls.world = world.World(build(), cls.clock, cls.senders)
        cls.addClassCleanup(cls.world.close)
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What all tests of a class share; runs once."""

    def assert_exit(self, done, code):
        if done.returncode != code:
            self.fail(f"{' '.join(done.args[1:])} ended with {done.returncode}, not {code}\n"
                      f"--- output\n{done.stdout}\n--- errors\n{done.stderr}")

    def run_lodge(self, *arguments, code=DONE, **options):
        done = self.world.lodge(*arguments, **options)
        self.assert_exit(done, code)
        return done

    def scene(self, name, **changes):
        """A lodge.conf with a spool and a mailbox of its own: changes are {"group": {key: value}},
        a None value takes the key or the whole group away. Returns (conf, user, spool)."""
        user = f"{name}@{self.world.facts['department']}"
        spool = self.world.path("spool-" + name)
        settings = self.world.settings()
        settings["spool"]["directory"] = spool
        settings["mailbox plans"]["user"] = user
        for group, keys in changes.items():
            if keys is None:
                del settings[group.replace("_", " ")]
                continue
            section = settings.setdefault(group.replace("_", " "), {})
            section.update(keys)
            for key in [key for key, value in section.items() if value is None]:
                del section[key]
        return self.world.configure(name + ".conf", settings), user, spool

    def once_until_decided(self, conf):
        """Passes until nothing is pending: what failed for reasons of ours is tried again by and by."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            done = self.world.lodge("once", conf=conf)
            self.assertIn(done.returncode, (DONE, TEMPORARY), done.stderr)
            pending = [e for e in self.world.list(conf) if e["state"] == "pending"]
            if not pending:
                return
            self.assertLess(time.monotonic(), deadline, f"still pending: {pending}")
            time.sleep(1)

    def put(self, user, messages, folder="INBOX"):
        """Lays finished messages into a mailbox: (bytes, INTERNALDATE in seconds)."""
        session = self.world.imap(user)
        if folder != "INBOX":
            session.create(folder)
        for message, seconds in messages:
            stamp = time.strftime('"%d-%b-%Y %H:%M:%S +0000"', time.gmtime(seconds))
            status, answer = session.append(folder, None, stamp, message)
            self.assertEqual(status, "OK", answer)
        session.logout()


def stored(sender, message, seconds, facts):
    """A message as it stands in the mailbox: with the lines that the border put above it."""
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000 (UTC)", time.gmtime(seconds))
    lines = (f"Authentication-Results: {sender.results(facts['authserv_id'])}\r\n"
             f"Received: from {sender.host} (unknown [{sender.address}])\r\n"
             f"\tby {facts['border_name']} (Postfix) with ESMTP id {int(seconds):X}\r\n"
             f"\tfor <plans@{facts['department']}>; {when}\r\n")
    return lines.encode() + message


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Tap(unittest.TestResult):
    """One line a test, with what went wrong as comments below it."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.began = 0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def _say(self, word, test, after="", details=""):
        self.number += 1
        # "test_story.TheStory.test_every_mail… [case]" is told as "story: every mail… [case]".
        module, _, rest = test.id().removeprefix("test_").partition(".")
        name = rest.partition(".test_")[2].replace("_", " ") or rest
        print(f"{word} {self.number} - {module}: {name}{after}", flush=True)
        for line in details.splitlines():
            print("# " + line, flush=True)

    def _took(self):
        return f" ({time.monotonic() - self.began:.1f} s)"

    def addSuccess(self, test):
        self._say("ok", test, self._took())

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._say("ok", test, " # SKIP " + reason)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._say("not ok", test, self._took(), self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self._say("not ok", test, "", self.errors[-1][1])

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is None:
            self._say("ok", subtest)
        else:
            self._say("not ok", subtest, "", (self.failures + self.errors)[-1][1])


def main():
    build()
    sys.path.insert(0, TESTS)
    names = sys.argv[1:] or sorted(name[:-3] for name in os.listdir(TESTS)
                                   if name.startswith("test_") and name.endswith(".py"))
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = Tap()
    suite.run(result)
    print(f"1..{result.number}")
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    sys.modules.setdefault("whole_run", sys.modules["__main__"])
    main()
