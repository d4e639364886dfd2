"""What lodge says, and whom it wrote to, against the truth of a day's traffic (day.py): lines of words, none when
all is right."""

from collections import Counter, defaultdict
from datetime import datetime

from day_post import message_id


def _instant(step):
    return datetime.strptime(step, "%Y-%m-%d %H:%M:%S").strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _timeliness(letter):
    return "late" if letter.is_late else "on-time"


class Truths:
    """keys: {SHA-256 of a message as it lies in the mailbox: key of its letter}."""

    def __init__(self, day, keys, entries):
        self.day, self.keys, self.entries = day, keys, entries
        self.by_key = {letter.key: letter for letter in day.letters}
        self.roots = [letter for letter in day.letters if letter.root is None]
        self.wrong = []

    def _differs(self, letter, what, seen, true, entry=None):
        if seen != true:
            codes = [finding["code"] for finding in entry["findings"]] if entry else ""
            reference = entry["reference"] if entry else ""
            self.wrong.append(f"{letter.key} ({letter.story}, {letter.step}): {what} is {seen}, not"
                              f" {true} {reference} {codes}")

    def letter_of(self, entry):
        return self.by_key[self.keys[entry["message_sha256"]]]

    # ---- mail by mail ----

    def differences(self):
        self.wrong = []
        groups = defaultdict(list)
        for entry in self.entries:
            if entry["message_sha256"] not in self.keys:
                self.wrong.append(f"{entry['reference']} is listed and was never sent")
                continue
            letter = self.letter_of(entry)
            groups[letter.root or letter.key].append(entry)
            self._differs(letter, "received", entry["received_at"], _instant(letter.step), entry)
            self._differs(letter, "source", entry["received_source"], "border-hop", entry)
            self._differs(letter, "timeliness", entry["timeliness"], _timeliness(letter), entry)
        for root in self.roots:
            self._compare(root, groups[root.key])
        return self.wrong

    def _compare(self, root, entries):
        """The copies of one mail: one is what it is, the others are copies of that one."""
        copies = sum(len(letter.to) for letter in self.day.letters
                     if root.key in (letter.key, letter.root))
        self._differs(root, "number of messages", len(entries), copies)
        first = [entry for entry in entries if entry["outcome"] != "duplicate"]
        self._differs(root, "number of those that are no copies", len(first), 1)
        if len(first) != 1:
            return
        entry, truth = first[0], root.truth
        self._differs(root, "outcome", entry["outcome"], truth.outcome, entry)
        due = [(truth.receipt, "sent", root.sender.mail)] if truth.receipt else []
        self._differs(root, "receipts", [(r["kind"], r["state"], r["to"]) for r in entry["receipts"]],
                      due, entry)
        if truth.council:
            self._differs(root, "council", entry["council"], truth.council, entry)
        codes = [finding["code"] for finding in entry["findings"]]
        if truth.finding and truth.finding not in codes:
            self._differs(root, "findings", codes, truth.finding, entry)
        for copy in entries:
            if copy is not entry:
                self._differs(root, "copy of", copy["duplicate_of"], entry["reference"], copy)
                self._differs(root, "a copy's receipts", copy["receipts"], [], copy)

    # ---- council by council ----

    def filed(self):
        """{gss: letters filed for it, the last received last}."""
        found = defaultdict(list)
        for letter in sorted(self.roots, key=lambda letter: letter.step):
            if letter.truth.outcome == "accepted":
                found[letter.truth.council].append(letter)
        return found

    def council_differences(self, status):
        """status: the call's object of `status --json`."""
        self.wrong = []
        filed = self.filed()
        versions = defaultdict(list)
        for entry in self.entries:
            if entry["version"]:
                versions[entry["council"]].append(entry["version"])
        for council in status["councils"]:
            letters = filed.get(council["council"], [])
            found = sorted(versions[council["council"]])
            if found != list(range(1, len(letters) + 1)):
                self.wrong.append(f"{council['name']}: versions {found}, and {len(letters)} were sent")
            seen = tuple(council[key] for key in ("state", "received_at", "timeliness"))
            true = (("filed", _instant(letters[-1].step), _timeliness(letters[-1])) if letters
                    else ("missing", None, None))
            if seen != true:
                self.wrong.append(f"{council['name']}: current is {seen}, not {true}")
        late = sum(letters[-1].is_late for letters in filed.values())
        totals = {"councils": len(status["councils"]), "filed": len(filed), "late": late,
                  "on_time": len(filed) - late, "missing": len(status["councils"]) - len(filed)}
        if status["totals"] != totals:
            self.wrong.append(f"totals are {status['totals']}, not {totals}")
        return self.wrong

    # ---- receipt by receipt ----

    def due(self):
        """Counter of (address, Message-ID that it answers)."""
        return Counter((root.sender.mail, message_id(root)) for root in self.roots
                       if root.truth.receipt)
