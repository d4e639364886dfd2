"""A deadline's traffic: many mixed mails, made from a seed, and beside them what must become of each.

    day = Day(seed=2024, count=1000)
    day.letters, day.senders, day.register

The truth is worked out here, from what was made and from the design's words, never from what lodge says.
It holds in whatever order one pass decides: copies of one mail come in the same second, or one of them
days after the first was decided; no two plans of a council come in the same second.

Two parts: the days before the last week-end, and then until after the deadline. Between the parts lodge
looks once, so that in the second part people and machines answer the receipts of the first. Who
writes what stands in day_plans.py and day_noise.py; how it is sent and compared in day_post.py and day_truth.py."""

import configparser
import os
import random

import day_noise
import day_plans
import post
from day_letter import FIRST_LATE_SECOND, LAST_SECOND, Letter

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE_REGISTER = os.path.join(ROOT, "config", "examples", "councils-2024.register")


def _steps():
    """(instant in UTC, weight) of both parts; a mail comes in one of these seconds."""
    hours = ("08:31:07", "09:40:20", "10:52:41", "12:20:03", "14:10:59", "15:45:30", "16:58:12")
    first = [(f"2024-07-{day} {hour}", 1) for day in range(22, 27) for hour in hours]
    second = [(f"2024-07-{day} {hour}", 1) for day in (27, 28) for hour in hours[1:5:2]]
    second += [(f"2024-07-29 {hour:02}:{minute}:17", 3) for hour in range(7, 22) for minute in ("05", "40")]
    second += [("2024-07-29 22:40:00", 2), (LAST_SECOND, 3), (FIRST_LATE_SECOND, 3),
               ("2024-07-29 23:20:00", 2)]
    second += [(f"2024-07-{day} {hour}", 2) for day in (30, 31) for hour in hours[::2]]
    return first, second


class Body:
    """A council, as the day needs it."""

    def __init__(self, gss, group, address):
        self.gss, self.name, self.slug = gss, group["name"], group["slug"]
        self.domain, self.kind = group["unconfirmed"], group["kind"]
        self.address = address
        self.edition = 0
        self.steps = set()  # the seconds in which plans of it came

    def officer(self, local="productivity", **found):
        return post.Sender(self.address, "mail." + self.domain, f"{local}@{self.domain}",
                           found.pop("person", f"{self.name} ({local})"), True, **found)


def _read_bodies():
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    with open(EXAMPLE_REGISTER, encoding="utf-8") as file:
        parser.read_file(file)
    return [(gss, parser[gss]) for gss in parser.sections()]


class Day:
    def __init__(self, seed, count):
        self.rng = random.Random(seed)
        self.seed = seed
        self.letters = []
        self.parts = _steps()
        self.addresses = 0
        self.strangers = {}
        self._choose_councils(max(8, count * 16 // 100))
        for story, weight, write in day_plans.STORIES + day_noise.STORIES:
            for _ in range(max(1, round(weight * count / 1000))):
                self.story = story
                write(self)
        self.letters.sort(key=lambda letter: (letter.step, letter.key))

    # ---- who ----

    def client(self):
        """An address of the internet's, each its own."""
        self.addresses += 1
        return f"127.1.{self.addresses // 250}.{self.addresses % 250 + 1}"

    def _choose_councils(self, count):
        bodies = _read_bodies()
        domains = [group["unconfirmed"] for _, group in bodies]
        alone = [Body(gss, group, self.client()) for gss, group in bodies
                 if domains.count(group["unconfirmed"]) == 1]
        self.shared = [Body(gss, group, "") for gss, group in bodies
                       if group["unconfirmed"] == "adur-worthing.gov.uk"]
        for body in self.shared:
            body.address = alone[0].address.replace("127.1.", "127.2.")
        self.rng.shuffle(alone)
        self.councils, self.unconfirmed = alone[:count], alone[count:]
        self.still_to_come = list(self.councils[:count * 15 // 16])
        self.delegated = self.councils[0]
        self.clerk = post.Sender(self.client(), "mail.shared-services.example",
                                 "clerk@shared-services.example", "The clerk", True)

    def _address(self, who):
        if who not in self.strangers:
            self.strangers[who] = self.client()
        return self.strangers[who]

    def stranger(self, local, domain, genuine=True, found="", person=""):
        """Somebody at a domain of no council."""
        address = self._address((domain, genuine, found))
        return post.Sender(address, "mail." + domain, f"{local}@{domain}", person or local, genuine,
                           found)

    def pretender(self, council, found=""):
        """Somebody else's machine with the council's name."""
        return post.Sender(self._address(("as " + council.domain, False, found)),
                           "mail." + council.domain, "chief.executive@" + council.domain,
                           "Chief Executive", False, found)

    @property
    def senders(self):
        """One for each client address: what the border finds about whoever comes from there."""
        found = {}
        for letter in self.letters:
            found[letter.sender.address] = letter.sender
        return list(found.values())

    @property
    def register(self):
        text = ""
        for body in self.councils + self.shared:
            text += self._entry(body, "domains")
        for body in self.unconfirmed:
            text += self._entry(body, "unconfirmed")
        return text + f"[domain {self.shared[0].domain}]\nshared = yes\n"

    def _entry(self, body, key):
        delegates = f"delegates = {self.clerk.mail}\n" if body is self.delegated else ""
        return (f"[{body.gss}]\nname = {body.name}\nslug = {body.slug}\nkind = {body.kind}\n"
                f"nation = England\n{key} = {body.domain}\n{delegates}\n")

    # ---- when ----

    def step(self, part=None):
        part = self.rng.choices((0, 1), (4, 6))[0] if part is None else part
        steps, weights = zip(*self.parts[part])
        return part, self.rng.choices(steps, weights)[0]

    def step_for_plan(self, council, part=None):
        """A second in which no other plan of this council comes."""
        for _ in range(200):
            part_found, step = self.step(part)
            if step not in council.steps:
                council.steps.add(step)
                return part_found, step
        raise RuntimeError(f"{council.name} sends more plans than there are seconds")

    # ---- what ----

    def add(self, sender, truth, write, when, **rest):
        part, step = when
        key = f"day{len(self.letters):04}"
        letter = Letter(key, self.story, part, step, sender, truth, write, **rest)
        self.letters.append(letter)
        return letter

    def pick(self, wanted):
        """A letter so far that is as wanted, or None."""
        found = [letter for letter in self.letters if wanted(letter)]
        return self.rng.choice(found) if found else None
