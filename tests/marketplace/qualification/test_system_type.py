"""The qualifications that follow from a worker's record."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mturk.marketplace import Marketplace, Worker, WorkerError
from tests.marketplace.conftest import Client, Publish
from tests.marketplace.sample import html_question, type_arguments

SCORES = {
    "00000000000000000040": 1,
    "000000000000000000L0": 100,
    "00000000000000000000": 50,
    "00000000000000000070": 25,
    "000000000000000000E0": 25,
    "000000000000000000S0": 50,
    "00000000000000000060": 1,
    "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH": 1,
}
OF_A_NEWCOMER = {
    "00000000000000000040": 0,
    "000000000000000000L0": 100,
    "00000000000000000000": 100,
    "00000000000000000070": 0,
    "000000000000000000E0": 0,
    "000000000000000000S0": 0,
    "00000000000000000060": None,
    "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH": None,
}


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace(":memory:") as market:
        yield market


@pytest.fixture
def has(client: Client) -> Callable[..., bool]:
    """Whether a worker has exactly this score, or with None none at all; looking changes no record."""

    def has(worker: Worker, type_id: str, score: int | None) -> bool:
        values = {"Comparator": "EqualTo", "IntegerValues": [score]}
        needed = {"Comparator": "DoesNotExist"} if score is None else values
        needed |= {"QualificationTypeId": type_id, "ActionsGuarded": "PreviewAndAccept"}
        hit_type_id = client.create_hit_type(**type_arguments(QualificationRequirements=[needed]))["HITTypeId"]
        hit = client.create_hit_with_hit_type(HITTypeId=hit_type_id, LifetimeInSeconds=60, Question=html_question())
        try:
            return worker.preview(hit["HIT"]["HITId"]) == html_question()
        except WorkerError:
            return False

    return has


@pytest.fixture
def veteran(client: Client, market: Marketplace, publish: Publish) -> Worker:
    """A worker who accepted four assignments: one approved, one rejected, one returned, one abandoned."""
    worker = market.worker("A1", adult=True, masters=True)
    ids = [worker.accept(publish(RequesterAnnotation=str(number))["HITId"]) for number in range(4)]
    for assignment_id in ids[:2]:
        worker.submit(assignment_id, {"label": "cat"})
    worker.return_assignment(ids[2])
    client.approve_assignment(AssignmentId=ids[0])
    client.reject_assignment(AssignmentId=ids[1], RequesterFeedback="no")
    market.clock.advance(hours=1)
    return worker


@pytest.mark.parametrize(("type_id", "score"), SCORES.items())
def test_scores_follow_from_what_a_worker_did_here(
    veteran: Worker, has: Callable[..., bool], type_id: str, score: int
) -> None:
    assert has(veteran, type_id, score)
    assert not has(veteran, type_id, score + 1)


@pytest.mark.parametrize(("type_id", "score"), OF_A_NEWCOMER.items())
def test_a_newcomer_begins_with_a_clean_record(
    market: Marketplace, has: Callable[..., bool], type_id: str, score: int | None
) -> None:
    assert has(market.worker("A2"), type_id, score)
    assert not has(market.worker("A2"), type_id, 7)


def test_an_overridden_rejection_never_was(
    client: Client, market: Marketplace, veteran: Worker, has: Callable[..., bool]
) -> None:
    (hit_id,) = {
        one["HITId"]
        for one in client.list_hits(MaxResults=100)["HITs"]
        if client.list_assignments_for_hit(HITId=one["HITId"], AssignmentStatuses=["Rejected"])["NumResults"]
    }
    (rejected,) = client.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    client.approve_assignment(AssignmentId=rejected["AssignmentId"], OverrideRejection=True)
    assert has(veteran, "000000000000000000S0", 0)
    assert has(veteran, "00000000000000000040", 2)
