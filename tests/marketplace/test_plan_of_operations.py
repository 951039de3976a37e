"""What a call reads is found by indexes, however much there is of others' and of the caller's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.dispatch import OPERATIONS
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.plan import plans, walks
from tests.marketplace.policy_sample import known_answers
from tests.marketplace.sample import qualification_type_arguments


class There(NamedTuple):
    """What there is to ask for."""

    hit: str
    hit_type: str
    assignment: str
    qualification_type: str


READ: dict[str, Callable[[There], dict[str, Any]]] = {
    "GetAccountBalance": lambda _: {},
    "GetAssignment": lambda it: {"AssignmentId": it.assignment},
    "GetHIT": lambda it: {"HITId": it.hit},
    "GetQualificationScore": lambda it: {"QualificationTypeId": it.qualification_type, "WorkerId": "A1ADA"},
    "GetQualificationType": lambda it: {"QualificationTypeId": it.qualification_type},
    "ListAssignmentsForHIT": lambda it: {"HITId": it.hit},
    "ListBonusPayments": lambda it: {"HITId": it.hit},
    "ListBonusPayments of an assignment": lambda it: {"AssignmentId": it.assignment},
    "ListHITs": lambda _: {},
    "ListHITsForQualificationType": lambda it: {"QualificationTypeId": it.qualification_type},
    "ListQualificationRequests": lambda _: {},
    "ListQualificationRequests of a type": lambda it: {"QualificationTypeId": it.qualification_type},
    "ListQualificationTypes": lambda _: {"MustBeRequestable": True, "Query": "careful"},
    "ListReviewPolicyResultsForHIT": lambda it: {"HITId": it.hit},
    "ListReviewableHITs": lambda _: {},
    "ListReviewableHITs of a type": lambda it: {"HITTypeId": it.hit_type},
    "ListWorkerBlocks": lambda _: {},
    "ListWorkersWithQualificationType": lambda it: {"QualificationTypeId": it.qualification_type},
    "NotifyWorkers": lambda _: {"Subject": "Hello", "MessageText": "More", "WorkerIds": ["A1ADA"]},
}
NOT_HERE = {"GetFileUploadURL"}


@pytest.fixture
def database() -> str:
    return ":memory:"


@pytest.fixture
def there(client: Client, market: Marketplace, publish: Publish, work: Work) -> There:
    """Something of each kind, twice."""
    made = client.create_qualification_type(**qualification_type_arguments())
    type_id = made["QualificationType"]["QualificationTypeId"]
    needed = [{"QualificationTypeId": type_id, "Comparator": "Exists"}]
    for worker_id in ("A1ADA", "A2BOB"):
        market.worker(worker_id).request_qualification(type_id)
        client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId=worker_id)
    hits = [
        publish(QualificationRequirements=needed, AssignmentReviewPolicy=known_answers(), MaxAssignments=1)
        for _ in range(2)
    ]
    done = [work(hit["HITId"], "A1ADA") for hit in hits]
    for assignment in done:
        client.approve_assignment(AssignmentId=assignment)
        for again in range(2):
            client.send_bonus(
                WorkerId="A1ADA",
                AssignmentId=assignment,
                BonusAmount="0.10",
                Reason="Good",
                UniqueRequestToken=f"{again}{assignment}",
            )
    for worker_id in ("A1ADA", "A2BOB"):
        client.create_worker_block(WorkerId=worker_id, Reason="no")
    return There(hits[0]["HITId"], hits[0]["HITTypeId"], done[0], type_id)


@pytest.mark.parametrize("what", READ)
def test_nothing_is_walked_over(market: Marketplace, there: There, what: str) -> None:
    operation, given = what.partition(" ")[0], READ[what](there)
    number = market.requester("requester")._number
    paged = {"MaxResults": 1} if operation.startswith("List") else {}
    answer = market._dispatch.call(number, operation, {**given, **paged})
    if "NextToken" in answer:
        given = {**given, **paged, "NextToken": answer["NextToken"]}
    with plans() as lines:
        market._dispatch.call(number, operation, given)
    assert lines
    assert walks(lines) == []


def test_whom_one_may_write_to_is_not_looked_for_among_all_that_they_did(market: Marketplace, there: There) -> None:
    number = market.requester("somebody else")._number
    with plans() as lines:
        answer = market._dispatch.call(number, "NotifyWorkers", READ["NotifyWorkers"](there))
    assert [failure["WorkerId"] for failure in answer["NotifyWorkersFailureStatuses"]] == ["A1ADA"]
    assert any("acquaintance" in line for line in lines)
    assert not [line for line in lines if "assignment" in line or "transfer" in line]


def test_each_operation_that_reads_is_among_them() -> None:
    reading = {name for name, operation in OPERATIONS.items() if not operation.writes}
    assert reading - {what.partition(" ")[0] for what in READ} == NOT_HERE
