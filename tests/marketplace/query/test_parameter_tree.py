"""Parameters of the old API: which requests can be read in one way only, and what their names make."""

from __future__ import annotations

import pytest

from mturk.marketplace.query.parameter_tree import MOST, items, parameters, tree
from mturk.marketplace.query.query_error import QueryError


def test_the_parts_of_a_name_are_branches() -> None:
    given = parameters("Reward.1.Amount=0.05&Reward.1.CurrencyCode=USD", "Title=a%20b+c")
    assert tree(given) == {"Reward": {"1": {"Amount": "0.05", "CurrencyCode": "USD"}}, "Title": "a b c"}


@pytest.mark.parametrize(
    ("node", "listed"),
    [
        ("one", ["one"]),
        ({"Country": "US"}, [{"Country": "US"}]),
        ({"10": "j", "2": "b", "1": "a"}, ["a", "b", "j"]),
        ({"0": "a", "1": "b"}, ["a", "b"]),
    ],
)
def test_a_list_has_the_order_of_its_numbers_wherever_they_begin(node: object, listed: list[object]) -> None:
    assert items(node) == listed  # type: ignore[arg-type]  # a table of nodes


@pytest.mark.parametrize(
    "sent",
    [
        ("HITId=1&HITId=2", ""),
        ("HITId=1", "HITId=1"),
        ("Title=%ff", ""),
        ("&".join(f"WorkerId.{number}=A" for number in range(MOST + 1)), ""),
        ("a=b&" * (MOST // 2), "&".join(f"c{number}=d" for number in range(MOST))),
    ],
    ids=["twice", "in query and form", "not UTF-8", "too many", "too many together"],
)
def test_what_can_be_read_in_two_ways_is_refused(sent: tuple[str, str]) -> None:
    with pytest.raises(QueryError) as caught:
        parameters(*sent)
    assert (caught.value.code, caught.value.in_front) == ("AWS.InvalidHttpRequest", True)


@pytest.mark.parametrize(
    "names",
    [
        ["HIT.999999999.Title"],
        ["HIT.01.Title"],
        ["HIT..Title"],
        [".".join("a" * 9)],
        ["Reward", "Reward.1.Amount"],
        ["Reward.1.Amount", "Reward.1"],
        ["<b>"],
    ],
    ids=str,
)
def test_a_name_that_is_none_is_refused(names: list[str]) -> None:
    with pytest.raises(QueryError):
        tree(dict.fromkeys(names, "x"))


def test_a_list_with_numbers_and_without_is_refused() -> None:
    with pytest.raises(QueryError):
        items({"1": "a", "Country": "US"})
