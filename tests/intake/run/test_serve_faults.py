"""`lodge serve` when something around it is broken: one message's trouble is nobody else's, and what a person has
mended is taken up."""

import glob
import os
import signal
import socket
import time

import post
from service import ServiceRun, wait_until
from test_readers_killed import descendants, is_reader
from whole_run import USAGE

STOPS_WITHIN_S = 10  # a silent server's own time-out is minutes
BEFORE_TRYING_AGAIN = 5  # a loop without a pause goes round far more often while one mail is taken in


class ServeFaults(ServiceRun):
    def object(self, spool, sha256):
        return os.path.join(spool, "objects", sha256[:2], sha256)

    def find_object(self, spool, words):
        """The one object in which these words are."""
        found = []
        for directory, _, names in os.walk(os.path.join(spool, "objects")):
            for name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    if words in file.read():
                        found.append(os.path.join(directory, name))
        (path,) = found
        return path

    def leave_pending(self, conf, user, id):
        """Kept and not read, as a power cut leaves it."""
        service = self.serve(conf).ready()
        service.wait_for_log("connected")
        readers = list(filter(is_reader, descendants(service.process.pid)))
        for pid in readers:
            os.kill(pid, signal.SIGSTOP)
        self.mail(user, id)
        (entry,) = wait_until(lambda: self.entries(conf), "the kept message")
        service.kill()
        for pid in readers:  # they stand still and cannot see that lodge is gone
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(entry["state"], "pending")
        return entry

    # ---- reload ----

    def test_a_configuration_that_cannot_run_is_mended_and_loaded(self):
        conf, user, _ = self.scene("mended")
        service = self.serve(conf).ready()
        with open(conf) as file:
            good = file.read()
        self.world.write(os.path.basename(conf), good.replace(
            "[service]\n", f"[service]\ncontrol = {self.world.path('nowhere', 'control')}\n"))
        service.tell(signal.SIGHUP)
        service.wait_for_log("not-started")
        self.world.write(os.path.basename(conf), good)
        service.tell(signal.SIGHUP)
        service.wait_for_log("info reloaded")
        self.mail(user, "mended")
        self.await_sent(conf, 1)
        self.assertEqual(service.stop(), 0)

    # ---- stop ----

    def listen(self):
        """A server that takes connections and says nothing."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return {"host": "127.0.0.1", "port": listener.getsockname()[1], "tls": "none"}, listener

    def stop_in_time(self, service):
        began = time.monotonic()
        self.assertEqual(service.stop(), 0)
        self.assertLess(time.monotonic() - began, STOPS_WITHIN_S)

    def test_nobody_waits_for_a_silent_mailbox_when_asked_to_stop(self):
        silent, listener = self.listen()
        conf, _, _ = self.scene("silent", mailbox_plans=silent | {"ca_file": None, "reply_timeout": "5min"})
        service = self.serve(conf).ready()
        peer, _ = listener.accept()
        self.addCleanup(peer.close)
        self.stop_in_time(service)

    def test_nobody_waits_for_a_silent_smtp_server_when_asked_to_stop(self):
        silent, listener = self.listen()
        conf, user, _ = self.scene("mute", smtp=silent | {"ca_file": None, "reply_timeout": "5min"})
        self.mail(user, "mute")
        service = self.serve(conf).ready()
        peer, _ = listener.accept()
        self.addCleanup(peer.close)
        self.stop_in_time(service)
        self.assertNotIn("info receipt", service.log())
        again = self.serve(self.scene("mute")[0]).ready()
        (entry,) = self.await_sent(conf, 1)
        self.assertEqual([r["state"] for r in entry["receipts"]], ["sent"])
        self.assertEqual(again.stop(), 0)

    # ---- orders ----

    def test_an_order_that_is_no_order_is_refused_and_not_put_off(self):
        conf, user, spool = self.scene("refused")
        self.mail(user, "refused")
        service = self.serve(conf).ready()
        (entry,) = self.await_decided(conf, 1)
        for members in ({"order": "dance"}, {"order": "note", "reason": "x" * 4001}):
            answer = self.ask(os.path.join(spool, "control"), **{"reference": entry["reference"], **members})
            self.assertTrue(answer["refused"], answer)
        self.assertEqual(service.stop(), 0)

    def test_a_socket_that_is_in_use_or_none_is_left_alone(self):
        shared = self.world.path("shared")
        first, _, _ = self.scene("first", service={"control": shared})
        second, _, _ = self.scene("second", service={"control": shared})
        service = self.serve(first).ready()
        done = self.run_lodge("serve", conf=second, code=USAGE)
        self.assertIn("another lodge serve", done.stderr)
        self.order(self.world.path("shared"), order="extend", council="all", until="2024-09-01T00:00")
        self.assertEqual(service.stop(), 0)
        self.run_lodge("status", conf=first)
        plain = self.world.write("plain", "")
        none, _, _ = self.scene("none", service={"control": plain})
        self.assertIn("is no socket", self.run_lodge("serve", conf=none, code=USAGE).stderr)
        self.assertTrue(os.path.exists(plain))

    # ---- two at once ----

    def test_what_is_decided_again_while_its_tree_is_written_gets_another(self):
        conf, user, spool = self.scene("again")
        self.mail(user, "again")
        service = self.serve(conf).ready()
        (entry,) = self.await_decided(conf, 1)
        reference = entry["reference"]
        def roots():
            return [name for name in ("filed", "held", "rejected")
                    if glob.glob(os.path.join(spool, name, "**", "submission.json"), recursive=True)]
        for _ in range(20):
            self.order(os.path.join(spool, "control"), order="reject", reference=reference)
            self.order(os.path.join(spool, "control"), order="accept", reference=reference)
            wait_until(lambda: roots() == ["filed"], "the tree of the last decision", 10)
        self.assertEqual(service.stop(), 0)
        self.assert_sound(conf)

    # ---- one message's trouble ----

    def test_what_is_pending_for_a_call_that_is_gone_keeps_nobody_busy(self):
        second = self.world.example_call().replace("id = productivity-plans-2024", "id = second")
        second = second.replace("reference_prefix = PP24", "reference_prefix = SE24")
        call = {"file": self.world.write("second.call", second), "register": self.world.register}
        both, user, spool = self.scene("gone", call_second=call, mailbox_plans={"call": "second"})
        self.leave_pending(both, user, "gone-1")
        other = f"gone-other@{self.world.facts['department']}"
        mailbox = dict(self.world.settings()["mailbox plans"], user=other)
        one, _, _ = self.scene("gone", mailbox_plans=None, mailbox_other=mailbox)
        service = self.serve(one).ready()
        service.wait_for_log("not-decided")
        self.mail(other, "gone-2")
        self.await_sent(one, 1)
        self.assertLess(service.log().count("not-decided"), BEFORE_TRYING_AGAIN, service.log())
        self.assertEqual(service.stop(), 0)

    def test_what_cannot_be_read_from_the_spool_keeps_nobody_busy(self):
        conf, user, spool = self.scene("eaten")
        entry = self.leave_pending(conf, user, "eaten-1")
        os.unlink(self.object(spool, entry["message_sha256"]))
        service = self.serve(conf).ready()
        service.wait_for_log("not-read")
        self.mail(user, "eaten-2", council=post.RUTLAND, sender=post.RUTLAND.sender)
        self.await_sent(conf, 1)
        self.assertLess(service.log().count("not-read"), BEFORE_TRYING_AGAIN, service.log())
        self.assertEqual(service.stop(), 0)

    def test_a_receipt_that_is_damaged_keeps_no_other_waiting(self):
        conf, user, spool = self.scene("torn", smtp={"port": 1, "retry_first": "1s"})
        self.mail(user, "torn-1")
        self.world.lodge("once", conf=conf)
        (entry,) = self.entries(conf)
        self.assertEqual([receipt["state"] for receipt in entry["receipts"]], ["retry"])
        os.unlink(self.find_object(spool, b"Message-ID: <receipt."))
        conf, user, _ = self.scene("torn")
        service = self.serve(conf).ready()
        service.wait_for_log("receipt-not-sent")
        self.mail(user, "torn-2", council=post.RUTLAND, sender=post.RUTLAND.sender)
        self.await_sent(conf, 1)
        self.assertNotIn("warning courier", service.log())  # which is followed by a pause
        self.assertEqual(service.stop(), 0)

    def test_a_tree_that_cannot_be_written_keeps_no_other_waiting(self):
        conf, user, spool = self.scene("bare")
        self.mail(user, "bare-1", sender=post.FORGER)
        self.run_lodge("once", conf=conf)
        (entry,) = self.entries(conf)
        os.unlink(self.object(spool, entry["documents"][0]["sha256"]))
        service = self.serve(conf).ready()
        self.run_lodge("accept", entry["reference"], "--reason", "asked them", conf=conf)
        service.wait_for_log("no-tree")
        self.mail(user, "bare-2", council=post.RUTLAND, sender=post.RUTLAND.sender)
        wait_until(lambda: glob.glob(os.path.join(spool, "filed", "*", post.RUTLAND.gss + "-*", "v1",
                                                  "submission.json")), "the other's tree")
        self.assertFalse(glob.glob(os.path.join(spool, "filed", "*", post.DEVON.gss + "-*")))
        self.assertNotIn("warning desk", service.log())  # which is followed by a pause
        self.assertEqual(service.stop(), 0)
