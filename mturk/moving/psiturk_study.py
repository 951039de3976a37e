"""psiTurk's table of participants as things.

What it knows of HITs is their ids only: their type is made up from the version of the experiment, without a reward.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from mturk.errors import ValidationError
from mturk.moving.past import Thing, dollars, earlier, moment, own_id, unread
from mturk.moving.study_database import Row, StudyDatabase

NEEDED = ("uniqueid", "assignmentid", "workerid", "hitid", "datastring", "status")
_COLUMNS = (*NEEDED, "codeversion", "mode", "beginhit", "beginexp", "endhit", "bonus")
_SUBMITTED, _CREDITED, _BONUSED = ("3", "4"), "5", "7"
_DECIDED = {**dict.fromkeys(_SUBMITTED, "Submitted"), _CREDITED: "Approved", _BONUSED: "Approved"}
WHOLE = "psiturk.datastring"
"""The field that has everything that the experiment recorded, as it was."""


class _OfHIT:
    """What is known of a HIT out of its participants."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.number = 0
        self.begun: float | None = None

    def count(self, begun: str | None) -> None:
        """Count a participant, who began then."""
        self.number += 1
        with suppress(ValidationError):  # it is told where the participant is read
            times = [time for time in (self.begun, moment(begun)) if time is not None]
            self.begun = min(times, default=None)


def things(database: StudyDatabase, table: str) -> Iterator[Thing]:
    """HITs, then participants: those who handed in with what they did, all others as workers."""
    for hit_id, of_hit in _hits(database, table).items():
        yield from _hit(hit_id, of_hit)
    for number, row in enumerate(database.rows(table, _COLUMNS, "uniqueid"), 1):
        place = f"participant {number}"
        try:
            yield from _participant(row, place)
        except ValidationError as error:
            yield unread(place, f"Assignment {row['assignmentid']}", str(error))


def _hits(database: StudyDatabase, table: str) -> dict[str, _OfHIT]:
    hits: dict[str, _OfHIT] = {}
    for row in database.rows(table, ("hitid", "codeversion", "mode", "beginhit"), "uniqueid"):
        if not _is_debug(row):
            of_hit = hits.setdefault(str(row["hitid"]), _OfHIT(row["codeversion"] or "of unknown version"))
            of_hit.count(row["beginhit"])
    return hits


def _is_debug(row: Row) -> bool:
    return row.get("mode") == "debug" or str(row["hitid"]).startswith("debug")


def _hit(hit_id: str, of_hit: _OfHIT) -> Iterator[Thing]:
    type_id, place = f"psiturk {hit_id}", f"HIT {hit_id}"
    words = {"Title": f"psiTurk experiment {of_hit.version}"[:128], "Description": "Done with psiTurk"}
    yield "HITType", {"HITTypeId": type_id, "MadeUp": True, **words}, place
    known = {"CreationTime": of_hit.begun, "MaxAssignments": of_hit.number}
    yield "HIT", {"HITId": own_id(hit_id, "psiturk"), "HITTypeId": type_id, **known}, place


def _participant(row: Row, place: str) -> Iterator[Thing]:
    if _is_debug(row):
        yield unread(place, f"Assignment {row['assignmentid']}", "it was done to try the experiment (debug)")
        return
    worker_id = own_id(row["workerid"], "worker")
    yield "Worker", {"WorkerId": worker_id}, place
    status = _DECIDED.get((row["status"] or "").partition(".")[0])
    if status is None:
        return
    ended = moment(row["endhit"]) or moment(row["beginexp"]) or moment(row["beginhit"])
    hit_id = own_id(row["hitid"], "psiturk")
    ids = {"AssignmentId": own_id(row["assignmentid"], "psiturk"), "WorkerId": worker_id}
    times = {"AcceptTime": earlier(moment(row["beginhit"]), ended), "SubmitTime": ended}
    yield (
        "Assignment",
        {**ids, **times, "HITId": hit_id, "AssignmentStatus": status, "Fields": _fields(row["datastring"])},
        place,
    )
    amount, was_paid = dollars(row["bonus"]), str(row["status"]).startswith(_BONUSED)
    if was_paid and not amount:
        yield unread(place, f"BonusPayment {row['assignmentid']}", "it was paid, and psiTurk does not keep how much")
    elif was_paid:
        bonus = {"BonusAmount": f"{amount:.2f}", "Reason": "Paid by psiTurk", "GrantTime": ended}
        yield "BonusPayment", {**ids, **bonus}, place


def _fields(datastring: str | None) -> dict[str, list[str]]:
    if not datastring:
        return {}
    fields: dict[str, list[str]] = {}
    try:
        asked: Any = json.loads(datastring).get("questiondata")
        for name, value in asked.items() if isinstance(asked, dict) else ():
            fields[str(name)] = [value if isinstance(value, str) else json.dumps(value)]
    except (ValueError, AttributeError, RecursionError):
        pass  # it is kept as it is
    return {**fields, WHOLE: [datastring]}
