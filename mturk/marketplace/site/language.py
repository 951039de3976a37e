"""The language of a page: chosen by the visitor, else by the browser; texts out of gettext catalogues."""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from flask import g, has_request_context, request, session

from mturk.marketplace.error import WorkerError

FOLDER = Path(__file__).with_name("locale")
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""Those that there is a catalogue for, by the names that their speakers give them."""
_CHOSEN = "language"


def choose_language(chosen: str) -> None:
    """Keep to a language from now on, if it is one of ours."""
    if chosen in LANGUAGES:
        session[_CHOSEN] = chosen


def language() -> str:
    """The language of the page that is answered now; English where none is."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        chosen = session.get(_CHOSEN)
        g.language = chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en")
    return str(g.language)


def locale() -> Locale:
    """What Babel knows of that language: how it writes amounts and names countries."""
    return Locale.parse(language())


def gettext(text: str, **values: Any) -> str:
    """The text in the language of the page, with `%(name)s` filled in."""
    found = catalogue().gettext(text)
    return found % values if values else found


def said(error: WorkerError) -> str:
    """What a worker is refused, in the language of the page."""
    return gettext(error.words, **error.values)


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The text for that number of things, which is `%(num)s` in it."""
    return catalogue().ngettext(one, many, num) % {"num": num, **values}


def catalogue() -> catalogues.NullTranslations:
    """The texts of the language of the page."""
    return _catalogue(language())


@cache
def _catalogue(name: str) -> catalogues.NullTranslations:
    return catalogues.translation("site", FOLDER, [name], fallback=True)
