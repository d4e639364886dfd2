"""The project's own files, for the checks of this folder."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOXES = ("config", "parsers", "spool", "intake")
SKIPPED = {".git", "build", "__pycache__"}


def files(*suffixes, under=("",)):
    """Paths relative to the root, sorted, of files that end in one of the suffixes."""
    found = []
    for start in under:
        for folder, folders, names in os.walk(os.path.join(ROOT, start)):
            folders[:] = [f for f in folders if f not in SKIPPED and not f.startswith("build")]
            found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names
                      if name.endswith(suffixes)]
    return sorted(found)


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def finish(problems, done):
    """Says what was found; exit code 1 when something was."""
    for problem in problems:
        print(problem)
    print(done if not problems else f"{len(problems)} problems")
    sys.exit(1 if problems else 0)
