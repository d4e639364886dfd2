"""lodge authenticate: one mail file, keys of a zone file, an instant; who sent it and how that is known."""

import json
import os

import plans
import post
from authenticating import Authenticating
from signing import Signer
from whole_run import USAGE, stored

MIDDAY = 1721296800  # 18 July 2024, 10:00 UTC
EXPIRES = MIDDAY + 3600
BEFORE, AFTER = "2024-07-18T10:30:00Z", "2024-07-18T11:30:00Z"
COUNCIL = post.DEVON
DOMAIN = COUNCIL.sender.domain
FACTS = {"authserv_id": "mx1.communities.example", "border_name": "mx1.communities.example",
         "department": "communities.example"}
BORDER = ("[border]\nservers = mx1.communities.example\nnetworks = 127.0.0.1/32\n"
          "[authentication]\nauthserv_ids = mx1.communities.example\n")


def compose(sender, message_id, text="Attached.", files=(("plan.pdf", post.PDF, plans.pdf(COUNCIL.name)),)):
    return post.compose(sender, "plans@communities.example", "Productivity Plan", text, list(files), message_id,
                        "Thu, 18 Jul 2024 10:55:00 +0100")


class Authenticate(Authenticating):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signer = Signer(cls.dir, DOMAIN, "authenticate")
        policy = f'_dmarc.{DOMAIN}. 300 IN TXT "v=DMARC1; p=reject"\n'
        cls.zone = cls.save("authenticate.zone", (cls.signer.record() + policy).encode())
        cls.plain = compose(COUNCIL.sender, "authenticate")
        cls.signed = cls.signer.sign(cls.plain, f" t={MIDDAY}; x={EXPIRES};")
        cls.letter = cls.save("signed.eml", cls.signed)

    def find(self, path, *options, now=BEFORE):
        return self.judge(path, "--dns", self.zone, "--now", now, *options)

    def show(self, path, *options):
        return self.run_bare("--dns", self.zone, "--now", BEFORE, *options, path).stdout.decode("utf-8")

    def told(self, found):
        (signature,) = found["dkim"]
        return signature["result"], signature["reason"]

    # ---- signatures ----

    def test_a_good_signature_passes_and_without_a_register_nobody_is_entitled(self):
        found = self.find(self.letter)
        self.assertEqual(found["from"], {"addresses": [COUNCIL.sender.mail], "domain": DOMAIN})
        (signature,) = found["dkim"]
        self.assertEqual((signature["domain"], signature["selector"], signature["algorithm"],
                          signature["result"], signature["reason"]),
                         (DOMAIN, "authenticate", "rsa-sha256", "pass", ""))
        self.assertGreater(signature["body_signed_bytes"], 1000)
        self.assertEqual(found["dmarc"], {"result": "pass", "policy": "reject", "domain": DOMAIN})
        self.assertEqual((found["arc"]["result"], found["smime"]["result"]), ("none", "none"))
        self.assertEqual(found["authority"]["result"], "unregistered")
        self.assertIn("our own check of its DKIM signature passed for exactly this domain",
                      found["authority"]["why"])
        self.assertEqual(found["trusted_results"], {"source": "", "methods": []})

    def test_it_expires_at_its_own_time(self):
        self.assertEqual(self.told(self.find(self.letter, now="2024-07-18T11:00:00Z")), ("pass", ""))
        found = self.find(self.letter, now=AFTER)
        self.assertEqual(self.told(found), ("fail", "signature has expired"))
        self.assertEqual(found["dmarc"]["result"], "fail")

    def test_a_changed_body_and_a_missing_key_are_told_apart(self):
        changed = self.save("changed.eml", self.signed.replace(b"Attached.", b"Attached!"))
        self.assertEqual(self.told(self.find(changed)), ("fail", "body hash did not verify"))
        stranger = Signer(self.dir, DOMAIN, "unpublished")
        twice = self.save("twice.eml", stranger.sign(self.signed))
        self.assertEqual([at["result"] for at in self.find(twice)["dkim"]], ["permerror", "pass"])

    def test_without_dns_nothing_is_checked(self):
        found = self.judge(self.letter)
        self.assertEqual(self.told(found), ("none", "not checked, there is no DNS to ask"))
        self.assertEqual((found["dmarc"]["result"], found["arc"]["result"]), ("none", "none"))

    def test_a_domain_in_test_mode_asks_for_one_less(self):
        policy = f'_dmarc.{DOMAIN}. 300 IN TXT "v=DMARC1; p=reject; t=y"\n'
        zone = self.save("testing.zone", (self.signer.record() + policy).encode())
        found = self.judge(self.letter, "--dns", zone, "--now", BEFORE)
        self.assertEqual(found["dmarc"], {"result": "pass", "policy": "quarantine", "domain": DOMAIN})

    def test_keys_shorter_than_the_configuration_admits_prove_nothing(self):
        lines = f'_dmarc.{DOMAIN}. 300 IN TXT "v=DMARC1; p=reject"\n'
        for bits, least, result, reason in (
                (1024, 1024, "pass", ""),
                (1024, 1025, "policy", "the RSA key is shorter than the configuration admits"),
                (1536, 2048, "policy", "the RSA key is shorter than the configuration admits"),
                (768, 1024, "permerror", "an RSA key of less than 1024 bits is not admitted"),
                (768, 4096, "permerror", "an RSA key of less than 1024 bits is not admitted")):
            with self.subTest(bits=bits, least=least):
                signer = Signer(self.dir, DOMAIN, f"bits{bits}", bits)
                zone = self.save("bits.zone", (lines + signer.record()).encode())
                conf = self.configure("bits", f"[authentication]\nmin_rsa_bits = {least}\n")
                letter = self.save("bits.eml", signer.sign(self.plain))
                found = self.judge(letter, "--config", conf, "--dns", zone, "--now", BEFORE)
                self.assertEqual(self.told(found), (result, reason))
                self.assertEqual((found["dmarc"]["result"], found["authority"]["result"]),
                                 ("pass", "authorised") if result == "pass" else ("fail", "unproven"))

    # ---- the configuration ----

    def test_a_configuration_gives_border_and_register(self):
        conf = self.configure("border", BORDER)
        letter = self.save("border.eml", stored(COUNCIL.sender, self.plain, MIDDAY, FACTS))
        found = self.find(letter, "--config", conf)
        self.assertEqual(found["authority"]["result"], "authorised")
        self.assertEqual(found["authority"]["council"], COUNCIL.gss)
        self.assertEqual(found["dkim"], [])
        self.assertEqual(found["trusted_results"],
                         {"source": FACTS["authserv_id"],
                          "methods": [f"spf=pass smtp.mailfrom={COUNCIL.sender.mail}",
                                      f"dkim=pass header.d={DOMAIN}", f"dmarc=pass header.from={DOMAIN}"]})
        self.assertEqual(self.find(letter)["authority"]["result"], "unregistered")

    def test_a_forgery_at_the_border_outranks_a_signature(self):
        conf = self.configure("border", BORDER)
        letter = self.save("forged.eml", stored(post.FORGER, self.signed, MIDDAY, FACTS))
        found = self.find(letter, "--config", conf)
        self.assertEqual(self.told(found), ("pass", ""))
        self.assertEqual((found["authority"]["result"], found["findings"]), ("forged", ["sender-forged"]))

    def test_what_a_sender_wrote_into_an_address_looks_like_no_result(self):
        conf = self.configure("border", BORDER)
        for value, told in (('"x dmarc=pass header.from=devon.gov.uk"@evil.example',) * 2,
                            ('"x\\" dmarc=pass"', '"x\\" dmarc=pass"'), ('"plain"', "plain"),
                            ('""', '""')):
            with self.subTest(value=value):
                sender = post.Sender("127.0.2.9", "mail.evil.example", "a@evil.example", "x", True,
                                     f"spf=pass smtp.mailfrom={value}; dmarc=none")
                letter = self.save("quoted.eml", stored(sender, self.plain, MIDDAY, FACTS))
                self.assertEqual(self.find(letter, "--config", conf)["trusted_results"]["methods"],
                                 [f"spf=pass smtp.mailfrom={told}", "dmarc=none"])

    def test_of_several_calls_one_is_named(self):
        with open(os.path.join(self.dir, "call"), encoding="utf-8") as file:
            call = file.read()
        self.save("second.call", call.replace("productivity-plans-2024", "second", 1)
                  .replace("reference_prefix = PP24", "reference_prefix = SC24").encode())
        self.save("strangers", b"[E06000001]\nname = Hartlepool\ndomains = hartlepool.gov.uk\n")
        conf = self.configure("calls", "", {"productivity-plans-2024": "register", "second": "strangers"})
        for call, result, council in (("productivity-plans-2024", "authorised", COUNCIL.gss),
                                      ("second", "unregistered", "")):
            found = self.find(self.letter, "--config", conf, "--call", call)
            self.assertEqual((found["authority"]["result"], found["authority"]["council"]), (result, council))
        for options in ((), ("--call", "third")):
            done = self.run_bare("--json", "--config", conf, *options, self.letter, code=USAGE)
            self.assertEqual(done.stdout, b"")
            for name in (b"productivity-plans-2024", b"second"):
                self.assertIn(name, done.stderr)

    # ---- for people ----

    def test_people_read_the_same_results(self):
        shown = self.show(self.letter)
        found = self.find(self.letter)
        for line in (f"from: {COUNCIL.sender.mail}", f"dkim: pass, {DOMAIN}", "arc: none",
                     f"dmarc: pass, {DOMAIN}, reject", "smime: none, not-signed", "authority: unregistered"):
            self.assertIn(line + "\n", shown)
        for words in found["authority"]["why"] + found["findings"]:
            self.assertIn(words, shown)
        self.assertTrue(shown.endswith("\n"))

    def test_people_read_lines_and_no_control_characters(self):
        nasty = self.signed.replace(b" d=", b" d=\x1b[31mred.", 1)
        evil = b"Authentication-Results: mx1.communities.example; spf=pass smtp.mailfrom=\"\x1b]0;x\x07\"\r\n" \
            + stored(COUNCIL.sender, nasty, MIDDAY, FACTS).replace(b"From: ", b"From: \xe2\x80\xae\x9b31m", 1)
        conf = self.configure("border", BORDER)
        for letter in (self.save("nasty.eml", nasty), self.save("evil.eml", evil)):
            shown = self.show(letter, "--config", conf)
            self.assertIn("dkim: permerror", shown)
            for character in "\x1b\x07\x9b\u202e":
                self.assertNotIn(character, shown)
            self.find(letter, "--config", conf)

    # ---- what is no mail, and what is wrong ----

    def test_what_is_no_mail_has_no_sender(self):
        for name, content in (("empty", b""), ("binary", bytes(range(256)) * 400), ("zeros", bytes(100000)),
                              ("a plan", plans.pdf(COUNCIL.name))):
            with self.subTest(name=name):
                found = self.find(self.save("odd.eml", content))
                self.assertEqual(found["from"], {"addresses": [], "domain": ""})
                self.assertEqual((found["dkim"], found["arc"]["result"]), ([], "none"))
                self.assertEqual((found["authority"]["result"], found["findings"]),
                                 ("unproven", ["message-unreadable"]))
        self.assertIn("message-unreadable: ", self.show(self.save("odd.eml", b"")))

    def test_a_mail_of_35_megabytes_is_checked_to_its_last_byte(self):
        message = compose(COUNCIL.sender, "large", files=[("plan.pdf", post.PDF, os.urandom(26_000_000))])
        self.assertGreater(len(message), 35_000_000)
        signed = self.signer.sign(message)
        self.assertEqual(self.told(self.find(self.save("large.eml", signed))), ("pass", ""))
        changed = signed[:-60] + (b"B" if signed[-60:-59] != b"B" else b"C") + signed[-59:]
        self.assertEqual(self.told(self.find(self.save("large.eml", changed))),
                         ("fail", "body hash did not verify"))

    def test_a_flood_of_fields_ends_at_a_limit(self):
        signature = self.signed.partition(b"\r\nFrom:")[0] + b"\r\n"
        for name, field in (("signatures", signature),
                            ("results", b"Authentication-Results: mx.example; dkim=pass header.d=a.example\r\n"),
                            ("seals", b"ARC-Seal: i=1; cv=none; a=rsa-sha256; d=a.example; s=s; b=QUFB\r\n"),
                            ("addresses", b"From: " + b"a@b.example, " * 1000 + b"a@b.example\r\n")):
            with self.subTest(name=name):
                found = self.find(self.save("flood.eml", field * 2000 + self.plain))
                self.assertNotEqual(found["authority"]["result"], "authorised")
                self.assertLessEqual(len(found["dkim"]), 10)
                self.assertIn("message-read-in-part", found["findings"])

    def test_a_zone_may_come_out_of_a_pipe_and_may_be_empty(self):
        found = self.judge(self.letter, "--dns", "/dev/null", "--now", BEFORE)
        self.assertEqual(self.told(found), ("permerror", "no key for signature"))
        reading, writing = os.pipe()
        with open(self.zone, "rb") as file, os.fdopen(writing, "wb") as pipe:
            pipe.write(file.read())
        done = self.run_bare("--json", "--dns", f"/dev/fd/{reading}", "--now", BEFORE, self.letter,
                             pass_fds=[reading])
        os.close(reading)
        self.assertEqual(self.told(json.loads(done.stdout)), ("pass", ""))

    def test_a_file_may_have_the_name_of_an_option(self):
        for name in ("--json", "-x"):
            self.save(name, self.signed)
            done = self.run_bare("--json", "--dns", self.zone, "--now", BEFORE, "--", name, cwd=self.dir)
            self.assertEqual(self.told(json.loads(done.stdout)), ("pass", ""))

    def test_what_is_wrong_is_named_with_its_mend(self):
        bad_zone = self.save("bad.zone", b"; keys\n$ORIGIN example.\n")
        absent, pipe = os.path.join(self.dir, "absent.eml"), os.path.join(self.dir, "pipe")
        os.mkfifo(pipe)
        for arguments, words in (
                ((absent,), [absent, "No such file"]),
                ((self.dir,), [self.dir, "not a regular file"]),
                ((pipe,), [pipe, "not a regular file"]),
                (("/dev/zero",), ["/dev/zero", "not a regular file"]),
                (("--dns", bad_zone, self.letter), [bad_zone + ":2:"]),
                (("--dns", absent, self.letter), [absent, "No such file"]),
                (("--dns", self.dir, self.letter), [self.dir, "Is a directory"]),
                (("--dns", "/dev/zero", self.letter), ["/dev/zero", "16 MB"]),
                (("--config", absent, self.letter), [absent, "No such file"]),
                (("--now", "yesterday", self.letter), ["yesterday", "YYYY-MM-DDTHH:MM:SSZ"]),
                (("--now", "2024-02-30T00:00:00Z", self.letter), ["2024-02-30", "YYYY-MM-DDTHH:MM:SSZ"]),
                (("--now", "", self.letter), ["--now", "YYYY-MM-DDTHH:MM:SSZ"]),
                (("--call", "productivity-plans-2024", self.letter), ["--call needs --config"]),
                ((self.letter, self.letter), ["FILE"]),
                ((), ["FILE"])):
            with self.subTest(arguments=arguments):
                done = self.run_bare("--json", *arguments, code=USAGE)
                self.assertEqual(done.stdout, b"")
                self.assertEqual(done.stderr.count(b"\n"), 1)
                for word in words:
                    self.assertIn(word, done.stderr.decode())
