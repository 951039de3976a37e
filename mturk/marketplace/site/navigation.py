"""The way through the site: what stands in the head of every page."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app, request, url_for

from mturk.marketplace.error import MarketplaceError, ServiceFault
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.service import look
from mturk.marketplace.site.visitor import worker_id
from mturk.marketplace.workplace import notice

_MESSAGES = "messages.messages"


class Place(NamedTuple):
    """A page that the navigation leads to."""

    name: str
    address: str
    is_here: bool
    new: int = 0
    """How many things wait there that were not seen yet, counted up to `notice.MOST_COUNTED`."""


def navigation() -> list[Place]:
    """The places of somebody who is signed in, in order."""
    names = {
        "groups.groups": _("HITs"),
        "work.queue": _("Your queue"),
        "dashboard.dashboard": _("Dashboard"),
        "qualifications.qualifications": _("Qualifications"),
        _MESSAGES: _("Messages"),
        "account.account": _("Account"),
    }
    here = (request.endpoint or "").partition(".")[0]
    return [
        Place(name, url_for(endpoint), endpoint.partition(".")[0] == here, _new() if endpoint == _MESSAGES else 0)
        for endpoint, name in names.items()
        if endpoint in current_app.view_functions
    ]


def _new() -> int:
    try:
        return look(lambda context: notice.unread(context, worker_id()))
    except (MarketplaceError, ServiceFault):
        return 0  # the page that says that the database cannot be used has a head too
