"""Every test and story that tests/faults.md and tests/traps.md name is there."""

import os
import re

import tree

TABLES = ("tests/faults.md", "tests/traps.md")
NAMED = re.compile(r"`([\w./-]+\.(?:c|py|toml)):([^`]+)`")
STORY = re.compile(r"`(scenarios/[\w-]+)`")


def is_in(name, text):
    """As a whole word, not as the beginning of another name."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def check_row(table, number, line):
    named, stories = NAMED.findall(line), STORY.findall(line)
    if line.startswith("| ") and not named + stories and "not shown" not in line and "shown by" not in line:
        yield f"{table}:{number}: names no test and no reason why there is none"
    for story in stories:
        if not os.path.exists(os.path.join(tree.ROOT, "tests", story, "story.toml")):
            yield f"{table}:{number}: there is no story tests/{story}"
    for path, name in named:
        path = "tests/" + path
        if not os.path.exists(os.path.join(tree.ROOT, path)):
            yield f"{table}:{number}: {path} is not there"
        elif not is_in(name, tree.text(path)):
            yield f"{table}:{number}: {path} has no {name}"


def main():
    problems = [problem for table in TABLES
                for number, line in enumerate(tree.text(table).splitlines(), 1)
                for problem in check_row(table, number, line)]
    tree.finish(problems, "every fault and every trap has its test")


if __name__ == "__main__":
    main()
