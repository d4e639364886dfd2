"""A private Dovecot and a private Postfix on loopback, with a clock of their own.

    servers.py run DIR [--clock "2024-07-18 10:00:00"] [--border-results FILE]

starts both below DIR (created, at most 40 characters: socket paths are short), writes
DIR/servers.json, prints "ready" and then obeys lines on standard input:

    clock 2024-07-20 00:00:30   both servers' clocks, in UTC, go on from there
    stand 2024-07-19 23:59:59   they show this second until the next word about them
    flush                       Postfix tries everything in its queue now, whatever its clock says
    restart                     both are stopped and started again
    keep                        go on after standard input ends, until SIGTERM

At the end of standard input everything is stopped: a test that dies takes its servers with it.
Needs root, as Postfix and Dovecot do; both run their work as users without rights. Nothing
of the system's own Dovecot or Postfix is read, written or started.

What stands for what:

- Postfix's "border" port is the department's border MX. Clients bound to 127.0.2.N are the
  internet; only 127.0.0.1 is the department's own network.
- The table FILE stands for the milter of a real border (OpenDKIM, OpenDMARC): it says
  per client address which Authentication-Results header Postfix puts on top. Postfix writes
  it above its own Received field, as a real border does, and reads the table once.
- The "submission" port takes receipts (STARTTLS, AUTH against Dovecot), and everything is delivered
  by LMTP to the same Dovecot, whoever it is for.
- libfaketime moves the clocks, not the times of files. Mailboxes are sdbox, because it keeps INTERNALDATE in
  the file: Maildir keeps it in the file's time, which the kernel stamps.
"""

import argparse
import calendar
import glob
import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

DEPARTMENT = "communities.example"
PASSWORD = "correct-horse-battery"
BORDER_NAME = "mx1." + DEPARTMENT
STORE_NAME = "imap." + DEPARTMENT
AUTHSERV_ID = BORDER_NAME

DOVECOT_CONF = """\
protocols = imap lmtp
instance_name = {name}
base_dir = {dir}/dovecot/run
state_dir = {dir}/dovecot/state
log_path = {dir}/dovecot.log
hostname = {store_name}
import_environment = {environment}
default_internal_user = dovecot
default_login_user = dovenull
default_vsz_limit = 1G
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_cache_size = 0
mail_max_userip_connections = 100
ssl = yes
ssl_min_protocol = TLSv1.2
ssl_cert = <{dir}/tls/server.crt
ssl_key = <{dir}/tls/server.key
# The same server under certificates that must be refused.
local {expired_host} {{
  ssl_cert = <{dir}/tls/expired.crt
  ssl_key = <{dir}/tls/expired.key
}}
local {self_signed_host} {{
  ssl_cert = <{dir}/tls/self-signed.crt
  ssl_key = <{dir}/tls/self-signed.key
}}
mail_location = sdbox:~/mail
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={dir}/mail/%Ld/%Ln allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
lda_mailbox_autocreate = yes
recipient_delimiter = +
service imap-login {{
  inet_listener imap {{
    address = {host}
    port = {imap_port}
  }}
  inet_listener imaps {{
    address = {host}, {expired_host}, {self_signed_host}
    port = {imaps_port}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {dir}/dovecot/lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener {dir}/dovecot/auth {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""

MAIN_CF = """\
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
queue_directory = {dir}/postfix/queue
data_directory = {dir}/postfix/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {dir}/postfix.log
maillog_file_prefixes = {dir}
import_environment = MAIL_CONFIG POSTLOG_SERVICE POSTLOG_HOSTNAME LANG=C {environment}
export_environment = MAIL_CONFIG LANG {environment}
myhostname = {border_name}
mydomain = {department}
myorigin = {department}
mynetworks = 127.0.0.1/32
mydestination =
virtual_mailbox_domains = {department}
virtual_transport = lmtp:unix:{dir}/dovecot/lmtp
transport_maps = static:lmtp:unix:{dir}/dovecot/lmtp
local_recipient_maps =
alias_maps =
alias_database =
biff = no
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
smtputf8_enable = yes
message_size_limit = 0
mailbox_size_limit = 0
virtual_mailbox_limit = 0
recipient_delimiter = +
smtpd_tls_cert_file = {dir}/tls/server.crt
smtpd_tls_key_file = {dir}/tls/server.key
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = {dir}/dovecot/auth
smtpd_client_connection_count_limit = 0
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_error_sleep_time = 0
in_flow_delay = 0
initial_destination_concurrency = 20
# One at a time for each recipient: of two first mails at once Dovecot puts one off, for "Mailbox already exists".
lmtp_destination_recipient_limit = 1
lmtp_destination_concurrency_limit = 1
# One that is put off is no reason to put off the others.
lmtp_destination_concurrency_failed_cohort_limit = 0
# Our clock jumps by days: nobody who is idle must find that he has been so for too long.
daemon_timeout = 100d
max_idle = 100d
lmtp_connection_cache_on_demand = no
"""

MASTER_CF = """\
{host}:{border_port} inet n - n - - smtpd
  -o syslog_name=postfix/border
  -o smtpd_data_restrictions=check_client_access,cidr:{dir}/postfix/etc/border-results
{host}:{submission_port} inet n - n - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o smtpd_recipient_restrictions=check_recipient_access,texthash:{dir}/postfix/etc/refused-recipients,permit
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 300 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

FAKETIME_LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


def free_port():
    """A port that was free a moment ago: bound to 0, asked, released."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def run(*command, env=None, text=None):
    done = subprocess.run(command, env=env, input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def find_faketime():
    """The preload library; its folder is named after the machine's architecture."""
    if os.path.exists(FAKETIME_LIBRARY):
        return FAKETIME_LIBRARY
    listed = run("dpkg", "-L", "libfaketime")
    return next(line for line in listed.splitlines() if line.endswith("/libfaketime.so.1"))


class Certificates:
    """A throw-away authority and the certificates of our servers, made with openssl.

    Valid from 2020 to 2040, so that both the servers' clock and today's lie inside; the
    expired one ended in 2021. Made with the clock set back, as openssl 3.0 cannot be told a first day."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, mode=0o755)
        self._authority()
        self._issue("server", ["localhost", BORDER_NAME, STORE_NAME], ["127.0.0.1"], 7305)
        self._issue("expired", ["localhost"], ["127.0.0.2"], 400)
        self._self_signed("self-signed", "127.0.0.3")

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _openssl(self, *arguments):
        # Not the program faketime: it refuses to run where an earlier process of its number left a semaphore.
        return run("openssl", *arguments, env=dict(os.environ, LD_PRELOAD=find_faketime(), TZ="UTC",
                                                   FAKETIME="@2020-01-01 00:00:00"))

    def _key(self, name):
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-out", self._path(name + ".key"))

    def _authority(self):
        self._key("ca")
        self._openssl("req", "-x509", "-new", "-key", self._path("ca.key"), "-days", "7305",
                      "-subj", "/CN=Throw-away test authority", "-out", self._path("ca.crt"))

    def _issue(self, name, names, addresses, days):
        self._key(name)
        self._openssl("req", "-new", "-key", self._path(name + ".key"),
                      "-subj", "/CN=" + names[0], "-out", self._path(name + ".csr"))
        alternatives = ["DNS:" + n for n in names] + ["IP:" + a for a in addresses]
        write(self._path(name + ".ext"), "subjectAltName=" + ",".join(alternatives) + "\n")
        self._openssl("x509", "-req", "-in", self._path(name + ".csr"),
                      "-CA", self._path("ca.crt"), "-CAkey", self._path("ca.key"),
                      "-CAcreateserial", "-days", str(days),
                      "-extfile", self._path(name + ".ext"), "-out", self._path(name + ".crt"))

    def _self_signed(self, name, address):
        self._key(name)
        self._openssl("req", "-x509", "-new", "-key", self._path(name + ".key"),
                      "-days", "7305", "-subj", "/CN=localhost",
                      "-addext", "subjectAltName=DNS:localhost,IP:" + address,
                      "-out", self._path(name + ".crt"))


class Clock:
    """The servers' clock: an offset to the real one, or an instant, in a file that libfaketime follows."""

    def __init__(self, directory):
        self.file = os.path.join(directory, "clock")
        self.since = time.time() - 1
        self.set(None)

    def set(self, text):
        offset = 0
        if text:
            wanted = calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S"))
            offset = int(wanted - time.time())
        self._tell(f"{offset:+d}")

    def stand(self, text):
        self._tell(text)

    def _tell(self, line):
        write(self.file + ".new", line + "\n")
        os.rename(self.file + ".new", self.file)

    def sweep(self):
        """Removes the shared memory that libfaketime leaves behind for each process that ended."""
        for path in glob.glob("/dev/shm/*faketime_s[eh]m_*"):
            pid = path.rpartition("_")[2]
            if os.path.getmtime(path) >= self.since and not is_running(pid):
                os.unlink(path)

    def environment(self):
        return {
            "LD_PRELOAD": find_faketime(),
            "FAKETIME_TIMESTAMP_FILE": self.file,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
            # Postfix waits for tables that were written this second to cool; that second must end.
            "NO_FAKE_STAT": "1",
            "TZ": "UTC",
        }


class Servers:
    def __init__(self, directory, border_results=""):
        self.dir = os.path.abspath(directory)
        self.border_results = border_results
        if len(self.dir) > 40:
            raise ValueError(f"{self.dir}: too long for socket paths, at most 40 characters")
        os.makedirs(self.dir, mode=0o755, exist_ok=True)
        os.chmod(self.dir, 0o755)
        self.clock = Clock(self.dir)
        self.children = []
        self.facts = {
            "dir": self.dir,
            "pid": os.getpid(),
            "host": "127.0.0.1",
            "expired_host": "127.0.0.2",
            "self_signed_host": "127.0.0.3",
            "department": DEPARTMENT,
            "password": PASSWORD,
            "border_name": BORDER_NAME,
            "store_name": STORE_NAME,
            "authserv_id": AUTHSERV_ID,
            "ca_file": os.path.join(self.dir, "tls", "ca.crt"),
        }
        for port in ("imap_port", "imaps_port", "border_port", "submission_port"):
            self.facts[port] = free_port()

    def _values(self):
        environment = self.clock.environment()
        return dict(self.facts, name=os.path.basename(self.dir), mail_user="nobody",
                    mail_group=grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name,
                    environment=" ".join(f"{k}={v}" for k, v in environment.items()))

    def prepare(self):
        Certificates(os.path.join(self.dir, "tls"))
        for name in ("dovecot", "mail", "postfix/etc", "postfix/queue", "postfix/data"):
            os.makedirs(os.path.join(self.dir, name), mode=0o755, exist_ok=True)
        nobody = pwd.getpwnam("nobody")
        os.chown(os.path.join(self.dir, "mail"), nobody.pw_uid, nobody.pw_gid)
        shutil.chown(os.path.join(self.dir, "postfix", "data"), "postfix")
        values = self._values()
        write(os.path.join(self.dir, "dovecot.conf"), DOVECOT_CONF.format(**values))
        write(os.path.join(self.dir, "postfix/etc/main.cf"), MAIN_CF.format(**values))
        write(os.path.join(self.dir, "postfix/etc/master.cf"), MASTER_CF.format(**values))
        write(os.path.join(self.dir, "postfix/etc/border-results"), self.border_results)
        write(os.path.join(self.dir, "postfix/etc/refused-recipients"),
              "gone@towerhamlets.gov.uk 550 5.1.1 no such person here\n"
              f"gone@{DEPARTMENT} 550 5.1.1 no such person here\n")
        write(os.path.join(self.dir, "servers.json"), json.dumps(self.facts, indent=1) + "\n")

    def start(self):
        environment = dict(os.environ, **self.clock.environment())
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
                 "stderr": open(os.path.join(self.dir, "start.log"), "a"),
                 "start_new_session": True, "env": environment}
        self.children = [
            subprocess.Popen(["dovecot", "-F", "-c", self.dir + "/dovecot.conf"], **quiet),
            subprocess.Popen(["postfix", "-c", self.dir + "/postfix/etc", "start-fg"], **quiet),
        ]
        quiet["stderr"].close()
        for port in ("imap_port", "imaps_port", "border_port", "submission_port"):
            self._await_port(self.facts[port])

    def _await_port(self, port):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for child in self.children:
                if child.poll() is not None:
                    raise RuntimeError("a server ended at once; its logs:\n" + self.logs())
            try:
                socket.create_connection((self.facts["host"], port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"port {port} does not answer; the logs:\n" + self.logs())

    def flush(self):
        run("postqueue", "-c", self.dir + "/postfix/etc", "-f", env=dict(os.environ, **self.clock.environment()))

    def logs(self):
        text = ""
        for name in ("start.log", "dovecot.log", "postfix.log"):
            try:
                with open(os.path.join(self.dir, name), errors="replace") as file:
                    text += f"--- {name}\n" + "".join(file.readlines()[-20:])
            except FileNotFoundError:
                pass
        return text

    def stop(self):
        """Both masters end their services with them. Postfix's leads a session of its own and
        is known by its pid file only."""
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        try:
            with open(self.dir + "/postfix/queue/pid/master.pid") as file:
                os.kill(int(file.read()), signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            pass  # it never started, or has ended
        for child in self.children:
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        self.children = []
        self.clock.sweep()


def obey(servers):
    """Lines on standard input until it ends; TRUE when the servers are to be kept after it."""
    keep = False
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "clock":
            servers.clock.set(rest)
        elif word == "stand":
            servers.clock.stand(rest)
        elif word == "flush":
            servers.flush()
        elif word == "restart":
            servers.stop()
            servers.start()
        elif word == "keep":
            keep = True
        print("done", flush=True)
    return keep


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["run"])
    parser.add_argument("dir")
    parser.add_argument("--clock", help="UTC, as 2024-07-18 10:00:00; default: the real time")
    parser.add_argument("--border-results", type=argparse.FileType(), help="default: none")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("servers.py: Postfix and Dovecot are started as root; use sudo")

    def end(signum, frame):
        raise SystemExit(0)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; our starter decides
    table = options.border_results
    servers = Servers(options.dir, table.read() if table else "")
    try:
        servers.clock.set(options.clock)
        servers.prepare()
        servers.start()
        print("ready", flush=True)
        if obey(servers):
            while True:
                signal.pause()
    finally:
        servers.stop()


if __name__ == "__main__":
    main()
