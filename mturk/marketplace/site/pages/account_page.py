"""A worker's own account: what is known of them, the password, where they are signed in, their data, the end."""

from __future__ import annotations

import io
import tempfile
from http import HTTPStatus

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mturk.marketplace.account.objection import Objection
from mturk.marketplace.account.place import STATES
from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.site.browser_name import browser_name
from mturk.marketplace.site.country import countries
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.refusal import refused, shown_again, too_fast
from mturk.marketplace.site.service import services
from mturk.marketplace.site.visitor import (
    before_consent,
    begin,
    caller,
    is_led_here,
    known_sitting,
    leave_nothing,
    open_to_all,
    sitting,
)


def account_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("account", __name__)
    _add_data(pages)
    _add_email(pages)
    _add_password(pages)
    _add_sittings(pages)
    _add_export(pages)
    _add_closing(pages)

    @pages.after_request
    def forget(response: Response) -> Response:
        # Nobody shall find it by the history of a browser that others use too.
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.get("/worker/account")
    @before_consent
    def account() -> ResponseReturnValue:
        return _page()

    return pages


def _page(
    text: str = "", status: int = HTTPStatus.OK, faults: dict[str, str] | None = None, form: str = ""
) -> ResponseReturnValue:
    """The page with all that can be changed; `form` is the one that was just sent and comes back filled."""
    mine = known_sitting()
    if mine is None:
        return refused(HTTPStatus.FORBIDDEN, _("You are not signed in any more. Sign in again."))
    own = services().own_account
    return render_template(
        "account.html",
        person=own.person(mine),
        mine=mine,
        sittings=own.sittings(mine),
        browser_name=browser_name,
        countries=countries(),
        states=STATES,
        wrong=text,
        faults=faults or {},
        entered=request.form,
        form=form or (request.endpoint or "").rpartition(".")[2],
        terms=services().settings.terms,
        mail=services().entrance.sends_mail,
    ), status


def _done(text: str) -> ResponseReturnValue:
    flash(text, "good")
    return redirect(url_for("account.account"), HTTPStatus.SEE_OTHER)


def _add_data(pages: Blueprint) -> None:
    @pages.post("/worker/account/data")
    @before_consent
    @shown_again(_page)
    def change_data() -> ResponseReturnValue:
        entered = request.form
        country, subdivision = entered.get("country", ""), entered.get("subdivision", "")
        try:
            services().own_account.settle_in(sitting(), country, subdivision, bool(entered.get("adult")))
        except Objection as error:
            return _page("", HTTPStatus.BAD_REQUEST, error.faults)
        return _done(_("Your details are changed."))


def _add_email(pages: Blueprint) -> None:
    @pages.post("/worker/account/email")
    @before_consent
    @shown_again(_page)
    def change_email() -> ResponseReturnValue:
        given = request.form.get("email", ""), request.form.get("password", "")
        try:
            services().own_account.change_email(sitting(), *given, caller())
        except Objection as error:
            return _page("", HTTPStatus.BAD_REQUEST, error.faults)
        except TooManyTries as error:
            return too_fast(error, _page(said(error), HTTPStatus.TOO_MANY_REQUESTS))
        if given[0].strip() and services().entrance.sends_mail:
            return _done(_("Your e-mail address is changed. Open the link that was sent there to confirm it."))
        return _done(_("Your e-mail address is changed."))

    @pages.post("/worker/account/mail")
    @before_consent
    def change_mail() -> ResponseReturnValue:
        if request.form.get("again"):
            services().own_account.ask_again(sitting(), caller())
            return _done(_("The mail is on its way. Open the link in it."))
        services().own_account.want_mail(sitting(), bool(request.form.get("mailed")))
        return _done(_("Your choice is kept."))


def _add_password(pages: Blueprint) -> None:
    @pages.post("/worker/account/password")
    @before_consent
    @shown_again(_page)
    def change_password() -> ResponseReturnValue:
        given = request.form.get("password", ""), request.form.get("new_password", "")
        try:
            entry = services().own_account.change_password(sitting(), *given, caller())
        except Objection as error:
            return _page("", HTTPStatus.BAD_REQUEST, error.faults)
        except TooManyTries as error:
            return too_fast(error, _page(said(error), HTTPStatus.TOO_MANY_REQUESTS))
        begin(entry)
        return _done(_("Your new password is set. You were signed out everywhere else."))


def _add_sittings(pages: Blueprint) -> None:
    @pages.post("/worker/account/sittings")
    @before_consent
    def end_sittings() -> ResponseReturnValue:
        number = request.form.get("sitting", "")
        if number.isascii() and number.isdigit() and len(number) < 19:
            services().own_account.end_sitting(sitting(), int(number))
        elif number == "others":
            services().own_account.end_others(sitting())
        return _done(_("You are signed out there."))


def _add_export(pages: Blueprint) -> None:
    @pages.get("/worker/account/export.json")
    @before_consent
    def export() -> ResponseReturnValue:
        if is_led_here():  # five of them would use up the hour's
            return redirect(url_for("account.account"))
        # Written before it is sent, so that a slow reader keeps no database waiting.
        file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function: the answer is sent from it, and closes it
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        services().own_account.export(sitting(), text)
        text.detach()
        file.seek(0)
        name = f"{sitting().worker_id}.json"
        return send_file(file, mimetype="application/json", as_attachment=True, download_name=name)


def _add_closing(pages: Blueprint) -> None:
    def form(text: str = "", status: int = HTTPStatus.OK, faults: dict[str, str] | None = None) -> ResponseReturnValue:
        mine = known_sitting()
        if mine is None:
            return refused(HTTPStatus.FORBIDDEN, _("You are not signed in any more. Sign in again."))
        person = services().own_account.person(mine)
        return render_template("close_account.html", person=person, wrong=text, faults=faults or {}), status

    @pages.get("/worker/account/close")
    @before_consent
    def closing() -> ResponseReturnValue:
        return form()

    @pages.post("/worker/account/close")
    @before_consent
    @shown_again(form)
    def close() -> ResponseReturnValue:
        try:
            services().own_account.close(sitting(), request.form.get("password", ""), caller())
        except Objection as error:
            return form("", HTTPStatus.BAD_REQUEST, error.faults)
        except TooManyTries as error:
            return too_fast(error, form(said(error), HTTPStatus.TOO_MANY_REQUESTS))
        leave_nothing()
        return redirect(url_for("account.closed"), HTTPStatus.SEE_OTHER)

    @pages.get("/worker/closed")
    @open_to_all
    def closed() -> Response:
        return make_response(render_template("account_closed.html"))
