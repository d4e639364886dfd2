"""How fast a pass is, phase by phase, next to what this disk can do at the same time.

    LODGE_BUILD=build/release python3 tests/bench/walk.py [messages]

Messages of 170 kB with one attachment, from a real Dovecot to a real Postfix. The plain baseline, taken before
and after, writes the same bytes to files: write, fsync, rename, fsync of the directory. Machines
differ and are busy; the ratio to the baseline of the same run is what can be compared. Processor time is of
lodge and its readers together."""

import os
import resource
import subprocess
import sys
import time
from datetime import datetime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "intake", "run")]

import test_volume  # noqa: E402
from whole_run import DONE  # noqa: E402

PLAIN_FILES = 200


class Walk(test_volume.Volume):
    def runTest(self):
        """unittest wants a name for a single case; the work is in measure()."""

    def plain(self):
        """Files a second."""
        directory = self.world.path("plain")
        os.makedirs(directory, exist_ok=True)
        content = os.urandom(test_volume.EACH_BYTES)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        began = time.monotonic()
        for number in range(PLAIN_FILES):
            name = os.path.join(directory, str(number))
            with open(name + ".new", "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(name + ".new", name)
            os.fsync(handle)
        took = time.monotonic() - began
        os.close(handle)
        return PLAIN_FILES / took

    def events(self, log):
        """Of each event of the log: when the first and the last were."""
        found = {}
        for line in log.splitlines():
            stamp, _, event = line.split()[:3]
            at = datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()
            found[event] = (found.get(event, (at,))[0], at)
        return found

    def measure(self, count):
        conf, user, _ = self.scene("walk", smtp={"pace": "100000/min", "per_connection": "500"})
        self.put(user, ((self.mail(n, test_volume.EACH_BYTES), test_volume.MIDDAY + n)
                        for n in range(count)))
        plain = self.plain()
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
        done = subprocess.run(self.world.command("once", "-v", conf=conf), text=True,
                              env=self.world.environment(), capture_output=True)
        ended, after = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(done.returncode, DONE, done.stderr[-4000:])
        plain = (plain + self.plain()) / 2
        at = self.events(done.stderr)
        print(f"plain baseline        {plain:8.1f} files a second")
        for phase, took in (("fetch and keep", at["kept"][1] - began),
                            ("read, decide, record", at["decided"][1] - at["kept"][0]),
                            ("trees", at["receipt"][0] - at["decided"][1]),
                            ("receipts", at["receipt"][1] - at["receipt"][0]),
                            ("all", ended - began)):
            rate = count / max(took, 0.001)
            print(f"{phase:<21} {rate:8.1f} messages a second, {rate / plain:6.3f} of plain")
        user_ms, system_ms = ((getattr(after, key) - getattr(before, key)) * 1000 / count
                              for key in ("ru_utime", "ru_stime"))
        print(f"processor time        {user_ms:8.1f} ms user, {system_ms:.1f} ms system a message")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    Walk.setUpClass()
    try:
        Walk().measure(count)
    finally:
        Walk.doClassCleanups()


if __name__ == "__main__":
    main()
