"""A browser, and a site that shows pages as the service does."""

from __future__ import annotations

import shutil
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=800,1000",
)  # fmt: skip


def picture(width: int = 200, height: int = 120) -> bytes:
    """A PNG with a light square on a dark ground."""
    rows = b"".join(
        b"\0" + bytes(230 if 60 <= x < 140 and 30 <= y < 90 else 70 for x in range(width)) for y in range(height)
    )
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


class Site:
    """A site that shows pages as the service does, and records what is posted."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.posts: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path == "/picture.png":
                    self.answer("image/png", picture())
                else:
                    self.answer("text/html; charset=utf-8", site.pages.get(path, "").encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                site.posts.append((self.path, dict(parse_qsl(body, keep_blank_values=True))))
                self.answer("text/html; charset=utf-8", b"<!DOCTYPE html><title>Submitted</title>")

            def answer(self, kind: str, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def open(self, browser: WebDriver, html: str, assignment: str) -> None:
        """Show the page as a worker gets it."""
        self.pages["/task"] = html
        site = quote(self.url + "/", safe="")
        browser.get(f"{self.url}/task?assignmentId={assignment}&hitId=3HIT&workerId=A1&turkSubmitTo={site}")

    def posted(self, browser: WebDriver) -> dict[str, str]:
        """What the one submit posted."""
        WebDriverWait(browser, 10).until(lambda _: self.posts)
        WebDriverWait(browser, 10).until(lambda _: browser.title == "Submitted")
        ((path, fields),) = self.posts
        assert path == "/mturk/externalSubmit"
        return fields


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """One headless Chromium for all tests here."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert binary and driver, "install Chromium: apt-get install chromium chromium-driver"  # noqa: PT018 - one cause
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=Service(driver))
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
