"""The story that the demo tells and the whole-run tests check: a morning's mails and their true outcomes.

Plans in time, forwarded, sent twice, amended; a question, an absence, a bounce, a link in place of a file, a
locked file; a genuine stranger; somebody who pretends to be a council and brings the border's own
header along; a mail that a colleague moves away before lodge looks; one in the last second of the
deadline, one in the first second after it, one the next morning."""

from dataclasses import dataclass, field, replace

import bounces
import letters
import odd_files
import plans
import post

IN_TIME = "2024-07-18 10:30:00"
AMENDED = "2024-07-18 15:30:00"
LAST_SECOND = "2024-07-29 22:59:59"  # the extended deadline is 00:00 BST
FIRST_LATE_SECOND = "2024-07-29 23:00:00"
LATE = "2024-07-30 08:15:00"

DATE = "Thu, 18 Jul 2024 10:55:00 +0100"
DEPARTMENT = "plans@communities.example"
SUBJECT = "Productivity Plan 2024"
REMINDER = "reminder-3@communities.example"  # the department's own, which some mails answer


@dataclass(frozen=True)
class Mail:
    id: str
    told: str  # in words, for the demo
    clock: str
    sender: post.Sender
    message: bytes
    expected: dict = field(hash=False)  # fields of list --json; receipts as [(kind, to)]
    envelope: str = None  # its sender, when it is not that of From
    moved_to: str = None  # the folder to which a colleague moves it before lodge looks


def _mail(id, told, clock, sender, subject, attachments, expected, text=None, date=DATE):
    text = text or ("Dear colleagues,\n\nplease find attached our Productivity Plan.\n\n"
                    "Kind regards\n" + sender.person + "\n")
    message = post.compose(sender, DEPARTMENT, subject, text, attachments, id, date)
    return Mail(id, told, clock, sender, message, expected)


def _filed(council, version=1, timeliness="on-time"):
    return {"council": council.gss, "version": version, "outcome": "accepted",
            "timeliness": timeliness, "receipts": [("decision", council.sender.mail)]}


def _held(council):
    return {"council": council.gss, "version": 0, "outcome": "held", "timeliness": "on-time",
            "receipts": [("received", council.sender.mail)]}


NOTHING = {"version": 0, "outcome": "not-a-submission", "receipts": []}


def _plain_plan(id, told, clock, council, wording="letter", edition=1, **changes):
    """A plan of three pages as PDF, and what is due for it."""
    return _mail(id, told, clock, council.sender, SUBJECT,
                 [(council.slug + ".pdf", post.PDF, plans.pdf(council.name, 3, wording, edition))],
                 _filed(council, **changes.pop("due", {})), **changes)


def _plans_in_time():
    pdf, docx, odt = post.PDF, post.DOCX, post.ODT
    made = plans.find
    tower = _mail(
        "tower-hamlets", "Tower Hamlets: a plan of four pages (PDF)", IN_TIME,
        post.TOWER_HAMLETS.sender, "Tower Hamlets " + SUBJECT,
        [("Productivity Plan.pdf", pdf, made("tower-hamlets-plan-dashboard-page.pdf")
          or plans.pdf(post.TOWER_HAMLETS.name, 4, "short"))],
        _filed(post.TOWER_HAMLETS))
    return [
        _mail("tonbridge", "Tonbridge and Malling: a plan of three pages (PDF)", IN_TIME,
              post.TONBRIDGE.sender, "TMBC " + SUBJECT,
              [("TMBC Productivity Plan.pdf", pdf,
                made("tonbridge-and-malling-plan-3-pages.pdf")
                or plans.pdf(post.TONBRIDGE.name, 3, "letter"))],
              _filed(post.TONBRIDGE)),
        _mail("test-valley", "Test Valley: a plan of four pages (PDF)", IN_TIME,
              post.TEST_VALLEY.sender, SUBJECT,
              [("plan.pdf", pdf, made("test-valley-plan-4-pages-pdfa.pdf")
                or plans.pdf(post.TEST_VALLEY.name, 4, "short"))],
              _filed(post.TEST_VALLEY)),
        _mail("devon", "Devon: an OpenDocument text", IN_TIME, post.DEVON.sender,
              "Devon County Council: " + SUBJECT,
              [("Devon plan – final.odt", odt,
                made("devon-plan.odt") or plans.odt(post.DEVON.name, "short"))],
              _filed(post.DEVON)),
        tower,
        replace(tower, id="tower-hamlets-again", told="Tower Hamlets: the same mail once more",
                expected={"council": post.TOWER_HAMLETS.gss, "version": 0,
                          "outcome": "duplicate", "receipts": []}),
        _mail("darlington", "Darlington: a Word document", IN_TIME, post.DARLINGTON.sender,
              SUBJECT, [("Productivity Plan.docx", docx,
                         made("darlington-plan.docx") or plans.docx(post.DARLINGTON.name))],
              _filed(post.DARLINGTON)),
        _forwarded(),
        replace(_plain_plan("kent", "Kent: a plan that a colleague moves to another folder before"
                            " lodge looks", IN_TIME, post.KENT), moved_to="Being read"),
    ]


def _forwarded():
    """The plan hangs in the mail that is attached; who forwards it is who sends it."""
    officer = replace(post.CORNWALL.sender, mail="r.trelawny@cornwall.gov.uk", person="R Trelawny")
    inner = post.compose(officer, post.CORNWALL.sender.mail, "Our plan",
                         "Could you send this to the department, please?\n",
                         [("Cornwall plan.pdf", post.PDF, plans.pdf(post.CORNWALL.name, 3))],
                         "cornwall-inner", "Wed, 17 Jul 2024 17:20:00 +0100")
    return _mail("cornwall", "Cornwall: a plan inside a forwarded mail", IN_TIME,
                 post.CORNWALL.sender, "FW: Our plan", [(None, "message/rfc822", inner)],
                 _filed(post.CORNWALL))


def _without_a_plan():
    rother, leeds, herefordshire = post.ROTHER, post.LEEDS, post.HEREFORDSHIRE
    daemon = replace(post.DEVON.sender, mail="MAILER-DAEMON@devon.gov.uk")
    reminder = post.compose(
        post.Sender("", "", DEPARTMENT, "Productivity plans", True), "old.officer@devon.gov.uk",
        "Productivity Plans 2024", "This is a reminder.\n", [], REMINDER.partition("@")[0],
        "Thu, 18 Jul 2024 08:00:00 +0100")
    return [
        _mail("rother", "Rother: a PDF locked with a password", IN_TIME, rother.sender, SUBJECT,
              [("Rother plan.pdf", post.PDF,
                odd_files.make("locked-pdf", council=rother.name)[0])], _held(rother)),
        _mail("leeds", "Leeds: a link in place of the file", IN_TIME, leeds.sender, SUBJECT, [],
              _held(leeds), "Our Productivity Plan is here:\n\n"
              "https://leedscc.sharepoint.example/:b:/s/plans/EbN4c2?e=Xq3\n"),
        _mail("herefordshire", "Herefordshire: a question, and no document", IN_TIME,
              herefordshire.sender, "Question about the Productivity Plan", [],
              _held(herefordshire), "Does the appendix count towards the four pages?\n"),
        Mail("darlington-away", "Darlington: an officer's automatic reply, out of the office",
             IN_TIME, post.DARLINGTON.sender,
             letters.away_outlook(post.DARLINGTON.sender, DEPARTMENT, "darlington-away", DATE,
                                  "Productivity Plans 2024", REMINDER), NOTHING, ""),
        Mail("devon-bounce", "Devon: its mail server returns a reminder that nobody reads there",
             IN_TIME, daemon,
             bounces.postfix(daemon, DEPARTMENT, "devon-bounce", DATE,
                                    "old.officer@devon.gov.uk", reminder), NOTHING, ""),
    ]


def _strangers():
    forged = _mail(
        "forged", "Somebody who pretends to be Devon, with a copied border header", IN_TIME,
        post.FORGER, SUBJECT,
        [("plan.pdf", post.PDF, plans.pdf(post.DEVON.name, 3, "letter", 2))],
        {"outcome": "held", "version": 0, "receipts": []})
    copied = ("Authentication-Results: mx1.communities.example; dkim=pass header.d=devon.gov.uk;"
              " dmarc=pass header.from=devon.gov.uk\r\n").encode()
    return [
        _mail("stranger", "The Ratepayers, who are not in the register", IN_TIME, post.STRANGER,
              "Our own " + SUBJECT,
              [("our-plan.pdf", post.PDF, plans.pdf("The Ratepayers", 3, "short"))],
              {"council": None, "outcome": "held", "version": 0,
               "receipts": [("received", post.STRANGER.mail)]}),
        replace(forged, message=copied + forged.message),
    ]


def _around_the_deadline():
    return [
        _mail("test-valley-amended", "Test Valley: an amended version, five hours later", AMENDED,
              post.TEST_VALLEY.sender, SUBJECT + ", amended",
              [("plan-v2.pdf", post.PDF, plans.pdf(post.TEST_VALLEY.name, 4, "short", 2))],
              _filed(post.TEST_VALLEY, version=2), date="Thu, 18 Jul 2024 16:29:00 +0100"),
        _plain_plan("exeter", "Exeter: in the last second of the extended deadline", LAST_SECOND,
                    post.EXETER, date="Mon, 29 Jul 2024 23:59:58 +0100"),
        _plain_plan("norwich", "Norwich: one second later", FIRST_LATE_SECOND, post.NORWICH,
                    date="Mon, 29 Jul 2024 23:59:58 +0100", due={"timeliness": "late"}),
        _plain_plan("rutland-late", "Rutland: the next morning", LATE, post.RUTLAND,
                    date="Tue, 30 Jul 2024 09:14:00 +0100", due={"timeliness": "late"}),
    ]


def mails():
    return _plans_in_time() + _without_a_plan() + _strangers() + _around_the_deadline()


def tell(world, say=lambda line: None):
    """Sends all mails, one after the other, each in its second: the clock stands until it is in the inbox."""
    for number, mail in enumerate(mails(), 1):
        world.clock(mail.clock, stands=True)
        say(mail.told)
        world.send(mail.sender, mail.message, envelope=mail.envelope)
        world.await_inbox(number)
    world.clock(LATE)
    for mail in mails():
        if mail.moved_to:
            world.move(world.user, f"<{mail.id}@{mail.sender.domain}>", mail.moved_to)


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
