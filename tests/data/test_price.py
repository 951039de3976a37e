"""Money is an exact number of cents."""

from __future__ import annotations

import copy
import numbers
import pickle
from decimal import Decimal
from typing import Any

import pytest

from mturk import Price, ValidationError
from mturk.data.price import amount


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("0.05", "0.05"),
        ("0.050", "0.05"),
        ("5", "5.00"),
        ("1.", "1.00"),
        (".5", "0.50"),
        ("0", "0.00"),
        (0, "0.00"),
        (-0.0, "0.00"),
        (7, "7.00"),
        (0.05, "0.05"),
        (0.1, "0.10"),
        (1e2, "100.00"),
        (Decimal("0.05"), "0.05"),
        (Decimal("5E+2"), "500.00"),
        (Decimal("0.0500000"), "0.05"),
        (Price("0.05"), "0.05"),
        ("10000000.01", "10000000.01"),
    ],
)
def test_every_way_to_write_an_amount_gives_its_cents(value: Any, exact: str) -> None:
    found = amount("reward", value)
    assert (str(found), type(found)) == (exact, Decimal)


@pytest.mark.parametrize(
    "value",
    [
        "0.051",
        0.051,
        0.1 + 0.2,
        Decimal("0.001"),
        "-0.01",
        -1,
        Decimal("-5"),
        "NaN",
        float("nan"),
        "Infinity",
        float("inf"),
        Decimal("sNaN"),
        "",
        "five",
        "$5",
        "5 USD",
        "1,50",
        None,
        True,
        b"5",
        [5],
        "1e40",
        10**40,
    ],
)
def test_what_is_no_exact_number_of_cents_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match=r"reward (must be|is out of)") as caught:
        amount("reward", value)
    assert repr(value) in str(caught.value)


def test_a_price_is_in_us_dollars() -> None:
    assert Price("0.05") == Price(0.05) == Price(Decimal("0.050"), "USD")
    assert str(Price(5)) == "5.00 USD"
    with pytest.raises(ValidationError, match="currency_code must be USD, not 'EUR'"):
        Price("0.05", "EUR")
    with pytest.raises(ValidationError, match="amount must be a whole number of cents"):
        Price("0.051")


def test_a_price_is_a_value() -> None:
    price = Price("0.05")
    assert pickle.loads(pickle.dumps(price)) == copy.copy(price) == price
    assert len({price, Price("0.05")}) == 1
    with pytest.raises(AttributeError):
        price.amount = Decimal(1)  # type: ignore[misc]


class Number:
    """A number of another library, which says so as numpy's do."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return str(self.value)


class Integer(Number):
    """As int64 is."""


class Floating(Number):
    """As float32 is."""


numbers.Integral.register(Integer)
numbers.Real.register(Floating)


@pytest.mark.parametrize(("value", "expected"), [(Integer(5), "5"), (Floating(0.05), "0.05")])
def test_a_number_of_another_library_is_an_amount(value: Any, expected: str) -> None:
    assert amount("reward", value) == Decimal(expected)


@pytest.mark.parametrize("value", ["1_0", "0x1", "1e1", "\u0665", "1 0", "+-1"])
def test_a_text_that_only_python_takes_for_a_number_is_no_amount(value: str) -> None:
    with pytest.raises(ValidationError, match="must be a plain amount"):
        amount("reward", value)


def test_a_float_that_lost_a_little_is_told_how_to_be_written() -> None:
    with pytest.raises(ValidationError, match=r'write it as a text: "0\.30"'):
        amount("reward", 0.1 + 0.2)
