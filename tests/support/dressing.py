"""How a mail with documents looks, by the program that wrote it.

    dress(style, sender, to, subject, text, attachments, message_id, date, headers=()) -> bytes

Same arguments, same bytes. attachments: (file name, media type, bytes)."""

import email.headerregistry
import email.message
import email.policy
import html
import zlib

import plans

LOGO = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc\xf8"
        b"\x0f\0\x01\x01\x01\0\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82")


def _attach(mail, name, media_type, content, **how):
    main, _, sub = media_type.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=name, **how)


def _plain(mail, text, attachments):
    mail.set_content(text)
    for attachment in attachments:
        _attach(mail, *attachment)


def _outlook(mail, text, attachments):
    """Text twice, a logo below the name, and every file with the type it has."""
    mail.set_content(text)
    page = f'<html><body><pre>{html.escape(text)}</pre><img src="cid:logo@x"></body></html>'
    mail.add_alternative(page, subtype="html")
    mail.get_payload()[1].add_related(LOGO, maintype="image", subtype="png", cid="<logo@x>",
                                      filename="image001.png", disposition="inline")
    for attachment in attachments:
        _attach(mail, *attachment)
    mail["X-MS-Has-Attach"] = "yes" if attachments else ""
    mail["X-Originating-IP"] = "[10.1.2.3]"


def _apple(mail, text, attachments):
    """Documents stand inline, between the lines."""
    mail.set_content(text)
    mail["X-Mailer"] = "Apple Mail (2.3774.600.62)"
    for attachment in attachments:
        _attach(mail, *attachment, disposition="inline")


def _gateway(mail, text, attachments):
    """A system that calls every file a stream of octets."""
    mail.set_content(text)
    for name, _, content in attachments:
        _attach(mail, name, "application/octet-stream", content)


STYLES = {"plain": _plain, "outlook": _outlook, "apple": _apple, "gateway": _gateway}


def _settle_boundaries(mail, message_id):
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{number}_{zlib.crc32(message_id.encode()):08x}")


def dress(style, sender, to, subject, text, attachments, message_id, date, headers=()):
    mail = email.message.EmailMessage(email.policy.SMTP)
    mail["From"] = email.headerregistry.Address(sender.person, addr_spec=sender.mail)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = date
    mail["Message-ID"] = f"<{message_id}@{sender.domain}>"
    for name, value in headers:
        mail[name] = value
    STYLES[style](mail, text, attachments)
    _settle_boundaries(mail, message_id)
    return mail.as_bytes()


def paper(*lines):
    """A PDF of one page that is no plan: a report, an invoice."""
    return plans.assemble(plans.page_objects([[(11, line) for line in lines]]))
