"""One letter of a day's traffic: who sends it when, how its bytes come about, and what must become of it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Callable

import post

DEPARTMENT = "communities.example"
PLANS = "plans@" + DEPARTMENT
LAST_SECOND, FIRST_LATE_SECOND = "2024-07-29 22:59:59", "2024-07-29 23:00:00"
SUMMER = timezone(timedelta(hours=1))


@dataclass(frozen=True)
class Truth:
    outcome: str
    receipt: str = None  # its kind; it goes to the sender
    council: str = None  # for whom it is filed or held; compared where it is set
    finding: str = None  # a code that must be among the findings
    kind: str = "submission"


@dataclass(frozen=True)
class Letter:
    key: str
    story: str  # who writes what, in words
    part: int  # 0: before lodge looks for the first time; 1: after it
    step: str  # the second, in UTC, in which the border takes it over
    sender: post.Sender
    truth: Truth
    write: Callable  # (key, date, receipt that it answers or None) -> bytes
    message_id: str = None  # when it is not that of the key
    envelope: str = None    # its sender, when it is not that of From
    to: tuple = (PLANS,)
    answers: str = None  # key of the letter whose receipt it answers
    root: str = None     # key of the letter of which it is a copy

    @property
    def date(self):
        arrived = datetime.strptime(self.step, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        return format_datetime((arrived - timedelta(minutes=4)).astimezone(SUMMER))

    @property
    def is_late(self):
        return self.step >= FIRST_LATE_SECOND

    def message(self, receipt=None):
        """With the line of the sender's own server on top, by which the letter is known again."""
        hop = (f"Received: from desk.{self.sender.domain} ([10.20.30.40]) by {self.sender.host}"
               f" with ESMTP id {self.key}; {self.date}\r\n")
        return hop.encode() + self.write(self.key, self.date, receipt)


def key_of(raw):
    """Of the letter whose bytes these are, however far they have come."""
    found = re.search(rb"(?m)^Received: from desk\.[^\r\n]* with ESMTP id (day\d+);", raw)
    return found[1].decode() if found else None
