"""CreateWorkerBlock, DeleteWorkerBlock, ListWorkerBlocks."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import String, cast, false, literal, select

from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.database.table import worker, worker_block
from tests.marketplace.conftest import Client, Connect, Publish, Refused
from tests.marketplace.sample import hit_arguments


def _blocks(client: Client, size: int = 100) -> list[tuple[str, str]]:
    found, more = [], {}
    while more is not None:
        answer = client.list_worker_blocks(MaxResults=size, **more)
        assert answer["NumResults"] == len(answer["WorkerBlocks"]) <= size
        found += [(one["WorkerId"], one["Reason"]) for one in answer["WorkerBlocks"]]
        more = {"NextToken": answer["NextToken"]} if "NextToken" in answer else None
    return found


def _block(client: Client, market: Marketplace, *worker_ids: str, reason: str = "spam") -> None:
    for worker_id in worker_ids:
        market.worker(worker_id)
        client.create_worker_block(WorkerId=worker_id, Reason=reason)


def test_a_blocked_worker_cannot_accept_the_requesters_work(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = publish()["HITId"]
    _block(client, market, "A1")
    with pytest.raises(WorkerError, match="do not meet the requirements"):
        market.worker("A1").accept(hit_id)
    assert market.worker("A2").accept(hit_id)


def test_the_work_of_other_requesters_stays_open_to_a_blocked_worker(
    client: Client, market: Marketplace, connect: Connect
) -> None:
    other = connect(market, "somebody else").create_hit(**hit_arguments())["HIT"]["HITId"]
    _block(client, market, "A1")
    assert market.worker("A1").accept(other)


@pytest.mark.parametrize("step", ["submit", "return"])
def test_work_accepted_before_the_block_can_be_finished(
    client: Client, market: Marketplace, publish: Publish, step: str
) -> None:
    worker = market.worker("A1")
    assignment_id = worker.accept(publish()["HITId"])
    _block(client, market, "A1")
    if step == "submit":
        worker.submit(assignment_id, {"a": "b"})
        client.approve_assignment(AssignmentId=assignment_id)
    else:
        worker.return_assignment(assignment_id)


def test_an_unblocked_worker_can_accept_again(client: Client, market: Marketplace, publish: Publish) -> None:
    _block(client, market, "A1")
    client.delete_worker_block(WorkerId="A1", Reason="was a mistake")
    assert market.worker("A1").accept(publish()["HITId"])
    assert _blocks(client) == []


def test_a_free_worker_can_be_unblocked(client: Client, market: Marketplace) -> None:
    market.worker("A1")
    client.delete_worker_block(WorkerId="A1")
    client.delete_worker_block(WorkerId="A1")


def test_blocks_are_listed_in_the_order_in_which_they_were_made(client: Client, market: Marketplace) -> None:
    _block(client, market, "A3", "A1", "A2")
    assert _blocks(client) == [("A3", "spam"), ("A1", "spam"), ("A2", "spam")]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_all_pages_together_are_all_blocks(client: Client, market: Marketplace, size: int) -> None:
    names = [f"A{number}" for number in range(5)]
    _block(client, market, *names)
    assert [worker_id for worker_id, _ in _blocks(client, size)] == names


def test_blocking_again_changes_the_reason(client: Client, market: Marketplace) -> None:
    _block(client, market, "A1", "A2", reason="first")
    client.create_worker_block(WorkerId="A1", Reason="")
    assert _blocks(client) == [("A1", ""), ("A2", "first")]


def test_each_requester_sees_and_lifts_their_own_blocks(client: Client, market: Marketplace, connect: Connect) -> None:
    other = connect(market, "somebody else")
    _block(client, market, "A1", reason="mine")
    _block(other, market, "A1", reason="theirs")
    other.delete_worker_block(WorkerId="A1")
    assert (_blocks(client), _blocks(other)) == ([("A1", "mine")], [])


def test_unknown_workers_can_be_neither_blocked_nor_unblocked(client: Client, refused: Refused) -> None:
    error = refused(client.create_worker_block, WorkerId="A1NOBODY", Reason="x")
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "WorkerId")
    assert error["Message"].startswith('The value "A1NOBODY" is not valid for the parameter WorkerId. (')
    error = refused(client.delete_worker_block, WorkerId="A1NOBODY")
    assert error["__type"] == "ParameterValidationError"
    assert error["Message"].startswith("WorkerId is invalid. (")


def test_a_block_needs_a_reason(client: Client, market: Marketplace, refused: Refused) -> None:
    market.worker("A1")
    error = refused(client.create_worker_block, WorkerId="A1")
    assert error["__type"] == "ValidationException"
    assert "'reason'" in error["message"]


def _block_many(context: Any, number: int) -> None:
    """Register so many workers, AX10 and on, and block all of them for the first requester."""
    database, first = context.database, 10
    row = {"number": first, "worker_id": f"AX{first}", "creation_time": 0, "adult": False, "masters": False}
    database.execute(worker.insert(), row)
    have, columns = 1, ["number", "worker_id", "creation_time", "adult", "masters"]
    while have < number:
        # Each round doubles what is there.
        more = min(have, number - have)
        copied = worker.c.number + have
        name = literal("AX").concat(cast(copied, String))
        source = select(copied, name, literal(0), false(), false())
        source = source.where(worker.c.number.between(first, first + more - 1))
        database.execute(worker.insert().from_select(columns, source))
        have += more
    blocked = select(literal(1), worker.c.number, literal("x")).where(worker.c.number >= first)
    database.execute(worker_block.insert().from_select(["requester", "worker", "reason"], blocked))


def test_a_requester_blocks_100_000_workers_at_most(client: Client, market: Marketplace, refused: Refused) -> None:
    _block(client, market, "A1")
    market.worker("A2")
    market._dispatch.run(lambda context: _block_many(context, 99_999))
    error = refused(client.create_worker_block, WorkerId="A2", Reason="one too many")
    assert error["__type"] == "RequestError"
    assert "No more than 100000 workers" in error["Message"]
    client.create_worker_block(WorkerId="A1", Reason="known already")
    client.delete_worker_block(WorkerId="A1")
    client.create_worker_block(WorkerId="A2", Reason="there is room again")
