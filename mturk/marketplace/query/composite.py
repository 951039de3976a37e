"""Operations of the old API for which there are several of today, or none: each is a step in one transaction.

A step may return the next one, which is done in a transaction of its own, so that others get their turn between.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Union

from sqlalchemy import select

from mturk.marketplace.call import Answer
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import table as t
from mturk.marketplace.error import wrong_state
from mturk.marketplace.hit import assignment, disposal, expiration, hit
from mturk.marketplace.hit.hit import ASSIGNABLE, UNASSIGNABLE
from mturk.marketplace.query import translation
from mturk.marketplace.query.clerk import Clerk
from mturk.marketplace.query.parameter_tree import Tree
from mturk.marketplace.query.query_error import QueryError, malformed, missing
from mturk.marketplace.request import idempotency
from mturk.marketplace.request.rules import ASSIGNMENT_ID, FEEDBACK, HIT_ID, NOTIFICATION, RULES, TOKEN, YEAR, Rule
from mturk.marketplace.request.shape import Member, Structure, Text, Whole

Step = Callable[[Clerk, Tree], Union[Answer, "Step"]]
"""Does something in one transaction, and returns the answer, or what is to be done next."""

_LEAST_EXTENSION = 60
_AT_ONCE = 50
"""So many assignments are approved in one transaction."""
_TRANSPORTS = ("Email", "REST", "SOAP", "SQS", "SNS")
_OLD_NOTIFICATION = Structure(
    tuple(
        Member("Transport", Text(choices=_TRANSPORTS), required=True) if member.name == "Transport" else member
        for member in NOTIFICATION.members
    )
)
_EXTENSION = Rule(
    "ExtendHIT",
    (
        HIT_ID,
        Member("MaxAssignmentsIncrement", Whole(least=1)),
        Member("ExpirationIncrementInSeconds", Whole(least=_LEAST_EXTENSION, most=YEAR)),
        TOKEN,
    ),
)
_DISABLING = Rule("DisableHIT", (HIT_ID,))
_REJECTION = Rule("RejectAssignment", (ASSIGNMENT_ID, Member("RequesterFeedback", FEEDBACK)))


def create_hit(clerk: Clerk, given: Tree) -> Answer:
    """CreateHIT, with a HIT type or with all that makes one."""
    operation = "CreateHITWithHITType" if given.get("HITTypeId") else "CreateHIT"
    return clerk.do(operation, translation.members(RULES[operation], given))


def approve_rejected_assignment(clerk: Clerk, given: Tree) -> Answer:
    """ApproveRejectedAssignment: only what was rejected."""
    members = translation.members(RULES["ApproveAssignment"], given)
    row = assignment.mine(clerk.call, members["AssignmentId"])
    assignment.expect(row, assignment.REJECTED)
    return clerk.do("ApproveAssignment", {**members, "OverrideRejection": True})


def reject_assignment(clerk: Clerk, given: Tree) -> Answer:
    """RejectAssignment, which needed no feedback."""
    return clerk.do("RejectAssignment", {"RequesterFeedback": "", **translation.members(_REJECTION, given)})


def update_qualification_score(clerk: Clerk, given: Tree) -> Answer:
    """UpdateQualificationScore: of a worker who has the qualification, and nobody is told."""
    rule = RULES["AssociateQualificationWithWorker"]
    members = translation.members(rule, given, {"WorkerId": "SubjectId"})
    clerk.do("GetQualificationScore", {name: members[name] for name in ("QualificationTypeId", "WorkerId")})
    return clerk.do(rule.operation, {**members, "SendNotification": False})


def force_expire_hit(clerk: Clerk, given: Tree) -> Answer:
    """ForceExpireHIT."""
    return clerk.do("UpdateExpirationForHIT", {**translation.members(_DISABLING, given), "ExpireAt": 0})


def extend_hit(clerk: Clerk, given: Tree) -> Answer:
    """ExtendHIT: more assignments, more time, or both; a HIT that has expired gets its time from now on."""
    members = translation.members(_EXTENSION, given)
    read = _EXTENSION.read(members)
    hit_id, token = read["hit_id"], read.get("unique_request_token")
    more, seconds = read.get("max_assignments_increment"), read.get("expiration_increment_in_seconds")
    if more is None and seconds is None:
        raise missing("MaxAssignmentsIncrement or ExpirationIncrementInSeconds")
    made = idempotency.earlier(clerk.call, "ExtendHIT", token)
    if made:
        text = f"The request with ID {made} was already processed."
        raise QueryError("AWS.MechanicalTurk.DuplicateRequest", text)
    hit_row = hit.mine(clerk.call, hit_id, lock=True)
    idempotency.remember(clerk.call, "ExtendHIT", token, hit_id)
    if more is not None:
        clerk.do("CreateAdditionalAssignmentsForHIT", {"HITId": hit_id, "NumberOfAdditionalAssignments": more})
    if seconds is not None:
        then = max(clerk.call.now, hit_row.expiration) + seconds * SECOND
        clerk.do("UpdateExpirationForHIT", {"HITId": hit_id, "ExpireAt": then / SECOND})
    return {}


def disable_hit(clerk: Clerk, given: Tree) -> Answer | Step:
    """DisableHIT: the HIT ends, all work that was submitted is approved, and then it is disposed of."""
    hit_id = _DISABLING.read(translation.members(_DISABLING, given))["hit_id"]
    hit_row = hit.mine(clerk.call, hit_id, lock=True, disposed=True)
    if hit_row.status not in (ASSIGNABLE, UNASSIGNABLE):
        raise wrong_state("HIT", hit_row.status, ASSIGNABLE, UNASSIGNABLE)
    if not hit_row.expired:
        # Without its review policies, which might reject work.
        expiration.end(clerk.call, hit_row)
    return partial(_go_on_disabling, hit_id)


def _go_on_disabling(hit_id: str, clerk: Clerk, given: Tree) -> Answer | Step:
    hit_row = hit.mine(clerk.call, hit_id, lock=True)
    if _approve(clerk, hit_row.number) == _AT_ONCE:
        return partial(_go_on_disabling, hit_id)
    disposal.dispose(clerk.call, hit.mine(clerk.call, hit_id, lock=True))
    clerk.note("DeleteHIT", {"HITId": hit_id}, {})
    return {}


def _approve(clerk: Clerk, hit_number: int) -> int:
    """Approve some work of a HIT, and return how much that was."""
    waiting = (
        select(t.assignment.c.assignment_id)
        .where(t.assignment.c.hit == hit_number, t.assignment.c.status == assignment.SUBMITTED)
        .limit(_AT_ONCE)
    )
    ids = list(clerk.call.database.execute(waiting).scalars())
    for assignment_id in ids:
        clerk.do("ApproveAssignment", {"AssignmentId": assignment_id})
    return len(ids)


def set_hit_type_notification(clerk: Clerk, given: Tree) -> Answer:
    """SetHITTypeNotification, which could name an address on the web."""
    return _with_notification(clerk, "UpdateNotificationSettings", given)


def send_test_event_notification(clerk: Clerk, given: Tree) -> Answer:
    """SendTestEventNotification, where the type of the event could be left out, and those of the specification."""
    event_type = given.get("TestEventType") or "Ping"
    notification = given.get("Notification")
    first = notification.get("1", notification) if isinstance(notification, dict) else notification
    if isinstance(first, dict) and "EventType" not in first:
        first = {**first, "EventType": event_type}
    told: Tree = {} if first is None else {"Notification": first}
    return _with_notification(clerk, "SendTestEventNotification", {"TestEventType": event_type, **told})


def _with_notification(clerk: Clerk, operation: str, given: Tree) -> Answer:
    rule = _old(RULES[operation])
    members: dict[str, Any] = translation.members(rule, given)
    if members.get("Notification", {}).get("Transport") == "SOAP":
        raise malformed("Notification.Transport", "REST, SQS or SNS: SOAP is not served")
    return clerk.do(operation, members, rule=rule)


def _old(rule: Rule) -> Rule:
    """The rule with the transports that there were."""
    changed = (
        Member("Notification", _OLD_NOTIFICATION, required=member.required) if member.name == "Notification" else member
        for member in rule.members
    )
    return Rule(rule.operation, tuple(changed))
