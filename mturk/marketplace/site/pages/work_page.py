"""The pages of what a worker has accepted: at work on it, handing it in or giving it back, and all that they hold."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import NamedTuple

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.call import Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import ending
from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.error import MarketplaceError, NotThere, ServiceFault, WorkerError
from mturk.marketplace.form.entry import Entry
from mturk.marketplace.hit import hit, offer
from mturk.marketplace.hit.assignment import ABANDONED, ACCEPTED
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.hit.work import submit as hand_in
from mturk.marketplace.people import worker
from mturk.marketplace.site.intake import takes_files
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.pages.group_page import ACCEPT_NEXT
from mturk.marketplace.site.refusal import busy, explained, form_expired, refused, status_of
from mturk.marketplace.site.service import do, look
from mturk.marketplace.site.typed import is_typed, keeps_typed, sign_in_first
from mturk.marketplace.site.visitor import before_consent, known_worker_id, terms_are_due, worker_id
from mturk.marketplace.site.work_area import area_at_work, filled_area, read_form
from mturk.marketplace.workplace import desk
from mturk.marketplace.workplace.desk import MOST_HELD, Held, Undone

_LOG = logging.getLogger(__name__)
_JUST_NOW = 60 * SECOND
"""So long after a submission its page goes on to the next HIT, where the worker wants that."""


class Seen(NamedTuple):
    """An assignment of the worker's at a moment of market time, and what of its HIT the page needs."""

    held: Held
    hit: HIT | None
    """The HIT that is worked on; None once it was handed in."""
    next_id: str | None
    """The HIT of the group that comes next, once this one was handed in."""
    now: int


def work_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("work", __name__)

    @pages.get("/worker/queue")
    def queue() -> str:
        held, now = look(lambda context: (desk.held(context, worker_id()), context.now))
        return render_template("queue.html", held=held, now=now, most=MOST_HELD)

    # What is in hand may be finished before new terms are agreed to.
    @pages.get("/worker/assignments/<assignment_id>")
    @before_consent
    def work(assignment_id: str) -> str | Response:
        seen = look(lambda context: _look(context, assignment_id))
        if isinstance(seen, Seen):
            return _page(seen)
        return _over(seen)

    @pages.post("/worker/assignments/<assignment_id>")
    @takes_files
    @keeps_typed()
    @before_consent
    def submit(assignment_id: str) -> AnyResponse | tuple[str, int]:
        return _submit(assignment_id)

    @pages.errorhandler(CSRFError)
    @explained
    def expired(error: CSRFError) -> AnyResponse:
        if not is_typed():
            return form_expired()
        if not known_worker_id():
            return sign_in_first()
        return _expired((request.view_args or {})["assignment_id"]) or form_expired()

    @pages.post("/worker/assignments/<assignment_id>/return")
    @before_consent
    def give_back(assignment_id: str) -> AnyResponse:
        held, more = do(lambda context: _give_back(context, assignment_id), together=True)
        flash(_("You have returned the HIT. Somebody else can do it now."))
        if not more:
            return redirect(url_for("groups.groups"))
        return redirect(url_for("groups.group", group_id=held.hit_group_id, after=held.hit_id))

    @pages.get("/worker/assignments/<assignment_id>/time")
    @before_consent
    def time_left(assignment_id: str) -> Response:
        held, now = look(lambda context: (_held(context, assignment_id), context.now))
        in_hand = held is not None and held.status == ACCEPTED
        return jsonify(now=now, deadline=held.deadline if held and in_hand else None, in_hand=in_hand)

    @pages.post("/worker/accept-next")
    def accept_next() -> tuple[str, int]:
        session[ACCEPT_NEXT] = request.form.get("accept_next") == "on"
        return "", 204

    return pages


def _page(seen: Seen, entry: Entry | None = None, *, problem: str | None = None) -> str:
    wants_next = bool(session.get(ACCEPT_NEXT))
    if seen.hit is None:
        handed_in = seen.held.submit_time or 0
        goes_on = wants_next and not terms_are_due() and seen.now - handed_in < _JUST_NOW
        return render_template("submitted.html", seen=seen, goes_on=goes_on, accept_next=wants_next)
    area = area_at_work(seen.hit, worker_id(), seen.held, entry)
    return render_template("work.html", seen=seen, area=area, accept_next=wants_next, problem=problem)


def _look(context: Context, assignment_id: str) -> Seen | Undone:
    held = _held(context, assignment_id)
    if held is None:
        undone = desk.undone(context, worker_id(), assignment_id)
        if undone is None:
            raise NotThere("You are not working on this HIT. Somebody else may have it now.")
        return undone
    if held.status == ACCEPTED:
        return Seen(held, hit.by_id(context, held.hit_id), None, context.now)
    return Seen(held, None, _next(context, held), context.now)


def _held(context: Context, assignment_id: str) -> Held | None:
    try:
        return desk.look_up(context, worker_id(), assignment_id)
    except NotThere:
        return None


def _next(context: Context, held: Held) -> str | None:
    """The HIT of the same group that comes next, if the worker may accept it."""
    try:
        group = offer.offer(context, worker_id(), held.hit_group_id)
        if not group.can_accept:
            return None
        worker_row = worker.on_site(context, worker_id())
        return offer.next_hit(context, worker_row, group.group.number, held.hit_id)
    except NotThere:
        return None


def _over(undone: Undone) -> Response:
    if undone.status == ABANDONED:
        text = _("The time for this HIT was over before it was submitted. Others can do it now.")
        return refused(404, text, title=_("The time was over"))
    return refused(404, _("You have returned this HIT."), title=_("Returned"))


def _submit(assignment_id: str) -> AnyResponse | tuple[str, int]:
    """Hand in a form; one that is refused comes back as it was filled in."""
    seen = look(lambda context: _look(context, assignment_id))
    if isinstance(seen, Undone):
        return _too_late(seen)
    if seen.hit is None:
        return redirect(url_for("work.work", assignment_id=assignment_id))
    if QuestionDocument(seen.hit.question).form is None:
        raise NotThere("This HIT is a page of its own: answer it there, and submit it with the page's own button.")
    entry = read_form(seen.hit)
    if entry.problems:
        return _page(seen, entry), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        do(lambda context: hand_in(context, worker_id(), assignment_id, entry.answers), together=True)
    except NotThere:
        return _submit(assignment_id)  # its time was over a moment ago
    except WorkerError as refusal:
        return _page(seen, entry, problem=said(refusal)), status_of(refusal)
    except (ServiceFault, MarketplaceError) as fault:
        problem = _("The marketplace is busy. Nothing was submitted, your answers are still here: press Submit again.")
        return busy(fault, (_page(seen, entry, problem=problem), HTTPStatus.SERVICE_UNAVAILABLE))
    return redirect(_onward(assignment_id))


def _too_late(undone: Undone) -> AnyResponse:
    """Tell that nothing was handed in, and show what was filled in, to be copied."""
    hit_row = look(lambda context: hit.by_id(context, undone.hit_id))
    is_form = hit_row is not None and not hit_row.disposed and QuestionDocument(hit_row.question).form is not None
    area = filled_area(hit_row, read_form(hit_row)) if hit_row is not None and is_form else None
    page = render_template("too_late.html", undone=undone, area=area, abandoned=undone.status == ABANDONED)
    return make_response(page, HTTPStatus.CONFLICT)


def _expired(assignment_id: str) -> AnyResponse | None:
    """The form as it was filled in, where what proves its origin is no longer good."""
    seen = look(lambda context: _look(context, assignment_id))
    if isinstance(seen, Undone):
        return _too_late(seen)
    if seen.hit is None or QuestionDocument(seen.hit.question).form is None:
        return None
    problem = _("This page had expired, so nothing was submitted. Your answers are still here: press Submit again.")
    return make_response(_page(seen, read_form(seen.hit), problem=problem), HTTPStatus.BAD_REQUEST)


def _onward(assignment_id: str) -> str:
    """Where a worker goes after a submission: to the next HIT, if they want that and there is one."""
    if session.get(ACCEPT_NEXT) and not terms_are_due():
        try:
            accepted, is_new = do(lambda context: desk.go_on(context, worker_id(), assignment_id), together=True)
            if is_new:
                flash(_("Submitted. This is the next HIT, which you have accepted."), "good")
            return url_for("work.work", assignment_id=accepted)
        except WorkerError as reason:
            flash(said(reason))
        except Exception:
            # The work is handed in by now, whatever became of this; no page may say that nothing was changed.
            _LOG.exception("after a submission the next HIT could not be accepted")
            flash(_("Your work is submitted. The next HIT could not be accepted just now."))
    return url_for("work.work", assignment_id=assignment_id)


def _give_back(context: Context, assignment_id: str) -> tuple[Held, bool]:
    held = desk.give_back(context, worker_id(), assignment_id)
    ending.catch_up(context.database)
    return held, _next(context, held) is not None
