"""The engines of browsers, driven alike: Chromium by Playwright, Firefox by WebDriver BiDi, WebKit by WebDriver.

WebKitGTK stands in for Safari. Each engine opens one window and knows the few things that a reader does. A function is
given as JavaScript; what it is given and returns is JSON, and a promise is waited for.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from patience import PATIENCE, happens
from playwright.sync_api import Browser
from tornado.websocket import WebSocketClientConnection, websocket_connect

FIREFOXES = ("firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox")  # fmt: skip
MINI_BROWSERS = ("lib/*/webkit2gtk-4.*/MiniBrowser", "libexec/webkit2gtk-4.*/MiniBrowser")  # fmt: skip
# As W3C's WebDriver names keys.
KEYS = {
    "Backspace": "\ue003", "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Control": "\ue009", "Escape": "\ue00c",
    "Space": " ", "End": "\ue010", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}  # fmt: skip
# Nothing is asked for that is not the site's.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#none",
    "toolkit.telemetry.enabled": False,
}
Answer = Any


class EngineError(Exception):
    """What an engine refuses, in its own words."""


class Engine:
    """One window of a browser."""

    name = ""
    complaints: list[str]  # errors and warnings on the console

    def goto(self, url: str) -> None:
        """Opens a page and waits until it is loaded."""
        raise NotImplementedError

    def evaluate(self, function: str, argument: object = None) -> Answer:
        """What a function of the page returns."""
        raise NotImplementedError

    def resize(self, width: int, height: int = 844) -> None:
        """Gives the page a size, in CSS pixels."""
        raise NotImplementedError

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        raise NotImplementedError

    def act(self, source: str, actions: list[dict[str, Any]]) -> None:
        """Has a device, "key" or "pointer", do these actions of WebDriver's."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the browser."""
        raise NotImplementedError

    def press(self, keys: str) -> None:
        """Presses a key, or several at once: "Control+k"."""
        signs = [KEYS.get(key, key) for key in keys.split("+")]
        down = [{"type": "keyDown", "value": sign} for sign in signs]
        up = [{"type": "keyUp", "value": sign} for sign in reversed(signs)]
        self.act("key", down + up)

    def write(self, text: str) -> None:
        """Types a text."""
        both = [(kind, sign) for sign in text for kind in ("keyDown", "keyUp")]
        self.act("key", [{"type": kind, "value": sign} for kind, sign in both])

    def click(self, selector: str) -> None:
        """Clicks into the middle of an element, which is scrolled to if need be."""
        place = self.evaluate(
            """async selector => {
              const one = document.querySelector(selector)
              const {top, bottom} = one.getBoundingClientRect()
              if (top < 60 && !one.closest("header") || bottom > innerHeight) one.scrollIntoView({block: "center", behavior: "instant"})
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
              const {x, y, width, height} = one.getBoundingClientRect()
              return [x + width / 2, y + height / 2].map(Math.round)
            }""",
            selector,
        )
        move = {"type": "pointerMove", "x": place[0], "y": place[1]}
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self.act("pointer", [move, down, up])

    def wait(self, question: str, argument: object = None) -> None:
        """Until a function says yes, also over the opening of another page."""

        def says() -> bool:
            try:
                return bool(
                    self.evaluate(
                        f"async given => Boolean(await ({question})(given))", argument
                    )
                )
            except EngineError:
                return False

        assert happens(says), f"{self.name}: {question} {argument or ''}"


class Chromium(Engine):
    """Whichever Chromium or Chrome the other tests use."""

    name = "chromium"

    def __init__(self, browser: Browser) -> None:
        permissions = ["clipboard-read", "clipboard-write"]
        self.context = browser.new_context(permissions=permissions)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda one: self.complaints.append(one.text) if one.type in ("error", "warning") else None)  # fmt: skip

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, function: str, argument: object = None) -> Answer:
        try:
            return self.page.evaluate(function, argument)
        except Exception as error:
            raise EngineError(str(error)) from None

    def resize(self, width: int, height: int = 844) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def picture(self) -> bytes:
        return self.page.screenshot()

    def act(self, source: str, actions: list[dict[str, Any]]) -> None:
        names = {sign: name for name, sign in KEYS.items()}
        for one in actions:
            match one["type"]:
                case "keyDown":
                    self.page.keyboard.down(names.get(one["value"], one["value"]))
                case "keyUp":
                    self.page.keyboard.up(names.get(one["value"], one["value"]))
                case "pointerMove":
                    self.page.mouse.move(one["x"], one["y"])
                case "pointerDown":
                    self.page.mouse.down()
                case "pointerUp":
                    self.page.mouse.up()

    def close(self) -> None:
        self.context.close()


def devices(source: str, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One device and what it does, as both forms of WebDriver take it."""
    mouse = {"parameters": {"pointerType": "mouse"}} if source == "pointer" else {}
    return [{"type": source, "id": source, "actions": actions, **mouse}]


class Firefox(Engine):
    """The Firefox that is there, without a window, over WebDriver BiDi."""

    name = "firefox"

    def __init__(self, program: str) -> None:
        self.complaints = []
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        preferences = (f"user_pref({json.dumps(n)}, {json.dumps(v)});\n" for n, v in PREFERENCES.items())  # fmt: skip
        Path(self.profile.name, "user.js").write_text("".join(preferences))
        command = [program, "--headless", "--no-remote", "--profile", self.profile.name]
        self.process = subprocess.Popen(
            [*command, "--remote-debugging-port", "0", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        found = None
        while self.process.stderr and not found:
            line = self.process.stderr.readline()
            assert line, f"{program} has ended"
            found = re.search(r"BiDi listening on (\w+://\S+)", line)
        assert found
        threading.Thread(target=self._drain, daemon=True).start()
        # Playwright has a loop of events in the thread of the tests; this has one of its own.
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.asked: dict[int, asyncio.Future[Answer]] = {}
        self.numbers = itertools.count()
        self.socket = self._run(self._connect(f"{found[1]}/session"))
        self.call("session.new", capabilities={})
        events = ["log.entryAdded", "network.fetchError", "network.responseCompleted"]
        self.call("session.subscribe", events=events)
        tree = self.call("browsingContext.getTree")
        self.window = {"context": tree["contexts"][0]["context"]}

    def _drain(self) -> None:
        for _ in self.process.stderr or ():  # or the browser waits
            pass

    def _run(self, coroutine: Any) -> Answer:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    async def _connect(self, url: str) -> WebSocketClientConnection:
        return await websocket_connect(url, on_message_callback=self._heard, max_message_size=200_000_000)  # fmt: skip

    def _heard(self, message: str | bytes | None) -> None:
        said = json.loads(message or "{}")
        about = said.get("params", {})
        if said.get("id") in self.asked:
            self.asked.pop(said["id"]).set_result(said)
        elif said.get("method") == "log.entryAdded":
            if about["level"] in ("error", "warn"):
                self.complaints.append(about["text"])
        elif said.get("method") == "network.fetchError":
            self.complaints.append(f"{about['request']['url']}: {about['errorText']}")
        elif about.get("response", {}).get("status", 0) >= 400:
            self.complaints.append(f"{about['request']['url']}: {about['response']['status']}")  # fmt: skip

    def call(self, method: str, **parameters: object) -> Answer:
        """One command of BiDi."""

        async def ask() -> Answer:
            number = next(self.numbers)
            self.asked[number] = answer = self.loop.create_future()
            command = {"id": number, "method": method, "params": parameters}
            await self.socket.write_message(json.dumps(command))
            return await answer

        said = self._run(ask())
        if said["type"] == "error":
            raise EngineError(f"{method}: {said['message']}")
        return said["result"]

    def goto(self, url: str) -> None:
        self.call("browsingContext.navigate", url=url, wait="complete", **self.window)

    def evaluate(self, function: str, argument: object = None) -> Answer:
        result = self.call(
            "script.callFunction",
            functionDeclaration=f"async text => JSON.stringify(await ({function})(JSON.parse(text)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target=self.window,
            awaitPromise=True,
            userActivation=True,
        )
        if result["type"] == "exception":
            raise EngineError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def resize(self, width: int, height: int = 844) -> None:
        size = {"width": width, "height": height}
        self.call("browsingContext.setViewport", viewport=size, **self.window)

    def picture(self) -> bytes:
        shown = self.call("browsingContext.captureScreenshot", **self.window)
        return base64.b64decode(shown["data"])

    def paper(self) -> bytes:
        """The page on A4, as PDF; the driver of WebKit prints nothing."""
        sheet = {"width": 21.0, "height": 29.7}  # cm
        printed = self.call("browsingContext.print", page=sheet, **self.window)
        return base64.b64decode(printed["data"])

    def act(self, source: str, actions: list[dict[str, Any]]) -> None:
        self.call("input.performActions", actions=devices(source, actions), **self.window)  # fmt: skip

    def close(self) -> None:
        with contextlib.suppress(EngineError, TimeoutError):
            self.call("browser.close")
        self.process.wait(PATIENCE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.profile.cleanup()


class WebKit(Engine):
    """WebKitGTK's MiniBrowser, over WebDriver; on a screen of its own where there is none.

    Its pages are in a window without bars, since one with bars cannot be as narrow as a phone.
    """

    name = "webkit"

    def __init__(self, program: str) -> None:
        self.complaints = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.driver = subprocess.Popen(
            on_a_screen("WebKitWebDriver", f"--port={port}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.base = f"http://127.0.0.1:{port}"
        assert happens(self._listens, lambda: self.driver.poll() is None), "WebKitWebDriver has ended"  # fmt: skip
        options = {"binary": program, "args": ["--automation", "--javascript-can-open-windows-automatically=true"]}  # fmt: skip
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        session = self._ask("POST", "/session", {"capabilities": wanted})
        self.base += f"/session/{session['sessionId']}"
        self._ask("POST", "/timeouts", {"script": 1000 * PATIENCE})
        first = self._ask("GET", "/window/handles")
        self.evaluate("() => { open('about:blank', 'page', 'popup,width=400,height=800') }")  # fmt: skip
        (window,) = {*self._ask("GET", "/window/handles")} - {*first}
        self._ask("POST", "/window", {"handle": window})

    def _listens(self) -> bool:
        try:
            return bool(self._ask("GET", "/status")["ready"])
        except OSError:
            return False

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=2 * PATIENCE) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            raise EngineError(error.read().decode()) from None

    def goto(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def evaluate(self, function: str, argument: object = None) -> Answer:
        script = f"""const [text, done] = arguments
            new Promise(go => go(({function})(JSON.parse(text)))).then(
              said => done([JSON.stringify(said ?? null)]), error => done(String(error)))"""
        given = {"script": script, "args": [json.dumps(argument)]}
        said = self._ask("POST", "/execute/async", given)
        if not isinstance(said, list):
            raise EngineError(str(said))
        return json.loads(said[0])

    def resize(self, width: int, height: int = 844) -> None:
        self._ask("POST", "/window/rect", {"width": width, "height": height})
        self.wait("width => innerWidth === width", width)

    def picture(self) -> bytes:
        return base64.b64decode(self._ask("GET", "/screenshot"))

    def act(self, source: str, actions: list[dict[str, Any]]) -> None:
        self._ask("POST", "/actions", {"actions": devices(source, actions)})

    def close(self) -> None:
        with contextlib.suppress(EngineError, OSError):
            self._ask("DELETE", "")
        end(self.driver)


def on_a_screen(*command: str) -> list[str]:
    """A command, with a screen made for it where there is none."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return list(command)
    return ["xvfb-run", "-a", "-s", "-screen 0 2000x1200x24", *command]


def end(process: subprocess.Popen[Any]) -> None:
    """Ends a process that leads a group, with all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(PATIENCE)


def find_firefox() -> str | None:
    """The Firefox that is there."""
    return next(filter(None, map(shutil.which, FIREFOXES)), None)


def find_webkit() -> str | None:
    """WebKitGTK's MiniBrowser, where it can be driven and has a screen."""
    screen = sys.platform == "linux" and (shutil.which(on_a_screen("sh")[0]))
    if not screen or not shutil.which("WebKitWebDriver"):
        return None
    found = (path for name in MINI_BROWSERS for path in Path("/usr").glob(name))
    return str(next(found, "")) or None
