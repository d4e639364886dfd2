"""What a story expects against what the programs say and what really arrived."""

import datetime
import email
import email.policy
import re

import scenario
from scenario_mail import COUNCILS

PRAISE = r"\b(is|was|has been) (accepted|approved|valid|compliant)\b"


def judge(play):
    entries = {entry["message_sha256"]: entry for entry in play.world.list(play.conf)}
    wrong = []
    for id, mail in play.mails.items():
        if id not in play.raw:
            wrong.append(f"{id}: no step delivers it")
        elif "ignored" not in mail["expect"]:
            wrong += _judge_mail(play, id, play.entry(id))
    expected = sum("ignored" not in mail["expect"] for mail in play.mails.values())
    wrong += _differences("lodge list", "number of messages", len(entries), expected)
    return wrong + _judge_mailboxes(play)


def _differences(id, what, seen, expected):
    return [] if seen == expected else [f"{id}: {what} is {seen!r}, not {expected!r}"]


# ---- the decision ----

def _instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _finding(finding, expected):
    """The code; with its severity where the story gives one: "late/hold"."""
    code = finding["code"]
    is_graded = any(one.startswith(code + "/") for one in expected)
    return f"{code}/{finding['severity']}" if is_graded else code


def _gss(slug):
    return COUNCILS[slug].gss if slug in COUNCILS else slug or None


def _seen(entry, decision, expect):
    """Every key that a story may expect, as it came out."""
    mends = decision["mends"] or {}
    return {
        "outcome": entry["outcome"],
        "kind": decision["kind"],
        "timeliness": entry["timeliness"],
        "council": entry["council"],
        "version": entry["version"] or 0,
        "current": decision["current"],
        "authority": decision["authority"]["result"],
        "source": entry["received_source"],
        "received": _instant(entry["received_at"]),
        "findings": sorted(_finding(f, expect["findings"]) for f in decision["findings"]),
        "may_answer": decision["may_answer"],
        "duplicate_of": entry["duplicate_of"],
        "mends": mends.get("reference"),
        "by": mends.get("by"),
        "counts": mends.get("counts"),
        "documents": [[d["name"], d["role"]] for d in entry["documents"]],
        "folders": sorted(at["folder"] for at in entry["locations"]),
    }


def _wanted(play, expect):
    wanted = {key: value for key, value in expect.items() if key != "receipt"}
    wanted.setdefault("mends", False)
    wanted["council"] = _gss(wanted["council"])
    wanted["findings"] = sorted(wanted["findings"])
    wanted.setdefault("version", 0)
    for key in ("duplicate_of", "mends"):
        if key in wanted:
            wanted[key] = play.reference(wanted[key]) if wanted[key] else None
    return wanted


def _judge_mail(play, id, entry):
    expect = play.mails[id]["expect"]
    shown = play.show(entry["reference"])
    entry, decision = shown["message"], shown["decision"]
    if decision is None:
        return [f"{id}: still {entry['state']}"]
    seen = _seen(entry, decision, expect)
    wrong = [line for key, value in _wanted(play, expect).items()
             for line in _differences(id, key, seen[key], value)]
    return wrong + _judge_receipts(play, id, entry, decision["authority"]["address"])


# ---- the receipt that arrived ----

def _told(text):
    return " ".join(text.split())


def _judge_receipts(play, id, entry, sender):
    expected = scenario.receipts(play.mails[id]["expect"])
    owed = [(r["kind"], r["to"], r["state"]) for r in entry["receipts"]]
    wrong = _differences(id, "receipts", owed,
                         [(one["kind"], one.get("to", sender), "sent") for one in expected])
    if wrong:
        return wrong
    for number, receipt in enumerate(expected, 1):
        message_id = f"receipt.{entry['reference']}.{number}@{play.domain}"
        play.sent.append((message_id, owed[number - 1][1]))
        wrong += _judge_receipt(play, id, receipt, entry)
    return wrong


def _judge_receipt(play, id, expected, entry):
    message_id, to = play.sent[-1]
    raw = play.receipts(to, sum(1 for _, address in play.sent if address == to)).get(message_id)
    if raw is None:
        return [f"{id}: its receipt did not arrive in the mailbox of {to}"]
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    text = mail.get_body(("plain",)).get_content()
    told = _told(text)
    whole = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    wrong = [f"{id}: the receipt does not say: {words}"
             for words in map(play.fill, expected.get("says", [])) if _told(words) not in told]
    wrong += [f"{id}: the receipt says: {words!r}"
              for words in expected.get("not", []) if words in told or words in whole]
    wrong += _judge_form(id, mail, text, entry, to)
    return [*wrong, text] if wrong else []


def _judge_form(id, mail, text, entry, to):
    """What holds for every receipt (RFC 3834), whatever it is about."""
    reference, answers = entry["reference"], entry["message_id"]
    checks = [
        ("To", str(mail["To"]), to),
        ("Auto-Submitted", str(mail["Auto-Submitted"]).partition(";")[0], "auto-replied"),
        ("In-Reply-To", mail["In-Reply-To"] and str(mail["In-Reply-To"]), answers and f"<{answers}>"),
        ("reference in the text", f"Reference: {reference}" in text, True),
        ("no view", "This receipt is not a view on the plan." in text, True),
        ("praise", re.findall(PRAISE, text.lower()), []),
        ("longest line", max(map(len, text.splitlines())) <= 72, True),
        ("envelope", str(mail["Return-Path"]).startswith(f"<receipts+{reference}"), True),
        ("Cc and Bcc", [mail["Cc"], mail["Bcc"]], [None, None]),
    ]
    return [line for what, seen, expected in checks
            for line in _differences(f"{id}, its receipt", what, seen, expected)]


def _judge_mailboxes(play):
    wrong = []
    for address in sorted({address for _, address in play.sent}):
        expected = sorted(message for message, to in play.sent if to == address)
        wrong += _differences(address, "receipts", sorted(play.receipts(address, len(expected))), expected)
    return wrong
