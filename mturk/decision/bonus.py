"""Bonuses for the workers of a batch: each is written down with its submission before it is paid, and paid once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import attrs

from mturk.cost import bonus_fee
from mturk.data import limit, price
from mturk.data.price import Money
from mturk.decision.plan import BONUS, Step
from mturk.errors import ValidationError
from mturk.journal.journal import Journal
from mturk.model.assignment import Assignment
from mturk.table import sheet
from mturk.table.result import Result

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

Bonuses = Mapping[str, Any] | str | os.PathLike[str] | Iterable[Mapping[str, Any]]
"""Amounts by worker, or a table with worker_id and amount, and where needed reason and assignment_id."""
_COLUMNS = ("worker_id", "amount", "reason", "assignment_id")


@attrs.frozen
class Wanted:
    """One bonus as it is asked for."""

    worker_id: str
    amount: Decimal
    reason: str
    assignment_id: str | None


def wanted(bonuses: Bonuses, reason: str | None, encoding: str) -> list[Wanted]:
    """The bonuses that are asked for, each with its reason; ValidationError names the row that is wrong."""
    if isinstance(bonuses, Mapping):
        rows: Iterable[Mapping[str, Any]] = [{"worker_id": name, "amount": one} for name, one in bonuses.items()]
    else:
        rows = sheet.read(bonuses, encoding)
    found = [_wanted(row, reason, f"row {number}") for number, row in enumerate(rows, 1)]
    twice = {each for each in found if found.count(each) > 1} if len(set(found)) < len(found) else set()
    if twice:
        one = next(iter(twice))
        raise ValidationError(
            f"{one.worker_id} is there twice with {one.amount} for {one.reason!r}, which would be paid once; give each "
            "bonus a reason of its own, or an assignment_id"
        )
    return found


def _wanted(row: Mapping[str, Any], reason: str | None, place: str) -> Wanted:
    unknown = [name for name in row if name not in _COLUMNS]
    sent = row.get("amount")
    if unknown or not row.get("worker_id") or sent in (None, ""):
        raise ValidationError(
            f"bonuses, {place}: {', '.join(row)}; expected the columns worker_id, amount, reason and, where wanted, "
            "assignment_id"
        )
    said = row.get("reason") or reason
    if not said:
        raise ValidationError(f"bonuses, {place}: no reason, which the worker is told; give one, or reason=…")
    amount = _amount(sent, place)
    assignment = str(row.get("assignment_id") or "") or None
    return Wanted(str(row["worker_id"]).strip(), amount, limit.text("reason", str(said), None, 1), assignment)


def _amount(sent: Any, place: str) -> Decimal:
    try:
        amount = price.amount("amount", sent.strip().removeprefix("$") if isinstance(sent, str) else cast(Money, sent))
    except ValidationError as error:
        raise ValidationError(f"bonuses, {place}: {error}") from None
    if not amount:
        raise ValidationError(f"bonuses, {place}: the amount is 0; expected 0.01 US dollars or more")
    return amount


def steps(
    asked: list[Wanted], results: Iterable[Result], journal: Journal, connection: Connection
) -> tuple[list[Step], list[str]]:
    """A step for each bonus that is not known to be paid; ValidationError where there is no submission for one."""
    work: dict[str, list[str]] = {}
    for result in results:
        work.setdefault(result.worker_id, []).append(result.assignment.id)
    found, paid, missing = [], 0, []
    notes: list[str] = []
    for one in asked:
        # The submission of the first time, though others have come in since: so that nothing is paid twice.
        known = journal.bonus(one.worker_id, one.amount, one.reason, one.assignment_id)
        chosen = known.assignment_id if known else one.assignment_id or min(work.get(one.worker_id, ()), default=None)
        if known and known.is_paid:
            paid += 1
        elif chosen is None or chosen not in work.get(one.worker_id, ()):
            missing.append(f"{one.worker_id} ({chosen})" if chosen else one.worker_id)
        else:
            found.append(_step(one, chosen, journal, connection))
            for amount in journal.other_bonuses(one.worker_id, one.amount, one.reason):
                notes.append(f"{one.worker_id} got {amount} for {one.reason!r} before; the {one.amount} come on top")
    if missing:
        raise ValidationError(
            f"bonuses: these workers have no such submission in this batch: {', '.join(missing[:10])}"
            f"{' …' * (len(missing) > 10)}; nothing was planned"
        )
    cost = sum((step.cost for step in found), Decimal(0))
    available = connection.balance().available if found else cost
    if cost > available:
        notes.append(
            f"the bonuses cost {cost} USD with fees, and the balance is {available}: {cost - available} are missing"
        )
    if paid:
        notes.append(f"{paid} {'bonus is' if paid == 1 else 'bonuses are'} paid already")
    return found, notes


def _step(one: Wanted, assignment_id: str, journal: Journal, connection: Connection) -> Step:
    def pay() -> bool:
        chosen = journal.plan_bonus(one.worker_id, one.amount, one.reason, one.assignment_id, assignment_id)
        work = Assignment(chosen, connection=connection)
        work._set(worker_id=one.worker_id)
        paid = work.pay_bonus(one.amount, one.reason)
        journal.note_paid(one.worker_id, one.amount, one.reason, one.assignment_id)
        return paid

    cost = one.amount + bonus_fee(one.amount)
    return Step(BONUS, assignment_id, one.worker_id, one.reason, cost, do=pay)
