"""Who is looking: the worker who is signed in, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.site.way_back import here

View = TypeVar("View", bound=Callable[..., object])

_OPEN_TO_ALL = "open_to_all"
_WORKER = "worker"


def open_to_all(view: View) -> View:
    """Mark a page that needs nobody to be signed in; every other page does."""
    setattr(view, _OPEN_TO_ALL, True)
    return view


def worker_id() -> str:
    """The id of the worker who is signed in; for pages that are not open to all."""
    found = known_worker_id()
    assert found is not None  # noqa: S101 - `ask_to_sign_in` has seen to it
    return found


def known_worker_id() -> str | None:
    """The id of the worker who is signed in, or None."""
    if _WORKER not in g:
        g.worker = session.get(_WORKER)
    found: str | None = g.worker
    return found


def ask_to_sign_in() -> AnyResponse | None:
    """Lead nobody to the page where one signs in, and from there back to what they wanted to see."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, _OPEN_TO_ALL, False) or known_worker_id():
        return None
    back = here() if request.method == "GET" else None
    return redirect(url_for("entrance.sign_in", next=back))
