"""How a row becomes a question: by a page with places for its cells, a layout, or a function of your own."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from mturk.batch.mould import Mould
from mturk.errors import ValidationError
from mturk.model.publishing import Asked
from mturk.question.html_question import HTMLQuestion
from mturk.question.layout import Layout
from mturk.question.question import Examined
from mturk.rendering import placeholder, template
from mturk.rendering.template import Engine
from mturk.table.sheet import Cells

RowQuestion = str | os.PathLike[str] | Layout | Callable[[Cells], Asked]
"""The path or name of a page or of question XML, a layout, or what makes a question of a row."""


_BRACES = re.compile(r"\{\{-?\s*(\w+)")


def _never(_cells: Cells) -> None:
    """Nothing is known before the question is made."""


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
    cast: Callable[[Cells], Examined | None] = _never
    """What `make` gives, examined but for its size, at much less cost; None where only `make` can tell."""


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
        # In a sandbox: a batch's folder may be somebody else's, and it is looked at before anybody has read its page.
        filled = template.fill(place, cells, xml=_is_xml(place), sandboxed=True)
        return filled.strip() if _is_xml(place) else HTMLQuestion(filled)

    return Asking(make, None, template.variables(place), facts, _digest(source))


def _as_the_site_did(place: str, source: str, facts: Mapping[str, Any]) -> Asking:
    if _is_xml(place):
        raise ValidationError(f"{place}: a template of question XML needs engine='jinja', which escapes what goes in")
    uses = placeholder.places(source)
    page = _Page(place)

    def values_of(cells: Cells) -> dict[str, str]:
        return {name: _text(cell) for name, cell in cells.items() if name in uses}

    def make(cells: Cells) -> Asked:
        return page.mould().fill(values_of(cells))

    def cast(cells: Cells) -> Examined | None:
        return page.mould().cast(values_of(cells))

    braces = frozenset(_BRACES.findall(source))
    return Asking(make, placeholder.wanted(source), uses, facts, _digest(source), braces, cast)


class _Page:
    """A page in a file: it is read again when the file has changed."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._known: tuple[tuple[int, int] | None, Mould] | None = None

    def mould(self) -> Mould:
        """What the page is now."""
        known, state = self._known, self._state()
        if known is None or state is None or known[0] != state:
            source = template.source(self._place)
            is_same = known is not None and known[1].source == source
            known = self._known = (state, known[1] if known and is_same else Mould(source, self._filled))
        return known[1]

    def _filled(self, source: str, values: Mapping[str, str]) -> HTMLQuestion:
        return HTMLQuestion(template.as_the_site_did(source, values, self._place, xml=False))

    def _state(self) -> tuple[int, int] | None:
        """What changes with the file; None for a page that is no file."""
        try:
            found = os.stat(self._place)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="replace")).hexdigest()[:32]


def _is_xml(place: str) -> bool:
    return place.lower().endswith(".xml")


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)
