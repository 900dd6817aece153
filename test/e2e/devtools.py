"""A headless Chromium, driven by its DevTools protocol over two pipes."""
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import time

PATIENCE = 30.0  # seconds for whatever is awaited; only a failure takes as long


def program() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """One tab. What it asks the network for and what its console says is kept in `requests`, `documents` and `complaints`."""

    def __init__(self, browser: "Browser", session: str):
        self.browser, self.session = browser, session
        self.requests: list[str] = []
        self.documents: list[dict] = []  # responses of Network.responseReceived
        self.complaints: list[str] = []
        self.loads = 0
        for domain in ("Page", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters) -> dict:
        return self.browser.call(method, parameters, self.session)

    def tell(self, method: str, parameters: dict) -> None:
        if method == "Page.loadEventFired":
            self.loads += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Network.responseReceived" and parameters["type"] == "Document":
            self.documents.append(parameters["response"])
        elif method == "Log.entryAdded" and parameters["entry"]["source"] != "network":  # that one is told of each 404
            self.complaints.append(parameters["entry"]["text"])

    def evaluate(self, script: str):
        """The script's value; of a promise, what it promises."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def loading(self, action) -> None:
        """Until the next document has been loaded, which `action` brings about."""
        before = self.loads
        action()
        self.browser.until(lambda: self.loads > before)

    def open(self, url: str) -> None:
        self.loading(lambda: self.call("Page.navigate", url=url))

    def screenshot(self, scale: float = 1) -> bytes:
        """PNG of the whole page, also of what lies below the window."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": scale}
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"])


class Browser:
    def __init__(self, folder: pathlib.Path, options: list[str]):
        command_end, self._out = os.pipe()
        self._in, event_end = os.pipe()
        ours = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (command_end, event_end)]  # so that none of them is 3 or 4

        def hand_over() -> None:
            os.dup2(ours[0], 3)
            os.dup2(ours[1], 4)

        command = [program(), "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-first-run", "--disable-gpu",
                   "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars", *options]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=hand_over,
                                         pass_fds=(3, 4), env={**os.environ, "HOME": str(folder)})
        for end in (command_end, event_end, *ours):
            os.close(end)
        self._buffer, self._number = b"", 0
        self._answers: dict[int, dict] = {}
        self._pages: dict[str, Page] = {}

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        os.close(self._out)
        os.close(self._in)

    def page(self) -> Page:
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._pages[session] = Page(self, session)
        return self._pages[session]

    def call(self, method: str, parameters: dict, session: str | None = None) -> dict:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        wire = json.dumps(message).encode() + b"\0"
        while wire:
            wire = wire[os.write(self._out, wire):]
        self.until(lambda: number in self._answers)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def until(self, condition) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if not select.select([self._in], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            block = os.read(self._in, 1 << 20)
            if not block:
                raise EOFError("the browser has ended")
            *messages, self._buffer = (self._buffer + block).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._answers[message["id"]] = message
                elif message.get("sessionId") in self._pages:
                    self._pages[message["sessionId"]].tell(message["method"], message["params"])
