"""Answers to requests that no application has seen: what is wrong with them, or that there is no room for them."""

from __future__ import annotations

import json

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error, InternalServerError, RequestEntityTooLarge

from mturk.marketplace.error import FrontEndError, Refusal, ServiceFault
from mturk.marketplace.http.api import ApiReply, too_large

AGAIN = 5
"""After so many seconds somebody who was refused for want of room may come again."""
NO_ROOM = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Unsigned(BadRequest):
    """A large body that somebody sends without saying who they are."""


class Busy(Error):
    """A request that nobody answers now."""

    code = 503
    reason = "Service Unavailable"


class Ending(Busy):
    """A request that came whole, and that nobody answers any more."""


class Complaint(ErrorTask):
    """What is wrong with a request, in the form of the API where the API has one for it."""

    def execute(self) -> None:
        error = self.request.error
        if not isinstance(error, (Ending, InternalServerError)):
            self.channel.linger()  # of such a request the rest may still be on its way
        told = _told(error)
        if told is None:
            super().execute()
            return
        self.status = f"{told.status} {error.reason}"
        self.response_headers.extend(told.headers)
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
        return _reply(503, ServiceFault(retry_after=AGAIN))
    return None


def _reply(status: int, refusal: Refusal) -> ApiReply:
    return ApiReply(status, json.dumps(refusal.body(0)).encode(), refusal.retry_after)
