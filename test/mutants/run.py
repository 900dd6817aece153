#!/usr/bin/env python3
"""Breaks the code on purpose, one line at a time, and wants the named test to turn red for each break.

A mutant that still passes shows a test that could not fail; one that no longer applies shows code that has moved on.
Works on a copy of the tree, never on the tree itself. A mutant names its test program, and perhaps the case in it (`function` or `function:row` of Qt Test);
the tests in Python run by CTest, with the programs that they start.
"""
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants" / "tree"
TREE = ROOT / "build" / "mutants" / "build"
FOLDERS = ["src", "include", "resources", "test", "docs", "packaging", "examples"]
LIMIT = 300  # seconds of a test
STARTED_BY_PYTHON = ["eidkern", "card_over_stdio"]


def copy_tree():
    for folder in FOLDERS:
        for left in (COPY / folder).rglob("*"):  # of an earlier run
            if not left.is_dir() and not (ROOT / left.relative_to(COPY)).exists():
                left.unlink()
        shutil.copytree(ROOT / folder, COPY / folder, dirs_exist_ok=True, copy_function=copy_if_newer)
    for file in ("CMakeLists.txt", "CMakePresets.json"):
        copy_if_newer(ROOT / file, COPY / file)


def copy_if_newer(source, target):
    """Keeps the time stamps of files that are the same, so that nothing is built twice."""
    target = Path(target)
    if not target.exists() or target.read_bytes() != Path(source).read_bytes():
        shutil.copy(source, target)
    return target


def build(test):
    targets = STARTED_BY_PYTHON if test.startswith("second_") else [test]
    return subprocess.run(["ninja", "-C", TREE, *targets], capture_output=True, text=True)


def command(mutant):
    if mutant["test"].startswith("second_"):
        return ["ctest", "--test-dir", TREE, "-R", f"^{mutant['test']}$", "--no-tests=error"]
    return [TREE / "test" / mutant["test"], *([mutant["case"]] if "case" in mutant else [])]


def passes(mutant):
    return subprocess.run(command(mutant), capture_output=True, timeout=LIMIT).returncode == 0


def verdict(mutant):
    file = COPY / mutant["file"]
    original = file.read_text()
    if original.count(mutant["from"]) < 1:
        return "does not apply"
    file.write_text(original.replace(mutant["from"], mutant["to"], 1))
    try:
        built = build(mutant["test"])
        if built.returncode:
            return "does not compile:\n" + built.stdout[-2000:]
        try:
            return "SURVIVED" if passes(mutant) else "killed"
        except subprocess.TimeoutExpired:
            return "killed (it hangs)"
    finally:
        file.write_text(original)


def check(mutants):
    """Whether each still finds its line."""
    lost = [m["name"] for m in mutants if (ROOT / m["file"]).read_text().count(m["from"]) < 1]
    sys.exit("\n".join(f"does not apply: {name}" for name in lost) or 0)


def main():
    mutants = json.loads((ROOT / "test" / "mutants" / "mutants.json").read_text())
    if sys.argv[1:] == ["--check"]:
        check(mutants)
    wanted = [m for m in mutants if not sys.argv[1:] or any(word in m["name"] for word in sys.argv[1:])]
    copy_tree()
    if not (TREE / "build.ninja").exists():
        subprocess.run(["cmake", "-S", COPY, "-B", TREE, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_BUILD_TYPE=Debug",
                        "-DCMAKE_CXX_FLAGS_DEBUG=-O1", "-DEIDKERN_TESTS=ON", "-DEIDKERN_INSTALL=OFF"], check=True, stdout=subprocess.DEVNULL)
    for test in sorted({m["test"] for m in wanted}):
        built = build(test)
        if built.returncode:
            sys.exit(f"{test} does not build:\n{built.stdout[-2000:]}")
    for case in {tuple(command(m)): m for m in wanted}.values():
        if not passes(case):
            sys.exit(f"{case['test']} {case.get('case', '')} is red before anything is broken")
    bad = 0
    for mutant in wanted:
        result = verdict(mutant)
        bad += not result.startswith("killed")
        print(f"{result:16} {mutant['name']} ({mutant['test']})", flush=True)
    print(f"{len(wanted) - bad} passed, {bad} failed")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
