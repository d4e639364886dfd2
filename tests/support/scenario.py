"""The stories of tests/scenarios: what story.toml may say, read and checked.

    python3 tests/support/scenario.py      lists all stories by theme

A word that is not known here is refused: an expectation that is spelt wrongly would never be looked at."""

import datetime
import os
import tomllib
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "tests", "scenarios")
THEMES = {
    "kind": "What kind of mail it is",
    "who": "Who sent it, and what proves it",
    "spoof": "Tricks of a forger with names, fields and results",
    "answer": "Whom we answer",
    "clock": "Which clock counts",
    "version": "The same again, and new versions",
    "mend": "Mending what was held or rejected",
    "file": "What is attached, and what is not",
    "people": "People in the same mailbox",
    "order": "What an operator orders",
}
STORY = {"title", "tells", "world", "mail", "steps"}
WORLD = {"call", "register", "settings"}
MAIL = {"id", "from", "to", "subject", "subject_times", "date", "message_id", "headers", "text", "uuencoded", "html", "attach",
        "multipart", "boundary", "file", "receipt_of", "copy_of", "at", "stored", "proof", "trace",
        "return_path", "delivered_to", "folder", "flags", "expect"}
EXPECT = {"outcome", "kind", "timeliness", "council", "version", "current", "authority",
          "source", "received", "findings", "may_answer", "duplicate_of", "mends", "by", "counts",
          "documents", "receipt", "folders"}
REQUIRED = {"outcome", "kind", "timeliness", "council", "findings", "may_answer"}
RECEIPT = {"kind", "to", "says", "not"}
STEPS = {"deliver": None, "once": 0, "run": None, "move": 2, "copy": 2, "flag": 2, "delete": 1,
         "renumber": 1}


@dataclass(frozen=True)
class Story:
    name: str
    title: str
    world: dict
    mails: list
    steps: list

    def read(self, file):
        with open(os.path.join(FOLDER, self.name, file), encoding="utf-8") as stream:
            return stream.read()


def receipts(expect):
    """All that are expected, in order: one table or several."""
    expected = expect.get("receipt", [])
    return [expected] if isinstance(expected, dict) else expected


def _refuse(place, words):
    raise ValueError(f"tests/scenarios/{place}: {words}")


def _check(place, table, known, required=()):
    if unknown := set(table) - known:
        _refuse(place, f"unknown: {', '.join(sorted(unknown))}")
    if missing := set(required) - set(table):
        _refuse(place, f"missing: {', '.join(sorted(missing))}")


def _check_expectation(place, expect):
    if "ignored" in expect:
        return _check(place, expect, {"ignored"})
    _check(place, expect, EXPECT, REQUIRED)
    for receipt in receipts(expect):
        _check(place, receipt, RECEIPT, {"kind"})
    if expect["may_answer"] == "yes" and not receipts(expect):
        _refuse(place, "we may answer: a receipt is expected")


def _check_mail(place, mail):
    _check(place, mail, MAIL, {"id", "expect"})
    if len({"from", "file", "receipt_of", "copy_of"} & set(mail)) != 1:
        _refuse(place, "a mail has one of from, file, receipt_of, copy_of")
    for key in ("at", "stored"):
        when = mail.get(key)
        if when and (not isinstance(when, datetime.datetime) or when.tzinfo is None):
            _refuse(place, f"{key} must be a time with its offset, like 2024-07-19T23:59:59+01:00")
    if "trace" in mail and "stored" not in mail:
        _refuse(place, "a trace that is written out needs stored")
    _check_expectation(place, mail["expect"])


def _check_steps(place, steps):
    for word, *arguments in steps:
        if word not in STEPS or STEPS[word] not in (None, len(arguments)):
            _refuse(place, f"no step: {word} {arguments}")


def load(name):
    place = f"{name}/story.toml"
    with open(os.path.join(FOLDER, place), "rb") as file:
        told = tomllib.load(file)
    _check(place, told, STORY, {"title", "mail"})
    _check(place, told.get("world", {}), WORLD)
    if name.partition("-")[0] not in THEMES:
        _refuse(place, f"the folder's name begins with a theme: {', '.join(THEMES)}")
    mails = [dict(mail, id=mail.get("id", f"mail{number}"))
             for number, mail in enumerate(told["mail"], 1)]
    for mail in mails:
        _check_mail(f"{place}, {mail['id']}", mail)
    steps = told.get("steps") or [["deliver", *[m["id"] for m in mails]], ["once"]]
    _check_steps(place, steps)
    return Story(name, told["title"], told.get("world", {}), mails, steps)


def load_all():
    return [load(name) for name in sorted(os.listdir(FOLDER))
            if os.path.isdir(os.path.join(FOLDER, name))]


def main():
    stories = load_all()
    for theme, title in THEMES.items():
        print(f"\n{title}\n")
        for story in stories:
            if story.name.partition("-")[0] == theme:
                print(f"  {story.name}\n      {story.title}")
    print(f"\n{len(stories)} stories")


if __name__ == "__main__":
    main()
