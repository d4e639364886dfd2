"""Invented productivity plans as PDF, DOCX and ODT, made from nothing but the standard library.

    pdf(council, pages=3, wording="letter", edition=1) -> bytes
    docx(council), odt(council) -> bytes

Real files with real text, small enough to read in a hex dump: a reader that finds no pages or
no themes here is wrong. When the environment names a folder of test data, find(name) gives
the richer plans made with an office suite instead.
"""

import io
import os
import textwrap
import zipfile
from xml.sax.saxutils import escape

LETTER = [
    "How we have transformed the way we design and deliver services to make better use of resources",
    "How we plan to take advantage of technology and make better use of data to improve decision"
    " making, service design and use of resources",
    "Our plans to reduce wasteful spend within our organisation and systems",
    "The barriers preventing progress that the Government can help to reduce or remove",
]
SHORT = [
    "Transformation of services",
    "Technology and data",
    "Reducing wasteful spend",
    "Barriers to progress",
]
PARAGRAPHS = [
    "Our planning and building control teams work as one since 2022. A householder application"
    " now takes seven weeks instead of eleven, with the same number of officers, and the shared"
    " reception answers nine calls in ten at the first attempt.",
    "Residents report a missed bin or a broken lamp once, on a form that routes itself. Officers"
    " see the same record, and the weekly figures show the cabinet which wards wait longest.",
    "Agency spend fell from £2.4 million to £1.6 million in two years. Every extension of a"
    " contract is looked at by the procurement board, and eleven were not extended.",
    "Funding that is settled for one year at a time makes it hard to invest for five. Short bids"
    " for small pots cost officers' time that a single settlement would save.",
]
CLOSING = (
    "This plan was endorsed by the cabinet and is published on the council's website. It is an"
    " invented text, made to test software, and says nothing about the council named in it."
)


def find(name):
    """Bytes of a plan from the test data, or None when there is no such data."""
    folder = os.environ.get("LODGE_TEST_DATA")
    path = os.path.join(folder, "plans", name) if folder else None
    if path and os.path.isfile(path):
        with open(path, "rb") as file:
            return file.read()
    return None


def _text(council, wording, edition):
    """(style, text) in order; style is title, heading or body."""
    yield "title", "Productivity Plan 2024"
    yield "title", council
    if edition > 1:
        yield "body", f"Amended edition {edition}, replacing the one sent before."
    yield "body", (f"{council} sets out here how it works and what it will do next, under the"
                   " four themes of the Minister's letter of 16 April 2024.")
    for number, heading in enumerate(LETTER if wording == "letter" else SHORT):
        yield "heading", f"{number + 1}. {heading}"
        yield "body", PARAGRAPHS[number]
        yield "body", PARAGRAPHS[(number + edition) % 4]
    yield "body", CLOSING


def plan_pages(council, pages, wording, edition):
    """Lines of (size, text) for each page. A paragraph or heading is never cut by a page's end."""
    blocks = []
    for style, text in _text(council, wording, edition):
        size = {"title": 18, "heading": 13, "body": 11}[style]
        wrapped = textwrap.wrap(text, 78 if style == "body" else 60)
        blocks.append([(size, line) for line in wrapped] + [(11, "")])
    share = len(blocks) / pages
    return [sum(blocks[round(n * share):round((n + 1) * share)], []) for n in range(pages)]


def _pdf_string(text):
    raw = text.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _pdf_page(lines, number, of):
    stream = b"BT 60 780 Td\n"
    for size, line in lines:
        stream += b"/F1 %d Tf 0 -%d Td (%s) Tj\n" % (size, size + 5, _pdf_string(line))
    stream += b"ET\nBT /F1 9 Tf 270 40 Td (Page %d of %d) Tj ET\n" % (number, of)
    return b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream)


def page_objects(pages):
    """The objects of a PDF with these pages, each a list of (size, line): catalog, page tree, font, pages, title.

    It says all that screen readers ask for: structure, language, title."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) /MarkInfo << /Marked true >> >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, lines in enumerate(pages):
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
                       b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * n))
        objects.append(_pdf_page(lines, n + 1, len(pages)))
    return objects + [b"<< /Title (Document) >>"]


def assemble(objects, trailer=b""):
    """The file of these objects, the first of which is the catalog, the last the title; more entries for the trailer."""
    trailer += b" /Info %d 0 R" % len(objects)
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, trailer, table)
    return out


def pdf(council, pages=3, wording="letter", edition=1):
    return assemble(page_objects(plan_pages(council, pages, wording, edition)))


def _zip(members):
    """The same bytes for the same members: no clock in the archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members:
            entry = zipfile.ZipInfo(name, (2024, 7, 1, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return out.getvalue()


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def docx(council, wording="short", edition=1):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
        for _, text in _text(council, wording, edition))
    return _zip([
        ("[Content_Types].xml",
         f'{XML}<Types xmlns="{package}/content-types">'
         f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
         f'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
         f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
         f'</Types>'),
        ("_rels/.rels",
         f'{XML}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1"'
         f' Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>'),
        ("word/document.xml",
         f'{XML}<w:document xmlns:w="{word}"><w:body>{paragraphs}</w:body></w:document>'),
    ])


def odt(council, wording="short", edition=1):
    base = "urn:oasis:names:tc:opendocument:xmlns"
    kind = "application/vnd.oasis.opendocument.text"
    paragraphs = "".join(
        (f'<text:h text:outline-level="1">{escape(text)}</text:h>' if style == "heading"
         else f"<text:p>{escape(text)}</text:p>")
        for style, text in _text(council, wording, edition))
    return _zip([
        ("mimetype", kind),
        ("META-INF/manifest.xml",
         f'{XML}<manifest:manifest xmlns:manifest="{base}:manifest:1.0" manifest:version="1.3">'
         f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
         f'<manifest:file-entry manifest:full-path="content.xml"'
         f' manifest:media-type="text/xml"/></manifest:manifest>'),
        ("content.xml",
         f'{XML}<office:document-content xmlns:office="{base}:office:1.0"'
         f' xmlns:text="{base}:text:1.0" office:version="1.3"><office:body><office:text>'
         f'{paragraphs}</office:text></office:body></office:document-content>'),
    ])
