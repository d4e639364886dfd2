"""Everything that the spool holds about an address, for whoever asks for it under the law."""

import json
import os

import plans
import post
from smtp_sink import Sink
from whole_run import DIFFERENT, USAGE, WholeRun, stored

MIDDAY = 1721296800
DEVON = post.DEVON.sender
CLERK = "clerk.of.works@devon.gov.uk"


class Find(WholeRun):
    @classmethod
    def prepare(cls):
        sink = Sink()
        cls.addClassCleanup(sink.close)
        case = cls()
        cls.conf, cls.user, cls.spool = case.scene("find", smtp=sink.settings())
        case.take_in()

    def take_in(self):
        """Devon writes; Kent mentions Devon's clerk, in a body that is base64; Leeds mentions nobody."""
        def mail(council, id, text):
            return post.compose(council.sender, self.user, "Productivity Plan", text,
                                [(f"{id}.pdf", post.PDF, plans.pdf(council.name, 3))], id,
                                "Thu, 18 Jul 2024 10:55:00 +0100")
        mails = [(post.DEVON, mail(post.DEVON, "devon", "Here.")),
                 (post.KENT, mail(post.KENT, "kent", f"Ask {CLERK}, the naïve one.")),
                 (post.LEEDS, mail(post.LEEDS, "leeds", "Here."))]
        for at, (council, message) in enumerate(mails):
            self.put(self.user, [(stored(council.sender, message, MIDDAY + at, self.world.facts),
                                  MIDDAY + at)])
        self.run_lodge("once", conf=self.conf)

    def find(self, text, code=0):
        return json.loads(self.run_lodge("find", text, "--json", conf=self.conf, code=code).stdout)

    def by_council(self):
        return {e["council"]: e for e in self.world.list(self.conf)}

    def test_its_own_mail_and_the_receipt_to_it(self):
        held = [h for h in self.find(DEVON.mail.upper())["holdings"] if h["reference"]]
        reference = self.by_council()[post.DEVON.gss]["reference"]
        mine = next(h for h in held if h["reference"] == reference)
        self.assertTrue(mine["sender"])
        self.assertFalse(mine["addressee"])
        self.assertEqual([r["receipt"] for r in mine["receipts"]], [reference + ".1"])
        what = {place["what"] for place in mine["places"]}
        self.assertLessEqual({"message_sha256", "reading", "record", "object"}, what)
        for place in mine["places"]:
            with open(f"{self.spool}/{place['object']}", "rb") as file:
                self.assertIn(DEVON.mail.lower().encode(), file.read().lower())
        self.assertNotIn(self.by_council()[post.LEEDS.gss]["reference"],
                         [h["reference"] for h in held])

    def test_an_addressee_is_found(self):
        held = [h for h in self.find(self.user)["holdings"] if h["reference"]]
        self.assertEqual(len(held), 3)
        self.assertTrue(all(h["addressee"] and not h["sender"] for h in held))

    def test_a_mention_that_is_encoded_is_found_where_it_was_read(self):
        (held,) = self.find(CLERK)["holdings"]
        self.assertEqual(held["reference"], self.by_council()[post.KENT.gss]["reference"])
        self.assertIn("reading", [place["what"] for place in held["places"]])
        self.assertFalse(held["sender"] or held["addressee"] or held["receipts"])

    def test_words_of_an_order_are_found(self):
        reference = self.by_council()[post.LEEDS.gss]["reference"]
        self.run_lodge("note", reference, "--reason", "rang jo.public@elsewhere.example", conf=self.conf)
        (held,) = self.find("jo.public@elsewhere.example")["holdings"]
        self.assertEqual([(p["event"], p["what"]) for p in held["places"]], [("ruled", "record")])

    def test_nothing_is_an_answer(self):
        self.assertEqual(self.find("nobody@nowhere.example"),
                         {"address": "nobody@nowhere.example", "holdings": [], "register": [],
                          "unreadable": []})
        done = self.run_lodge("find", "nobody@nowhere.example", conf=self.conf)
        self.assertEqual(done.stdout, "nothing is held about nobody@nowhere.example\n")
        self.run_lodge("find", "a@", conf=self.conf, code=USAGE)

    def test_the_register_is_looked_into(self):
        register = open(self.world.register, encoding="utf-8").read()
        contact = next(line.partition("=")[2].strip() for line in register.splitlines()
                       if line.startswith("contact")) if "contact" in register else None
        if contact is None:
            register = register.replace("\n\n", "\ncontact = chief@devon.gov.uk\n\n", 1)
            contact = "chief@devon.gov.uk"
        path = self.world.write("register-find", register)
        conf, _, _ = self.scene("find-register", spool={"directory": self.spool},
                                **{"call_" + "productivity-plans-2024": {"register": path}})
        found = json.loads(self.run_lodge("find", contact, "--json", conf=conf).stdout)
        self.assertEqual([entry["as"] for entry in found["register"]], ["contact"])

    def test_what_cannot_be_searched_is_named(self):
        place = next(p for h in self.find(CLERK)["holdings"] for p in h["places"] if p["what"] == "reading")
        path = f"{self.spool}/{place['object']}"
        os.rename(path, path + ".aside")
        self.addCleanup(os.rename, path + ".aside", path)
        self.assertIn(place["object"], self.find("nobody@nowhere.example", DIFFERENT)["unreadable"])
