"""The pages at which workers find HITs: the groups on offer."""

from __future__ import annotations

from flask import Blueprint, render_template

from mturk.marketplace.hit import offer
from mturk.marketplace.site.service import look
from mturk.marketplace.site.visitor import worker_id


def group_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("groups", __name__)

    @pages.get("/worker/")
    def groups() -> str:
        found = look(lambda context: offer.offers(context, worker_id())).offers
        return render_template("groups.html", offers=found)

    return pages
