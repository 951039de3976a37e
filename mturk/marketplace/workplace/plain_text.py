"""Texts of people who do not know each other, made harmless for those who read them.

What a worker writes is read by operators in terminals and spreadsheets. So it has no control characters, no marks that
turn the direction of writing around, no invisible ones; and a cell of a table never begins like a formula, also where a
spreadsheet takes semicolons for what separates cells: there quotes count for nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_MANY_LINES = re.compile("\n{3,}")
# Joiners and direction marks that languages need. Other marks of this sort hide text, or show it in another order.
_NEEDED = frozenset("\n\u200c\u200d\u200e\u200f")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# As spreadsheets see them, also in their wide forms.
_FORMULA = re.compile('(\\A|[;\n])(?="*[=+\\-@\uff1d\uff0b\uff0d\uff20])')


def cleaned(text: str) -> str:
    """A text without what does not show, with line ends as "\\n" and none around it."""
    if text.isprintable():
        return text.strip()
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    shown = "".join(one for one in lines if one in _NEEDED or unicodedata.category(one) not in _HIDDEN)
    return _MANY_LINES.sub("\n\n", shown).strip()


def on_one_line(text: str) -> str:
    """A clean text on one line."""
    return " ".join(cleaned(text).split())


def cell(value: object) -> str:
    """A value as a cell of a CSV table, which no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'", cleaned(str(value)))


def row(values: Iterable[object]) -> list[str]:
    """The cells of a line of a CSV table."""
    return [cell(value) for value in values]
