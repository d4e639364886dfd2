"""`lodge serve`: what arrives is taken in as it arrives; stop, reload, crash, orders; nothing lost, nothing twice."""

import json
import os
import signal
import socket
import subprocess
import threading

import post
from service import MIDDAY, ServiceRun, wait_until
from whole_run import DONE, TEMPORARY, USAGE


class Serve(ServiceRun):
    # ---- taking in ----

    def test_a_mail_is_answered_as_it_arrives(self):
        """Only IDLE can have told: the poll is an hour away."""
        conf, user, spool = self.scene("arrives", mailbox_plans={"poll": "1h"})
        service = self.serve(conf).ready()
        service.wait_for_log("connected")
        before = self.world.count(post.DEVON.sender.mail)
        self.mail(user, "arrives")
        self.await_sent(conf, 1)
        self.world.await_inbox(before + 1, post.DEVON.sender.mail)
        wait_until(lambda: os.path.isdir(os.path.join(spool, "filed")), "the tree")
        self.assertEqual(service.stop(), 0)
        self.assertIn("info stopped", service.log())
        self.assertNotIn("warning", service.log())
        self.assertFalse(os.path.exists(os.path.join(spool, "control")))
        self.assert_sound(conf)

    def test_several_mailboxes_and_calls_are_served_at_once(self):
        second = self.world.example_call().replace("id = productivity-plans-2024", "id = second")
        second = second.replace("reference_prefix = PP24", "reference_prefix = SE24")
        call = self.world.write("second.call", second)
        facts = self.world.facts
        other = f"second@{facts['department']}"
        mailbox = dict(self.world.settings()["mailbox plans"], user=other, call="second")
        conf, user, _ = self.scene("several", **{
            "call_second": {"file": call, "register": self.world.register},
            "mailbox_second": mailbox})
        service = self.serve(conf).ready()
        self.mail(user, "several-1")
        self.mail(other, "several-2")
        entries = self.await_decided(conf, 2)
        self.assertEqual(sorted(e["reference"][:4] for e in entries), ["PP24", "SE24"])
        self.assertEqual([e["version"] for e in entries], [1, 1])
        self.assertEqual(service.stop(), 0)

    def test_what_a_killed_reader_left_pending_is_tried_again(self):
        conf, user, _ = self.scene("reader")
        service = self.serve(conf).ready()
        service.wait_for_log("connected")
        subprocess.run(["pkill", "-KILL", "-g", str(service.process.pid), "-f", "lodge-reader"])
        self.mail(user, "reader")
        entries = self.await_decided(conf, 1)
        self.assertEqual(entries[0]["outcome"], "accepted")
        self.assertEqual(service.stop(), 0)

    # ---- one at a time ----

    def test_a_second_gateway_is_refused_by_name(self):
        conf, _, _ = self.scene("second-gateway")
        service = self.serve(conf).ready()
        for command in ("once", "serve"):
            done = self.run_lodge(command, conf=conf, code=TEMPORARY)
            self.assertIn("lodge serve", done.stderr)
            self.assertIn(str(service.process.pid), done.stderr)
        self.assertEqual(service.stop(), 0)

    # ---- stop, crash, reload ----

    def test_stopped_in_the_middle_it_goes_on_where_it_was(self):
        conf, user, _ = self.scene("stopped")
        self.mail(user, "stopped", count=20)
        before = self.world.count(post.DEVON.sender.mail)
        first = self.serve(conf).ready()
        wait_until(lambda: self.entries(conf), "the first message")
        self.assertEqual(first.stop(), 0)
        second = self.serve(conf).ready()
        self.await_sent(conf, 20)
        self.assertEqual(second.stop(), 0)
        entries = self.entries(conf)
        self.assertEqual(sorted(e["version"] for e in entries), list(range(1, 21)))
        self.world.await_inbox(before + 20, post.DEVON.sender.mail)
        self.assertEqual(self.world.count(post.DEVON.sender.mail), before + 20)
        self.assert_sound(conf)

    def test_killed_again_and_again_it_loses_nothing_and_files_nothing_twice(self):
        conf, user, _ = self.scene("killed")
        self.mail(user, "killed", count=12)
        for kept in (1, 4, 8):
            service = self.serve(conf).ready()
            wait_until(lambda: len(self.entries(conf)) >= kept, f"{kept} messages")
            service.kill()
        service = self.serve(conf).ready()
        self.await_sent(conf, 12)
        self.assertEqual(service.stop(), 0)
        entries = self.entries(conf)
        self.assertEqual(len(entries), 12)
        self.assertEqual(sorted(e["version"] for e in entries), list(range(1, 13)))
        self.assert_sound(conf)
        # Each has one receipt owed and sent; one whose reply was lost is sent again with the same
        # Message-ID, never with another.
        self.assertTrue(all(len(e["receipts"]) == 1 for e in entries))
        ids = [line for _, raw in self.world.messages(post.DEVON.sender.mail)
               for line in raw.split(b"\r\n")
               if line.startswith(b"Message-ID: <receipt.") and b".1@" in line]
        self.assertGreaterEqual(len(set(ids)), 12)

    def test_a_reload_takes_a_new_mailbox_and_a_bad_one_changes_nothing(self):
        conf, user, _ = self.scene("reload")
        service = self.serve(conf).ready()
        self.mail(user, "reload-1")
        self.await_decided(conf, 1)
        with open(conf) as file:
            good = file.read()
        other = f"reload-other@{self.world.facts['department']}"
        self.world.write(os.path.basename(conf), good + "\n[mailbox bad]\ncall = nowhere\n")
        service.tell(signal.SIGHUP)
        service.wait_for_log("reload-refused")
        self.world.write(os.path.basename(conf), good)
        self.mail(user, "reload-2")
        self.await_decided(conf, 2)
        group = good.partition("[mailbox plans]")[2].partition("\n\n")[0]
        self.world.write(os.path.basename(conf), good + "[mailbox other]" +
                         group.replace(user, other) + "\n")
        service.tell(signal.SIGHUP)
        service.notices.wait_for("RELOADING")
        service.notices.wait_for("READY")
        self.mail(other, "reload-3")
        entries = self.await_decided(conf, 3)
        self.assertEqual(entries[2]["location"]["account"], "other")
        self.assertEqual(service.stop(), 0)
        self.assert_sound(conf)

    def test_the_manager_hears_of_every_step(self):
        conf, _, _ = self.scene("manager")
        service = self.serve(conf)
        self.assertTrue(any(line.startswith("STATUS=") for line in service.notices.wait_for("READY")))
        service.notices.wait_for("WATCHDOG")
        service.tell(signal.SIGTERM)
        service.notices.wait_for("STOPPING")
        self.assertEqual(service.process.wait(60), 0)

    # ---- orders ----

    def test_an_order_is_carried_out_by_the_service_and_answered_at_once(self):
        conf, user, spool = self.scene("order")
        self.mail(user, "order", sender=post.FORGER)
        service = self.serve(conf).ready()
        (entry,) = self.await_decided(conf, 1)
        self.assertEqual(entry["outcome"], "held")
        before = self.world.count(post.FORGER.mail)
        done = self.run_lodge("accept", entry["reference"], "--reason", "asked them", "--answer",
                              conf=conf)
        self.assertIn("is filed for Devon County Council", done.stdout)
        self.world.await_inbox(before + 1, post.FORGER.mail)
        wait_until(lambda: os.path.isdir(os.path.join(spool, "filed")), "the tree")
        done = self.run_lodge("accept", entry["reference"], "--reason", "again", conf=conf, code=USAGE)
        self.assertIn("on file already", done.stderr)
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        self.assertIn("asked them", shown)
        self.assertIn("root", shown)  # whom the kernel vouched for
        self.assertEqual(service.stop(), 0)
        self.assert_sound(conf)

    def test_two_orders_at_once_never_contradict_each_other(self):
        conf, user, _ = self.scene("two-orders")
        self.mail(user, "two", sender=post.FORGER)
        service = self.serve(conf).ready()
        (entry,) = self.await_decided(conf, 1)
        results = []
        def order():
            results.append(self.world.lodge("accept", entry["reference"], "--reason", "x",
                                            conf=conf).returncode)
        threads = [threading.Thread(target=order) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(results), [DONE] + [USAGE] * 5)
        shown = json.loads(self.run_lodge("show", entry["reference"], "--json", conf=conf).stdout)
        self.assertEqual(shown["message"]["version"], 1)
        self.assertEqual(service.stop(), 0)
        self.assert_sound(conf)

    def test_orders_while_mail_streams_in_are_neither_lost_nor_doubled(self):
        conf, user, _ = self.scene("streaming")
        self.mail(user, "streaming-first")
        service = self.serve(conf).ready()
        (entry,) = self.await_decided(conf, 1)
        self.mail(user, "streaming", council=post.DEVON, seconds=MIDDAY + 60, count=30)
        for number in range(10):
            self.run_lodge("note", entry["reference"], "--reason", f"note {number}", conf=conf)
        self.await_decided(conf, 31)
        shown = self.run_lodge("show", entry["reference"], conf=conf).stdout
        for number in range(10):
            self.assertEqual(shown.count(f"note {number}\n"), 1, shown)
        self.assertEqual(service.stop(), 0)
        self.assertEqual(sorted(e["version"] for e in self.entries(conf)), list(range(1, 32)))
        self.assert_sound(conf)

    def test_an_extension_is_ordered_of_the_service_too(self):
        conf, _, _ = self.scene("extended")
        service = self.serve(conf).ready()
        done = self.run_lodge("extend", "all", "--until", "2024-08-01T00:00", "--reason", "flood",
                              conf=conf)
        self.assertIn("1 August 2024", done.stdout)
        self.assertEqual(service.stop(), 0)
        self.assertIn("1 August 2024", self.run_lodge("status", conf=conf).stdout)

    def test_nonsense_at_the_socket_is_answered_or_hung_up_on_and_others_are_heard(self):
        conf, user, spool = self.scene("nonsense")
        self.mail(user, "nonsense")
        service = self.serve(conf).ready()
        (entry,) = self.await_decided(conf, 1)
        for words in (b"\n", b"{}\n", b"[" * 60000 + b"\n", b'{"order":"dance"}\n',
                      b'{"order":"accept","reference":"X","answer":false}\n', b"\x00\xff\n"):
            peer = self.connect(spool)
            peer.sendall(words)
            self.assertIn(b'"error"', self.read_all(peer))
        silent = self.connect(spool)
        self.addCleanup(silent.close)
        flood = self.connect(spool)
        self.addCleanup(flood.close)
        try:
            flood.sendall(b"x" * 300000)
        except OSError:
            pass  # hung up on in the middle
        self.run_lodge("note", entry["reference"], "--reason", "still heard", conf=conf)
        self.assertEqual(service.stop(), 0)

    def connect(self, spool):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(60)
        peer.connect(os.path.join(spool, "control"))
        return peer

    def read_all(self, peer):
        with peer:
            found = b""
            while chunk := peer.recv(65536):
                found += chunk
        return found

    # ---- faults ----

    def test_a_server_that_is_away_is_waited_for_and_orders_are_taken_meanwhile(self):
        conf, user, _ = self.scene("away")
        self.mail(user, "away")
        self.run_lodge("once", conf=conf)
        (entry,) = self.entries(conf)
        broken, _, _ = self.scene("away", mailbox_plans={"port": 1})
        service = self.serve(broken).ready()
        service.wait_for_log("warning mailbox")
        self.run_lodge("note", entry["reference"], "--reason", "heard", conf=broken)
        self.assertEqual(service.stop(), 0)
