"""Lists of the service: complete unless sliced, asked for page by page, only when they are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import attrs

from mturk.data import limit
from mturk.errors import TransportError, ValidationError
from mturk.record.display import Table
from mturk.record.read_ahead import ReadAhead

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

T = TypeVar("T")

MOST = 100  # things a page can hold

Ask = Callable[[str | None, int], dict[str, Any]]
"""Asks for one page: takes the token of the page and its size, gives the answer's members."""


@attrs.frozen
class _Walk:
    """Finds out whether a list leads back into itself, by Brent's algorithm: one token is remembered at a time."""

    mark: str | None = None
    steps: int = 0
    stretch: int = 1

    def past(self, token: str | None) -> _Walk:
        """The walk after the page of this token."""
        if token is None or self.steps + 1 < self.stretch:
            return attrs.evolve(self, steps=self.steps + 1)
        return _Walk(token, 0, self.stretch * 2)


class _NoLength(AttributeError, TypeError):
    """There is no len(): to hasattr() an attribute that is not there, to len() and list() the usual TypeError."""


class Page(Generic[T]):
    """One page of a list: `items`, `num_results` (of this page, not in all) and the token of the next page.

    A page is iterable. An empty page may still have a next one.
    """

    __slots__ = ("_ask", "_read", "_size", "_walk", "items", "next_token", "num_results")

    def __init__(
        self,
        ask: Ask,
        read: Callable[[dict[str, Any]], list[T]],
        size: int,
        token: str | None,
        walk: _Walk | None = None,
        answer: dict[str, Any] | None = None,
    ) -> None:
        answer = ask(token, size) if answer is None else answer
        self._ask, self._read, self._size = ask, read, size
        self.items: list[T] = read(answer)
        self.num_results: int = answer.get("NumResults", len(self.items))
        self.next_token: str | None = answer.get("NextToken")
        self._walk = (walk or _Walk()).past(token)
        if self.next_token is not None and self.next_token == self._walk.mark:
            raise TransportError("The service gives the same page again and again: its NextToken leads back to it.")

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def _repr_html_(self) -> str:
        return _table(self.items)._repr_html_()

    def __repr__(self) -> str:
        return f"<Page of {len(self.items)}{', more to come' if self.next_token else ''}>"

    def next_page(self) -> Page[T] | None:
        """The page after this one, or None after the last. One call."""
        if self.next_token is None:
            return None
        return self._following(None)

    def _begin_next(self) -> Callable[[], Page[T] | None]:
        """Have the page after this one asked for now; what is given waits for its answer and reads it."""
        if self.next_token is None:
            return self.next_page
        begun = ReadAhead(partial(self._ask, self.next_token, self._size))
        # Only the call is made in another thread: what reads the answer may hold a function of the user's.
        return lambda: self._following(begun.result())

    def _following(self, answer: dict[str, Any] | None) -> Page[T]:
        return Page(self._ask, self._read, self._size, self.next_token, self._walk, answer)


class Collection(Generic[T]):
    """A list of the service that is read when you iterate over it, and is complete unless you slice it.

    Iterating asks for page after page of 100, and begins anew each time. `[:10]` asks for no more than it needs.
    There is no `len()`, because that would read everything: `count()` says so by being a call.

        for assignment in hit.assignments():
            assignment.approve()

    `prefetch()` is the same list, whose next page is on its way while you use the last.
    """

    __slots__ = ("_ahead", "_ask", "_filtered", "_name", "_read")

    def __init__(
        self,
        name: str,
        ask: Ask,
        read: Callable[[dict[str, Any]], list[T]],
        *,
        filtered: bool = False,
        ahead: bool = False,
    ) -> None:
        self._name, self._ask, self._read = name, ask, read
        self._filtered, self._ahead = filtered, ahead

    def __repr__(self) -> str:
        return f"<Collection of {self._name}>"

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def pages(self, page_size: int = MOST) -> Iterator[Page[T]]:
        """Page after page, one call each."""
        return self._walk(page_size, ahead=self._ahead)

    def page(self, page_size: int = MOST, next_token: str | None = None) -> Page[T]:
        """One page: the first, or the one that `next_token` names. One call."""
        return Page(self._ask, self._read, limit.page_size(page_size), next_token)

    def where(self, condition: Callable[[T], bool]) -> Collection[T]:
        """Those items for which `condition` is true. The service still sends all of them."""
        read = self._read

        def fitting(answer: dict[str, Any]) -> list[T]:
            return [item for item in read(answer) if condition(item)]

        return Collection(self._name, self._ask, fitting, filtered=True, ahead=self._ahead)

    def prefetch(self) -> Collection[T]:
        """The same list, whose walks ask for the next page while you use the last.

            for assignment in hit.assignments().prefetch():
                ...

        It pays where the service is far away and what you do with the items takes about as long as its answers. A walk
        to the end makes the same calls as without; one that you break off may have made one more, for the page that was
        on its way. A page is as the service had it when you began the one before. Errors are raised where you get to
        their page. `first()`, an index, a slice and `count()` read nothing ahead.
        """
        return Collection(self._name, self._ask, self._read, filtered=self._filtered, ahead=True)

    def first(self) -> T | None:
        """The first item, or None when there is none."""
        return next(self._some(1), None)

    def count(self) -> int:
        """How many there are; reads all pages."""
        return sum(len(page.items) for page in self._walk(MOST))

    def __bool__(self) -> bool:
        return self.first() is not None

    @property
    def __len__(self) -> Any:
        # A property, so that hasattr() says no: Django's loops ask it, and then list() what has no length.
        raise _NoLength("a list of the service has no len(), which would read all of it: write .count()")

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return self._slice(index)
        if index < 0:
            raise ValidationError(f"a list of the service has no end to count from; the index is {index}")
        for item in islice(self._some(index + 1), index, None):
            return item
        raise IndexError(f"there is no item {index} among the {self._name}")

    def show(self, number: int = 10) -> Table:
        """The first few items as a table, in a terminal as in a notebook. One call for each 100."""
        return _table(self[:number])

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}: iterate over it, or <code>.show()</code> the first few</p>"

    def _slice(self, index: slice) -> list[T]:
        parts = (index.start, index.stop, index.step)
        if any(part is not None and part < 0 for part in parts):
            raise ValidationError(f"a list of the service has no end to count from; the slice is {parts}")
        items = self._some(sys.maxsize if index.stop is None else index.stop)
        return list(islice(items, index.start, index.stop, index.step))

    def _walk(self, page_size: int, *, ahead: bool = False) -> Iterator[Page[T]]:
        page: Page[T] | None = self.page(page_size)
        while page is not None:
            following = page._begin_next() if ahead else page.next_page
            yield page
            page = following()

    def _some(self, number: int) -> Iterator[T]:
        if number == 0:
            return
        left = number
        # How many of a page pass a filter is not known, so that small pages would be many calls.
        for page in self._walk(MOST if self._filtered else min(number, MOST)):
            yield from page.items[:left]
            left -= len(page.items)
            if left <= 0:
                return


def ask(operation: str, connection: Connection, **parameters: object) -> Ask:
    """The way to ask for one page of what an operation lists."""

    def one_page(token: str | None, size: int) -> dict[str, Any]:
        return connection.call(operation, **parameters, NextToken=token, MaxResults=size)

    return one_page


def listed(
    read: Callable[[Mapping[str, Any], Connection], T],
    operation: str,
    member: str,
    connection: Connection,
    *,
    name: str = "",
    **parameters: object,
) -> Collection[T]:
    """All that an operation lists under `member`, each read by `read`; `name` is what the prompt calls them."""

    def read_page(answer: dict[str, Any]) -> list[T]:
        found = answer.get(member) or ()
        if not isinstance(found, (list, tuple)):
            raise TransportError(f"{operation}: the service lists {member} that cannot be read: {found!r:.60}.")
        return [read(members, connection) for members in found]

    return Collection(name or member, ask(operation, connection, **parameters), read_page)


def _table(items: Sequence[Any]) -> Table:
    return Table.of(item._row() for item in items)
