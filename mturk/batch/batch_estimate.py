"""What a batch will cost, before it is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

import attrs

from mturk.cost import CENT, MANY_ASSIGNMENTS, assignment_fee, bonus_fee
from mturk.journal.journal import Size
from mturk.requirements import needs_masters

if TYPE_CHECKING:
    from mturk.model.hit_type import HITType


@attrs.frozen(repr=False)
class BatchEstimate:
    """What the whole batch costs if all work is approved, and what of that is still to be held. In US dollars."""

    rows: int
    hits: int
    assignments: int
    rewards: Decimal
    fees: Decimal
    bonuses: Decimal
    """The reserve for bonuses, with their fees."""
    published: Decimal
    """What of rewards and fees is held or paid already, for HITs that are published."""
    balance: Decimal
    saved: Decimal = Decimal(0)
    """What `split=True` saves, or would save: HITs of at most 9 assignments have half the fee."""
    is_split: bool = False

    @property
    def total(self) -> Decimal:
        """Rewards, fees and the reserve for bonuses."""
        return self.rewards + self.fees + self.bonuses

    @property
    def balance_after(self) -> Decimal:
        """What is left on the balance when all is published and the reserve is paid; below nothing, what is missing."""
        return self.balance - (self.total - self.published)

    def __repr__(self) -> str:
        return f"<BatchEstimate {self.total} USD for {self.assignments} assignments>"

    def __str__(self) -> str:
        return "\n".join(f"{name:<16} {value:>14}" for name, value in self._lines())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td style='text-align:right'>{escape(value)}</td></tr>"
            for name, value in self._lines()
        )
        return f"<table>{rows}</table>"

    def _lines(self) -> list[tuple[str, str]]:
        lines = [
            ("rows", f"{self.rows:,}"),
            ("HITs", f"{self.hits:,}"),
            ("assignments", f"{self.assignments:,}"),
            ("rewards", _usd(self.rewards)),
            ("fees", _usd(self.fees)),
        ]
        if self.bonuses:
            lines.append(("bonus reserve", _usd(self.bonuses)))
        lines.append(("total", _usd(self.total)))
        if self.published:
            lines.append(("held already", _usd(self.published)))
        lines += [("balance", _usd(self.balance)), ("balance after", _usd(self.balance_after))]
        if self.saved:
            lines.append(("saved by split" if self.is_split else "split would save", _usd(self.saved)))
        if self.balance_after < 0:
            lines.append(("missing", _usd(-self.balance_after)))
        return lines


def _usd(amount: Decimal) -> str:
    return f"{amount.quantize(CENT):,} USD"


def parts_of(assignments: int, *, split: bool) -> list[int]:
    """How the assignments of a row are spread over HITs: over as few as have at most 9 each, if they are split."""
    most = MANY_ASSIGNMENTS - 1
    if not split or assignments <= most:
        return [assignments]
    number = -(-assignments // most)
    each, more = divmod(assignments, number)
    return [each + (place < more) for place in range(number)]


def estimated(
    sizes: Sequence[Size],
    hit_type: HITType,
    parts: Sequence[int],
    *,
    rows: int,
    bonus: Decimal,
    balance: Decimal,
    is_split: bool,
) -> BatchEstimate:
    """What a batch costs whose HITs have these sizes, with a bonus for each assignment."""
    assignments = sum(size.number * size.assignments for size in sizes)
    hits = [size for size in sizes if size.assignments == size.whole]
    unpublished = sum(size.number for size in hits if not size.is_published) // len(parts)
    whole, split = (
        _fees(hit_type, [Size(False, part, part, 1) for part in parts_of(sum(parts), split=way)])
        for way in (False, True)
    )
    return BatchEstimate(
        rows=rows,
        hits=sum(size.number for size in hits),
        assignments=assignments,
        rewards=hit_type.reward * assignments,
        fees=_fees(hit_type, sizes),
        bonuses=(bonus + bonus_fee(bonus)) * assignments if bonus else Decimal(0),
        published=held(sizes, hit_type),
        balance=balance,
        saved=(whole - split) * unpublished,
        is_split=is_split,
    )


def held(sizes: Iterable[Size], hit_type: HITType) -> Decimal:
    """Rewards and fees of what is published."""
    published = [size for size in sizes if size.is_published]
    rewards = hit_type.reward * sum(size.number * size.assignments for size in published)
    return rewards + _fees(hit_type, published)


def _fees(hit_type: HITType, sizes: Iterable[Size]) -> Decimal:
    masters = needs_masters(hit_type.qualification_requirements or ())
    fees = (
        assignment_fee(hit_type.reward, size.whole, masters=masters) * size.assignments * size.number for size in sizes
    )
    return sum(fees, Decimal(0))
