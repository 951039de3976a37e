"""A limit to what a program spends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from mturk.alters_data import alters_data
from mturk.data.price import Money, amount
from mturk.errors import MTurkError, OverBudget


class Budget:
    """Refuses a call before it would spend more than `limit` US dollars in all.

        mturk.connect("production", budget=mturk.Budget("50.00"))

    Publishing counts with the rewards and fees of all its assignments, though what is rejected later costs
    nothing; bonuses and overridden rejections count too. A call that fails gives back what it would have spent,
    unless it may have been carried out. The count begins with the program: it does not know of earlier runs, nor
    of the fees for premium qualifications.
    """

    def __init__(self, limit: Money) -> None:
        self.limit = amount("limit", limit)
        self._spent = Decimal(0)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Budget {self.spent} of {self.limit} USD spent>"

    @property
    def spent(self) -> Decimal:
        """What was spent or is being spent."""
        return self._spent

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return self.limit - self._spent

    @alters_data
    @contextmanager
    def spend(self, cost: Decimal) -> Iterator[None]:
        """Count a cost while the block makes the call; OverBudget before it if there is too little left."""
        self._take(cost)
        try:
            yield
        except MTurkError as error:
            if not getattr(error, "maybe_done", False):
                self._give_back(cost)
            raise

    def _take(self, cost: Decimal) -> None:
        with self._lock:
            if self._spent + cost > self.limit:
                raise OverBudget(
                    f"this would cost {cost} USD, and {self.limit - self._spent} of the budget of {self.limit} are left"
                )
            self._spent += cost

    def _give_back(self, cost: Decimal) -> None:
        with self._lock:
            self._spent -= cost


@contextmanager
def spending(budget: Budget | None, cost: Callable[[], Decimal]) -> Iterator[None]:
    """Count a cost that is worked out only where there is a budget."""
    if budget is None:
        yield
    else:
        with budget.spend(cost()):
            yield
