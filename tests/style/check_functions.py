"""Functions: median at most 15 lines, nine of ten at most 40, none over 80; files at most 500.

A function that only maps (mostly `case` lines) may be longer. Lengths by universal-ctags."""

import shutil
import statistics
import subprocess
import sys

import tree

LONGEST, NINETIETH, MEDIAN, FILE = 80, 40, 15, 500


def functions(paths):
    """(lines, name, path, first line) of every function."""
    listed = subprocess.run(
        ["ctags", "-o", "-", "--languages=C", "--langmap=C:.c", "--kinds-C=f", "--fields=+ne",
         "--excmd=number", *paths], cwd=tree.ROOT, capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        if line.startswith("!"):
            continue
        name, path, *rest = line.split("\t")
        fields = dict(f.split(":", 1) for f in rest if ":" in f)
        first = int(fields["line"])
        yield int(fields.get("end", first)) - first + 1, name, path, first


def is_mapping(path, first, lines):
    body = tree.text(path).splitlines()[first - 1:first - 1 + lines]
    return sum(line.strip().startswith(("case ", "return ", "break")) for line in body) > lines / 2


def main():
    if not shutil.which("ctags"):
        print("SKIP: no ctags")
        sys.exit(77)
    paths = tree.files(".c", under=tree.BOXES)
    found = sorted(functions(paths), reverse=True)
    lengths = [lines for lines, *_ in found]
    problems = [f"{path}:{first}: {name} has {lines} lines, over {LONGEST}"
                for lines, name, path, first in found
                if lines > LONGEST and not is_mapping(path, first, lines)]
    problems += [f"{path}: {size} lines, over {FILE}"
                 for path in tree.files(".c", ".h", under=tree.BOXES)
                 if (size := tree.text(path).count("\n")) > FILE]
    median, ninetieth = statistics.median(lengths), statistics.quantiles(lengths, n=10)[8]
    if median > MEDIAN or ninetieth > NINETIETH:
        problems.append(f"median {median} (at most {MEDIAN}), ninetieth {ninetieth:.0f}"
                        f" (at most {NINETIETH})")
    tree.finish(problems, f"{len(found)} functions: median {median:.0f} lines,"
                          f" ninetieth percentile {ninetieth:.0f}, longest {lengths[0]}")


if __name__ == "__main__":
    main()
