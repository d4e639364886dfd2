"""Sends a day's traffic (day.py) through the border, each letter in its second, over a few connections at once."""

import email
import email.policy
import itertools
from concurrent.futures import ThreadPoolExecutor

CONNECTIONS = 4
READ, COPIED, JUNK = "Read by Sam", "For the Minister", "Junk"


class Postman:
    def __init__(self, world, day):
        self.world, self.day = world, day
        self.sent = 0
        self.by_key = {letter.key: letter for letter in day.letters}

    def deliver(self, part, receipts_sent):
        """All letters of a part; they are in the mailbox when it returns. receipts_sent: those so far."""
        self.world.await_delivered(self.sent + receipts_sent)
        letters = [letter for letter in self.day.letters if letter.part == part]
        receipts = self._find_receipts(letters)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for step, batch in itertools.groupby(letters, lambda letter: letter.step):
                self.world.clock(step, stands=True)
                self.sent += sum(pool.map(lambda letter: self._send(letter, receipts), batch))
                # Nothing may be on its way when the clock jumps: it would be stamped hours later.
                self.world.await_delivered(self.sent + receipts_sent)

    def _send(self, letter, receipts):
        """One mail for each of its addresses, as the sender's server may well do."""
        message = letter.message(receipts.get(letter.answers))
        for to in letter.to:
            self.world.send(letter.sender, message, to, letter.envelope)
        return len(letter.to)

    def _find_receipts(self, letters):
        """{key: the receipt for that letter, as its sender has it}, for those that are answered."""
        found = {}
        for letter in letters:
            if letter.answers is None:
                continue
            answered = self.by_key[letter.answers]
            receipt, = [mail for mail in self.mails(answered.sender.mail)
                        if mail["In-Reply-To"] == message_id(answered)]
            found[answered.key] = receipt
        return found

    def mails(self, address):
        return [email.message_from_bytes(raw, policy=email.policy.SMTP)
                for _, raw in self.world.messages(address)]

    # ---- people in the same mailbox ----

    def tidy(self, part, count):
        """Colleagues move some letters, copy some, and take some for spam."""
        repeated = {letter.root for letter in self.day.letters}
        alone = [l for l in self.day.letters if l.part == part and l.root is None and len(l.to) == 1
                 and l.message_id is None and l.answers is None and l.key not in repeated]
        chosen = self.day.rng.sample(alone, min(len(alone), 3 * count))
        moved, copied, junk = chosen[0::3], chosen[1::3], chosen[2::3]
        for letters, folder, verb in ((moved, READ, "MOVE"), (copied, COPIED, "COPY"),
                                      (junk, JUNK, "MOVE")):
            for letter in letters:
                self.world.move(self.world.user, message_id(letter), folder, verb)


def message_id(letter):
    """As it stands in the field; those of receipts that come back have their own."""
    return f"<{letter.message_id or letter.key}@{letter.sender.domain}>"
