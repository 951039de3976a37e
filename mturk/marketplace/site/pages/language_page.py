"""Where a visitor chooses a language: everybody may, whether signed in or not."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mturk.marketplace.site.language import choose_language
from mturk.marketplace.site.visitor import open_to_all
from mturk.marketplace.site.way_back import way_back


def language_pages() -> Blueprint:
    """The page, which is nothing but a way back."""
    pages = Blueprint("language", __name__)

    @pages.post("/worker/language")
    @open_to_all
    def choose() -> AnyResponse:
        choose_language(request.form.get("language", ""))
        return redirect(way_back(request.form.get("next")))

    return pages
