"""Where a worker does a HIT: a form in the page itself, or the requester's page in a frame.

The template `work_area.html` shows either, in the preview of a HIT and at work on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from flask import request
from markupsafe import Markup

from mturk.marketplace.document.answer import Value
from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.site.protection import allow
from mturk.marketplace.workplace.desk import Held

PAGE_FIELDS = ("csrf_token", "accept_next")
"""What the page sends before the fields of a form."""


class FormArea(NamedTuple):
    """A question form, drawn in the page."""

    html: Markup
    enctype: str


class FrameArea(NamedTuple):
    """A page in a frame of its own."""

    address: str
    height: int
    """In pixels; 0 is as high as fits."""
    sandbox: str


WorkArea = FormArea | FrameArea


@dataclass(frozen=True)
class Entry:
    """What a worker entered in a form; `answers` are good where there are no `problems`."""

    answers: dict[str, Value] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def preview_area(hit_row: HIT, worker_id: str) -> WorkArea:
    """A HIT to be looked at, before it is accepted."""
    if QuestionDocument(hit_row.question).form is not None:
        return _form(hit_row, disabled=True)
    return FrameArea("about:blank", 0, "allow-scripts")


def area_at_work(hit_row: HIT, worker_id: str, held: Held, entry: Entry | None = None) -> WorkArea:
    """A HIT to be worked on; a form that was refused is filled in as before."""
    if QuestionDocument(hit_row.question).form is not None:
        return _form(hit_row, entry)
    return FrameArea("about:blank", 0, "allow-scripts")


def filled_area(hit_row: HIT, entry: Entry) -> FormArea:
    """A form that can no longer be sent, as it was filled in."""
    return _form(hit_row, entry, disabled=True)


def read_form(hit_row: HIT) -> Entry:
    """What the request says that was entered in the HIT's form."""
    asked = QuestionDocument(hit_row.question).form or ()
    answers: dict[str, Value] = {}
    for one in asked:
        values = request.form.getlist(one.identifier)
        answers[one.identifier] = values if one.selections is not None else "".join(values[:1])
    return Entry(answers)


def _form(hit_row: HIT, entry: Entry | None = None, *, disabled: bool = False) -> FormArea:
    # Pictures and sounds of requesters come from wherever they keep them.
    allow("img-src", "https:")
    allow("media-src", "https:")
    html = Markup()
    for one in QuestionDocument(hit_row.question).form or ():
        text = Markup('<div class="field"><label for="q-{0}">{0}</label><input id="q-{0}" name="{0}"{1}></div>')
        html += text.format(one.identifier, Markup(" disabled") if disabled else "")
    return FormArea(html, "multipart/form-data")
