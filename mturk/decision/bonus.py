"""Bonuses for the workers of a batch: each is written down with its submission before it is paid, and paid once."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from mturk.cost import bonus_fee
from mturk.data import limit, price
from mturk.data.price import Money
from mturk.decision.errand import payment
from mturk.decision.plan import BONUS, Step
from mturk.errors import ValidationError
from mturk.journal.journal import Bonus, Journal, WantedBonus
from mturk.model.assignment import Assignment
from mturk.table import sheet
from mturk.table.result import Result

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

Bonuses = Mapping[str, Any] | str | os.PathLike[str] | Iterable[Mapping[str, Any]]
"""Amounts by worker, or a table with worker_id and amount, and where needed reason and assignment_id."""
_LINE_END = re.compile(r"\r\n?")
_COLUMNS = ("worker_id", "amount", "reason", "assignment_id")


def wanted(bonuses: Bonuses, reason: str | None, encoding: str) -> list[WantedBonus]:
    """The bonuses that are asked for, each with its reason; ValidationError names the row that is wrong."""
    if isinstance(bonuses, Mapping):
        rows: Iterable[Mapping[str, Any]] = [{"worker_id": name, "amount": one} for name, one in bonuses.items()]
    else:
        rows = sheet.read(bonuses, encoding)
    found = [_wanted(row, reason, f"row {number}") for number, row in enumerate(rows, 1)]
    twice = [one for one, times in Counter(found).items() if times > 1]
    if twice:
        one = twice[0]
        raise ValidationError(
            f"{one.worker_id} is there twice with {one.amount} for {one.reason!r}, which would be paid once; give each "
            "bonus a reason of its own, or an assignment_id"
        )
    return found


def _wanted(row: Mapping[str, Any], reason: str | None, place: str) -> WantedBonus:
    unknown = [name for name in row if name not in _COLUMNS]
    sent = row.get("amount")
    missing = [name for name in ("worker_id", "amount") if name not in row]
    if unknown or missing:
        raise ValidationError(
            f"bonuses, {place}: {', '.join(row)}; expected the columns worker_id, amount, reason and, where wanted, "
            "assignment_id"
        )
    worker_id = str(row["worker_id"] or "").strip()
    empty = "worker_id" if not worker_id else "amount" if sent in (None, "") else ""
    if empty:
        raise ValidationError(f"bonuses, {place}: {empty} is empty; expected one, or no such row")
    # What looks equal is one reason: a blank at its end, another form of an ü or of a line end must not pay twice.
    said = unicodedata.normalize("NFC", _LINE_END.sub("\n", str(row.get("reason") or reason or ""))).strip()
    if not said:
        raise ValidationError(f"bonuses, {place}: no reason, which the worker is told; give one, or reason=…")
    amount = _amount(sent, place)
    assignment = str(row.get("assignment_id") or "") or None
    return WantedBonus(worker_id, amount, limit.text("reason", said, None, 1), assignment)


def _amount(sent: Any, place: str) -> Decimal:
    try:
        amount = price.amount("amount", sent.strip().removeprefix("$") if isinstance(sent, str) else cast(Money, sent))
    except ValidationError as error:
        raise ValidationError(f"bonuses, {place}: {error}") from None
    if not amount:
        raise ValidationError(f"bonuses, {place}: the amount is 0; expected 0.01 US dollars or more")
    return amount


def steps(
    asked: list[WantedBonus], results: Iterable[Result], journal: Journal, connection: Connection
) -> tuple[list[Step], list[str]]:
    """A step for each bonus that is not known to be paid; ValidationError where there is no submission for one.

    The submissions are read, and written down with their bonuses, where one is asked for the first time only.
    """
    known = journal.bonuses()
    new = [one for one in asked if one not in known]
    if new:
        journal.plan_bonuses(_chosen(new, results))
        # Another process may have chosen before.
        known = journal.bonuses()
    found = [_step(one, known[one].assignment_id, journal, connection) for one in asked if not known[one].is_paid]
    notes = _on_top(asked, known)
    cost = sum((step.cost for step in found), Decimal(0))
    available = connection.balance().available if found else cost
    if cost > available:
        notes.append(
            f"the bonuses cost {cost} USD with fees, and the balance is {available}: {cost - available} are missing"
        )
    if paid := len(asked) - len(found):
        notes.append(f"{paid} {'bonus is' if paid == 1 else 'bonuses are'} paid already")
    return found, notes


def _chosen(asked: list[WantedBonus], results: Iterable[Result]) -> dict[WantedBonus, str]:
    """The submission for each bonus: the one that was asked for, or the worker's first."""
    work: dict[str, list[str]] = {}
    for result in results:
        work.setdefault(result.worker_id, []).append(result.assignment.id)
    chosen, missing = {}, []
    for one in asked:
        submission = one.assignment_id or min(work.get(one.worker_id, ()), default=None)
        if submission is None or submission not in work.get(one.worker_id, ()):
            missing.append(f"{one.worker_id} ({submission})" if submission else one.worker_id)
        else:
            chosen[one] = submission
    if missing:
        raise ValidationError(
            f"bonuses: these workers have no such submission in this batch: {', '.join(missing[:10])}"
            f"{' …' * (len(missing) > 10)}; nothing was planned"
        )
    return chosen


def _on_top(asked: list[WantedBonus], known: Mapping[WantedBonus, Bonus]) -> list[str]:
    """Notes on workers who were paid for the same reason before, by bonuses that are not asked for here."""
    before: dict[tuple[str, str], Decimal] = {}
    now: dict[tuple[str, str], Decimal] = {}
    here = set(asked)
    for one, bonus in known.items():
        amounts = before if bonus.is_paid else now
        if bonus.is_paid != (one in here):
            whom = (one.worker_id, one.reason)
            amounts[whom] = amounts.get(whom, Decimal(0)) + one.amount
    return [
        f"{worker_id} got {before[worker_id, reason]:.2f} for {reason!r} before; the {amount:.2f} come on top"
        for (worker_id, reason), amount in now.items()
        if (worker_id, reason) in before
    ]


def _step(one: WantedBonus, assignment_id: str, journal: Journal, connection: Connection) -> Step:
    work = Assignment(assignment_id, connection=connection)
    work._set(worker_id=one.worker_id)
    cost = one.amount + bonus_fee(one.amount)
    return Step(
        BONUS,
        assignment_id,
        one.worker_id,
        one.reason,
        cost,
        errand=payment(work, one.amount, one.reason),
        note=lambda: journal.note_paid(one),
    )
