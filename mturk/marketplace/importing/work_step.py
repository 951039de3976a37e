"""Assignments and bonuses, as they are brought: with their ids, times and decisions, and no money moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Call
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.document.answer import entered
from mturk.marketplace.hit.assignment import APPROVED, REJECTED, SUBMITTED
from mturk.marketplace.importing.past_thing import ASSIGNMENT, HIT, PastThing
from mturk.marketplace.importing.people_step import Comes, by_id
from mturk.marketplace.importing.verdict import CHANGED, NEW, THERE, Verdict, refused
from mturk.marketplace.people import acquaintance, worker

_COUNTED = {SUBMITTED: "submitted", APPROVED: "approved", REJECTED: "rejected"}
_TIMES = {
    "AcceptTime": "accept_time",
    "SubmitTime": "submit_time",
    "AutoApprovalTime": "auto_approval_time",
    "ApprovalTime": "approval_time",
    "RejectionTime": "rejection_time",
}
_MORE = (
    t.hit.update()
    .where(t.hit.c.number == bindparam("of_hit"))
    .values(
        **{name: t.hit.c[name] + bindparam(f"more_{name}") for name in _COUNTED.values()},
        # Of a HIT that was opened again here no place is taken away.
        max_assignments=case(
            (~t.hit.c.expired, t.hit.c.max_assignments + bindparam("came")),
            (t.hit.c.max_assignments < bindparam("total"), bindparam("total")),
            else_=t.hit.c.max_assignments,
        ),
    )
)
_DECIDE = (
    t.assignment.update()
    .where(t.assignment.c.number == bindparam("of_assignment"))
    .values(
        **{
            name: bindparam(f"now_{name}")
            for name in ("status", "approval_time", "rejection_time", "requester_feedback")
        }
    )
)


class _Here(NamedTuple):
    """What is here of some assignments and of what they belong to."""

    work: dict[str, Any]
    hits: dict[str, Any]
    brought: set[int]
    workers: dict[str, Any]
    taken: set[tuple[int, int]]
    """HITs and workers of which there is an assignment."""


def assignments(call: Call, things: Sequence[PastThing], writes: bool, comes: Comes) -> list[Verdict]:
    """Work that was submitted elsewhere, and what was decided about it."""
    here = _look(call, things)
    verdicts = [_of_assignment(call, one, here, comes) for one in things]
    if writes:
        judged = list(zip(things, verdicts, strict=True))
        _add(call, [one for one, verdict in judged if verdict.outcome == NEW], here)
        _decide(call, [one for one, verdict in judged if verdict.outcome == CHANGED], here)
    return verdicts


def _look(call: Call, things: Sequence[PastThing]) -> _Here:
    hits = by_id(call, t.hit, t.hit.c.hit_id, (one.parent for one in things))
    workers = by_id(call, t.worker, t.worker.c.worker_id, (one.worker_id for one in things))
    numbers = [row.number for row in hits.values()]
    whose = [row.number for row in workers.values()]
    column = t.assignment.c
    pairs = select(column.hit, column.worker).where(column.hit.in_(numbers), column.worker.in_(whose))
    return _Here(
        by_id(call, t.assignment, column.assignment_id, (one.id for one in things)),
        hits,
        set(call.database.execute(select(t.origin.c.hit).where(t.origin.c.hit.in_(numbers))).scalars()),
        workers,
        {(row.hit, row.worker) for row in call.database.execute(pairs)},
    )


def _of_assignment(call: Call, one: PastThing, here: _Here, comes: Comes) -> Verdict:
    before, hit_row, worker_row = here.work.get(one.id), here.hits.get(one.parent), here.workers.get(one.worker_id)
    if one.members["SubmitTime"] > call.now:
        return refused("it was submitted in the future, by the clock of the marketplace")
    if not comes(HIT, one.parent) or (hit_row is not None and hit_row.requester != call.requester):
        return refused("its HIT did not come in")
    if before is not None:
        return _again(one, before, hit_row, worker_row)
    if hit_row is None:
        return Verdict(NEW)
    if hit_row.number not in here.brought:
        return refused("its HIT was published here, and has no such work")
    if hit_row.disposed:
        return refused("its HIT was deleted here")
    if worker_row is not None and (hit_row.number, worker_row.number) in here.taken:
        return refused(f"worker {one.worker_id} has another assignment of this HIT here, which stays")
    return Verdict(NEW)


def _again(one: PastThing, before: Any, hit_row: Any, worker_row: Any) -> Verdict:
    """What becomes of work whose id is here."""
    members = one.members
    is_same = (
        hit_row is not None
        and worker_row is not None
        and (before.hit, before.worker) == (hit_row.number, worker_row.number)
        # Tables tell whole seconds.
        and before.submit_time is not None
        and before.submit_time // SECOND == members["SubmitTime"] // SECOND
        and (not before.elsewhere or before.answer == members["Answer"] or _are_same(before.answer, members["Answer"]))
    )
    if not is_same:
        return refused("there is an assignment of that id here with other content, which stays")
    status = members["AssignmentStatus"]
    if status in (before.status, SUBMITTED):
        return Verdict(THERE)
    if before.elsewhere and before.status != APPROVED:
        return Verdict(CHANGED)
    return refused(f"it is {before.status} here and {status} there; what is here stays")


def _are_same(one: str, other: str) -> bool:
    """Whether answers are the same in a table, which has several of a field in one cell, and no empty ones."""
    return _cells(one) == _cells(other)


def _cells(document: str) -> dict[str, frozenset[str]]:
    return {name: frozenset("|".join(texts).split("|")) for name, texts in entered(document).items() if texts}


def _add(call: Call, things: Sequence[PastThing], here: _Here) -> None:
    if not things:
        return
    delays = _delays(call, {here.hits[one.parent].hit_type for one in things})
    rows = [_row(one, here, delays) for one in things]
    call.database.execute(t.assignment.insert(), rows)
    _count(call, [(row["hit"], row["worker"], row["status"], None) for row in rows])
    open_ids = {one.id: one for one in things if one.members["AssignmentStatus"] == SUBMITTED}
    for row in by_id(call, t.assignment, t.assignment.c.assignment_id, open_ids).values():
        agenda.plan(call.database, agenda.APPROVE, row.number, row.auto_approval_time)


def _row(one: PastThing, here: _Here, delays: Mapping[int, int]) -> dict[str, Any]:
    members, hit_row = one.members, here.hits[one.parent]
    row = {name: members.get(wire) for wire, name in _TIMES.items()}
    approved_by_time = members["SubmitTime"] + delays[hit_row.hit_type] * SECOND
    return {
        **row,
        "assignment_id": one.id,
        "hit": hit_row.number,
        "worker": here.workers[one.worker_id].number,
        "status": members["AssignmentStatus"],
        "auto_approval_time": row["auto_approval_time"] or approved_by_time,
        "requester_feedback": members.get("RequesterFeedback"),
        "answer": members["Answer"],
        "elsewhere": True,
    }


def _delays(call: Call, types: set[int]) -> dict[int, int]:
    """After how many seconds work is approved by time, by the numbers of HIT types."""
    column = t.hit_type.c
    query = select(column.number, column.auto_approval_delay).where(column.number.in_(sorted(types)))
    return {row.number: row.auto_approval_delay for row in call.database.execute(query)}


def _decide(call: Call, things: Sequence[PastThing], here: _Here) -> None:
    for one in things:
        before, members = here.work[one.id], one.members
        agenda.cancel(call.database, agenda.APPROVE, before.number)
        decision = {
            "of_assignment": before.number,
            "now_status": members["AssignmentStatus"],
            "now_approval_time": members.get("ApprovalTime"),
            "now_rejection_time": members.get("RejectionTime"),
            "now_requester_feedback": members.get("RequesterFeedback"),
        }
        call.database.execute(_DECIDE, decision)
        _count(call, [(before.hit, before.worker, members["AssignmentStatus"], before.status)])


def _count(call: Call, work: Sequence[tuple[int, int, str, str | None]]) -> None:
    """Count work of HITs and workers: its status, and the one before, if it was here."""
    of_hit: dict[int, Counter[str]] = {}
    of_worker: dict[str, Counter[int]] = {}
    for hit_number, worker_number, status, before in work:
        counts = of_hit.setdefault(hit_number, Counter())
        counts[_COUNTED[status]] += 1
        counts["came"] += before is None
        if before is not None:
            counts[_COUNTED[before]] -= 1
        for what, by in _record(status, before).items():
            of_worker.setdefault(what, Counter())[worker_number] += by
    standing = {row.number: row for row in call.database.execute(select(t.hit).where(t.hit.c.number.in_(of_hit)))}
    for number, counts in sorted(of_hit.items()):
        row = standing[number]
        total = row.submitted + row.approved + row.rejected + counts["came"]
        more = {f"more_{name}": counts[name] for name in _COUNTED.values()}
        call.database.execute(_MORE, {"of_hit": number, **more, "came": counts["came"], "total": total})
    for what, cases in of_worker.items():
        worker.count_all(call, what, cases)
    acquaintance.meet_all(call, {(call.requester, one) for _, one, status, _ in work if status != SUBMITTED})


def _record(status: str, before: str | None) -> Counter[str]:
    """What changes in a worker's record, in which decided work counts as submitted too."""
    changes: Counter[str] = Counter()
    if before is None:
        changes.update(["accepted", "submitted"])
    elif before != SUBMITTED:
        changes[_COUNTED[before]] -= 1
    if status != SUBMITTED:
        changes[_COUNTED[status]] += 1
    return changes


def bonuses(call: Call, things: Sequence[PastThing], writes: bool, comes: Comes) -> list[Verdict]:
    """Bonuses that were paid elsewhere."""
    work = by_id(call, t.assignment, t.assignment.c.assignment_id, (one.parent for one in things))
    workers = by_id(call, t.worker, t.worker.c.worker_id, (one.worker_id for one in things))
    numbers = [row.number for row in work.values()]
    rows = call.database.execute(select(t.bonus).where(t.bonus.c.assignment.in_(numbers)))
    paid = {(row.assignment, row.cents, row.reason, row.grant_time) for row in rows}
    mine = select(t.hit.c.number).where(
        t.hit.c.requester == call.requester, t.hit.c.number.in_({row.hit for row in work.values()})
    )
    my_hits = set(call.database.execute(mine).scalars())
    verdicts, new = [], []
    for one in things:
        row, who = work.get(one.parent), workers.get(one.worker_id)
        verdicts.append(_of_bonus(one, row, who, paid, my_hits, comes))
        if writes and verdicts[-1].outcome == NEW and row and who:
            new.append(_bonus_row(call, one, row))
    if new:
        call.database.execute(t.bonus.insert(), new)
    return verdicts


def _of_bonus(one: PastThing, row: Any, who: Any, paid: set[Any], my_hits: set[int], comes: Comes) -> Verdict:
    if not comes(ASSIGNMENT, one.parent) and row is None:
        return refused("its assignment did not come in")
    if row is None:
        return Verdict(NEW)
    if row.hit not in my_hits or who is None or row.worker != who.number:
        return refused("its assignment is another one here")
    time = one.members.get("GrantTime", row.submit_time)
    if (row.number, one.members["BonusAmount"], one.members["Reason"], time) in paid:
        return Verdict(THERE)
    if not row.elsewhere:
        return refused("its assignment was done here, and has no such bonus")
    return Verdict(NEW)


def _bonus_row(call: Call, one: PastThing, row: Any) -> dict[str, Any]:
    return {
        "requester": call.requester,
        "hit": row.hit,
        "assignment": row.number,
        "worker": row.worker,
        "cents": one.members["BonusAmount"],
        "reason": one.members["Reason"],
        "grant_time": one.members.get("GrantTime", row.submit_time),
        "elsewhere": True,
    }
