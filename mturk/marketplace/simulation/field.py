"""The fields that a worker can fill in: of a form, or of a page as a browser would send it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Literal

from mturk.marketplace.document.question import RESERVED, QuestionDocument
from mturk.marketplace.frame.page_source import Tag, tags

_NO_ANSWER = frozenset({"button", "file", "image", "password", "reset", "submit"})
_NUMBERS = frozenset({"number", "range"})
_MOST_NUMBERS = 10
_LONGEST_LITERAL = 10_000
_COMMENT = re.compile(r"<!--.*?(?:--!?>|\Z)", re.DOTALL)

Attributes = dict[str, str]
Kind = Literal["text", "box", "number", "label", "labels"]
"""What is entered: a text, one of several boxes or buttons, a number, a category, or some of several categories."""

_BOXES = frozenset({"crowd-checkbox", "crowd-radio-button", "crowd-toggle-button"})
_CLASSIFIERS: dict[str, Kind] = {
    "crowd-classifier": "label",
    "crowd-image-classifier": "label",
    "crowd-classifier-multi-select": "labels",
    "crowd-image-classifier-multi-select": "labels",
}


@dataclass(frozen=True)
class Field:
    """A field's name, and what can be chosen in it; `choices` is empty where any text will do."""

    name: str
    choices: tuple[str, ...] = ()
    most: int = 1
    kind: Kind = "text"


def fields_of(question: str) -> tuple[Field, ...]:
    """The fields of a question document; a page elsewhere, or one without any, is taken to have an `answer`.

    Those of a form that take a file are left out.
    """
    document = QuestionDocument(question)
    if document.form is not None:
        fields = (each for each in document.form if not each.takes_file)
        return tuple(Field(each.identifier, each.selections or (), each.most) for each in fields)
    return tuple(_Page(document.html).fields()) or (Field("answer"),)


class _Page:
    """Notes the fields of a page in their order."""

    def __init__(self, html: str) -> None:
        self._choices: dict[str, list[str]] = {}
        self._most: dict[str, int] = {}
        self._kinds: dict[str, Kind] = {}
        self._selecting: str | None = None
        self._option: list[str] | None = None
        end = 0
        for tag in tags(html):
            self._text(html[end : tag.start])
            self._take(tag)
            end = tag.end
        self._text(html[end:])

    def fields(self) -> Iterable[Field]:
        self._end_option()
        for name, choices in self._choices.items():
            kind = self._kinds.get(name, "text")
            yield Field(name, tuple(dict.fromkeys(choices)), self._most.get(name, 1), kind)

    def _take(self, tag: Tag) -> None:
        if tag.name.startswith("/"):
            self._close(tag.name[1:])
        else:
            # Of two attributes of one name the first counts.
            self._open(tag.name, {each.name: each.value for each in reversed(tag.attributes)})

    def _open(self, tag: str, values: Attributes) -> None:
        if tag == "option" and self._selecting is not None:
            self._end_option()
            if "value" in values:
                self._choices[self._selecting].append(values["value"])
            else:
                self._option = []
            return
        name = values.get("name", "")
        if not name or name in RESERVED or "disabled" in values:
            return
        if tag == "input":
            self._input(name, values)
        elif tag == "select":
            self._selecting = name
            self._choices.setdefault(name, [])
        elif tag == "textarea":
            self._choices.setdefault(name, [])
        elif tag.startswith("crowd-"):
            self._crowd_element(tag, name, values)

    def _text(self, text: str) -> None:
        if self._option is not None:
            self._option.append(text)

    def _close(self, tag: str) -> None:
        if tag in ("option", "select"):
            self._end_option()
        if tag == "select":
            self._selecting = None

    def _end_option(self) -> None:
        if self._option is not None and self._selecting is not None:
            text = _COMMENT.sub("", "".join(self._option))
            self._choices[self._selecting].append(unescape(text).strip())
        self._option = None

    def _crowd_element(self, tag: str, name: str, values: Attributes) -> None:
        if tag in _BOXES:
            # An empty value counts as none.
            self._box(name, values.get("value") or "on", several=tag != "crowd-radio-button")
        elif tag == "crowd-input":
            self._input(name, values)
        elif tag == "crowd-slider":
            self._kinds[name] = "number"
            self._choices.setdefault(name, _numbers({"min": "0", **values}))
        else:
            self._kinds[name] = _CLASSIFIERS.get(tag, "text")
            self._choices.setdefault(name, _categories(values))

    def _box(self, name: str, value: str, *, several: bool) -> None:
        known = self._choices.setdefault(name, [])
        known.append(value)
        self._kinds[name] = "box"
        self._most[name] = len(known) if several else 1

    def _input(self, name: str, values: Attributes) -> None:
        kind = values.get("type", "text").lower()
        if kind in _NO_ANSWER:
            return
        if kind in ("radio", "checkbox"):
            self._box(name, values.get("value", "on"), several=kind == "checkbox")
            return
        known = self._choices.setdefault(name, [])
        if kind == "hidden":
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
    listed = _literal(values.get("categories", "[]"))
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def _literal(text: str) -> object:
    """What stands in an attribute, as JSON has it or as scripts write it; None where that cannot be read."""
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    # Python brings names into a normal form, which takes the square of their length.
    if len(text) <= _LONGEST_LITERAL:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return ast.literal_eval(text)
    return None
