"""What a person at a shell gets wrong: words that mean nothing, paths that hold nothing, closed descriptors."""

import os
import subprocess

import plans
import post
from whole_run import DONE, USAGE, WholeRun, stored

MIDDAY = 1721296800  # 18 July 2024, 10:00 UTC


class CommandLine(WholeRun):
    def letter(self, conf_name):
        message = post.compose(post.DEVON.sender, self.world.user, "Productivity Plan", "Attached.",
                               [("plan.pdf", post.PDF, plans.pdf("Devon"))], conf_name,
                               "Thu, 18 Jul 2024 10:55:00 +0100")
        path = self.world.path(conf_name + ".eml")
        with open(path, "wb") as file:
            file.write(stored(post.DEVON.sender, message, MIDDAY, self.world.facts))
        return path

    def test_a_filter_that_means_nothing_is_refused_with_the_words_that_do(self):
        conf, *_ = self.scene("filters")
        self.run_lodge("file", self.letter("filters"), conf=conf)
        for option, word, known in (("--outcome", "acepted", "not-a-submission"),
                                    ("--state", "open", "purged"),
                                    ("--council", "Devon", "E07000115"),
                                    ("--call", "productivity-plan", "filters.conf")):
            with self.subTest(option=option):
                done = self.run_lodge("list", option, word, conf=conf, code=USAGE)
                self.assertIn(word, done.stderr)
                self.assertIn(known, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual(self.run_lodge("list", "--outcome", "rejected", conf=conf).stdout, "")

    def test_a_path_that_holds_no_message_is_usage(self):
        conf, *_ = self.scene("nothing", smtp=None)
        fifo, empty = self.world.path("nothing.fifo"), self.world.path("empty")
        os.mkfifo(fifo)
        os.mkdir(empty)
        for path in (fifo, empty, "/dev/zero", self.world.path("absent.eml")):
            with self.subTest(path=path):
                done = self.world.lodge("file", path, conf=conf, timeout=60)
                self.assert_exit(done, USAGE)
                self.assertIn(path, done.stderr)
        self.assertEqual(self.world.list(conf), [])

    def test_common_options_may_stand_before_the_command(self):
        for option, words in (("--help", "Usage: lodge COMMAND"), ("--version", "lodge ")):
            done = subprocess.run([self.world.bin, "-c", self.world.conf, option], text=True,
                                  capture_output=True, env=self.world.environment())
            self.assert_exit(done, DONE)
            self.assertTrue(done.stdout.startswith(words), done.stdout)

    def test_closed_standard_descriptors_never_become_files_of_the_spool(self):
        conf, _, spool = self.scene("closed")
        letter = self.letter("closed")
        command = " ".join(self.world.command("file", letter, "--verbose", conf=conf))
        subprocess.run(["sh", "-c", f"exec {command} <&- >&- 2>&-"], timeout=120,
                       env=self.world.environment())
        self.assertEqual([e["outcome"] for e in self.world.list(conf)], ["accepted"])
        self.run_lodge("verify", conf=conf)
        for folder, _, names in os.walk(spool):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                self.assertNotIn(b"new messages kept", content, name)
                self.assertNotIn(b" info decided ", content, name)
