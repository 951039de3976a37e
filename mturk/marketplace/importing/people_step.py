"""People and their qualifications, as they are brought: workers, blocks, qualification types, and who has which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Table, select

from mturk.marketplace.call import Call
from mturk.marketplace.database import table as t
from mturk.marketplace.error import Refusal
from mturk.marketplace.importing.known_name import KnownNames
from mturk.marketplace.importing.past_thing import QUALIFICATION_TYPE, PastThing, type_key
from mturk.marketplace.importing.verdict import NEW, THERE, Verdict, refused
from mturk.marketplace.people import ledger
from mturk.marketplace.qualification import qualification_type
from mturk.marketplace.qualification.qualification_type import ACTIVE
from mturk.marketplace.qualification.system_type import PUBLIC_TYPES

Comes = Callable[[str, str], bool]
"""Whether a thing comes in, by its kind and id."""


def by_id(call: Call, table: Table, column: Column[Any], ids: Iterable[str]) -> dict[str, Any]:
    """Rows of a table by their ids."""
    rows = call.database.execute(select(table).where(column.in_(sorted(set(ids))))).all()
    return {getattr(row, column.name): row for row in rows}


def workers(call: Call, things: Sequence[PastThing], writes: bool, _: Comes, names: KnownNames) -> list[Verdict]:
    """Workers, who have no account at the site until somebody invites them, or until they come under their names."""
    known = by_id(call, t.worker, t.worker.c.worker_id, (one.id for one in things))
    new = [one.id for one in things if one.id not in known]
    if writes and new:
        rows = [{"worker_id": id_, "creation_time": call.now, "adult": False, "masters": False} for id_ in new]
        call.database.execute(t.worker.insert(), rows)
        made = by_id(call, t.worker, t.worker.c.worker_id, new).values()
        ledger.open_accounts(call.database, *(ledger.earned(row.number) for row in made))
        numbers = {row.worker_id: row.number for row in made}
        aliases = {one.members["Alias"]: one.id for one in things if one.id in numbers and "Alias" in one.members}
        names.give(call, {name: numbers[id_] for name, id_ in aliases.items()})
    return [Verdict(THERE if one.id in known else NEW) for one in things]


def blocks(call: Call, things: Sequence[PastThing], writes: bool, _: Comes) -> list[Verdict]:
    """Workers whom the requester has blocked; a reason that is here already stays."""
    numbers = {id_: row.number for id_, row in _workers(call, things).items()}
    column = t.worker_block.c
    blocked = select(column.worker).where(column.requester == call.requester, column.worker.in_(numbers.values()))
    known = set(call.database.execute(blocked).scalars())
    new = [one for one in things if numbers.get(one.id) not in known]
    if writes and new:
        rows = [
            {"requester": call.requester, "worker": numbers[one.id], "reason": one.members["Reason"]} for one in new
        ]
        call.database.execute(t.worker_block.insert(), rows)
    return [Verdict(THERE if numbers.get(one.id) in known else NEW) for one in things]


def qualification_types(call: Call, things: Sequence[PastThing], writes: bool, _: Comes) -> list[Verdict]:
    """Qualification types, which keep their ids; without one they are known by their names."""
    return [_qualification_type(call, one, writes) for one in things]


def qualifications(call: Call, things: Sequence[PastThing], writes: bool, comes: Comes) -> list[Verdict]:
    """Who has which qualification; a score that is here already stays."""
    known = _workers(call, things)
    types = {type_key(one.members): _type_number(call, one.members) for one in things}
    column = t.qualification.c
    numbers = [row.number for row in known.values()]
    rows = call.database.execute(
        select(t.qualification).where(
            column.worker.in_(numbers), column.qualification_type.in_([one for one in types.values() if one])
        )
    )
    has = {(row.worker, row.qualification_type): row for row in rows}
    verdicts, new = [], []
    for one in things:
        type_number, worker_row = types[type_key(one.members)], known.get(one.worker_id)
        before = has.get((worker_row.number, type_number)) if worker_row and type_number else None
        verdicts.append(_of_qualification(one, before, type_number is not None, comes))
        if writes and verdicts[-1].outcome == NEW and worker_row:
            new.append(_qualification_row(call, one, type_number, worker_row.number))
    if new:
        call.database.execute(t.qualification.insert(), new)
    return verdicts


def _workers(call: Call, things: Sequence[PastThing]) -> dict[str, Any]:
    return by_id(call, t.worker, t.worker.c.worker_id, (one.worker_id or one.id for one in things))


def _of_qualification(one: PastThing, before: Any, has_type: bool, comes: Comes) -> Verdict:
    if before is not None:
        told = (before.status, before.value)
        if told == (one.members["Status"], one.members["IntegerValue"]):
            return Verdict(THERE)
        return refused(f"{one.worker_id} has it here as {before.status} with {before.value}, which stays")
    if not has_type and not comes(QUALIFICATION_TYPE, type_key(one.members)):
        return refused("its type is not here")
    return Verdict(NEW)


def _qualification_row(call: Call, one: PastThing, type_number: int | None, worker_number: int) -> dict[str, Any]:
    return {
        "qualification_type": type_number,
        "worker": worker_number,
        "value": one.members["IntegerValue"],
        "status": one.members["Status"],
        "grant_time": min(one.members.get("GrantTime", call.now), call.now),
    }


def _type_number(call: Call, members: dict[str, Any]) -> int | None:
    column = t.qualification_type.c
    its_own = (
        column.qualification_type_id == members["QualificationTypeId"]
        if "QualificationTypeId" in members
        else column.taken_name == members["Name"]
    )
    found = call.database.execute(select(column.number).where(column.requester == call.requester, its_own))
    number: int | None = found.scalar_one_or_none()
    return number


def _qualification_type(call: Call, one: PastThing, writes: bool) -> Verdict:
    members, column = one.members, t.qualification_type.c
    named = select(t.qualification_type).where(column.requester == call.requester, column.taken_name == members["Name"])
    same_name = call.database.execute(named).one_or_none()
    type_id = members.get("QualificationTypeId")
    if type_id is None and same_name is not None:
        return Verdict(THERE)
    if type_id in PUBLIC_TYPES:
        return refused("it is one of the system's own, which are here")
    before = None if type_id is None else qualification_type.by_id(call, type_id)
    if before is not None:
        mine = before.requester == call.requester and before.name == members["Name"]
        return Verdict(THERE) if mine else refused("there is another qualification type of that id here, which stays")
    if same_name is not None:
        return refused(f"{same_name.qualification_type_id} has the name {members['Name']!r} here, which stays")
    test, words = _test(call, members)
    if writes:
        t.add_row(call.database, t.qualification_type, {**_type_row(call, members), **test})
    return Verdict(NEW, words)


def _type_row(call: Call, members: dict[str, Any]) -> dict[str, Any]:
    name, keywords = members["Name"], members.get("Keywords")
    description = members.get("Description") or f"{name}, from elsewhere"
    return {
        "requester": call.requester,
        "qualification_type_id": members.get("QualificationTypeId") or call.new_id(),
        "name": name,
        "taken_name": name,
        "description": description,
        "keywords": keywords,
        "words": qualification_type.words(name, keywords, description),
        "status": members.get("QualificationTypeStatus", ACTIVE),
        "retry_delay": members.get("RetryDelayInSeconds"),
        "auto_granted": members.get("AutoGranted", False),
        "auto_granted_value": members.get("AutoGrantedValue"),
        "creation_time": min(members.get("CreationTime", call.now), call.now),
    }


def _test(call: Call, members: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The test of a type as it is kept; none, and words, where this marketplace could not show it."""
    test, key, duration = (members.get(name) for name in ("Test", "AnswerKey", "TestDurationInSeconds"))
    try:
        qualification_type.check_test_of_type(call, test, key, duration, bool(members.get("AutoGranted")))
    except Refusal as error:
        return {}, f"it comes without its test: {' '.join(str(error).split())[:200]}"
    return {"test": test, "answer_key": key, "test_duration": duration if test else None}, ""
