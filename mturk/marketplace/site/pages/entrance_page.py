"""The pages at which people come in and go: signing in, signing up, signing out, setting a new password."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mturk.marketplace.account.entrance import Application
from mturk.marketplace.account.invitation import Invitation, Used
from mturk.marketplace.account.objection import Objection
from mturk.marketplace.account.place import STATES
from mturk.marketplace.account.proof import WrongPassword
from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.error import WorkerError
from mturk.marketplace.site.country import countries
from mturk.marketplace.site.language import gettext as _
from mturk.marketplace.site.language import said
from mturk.marketplace.site.refusal import refused, shown_again, too_fast
from mturk.marketplace.site.service import services
from mturk.marketplace.site.site_setting import OPEN
from mturk.marketplace.site.visitor import (
    before_consent,
    begin,
    caller,
    is_named,
    is_named_by_proxy,
    known_sitting,
    known_worker_id,
    leave_nothing,
    open_to_all,
)
from mturk.marketplace.site.way_back import way_back

_PROMISED = "promised"
"""The worker id that a visitor was shown who signs up without an invitation: the same when the form is sent again."""


def entrance_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("entrance", __name__)
    _add_sign_in(pages)
    _add_sign_up(pages)
    _add_forgotten_password(pages)

    @pages.post("/worker/sign-out")
    @before_consent
    def sign_out() -> ResponseReturnValue:
        here = known_sitting()
        if here is not None:
            services().entrance.sign_out(here)
        leave_nothing()
        if is_named_by_proxy():
            text = _("Your organisation still signs you in here. Sign out there too.")
            return refused(HTTPStatus.OK, text, title=_("You are signed out"))
        return redirect(url_for("entrance.sign_in"))

    return pages


def _add_sign_in(pages: Blueprint) -> None:
    def form(text: str = "", status: int = HTTPStatus.OK) -> ResponseReturnValue:
        sign_up = services().settings.sign_up == OPEN
        mail = services().entrance.sends_mail
        return render_template("sign_in.html", wrong=text, entered=request.form, sign_up=sign_up, mail=mail), status

    @pages.get("/worker/sign-in")
    @open_to_all
    def sign_in() -> ResponseReturnValue:
        if known_worker_id() or (is_named_by_proxy() and is_named()):
            return redirect(way_back(request.args.get("next")))
        if is_named_by_proxy():
            return refused(HTTPStatus.FORBIDDEN, _("Sign in at your organisation first, then load this page again."))
        return form()

    @pages.post("/worker/sign-in")
    @open_to_all
    @shown_again(form)
    def let_in() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        # The one field takes either, so programs may call it by either name.
        name = request.form.get("worker_id") or request.form.get("email") or ""
        try:
            entry = services().entrance.sign_in(name, request.form.get("password", ""), caller())
        except WrongPassword as error:
            return form(said(error), HTTPStatus.FORBIDDEN)
        except TooManyTries as error:
            return too_fast(error, form(said(error), HTTPStatus.TOO_MANY_REQUESTS))
        begin(entry)
        return redirect(way_back(request.form.get("next")), HTTPStatus.SEE_OTHER)

    @pages.get("/worker/enter")
    @open_to_all
    def enter() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        mine = known_worker_id()
        try:
            worker_id = services().entrance.whose_entry(_given("link"))
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))
        # Else whoever sends a link of their own to somebody would have them work in a wrong name without a word.
        if mine not in (None, worker_id):
            return render_template("enter.html", mine=mine, worker_id=worker_id, link=_given("link"))
        return by_link()

    @pages.post("/worker/enter")
    @open_to_all
    def enter_instead() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        return by_link()

    def by_link() -> ResponseReturnValue:
        try:
            begin(services().entrance.enter_by_link(_given("link"), caller()))
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))
        return redirect(way_back(_given("next")), HTTPStatus.SEE_OTHER)


def _add_sign_up(pages: Blueprint) -> None:
    def form(text: str = "", status: int = HTTPStatus.OK, faults: dict[str, str] | None = None) -> ResponseReturnValue:
        secret = _given("invitation")
        invited = services().entrance.invitation(secret) if secret else None
        if invited is None and _PROMISED not in session:
            session[_PROMISED] = services().entrance.promise()
        return render_template(
            "sign_up.html",
            wrong=text,
            faults=faults or {},
            entered=request.form if request.method == "POST" else _known_of(invited),
            invitation=secret,
            worker_id=invited.future_id if invited else session[_PROMISED],
            countries=countries(),
            states=STATES,
            terms=services().settings.terms,
            mail=services().entrance.sends_mail,
        ), status

    @pages.get("/worker/sign-up")
    @open_to_all
    def sign_up() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        if known_worker_id():
            return _led_on()
        if not _given("invitation") and services().settings.sign_up != OPEN:
            text = _("You need an invitation to sign up here. Open the link that was sent to you.")
            return refused(HTTPStatus.FORBIDDEN, text)
        try:
            return form()
        except Used as error:
            return _already(error)
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))

    @pages.post("/worker/sign-up")
    @open_to_all
    @shown_again(form)
    def become_a_worker() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        if known_worker_id():
            return _led_on()
        try:
            entry = services().entrance.sign_up(_application(), _given("invitation"), caller(), session.get(_PROMISED))
        except Objection as error:
            return form("", HTTPStatus.BAD_REQUEST, error.faults)
        except TooManyTries as error:
            return too_fast(error, _shown_if_good(form, said(error), HTTPStatus.TOO_MANY_REQUESTS))
        except Used as error:
            session.pop(_PROMISED, None)
            return _already(error)
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))
        begin(entry)
        flash(
            _("Welcome. Your worker ID is %(worker_id)s: you can sign in with it.", worker_id=entry.worker_id), "good"
        )
        return redirect(url_for("groups.groups"), HTTPStatus.SEE_OTHER)


def _add_forgotten_password(pages: Blueprint) -> None:
    def form(text: str = "", status: int = HTTPStatus.OK) -> ResponseReturnValue:
        mail = services().entrance.sends_mail
        return render_template("forgotten_password.html", wrong=text, entered=request.form, mail=mail), status

    def new_password(
        text: str = "", status: int = HTTPStatus.OK, faults: dict[str, str] | None = None
    ) -> ResponseReturnValue:
        worker_id = services().entrance.whose_reset(_given("link"))
        page = render_template(
            "new_password.html", wrong=text, faults=faults or {}, worker_id=worker_id, link=_given("link")
        )
        return page, status

    @pages.get("/worker/forgotten-password")
    @open_to_all
    def forgotten() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        return form()

    @pages.post("/worker/forgotten-password")
    @open_to_all
    @shown_again(form)
    def ask() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        try:
            services().entrance.ask_for_reset(request.form.get("worker_id", ""), caller())
        except TooManyTries as error:
            return too_fast(error, form(said(error), HTTPStatus.TOO_MANY_REQUESTS))
        return render_template("mail_sent.html")

    @pages.get("/worker/reset")
    @open_to_all
    def reset() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        try:
            return new_password()
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))

    @pages.post("/worker/reset")
    @open_to_all
    @shown_again(new_password)
    def set_password() -> ResponseReturnValue:
        _refuse_where_a_proxy_rules()
        try:
            entry = services().entrance.reset(_given("link"), request.form.get("password", ""), caller())
        except Objection as error:
            return new_password("", HTTPStatus.BAD_REQUEST, error.faults)
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))
        begin(entry)
        flash(_("Your new password is set. You were signed out everywhere else."), "good")
        return redirect(url_for("groups.groups"), HTTPStatus.SEE_OTHER)


def _led_on() -> ResponseReturnValue:
    """To the HITs for who is signed in: nobody shall sign up twice by accident."""
    if _is_good(_given("invitation")):
        words = _("You are signed in as %(worker_id)s. To use the invitation for another account, sign out first.")
        flash(words % {"worker_id": known_worker_id()})
    return redirect(url_for("groups.groups"), HTTPStatus.SEE_OTHER)


def _is_good(secret: str) -> bool:
    """Whether somebody can sign up with an invitation."""
    try:
        return bool(secret) and services().entrance.invitation(secret) is not None
    except WorkerError:
        return False


def _already(error: Used) -> ResponseReturnValue:
    """That an invitation was used, and by whom: they may never have got the answer that told them."""
    if error.worker_id is None:
        return refused(HTTPStatus.FORBIDDEN, said(error))
    if _given("invitation"):
        words = _("This invitation was used already, for the worker ID %(worker_id)s. If it was you, sign in.")
    else:
        words = _("You have signed up already, with the worker ID %(worker_id)s. Sign in.")
    text = words % {"worker_id": error.worker_id}
    return refused(HTTPStatus.FORBIDDEN, text)


def _shown_if_good(form: Callable[..., ResponseReturnValue], text: str, status: int) -> ResponseReturnValue:
    """A form again; where its invitation was used by now, the words alone."""
    try:
        return form(text, status)
    except Used:
        return refused(status, text)


def _known_of(invited: Invitation | None) -> dict[str, object]:
    """What the operator said of the worker whom an invitation is for, to begin with."""
    if invited is None:
        return {}
    return {"country": invited.country, "subdivision": invited.subdivision, "adult": invited.adult}


def _application() -> Application:
    entered = request.form
    return Application(
        password=entered.get("password", ""),
        email=entered.get("email", ""),
        country=entered.get("country", ""),
        subdivision=entered.get("subdivision", ""),
        adult=bool(entered.get("adult")),
        agrees=bool(entered.get("terms")),
    )


def _given(name: str) -> str:
    """What stands in the form, or in the address."""
    return str(request.form.get(name) or request.args.get(name) or "")


def _refuse_where_a_proxy_rules() -> None:
    if is_named_by_proxy():
        abort(HTTPStatus.NOT_FOUND)
