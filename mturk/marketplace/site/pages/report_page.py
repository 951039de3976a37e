"""The pages at which a worker speaks about a HIT: reports it to the operator, or writes to its requester."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.call import Context
from mturk.marketplace.error import MarketplaceError, NotThere, ServiceFault, WorkerError
from mturk.marketplace.people import worker
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.refusal import busy, explained, status_of
from mturk.marketplace.site.service import do, look
from mturk.marketplace.site.show import number
from mturk.marketplace.site.typed import keeps_typed, sign_in_first
from mturk.marketplace.site.visitor import known_worker_id, worker_id
from mturk.marketplace.site.way_back import way_back
from mturk.marketplace.workplace import concern, letter, plain_text, report
from mturk.marketplace.workplace.concern import Concern

REPORT, LETTER = "report.html", "letter.html"


def report_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("reports", __name__)

    @pages.get("/worker/report")
    def report_form() -> AnyResponse:
        return _form(REPORT, {})

    @pages.post("/worker/report")
    @keeps_typed("hit_id", "next")
    def send_report() -> AnyResponse:
        hit_id, reason, text = (request.form.get(name, "") for name in ("hit_id", "reason", "text"))
        wrong = {**_wrong_reason(reason), **_wrong_text(text, report.LONGEST)}
        thanks = _("Thank you. Whoever runs this marketplace will read your report.")
        return _send(REPORT, wrong, lambda context: report.make(context, worker_id(), hit_id, reason, text), thanks)

    @pages.get("/worker/letters/new")
    def letter_form() -> AnyResponse:
        return _form(LETTER, {})

    @pages.post("/worker/letters/new")
    @keeps_typed("hit_id", "next")
    def send_letter() -> AnyResponse:
        hit_id, text = request.form.get("hit_id", ""), request.form.get("text", "")
        wrong = _wrong_text(text, letter.LONGEST, required=True)
        thanks = _("Your letter was sent to the requester. An answer comes to your messages.")
        return _send(LETTER, wrong, lambda context: letter.send(context, worker_id(), hit_id, text), thanks)

    @pages.errorhandler(CSRFError)
    @explained
    def expired(_error: CSRFError) -> AnyResponse:
        if not known_worker_id():
            return sign_in_first()
        text = _("This form has expired. Nothing you typed is lost: look at it, and send it again.")
        template = REPORT if request.endpoint == "reports.send_report" else LETTER
        return _form(template, {"": text}, HTTPStatus.BAD_REQUEST)

    return pages


def _send(template: str, wrong: dict[str, str], step: Callable[[Context], None], thanks: str) -> AnyResponse:
    """Do what the form asks for; or show it again, with what was typed and what is wrong."""
    if wrong:
        return _form(template, wrong, HTTPStatus.BAD_REQUEST)
    try:
        do(step)
    except NotThere:
        raise
    except WorkerError as error:
        return _form(template, {"": said(error)}, status_of(error))
    except (ServiceFault, MarketplaceError) as fault:
        text = _("The marketplace is busy. Nothing was sent, and what you typed is still here: send it again.")
        return busy(fault, _form(template, {"": text}, HTTPStatus.SERVICE_UNAVAILABLE))
    flash(thanks, "good")
    return redirect(way_back(request.form.get("next")))


def _form(template: str, wrong: dict[str, str], status: int = HTTPStatus.OK) -> AnyResponse:
    about = look(lambda context: _about(context, request.values.get("hit_id", "")))
    if about is None:
        abort(HTTPStatus.NOT_FOUND)
    next_one = request.values.get("next")
    page = render_template(
        template,
        about=about,
        wrong=wrong,
        longest=report.LONGEST if template == REPORT else letter.LONGEST,
        reasons=_reasons(),
        reason=request.form.get("reason"),
        text=request.form.get("text", ""),
        next_one=next_one,
        way_back=way_back(next_one),
    )
    return make_response(page, status)


def _about(context: Context, hit_id: str) -> Concern | None:
    return concern.find(context, worker.on_site(context, worker_id()), hit_id)


def _wrong_reason(reason: str) -> dict[str, str]:
    return {} if reason in report.REASONS else {"reason": _("Say what is wrong with the HIT.")}


def _wrong_text(text: str, longest: int, *, required: bool = False) -> dict[str, str]:
    words = plain_text.cleaned(text)
    if required and not words:
        return {"text": _("Write something to the requester.")}
    return {"text": _("Write at most %(most)s characters.", most=number(longest))} if len(words) > longest else {}


def _reasons() -> dict[str, str]:
    return {
        "personal_data": _("It asks for personal data, such as my name, my address or a password."),
        "broken": _("It does not work: it cannot be done, or not be submitted."),
        "offensive": _("It shows something offensive or frightening without a warning."),
        "dishonest": _("It asks for something dishonest, such as made-up reviews or spam."),
        "other": _("Something else."),
    }
