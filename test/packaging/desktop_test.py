#!/usr/bin/python3
"""The unit for systemd, and links eid://... from the desktop. desktop_test.py EIDKERN SERVICE DESKTOP"""
import inspect
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import urllib.request

from support import Lab, need, run

EIDKERN, SERVICE, DESKTOP = sys.argv[1:4]


def page(address: str) -> bytes:
    """As a browser gets it: follows redirects, also to servers that nobody knows."""
    known = ssl._create_unverified_context()
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=known), urllib.request.ProxyHandler({}))
    return opener.open(address, timeout=60).read()


# The user's browser, as xdg-open starts it, which tells the page.
BROWSER = f"""#!/usr/bin/python3
import pathlib, ssl, sys, urllib.request
{inspect.getsource(page)}
pathlib.Path(sys.argv[0]).with_name("told").write_bytes(page(sys.argv[1]))
"""


class Service(unittest.TestCase):
    def test_unit(self):
        analyze = need("systemd-analyze")
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "eidkern.service"
            text = pathlib.Path(SERVICE).read_text(encoding="utf-8")
            self.assertRegex(text, r"(?m)^ExecStart=/\S+/eidkern serve \$OPTIONS$")
            unit.write_text(text.replace(text.split("ExecStart=")[1].split(" ")[0], EIDKERN), encoding="utf-8")  # which is there
            done = subprocess.run([analyze, "--user", "--man=no", "verify", str(unit)], capture_output=True, text=True,
                                  env={**os.environ, "XDG_RUNTIME_DIR": folder, "SYSTEMD_LOG_LEVEL": "warning"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_login_in_its_sandbox(self):
        """With nothing but a home: the trust store is found, the log is kept, the port file is written."""
        need("systemd-analyze")
        sandbox = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("sandbox.py")), SERVICE]
        for forbidden in ("import socket; socket.socket(socket.AF_PACKET)", "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
                          "import os; os.chroot('/')"):
            done = subprocess.run([*sandbox, sys.executable, "-c", forbidden], capture_output=True, text=True)
            self.assertRegex(done.stderr, r"(Operation not permitted|Permission denied|not supported by protocol)", forbidden)
        with tempfile.TemporaryDirectory() as home, Lab(EIDKERN) as lab:
            environment = {"HOME": home, "PATH": "/usr/bin:/bin", "TMPDIR": home}
            run(EIDKERN, "trust", "import", lab.address["cvca"], "--test", env=environment)
            serve = subprocess.Popen([*sandbox, EIDKERN, "serve", "--port", "0", "--consent", "auto", "--json"], env=environment, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
            port = json.loads(serve.stdout.readline())["port"]
            self.assertEqual(pathlib.Path(home, f"eidkern.{serve.pid}.port").read_text(encoding="utf-8"), str(port))
            self.assertIn(b"Sandwig", page(f"http://127.0.0.1:{port}/eID-Client?tcTokenURL={urllib.parse.quote(lab.address['tcTokenUrl'])}"))
            serve.terminate()
            self.assertEqual(serve.communicate(timeout=60)[1], "")
            self.assertEqual(serve.returncode, 0)
            log = pathlib.Path(home, ".local/state/eidkern/serve.log")
            self.assertIn('"state":"SendEac2"', log.read_text(encoding="utf-8"))
            self.assertEqual((log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777), (0o600, 0o700))


class Links(unittest.TestCase):
    def test_desktop_file(self):
        run(need("desktop-file-validate"), DESKTOP)
        text = pathlib.Path(DESKTOP).read_text(encoding="utf-8")
        self.assertIn("MimeType=x-scheme-handler/eid;", text)
        self.assertIn("Exec=eidkern open %u\n", text)

    def test_refused(self):
        for link in ["", "eid:", "http://127.0.0.1:24727/eID-Client?tcTokenURL=x", "eid://127.0.0.1:24727/eID-Client", "eid://127.0.0.1:8080/eID-Client?a",
                     "eid://evil.example/eID-Client?tcTokenURL=x", "eid://127.0.0.1:24727/?tcTokenURL=x", "eid://127.0.0.1/../eID-Client?x",
                     "eid://user@127.0.0.1:24727/eID-Client?tcTokenURL=x", "eid://127.0.0.1:24727/eID-Client?" + "x" * 9000]:
            done = subprocess.run([EIDKERN, "open", "--port", "1", "--", link], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, link)

    def test_nobody_listens(self):
        done = subprocess.run([EIDKERN, "open", "--port", "1", "eid://127.0.0.1:24727/eID-Client?tcTokenURL=x"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 15)
        self.assertIn("eidkern serve", done.stderr)

    def test_a_login(self):
        with tempfile.TemporaryDirectory() as folder, Lab(EIDKERN) as lab:
            browser = pathlib.Path(folder) / "xdg-open"
            browser.write_text(BROWSER, encoding="utf-8")
            browser.chmod(0o755)
            os.mkfifo(pathlib.Path(folder) / "told")
            serve = subprocess.Popen([EIDKERN, "serve", "--port", "0", "--consent", "auto", "--json", "--cvca", lab.address["cvca"]], stdout=subprocess.PIPE, text=True)
            port = json.loads(serve.stdout.readline())["port"]
            address = lab.address["tcTokenUrl"].replace(":", "%3A").replace("/", "%2F")
            with open(pathlib.Path(folder) / "said", "w+", encoding="utf-8") as said:  # no pipe: the browser has it too, and goes on
                done = subprocess.run([EIDKERN, "open", "--port", str(port), f"eid://127.0.0.1:24727/eID-Client?tcTokenURL={address}"],
                                      env={**os.environ, "PATH": f"{folder}:/usr/bin:/bin"}, stdout=said, stderr=said)
                said.seek(0)
                self.assertEqual((done.returncode, said.read()), (0, ""))
            with open(pathlib.Path(folder) / "told", encoding="utf-8") as pipe:
                page = pipe.read()
            self.assertIn("Sandwig", page)
            serve.send_signal(signal.SIGINT)
            self.assertIn('"ok":true', serve.communicate(timeout=60)[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
