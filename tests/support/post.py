"""The internet as the tests know it: who sends from where, and how a mail of theirs looks.

A sender's address is a loopback address of its own, so that the border sees a client outside the
department's network. Its verdict is what the border's milter would have found."""

import email.headerregistry
import email.message
import email.policy
import smtplib
from dataclasses import dataclass

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


PASSED = "spf=pass smtp.mailfrom={mail}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
FAILED = "spf=fail smtp.mailfrom={mail}; dkim=none; dmarc=fail header.from={domain}"
SPF_ALONE = "spf=pass smtp.mailfrom={mail}; dkim=none; dmarc=none header.from={domain}"
NOTHING_FOUND = "spf=none smtp.mailfrom={mail}; dkim=none; dmarc=none header.from={domain}"


@dataclass(frozen=True)
class Sender:
    address: str  # the client's IP address
    host: str     # what it calls itself
    mail: str     # the From address
    person: str
    genuine: bool  # the border finds that the domain really sent it
    found: str = ""  # what the border finds when it is neither PASSED nor FAILED

    @property
    def domain(self):
        return self.mail.partition("@")[2]

    def results(self, authserv_id):
        found = self.found or (PASSED if self.genuine else FAILED)
        return f"{authserv_id}; " + found.format(mail=self.mail, domain=self.domain)


@dataclass(frozen=True)
class Council:
    gss: str
    name: str
    slug: str
    kind: str
    sender: Sender


def _council(gss, name, slug, kind, domain, number, local="productivity"):
    sender = Sender(f"127.0.2.{number}", "mail." + domain, f"{local}@{domain}",
                    f"{name} productivity team", True)
    return Council(gss, name, slug, kind, sender)


TONBRIDGE = _council("E07000115", "Tonbridge and Malling Borough Council",
                     "tonbridge-and-malling", "district", "tmbc.gov.uk", 10)
TEST_VALLEY = _council("E07000093", "Test Valley Borough Council", "test-valley", "district",
                       "testvalley.gov.uk", 11)
DEVON = _council("E10000008", "Devon County Council", "devon", "county", "devon.gov.uk", 12)
TOWER_HAMLETS = _council("E09000030", "London Borough of Tower Hamlets", "tower-hamlets",
                         "london-borough", "towerhamlets.gov.uk", 13)
DARLINGTON = _council("E06000005", "Darlington Borough Council", "darlington", "unitary",
                      "darlington.gov.uk", 14)
RUTLAND = _council("E06000017", "Rutland County Council", "rutland", "unitary",
                   "rutland.gov.uk", 15)
HEREFORDSHIRE = _council("E06000019", "Herefordshire Council", "herefordshire", "unitary",
                         "herefordshire.gov.uk", 16)  # asks, and sends no plan
CORNWALL = _council("E06000052", "Cornwall Council", "cornwall", "unitary", "cornwall.gov.uk", 17)
ROTHER = _council("E07000064", "Rother District Council", "rother", "district", "rother.gov.uk", 18)
LEEDS = _council("E08000035", "Leeds City Council", "leeds", "unitary", "leeds.gov.uk", 19)
KENT = _council("E10000016", "Kent County Council", "kent", "county", "kent.gov.uk", 20)
EXETER = _council("E07000041", "Exeter City Council", "exeter", "district", "exeter.gov.uk", 21)
NORWICH = _council("E07000148", "Norwich City Council", "norwich", "district", "norwich.gov.uk", 22)
BATH = _council("E06000022", "Bath and North East Somerset Council", "bath-and-north-east-somerset",
                "unitary", "bathnes.gov.uk", 23)  # sends nothing at all
COUNCILS = [TONBRIDGE, TEST_VALLEY, DEVON, TOWER_HAMLETS, DARLINGTON, RUTLAND, HEREFORDSHIRE,
            CORNWALL, ROTHER, LEEDS, KENT, EXETER, NORWICH, BATH]

STRANGER = Sender("127.0.2.40", "mail.ratepayers.example", "secretary@ratepayers.example",
                  "The Ratepayers", True)
FORGER = Sender("127.0.2.66", "mail.devon.gov.uk", "chief.executive@devon.gov.uk",
                "Chief Executive", False)
SENDERS = [council.sender for council in COUNCILS] + [STRANGER, FORGER]


def border_table(authserv_id, senders=SENDERS):
    """The Postfix table that stands for the border's milter."""
    return "".join(
        f"{sender.address}/32 PREPEND Authentication-Results: {sender.results(authserv_id)}\n"
        for sender in senders)


def compose(sender, to, subject, text, attachments, message_id, date):
    """A mail as an office program writes it: text and attachments; bytes with CRLF.
    attachments: (file name, media type, bytes); a message/rfc822 hangs there as mail programs hang it."""
    mail = email.message.EmailMessage(email.policy.SMTP)
    mail["From"] = email.headerregistry.Address(sender.person, addr_spec=sender.mail)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = date
    mail["Message-ID"] = f"<{message_id}@{sender.domain}>"
    mail.set_content(text)
    for name, media_type, content in attachments:
        if media_type == "message/rfc822":
            mail.add_attachment(email.message_from_bytes(content, policy=email.policy.SMTP))
            continue
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    if attachments:
        mail.set_boundary("=_" + message_id)
    return mail.as_bytes()


def send(host, port, sender, to, message, envelope=None):
    """to: one address or several. envelope: the sender there when it is not that of From; "" for none."""
    with smtplib.SMTP(host, port, local_hostname=sender.host,
                      source_address=(sender.address, 0), timeout=60) as smtp:
        smtp.sendmail(sender.mail if envelope is None else envelope, to, message)
