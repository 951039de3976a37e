"""HIT types and HITs, as they are brought: closed, with their ids, and without any money held for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from mturk.marketplace import agenda
from mturk.marketplace.call import Call
from mturk.marketplace.database import table as t
from mturk.marketplace.document import lost_question
from mturk.marketplace.document.question import check_question
from mturk.marketplace.error import Refusal
from mturk.marketplace.hit import hit_type
from mturk.marketplace.hit.hit import ASSIGNABLE, KEPT, REVIEWABLE, REVIEWING, UNASSIGNABLE
from mturk.marketplace.importing.past_thing import HIT_TYPE, PastThing
from mturk.marketplace.importing.people_step import Comes, by_id
from mturk.marketplace.importing.verdict import NEW, THERE, Verdict, refused
from mturk.marketplace.qualification import requirement

_VALUES = {
    "Title": "title",
    "Description": "description",
    "Keywords": "keywords",
    "Reward": "reward",
    "AssignmentDurationInSeconds": "assignment_duration",
    "AutoApprovalDelayInSeconds": "auto_approval_delay",
}
_UNTOLD = "what workers needed to have is not told, so HITs of it that are published here ask for nothing"
_OPEN = (ASSIGNABLE, UNASSIGNABLE)


def hit_types(call: Call, things: Sequence[PastThing], writes: bool, _: Comes) -> list[Verdict]:
    """HIT types, which keep their ids."""
    known = by_id(call, t.hit_type, t.hit_type.c.hit_type_id, (one.id for one in things))
    return [_hit_type(call, one, known.get(one.id), writes) for one in things]


def _hit_type(call: Call, one: PastThing, before: Any, writes: bool) -> Verdict:
    values = {name: one.members.get(wire) for wire, name in _VALUES.items()}
    if before is not None:
        # What was put together out of parts may come with others later, as with a reward that was paid by then.
        same = before.requester == call.requester and (
            one.members.get("MadeUp", False) or all(getattr(before, name) == values[name] for name in values)
        )
        return Verdict(THERE) if same else refused("there is a type of that id here with other values, which stays")
    asked = one.members["QualificationRequirements"]
    if writes:
        _add_type(call, one, values, asked or [])
    return Verdict(NEW, _UNTOLD if asked is None else "")


def _add_type(call: Call, one: PastThing, values: dict[str, Any], asked: list[dict[str, Any]]) -> None:
    requirements = json.dumps(asked, sort_keys=True)
    number = t.add_row(
        call.database,
        t.hit_type,
        {
            **values,
            "requester": call.requester,
            "hit_type_id": one.id,
            "hit_group_id": _group_id(call, one),
            "requirements": requirements,
            "digest": _digest(call, one, {**values, "requirements": requirements}),
        },
    )
    hit_type.add_group(call, number, values["reward"], (values["title"], values["keywords"], values["description"]))
    needed = [{"hit_type": number, "qualification_type_id": type_id} for type_id in sorted(requirement.type_ids(asked))]
    if needed:
        call.database.execute(t.hit_type_requirement.insert(), needed)


def _group_id(call: Call, one: PastThing) -> str:
    given: str | None = one.members.get("HITGroupId")
    taken = given and by_id(call, t.hit_type, t.hit_type.c.hit_group_id, [given])
    return call.new_id() if not given or taken else given


def _digest(call: Call, one: PastThing, values: dict[str, Any]) -> str:
    """What the same values give, so that CreateHITType finds this type again; unless not all of them are known."""
    digest = hit_type.digest_of(values)
    column = t.hit_type.c
    taken = select(column.number).where(column.requester == call.requester, column.digest == digest)
    if one.members["QualificationRequirements"] is not None and not call.database.execute(taken).first():
        return digest
    return hashlib.sha256(f"elsewhere {one.id}".encode()).hexdigest()


def hits(call: Call, things: Sequence[PastThing], writes: bool, comes: Comes, source: str) -> list[Verdict]:
    """HITs, which keep their ids, and are closed here."""
    known = by_id(call, t.hit, t.hit.c.hit_id, (one.id for one in things))
    numbers = [row.number for row in known.values()]
    brought = {row.hit: row for row in call.database.execute(select(t.origin).where(t.origin.c.hit.in_(numbers)))}
    types = by_id(call, t.hit_type, t.hit_type.c.hit_type_id, (one.parent for one in things))
    verdicts, new = [], []
    for one in things:
        before, its_type = known.get(one.id), types.get(one.parent)
        if before is not None:
            origin = brought.get(before.number)
            verdicts.append(_known_hit(call, one, before, its_type, origin))
        elif (its_type is not None and its_type.requester != call.requester) or not (
            its_type is not None or comes(HIT_TYPE, one.parent)
        ):
            verdicts.append(refused("its HIT type is not here"))
        else:
            question, words = _question(call, one)
            verdicts.append(Verdict(NEW, words))
            new.append((one, question))
    if writes and new:
        _add_hits(call, new, types, source)
    return verdicts


def _known_hit(call: Call, one: PastThing, before: Any, its_type: Any, origin: Any) -> Verdict:
    if before.requester != call.requester:
        return refused("another requester has a HIT of that id here, which stays")
    if origin is None:
        same = its_type is not None and before.hit_type == its_type.number
        return Verdict(THERE) if same else refused("there is another HIT of that id here, which stays")
    same = origin.digest == _facts(one)
    return Verdict(THERE) if same else refused("a HIT of that id was brought before, and was another one")


def _facts(one: PastThing) -> str:
    """What stays the same of a HIT wherever it is told of."""
    return hashlib.sha256(f"{one.id} {one.parent}".encode()).hexdigest()


def _question(call: Call, one: PastThing) -> tuple[str, str]:
    """The question of a new HIT, and what is to be told of the HIT."""
    open_still = "it was still open there: here it is closed until you extend it"
    told = [open_still] if one.members.get("HITStatus") in _OPEN else []
    question: str = one.members["Question"]
    try:
        if not lost_question.is_lost(question):
            check_question(question, limit=call.settings.question_limit, strict=False)
    except Refusal as error:
        question, why = lost_question.page({}), " ".join(str(error).split())[:200]
        told.insert(0, f"it comes without its question, which this marketplace does not take: {why}")
    return question, "; ".join(told)


def _add_hits(call: Call, new: Sequence[tuple[PastThing, str]], types: Mapping[str, Any], source: str) -> None:
    database = call.database
    database.execute(t.hit.insert(), [_hit_row(call, one, question, types[one.parent]) for one, question in new])
    rows = by_id(call, t.hit, t.hit.c.hit_id, (one.id for one, _ in new))
    numbers = {id_: row.number for id_, row in rows.items()}
    contents = [
        {"hit": numbers[one.id], "question": question, "requester_annotation": one.members.get("RequesterAnnotation")}
        for one, question in new
    ]
    database.execute(t.hit_content.insert(), contents)
    origins = [{"hit": numbers[one.id], "source": source, "time": call.now, "digest": _facts(one)} for one, _ in new]
    database.execute(t.origin.insert(), origins)
    for number in numbers.values():
        agenda.plan(database, agenda.DISPOSE_OLD_HIT, number, call.now + KEPT)


def _hit_row(call: Call, one: PastThing, question: str, its_type: Any) -> dict[str, Any]:
    members = one.members
    most = members.get("MaxAssignments", 1)
    created = min(members.get("CreationTime", call.now), call.now)
    return {
        "hit_id": one.id,
        "requester": call.requester,
        "hit_type": its_type.number,
        "status": REVIEWING if members.get("HITStatus") == REVIEWING else REVIEWABLE,
        "status_time": call.now,
        "creation_time": created,
        "expiration": max(created, min(members.get("Expiration", call.now), call.now)),
        "expired": True,
        "ended": members.get("Expiration", 0) > call.now,
        "max_assignments": most,
        "fee": hit_type.fee_of(call, its_type, most),
        "size": len(question.encode()) + len(members.get("RequesterAnnotation") or ""),
    }
