"""Who sends plans, or means to, in a day's traffic; each function adds one letter to the day, with its truth."""

import dressing
import odd_files
import plans
import post
from day_letter import DEPARTMENT, FIRST_LATE_SECOND, LAST_SECOND, PLANS, Truth

SUBJECTS = ("Productivity Plan 2024", "{name}: Productivity Plan", "Productivity Plans 2024 – {name}",
            "Our productivity plan", "Local Authority Productivity Plan: {name}", "Submission", "")
TEXTS = ("Dear colleagues,\n\nplease find attached our Productivity Plan.\n\nKind regards\n",
         "Please see attached.\n\nSent from my phone\n",
         "Attached, as endorsed by the cabinet on Tuesday.\n\nGrüße an alle & thank you!\n")
FILES = ("Productivity Plan.pdf", "{name} Productivity Plan – final", "plan", "PP v3 FINAL (2)")


def _document(d, council, name=None):
    """(file name, type, bytes) of the council's next edition."""
    council.edition += 1
    wording = d.rng.choice(("letter", "short"))
    base = d.rng.choice(FILES).format(name=council.slug).removesuffix(".pdf")
    make = d.rng.choices(("pdf", "docx", "odt"), (6, 3, 2))[0]
    if make == "pdf":
        content = plans.pdf(name or council.name, d.rng.choice((3, 4)), wording, council.edition)
        return base + ".pdf", post.PDF, content
    if make == "docx":
        return base + ".docx", post.DOCX, plans.docx(name or council.name, wording, council.edition)
    return base + ".odt", post.ODT, plans.odt(name or council.name, wording, council.edition)


def letter(d, subject, text, attachments, headers=(), style=None, message_id=None):
    """What writes such a letter when its key and date are known."""
    style = style or d.rng.choice(tuple(dressing.STYLES))

    def write(sender):
        def at(key, date, receipt):
            return dressing.dress(style, sender, PLANS, subject, text, attachments,
                                  message_id or key, date, headers)
        return at
    return write


def _add(d, sender, truth, letter, when, **rest):
    return d.add(sender, truth, letter(sender), when, **rest)


def _plan_letter(d, council, documents):
    subject = d.rng.choice(SUBJECTS).format(name=council.name)
    return letter(d, subject, d.rng.choice(TEXTS), documents)


def _filed(council):
    return Truth("accepted", "decision", council.gss)


def _held(finding, council=None, kind="submission"):
    return Truth("held", "received", council and council.gss, finding, kind)


def _council(d):
    return d.rng.choice(d.councils)


def first(d):
    """The plan of a council that has sent none."""
    if not d.still_to_come:
        return
    council = d.still_to_come.pop()
    _add(d, council.officer(), _filed(council), _plan_letter(d, council, [_document(d, council)]),
         d.step_for_plan(council))


def at_the_edge(d):
    """In the last second, and in the first that is late."""
    for edge in (LAST_SECOND, FIRST_LATE_SECOND):
        council = _council(d)
        if edge in council.steps:
            continue
        council.steps.add(edge)
        _add(d, council.officer(), _filed(council),
             _plan_letter(d, council, [_document(d, council)]), (1, edge))


def amended(d):
    council = _council(d)
    _add(d, council.officer(), _filed(council),
         letter(d, "Productivity Plan, amended", "This replaces the plan we sent before.\n",
                 [_document(d, council)]), d.step_for_plan(council))


def second_officer(d):
    """The same file from somebody else at the council is a version of its own."""
    council = _council(d)
    document = _document(d, council)
    for local in ("a.clerk", "b.finance"):
        _add(d, council.officer(local), _filed(council), _plan_letter(d, council, [document]),
             d.step_for_plan(council))


def reused_id(d):
    """A program that gives two different mails one Message-ID."""
    council = _council(d)
    for number in range(2):
        message_id = f"same-{council.gss}"
        _add(d, council.officer(), _filed(council),
             letter(d, "Productivity Plan", "Attached.\n", [_document(d, council)],
                     message_id=message_id), d.step_for_plan(council), message_id=message_id)


def forwarded(d):
    council = _council(d)
    inner = dressing.dress("plain", council.officer("author"), council.officer().mail, "Our plan",
                           "Could you send this on?\n", [_document(d, council)],
                           f"inner-{len(d.letters)}", "Mon, 22 Jul 2024 09:00:00 +0100")

    def write(key, date, receipt):
        return post.compose(council.officer(), PLANS, "FW: Our plan", "See below.\n",
                            [(None, "message/rfc822", inner)], key, date)
    d.add(council.officer(), _filed(council), write, d.step_for_plan(council))


def with_report(d):
    """A covering report beside the plan is not the plan."""
    council = _council(d)
    report = ("Cabinet report.pdf", post.PDF,
              dressing.paper("Report to Cabinet", f"{council.name}", "Recommendation: to approve."))
    _add(d, council.officer(), _filed(council),
         letter(d, "Productivity Plan and report", "Both attached.\n",
                 [report, _document(d, council)]), d.step_for_plan(council))


def delegate(d):
    """A shared service sends for a council, from its own domain."""
    council = d.delegated
    _add(d, d.clerk, _filed(council), _plan_letter(d, council, [_document(d, council)]),
         d.step_for_plan(council))


def shared_domain(d):
    """Two councils, one domain: the name in the subject decides."""
    council = d.rng.choice(d.shared)
    _add(d, council.officer(), _filed(council),
         letter(d, f"{council.name}: Productivity Plan", "Attached.\n", [_document(d, council)]),
         d.step_for_plan(council))


def shared_domain_unnamed(d):
    council = d.rng.choice(d.shared)
    _add(d, council.officer(), _held("council-ambiguous"),
         letter(d, "Productivity Plan", "Attached.\n",
                 [("plan.pdf", post.PDF,
                   plans.pdf("Adur and Worthing Councils", 3, "letter", len(d.letters)))]), d.step())


# ---- what keeps a plan from being filed ----

def locked(d):
    council = _council(d)
    kind = d.rng.choice(("locked-pdf", "locked-docx"))
    content, media_type = odd_files.make(kind, council=council.name, edition=len(d.letters) + 2)
    _add(d, council.officer(), _held("document-password", council),
         letter(d, "Productivity Plan", "The password follows by phone.\n",
                 [("plan" + kind[-4:].replace("-", "."), media_type, content)]), d.step())


def link(d):
    council = _council(d)
    _add(d, council.officer(), _held("document-missing", council, "question"),
         letter(d, "Productivity Plan", "Our Productivity Plan is here:\n\nhttps://council"
                 f".sharepoint.example/:b:/s/pp/{len(d.letters)}?e=x\n", []), d.step())


def forgotten(d):
    council = _council(d)
    _add(d, council.officer(), _held("document-missing", council, "question"),
         letter(d, "Productivity Plan", "Please find attached our Productivity Plan.\n", []), d.step())


def wrong_type(d):
    council = _council(d)
    kind = d.rng.choice(("text", "xlsx", "doc"))
    content, media_type = odd_files.make(kind, council=council.name,
                                         text=f"Our plan, number {len(d.letters)}\r\n")
    _add(d, council.officer(), _held("document-type-not-accepted", council),
         letter(d, "Productivity Plan", "Attached.\n", [("plan." + kind, media_type, content)],
                style="plain"), d.step())


def two_plans(d):
    council = _council(d)
    one, other = _document(d, council), _document(d, council)
    _add(d, council.officer(), _held("several-plans", council),
         letter(d, "Productivity Plan", "Two drafts.\n", [("A-" + one[0],) + one[1:],
                                                            ("B-" + other[0],) + other[1:]]), d.step())


def mending(d):
    """A held mail of the first part is answered with the plan itself."""
    mended = d.pick(lambda l: l.part == 0 and l.truth.outcome == "held" and l.truth.council
                    and l.truth.receipt and l.root is None
                    and not any(o.answers == l.key for o in d.letters))
    if mended is None:
        return
    council = next(c for c in d.councils if c.gss == mended.truth.council)
    document = _document(d, council)

    def write(key, date, receipt):
        return dressing.dress("outlook", mended.sender, PLANS, "RE: " + receipt["Subject"],
                              "Sorry! Here it is.\n", [document], key, date,
                              [("In-Reply-To", receipt["Message-ID"])])
    d.add(mended.sender, Truth("accepted", "decision", council.gss, "mends", "mending"), write,
          d.step_for_plan(council, 1), answers=mended.key)


# ---- senders who are not whom they should be ----

def forged(d):
    """With or without the border's own header, copied below it."""
    council = _council(d)
    sender = d.pretender(council)
    copied = d.rng.choice((b"", f"Authentication-Results: mx1.{DEPARTMENT}; dmarc=pass"
                           f" header.from={council.domain}\r\n".encode()))
    letter = _plan_letter(d, council, [_document(d, council)])(sender)

    def write(key, date, receipt):
        return copied + letter(key, date, receipt)
    d.add(sender, Truth("held", None, council.gss, "sender-forged"), write, d.step())


def unproven(d):
    """SPF alone, or nothing: it may well be the council, and nobody can say."""
    council = _council(d)
    sender = d.pretender(council, d.rng.choice((post.SPF_ALONE, post.NOTHING_FOUND)))
    _add(d, sender, Truth("held", None, council.gss, "sender-not-proven"),
         _plan_letter(d, council, [_document(d, council)]), d.step())


def from_home(d):
    """An officer's private mailbox: proven, and of no council."""
    council = _council(d)
    sender = d.stranger(f"officer{len(d.letters)}", "private-mail.example")
    _add(d, sender, _held("sender-not-registered"), _plan_letter(d, council, [_document(d, council)]),
         d.step())


def unconfirmed(d):
    """A council whose domain nobody has confirmed yet."""
    council = d.rng.choice(d.unconfirmed)
    _add(d, council.officer(), _held("domain-unconfirmed"),
         _plan_letter(d, council, [_document(d, council)]), d.step())


STORIES = [  # of a thousand
    ("a first plan", 150, first),
    ("a plan in the deadline's second", 6, at_the_edge),
    ("an amended plan", 75, amended),
    ("a plan from two officers", 12, second_officer),
    ("two plans with one Message-ID", 2, reused_id),
    ("a forwarded plan", 15, forwarded),
    ("a plan with a covering report", 15, with_report),
    ("a delegate's plan", 3, delegate),
    ("a plan from a shared domain", 4, shared_domain),
    ("a plan from a shared domain that names nobody", 2, shared_domain_unnamed),
    ("a locked plan", 18, locked),
    ("a link", 20, link),
    ("a forgotten attachment", 15, forgotten),
    ("a file of another type", 10, wrong_type),
    ("two drafts", 5, two_plans),
    ("a mending mail", 25, mending),
    ("a forged sender", 30, forged),
    ("an unproven sender", 18, unproven),
    ("an officer's private mailbox", 30, from_home),
    ("a council whose domain is unconfirmed", 12, unconfirmed),
]
