"""Draws a question form as HTML that a worker fills in; `read` of `entry.py` takes what comes back.

    drawn = draw(question, upload_limit=10_000_000, say=gettext)
    drawn.html              # to be put into a page's <form method="post" enctype="{{ drawn.enctype }}">
    entry = read(question, request.form, request.files, upload_limit=10_000_000)
    entry.answers           # for `submit`, if there are no entry.problems;
    draw(question, entry=entry, …)      # else the form comes back as it was filled in, with what is wrong

The page brings the form element, the field against forgery, the button and the scripts; it needs no script.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree
from markupsafe import Markup

from mturk.marketplace.document.parser import Element
from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.form.content import Block, blocks
from mturk.marketplace.form.control import Control, Translate, control
from mturk.marketplace.form.entry import Entry

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
)
_PLAIN = "application/x-www-form-urlencoded"
_WITH_FILES = "multipart/form-data"


class Drawing(NamedTuple):
    """A form as HTML, and how the page's form element has to send it."""

    html: Markup
    enctype: str


class _Part(NamedTuple):
    """One part of a form: an overview, or a question."""

    overview: tuple[Block, ...] | None
    asked: Control | None


def draw(
    question: str,
    *,
    upload_limit: int,
    entry: Entry | None = None,
    disabled: bool = False,
    say: Translate = str,
) -> Drawing:
    """The form of this question, as it was filled in if there is an entry; `disabled` it is to be looked at only."""
    document = QuestionDocument(question)
    parts = list(_parts(document, entry or Entry(), entry is not None, upload_limit, say))
    problems = [part.asked for part in parts if part.asked and part.asked.problem]
    html = _PAGES.get_template("form.html").render(parts=parts, problems=problems, disabled=disabled, _=say)
    return Drawing(Markup(html), _WITH_FILES if document.takes_files else _PLAIN)  # noqa: S704 - autoescape is on


def _parts(
    document: QuestionDocument, entry: Entry, is_filled: bool, upload_limit: int, say: Translate
) -> Iterator[_Part]:
    asked = iter(document.form or ())
    wrong = {problem.identifier: problem.complaint for problem in entry.problems}
    place = 0
    for element in document.root:
        if _name(element) == "Overview":
            yield _Part(blocks(element), None)
        elif _name(element) == "Question":
            place, one = place + 1, next(asked)
            given = entry.given.get(one.identifier) if is_filled else None
            complaint = wrong.get(one.identifier)
            yield _Part(None, control(place, one, element, given, complaint, upload_limit=upload_limit, say=say))


def _name(element: Element) -> str:
    return etree.QName(element).localname
