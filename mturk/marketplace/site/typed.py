"""What somebody typed into a form that cannot be taken now, shown again to be copied, with a way to go on."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request, url_for

from mturk.marketplace.site.language import gettext as _

View = TypeVar("View", bound=Callable[..., object])

_KEEPS_TYPED = "keeps_typed"
_OF_THE_PAGE = ("csrf_token", "next", "hit_id")
"""Fields that the pages send by themselves."""


def keeps_typed(*in_address: str) -> Callable[[View], View]:
    """Mark a view of a form in which work is typed: it is shown to who has to sign in first, or agree to terms.

    The form is found again at the view's own address, with these of its fields.
    """

    def mark(view: View) -> View:
        setattr(view, _KEEPS_TYPED, in_address)
        return view

    return mark


def is_typed() -> bool:
    """Whether the request sends such a form."""
    return request.method == "POST" and _fields_of_address() is not None


def form_address() -> str:
    """Where the form of this request is found again."""
    given = {name: request.form[name] for name in _fields_of_address() or () if name in request.form}
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
    fields = [
        (name, value) for name, value in request.form.items(multi=True) if value.strip() and name not in _OF_THE_PAGE
    ]
    files = [(name, file.filename) for name, file in request.files.items(multi=True) if file.filename]
    page = render_template("typed.html", text=text, onward=onward, words=words, fields=fields, files=files)
    return make_response(page, HTTPStatus.FORBIDDEN)


def _fields_of_address() -> tuple[str, ...] | None:
    view = current_app.view_functions.get(request.endpoint or "")
    found: tuple[str, ...] | None = getattr(view, _KEEPS_TYPED, None)
    return found
