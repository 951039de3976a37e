"""What somebody typed into a form that cannot be taken now, shown again to be copied, with a way to go on."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.way_back import FROM_ADDRESS, fields_of_address

View = TypeVar("View", bound=Callable[..., object])

_MOST = 1000
"""So many fields are shown; a form of a HIT has fewer."""


class Typed(NamedTuple):
    """What was typed into a form, without what its page sends by itself."""

    fields: list[tuple[str, str]]
    files: list[tuple[str, str]]
    """The names of fields and files; a file has to be chosen again."""


def keeps_typed(*from_address: str) -> Callable[[View], View]:
    """Mark a view of a form in which work is typed: whoever is refused there is shown what they typed.

    The form is found again at the view's own address, with these fields, which its page sends by itself.
    """

    def mark(view: View) -> View:
        setattr(view, FROM_ADDRESS, from_address)
        return view

    return mark


def is_typed() -> bool:
    """Whether the request sends such a form."""
    return request.method == "POST" and _names_of_page() is not None


def typed() -> Typed | None:
    """What was typed, where the request sends such a form and it could be read."""
    if not is_typed():
        return None
    try:
        files = [(name, file.filename) for name, file in request.files.items(multi=True) if file.filename]
        return Typed(_fields()[:_MOST], files[:_MOST])
    except HTTPException:
        return None  # more was sent than is read


def form_address() -> str:
    """Where the form of this request is found again."""
    given = fields_of_address()
    path = f"{request.script_root}{request.path}"
    return f"{path}?{urlencode(given)}" if given else path


def sign_in_first() -> Response:
    """What was typed, for somebody who is not signed in any more."""
    text = _("You are not signed in any more, so nothing was sent. Copy what you typed, sign in, and send it again.")
    return _shown(text, url_for("entrance.sign_in", next=form_address()), _("Sign in"))


def agree_first() -> Response:
    """What was typed, for somebody who has to agree to the terms."""
    text = _("The terms have changed, so nothing was sent. Copy what you typed, read the terms, and send it again.")
    return _shown(text, url_for("consent.consent", next=form_address()), _("The terms"))


def _shown(text: str, onward: str, words: str) -> Response:
    page = render_template("typed.html", text=text, onward=onward, words=words, typed=typed())
    return make_response(page, HTTPStatus.FORBIDDEN)


def _fields() -> list[tuple[str, str]]:
    """What was entered; the page has its own fields before those of the form, where a question may be called alike."""
    of_page = {current_app.config["WTF_CSRF_FIELD_NAME"], *(_names_of_page() or ())}
    found = []
    for name, value in request.form.items(multi=True):
        if name in of_page:
            of_page.remove(name)
        elif value.strip():
            found.append((name, value))
    return found


def _names_of_page() -> tuple[str, ...] | None:
    view = current_app.view_functions.get(request.endpoint or "")
    found: tuple[str, ...] | None = getattr(view, FROM_ADDRESS, None)
    return found
