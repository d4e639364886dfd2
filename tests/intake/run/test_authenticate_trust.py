"""lodge authenticate and those whom a configuration trusts: S/MIME authorities, sealers, Exchange Online."""

import post
from authenticating import Authenticating
from signing import Signer
from smime import Authority

COUNCIL = post.DEVON
MAIL, DOMAIN = COUNCIL.sender.mail, COUNCIL.sender.domain
NOW = "2024-07-18T10:00:00Z"
SIGNED_AT = "2024-07-18 09:54:00"
HEADER = (f"From: {MAIL}\r\nTo: plans@communities.example\r\nSubject: Productivity Plan\r\n"
          "Date: Thu, 18 Jul 2024 10:55:00 +0100\r\nMessage-ID: <trust@devon.gov.uk>\r\n").encode()
PLAIN = HEADER + b"\r\nThe plan follows.\r\n"
ENTITY = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nThe plan follows.\r\n"


class Smime(Authenticating):
    """The authority is named in [authentication] smime_anchors, the other one is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority, cls.other = Authority(cls.dir, "authority"), Authority(cls.dir, "other")
        cls.officer = cls.authority.issue(MAIL)
        cls.signed = cls.officer.sign(HEADER, ENTITY, SIGNED_AT)
        cls.letter = cls.save("smime.eml", cls.signed)

    def find(self, letter, now=NOW, anchors=True):
        text = f"[authentication]\nsmime_anchors = {self.authority.certificate}\n" if anchors else ""
        return self.judge(letter, "--config", self.configure("smime", text), "--now", now)

    def assert_smime(self, found, result, reason, signer=MAIL):
        self.assertEqual(found["smime"], {"result": result, "signer": signer, "reason": reason})
        self.assertEqual(found["authority"]["result"], "authorised" if result == "pass" else "unproven")

    def test_a_signature_under_an_anchor_proves_the_address(self):
        found = self.find(self.letter)
        self.assert_smime(found, "pass", "proven")
        self.assertEqual((found["authority"]["council"], found["findings"]), (COUNCIL.gss, []))

    def test_certificates_hold_from_their_first_second_to_their_last(self):
        for now, result, reason in (("2024-06-30T23:59:59Z", "policy", "not-yet-valid"),
                                    ("2024-07-02T00:00:00Z", "pass", "proven"),
                                    ("2024-07-31T23:59:59Z", "pass", "proven"),
                                    ("2024-08-01T00:01:00Z", "policy", "expired")):
            with self.subTest(now=now):
                self.assert_smime(self.find(self.letter, now), result, reason)

    def test_without_anchors_nobody_is_trusted(self):
        self.assert_smime(self.find(self.letter, anchors=False), "fail", "untrusted")
        self.assertEqual(self.judge(self.letter, "--now", NOW)["smime"],
                         {"result": "fail", "signer": MAIL, "reason": "untrusted"})

    def test_an_authority_that_is_not_named_proves_nothing(self):
        letter = self.save("other.eml", self.other.issue(MAIL).sign(HEADER, ENTITY, SIGNED_AT))
        self.assert_smime(self.find(letter), "fail", "untrusted")

    def test_a_colleague_proves_his_own_address_only(self):
        colleague = "colleague@devon.gov.uk"
        letter = self.save("colleague.eml", self.authority.issue(colleague).sign(HEADER, ENTITY, SIGNED_AT))
        self.assert_smime(self.find(letter), "policy", "other-address", colleague)

    def test_what_was_changed_fails(self):
        letter = self.save("changed.eml", self.signed.replace(b"The plan follows", b"No plan follows!"))
        self.assert_smime(self.find(letter), "fail", "bad", "")

    def test_an_old_signed_mail_is_not_sent_as_todays(self):
        letter = self.save("old.eml", self.officer.sign(HEADER, ENTITY, "2024-07-17 09:54:00"))
        self.assert_smime(self.find(letter), "policy", "date-differs")

    def test_what_stands_beside_the_signed_part_is_not_covered(self):
        inner = self.signed.partition(b"MIME-Version: 1.0\r\n")[2]
        letter = self.save("beside.eml", HEADER + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n"
                           b"\r\n--o\r\n" + inner + b"\r\n--o\r\n\r\nAnd this.\r\n--o--\r\n")
        self.assert_smime(self.find(letter), "policy", "not-whole")

    def test_a_signed_mail_signed_again_is_for_a_person(self):
        inner = self.signed.partition(b"MIME-Version: 1.0\r\n")[2]
        self.assert_smime(self.find(self.save("again.eml", self.officer.sign(HEADER, inner, SIGNED_AT))),
                          "policy", "nested-signature")


class Arc(Authenticating):
    """A relay changed the body, so the council's own signature is broken; the relay sealed what it had found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.council, cls.relay = Signer(cls.dir, DOMAIN), Signer(cls.dir, "relay.example")
        cls.zone = cls.save("zone", (cls.council.record() + cls.relay.record()).encode())
        cls.changed = cls.council.sign(PLAIN).replace(b"follows.", b"follows.\r\n-- \r\nScanned.")

    def seal(self, found):
        return self.save("sealed.eml", self.relay.seal(self.changed, "relay.example; " + found))

    def find(self, letter, sealers="relay.example", zone=None):
        conf = self.configure("arc", f"[authentication]\narc_sealers = {sealers}\n" if sealers else "")
        return self.judge(letter, "--config", conf, "--dns", zone or self.zone, "--now", NOW)

    def test_a_trusted_sealer_proves_what_it_found(self):
        for found in (f"dmarc=pass header.from={DOMAIN}", f"dkim=pass header.d={DOMAIN}"):
            at = self.find(self.seal(found))
            self.assertEqual(at["arc"], {"result": "pass", "sealers": ["relay.example"], "reason": ""})
            self.assertEqual(at["dkim"][0]["result"], "fail")
            self.assertEqual((at["authority"]["result"], at["authority"]["council"]), ("authorised", COUNCIL.gss))

    def test_a_sealer_that_is_not_trusted_proves_nothing(self):
        letter = self.seal(f"dmarc=pass header.from={DOMAIN}")
        for sealers in ("", "other.example", "example", "mx.relay.example"):
            with self.subTest(sealers=sealers):
                at = self.find(letter, sealers)
                self.assertEqual((at["arc"]["result"], at["authority"]["result"]), ("pass", "unproven"))

    def test_a_trusted_sealer_that_found_something_else_proves_nothing(self):
        for found in ("dmarc=pass header.from=gov.uk", f"dmarc=fail header.from={DOMAIN}", "none",
                      f"spf=pass smtp.mailfrom={DOMAIN}", f"dkim/2=pass header.d={DOMAIN}",
                      f"dkim=pass header.d=evil.example header.d={DOMAIN}",
                      f"dkim=pass header.i=@{DOMAIN} header.d=evil.example"):
            with self.subTest(found=found):
                at = self.find(self.seal(found))
                self.assertEqual((at["arc"]["result"], at["authority"]["result"]), ("pass", "unproven"))

    def test_what_was_changed_after_the_seal_fails(self):
        with open(self.seal(f"dmarc=pass header.from={DOMAIN}"), "rb") as file:
            sealed = file.read()
        for old, new, reason in ((b"Scanned", b"Scammed", "body hash did not verify"),
                                 (b"dmarc=pass", b"dkim=pass ", "signature did not verify"),
                                 (b"cv=none", b"cv=pass", "a seal's cv= is not what its place demands"),
                                 (b" i=1; relay", b" i=2; relay", "an ARC set is not whole")):
            with self.subTest(changed=new):
                at = self.find(self.save("after.eml", sealed.replace(old, new)))
                self.assertEqual((at["arc"], at["authority"]["result"]),
                                 ({"result": "fail", "sealers": [], "reason": reason}, "unproven"))

    def test_a_key_that_dns_does_not_give_is_no_verdict_and_says_so(self):
        name = "plans._domainkey.relay.example"
        for state in ("servfail", "timeout"):
            zone = self.save("failing.zone", (self.council.record() + f"{name}. 0 IN FAIL {state}\n").encode())
            at = self.find(self.seal(f"dmarc=pass header.from={DOMAIN}"), zone=zone)
            self.assertEqual(at["arc"], {"result": "fail", "sealers": [],
                                         "reason": "DNS did not answer, the chain may be whole"})
            self.assertEqual(at["authority"]["result"], "unproven")
        zone = self.save("absent.zone", self.council.record().encode())
        self.assertEqual(self.find(self.seal("none"), zone=zone)["arc"]["reason"], "no key for signature")

    def test_a_sealers_key_must_be_long_enough_too(self):
        short = Signer(self.dir, "short.example", bits=1024)
        letter = self.save("short.eml", short.seal(self.changed, f"short.example; dmarc=pass header.from={DOMAIN}"))
        zone = self.save("short.zone", (self.council.record() + short.record()).encode())
        for least, result, authority in ((1024, "pass", "authorised"), (2048, "fail", "unproven")):
            conf = self.configure("short", "[authentication]\narc_sealers = short.example\n"
                                           f"min_rsa_bits = {least}\n")
            at = self.judge(letter, "--config", conf, "--dns", zone, "--now", NOW)
            self.assertEqual((at["arc"]["result"], at["authority"]["result"]), (result, authority))
            self.assertEqual(at["arc"]["reason"] != "", result == "fail")


class ExchangeOnline(Authenticating):
    """Microsoft's servers take mail in for us; their results have no name."""

    INSIDE = (b"Received: from LO2P265MB1234.GBRP265.PROD.OUTLOOK.COM (2603:10a6:600:f8::10)\r\n"
              b" by LO0P265MB0001.GBRP265.PROD.OUTLOOK.COM with HTTPS; Thu, 18 Jul 2024 09:56:05 +0000\r\n")
    DOOR = (b"Received: from mail.devon.gov.uk (203.0.113.5) by\r\n LO3GBR01FT012.mail.protection.outlook.com"
            b" (10.152.42.25) with Microsoft SMTP Server\r\n id 15.20.7784.11; Thu, 18 Jul 2024 09:56:00 +0000\r\n")

    def find(self, dmarc, below=b"", kind="exchange-online", compauth="pass reason=100"):
        conf = self.configure("exchange", f"[border]\nkind = {kind}\n")
        return self.judge(self.save("exchange.eml", self.INSIDE + self.field(dmarc, compauth) + self.DOOR
                                    + below + PLAIN), "--config", conf, "--now", NOW)

    @staticmethod
    def field(dmarc, compauth="pass reason=100"):
        return (f"Authentication-Results: spf=pass (sender IP is 203.0.113.5)\r\n smtp.mailfrom={DOMAIN}; dkim=pass "
                f"(signature was verified)\r\n header.d={DOMAIN};{dmarc};compauth={compauth}\r\n").encode()

    def test_dmarc_of_the_front_door_proves_the_domain(self):
        found = self.find(f"dmarc=pass action=none header.from={DOMAIN}")
        self.assertEqual(found["trusted_results"],
                         {"source": "exchange-online",
                          "methods": [f"spf=pass smtp.mailfrom={DOMAIN}", f"dkim=pass header.d={DOMAIN}",
                                      f"dmarc=pass action=none header.from={DOMAIN}", "compauth=pass reason=100"]})
        self.assertEqual((found["authority"]["result"], found["authority"]["council"]), ("authorised", COUNCIL.gss))

    def test_nothing_else_of_it_proves_anything(self):
        for dmarc, result in ((f"dmarc=bestguesspass action=none header.from={DOMAIN}", "unproven"),
                              ("dmarc=pass action=none header.from=gov.uk", "unproven"),
                              (f"dmarc=pass action=none header.from={DOMAIN}.evil.example", "unproven"),
                              (f"dmarc=none action=none header.from={DOMAIN}", "unproven"),
                              (f"dmarc=fail action=oreject header.from={DOMAIN}", "unproven")):
            with self.subTest(dmarc=dmarc):
                self.assertEqual(self.find(dmarc)["authority"]["result"], result)
        forged = self.find(f"dmarc=fail action=none header.from={DOMAIN}", compauth="fail reason=000")
        self.assertEqual((forged["authority"]["result"], forged["findings"]), ("forged", ["sender-forged"]))

    def test_what_the_sender_wrote_below_the_front_door_is_not_read(self):
        found = self.find(f"dmarc=none action=none header.from={DOMAIN}",
                          below=self.field(f"dmarc=pass action=none header.from={DOMAIN}"))
        self.assertEqual((found["authority"]["result"], len(found["trusted_results"]["methods"])), ("unproven", 4))

    def test_elsewhere_results_without_a_name_are_nobodys(self):
        found = self.find(f"dmarc=pass action=none header.from={DOMAIN}", kind="generic")
        self.assertEqual(found["trusted_results"], {"source": "", "methods": []})
        self.assertEqual(found["authority"]["result"], "unproven")
