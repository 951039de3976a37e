"""System checks: what `manage.py check` says of the setting MTURK. Nothing is sent, and no secret shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core import checks
from django.urls import NoReverseMatch, reverse

from mturk.connection.endpoint import find_endpoint
from mturk.connection.settings import Settings
from mturk.django import conf
from mturk.errors import ConfigurationError

_CODES = {"key": "mturk.E002", "type": "mturk.E003"}


def check(app_configs: Sequence[Any] | None = None, **_options: Any) -> list[checks.CheckMessage]:
    """All that is wrong with the setting, or may be."""
    try:
        value = conf.given()
    except ConfigurationError as error:
        return [checks.Error(str(error), id="mturk.E001")]
    found: list[checks.CheckMessage] = [
        checks.Error(sentence, id=_CODES[cause]) for cause, sentence in conf.mistakes(value)
    ]
    return found or [*_place(value), *_keys(value), *_receiver(value)]


def _place(value: Any) -> Iterator[checks.CheckMessage]:
    try:
        found = find_endpoint(value.get("ENDPOINT"), Settings(profile=value.get("PROFILE")))
    except ConfigurationError as error:
        if value.get("ENDPOINT"):
            yield checks.Error(str(error), id="mturk.E004")
            return
        yield checks.Warning(
            "MTURK names no ENDPOINT, and neither does the environment.",
            hint="Write MTURK = {'ENDPOINT': 'sandbox'}, or set MTURK_ENDPOINT where the site runs.",
            id="mturk.W001",
        )
        return
    if found != "local" and "DATABASE" in value:
        yield checks.Error(f"MTURK['DATABASE'] belongs to the endpoint 'local', not to {found}.", id="mturk.E005")


def _keys(value: Any) -> Iterator[checks.CheckMessage]:
    pair = {"ACCESS_KEY", "SECRET_KEY"} & set(value)
    if len(pair) == 1:
        missing = ({"ACCESS_KEY", "SECRET_KEY"} - pair).pop()
        yield checks.Error(f"MTURK has {pair.pop()} without {missing}; give both or neither.", id="mturk.E006")
    elif pair and not settings.DEBUG:
        # They may well have come out of the environment: only a hint.
        yield checks.Info(
            "MTURK holds a secret key.",
            hint="Keep it out of the repository: read it from the environment, or leave both keys out and AWS's usual "
            "places are read.",
            id="mturk.I001",
        )


def _receiver(value: Any) -> Iterator[checks.CheckMessage]:
    where = receiver()
    if where is None:
        return
    if find_spec("cryptography") is None:
        yield checks.Error(
            f"mturk.django.urls is included at {where}, and what proves the origin of messages is not installed.",
            hint="pip install 'mturk[sns]'",
            id="mturk.E008",
        )
    yield from _topics(value.get("TOPICS") or (), where)


def _topics(topics: Sequence[str], where: str) -> Iterator[checks.CheckMessage]:
    for topic in topics:
        if not topic.startswith("arn:"):
            yield checks.Error(
                f"MTURK['TOPICS'] names {topic!r}, which is no topic, so that every message is refused.",
                hint="Write the topic's ARN, such as arn:aws:sns:us-east-1:123456789012:turk.",
                id="mturk.E009",
            )
    if topics:
        return
    yield checks.Error(
        f"mturk.django.urls is included at {where}, but MTURK names no TOPICS, so that every message is refused.",
        hint="Write MTURK = {'TOPICS': ['arn:aws:sns:…']}: the topics that may post here.",
        id="mturk.E007",
    )


def receiver() -> str | None:
    """Where the site takes messages; None if `mturk.django.urls` is not included."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return None
    try:
        return reverse("mturk:receive")
    except (NoReverseMatch, ImportError):
        return None  # what cannot be imported is told by Django's own checks
