"""Includes point downwards only, foreign libraries have one door each, syncs one file.

The table is the house's: which box may include what. A box is the longest entry that a
file's path begins with; it may always include itself."""

import re

import tree

TEXT = ("parsers/text/",)
# What the airlock's two sides say to each other, and the values it carries.
FACTS = TEXT + ("parsers/imap/", "parsers/report/", "parsers/mail/message_facts.h",
                "parsers/document/document_facts.h",
                "parsers/container/container_facts.h")
VALUES = TEXT + ("parsers/report/report.h", "parsers/mail/message_facts.h",
                 "parsers/document/document_facts.h",
                "parsers/container/container_facts.h")
DECISIONS = ("intake/decide/decision.h", "intake/decide/evidence.h", "intake/decide/history.h")
DNS = ("intake/decide/dns_answers.h", "intake/decide/dns_name.h", "intake/decide/dmarc.h")
WALK = FACTS + ("config/", "spool/", "intake/link/") + DECISIONS

MAY_INCLUDE = {
    "parsers/text/": (),
    "parsers/mail/": TEXT,
    "parsers/document/": TEXT,
    "parsers/container/": TEXT + ("parsers/mail/message_facts.h", "parsers/mail/sniff.h",
                                  "parsers/mail/charset.h"),
    "parsers/imap/": TEXT,
    "parsers/report/": VALUES,
    "parsers/cell/": TEXT,
    "parsers/": ("parsers/",),
    "config/": TEXT,
    "spool/": TEXT,
    "intake/decide/": VALUES + ("config/",),
    "intake/link/": TEXT + ("config/",),
    "intake/fetch/": WALK,
    "intake/learn/": WALK + DNS + ("parsers/cell/protocol.h", "intake/decide/proofs.h",
                                    "intake/decide/scans.h"),
    "intake/answer/": WALK,
    "intake/operate/": FACTS + ("config/", "spool/", "intake/decide/", "intake/link/"),
    "intake/console/": FACTS + ("config/", "spool/", "intake/decide/", "intake/link/"),
    "intake/": TEXT + ("parsers/imap/", "parsers/report/", "config/", "spool/", "intake/",
                       "parsers/mail/message_facts.h", "parsers/document/document_facts.h",
                "parsers/container/container_facts.h"),
}

FOREIGN = {
    r"json-glib/": ("parsers/text/json",),
    r"gmime/": ("parsers/mail/", "intake/answer/"),
    r"unicode/": ("parsers/mail/look",),
    r"openssl/": ("parsers/text/digest", "parsers/mail/", "intake/learn/", "intake/link/"),
    r"(mupdf|poppler|archive|libxml|magic\.h|archive_entry)": ("parsers/document/", "parsers/container/zip"),
    r"magic\.h": ("parsers/",),
    r"(seccomp\.h|linux/landlock\.h)": ("parsers/cell/",),
    r"curl/": ("intake/link/", "intake/fetch/", "intake/answer/"),
    r"unbound\.h": ("intake/learn/resolver_unbound", "intake/learn/unbound_result"),
    r"sqlite3\.h": ("spool/",),
    r"gio/": ("parsers/document/", "parsers/container/", "intake/"),
}
NOT_IN_DECIDE = r"\b(time|clock_gettime|gettimeofday|getenv|g_getenv|setlocale|fopen|open|" \
    r"g_get_real_time|g_get_monotonic_time|g_date_time_new_now\w*|g_file_get_contents|socket|" \
    r"g_random_\w+|rand)\s*\("
ONLY_IN_DURABLE = r"\b(fsync|fdatasync|syncfs|sync_file_range|rename|renameat2?|linkat?)\s*\("


def code(path):
    """The text without comments and strings, so that prose may name what code may not."""
    bare = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), tree.text(path), flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', re.sub(r"//[^\n]*", "", bare))


def box_of(path):
    return max((box for box in MAY_INCLUDE if path.startswith(box)), key=len)


def check_own(path, included):
    box = box_of(path)
    if "/" not in included:
        return f'"{included}": write the path from the root'
    # A box that has boxes of its own below it includes itself only as far as it is not theirs.
    own = included.startswith(box) and box_of(included) == box
    if not own and not any(included.startswith(a) for a in MAY_INCLUDE[box]):
        return f'"{included}": {box} may not include it'
    return None


def check_foreign(path, included):
    doors = [doors for pattern, doors in FOREIGN.items() if re.match(pattern, included)]
    if doors and not any(path.startswith(door) for some in doors for door in some):
        return f"<{included}>: its door is {', '.join(doors[0])}"
    return None


def check(path):
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        if own := re.match(r'\s*#\s*include\s+"([^"]+)"', line):
            problem = check_own(path, own[1])
        elif foreign := re.match(r"\s*#\s*include\s+<([^>]+)>", line):
            problem = check_foreign(path, foreign[1])
        else:
            continue
        if problem:
            yield f"{path}:{number}: {problem}"


def check_calls(path, pattern, why):
    for number, line in enumerate(code(path).splitlines(), 1):
        if call := re.search(pattern, line):
            yield f"{path}:{number}: {call[1]}(): {why}"


def main():
    paths = tree.files(".c", ".h", under=tree.BOXES)
    problems = [problem for path in paths for problem in check(path)]
    for path in paths:
        if path.startswith("intake/decide/"):
            problems += check_calls(path, NOT_IN_DECIDE, "the decision is pure")
        elif not path.startswith("spool/durable_file."):
            problems += check_calls(path, ONLY_IN_DURABLE, "only spool/durable_file.c does that")
    tree.finish(problems, f"{len(paths)} files include downwards only")


if __name__ == "__main__":
    main()
