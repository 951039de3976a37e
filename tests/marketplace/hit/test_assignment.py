"""GetAssignment, ListAssignmentsForHIT."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import hit_arguments


def _ids(pages: Any) -> list[str]:
    return [item["AssignmentId"] for page in pages for item in page["Assignments"]]


def test_a_submitted_assignment_shows_who_did_it_and_when(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    made = publish(AssignmentDurationInSeconds=600, AutoApprovalDelayInSeconds=3600)
    worker = market.worker("A1WORKER")
    assignment_id = worker.accept(made["HITId"])
    market.clock.advance(minutes=5)
    worker.submit(assignment_id, {"label": "cat"})
    answer = client.get_assignment(AssignmentId=assignment_id)
    found = answer["Assignment"]
    assert (found["AssignmentId"], found["HITId"]) == (assignment_id, made["HITId"])
    assert (found["WorkerId"], found["AssignmentStatus"]) == ("A1WORKER", "Submitted")
    assert timedelta(minutes=5) <= found["SubmitTime"] - found["AcceptTime"] < timedelta(minutes=6)
    assert found["Deadline"] - found["AcceptTime"] == timedelta(minutes=10)
    assert found["AutoApprovalTime"] - found["SubmitTime"] == timedelta(hours=1)
    assert not {"ApprovalTime", "RejectionTime", "RequesterFeedback"} & set(found)
    assert answer["HIT"] == client.get_hit(HITId=made["HITId"])["HIT"]


@pytest.mark.parametrize("step", ["accepted", "returned", "abandoned"])
def test_work_that_was_not_submitted_cannot_be_read(
    client: Client, market: Marketplace, publish: Publish, refused: Refused, step: str
) -> None:
    hit_id = publish()["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    if step == "returned":
        worker.return_assignment(assignment_id)
    if step == "abandoned":
        market.clock.advance(minutes=10)
    error = refused(client.get_assignment, AssignmentId=assignment_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
    assert "can be called with a status of: Reviewable,Approved,Rejected (" in error["Message"]
    assert client.list_assignments_for_hit(HITId=hit_id)["Assignments"] == []


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's", "of a disposed HIT"])
def test_other_assignments_do_not_exist(
    client: Client, market: Marketplace, connect: Connect, publish: Publish, work: Work, refused: Refused, whose: str
) -> None:
    assignment_id = "3NOSUCHASSIGNMENT"
    if whose != "nobody's":
        hit_id = publish()["HITId"]
        assignment_id = work(hit_id)
        client.approve_assignment(AssignmentId=assignment_id)
        client.get_assignment(AssignmentId=assignment_id)
    if whose == "of a disposed HIT":
        client.delete_hit(HITId=hit_id)
    caller = connect(market, "somebody else") if whose == "somebody else's" else client
    error = refused(caller.get_assignment, AssignmentId=assignment_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_the_list_is_complete_and_the_oldest_come_first(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=7)["HITId"]
    accepted = [(market.worker(f"A{number}"), None) for number in range(7)]
    accepted = [(worker, worker.accept(hit_id)) for worker, _ in accepted]
    for worker, assignment_id in reversed(accepted):
        worker.submit(assignment_id, {"a": "b"})
        market.clock.advance(seconds=1)
    pages = list(
        client.get_paginator("list_assignments_for_hit").paginate(HITId=hit_id, PaginationConfig={"PageSize": 3})
    )
    assert _ids(pages) == [assignment_id for _, assignment_id in reversed(accepted)]
    assert [page["NumResults"] for page in pages] == [3, 3, 1, 0]


def test_a_page_of_large_answers_ends_early(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=6)["HITId"]
    for number in range(6):
        worker = market.worker(f"A{number}")
        worker.submit(worker.accept(hit_id), {"a": "x" * 4_900_000})
    pages = list(client.get_paginator("list_assignments_for_hit").paginate(HITId=hit_id))
    assert [page["NumResults"] for page in pages] == [4, 2, 0]
    assert len(set(_ids(pages))) == 6


def test_the_list_is_complete_when_all_were_submitted_at_the_same_moment(connect: Connect) -> None:
    moment = time.time()
    with Marketplace(real_time=lambda: moment) as market:
        client = connect(market)
        hit_id = client.create_hit(**hit_arguments(MaxAssignments=5))["HIT"]["HITId"]
        made = []
        for number in range(5):
            worker = market.worker(f"A{number}")
            made.append(worker.accept(hit_id))
            worker.submit(made[-1], {"a": "b"})
        paginator = client.get_paginator("list_assignments_for_hit")
        pages = paginator.paginate(HITId=hit_id, PaginationConfig={"PageSize": 2})
        assert _ids(pages) == made


def test_the_list_can_be_limited_to_statuses(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish(MaxAssignments=3)["HITId"]
    submitted, approved, rejected = (work(hit_id, f"A{number}") for number in range(3))
    client.approve_assignment(AssignmentId=approved)
    client.reject_assignment(AssignmentId=rejected, RequesterFeedback="no")

    def listed(*statuses: str) -> set[str]:
        return set(_ids([client.list_assignments_for_hit(HITId=hit_id, AssignmentStatuses=list(statuses))]))

    assert listed("Submitted") == {submitted}
    assert listed("Approved", "Rejected") == {approved, rejected}
    assert listed() == {submitted, approved, rejected}


def test_the_list_of_a_hit_that_does_not_exist_is_refused(client: Client, refused: Refused) -> None:
    error = refused(client.list_assignments_for_hit, HITId="3NOSUCHHIT")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


def test_a_token_is_good_for_one_hit_only(client: Client, publish: Publish, work: Work, refused: Refused) -> None:
    one, other = publish(), publish()
    work(one["HITId"])
    token = client.list_assignments_for_hit(HITId=one["HITId"], MaxResults=1)["NextToken"]
    error = refused(client.list_assignments_for_hit, HITId=other["HITId"], NextToken=token)
    assert error["Parameter"] == "NextToken"
