#!/bin/sh
# Our C as clang-format 14 writes it with the tree's .clang-format.
set -eu
cd "$(dirname "$0")/../.."
command -v clang-format >/dev/null || { echo "no clang-format"; exit 77; }
find config parsers spool intake tests -name '*.[ch]' -print0 |
    xargs -0 clang-format --dry-run -Werror
echo "formatted as .clang-format says"
