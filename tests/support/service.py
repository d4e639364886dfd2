"""A running `lodge serve` under test: started, told, ended; its log is kept in a file."""

import json
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time

import plans
import post
import world as worlds
from whole_run import DONE, WholeRun, stored

WAIT_S = 60
MIDDAY = 1721296800  # 18 July 2024, in time
SUBJECT = "Productivity Plan"


class Notices:
    """Stands for the service manager: what sd_notify(3) would have told it."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(WAIT_S)

    def wait_for(self, word):
        """The next notice that says so; those before it are passed over."""
        while True:
            lines = self.socket.recv(4096).decode().split("\n")
            if any(line == word or line.startswith(word + "=") for line in lines):
                return lines

    def close(self):
        self.socket.close()
        os.unlink(self.path)


def limit_to(descriptors):
    """For preexec_fn: so few may be open at once, whatever the program asks for."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


class Service:
    def __init__(self, world, conf, *options, descriptors=None):
        self.world = world
        self.dir = tempfile.mkdtemp(prefix="service-", dir=world.dir)
        self.log_path = os.path.join(self.dir, "log")
        self.notices = Notices(self.dir)
        environment = dict(world.environment(), NOTIFY_SOCKET=self.notices.path)
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen(world.command("serve", *options, conf=conf),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment, start_new_session=True,
                                            preexec_fn=limit_to(descriptors) if descriptors else None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.kill()
        self.notices.close()

    def ready(self):
        self.notices.wait_for("READY")
        return self

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def wait_for_log(self, words, count=1):
        deadline = time.monotonic() + WAIT_S
        while self.log().count(words) < count:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the log never said {words!r} {count} times:\n{self.log()}")
            time.sleep(0.05)

    def tell(self, number):
        self.process.send_signal(number)

    def stop(self):
        self.tell(signal.SIGTERM)
        return self.process.wait(WAIT_S)

    def kill(self):
        """All of it, readers included, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WAIT_S)


def wait_until(check, what, seconds=WAIT_S):
    """Until the state is there; never for a time."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.05)


class ServiceRun(WholeRun):
    """A whole run around a service: mail for it, and the states that a test waits for."""

    def serve(self, conf, *options):
        service = Service(self.world, conf, *options)
        self.addCleanup(service.__exit__)
        return service

    def mail(self, user, id, sender=post.DEVON.sender, council=post.DEVON, seconds=MIDDAY, count=1):
        messages = []
        for number in range(count):
            pdf = plans.pdf(council.name, 3) + b"%% %d\n" % number
            message = post.compose(sender, user, SUBJECT, "Attached.", [("plan.pdf", post.PDF, pdf)],
                                   f"{id}-{number}" if count > 1 else id,
                                   "Thu, 18 Jul 2024 10:55:00 +0100")
            messages.append((stored(sender, message, seconds + number, self.world.facts),
                             seconds + number))
        self.put(user, messages)

    def entries(self, conf):
        """None while the spool is not there yet."""
        done = self.world.lodge("list", "--json", conf=conf)
        return worlds.parse_list(done.stdout) if done.returncode == DONE else []

    def await_decided(self, conf, count):
        def check():
            entries = self.entries(conf)
            return entries if sum(e["state"] == "decided" for e in entries) >= count else None
        return wait_until(check, f"{count} decided messages")

    def await_sent(self, conf, count):
        def check():
            entries = self.entries(conf)
            sent = [r for e in entries for r in e["receipts"] if r["state"] == "sent"]
            return entries if len(sent) >= count else None
        return wait_until(check, f"{count} receipts sent")

    def ask(self, path, **members):
        """Straight to the socket, which is faster than any person; what the service answered."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.settimeout(WAIT_S)
            peer.connect(path)
            peer.sendall(json.dumps({"answer": False, "reason": "x", **members}).encode() + b"\n")
            answer = b""
            while chunk := peer.recv(65536):
                answer += chunk
        return json.loads(answer)

    def order(self, path, **members):
        self.assertIn("result", self.ask(path, **members))

    def assert_sound(self, conf):
        self.run_lodge("verify", conf=conf)
        self.assertIn(": 0 would differ", self.run_lodge("replay", "--all", conf=conf).stdout)
