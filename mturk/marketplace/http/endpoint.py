"""The address of the API as a WSGI application in front of another: a call is answered here, and all else goes on.

The web framework takes longer for a call than the call itself, and calls need nothing of it. What could be anything
else than a call, such as an old program's form, goes on, so that it is told apart in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Request
from werkzeug.wsgi import get_input_stream

from mturk.marketplace.http.api import TARGET, Api, too_large
from mturk.marketplace.signature import SignedRequest
from mturk.marketplace.watch import visit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SIGNED_PATH = "mturk.signed_path"
"""In the environment of a request: the path that its client has signed."""
CALLER = "mturk.caller"
"""In the environment of a request: the address of who sent it, which a trusted proxy may have told."""
_FORM = "application/x-www-form-urlencoded"
_NO_HEADERS = ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")  # a client's own, beside those that the server has read


class Endpoint:
    """Answers calls, of which no body may have more than `largest` bytes."""

    def __init__(self, api: Api, behind: WSGIApplication, largest: int) -> None:
        self._api = api
        self._behind = behind
        self._largest = largest

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _is_call(environ):
            return self._behind(environ, start_response)
        try:
            body = get_input_stream(environ, max_content_length=self._largest).read()
        except RequestEntityTooLarge:
            reply = too_large()
        except HTTPException as error:
            refusal = error.get_response(environ)
            refusal.headers[visit.REQUEST_ID] = visit.request_id()
            return refusal(environ, start_response)
        else:
            came_by = environ["wsgi.url_scheme"], environ["HTTP_HOST"], environ.get("SCRIPT_NAME", "")
            reply = self._api.answer(signed(environ, body), _address(*came_by))
        start_response(_line(reply.status), [*reply.headers, ("Content-Length", str(len(reply.body)))])
        return [reply.body]


def signed(environ: WSGIEnvironment, body: bytes) -> SignedRequest:
    """What the signature of a request covers."""
    return SignedRequest(
        headers=_headers(environ),
        body=body,
        path=environ[SIGNED_PATH],
        query=environ.get("QUERY_STRING", ""),
        caller=environ.get(CALLER) or environ.get("REMOTE_ADDR", ""),
    )


def _is_call(environ: WSGIEnvironment) -> bool:
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("PATH_INFO") == "/"
        and environ.get("HTTP_X_AMZ_TARGET", "").startswith(TARGET)
        and bool(environ.get("HTTP_HOST"))
        and not environ.get("QUERY_STRING")
        and _FORM not in environ.get("CONTENT_TYPE", "").lower()
    )


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    sent = {
        _header(name): value for name, value in environ.items() if name.startswith("HTTP_") and name not in _NO_HEADERS
    }
    read = {"content-type": environ.get("CONTENT_TYPE"), "content-length": environ.get("CONTENT_LENGTH")}
    return {**sent, **{name: value for name, value in read.items() if value}}


# The same names come with each request; what strangers make up beside them pushes them out, and no more.
@lru_cache(maxsize=64)
def _header(name: str) -> str:
    return name[5:].replace("_", "-").lower()


# All calls come in by a few addresses.
@lru_cache(maxsize=64)
def _address(scheme: str, host: str, mount: str) -> str:
    named = {"wsgi.url_scheme": scheme, "HTTP_HOST": host, "SCRIPT_NAME": mount}
    return Request(named, populate_request=False).root_url.rstrip("/")


@cache
def _line(status: int) -> str:
    return f"{status} {HTTP_STATUS_CODES[status].upper()}"
