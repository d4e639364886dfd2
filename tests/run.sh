#!/bin/sh
# run.sh: every test, from a clean clone on a Debian 12 machine. The last line is
#
#     N passed, N failed, N skipped
#
# Installs what is missing; builds with warnings as errors and ASan+UBSan and runs the unit tests
# and the whole runs against real servers; builds the release and runs the sandbox, link and memory tests
# and the traffic of a deadline there; runs every fuzz target briefly; checks the style. LODGE_TEST_DATA
# names a folder of collected test data; without one the tests that need it are skipped and counted.
# LODGE_FUZZ_SECONDS (10): how long each fuzz target runs.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
if [ -z "${LODGE_TEST_DATA:-}" ] && [ -d "$root/../shared/data" ]; then
    LODGE_TEST_DATA=$(cd "$root/../shared/data" && pwd)
fi
[ -z "${LODGE_TEST_DATA:-}" ] || export LODGE_TEST_DATA
export PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
python=/usr/bin/python3

sh tests/support/packages.sh build tests
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM

heading()
{
    printf '\n== %s (%s s)\n' "$1" "$(($(date +%s) - began))"
}
began=$(date +%s)

# Configures and builds a preset, quietly unless it fails: nothing can be tested then.
build()
{
    heading "build: $1"
    if ! { cmake --preset "$1" && cmake --build --preset "$1"; } >"$results/build-$1.log" 2>&1; then
        cat "$results/build-$1.log"
        echo "not ok - build $1" >"$results/build-$1.tap"
        $python tests/support/tally.py "$results"
        exit 1
    fi
}

unit_tests()
{
    heading "unit tests: $1"
    ctest --preset "$1" --parallel 2 --output-junit "$results/ctest-$1.xml" \
        --test-output-size-passed 1048576 --test-output-size-failed 1048576 \
        --output-on-failure --progress || true
}

# whole_runs PRESET [module...]
whole_runs()
{
    preset=$1
    shift
    heading "whole runs: $preset $*"
    LODGE_BUILD="$root/build/$preset" $python tests/support/whole_run.py "$@" \
        >"$results/whole-$preset.tap" 2>&1 || true
    cat "$results/whole-$preset.tap"
}

# style NAME COMMAND...: one TAP line; exit code 77 is a skip.
style()
{
    name=$1
    shift
    code=0
    "$@" >"$results/style.log" 2>&1 || code=$?
    case $code in
    0) echo "ok - style: $name: $(tail -n 1 "$results/style.log")" ;;
    77) echo "ok - style: $name # SKIP $(tail -n 1 "$results/style.log")" ;;
    *)
        echo "not ok - style: $name"
        sed 's/^/# /' "$results/style.log"
        ;;
    esac | tee -a "$results/style.tap"
}

build asan
unit_tests asan
whole_runs asan

build release
unit_tests release
whole_runs release test_story test_volume test_day test_crash_sweep test_descriptors test_surroundings test_purge

build fuzz
heading "fuzz targets, ${LODGE_FUZZ_SECONDS:-10} s each"
$python tests/support/fuzz.py "$root/build/fuzz" "${LODGE_FUZZ_SECONDS:-10}" \
    >"$results/fuzz.tap" 2>&1 || true
cat "$results/fuzz.tap"

heading "style"
for check in includes words functions registered faults; do
    style "$check" $python "tests/style/check_$check.py"
done
style links $python tests/style/check_links.py "$root/build/release"
style format sh tests/style/check_format.sh

heading "all"
$python tests/support/tally.py "$results"
