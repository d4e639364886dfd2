"""A mail of a story, from its short description to the bytes that stand in the mailbox.

On top the lines that the department's own servers write (the trace), below them what the sender
wrote. The trace is made from `at`, `stored` and `proof`, or written out in the story where its shape
is the point."""

import base64
import binascii
import datetime
import email.header
import email.utils
import re

import odd_files
import post

DEPARTMENT = "communities.example"
TO = "plans@" + DEPARTMENT
AT = datetime.datetime(2024, 7, 18, 11, 0, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
TEXT = ("Dear colleagues,\n\nplease find attached our Productivity Plan.\n\nKind regards\n{person}\n")
COUNCILS = {council.slug: council for council in post.COUNCILS}
PROOFS = {
    "all": "spf=pass smtp.mailfrom={address}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
    "dmarc": "spf=none smtp.mailfrom={address}; dkim=none; dmarc=pass header.from={domain}",
    "dkim": "spf=none smtp.mailfrom={address}; dkim=pass header.d={domain}; dmarc=none header.from={domain}",
    "spf": "spf=pass smtp.mailfrom={address}; dkim=none; dmarc=none header.from={domain}",
    "none": "spf=none smtp.mailfrom={address}; dkim=none; dmarc=none header.from={domain}",
    "fail": "spf=fail smtp.mailfrom={address}; dkim=none; dmarc=fail header.from={domain}",
}


def address_of(sender):
    """The addr-spec of a From field as the story writes it."""
    found = re.search(r"<([^<>]*)>\s*$", sender)
    return found[1] if found else sender.strip()


def sender_of(mail):
    """The From field: a council's slug stands for its usual officer."""
    council = COUNCILS.get(mail["from"])
    return f"{council.sender.person} <{council.sender.mail}>" if council else mail["from"]


def stored_at(mail):
    """INTERNALDATE: when the mailbox took it, a second after the border unless the story says otherwise."""
    return mail.get("stored", mail.get("at", AT) + datetime.timedelta(seconds=1))


def _stamp(when):
    return when.strftime("%a, %d %b %Y %H:%M:%S %z")


def _crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


# ---- the trace ----

def _results(mail, address):
    proof = mail.get("proof", "all")
    values = [PROOFS[proof]] if isinstance(proof, str) else proof
    domain = address.rpartition("@")[2].lower()
    return "".join(
        f"Authentication-Results: mx1.{DEPARTMENT}; {value.format(address=address, domain=domain)}\n"
        for value in values)


def trace(mail, address):
    if "trace" in mail:
        return _crlf(mail["trace"].strip("\n") + "\n")
    path = mail.get("return_path", address)
    domain = (path or address).rpartition("@")[2].lower() or "unknown.example"
    at = mail.get("at", AT)
    to = mail.get("delivered_to", TO)
    return _crlf(
        f"Return-Path: <{path}>\n"
        f"Delivered-To: {to}\n"
        f"Received: from mx1.{DEPARTMENT} ([127.0.0.1])\n"
        f"\tby imap.{DEPARTMENT} with LMTP id {int(stored_at(mail).timestamp()):X}\n"
        f"\tfor <{to}>; {_stamp(stored_at(mail))}\n"
        f"{_results(mail, address)}"
        f"Received: from mail.{domain} (mail.{domain} [203.0.113.25])\n"
        f"\tby mx1.{DEPARTMENT} (Postfix) with ESMTPS id {int(at.timestamp()):X}\n"
        f"\tfor <{to}>; {_stamp(at)}\n")


# ---- parts ----

def _attachment(described, mail, fill):
    """(header lines, content) of one attachment; a name alone is a plan of the type that it ends in."""
    if isinstance(described, str):
        described = {"name": described}
    kind = described.get("make") or described["name"].rpartition(".")[2].lower()
    if kind == "message":
        inner = described["mail"]
        return (["Content-Type: message/rfc822", "Content-Disposition: attachment"],
                letter(dict(inner, id=mail["id"] + "-inside"), fill), False)
    facts = {key: described[key] for key in odd_files.FACTS if key in described}
    council = COUNCILS.get(mail["from"])
    facts.setdefault("council", council.name if council else "The Council")
    facts["text"] = fill(facts.get("text", ""))
    content, media_type = odd_files.make(kind, **facts)
    lines = described.get("headers")
    if lines is None:
        lines = _named(described, described.get("type", media_type))
    return lines, content, True


def _named(described, media_type):
    name = described.get("name")
    lines = ["Content-Type: " + media_type + (f'; name="{name}"' if name else "")]
    disposition = described.get("disposition", "attachment")
    if disposition:
        lines.append("Content-Disposition: " + disposition + (f'; filename="{name}"' if name else ""))
    if "cid" in described:
        lines.append(f"Content-ID: <{described['cid']}>")
    return lines


def _part(lines, content, encoded):
    lines = list(lines)
    if encoded:
        lines.append("Content-Transfer-Encoding: base64")
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def _text_part(subtype, text):
    return _part([f"Content-Type: text/{subtype}; charset=utf-8", "Content-Transfer-Encoding: 8bit"],
                 _crlf(text), False)


def _join(kind, boundary, parts):
    inside = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return (f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode() + b"\r\n\r\n"
            + inside + b"--" + boundary.encode() + b"--\r\n")


def _uuencoded(name, content):
    """As a program of 1990 writes it into the text."""
    lines = [binascii.b2a_uu(content[at:at + 45], backtick=True).decode() for at in range(0, len(content), 45)]
    return f"\nbegin 644 {name}\n{''.join(lines)}`\nend\n"


def _content(mail, fill):
    """Everything from Content-Type on: text, its HTML alternative, attachments."""
    person = sender_of(mail).partition("<")[0].strip()
    boundary = mail.get("boundary", "=_" + mail["id"])
    written = fill(mail.get("text", TEXT.replace("{person}", person)))
    for name in mail.get("uuencoded", []):
        written += _uuencoded(name, _attachment(name, mail, fill)[1])
    text = _text_part("plain", written)
    if "html" in mail:
        text = _join("alternative", boundary + "_a", [text, _text_part("html", fill(mail["html"]))])
    attached = [_part(*_attachment(one, mail, fill)) for one in mail.get("attach", [])]
    return _join(mail.get("multipart", "mixed"), boundary, [text, *attached]) if attached else text


# ---- the whole ----

def _subject(text):
    return text if text.isascii() else email.header.Header(text, "utf-8", maxlinelen=70).encode()


def message_id(mail):
    """Without brackets; None when it has none."""
    domain = address_of(sender_of(mail)).rpartition("@")[2]
    return mail.get("message_id", f"{mail['id']}@{domain}") or None


def letter(mail, fill):
    """What the sender wrote."""
    date = mail.get("date", mail.get("at", AT) - datetime.timedelta(minutes=5))
    lines = [fill(line) for line in mail.get("headers", [])]
    if mail["from"]:
        lines.append("From: " + sender_of(mail))
    lines.append("To: " + mail.get("to", TO))
    if subject := fill(mail.get("subject", "Productivity Plan 2024")):
        lines.append("Subject: " + _subject("\r\n ".join([subject] * mail.get("subject_times", 1))))
    if date:
        lines.append("Date: " + (date if isinstance(date, str) else _stamp(date)))
    if message_id(mail):
        lines.append(f"Message-ID: <{message_id(mail)}>")
    lines.append("MIME-Version: 1.0")
    return "\r\n".join(lines).encode() + b"\r\n" + _content(mail, fill)


def whole(mail, below):
    """The message as it stands in the mailbox: the trace above what the sender wrote."""
    header = below.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    found = re.search(r"(?im)^From:[ \t]*(.*(?:\r?\n[ \t].*)*)", header)
    return trace(mail, address_of(found[1]) if found else "") + below


def as_handed_out(message):
    """As the mail store gives it back: a bare LF is a line's end there, and a NUL becomes 0x80."""
    return re.sub(rb"\r?\n", b"\r\n", message).replace(b"\0", b"\x80")


def from_file(text, fill):
    return _crlf(fill(text))
