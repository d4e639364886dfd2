"""S/MIME as an officer's mail program signs (RFC 8551, multipart/signed), by the openssl command under a clock of ours."""

import base64
import os
import subprocess

from servers import find_faketime


def _openssl(at, *arguments):
    """At an instant, "2024-07-18 09:50:00" in UTC: certificates begin then, and signatures say so."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                   env=dict(os.environ, LD_PRELOAD=find_faketime(), TZ="UTC", FAKETIME="@" + at))


class Authority:
    """A certification authority, valid from 2020 to 2040; `certificate` is its PEM file."""

    def __init__(self, directory, name):
        self.directory, self.name = directory, name
        self.certificate, self.key = self._path(name, "crt"), self._path(name, "key")
        _openssl("2020-01-01 00:00:00", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7305",
                 "-subj", "/CN=" + name, "-keyout", self.key, "-out", self.certificate)

    def _path(self, name, ending):
        return os.path.join(self.directory, f"{name}.{ending}")

    def issue(self, address, begins="2024-07-01 00:00:00", days=31):
        """A person's certificate and key."""
        request, extensions = self._path(address, "csr"), self._path(address, "ext")
        person = Person(self._path(f"{self.name}.{address}", "crt"), self._path(f"{self.name}.{address}", "key"))
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"subjectAltName=email:{address}\nkeyUsage=digitalSignature\n"
                       "extendedKeyUsage=emailProtection\n")
        _openssl(begins, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Officer",
                 "-keyout", person.key, "-out", request)
        _openssl(begins, "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", person.certificate)
        return person


class Person:
    def __init__(self, certificate, key):
        self.certificate, self.key = certificate, key

    def sign(self, header, entity, at):
        """`header`: lines of the mail, From to Date; `entity`: the part that is signed, with its own header lines."""
        content, out = self.key + ".content", self.key + ".p7s"
        with open(content, "wb") as file:
            file.write(entity)
        _openssl(at, "cms", "-sign", "-binary", "-in", content, "-signer", self.certificate, "-inkey", self.key,
                 "-md", "sha256", "-outform", "DER", "-out", out)
        with open(out, "rb") as file:
            signature = base64.encodebytes(file.read()).replace(b"\n", b"\r\n")
        return (header + b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=sha-256;\r\n"
                b' protocol="application/pkcs7-signature"; boundary="=_s"\r\n\r\n--=_s\r\n' + entity
                + b"\r\n--=_s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + signature + b"--=_s--\r\n")
