"""The files that councils attach besides a good plan, made from nothing but the standard library.

    make("locked-pdf", council="Devon County Council", pages=3) -> (bytes, media type)

Each maker takes what a story may say of its file: council, pages, wording, edition, text. What needs
no more than a signature to be recognised (old Word files, winmail.dat) is no more than that."""

import base64
import hashlib
import io
import re
import struct
import zipfile
import zlib

import bombs
import plans
import tnef
import post

OPENXML = "application/vnd.openxmlformats-officedocument."
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
PERMISSIONS = -44  # printing and reading aloud, no changes
FILE_ID = b"0123456789abcdef"


# ---- PDF ----

def _rc4(key, data):
    box = list(range(256))
    at = 0
    for n in range(256):
        at = (at + box[n] + key[n % len(key)]) % 256
        box[n], box[at] = box[at], box[n]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def _encrypt(objects, user):
    """The standard security handler, revision 2 (PDF 1.7, 7.6.3): objects and trailer of the locked file."""
    padded = (user + PADDING)[:32]
    owner = _rc4(hashlib.md5(b"owner" + PADDING[:27]).digest()[:5], padded)
    seed = padded + owner + struct.pack("<i", PERMISSIONS) + FILE_ID
    key = hashlib.md5(seed).digest()[:5]
    check = _rc4(key, PADDING)

    def lock(number, content):
        own = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]
        content = re.sub(rb"(/Title|/Lang) \(([^)]*)\)",
                         lambda m: b"%s <%s>" % (m[1], _rc4(own, m[2]).hex().encode()), content)
        return re.sub(rb"(?s)(?<=stream\n).*(?=endstream)", lambda m: _rc4(own, m[0]), content)

    trailer = b" /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >> /ID [<%s> <%s>]" % (
        owner.hex().encode(), check.hex().encode(), PERMISSIONS,
        FILE_ID.hex().encode(), FILE_ID.hex().encode())
    return [lock(n, content) for n, content in enumerate(objects, 1)], trailer


def _plan_objects(facts):
    return plans.page_objects(plans.plan_pages(facts["council"], facts["pages"], facts["wording"],
                                               facts["edition"]))


def _pdf(facts):
    return plans.assemble(_plan_objects(facts))


def _locked_pdf(facts):
    return plans.assemble(*_encrypt(_plan_objects(facts), b"cabinet"))


def _restricted_pdf(facts):
    """Opens without a password; only changing it needs one."""
    return plans.assemble(*_encrypt(_plan_objects(facts), b""))


def _script_pdf(facts):
    objects = _plan_objects(facts)
    objects[0] = objects[0].replace(
        b">>", b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>")
    return plans.assemble(objects)


def _text_pdf(facts):
    """Pages of the story's own text: minutes, covering reports; "---" begins a new page."""
    pages = [[(11, line) for line in page.strip().splitlines()]
             for page in facts["text"].split("---")]
    return plans.assemble(plans.page_objects(pages))


def _scanned_pdf(facts):
    """Pages that are pictures: no letter in them can be read."""
    objects = _plan_objects(facts)
    picture = b"q 595 0 0 842 0 0 cm\nBI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI\nQ\n"
    for n in range(4, len(objects), 2):
        objects[n] = b"<< /Length %d >>\nstream\n%sendstream" % (len(picture), picture)
    return plans.assemble(objects)


def _damaged_pdf(facts):
    """Its end was lost on the way; readers can mend that."""
    whole = _pdf(facts)
    return whole[:whole.rindex(b"xref\n0 ")]


def _ruined_pdf(facts):
    """Begins like a PDF and is none."""
    return b"%PDF-1.4\n" + b"\x00\x01\x02 this disk block belongs to another file\n" * 200


# ---- packages ----

def _repack(package, change=lambda name, content: content, more=()):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, change(entry.filename, old.read(entry)))
        for name, content in more:
            new.writestr(zipfile.ZipInfo(name, (2024, 7, 1, 9, 0, 0)), content)
    return out.getvalue()


def _docx(facts):
    return plans.docx(facts["council"], facts["wording"], facts["edition"])


def _odt(facts):
    return plans.odt(facts["council"], facts["wording"], facts["edition"])


def _macro_docx(facts):
    """Sent as an ordinary .docx, but a macro project lies in it."""
    return _repack(_docx(facts), more=[("word/vbaProject.bin", b"Attribute VB_Name = \"Module1\"")])


def _tracked_docx(facts):
    """Two changes and a comment were left in."""
    def change(name, content):
        if name != "word/document.xml":
            return content
        return content.replace(
            b"<w:p>", b'<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>Draft.</w:t></w:r></w:ins>'
            b'<w:del w:id="2" w:author="A"><w:r><w:delText>Not this.</w:delText></w:r></w:del></w:p><w:p>', 1)
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return _repack(_docx(facts), change, [
        ("word/comments.xml", f'<w:comments xmlns:w="{word}"><w:comment w:id="0"/></w:comments>'.encode())])


def _template_docx(facts):
    """Its template is fetched from another computer when it is opened."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    return _repack(_docx(facts), more=[
        ("word/_rels/settings.xml.rels",
         f'<Relationships><Relationship Id="r1" Type="{kind}" TargetMode="External" '
         f'Target="http://templates.example/t.dotm"/></Relationships>'.encode())])


def _untagged_pdf(facts):
    objects = _plan_objects(facts)
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    return plans.assemble(objects)


def _rtf(facts):
    lines = [text for page in plans.plan_pages(facts["council"], 1, facts["wording"], facts["edition"])
             for _, text in page]
    body = "\\par\n".join(re.sub(r"[\\{}]", r"\\\g<0>", line) for line in lines)
    letters = "".join(c if c < "\x80" else "\\'%02x" % c.encode("cp1252")[0] for c in body)
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}}\\f0 %s}" % letters).encode("ascii")


def _docm(facts):
    def change(name, content):
        return content.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml")
    return _repack(_docx(facts), change, [("word/vbaProject.bin", b"Attribute VB_Name")])


def _zip(facts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("plan.pdf", (2024, 7, 1, 9, 0, 0)), _pdf(facts))
    return out.getvalue()


def _locked_zip(facts):
    """Bit 0 of each entry's flags says that it is encrypted (APPNOTE.TXT, 4.4.4); its bytes are of no more use then."""
    out = bytearray(_zip(facts))
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        out[out.rindex(signature) + flags] |= 1
    return bytes(out)


def _package(main, kind, root):
    """An Office package of this kind with nothing in its main part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (
                ("[Content_Types].xml",
                 plans.XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                 '<Default Extension="xml" ContentType="application/xml"/>'
                 f'<Override PartName="/{main}" ContentType="{OPENXML}{kind}.main+xml"/>'
                 '</Types>'),
                (main, plans.XML + f"<{root}/>")):
            archive.writestr(zipfile.ZipInfo(name, (2024, 7, 1, 9, 0, 0)), text)
    return out.getvalue()


def _xlsx(facts):
    return _package("xl/workbook.xml", "spreadsheetml.sheet", "workbook")


def _pptx(facts):
    return _package("ppt/presentation.xml", "presentationml.presentation", "presentation")


# ---- by their signature ----

def _ole(stream):
    """A compound file whose directory names this stream."""
    name = stream.encode("utf-16-le") + b"\0\0"
    entry = name.ljust(64, b"\0") + struct.pack("<HBB", len(name), 2, 1)
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHH", 0x3E, 3, 0xFFFE)
    return header.ljust(512, b"\0") + entry.ljust(128, b"\0") + bytes(384)


def _picture(width, height, edition):
    """A PNG of one shade."""
    def chunk(kind, content):
        return (struct.pack(">I", len(content)) + kind + content
                + struct.pack(">I", zlib.crc32(kind + content)))
    line = b"\0" + bytes([edition]) * width
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(line * height)) + chunk(b"IEND", b""))


def _logo(facts):
    return _picture(300, 100, facts["edition"])


def _page_png(facts):
    """A page at 150 dots an inch."""
    return _picture(1240, 1754, facts["edition"])


def _photo(facts):
    """As much of a photograph of a page as says that it is one: the segments of a JPEG up to its frame."""
    return (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
            + b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 4032, 3024) + b"\3\1\x22\0\2\x11\1\3\x11\1"
            + bytes([facts["edition"]]) * 2000 + b"\xff\xd9")


def _heic(facts):
    """A photograph of an iPhone: the box that says so, and no more."""
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes([facts["edition"]]) * 2000


def _junk_pdf(facts):
    """A printer driver wrote its own words before the PDF (readers look for it within 1,024 bytes)."""
    return b"TEXTmdos\0\0 printed by a driver\r\n" + _pdf(facts)


def _rpmsg(facts):
    """What is locked by rights management begins so, and is noise to anybody else."""
    return bytes.fromhex("76E80460C411E386") + hashlib.sha256(b"locked").digest() * 40


def _tnef(facts):
    return tnef.pack([tnef.File("plan.pdf", _pdf(facts))])


def _empty_tnef(facts):
    return tnef.pack([])


def _saved_mail(facts):
    return (b"From: officer@devon.gov.uk\r\nSubject: Productivity Plan\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: application/pdf; name="plan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
            + base64.encodebytes(_pdf(facts)).replace(b"\n", b"\r\n"))


def _mail_zip(facts):
    return bombs.pack([(b"Fwd.eml", _saved_mail(facts))])


def _mail_tnef(facts):
    return tnef.pack([tnef.Message("Fwd: plan", _tnef(facts))])


def _odd_zip(facts):
    return bombs.pack([(b"../../etc/plan.pdf", _pdf(facts)), (b"nul.txt", b"nothing")])


def _two_faced_zip(facts):
    return bombs.pack([(b"plan.pdf", _pdf(facts), {"listed": b"plan.exe"})])


def _bomb_zip(facts):
    return bombs.flood(1)


def _der(tag, *contents):
    content = b"".join(contents)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _p7m(facts):
    """A SignedData whose signer got lost on the way, around a part with the plan (RFC 5652 section 5)."""
    pkcs7 = bytes.fromhex("2A864886F70D0107")
    part = b'Content-Type: application/pdf; name="plan.pdf"\r\n' \
           b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(_pdf(facts)).replace(b"\n", b"\r\n")
    wrapped = _der(0x30, _der(0x06, pkcs7, b"\1"), _der(0xA0, _der(0x04, part)))
    signed = _der(0x30, _der(0x02, b"\1"), _der(0x31), wrapped, _der(0x31))
    return _der(0x30, _der(0x06, pkcs7, b"\2"), _der(0xA0, signed))


def _enveloped(facts):
    """An EnvelopedData whose recipient and content are noise (RFC 5652 section 6)."""
    pkcs7 = bytes.fromhex("2A864886F70D0107")
    aes = _der(0x06, bytes.fromhex("60864801650304012A"))
    recipient = _der(0x30, _der(0x02, b"\2"), _der(0x80, bytes(20)), _der(0x30, aes), _der(0x04, bytes(256)))
    content = _der(0x30, _der(0x06, pkcs7, b"\1"), _der(0x30, aes, _der(0x04, bytes(16))), _der(0x80, bytes(2048)))
    enveloped = _der(0x30, _der(0x02, b"\2"), _der(0x31, recipient), content)
    return _der(0x30, _der(0x06, pkcs7, b"\3"), _der(0xA0, enveloped))


def _text(facts):
    return facts["text"].replace("\n", "\r\n").encode()


def _empty(facts):
    return b""


MAKERS = {
    "pdf": (_pdf, post.PDF),
    "locked-pdf": (_locked_pdf, post.PDF),
    "restricted-pdf": (_restricted_pdf, post.PDF),
    "script-pdf": (_script_pdf, post.PDF),
    "text-pdf": (_text_pdf, post.PDF),
    "untagged-pdf": (_untagged_pdf, post.PDF),
    "scanned-pdf": (_scanned_pdf, post.PDF),
    "damaged-pdf": (_damaged_pdf, post.PDF),
    "ruined-pdf": (_ruined_pdf, post.PDF),
    "empty-pdf": (_empty, post.PDF),
    "docx": (_docx, post.DOCX),
    "macro-docx": (_macro_docx, post.DOCX),
    "tracked-docx": (_tracked_docx, post.DOCX),
    "template-docx": (_template_docx, post.DOCX),
    "locked-docx": (lambda facts: _ole("EncryptedPackage"), post.DOCX),
    "docm": (_docm, "application/vnd.ms-word.document.macroEnabled.12"),
    "odt": (_odt, post.ODT),
    "rtf": (_rtf, "application/rtf"),
    "doc": (lambda facts: _ole("WordDocument"), "application/msword"),
    "xlsx": (_xlsx, OPENXML + "spreadsheetml.sheet"),
    "zip": (_zip, "application/zip"),
    "locked-zip": (_locked_zip, "application/zip"),
    "rar": (lambda facts: b"Rar!\x1a\x07\x01\x00" + bytes(64), "application/vnd.rar"),
    "pptx": (_pptx, OPENXML + "presentationml.presentation"),
    "png": (_page_png, "image/png"),
    "logo": (_logo, "image/png"),
    "jpg": (_photo, "image/jpeg"),
    "heic": (_heic, "image/heic"),
    "junk-pdf": (_junk_pdf, post.PDF),
    "rpmsg": (_rpmsg, "application/x-microsoft-rpmsg-message"),
    "enveloped": (_enveloped, "application/pkcs7-mime; smime-type=enveloped-data"),
    "p7m": (_p7m, "application/pkcs7-mime; smime-type=signed-data"),
    "tnef": (_tnef, "application/ms-tnef"),
    "empty-tnef": (_empty_tnef, "application/ms-tnef"),
    "mail-zip": (_mail_zip, "application/zip"),
    "mail-file": (_saved_mail, "application/octet-stream"),
    "mail-tnef": (_mail_tnef, "application/ms-tnef"),
    "odd-zip": (_odd_zip, "application/zip"),
    "two-faced-zip": (_two_faced_zip, "application/zip"),
    "bomb-zip": (_bomb_zip, "application/zip"),
    "text": (_text, "text/plain"),
    "calendar": (_text, "text/calendar; method=REQUEST; charset=utf-8"),
    "html": (_text, "text/html; charset=utf-8"),
}
FACTS = {"council": "", "pages": 3, "wording": "letter", "edition": 1, "text": ""}


def make(kind, **facts):
    maker, media_type = MAKERS[kind]
    return maker(dict(FACTS, **facts)), media_type
