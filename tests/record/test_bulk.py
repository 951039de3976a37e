"""What cannot be taken back is done to many on the live service only after the count was repeated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mturk import HIT, AccessDenied, Assignment, ConfirmationNeeded, Connection, InvalidState, ValidationError, Worker
from mturk.record.bulk import Partial
from tests.judge import Judge, Refusal


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


NOT_SUBMITTED = "This Assignment is currently in the state '{}'."
BULK = {
    "ApproveAssignment": (lambda some: Assignment.approve_all(some), "Approved", "Rejected"),
    "RejectAssignment": (lambda some: Assignment.reject_all(some, "no"), "Rejected", "Approved"),
}


def _refused(state: str) -> Refusal:
    return Refusal(turk_code="InvalidAssignmentState", message=NOT_SUBMITTED.format(state))


@pytest.mark.parametrize("operation", BULK)
def test_what_was_decided_otherwise_meanwhile_stops_nothing_and_is_told_at_the_end(
    operation: str, connection: Connection, judge: Judge
) -> None:
    step, _, other = BULK[operation]
    judge.answer(operation, {}, _refused(other), {})
    first, second, third = (Assignment(f"3A{number}", connection=connection) for number in range(3))
    with pytest.raises(InvalidState, match="1 were refused and 2 done") as caught:
        step([first, second, third])
    partial = caught.value.partial
    assert isinstance(partial, Partial)
    assert (partial.done, [each for each, _ in partial.refused], partial.not_tried) == ([first, third], [second], [])


@pytest.mark.parametrize("operation", BULK)
def test_the_same_call_again_passes_over_what_is_done(operation: str, connection: Connection, judge: Judge) -> None:
    step, wanted, _ = BULK[operation]
    judge.answer(operation, _refused(wanted), {}, _refused(wanted))
    assert step([Assignment(f"3A{number}", connection=connection) for number in range(3)]) == 1


def test_hits_that_are_gone_are_passed_over_and_open_ones_told(connection: Connection, judge: Judge) -> None:
    gone = Refusal(turk_code="HITDoesNotExist", message="Hit 3H does not exist.")
    still = Refusal(turk_code="InvalidHITState", message="This HIT is currently in the state 'Assignable'.")
    judge.answer("DeleteHIT", gone, still, {})
    judge.answer("GetHIT", Refusal("AccessDeniedException", status=403))
    with pytest.raises(InvalidState, match="1 were refused and 1 done"):
        HIT.delete_all([HIT(f"3H{number}", connection=connection) for number in range(3)])


def test_no_permission_stops_a_bulk_step_and_tells_how_far_it_got(connection: Connection, judge: Judge) -> None:
    judge.answer("ApproveAssignment", {}, Refusal("AccessDeniedException", status=403))
    first, second, third = (Assignment(f"3A{number}", connection=connection) for number in range(3))
    with pytest.raises(AccessDenied) as caught:
        Assignment.approve_all([first, second, third])
    partial = caught.value.partial
    assert isinstance(partial, Partial)
    assert (partial.done, partial.refused, partial.not_tried) == ([first], [], [second, third])
