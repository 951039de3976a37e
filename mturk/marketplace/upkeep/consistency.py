"""What must hold between the rows of a marketplace's database: a rule each, which finds the rows that break it.

Of HITs that were disposed of only what is there is looked at: how much of them was pruned nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Select, exists, func, or_, select

from mturk.marketplace import agenda
from mturk.marketplace.database import table as t
from mturk.marketplace.hit.assignment import ACCEPTED, APPROVED, REJECTED, SUBMITTED
from mturk.marketplace.hit.hit import DONE
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
    _pointless(agenda.FREE_NAME, t.qualification_type.c.number == t.agenda.c.subject),
    _pointless(agenda.DISPOSE_REQUIRING_HITS, t.qualification_type.c.number == t.agenda.c.subject),
    _without("HIT", _HIT.hit_id, "its question is missing", t.hit_content.c.hit == _HIT.number),
    _without(
        "upload", t.upload.c.key, "the file itself is missing", t.upload_content.c.upload == t.upload.c.number
    ),
    Rule(
        "upload",
        "its HIT {} was disposed of, which takes the files away too",
        RESTORE,
        select(t.upload.c.key, _HIT.hit_id).join(t.hit, _HIT.number == t.upload.c.hit).where(_HIT.disposed),
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
