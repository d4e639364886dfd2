"""The story that the demo tells and the whole-run tests check: ten mails and their true outcomes.

Five councils in time, one of them twice the same mail, one with an amended version; one late;
a genuine stranger; somebody who pretends to be a council and brings the border's own
header along."""

from dataclasses import dataclass, field

import plans
import post

IN_TIME = "2024-07-18 10:00:00"
AMENDED = "2024-07-18 15:30:00"
LATE = "2024-07-30 08:15:00"  # after the extension to 29 July


@dataclass(frozen=True)
class Mail:
    id: str
    told: str  # in words, for the demo
    clock: str
    sender: post.Sender
    message: bytes
    expected: dict = field(hash=False)  # fields of list --json; receipts as [(kind, to)]


def _mail(id, told, clock, sender, subject, attachments, expected, text=None, date=None):
    text = text or ("Dear colleagues,\n\nplease find attached our Productivity Plan.\n\n"
                    "Kind regards\n" + sender.person + "\n")
    message = post.compose(sender, "plans@communities.example", subject, text, attachments,
                           id, date or "Thu, 18 Jul 2024 10:55:00 +0100")
    return Mail(id, told, clock, sender, message, expected)


def _filed(council, version=1, timeliness="on-time"):
    return {"council": council.gss, "version": version, "outcome": "accepted",
            "timeliness": timeliness, "receipts": [("decision", council.sender.mail)]}


def mails():
    pdf, docx, odt = post.PDF, post.DOCX, post.ODT
    subject = "Productivity Plan 2024"
    made = plans.find
    tower = _mail(
        "tower-hamlets", "Tower Hamlets: a plan of four pages (PDF)", IN_TIME,
        post.TOWER_HAMLETS.sender, "Tower Hamlets " + subject,
        [("Productivity Plan.pdf", pdf, made("tower-hamlets-plan-dashboard-page.pdf")
          or plans.pdf(post.TOWER_HAMLETS.name, 4, "short"))],
        _filed(post.TOWER_HAMLETS))
    forged = _mail(
        "forged", "Somebody who pretends to be Devon, with a copied border header", IN_TIME,
        post.FORGER, subject,
        [("plan.pdf", pdf, plans.pdf(post.DEVON.name, 3, "letter", 2))],
        {"outcome": "held", "version": 0, "receipts": []})
    copied = ("Authentication-Results: mx1.communities.example; dkim=pass header.d=devon.gov.uk;"
              " dmarc=pass header.from=devon.gov.uk\r\n").encode()
    forged = Mail(forged.id, forged.told, forged.clock, forged.sender, copied + forged.message,
                  forged.expected)
    return [
        _mail("tonbridge", "Tonbridge and Malling: a plan of three pages (PDF)", IN_TIME,
              post.TONBRIDGE.sender, "TMBC " + subject,
              [("TMBC Productivity Plan.pdf", pdf,
                made("tonbridge-and-malling-plan-3-pages.pdf")
                or plans.pdf(post.TONBRIDGE.name, 3, "letter"))],
              _filed(post.TONBRIDGE)),
        _mail("test-valley", "Test Valley: a plan of four pages (PDF)", IN_TIME,
              post.TEST_VALLEY.sender, subject,
              [("plan.pdf", pdf, made("test-valley-plan-4-pages-pdfa.pdf")
                or plans.pdf(post.TEST_VALLEY.name, 4, "short"))],
              _filed(post.TEST_VALLEY)),
        _mail("devon", "Devon: an OpenDocument text", IN_TIME, post.DEVON.sender,
              "Devon County Council: " + subject,
              [("Devon plan – final.odt", odt,
                made("devon-plan.odt") or plans.odt(post.DEVON.name, "short"))],
              _filed(post.DEVON)),
        tower,
        Mail("tower-hamlets-again", "Tower Hamlets: the same mail once more", IN_TIME,
             tower.sender, tower.message,
             {"council": post.TOWER_HAMLETS.gss, "version": 0, "outcome": "duplicate",
              "receipts": []}),
        _mail("darlington", "Darlington: a Word document", IN_TIME, post.DARLINGTON.sender,
              subject, [("Productivity Plan.docx", docx,
                         made("darlington-plan.docx") or plans.docx(post.DARLINGTON.name))],
              _filed(post.DARLINGTON)),
        _mail("stranger", "The Ratepayers, who are not in the register", IN_TIME, post.STRANGER,
              "Our own " + subject,
              [("our-plan.pdf", pdf, plans.pdf("The Ratepayers", 3, "short"))],
              {"council": None, "outcome": "held", "version": 0,
               "receipts": [("received", post.STRANGER.mail)]}),
        forged,
        _mail("test-valley-amended", "Test Valley: an amended version, five hours later", AMENDED,
              post.TEST_VALLEY.sender, subject + ", amended",
              [("plan-v2.pdf", pdf, plans.pdf(post.TEST_VALLEY.name, 4, "short", 2))],
              _filed(post.TEST_VALLEY, version=2), date="Thu, 18 Jul 2024 16:29:00 +0100"),
        _mail("rutland-late", "Rutland: the morning after the extended deadline", LATE,
              post.RUTLAND.sender, subject,
              [("Rutland.pdf", pdf, plans.pdf(post.RUTLAND.name, 3, "letter"))],
              _filed(post.RUTLAND, timeliness="late"), date="Tue, 30 Jul 2024 09:14:00 +0100"),
    ]


def tell(world, say=lambda line: None):
    """Sends all mails at their times and waits until they are in the inbox."""
    clock = IN_TIME
    for number, mail in enumerate(mails(), 1):
        if mail.clock != clock:
            world.await_inbox(number - 1)
            world.clock(mail.clock)
            clock = mail.clock
        say(mail.told)
        world.send(mail.sender, mail.message)
    world.await_inbox(len(mails()))


def _seen(entry, key):
    if key == "receipts":
        return sorted((receipt["kind"], receipt["to"]) for receipt in entry["receipts"])
    return entry[key] or 0 if key == "version" else entry[key]


def differences(entries):
    """What `list --json` says against the true outcomes: lines of words, none when all is right.
    The two copies of one mail have one Message-ID: the one that is a duplicate is found by its outcome."""
    wrong = []
    by_id = {}
    for entry in entries:
        key = (entry["message_id"] or "").partition("@")[0].strip("<")
        by_id.setdefault(key, []).append(entry)
    for mail in mails():
        again = mail.id.endswith("-again")
        found = by_id.get(mail.id.removesuffix("-again"), [])
        found = [e for e in found if (e["outcome"] == "duplicate") == again]
        if len(found) != 1:
            wrong.append(f"{mail.id}: found {len(found)} times")
            continue
        for key, expected in mail.expected.items():
            seen = _seen(found[0], key)
            if seen != (sorted(expected) if key == "receipts" else expected):
                codes = [finding["code"] for finding in found[0]["findings"]]
                wrong.append(f"{mail.id}: {key} is {seen}, not {expected}; findings {codes}")
    if len(entries) != len(mails()):
        wrong.append(f"{len(entries)} messages are listed, not {len(mails())}")
    return wrong
