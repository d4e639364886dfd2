"""clamd with signatures of our own: a real malware scanner that can be away and come back in its place.

It needs no database of anybody's: a file or a string of our invention is malware here."""

import hashlib
import os
import shutil
import socket
import subprocess
import time

WAIT_S = 60


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Clamd:
    """files: {"Name": bytes of a whole file}; strings: {"Name": bytes anywhere in one}. Reports a name with ".UNOFFICIAL"
    behind it. options: {"StreamMaxLength": "64K"} of clamd.conf. Listens on `socket` and on 127.0.0.1 `port`; nobody
    answers there before start()."""

    def __init__(self, directory, files=None, strings=None, options=None):
        self.socket = os.path.join(directory, "socket")
        self.port = _free_port()
        self.conf = os.path.join(directory, "clamd.conf")
        self.log = os.path.join(directory, "log")
        self.process = None
        database = os.path.join(directory, "database")
        temporary = os.path.join(directory, "temporary")
        for path in (directory, database, temporary):
            os.makedirs(path)
        with open(os.path.join(database, "own.hdb"), "w", encoding="ascii") as hashes:
            for name, content in (files or {}).items():
                hashes.write(f"{hashlib.md5(content).hexdigest()}:{len(content)}:{name}\n")
        with open(os.path.join(database, "own.ndb"), "w", encoding="ascii") as patterns:
            for name, content in (strings or {}).items():
                patterns.write(f"{name}:0:*:{content.hex()}\n")
        # As Debian sets it up, but for the places: it runs as whoever starts it.
        settings = {"DatabaseDirectory": database, "TemporaryDirectory": temporary,
                    "LocalSocket": self.socket, "LocalSocketMode": "666", "FixStaleSocket": "yes",
                    "TCPSocket": self.port, "TCPAddr": "127.0.0.1", "Foreground": "yes",
                    "ExtendedDetectionInfo": "yes", "AlertExceedsMax": "yes",
                    "MaxThreads": "4", "SelfCheck": "0", **(options or {})}
        with open(self.conf, "w", encoding="ascii") as conf:
            conf.write("".join(f"{key} {value}\n" for key, value in settings.items()))

    def start(self):
        """Returns when it answers on both of its places."""
        program = shutil.which("clamd") or "/usr/sbin/clamd"
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([program, "-c", self.conf], stdout=log, stderr=log)
        deadline = time.monotonic() + WAIT_S
        while not (self._answers(socket.AF_UNIX, self.socket) and
                   self._answers(socket.AF_INET, ("127.0.0.1", self.port))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(self.log) as log:
                    raise AssertionError("clamd did not start:\n" + log.read())
            time.sleep(0.02)

    def _answers(self, family, address):
        with socket.socket(family) as peer:
            peer.settimeout(WAIT_S)
            try:
                peer.connect(address)
                peer.sendall(b"zPING\0")
                return peer.recv(16) == b"PONG\0"
            except OSError:
                return False

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(WAIT_S)
            self.process = None
