"""A browser, and a site that shows pages with crowd elements in an origin of their own and takes what they post."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

import mturk.marketplace.frame
from mturk.marketplace.frame.joined_script import CROWD_ELEMENTS
from tests.page_turn import page_turn
from tests.rendering.conftest import FLAGS, picture

STATIC = Path(mturk.marketplace.frame.__file__).parent / "static"
AXE = Path(__file__).parents[3] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
KINDS = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
SCRIPT = '<script src="/crowd_elements.js"></script>'
SANDBOX = "sandbox allow-scripts allow-forms allow-modals"
LOOKS = {
    "dark": "<style>html { color-scheme: dark; background: #16181c; color: #eee }</style>",
    "rtl": "<script>document.documentElement.dir = 'rtl'</script>",
}
# What a pointer does before a page is painted is lost.
PAINTED = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));"


class Site:
    """A site that shows one page, and records what is posted."""

    def __init__(self) -> None:
        self.page = ""
        self.posts: list[list[tuple[str, str]]] = []
        self.is_late = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path == "/task":
                    self.answer("text/html; charset=utf-8", site.page.encode(), SANDBOX)
                elif path == "/picture.png":
                    self.answer("image/png", picture())
                elif path == "/late.png":
                    site.is_late.wait(20)
                    self.answer("image/png", picture())
                elif path == "/crowd_elements.js":
                    self.answer("text/javascript", CROWD_ELEMENTS.text)
                elif path.startswith("/static/") and (STATIC / path[8:]).is_file():
                    self.answer(KINDS[Path(path).suffix], (STATIC / path[8:]).read_bytes())
                else:
                    self.answer("text/plain", b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if urlsplit(self.path).path == "/pass/3SIGNED/mturk/externalSubmit":
                    site.posts.append(parse_qsl(body, keep_blank_values=True))
                self.answer("text/html; charset=utf-8", b"<!DOCTYPE html><title>Submitted</title>")

            def answer(self, kind: str, body: bytes, policy: str = "") -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                # A sandboxed page has no origin that a picture's pixels could be read by.
                self.send_header("Access-Control-Allow-Origin", "*")
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


class Desk:
    """A page with crowd elements, as a worker has it before them."""

    def __init__(self, browser: WebDriver, site: Site) -> None:
        self.browser, self.site = browser, site

    def open(
        self, body: str, *, form: str = "<crowd-form>", assignment: str = "3ASSIGNMENT", head: str = SCRIPT
    ) -> None:
        """Show elements in a crowd-form, or a whole page where `form` is empty."""
        inside = f"{form}{body}</crowd-form>" if form else body
        self.site.page = f'<!DOCTYPE html><html lang="en"><title>Task</title>{head}{inside}</html>'
        target = quote(f"{self.site.url}/pass/3SIGNED", safe="")
        self.browser.get(f"{self.site.url}/task?assignmentId={assignment}&hitId=3HIT&workerId=A1&turkSubmitTo={target}")
        self.browser.execute_async_script(PAINTED)

    def find(self, selector: str) -> WebElement:
        """The element that the selector names; `>>` leads into a shadow tree."""
        outer, *inner = selector.split(" >> ")
        found: WebElement = self.browser.find_element(By.CSS_SELECTOR, outer)
        for part in inner:
            found = found.shadow_root.find_element(By.CSS_SELECTOR, part)
        return found

    def click(self, *selectors: str) -> None:
        for selector in selectors:
            self.find(selector).click()

    def type(self, selector: str, text: str) -> None:
        self.find(selector).send_keys(text)

    def keys(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.browser, duration=0).send_keys(key).perform()

    def focus(self, selector: str) -> None:
        self.browser.execute_script("arguments[0].focus()", self.find(selector))

    def run(self, script: str, *values: Any) -> Any:
        return self.browser.execute_script(script, *values)

    def submit(self) -> None:
        self.click("crowd-button[form-action=submit]")

    def entries(self) -> list[tuple[str, str]]:
        """What the one submit posted."""
        WebDriverWait(self.browser, 10).until(lambda _: self.site.posts)
        page_turn(self.browser).until(lambda _: self.browser.title == "Submitted")
        (entries,) = self.site.posts
        return entries

    def answers(self) -> Any:
        """The answers of the one submit."""
        entries = dict(self.entries())
        assert entries.pop("assignmentId") == "3ASSIGNMENT"
        assert list(entries) == ["taskAnswers"]
        (answers,) = json.loads(entries["taskAnswers"])
        return answers

    def submitted(self) -> Any:
        self.submit()
        return self.answers()

    def told(self) -> list[str]:
        """What the list above the button says is missing; nothing was posted."""
        lines = (
            "return [...document.querySelector('crowd-problem-list').shadowRoot.querySelectorAll('li')]"
            ".map((line) => line.textContent)"
        )
        WebDriverWait(self.browser, 5).until(lambda _: self.run(lines))
        assert not self.site.posts
        return list(self.run(lines))

    def obstacles(self) -> list[str]:
        """What axe finds that keeps people from using the page."""
        self.browser.execute_script(AXE.read_text(encoding="utf-8"))
        found = self.browser.execute_async_script(
            "const done = arguments[0];"
            "const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];"
            "axe.run(document, { runOnly: tags, rules: { 'target-size': { enabled: true } } })"
            ".then((result) => done(result.violations.map((one) =>"
            " `${one.id}: ${one.nodes.map((node) => node.target.flat().join(' ') + ' ' +"
            " node.failureSummary).join('; ')}`)))"
            ".catch((error) => done([String(error)]));"
        )
        return list(found)

    def obstacles_in(self, body: str, look: str, *steps: Callable[[], None]) -> list[str]:
        """What axe finds in one of the looks of a page, and whether the page is wider than the window."""
        width = 390 if look == "narrow" else 1280
        self.browser.set_window_size(width, 900)
        try:
            self.open(LOOKS.get(look, "") + body)
            for step in steps:
                step()
            self.browser.execute_async_script(PAINTED)
            wide = self.run("return document.documentElement.scrollWidth > innerWidth")
            return self.obstacles() + (["wider than the window"] if wide else [])
        finally:
            self.browser.set_window_size(800, 1000)


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """One headless Chromium for all tests here."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert binary and driver, "install Chromium: apt-get install chromium chromium-driver"  # noqa: PT018 - one cause
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    made.set_script_timeout(20)
    yield made
    made.quit()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def desk(browser: WebDriver, site: Site) -> Iterator[Desk]:
    """A desk whose pages' scripts fail nowhere."""
    browser.get_log("browser")  # type: ignore[no-untyped-call] # selenium has no types for it
    yield Desk(browser, site)
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call] # as above
    assert [entry["message"] for entry in entries if entry["level"] == "SEVERE"] == []
