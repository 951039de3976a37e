"""The dashboard: what a worker did and earned, each submission with what became of it, and a statement to take away."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta, tzinfo
from http import HTTPStatus
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mturk.marketplace.call import Context
from mturk.marketplace.clock import LATEST
from mturk.marketplace.hit.assignment import APPROVED, REJECTED, SUBMITTED
from mturk.marketplace.people import worker
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.service import look, services
from mturk.marketplace.site.time_zone import time_zone
from mturk.marketplace.site.visitor import is_led_here, sitting, worker_id
from mturk.marketplace.workplace import overview, period, statement, submission
from mturk.marketplace.workplace.overview import Overview
from mturk.marketplace.workplace.picture import HEIGHT, WIDTH, picture
from mturk.marketplace.workplace.submission import Submissions

_ON_A_PAGE = 10  # with long texts in all places that is 60 KB, more than which no page has
_STATES = {"pending": SUBMITTED, "approved": APPROVED, "rejected": REJECTED}


class _Seen(NamedTuple):
    """What the dashboard shows."""

    sums: Overview
    work: Submissions
    now: int


def dashboard_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("dashboard", __name__)

    @pages.get("/worker/dashboard")
    def dashboard() -> str:
        zone, state, after = time_zone(), request.args.get("state"), request.args.get("after")
        if state is not None and state not in _STATES:
            abort(HTTPStatus.NOT_FOUND)
        seen = look(lambda context: _see(context, zone, _STATES.get(state or ""), after))
        today = period.day_of(seen.now, zone)
        return render_template(
            "dashboard.html",
            sums=seen.sums,
            picture=picture(seen.sums.days),
            size=(WIDTH, HEIGHT),
            work=seen.work,
            state=state,
            states={None: _("All"), "pending": _("Pending"), "approved": _("Approved"), "rejected": _("Rejected")},
            after=after,
            now=seen.now,
            zone=zone,
            since=today.replace(day=1),
            until=today,
        )

    @pages.get("/worker/statement.csv")
    def statement_csv() -> ResponseReturnValue:
        if is_led_here():  # one of two places is taken meanwhile
            return redirect(url_for("dashboard.dashboard"))
        zone = time_zone()
        now, number = look(lambda context: (context.now, worker.on_site(context, worker_id()).number))
        today = period.day_of(now, zone)
        since, until = _asked("since", today.replace(day=1)), _asked("until", today)
        if until < since:
            abort(HTTPStatus.BAD_REQUEST, _("The first day comes after the last one."))
        # What comes in while it is written is for the next statement.
        end = min(now, period.beginning(until + timedelta(days=1), zone))
        with services().own_account.taking_along(sitting()):
            file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function: the answer is sent from it, and closes it
            file.writelines(map(str.encode, statement.statement(look, number, period.beginning(since, zone), end)))
        file.seek(0)
        name = f"earnings-{since}-{until}.csv"
        return send_file(file, mimetype="text/csv", as_attachment=True, download_name=name)

    return pages


def _see(context: Context, zone: tzinfo, status: str | None, after: str | None) -> _Seen:
    worker_row = worker.on_site(context, worker_id())
    work = submission.submissions(context, worker_row.number, status=status, after=after, size=_ON_A_PAGE)
    return _Seen(overview.overview(context, worker_row, zone), work, context.now)


def _asked(name: str, otherwise: date) -> date:
    given = request.args.get(name, "")
    try:
        found = date.fromisoformat(given) if given else otherwise
    except ValueError:
        found = date.min
    if not _EARLIEST <= found <= _LATEST:
        abort(HTTPStatus.BAD_REQUEST, _("This is not a date. Write it like 2026-01-31."))
    return found


# Beyond these the beginning of a day is no time that a computer knows in every zone. When the clock ends the next day
# has begun in some.
_EARLIEST, _LATEST = date(1971, 1, 1), LATEST.date() + timedelta(days=1)
