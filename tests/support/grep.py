"""Does a text stand anywhere below a directory, however it is wrapped?

    grep.find(directory, ["Jane Roe"]) -> {"Jane Roe": ["objects/ab/abcd…", …]}

Every file is looked into whole, free pages of a database and its log included: as it stands, without regard to case;
decoded from base64 and quoted-printable; and with everything decompressed that is compressed inside (deflate
streams of PDF, members of ZIP, gzip), again and again until nothing is left to unwrap. Names of files count, too."""

import base64
import os
import quopri
import re
import zlib

DEPTH = 4
BASE64 = re.compile(rb"[A-Za-z0-9+/]{8,}(?:\r?\n?[A-Za-z0-9+/]+)*={0,2}")
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
ZIP_MEMBER = b"PK\x03\x04"
GZIP = b"\x1f\x8b\x08"


def _inflate(content, at, window):
    try:
        return zlib.decompressobj(window).decompress(content[at:], 64 * 1024 * 1024)
    except zlib.error:
        return b""


def _inflated(content):
    for mark in ZLIB:
        for found in re.finditer(re.escape(mark), content):
            yield _inflate(content, found.start(), zlib.MAX_WBITS)
    for found in re.finditer(re.escape(GZIP), content):
        yield _inflate(content, found.start(), 16 + zlib.MAX_WBITS)
    for found in re.finditer(re.escape(ZIP_MEMBER), content):
        names = (int.from_bytes(content[found.start() + 26:found.start() + 28], "little")
                 + int.from_bytes(content[found.start() + 28:found.start() + 30], "little"))
        yield _inflate(content, found.start() + 30 + names, -zlib.MAX_WBITS)


def _from_base64(content):
    for found in BASE64.finditer(content):
        digits = re.sub(rb"[\r\n=]", b"", found[0])
        for shift in range(4):  # where it begins in the run of digits is anybody's guess
            part = digits[shift:]
            yield base64.b64decode(part[:len(part) // 4 * 4])


def _unwrapped(content, depth=DEPTH):
    yield content
    if depth == 0:
        return
    inner = list(_inflated(content)) + list(_from_base64(content))
    if b"=" in content:
        inner.append(quopri.decodestring(content))
    for part in inner:
        if len(part) > 3 and part != content:
            yield from _unwrapped(part, depth - 1 if len(part) > 64 else 0)


def find(directory, texts):
    hits = {text: [] for text in texts}
    wanted = {text: text.lower().encode() for text in texts}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                content = os.path.relpath(path, directory).encode() + b"\n" + file.read()
            for part in _unwrapped(content):
                lower = part.lower()
                for text, needle in wanted.items():
                    if needle in lower and path not in hits[text]:
                        hits[text].append(path)
    return {text: [os.path.relpath(path, directory) for path in paths] for text, paths in hits.items()}
