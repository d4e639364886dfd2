"""Mails that no submitter's hand wrote, in the shapes in which mail systems and office programs write them.

Each gives bytes with CRLF. sender: whom From names and where it comes from; id: the local part of its Message-ID;
date: as a Date field has it. Nothing is read from a clock and no boundary is random."""


def _bytes(text, last=b""):
    return text.replace("\n", "\r\n").encode() + last


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


# ---- mail that could not be delivered ----

def _status(host, failed):
    return f"""\
Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {failed}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{failed}>: user unknown
"""


def bounce_postfix(sender, to, id, date, failed, returned):
    b = f"{id}/{sender.host}"
    return _bytes(f"""\
Date: {date}
From: MAILER-DAEMON@{sender.domain} (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="{b}"
Message-Id: <{id}@{sender.domain}>

This is a MIME-encapsulated message.

--{b}
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host {sender.host}.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{failed}>: unknown user

--{b}
Content-Description: Delivery report
Content-Type: message/delivery-status

{_status(sender.host, failed)}
--{b}
Content-Description: Undelivered Message
Content-Type: message/rfc822

""", returned + _bytes(f"\n--{b}--\n"))


def bounce_exim(sender, to, id, date, failed, returned):
    b = f"{id}-eximdsn"
    return _bytes(f"""\
X-Failed-Recipients: {failed}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@{sender.domain}>
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary="{b}"
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <{id}@{sender.domain}>
Date: {date}

--{b}
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {failed}
    Unrouteable address

--{b}
Content-type: message/delivery-status

{_status(sender.host, failed)}
--{b}
Content-type: message/rfc822

""", returned + _bytes(f"\n--{b}--\n"))


def bounce_exchange(sender, to, id, date, failed, returned):
    b = f"_000_{id}_"
    return _bytes(f"""\
From: <postmaster@{sender.domain}>
To: {to}
Date: {date}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{b}"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
Message-ID: <{id}@{sender.domain}>
Subject: Undeliverable: Productivity Plans 2024

--{b}
Content-Type: text/html; charset="us-ascii"

<html><body><p>Your message to {failed} couldn't be delivered.</p></body></html>

--{b}
Content-Type: message/delivery-status

{_status(sender.host, failed)}
--{b}
Content-Type: message/rfc822

""", returned + _bytes(f"\n--{b}--\n"))


def bounce_gmail(sender, to, id, date, failed, returned):
    b = f"000000000000{id}"
    return _bytes(f"""\
From: Mail Delivery Subsystem <mailer-daemon@{sender.domain}>
To: {to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
Message-ID: <{id}@{sender.domain}>
Date: {date}
X-Failed-Recipients: {failed}
Content-Type: multipart/report; boundary="{b}"; report-type=delivery-status

--{b}
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to {failed} because the address couldn't be found.

--{b}
Content-Type: message/delivery-status

{_status(sender.host, failed)}
--{b}
Content-Type: message/rfc822

""", returned + _bytes(f"\n--{b}--\n"))


def bounce_qmail(sender, to, id, date, failed, returned):
    return _bytes(f"""\
Date: {date}
From: MAILER-DAEMON@{sender.domain}
To: {to}
Subject: failure notice
Message-ID: <{id}@{sender.domain}>

Hi. This is the qmail-send program at {sender.host}.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{failed}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

""", returned)


BOUNCE_SHAPES = (bounce_postfix, bounce_exim, bounce_exchange, bounce_gmail, bounce_qmail)


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
