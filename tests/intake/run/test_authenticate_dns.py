"""lodge authenticate and a real name server: libunbound asks NSD on loopback, as [dns] of the configuration says."""

import os

import post
from authenticating import Authenticating
from name_server import NameServer
from nsd import Nsd
from signing import Signer

COUNCIL = post.DEVON
MAIL, DOMAIN = COUNCIL.sender.mail, COUNCIL.sender.domain
NOW = "2024-07-18T10:00:00Z"
PLAIN = (f"From: {MAIL}\r\nTo: plans@communities.example\r\nSubject: Productivity Plan\r\n"
         "Date: Thu, 18 Jul 2024 10:55:00 +0100\r\nMessage-ID: <dns@devon.gov.uk>\r\n\r\nThe plan.\r\n").encode()


class LiveDns(Authenticating):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signer = Signer(cls.dir, DOMAIN)
        cls.relay = Signer(cls.dir, "relay.uk")
        cls.signed = cls.signer.sign(PLAIN)
        cls.letter = cls.save("signed.eml", cls.signed)
        records = (cls.signer.record() + cls.relay.record() + f'_dmarc.{DOMAIN}. 300 IN TXT "v=DMARC1; p=reject"\n'
                   f'empty._domainkey.{DOMAIN}. 300 IN A 192.0.2.1\n'
                   f'alias._domainkey.{DOMAIN}. 300 IN CNAME plans._domainkey.{DOMAIN}.\n'
                   f'loop._domainkey.{DOMAIN}. 300 IN CNAME pool._domainkey.{DOMAIN}.\n'
                   f'pool._domainkey.{DOMAIN}. 300 IN CNAME loop._domainkey.{DOMAIN}.\n')
        cls.nsd = Nsd(os.path.join(cls.dir, "names"), {"uk": records})
        cls.nsd.start()
        cls.addClassCleanup(cls.nsd.stop)

    def configure_dns(self, address, timeout="2s", more=""):
        return self.configure("dns", f"[dns]\nmode = system\nservers = {address}\ntimeout = {timeout}\n"
                                     f"dnssec = no\n{more}")

    def find(self, letter=None, *options, address=None, **settings):
        conf = self.configure_dns(address or self.nsd.address, **settings)
        return self.judge(letter or self.letter, "--config", conf, "--now", NOW, *options)

    def told(self, found):
        (signature,) = found["dkim"]
        return signature["result"], signature["reason"]

    def sign_by(self, selector):
        """A signature that names another selector is broken; its key is what matters here."""
        return self.save(selector + ".eml", self.signed.replace(b" s=plans;", f" s={selector};".encode()))

    def test_keys_and_policies_are_looked_up(self):
        found = self.find()
        self.assertEqual(self.told(found), ("pass", ""))
        self.assertEqual(found["dmarc"], {"result": "pass", "policy": "reject", "domain": DOMAIN})
        self.assertEqual((found["authority"]["result"], found["authority"]["council"]), ("authorised", COUNCIL.gss))

    def test_what_is_absent_is_not_what_fails(self):
        for selector, told in (("absent", ("permerror", "no key for signature")),
                               ("empty", ("permerror", "no key for signature")),
                               ("alias", ("fail", "signature did not verify")),
                               ("loop", ("temperror", "key unavailable"))):
            with self.subTest(selector=selector):
                self.assertEqual(self.told(self.find(self.sign_by(selector))), told)
        # Nobody serves ".example" here: NSD refuses, which says nothing about the name.
        elsewhere = self.save("elsewhere.eml", self.signed.replace(b" d=devon.gov.uk;", b" d=devon.example;"))
        self.assertEqual(self.told(self.find(elsewhere)), ("temperror", "key unavailable"))

    def test_a_seal_is_looked_up_too(self):
        letter = self.save("sealed.eml", self.relay.seal(self.signed.replace(b"The plan", b"Our plan"),
                                                         f"relay.uk; dmarc=pass header.from={DOMAIN}"))
        found = self.find(letter, more="[authentication]\narc_sealers = relay.uk\n")
        self.assertEqual((found["arc"]["result"], found["arc"]["sealers"]), ("pass", ["relay.uk"]))
        self.assertEqual((self.told(found)[0], found["authority"]["result"]), ("fail", "authorised"))
        away = self.find(letter, address="127.0.0.1@1", timeout="200ms")
        self.assertEqual(away["arc"], {"result": "fail", "sealers": [],
                                       "reason": "DNS did not answer, the chain may be whole"})

    def test_servers_that_are_away_or_silent_are_told_as_temporary(self):
        with NameServer(None) as silent:
            for address in ("127.0.0.1@1", silent.address):
                with self.subTest(address=address):
                    found = self.find(address=address, timeout="300ms")
                    self.assertEqual(self.told(found), ("temperror", "key unavailable"))
                    self.assertEqual(found["dmarc"], {"result": "temperror", "policy": "", "domain": ""})
                    self.assertEqual((found["authority"]["result"], found["findings"]),
                                     ("unproven", ["sender-not-proven"]))

    def test_a_server_that_answers_nonsense_proves_nothing(self):
        for text, told in (("v=DKIM1; k=rsa; p=AAAA", ("permerror", "the key is not an RSA key")),
                           ("v=DKIM1; p=", ("permerror", "the key is revoked")),
                           ("\x1b[31m", ("permerror", "the key record is malformed"))):
            with NameServer(text) as server, self.subTest(text=text):
                self.assertEqual(self.told(self.find(address=server.address)), told)

    def test_a_zone_file_comes_before_the_network(self):
        zone = self.save("own.zone", self.signer.record().encode())
        self.assertEqual(self.told(self.find(self.letter, "--dns", zone, address="127.0.0.1@1")), ("pass", ""))

    def test_off_asks_nobody(self):
        conf = self.configure("off", "[dns]\nmode = off\n")
        found = self.judge(self.letter, "--config", conf, "--now", NOW)
        self.assertEqual(self.told(found), ("none", "not checked, there is no DNS to ask"))
        self.assertEqual(found["authority"]["result"], "unproven")
