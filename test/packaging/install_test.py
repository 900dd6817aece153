#!/usr/bin/python3
"""`cmake --install` into a folder that is then moved, and programs that see nothing but that folder: the examples, the program
itself, and what README.md and docs/embedding.md show. install_test.py BUILD CC CXX
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import ROOT, Lab, need, run

BUILD, CC, CXX = sys.argv[1:4]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "where-it-was")
        cls.prefix = cls.folder / "moved"
        (cls.folder / "where-it-was").rename(cls.prefix)
        cls.libraries = next(cls.prefix.rglob("libeidkern.so")).parent
        cls.eidkern = cls.prefix / "bin/eidkern"
        # `eidkern` in the documents is this one, and `cmake` finds this folder
        cls.environment = {"PATH": f"{cls.prefix}/bin:/usr/bin:/bin", "HOME": str(cls.folder), "LC_ALL": "C.UTF-8",
                           "LD_LIBRARY_PATH": str(cls.libraries), "PKG_CONFIG_PATH": f"{cls.libraries}/pkgconfig",
                           "CMAKE_PREFIX_PATH": str(cls.prefix), "CC": CC, "CXX": CXX, "EXAMPLES": str(ROOT / "examples")}

    def example(self, name):
        """Its own copy: nothing is found beside it."""
        copy = self.folder / "examples" / name
        shutil.copytree(ROOT / "examples" / name, copy)
        return copy

    def logs_in(self, *command):
        with Lab(self.eidkern) as lab:
            done = subprocess.run([*command, lab.address["tcTokenUrl"], lab.address["cvca"]], env=self.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertRegex(done.stdout, r"(?m)^Success$")
            failed = subprocess.run([*command, lab.address["tcTokenUrl"], "/etc/hostname"], env=self.environment, capture_output=True, text=True, timeout=60)
            self.assertNotEqual(failed.returncode, 0)  # a root that is none

    def test_everything_is_there(self):
        for name in ["include/eidkern/eidkern.h", "include/eidkern/engine.h", "share/man/man1/eidkern.1", "share/doc/eidkern/LICENSE",
                     "share/bash-completion/completions/eidkern", "share/zsh/site-functions/_eidkern", "share/fish/vendor_completions.d/eidkern.fish",
                     "lib/systemd/user/eidkern.service", "share/applications/eidkern-open.desktop"]:
            self.assertGreater((self.prefix / name).stat().st_size, 100, name)
        self.assertTrue((self.libraries / "libeidkern.so.0").is_symlink() and (self.libraries / "libeidkern-lab.so.0").is_symlink())

    def test_debian_folder(self):
        version = re.search(r"project\(eidkern VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
        self.assertRegex((ROOT / "debian/changelog").read_text(encoding="utf-8"), rf"\Aeidkern \({re.escape(version)}\) ")
        self.assertIn(f'"eidkern {version}"', (ROOT / "docs/eidkern.1").read_text(encoding="utf-8"))
        packed = set()
        for file in [*(ROOT / "debian").glob("*.install"), ROOT / "debian/not-installed"]:
            for pattern in (line.split()[0].removeprefix("usr/").replace("lib/*/", "lib/") for line in file.read_text(encoding="utf-8").splitlines() if line[0] != "#"):
                found = {each for name in self.prefix.glob(pattern) for each in ([name] if name.is_file() else name.rglob("*"))}
                self.assertTrue(found, f"{file.name}: there is no {pattern}")
                packed |= found
        self.assertEqual({each for each in self.prefix.rglob("*") if each.is_file()} - packed, set())

    def test_nothing_knows_where_it_was(self):
        for file in self.prefix.rglob("*"):
            if file.suffix in (".cmake", ".pc", ".h"):
                for word in (str(ROOT), str(BUILD), "where-it-was"):
                    self.assertFalse(word in file.read_text(encoding="utf-8"), f"{word} in {file}")

    def test_program(self):
        plain = {key: value for key, value in self.environment.items() if key != "LD_LIBRARY_PATH"}
        ours = [line for line in run("ldd", self.eidkern, env=plain).splitlines() if "libeidkern" in line]
        self.assertTrue(len(ours) == 2 and all(str(self.prefix) in line for line in ours), ours)
        last = run(self.eidkern, "demo", "--json", env=plain).splitlines()[-1]
        self.assertTrue(json.loads(last)["ok"])

    def test_headers_stand_alone(self):
        for header in (self.prefix / "include/eidkern").iterdir():
            run(CXX, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{self.prefix}/include", "-x", "c++", "-", input=f'#include <eidkern/{header.name}>\n')

    def test_c(self):
        need("pkg-config")
        example = self.example("c")
        flags = run("pkg-config", "--cflags", "--libs", "eidkern", env=self.environment).split()
        run(CC, "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", example / "login.c", "-o", example / "login", *flags)
        self.logs_in(example / "login")

    def test_cpp(self):
        example = self.example("cpp")
        run("cmake", "-S", example, "-B", example / "build", env=self.environment)
        run("cmake", "--build", example / "build", env=self.environment)
        self.assertIn(str(self.libraries), run("ldd", example / "build/login"))
        self.logs_in(example / "build/login")

    def test_python(self):
        self.logs_in(sys.executable, "-B", self.example("python") / "login.py")

    def test_version_is_asked_for(self):
        project = self.folder / "another"
        project.mkdir()
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.22)\nproject(x LANGUAGES CXX)\nfind_package(eidkern 99 REQUIRED)\n", encoding="utf-8")
        done = subprocess.run(["cmake", "-S", project, "-B", project / "build"], env=self.environment, capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)

    def test_what_the_documents_say(self):
        commands = 0
        for name in ("README.md", "docs/embedding.md"):
            with self.subTest(name):
                commands += self.carry_out(name)
        self.assertGreater(commands, 10)

    # A block of commands is run, a block of code is written to the file that it names in its first line. "<!-- not run: why -->" above a block
    # says why that one is not, "<!-- folder: name -->" above a block starts a folder for all that follow.
    def carry_out(self, name):
        text = (ROOT / name).read_text(encoding="utf-8")
        work, commands = self.folder / "work", 0
        for marker, language, block in re.findall(r"(?:<!-- ([^>]*) -->\n)?```(\w*)\n(.*?)^```", text, re.M | re.S):
            if marker.startswith("folder: "):
                work = self.folder / marker.removeprefix("folder: ")
            work.mkdir(exist_ok=True)
            if marker.startswith("not run: "):
                print(f"{name}: not run: {marker.removeprefix('not run: ')}: {block.splitlines()[0]}")
            elif language in ("cmake", "cpp", "c", "python"):
                if "add_subdirectory(eidkern" in block:
                    self.configure(work, block)
                (work / {"cmake": "CMakeLists.txt", "cpp": "main.cpp", "c": "login.c", "python": "login.py"}[language]).write_text(block, encoding="utf-8")
            elif language == "sh":
                commands += self.run_block(name, block, work)
            else:
                self.assertEqual(language, "text", f"{name}: which language is this?\n{block}")
        return commands

    def configure(self, work, block):
        """The whole repository as a part of another project: building it all once more would take minutes."""
        (work / "eidkern").symlink_to(ROOT)
        (work / "CMakeLists.txt").write_text(block, encoding="utf-8")
        (work / "main.cpp").touch()
        run("cmake", "-S", work, "-B", work / "build", "-G", "Ninja", env=self.environment)
        targets = run("ninja", "-C", work / "build", "-t", "commands", "login", env=self.environment)
        self.assertIn("libeidkern.so.0", targets)

    def run_block(self, name, block, work):
        """The commands of one block. A lab runs until the block's end, and the words URL and /tmp/eidlab are its own."""
        lab = None
        try:
            for command in filter(None, block.splitlines()):
                words = shlex.split(command, comments=True)
                if words[:2] == ["./run", "test"]:
                    print(f"{name}: not run: it runs this test: {command}")
                    continue
                if "lab" in words and "--pki" in words:
                    lab = Lab(self.eidkern)
                    continue
                if lab:
                    url = lab.address["selfAuthUrl" if "self-auth" in words else "tcTokenUrl"]
                    command = re.sub(r"\bURL\b", shlex.quote(url), command).replace("/tmp/eidlab", f"{lab.folder.name}/pki")
                command = command.replace("./run eidkern", "eidkern").replace("./run demo", "eidkern demo").replace("/tmp/eidkern", str(self.prefix))
                print(f"{name}: {command}", flush=True)
                run("bash", "-euc", command, cwd=work, env=self.environment)
        finally:
            if lab:
                lab.__exit__()
        return len(block.splitlines())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
