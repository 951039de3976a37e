"""The pages to start from: which values each takes, checked before its template is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from mturk.errors import ValidationError
from mturk.rendering import starter_value as value
from mturk.rendering.html_page import RESERVED
from mturk.rendering.starter_value import Value, refuse, shown

_PREFIX = "mturk/"
_CONSENT = "consent"

_MOST_STEPS = 101


def checked(name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values as the template of this name needs them, or one error that lists what is wrong with them.

    Of any other template the values are given back as they are.
    """
    table = _STARTERS.get(name.removeprefix(_PREFIX))
    if table is None:
        return values
    problems: list[str] = []
    # A page that is shown by one's own site is given the request too.
    given = {key: each for key, each in values.items() if key != "task"}
    found = _fields("", given, table, problems)
    if table is _TRANSCRIPTION:
        _one_source(given, problems)
    if problems:
        raise ValidationError("\n".join(f"{name}: {problem}" for problem in problems))
    return found


def _fields(
    place: str, given: Mapping[Any, Any], table: Mapping[str, Value], problems: list[str], other: str = ""
) -> dict[str, Any]:
    """Each of the values by its kind; None is left out."""
    for key in given:
        if key not in table:
            problems.append(_unknown(place, key, table, other))
    found = {}
    for key, kind in table.items():
        if given.get(key) is not None:
            found[key] = kind.kind(place + key, given[key], problems)
        elif kind.is_needed:
            state = "None" if key in given else "missing"
            problems.append(f"{place}{key}: {state}; expected {kind.words}")
    return found


def _unknown(place: str, key: Any, table: Mapping[str, Value], other: str) -> str:
    close = get_close_matches(str(key), table, n=1)
    meant = f" (did you mean {close[0]}?)" if close else ""
    return f"{place}{key}: no value of this name{other}; expected one of {', '.join(table)}{meant}"


def _one_source(given: Mapping[str, Any], problems: list[str]) -> None:
    sources = [name for name in ("audio", "image") if given.get(name) is not None]
    if len(sources) != 1:
        problems.append(f"audio, image: {'both' if sources else 'neither'}; expected one of them")


def _questions(name: str, given: Any, problems: list[str]) -> list[dict[str, Any]]:
    """The questions of a survey, each a mapping; there may be none, where consent is all that is asked for."""
    listed = value.items(name, given, problems, "mappings, one for each question", may_be_empty=True)
    found = [_question(f"{name}[{at}]", question, problems) for at, question in enumerate(listed)]
    places: dict[str, str] = {}
    for at, identifier in enumerate(question.get("id") for question in found):
        if identifier in places:
            other = places[identifier]
            problems.append(f"{name}[{at}].id: {shown(identifier)} is the id of {other} too; expected another")
        elif identifier is not None:
            places[identifier] = f"{name}[{at}]"
    return found


def _question(place: str, given: Any, problems: list[str]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        refuse(problems, place, given, "a mapping with id, text and kind")
        return {}
    kind = "text" if given.get("kind") is None else value.words_of(given["kind"])
    if kind not in _KINDS:
        refuse(problems, f"{place}.kind", given["kind"], "one of " + ", ".join(_KINDS))
        rest = {key: each for key, each in given.items() if key != "kind"}
        return _fields(f"{place}.", rest, {**_QUESTION, **_OF_ANY_KIND}, problems)
    found = _fields(f"{place}.", given, {**_QUESTION, **_KINDS[kind]}, problems, f" for the kind {kind!r}")
    _span(place, kind, found, problems)
    return found


def _identifier(name: str, given: Any, problems: list[str]) -> str | None:
    """The name of the field, under which the answer comes back."""
    words = value.words_of(given) if isinstance(given, str) else None
    if words is None or not words.strip():
        refuse(problems, name, given, "a str that is not empty")
    elif words in RESERVED:
        problems.append(f"{name}: {words!r} is a name that the service never returns as an answer; expected another")
    elif words == _CONSENT:
        problems.append(f"{name}: {words!r} is the name of the page's own field; expected another")
    return words


def _span(place: str, kind: str, found: Mapping[str, Any], problems: list[str]) -> None:
    """From min to max there has to be something to choose from."""
    is_scale = kind == "scale"
    low, high = found.get("min", 1 if is_scale else None), found.get("max", 7 if is_scale else None)
    if low is None or high is None:
        return
    if low > high or (is_scale and low == high):
        problems.append(f"{place}: min is {low} and max is {high}; expected min to be less than max")
    elif is_scale and high - low >= _MOST_STEPS:
        problems.append(f"{place}: a scale of {high - low + 1} steps; expected at most {_MOST_STEPS}")


_TEXT = Value(value.text, "a text")
_NEEDED_TEXT = Value(value.filled, "a text", is_needed=True)
_FLAG = Value(value.flag, "True or False")
_WHOLE = Value(value.whole, "a whole number")
_NUMBER = Value(value.number, "a number")
_CHOICES = Value(value.choices, "a list of texts, or of pairs of a value and a text", is_needed=True)
_IMAGE = Value(value.address("image"), "the address of a picture", is_needed=True)

_QUESTION = {
    "id": Value(_identifier, "a str", is_needed=True),
    "text": _NEEDED_TEXT,
    "kind": _TEXT,
    "required": _FLAG,
}
_KINDS: dict[str, dict[str, Value]] = {
    "choice": {"options": _CHOICES},
    "several": {"options": _CHOICES},
    "scale": {"low": _TEXT, "high": _TEXT, "min": _WHOLE, "max": _WHOLE},
    "number": {"min": _NUMBER, "max": _NUMBER},
    "text": {},
    "line": {},
}
_OF_ANY_KIND = {key: replace(each, is_needed=False) for table in _KINDS.values() for key, each in table.items()}

_FRAME = {"question": _TEXT, "instructions": _TEXT, "legend": _TEXT}
_TRANSCRIPTION = {
    "audio": Value(value.address("audio"), "the address of a recording"),
    "image": replace(_IMAGE, is_needed=False),
    "language": Value(value.language, "the tag of a language"),
    "alt": _TEXT,
    **_FRAME,
}
_STARTERS: dict[str, dict[str, Value]] = {
    "image_classification.html": {"image": _IMAGE, "labels": _CHOICES, "alt": _TEXT, **_FRAME},
    "text_labelling.html": {"text": _NEEDED_TEXT, "labels": _CHOICES, "several": _FLAG, **_FRAME},
    "transcription.html": _TRANSCRIPTION,
    "survey.html": {
        "consent": Value(value.paragraphs, "a text, or a list of texts", is_needed=True),
        "questions": Value(_questions, "a list of mappings, one for each question", is_needed=True),
        "heading": _TEXT,
        "introduction": _TEXT,
        "consent_title": _TEXT,
        "agreement": _TEXT,
    },
    "bounding_box.html": {
        "image": _IMAGE,
        "labels": Value(value.labels, "a list of texts", is_needed=True),
        "alt": _TEXT,
        **_FRAME,
    },
}
