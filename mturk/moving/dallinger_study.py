"""Dallinger's tables of participants and of their questions as things; networks, nodes and infos are left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import islice

from mturk.errors import ValidationError
from mturk.moving.past import Thing, dollars, earlier, moment, own_id, unread
from mturk.moving.study_database import Row, StudyDatabase

PARTICIPANT, QUESTION = "participant", "question"
NEEDED = ("id", "worker_id", "assignment_id", "hit_id", "unique_id", "status", "base_pay")
_COLUMNS = (*NEEDED, "mode", "recruiter_id", "creation_time", "end_time", "bonus")
_NOT_HANDED_IN = ("abandoned", "missing_notification", "replaced", "returned", "screened_out", "working")
_AT_ONCE = 20  # participants, whose answers are in memory together


class _OfHIT:
    """What is known of a HIT out of its participants; what it paid is the most that one of them was paid."""

    def __init__(self, recruiter: str) -> None:
        self.recruiter = recruiter
        self.number = 0
        self.begun: float | None = None
        self.reward = Decimal(0)

    def count(self, row: Row) -> None:
        """Count a participant."""
        self.number += 1
        with suppress(ValidationError):  # it is told where the participant is read
            self.begun = self.begun or moment(row["creation_time"])
            self.reward = max(self.reward, dollars(row["base_pay"]))


def things(database: StudyDatabase) -> Iterator[Thing]:
    """HITs, then participants: those who handed in with what they answered, all others as workers."""
    for hit_id, of_hit in _hits(database).items():
        yield from _hit(hit_id, of_hit)
    rows = database.rows(PARTICIPANT, _COLUMNS, "id")
    while some := list(islice(rows, _AT_ONCE)):
        answers = _answers(database, [str(row["id"]) for row in some])
        for row in some:
            place = f"participant {row['id']}"
            try:
                yield from _participant(row, answers.get(str(row["id"]), {}), place)
            except ValidationError as error:
                yield unread(place, f"Assignment {row['assignment_id']}", str(error))


def _is_debug(row: Row) -> bool:
    return row.get("mode") == "debug" or str(row.get("recruiter_id") or "").startswith("bots")


def _hits(database: StudyDatabase) -> dict[str, _OfHIT]:
    hits: dict[str, _OfHIT] = {}
    for row in database.rows(PARTICIPANT, _COLUMNS, "id"):
        if not _is_debug(row):
            hits.setdefault(row["hit_id"] or "", _OfHIT(row["recruiter_id"] or "")).count(row)
    return hits


def _hit(hit_id: str, of_hit: _OfHIT) -> Iterator[Thing]:
    type_id, place = f"dallinger {hit_id}", f"HIT {hit_id}"
    words = {"Title": "Dallinger experiment", "Description": f"Done with Dallinger, by {of_hit.recruiter}"}
    yield "HITType", {"HITTypeId": type_id, "MadeUp": True, "Reward": f"{of_hit.reward:.2f}", **words}, place
    known = {"CreationTime": of_hit.begun, "MaxAssignments": of_hit.number}
    yield "HIT", {"HITId": own_id(hit_id, "dallinger"), "HITTypeId": type_id, **known}, place


def _answers(database: StudyDatabase, participants: list[str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    if QUESTION not in database.tables:
        return found
    columns = ("participant_id", "question", "response")
    for row in database.rows(QUESTION, columns, "id", participant_id=participants):
        fields = found.setdefault(str(row["participant_id"]), {})
        fields.setdefault(row["question"] or "question", []).append(row["response"] or "")
    return found


def _participant(row: Row, fields: dict[str, list[str]], place: str) -> Iterator[Thing]:
    if _is_debug(row):
        yield unread(place, f"Assignment {row['assignment_id']}", "it was done to try the experiment, or by a bot")
        return
    worker_id = own_id(row["worker_id"], "worker")
    yield "Worker", {"WorkerId": worker_id}, place
    if row["status"] in _NOT_HANDED_IN:
        return
    begun, ended = moment(row["creation_time"]), moment(row["end_time"])
    ids = {"AssignmentId": own_id(row["assignment_id"], "dallinger"), "WorkerId": worker_id}
    times = {"AcceptTime": earlier(begun, ended), "SubmitTime": ended or begun}
    decided = {"HITId": own_id(row["hit_id"], "dallinger"), "AssignmentStatus": _status(row), "Fields": fields}
    yield "Assignment", {**ids, **times, **decided}, place
    amount = dollars(row["bonus"])
    if amount > 0:
        bonus = {"BonusAmount": f"{amount:.2f}", "Reason": "Paid by Dallinger", "GrantTime": ended or begun}
        yield "BonusPayment", {**ids, **bonus}, place


def _status(row: Row) -> str:
    if row["status"] == "rejected":
        return "Rejected"
    # Who was paid was approved, whatever became of the data.
    return "Approved" if row["status"] == "approved" or row["base_pay"] else "Submitted"
