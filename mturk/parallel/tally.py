"""How far a batch came: what was done, what was refused and why, what is left, and what it costs."""

from __future__ import annotations

from decimal import Decimal

import attrs


@attrs.frozen
class Refusal:
    """A row that the service did not take, and its words."""

    key: str
    error: str


@attrs.frozen(repr=False)
class Tally:
    """What one `publish()` did: HITs that are published now and were before, rows that were refused, HITs left."""

    published: int = 0
    before: int = 0
    left: int = 0
    cost: Decimal = Decimal(0)
    """What the HITs of this call hold on the balance, with fees, in US dollars."""
    refused: tuple[Refusal, ...] = ()
    added: int = 0
    """HITs that got more assignments, see `batch.more()`."""
    waiting: int = 0
    """Rows that `batch.more()` left out, because not all is in that was asked for about them."""

    @property
    def total(self) -> int:
        """All HITs of the batch."""
        return self.published + self.before + self.left

    def __repr__(self) -> str:
        return f"<Tally {self}>"

    def __str__(self) -> str:
        also = f", {self.before} were before" if self.before else ""
        left = f", {self.left} are left" if self.left else ""
        refused = f" ({len(self.refused)} refused)" if self.refused else ""
        added = f", {self.added} got more assignments" if self.added else ""
        waiting = f", {self.waiting} rows wait for answers" if self.waiting else ""
        told = f"{also}{added}{left}{refused}{waiting}"
        return f"{self.published} of {self.total} HITs are published now{told}; {self.cost} USD"
