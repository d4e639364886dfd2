"""What must be refused, with one clear message that names the object and the mend, and the right exit code."""

import fcntl
import os
import re
import subprocess

import name_server
import post
import world
from whole_run import TEMPORARY, USAGE, WholeRun, stored

MIDDAY = 1721296800  # 18 July 2024, 10:00 UTC


class Configuration(WholeRun):
    """Files that check-config must refuse: exit 2, and the message names file, line and word."""

    def refuse(self, *words, conf=None):
        done = self.run_lodge("check-config", conf=conf, code=USAGE)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn(self.world.facts["password"], done.stdout + done.stderr)

    def conf_with(self, edit):
        with open(self.world.conf, encoding="utf-8") as file:
            return self.world.write("bad.conf", edit(file.read()))

    def call_with(self, edit):
        call = self.world.write("bad.call", edit(self.world.example_call()))
        return self.scene("call", **{f"call {world.CALL}": {"file": call}})[0]

    def line_of(self, path, text):
        with open(path, encoding="utf-8") as file:
            return next(n for n, line in enumerate(file, 1) if text in line)

    def test_the_good_configuration_passes(self):
        self.run_lodge("check-config")

    def test_a_misspelt_key_is_named_with_the_nearest_known_one(self):
        conf = self.conf_with(lambda text: text.replace("ca_file", "ca_fiel", 1))
        self.refuse(f"bad.conf:{self.line_of(conf, 'ca_fiel')}", "ca_fiel", "ca_file", conf=conf)

    def test_a_doubled_key_is_refused(self):
        conf = self.conf_with(lambda text: text.replace("tls = implicit",
                                                        "tls = implicit\ntls = none", 1))
        self.refuse(f"bad.conf:{self.line_of(conf, 'tls = none')}", "tls", conf=conf)

    def test_a_doubled_group_is_refused(self):
        conf = self.conf_with(lambda text: text + "\n[spool]\ndirectory = /elsewhere\n")
        self.refuse("bad.conf:", "spool", conf=conf)

    def test_a_value_without_its_unit_is_refused(self):
        conf = self.conf_with(lambda text: text.replace("reserve = 1M", "reserve = 1", 1))
        self.refuse("bad.conf:", "reserve", conf=conf)

    def test_no_encryption_is_for_loopback_only(self):
        conf = self.scene("plain", mailbox_plans={"host": "mail.example.org", "tls": "none"})[0]
        self.refuse("plain.conf", "tls", conf=conf)

    def test_a_civil_time_that_does_not_exist_is_refused(self):
        conf = self.call_with(lambda text: re.sub(r"(?m)^deadline\s*=.*$",
                                                  "deadline = 2024-03-31T01:30", text))
        self.refuse("bad.call", "2024-03-31T01:30", "Europe/London", conf=conf)

    def test_a_civil_time_that_exists_twice_is_refused(self):
        conf = self.call_with(lambda text: re.sub(r"(?m)^deadline\s*=.*$",
                                                  "deadline = 2024-10-27T01:30", text))
        self.refuse("bad.call", "2024-10-27T01:30", "Europe/London", conf=conf)

    def test_a_zone_that_does_not_exist_is_refused(self):
        conf = self.call_with(lambda text: text.replace("Europe/London", "Europe/Lundon"))
        self.refuse("bad.call", "Europe/Lundon", conf=conf)

    def register_conf(self, text):
        register = self.world.write("bad.register", text)
        return self.scene("register", **{f"call {world.CALL}": {"register": register}})[0]

    def test_a_domain_of_two_councils_must_be_declared_shared(self):
        text = world.register().replace("domains = rutland.gov.uk", "domains = devon.gov.uk")
        self.refuse("bad.register", "devon.gov.uk", "shared", conf=self.register_conf(text))
        shared = self.register_conf(text + "\n[domain devon.gov.uk]\nshared = yes\n")
        self.run_lodge("check-config", conf=shared)

    def test_an_unknown_command_and_an_unknown_option_are_usage(self):
        self.run_lodge("wash", code=USAGE)
        self.run_lodge("once", "--wash", code=USAGE)

    def test_a_configuration_that_is_not_there_is_named(self):
        done = self.run_lodge("once", conf=self.world.path("absent.conf"), code=USAGE)
        self.assertIn("absent.conf", done.stderr)


class Servers(WholeRun):
    """Servers that refuse us, or that we must refuse."""

    def mail(self, sender=post.DEVON.sender, id="one"):
        message = post.compose(sender, self.world.user, "Productivity Plan", "Attached.",
                               [("plan.docx", post.DOCX, b"not a document")], id,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        return stored(sender, message, MIDDAY, self.world.facts), MIDDAY

    def refuse(self, conf, code, *words):
        done = self.run_lodge("once", conf=conf, code=code)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn(self.world.facts["password"], done.stdout + done.stderr)
        return done

    def test_a_wrong_password(self):
        wrong = self.world.write("wrong-password", "guess\n", 0o600)
        conf, *_ = self.scene("locked", mailbox_plans={"secret_file": wrong})
        self.refuse(conf, USAGE, f"127.0.0.1:{self.world.facts['imaps_port']}", "user", "secret")
        self.assert_exit(self.world.lodge("check-config", "--online", conf=conf), USAGE)

    def test_a_password_file_that_others_may_read(self):
        loose = self.world.write("loose-password", self.world.facts["password"], 0o644)
        conf, *_ = self.scene("loose", mailbox_plans={"secret_file": loose})
        self.refuse(conf, USAGE, loose)

    def test_an_expired_certificate(self):
        host = self.world.facts["expired_host"]
        conf, *_ = self.scene("expired", mailbox_plans={"host": host})
        done = self.refuse(conf, USAGE, host)
        self.assertRegex(done.stderr, "expired")

    def test_a_self_signed_certificate(self):
        host = self.world.facts["self_signed_host"]
        conf, *_ = self.scene("selfsigned", mailbox_plans={"host": host})
        done = self.refuse(conf, USAGE, host)
        self.assertRegex(done.stderr, "certificate")

    def test_a_certificate_for_another_name(self):
        conf, *_ = self.scene("misnamed", mailbox_plans={"host": "127.0.0.2", "ca_file": None})
        self.refuse(conf, USAGE, "127.0.0.2")

    def test_a_folder_that_does_not_exist_lists_those_that_do(self):
        conf, *_ = self.scene("folder", mailbox_plans={"folders": "INBOX;Submisions"})
        done = self.refuse(conf, USAGE, "Submisions")
        self.assertIn("Junk", done.stderr)

    def test_a_mail_server_that_is_not_there(self):
        conf, *_ = self.scene("nobody", mailbox_plans={"port": "9"})
        self.refuse(conf, TEMPORARY, "127.0.0.1", "9")

    def test_an_smtp_server_that_is_not_there_keeps_the_receipt(self):
        sender = post.TEST_VALLEY.sender
        conf, user, _ = self.scene("later", smtp={"port": "9"})
        self.put(user, [self.mail(sender, "later")])
        self.refuse(conf, TEMPORARY, "127.0.0.1", "9")
        entry, = self.world.list(conf)
        self.assertEqual([r["state"] for r in entry["receipts"]], ["retry"])
        self.assertEqual(self.world.count(sender.mail), 0)

    def test_a_receipt_that_the_server_refuses_is_not_tried_again(self):
        gone = post.Sender("127.0.2.13", "mail.towerhamlets.gov.uk", "gone@towerhamlets.gov.uk",
                           "Somebody who left", True)
        conf, user, _ = self.scene("refused")
        self.put(user, [self.mail(gone, "gone")])
        self.run_lodge("once", conf=conf)
        entry, = self.world.list(conf)
        self.assertEqual([r["state"] for r in entry["receipts"]], ["refused"])
        self.run_lodge("once", conf=conf)
        self.assertEqual(self.world.list(conf), [entry])

    def test_starttls(self):
        conf, user, _ = self.scene(
            "starttls", mailbox_plans={"port": self.world.facts["imap_port"], "tls": "starttls"})
        self.put(user, [self.mail(id="starttls")])
        self.run_lodge("once", conf=conf)
        self.assertEqual(len(self.world.list(conf)), 1)

    def test_the_online_check_says_what_the_servers_offer(self):
        conf, *_ = self.scene("online", mailbox_plans={"after": "keyword", "keyword": "$Lodged"})
        done = self.run_lodge("check-config", "--online", conf=conf)
        for word in ("UIDPLUS", "MOVE", "INBOX", "$Lodged"):
            self.assertIn(word, done.stdout)

    def test_the_online_check_says_what_dns_answers(self):
        with name_server.NameServer("v=DMARC1; p=reject") as server:
            conf, *_ = self.scene("dns", dns={
                "mode": "system", "servers": server.address, "dnssec": "no"})
            done = self.run_lodge("check-config", "--online", conf=conf)
        name = "_dmarc." + self.world.facts["department"]
        self.assertIn("[dns] online", done.stdout)
        self.assertIn(f"TXT {name}: found", done.stdout)
        self.assertIn("DNSSEC: not checked", done.stdout)

    def test_a_name_server_without_dnssec_is_told_from_an_absent_record(self):
        with name_server.NameServer("v=DMARC1; p=reject") as server:
            conf, *_ = self.scene("bogus", dns={"mode": "system", "servers": server.address})
            done = self.run_lodge("check-config", "--online", conf=conf, code=TEMPORARY)
        self.assertIn("bogus; look at [dns] servers", done.stdout)
        self.assertIn("(else dnssec = no)", done.stdout)

    def test_a_name_server_that_does_not_answer_is_a_failure_that_may_pass(self):
        with name_server.NameServer(None) as server:
            conf, *_ = self.scene("silent", dns={
                "mode": "system", "servers": server.address, "timeout": "300ms"})
            done = self.run_lodge("check-config", "--online", conf=conf, code=TEMPORARY)
        self.assertIn("failed: TXT _dmarc.", done.stdout)
        self.assertIn("timeout; look at [dns] servers", done.stdout)

    def test_two_at_once_on_one_spool_the_second_names_the_first(self):
        conf, user, spool = self.scene("two")
        self.put(user, [self.mail(id="two")])
        self.run_lodge("once", conf=conf)
        with open(os.path.join(spool, "lock"), "r+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertIn(spool, done.stderr)
        self.run_lodge("once", conf=conf)


class ReadOnly(WholeRun):
    def test_a_read_only_spool_is_said_and_the_mailbox_stays_as_it_was(self):
        conf, user, spool = self.scene("readonly")
        os.mkdir(spool)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=8m", "tmpfs", spool],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no right to mount: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", spool], check=True)
        self.put(user, [(b"From: a@example.org\r\n\r\nhello\r\n", MIDDAY)])
        done = self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertIn(spool, done.stderr)
        self.assertEqual(self.world.count(user), 1)

    def test_a_full_disk_loses_nothing_and_is_made_good_by_the_next_pass(self):
        conf, user, spool = self.scene("full", limits={"reserve": "0M"})
        os.mkdir(spool)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", spool],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no right to mount: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", spool], check=True)
        sender = post.DEVON.sender
        for number in range(8):
            message = post.compose(sender, user, f"Productivity Plan {number}", "Attached.",
                                   [("plan.bin", "application/octet-stream", os.urandom(200000))],
                                   f"full-{number}", "Thu, 18 Jul 2024 10:55:00 +0100")
            self.put(user, [(stored(sender, message, MIDDAY, self.world.facts), MIDDAY)])
        self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertEqual(self.world.count(user), 8)
        subprocess.run(["mount", "-o", "remount,size=64m", spool], check=True)
        self.once_until_decided(conf)
        entries = self.world.list(conf)
        self.assertEqual(sorted(e["message_id"].partition("@")[0] for e in entries),
                         [f"full-{number}" for number in range(8)])
        self.run_lodge("verify", conf=conf)
