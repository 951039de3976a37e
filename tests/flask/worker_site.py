"""A site of workers: shows a task page in a frame, and hands what the page posts to the marketplace."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode

from mturk.marketplace import Marketplace


class WorkerSite:
    """A site that one worker uses."""

    def __init__(self, market: Marketplace, worker_id: str) -> None:
        self._page = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                frame = escape(site._page, quote=True)
                self.answer(f"<!DOCTYPE html><title>Work</title><iframe src='{frame}' width=700 height=800></iframe>")

            def do_POST(self) -> None:
                fields = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                market.worker(worker_id).submit(fields.pop("assignmentId"), fields)
                self.answer("<!DOCTYPE html><title>Submitted</title><p id=done>Submitted</p>")

            def answer(self, body: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def show(self, page: str, **query: str) -> str:
        """Show a task page in the frame; the result is the address to open."""
        self._page = f"{page}?{urlencode({'turkSubmitTo': self.url, **query})}"
        return f"{self.url}/work"


@contextmanager
def running(market: Marketplace, worker_id: str) -> Iterator[WorkerSite]:
    """A site while the block runs."""
    site = WorkerSite(market, worker_id)
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()
