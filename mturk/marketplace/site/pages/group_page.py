"""The pages at which workers find HITs: the groups on offer, and a look at the next HIT of one."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.call import Context
from mturk.marketplace.error import NotAllowed, NotThere, WorkerError
from mturk.marketplace.hit import offer
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.hit.offer import ORDERS, Listing, Offer, Search
from mturk.marketplace.money import cents
from mturk.marketplace.people import worker
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.service import do, look
from mturk.marketplace.site.visitor import open_to_all, worker_id
from mturk.marketplace.site.wanted import wanted
from mturk.marketplace.site.work_area import WorkArea, preview_area
from mturk.marketplace.workplace import desk
from mturk.marketplace.workplace.need import Need, needs

ACCEPT_NEXT = "accept_next"
"""In the session: whether the next HIT of a group is accepted by itself after a submission."""
_LONGEST_SEARCH = 200
_LARGEST = 60_000
"""Bytes of a page of groups: where requesters write much, there are fewer on a page."""
_QUERY = ("q", "min_reward", "qualified", "sort")


class Found(NamedTuple):
    """A page of offers with what each of them requires, at that moment of market time."""

    listing: Listing
    needs: list[list[Need]]
    now: int


class Look(NamedTuple):
    """A group, and the HIT of it that comes next; None where the worker may not look at it."""

    offer: Offer
    needs: list[Need]
    hit: HIT | None
    now: int


def group_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("groups", __name__)

    @pages.get("/worker/")
    def groups() -> str:
        asked, problem = _search()
        found = look(lambda context: _find(context, asked, request.args.get("after")))
        page = _list(found, problem)
        while len(page.encode()) > _LARGEST and len(found.listing.offers) > 1:
            found = _shortened(found, asked)
            page = _list(found, problem)
        return page

    @pages.get("/worker/groups/<group_id>")
    def group(group_id: str) -> str:
        seen = look(lambda context: _look(context, group_id, request.args.get("after")))
        area = None if seen.hit is None else preview_area(seen.hit, worker_id())
        return render_template("group.html", **_shown(seen, area))

    @pages.post("/worker/groups/<group_id>/accept")
    def accept(group_id: str) -> AnyResponse:
        hit_id, done = request.form.get("hit_id"), request.form.get("goes_on")
        session[ACCEPT_NEXT] = "accept_next" in request.form
        if not done:
            accepted, goes_on = do(lambda context: _accept(context, group_id, hit_id), together=True), False
        else:
            accepted, goes_on = do(lambda context: desk.go_on(context, worker_id(), done), together=True)
        if goes_on:
            flash(_("Submitted. This is the next HIT, which you have accepted."), "good")
        return redirect(url_for("work.work", assignment_id=accepted))

    @pages.get("/mturk/preview")
    @pages.get("/mturk/previewandaccept")
    @open_to_all
    def from_mturk() -> AnyResponse:
        group_id = request.args.get("groupId")
        if not group_id:
            return redirect(url_for("groups.groups"))
        return redirect(url_for("groups.group", group_id=group_id))

    return pages


def _search() -> tuple[Search, str | None]:
    """What is looked for, and what is wrong with how that was written."""
    order = request.args.get("sort", ORDERS[0])
    words = request.args.get("q", "")[:_LONGEST_SEARCH]
    least, problem = 0, None
    try:
        least = cents(request.args.get("min_reward", "").strip().replace(",", ".") or "0")
    except ValueError:
        problem = _("Write the minimum reward as an amount in dollars, such as 0.50.")
    return Search(words, least, "qualified" in request.args, order if order in ORDERS else ORDERS[0]), problem


def _find(context: Context, asked: Search, after: str | None) -> Found:
    listing = offer.offers(context, worker_id(), asked, after=after)
    return Found(listing, needs(context, listing.offers), context.now)


def _list(found: Found, problem: str | None) -> str:
    asked_for = {name: value[:_LONGEST_SEARCH] for name, value in request.args.items() if name in _QUERY and value}
    around = {"first": asked_for, "next": {**asked_for, "after": found.listing.after}}
    return render_template("groups.html", found=found, problem=problem, orders=_orders(), wanted=wanted, pages=around)


def _shortened(found: Found, asked: Search) -> Found:
    half = len(found.listing.offers) // 2
    return Found(offer.shortened(found.listing, asked, half), found.needs[:half], found.now)


def _accept(context: Context, group_id: str, hit_id: str | None) -> str:
    try:
        return desk.accept(context, worker_id(), group_id, hit_id)
    except NotAllowed:
        # Where a worker may not find the group at all, it is refused as one that is not there.
        offer.offer(context, worker_id(), group_id)
        raise


def _look(context: Context, group_id: str, after: str | None) -> Look:
    one = offer.offer(context, worker_id(), group_id)
    (required,) = needs(context, [one])
    worker_row = worker.on_site(context, worker_id())
    try:
        next_id = offer.next_hit(context, worker_row, one.group.number, after)
    except NotThere:
        if after is None:
            raise
        next_id = offer.next_hit(context, worker_row, one.group.number)
    try:
        return Look(one, required, offer.preview(context, worker_id(), next_id), context.now)
    except WorkerError:
        return Look(one, required, None, context.now)


def _shown(seen: Look, area: WorkArea | None) -> dict[str, object]:
    return {"seen": seen, "area": area, "wanted": wanted, "accept_next": bool(session.get(ACCEPT_NEXT))}


def _orders() -> dict[str, str]:
    names = _("Newest first"), _("Highest reward first"), _("Most HITs first")
    return dict(zip(ORDERS, names, strict=True))
