"""Where a worker does a HIT: a form in the page itself, or the requester's page in a frame.

The template `work_area.html` shows either, in the preview of a HIT and at work on it.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from markupsafe import Markup

from mturk.marketplace.database.row import known
from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.form.drawing import draw
from mturk.marketplace.form.entry import Entry, read
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.site.language import gettext
from mturk.marketplace.site.protection import allow
from mturk.marketplace.site.service import services
from mturk.marketplace.site.task_frame import InHand, missing_address, task_frame
from mturk.marketplace.workplace.desk import Held

PAGE_FIELDS = ("csrf_token",)
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


def preview_area(hit_row: HIT, worker_id: str) -> WorkArea:
    """A HIT to be looked at, before it is accepted."""
    if QuestionDocument(hit_row.question).form is not None:
        return _form(hit_row, disabled=True)
    return _frame(hit_row, worker_id)


def area_at_work(hit_row: HIT, worker_id: str, held: Held, entry: Entry | None = None) -> WorkArea:
    """A HIT to be worked on; a form that was refused is filled in as before."""
    if QuestionDocument(hit_row.question).form is not None:
        return _form(hit_row, entry)
    return _frame(hit_row, worker_id, InHand(held.assignment_id, worker_id, known(held.accept_time)))


def filled_area(hit_row: HIT, entry: Entry) -> FormArea:
    """A form that can no longer be sent, as it was filled in."""
    return _form(hit_row, entry, disabled=True)


def read_form(hit_row: HIT) -> Entry:
    """What the request says that was entered in the HIT's form."""
    limit = services().upload_limit
    return read(hit_row.question, request.form, request.files, upload_limit=limit, before=PAGE_FIELDS)


def allow_media(hit_row: HIT | None = None) -> None:
    """Let a drawn form show a requester's pictures and play their sounds, from wherever they are kept.

    Offline it may not; what it is kept from is noted for the HIT.
    """
    if not services().settings.offline:
        allow("img-src", "https:")
        allow("media-src", "https:")
    elif hit_row is not None:
        allow("report-uri", missing_address(hit_row))


def _frame(hit_row: HIT, worker_id: str, work: InHand | None = None) -> FrameArea:
    frame = task_frame(hit_row, worker_id, work)
    if services().settings.offline:
        allow("report-uri", missing_address(hit_row))
    allow("frame-src", *frame.sources)
    return FrameArea(frame.address, frame.height, frame.sandbox)


def _form(hit_row: HIT, entry: Entry | None = None, *, disabled: bool = False) -> FormArea:
    allow_media(hit_row)
    limit = services().upload_limit
    drawing = draw(hit_row.question, upload_limit=limit, entry=entry, disabled=disabled, say=gettext)
    return FormArea(drawing.html, drawing.enctype)
