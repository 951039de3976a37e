"""How a row becomes a question: by a page with places for its cells, a layout, or a function of your own."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from mturk.errors import ValidationError
from mturk.model.publishing import Asked
from mturk.question.html_question import HTMLQuestion
from mturk.question.layout import Layout
from mturk.question.question import Question
from mturk.rendering import placeholder, template
from mturk.rendering.template import Engine
from mturk.table.sheet import Cells

RowQuestion = str | os.PathLike[str] | Layout | Callable[[Cells], Asked]
"""The path or name of a page or of question XML, a layout, or what makes a question of a row."""


_BRACES = re.compile(r"\{\{-?\s*(\w+)")


@attrs.frozen
class Asking:
    """What makes the question of each row, and which columns it needs."""

    make: Callable[[Cells], Asked]
    needs: tuple[str, ...] | None = None
    """The columns without which there is no question; None where that cannot be told."""
    uses: frozenset[str] | None = None
    """All columns that have a place; None where that cannot be told."""
    described: Mapping[str, Any] = attrs.field(factory=dict)
    """What makes the same again: nothing for a function."""
    page: str | None = None
    """What tells the page from a changed one."""
    braces: frozenset[str] = frozenset()
    """Names in `{{ }}`, which is how Jinja2 says it, in a page of another engine."""


def asking(question: RowQuestion, engine: Engine) -> Asking:
    """How the rows are asked."""
    if engine not in ("mturk", "jinja"):
        raise ValidationError(f"engine: {engine!r}; expected 'mturk' or 'jinja'")
    if isinstance(question, Layout):
        return _by_layout(question)
    if isinstance(question, (str, os.PathLike)):
        return _by_template(os.fspath(question), engine)
    if callable(question):
        return Asking(question)
    raise ValidationError(
        f"question: {question!r:.60}; expected the path of a page, a Layout, or a function from a row to a question"
    )


def described(facts: Mapping[str, Any]) -> Asking:
    """How the rows were asked, from what `Asking.described` told; ValidationError where it was a function.

    A page that is not there any more is an error only where a question is made of it.
    """
    if "template" in facts:
        try:
            return asking(facts["template"], facts["engine"])
        except ValidationError as error:
            return _without_page(f"the page of this batch, {facts['template']}, cannot be read ({error})", facts)
    if "layout" in facts:
        return asking(Layout(facts["layout"], facts["parameters"]), "mturk")
    raise ValidationError(
        "the batch was made with a function, which is not in its journal: make it with hit_type.batch(…) again"
    )


def _without_page(words: str, facts: Mapping[str, Any]) -> Asking:
    def make(cells: Cells) -> Asked:
        raise ValidationError(words)

    return Asking(make, described=facts)


def _by_layout(layout: Layout) -> Asking:
    def make(cells: Cells) -> Asked:
        return Layout(layout.id, {**layout.parameters, **{name: _text(cell) for name, cell in cells.items()}})

    return Asking(make, described={"layout": layout.id, "parameters": dict(layout.parameters)})


def _by_template(name: str, engine: Engine) -> Asking:
    if name.lstrip().startswith("<"):
        raise ValidationError("question: this is a page itself; expected the path of a file, or a function")
    path = Path(name).expanduser()
    # The same file from wherever a later run is started.
    place = str(path.resolve()) if path.is_file() else name
    facts = {"template": place, "engine": engine}
    source = template.source(place)
    if engine == "mturk":
        return _as_the_site_did(place, source, facts)

    def make(cells: Cells) -> Asked:
        return Question(place, cells) if _is_xml(place) else HTMLQuestion.from_template(place, cells)

    return Asking(make, None, template.variables(place), facts, _digest(source))


def _as_the_site_did(place: str, source: str, facts: Mapping[str, Any]) -> Asking:
    if _is_xml(place):
        raise ValidationError(f"{place}: a template of question XML needs engine='jinja', which escapes what goes in")
    uses = frozenset(placeholder.places(source))

    def make(cells: Cells) -> Asked:
        values = {name: _text(cell) for name, cell in cells.items() if name in uses}
        return HTMLQuestion.from_template(place, values, engine="mturk")

    braces = frozenset(_BRACES.findall(source))
    return Asking(make, tuple(placeholder.wanted(source)), uses, facts, _digest(source), braces)


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="replace")).hexdigest()[:32]


def _is_xml(place: str) -> bool:
    return place.lower().endswith(".xml")


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)
