"""Lists are complete unless sliced, lazy, restartable, and ask for no more than they need."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest

from mturk import HIT, Collection, Connection, Page, TransportError, ValidationError
from tests.attacks.service import body
from tests.connection.far_end import Server
from tests.judge import Judge


class Numbers:
    """A list of the service: numbers in pages, with some pages empty; keeps what it was asked."""

    def __init__(self, total: int, empty: frozenset[int] = frozenset(), last_empty: bool = False) -> None:
        self.total, self.empty, self.last_empty = total, empty, last_empty
        self.asked: list[tuple[str | None, int]] = []

    def ask(self, token: str | None, size: int) -> dict[str, Any]:
        self.asked.append((token, size))
        start, page = map(int, token.split("/")) if token else (0, 0)
        end = start if page in self.empty else min(start + size, self.total)
        answer: dict[str, Any] = {"NumResults": end - start, "Numbers": list(range(start, end))}
        if end < self.total or (self.last_empty and end > start):
            answer["NextToken"] = f"{end}/{page + 1}"
        return answer

    def collection(self) -> Collection[int]:
        return Collection("numbers", self.ask, lambda answer: answer["Numbers"])


@pytest.mark.parametrize("total", [0, 1, 99, 100, 101, 250])
@pytest.mark.parametrize("last_empty", [False, True])
def test_a_walk_gives_everything_in_pages_of_a_hundred(total: int, last_empty: bool) -> None:
    numbers = Numbers(total, last_empty=last_empty)
    assert list(numbers.collection()) == list(range(total))
    assert {size for _, size in numbers.asked} == {100}


@pytest.mark.parametrize("empty", [{0}, {1}, {0, 1, 2}, {2, 3}])
def test_an_empty_page_with_a_token_goes_on(empty: set[int]) -> None:
    numbers = Numbers(250, frozenset(empty))
    collection = numbers.collection()
    assert list(collection) == list(range(250))
    assert collection.count() == 250
    assert collection.first() == 0
    assert bool(collection)
    assert collection[:120] == list(range(120))


def test_nothing_is_asked_before_it_is_read() -> None:
    numbers = Numbers(250)
    collection = numbers.collection()
    repr(collection), collection.pages(), iter(collection), collection._repr_html_()
    assert numbers.asked == []


def test_a_walk_asks_for_a_page_only_when_it_gets_there() -> None:
    numbers = Numbers(250)
    walk = iter(numbers.collection())
    assert list(islice(walk, 100)) == list(range(100))
    assert len(numbers.asked) == 1
    assert next(walk) == 100
    assert len(numbers.asked) == 2


def test_each_walk_begins_anew() -> None:
    numbers = Numbers(3)
    collection = numbers.collection()
    assert list(collection) == list(collection) == [0, 1, 2]
    assert len(numbers.asked) == 2
    numbers.total = 4
    assert list(collection) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("cut", "sizes"),
    [
        (slice(10), [10]),
        (slice(0), []),
        (slice(0, 0), []),
        (slice(5, 5), [5]),
        (slice(100), [100]),
        (slice(101), [100, 100]),
        (slice(5, 10), [10]),
        (slice(0, 10, 3), [10]),
        (slice(240, 300), [100, 100, 100]),
        (slice(1000), [100, 100, 100]),
        (slice(240, None), [100, 100, 100]),
        (slice(None), [100, 100, 100]),
    ],
    ids=str,
)
def test_a_slice_asks_for_no_more_than_it_needs(cut: slice, sizes: list[int]) -> None:
    numbers = Numbers(250)
    assert numbers.collection()[cut] == list(range(250))[cut]
    assert [size for _, size in numbers.asked] == sizes


def test_the_first_asks_for_one() -> None:
    numbers = Numbers(250)
    assert numbers.collection().first() == 0
    assert numbers.collection()[0] == 0
    assert bool(numbers.collection()) is True
    assert [size for _, size in numbers.asked] == [1, 1, 1]


def test_an_item_is_found_by_its_index() -> None:
    numbers = Numbers(250)
    assert numbers.collection()[7] == 7
    assert numbers.asked == [(None, 8)]
    assert numbers.collection()[249] == 249
    with pytest.raises(IndexError, match="there is no item 250 among the numbers"):
        numbers.collection()[250]


def test_a_list_without_items_is_false_and_has_no_first() -> None:
    numbers = Numbers(0)
    assert numbers.collection().first() is None
    assert not numbers.collection()
    assert numbers.collection().count() == 0
    with pytest.raises(IndexError):
        numbers.collection()[0]


@pytest.mark.parametrize("index", [-1, slice(-1), slice(-5, None), slice(0, 5, -1)], ids=str)
def test_there_is_no_end_to_count_from(index: Any) -> None:
    numbers = Numbers(3)
    with pytest.raises(ValidationError, match="no end to count from"):
        numbers.collection()[index]
    assert numbers.asked == []


@pytest.mark.parametrize("index", ["a", 1.5, None, slice("a"), slice(0, 5, 0)], ids=str)
def test_an_index_of_the_wrong_type_is_an_error_before_any_call(index: Any) -> None:
    numbers = Numbers(3)
    with pytest.raises((TypeError, ValueError)):
        numbers.collection()[index]
    assert numbers.asked == []


def test_a_list_has_no_length() -> None:
    with pytest.raises(TypeError):
        len(Numbers(3).collection())  # type: ignore[arg-type]


def test_a_walk_over_pages_tells_their_numbers() -> None:
    pages = list(Numbers(250).collection().pages())
    assert [(len(page.items), page.num_results) for page in pages] == [(100, 100), (100, 100), (50, 50)]
    assert [page.next_token for page in pages] == ["100/1", "200/2", None]
    assert [next(iter(page)) for page in pages] == [0, 100, 200]


def test_a_page_leads_to_the_next_and_the_last_to_none() -> None:
    numbers = Numbers(15)
    page: Page[int] | None = numbers.collection().page(10)
    assert page is not None
    assert (list(page), bool(page), repr(page)) == (list(range(10)), True, "<Page of 10, more to come>")
    page = page.next_page()
    assert page is not None
    assert (page.items, repr(page), page.next_page()) == ([10, 11, 12, 13, 14], "<Page of 5>", None)
    assert numbers.asked == [(None, 10), ("10/1", 10)]


def test_a_page_without_its_number_counts_its_items() -> None:
    page = Page(lambda token, size: {"Numbers": [1, 2]}, lambda answer: answer["Numbers"], 10, None)
    assert page.num_results == 2


@pytest.mark.parametrize("circle", [1, 2, 3, 7, 50])
def test_a_list_that_leads_back_into_itself_is_found_out(circle: int) -> None:
    def ask(token: str | None, size: int) -> dict[str, Any]:
        return {"Numbers": [1], "NextToken": str((int(token or "0") + 1) % circle + 100)}

    with pytest.raises(TransportError, match="NextToken leads back"):
        list(Collection("numbers", ask, lambda answer: answer["Numbers"]))


def test_len_names_what_there_is_instead() -> None:
    with pytest.raises(TypeError, match=r"write \.count\(\)"):
        len(Numbers(3).collection())  # type: ignore[arg-type]  # that is the point
    assert list(Numbers(3).collection()) == [0, 1, 2]
    assert not hasattr(Numbers(3).collection(), "__len__")


def test_a_collection_says_what_it_is_of() -> None:
    assert repr(Numbers(3).collection()) == "<Collection of numbers>"


def test_a_list_of_records_uses_the_connection_it_was_asked_through(judge: Any, connection: Any) -> None:
    judge.answer("ListHITs", {"NumResults": 1, "HITs": [{"HITId": "3A"}], "NextToken": "t"})
    judge.answer("ListHITs", {"NumResults": 0, "HITs": []})
    hits = list(HIT.all(connection=connection))
    assert [(hit.id, hit.connection) for hit in hits] == [("3A", connection)]
    assert judge.bodies("ListHITs") == [{"MaxResults": 100}, {"MaxResults": 100, "NextToken": "t"}]


def test_a_list_that_is_missing_from_its_answer_is_empty(judge: Any, connection: Any) -> None:
    judge.answer("ListHITs", {})
    assert list(HIT.all(connection=connection)) == []


@pytest.mark.parametrize("found", [9.5, True, "3A", {"HITId": "3A"}, [1e300], [None], ["3A"], [[None]], [{"HITId": 3}]])
def test_a_list_of_another_shape_is_a_broken_answer(found: Any) -> None:
    answer = body(json.dumps({"HITs": found}).encode())
    with (
        Server(answer) as server,
        Connection(f"http://127.0.0.1:{server.port}", access_key="A", secret_key="s") as connection,
        pytest.raises(TransportError, match="cannot be read"),
    ):
        list(HIT.all(connection=connection))


def test_an_entry_without_its_id_is_a_broken_answer(judge: Any, connection: Any) -> None:
    judge.answer("ListHITs", {"HITs": [{"Title": "T"}]})
    with pytest.raises(TransportError, match="describes a HIT without its HITId"):
        list(HIT.all(connection=connection))


def test_a_list_shows_its_first_items_when_it_is_told_to(judge: Any, connection: Any) -> None:
    judge.answer("ListHITs", {"HITs": [{"HITId": "3A", "Title": "<b>"}]})
    table = HIT.all(connection=connection).show()
    assert repr(table).splitlines() == ["id  title", "3A  <b>"]
    assert "&lt;b&gt;" in table._repr_html_()
    assert judge.bodies("ListHITs") == [{"MaxResults": 10}]


def test_tokens_that_lead_in_a_circle_are_an_error(judge: Judge, connection: Connection) -> None:
    judge.answer_with(
        lambda operation, body: {
            "NumResults": 1,
            "NextToken": {"": "a", "a": "b", "b": "c", "c": "a"}[body.get("NextToken", "")],
            "HITs": [{"HITId": "3A"}],
        }
    )
    with pytest.raises(TransportError, match="the same page again and again"):
        list(HIT.all(connection=connection))


def test_len_names_what_counts(connection: Connection) -> None:
    with pytest.raises(TypeError, match=r"\.count\(\)"):
        len(HIT.all(connection=connection))  # type: ignore[arg-type]


def test_no_state_at_all_is_not_every_state(connection: Connection) -> None:
    with pytest.raises(ValidationError, match="status names no state"):
        HIT("3A", connection=connection).assignments(status=[])
