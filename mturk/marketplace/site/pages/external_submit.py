"""Where task pages send their answers: `/pass/<the right to submit>/mturk/externalSubmit`."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from mturk.marketplace.call import Context
from mturk.marketplace.document.answer import answer_document, answering
from mturk.marketplace.error import WorkerError
from mturk.marketplace.frame.posted import Posted, UnreadablePost, grouped, read_post, read_query
from mturk.marketplace.frame.ticket import SubmitTicket
from mturk.marketplace.hit import assignment, work
from mturk.marketplace.hit.assignment import ACCEPTED, VISIBLE
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.service import do, look
from mturk.marketplace.site.task_frame import origin_of, site_root, tickets
from mturk.marketplace.site.visitor import open_to_all
from mturk.marketplace.watch import visit

LARGEST_ANSWERS = 5_000_000
"""How many bytes the answers of one assignment may have, as they are posted."""
_SENDING = ("GET", "POST")
_ASSIGNMENT = "assignmentId"


class Verdict(NamedTuple):
    """What became of a submission, in words for the worker.

    `over` says that it was submitted, now or before; `again` that it makes sense to send the same once more, `never`
    that it must not be sent again as it is.
    """

    status: int
    text: str
    over: bool = False
    again: bool = False
    never: bool = False


def submit_pages() -> Blueprint:
    """The address that takes answers, and the one that MTurk had and that takes none."""
    pages = Blueprint("submissions", __name__)
    pages.record(lambda state: state.app.extensions["csrf"].exempt(pages))
    methods = ["GET", "POST", "OPTIONS"]

    @pages.route("/pass/<text>/mturk/externalSubmit", methods=methods, provide_automatic_options=False)
    @open_to_all
    def submit(text: str) -> Response:
        if request.method not in _SENDING:
            return _open_to_frames(Response(status=HTTPStatus.NO_CONTENT))
        ticket = tickets().read_submission(text)
        if ticket is None:
            return told(_no_right())
        g.language = ticket.language
        visit.by_worker(ticket.worker_id)
        return told(*_taken(ticket))

    @pages.route("/mturk/externalSubmit", methods=methods, provide_automatic_options=False)
    @open_to_all
    def without_right() -> Response:
        if request.method not in _SENDING:
            return _open_to_frames(Response(status=HTTPStatus.NO_CONTENT))
        return told(_no_right())

    return pages


def _taken(ticket: SubmitTicket) -> tuple[Verdict, list[Posted]]:
    """What becomes of this request, and the answers that it brought."""
    try:
        fields = _fields()
    except RequestEntityTooLarge:
        text = _("Your answers are too large to be taken. Go back, make them shorter, and submit again.")
        return Verdict(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text), []
    except UnreadablePost as error:
        return Verdict(HTTPStatus.BAD_REQUEST, said(error), again=True), []
    except ClientDisconnected:
        text = _("These answers did not arrive whole. Please send them again.")
        return Verdict(HTTPStatus.BAD_REQUEST, text, again=True), []
    kept = answering({field.name for field in fields if field.name})
    answers = [field for field in fields if field.name in kept]
    if _speaks_of_another(ticket, fields):
        return Verdict(HTTPStatus.CONFLICT, _other_hit(), never=True), answers
    try:
        document = _document(ticket, answers)
    except WorkerError as error:
        return Verdict(HTTPStatus.BAD_REQUEST, said(error)), answers
    return do(lambda context: _submitted(context, ticket, document), together=True), answers


def _document(ticket: SubmitTicket, fields: list[Posted]) -> str | None:
    """What is handed in, written before all others who write wait for it: megabytes take most of a second.

    None where nothing can be handed in, of which `_submitted` says why.
    """
    try:
        question = look(lambda context: work.question_in_hand(context, ticket.worker_id, ticket.assignment_id))
    except WorkerError:
        return None
    names = [field.name for field in fields]
    return answer_document(question, grouped(fields), constraints=False, as_posted=names)


def _fields() -> list[Posted]:
    """The fields of this request, in their order."""
    if request.method == "GET":
        return read_query(request.query_string)
    body = get_input_stream(request.environ, max_content_length=LARGEST_ANSWERS).read()
    return read_post(body, request.content_type or "")


def _speaks_of_another(ticket: SubmitTicket, fields: list[Posted]) -> bool:
    # A page that mixes up two HITs, as by what it keeps between them, would hand in the answers of the other one.
    said = [*request.args.getlist(_ASSIGNMENT), *(field.value for field in fields if field.name == _ASSIGNMENT)]
    return any(value not in ("", ticket.assignment_id) for value in said)


def _submitted(context: Context, ticket: SubmitTicket, document: str | None) -> Verdict:
    held = assignment.with_hit(context, ticket.assignment_id)
    found = held and held.assignment
    if found is None or (found.worker_id, found.accept_time) != (ticket.worker_id, ticket.accept_time):
        return Verdict(HTTPStatus.CONFLICT, _too_late())
    if found.status in VISIBLE:
        return Verdict(HTTPStatus.CONFLICT, _("You have submitted this HIT already."), over=True)
    if found.status != ACCEPTED or document is None:
        return Verdict(HTTPStatus.CONFLICT, _too_late())
    try:
        work.submit_document(context, ticket.worker_id, ticket.assignment_id, document)
    except WorkerError as error:
        return Verdict(HTTPStatus.BAD_REQUEST, said(error))
    return Verdict(HTTPStatus.OK, _("Your answers have arrived. Thank you."), over=True)


def _no_right() -> Verdict:
    return Verdict(
        HTTPStatus.FORBIDDEN,
        _(
            "This address does not say which HIT is submitted, so nothing was stored. Answers are taken from the page "
            "of a HIT that you have accepted. A page on another server has to send them to its turkSubmitTo."
        ),
    )


def _too_late() -> str:
    return _("The time for this HIT is over, or you returned it. Your answers cannot be submitted any more.")


def _other_hit() -> str:
    return _(
        "The page sent these answers for another HIT than the one it belongs to, so nothing was stored. "
        "Open the HIT again from your queue, and answer it there."
    )


def told(verdict: Verdict, fields: Sequence[Posted] = ()) -> Response:
    """The answer, for the script of a page, or as a page for who posted a form of their own."""
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        answer = jsonify(text=verdict.text, over=verdict.over, again=verdict.again)
    else:
        is_kept = not verdict.over and verdict.status != HTTPStatus.FORBIDDEN
        values = {"verdict": verdict, "fields": fields if is_kept else (), "site": origin_of(site_root())}
        answer = make_response(render_template("told.html", **values))
        answer.headers["Content-Security-Policy"] = _policy()
    answer.status_code = verdict.status
    if verdict.over:
        # So that the script takes no answer for ours that something in between has given.
        answer.headers["Mturk-Submitted"] = "yes"
    return _open_to_frames(answer)


def _open_to_frames(answer: Response) -> Response:
    # Task pages have an origin that is nobody's. No cookie counts here: the right to submit stands in the address.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
    answer.headers["Access-Control-Allow-Headers"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = "Mturk-Submitted"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _policy() -> str:
    """For a page of ours that stands in the frame of another's: with scripts of ours, and no origin."""
    own = origin_of(site_root())
    return (
        f"default-src 'none'; style-src {own}; script-src {own}; form-action {own}; base-uri 'none'; "
        f"frame-ancestors {own} https: http:; sandbox allow-scripts allow-forms"
    )
