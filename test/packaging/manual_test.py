#!/usr/bin/python3
"""The manual page: well-formed, and it names every command and option of `eidkern`. manual_test.py EIDKERN"""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import unittest

from support import ROOT, Lab, need, run

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

    def test_examples(self):
        """Each command of the page's examples, in a shell and with a home of its own; what it asks is answered at a terminal."""
        examples = PAGE.read_text(encoding="utf-8").partition(".SH EXAMPLES\n.nf\n")[2].partition("\n.fi")[0].replace("\\-", "-").splitlines()
        self.assertGreater(len(examples), 4)
        with tempfile.TemporaryDirectory() as home, Lab(EIDKERN) as lab:
            folder = pathlib.Path(home)
            (folder / "bin").mkdir()
            (folder / "bin/eidkern").symlink_to(EIDKERN)
            (folder / "PIN").write_text("123456\n", encoding="utf-8")
            (folder / "NEWPIN").write_text("271828\n", encoding="utf-8")
            environment = {"PATH": f"{home}/bin:/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8", "PCSCLITE_CSOCK_NAME": f"{home}/no-pcscd"}
            for line in examples:
                if line == "eidkern lab --pki /tmp/eidlab":
                    continue  # it runs
                line = line.replace("URL", lab.address["selfAuthUrl"]).replace("/tmp/eidlab", f"{lab.folder.name}/pki")
                with self.subTest(line):
                    if "--card" in line:
                        self.assertIn("The new PIN is set.", typed(line, ["12345", "271828", "271828"], environment, home))
                    else:
                        run("sh", "-euc", line.replace("change-pin ", "change-pin --card sim "), env=environment, cwd=home)
            self.assertTrue(list(folder.glob("eidkern-bundle-*.json")))


def typed(line: str, answers: list[str], environment: dict[str, str], folder: str) -> str:
    """What the command shows at a terminal, where each question (which ends with ": ") gets the next answer."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve("/bin/sh", ["sh", "-c", line], environment)
    text = ""
    try:
        while select.select([terminal], [], [], 60)[0]:
            text += os.read(terminal, 4096).decode(errors="replace")
            if answers and text.endswith(": "):
                os.write(terminal, answers.pop(0).encode() + b"\n")
                text += "\n"
    except OSError:  # it has ended
        pass
    os.close(terminal)
    os.waitpid(child, 0)
    return text


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
