"""What an account can spend."""

from __future__ import annotations

from decimal import Decimal

import attrs

from mturk.data import wire


@attrs.frozen(repr=False)
class Balance:
    """The money at hand, and the money held for work on offer where the service tells; in US dollars."""

    available: Decimal = attrs.field(metadata=wire.named("AvailableBalance", wire.money))
    on_hold: Decimal | None = wire.field("OnHoldBalance", wire.money)

    def __repr__(self) -> str:
        return f"<Balance {self}>"

    def __str__(self) -> str:
        held = "" if self.on_hold is None else f", {self.on_hold} on hold"
        return f"{self.available} USD{held}"
