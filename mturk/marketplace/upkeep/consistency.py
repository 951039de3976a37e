"""What must hold between the rows of a marketplace's database: a rule each, which finds the rows that break it.

Of HITs that were disposed of only what is there is looked at: how much of them was pruned nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Select, Subquery, case, exists, func, or_, select

from mturk.marketplace import agenda
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import ACCEPTED, APPROVED, REJECTED, SUBMITTED
from mturk.marketplace.hit.hit import DONE
from mturk.marketplace.people import ledger
from mturk.marketplace.upkeep.problem import RESTORE, Problem

_MOST = 10
"""So many rows are told of each rule; the others are counted."""


class Rule(NamedTuple):
    """What no row may be: `kind` says what the row is, the query gives its name, and what else `what` tells."""

    kind: str
    what: str
    remedy: str
    broken: Select[Any]

    def problems(self, database: Connection) -> Iterator[Problem]:
        """The rows that break it, the first of them by name."""
        rows = database.execute(self.broken.limit(_MOST + 1)).all()
        for row in rows[:_MOST]:
            yield Problem(f"{self.kind} {row[0]}", self.what.format(*row[1:]), self.remedy)
        if len(rows) > _MOST:
            yield Problem(f"{self.kind} and others", self.what.format(*["…"] * (len(rows[0]) - 1)), self.remedy)


_HIT, _WORK, _WORKER = t.hit.c, t.assignment.c, t.worker.c
_KEPT = ~_HIT.disposed
_AT_WORK = _HIT.pending + _HIT.submitted
_OPEN = case((_HIT.expired, 0), else_=_HIT.max_assignments - _AT_WORK - _HIT.approved - _HIT.rejected)
_ELSEWHERE = (
    select(func.count())
    .where(_WORK.hit == _HIT.number, _WORK.status == SUBMITTED, _WORK.elsewhere)
    .correlate(t.hit)
    .scalar_subquery()
)
"""Work that was done and is paid for elsewhere: nothing is on hold for it."""
_UNPAID = (_OPEN + _AT_WORK - _ELSEWHERE) * (t.hit_type.c.reward + _HIT.fee)
_FILE_KEY = "<UploadedFileKey>"


def _planned(kind: str, subject: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(t.agenda.c.kind == kind, t.agenda.c.subject == subject)


def _unplanned(kind: str, name: Column[str], subject: ColumnElement[int], *which: ColumnElement[bool]) -> Rule:
    return Rule(
        _SHOWN[name.table.name],
        f"the agenda has nothing of the kind {kind!r} for it",
        RESTORE,
        select(name).where(*which, ~_planned(kind, subject)),
    )


def _pointless(kind: str, *which: ColumnElement[bool]) -> Rule:
    fits = exists().where(*which)
    broken = select(t.agenda.c.subject).where(t.agenda.c.kind == kind, ~fits)
    return Rule(f"agenda {kind!r} of number", "what it is about is not there, or past that", RESTORE, broken)


def _counted(column: str, status: str) -> Rule:
    rows = (
        select(func.count()).where(_WORK.hit == _HIT.number, _WORK.status == status).correlate(t.hit).scalar_subquery()
    )
    kept: Column[int] = t.hit.c[column]
    return Rule(
        "HIT",
        f"it counts {{}} assignments as {column}, and has {{}} of them",
        RESTORE,
        select(_HIT.hit_id, kept, rows).where(_KEPT, kept != rows),
    )


def _recorded(column: str, *statuses: str) -> Rule:
    # More may have been counted than there is, because what is old was pruned.
    there = (
        select(_WORK.worker, func.count().label("rows"))
        .where(_WORK.status.in_(statuses))
        .group_by(_WORK.worker)
        .subquery()
    )
    kept: Column[int] = t.worker.c[column]
    return Rule(
        "worker",
        f"{{}} assignments are recorded as {column}, but {{}} are there",
        RESTORE,
        select(_WORKER.worker_id, kept, there.c.rows)
        .join(there, there.c.worker == _WORKER.number)
        .where(kept < there.c.rows),
    )


def _on_hold(column: Column[str], name: str) -> Subquery:
    """What went to accounts of that kind, or came from there, for each HIT."""
    cents = func.sum(t.transfer.c.cents).label("cents")
    return (
        select(t.transfer.c.hit, cents).where(column == ledger.held(0).kind).group_by(t.transfer.c.hit).subquery(name)
    )


def _hold_of_hit() -> Rule:
    came, went = _on_hold(t.transfer.c.to_kind, "came"), _on_hold(t.transfer.c.from_kind, "went")
    moved = func.coalesce(came.c.cents, 0) - func.coalesce(went.c.cents, 0)
    return Rule(
        "HIT",
        "{} cents are on hold for it, and what can still be paid is {}",
        RESTORE,
        select(_HIT.hit_id, moved, _UNPAID)
        .join(t.hit_type, t.hit_type.c.number == _HIT.hit_type)
        .outerjoin(came, came.c.hit == _HIT.number)
        .outerjoin(went, went.c.hit == _HIT.number)
        .where(moved != _UNPAID),
    )


def _hold_of_requester() -> Rule:
    wanted = (
        select(_HIT.requester, func.sum(_UNPAID).label("cents"))
        .join(t.hit_type, t.hit_type.c.number == _HIT.hit_type)
        .group_by(_HIT.requester)
        .subquery()
    )
    there, cents = t.account.c.balance, func.coalesce(wanted.c.cents, 0)
    return Rule(
        "requester",
        "{} cents are on hold, and what can still be paid for the HITs is {}",
        RESTORE,
        select(t.requester.c.name, there, cents)
        .join(t.account, (t.account.c.owner == t.requester.c.number) & (t.account.c.kind == ledger.held(0).kind))
        .outerjoin(wanted, wanted.c.requester == t.requester.c.number)
        .where(there != cents),
    )


def _files_of_answer() -> Rule:
    shorter = func.length(_WORK.answer) - func.length(func.replace(_WORK.answer, _FILE_KEY, ""))
    there = select(func.count()).where(t.upload.c.assignment == _WORK.number).correlate(t.assignment).scalar_subquery()
    return Rule(
        "assignment",
        "its answer names {} files, and {} are there",
        RESTORE,
        select(_WORK.assignment_id, shorter // len(_FILE_KEY), there)
        .join(t.hit, _HIT.number == _WORK.hit)
        .where(_KEPT, _WORK.answer.contains(_FILE_KEY), shorter != there * len(_FILE_KEY)),
    )


def _without(kind: str, name: Column[Any], what: str, *match: ColumnElement[bool]) -> Rule:
    return Rule(kind, what, RESTORE, select(name).where(~exists().where(*match)))


_SHOWN: Final = {"hit": "HIT", "assignment": "assignment"}
RULES: Final = (
    _counted("pending", ACCEPTED),
    _counted("submitted", SUBMITTED),
    _counted("approved", APPROVED),
    _counted("rejected", REJECTED),
    _recorded("submitted", SUBMITTED, APPROVED, REJECTED),
    _recorded("approved", APPROVED),
    _recorded("rejected", REJECTED),
    _unplanned(agenda.EXPIRE, _HIT.hit_id, _HIT.number, _KEPT, ~_HIT.expired),
    _unplanned(agenda.DISPOSE_OLD_HIT, _HIT.hit_id, _HIT.number, _KEPT, _HIT.status.in_(DONE)),
    _unplanned(agenda.ABANDON, _WORK.assignment_id, _WORK.number, _WORK.status == ACCEPTED),
    _unplanned(agenda.APPROVE, _WORK.assignment_id, _WORK.number, _WORK.status == SUBMITTED),
    _pointless(agenda.EXPIRE, _HIT.number == t.agenda.c.subject, _KEPT),
    _pointless(agenda.DISPOSE_OLD_HIT, _HIT.number == t.agenda.c.subject, _KEPT),
    _pointless(agenda.ABANDON, _WORK.number == t.agenda.c.subject, _WORK.status == ACCEPTED),
    _pointless(agenda.APPROVE, _WORK.number == t.agenda.c.subject, _WORK.status == SUBMITTED),
    _pointless(agenda.FORGET_FILES, _HIT.number == t.agenda.c.subject, _HIT.disposed),
    _pointless(agenda.FREE_NAME, t.qualification_type.c.number == t.agenda.c.subject),
    _pointless(agenda.DISPOSE_REQUIRING_HITS, t.qualification_type.c.number == t.agenda.c.subject),
    _without("HIT", _HIT.hit_id, "its question is missing", t.hit_content.c.hit == _HIT.number),
    _without(
        "upload", t.upload.c.key, "the file itself is missing", t.upload_content.c.upload == t.upload.c.number
    ),
    _hold_of_hit(),
    _hold_of_requester(),
    _files_of_answer(),
    Rule(
        "upload",
        "the answer of its assignment {} does not name it",
        RESTORE,
        select(t.upload.c.key, _WORK.assignment_id)
        .join(t.assignment, _WORK.number == t.upload.c.assignment)
        .where(~func.coalesce(_WORK.answer, "").contains(t.upload.c.key)),
    ),
    Rule(
        "upload",
        "its HIT {} was disposed of, which takes the files away too",
        RESTORE,
        select(t.upload.c.key, _HIT.hit_id)
        .join(t.hit, _HIT.number == t.upload.c.hit)
        .where(_HIT.disposed)
        .where(~exists().where(t.agenda.c.kind == agenda.FORGET_FILES, _HIT.number == t.agenda.c.subject)),
    ),
    _without(
        "worker", _WORKER.worker_id, "no account has what was earned",
        t.account.c.kind == "earned", t.account.c.owner == _WORKER.number,
    ),
    *(
        _without(
            "requester", t.requester.c.name, f"the account {kind!r} is missing",
            t.account.c.kind == kind, t.account.c.owner == t.requester.c.number,
        )
        for kind in ("available", "hold")
    ),
    Rule(
        "assignment",
        "it is {} by nobody",
        RESTORE,
        select(_WORK.assignment_id, _WORK.status).where(
            _WORK.worker.is_(None), or_(*(_WORK.status == one for one in (ACCEPTED, SUBMITTED, APPROVED, REJECTED)))
        ),
    ),
)  # fmt: skip
