"""Reads what was posted from a drawn form: answers, or what is wrong with them, and what was typed to show it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import IO, NamedTuple, Protocol

from mturk.marketplace.document.answer import Choice, File, Other, Value, refusal
from mturk.marketplace.document.constraint import Complaint, complaint, largest_file
from mturk.marketplace.document.expression import Effort, trimmed
from mturk.marketplace.document.question import FormQuestion, QuestionDocument

_NOT_OFFERED = Complaint("This answer is not among those offered.")
_OWN_MISSING = Complaint("Write your own answer, or choose another.")
_EMPTY_FILE = Complaint("This file is empty.")
_LINE_END = re.compile(r"\r\n?|\n")


class Fields(Protocol):
    """The fields that were posted, such as werkzeug's MultiDict."""

    def getlist(self, key: str) -> Sequence[str]:
        """All values under a name, in the order of the page."""
        ...


class Posted(Protocol):
    """A file that was posted, such as werkzeug's FileStorage."""

    filename: str | None
    stream: IO[bytes]


class Files(Protocol):
    """The files that were posted, by their fields' names."""

    def getlist(self, key: str) -> Sequence[Posted]:
        """All files under a name."""
        ...


class Given(NamedTuple):
    """What was entered for one question: a text, or selections, or a file's name; and a text of one's own."""

    values: tuple[str, ...] = ()
    own: str = ""
    own_chosen: bool = False


class Problem(NamedTuple):
    """What is wrong with the answer to a question."""

    identifier: str
    complaint: Complaint


@dataclass(frozen=True)
class Entry:
    """What a worker entered in a form; `answers` are good where there are no `problems`."""

    answers: dict[str, Value] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read(
    question: str,
    fields: Fields,
    files: Files | None = None,
    *,
    upload_limit: int,
    before: Sequence[str] = (),
) -> Entry:
    """What a worker entered in the form of this question.

    Files may have `upload_limit` bytes. `before` names fields that the page itself has before those of the form, such
    as the one against forgery: a question may have the same identifier.
    """
    form = QuestionDocument(question).form or ()
    entry = Entry()
    problems: list[Problem] = []
    effort = Effort()
    for asked, given in _given(form, fields, set(before)):
        entry.given[asked.identifier] = given
        if asked.takes_file:
            found = _take_file(entry, asked, files, upload_limit)
        else:
            found = _take_values(entry, asked, given, effort)
        if found is not None:
            problems.append(Problem(asked.identifier, found))
    return Entry(entry.answers, entry.given, tuple(problems))


def marks(question: FormQuestion) -> tuple[str, str]:
    """Two values that are no selections: of the choice of nothing, and of the choice of one's own text."""
    taken = set(question.selections or ())
    free = (mark for mark in ("." * length for length in count()) if mark not in taken)
    return next(free), next(free)


def own_name(question: FormQuestion) -> str:
    """The name of the field for a text of one's own."""
    return f"{question.identifier}.other"


def _given(form: Sequence[FormQuestion], fields: Fields, before: set[str]) -> Iterator[tuple[FormQuestion, Given]]:
    """What was posted for each question, where one may be named as another's field for its own text."""
    places = {question.identifier: place for place, question in enumerate(form)}
    for place, question in enumerate(form):
        skipped = question.identifier in before
        posted = list(fields.getlist(_posted(question.identifier)))[1 if skipped else 0 :]
        # That field is always posted, once; the order is that of the page.
        owner = places.get(question.identifier.removesuffix(".other"))
        if owner not in (None, place) and form[owner].has_other:
            posted = posted[1:] if owner < place else posted[:-1]
        own = ""
        if question.has_other:
            texts = list(fields.getlist(_posted(own_name(question))))
            if texts:
                own = texts[0] if places.get(own_name(question), place) >= place else texts[-1]
        yield question, _one_given(question, posted, own)


def _one_given(question: FormQuestion, posted: list[str], own: str) -> Given:
    if question.takes_file:
        return Given()
    if question.selections is None:
        return Given(tuple(posted[:1]))
    nothing, own_mark = marks(question)
    known = {_posted(identifier): identifier for identifier in question.selections}
    chosen = dict.fromkeys(known.get(value, value) for value in map(_posted, posted))
    values = tuple(value for value in chosen if value not in (nothing, own_mark))
    is_written = trimmed(own) != "" and not _is_same(own, question.own_default)
    return Given(values, own, question.has_other and (own_mark in chosen or is_written))


def _take_values(entry: Entry, question: FormQuestion, given: Given, effort: Effort) -> Complaint | None:
    if question.selections is None:
        text = "".join(given.values)
        entry.answers[question.identifier] = text
        return refusal(question, [text] if text else [], effort)
    if not frozenset(given.values) <= frozenset(question.selections):
        return _NOT_OFFERED
    if given.own_chosen and not trimmed(given.own):
        return _OWN_MISSING
    chosen: list[Choice] = [*given.values, *([Other(given.own)] if given.own_chosen else [])]
    entry.answers[question.identifier] = chosen
    return refusal(question, chosen, effort)


def _take_file(entry: Entry, question: FormQuestion, files: Files | None, limit: int) -> Complaint | None:
    posted = next((one for one in (files.getlist(_posted(question.identifier)) if files else ()) if one.filename), None)
    if posted is None:
        return refusal(question, [])
    name = posted.filename or ""
    entry.given[question.identifier] = Given((name,))
    # One byte more is enough to see that it is too large.
    file = File(name, posted.stream.read(limit + 1))
    if not file.content:
        return _EMPTY_FILE
    entry.answers[question.identifier] = file
    return complaint([largest_file(limit)], file.size) or refusal(question, [file])


def _is_same(entered: str, default: str) -> bool:
    """Whether a browser posts that where the default was left as it is; a field of one line drops the ends of lines."""
    text = trimmed(_posted(entered))
    return text in (trimmed(_posted(default)), trimmed(_LINE_END.sub("", default)))


def _posted(text: str) -> str:
    """A name or a value as browsers post it: with the ends of lines that the web has."""
    return _LINE_END.sub("\r\n", text)
