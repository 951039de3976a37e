"""Money: an exact number of US cents."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real

import attrs

from mturk.errors import ValidationError

_PLAIN = r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*"
_TINY = Decimal("0.000001")  # what floats lose when they are added up


def amount(name: str, value: Money) -> Decimal:
    """The exact amount that `value` stands for, refused unless it is a whole number of cents."""
    if isinstance(value, Price):
        return value.amount
    number = _number(name, value)
    if not number.is_finite() or number < 0:
        raise ValidationError(f"{name} must be 0 or more US dollars, not {value!r}")
    try:
        cents = number.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise ValidationError(f"{name} is out of every range: {value!r}") from None
    if cents != number:
        hint = f'; write it as a text: "{cents}"' if isinstance(value, float) and abs(cents - number) < _TINY else ""
        raise ValidationError(f"{name} must be a whole number of cents, not {value!r}{hint}")
    return abs(cents)


def _number(name: str, value: object) -> Decimal:
    if isinstance(value, str):
        if not re.fullmatch(_PLAIN, value):
            raise ValidationError(f'{name} must be a plain amount in US dollars such as "0.05", not {value!r}')
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, (Decimal, Real)):
        raise ValidationError(f'{name} must be an amount such as "0.05", not {value!r}')
    if isinstance(value, Decimal):
        return value
    # The shortest form of a float is what its author wrote; its binary value has fifty decimals.
    return Decimal(int(value) if isinstance(value, Integral) else str(value))


def _amount(value: Money) -> Decimal:
    return amount("amount", value)


@attrs.frozen
class Price:
    """An amount of money, as the Node module had it: `Price("0.05")`.

    A reward or bonus can be given as a `Price`, a str, an int, a Decimal or a float; the service knows
    US dollars only.
    """

    amount: Decimal = attrs.field(converter=_amount)
    currency_code: str = "USD"

    def __attrs_post_init__(self) -> None:
        if self.currency_code != "USD":
            raise ValidationError(f"currency_code must be USD, not {self.currency_code!r}")

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency_code}"


Money = str | int | float | Decimal | Price
