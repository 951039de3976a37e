"""The marketplace as a Flask application, in front of which `Endpoint` answers the calls of the API.

What else comes to `POST /` is told apart here: calls of queues by their X-Amz-Target, old programs' calls, mistakes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, request

from mturk.marketplace.gate.stock import SMALL
from mturk.marketplace.http.api import Api, ApiReply, too_large
from mturk.marketplace.http.endpoint import CALLER, SIGNED_PATH, Endpoint, signed
from mturk.marketplace.http.form_limit import FormRequest
from mturk.marketplace.http.old_api import OldApi
from mturk.marketplace.http.queue_api import TARGET, QueueApi
from mturk.marketplace.signature import SignedRequest
from mturk.marketplace.watch import route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_WELCOME = """\
This is a marketplace for human work. It speaks the Mechanical Turk Requester API (2017-01-17):
use this address as the endpoint of any AWS SDK.
"""
# JSON can write one byte of a question as six (\\u003c). The rest of a request is small compared with the question.
_ESCAPED = 6
_BESIDE_QUESTION = 1_000_000
_FORM = "application/x-www-form-urlencoded"


def body_limit(question_limit: int) -> int:
    """How many bytes a request may have; more are not read."""
    return _ESCAPED * question_limit + _BESIDE_QUESTION


def old_body_limit(question_limit: int) -> int:
    """How many bytes a call of the old API may have: a form can write one byte as three, and signs in itself."""
    return 3 * question_limit + SMALL


def make_app(api: Api, queues: QueueApi, old: OldApi, *more: Blueprint, question_limit: int) -> Flask:
    """The application with `more` pages, to be served by any WSGI server."""
    app = Flask("mturk.marketplace", static_folder=None)
    app.request_class = FormRequest
    app.config["MAX_CONTENT_LENGTH"] = body_limit(question_limit)
    # LostAnswer is an exception that the server must see.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    endpoint = Endpoint(api, app.wsgi_app, body_limit(question_limit))
    app.wsgi_app = _keeping_the_path(endpoint)  # type: ignore[method-assign,assignment]  # Flask's documented way to wrap it
    for pages in (_api_pages(api, queues, old), _queue_pages(queues), *more):
        app.register_blueprint(pages)
    app.before_request(route.remember)
    app.after_request(route.name)
    app.register_error_handler(413, lambda _: _response(too_large()))
    return app


def _keeping_the_path(application: WSGIApplication) -> WSGIApplication:
    """Keep the path that clients sign: the whole one, also below a mount, where some leave out its last slash."""

    def keep(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        inner = environ.get("PATH_INFO", "")
        whole = f"{environ.get('SCRIPT_NAME', '').rstrip('/')}{inner}"
        # Without a slash Flask would send a client elsewhere.
        return application({**environ, SIGNED_PATH: whole or "/", "PATH_INFO": inner or "/"}, start_response)

    return keep


def _api_pages(api: Api, queues: QueueApi, old: OldApi) -> Blueprint:
    pages = Blueprint("api", __name__)

    @pages.get("/")
    def welcome() -> Response:
        reply = _of_old_program(old, "")
        return _response(reply) if reply else Response(_WELCOME, mimetype="text/plain")

    @pages.post("/")
    def call() -> Response:
        # The body of today's calls is not looked at: those are JSON.
        form = request.get_data() if request.mimetype == _FORM else b""
        reply = _of_old_program(old, form.decode("utf-8", "replace"))
        if reply:
            return _response(reply)
        if request.headers.get("X-Amz-Target", "").startswith(TARGET):
            return _of_queue(queues)
        # What is not plainly a call, such as one of an unknown target: the others end in `endpoint.py`.
        return _response(api.answer(_signed(), request.url_root.rstrip("/")))

    return pages


def _of_old_program(old: OldApi, form: str) -> ApiReply | None:
    query = request.query_string.decode("utf-8", "replace")
    if not query and not form:
        return None
    caller = request.environ.get(CALLER) or request.remote_addr or ""
    return old.answer(query, form, caller, request.url_root.rstrip("/"))


def _queue_pages(queues: QueueApi) -> Blueprint:
    pages = Blueprint("queues", __name__)

    # Some clients post to the endpoint, others to the URL of the queue. Which queue is meant the body says.
    @pages.post("/queue/<account>/<name>", strict_slashes=False)
    def call(account: str, name: str) -> Response:
        return _of_queue(queues)

    return pages


def _of_queue(queues: QueueApi) -> Response:
    gone = request.environ.get("waitress.client_disconnected", lambda: False)
    reply = queues.answer(_signed(), request.url_root.rstrip("/"), gone)
    return Response(reply.body, reply.status, reply.headers)


def _signed() -> SignedRequest:
    return signed(request.environ, request.get_data())


def _response(reply: ApiReply) -> Response:
    return Response(reply.body, reply.status, reply.headers)
