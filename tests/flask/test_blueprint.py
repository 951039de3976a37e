"""What the receiver of events answers to whoever posts to it."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from mturk.errors import ForgedMessage, TransportError, UnreadableMessage
from mturk.flask import MTurk, receiver
from mturk.flask.blueprint import LIMIT
from tests.flask.conftest import MakeApp


class Taker:
    """Takes messages as `Events` does, and raises what it was told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.taken: list[tuple[bytes, str | None]] = []

    def receive(self, body: bytes, headers: Mapping[str, str], /) -> None:
        """Take a message."""
        self.taken.append((body, headers.get("x-amz-sns-message-type")))
        if self.error is not None:
            raise self.error


def app_with(taker: Taker, **options: int) -> Flask:
    app = Flask("lab")
    app.config.update(SECRET_KEY="key")
    app.register_blueprint(receiver(taker, **options), url_prefix="/events")  # type: ignore[arg-type]  # a limit
    return app


@pytest.mark.parametrize("path", ["/events", "/events/"])
def test_body_and_headers_are_handed_over_as_they_came(path: str) -> None:
    taker = Taker()
    headers = {"X-Amz-Sns-Message-Type": "Notification", "Content-Type": "text/plain; charset=UTF-8"}
    answer = app_with(taker).test_client().post(path, data=b"{\xff}", headers=headers)
    assert (answer.status_code, answer.data, taker.taken) == (200, b"", [(b"{\xff}", "Notification")])


def test_a_body_that_claims_to_be_a_form_is_handed_over_too() -> None:
    taker = Taker()
    app_with(taker).test_client().post("/events/", data={"a": "b"})
    assert [body for body, _ in taker.taken] == [b"a=b"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(ForgedMessage("wrong topic"), 403), (UnreadableMessage("no JSON"), 400), (TransportError("no answer"), 503)],
)
def test_what_is_wrong_with_a_message_is_said_by_the_status_alone(error: Exception, status: int) -> None:
    answer = app_with(Taker(error)).test_client().post("/events/", data=b"{}")
    assert (answer.status_code, answer.data) == (status, b"")


def test_a_mark_that_cannot_be_written_is_an_error_of_the_server_so_that_the_message_comes_again() -> None:
    app = app_with(Taker(OSError("disk full")))
    assert app.test_client().post("/events/", data=b"{}").status_code == 500


@pytest.mark.parametrize("error", [None, ForgedMessage("wrong topic"), UnreadableMessage("no JSON")])
def test_no_body_stands_in_the_log(error: Exception | None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        app_with(Taker(error)).test_client().post("/events/", data=b"a private matter")
    assert "private" not in caplog.text
    assert ("wrong topic" in caplog.text) is isinstance(error, ForgedMessage)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_only_posts_are_taken(method: str) -> None:
    assert app_with(Taker()).test_client().open("/events/", method=method).status_code == 405


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read() -> None:
    taker, body = Taker(), io.BytesIO(b"x" * (LIMIT + 1))
    client = app_with(taker).test_client()
    answer = client.post("/events/", input_stream=body, headers={"Content-Length": str(LIMIT + 1)})
    assert (answer.status_code, taker.taken, body.tell()) == (413, [], 0)


def test_a_body_without_a_length_is_read_no_further_than_the_limit() -> None:
    taker, body = Taker(), io.BytesIO(b"x" * 1000)
    chunks = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    client = app_with(taker, limit=100).test_client()
    answer = client.post("/events/", input_stream=body, environ_overrides=chunks)
    assert (answer.status_code, taker.taken, body.tell()) == (413, [], 101)


def test_a_body_of_just_the_limit_is_taken() -> None:
    taker = Taker()
    assert app_with(taker, limit=100).test_client().post("/events/", data=b"x" * 100).status_code == 200
    assert len(taker.taken[0][0]) == 100


@pytest.mark.parametrize("first", ["csrf", "receiver"])
def test_csrf_protection_leaves_the_receiver_alone_and_nothing_else(first: str) -> None:
    app = Flask("lab")
    app.config.update(SECRET_KEY="key")
    taker = Taker()
    app.add_url_rule("/other", view_func=lambda: "", methods=["POST"])
    if first == "csrf":
        CSRFProtect(app)
    app.register_blueprint(receiver(taker), url_prefix="/events")
    if first == "receiver":
        CSRFProtect(app)
    client = app.test_client()
    assert client.post("/events/", data=b"{}").status_code == 200
    assert client.post("/other", data=b"{}").status_code == 400
    assert len(taker.taken) == 1


FORGED = {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:ours", "Message": "{}"}


def test_without_events_of_its_own_it_uses_those_of_the_app(make_app: MakeApp, extension: MTurk) -> None:
    app = make_app(MTURK_TOPICS=["arn:aws:sns:us-east-1:1:ours"])
    app.register_blueprint(extension.receiver(), url_prefix="/events")
    assert app.test_client().post("/events/", json=FORGED).status_code == 403


def test_an_app_that_names_no_topic_takes_nothing_and_says_so_in_the_log(
    app: Flask, extension: MTurk, caplog: pytest.LogCaptureFixture
) -> None:
    app.register_blueprint(extension.receiver(), url_prefix="/events")
    assert app.test_client().post("/events/", json=FORGED).status_code == 503
    assert "Say which topics" in caplog.text


def test_an_app_may_have_several_receivers(app: Flask) -> None:
    one, other = Taker(), Taker()
    app.register_blueprint(receiver(one, name="one"), url_prefix="/one")
    app.register_blueprint(receiver(other, name="other"), url_prefix="/other")
    app.test_client().post("/other/", data=b"{}")
    assert (len(one.taken), len(other.taken)) == (0, 1)
