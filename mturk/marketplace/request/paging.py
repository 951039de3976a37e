"""Pages of long lists: the token says where the next one begins, so that no rows are counted out."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar, cast
from zlib import crc32

from sqlalchemy import ColumnElement, Select, tuple_

from mturk.marketplace.call import Answer, Call
from mturk.marketplace.database.first_rows import first_rows
from mturk.marketplace.error import ParameterValidationError

DEFAULT_SIZE = 10
_LARGEST = 2**63
_LARGEST_PAGE = 16_000_000
"""Characters of the answers on one page; clients read no page without end, and the SDK gives up at 64 MB."""
_LARGEST_NUMBERED = 64_000_000
"""The same of a page with a number, on which ten of the largest answers have room."""
_AT_ONCE = 10  # rows that are read together where they may be large

Listed = TypeVar("Listed")


class Page(NamedTuple):
    """Which part of which list is asked for.

    `of` names the list and its filters, because a token is good for one list only.
    """

    of: tuple[object, ...]
    token: str | None
    size: int = DEFAULT_SIZE

    def after(self) -> tuple[int, ...] | None:
        """The key of the last row that was shown."""
        if self.token is None:
            return None
        try:
            mark, *key = json.loads(base64.urlsafe_b64decode(self.token.encode("ascii")))
        except (ValueError, TypeError, binascii.Error):
            mark, key = None, []
        numbers = all(type(part) is int and abs(part) < _LARGEST for part in key)
        if mark != self._mark(len(key)) or not numbers:
            raise ParameterValidationError.of("NextToken", self.token)
        return tuple(key)

    def read(
        self,
        call: Call,
        kind: type[Listed],
        listed: Select[Any],
        *order: ColumnElement[Any],
        descending: bool = False,
        shown_after: ColumnElement[Any] | None = None,
        large: str | None = None,
    ) -> Sequence[Listed]:
        """The rows of this page, which are of that kind, in the order of these columns.

        `shown_after` is the column with the time after which a marketplace with `eventual` waits before it shows a row.
        With `large`, the name of a text that may have megabytes, the page ends behind the row that makes it large. One
        with a number does not, since what is left out would be on no page: it is refused if it is far too large.
        """
        query = self.part(call, listed, *order, descending=descending, shown_after=shown_after)
        if large is None:
            return cast("Sequence[Listed]", call.database.execute(query).all())
        return cast("Sequence[Listed]", self.until_large(call, query, large))

    def until_large(self, call: Call, query: Select[Any], large: str) -> Sequence[Any]:
        """The rows of a query for this page, up to the one that makes it large, as `read` has it."""
        is_numbered = call.numbered is not None
        with call.database.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
            found, is_large = _until_large(rows, large, _LARGEST_NUMBERED if is_numbered else _LARGEST_PAGE)
        if is_numbered and is_large:
            text = (
                f"What is listed on this page has more than {_LARGEST_NUMBERED:,} characters. Ask for fewer at once, "
                f"such as PageSize={DEFAULT_SIZE}."
            )
            raise ParameterValidationError("PageSize", text)
        return found

    def part(
        self,
        call: Call,
        listed: Select[Any],
        *order: ColumnElement[Any],
        descending: bool = False,
        shown_after: ColumnElement[Any] | None = None,
    ) -> Select[Any]:
        """The query for the rows of this page."""
        listed = shown(call, listed, shown_after)
        if call.numbered is not None:
            call.numbered.count(call.database, listed)
            return call.numbered.cut(listed, order)
        after = self.after()
        if after:
            listed = listed.where(_beyond(after, *order, descending=descending))
        columns = [column.desc() for column in order] if descending else order
        return first_rows(listed.order_by(*columns), self.size)

    def answer(self, name: str, rows: Sequence[Listed], describe: Callable[[Listed], Answer], *key: str) -> Answer:
        """The page's answer, with a token if there is anything on it.

        There is a token even where nothing follows, and the next page is empty: so did the service.
        """
        answer: Answer = {"NumResults": len(rows), name: [describe(row) for row in rows]}
        return {**answer, **self.token_after(rows, *key)}

    def token_after(self, rows: Sequence[Any], *key: str) -> Answer:
        """The token for what follows these rows; there is none for what follows nothing."""
        if not rows:
            return {}
        content = json.dumps([self._mark(len(key)), *(getattr(rows[-1], part) for part in key)])
        return {"NextToken": base64.urlsafe_b64encode(content.encode()).decode()}

    def _mark(self, parts: int) -> int:
        return crc32(repr((self.of, parts)).encode())


def shown(call: Call, listed: Select[Any], shown_after: ColumnElement[Any] | None) -> Select[Any]:
    """What lists show of these rows now."""
    if call.settings.eventual and shown_after is not None:
        return listed.where(shown_after <= call.now - call.settings.eventual)
    return listed


def _until_large(rows: Iterable[Any], large: str, most: int) -> tuple[list[Any], bool]:
    """The rows up to the one by which their texts have so many characters, and whether there is one."""
    found, room = [], most
    for row in rows:
        found.append(row)
        room -= len(getattr(row, large) or "")
        if room <= 0:
            return found, True
    return found, False


def _beyond(key: tuple[int, ...], *columns: ColumnElement[Any], descending: bool) -> ColumnElement[bool]:
    """The rows that come after the key, in the order of the columns."""
    return tuple_(*columns) < tuple_(*key) if descending else tuple_(*columns) > tuple_(*key)
