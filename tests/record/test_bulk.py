"""What cannot be taken back is done to many on the live service only after the count was repeated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mturk import HIT, Assignment, ConfirmationNeeded, Connection, ValidationError, Worker
from tests.judge import Judge


@pytest.fixture
def live(judge: Judge, connect: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A connection to the judge that takes itself for one to production."""
    connection = connect(judge.url)
    monkeypatch.setattr("mturk.connection.connection.PRODUCTION", judge.url.rstrip("/"))
    assert connection.is_live
    return connection


def some(kind: type, connection: Connection, prefix: str) -> list[object]:
    return [kind(f"{prefix}{number}", connection=connection) for number in range(3)]


CASES = [
    ("RejectAssignment", lambda c, confirm: Assignment.reject_all(some(Assignment, c, "3A"), "no", confirm=confirm)),
    ("DeleteHIT", lambda c, confirm: HIT.delete_all(some(HIT, c, "3H"), confirm=confirm)),
    ("CreateWorkerBlock", lambda c, confirm: Worker.block_all(some(Worker, c, "A1"), "spam", confirm=confirm)),
]
BulkStep = Callable[[Connection, "int | None"], int]


@pytest.mark.parametrize(("operation", "step"), CASES)
def test_a_bulk_step_on_the_live_service_asks_for_the_count(
    live: Connection, judge: Judge, operation: str, step: BulkStep
) -> None:
    with pytest.raises(ConfirmationNeeded, match="confirm=3"):
        step(live, None)
    assert judge.calls == []


@pytest.mark.parametrize(("operation", "step"), CASES)
def test_a_bulk_step_with_its_count_is_done(live: Connection, judge: Judge, operation: str, step: BulkStep) -> None:
    assert step(live, 3) == 3
    assert judge.operations == [operation] * 3


@pytest.mark.parametrize(("operation", "step"), CASES)
def test_a_bulk_step_with_a_wrong_count_does_nothing(
    connection: Connection, judge: Judge, operation: str, step: BulkStep
) -> None:
    with pytest.raises(ConfirmationNeeded, match=r"confirm=4, but .* 3: nothing was done"):
        step(connection, 4)
    assert judge.calls == []


@pytest.mark.parametrize(("operation", "step"), CASES)
def test_elsewhere_a_bulk_step_needs_no_count(
    connection: Connection, judge: Judge, operation: str, step: BulkStep
) -> None:
    assert step(connection, None) == 3
    assert judge.operations == [operation] * 3


def test_workers_to_block_can_be_given_by_their_ids(default: Connection, judge: Judge) -> None:
    assert Worker.block_all(["A1", "A2"], "spam") == 2
    assert [body["WorkerId"] for body in judge.bodies("CreateWorkerBlock")] == ["A1", "A2"]


def test_a_reason_that_is_too_long_stops_a_bulk_rejection_before_the_first(default: Connection, judge: Judge) -> None:
    with pytest.raises(ValidationError, match="the limit is 1024"):
        Assignment.reject_all([Assignment("3A")], "x" * 1025)
    assert judge.calls == []
