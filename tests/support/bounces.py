"""What mail systems send back when nobody has the address: each in its own shape.

Each gives bytes with CRLF. sender: whose system it is; id: the local part of its Message-ID; failed: the address
that nobody has; returned: the mail that comes back, as bytes. To be sent with no envelope sender."""


def _bytes(text, last=b""):
    return text.replace("\n", "\r\n").encode() + last


def _status(host, failed):
    return f"""\
Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {failed}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{failed}>: user unknown
"""


def postfix(sender, to, id, date, failed, returned):
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


def exim(sender, to, id, date, failed, returned):
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


def exchange(sender, to, id, date, failed, returned):
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


def gmail(sender, to, id, date, failed, returned):
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


def qmail(sender, to, id, date, failed, returned):
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


SHAPES = (postfix, exim, exchange, gmail, qmail)
