"""The address that SNS, or a marketplace of your own, posts events to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from flask import Blueprint, Flask, abort, current_app, request
from flask.blueprints import BlueprintSetupState

from mturk.errors import ConfigurationError, ForgedMessage, TransportError, UnreadableMessage
from mturk.flask.state import state_of

LIMIT = 1_048_576  # bytes; SNS posts a quarter of it at most
_STATUS = {ForgedMessage: 403, UnreadableMessage: 400, TransportError: 503, ConfigurationError: 503}
IMPORT_NAME = __name__
_log = logging.getLogger(__name__)


class Receiving(Protocol):
    """What takes in a message: `mturk.Events`."""

    def receive(self, body: bytes, headers: Mapping[str, str], /) -> object:
        """Verify a message and take in its events."""


def receiver(events: Receiving | None = None, *, name: str = "mturk_events", limit: int = LIMIT) -> Blueprint:
    """The blueprint that takes what SNS posts, verifies it, and hands its events to the handlers.

        app.register_blueprint(receiver(), url_prefix="/mturk/events")

    Without `events` they are those of the app that it is registered with. Once a message is answered 200 its events
    are safe in the mark. What does not prove where it comes from is answered 403, what cannot be read 400, a body of
    more than `limit` bytes 413, and what cannot be verified just now 503, so that it comes again; the log says why.
    Flask-WTF's CSRFProtect leaves it alone: the signature of each message stands in for a token.
    """
    blueprint = Blueprint(name, IMPORT_NAME)

    @blueprint.post("/", strict_slashes=False)
    def receive() -> tuple[str, int]:
        body = _body(limit)
        taken = events or state_of(current_app).events
        return _answer(lambda: taken.receive(body, cast("Mapping[str, str]", request.headers)))

    blueprint.record_once(lambda setup: _exempt(setup, blueprint))
    return blueprint


def _answer(receive: Callable[[], object]) -> tuple[str, int]:
    try:
        receive()
    except (ForgedMessage, UnreadableMessage, TransportError, ConfigurationError) as error:
        status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
        _log.warning("A message to the receiver of events is answered %d: %s", status, error)
        return "", status
    return "", 200


def _body(limit: int) -> bytes:
    if request.content_length is not None and request.content_length > limit:
        abort(413)
    body = bytearray()
    # A body that comes in chunks says no length.
    while len(body) <= limit and (part := request.stream.read(limit + 1 - len(body))):
        body += part
    if len(body) > limit:
        abort(413)
    return bytes(body)


def _exempt(setup: BlueprintSetupState, blueprint: Blueprint) -> None:
    def exempt() -> None:
        _exempted(current_app, blueprint)

    if not _exempted(cast(Flask, setup.app), blueprint):
        # CSRFProtect may be set up later; its check comes after this one then.
        setup.app.before_request(exempt)


def _exempted(app: Flask, blueprint: Blueprint) -> bool:
    protection: Any = app.extensions.get("csrf")
    if protection is not None:
        protection.exempt(blueprint)
    return protection is not None
