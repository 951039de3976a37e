"""The operator's terms: to be read by everybody, and to be agreed to before any work."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from mturk.marketplace.account.entrance import AGREE
from mturk.marketplace.site.refusal import shown_again
from mturk.marketplace.site.service import services
from mturk.marketplace.site.terms import Terms
from mturk.marketplace.site.visitor import before_consent, known_sitting, open_to_all, sitting
from mturk.marketplace.site.way_back import way_back


def consent_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("consent", __name__)

    def form(text: str = "", status: int = HTTPStatus.OK, faults: dict[str, str] | None = None) -> ResponseReturnValue:
        terms, here = _terms(), known_sitting()
        asked = here is not None and here.terms != terms.digest
        back = request.form.get("next") or request.args.get("next")
        page = render_template("terms.html", terms=terms, asked=asked, next=back, wrong=text, faults=faults or {})
        return page, status

    @pages.get("/worker/terms")
    @open_to_all
    def consent() -> ResponseReturnValue:
        return form()

    @pages.post("/worker/terms")
    @before_consent
    @shown_again(form)
    def agree() -> ResponseReturnValue:
        if not request.form.get("terms"):
            return form("", HTTPStatus.BAD_REQUEST, {"terms": AGREE})
        services().own_account.agree(sitting(), request.form.get("version", ""))
        return redirect(way_back(request.form.get("next")), HTTPStatus.SEE_OTHER)

    return pages


def _terms() -> Terms:
    terms = services().settings.terms
    if terms is None:
        abort(HTTPStatus.NOT_FOUND)
    return terms
