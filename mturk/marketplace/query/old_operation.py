"""The operations of the old API as data: what each is called in an answer, and which operation of today does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mturk.marketplace.call import Answer
from mturk.marketplace.dispatch import OPERATIONS
from mturk.marketplace.query import composite, old_list, response_group, translation
from mturk.marketplace.query.clerk import Clerk
from mturk.marketplace.query.composite import Step
from mturk.marketplace.query.old_list import Orders
from mturk.marketplace.query.parameter_tree import Tree
from mturk.marketplace.query.query_error import QueryError
from mturk.marketplace.query.response_group import DETAIL, MINIMAL, SUMMARY, WHOLE
from mturk.marketplace.request.rules import RULES

_OF_SUBJECT = {"WorkerId": "SubjectId"}


@dataclass(frozen=True)
class OldOperation:
    """How one operation is carried out: by the one of `today` that it is, or by a step of its own."""

    today: str = ""
    own: Step | None = None
    result: str = ""
    """What its result is called; without it by the operation's name."""
    holds: str = ""
    """The member of today's answer whose own members are the result."""
    lists: str = ""
    """The member of today's answer that is a list with pages."""
    orders: Orders | None = None
    groups: Sequence[str] = ()
    """The response groups of who names none, where an answer has HITs."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Parameters whose names were others."""
    reads: bool = False
    together: bool = False

    @property
    def step(self) -> Step:
        """What is to be done first."""
        return self.own or self._do

    def _do(self, clerk: Clerk, given: Tree) -> Answer:
        members = translation.members(RULES[self.today], given, self.names)
        return self._page(clerk, members, given) if self.lists else clerk.do(self.today, members)

    def _page(self, clerk: Clerk, members: Mapping[str, object], given: Tree) -> Answer:
        if self.today == "ListQualificationTypes":
            rows, page = old_list.qualification_types(clerk, members, given)
        else:
            page = old_list.page(given, self.orders)
            rows = clerk.do(self.today, members, page=page)[self.lists]
        return {**old_list.counted(len(rows), page.total, page.number), self.lists: rows}

    def shown(self, given: Tree) -> Sequence[str]:
        """The response groups that are asked for, or else usual."""
        return translation.words(given, "ResponseGroup") or self.groups

    def answers(self, answer: Answer, groups: Sequence[str]) -> list[Answer]:
        """What the result has, one after another, with so much of its HITs."""
        seen = response_group.shown(answer, groups) if self.groups else answer
        return [seen[self.holds]] if self.holds else [seen]


def _like(
    today: str,
    *,
    result: str = "",
    holds: str = "",
    lists: str = "",
    orders: Orders | None = None,
    groups: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> OldOperation:
    known = OPERATIONS[today]
    return OldOperation(
        today,
        result=result,
        holds=holds,
        lists=lists,
        orders=orders,
        groups=groups,
        names=names or {},
        reads=not known.writes,
        together=known.together,
    )


def _by(step: Step, *, together: bool = False) -> OldOperation:
    return OldOperation(own=step, together=together)


OLD_OPERATIONS: Final[dict[str, OldOperation]] = {
    "ApproveAssignment": _like("ApproveAssignment"),
    "ApproveRejectedAssignment": _by(composite.approve_rejected_assignment),
    "AssignQualification": _like("AssociateQualificationWithWorker"),
    "BlockWorker": _like("CreateWorkerBlock"),
    "ChangeHITTypeOfHIT": _like("UpdateHITTypeOfHIT"),
    "CreateHIT": OldOperation(own=composite.create_hit, result="HIT", holds="HIT", groups=(MINIMAL,), together=True),
    "CreateQualificationType": _like("CreateQualificationType", holds="QualificationType", result="QualificationType"),
    "DisableHIT": _by(composite.disable_hit),
    "DisposeHIT": _like("DeleteHIT"),
    "DisposeQualificationType": _like("DeleteQualificationType"),
    "ExtendHIT": _by(composite.extend_hit),
    "ForceExpireHIT": _by(composite.force_expire_hit, together=True),
    "GetAccountBalance": _like("GetAccountBalance"),
    "GetAssignment": _like("GetAssignment", groups=WHOLE),
    "GetAssignmentsForHIT": _like("ListAssignmentsForHIT", lists="Assignments", orders=old_list.ASSIGNMENTS),
    "GetBlockedWorkers": _like("ListWorkerBlocks", lists="WorkerBlocks"),
    "GetBonusPayments": _like("ListBonusPayments", lists="BonusPayments"),
    "GetFileUploadURL": _like("GetFileUploadURL"),
    "GetHIT": _like("GetHIT", result="HIT", holds="HIT", groups=WHOLE),
    "GetHITsForQualificationType": _like(
        "ListHITsForQualificationType", orders=old_list.HITS, groups=(MINIMAL, DETAIL), lists="HITs"
    ),
    "GetQualificationRequests": _like(
        "ListQualificationRequests", lists="QualificationRequests", orders=old_list.REQUESTS
    ),
    "GetQualificationScore": _like(
        "GetQualificationScore", result="Qualification", holds="Qualification", names=_OF_SUBJECT
    ),
    "GetQualificationType": _like("GetQualificationType", holds="QualificationType", result="QualificationType"),
    "GetQualificationsForQualificationType": _like("ListWorkersWithQualificationType", lists="Qualifications"),
    "GetReviewResultsForHIT": OldOperation("ListReviewPolicyResultsForHIT", own=old_list.review_results, reads=True),
    "GetReviewableHITs": _like("ListReviewableHITs", orders=old_list.REVIEWABLE_HITS, groups=(MINIMAL,), lists="HITs"),
    "GrantBonus": _like("SendBonus"),
    "GrantQualification": _like("AcceptQualificationRequest"),
    "NotifyWorkers": _like("NotifyWorkers"),
    "RegisterHITType": _like("CreateHITType"),
    "RejectAssignment": _by(composite.reject_assignment, together=True),
    "RejectQualificationRequest": _like("RejectQualificationRequest"),
    "RevokeQualification": _like("DisassociateQualificationFromWorker", names=_OF_SUBJECT),
    "SearchHITs": _like("ListHITs", orders=old_list.HITS, groups=(MINIMAL, DETAIL, SUMMARY), lists="HITs"),
    "SearchQualificationTypes": _like("ListQualificationTypes", lists="QualificationTypes"),
    "SendTestEventNotification": _by(composite.send_test_event_notification),
    "SetHITAsReviewing": _like("UpdateHITReviewStatus"),
    "SetHITTypeNotification": _by(composite.set_hit_type_notification),
    "UnblockWorker": _like("DeleteWorkerBlock"),
    "UpdateQualificationScore": _by(composite.update_qualification_score),
    "UpdateQualificationType": _like("UpdateQualificationType", holds="QualificationType", result="QualificationType"),
}
GONE: Final[Mapping[str, str]] = {
    "GetRequesterStatistic": "Count in the answers of SearchHITs and GetAssignmentsForHIT",
    "GetRequesterWorkerStatistic": "Count in the answers of GetAssignmentsForHIT",
    "Help": "Read docs/query-api.md of the package mturk",
}
"""Operations for which there is none of today, and what to do in their place."""


def result_of(operation: str) -> str:
    """What the result of an operation is called in an answer."""
    known = OLD_OPERATIONS.get(operation)
    return known.result if known and known.result else f"{operation if operation in GONE or known else ''}Result"


def find(operation: str) -> OldOperation:
    """The operation of that name; raises the refusal if there is none."""
    if operation in GONE:
        text = f"The operation {operation} has no equal in today's API. {GONE[operation]}."
        raise QueryError("AWS.MechanicalTurk.OperationNoLongerSupported", text)
    if operation not in OLD_OPERATIONS:
        text = f"The Operation parameter is invalid. Valid values are {', '.join(OLD_OPERATIONS)}."
        raise QueryError("AWS.InvalidOperationParameter", text, in_front=True)
    return OLD_OPERATIONS[operation]
