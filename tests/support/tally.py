"""tally.py DIR: counts what the TAP files and ctest's JUnit files in DIR say.

Prints what failed and then, on a line of its own, `N passed, N failed, N skipped`; exit code 1 when
something failed or nothing was run. A cmocka program counts with its cases; one that failed without a failed
case (a crash, a sanitizer's finding, a time-out) counts as one failure."""

import glob
import os
import re
import sys
import xml.etree.ElementTree


def cases(output, word):
    return sum(int(n) for n in re.findall(rf"\[\s*{word}\s*\] (\d+) test\(s\)", output))


def count_ctest(path):
    passed = failed = skipped = 0
    names = []
    preset = os.path.basename(path).removeprefix("ctest-").removesuffix(".xml")
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        good, bad = cases(output, "PASSED"), cases(output, "FAILED")
        if case.get("status") != "run":
            bad = max(bad, 1)
        elif good + bad + cases(output, "SKIPPED") == 0:
            good = 1
        if bad:
            names.append(f"{case.get('name')} ({preset})")
        passed, failed, skipped = passed + good, failed + bad, skipped + cases(output, "SKIPPED")
    return passed, failed, skipped, names


def count_tap(path):
    passed = failed = skipped = 0
    names = []
    with open(path, errors="replace") as file:
        for line in file:
            if line.startswith("ok") and " # SKIP" in line:
                skipped += 1
            elif line.startswith("ok"):
                passed += 1
            elif line.startswith("not ok"):
                failed += 1
                names.append(line.strip().removeprefix("not ok").lstrip(" 0123456789-"))
    if passed + failed + skipped == 0:
        failed, names = 1, [f"{os.path.basename(path)}: nothing was run"]
    return passed, failed, skipped, names


def main():
    directory = sys.argv[1]
    counts = [count_ctest(p) for p in sorted(glob.glob(os.path.join(directory, "*.xml")))]
    counts += [count_tap(p) for p in sorted(glob.glob(os.path.join(directory, "*.tap")))]
    passed, failed, skipped = (sum(c[n] for c in counts) for n in range(3))
    for name in (name for c in counts for name in c[3]):
        print("failed: " + name)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(0 if failed == 0 and passed > 0 else 1)


if __name__ == "__main__":
    main()
