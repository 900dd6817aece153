#!/usr/bin/python3
"""Completions in the shells themselves, and that they offer all that `eidkern --help` lists. completion_test.py EIDKERN"""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import unittest

from support import need, run

EIDKERN = sys.argv[1]
# what is typed, what must be offered, what must not be
CASES = [
    ("eidkern ", ["demo", "card", "serve", "completion"], ["show", "authentication"]),
    ("eidkern card ", ["show", "serve"], ["demo"]),
    ("eidkern demo --per", ["--persona"], ["--pin-fd"]),
    ("eidkern demo --persona ", ["adult", "minor"], ["--json"]),
    ("eidkern card show --", ["--reader", "--json"], ["--persona", "--cvca"]),
    ("eidkern serve --lang ", ["de", "en"], ["ask"]),
    ("eidkern serve --consent ", ["ask", "auto"], ["de"]),
    ("eidkern lab --variant ", ["attached", "rsa-pss"], ["de"]),
    ("eidkern graph ", ["authentication", "self-authentication"], ["demo"]),
    ("eidkern failure User_", ["User_Cancelled"], ["Card_Removed"]),
    ("eidkern completion ", ["bash", "zsh", "fish"], ["demo"]),
]


def script(shell: str, folder: str) -> pathlib.Path:
    file = pathlib.Path(folder) / {"zsh": "_eidkern"}.get(shell, f"eidkern.{shell}")
    file.write_text(run(EIDKERN, "completion", shell), encoding="utf-8")
    return file


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        pathlib.Path(self.folder, "some-file").touch()

    def check(self, offered):
        for typed, wanted, unwanted in CASES:
            with self.subTest(typed):
                got = offered(typed)
                self.assertLessEqual(set(wanted), set(got))
                self.assertFalse(set(unwanted) & set(got))

    def test_bash(self):
        bash, file = need("bash"), script("bash", self.folder)

        def offered(typed):
            words = typed.split(" ")
            return run(bash, "-uc", f'source "$0"; COMP_WORDS=("$@"); COMP_CWORD={len(words) - 1}; COMPREPLY=(); _eidkern; printf "%s\\n" "${{COMPREPLY[@]}}"',
                       file, *words, cwd=self.folder).split()

        self.check(offered)
        self.assertIn("some-file", offered("eidkern demo --log "))
        self.assertIn("some-file", offered("eidkern demo --persona s"))
        self.assertNotIn("some-file", offered("eidkern demo "))

    def test_fish(self):
        fish, file = need("fish"), script("fish", self.folder)

        def offered(typed):
            environment = {**os.environ, "HOME": self.folder, "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder}
            lines = run(fish, "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", file, typed, cwd=self.folder, env=environment)
            return [line.split("\t")[0] for line in lines.splitlines()]

        self.check(offered)
        self.assertIn("some-file", offered("eidkern demo --log "))
        self.assertNotIn("some-file", offered("eidkern demo "))

    def test_zsh(self):
        zsh, file = need("zsh"), script("zsh", self.folder)
        run(zsh, "-n", file)
        self.check(lambda typed: self.zsh_offers(zsh, typed))
        self.assertIn("some-file", self.zsh_offers(zsh, "eidkern demo --log "))

    def zsh_offers(self, zsh, typed):
        """A shell on a terminal: the tab key lists what there is, and the lines around it are marked."""
        setup = ('PROMPT= RPROMPT=; unsetopt zle_bracketed_paste prompt_sp 2>/dev/null; fpath=("$ZDOTDIR" $fpath); autoload -Uz compinit; compinit -u -d "$ZDOTDIR/dump"; '
                 'zstyle ":completion:*" list-separator "|"; LISTMAX=0; zmodload zsh/complist; setopt no_beep no_always_last_prompt; '
                 'list() { zle list-choices; zle kill-whole-line; BUFFER="print -r -- E\'\'ND"; zle accept-line }; zle -N list; bindkey "^T" list; print R""EADY\n')
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.environ.update(ZDOTDIR=self.folder, TERM="dumb", COLUMNS="200", LINES="5000", LC_ALL="C.UTF-8")
            os.execv(zsh, [zsh, "-f", "-i"])
        try:
            os.write(terminal, setup.encode())
            self.read_until(terminal, r"READY\r?\n")
            os.write(terminal, typed.encode() + b"\x14")
            text = self.read_until(terminal, r"END\r?\n")
        finally:
            os.close(terminal)
            os.kill(child, 9)
            os.waitpid(child, 0)
        return [each.rstrip("]") for each in re.split(r"[\s|]+", text)]

    def read_until(self, terminal, pattern):
        text = ""
        while not re.search(pattern, text):
            if not select.select([terminal], [], [], 60)[0]:
                self.fail(f"zsh says no more: {text!r}")
            text += os.read(terminal, 65536).decode(errors="replace")
        return text

    def test_all_of_help(self):
        words = run(EIDKERN, "completion", "bash")
        pending = [[]]
        while pending:
            command = pending.pop()
            text = subprocess.run([EIDKERN, *command, "--help"], check=True, capture_output=True, text=True).stdout
            children = re.findall(r"^  ([a-z-]+)", text.partition("Subcommands:")[2].partition("\n\n")[0], re.M)
            pending += [command + [each] for each in children]
            line = re.search(rf"^ *'{' '.join(['eidkern', *command])}'\) words='(.*?)'", words, re.M)
            self.assertTrue(line, command)
            for each in children + re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.M):
                self.assertIn(each, line[1].split(" "))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
