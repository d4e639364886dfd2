#!/usr/bin/env python3
"""trace.py TRACE_CHILD: the order of the durable system calls, and each of them failing or killed.

1. Every file that is renamed into place was synced after its last write; the segment is renamed
   after the directories of its objects were synced; its own directory is synced after that, and
   before the index commits.
2. A failed fsync is never repeated on the same descriptor, is reported, and nothing is lost.
3. Killed at the Nth fsync, rename, write, unlink, for every N: the next run ends with the same
   messages, each once.

Exit status 77: strace is not here or may not trace.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

CHILD = sys.argv[1]
WANTED = 6
# Leaks cannot be looked for under a tracer.
ENV = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def fail(words):
    print("FAILED:", words)
    sys.exit(1)


def strace(arguments, directory, log):
    command = ["strace", "-f", "-y", "-s", "8", "-o", log, *arguments, CHILD, directory, str(WANTED)]
    return subprocess.run(command, env=ENV, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def child(*arguments):
    return subprocess.run([CHILD, *arguments], env=ENV, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def calls(log):
    """(name, arguments, result) in order of completion; calls that were interrupted are joined."""
    open_calls = {}
    for line in open(log, errors="replace"):
        pid, _, rest = line.rstrip("\n").partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            open_calls[pid] = rest[:-len("<unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed:
            rest = open_calls.pop(pid, "") + resumed.group(1)
        match = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)(.*)", rest)
        if match:
            yield match.group(1), match.group(2), int(match.group(3)), match.group(4)


def path_of(arguments):
    match = re.match(r"\d+<([^>]*)>", arguments)
    return match.group(1) if match else None


def check_order(directory, log):
    dirty, synced_directories, renamed, unsynced_journal = set(), set(), 0, False
    pending_directories = set()
    commits = 0
    root = os.path.realpath(directory)
    for name, arguments, result, _ in calls(log):
        path = path_of(arguments)
        relative = os.path.relpath(path, root) if path and path.startswith(root) else None
        if name in ("write", "pwrite64") and result > 0 and relative:
            if relative.startswith("incoming/"):
                dirty.add(relative)
            elif relative == "ledger.db-wal" and unsynced_journal:
                fail("the index was written before the journal's directory was synced")
        elif name in ("fsync", "fdatasync") and result == 0 and relative:
            dirty.discard(relative)
            pending_directories.discard(relative)
            if relative == "journal":
                unsynced_journal = False
        elif name.startswith("rename") and result == 0:
            names = re.findall(r'"([^"]*)"', arguments)
            source, target = names[0], names[-1]
            if source in dirty:
                fail(f"{source} was renamed before it was synced")
            renamed += 1
            if target.startswith("objects/"):
                pending_directories.add(os.path.dirname(target))
            elif target.startswith("journal/"):
                if pending_directories:
                    fail(f"{target} was renamed before {pending_directories} were synced")
                unsynced_journal = True
                commits += 1
    if unsynced_journal:
        fail("the journal's directory was not synced at the end")
    if commits != WANTED // 2 or renamed < WANTED:
        fail(f"{commits} segments and {renamed} renames are not what was asked for")
    print(f"order: {renamed} renames, {commits} segments")


def check_sound(directory, what):
    checked = child(directory, "check")
    if checked.returncode != 0 or checked.stdout.strip() != str(WANTED):
        fail(f"{what}: {checked.stderr or checked.stdout}")


def finish(directory, what):
    """The next run, undisturbed."""
    again = child(directory, str(WANTED))
    if again.returncode != 0:
        fail(f"{what}: the next run says: {again.stderr}")
    check_sound(directory, what)
    left = os.listdir(os.path.join(directory, "incoming"))
    if left:
        fail(f"{what}: incoming/ holds {left}")


def check_no_second_sync(log):
    failed = set()
    for name, arguments, result, rest in calls(log):
        descriptor = arguments.split(",")[0]
        if name == "fsync":
            if descriptor in failed:
                fail(f"{descriptor} was synced again after it had failed")
            if result < 0:
                failed.add(descriptor)
        elif name == "close":
            failed.discard(descriptor)


def each(work, syscall, action, what, limit):
    """The Nth call disturbed, for N from 1 until it is not reached any more."""
    for number in range(1, limit):
        directory = os.path.join(work, f"{syscall}-{what}-{number}")
        log = os.path.join(work, "log")
        run = strace(["-e", f"trace={syscall},fsync,close",
                      "-e", f"inject={syscall}:{action}:when={number}"], directory, log)
        text = open(log, errors="replace").read()
        reached = "(INJECTED)" in text or "killed by SIGKILL" in text
        label = f"{syscall} {what} at call {number}"
        check_no_second_sync(log)
        if what == "fails" and reached and run.returncode not in (0, 3):
            fail(f"{label}: ended with {run.returncode}: {run.stderr}")
        finish(directory, label)
        shutil.rmtree(directory)
        if not reached:
            print(f"{syscall} {what}: {number - 1} places")
            return
    print(f"{syscall} {what}: the first {limit - 1} places")


def main():
    if shutil.which("strace") is None:
        print("SKIPPED: strace is not installed")
        return 77
    work = tempfile.mkdtemp(prefix="lodge-trace-")
    try:
        directory, log = os.path.join(work, "spool"), os.path.join(work, "log")
        run = strace(["-e", "trace=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"],
                     directory, log)
        if "ptrace" in run.stderr or "PTRACE" in run.stderr:
            print("SKIPPED: strace may not trace here:", run.stderr.strip())
            return 77
        if run.returncode != 0:
            fail(run.stderr)
        check_order(directory, log)
        check_sound(directory, "undisturbed")
        each(work, "fsync", "error=EIO", "fails", 40)
        each(work, "renameat2", "error=EIO", "fails", 30)
        each(work, "write", "error=ENOSPC", "fails", 40)
        each(work, "fsync", "signal=KILL", "killed", 40)
        each(work, "renameat2", "signal=KILL", "killed", 30)
        each(work, "write", "signal=KILL", "killed", 40)
        each(work, "pwrite64", "signal=KILL", "killed", 30)
        each(work, "unlinkat", "signal=KILL", "killed", 20)
        each(work, "mkdirat", "signal=KILL", "killed", 30)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


sys.exit(main())
