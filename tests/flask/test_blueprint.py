"""What the receiver of events answers to whoever posts to it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest
from flask import Flask

from mturk.errors import ForgedMessage, TransportError, UnreadableMessage
from mturk.flask import receiver


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
