"""What one step of a plan does: plain values, so that another thread or process can make the call."""

from __future__ import annotations

from decimal import Decimal

import attrs

from mturk.model.assignment import Assignment
from mturk.parallel.place import expect_place, place


@attrs.frozen
class Approval:
    """Approves a submission, with words for the worker."""

    work: Assignment
    place: str
    words: str | None

    def carry_out(self) -> bool:
        """Do it. One call, ApproveAssignment."""
        expect_place(self.work.connection, self.place)
        self.work.approve(self.words)
        return True


@attrs.frozen
class Rejection:
    """Rejects a submission, and tells the worker why."""

    work: Assignment
    place: str
    words: str

    def carry_out(self) -> bool:
        """Do it. One call, RejectAssignment."""
        expect_place(self.work.connection, self.place)
        self.work.reject(self.words)
        return True


@attrs.frozen
class Payment:
    """Pays a bonus for a submission."""

    work: Assignment
    place: str
    amount: Decimal
    words: str

    def carry_out(self) -> bool:
        """Do it; False if it was paid before. Two calls, ListBonusPayments and SendBonus."""
        expect_place(self.work.connection, self.place)
        return self.work.pay_bonus(self.amount, self.words)


Errand = Approval | Rejection | Payment


def approval(work: Assignment, words: str | None) -> Approval:
    """The errand that approves a submission."""
    return Approval(work, place(work.connection), words)


def rejection(work: Assignment, words: str) -> Rejection:
    """The errand that rejects a submission."""
    return Rejection(work, place(work.connection), words)


def payment(work: Assignment, amount: Decimal, words: str) -> Payment:
    """The errand that pays a bonus."""
    return Payment(work, place(work.connection), amount, words)
