"""DKIM as a council's own mail server signs (RFC 6376, relaxed/relaxed, rsa-sha256), and ARC as a relay seals
(RFC 8617), by the openssl command."""

import base64
import os
import re
import subprocess

SIGNED = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"]


def _openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def _relaxed_field(name, value):
    """RFC 6376 section 3.4.2, without the CRLF."""
    return name.lower().strip() + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()


def _relaxed_body(body):
    """RFC 6376 section 3.4.4."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _fields(header):
    """(name, value) of each field, folded as it stands; the newest first in the message is the first here."""
    unfolded = re.split(rb"\r\n(?![ \t])", header)
    return [tuple(field.split(b":", 1)) for field in unfolded if b":" in field]


class Signer:
    """A key pair of a domain; made anew for each test run, kept below `directory`."""

    def __init__(self, directory, domain, selector="plans", bits=2048):
        self.domain, self.selector = domain, selector
        self.key = os.path.join(directory, f"{selector}.{domain}.pem")
        _openssl("genrsa", "-out", self.key, str(bits))

    def record(self):
        """The line of a zone file that publishes the key."""
        public = base64.b64encode(_openssl("rsa", "-in", self.key, "-pubout", "-outform", "DER")).decode()
        text = "v=DKIM1; k=rsa; p=" + public
        strings = " ".join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))
        return f"{self.selector}._domainkey.{self.domain}. 300 IN TXT {strings}\n"

    def _cover(self, message, tags):
        """The tags that say what is covered, and the fields themselves, as they are hashed."""
        header, _, body = message.partition(b"\r\n\r\n")
        digest = base64.b64encode(_openssl("dgst", "-sha256", "-binary", given=_relaxed_body(body)))
        present = _fields(header)
        names = [name for name in SIGNED if any(n.lower() == name.encode() for n, _ in present)]
        value = (f" {tags} a=rsa-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n"
                 f"\th={':'.join(names)};\r\n\tbh={digest.decode()};\r\n\tb=").encode()
        hashed = [next(_relaxed_field(n, v) for n, v in present if n.lower() == name.encode())
                  for name in names]
        return value, hashed

    def _close(self, name, value, hashed):
        """The field whose value ends with "b=", with its signature over what is hashed and itself."""
        given = b"\r\n".join(hashed + [_relaxed_field(name, value)])
        signature = base64.b64encode(_openssl("dgst", "-sha256", "-sign", self.key, given=given))
        return name + b":" + value + signature

    def sign(self, message, tags=""):
        """The message with its signature above it; `tags` are more of them, "x=1721300000;"."""
        value, hashed = self._cover(message, "v=1;" + tags)
        return self._close(b"DKIM-Signature", value, hashed) + b"\r\n" + message

    def seal(self, message, found):
        """The message with a first ARC set above it (RFC 8617); `found`: "lists.example; dkim=pass header.d=x"."""
        results = (b"ARC-Authentication-Results", f" i=1; {found}".encode())
        value, hashed = self._cover(message, "i=1;")
        signature = self._close(b"ARC-Message-Signature", value, hashed)
        value = f" i=1; a=rsa-sha256; cv=none; d={self.domain}; s={self.selector};\r\n\tb=".encode()
        seal = self._close(b"ARC-Seal", value, [_relaxed_field(*results),
                                                _relaxed_field(*signature.split(b":", 1))])
        return b"\r\n".join([seal, signature, b":".join(results), message])
