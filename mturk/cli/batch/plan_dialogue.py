"""A plan of decisions or bonuses on the command line: shown, asked about, carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from mturk.cli.batch.telling import DONE, PROBLEMS, Teller, counted, dollars
from mturk.decision.plan import APPROVE, BONUS, REJECT, Applied, Plan
from mturk.errors import ConfirmationNeeded, MTurkError
from mturk.record.display import Table, shown

_MOST_WORKERS = 40
_MOST_REASONS = 10


def carry_out(plan: Plan, teller: Teller, *, is_live: bool, confirm: int | None = None) -> int:
    """Show the plan, ask, and do it."""
    kinds = Counter(step.kind for step in plan)
    _tell(plan, kinds, teller)
    if not len(plan):
        if confirm:
            raise ConfirmationNeeded(f"--confirm {confirm}, but nothing is to be rejected")
        teller.say("There is nothing to do.")
        return DONE
    _ask(plan, kinds, teller, is_live=is_live, confirm=confirm)
    return _apply(plan, teller, kinds[REJECT] if kinds[REJECT] else None)


def _tell(plan: Plan, kinds: Counter[str], teller: Teller) -> None:
    table = plan.summary()
    teller.facts(
        approve=kinds[APPROVE],
        reject=kinds[REJECT],
        bonuses=kinds[BONUS],
        cost=plan.cost,
        workers=[dict(zip(table.columns, row, strict=True)) for row in table.rows],
        notes=plan.notes,
        done=0,
        before=0,
        refused=[],
        left=len(plan),
        paid=Decimal(0),
    )
    if len(plan):
        teller.say(repr(Table(table.columns, table.rows[:_MOST_WORKERS])))
        if len(table.rows) > _MOST_WORKERS:
            teller.say(f"and {counted(len(table.rows) - _MOST_WORKERS, 'more worker')}")
        for line in _reasons(plan):
            teller.say(line)
    for note in plan.notes:
        teller.say(note)


def _reasons(plan: Plan) -> Iterator[str]:
    """What workers will be told, so that a mix-up of columns is seen before it is sent."""
    reasons = Counter((step.kind, step.reason) for step in plan if step.reason)
    for (kind, reason), number in reasons.most_common(_MOST_REASONS):
        yield f"{kind}, {counted(number, 'time')}: {shown(reason)}"
    if len(reasons) > _MOST_REASONS:
        yield f"and {len(reasons) - _MOST_REASONS} more reasons"


def _ask(plan: Plan, kinds: Counter[str], teller: Teller, *, is_live: bool, confirm: int | None) -> None:
    rejections = kinds[REJECT]
    if confirm is not None and confirm != rejections:
        raise ConfirmationNeeded(f"--confirm {confirm}, but the plan rejects {rejections}: nothing was done")
    if confirm is not None and rejections:
        return
    if rejections and is_live:
        if teller.yes:
            raise ConfirmationNeeded(
                f"{counted(rejections, 'submission')} would be rejected on the live service, which hurts the workers: "
                f"nothing was done. Look at the plan, then say --confirm {rejections}"
            )
        teller.expect_answer()
        teller.ask_number(f"{_what(plan, kinds)} on the live service. How many are rejected", rejections)
        return
    teller.ask(f"{_what(plan, kinds)}?")


def _what(plan: Plan, kinds: Counter[str]) -> str:
    parts = [f"{name} {kinds[kind]}" for kind, name in ((APPROVE, "approve"), (REJECT, "reject")) if kinds[kind]]
    if kinds[BONUS]:
        bonuses = "1 bonus" if kinds[BONUS] == 1 else f"{kinds[BONUS]} bonuses"
        parts.append(f"pay {bonuses}, {dollars(plan.cost)} USD with fees")
    return ", ".join(parts).capitalize() if len(parts) > 1 else parts[0][0].upper() + parts[0][1:]


def _apply(plan: Plan, teller: Teller, confirm: int | None) -> int:
    try:
        applied = plan.apply(progress=True, confirm=confirm)
    except KeyboardInterrupt:
        teller.facts(**_facts(plan.applied))
        raise KeyboardInterrupt(
            f"stopped: {_came(plan.applied)}, of which calls that were under way may be done; run it again to go on"
        ) from None
    except MTurkError as error:
        if isinstance(error.partial, Applied):
            teller.facts(**_facts(error.partial))
            teller.warn(f"{_came(error.partial)}; run it again to go on")
        raise
    teller.facts(**_facts(applied))
    teller.say(_came(applied))
    for refusal in applied.refused[:_MOST_WORKERS]:
        teller.warn(f"{refusal.key} was refused: {refusal.error}")
    return PROBLEMS if applied.refused else DONE


def _facts(applied: Applied) -> dict[str, Any]:
    refused = [{"assignment": one.key, "error": one.error} for one in applied.refused]
    return {
        "done": applied.done,
        "before": applied.before,
        "refused": refused,
        "left": applied.left,
        "paid": applied.cost,
    }


def _came(applied: Applied) -> str:
    further = ((applied.before, "were before"), (len(applied.refused), "refused"), (applied.left, "left"))
    return ", ".join([f"{applied.done} done", *(f"{number} {words}" for number, words in further if number)])
