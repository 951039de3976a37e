"""The setting MTURK: what may stand in it, and what the connection and the events take from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.conf import settings

from mturk.budget import Budget
from mturk.errors import ConfigurationError

MARK = "mturk-events.sqlite3"


class Kind(NamedTuple):
    """What a value must be, in words, and how that is found out."""

    words: str
    fits: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_path(value: object) -> bool:
    return isinstance(value, (str, os.PathLike))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, (list, tuple)) and all(map(fits, value))


TEXT = Kind("a str", _is_text)
PATH = Kind("a path", _is_path)
NUMBER = Kind("a number above 0", _is_number)
WHOLE = Kind("an int above 0", _is_whole)
FLAG = Kind("True or False", lambda value: isinstance(value, bool))
TEXTS = Kind("a list of str", lambda value: _are(value, _is_text))
PATHS = Kind("a list of folders", lambda value: _are(value, _is_path))

CONNECTION = {
    "ENDPOINT": TEXT,
    "ACCESS_KEY": TEXT,
    "SECRET_KEY": TEXT,
    "SESSION_TOKEN": TEXT,
    "PROFILE": TEXT,
    "REGION": TEXT,
    "DATABASE": PATH,
    "TEMPLATES": PATHS,
    "TIMEOUT": NUMBER,
    "MAX_ATTEMPTS": WHOLE,
    "MAX_WAIT": NUMBER,
    "QUESTION_LIMIT": WHOLE,
    "RESPONSE_LIMIT": WHOLE,
    "VERIFY": Kind(
        "a file of certificates, or True or False", lambda value: isinstance(value, bool) or _is_path(value)
    ),
    "BUDGET": Kind("a mturk.Budget", lambda value: isinstance(value, Budget)),
}
"""What makes the connection: the arguments of `mturk.connect` in capitals; ENDPOINT is `where`."""

EVENTS = {
    "MARK": PATH,
    "WORKERS": WHOLE,
    "ATTEMPTS": WHOLE,
    "ON_FAILURE": Kind("a function or its dotted name", lambda value: callable(value) or _is_text(value)),
    "TOPICS": TEXTS,
    "CERTIFICATES": TEXTS,
}
"""What makes the events: the arguments of `mturk.Events` in capitals."""

APP = {
    "SOURCES": TEXTS,
    "WATCH": TEXTS,
    "EVERY": NUMBER,
    "RAW": FLAG,
    "ALLOWED_HOSTS": TEXTS,
}
"""What the app reads itself: sources of `mturk_listen`; what a poll watches, how often; raw delivery; pages' hosts."""

KEYS = {**CONNECTION, **EVENTS, **APP}


def given() -> Mapping[str, Any]:
    """The setting as it stands, where None is as good as left out; ConfigurationError if it is no dict."""
    value = getattr(settings, "MTURK", None) or {}
    if not isinstance(value, Mapping):
        raise ConfigurationError(
            f"MTURK must be a dict such as {{'ENDPOINT': 'sandbox'}}, not a {type(value).__name__}."
        )
    return {key: each for key, each in value.items() if each is not None}


def mistakes(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the keys and the types: a word for the cause, and a sentence. No value is shown."""
    for key, each in value.items():
        if key not in KEYS:
            near = get_close_matches(str(key).upper(), KEYS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(KEYS)}."
            yield "key", f"MTURK has an unknown key {key!r}; {hint}"
        elif not KEYS[key].fits(each):
            yield "type", f"MTURK[{key!r}] must be {KEYS[key].words}, not {_kind(each)}."


def _kind(value: object) -> str:
    # A value may be a secret, and is not shown.
    return f"a {type(value).__name__}" if not isinstance(value, (int, float)) else repr(value)


def sound() -> Mapping[str, Any]:
    """The setting, once it has no mistakes; ConfigurationError names the first."""
    value = given()
    for _, sentence in mistakes(value):
        raise ConfigurationError(sentence)
    return value


def option(key: str, default: Any = None) -> Any:
    """One value of the setting."""
    return sound().get(key, default)


def arguments(keys: Mapping[str, Kind]) -> dict[str, Any]:
    """Those values of the setting that have these keys, under the names of arguments."""
    return {key.lower(): each for key, each in sound().items() if key in keys}


def mark(*, local: bool = False) -> str | os.PathLike[str] | None:
    """Where events are marked as told: MARK, MTURK_MARK of the environment, else a file in the project's BASE_DIR.

    All processes of a site must share it, whatever folder each was started in. None leaves it to `mturk.Events`: where
    there is no BASE_DIR, and for the local marketplace, beside whose database it lies.
    """
    base = getattr(settings, "BASE_DIR", None)
    found: str | os.PathLike[str] | None = option("MARK") or os.environ.get("MTURK_MARK")
    return found if found or local or base is None else os.path.join(base, MARK)
