"""Mails that no submitter's hand wrote, in the shapes in which mail systems and office programs write them; those
that could not be delivered stand in bounces.py.

Each gives bytes with CRLF. sender: whom From names and where it comes from; id: the local part of its Message-ID;
date: as a Date field has it. Nothing is read from a clock and no boundary is random."""


def _bytes(text):
    return text.replace("\n", "\r\n").encode()


def _about(answers):
    """The fields of an answer to that Message-ID, or none."""
    return f"In-Reply-To: <{answers}>\nReferences: <{answers}>\n" if answers else ""


# ---- people who are away ----

AWAY = "I am out of the office until 12 August. For urgent matters please call the contact centre.\n"


def away_outlook(sender, to, id, date, subject, answers=None):
    return _bytes(f"""\
From: "{sender.person}" <{sender.mail}>
To: {to}
Subject: Automatic reply: {subject}
Date: {date}
Message-ID: <{id}@{sender.domain}>
{_about(answers)}X-Auto-Response-Suppress: All
auto-submitted: auto-generated
x-ms-exchange-generated-message-source: Mailbox Rules Agent
Content-Type: multipart/alternative; boundary="_000_{id}_"
MIME-Version: 1.0

--_000_{id}_
Content-Type: text/plain; charset="us-ascii"

{AWAY}
--_000_{id}_
Content-Type: text/html; charset="us-ascii"

<html><body><p>{AWAY}</p></body></html>

--_000_{id}_--
""")


def away_vacation(sender, to, id, date, subject, answers=None):
    return _bytes(f"""\
From: "{sender.person}" <{sender.mail}>
To: {to}
Subject: Auto: {subject}
Date: {date}
Message-ID: <{id}@{sender.domain}>
{_about(answers)}Auto-Submitted: auto-replied (vacation)
Precedence: bulk
X-Sieve: Pigeonhole Sieve 0.5.19
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{AWAY}""")


def away_responder(sender, to, id, date, subject, answers=None):
    """An old responder that knows no RFC 3834."""
    return _bytes(f"""\
From: {sender.mail}
To: {to}
Subject: Out of Office: {subject}
Date: {date}
Message-ID: <{id}@{sender.domain}>
{_about(answers)}X-Autoreply: yes
Precedence: auto_reply
Content-Type: text/plain

{AWAY}""")


AWAY_SHAPES = (away_outlook, away_vacation, away_responder)


# ---- reports of mail programs and providers ----

def read_receipt(sender, to, id, date, subject, original):
    b = f"----{id}"
    return _bytes(f"""\
From: "{sender.person}" <{sender.mail}>
To: {to}
Subject: Read: {subject}
Date: {date}
Message-ID: <{id}@{sender.domain}>
In-Reply-To: <{original}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
\tboundary="{b}"

--{b}
Content-Type: text/plain; charset="us-ascii"

Your message was read.

--{b}
Content-Type: message/disposition-notification

Reporting-UA: {sender.host}; Microsoft Outlook 16.0
Final-Recipient: rfc822; {sender.mail}
Original-Message-ID: <{original}>
Disposition: manual-action/MDN-sent-manually; displayed

--{b}--
""")


def complaint(sender, to, id, date, original):
    b = f"part_{id}"
    return _bytes(f"""\
From: <feedback@{sender.domain}>
To: {to}
Subject: Email Feedback Report for IP 192.0.2.5
Date: {date}
Message-ID: <{id}@{sender.domain}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="{b}"

--{b}
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message.

--{b}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--{b}
Content-Type: text/rfc822-headers

Subject: Productivity Plans 2024
Message-ID: <{original}>

--{b}--
""")


# ---- lists, invitations, advertising ----

def newsletter(sender, to, id, date, subject, text):
    return _bytes(f"""\
From: "{sender.person}" <{sender.mail}>
To: {to}
Subject: {subject}
Date: {date}
Message-ID: <{id}@{sender.domain}>
List-Id: <news.{sender.domain}>
List-Unsubscribe: <https://{sender.domain}/leave?u={id}>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
""")


def invitation(sender, to, id, date, subject):
    b = f"_000_{id}_"
    return _bytes(f"""\
From: "{sender.person}" <{sender.mail}>
To: {to}
Subject: {subject}
Date: {date}
Message-ID: <{id}@{sender.domain}>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="{b}"

--{b}
Content-Type: text/plain; charset="utf-8"

When: Friday, 2 August 2024 10:00-11:00.

--{b}
Content-Type: text/calendar; charset="utf-8"; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
VERSION:2.0
BEGIN:VEVENT
UID:{id}
DTSTART:20240802T090000Z
DTEND:20240802T100000Z
SUMMARY:{subject}
END:VEVENT
END:VCALENDAR

--{b}--
""")
