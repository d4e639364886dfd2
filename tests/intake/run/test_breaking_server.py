"""A mail server that hangs up whenever it is to deliver one certain message: a relay before the real one, which
closes both sides as soon as the message's mark passes."""

import os
import socket
import ssl
import threading

import plans
import post
from whole_run import TEMPORARY, WholeRun, stored

MIDDAY = 1721296800
MARK = b"X-Poison: yes"


class Relay:
    """TLS to lodge, plain IMAP to Dovecot."""

    def __init__(self, facts):
        self.facts, self.breaks = facts, 0
        tls = os.path.dirname(facts["ca_file"])
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(tls, "server.crt"), os.path.join(tls, "server.key"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            client = self.context.wrap_socket(client, server_side=True)
        except OSError:
            return
        context = ssl.create_default_context(cafile=self.facts["ca_file"])
        server = context.wrap_socket(socket.create_connection(("127.0.0.1", self.facts["imaps_port"])),
                                     server_hostname="127.0.0.1")
        threading.Thread(target=self.pump, args=(client, server, None), daemon=True).start()
        self.pump(server, client, MARK)

    def pump(self, source, target, mark):
        try:
            while data := source.recv(65536):
                if mark and mark in data:
                    self.breaks += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for side in (source, target):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class BreakingServer(WholeRun):
    def test_one_pass_takes_in_all_but_the_message_that_breaks_the_server(self):
        relay = Relay(self.world.facts)
        self.addCleanup(relay.close)
        conf, user, _ = self.scene("broken", mailbox_plans={"port": relay.port})
        for number, council in enumerate((post.DEVON, post.RUTLAND, post.KENT)):
            message = post.compose(council.sender, user, "Productivity Plan", "Attached.",
                                   [("plan.pdf", post.PDF, plans.pdf(council.name, 3))], f"m{number}",
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            fields = MARK + b"\r\n" if council is post.RUTLAND else b""
            self.put(user, [(fields + stored(council.sender, message, MIDDAY + number, self.world.facts),
                             MIDDAY + number)])
        done = self.world.lodge("once", conf=conf)
        self.assertEqual(done.returncode, TEMPORARY, done.stderr)
        self.assertEqual(relay.breaks, 2)
        self.assertEqual(done.stderr.count("broken-off"), 2, done.stderr)
        self.assertIn("INBOX/2", done.stderr)
        self.assertIn("the server breaks off whenever it is to deliver it", done.stderr)
        self.assertEqual([e["message_id"].strip("<>").partition("@")[0] for e in self.world.list(conf)],
                         ["m0", "m2"])
        healthy, _, _ = self.scene("broken")
        self.run_lodge("once", conf=healthy)
        self.assertEqual(len(self.world.list(healthy)), 3)
