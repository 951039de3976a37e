"""The countries that one can live in, in the language of the page."""

from __future__ import annotations

import re
import unicodedata

from mturk.marketplace.site.language import locale

# What Babel names beside countries: unions, regions of its own, and codes for none.
_NONE = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def countries() -> list[tuple[str, str]]:
    """Codes and names, as a reader of the language looks for them."""
    names = locale().territories
    found = [(code, name) for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in _NONE]
    return sorted(found, key=lambda one: _plain(one[1]))


def _plain(name: str) -> str:
    """A name without accents, which stand beside their letters in a list."""
    return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one)).casefold()
