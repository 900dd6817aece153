"""The program eidkern and its lab, from outside."""
import json
import pathlib
import subprocess
import tempfile


class Lab:
    """A context manager: `eidkern lab` with a PKI of its own. `urls` is what it says of itself."""

    def __init__(self, eidkern: str):
        self._folder = tempfile.TemporaryDirectory()
        self.pki = pathlib.Path(self._folder.name) / "pki"
        self._process = subprocess.Popen([eidkern, "lab", "--pki", self.pki, "--json"], stdout=subprocess.PIPE)
        self.urls = json.loads(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()
        self._folder.cleanup()


def csca_of_simulated_cards(eidkern: str) -> bytes:
    with Lab(eidkern) as lab:
        return (lab.pki / "csca.der").read_bytes()


def login(eidkern: str, command: str, url: str, cvca_file: str, card: str = "sim") -> tuple[int, dict, str]:
    """Exit code, the result event, and everything that was said."""
    arguments = [eidkern, command, url, "--cvca", cvca_file, "--card", card, "--consent", "auto", "--json", "--lang", "en"]
    outcome = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    return outcome.returncode, json.loads(outcome.stdout.splitlines()[-1]), outcome.stdout + outcome.stderr
