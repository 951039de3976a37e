"""What review policies found out and did. ListReviewPolicyResultsForHIT."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, func, select

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.hit import hit
from mturk.marketplace.request.paging import DEFAULT_SIZE, Page

Level = Literal["Assignment", "HIT"]

SUCCEEDED = "Succeeded"
FAILED = "Failed"
CANCELLED = "Cancelled"


REVIEW, EXTEND = "review", "extend"
"""What actions are called: a policy was applied, and one more worker may work."""
_OF_ENTRY = 150  # bytes of an entry beside its texts
_LAST_WORK = select(func.max(t.assignment.c.submit_time)).where(t.assignment.c.hit == bindparam("of_hit"))
_SINCE = select(func.count()).where(
    t.review_entry.c.hit == bindparam("of_hit"),
    t.review_entry.c.level == "HIT",
    t.review_entry.c.key == bindparam("of_key"),
    t.review_entry.c.status == SUCCEEDED,
    t.review_entry.c.time >= _LAST_WORK.scalar_subquery(),
)


class Subject(NamedTuple):
    """What an entry is about."""

    kind: Level
    id: str


class Outcome(NamedTuple):
    """The outcome of an action of a policy; a failure has a code."""

    status: str
    text: str
    code: str | None = None


class Entry(NamedTuple):
    """Something that a review found out, or did."""

    number: int
    hit: int
    level: str
    action_id: str
    subject_type: str
    subject_id: str
    question: str | None
    key: str
    value: str
    status: str | None
    error_code: str | None
    time: int


class Report:
    """Collects what a policy finds out and does in one review of a HIT or an assignment."""

    def __init__(self, context: Context, hit_number: int, level: Level) -> None:
        self._context = context
        self._hit = hit_number
        self._level = level
        self._review = context.new_id()
        self._entries: list[dict[str, Any]] = []

    def reviewed(self, subject: Subject, text: str) -> None:
        """Note that the review took place."""
        self._action(self._review, REVIEW, subject, Outcome(SUCCEEDED, text))

    def found(self, subject: Subject, key: str, value: object, question: str | None = None) -> None:
        """Note something that the review found out."""
        self._add(self._review, subject, key=key, value=str(value), question=question)

    def did(self, name: str, subject: Subject, outcome: Outcome) -> None:
        """Note something that was done, or tried, because of the review."""
        self._action(self._context.new_id(), name, subject, outcome)

    def write(self) -> int:
        """Keep the report with the HIT, and say how many bytes it has, about."""
        self._context.database.execute(t.review_entry.insert(), self._entries)
        return sum(_OF_ENTRY + len(one["question"] or "") + len(one["value"]) for one in self._entries)

    def _action(self, action_id: str, name: str, subject: Subject, outcome: Outcome) -> None:
        self._add(action_id, subject, key=name, value=outcome.text, status=outcome.status, error_code=outcome.code)

    def _add(
        self,
        action_id: str,
        subject: Subject,
        *,
        key: str,
        value: str,
        question: str | None = None,
        status: str | None = None,
        error_code: str | None = None,
    ) -> None:
        self._entries.append(
            {
                "hit": self._hit,
                "level": self._level,
                "action_id": action_id,
                "subject_type": subject.kind,
                "subject_id": subject.id,
                "question": question,
                "key": key,
                "value": value,
                "status": status,
                "error_code": error_code,
                "time": self._context.now,
            }
        )


def done_in_vain(context: Context, hit_number: int, action: str) -> int:
    """How often a HIT's own policy has done that since work was last submitted."""
    return int(context.database.execute(_SINCE, {"of_hit": hit_number, "of_key": action}).scalar_one())


def list_review_policy_results_for_hit(
    call: Call,
    *,
    hit_id: str,
    policy_levels: list[str] | None = None,
    retrieve_actions: bool = True,
    retrieve_results: bool = True,
    next_token: str | None = None,
    max_results: int = DEFAULT_SIZE,
) -> Answer:
    """What the review policies of a HIT found out and did, oldest first; actions, results or both."""
    hit_row = hit.mine(call, hit_id)
    levels = sorted(set(policy_levels or ("Assignment", "HIT")))
    page = Page(("reviews", hit_id, *levels, retrieve_actions, retrieve_results), next_token, max_results)
    listed = select(t.review_entry).where(t.review_entry.c.hit == hit_row.number, t.review_entry.c.level.in_(levels))
    if not retrieve_actions:
        listed = listed.where(t.review_entry.c.status.is_(None))
    if not retrieve_results:
        listed = listed.where(t.review_entry.c.status.is_not(None))
    entries = page.read(call, Entry, listed, t.review_entry.c.number)
    answer: Answer = {"HITId": hit_id}
    policies = {"Assignment": hit_row.assignment_review_policy, "HIT": hit_row.hit_review_policy}
    for level in levels:
        policy = policies[level]
        if policy is not None:
            of_level = [entry for entry in entries if entry.level == level]
            answer[f"{level}ReviewPolicy"] = {"PolicyName": json.loads(policy)["PolicyName"]}
            answer[f"{level}ReviewReport"] = _report(of_level, actions=retrieve_actions, results=retrieve_results)
    return {**answer, **page.token_after(entries, "number")}


def _report(entries: list[Entry], *, actions: bool, results: bool) -> Answer:
    report: Answer = {}
    if results:
        report["ReviewResults"] = [_result(entry) for entry in entries if entry.status is None]
    if actions:
        report["ReviewActions"] = [_action(entry) for entry in entries if entry.status is not None]
    return report


def _result(entry: Entry) -> Answer:
    shown = {
        "ActionId": entry.action_id,
        "SubjectId": entry.subject_id,
        "SubjectType": entry.subject_type,
        "QuestionId": entry.question,
        "Key": entry.key,
        "Value": entry.value,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _action(entry: Entry) -> Answer:
    shown = {
        "ActionId": entry.action_id,
        "ActionName": entry.key,
        "TargetId": entry.subject_id,
        "TargetType": entry.subject_type,
        "Status": entry.status,
        "CompleteTime": entry.time / SECOND,
        "Result": entry.value,
        "ErrorCode": entry.error_code,
    }
    return {name: value for name, value in shown.items() if value is not None}
