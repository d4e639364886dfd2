#!/bin/sh
# demo.sh [--keep]: lodge's main job, from councils' mail to filed plans and receipts.
#
# On a Debian 12 machine with nothing but this clone: installs what is missing, builds, starts a
# private Dovecot and a private Postfix on loopback, sends nineteen mails, runs `lodge once` and shows
# what became of them. Checks itself: exit code 1 when a council's state is not the true one.
# One temporary directory; servers and directory are gone at the end, unless --keep.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
keep=""
case "${1:-}" in
"") ;;
--keep) keep=--keep ;;
*)
    echo "usage: sh tests/demo.sh [--keep]" >&2
    exit 2
    ;;
esac

sh "$root/tests/support/packages.sh" build tests
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building lodge (build/release) ..."
if ! { cmake --preset release && cmake --build --preset release; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
/usr/bin/python3 -B "$root/tests/support/demo.py" --build "$root/build/release" $keep
