"""NotifyWorkers, and what workers read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.account import closure
from mturk.marketplace.call import Context
from mturk.marketplace.people import worker
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.sample import hit_arguments

STRANGER = {
    "NotifyWorkersFailureCode": "HardFailure",
    "NotifyWorkersFailureMessage": "Cannot send a notification to a worker who has not done any work for you",
}


@pytest.fixture
def met(client: Client, publish: Publish, work: Work) -> Callable[..., None]:
    """Let the requester decide on work of these workers."""

    def met(*worker_ids: str, decision: str = "approve") -> None:
        for worker_id in worker_ids:
            assignment_id = work(publish()["HITId"], worker_id)
            if decision == "approve":
                client.approve_assignment(AssignmentId=assignment_id)
            else:
                client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")

    return met


def _notify(client: Client, *worker_ids: str, **changes: Any) -> list[dict[str, str]]:
    arguments = {"Subject": "Hello", "MessageText": "More work is here.", "WorkerIds": list(worker_ids), **changes}
    return client.notify_workers(**arguments)["NotifyWorkersFailureStatuses"]


def _texts(market: Marketplace, worker_id: str) -> list[str]:
    return [message.text for message in market.worker(worker_id).messages()]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_worker_whose_work_was_decided_on_can_be_written_to(
    client: Client, market: Marketplace, met: Callable[..., None], decision: str
) -> None:
    met("A1", decision=decision)
    assert _notify(client, "A1", Subject="Grüße", MessageText="Line one\nline two") == []
    (message,) = market.worker("A1").messages()
    assert (message.requester, message.subject, message.text) == ("requester", "Grüße", "Line one\nline two")
    assert abs((message.time - market.clock.now()).total_seconds()) < 60


def test_messages_wait_in_the_order_in_which_they_were_sent(
    client: Client, market: Marketplace, met: Callable[..., None]
) -> None:
    met("A1", "A2")
    for text in ("one", "two", "three"):
        _notify(client, "A1", MessageText=text)
    assert _texts(market, "A1") == ["one", "two", "three"]
    assert _texts(market, "A2") == []


def test_workers_one_never_decided_on_are_named_and_the_others_get_their_message(
    client: Client, market: Marketplace, publish: Publish, work: Work, met: Callable[..., None]
) -> None:
    met("A1")
    market.worker("A2")
    work(publish()["HITId"], "A3SUBMITTED")
    failures = _notify(client, "A2", "A1", "A3SUBMITTED")
    assert failures == [{**STRANGER, "WorkerId": "A2"}, {**STRANGER, "WorkerId": "A3SUBMITTED"}]
    assert [len(_texts(market, one)) for one in ("A1", "A2", "A3SUBMITTED")] == [1, 0, 0]


def test_work_for_another_requester_does_not_count(
    client: Client, market: Marketplace, connect: Connect, work: Work
) -> None:
    other = connect(market, "somebody else")
    assignment_id = work(other.create_hit(**hit_arguments())["HIT"]["HITId"], "A1")
    other.approve_assignment(AssignmentId=assignment_id)
    assert _notify(client, "A1") == [{**STRANGER, "WorkerId": "A1"}]
    assert _notify(other, "A1") == []


def test_work_counts_after_its_hit_was_deleted(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    hit_id = publish()["HITId"]
    client.approve_assignment(AssignmentId=work(hit_id, "A1"))
    client.delete_hit(HITId=hit_id)
    assert _notify(client, "A1") == []


def test_a_worker_whose_work_was_approved_by_time_can_be_written_to(
    client: Client, market: Marketplace, publish: Publish, work: Work
) -> None:
    work(publish(AutoApprovalDelayInSeconds=60)["HITId"], "A1")
    market.clock.advance(hours=1)
    assert _notify(client, "A1") == []


def test_who_is_named_twice_gets_one_message(client: Client, market: Marketplace, met: Callable[..., None]) -> None:
    met("A1")
    market.worker("A2")
    assert _notify(client, "A1", "A2", "A1", "A2") == [{**STRANGER, "WorkerId": "A2"}]
    assert len(_texts(market, "A1")) == 1


@pytest.mark.parametrize("unknown", ["A1NOBODY", "A" * 64])
def test_an_id_that_nobody_has_is_named_and_the_others_get_their_message(
    client: Client, market: Marketplace, met: Callable[..., None], unknown: str
) -> None:
    met("A1")
    assert _notify(client, unknown, "A1", unknown) == [{**STRANGER, "WorkerId": unknown}]
    assert len(_texts(market, "A1")) == 1
    assert _notify(client, unknown) == [{**STRANGER, "WorkerId": unknown}]


def test_who_closed_the_account_is_named_and_the_others_get_their_message(
    client: Client, market: Marketplace, met: Callable[..., None]
) -> None:
    met("A1", "A2")

    def close(context: Context) -> None:
        closure.close(context, worker.on_site(context, "A2").number, "A2", 0)

    market._dispatch.run(close)
    assert _notify(client, "A1", "A2") == [{**STRANGER, "WorkerId": "A2"}]
    assert len(_texts(market, "A1")) == 1


LIMITS = [
    ("Subject", "x" * 200, "x" * 201),
    ("Subject", "x", ""),
    ("MessageText", "x" * 4096, "x" * 4097),
    ("MessageText", "x", " "),
    ("WorkerIds", ["A1"], []),
    ("WorkerIds", ["A1"] * 100, ["A1"] * 101),
]


@pytest.mark.parametrize(("member", "good", "bad"), LIMITS)
def test_messages_have_limits(
    client: Client,
    market: Marketplace,
    met: Callable[..., None],
    refused: Refused,
    member: str,
    good: list[str] | str,
    bad: list[str] | str,
) -> None:
    met("A1")
    arguments = {"Subject": "s", "MessageText": "t", "WorkerIds": ["A1"]}
    assert _notify(client, **{**arguments, member: good}) == []
    error = refused(client.notify_workers, **{**arguments, member: bad})
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", member)
    assert len(_texts(market, "A1")) == 1


def test_an_id_out_of_form_is_refused_by_the_front_end(client: Client, refused: Refused) -> None:
    error = refused(client.notify_workers, Subject="s", MessageText="t", WorkerIds=["nobody"])
    assert error["__type"] == "ValidationException"


def test_an_unknown_worker_cannot_be_told_from_one_who_never_worked_for_the_caller(
    client: Client, market: Marketplace
) -> None:
    market.worker("A1KNOWNHERE")
    answers = [_notify(client, worker_id) for worker_id in ("A1KNOWNHERE", "A1NOBODYHERE")]
    assert [[{**one, "WorkerId": ""} for one in answer] for answer in answers] == [[{**STRANGER, "WorkerId": ""}]] * 2
