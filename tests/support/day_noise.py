"""What else lies in the inbox of a day's traffic; each function adds one letter to the day, with its truth."""

import base64
import email
import email.policy
from dataclasses import replace

import bounces
import day_plans
import dressing
import letters
import post
from day_letter import DEPARTMENT, PLANS, Truth

REMINDER = "reminder-2@" + DEPARTMENT
REMINDED = "Productivity Plans 2024: a reminder"
US = post.Sender("", "", PLANS, "Productivity plans", True)


def _nothing(kind):
    return Truth("not-a-submission", kind=kind)


def _answerable(d):
    """A letter whose receipt nobody has answered yet."""
    return d.pick(lambda l: l.part == 0 and l.truth.receipt and l.root is None
                  and l.message_id is None and not any(o.answers == l.key for o in d.letters))


# ---- people ----

def question(d):
    council = d.rng.choice(d.councils)
    d.add(council.officer("enquiries"),
          Truth("held", "received", council.gss, "document-missing", "question"),
          day_plans.letter(d, "Question", "Does the appendix count towards the Productivity Plan's"
                           " four pages?\n", [])(council.officer("enquiries")), d.step())


def other_question(d):
    """Registered, and about nothing that a machine could name: a person reads it, no machine answers."""
    council = d.rng.choice(d.councils)
    d.add(council.officer("enquiries"),
          Truth("held", None, council.gss, "document-missing", "question"),
          day_plans.letter(d, "Quick question", "Whom should I ring about the Minister's letter?\n",
                           [])(council.officer("enquiries")), d.step())


def thanks(d):
    """An answer to a receipt, by hand and without a document: nobody can be sure that nothing was forgotten."""
    answered = _answerable(d)
    if answered is None:
        return

    def write(key, date, receipt):
        return dressing.dress("plain", answered.sender, PLANS, "RE: " + receipt["Subject"],
                              "Thank you!\n", [], key, date,
                              [("In-Reply-To", receipt["Message-ID"])])
    known = {c.domain: c.gss for c in d.councils}
    finding = "document-missing" if answered.sender.domain in known else None
    d.add(answered.sender, Truth("held", "received", known.get(answered.sender.domain), finding,
                                 "question"), write, d.step(1), answers=answered.key)


# ---- machines at councils ----

def away(d):
    council, shape = d.rng.choice(d.councils), d.rng.choice(letters.AWAY_SHAPES)
    sender = council.officer("j.smith")

    def write(key, date, receipt):
        return shape(sender, PLANS, key, date, REMINDED, REMINDER)
    d.add(sender, _nothing("auto-reply"), write, d.step(),
          envelope=None if shape is letters.away_responder else "")


def away_from_receipt(d):
    answered = _answerable(d)
    if answered is None:
        return
    shape = d.rng.choice(letters.AWAY_SHAPES)

    def write(key, date, receipt):
        return shape(answered.sender, PLANS, key, date, receipt["Subject"],
                     receipt["Message-ID"].strip("<>"))
    d.add(answered.sender, _nothing("auto-reply"), write, d.step(1), envelope="",
          answers=answered.key)


def bounce(d):
    """What comes back hangs in it: the department's reminder, or a council's own mail with its plan."""
    council, shape = d.rng.choice(d.councils), d.rng.choice(bounces.SHAPES)
    gone = "former.officer@" + council.domain
    documents = [("plan.pdf", post.PDF, dressing.paper("Productivity Plan", council.name))]
    returned = dressing.dress("plain", d.rng.choice((US, council.officer())), gone, REMINDED,
                              "With the plan of last year.\n", d.rng.choice(([], documents)),
                              f"returned-{len(d.letters)}", "Mon, 22 Jul 2024 08:00:00 +0100")
    sender = replace(council.officer(), mail="mailer-daemon@" + council.domain)

    def write(key, date, receipt):
        return shape(sender, PLANS, key, date, gone, returned)
    d.add(sender, _nothing("bounce"), write, d.step(), envelope="")


def bounced_receipt(d):
    answered = _answerable(d)
    if answered is None:
        return
    shape = d.rng.choice(bounces.SHAPES)
    sender = replace(answered.sender, mail="mailer-daemon@" + answered.sender.domain)

    def write(key, date, receipt):
        return shape(sender, PLANS, key, date, answered.sender.mail, receipt.as_bytes())
    d.add(sender, _nothing("bounce"), write, d.step(1), envelope="", answers=answered.key)


def read_receipt(d):
    sender = d.rng.choice(d.councils).officer("j.smith")

    def write(key, date, receipt):
        return letters.read_receipt(sender, PLANS, key, date, REMINDED, REMINDER)
    d.add(sender, _nothing("disposition"), write, d.step(), envelope=d.rng.choice(("", None)))


def own_receipt(d):
    """A rule at the council sends everything on, our receipt too: back to us."""
    answered = _answerable(d)
    if answered is None:
        return

    def write(key, date, receipt):
        return receipt.as_bytes()
    d.add(answered.sender, _nothing("own-receipt"), write, d.step(1), answers=answered.key)


def complaint(d):
    sender = d.stranger("feedback", "provider.example")

    def write(key, date, receipt):
        return letters.complaint(sender, PLANS, key, date, REMINDER)
    d.add(sender, _nothing("complaint"), write, d.step())


def invitation(d):
    sender = d.rng.choice(d.councils).officer("diary")

    def write(key, date, receipt):
        return letters.invitation(sender, PLANS, key, date, "Productivity Plan: call")
    d.add(sender, _nothing("calendar"), write, d.step())


# ---- the many ----

def _newsletter(d, sender, truth, subject, text, envelope=None):
    def write(key, date, receipt):
        return letters.newsletter(sender, PLANS, key, date, subject, text)
    d.add(sender, truth, write, d.step(), envelope=envelope)


def newsletter(d):
    subject = d.rng.choice(("Parking news", "Ten facts on drainage", "Productivity plans: our guide"))
    domain = f"news{d.rng.randrange(20)}.example"
    _newsletter(d, d.stranger("editor", domain), _nothing("list"), subject,
                f"Number {len(d.letters)}.", f"bounces-{len(d.letters)}@{domain}")


def council_newsletter(d):
    """From a council, through its list, and about the call: a person looks, and no list is answered."""
    council = d.rng.choice(d.councils)
    _newsletter(d, council.officer("news"), Truth("held", None, council.gss, "document-missing", "list"),
                "Our Productivity Plan", "Read it on our website.")


def spam(d):
    domain = f"shop{d.rng.randrange(40)}.example"
    genuine = d.rng.random() < 0.5
    sender = d.stranger(f"offer{len(d.letters)}", domain, genuine)
    subject = d.rng.choice(("You have won", "Invoice overdue", "Cheap toner", "Re: your website"))
    d.add(sender, _nothing("unrelated"),
          day_plans.letter(d, subject, f"Click here: https://{domain}/{len(d.letters)}\n", [])(sender),
          d.step())


def spam_with_file(d):
    """A file from somebody unknown: a person looks. Who is proven is told so, and nothing else."""
    genuine = d.rng.random() < 0.4
    sender = d.stranger(f"billing{len(d.letters)}", f"shop{d.rng.randrange(40)}.example", genuine)
    invoice = dressing.paper("Invoice", f"Number {len(d.letters)}", "Please pay at once.")
    d.add(sender, Truth("held", "received" if genuine else None, finding="sender-not-registered"),
          day_plans.letter(d, "Invoice", "Attached.\n", [("invoice.pdf", post.PDF, invoice)])(sender),
          d.step())


def consultant(d):
    """Names the call, from nowhere in the register: perhaps a council's new domain, a person looks."""
    sender = d.stranger(f"partner{len(d.letters)}", "consultants.example")
    d.add(sender, Truth("held", "received", finding="sender-not-registered", kind="question"),
          day_plans.letter(d, "Your Productivity Plan", "We write it for you.\n", [])(sender), d.step())


# ---- the same mail again ----

def _original(d):
    return d.pick(lambda l: l.root is None and l.answers is None and len(l.to) == 1)


def _again(d, original, change):
    """In the same second, or in the second part when the first has been decided."""
    def write(key, date, receipt):
        return change(original.write(original.key, original.date, None))
    when = (original.part, original.step)
    if original.part == 0 and d.rng.random() < 0.6:
        when = d.step(1)
    d.add(original.sender, replace(original.truth, outcome="duplicate", receipt=None, finding="duplicate"),
          write, when, envelope=original.envelope, root=original.key)


def again(d):
    _again(d, _original(d), lambda raw: raw)


def _rendered_anew(raw):
    """As a mail store writes it out again: other boundaries, other lines, the same documents."""
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    for number, part in enumerate(mail.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"_004_{number}_anew_")
        elif part["Content-Transfer-Encoding"] == "base64":
            encoded = base64.b64encode(part.get_payload(decode=True)).decode()
            part.set_payload("\n".join(encoded[i:i + 60] for i in range(0, len(encoded), 60)) + "\n")
    mail["X-MS-Exchange-Organization-Rendered"] = "yes"
    return mail.as_bytes()


def again_rendered_anew(d):
    original = d.pick(lambda l: l.root is None and l.answers is None and len(l.to) == 1
                      and l.story in ("a first plan", "an amended plan"))
    if original is not None:
        _again(d, original, _rendered_anew)


def to_and_cc(d):
    """One mail to two of our addresses comes twice."""
    day_plans.amended(d)
    d.letters[-1] = replace(d.letters[-1], story=d.story,
                            to=(PLANS, "plans+copy@" + DEPARTMENT))


STORIES = [  # of a thousand
    ("a question", 40, question),
    ("a question about something else", 12, other_question),
    ("an absence", 50, away),
    ("a bounce", 45, bounce),
    ("a read receipt", 25, read_receipt),
    ("a complaint report", 3, complaint),
    ("an invitation", 20, invitation),
    ("a newsletter", 75, newsletter),
    ("a council's newsletter", 5, council_newsletter),
    ("spam", 105, spam),
    ("spam with a file", 22, spam_with_file),
    ("an advertiser who names the call", 12, consultant),
    ("thanks for a receipt", 10, thanks),
    ("an absence that answers a receipt", 12, away_from_receipt),
    ("a bounce of a receipt", 10, bounced_receipt),
    ("a receipt that comes back", 12, own_receipt),
    ("a plan to two of our addresses", 14, to_and_cc),
    ("the same mail again", 42, again),
    ("the same mail, rendered anew", 12, again_rendered_anew),
]
