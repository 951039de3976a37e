"""The fields that a worker can fill in: of a form, or of a page as a browser would send it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from mturk.marketplace.document.question import RESERVED, QuestionDocument

_NO_ANSWER = frozenset({"button", "file", "image", "password", "reset", "submit"})
_NUMBERS = frozenset({"number", "range"})
_MOST_NUMBERS = 10

Attributes = dict[str, str]


@dataclass(frozen=True)
class Field:
    """A field's name, and what can be chosen in it; `choices` is empty where any text will do."""

    name: str
    choices: tuple[str, ...] = ()
    most: int = 1


def fields_of(question: str) -> tuple[Field, ...]:
    """The fields of a question document; a page elsewhere, or one without any, is taken to have an `answer`.

    Those of a form that take a file are left out.
    """
    document = QuestionDocument(question)
    if document.form is not None:
        fields = (each for each in document.form if not each.takes_file)
        return tuple(Field(each.identifier, each.selections or (), each.most) for each in fields)
    page = _Page()
    with suppress(AssertionError):  # what html.parser says to some broken declarations
        page.feed(document.html)
        page.close()
    return tuple(page.fields()) or (Field("answer"),)


class _Page(HTMLParser):
    """Notes the fields of a page in their order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._choices: dict[str, list[str]] = {}
        self._most: dict[str, int] = {}
        self._selecting: str | None = None
        self._option: str | None = None

    def fields(self) -> Iterable[Field]:
        self._end_option()
        for name, choices in self._choices.items():
            yield Field(name, tuple(dict.fromkeys(choices)), self._most.get(name, 1))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "option" and self._selecting is not None:
            self._end_option()
            if "value" in values:
                self._choices[self._selecting].append(values["value"])
            else:
                self._option = ""
            return
        name = values.get("name", "")
        if not name or name in RESERVED or "disabled" in values:
            return
        if tag == "input":
            self._input(name, values)
        elif tag == "select":
            self._selecting = name
            self._choices.setdefault(name, [])
        elif tag == "textarea" or tag.startswith("crowd-"):
            self._choices.setdefault(name, _categories(values))

    def handle_data(self, data: str) -> None:
        if self._option is not None:
            self._option += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("option", "select"):
            self._end_option()
        if tag == "select":
            self._selecting = None

    def _end_option(self) -> None:
        if self._option is not None and self._selecting is not None:
            self._choices[self._selecting].append(self._option.strip())
        self._option = None

    def _input(self, name: str, values: Attributes) -> None:
        kind = values.get("type", "text").lower()
        if kind in _NO_ANSWER:
            return
        known = self._choices.setdefault(name, [])
        if kind in ("radio", "checkbox"):
            known.append(values.get("value", "on"))
            self._most[name] = len(known) if kind == "checkbox" else 1
        elif kind == "hidden":
            known.append(values.get("value", ""))
        elif kind in _NUMBERS:
            known += _numbers(values)


def _numbers(values: Attributes) -> list[str]:
    try:
        first = int(values.get("min", "1"))
        last = int(values.get("max", str(first + _MOST_NUMBERS - 1)))
    except ValueError:
        return ["1"]
    return [str(number) for number in range(first, min(last, first + _MOST_NUMBERS - 1) + 1)] or [str(first)]


def _categories(values: Attributes) -> list[str]:
    try:
        listed = json.loads(values.get("categories", "[]"))
    except (ValueError, RecursionError):
        return []
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
