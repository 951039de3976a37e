"""How values go over the wire and come back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk import Locale, Price, ValidationError
from mturk.data import wire
from mturk.data.enumeration import HITStatus

UTC = timezone.utc


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("text", "text"),
        ("ümläut 🐈", "ümläut 🐈"),
        (7, 7),
        (True, True),
        (False, False),
        (0.5, 0.5),
        (Decimal("0.5"), "0.50"),
        (Decimal("1E+3"), "1000.00"),
        (Price("0.05"), "0.05"),
        (HITStatus.REVIEWING, "Reviewing"),
        (datetime(2024, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC), 1704164645),
        (datetime(2024, 1, 2, 4, 4, 5, tzinfo=timezone(timedelta(hours=1))), 1704164645),
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (timedelta(days=1, seconds=1), 86401),
        ([1, "a"], [1, "a"]),
        ((HITStatus.REVIEWING,), ["Reviewing"]),
        ({"A": 1, "B": None}, {"A": 1}),
        (Locale("US", "NY"), {"Country": "US", "Subdivision": "NY"}),
        (Locale("DE"), {"Country": "DE"}),
        ([], []),
    ],
)
def test_a_value_is_written_by_its_type(value: Any, sent: Any) -> None:
    written = json.loads(wire.write({"X": value}))["X"]
    assert (written, type(written)) == (sent, type(sent))


def test_none_means_left_out() -> None:
    assert wire.write({"A": None, "B": False, "C": 0, "D": ""}) == b'{"B":false,"C":0,"D":""}'
    assert wire.write({}) == b"{}"


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j, Exception("x")])
def test_a_value_without_a_form_on_the_wire_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="has no form on the wire"):
        wire.write({"X": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_refused_as_an_argument(value: float) -> None:
    with pytest.raises(ValidationError, match="JSON cannot hold"):
        wire.write({"X": value})


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValidationError, match="surrogate"):
        wire.write({"X": "\ud83d"})


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(TEXT, TEXT))
def test_every_text_arrives_as_it_was_sent(members: dict[str, str]) -> None:
    assert json.loads(wire.write(members)) == members


@pytest.mark.parametrize(
    ("read", "sent", "value"),
    [
        (wire.moment, 1565385436, datetime(2019, 8, 9, 21, 17, 16, tzinfo=UTC)),
        (wire.moment, 1565385436.5, datetime(2019, 8, 9, 21, 17, 16, 500_000, tzinfo=UTC)),
        (wire.moment, 1.5e9, datetime(2017, 7, 14, 2, 40, tzinfo=UTC)),
        (wire.moment, 0, datetime(1970, 1, 1, tzinfo=UTC)),
        (wire.duration, 600, timedelta(minutes=10)),
        (wire.duration, 31_536_000, timedelta(days=365)),
        (wire.money, "0.05", Decimal("0.05")),
        (wire.money, "10000.00", Decimal("10000.00")),
        (wire.keywords, "a, b ,c d", ("a", "b", "c d")),
        (wire.keywords, "", ()),
        (wire.keywords, "a,,b,", ("a", "b")),
        (wire.one_of(HITStatus), "Reviewing", HITStatus.REVIEWING),
        (wire.one_of(HITStatus), "Dreaming", "Dreaming"),
        (wire.many(wire.money), ["1.00", "2.00"], (Decimal(1), Decimal(2))),
        (wire.one(Locale), {"Country": "US", "Subdivision": None, "New": 1}, Locale("US")),
    ],
)
def test_a_value_is_read_by_its_kind(read: wire.Read, sent: Any, value: Any) -> None:
    found = read(sent)
    assert (found, type(found)) == (value, type(value))


def test_a_plan_names_the_members_of_a_class() -> None:
    @attrs.frozen
    class Thing:
        own: int = 0
        sent: str | None = wire.field("Sent")
        money: Decimal | None = wire.field("Money", wire.money)

    assert wire.plan(Thing) == (("Sent", "sent", None), ("Money", "money", wire.money))
    assert wire.one(Thing)({"Money": "1.00", "own": 7}) == Thing(0, None, Decimal(1))
    assert wire.written(Thing(7, "x")) == {"Sent": "x"}


class SafeText(str):
    """As web frameworks make them."""


class Stamp(datetime):
    """As data frames make them."""


def test_texts_and_times_of_other_libraries_are_written_as_what_they_are() -> None:
    body = json.loads(wire.write({"Title": SafeText("hello"), "At": Stamp(2026, 1, 1, tzinfo=timezone.utc)}))
    assert body == {"Title": "hello", "At": 1767225600}


def test_a_decimal_that_is_no_whole_number_of_cents_is_not_rounded() -> None:
    with pytest.raises(ValidationError, match=r"0\.055 is not a whole number of cents"):
        wire.write({"Reward": Decimal("0.055")})


def test_what_is_nested_without_end_is_one_error() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValidationError, match="a value that JSON cannot hold"):
        wire.write({"Question": value})


@pytest.mark.parametrize("value", [None, {"IntegerValues": None}])
def test_none_is_left_out_at_every_depth(value: Any) -> None:
    assert json.loads(wire.write({"A": value, "B": 1})) == ({"B": 1} if value is None else {"A": {}, "B": 1})


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+99999999"])
def test_what_is_no_amount_is_no_money(value: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        wire.money(value)
