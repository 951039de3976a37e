"""The page at which a worker tells the operator that a HIT should not be here."""

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
from mturk.marketplace.workplace import concern, plain_text, report
from mturk.marketplace.workplace.concern import Concern


def report_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("reports", __name__)

    @pages.get("/worker/report")
    def report_form() -> AnyResponse:
        return _page(request.args.get("hit_id", ""), {}, next_one=request.args.get("next"))

    @pages.post("/worker/report")
    def send_report() -> AnyResponse:
        hit_id, reason, text = (request.form.get(name, "") for name in ("hit_id", "reason", "text"))
        next_one = request.form.get("next")
        wrong = _wrong(reason, text)
        if wrong:
            return _page(hit_id, wrong, status=HTTPStatus.BAD_REQUEST, next_one=next_one)
        try:
            do(lambda context: report.make(context, worker_id(), hit_id, reason, text))
        except NotThere:
            raise
        except WorkerError as error:
            return _page(hit_id, {"": _(str(error))}, status=status_of(error), next_one=next_one)
        flash(_("Thank you. Who runs this marketplace will read your report."), "good")
        return redirect(way_back(next_one))

    return pages


def _wrong(reason: str, text: str) -> dict[str, str]:
    """What is wrong with the form, by its fields."""
    found = {}
    if reason not in report.REASONS:
        found["reason"] = _("Say what is wrong with the HIT.")
    if len(plain_text.cleaned(text)) > report.LONGEST:
        found["text"] = _("Write at most %(most)s characters.", most=report.LONGEST)
    return found


def _page(hit_id: str, wrong: dict[str, str], *, status: int = HTTPStatus.OK, next_one: str | None) -> AnyResponse:
    about = look(lambda context: _about(context, hit_id))
    if about is None:
        abort(HTTPStatus.NOT_FOUND)
    page = render_template(
        "report.html",
        about=about,
        reasons=_reasons(),
        wrong=wrong,
        longest=report.LONGEST,
        reason=request.form.get("reason"),
        text=request.form.get("text", ""),
        next_one=next_one,
        way_back=way_back(next_one),
    )
    return make_response(page, status)


def _about(context: Context, hit_id: str) -> Concern | None:
    return concern.find(context, worker.on_site(context, worker_id()), hit_id)


def _reasons() -> dict[str, str]:
    return {
        "personal_data": _("It asks for personal data, such as my name, my address or a password."),
        "broken": _("It does not work: it cannot be done, or not be submitted."),
        "offensive": _("It shows something offensive or frightening without a warning."),
        "dishonest": _("It asks for something dishonest, such as made-up reviews or spam."),
        "other": _("Something else."),
    }
