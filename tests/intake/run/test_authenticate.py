"""lodge authenticate: one mail file, keys of a zone file, an instant; who sent it and how that is known."""

import csv
import json
import os
import subprocess

import plans
import post
from signing import Signer
from whole_run import DONE, USAGE, WholeRun, stored

MIDDAY = 1721296800  # 18 July 2024, 10:00 UTC
EXPIRES = MIDDAY + 3600
BEFORE, AFTER = "2024-07-18T10:30:00Z", "2024-07-18T11:30:00Z"
COUNCIL = post.DEVON
SHAPE = {"from": {"addresses", "domain"}, "arc": {"result", "sealers"},
         "dmarc": {"result", "policy", "domain"}, "smime": {"result", "signer", "reason"},
         "trusted_results": {"source", "methods"}, "authority": {"result", "council", "why"}}
SIGNATURE = {"domain", "selector", "algorithm", "result", "reason", "body_signed_bytes"}


class Authenticate(WholeRun):
    @classmethod
    def prepare(cls):
        domain = COUNCIL.sender.domain
        cls.signer = Signer(cls.world.dir, domain, "authenticate")
        policy = f'_dmarc.{domain}. 300 IN TXT "v=DMARC1; p=reject"\n'
        cls.zone = cls.world.write("authenticate.zone", cls.signer.record() + policy)
        message = post.compose(COUNCIL.sender, cls.world.user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf(COUNCIL.name))], "authenticate",
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        cls.plain = message
        cls.signed = cls.signer.sign(message, f" t={MIDDAY}; x={EXPIRES};")
        cls.letter = cls.save("signed.eml", cls.signed)

    @classmethod
    def save(cls, name, content):
        path = cls.world.path(name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def bare(self, *arguments, code=DONE):
        """Without --config."""
        done = subprocess.run([self.world.bin, "authenticate", *arguments], text=True, timeout=300,
                              capture_output=True, env=self.world.environment())
        self.assert_exit(done, code)
        return done

    def judge(self, path, *options, now=BEFORE):
        found = json.loads(self.bare("--json", "--dns", self.zone, "--now", now, *options, path).stdout)
        self.assertEqual(list(found), ["from", "dkim", "arc", "dmarc", "smime", "trusted_results",
                                       "authority", "findings"])
        for name, members in SHAPE.items():
            self.assertEqual(set(found[name]), members)
        for signature in found["dkim"]:
            self.assertEqual(set(signature), SIGNATURE)
        return found

    def test_a_good_signature_passes_and_without_a_register_nobody_is_entitled(self):
        found = self.judge(self.letter)
        self.assertEqual(found["from"], {"addresses": [COUNCIL.sender.mail],
                                         "domain": COUNCIL.sender.domain})
        (signature,) = found["dkim"]
        self.assertEqual((signature["domain"], signature["selector"], signature["algorithm"],
                          signature["result"], signature["reason"]),
                         (COUNCIL.sender.domain, "authenticate", "rsa-sha256", "pass", ""))
        self.assertGreater(signature["body_signed_bytes"], 1000)
        self.assertEqual(found["dmarc"], {"result": "pass", "policy": "reject",
                                          "domain": COUNCIL.sender.domain})
        self.assertEqual((found["arc"]["result"], found["smime"]["result"]), ("none", "none"))
        self.assertEqual(found["authority"]["result"], "unregistered")
        self.assertIn("our own check of its DKIM signature passed for exactly this domain",
                      found["authority"]["why"])
        self.assertEqual(found["trusted_results"], {"source": "", "methods": []})

    def test_it_expires_at_its_own_time(self):
        found = self.judge(self.letter, now=AFTER)
        self.assertEqual((found["dkim"][0]["result"], found["dkim"][0]["reason"]),
                         ("fail", "signature has expired"))
        self.assertEqual(found["dmarc"]["result"], "fail")

    def test_a_changed_body_and_a_missing_key_are_told_apart(self):
        changed = self.save("changed.eml", self.signed.replace(b"Attached.", b"Attached!"))
        self.assertEqual(self.judge(changed)["dkim"][0]["reason"], "body hash did not verify")
        stranger = Signer(self.world.dir, COUNCIL.sender.domain, "unpublished")
        twice = self.save("twice.eml", stranger.sign(self.signed))
        self.assertEqual([at["result"] for at in self.judge(twice)["dkim"]], ["permerror", "pass"])

    def test_without_dns_nothing_is_checked(self):
        found = json.loads(self.bare("--json", self.letter).stdout)
        self.assertEqual([at["result"] for at in found["dkim"]], ["none"])
        self.assertEqual((found["dmarc"]["result"], found["arc"]["result"]), ("none", "none"))

    def test_a_configuration_gives_border_and_register(self):
        conf, *_ = self.scene("trusting")
        letter = self.save("border.eml",
                           stored(COUNCIL.sender, self.plain, MIDDAY, self.world.facts))
        done = self.run_lodge("authenticate", "--json", "--dns", self.zone, "--now", BEFORE, letter,
                              conf=conf)
        found = json.loads(done.stdout)
        self.assertEqual(found["authority"]["result"], "authorised")
        self.assertEqual(found["authority"]["council"], COUNCIL.gss)
        self.assertEqual(found["dkim"], [])
        self.assertEqual(found["trusted_results"]["source"], self.world.facts["authserv_id"])
        self.assertTrue(any(at.startswith("dmarc=pass header.from=" + COUNCIL.sender.domain)
                            for at in found["trusted_results"]["methods"]), found)
        self.assertEqual(self.judge(letter)["authority"]["result"], "unregistered")

    def test_people_read_lines_and_no_control_characters(self):
        nasty = self.save("nasty.eml", self.signed.replace(b" d=", b" d=\x1b[31mred.", 1))
        for letter, word in ((self.letter, "dkim: pass, "), (nasty, "dkim: permerror")):
            shown = self.bare("--dns", self.zone, "--now", BEFORE, letter).stdout
            self.assertIn(word, shown)
            self.assertNotIn("\x1b", shown)
        self.assertIn("authority: unregistered\n", shown)

    def test_what_is_wrong_is_named_with_its_mend(self):
        bad_zone = self.world.write("bad.zone", "; keys\n$ORIGIN example.\n")
        absent, nothing = self.world.path("absent.eml"), self.save("empty.eml", b"")
        for arguments, words in (
                ((absent,), [absent, "No such file"]),
                ((self.world.dir,), [self.world.dir, "not a regular file"]),
                ((nothing,), [nothing, "give one mail"]),
                (("--dns", bad_zone, self.letter), [bad_zone + ":2:"]),
                (("--dns", absent, self.letter), [absent]),
                (("--now", "yesterday", self.letter), ["yesterday", "YYYY-MM-DDTHH:MM:SSZ"]),
                ((), ["FILE"])):
            with self.subTest(arguments=arguments):
                done = self.bare("--json", *arguments, code=USAGE)
                self.assertEqual(done.stdout, "")
                for word in words:
                    self.assertIn(word, done.stderr)

    def test_mail_of_other_signers_where_it_is_at_hand(self):
        data = os.environ.get("LODGE_TEST_DATA", "")
        folders = [os.path.join(data, "dkim", name) for name in ("council-example", "bare-lf", "mailauth")]
        if not data or not all(map(os.path.isdir, folders)):
            self.skipTest("LODGE_TEST_DATA names no folder with the corpora of dkim/")
        for folder in folders:
            with open(os.path.join(folder, "expected.tsv"), encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
            self.assertGreater(len(rows), 1)
            zone = self.lay_zone(folder)
            for row in rows:
                with self.subTest(folder=os.path.basename(folder), file=row["file"],
                                  number=row["signature_no"]):
                    self.compare(folder, zone, row)

    def lay_zone(self, folder):
        """The corpus's zone, with the names whose servers fail."""
        with open(os.path.join(folder, "dns.zone"), encoding="utf-8") as file:
            zone = file.read().rstrip("\n") + "\n"
        with open(os.path.join(folder, "dns-status.tsv"), encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if row["status"] in ("servfail", "timeout"):
                    zone += f"{row['name']} 0 IN FAIL {row['status']}\n"
        return self.world.write(os.path.basename(folder) + ".zone", zone)

    def compare(self, folder, zone, row):
        done = self.bare("--json", "--dns", zone, "--now", row["now"],
                         os.path.join(folder, row["file"]))
        signatures, number = json.loads(done.stdout)["dkim"], int(row["signature_no"])
        if number == 0:
            self.assertEqual(signatures, [])
        else:
            self.assertIn(signatures[number - 1]["result"], row["expected_rfc8301"].split("|"))
