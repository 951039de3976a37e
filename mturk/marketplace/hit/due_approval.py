"""Automatic approvals in sets: those that come first on the agenda, in one transaction of few statements."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import NamedTuple, cast

from sqlalchemy import bindparam, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Context, Happening
from mturk.marketplace.database import lock
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import notification
from mturk.marketplace.hit.assignment import APPROVED, SUBMITTED
from mturk.marketplace.people import acquaintance, ledger, worker
from mturk.marketplace.people.ledger import Reward

LARGEST = 1000
"""So many at a time: a long agenda must not keep others from writing."""


class DueApproval(NamedTuple):
    """An approval that is due, with all that it changes; of other things on the agenda only the kind and the time."""

    kind: str
    time: int
    assignment: int
    assignment_id: str
    status: str
    worker: int
    hit: int
    hit_id: str
    hit_type: int
    requester: int
    reward: int
    fee: int
    elsewhere: bool


_FIRST = (
    select(t.agenda)
    .where(t.agenda.c.time <= bindparam("now"))
    .order_by(t.agenda.c.time, t.agenda.c.kind, t.agenda.c.subject)
    .limit(bindparam("most"))
    .subquery()
)
_DUE = (
    select(
        _FIRST.c.kind,
        _FIRST.c.time,
        _FIRST.c.subject,
        t.assignment.c.assignment_id,
        t.assignment.c.status,
        t.assignment.c.worker,
        t.assignment.c.hit,
        t.hit.c.hit_id,
        t.hit.c.hit_type,
        t.hit.c.requester,
        t.hit_type.c.reward,
        t.hit.c.fee,
        t.assignment.c.elsewhere,
    )
    .outerjoin(t.assignment, (_FIRST.c.kind == agenda.APPROVE) & (t.assignment.c.number == _FIRST.c.subject))
    .outerjoin(t.hit, t.hit.c.number == t.assignment.c.hit)
    .outerjoin(t.hit_type, t.hit_type.c.number == t.hit.c.hit_type)
    .order_by(_FIRST.c.time, _FIRST.c.kind, _FIRST.c.subject)
)
_OF_HIT = t.hit.c.number == bindparam("of_hit")
_COUNT = (
    t.hit.update()
    .where(_OF_HIT)
    .values(submitted=t.hit.c.submitted - bindparam("cases"), approved=t.hit.c.approved + bindparam("cases"))
)
_DECIDE = (
    t.assignment.update()
    .where(t.assignment.c.number == bindparam("of_assignment"))
    .values(status=APPROVED, approval_time=bindparam("at"), requester_feedback=None)
)


def approve(context: Context, most: int = LARGEST) -> int:
    """Approve the work whose approvals come first on the agenda, so `most` of it, and say how much that was."""
    due = _first(context, most)
    if due and lock.needed(context.database):
        hits = {one.hit for one in due}
        lock.hold(context.database, t.hit, t.hit.c.number.in_(hits))
        # Read again, for what others did about these HITs meanwhile.
        due = list(takewhile(lambda one: one.hit in hits, _first(context, most)))
    if not due:
        return 0
    agenda.cancel_all(context.database, agenda.APPROVE, [one.assignment for one in due])
    undecided = [one for one in due if one.status == SUBMITTED]
    if undecided:
        _approve(context, undecided)
    return len(due)


def _first(context: Context, most: int) -> list[DueApproval]:
    due = cast("list[DueApproval]", context.database.execute(_DUE, {"now": context.now, "most": most}).all())
    return [DueApproval(*one) for one in takewhile(lambda one: one.kind == agenda.APPROVE, due)]


def _approve(context: Context, due: list[DueApproval]) -> None:
    # The status of a HIT does not depend on which of its submissions are decided, so only its counters change.
    hits = sorted(Counter(one.hit for one in due).items())
    context.database.execute(_COUNT, [{"of_hit": number, "cases": cases} for number, cases in hits])
    worker.count_all(context, "approved", Counter(one.worker for one in due))
    acquaintance.meet_all(context, {(one.requester, one.worker) for one in due})
    notification.tell_all(
        context,
        notification.ASSIGNMENT_APPROVED,
        [Happening(one.time, one.hit_type, one.hit_id, one.assignment_id) for one in due],
    )
    ledger.pay_rewards(
        context,
        [
            Reward(one.time, one.requester, one.worker, one.reward, one.fee, one.hit, one.assignment)
            for one in due
            if not one.elsewhere
        ],
    )
    context.database.execute(_DECIDE, [{"of_assignment": one.assignment, "at": one.time} for one in due])
