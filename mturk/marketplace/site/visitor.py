"""Who is looking: the worker who is signed in, or nobody.

The browser's cookie has the secret of a sitting, which each request looks up: one that was ended anywhere has ended
here. Where a proxy signs people in, its word counts for each request, and a cookie of somebody else is worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import abort, after_this_request, current_app, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.account.admission import Entry
from mturk.marketplace.account.means import Caller
from mturk.marketplace.account.sitting import Sitting
from mturk.marketplace.error import FrontEndError, TooOften
from mturk.marketplace.site.door import NAMED
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.service import services
from mturk.marketplace.site.site_setting import HEADER
from mturk.marketplace.site.typed import agree_first, is_typed, sign_in_first
from mturk.marketplace.site.way_back import here
from mturk.marketplace.watch import visit

View = TypeVar("View", bound=Callable[..., object])

_OPEN_TO_ALL = "open_to_all"
_BEFORE_CONSENT = "before_consent"
_SITTING, _NAMED = "sitting", "named"
_KEPT = ("language",)
"""What stays in a visitor's cookie when somebody signs in or out."""
_DEVICE = "mturk-device"
_DEVICE_LIFE = 400 * 86_400  # seconds; browsers keep nothing longer


def open_to_all(view: View) -> View:
    """Mark a page that needs nobody to be signed in; every other page does."""
    setattr(view, _OPEN_TO_ALL, True)
    return view


def before_consent(view: View) -> View:
    """Mark a page that is for those too who have not agreed to the operator's terms, or not to these."""
    setattr(view, _BEFORE_CONSENT, True)
    return view


def worker_id() -> str:
    """The id of the worker who is signed in; for pages that are not open to all."""
    return sitting().worker_id


def known_worker_id() -> str | None:
    """The id of the worker who is signed in, or None."""
    found = known_sitting()
    return None if found is None else found.worker_id


def sitting() -> Sitting:
    """The sitting of who is signed in; for pages that are not open to all."""
    found = known_sitting()
    assert found is not None  # noqa: S101 - `ask_to_sign_in` has seen to it
    return found


def known_sitting() -> Sitting | None:
    """The sitting of who is signed in, or None."""
    if _SITTING not in g:
        # First nobody, in case that looking fails and a page has to say so.
        g.sitting = None
        g.sitting = _find()
        if g.sitting is not None:
            visit.by_worker(g.sitting.worker_id)
    found: Sitting | None = g.sitting
    return found


def ask_to_sign_in() -> AnyResponse | None:
    """Lead nobody to the page where one signs in, and from there back to what they wanted to see."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or _is_open_to_all():
        return None
    back = here() if request.method == "GET" else None
    if known_sitting() is None:
        return sign_in_first() if is_typed() else redirect(url_for("entrance.sign_in", next=back))
    if terms_are_due() and not getattr(view, _BEFORE_CONSENT, False):
        return agree_first() if is_typed() else redirect(url_for("consent.consent", next=back))
    if request.method == "POST":
        _count_form()
    return None


def _count_form() -> None:
    try:
        services().forms.check(sitting().worker)
    except FrontEndError:
        raise TooOften("You have sent a lot just now. Wait a moment, then send it again.") from None


def has_terms() -> bool:
    """Whether the operator has terms to be read."""
    return services().settings.terms is not None


def terms_are_due() -> bool:
    """Whether who is signed in has not agreed to the operator's terms, or not to these."""
    terms, found = services().settings.terms, known_sitting()
    return terms is not None and found is not None and found.terms != terms.digest


def caller() -> Caller:
    """Who asks, as sign-in wants to know it."""
    device = request.cookies.get(_device_cookie(), "")
    return Caller(request.remote_addr or "", device, request.headers.get("User-Agent", ""))


def is_led_here() -> bool:
    """Whether a page elsewhere has the browser ask, as a picture or by leading it here.

    Nobody has to press anything for that, and where such a page is a neighbour our cookies come along. Programs, and
    browsers at an address without TLS, do not say so.
    """
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")


def begin(entry: Entry) -> None:
    """Keep who was let in: in a new cookie, of which nothing that was there before is left but the language.

    The sitting that this browser had before ends.
    """
    services().entrance.end(session.get(_SITTING, ""))
    leave()
    session[_SITTING] = entry.sitting
    session.permanent = True
    g.pop(_SITTING, None)
    name, secure = _device_cookie(), request.is_secure

    @after_this_request
    def remember(response: AnyResponse) -> AnyResponse:
        response.set_cookie(
            name, entry.device, max_age=_DEVICE_LIFE, path="/", secure=secure, httponly=True, samesite="Lax"
        )
        return response


def leave() -> None:
    """Forget who was signed in."""
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    g.sitting = None


def leave_nothing() -> None:
    """Forget who was signed in, and have the browser forget their pages: somebody else may go back in its history."""
    leave()

    @after_this_request
    def clear(response: AnyResponse) -> AnyResponse:
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def is_named_by_proxy() -> bool:
    """Whether the operator's proxy signs people in, and nobody does so here."""
    return services().settings.sign_up == HEADER


def is_named() -> bool:
    """Whether the operator's proxy names somebody now."""
    return bool(request.environ.get(NAMED))


def _find() -> Sitting | None:
    entrance = services().entrance
    if not is_named_by_proxy():
        return entrance.sitting(session.get(_SITTING, ""))
    name = request.environ.get(NAMED)
    if not name:
        return None
    found = entrance.sitting(session.get(_SITTING, "")) if session.get(_NAMED) == name else None
    if found is None and not _is_open_to_all():
        if _is_of_another_page():
            abort(HTTPStatus.FORBIDDEN)
        entry = entrance.enter_as(name, caller())
        begin(entry)
        session[_NAMED] = name
        if entry.is_new:
            flash(_("Welcome. Say in your account where you live: some work depends on it."), "good")
        found = entrance.sitting(entry.sitting)
    return found


def _is_of_another_page() -> bool:
    """Whether a page from elsewhere asks, as for a picture or by a form: our cookies do not come then, while the proxy
    may know who it is. A sitting for each would end those that the person has, and soon let nobody in.
    """
    told = request.headers.get("Sec-Fetch-Site", "none"), request.headers.get("Sec-Fetch-Dest", "document")
    return told[0] not in ("none", "same-origin") and (told[1] != "document" or request.method == "POST")


def _is_open_to_all() -> bool:
    """Whether the page needs nobody; what is not there, or is a file, does not either."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is None or request.endpoint == "static" or bool(getattr(view, _OPEN_TO_ALL, False))


def _device_cookie() -> str:
    return f"__Host-{_DEVICE}" if request.is_secure else _DEVICE
