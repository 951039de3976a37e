"""The pages at which people come in and go: signing in, signing up, signing out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.site.visitor import open_to_all


def entrance_pages() -> Blueprint:
    """The pages."""
    pages = Blueprint("entrance", __name__)

    @pages.get("/worker/sign-in")
    @open_to_all
    def sign_in() -> str:
        return render_template("sign_in.html")

    @pages.post("/worker/sign-out")
    def sign_out() -> AnyResponse:
        session.clear()
        return redirect(url_for("entrance.sign_in"))

    return pages
