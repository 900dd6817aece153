#!/usr/bin/python3
"""The manual page: well-formed, and it names every command and option of `eidkern`. manual_test.py EIDKERN"""
import re
import subprocess
import sys
import unittest

from support import ROOT, need, run

EIDKERN = sys.argv[1]
PAGE = ROOT / "docs/eidkern.1"


def help_of(*command: str) -> str:
    return run(EIDKERN, *command, "--help")


def commands_in(text: str) -> list[list[str]]:
    """Each with its other names."""
    listed = text.partition("Subcommands:")[2].partition("\n\n")[0]
    return [names.split(", ") for names in re.findall(r"^  ([a-z-]+(?:, [a-z-]+)*)", listed, re.M)]


def options_in(text: str) -> set[str]:
    return set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.M))


class Manual(unittest.TestCase):
    def test_no_warnings(self):
        man = need("man")
        done = subprocess.run([man, "--warnings", "-Tutf8", "-Z", "-l", str(PAGE)], capture_output=True, text=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(len(done.stdout), 10_000)

    def test_mandoc(self):
        mandoc = need("mandoc")
        done = subprocess.run([mandoc, "-Tlint", "-Wwarning", str(PAGE)], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_every_command_and_option(self):
        page = re.sub(r"\\f[BIR]", "", PAGE.read_text(encoding="utf-8").replace(r"\-", "-"))
        words = set(re.findall(r"--[a-z-]+", page))
        pending, seen = [[""]], 0
        while pending:
            names = pending.pop()  # "card show", "card info"
            text = help_of(*names[0].split())
            pending += [[f"{names[0]} {name}".strip() for name in each] for each in commands_in(text)]
            for option in options_in(text) - words:
                self.fail(f"the manual page does not name {option} of `eidkern {names[0]}`")
            if names[0] and not commands_in(text):
                self.assertTrue(any(f"\neidkern {each}" in page for each in names), f"{names} is not in the synopsis")
                self.assertTrue(any(f"\n.B {each}\n" in page for each in names), f"{names} is not described")
            seen += len(options_in(text))
        self.assertGreater(seen, 40)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
