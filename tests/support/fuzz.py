"""fuzz.py BUILD SECONDS: every fuzz target of the build for so long each, two at a time; TAP.

Corpora begin with tests/fuzz/corpus/NAME where there is one, and with those files of LODGE_TEST_DATA that
the target eats. What a target finds is kept in the build's folder and named."""

import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Which folders of the test data a target's name asks for; the first match counts.
SEEDS = [("imap", ["imap"]), ("pdf", ["pdf", "plans"]), ("zip", ["office", "plans"]),
         ("docx", ["office", "plans"]), ("odt", ["office", "plans"]),
         ("document", ["pdf", "office", "plans"]), ("authentication", ["authentication-results"]),
         ("dkim_canon", ["dkim/canonicalization"]), ("dkim", []),
         ("mail", ["mime"]), ("mime", ["mime"]), ("message", ["mime"]), ("received", ["mime"]),
         ("mbox", ["mime"]), ("register", ["register"])]
SEED_BYTES = 64 * 1024
SEED_FILES = 400


def seed(target, corpus):
    """Copies small files only: a fuzzer learns nothing more from large ones."""
    own = os.path.join(ROOT, "tests", "fuzz", "corpus", target)
    paths = glob.glob(os.path.join(own, "*"))
    data = os.environ.get("LODGE_TEST_DATA")
    folders = next((folders for word, folders in SEEDS if word in target), [])
    if data:
        paths += [path for folder in folders
                  for path in glob.glob(os.path.join(data, folder, "**", "*"), recursive=True)]
    paths = [p for p in sorted(paths) if os.path.isfile(p) and os.path.getsize(p) <= SEED_BYTES]
    for number, path in enumerate(paths[:SEED_FILES]):
        shutil.copy(path, os.path.join(corpus, f"{number:04d}"))


def run(program, seconds):
    target = os.path.basename(program)
    corpus = program + ".corpus"
    shutil.rmtree(corpus, ignore_errors=True)
    os.makedirs(corpus)
    seed(target, corpus)
    environment = dict(os.environ, G_SLICE="always-malloc",
                       ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
    done = subprocess.run(
        [program, "-seed=1", f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048",
         "-max_len=65536", "-print_final_stats=1", f"-artifact_prefix={program}.found-", corpus],
        capture_output=True, text=True, errors="replace", env=environment)
    runs = next((line.split()[-1] for line in done.stderr.splitlines()
                 if "number_of_executed_units" in line), "?")
    return target, done.returncode, runs, done.stderr


def main():
    build, seconds = sys.argv[1], int(sys.argv[2])
    programs = sorted(path for path in glob.glob(os.path.join(build, "tests", "fuzz_*"))
                      if os.path.isfile(path) and os.access(path, os.X_OK)
                      and "." not in os.path.basename(path))
    if not programs:
        sys.exit("fuzz.py: no fuzz targets in " + build)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for target, code, runs, log in pool.map(lambda p: run(p, seconds), programs):
            print(f"{'ok' if code == 0 else 'not ok'} - fuzz: {target}: {runs} runs", flush=True)
            if code != 0:
                bad += 1
                for line in log.splitlines()[-60:]:
                    print("# " + line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
