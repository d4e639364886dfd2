"""A person asks to be forgotten: nothing of hers is left, nobody else's is touched, and the journal says who did it."""

import dataclasses
import json
import os
import signal
import subprocess
import unittest

import grep
import plans
import post
from service import Service
from smtp_sink import Sink
from whole_run import DONE, TEMPORARY, USAGE, WholeRun, build, stored

MIDDAY = 1721296800
NAME = "Jane Roe-Ashcombe"
JANE = dataclasses.replace(post.DEVON.sender, mail="jane.roe-ashcombe@devon.gov.uk", person=NAME)
PLAN = f"Devon County Council by {NAME}"
HERS = [NAME, "roe-ashcombe", "Jane_Roe", "by Jane Roe"]
EVERY = int(os.environ.get("LODGE_PURGE_EVERY", "3"))


class PurgeRun(WholeRun):
    @classmethod
    def prepare(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)

    def mail(self, user, sender, id, council, files=None, text="Here."):
        return post.compose(sender, user, "Productivity Plan", text,
                            [(f"{id}.pdf", post.PDF, plans.pdf(council, 3))] if files is None else files, id,
                            "Thu, 18 Jul 2024 10:55:00 +0100")

    def hers(self, user):
        """Base64 of a ZIP whose members are deflated, and a body in quoted-printable."""
        return self.mail(user, JANE, "plan-of-devon", PLAN,
                         [("Jane_Roe plan.docx", post.DOCX, plans.docx(PLAN))],
                         f"Grüße von {NAME}, die für den Plan zuständig ist, und noch viel mehr Text.")

    def take_in(self, name):
        """Her plan and a copy of it; her council's next version from a colleague; Kent's plan."""
        conf, user, spool = self.scene(name, smtp=self.sink.settings())
        hers = self.hers(user)
        mails = [(JANE, hers), (JANE, b"X-Copy: yes\r\n" + hers),
                 (post.DEVON.sender, self.mail(user, post.DEVON.sender, "amended", "Devon County Council")),
                 (post.KENT.sender, self.mail(user, post.KENT.sender, "kent", post.KENT.name))]
        for at, (sender, message) in enumerate(mails):
            self.put(user, [(stored(sender, message, MIDDAY + at, self.world.facts), MIDDAY + at)])
            self.once_until_decided(conf)
        entries = self.world.list(conf)
        self.assertEqual([e["outcome"] for e in entries], ["accepted", "duplicate", "accepted", "accepted"])
        self.assertEqual([e["version"] for e in entries], [1, None, 2, 1])
        return conf, user, spool, entries[0]["reference"]

    def assert_nowhere(self, directory, texts=HERS):
        self.assertEqual({text: paths for text, paths in grep.find(directory, texts).items() if paths}, {})

    def facts_of_others(self, conf):
        return [e for e in self.world.list(conf) if e["state"] != "purged"]


class Purge(PurgeRun):
    def test_nothing_of_hers_is_left(self):
        conf, user, spool, reference = self.take_in("purge")
        self.run_lodge("note", reference, "--reason", f"rang {NAME}", conf=conf)
        others = self.world.list(conf)[2:]
        for text, paths in grep.find(spool, HERS).items():
            self.assertTrue(paths, f"{text} is not found while it is there")
        self.assertTrue(any("ledger.db" in path for path in grep.find(spool, [NAME])[NAME]))

        shown = self.run_lodge("purge", reference, conf=conf).stdout
        self.assertIn("Nothing was changed", shown)
        self.assertIn("a copy of " + reference, shown)
        self.assertEqual(self.world.list(conf)[2:], others)
        self.assertTrue(grep.find(spool, [NAME])[NAME])
        self.run_lodge("purge", reference, "--yes", conf=conf, code=USAGE)  # why?

        done = json.loads(self.run_lodge("purge", reference, "--yes", "--reason", "request 17 of 2024",
                                         "--json", conf=conf).stdout)
        self.assertTrue(done["purged"])
        self.assertEqual(len(done["messages"]), 2)
        self.assert_nowhere(spool)
        self.assertIn("2 messages were purged", self.run_lodge("verify", conf=conf).stdout)
        self.assertEqual(self.facts_of_others(conf), others)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)
        self.sink.take()

        self.comes_back(conf, user, spool)
        self.is_told(conf, reference)
        self.is_rebuilt(conf, spool)
        self.assertEqual(self.sink.take(), [])

    def comes_back(self, conf, user, spool):
        """The mails still lie there; one is moved; nothing is taken in or decided again."""
        before = [(e["reference"], e["state"]) for e in self.world.list(conf)]
        self.run_lodge("once", conf=conf)
        session = self.world.imap(user)
        session.create("Archive")
        session.select("INBOX")
        self.assertEqual(session.uid("MOVE", "1", "Archive")[0], "OK")
        session.logout()
        done = self.run_lodge("once", "-v", conf=conf)
        self.assertIn("purged-before", done.stderr)
        self.run_lodge("once", conf=conf)
        self.assertEqual([(e["reference"], e["state"]) for e in self.world.list(conf)], before)
        self.assert_nowhere(spool)
        self.run_lodge("verify", conf=conf)
        path = self.world.write("hers.eml", "")
        with open(path, "wb") as file:
            file.write(stored(JANE, self.hers(user), MIDDAY, self.world.facts))
        self.run_lodge("file", path, conf=conf)
        self.assertEqual([(e["reference"], e["state"]) for e in self.world.list(conf)], before)

    def is_told(self, conf, reference):
        shown = self.run_lodge("show", reference, conf=conf).stdout
        for words in ("Purged: ", "Under rule: message", "Why: request 17 of 2024", "It was: accepted",
                      "Council: E10000008", "mailbox plans, folder INBOX, UID 1"):
            self.assertIn(words, shown)
        purge = json.loads(self.run_lodge("show", reference, "--json", conf=conf).stdout)["purge"]
        self.assertEqual((purge["rule"], purge["reason"]), ("message", "request 17 of 2024"))
        self.assertIn(f"{reference}  purged on ", self.run_lodge("purge", "--list", conf=conf).stdout)
        self.assertIn("purged", self.run_lodge("list", conf=conf).stdout.splitlines()[0])
        self.assertIn("Messages that were purged: 2", self.run_lodge("status", conf=conf).stdout)
        self.assertIn("nothing is held", self.run_lodge("find", JANE.mail, conf=conf).stdout)
        for order in (["resend", reference, "--reason", "r"], ["note", reference, "--reason", "r"],
                      ["accept", reference, "--reason", "r"], ["replay", reference],
                      ["purge", reference], ["show", reference, "--receipt"]):
            self.assertIn("was purged", self.run_lodge(*order, conf=conf, code=USAGE).stderr, order)
        table = self.world.path("table.csv")
        self.run_lodge("export", "--csv", table, "--all-versions", conf=conf)
        with open(table, encoding="utf-8") as file:
            rows = [line for line in file if line.startswith(post.DEVON.gss)]
        self.assertEqual(len(rows), 1)  # the second version alone

    def is_rebuilt(self, conf, spool):
        before = self.world.list(conf)
        for name in os.listdir(spool):
            if name.startswith("ledger.db"):
                os.unlink(os.path.join(spool, name))
        self.run_lodge("verify", "--repair", conf=conf)
        self.assertEqual(self.world.list(conf), before)
        self.run_lodge("once", conf=conf)
        self.run_lodge("verify", conf=conf)
        self.assert_nowhere(spool)

    def test_by_address_with_a_backup(self):
        conf, user, spool, reference = self.take_in("address")
        target = self.world.path("backup-address")
        self.run_lodge("backup", target, conf=conf)
        self.assertTrue(grep.find(target, [NAME])[NAME])
        mention = self.mail(user, post.LEEDS.sender, "leeds", post.LEEDS.name, None, f"Ask {JANE.mail}.")
        self.put(user, [(stored(post.LEEDS.sender, mention, MIDDAY + 9, self.world.facts), MIDDAY + 9)])
        self.run_lodge("once", conf=conf)
        done = json.loads(self.run_lodge("purge", "--address", JANE.mail.upper(), "--yes", "--reason", "request 18",
                                         "--json", conf=conf).stdout)
        self.assertEqual([m["rule"] for m in done["messages"]], ["address", "address"])
        self.assertEqual(done["mentions"], [self.world.list(conf)[4]["reference"]])
        self.assertEqual([path for path in grep.find(spool, HERS)["Jane_Roe"]], [])
        self.assertEqual(grep.find(spool, [NAME])[NAME], [])
        self.run_lodge("verify", conf=conf)
        self.run_lodge("backup", target, conf=conf)
        self.assertEqual(grep.find(target, [NAME])[NAME], [])

    def purge_due(self, conf, days, *options, code=DONE):
        """With lodge's own clock so many days ahead; AddressSanitizer wants to be the first that is loaded, and need not."""
        command = ["faketime", "-f", f"+{days}d",
                   *self.world.command("purge", "--due", *options, conf=conf)]
        environment = dict(self.world.environment(), ASAN_OPTIONS="verify_asan_link_order=0")
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
        self.assert_exit(done, code)
        return done

    def test_each_class_goes_when_its_time_has_come(self):
        conf, user, spool, reference = self.take_in("due")
        self.run_lodge("reject", self.world.list(conf)[3]["reference"], "--reason", "r", conf=conf)
        lunch = self.mail(user, post.STRANGER, "lunch", "", [], "Lunch?").replace(
            b"Subject: Productivity Plan", b"Subject: Lunch")
        self.put(user, [(stored(post.STRANGER, lunch, MIDDAY + 9, self.world.facts), MIDDAY + 9)])
        self.run_lodge("once", conf=conf)
        entries = self.world.list(conf)
        self.assertEqual([e["outcome"] for e in entries],
                         ["accepted", "duplicate", "accepted", "rejected", "not-a-submission"])
        self.assertEqual(self.purge_due(conf, 20).stdout, "nothing is to be purged\n")  # keep is the default
        conf, _, _ = self.scene("due", smtp=self.sink.settings(), retention={
            "plans": "20d", "correspondence": "10d", "not_a_submission": "5d"})
        for days, expected in ((4, []), (6, [("retention-not-a-submission", 4)]),
                               (11, [("retention-correspondence", 3), ("retention-not-a-submission", 4)]),
                               (21, [("retention-plans", 0), ("retention-plans", 1), ("retention-plans", 2),
                                     ("retention-correspondence", 3), ("retention-not-a-submission", 4)])):
            shown = json.loads(self.purge_due(conf, days, "--json").stdout)
            self.assertFalse(shown["purged"])
            self.assertEqual([(m["rule"], m["reference"]) for m in shown["messages"]],
                             [(rule, entries[at]["reference"]) for rule, at in expected], days)
        refused = self.purge_due(conf, 400, "--yes", code=USAGE)
        self.assertIn("run lodge once first", refused.stderr)
        self.purge_due(conf, 11, "--yes")
        self.assertEqual([e["state"] for e in self.world.list(conf)], ["decided"] * 3 + ["purged"] * 2)
        purge = json.loads(self.run_lodge("show", entries[3]["reference"], "--json", conf=conf).stdout)["purge"]
        self.assertEqual(purge["reason"], "[retention] correspondence = 10d")
        self.run_lodge("verify", conf=conf)

    def test_beside_a_service_it_is_refused(self):
        conf, _, spool, reference = self.take_in("serving")
        service = Service(self.world, conf)
        self.addCleanup(service.__exit__)
        service.ready()
        self.run_lodge("purge", reference, conf=conf)  # looking is free
        refused = self.run_lodge("purge", reference, "--yes", "--reason", "r", conf=conf, code=TEMPORARY)
        self.assertIn('in use by "lodge serve"', refused.stderr)
        self.assertEqual(service.stop(), 0)
        self.assertTrue(grep.find(spool, [NAME])[NAME])
        self.run_lodge("purge", reference, "--yes", "--reason", "r", conf=conf)
        self.assert_nowhere(spool)

    def test_what_is_asked_for_must_be_clear(self):
        conf, _, _, reference = self.take_in("clear")
        for arguments in ([], [reference, "--list"], ["--address", "devon"], ["PP24-000099-X"],
                          [reference, "--yes", "--reason", "  "]):
            self.run_lodge("purge", *arguments, conf=conf, code=USAGE)
        self.assertEqual(self.run_lodge("purge", "--address", "nobody@nowhere.example", conf=conf).stdout,
                         "nothing is to be purged\n")
        self.assertEqual(self.run_lodge("purge", "--list", conf=conf).stdout, "")


class PurgeKilled(PurgeRun):
    """kill -9 at every durable call of a purge: she is there whole or not at all, and the next lodge sees to it."""

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(build(), "intake", "lodge"), "rb") as file:
            if b"libasan" in file.read():
                raise unittest.SkipTest("nothing can be preloaded before AddressSanitizer: "
                                        "this runs with the release build")
        super().setUpClass()

    def purge(self, conf, reference, page, **shim):
        with open(page, "wb") as file:
            file.write(bytes(4096))
        environment = dict(self.world.environment(), LODGE_SHIM_PAGE=page,
                           LD_PRELOAD=os.path.join(build(), "tests", "liblodge_shim.so"),
                           **{"LODGE_SHIM_" + key.upper(): str(value) for key, value in shim.items()})
        command = self.world.command("purge", reference, "--yes", "--reason", "request 19", conf=conf)
        # A session of its own: the shim kills the whole process group.
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120,
                              start_new_session=True)
        with open(page, "rb") as file:
            return done.returncode, int.from_bytes(file.read(8), "little"), done.stderr

    def copy(self, spool, original):
        subprocess.run(["rm", "-rf", spool], check=True)
        subprocess.run(["cp", "-a", original, spool], check=True)

    def check(self, conf, spool, reference, where):
        """Whoever opens it next, to write, ends what was begun."""
        self.run_lodge("note", self.other, "--reason", "the next one", conf=conf)
        self.assertNotIn("purge-unfinished", os.listdir(spool), where)
        states = {e["reference"]: e["state"] for e in self.world.list(conf)}
        if states[reference] == "purged":
            self.assert_nowhere(spool)
        else:
            self.assertTrue(grep.find(spool, [NAME])[NAME], where)
        self.assertEqual(self.world.lodge("verify", conf=conf).returncode, DONE, where)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout, where)
        return states[reference] == "purged"

    def test_killed_at_every_durable_call(self):
        conf, _, spool, reference = self.take_in("killed")
        self.other = self.world.list(conf)[3]["reference"]
        original = self.world.path("spool-original")
        subprocess.run(["cp", "-a", spool, original], check=True)
        page = self.world.write("page", "")
        code, calls, said = self.purge(conf, reference, page)
        self.assertEqual(code, DONE, said)
        self.assertTrue(self.check(conf, spool, reference, "undisturbed"))
        self.assertGreater(calls, 50)
        killed = purged = 0
        for number in range(1, calls + 1, EVERY):
            self.copy(spool, original)
            code, _, said = self.purge(conf, reference, page, kill=number)
            self.assertEqual(code, -signal.SIGKILL, said)
            killed += 1
            purged += self.check(conf, spool, reference, f"killed at call {number}")
        print(f"# {calls} calls numbered, {killed} times killed, {purged} times purged all the same")
        self.assertGreater(purged, 0)
        self.assertLess(purged, killed)
