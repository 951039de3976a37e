"""The marketplace as a Flask application: `POST /` is the API."""

from __future__ import annotations

import uuid

from flask import Blueprint, Flask, Response, request

from mturk.marketplace.http.api import CONTENT_TYPE, Api
from mturk.marketplace.signature import SignedRequest

_WELCOME = """\
This is a marketplace for human work. It speaks the Mechanical Turk Requester API (2017-01-17):
use this address as the endpoint of any AWS SDK.
"""
# JSON can write one byte of a question as six (\\u003c). The rest of a request is small compared with the question.
_ESCAPED = 6
_BESIDE_QUESTION = 1_000_000


def make_app(api: Api, *, question_limit: int) -> Flask:
    """The application, to be served by any WSGI server."""
    app = Flask("mturk.marketplace", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _ESCAPED * question_limit + _BESIDE_QUESTION
    # LostAnswer is an exception that the server must see.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_blueprint(_api_pages(api))
    return app


def _api_pages(api: Api) -> Blueprint:
    pages = Blueprint("api", __name__)

    @pages.get("/")
    def welcome() -> Response:
        return Response(_WELCOME, mimetype="text/plain")

    @pages.post("/")
    def call() -> Response:
        signed = SignedRequest(
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.get_data(cache=False),
            query=request.query_string.decode("latin-1"),
        )
        reply = api.answer(signed)
        response = Response(reply.body, reply.status, content_type=CONTENT_TYPE)
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        return response

    return pages
