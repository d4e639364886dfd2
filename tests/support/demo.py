"""The demo's story, told to somebody who sees lodge for the first time. Started by tests/demo.sh."""

import argparse
import email
import email.policy
import os
import shlex
import signal
import sys

import post
import story
import world


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def show_command(words):
    print("$ lodge " + words, flush=True)


def show(place, *arguments):
    """Runs lodge and shows what it says; an unexpected exit code ends the demo."""
    show_command(" ".join(arguments))
    done = place.lodge(*arguments)
    print((done.stdout + done.stderr).rstrip())
    if done.returncode != 0:
        raise SystemExit(f"lodge {arguments[0]} ended with {done.returncode}")


def show_filed(place):
    council = post.TEST_VALLEY
    folder = os.path.join(place.spool, "filed", world.CALL, f"{council.gss}-{council.slug}")
    print(folder)
    for directory, folders, names in os.walk(folder):
        folders.sort()
        depth = directory.count(os.sep) - folder.count(os.sep)
        if depth:
            print("  " * depth + os.path.basename(directory) + "/")
        for name in sorted(names):
            size = os.path.getsize(os.path.join(directory, name))
            print("  " * (depth + 1) + f"{name}  ({size:,} bytes)")


def show_receipt(place):
    sender = post.TONBRIDGE.sender
    place.await_inbox(1, sender.mail)
    raw = place.messages(sender.mail)[0][1]
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ("From", "To", "Subject", "Date", "In-Reply-To", "Auto-Submitted"):
        print(f"{name}: {mail[name]}")
    print()
    print(mail.get_body(("plain",)).get_content().rstrip())
    print("\nAttached: " + ", ".join(f"{part.get_filename()} ({part.get_content_type()})"
                                     for part in mail.iter_attachments()))


def show_how_to_go_on(place):
    facts = place.facts
    def lodge(command, rest=""):
        return f"{place.bin} {command} --config {place.conf}{rest}"
    sudo = "" if os.geteuid() == 0 else "sudo "
    reader = (f"{sudo}doveadm -c {facts['dir']}/dovecot.conf fetch"
              f" -u {post.DEVON.sender.mail} text mailbox INBOX")
    print("Everything is still there:\n")
    for words, command in [("what came in", lodge("status")),
                           ("one message and why", lodge("show", " REFERENCE")),
                           ("as JSON", lodge("list", " --json")),
                           ("decide again, compare", lodge("replay", " --all")),
                           ("is anything lost?", lodge("verify")),
                           ("the filed plans", f"ls -R {place.spool}/filed"),
                           ("Devon's mailbox", reader),
                           ("the servers' logs", f"ls {facts['dir']}/*.log")]:
        print(f"  {words:22} {command}")
    print(f"\nEvery council has a mailbox under its address, for example {post.DEVON.sender.mail},\n"
          f"with the password {facts['password']}, on 127.0.0.1: IMAPS port"
          f" {facts['imaps_port']}, SMTP\n(the department's border) port"
          f" {facts['border_port']}. The servers' clock shows 30 July 2024.\n")
    print("To stop the servers and remove everything:\n\n"
          f"  {sudo}kill {facts['pid']}; {sudo}rm -rf {shlex.quote(place.dir)}")


def check(place):
    """Against the true outcomes; what differs is said line by line."""
    wrong = story.differences(place.list())
    for line in wrong:
        print("WRONG: " + line)
    if not wrong:
        print(f"All {len(story.mails())} mails have their true outcome, and every receipt that is due"
              " was sent.")
    return not wrong


def tell(place):
    heading(f"{len(story.mails())} mails arrive at the department")
    story.tell(place, lambda line: print("  " + line, flush=True))
    heading("lodge takes them in over IMAPS")
    show(place, "once")
    heading("What came in, and who is missing")
    show(place, "status")
    heading("What was filed for Test Valley, in two versions")
    show_filed(place)
    heading("The receipt in the mailbox of Tonbridge and Malling")
    show_receipt(place)
    heading("Is all of it true?")
    return check(place)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))

    heading("A department's mail servers start (private, on loopback)")
    place = world.World(os.path.abspath(options.build))
    kept = False
    try:
        print(f"Dovecot: IMAPS on port {place.facts['imaps_port']};"
              f" Postfix: SMTP on port {place.facts['border_port']};"
              f" everything below {place.dir}")
        right = tell(place)
        heading("How to go on looking")
        if options.keep:
            show_how_to_go_on(place)
            place.keep()
            kept = True
        else:
            print("Run `sh tests/demo.sh --keep`: the servers then stay, and you are told how to\n"
                  "look at the mailboxes, the spool and the plans, and how to stop it all.")
    finally:
        if not kept:
            place.close()
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
