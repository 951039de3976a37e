"""Where the links in mail lead: an address is confirmed, messages by e-mail are ended."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from mturk.marketplace.error import WorkerError
from mturk.marketplace.site.language import said
from mturk.marketplace.site.refusal import refused
from mturk.marketplace.site.service import services
from mturk.marketplace.site.visitor import open_to_all


def mail_pages() -> Blueprint:
    """The pages. Nothing happens by looking: programs that check mail open every link in it."""
    pages = Blueprint("mail", __name__)

    @pages.get("/worker/confirm")
    @open_to_all
    def confirmation() -> ResponseReturnValue:
        return render_template("confirm_address.html", link=request.args.get("link", ""))

    @pages.post("/worker/confirm")
    @open_to_all
    def confirm() -> ResponseReturnValue:
        try:
            services().own_account.confirm(request.form.get("link", ""))
        except WorkerError as error:
            return refused(HTTPStatus.FORBIDDEN, said(error))
        return render_template("address_confirmed.html")

    @pages.get("/worker/mail/<token>")
    @open_to_all
    def ending(token: str) -> ResponseReturnValue:
        return render_template("end_mail.html", token=token)

    @pages.post("/worker/mail/<token>")
    @open_to_all
    def end(token: str) -> ResponseReturnValue:
        if not services().own_account.end_mail(token):
            abort(HTTPStatus.NOT_FOUND)
        return render_template("mail_ended.html")

    # A mail program sends it by itself when its user asks to hear no more; whoever knows the address may end the mail.
    pages.record(lambda state: state.app.extensions["csrf"].exempt(end))
    return pages
