"""The stories of tests/scenarios, two at a time on one pair of servers; a test for each.

LODGE_STORIES="clock-* mend-reply" plays only these."""

import concurrent.futures
import fnmatch
import os
import re
import subprocess
import time

import scenario
from scenario_play import ARRIVAL_S, Play
from whole_run import WholeRun

AT_A_TIME = 2


def _chosen():
    patterns = os.environ.get("LODGE_STORIES", "*").split()
    return [story for story in scenario.load_all()
            if any(fnmatch.fnmatch(story.name, pattern) for pattern in patterns)]


class Scenarios(WholeRun):
    clock = "2024-11-01 09:00:00"  # after all stories: Dovecot refuses an INTERNALDATE of the future

    @classmethod
    def prepare(cls):
        pool = concurrent.futures.ThreadPoolExecutor(AT_A_TIME)
        cls.addClassCleanup(pool.shutdown, cancel_futures=True)
        cls.plays = {story.name: Play(cls(), story) for story in _chosen()}
        cls.results = {name: pool.submit(play.run) for name, play in cls.plays.items()}

    def came_as_told(self, name):
        wrong = self.results[name].result()
        if wrong:
            self.fail("\n".join([self.plays[name].story.title, *wrong]))

    def test_the_readme_tells_every_theme(self):
        with open(os.path.join(scenario.FOLDER, "README.md"), encoding="utf-8") as file:
            told = re.findall(r"(?m)^\| `(\w+)-` \|", file.read())
        self.assertEqual(told, list(scenario.THEMES))
        self.assertEqual({story.name.partition("-")[0] for story in scenario.load_all()},
                         set(scenario.THEMES))

    def test_no_trick_of_a_forger_makes_him_a_council_or_gets_an_answer(self):
        for story in scenario.load_all():
            if not story.name.startswith("spoof-") or story.name.startswith("spoof-no-attack-"):
                continue
            for mail in story.mails:
                expect = mail["expect"]
                self.assertNotIn(expect["may_answer"], ("yes",), story.name)
                self.assertNotIn("receipt", expect, story.name)
                self.assertEqual(expect["outcome"], "held", story.name)
                self.assertNotEqual(expect.get("authority"), "authorised", story.name)

    def test_whatever_was_sent_to_anybody_is_a_receipt_that_a_story_tells(self):
        """The log of the server that all receipts pass: nothing else, and nobody else."""
        concurrent.futures.wait(self.results.values())
        expected = sorted(sent for play in self.plays.values() for sent in play.sent)
        deadline = time.monotonic() + ARRIVAL_S
        while len(seen := self.delivered()) < len(expected) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(seen, expected)

    def delivered(self):
        """(Message-ID, address) of each delivery, sorted."""
        command = ["cat"] if os.geteuid() == 0 else ["sudo", "-n", "cat"]
        log = subprocess.run([*command, self.world.path("s", "postfix.log")], check=True,
                             capture_output=True, text=True, errors="replace").stdout
        names = dict(re.findall(r"cleanup\[\d+\]: (\w+): message-id=<([^>]*)>", log))
        return sorted((names[queue], to) for queue, to in re.findall(r"(\w+): to=<([^>]*)>", log))


def _test(story):
    def test(self):
        self.came_as_told(story.name)
    test.__doc__ = story.title
    return test


for _story in _chosen():
    setattr(Scenarios, f"test_{_story.name}: {_story.title}", _test(_story))
