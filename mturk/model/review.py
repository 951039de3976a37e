"""Review policies: how the service itself judges the work, and its report of what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from mturk.data import limit, wire
from mturk.data.enumeration import AnyReviewPolicyLevel, ReviewActionStatus, ReviewPolicyLevel
from mturk.errors import ValidationError
from mturk.record.collection import MOST, Page, ask

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

_KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
_PLURALITY = "SimplePlurality/2011-09-01"


@attrs.frozen
class ParameterMapEntry:
    """One known answer: the question's identifier, and the values that are right together."""

    key: str | None = wire.field("Key")
    values: tuple[str, ...] | None = wire.field("Values", tuple)


@attrs.frozen
class PolicyParameter:
    """One parameter of a policy: texts, or for an answer key a map."""

    key: str | None = wire.field("Key")
    values: tuple[str, ...] | None = wire.field("Values", tuple)
    map_entries: tuple[ParameterMapEntry, ...] | None = wire.field("MapEntries", wire.many(wire.one(ParameterMapEntry)))


@attrs.frozen
class ReviewPolicy:
    """A policy by its name and parameters; `ScoreMyKnownAnswers` and `SimplePlurality` make the two there are."""

    policy_name: str = attrs.field(metadata=wire.named("PolicyName"))
    parameters: tuple[PolicyParameter, ...] | None = wire.field(
        "Parameters", wire.many(wire.one(PolicyParameter)), converter=attrs.converters.optional(tuple)
    )


def ScoreMyKnownAnswers(  # noqa: N802 - it is the policy's own name
    answer_key: Mapping[str, str | Sequence[str]],
    *,
    approve_if_known_answer_score_is_at_least: int | None = None,
    approve_reason: str | None = None,
    reject_if_known_answer_score_is_less_than: int | None = None,
    reject_reason: str | None = None,
    extend_if_known_answer_score_is_less_than: int | None = None,
    extend_maximum_assignments: int | None = None,
    extend_minimum_time: timedelta | int | None = None,
) -> ReviewPolicy:
    """Score each submission against answers that you know, in per cent; an assignment's policy.

    Thresholds go from 0 to 101: at 0 the approval is for everybody, at 101 for nobody. `extend_maximum_assignments`
    is 2 to 25, `extend_minimum_time` 60 seconds to a year.
    """
    if not answer_key:
        raise ValidationError("answer_key must hold at least one question")
    entries = tuple(ParameterMapEntry(_key(key), _texts(value)) for key, value in answer_key.items())
    return ReviewPolicy(
        _KNOWN_ANSWERS,
        _given(
            PolicyParameter("AnswerKey", map_entries=entries),
            _number("ApproveIfKnownAnswerScoreIsAtLeast", approve_if_known_answer_score_is_at_least, 0, 101),
            _text("ApproveReason", approve_reason),
            _number("RejectIfKnownAnswerScoreIsLessThan", reject_if_known_answer_score_is_less_than, 0, 101),
            _text("RejectReason", reject_reason),
            _number("ExtendIfKnownAnswerScoreIsLessThan", extend_if_known_answer_score_is_less_than, 0, 101),
            _number("ExtendMaximumAssignments", extend_maximum_assignments, 2, 25),
            _seconds("ExtendMinimumTimeInSeconds", extend_minimum_time),
        ),
    )


def SimplePlurality(  # noqa: N802 - it is the policy's own name
    question_ids: Sequence[str],
    question_agreement_threshold: int,
    *,
    disregard_assignment_if_rejected: bool | None = None,
    disregard_assignment_if_known_answer_score_is_less_than: int | None = None,
    extend_if_hit_agreement_score_is_less_than: int | None = None,
    extend_maximum_assignments: int | None = None,
    extend_minimum_time: timedelta | int | None = None,
    approve_if_worker_agreement_score_is_at_least: int | None = None,
    reject_if_worker_agreement_score_is_less_than: int | None = None,
    reject_reason: str | None = None,
) -> ReviewPolicy:
    """Compare what the workers answered among themselves; a HIT's policy.

    An answer is agreed when more than `question_agreement_threshold` per cent of the workers gave it. At most 15
    questions are compared, answers over 256 characters are left out by the service.
    """
    if isinstance(question_ids, str):
        raise ValidationError(f"question_ids must be a list of identifiers, not {question_ids!r}")
    if not 1 <= len(question_ids) <= 15:
        raise ValidationError(f"question_ids must be 1 to 15 identifiers, not {len(question_ids)}")
    extending = extend_if_hit_agreement_score_is_less_than is not None
    if extending and (extend_maximum_assignments is None or extend_minimum_time is None):
        raise ValidationError(
            "extend_if_hit_agreement_score_is_less_than needs extend_maximum_assignments and extend_minimum_time"
        )
    return ReviewPolicy(
        _PLURALITY,
        _given(
            PolicyParameter("QuestionIds", tuple(_key(each) for each in question_ids)),
            _number("QuestionAgreementThreshold", question_agreement_threshold, 0, 100),
            _flag("DisregardAssignmentIfRejected", disregard_assignment_if_rejected),
            _number(
                "DisregardAssignmentIfKnownAnswerScoreIsLessThan",
                disregard_assignment_if_known_answer_score_is_less_than,
                0,
                101,
            ),
            _number("ExtendIfHITAgreementScoreIsLessThan", extend_if_hit_agreement_score_is_less_than, 1, 100),
            _number("ExtendMaximumAssignments", extend_maximum_assignments, 2, 25),
            _seconds("ExtendMinimumTimeInSeconds", extend_minimum_time),
            _number(
                "ApproveIfWorkerAgreementScoreIsAtLeast",
                approve_if_worker_agreement_score_is_at_least,
                0,
                101,
            ),
            _number(
                "RejectIfWorkerAgreementScoreIsLessThan",
                reject_if_worker_agreement_score_is_less_than,
                0,
                101,
            ),
            _text("RejectReason", reject_reason),
        ),
    )


def _given(*parameters: PolicyParameter | None) -> tuple[PolicyParameter, ...]:
    return tuple(each for each in parameters if each is not None)


def _number(key: str, value: int | None, least: int, most: int) -> PolicyParameter | None:
    return None if value is None else PolicyParameter(key, (str(limit.whole(key, value, least, most)),))


def _text(key: str, value: str | None) -> PolicyParameter | None:
    return None if value is None else PolicyParameter(key, (limit.text(key, value, 1024),))


def _seconds(key: str, value: timedelta | int | None) -> PolicyParameter | None:
    if value is None:
        return None
    return PolicyParameter(key, (str(limit.seconds("extend_minimum_time", value, 60, limit.YEAR)),))


def _flag(key: str, value: bool | None) -> PolicyParameter | None:
    # The service writes booleans of a policy as single letters.
    flag = limit.flag(key, value)
    return None if flag is None else PolicyParameter(key, ("T" if flag else "F",))


def _key(identifier: str) -> str:
    if len(limit.text("question identifier", identifier, None, 1).encode()) > 255:
        raise ValidationError(f"a question's identifier has at most 255 bytes, not {identifier[:40]!r}…")
    return identifier


def _texts(value: str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Sequence):
        raise ValidationError(f"a known answer is a text or a list of texts, not {value!r}")
    return tuple(limit.text("known answer", each) for each in value)


@attrs.frozen
class ReviewResultDetail:
    """One score or fact that a policy found out; `key` and `value` are free text."""

    action_id: str | None = wire.field("ActionId")
    subject_id: str | None = wire.field("SubjectId")
    subject_type: str | None = wire.field("SubjectType")
    question_id: str | None = wire.field("QuestionId")
    key: str | None = wire.field("Key")
    value: str | None = wire.field("Value")


@attrs.frozen
class ReviewActionDetail:
    """One thing that a policy did or tried to do; `error_code` says why it failed."""

    action_id: str | None = wire.field("ActionId")
    action_name: str | None = wire.field("ActionName")
    target_id: str | None = wire.field("TargetId")
    target_type: str | None = wire.field("TargetType")
    status: ReviewActionStatus | None = wire.field("Status", wire.one_of(ReviewActionStatus))
    complete_time: datetime | None = wire.field("CompleteTime", wire.moment)
    result: str | None = wire.field("Result")
    error_code: str | None = wire.field("ErrorCode")


@attrs.frozen
class ReviewReport:
    """What one policy found and did, in the order of time."""

    results: tuple[ReviewResultDetail, ...] = wire.field(
        "ReviewResults", wire.many(wire.one(ReviewResultDetail)), default=()
    )
    actions: tuple[ReviewActionDetail, ...] = wire.field(
        "ReviewActions", wire.many(wire.one(ReviewActionDetail)), default=()
    )

    def __add__(self, other: ReviewReport) -> ReviewReport:
        return ReviewReport(self.results + other.results, self.actions + other.actions)


@attrs.frozen
class ReviewResults:
    """The reports of a HIT's two policies; `None` where there is no such policy."""

    assignment_policy: ReviewPolicy | None = wire.field("AssignmentReviewPolicy", wire.one(ReviewPolicy))
    hit_policy: ReviewPolicy | None = wire.field("HITReviewPolicy", wire.one(ReviewPolicy))
    assignment_report: ReviewReport = wire.field(
        "AssignmentReviewReport", wire.one(ReviewReport), default=attrs.Factory(ReviewReport)
    )
    hit_report: ReviewReport = wire.field(
        "HITReviewReport", wire.one(ReviewReport), default=attrs.Factory(ReviewReport)
    )


def whole_report(
    connection: Connection,
    hit_id: str,
    levels: Iterable[AnyReviewPolicyLevel] | None,
    actions: bool,
    results: bool,
) -> ReviewResults:
    """All pages of a HIT's report, put together."""
    asked = ask(
        "ListReviewPolicyResultsForHIT",
        connection,
        HITId=hit_id,
        PolicyLevels=None if levels is None else [limit.choice("levels", each, ReviewPolicyLevel) for each in levels],
        RetrieveActions=limit.flag("actions", actions),
        RetrieveResults=limit.flag("results", results),
    )
    page = Page(asked, lambda answer: [wire.decoded(ReviewResults, answer)], MOST, None)
    whole: ReviewResults = page.items[0]
    while (following := page.next_page()) is not None:
        page, part = following, following.items[0]
        whole = attrs.evolve(
            whole,
            assignment_report=whole.assignment_report + part.assignment_report,
            hit_report=whole.hit_report + part.hit_report,
        )
    return whole
