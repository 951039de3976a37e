"""The countries that one can live in, in the language of the page."""

from __future__ import annotations

import unicodedata

from mturk.marketplace.account.place import country_codes
from mturk.marketplace.site.language import locale


def countries() -> list[tuple[str, str]]:
    """Codes and names, as a reader of the language looks for them."""
    names = locale().territories
    found = [(code, name) for code, name in names.items() if code in country_codes()]
    return sorted(found, key=lambda one: _plain(one[1]))


def _plain(name: str) -> str:
    """A name without accents, which stand beside their letters in a list."""
    return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one)).casefold()
