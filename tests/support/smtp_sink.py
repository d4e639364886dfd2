"""An SMTP server in this process that takes everything and keeps it: what really went out, to the byte.

It answers as slowly as it is told, and never looks at the clock. Loopback only, no TLS, no login."""

import socketserver
import threading


class _Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        try:
            self.converse()
        except OSError:
            pass  # the peer was killed: that is what these tests are about

    def converse(self):
        self.say("220 sink ESMTP")
        sender, recipients = None, []
        while line := self.rfile.readline():
            words = line.decode("ascii", "replace").strip()
            verb = words.split(" ")[0].upper()
            if verb == "EHLO":
                self.say("250 sink")
            elif verb == "MAIL":
                sender, recipients = words.partition(":")[2].strip("<> "), []
                self.say("250 2.1.0 Ok")
            elif verb == "RCPT":
                recipients.append(words.partition(":")[2].strip("<> "))
                self.say("250 2.1.5 Ok")
            elif verb == "DATA":
                if not self.take(sender, recipients):
                    return
            elif verb == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            else:
                self.say("250 2.0.0 Ok")

    def take(self, sender, recipients):
        self.say("354 go on")
        data = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # cut off in the middle: nothing was taken
            data += line[1:] if line.startswith(b"..") else line
        self.server.sink.keep(sender, recipients, data)
        self.say("250 2.0.0 Ok: kept")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Sink:
    def __init__(self):
        self.mutex = threading.Lock()
        self.mails = []
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.sink = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keep(self, sender, recipients, data):
        with self.mutex:
            self.mails.append((sender, tuple(recipients), data))

    def take(self):
        """All that came since the last time."""
        with self.mutex:
            mails, self.mails = self.mails, []
        return mails

    def settings(self):
        """The [smtp] keys that differ from those of the test servers."""
        return {"host": "127.0.0.1", "port": self.port, "tls": "none", "auth": "none", "user": None,
                "ca_file": None, "secret_file": None}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
