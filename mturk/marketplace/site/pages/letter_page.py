"""The page at which a worker writes to the requester of a HIT."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.call import Context
from mturk.marketplace.error import NotThere, WorkerError
from mturk.marketplace.people import worker
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.refusal import status_of
from mturk.marketplace.site.service import do, look
from mturk.marketplace.site.visitor import worker_id
from mturk.marketplace.site.way_back import way_back
from mturk.marketplace.workplace import concern, letter, plain_text
from mturk.marketplace.workplace.concern import Concern


def letter_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("letters", __name__)

    @pages.get("/worker/letters/new")
    def letter_form() -> AnyResponse:
        return _page(request.args.get("hit_id", ""), {}, next_one=request.args.get("next"))

    @pages.post("/worker/letters/new")
    def send_letter() -> AnyResponse:
        hit_id, text, next_one = (request.form.get(name, "") for name in ("hit_id", "text", "next"))
        wrong = _wrong(text)
        if wrong:
            return _page(hit_id, wrong, status=HTTPStatus.BAD_REQUEST, next_one=next_one)
        try:
            do(lambda context: letter.send(context, worker_id(), hit_id, text))
        except NotThere:
            raise
        except WorkerError as error:
            return _page(hit_id, {"": _(str(error))}, status=status_of(error), next_one=next_one)
        flash(_("Your letter is with the requester. An answer comes to your messages."), "good")
        return redirect(way_back(next_one))

    return pages


def _wrong(text: str) -> dict[str, str]:
    """What is wrong with the form, by its fields."""
    words = plain_text.cleaned(text)
    if not words:
        return {"text": _("Write something to the requester.")}
    if len(words) > letter.LONGEST:
        return {"text": _("Write at most %(most)s characters.", most=letter.LONGEST)}
    return {}


def _page(hit_id: str, wrong: dict[str, str], *, status: int = HTTPStatus.OK, next_one: str | None) -> AnyResponse:
    about = look(lambda context: _about(context, hit_id))
    if about is None:
        abort(HTTPStatus.NOT_FOUND)
    page = render_template(
        "letter.html",
        about=about,
        wrong=wrong,
        longest=letter.LONGEST,
        text=request.form.get("text", ""),
        next_one=next_one,
        way_back=way_back(next_one),
    )
    return make_response(page, status)


def _about(context: Context, hit_id: str) -> Concern | None:
    return concern.find(context, worker.on_site(context, worker_id()), hit_id)
