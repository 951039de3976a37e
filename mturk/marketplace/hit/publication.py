"""Publishing HITs. CreateHIT, CreateHITWithHITType."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database import ending, group_count
from mturk.marketplace.database import table as t
from mturk.marketplace.document.question import check_question
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.hit import hit, hit_type, layout, notification
from mturk.marketplace.hit.hit import HIT
from mturk.marketplace.hit.hit_type import DEFAULT_AUTO_APPROVAL_DELAY, HITType
from mturk.marketplace.hit.layout import LayoutParameter
from mturk.marketplace.hit.review_policy import check_known_answers, check_plurality
from mturk.marketplace.people import ledger
from mturk.marketplace.qualification.requirement import Requirement
from mturk.marketplace.quota import ANSWERS, LEAST_QUESTION, QUESTIONS
from mturk.marketplace.request import idempotency

ReviewPolicy = dict[str, Any]

_CONTENT = t.hit_content.insert()
_UNTOUCHED = {
    **dict.fromkeys(("expired", "ended", "disposed"), False),
    **dict.fromkeys(("pending", "submitted", "approved", "rejected", "gathered"), 0),
}
_OF_TYPE = [name for name in HITType._fields if name in HIT._fields and name not in t.hit.c]


def create_hit(
    call: Call,
    *,
    title: str,
    description: str,
    reward: int,
    assignment_duration_in_seconds: int,
    lifetime_in_seconds: int,
    keywords: str | None = None,
    auto_approval_delay_in_seconds: int = DEFAULT_AUTO_APPROVAL_DELAY,
    qualification_requirements: list[Requirement] | None = None,
    max_assignments: int = 1,
    question: str | None = None,
    requester_annotation: str | None = None,
    unique_request_token: str | None = None,
    assignment_review_policy: ReviewPolicy | None = None,
    hit_review_policy: ReviewPolicy | None = None,
    hit_layout_id: str | None = None,
    hit_layout_parameters: list[LayoutParameter] | None = None,
) -> Answer:
    """Publish a HIT, and register its type if that is new."""
    _refuse_repetition(call, "CreateHIT", unique_request_token)
    hit_type_row = hit_type.find_or_make(
        call,
        title=title,
        description=description,
        keywords=keywords,
        reward=reward,
        assignment_duration=assignment_duration_in_seconds,
        auto_approval_delay=auto_approval_delay_in_seconds,
        requirements=qualification_requirements or [],
    )
    content = _content(
        call,
        question,
        hit_layout_id,
        hit_layout_parameters or [],
        requester_annotation=requester_annotation,
        assignment_review_policy=assignment_review_policy,
        hit_review_policy=hit_review_policy,
    )
    hit_row = _publish(call, hit_type_row, content, lifetime_in_seconds, max_assignments)
    idempotency.remember(call, "CreateHIT", unique_request_token, hit_row.hit_id)
    _hold(call, hit_row)
    return {"HIT": hit.describe(hit_row)}


def create_hit_with_hit_type(
    call: Call,
    *,
    hit_type_id: str,
    lifetime_in_seconds: int,
    max_assignments: int = 1,
    question: str | None = None,
    requester_annotation: str | None = None,
    unique_request_token: str | None = None,
    assignment_review_policy: ReviewPolicy | None = None,
    hit_review_policy: ReviewPolicy | None = None,
    hit_layout_id: str | None = None,
    hit_layout_parameters: list[LayoutParameter] | None = None,
) -> Answer:
    """Publish a HIT of a type that is registered already."""
    _refuse_repetition(call, "CreateHITWithHITType", unique_request_token)
    hit_type_row = hit_type.open_to_hits(call, hit_type_id)
    content = _content(
        call,
        question,
        hit_layout_id,
        hit_layout_parameters or [],
        requester_annotation=requester_annotation,
        assignment_review_policy=assignment_review_policy,
        hit_review_policy=hit_review_policy,
    )
    hit_row = _publish(call, hit_type_row, content, lifetime_in_seconds, max_assignments)
    idempotency.remember(call, "CreateHITWithHITType", unique_request_token, hit_row.hit_id)
    _hold(call, hit_row)
    return {"HIT": hit.describe(hit_row)}


def _refuse_repetition(call: Call, operation: str, token: str | None) -> None:
    made = idempotency.earlier(call, operation, token)
    if made:
        raise RequestError("HITAlreadyExists", f'The HIT with ID "{made}" already exists.')


def _content(
    call: Call,
    question: str | None,
    layout_id: str | None,
    parameters: list[LayoutParameter],
    *,
    requester_annotation: str | None,
    assignment_review_policy: ReviewPolicy | None,
    hit_review_policy: ReviewPolicy | None,
) -> dict[str, str | None]:
    return {
        "question": _question(call, question, layout_id, parameters),
        "layout_id": layout_id,
        "requester_annotation": requester_annotation,
        "assignment_review_policy": _policy(check_known_answers, assignment_review_policy),
        "hit_review_policy": _policy(check_plurality, hit_review_policy),
    }


def _question(call: Call, question: str | None, layout_id: str | None, parameters: list[LayoutParameter]) -> str:
    if question is not None and layout_id is not None:
        raise ParameterValidationError("HITLayoutId", "Question and HITLayoutId must not both be given.")
    if layout_id is not None:
        question = layout.fill(call, layout_id, parameters)
    elif parameters:
        raise ParameterValidationError("HITLayoutParameters", "HITLayoutParameters needs HITLayoutId.")
    if question is None:
        raise ParameterValidationError("Question", "One of Question and HITLayoutId must be given.")
    check_question(question, limit=call.settings.question_limit, strict=call.settings.strict)
    return question


def _policy(check: Callable[[ReviewPolicy], object], policy: ReviewPolicy | None) -> str | None:
    if policy is None:
        return None
    check(policy)
    return json.dumps(policy)


def _publish(call: Call, hit_type_row: HITType, content: dict[str, Any], lifetime: int, max_assignments: int) -> HIT:
    size = max(LEAST_QUESTION, sum(len(text.encode()) for text in content.values() if text))
    call.expect_room(QUESTIONS, size, lambda: hit.kept(call, call.requester, t.hit.c.size))
    call.expect_room(ANSWERS, 1, lambda: hit.gathered(call, call.requester))
    fee = hit_type.fee_of(call, hit_type_row, max_assignments)
    new: dict[str, Any] = {
        "hit_id": call.new_id(),
        "requester": call.requester,
        "hit_type": hit_type_row.number,
        "status": hit.ASSIGNABLE,
        "status_time": call.now,
        "creation_time": call.now,
        "expiration": call.now + lifetime * SECOND,
        "max_assignments": max_assignments,
        "fee": fee,
        "size": size,
        **_UNTOUCHED,
    }
    number = t.add_row(call.database, t.hit, new)
    ending.change(call.database, _CONTENT, {"hit": number, **content})
    hit_row = HIT(number=number, **new, **content, **{name: getattr(hit_type_row, name) for name in _OF_TYPE})
    group_count.add(call.database, hit_type_row.number, 1, came=call.now)
    agenda.plan(call.database, agenda.EXPIRE, number, hit_row.expiration)
    notification.tell(call, notification.HIT_CREATED, hit_row)
    return hit_row


def _hold(call: Call, hit_row: HIT) -> None:
    # As late as can be: all others who publish for this requester wait from here on for this transaction to end.
    ledger.hold(call, call.requester, hit_row.number, hit_row.max_assignments * (hit_row.reward + hit_row.fee))
