"""Answers to requests that no application has seen: what is wrong with them, or that there is no room for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import (
    BadRequest,
    Error,
    InternalServerError,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)

from mturk.marketplace.error import FrontEndError, Refusal, ServiceFault
from mturk.marketplace.http.api import ApiReply, again_after, too_large
from mturk.marketplace.watch import visit

AGAIN = 5
"""After so many seconds somebody who was refused for want of room may come again."""


class Page(NamedTuple):
    """What a browser is shown: headers without the length, and HTML."""

    headers: list[tuple[str, str]]
    body: bytes


Pages = Callable[[str, str, int], "Page | None"]
"""The page for a path, what the browser says of its languages, and a status; None where no browser comes."""


class Farewell(NamedTuple):
    """What is said to somebody whose request never came whole, before the connection is closed."""

    status: int
    reason: str
    again: int | None = None

    def written(self, page: Page | None = None) -> bytes:
        """The whole answer, with a page where a browser asked."""
        headers, body = page or Page([], b"")
        ends = [("Content-Length", str(len(body))), ("Connection", "close")]
        lines = [f"{name}: {value}\r\n" for name, value in (*again_after(self.again), *headers, *ends)]
        return f"HTTP/1.1 {self.status} {self.reason}\r\n{''.join(lines)}\r\n".encode("latin-1") + body


NO_ROOM = Farewell(503, "Service Unavailable", AGAIN)
TOO_SLOW = Farewell(408, "Request Timeout")


class Unsigned(BadRequest):
    """A large body that somebody sends without saying who they are."""


class TooManyCookies(RequestHeaderFieldsTooLarge):
    """A head that is too long for its cookies. Any host of a domain can set some for all of it, as a task page can
    below a task host, and no request would ever be short enough again: the browser is told to forget them.
    """

    def __init__(self) -> None:
        super().__init__("Your browser sent too many cookies, and is told to delete them. Load the page again.")


class Busy(Error):
    """A request that nobody answers now."""

    code = 503
    reason = "Service Unavailable"


class Ending(Busy):
    """A request that came whole, and that nobody answers any more."""


class Complaint(ErrorTask):
    """What is wrong with a request: a page for the site's, else in the form of the API where the API has one for it."""

    def execute(self) -> None:
        error = self.request.error
        if not isinstance(error, (Ending, InternalServerError)):
            self.channel.linger()  # of such a request the rest may still be on its way
        if isinstance(error, TooManyCookies):
            self.response_headers.append(("Clear-Site-Data", '"cookies"'))
        page = self.channel.page(self.request, error.code)
        told = page or _told(error)
        if told is None:
            super().execute()
            return
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend(told.headers)
        if page:
            self.response_headers.append((visit.REQUEST_ID, visit.request_id()))
        if isinstance(error, Busy):
            self.response_headers.extend(again_after(AGAIN))
        self.set_close_on_finish()
        self.content_length = len(told.body)
        self.write(told.body)


class Task(WSGITask):
    """A request for the application; of the last one on its connection before the server ends, the client is told."""

    def build_response_header(self) -> bytes:
        if self.channel.server.is_ending and len(self.channel.requests) == 1:
            self.set_close_on_finish()
        head: bytes = super().build_response_header()
        return head


def _told(error: Error) -> ApiReply | None:
    if isinstance(error, RequestEntityTooLarge):
        return too_large()
    if isinstance(error, Unsigned):
        return _reply(400, FrontEndError("MissingAuthenticationTokenException", "Missing Authentication Token"))
    if isinstance(error, Busy):
        return _reply(503, ServiceFault())
    return None


def _reply(status: int, refusal: Refusal) -> ApiReply:
    return ApiReply(status, json.dumps(refusal.body(0)).encode())
