"""Every source is built, every test and fuzz target registered, every box has its README."""

import os
import re

import tree


def registrations():
    return "\n".join(tree.text(path) for path in tree.files("CMakeLists.txt", ".cmake"))


def check_sources(cmake):
    """A .c is named in the CMakeLists.txt of its folder or of one above it."""
    for path in tree.files(".c", under=tree.BOXES):
        parts = path.split("/")
        listed = any(
            re.search(rf"(?<![\w/]){re.escape('/'.join(parts[depth:]))}\b",
                      tree.text(os.path.join(*parts[:depth], "CMakeLists.txt")))
            for depth in range(1, len(parts))
            if os.path.exists(os.path.join(tree.ROOT, *parts[:depth], "CMakeLists.txt")))
        if not listed:
            yield f"{path}: not built: name it in its folder's CMakeLists.txt"


def is_test_registered(path, cmake):
    """By its path, or by its module's name in the loop of the tests.cmake beside it."""
    if path[len("tests/"):-len(".c")] in cmake:
        return True
    beside = os.path.join(os.path.dirname(path), "tests.cmake")
    module = os.path.basename(path)[len("test_"):-len(".c")]
    return os.path.exists(os.path.join(tree.ROOT, beside)) and \
        re.search(rf"foreach\([^)]*\b{module}\b", tree.text(beside)) is not None


def check_tests(cmake):
    for path in tree.files(".c", under=("tests",)):
        name = os.path.basename(path)
        if name.startswith("test_") and not is_test_registered(path, cmake):
            yield f"{path}: not registered: add lodge_test() to the tests.cmake beside it"
        if name.startswith("fuzz_") and name not in cmake:
            yield f"{path}: not registered: add lodge_fuzz() to a tests.cmake"


def check_readmes():
    boxes = {os.path.dirname(path) for path in tree.files(".c", ".h", under=tree.BOXES)}
    for box in sorted(boxes | {"", "tests"}):
        readme = os.path.join(box, "README.md")
        if not os.path.exists(os.path.join(tree.ROOT, readme)):
            yield f"{readme}: missing"
        elif box and tree.text(readme).count("\n") > 60:
            yield f"{readme}: over 60 lines"


def main():
    cmake = registrations()
    problems = [*check_sources(cmake), *check_tests(cmake), *check_readmes()]
    tree.finish(problems, "every source, test and fuzz target is registered")


if __name__ == "__main__":
    main()
