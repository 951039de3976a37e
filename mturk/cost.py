"""What work costs: the rewards that workers get, and the fees that AWS takes on top of them.

20 % of the reward, another 20 % from ten assignments on, another 5 % for Masters, together rounded half up to the
cent; 20 % of a bonus; one cent at least for each. Premium qualifications cost extra and are not counted here.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import attrs

from mturk.errors import ValidationError
from mturk.requirements import QualificationRequirement, needs_masters

CENT = Decimal("0.01")
MANY_ASSIGNMENTS = 10
"""From this number on a HIT costs more, which is why it cannot be extended from under 10 to 10 or more."""


def assignment_fee(reward: Decimal, assignments: int, *, masters: bool = False) -> Decimal:
    """The fee for each assignment of a HIT that has this many."""
    return _share(reward, fee_percent(assignments, masters=masters))


def fee_percent(assignments: int, *, masters: bool = False) -> int:
    """AWS's rate for each assignment of a HIT that has this many."""
    return 20 + (20 if assignments >= MANY_ASSIGNMENTS else 0) + (5 if masters else 0)


def bonus_fee(amount: Decimal) -> Decimal:
    """The fee for a bonus."""
    return _share(amount, 20)


def hit_cost(
    reward: Decimal | None,
    assignments: int | None,
    paid: int,
    requirements: Iterable[QualificationRequirement] | None,
) -> Decimal:
    """What `paid` assignments of a HIT cost that has `assignments` in all, with fees."""
    if reward is None:
        raise ValidationError("a budget needs to know the reward: give the HITType that create() returned, not its id")
    each = reward + assignment_fee(reward, assignments or 1, masters=needs_masters(requirements or ()))
    return each * paid


def _share(amount: Decimal, percent: int) -> Decimal:
    return max(CENT, (amount * percent / 100).quantize(CENT, ROUND_HALF_UP))


@attrs.frozen(repr=False)
class Estimate:
    """What work will cost if all of it is approved: rewards, fees and their sum, in US dollars.

    `assignments` are those of all `hits` together; `fee_percent` is AWS's rate for each.
    """

    assignments: int
    rewards: Decimal
    fees: Decimal
    hits: int = 1
    fee_percent: int = 20

    @property
    def total(self) -> Decimal:
        """Rewards and fees together; this much is held on the balance when the work is published."""
        return self.rewards + self.fees

    def __repr__(self) -> str:
        return f"<Estimate {self}>"

    def __str__(self) -> str:
        each = self.assignments // self.hits
        what = f"{self.hits} HIT{'s' * (self.hits != 1)} of {each} assignment{'s' * (each != 1)}"
        return f"{self.total} USD for {what}: rewards {self.rewards}, fees {self.fees} ({self._rate(each)})"

    def _rate(self, each: int) -> str:
        # 9 and 10 assignments differ by a fifth of the reward, which one HIT of many pays and many HITs of few do not.
        more = f", the rate of HITs with {MANY_ASSIGNMENTS} assignments or more" if each >= MANY_ASSIGNMENTS else ""
        return f"{self.fee_percent} %{more}"


def estimate(reward: Decimal, assignments: int, hits: int = 1, *, masters: bool = False) -> Estimate:
    """What `hits` HITs of `assignments` assignments each will cost."""
    number = assignments * hits
    fees = assignment_fee(reward, assignments, masters=masters) * number
    return Estimate(number, reward * number, fees, hits, fee_percent(assignments, masters=masters))
