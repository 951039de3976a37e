"""The pages at which workers read what they are told: messages, bonuses, decisions."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.service import do, look, note
from mturk.marketplace.site.visitor import worker_id
from mturk.marketplace.workplace import notice
from mturk.marketplace.workplace.notice import APPROVAL, BONUS, KINDS, MESSAGE, REJECTION, Notice

_LATEST = 2**62


def message_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("messages", __name__)

    @pages.get("/worker/messages")
    def messages() -> str:
        kind, after = request.args.get("kind"), request.args.get("after")
        if kind is not None and kind not in KINDS:
            abort(HTTPStatus.NOT_FOUND)
        found = look(lambda context: notice.notices(context, worker_id(), kind=kind, after=after))
        return render_template("messages.html", found=found, kind=kind, kinds=_kinds(), after=after, headline=_headline)

    @pages.get("/worker/messages/<key>")
    def message(key: str) -> str:
        found = look(lambda context: notice.find(context, worker_id(), key))
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        if found.unread:
            note(lambda context: notice.mark_read(context, worker_id(), found))
        return render_template("message.html", told=found, headline=_headline(found))

    @pages.post("/worker/messages/read")
    def read_all() -> AnyResponse:
        until = request.form.get("until", type=int)
        if until is None or not 0 <= until <= _LATEST:
            abort(HTTPStatus.BAD_REQUEST)
        do(lambda context: notice.mark_all_read(context, worker_id(), until))
        return redirect(url_for("messages.messages"))

    return pages


def _kinds() -> dict[str | None, str]:
    return {
        None: _("All"),
        MESSAGE: _("From requesters"),
        BONUS: _("Bonuses"),
        REJECTION: _("Rejections"),
        APPROVAL: _("Approvals"),
    }


def _headline(told: Notice) -> str:
    """What a notice says, in a line."""
    titles = {
        BONUS: _("You got a bonus"),
        REJECTION: _("Your work was rejected"),
        APPROVAL: _("Your work was approved"),
    }
    return titles.get(told.kind, told.subject)
