"""A disk that fills: people are told long before, at the reserve nothing is fetched any more, and with room it goes on."""

import json
import os
import subprocess

from service import ServiceRun, wait_until
from whole_run import DONE, TEMPORARY

TOLD, STOPPED = "spool-almost-full", "less than [limits] reserve"


class Space(ServiceRun):
    def lay_out(self, name, **limits):
        """A spool on a disk of 64 MiB."""
        conf, user, spool = self.scene(name, limits=limits)
        os.mkdir(spool)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", spool],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no right to mount: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", spool], check=True)
        self.mail(user, name)
        return conf, user, spool

    def resize(self, spool, size):
        subprocess.run(["mount", "-o", "remount,size=" + size, spool], check=True)

    def disk(self, conf):
        return json.loads(self.run_lodge("status", "--json", conf=conf).stdout)["disk"]

    def test_a_disk_with_room_says_nothing(self):
        conf, _, _ = self.lay_out("room", low_space="32M")
        self.assertEqual(self.run_lodge("once", conf=conf).stderr, "")
        self.assertEqual(self.disk(conf)["state"], "enough")
        self.assertNotIn("Disk", self.run_lodge("status", conf=conf).stdout)

    def test_almost_full_is_told_and_everything_goes_on(self):
        conf, _, spool = self.lay_out("low", low_space="1G")
        done = self.run_lodge("once", conf=conf)
        self.assertEqual(done.stderr.count(TOLD), 1, done.stderr)
        self.assertIn(f"{spool} has ", done.stderr)
        self.assertRegex(done.stderr, r"below 1.0\sMiB nothing more is fetched")
        self.assertEqual([e["outcome"] for e in self.entries(conf)], ["accepted"])
        self.assertIn(f"Disk almost full: {spool} has ", self.run_lodge("status", conf=conf).stdout)
        disk = self.disk(conf)
        self.assertEqual(disk["state"], "almost-full")
        self.assertTrue(0 < disk["free_bytes"] < 64 << 20)

    def test_at_the_reserve_nothing_is_fetched_and_it_goes_on_with_room(self):
        conf, user, spool = self.lay_out("full", reserve="100M")
        done = self.run_lodge("once", conf=conf, code=TEMPORARY)
        self.assertIn(STOPPED, done.stderr)
        self.assertEqual(self.entries(conf), [])
        self.assertEqual(self.world.count(user), 1)
        self.assertIn("Disk full: ", self.run_lodge("status", conf=conf).stdout)
        self.assertEqual(self.disk(conf)["state"], "full")
        self.resize(spool, "4g")
        self.assertEqual(self.run_lodge("once", conf=conf).stderr, "")
        self.assertEqual([e["outcome"] for e in self.entries(conf)], ["accepted"])

    def test_a_service_says_when_it_begins_and_when_it_is_over(self):
        conf, user, spool = self.lay_out("serve", low_space="1G", reserve="1M")
        service = self.serve(conf, "--verbose").ready()
        service.wait_for_log(TOLD)
        self.await_sent(conf, 1)
        self.resize(spool, "4g")
        self.mail(user, "more", seconds=1721296900)
        self.await_decided(conf, 2)
        wait_until(lambda: "spool-has-room" in service.log(), "the end of the warning")
        self.assertEqual(service.log().count(TOLD), 1)
        self.assertEqual(service.stop(), DONE)
