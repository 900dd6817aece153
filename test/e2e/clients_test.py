#!/usr/bin/python3
"""Applications written for the AusweisApp's SDK, with WebSockets of others, against `eidkern serve` and the lab: clients_test.py EIDKERN POSIX_CLIENT
Each does a whole login; the lab's result page shows what was read. What is said is kept in the folder that EIDKERN_FRAMES names, and
judged by contract/frames.py. A client whose library is missing is skipped, and that is said."""
import http.client
import itertools
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request

EIDKERN, POSIX_CLIENT = sys.argv[1:3]
CLIENTS = pathlib.Path(__file__).parent / "clients"
numbers = itertools.count(1)  # of connections
NODE_PATH = "/usr/share/nodejs"  # where Debian puts node-ws


def started(case, *arguments: str) -> dict:
    """A program that runs until the tests end; what it says first."""
    process = subprocess.Popen([EIDKERN, *arguments, "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    case.addClassCleanup(process.stdout.close)
    case.addClassCleanup(process.wait, 30)
    case.addClassCleanup(process.terminate)
    return json.loads(process.stdout.readline())


def page(url: str) -> str:
    """What a browser shows in the end; the lab has made its certificate itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with urllib.request.urlopen(url, context=context) as reply:
        return reply.read().decode()


def keep(said: list[str]) -> None:
    """One connection, as test/unit/support/frames.h keeps it."""
    if folder := os.environ.get("EIDKERN_FRAMES"):
        number = next(numbers)
        lines = [{"to": "begin", "over": "websocket", "strict": True}]
        lines += [{"to": "server" if line[0] == ">" else "client", "text": line[1:]} for line in said]
        with pathlib.Path(folder, f"clients_test-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({"connection": number, **line}) + "\n" for line in lines)


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        lab = started(cls, "lab", "--pki", folder + "/pki", "--require", "FamilyName,GivenNames", "--offer", "DateOfBirth,Address")
        cls.token_url = lab["tcTokenUrl"]
        cls.kernel = started(cls, "serve", "--port", "0", "--cvca", lab["cvca"])
        cls.compat = started(cls, "serve", "--port", "0", "--cvca", lab["cvca"], "--compat", "ausweisapp", "--basic-reader")

    def log_in(self, *command: str, **environment: str) -> list[dict]:
        done = subprocess.run([*command, self.token_url], capture_output=True, text=True, timeout=60, env=os.environ | environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        said = done.stdout.splitlines()
        self.assertEqual({line[:1] for line in said}, {">", "<"}, "both directions")
        keep(said)
        texts = [line[1:] for line in said if line[0] == "<"]
        messages = [json.loads(text) for text in texts]
        self.assertEqual([json.dumps(each, separators=(",", ":"), sort_keys=True, ensure_ascii=False) for each in messages], texts, "compact, and sorted")
        end = [each for each in messages if "result" in each][-1]
        self.assertEqual(end["result"], {"major": "http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok"})
        self.assertIn("Sandwig", page(end["url"]) if "url" in end else "")
        return messages

    def test_ws_of_node(self):
        if not shutil.which("node") or not pathlib.Path(NODE_PATH, "ws").exists():
            print("SKIP   : clients_test: ws of Node (package node-ws)")
            self.skipTest("no node-ws")
        messages = self.log_in("node", str(CLIENTS / "node_client.js"), self.kernel["webSocket"], NODE_PATH=NODE_PATH)
        self.assertEqual(next(each for each in messages if each["msg"] == "INFO")["request"], {"any": ["thing", 1]})

    def test_websockets_of_python(self):
        try:
            import websockets
        except ImportError:
            print("SKIP   : clients_test: websockets of Python (package python3-websockets)")
            self.skipTest("no websockets")
        messages = self.log_in("/usr/bin/python3", "-B", str(CLIENTS / "python_client.py"), self.kernel["webSocket"])
        self.assertNotIn("PAUSE", [each["msg"] for each in messages])

    def test_plain_sockets(self):
        messages = self.log_in(POSIX_CLIENT, str(self.compat["port"]))
        self.assertEqual(messages[0]["msg"], "READER")

    def test_one_after_the_other_at_once(self):
        for _ in range(3):
            self.log_in(POSIX_CLIENT, str(self.compat["port"]))

    def test_a_library_that_sends_an_origin(self):
        host = f"127.0.0.1:{self.kernel['port']}"
        connection = http.client.HTTPConnection(host)
        self.addCleanup(connection.close)
        connection.request("GET", "/eID-Kernel", headers={"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                                                          "Sec-WebSocket-Key": "cGxhaW4gc29ja2V0cyEhIQ==", "Origin": f"http://{host}"})
        self.assertEqual(connection.getresponse().status, 403)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
