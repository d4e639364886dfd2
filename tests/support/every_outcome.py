"""Twenty mails in which everything happens that can become of a mail: the mailbox of the crash sweep.

One that was held lies there from the days before (EARLIER); one of the twenty mends it. One goes to a second mailbox
(STRICT), whose call refuses what is late; all others to the first."""

from dataclasses import dataclass
from dataclasses import replace as changed

import bounces
import letters
import odd_files
import plans
import post
from whole_run import stored

MIDDAY = 1721296800           # 18 July 2024, 10:00 UTC
LATE = 1722297600             # 30 July 2024, 00:00 UTC: an hour too late for both calls
DATE = "Thu, 18 Jul 2024 10:55:00 +0100"
LATE_DATE = "Tue, 30 Jul 2024 00:59:00 +0100"
SUBJECT = "Productivity Plan"
ADDRESS = "plans@communities.example"
STRICT_CALL = "strict-2024"
LINK = "Our Productivity Plan is here:\n\nhttps://leedscc.sharepoint.example/:b:/s/plans/EbN4c2?e=Xq3\n"


@dataclass(frozen=True)
class Mail:
    id: str
    sender: post.Sender
    message: bytes
    outcome: str
    answered: bool = True
    seconds: int = MIDDAY
    strict: bool = False

    def stored(self, seconds, facts):
        return stored(self.sender, self.message, seconds, facts)


def _mail(id, council, outcome, files, subject=SUBJECT, text="Here.\n", fields=b"", sender=None, **rest):
    sender = sender or council.sender
    date = LATE_DATE if rest.get("seconds") == LATE else DATE
    message = post.compose(sender, ADDRESS, subject, text, files, id, date)
    return Mail(id, sender, fields + message, outcome, **rest)


def _plan(council, pages=3, name="plan.pdf"):
    return [(name, post.PDF, plans.pdf(council.name, pages))]


def _odd(kind, council, name):
    content, media_type = odd_files.make(kind, council=council.name)
    return [(name, media_type, content)]


def earlier():
    return _mail("earlier", post.ROTHER, "held", _odd("locked-pdf", post.ROTHER, "plan.pdf"))


def _accepted(receipt_id):
    first = _mail("first", post.DEVON, "accepted", _plan(post.DEVON))
    answer = f"In-Reply-To: <{receipt_id}>\r\n".encode()
    return [
        first,
        _mail("amended", post.DEVON, "accepted", _plan(post.DEVON, 4, "plan v2.pdf")),
        changed(first, message=b"X-Copy: yes\r\n" + first.message, outcome="duplicate", answered=False),
        _mail("mending", post.ROTHER, "accepted", _plan(post.ROTHER), "Re: " + SUBJECT, fields=answer),
        _mail("late", post.NORWICH, "accepted", _plan(post.NORWICH), seconds=LATE),
        _mail("word", post.DARLINGTON, "accepted",
              [("plan.docx", post.DOCX, plans.docx(post.DARLINGTON.name))]),
        _mail("open", post.TOWER_HAMLETS, "accepted",
              [("plan.odt", post.ODT, plans.odt(post.TOWER_HAMLETS.name))]),
        _mail("strict", post.HEREFORDSHIRE, "rejected", _plan(post.HEREFORDSHIRE), seconds=LATE, strict=True),
    ]


def _held():
    return [
        _mail("forged", post.DEVON, "held", _plan(post.DEVON), sender=post.FORGER, answered=False),
        _mail("question", post.RUTLAND, "held", [], "A question on the Productivity Plan"),
        _mail("link", post.LEEDS, "held", [], text=LINK),
        _mail("locked", post.EXETER, "held", _odd("locked-pdf", post.EXETER, "plan.pdf")),
        _mail("sheet", post.CORNWALL, "held", _odd("xlsx", post.CORNWALL, "plan.xlsx")),
        _mail("ruined", post.KENT, "held", _odd("ruined-pdf", post.KENT, "plan.pdf")),
        _mail("stranger", None, "held", _plan(post.BATH), sender=post.STRANGER),
    ]


def _no_submissions():
    person, reminder = post.TONBRIDGE.sender, "reminder-3@communities.example"
    daemon = changed(person, mail="MAILER-DAEMON@" + person.domain)

    def mail(id, sender, message):
        return Mail(id, sender, message, "not-a-submission", answered=False)
    return [
        mail("away", person, letters.away_outlook(person, ADDRESS, "away", DATE, SUBJECT, reminder)),
        mail("read", person, letters.read_receipt(person, ADDRESS, "read", DATE, SUBJECT, reminder)),
        mail("meeting", person, letters.invitation(person, ADDRESS, "meeting", DATE, "Budget")),
        mail("news", person, letters.newsletter(person, ADDRESS, "news", DATE, "News", "Our news.")),
        mail("bounce", daemon, bounces.postfix(daemon, ADDRESS, "bounce", DATE, "old@" + person.domain,
                                               b"Subject: Reminder\r\n\r\nA reminder.\r\n")),
    ]


def mails(receipt_id):
    """receipt_id: of the receipt that answered earlier()."""
    return _accepted(receipt_id) + _held() + _no_submissions()


def strict_call(example):
    """The text of the second call, made of the example's."""
    return (example.replace("id = productivity-plans-2024", "id = " + STRICT_CALL)
            .replace("reference_prefix = PP24", "reference_prefix = ST24")
            .replace("late_policy = file", "late_policy = reject"))


def expected():
    """{id: sorted outcomes} of all mails, {sender's address: receipts} of the twenty."""
    outcomes, owed = {"earlier": ["held"]}, {}
    for mail in mails("any@where"):
        outcomes[mail.id] = sorted(outcomes.get(mail.id, []) + [mail.outcome])
        if mail.answered:
            owed[mail.sender.mail] = owed.get(mail.sender.mail, 0) + 1
    return outcomes, owed
