"""lodge authenticate as an outsider runs it: no servers, a temporary directory, and its JSON held to what it promises.

    class Some(Authenticating):
        def test_it(self):
            found = self.judge(self.save("a.eml", b"..."), "--dns", zone)
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

import world
from whole_run import DONE, build

DKIM = {"pass", "fail", "neutral", "policy", "permerror", "temperror", "none"}
WORDS = {"dmarc": {"pass", "fail", "none", "temperror", "permerror"},
         "arc": {"pass", "fail", "none"}, "smime": {"pass", "fail", "none", "policy"},
         "authority": {"authorised", "unproven", "forged", "ambiguous", "unregistered"}}
MEMBERS = {"from": {"addresses": list, "domain": str},
           "arc": {"result": str, "sealers": list, "reason": str},
           "dmarc": {"result": str, "policy": str, "domain": str},
           "smime": {"result": str, "signer": str, "reason": str},
           "trusted_results": {"source": str, "methods": list},
           "authority": {"result": str, "council": str, "why": list}}
ORDER = ["from", "dkim", "arc", "dmarc", "smime", "trusted_results", "authority", "findings"]
SIGNATURE = {"domain": str, "selector": str, "algorithm": str, "result": str, "reason": str,
             "body_signed_bytes": int}


def check_shape(test, found):
    """The promised members, each of its type and with a word that exists; null is nowhere."""
    test.assertEqual(list(found), ORDER)
    for name, members in MEMBERS.items():
        _check_members(test, found[name], members)
        if name in WORDS:
            test.assertIn(found[name]["result"], WORDS[name])
    test.assertIn(found["dmarc"]["policy"], {"", "none", "quarantine", "reject"})
    for signature in found["dkim"]:
        _check_members(test, signature, SIGNATURE)
        test.assertIn(signature["result"], DKIM)
        test.assertGreaterEqual(signature["body_signed_bytes"], 0)
    for texts in (found["findings"], found["from"]["addresses"], found["arc"]["sealers"],
                  found["trusted_results"]["methods"], found["authority"]["why"]):
        test.assertTrue(all(type(text) is str for text in texts), texts)


def _check_members(test, found, members):
    test.assertEqual({name: type(value) for name, value in found.items()}, members)


class Authenticating(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.bin = os.path.join(build(), "intake", "lodge")
        cls.dir = tempfile.mkdtemp(prefix="lodge-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.save("register", world.register().encode())
        with open(world.EXAMPLE_CALL, "rb") as file:
            cls.save("call", file.read())

    @classmethod
    def save(cls, name, content):
        path = os.path.join(cls.dir, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def configure(self, name, text, calls=None):
        """A lodge.conf of `text` and what no lodge.conf is without; calls: {id: register}, else the one example."""
        whole = f"[spool]\ndirectory = {self.dir}/spool\n[service]\ndomain = intake.example\n"
        for call in calls or {world.CALL: "register"}:
            register = (calls or {}).get(call, "register")
            file = "call" if call == world.CALL else call + ".call"
            whole += f"[call {call}]\nfile = {file}\nregister = {register}\n"
        return self.save(name + ".conf", (whole + text).encode())

    def run_bare(self, *arguments, code=DONE, **options):
        done = subprocess.run([self.bin, "authenticate", *arguments], capture_output=True, timeout=300,
                              env=dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", G_DEBUG="fatal-criticals"),
                              **options)
        if done.returncode != code:
            self.fail(f"{' '.join(arguments)} ended with {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
        return done

    def judge(self, path, *options):
        done = self.run_bare("--json", *options, path)
        self.assertEqual(done.stderr, b"")
        found = json.loads(done.stdout.decode("utf-8"))
        check_shape(self, found)
        return found
