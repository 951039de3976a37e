"""A list that is read a page at a time is a list, and is read no further than somebody looks."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.marketplace import Marketplace, PagedList
from mturk.marketplace.call import Call, Context
from mturk.marketplace.database import table as t
from mturk.marketplace.people import message, worker
from tests.marketplace.sample import hit_arguments

MANY = 205
Make = Callable[[Marketplace], list[Any]]
Ask = Callable[[Marketplace], PagedList[Any]]


class Numbers:
    """A list of numbers in pages, and how many of these were read."""

    def __init__(self, *pages: list[int]) -> None:
        self.pages = pages or ([],)
        self.read = 0

    def page(self, after: int | None) -> tuple[list[int], int | None]:
        self.read += 1
        place = 0 if after is None else after
        return self.pages[place], place + 1 if place + 1 < len(self.pages) else None

    def listed(self) -> PagedList[int]:
        return PagedList(self.page)


pages = st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=5)
ends = st.none() | st.integers(-8, 8)
cuts = st.builds(slice, ends, ends, ends.filter(lambda step: step != 0))


@given(
    pages, st.lists(st.integers(0, 5), max_size=8), st.builds(slice, ends, ends, ends.filter(lambda step: step != 0))
)
def test_it_is_what_a_list_is(parts: list[list[int]], other: list[int], cut: slice) -> None:
    whole = [number for part in parts for number in part]

    def same(look: Callable[[Any], object]) -> None:
        assert look(Numbers(*parts).listed()) == look(whole)

    same(list)
    same(len)
    same(bool)
    same(lambda numbers: numbers[cut])
    same(lambda numbers: list(reversed(numbers)))
    same(lambda numbers: (numbers == other, other == numbers, numbers != other, numbers == whole, whole == numbers))
    same(lambda numbers: [(number in numbers, numbers.count(number)) for number in range(7)])
    same(lambda numbers: [numbers[index] for index in range(-len(whole), len(whole))])
    same(lambda numbers: (pickle.loads(pickle.dumps(numbers)), copy.copy(numbers), numbers == tuple(whole)))
    same(lambda numbers: repr(numbers) if len(numbers) >= 0 else "")
    assert Numbers(*parts).listed() == Numbers(whole).listed()


@pytest.mark.parametrize("index", [3, -4, 100])
def test_an_index_that_is_not_there_is_an_error(index: int) -> None:
    with pytest.raises(IndexError):
        Numbers([1, 2], [3]).listed()[index]


def test_it_cannot_be_a_key_like_any_list() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Numbers([1]).listed())


@pytest.mark.parametrize(
    ("look", "read"),
    [
        (repr, 1),
        (bool, 1),
        (lambda numbers: next(iter(numbers)), 1),
        (lambda numbers: numbers[1], 1),
        (lambda numbers: numbers[:2], 1),
        (lambda numbers: numbers[2], 3),
        (lambda numbers: numbers[1:3], 3),
        (lambda numbers: 3 in numbers, 3),
        (lambda numbers: numbers == [1, 1, 1, 1, 1], 1),
        (lambda numbers: numbers == [], 1),
        (len, 4),
        (lambda numbers: numbers[-1], 4),
        (lambda numbers: numbers[::-1], 4),
        (lambda numbers: numbers[-2:], 4),
        (lambda numbers: 9 in numbers, 4),
        (lambda numbers: numbers == [1, 2, 3, 4, 5], 4),
    ],
)
def test_it_is_read_no_further_than_somebody_looks(look: Callable[[PagedList[int]], object], read: int) -> None:
    numbers = Numbers([1, 2], [], [3, 4], [5])
    listed = numbers.listed()
    look(listed)
    assert numbers.read == read
    look(listed)
    assert numbers.read == read


def test_what_is_shown_says_whether_there_is_more() -> None:
    listed = Numbers([1, 2], [3]).listed()
    assert repr(listed) == "[1, 2, ...]"
    assert list(listed) == [1, 2, 3]
    assert repr(listed) == "[1, 2, 3]"


def test_a_page_that_cannot_be_read_is_asked_for_again_by_the_next_look() -> None:
    fails = [True]

    def read(after: int | None) -> tuple[list[int], int | None]:
        if after == 1 and fails.pop():
            fails.append(False)
            raise OSError("gone")
        return ([1], 1) if after is None else ([2], None)

    listed = PagedList(read)
    with pytest.raises(OSError, match="gone"):
        list(listed)
    assert list(listed) == [1, 2]


def test_threads_that_share_a_list_read_each_page_once() -> None:
    numbers = Numbers(*([number] for number in range(200)))
    listed = numbers.listed()
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(list(listed))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [list(range(200))] * 8
    assert numbers.read == 200


def _hit(market: Marketplace, number: int) -> dict[str, Any]:
    requester = market.requester("requester")
    arguments = hit_arguments(Title=str(number))
    made: dict[str, Any] = market._dispatch.call(requester._number, "CreateHIT", arguments)["HIT"]
    return made


def _groups(market: Marketplace) -> list[Any]:
    return [_hit(market, number)["HITGroupId"] for number in range(MANY)][::-1]


def _messages(market: Marketplace) -> list[Any]:
    market.worker("A1")

    def send(context: Context) -> None:
        receiver = worker.on_site(context, "A1").number
        for number in range(MANY):
            message.send(Call.of(1, context), [receiver], "Hello", str(number))

    _hit(market, 0)
    market._dispatch.run(send)
    return [str(number) for number in range(MANY)]


def _said(table: Any, **more: Any) -> Make:
    def make(market: Marketplace) -> list[Any]:
        workers = MANY if table is t.report else 1
        for number in range(workers):
            market.worker(f"A{number + 1}")
        _hit(market, 0)
        rows = [{"worker": n % workers + 1, "hit": 1, "text": str(n), "time": 1000, **more} for n in range(MANY)]
        market._store.write(lambda database: database.execute(table.insert(), rows))
        return [str(number) for number in range(MANY)]

    return make


def _missing(market: Marketplace) -> list[Any]:
    hits = [_hit(market, number) for number in range(3)]
    rows = [{"hit_type": n % 3 + 1, "address": f"https://x.example/{n:03}"} for n in range(MANY)]
    market._store.write(lambda database: database.execute(t.missing_asset.insert(), rows))
    return [(hits[kind]["HITTypeId"], f"https://x.example/{n:03}") for kind in range(3) for n in range(kind, MANY, 3)]


LISTS: dict[str, tuple[Make, Ask, Callable[[Any], Any]]] = {
    "groups": (_groups, lambda market: market.worker("A1").groups(), str),
    "messages": (_messages, lambda market: market.worker("A1").messages(), lambda one: one.text),
    "letters": (
        _said(t.letter, requester=1),
        lambda market: market.requester("requester").letters(),
        lambda one: one.text,
    ),
    "reports": (_said(t.report, reason="other"), lambda market: market.reports(), lambda one: one.text),
    "missing assets": (
        _missing,
        lambda market: market.missing_assets(),
        lambda one: (one.hit_type_id, one.address),
    ),
}


@pytest.mark.parametrize(("make", "ask", "told"), LISTS.values(), ids=LISTS.keys())
def test_a_long_list_of_the_marketplace_is_whole_and_in_order_page_after_page(
    market: Marketplace, make: Make, ask: Ask, told: Callable[[Any], Any]
) -> None:
    assert ask(market) == []
    expected = make(market)
    listed = ask(market)
    assert len(listed._items) == 100
    assert [told(one) for one in listed[:150]] == expected[:150]
    assert len(listed._items) == 200
    assert [told(one) for one in listed] == expected
    assert (len(listed), told(listed[-1])) == (MANY, expected[-1])


def test_a_short_list_is_as_it_was_when_it_was_asked_for(market: Marketplace) -> None:
    first = _hit(market, 1)["HITGroupId"]
    before = market.worker("A1").groups()
    second = _hit(market, 2)["HITGroupId"]
    assert before == [first]
    assert market.worker("A1").groups() == [second, first]
