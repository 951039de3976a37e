"""A page's mould: where cells stand in the question's XML is found out once, and rows of plain text are cast in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import attrs

from mturk.question import question
from mturk.question.html_question import HTMLQuestion
from mturk.question.question import Examined
from mturk.rendering import html_page, placeholder, submission, template

Fill = Callable[[str, Mapping[str, str]], HTMLQuestion]

# What neither HTML nor XML can take for anything but text, wherever in a text it stands. A line feed alone ends a line:
# XML would change a carriage return.
_PLAIN = re.compile("[^\x00-\x08\x0b-\x1f<>\\]\ud800-\udfff\ufffe\uffff]*")
# Right before a place: the beginning of a tag that a cell might end, or of what ends a CDATA section.
_UNFINISHED = re.compile(r"<[!/\w-]*")
_MOST = 16  # kinds of rows, by the columns that they have


@attrs.frozen
class _Cast:
    """The XML of a row with its places, and what is doubtful about all of them."""

    pieces: tuple[str, ...]
    places: tuple[tuple[int, str], ...]
    """Which of the pieces are the cells of which columns."""
    doubts: tuple[str, ...]
    sets_assignment: bool

    def of(self, values: Mapping[str, str]) -> Examined | None:
        filled = list(self.pieces)
        for at, name in self.places:
            filled[at] = values[name]
        xml = "".join(filled)
        # The one word that counts wherever it stands.
        if (submission.SET_ASSIGNMENT in xml) != self.sets_assignment:
            return None
        return Examined(xml, (), self.doubts)


@attrs.define
class Mould:
    """The moulds of one page, for rows that have these columns or those."""

    source: str
    _fill: Fill
    _casts: dict[tuple[str, ...], _Cast | None] = attrs.field(factory=dict)

    def fill(self, values: Mapping[str, str]) -> HTMLQuestion:
        """The question of a row; slow, for it looks at the whole page."""
        return self._fill(self.source, values)

    def cast(self, values: Mapping[str, str]) -> Examined | None:
        """What `fill` and `question.examine` would give, but for the size; None where that has to be asked."""
        # With templates of the user's own anything may be made of a page.
        if template.folders() or not all(_PLAIN.fullmatch(value) for value in values.values()):
            return None
        names = tuple(values)
        if names not in self._casts:
            if len(self._casts) >= _MOST:
                return None
            self._casts[names] = self._made(names)
        cast = self._casts[names]
        return None if cast is None else cast.of(values)

    def _made(self, names: tuple[str, ...]) -> _Cast | None:
        markers = {f"zq{number}qz": name for number, name in enumerate(names)}
        places = [found for found in placeholder.each(self.source) if found.group(1) in names]
        spans = html_page.spans(self.source)
        if "zq" in self.source or spans is None:
            return None
        if not all(self._stands_in_text(place.start(), spans) for place in places):
            return None
        examined = question.examine(self.fill({name: marker for marker, name in markers.items()}))
        pieces = re.split(f"({'|'.join(markers)})", examined.xml) if markers else [examined.xml]
        if examined.problems or len(pieces) != 2 * len(places) + 1:
            return None
        return _Cast(
            tuple(pieces),
            tuple((at, markers[piece]) for at, piece in enumerate(pieces) if at % 2),
            examined.doubts,
            submission.SET_ASSIGNMENT in examined.xml,
        )

    def _stands_in_text(self, at: int, spans: list[tuple[int, int]]) -> bool:
        """Whether what is filled in there is neither in a tag, script or comment that matters nor can become one."""
        before = self.source[:at]
        unfinished = _UNFINISHED.fullmatch(before, max(before.rfind("<"), 0))
        return not (unfinished or before.endswith("]") or any(start < at < end for start, end in spans))
