#!/usr/bin/python3
"""The unit for systemd, and links eid://... from the desktop. desktop_test.py EIDKERN SERVICE DESKTOP"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from support import Lab, need, run

EIDKERN, SERVICE, DESKTOP = sys.argv[1:4]

# The user's browser, as xdg-open starts it: follows redirects, also to servers that nobody knows, and tells the page.
BROWSER = """#!/usr/bin/python3
import pathlib, ssl, sys, urllib.request
known = ssl._create_unverified_context()
opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=known), urllib.request.ProxyHandler({}))
page = opener.open(sys.argv[1], timeout=60).read()
pathlib.Path(sys.argv[0]).with_name("told").write_bytes(page)
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
