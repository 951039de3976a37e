"""What a browser is shown of a request that no page of the site has seen, because it was refused in front of them."""

from __future__ import annotations

from flask import Flask, make_response, render_template
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from mturk.marketplace.http.complaint import Page
from mturk.marketplace.http.public_address import PublicAddress
from mturk.marketplace.site.door import is_of_site
from mturk.marketplace.site.language import LANGUAGES
from mturk.marketplace.site.protection import protect
from mturk.marketplace.site.refusal import words

_LONGEST = 200  # characters of what a browser says of its languages that are read


class FrontPages:
    """Pages by the status of the answer; of the request only the path and the browser's languages are looked at."""

    def __init__(self, site: Flask, public: PublicAddress | None) -> None:
        self._site = site
        self._public = public
        self._drawn: dict[tuple[int, str], Page] = {}

    def __call__(self, path: str, languages: str, status: int) -> Page | None:
        """The page for a request to that path; None where it is no path of the site's."""
        if not is_of_site(path, self._public):
            return None
        wanted = parse_accept_header(languages[:_LONGEST], LanguageAccept)
        which = status, wanted.best_match(LANGUAGES, "en")
        if which not in self._drawn:
            self._drawn[which] = self._draw(*which)
        return self._drawn[which]

    def _draw(self, status: int, language: str) -> Page:
        address = self._public.url if self._public else None
        with self._site.test_request_context("/worker/", address, headers={"Accept-Language": language}):
            title, text = words(status)
            answer = protect(make_response(render_template("front.html", title=title, text=text), status))
        return Page([one for one in answer.headers if one[0] != "Content-Length"], answer.get_data())
