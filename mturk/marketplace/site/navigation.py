"""The way through the site: what stands in the head of every page."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app, request, url_for

from mturk.marketplace.site.language import gettext as _


class Place(NamedTuple):
    """A page that the navigation leads to."""

    name: str
    address: str
    is_here: bool
    new: int = 0
    """How many things wait there that were not seen yet."""


def navigation() -> list[Place]:
    """The places of somebody who is signed in, in order."""
    names = {
        "groups.groups": _("HITs"),
        "work.queue": _("Your queue"),
        "dashboard.dashboard": _("Dashboard"),
        "qualifications.qualifications": _("Qualifications"),
        "messages.messages": _("Messages"),
        "account.account": _("Account"),
    }
    here = (request.endpoint or "").partition(".")[0]
    return [
        Place(name, url_for(endpoint), endpoint.partition(".")[0] == here)
        for endpoint, name in names.items()
        if endpoint in current_app.view_functions
    ]
