"""Money in whole cents, and the fees that come on top of what workers get."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

LARGEST = 10**15
"""In cents: more than any account holds, and far below the limit of the database's integers."""
MANY_ASSIGNMENTS = 10
"""A HIT with this many assignments or more has a higher fee, so no HIT may be extended from fewer."""


def cents(amount: str | int | Decimal) -> int:
    """An amount in dollars as cents; it must be a whole number of them."""
    try:
        exact = Decimal(amount) * 100
    except (ArithmeticError, TypeError, ValueError):
        raise ValueError(f"{amount!r} is not an amount of money.") from None
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 <= exact <= LARGEST:
        raise ValueError(f"{amount!r} is not an amount in dollars and whole cents.")
    return int(exact)


def dollars(amount: int) -> str:
    """Cents in the form in which the service writes money: "0.05"."""
    return f"{amount // 100}.{amount % 100:02d}"


def _share(amount: int, percent: int) -> int:
    exact = Decimal(amount * percent) / 100
    # Rounded half up, and at least one cent.
    return max(1, int(exact.quantize(Decimal(1), ROUND_HALF_UP)))


def assignment_fee(reward: int, max_assignments: int, *, masters: bool) -> int:
    """MTurk's fee for one assignment: 20 %, doubled from ten assignments on, 5 % more for Masters."""
    percent = 20 + (20 if max_assignments >= MANY_ASSIGNMENTS else 0) + (5 if masters else 0)
    return _share(reward, percent)


def bonus_fee(amount: int) -> int:
    """MTurk's fee for a bonus."""
    return _share(amount, 20)
