"""The pages of qualifications: those that a worker has, those to ask for, and the tests that some of them have."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.call import Context
from mturk.marketplace.error import MarketplaceError, NotThere, ServiceFault, WorkerError
from mturk.marketplace.form.drawing import draw
from mturk.marketplace.form.entry import Entry, read
from mturk.marketplace.qualification import qualification_request
from mturk.marketplace.qualification.qualification_request import QualificationRequest
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.refusal import busy, explained, form_expired, status_of
from mturk.marketplace.site.service import do, look, services
from mturk.marketplace.site.typed import is_typed, keeps_typed, sign_in_first
from mturk.marketplace.site.visitor import known_worker_id, worker_id
from mturk.marketplace.site.wanted import name_of, own_value
from mturk.marketplace.site.work_area import allow_media
from mturk.marketplace.workplace import skill

_PAGE_FIELDS = ("csrf_token",)
_LONGEST_SEARCH = 200
_LONGEST_NUMBER = 18


def qualification_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("qualifications", __name__)

    @pages.get("/worker/qualifications")
    def qualifications() -> str:
        before = _before()
        found = look(lambda context: skill.held(context, worker_id(), before))
        facts = look(lambda context: skill.facts(context, worker_id())) if before is None else []
        return render_template("qualifications.html", found=found, facts=facts, name_of=name_of, own_value=own_value)

    @pages.get("/worker/qualifications/requestable")
    def requestable() -> str:
        words = request.args.get("q", "")[:_LONGEST_SEARCH]
        found = look(lambda context: skill.requestable(context, worker_id(), words, _before()))
        return render_template("requestable.html", found=found, words=words)

    @pages.get("/worker/qualifications/requests")
    def requests() -> str:
        (found, before), now = look(
            lambda context: (skill.asked(context, worker_id(), _before()), context.now),
        )
        return render_template("qualification_requests.html", found=found, before=before, now=now)

    @pages.get("/worker/qualifications/<type_id>")
    def qualification(type_id: str) -> str:
        fact = look(lambda context: skill.fact(context, worker_id(), type_id))
        if fact is not None:
            return render_template("fact.html", fact=fact, name_of=name_of, own_value=own_value)
        return render_template(
            "qualification.html", seen=look(lambda context: skill.prospect(context, worker_id(), type_id))
        )

    @pages.post("/worker/qualifications/<type_id>")
    def ask(type_id: str) -> AnyResponse:
        score = do(lambda context: _ask(context, type_id))
        _tell(score)
        return redirect(url_for("qualifications.qualification", type_id=type_id))

    @pages.post("/worker/qualifications/<type_id>/begin")
    def begin(type_id: str) -> AnyResponse:
        do(lambda context: qualification_request.start_test(context, worker_id(), type_id))
        return redirect(url_for("qualifications.test", type_id=type_id))

    @pages.get("/worker/qualifications/<type_id>/test")
    def test(type_id: str) -> AnyResponse:
        found = look(lambda context: _running(context, type_id))
        if found is None:
            return redirect(url_for("qualifications.qualification", type_id=type_id))
        return _page(*found)

    @pages.post("/worker/qualifications/<type_id>/test")
    @keeps_typed()
    def hand_in(type_id: str) -> AnyResponse:
        return _hand_in(type_id)

    @pages.get("/worker/qualifications/<type_id>/test/time")
    def time_left(type_id: str) -> Response:
        found, now = look(lambda context: (_running(context, type_id), context.now))
        deadline = None if found is None else found[0].deadline
        return jsonify(now=now, deadline=deadline, in_hand=found is not None)

    @pages.errorhandler(CSRFError)
    @explained
    def expired(_error: CSRFError) -> AnyResponse:
        if not is_typed():
            return form_expired()
        if not known_worker_id():
            return sign_in_first()
        return _expired((request.view_args or {})["type_id"]) or form_expired()

    return pages


def _ask(context: Context, type_id: str) -> int | None:
    seen = skill.prospect(context, worker_id(), type_id)
    if seen.skill.has_test:
        raise WorkerError("This qualification has a test. Begin it to ask for the qualification.")
    return qualification_request.submit(context, worker_id(), type_id, {})


def _running(context: Context, type_id: str) -> tuple[QualificationRequest, int] | None:
    """The test that the worker has begun, and what the time is."""
    found = qualification_request.running(context, worker_id(), type_id)
    return None if found is None else (found, context.now)


def _hand_in(type_id: str) -> AnyResponse:
    """Hand a test in; one that is refused comes back as it was filled in."""
    found = look(lambda context: _running(context, type_id))
    if found is None:
        return _over(type_id) or redirect(url_for("qualifications.qualification", type_id=type_id))
    entry = _read(found[0])
    if entry.problems:
        return _page(*found, entry, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        score = do(lambda context: _submit(context, type_id, entry))
    except NotThere:
        raise
    except WorkerError as refusal:
        return _page(*found, entry, problem=said(refusal), status=status_of(refusal))
    except (ServiceFault, MarketplaceError) as fault:
        problem = _("The marketplace is busy. Nothing was submitted, your answers are still here: press Submit again.")
        return busy(fault, _page(*found, entry, problem=problem, status=HTTPStatus.SERVICE_UNAVAILABLE))
    _tell(score)
    return redirect(url_for("qualifications.qualification", type_id=type_id))


def _submit(context: Context, type_id: str, entry: Entry) -> int | None:
    return qualification_request.submit(context, worker_id(), type_id, entry.answers, begun=True, judged=True)


def _over(type_id: str) -> AnyResponse | None:
    """What was filled in of a test whose time is over; a test that was handed in before needs no words."""
    last = look(lambda context: _last(context, type_id))
    if last is None or last.submit_time is not None:
        return None
    problem = _("The time for this test is over, so it was not submitted.")
    now = look(lambda context: context.now)
    return _page(last, now, _read(last), problem=problem, status=HTTPStatus.CONFLICT, over=True)


def _last(context: Context, type_id: str) -> QualificationRequest | None:
    return skill.prospect(context, worker_id(), type_id).last


def _expired(type_id: str) -> AnyResponse | None:
    """The test as it was filled in, where what proves its origin is no longer good."""
    found = look(lambda context: _running(context, type_id))
    if found is None:
        return _over(type_id)
    problem = _("This page had expired, so nothing was submitted. Your answers are still here: press Submit again.")
    return _page(*found, _read(found[0]), problem=problem, status=HTTPStatus.BAD_REQUEST)


def _read(request_row: QualificationRequest) -> Entry:
    limit = services().upload_limit
    return read(request_row.test or "", request.form, request.files, upload_limit=limit, before=_PAGE_FIELDS)


def _page(
    request_row: QualificationRequest,
    now: int,
    entry: Entry | None = None,
    *,
    problem: str | None = None,
    status: int = HTTPStatus.OK,
    over: bool = False,
) -> Response:
    allow_media()
    limit = services().upload_limit
    drawing = draw(request_row.test or "", upload_limit=limit, entry=entry, disabled=over, say=_)
    page = render_template(
        "qualification_test.html", asked=request_row, drawing=drawing, now=now, problem=problem, over=over
    )
    return make_response(page, status)


def _tell(score: int | None) -> None:
    if score is None:
        flash(_("You have asked for this qualification. The requester decides."), "good")
    else:
        flash(_("You have this qualification now. Your score is %(score)s.", score=score), "good")


def _before() -> int | None:
    written = request.args.get("before", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _LONGEST_NUMBER else None
