"""Every test that tests/faults.md names is there."""

import os
import re

import tree

TABLE = "tests/faults.md"
NAMED = re.compile(r"`([\w./-]+\.(?:c|py|toml)):([^`]+)`")


def is_in(name, text):
    """As a whole word, not as the beginning of another name."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def check_row(number, line):
    named = NAMED.findall(line)
    if line.startswith("| ") and not named and "not shown" not in line and "shown by" not in line:
        yield f"{TABLE}:{number}: names no test and no reason why there is none"
    for path, name in named:
        path = "tests/" + path
        if not os.path.exists(os.path.join(tree.ROOT, path)):
            yield f"{TABLE}:{number}: {path} is not there"
        elif not is_in(name, tree.text(path)):
            yield f"{TABLE}:{number}: {path} has no {name}"


def main():
    problems = [problem for number, line in enumerate(tree.text(TABLE).splitlines(), 1)
                for problem in check_row(number, line)]
    tree.finish(problems, "every fault has its test")


if __name__ == "__main__":
    main()
