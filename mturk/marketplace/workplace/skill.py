"""What a worker can show: the qualifications that they have, those that they can ask for, and what became of that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, bindparam, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.database.occurrence import occurs
from mturk.marketplace.error import NotThere
from mturk.marketplace.people import worker
from mturk.marketplace.people.worker import Worker
from mturk.marketplace.qualification import qualification_request, qualification_type
from mturk.marketplace.qualification.qualification import GRANTED
from mturk.marketplace.qualification.qualification_request import QualificationRequest
from mturk.marketplace.qualification.qualification_type import ACTIVE, USABLE
from mturk.marketplace.qualification.requirement import Value
from mturk.marketplace.qualification.system_type import MASTERS, PUBLIC_TYPES, SYSTEM_TYPES, SystemType

PAGE = 20
# So many types are looked through for one page, however few of them fit.
_LOOKED_THROUGH = 2_000
_MOST_WORDS = 10
_END = 2**63 - 1


class Skill(NamedTuple):
    """A qualification type that a requester made, and the score that the worker has of it, if any."""

    number: int
    qualification_type_id: str
    name: str
    description: str
    status: str
    has_test: bool
    test_duration: int | None
    retry_delay: int | None
    auto_granted: bool
    requester_name: str
    value: int | None
    grant_time: int | None


class Fact(NamedTuple):
    """A qualification that nobody gives: it follows from who the worker is and what they did."""

    type: SystemType
    value: Value


class Asked(NamedTuple):
    """A request for a qualification, or a test that was begun, and what became of it."""

    number: int
    status: str
    start_time: int
    deadline: int | None
    submit_time: int | None
    reason: str | None
    qualification_type_id: str
    name: str
    requester_name: str


class Skills(NamedTuple):
    """A page of types, and where the next one goes on; None at the end."""

    skills: Sequence[Skill]
    before: int | None


class Prospect(NamedTuple):
    """A type as one worker sees it at a moment of market time, and whether they can ask for it."""

    skill: Skill
    last: QualificationRequest | None
    is_running: bool
    refusal: str | None
    """Why they cannot ask for it now."""
    again: int | None
    """From when on they can ask once more, where they could not do so before."""
    now: int


_T, _Q, _R = t.qualification_type.c, t.qualification.c, t.qualification_request.c
_SHOWN = (
    *(_T[name] for name in ("number", "qualification_type_id", "name", "description", "status")),
    _T.test.is_not(None).label("has_test"),
    *(_T[name] for name in ("test_duration", "retry_delay", "auto_granted")),
    t.requester.c.name.label("requester_name"),
    _Q.value,
    _Q.grant_time,
)
_IS_ITS = (_Q.qualification_type == _T.number) & (_Q.worker == bindparam("of_worker")) & (_Q.status == GRANTED)
_HELD = (
    select(*_SHOWN)
    .join(t.requester, t.requester.c.number == _T.requester)
    .join(t.qualification, _IS_ITS)
    .where(_Q.qualification_type < bindparam("before"), _T.status.in_(USABLE))
    .order_by(_Q.qualification_type.desc())
)
_KNOWN = (
    select(*_SHOWN)
    .join(t.requester, t.requester.c.number == _T.requester)
    .outerjoin(t.qualification, _IS_ITS)
    .where(_T.status.in_(USABLE))
)
_NEXT = (
    select(_T.number)
    .where(_T.number < bindparam("before"), _T.status == ACTIVE)
    .order_by(_T.number.desc())
    .limit(_LOOKED_THROUGH)
)
_ASKED = (
    select(
        *(_R[name] for name in Asked._fields[:6]),
        _T.qualification_type_id,
        _T.name,
        t.requester.c.name.label("requester_name"),
    )
    .join(t.qualification_type, _T.number == _R.qualification_type)
    .join(t.requester, t.requester.c.number == _R.requester)
    .where(_R.worker == bindparam("of_worker"), _R.number < bindparam("before"))
    .order_by(_R.number.desc())
)


def facts(context: Context, worker_id: str) -> list[Fact]:
    """What follows from who the worker is and what they did, as far as they have it."""
    worker_row = worker.on_site(context, worker_id)
    # Masters has two ids, of which one is enough.
    found = (Fact(one, one.value(worker_row)) for one in PUBLIC_TYPES.values() if one.id != MASTERS[1])
    return [one for one in found if one.value is not None or one.type.id in SYSTEM_TYPES]


def fact(context: Context, worker_id: str, type_id: str) -> Fact | None:
    """That with this id; None if it is a type that somebody made, or none."""
    worker_row = worker.on_site(context, worker_id)
    found = PUBLIC_TYPES.get(type_id)
    return None if found is None else Fact(found, found.value(worker_row))


def held(context: Context, worker_id: str, before: int | None = None) -> Skills:
    """The qualifications that a worker has, those of the newest types first."""
    rows = _rows(context, _HELD.limit(PAGE + 1), worker.on_site(context, worker_id), before)
    return Skills(rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None)


def requestable(context: Context, worker_id: str, words: str = "", before: int | None = None) -> Skills:
    """The types that a worker could ask for and does not have, newest first; all of the words must occur in them."""
    window = _NEXT.subquery()
    listed = _KNOWN.join(window, window.c.number == _T.number).where(_Q.value.is_(None)).order_by(_T.number.desc())
    for word in sorted({*words.casefold().split()})[:_MOST_WORDS]:
        listed = listed.where(occurs(word, _T.words))
    worker_row = worker.on_site(context, worker_id)
    rows = _rows(context, listed.limit(PAGE + 1), worker_row, before)
    if len(rows) > PAGE:
        return Skills(rows[:PAGE], rows[PAGE - 1].number)
    looked_through = context.database.execute(_NEXT, {"before": _END if before is None else before}).scalars().all()
    return Skills(rows, looked_through[-1] if len(looked_through) == _LOOKED_THROUGH else None)


def asked(context: Context, worker_id: str, before: int | None = None) -> tuple[Sequence[Asked], int | None]:
    """A page of what a worker asked for, newest first, and where the next one goes on."""
    which = {"of_worker": worker.on_site(context, worker_id).number, "before": _END if before is None else before}
    rows = cast("Sequence[Asked]", context.database.execute(_ASKED.limit(PAGE + 1), which).all())
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def prospect(context: Context, worker_id: str, type_id: str) -> Prospect:
    """A type that somebody made, as a worker sees it."""
    worker_row, type_row = worker.on_site(context, worker_id), qualification_type.by_id(context, type_id)
    if type_row is None or type_row.status not in USABLE:
        raise NotThere("This qualification does not exist, or not any more.")
    query = _KNOWN.where(_T.number == bindparam("of_type"))
    which = {"of_worker": worker_row.number, "of_type": type_row.number}
    skill = cast(Skill, context.database.execute(query, which).one())
    last = qualification_request.latest(context, worker_row.number, type_row.number)
    runs = last is not None and qualification_request.is_running(context, last)
    refusal = None if runs else qualification_request.refusal(context, worker_row, type_row, last)
    then = qualification_request.again(type_row, last)
    is_to_come = refusal is not None and then is not None and then > context.now
    return Prospect(skill, last, runs, str(refusal) if refusal else None, then if is_to_come else None, context.now)


def _rows(context: Context, listed: Select[Any], worker_row: Worker, before: int | None) -> Sequence[Skill]:
    which = {"of_worker": worker_row.number, "before": _END if before is None else before}
    return cast("Sequence[Skill]", context.database.execute(listed, which).all())
