"""NSD on loopback: a real name server that can be away and come back under the same address."""

import os
import shutil
import socket
import subprocess


def _free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nsd:
    """zones: {"devon.gov.uk": "records, one a line"}. `address` is as [dns] servers takes it; nothing answers there
    before start()."""

    def __init__(self, directory, zones):
        os.makedirs(directory)
        self.address = f"127.0.0.1@{_free_port()}"
        self.conf = os.path.join(directory, "nsd.conf")
        self.process = None
        lines = ["server:", f"  ip-address: {self.address}", '  username: ""', '  chroot: ""',
                 "  server-count: 1", '  database: ""', f'  zonesdir: "{directory}"',
                 f'  pidfile: "{directory}/pid"', f'  xfrdfile: "{directory}/xfrd"',
                 f'  zonelistfile: "{directory}/list"', f'  xfrdir: "{directory}"',
                 "remote-control:", "  control-enable: no"]
        for name, records in zones.items():
            with open(os.path.join(directory, name), "w", encoding="ascii") as zone:
                zone.write(f"{name}. 300 IN SOA ns.{name}. root.{name}. 1 3600 600 86400 60\n"
                           f"{name}. 300 IN NS ns.{name}.\nns.{name}. 300 IN A 127.0.0.1\n{records}")
            lines += ["zone:", f'  name: "{name}"', f'  zonefile: "{name}"']
        with open(self.conf, "w", encoding="ascii") as conf:
            conf.write("\n".join(lines) + "\n")

    def start(self):
        """Returns when its sockets are bound: it says so."""
        program = shutil.which("nsd") or "/usr/sbin/nsd"
        self.process = subprocess.Popen([program, "-d", "-c", self.conf],
                                        stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "nsd started" in line:
                return
        raise AssertionError("nsd ended before it had started")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.communicate()
            self.process = None
