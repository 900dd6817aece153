#!/usr/bin/python3
"""What people see in a browser: every page of `eidkern serve` and of the lab in a headless Chromium, narrow and wide, light and
dark, in German and English, and a login from link to result: browser_test.py EIDKERN CLIENT_PAGES FOLDER (for the screenshots)
Exit code 77: there is no Chromium here."""
import contextlib
import http.server
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

import devtools
import png

EIDKERN, CLIENT_PAGES, SHOTS = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
PERSONAS = pathlib.Path(__file__).parents[2] / "resources" / "personas"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LEAST_COLOURS = 20  # a page without text and without marks has fewer
LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3

# Each text that is shown, with its colour and what is behind it; the lowest contrast first.
CONTRASTS = """(() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = channels(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
      if (colour[3] !== 0) throw 'half transparent: ' + element.outerHTML;
    }
    throw 'nothing behind it';
  };
  const all = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    all.push([(a + .05) / (b + .05), text]);
  }
  return all.sort((x, y) => x[0] - y[0]);
})()"""

CANCELLED = r"/\S+ResultMajor=error&ResultMinor=cancellationByUser"  # TR-03124-1 2.5.2: the refresh address, and what is told

# An application: it cancels a login as soon as it hears `asked`, and `ended` is what it hears then.
CANCELS = """new Promise((opened, refused) => {
  const socket = new WebSocket(URL);
  window.ended = new Promise(told => socket.onmessage = event => {
    const message = JSON.parse(event.data);
    if (message.msg === ASKED) socket.send('{"cmd":"CANCEL"}');
    if (message.result) told(message.result.reason);
  });
  window.leave = () => new Promise(left => { socket.onclose = () => left(true); socket.close(); });
  socket.onopen = () => opened(true);
  socket.onerror = () => opened(false);
})"""


def started(case, *arguments: str) -> tuple[subprocess.Popen, dict]:
    """A program that runs until the tests end, and what it says first."""
    process = subprocess.Popen([EIDKERN, *arguments, "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    case.addClassCleanup(process.stdout.close)
    case.addClassCleanup(process.wait, 30)
    case.addClassCleanup(process.terminate)
    return process, json.loads(process.stdout.readline())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ForeignPage(http.server.BaseHTTPRequestHandler):
    """Every address is an empty page of somebody else."""

    def do_GET(self):
        body = b"<!DOCTYPE html><title>somebody else</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        cls.port = free_port()  # the start page must know it before the client runs
        cls.lab_process, lab = started(cls, "lab", "--pki", str(folder / "pki"), "--client-port", str(cls.port), "--age", "18")
        _, client = started(cls, "serve", "--port", str(cls.port), "--cvca", lab["cvca"], "--consent", "auto", "--origin", r"http://application\.example:\d+")
        assert client["port"] == cls.port
        cls.cvca, cls.folder = lab["cvca"], folder
        cls.client, cls.lab = f"http://127.0.0.1:{cls.port}", lab["startPageUrl"].rstrip("/")
        foreign = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ForeignPage)
        cls.foreign_port = foreign.server_address[1]
        threading.Thread(target=foreign.serve_forever, daemon=True).start()
        cls.addClassCleanup(foreign.server_close)
        cls.addClassCleanup(foreign.shutdown)
        cls.browser = devtools.Browser(folder / "profile", ["--ignore-certificate-errors", "--host-resolver-rules=MAP * 127.0.0.1"])
        cls.addClassCleanup(cls.browser.close)
        SHOTS.mkdir(parents=True, exist_ok=True)

    def tab(self, language: str = "de") -> devtools.Page:
        page = self.browser.page()
        page.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        return page

    def look(self, page: devtools.Page, name: str, status: int, language: str, heading: str) -> None:
        """The checks of every page that a server shows, and its screenshots."""
        response = page.documents[-1]
        headers = {key.lower(): value for key, value in response["headers"].items()}
        self.assertEqual(response["status"], status)
        policy = headers["content-security-policy"]
        self.assertTrue(policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy, policy)
        self.assertEqual((headers["x-content-type-options"], headers["referrer-policy"], headers["cache-control"]), ("nosniff", "no-referrer", "no-store"))
        self.photograph(page, name, language, heading)

    def photograph(self, page: devtools.Page, name: str, language: str, heading: str) -> None:
        self.assertEqual(page.evaluate("[document.documentElement.lang, document.querySelectorAll('h1, main').length]"), [language, 2])
        self.assertIn(heading, page.evaluate("document.querySelector('h1').innerText"))
        self.assertRegex(page.evaluate("document.title"), r"^\S.* – eidkern")
        for size, (width, height) in SIZES.items():
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=size == "phone")
            page.evaluate(f"for (const each of document.querySelectorAll('details')) each.open = {json.dumps(size == 'phone')}")
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width, "one has to scroll sideways")
            for scheme in ("light", "dark"):
                page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                lowest, text = page.evaluate(CONTRASTS)[0]
                self.assertGreaterEqual(lowest, LEAST_CONTRAST, f"{size}, {scheme}: {text}")
                self.assertGreater(png.colours(page.screenshot(0.2)), LEAST_COLOURS, "an empty page")
                (SHOTS / f"{name}.{language}.{size}.{scheme}.png").write_bytes(page.screenshot())
        for url in page.requests:
            self.assertTrue(url.startswith((self.client + "/", self.lab + "/", self.folder.as_uri() + "/client-500-", "http://evil.example:", "about:")), url)
        self.assertEqual(page.complaints, [])

    def activation(self, address: str | None) -> str:
        return self.client + "/eID-Client" + ("" if address is None else "?tcTokenURL=" + urllib.parse.quote(address, safe=""))

    def test_pages_of_the_client(self):
        nobody = f"https://127.0.0.1:{free_port()}/<script>"
        for name, url, status, german, english in (
                ("client-400-host", f"http://evil.example:{self.port}/eID-Client?Status", 400, "Diese Anfrage wird nicht", "This request is not"),
                ("client-400-failure", self.activation("http://127.0.0.1/token"), 400, "fehlgeschlagen", "has failed"),
                ("client-404", self.client + "/elsewhere", 404, "Hier ist nichts", "nothing here"),
                ("client-404-no-address", self.activation(None), 404, "fehlgeschlagen", "has failed"),
                ("client-404-unreachable", self.activation(nobody), 404, "fehlgeschlagen", "has failed")):
            for language, heading in (("de", german), ("en", english)):
                with self.subTest(name, language=language):
                    page = self.tab(language)
                    page.open(url)
                    self.look(page, name, status, language, heading)

    def test_pages_that_nothing_brings_about(self):
        subprocess.run([CLIENT_PAGES, self.folder], check=True)
        for name, german, english in (("client-500-failure", "fehlgeschlagen", "has failed"), ("client-500-nowhere", "zu Ende", "has ended")):
            for language, heading in (("de", german), ("en", english)):
                with self.subTest(name, language=language):
                    page = self.tab(language)
                    page.open((self.folder / f"{name}.{language}.html").as_uri())
                    self.photograph(page, name, language, heading)

    def test_trying_again(self):
        page = self.tab()
        page.open(self.activation(f"https://127.0.0.1:{free_port()}/"))
        self.assertIn("Get_TcToken_Network_Error", page.evaluate("document.body.innerText"))
        page.loading(lambda: page.evaluate("document.querySelector('a.button').click()"))
        self.assertEqual(page.documents[-2]["url"], page.documents[-1]["url"])
        page.open(self.activation("http://127.0.0.1/"))  # repeating this one cannot help
        self.assertIsNone(page.evaluate("document.querySelector('a.button')"))

    def test_a_second_login_at_the_same_time(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            first, second = self.tab(), self.tab()
            address = self.activation(f"https://127.0.0.1:{silent.getsockname()[1]}/")
            first.evaluate(f"location.href = {json.dumps(address)}")
            waiting, _ = silent.accept()  # the client is at the service, which says nothing
            with waiting:
                second.open(self.activation(self.lab + "/tctoken"))
                self.look(second, "client-409", 409, "de", "Eine andere Anmeldung")
            first.browser.until(lambda: first.loads > 0)
        second.loading(lambda: second.evaluate("document.querySelector('a.button').click()"))
        self.assertIn("Sie sind angemeldet", second.evaluate("document.querySelector('h1').innerText"))

    def test_the_client_is_about_to_end(self):
        persona = json.loads((PERSONAS / "adult.json").read_text())
        (self.folder / "slow.json").write_text(json.dumps({**persona, "script": {"delayMs": 5000}}))  # for each APDU
        client, said = started(self, "serve", "--port", "0", "--cvca", self.cvca, "--consent", "auto", "--card", f"sim:{self.folder / 'slow.json'}")
        self.client = f"http://127.0.0.1:{said['port']}"
        address = self.activation(self.lab + "/tctoken")
        first, second = self.tab(), self.tab()
        first.evaluate(f"location.href = {json.dumps(address)}")
        while json.loads(client.stdout.readline()).get("state") != "SelectCard":
            pass
        self.lab_process.send_signal(signal.SIGSTOP)  # the eID-Server has to be told, and does not listen
        try:
            client.send_signal(signal.SIGINT)
            while json.loads(client.stdout.readline()).get("state") != "EndDialogue":
                pass
            second.open(address)
        finally:
            self.lab_process.send_signal(signal.SIGCONT)
        self.look(second, "client-503", 503, "de", "Gerade nicht bereit")
        first.browser.until(lambda: first.loads > 0)

    @contextlib.contextmanager
    def application(self, asked: str):
        """It is connected, and cancels when it is asked this; a page that may be one, so that no library is needed."""
        page = self.browser.page()
        page.open(f"http://application.example:{self.foreign_port}/")
        script = CANCELS.replace("URL", json.dumps(self.client.replace("http", "ws", 1) + "/eID-Kernel")).replace("ASKED", json.dumps(asked))
        self.assertTrue(page.evaluate(script))
        try:
            yield page
        finally:
            page.evaluate("leave()")

    def other_lab(self, *arguments: str) -> None:
        """Of the same certificates; its link leads to `client`."""
        _, said = started(self, "lab", "--pki", str(self.folder / "pki"), "--client-port", self.client.rsplit(":", 1)[1], *arguments)
        self.lab = said["startPageUrl"].rstrip("/")

    def follow_the_link(self, language: str) -> devtools.Page:
        page = self.tab(language)
        page.open(self.lab + "/")
        page.loads = 0
        page.evaluate("document.querySelector('a.button:not(.quiet)').click()")
        return page

    def look_at_cancelled(self, page: devtools.Page, name: str, language: str, way: str, words: str) -> None:
        self.browser.until(lambda: page.loads > 0)
        self.look(page, name, 200, language, {"de": "fehlgeschlagen", "en": "has failed"}[language])
        self.assertTrue(any(re.fullmatch(re.escape(self.lab) + way, url) for url in page.requests), page.requests)
        text = page.evaluate("document.body.innerText")
        self.assertIn(words, text)
        self.assertNotIn("Sandwig", text)

    def test_an_application_cancels(self):
        for language, words in (("de", "Sie haben abgebrochen"), ("en", "You have cancelled")):
            with self.subTest(language), self.application("ACCESS_RIGHTS") as application:
                page = self.follow_the_link(language)
                self.assertEqual(application.evaluate("ended"), "User_Cancelled")
                self.look_at_cancelled(page, "lab-cancelled", language, CANCELLED, words)

    def test_an_application_cancels_and_there_is_no_way_back(self):
        self.other_lab("--variant", "redirect-refresh", "--tls", "redirector=expired")
        with self.application("ACCESS_RIGHTS") as application:
            page = self.follow_the_link("en")
            self.assertEqual(application.evaluate("ended"), "User_Cancelled")
            self.look_at_cancelled(page, "lab-cancelled-error", "en", r"/error[?]ResultMajor=error&ResultMinor=communicationError",
                                   "no trustworthy way back")

    def test_an_application_cancels_before_the_service_has_said_anything(self):
        with socket.create_server(("127.0.0.1", 0)) as silent, self.application("AUTH") as application:
            page = self.tab("en")
            page.open(self.activation(f"https://127.0.0.1:{silent.getsockname()[1]}/"))
            self.assertEqual(application.evaluate("ended"), "User_Cancelled")
        self.look(page, "client-404-cancelled", 404, "en", "has failed")
        self.assertIn("User_Cancelled", page.evaluate("document.body.innerText"))

    def test_a_person_at_the_terminal_cancels(self):
        port = free_port()
        self.client = f"http://127.0.0.1:{port}"
        self.other_lab()
        keyboard, terminal = pty.openpty()
        self.addCleanup(os.close, keyboard)
        client = subprocess.Popen([EIDKERN, "serve", "--port", str(port), "--cvca", self.cvca, "--card", "sim:adult", "--lang", "en"], stdin=terminal, stdout=terminal)
        os.close(terminal)
        self.addCleanup(client.wait, 30)
        self.addCleanup(client.terminate)
        shown = b""

        def until(text: bytes) -> None:
            nonlocal shown
            while text not in shown:
                self.assertTrue(select.select([keyboard], [], [], devtools.PATIENCE)[0], shown)
                shown += os.read(keyboard, 4096)

        until(str(port).encode())
        page = self.follow_the_link("en")
        until(b"Send")
        os.write(keyboard, b"n\n")
        self.look_at_cancelled(page, "lab-cancelled-at-the-terminal", "en", CANCELLED, "You have cancelled")

    def test_a_form_starts_nothing(self):
        page = self.tab("en")
        page.evaluate(f"document.body.innerHTML = '<form method=post action={self.activation(self.lab + '/tctoken')}></form>'")
        page.loading(lambda: page.evaluate("document.forms[0].submit()"))
        self.look(page, "client-405", 405, "en", "does not begin like this")

    def foreign(self) -> devtools.Page:
        """A page of http://evil.example, at another port than the client's."""
        page = self.tab("en")
        page.open(f"http://evil.example:{self.foreign_port}/")
        return page

    def opens(self, page: devtools.Page, url: str) -> bool:
        """Whether a script of the page gets a WebSocket."""
        return page.evaluate(f"""new Promise(opened => {{
          const socket = new WebSocket({json.dumps(url)});
          socket.onopen = () => {{ socket.onclose = () => opened(true); socket.close(); }};
          socket.onerror = () => opened(false);
        }})""")

    def test_a_foreign_page_gets_no_web_socket(self):
        page = self.foreign()
        self.assertFalse(self.opens(page, f"ws://127.0.0.1:{self.port}/eID-Kernel"))
        _, said = started(self, "serve", "--port", "0", "--cvca", self.cvca, "--origin", f"http://evil\\.example:{self.foreign_port}")
        self.assertTrue(self.opens(page, said["webSocket"]), "an origin that is allowed")
        inner = f"<script>s = new WebSocket('{said['webSocket']}'); s.onopen = () => parent.postMessage(1, '*'); s.onerror = () => parent.postMessage(0, '*')</script>"
        self.assertEqual(page.evaluate(f"""new Promise(told => {{
          onmessage = event => told(event.data);
          const frame = document.createElement('iframe');
          frame.sandbox = 'allow-scripts';
          frame.srcdoc = {json.dumps(inner)};
          document.body.append(frame);
        }})"""), 0, "an origin that is null")

    def test_a_name_rebound_to_this_machine(self):
        _, said = started(self, "serve", "--port", "0", "--cvca", self.cvca, "--consent", "auto", "--origin", ".*")
        page = self.foreign()
        self.assertTrue(self.opens(page, f"ws://127.0.0.1:{said['port']}/eID-Kernel"))
        self.assertFalse(self.opens(page, f"ws://evil.example:{said['port']}/eID-Kernel"), "under a foreign name")
        address = self.activation(self.lab + "/tctoken").replace(self.client, f"http://evil.example:{said['port']}")
        page.open(address)
        self.assertEqual(page.documents[-1]["status"], 400)

    def test_a_foreign_page_reads_and_posts_nothing(self):
        page = self.foreign()
        fetched = lambda path, options="{}": page.evaluate(f"""fetch({json.dumps(self.client)} + {json.dumps(path)}, {options})
          .then(reply => reply.text().then(text => [reply.status, text.length > 0]), () => 'refused')""")
        self.assertEqual(fetched("/eID-Client?Status=json"), [200, True], "whether we are here may be asked")
        for path in ("/eID-Client?ShowUI", "/favicon.ico", "/eID-Kernel", "/"):
            self.assertEqual(fetched(path), "refused", path)
        self.assertEqual(fetched("/eID-Client?Status=json", "{method: 'PUT'}"), "refused")
        self.assertEqual(fetched("/eID-Client?Status=json", "{headers: {Authorization: 'Bearer x'}}"), "refused")

    def test_pages_of_the_lab(self):
        for name, path, status, german, english in (
                ("lab-start", "/", 200, "Probierladen", "trial shop"),
                ("lab-error", "/error?ResultMinor=trustedChannelEstablishmentFailed", 200, "fehlgeschlagen", "has failed"),
                ("lab-unknown", "/result?session=00", 404, "gibt es nicht", "no such login")):
            for language, heading in (("de", german), ("en", english)):
                with self.subTest(name, language=language):
                    page = self.tab(language)
                    page.open(self.lab + path)
                    self.look(page, name, status, language, heading)

    def test_a_login_from_link_to_result(self):
        for name, button, heading in (("lab-result", "a.button:not(.quiet)", "You are logged in"), ("lab-own-data", "a.button.quiet", "This is on your card")):
            with self.subTest(name):
                page = self.tab("en")
                page.open(self.lab + "/")
                page.loading(lambda: page.evaluate(f"document.querySelector('{button}').click()"))
                self.look(page, name, 200, "en", heading)
                self.assertTrue(any(url.startswith(self.client + "/eID-Client?tcTokenURL=") for url in page.requests))
                for value in ("Sandwig", "Henrike Lotte", "At least 18 years old"):
                    self.assertIn(value, page.evaluate("document.body.innerText"))


if __name__ == "__main__":
    if not devtools.program():
        print("not run: chromium is not installed", file=sys.stderr)
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
