"""What a machine may do to lodge besides failing: no room for its log, another language and zone, a clock that is set,
people who look at its process."""

import signal
import subprocess

import post
from servers import find_faketime
from service import ServiceRun
from whole_run import DONE, is_sanitized

COUNCIL = post.DEVON


class Surroundings(ServiceRun):
    clock = "2024-07-30 10:00:00"  # Dovecot believes no INTERNALDATE of the future

    def lay_out(self, name):
        conf, user, spool = self.scene(name)
        self.mail(user, name)
        self.mail(user, name + "-forged", sender=post.FORGER)
        return conf, user, spool

    def once_in(self, conf, *options, stderr=subprocess.PIPE, **environment):
        return subprocess.run(self.world.command("once", *options, conf=conf), stdout=subprocess.PIPE,
                              stderr=stderr, text=True, timeout=300,
                              env=dict(self.world.environment(), **environment))

    def outcomes(self, conf):
        return [(e["outcome"], e["timeliness"], e["received_at"], [r["state"] for r in e["receipts"]])
                for e in self.world.list(conf)]

    def test_a_log_that_finds_no_room_stops_nothing(self):
        conf, _, _ = self.lay_out("log")
        with open("/dev/full", "w") as full:
            done = self.once_in(conf, "--verbose", stderr=full)
        self.assertEqual(done.returncode, DONE)
        self.assertEqual([outcome for outcome, *_ in self.outcomes(conf)], ["accepted", "held"])

    def test_language_and_zone_change_nothing(self):
        plain, _, _ = self.lay_out("plain")
        self.assertEqual(self.once_in(plain).returncode, DONE)
        other, _, _ = self.lay_out("other")
        done = self.once_in(other, LC_ALL="tr_TR.UTF-8", LANG="tr_TR.UTF-8", TZ="Pacific/Kiritimati")
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(self.outcomes(other), self.outcomes(plain))

    def test_a_clock_that_is_set_back_and_forward_sends_nothing_twice_and_decides_alike(self):
        if is_sanitized():
            self.skipTest("nothing can be preloaded before AddressSanitizer")
        conf, user, _ = self.lay_out("clock")
        before = self.world.count(COUNCIL.sender.mail)
        for clock in ("+400d", "+1h", "+800d", "+0"):  # each is behind or before the one that stamped the spool
            done = self.once_in(conf, LD_PRELOAD=find_faketime(), FAKETIME=clock,
                                FAKETIME_DONT_FAKE_MONOTONIC="1")
            self.assertEqual(done.returncode, DONE, f"{clock}: {done.stderr}")
        self.mail(user, "clock-late", seconds=1722297600)
        self.run_lodge("once", conf=conf)
        self.assertEqual([(outcome, timeliness) for outcome, timeliness, *_ in self.outcomes(conf)],
                         [("accepted", "on-time"), ("held", "on-time"), ("accepted", "late")])
        self.assertEqual(self.world.count(COUNCIL.sender.mail), before + 2)
        self.assert_sound(conf)

    def test_no_secret_is_where_others_look(self):
        conf, _, _ = self.lay_out("secrets")
        service = self.serve(conf).ready()
        self.await_sent(conf, 1)
        secret = self.world.facts["password"].encode()
        for name in ("cmdline", "environ", "status"):
            with open(f"/proc/{service.process.pid}/{name}", "rb") as file:
                self.assertNotIn(secret, file.read(), name)
        with open(f"/proc/{service.process.pid}/limits") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")
        self.assertNotIn(self.world.facts["password"], service.log())
        service.tell(signal.SIGTERM)
        self.assertEqual(service.process.wait(60), DONE)
