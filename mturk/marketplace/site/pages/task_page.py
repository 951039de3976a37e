"""The pages of HTMLQuestions, each at a signed address, for the frame of the site and nobody else."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, request

from mturk.marketplace.call import Context
from mturk.marketplace.clock import HOUR
from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.error import WorkerError
from mturk.marketplace.frame.joined_script import CROWD_ELEMENTS, TASK
from mturk.marketplace.frame.served_page import Script, served
from mturk.marketplace.frame.shelf import static
from mturk.marketplace.frame.ticket import SubmitTicket, TaskTicket
from mturk.marketplace.hit import assignment, hit, missing_asset, offer
from mturk.marketplace.hit.assignment import ACCEPTED
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import language
from mturk.marketplace.site.pages.external_submit import LARGEST_ANSWERS, Verdict, told
from mturk.marketplace.site.pages.frame_text import frame_texts
from mturk.marketplace.site.service import do, look, services
from mturk.marketplace.site.task_frame import (
    NOT_ACCEPTED,
    origin_of,
    own_root,
    sandbox,
    site_root,
    submit_root,
    task_origin,
    tickets,
)
from mturk.marketplace.site.visitor import open_to_all

_LARGEST_REPORT = 20_000
_PREVIEW = 12 * HOUR
"""So long its address shows a preview; who looks at the HIT again has a new one."""


def task_pages() -> Blueprint:
    """The pages, and where browsers tell what they were kept from loading."""
    pages = Blueprint("tasks", __name__)
    pages.record(lambda state: state.app.extensions["csrf"].exempt(pages))

    @pages.before_app_request
    def separate() -> Response | None:
        """Serve no service worker: a page could leave one behind that answers for others of its host."""
        if request.headers.get("Service-Worker") == "script":
            return Response("No service worker is served here.\n", HTTPStatus.FORBIDDEN, mimetype="text/plain")
        return None

    @pages.get("/mturk/task/<text>")
    @open_to_all
    def task(text: str) -> Response:
        ticket = tickets().read_task(text) or abort(HTTPStatus.NOT_FOUND)
        g.language = ticket.language
        found = look(lambda context: _hit(context, ticket))
        if found is None:
            why_not = _("You do not hold this HIT any more, or it is gone.")
            return told(Verdict(HTTPStatus.NOT_FOUND, why_not))
        here = origin_of(own_root())
        if here != (task_origin(found.requester) or here):
            abort(HTTPStatus.NOT_FOUND)
        html = served(QuestionDocument(found.question).html, _script(ticket), _own_copy)
        return Response(html, headers=_headers(text), mimetype="text/html")

    @pages.post("/mturk/missing/<text>")
    @open_to_all
    def missing(text: str) -> Response:
        ticket = tickets().read_task(text) or abort(HTTPStatus.NOT_FOUND)
        address = _blocked(request.get_data(cache=False)) if (request.content_length or 0) <= _LARGEST_REPORT else None
        if address and look(lambda context: missing_asset.is_new(context, ticket.hit_id, address)):
            do(lambda context: missing_asset.note(context, ticket.hit_id, address))
        return Response(status=HTTPStatus.NO_CONTENT)

    return pages


def _hit(context: Context, ticket: TaskTicket) -> HIT | None:
    """The HIT whose page the ticket is for, as long as the worker may see it."""
    if not ticket.assignment_id:
        return _previewed(context, ticket)
    work = assignment.by_id(context, ticket.assignment_id)
    held = work and (work.worker_id, work.status, work.accept_time)
    return hit.by_id(context, ticket.hit_id) if held == (ticket.worker_id, ACCEPTED, ticket.since) else None


def _previewed(context: Context, ticket: TaskTicket) -> HIT | None:
    if services().now() - ticket.since > _PREVIEW:
        return None
    try:
        found = offer.preview(context, ticket.worker_id, ticket.hit_id)
    except WorkerError:
        return None
    return None if found.expired else found


def _script(ticket: TaskTicket) -> Script:
    settings = {
        "assignment": ticket.assignment_id or NOT_ACCEPTED,
        "limit": str(LARGEST_ANSWERS),
        "preview": "false" if ticket.assignment_id else "true",
        "site": origin_of(site_root()),
        "submit": "",
        "texts": json.dumps(frame_texts()),
    }
    if ticket.assignment_id:
        right = SubmitTicket(ticket.assignment_id, ticket.language, ticket.worker_id, ticket.since)
        settings["submit"] = f"{submit_root(right)}/mturk/externalSubmit"
    missing = _(
        "A part of this page did not load, so nothing can be submitted now. What you entered is still here. "
        "Copy what you need, and load the page again; if that does not help, tell who runs this site."
    )
    return Script(_own(static(TASK.name)), settings, missing)


def _own_copy(address: str) -> str | None:
    path = services().shelf.own_copy(address)
    # Its texts are in the worker's language, which its address says.
    if path and path.endswith(f"/{CROWD_ELEMENTS.name}") and language() != "en":
        path = f"{path}?language={language()}"
    return path and _own(path)


def _own(path: str) -> str:
    # Whole addresses, since a page may have a base of its own.
    return f"{own_root()}/mturk/{path}"


def _headers(text: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": "; ".join(_policy(text)),
        # What the page loads is told where it is, and not the right to submit that stands in its address.
        "Referrer-Policy": "strict-origin",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        "Cache-Control": "no-store",
    }


def _policy(text: str) -> list[str]:
    # Without `allow-same-origin` its origin is nobody's, whatever frames it or opens it.
    rules = [f"sandbox {sandbox()}", f"frame-ancestors {origin_of(site_root())}"]
    own = f"{origin_of(own_root())} {origin_of(site_root())}"
    if services().settings.offline:
        rules += [
            f"default-src {own} 'unsafe-inline' 'unsafe-eval' data: blob:",
            f"form-action {own}",
            f"report-uri {own_root()}/mturk/missing/{text}",
        ]
    elif request.is_secure:
        rules.append("upgrade-insecure-requests")
    return rules


def _blocked(body: bytes) -> str | None:
    """The address that a page was kept from, out of a browser's report."""
    try:
        found = json.loads(body)["csp-report"]["blocked-uri"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) else None
