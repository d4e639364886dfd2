"""winmail.dat, as Outlook writes it, from what should be in it ([MS-OXTNEF]).

    tnef.pack([tnef.File("plan.pdf", content)], text="Dear …") -> bytes
    tnef.pack([tnef.Message("Fwd: plan", tnef.pack([…]))])

Attributes carry the names in the sender's code page, MAPI properties in Unicode; real ones have both."""

import struct
from typing import NamedTuple, Optional

MESSAGE, ATTACHMENT = 1, 2
MESSAGE_CLASS, BODY, MAPI_PROPERTIES = 0x00078008, 0x0002800C, 0x00069003
VERSION, CODE_PAGE = 0x00089006, 0x00069007
ATTACH_RENDERING, ATTACH_TITLE, ATTACH_DATA, ATTACH_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
OBJECT, UNICODE, BINARY, LONG = 0x000D, 0x001F, 0x0102, 0x0003
DATA, METHOD, LONG_FILENAME, CONTENT_ID, MIME_TAG, BODY_TEXT = 0x3701, 0x3705, 0x3707, 0x3712, 0x370E, 0x1000
EMBEDDED_MESSAGE, BY_VALUE = 5, 1
IID_MESSAGE = bytes.fromhex("0703020000000000C000000000000046")


class File(NamedTuple):
    name: str
    content: bytes
    content_id: Optional[str] = None
    in_properties: bool = False  # the bytes stand among the properties, as some programs have it


class Message(NamedTuple):
    name: str
    content: bytes  # a winmail.dat itself


def attribute(level, tag, content):
    return (struct.pack("<BII", level, tag, len(content)) + content
            + struct.pack("<H", sum(content) & 0xFFFF))


def _padded(content):
    return content + bytes(-len(content) % 4)


def prop(kind, tag, value):
    """One property; strings end with a NUL, whatever varies in length is counted and padded."""
    head = struct.pack("<HH", kind, tag)
    if kind == LONG:
        return head + struct.pack("<I", value)
    if kind == UNICODE:
        value = value.encode("utf-16-le") + b"\0\0"
    return head + struct.pack("<II", 1, len(value)) + _padded(value)


def properties(*values):
    return struct.pack("<I", len(values)) + b"".join(values)


def _file(one):
    listed = [prop(LONG, METHOD, BY_VALUE), prop(UNICODE, LONG_FILENAME, one.name)]
    if one.content_id:
        listed.append(prop(UNICODE, CONTENT_ID, one.content_id))
    if one.in_properties:
        listed.append(prop(BINARY, DATA, one.content))
    short = one.name.encode("cp1252", "replace")[:8] + b"~1\0"
    return (attribute(ATTACHMENT, ATTACH_RENDERING, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0))
            + attribute(ATTACHMENT, ATTACH_TITLE, short)
            + (b"" if one.in_properties else attribute(ATTACHMENT, ATTACH_DATA, one.content))
            + attribute(ATTACHMENT, ATTACH_PROPERTIES, properties(*listed)))


def _message(one):
    listed = [prop(LONG, METHOD, EMBEDDED_MESSAGE), prop(UNICODE, LONG_FILENAME, one.name),
              prop(OBJECT, DATA, IID_MESSAGE + one.content)]
    return (attribute(ATTACHMENT, ATTACH_RENDERING, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0))
            + attribute(ATTACHMENT, ATTACH_PROPERTIES, properties(*listed)))


def pack(attached, text=None, unicode_text=None):
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(MESSAGE, VERSION, struct.pack("<I", 0x00010000))
    out += attribute(MESSAGE, CODE_PAGE, struct.pack("<II", 1252, 0))
    out += attribute(MESSAGE, MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0")
    if text is not None:
        out += attribute(MESSAGE, BODY, text.encode("cp1252") + b"\0")
    if unicode_text is not None:
        out += attribute(MESSAGE, MAPI_PROPERTIES, properties(prop(UNICODE, BODY_TEXT, unicode_text)))
    for one in attached:
        out += _file(one) if isinstance(one, File) else _message(one)
    return out
