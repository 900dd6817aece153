"""What the tests of packaging share."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def need(program: str) -> str:
    """The program's path; without it the test is skipped, and counted."""
    found = shutil.which(program)
    if not found:
        print(f"SKIP   : {program} is not installed", flush=True)
        raise unittest.SkipTest(f"{program} is not installed")
    return found


def run(*command, **more) -> str:
    """The output; anything but success shows all that was said."""
    done = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **{"timeout": 120, **more})
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Lab:
    """`eidkern lab`: `address` has its URLs and the file of its root."""

    def __init__(self, *eidkern, pki=None):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([*map(str, eidkern), "lab", "--json", "--pki", pki or f"{self.folder.name}/pki"], stdout=subprocess.PIPE, text=True)
        self.address = json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=60)
        self.folder.cleanup()
