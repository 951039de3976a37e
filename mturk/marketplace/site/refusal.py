"""What a visitor sees instead of the page that was asked for: why not, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import TypeVar

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.error import MarketplaceError, NotAllowed, NotThere, ServiceFault, TooOften, WorkerError
from mturk.marketplace.site.door import AT_TASK_HOST
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.typed import typed

View = TypeVar("View", bound=Callable[..., object])
Fault = TypeVar("Fault", bound=Exception)

_LOG = logging.getLogger(__name__)
_RETRY_AFTER = "5"
_SHOWN_AGAIN = "shown_again"


def refused(status: int, text: str, *, title: str | None = None) -> Response:
    """A page that says what is refused, and why, with the work that was typed into the form.

    At a task host, where there are no pages of the site, it is a line.
    """
    if request.environ.get(AT_TASK_HOST):
        return Response(f"{text}\n", status, mimetype="text/plain")
    page = render_template("refusal.html", title=title or _title(status), text=text, typed=typed())
    return make_response(page, status)


def words(status: int) -> tuple[str, str]:
    """The title and the text of a page that has nothing but the status to tell."""
    return _title(status), _texts().get(status) or _("Go back, load the page again, and try once more.")


def status_of(error: WorkerError) -> int:
    """The HTTP status that goes with what the market refuses to a worker."""
    if isinstance(error, NotThere):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, TooOften):
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.FORBIDDEN if isinstance(error, NotAllowed) else HTTPStatus.CONFLICT


def too_fast(error: TooManyTries, answer: ResponseReturnValue) -> Response:
    """An answer to who must wait: it says for how long."""
    response = make_response(answer)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def busy(fault: Exception, answer: ResponseReturnValue) -> Response:
    """An answer to who asked while the database was busy or away: it says when to come again."""
    _LOG.warning("%s %s: %s", request.method, _asked(), fault)
    response = make_response(answer)
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


def explained(handler: Callable[[Fault], ResponseReturnValue]) -> Callable[[Fault], ResponseReturnValue]:
    """Let what the handler of an error raises itself be answered as an error of the page is."""

    @wraps(handler)
    def handle(error: Fault) -> ResponseReturnValue:
        try:
            return handler(error)
        except Exception as another:
            if isinstance(another, type(error)):
                raise
            return make_response(current_app.handle_user_exception(another))

    return handle


def shown_again(form: Callable[..., ResponseReturnValue]) -> Callable[[View], View]:
    """Mark a page whose form, when it has expired, is shown again with what was typed: `form(text, status)`."""

    def mark(view: View) -> View:
        setattr(view, _SHOWN_AGAIN, form)
        return view

    return mark


def form_expired() -> Response:
    """A page for a form that does not prove where it comes from."""
    text = _(
        "This form has expired, or it was sent from another page. Go back, load the page again, and send it again."
    )
    return refused(HTTPStatus.BAD_REQUEST, text)


def explain_refusals(app: Flask) -> None:
    """Have every error of the pages answered with a page."""

    @app.errorhandler(WorkerError)
    def by_the_market(error: WorkerError) -> Response:
        answer = refused(status_of(error), said(error))
        return too_fast(error, answer) if isinstance(error, TooManyTries) else answer

    @app.errorhandler(CSRFError)
    @explained
    def expired(_error: CSRFError) -> Response:
        form = getattr(current_app.view_functions.get(request.endpoint or ""), _SHOWN_AGAIN, None)
        if form is not None:
            with suppress(WorkerError):
                text = _(
                    "This form has expired. What you typed is still here, but no passwords. Check it and send it again."
                )
                return make_response(form(text, HTTPStatus.BAD_REQUEST))
        return form_expired()

    @app.errorhandler(HTTPException)
    @explained
    def by_http(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        if status < HTTPStatus.BAD_REQUEST:
            return make_response(error.get_response())
        answer = refused(
            status, _texts().get(status) or _own_words(error) or _("Go back, load the page again, and try once more.")
        )
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(ServiceFault)
    @app.errorhandler(MarketplaceError)
    def by_the_database(error: Exception) -> Response:
        return busy(error, refused(HTTPStatus.SERVICE_UNAVAILABLE, _texts()[HTTPStatus.SERVICE_UNAVAILABLE]))

    @app.errorhandler(Exception)
    def by_mistake(_error: Exception) -> Response:
        _LOG.exception("%s %s failed", request.method, _asked())
        return refused(HTTPStatus.INTERNAL_SERVER_ERROR, _texts()[HTTPStatus.INTERNAL_SERVER_ERROR])


def _asked() -> str:
    """The page that was asked for, as a rule: the right to submit stands in a path itself."""
    return "an unknown page" if request.url_rule is None else request.url_rule.rule


def _own_words(error: HTTPException) -> str | None:
    """What one of our pages says of the error; not what Werkzeug says of it, in English and to programmers."""
    return error.description if error.description != type(error).description else None


def _title(status: int) -> str:
    titles = {
        HTTPStatus.BAD_REQUEST: _("That could not be read"),
        HTTPStatus.FORBIDDEN: _("That is not open to you"),
        HTTPStatus.NOT_FOUND: _("There is nothing here"),
        HTTPStatus.CONFLICT: _("That is not possible now"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("That is too large"),
        HTTPStatus.TOO_MANY_REQUESTS: _("Please wait a little"),
    }
    return titles.get(HTTPStatus(status), _("That did not work"))


def _texts() -> dict[int, str]:
    return {
        HTTPStatus.NOT_FOUND: _("This page does not exist, or you have no access to it."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This page does not take what was sent. Go back, and try again."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _(
            "More was sent than this page takes. Go back: what you typed is still there."
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: _(
            "The marketplace is busy. Please try again in a moment; nothing was changed."
        ),
        HTTPStatus.INTERNAL_SERVER_ERROR: _(
            "Something went wrong here. It was noted for whoever runs this marketplace."
        ),
    }
