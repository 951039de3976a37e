"""psiTurk's table of participants as things.

What it knows of HITs is their ids only: their type is made up from the version of the experiment, without a reward.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mturk.errors import ValidationError
from mturk.moving.past import Thing, dollars, moment, own_id, unread
from mturk.moving.study_database import Row, StudyDatabase

NEEDED = ("uniqueid", "assignmentid", "workerid", "hitid", "datastring", "status")
_COLUMNS = (*NEEDED, "codeversion", "mode", "beginhit", "beginexp", "endhit", "bonus")
_SUBMITTED, _CREDITED, _BONUSED = ("3", "4"), "5", "7"
_DECIDED = {**dict.fromkeys(_SUBMITTED, "Submitted"), _CREDITED: "Approved", _BONUSED: "Approved"}
WHOLE = "psiturk.datastring"
"""The field that has everything that the experiment recorded, as it was."""


def things(database: StudyDatabase, table: str) -> Iterator[Thing]:
    """HITs, then participants: those who handed in with what they did, all others as workers."""
    for row in database.groups(table, "hitid", ("beginhit", "codeversion", "mode")):
        if not _is_debug(row):
            yield from _hit(row)
    for number, row in enumerate(database.rows(table, _COLUMNS, "uniqueid"), 1):
        place = f"participant {number}"
        try:
            yield from _participant(row, place)
        except ValidationError as error:
            yield unread(place, f"Assignment {row['assignmentid']}", str(error))


def _is_debug(row: Row) -> bool:
    return row.get("mode") == "debug" or str(row["hitid"]).startswith("debug")


def _hit(row: Row) -> Iterator[Thing]:
    version = row["codeversion"] or "of unknown version"
    type_id = f"psiturk {version} {row['mode']}"
    place = f"HIT {row['hitid']}"
    words = {"Title": f"psiTurk experiment {version}"[:128], "Description": "Done with psiTurk"}
    yield "HITType", {"HITTypeId": type_id, "MadeUp": True, **words}, place
    try:
        begun = moment(row["beginhit"])
    except ValidationError:
        begun = None
    most = int(row["number"] or 1)
    yield (
        "HIT",
        {"HITId": own_id(row["hitid"], "psiturk"), "HITTypeId": type_id, "CreationTime": begun, "MaxAssignments": most},
        place,
    )


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
    times = {"AcceptTime": moment(row["beginhit"]), "SubmitTime": ended}
    yield (
        "Assignment",
        {**ids, **times, "HITId": hit_id, "AssignmentStatus": status, "Fields": _fields(row["datastring"])},
        place,
    )
    amount = dollars(row["bonus"])
    if str(row["status"]).startswith(_BONUSED) and amount:
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
