"""No notes to ourselves, no paths of somebody's machine, no tabs or blanks at line ends."""

import re

import tree

NOTES = r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b"
MACHINES = r"(?<![\w.])/(home|root|work|Users)/\w"
# A mail program numbers the parts of a message so; our own pages show one.
TRACKER = r"\b[Ii]ssue #?\d|(?<![\w&])(?<!Attachment )#\d{1,4}\b(?!\s*(include|define))"
SUFFIXES = (".c", ".h", ".py", ".sh", ".md", ".cmake", ".txt", ".conf", ".call", ".register",
            ".json", ".service", ".1", ".5", ".in")
# Strangers' mails and documents keep their bytes, whatever they say.
KEPT = ("tests/data/", "tests/scenarios/")


def check(path):
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        place = f"{path}:{number}"
        if found := re.search(NOTES, line):
            yield f"{place}: {found[0]}: do it, or say what is missing and why"
        if found := re.search(MACHINES, line):
            yield f"{place}: {found[0]}…: a path of one machine"
        if path.endswith((".c", ".h", ".md")) and (found := re.search(TRACKER, line)):
            yield f"{place}: {found[0]}: say the thing itself, not its number"
        if line != line.rstrip() and not path.endswith(".md"):
            yield f"{place}: blanks at the end of the line"
        if "\t" in line and path.endswith((".c", ".h", ".py")):
            yield f"{place}: a tab"


def main():
    paths = [p for p in tree.files(*SUFFIXES) if not p.startswith(KEPT)]
    problems = [problem for path in paths for problem in check(path)]
    tree.finish(problems, f"{len(paths)} files speak of the project alone")


if __name__ == "__main__":
    main()
