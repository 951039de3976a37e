"""Workers: blocked, notified, qualified, rewarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mturk import (
    HIT,
    Assignment,
    Connection,
    NotifyWorkersFailureCode,
    QualificationType,
    RequestError,
    TransportError,
    ValidationError,
    Worker,
)
from mturk.model.worker import PartlyNotified
from tests.judge import Judge, Raw, Refusal, Reset


@pytest.mark.parametrize("bad", ["", "a1", "B1", "A-1", "A" * 65, 7, None, "A1\n"])
def test_an_id_that_is_none_of_a_worker_s_is_refused(bad: Any) -> None:
    with pytest.raises(ValidationError, match="worker id must be an A and up to 63 capital letters and digits"):
        Worker(bad)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (lambda w: w.block(""), "reason must have at least 1 character"),
        (lambda w: w.block(None), "reason must be a str, not None"),
        (lambda w: w.unblock(7), "reason must be a str, not 7"),
        (lambda w: w.unblock("a\x00"), "reason holds the character"),
        (lambda w: w.notify("", "m"), "subject must have at least 1 character"),
        (lambda w: w.notify("x" * 201, "m"), "subject has 201 characters, the limit is 200"),
        (lambda w: w.notify("s", ""), "message must have at least 1 character"),
        (lambda w: w.notify("s", "x" * 4097), "message has 4097 characters, the limit is 4096"),
        (lambda w: Worker.notify_all(["A1", "b2"], "s", "m"), "worker must be an A .* not 'b2'"),
        (lambda w: Worker.notify_all([HIT("3A")], "s", "m"), "worker must be an A"),
        (lambda w: Worker.notify_all("A1", "s", "m"), "workers must be a list"),
        (lambda w: w.grant("3q"), "qualification_type must be 1 to 64 capital letters and digits, not '3q'"),
        (lambda w: w.grant(HIT("3A")), "qualification_type must be a QualificationType or its id, not <HIT 3A>"),
        (lambda w: w.grant("3Q", 2**31), "score must be from -2147483648 to 2147483647"),
        (lambda w: w.grant("3Q", "80"), "score must be an int, not '80'"),
        (lambda w: w.revoke(7), "qualification_type must be"),
        (lambda w: w.revoke("3Q", 7), "reason must be a str, not 7"),
        (lambda w: w.score(""), "qualification_type must be"),
        (lambda w: w.pay_bonus("1", "r", assignment="3a"), "assignment must be 1 to 64 capital letters"),
        (lambda w: w.pay_bonus("1", "r", assignment=HIT("3A")), "assignment must be a Assignment or its id"),
        (lambda w: w.pay_bonus("x", "r", assignment="3A"), "amount must be a plain amount"),
    ],
)
def test_a_verb_refuses_before_any_call_what_the_service_would(
    line: Callable[[Any], Any], words: str, judge: Judge, default: Connection
) -> None:
    with pytest.raises(ValidationError, match=words):
        line(Worker("A1"))
    assert judge.arrived == 0


# Notifying.


def failure(worker_id: str, code: str = "HardFailure") -> dict[str, str]:
    return {"WorkerId": worker_id, "NotifyWorkersFailureCode": code, "NotifyWorkersFailureMessage": "unknown"}


@pytest.mark.parametrize(("number", "sizes"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_any_number_of_workers_is_notified_in_calls_of_a_hundred(
    number: int, sizes: list[int], judge: Judge, connection: Connection
) -> None:
    judge.answer_with(lambda operation, body: {"NotifyWorkersFailureStatuses": [failure(body["WorkerIds"][0])]})
    ids = [f"A{each:03}" for each in range(number)]
    failures = Worker.notify_all((each for each in ids), "Hello", "New work", connection=connection)
    assert [len(body["WorkerIds"]) for body in judge.bodies("NotifyWorkers")] == sizes
    assert [each for body in judge.bodies("NotifyWorkers") for each in body["WorkerIds"]] == ids
    assert [each.worker_id for each in failures] == ids[::100]


def test_a_failure_says_whether_to_try_again(judge: Judge, connection: Connection) -> None:
    judge.answer("NotifyWorkers", {"NotifyWorkersFailureStatuses": [failure("A1", "SoftFailure"), failure("A2")]})
    soft, hard = Worker.notify_all(["A1", "A2"], "Hello", "New work", connection=connection)
    assert (soft.code, hard.code) == (NotifyWorkersFailureCode.SOFT_FAILURE, NotifyWorkersFailureCode.HARD_FAILURE)
    assert soft.message == "unknown"


def test_a_worker_who_cannot_be_notified_is_an_error(judge: Judge, connection: Connection) -> None:
    judge.answer("NotifyWorkers", {"NotifyWorkersFailureStatuses": [failure("A1")]})
    with pytest.raises(RequestError, match="unknown") as caught:
        Worker("A1", connection=connection).notify("Hello", "New work")
    assert (caught.value.operation, caught.value.code) == ("NotifyWorkers", "HardFailure")


@pytest.mark.parametrize("trouble", [Reset(done=True), Reset(done=False), Raw(b"", 500), Raw(b"{", 200)])
def test_a_message_is_never_sent_twice(trouble: Any, judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {})
    judge.trouble(None, trouble)
    ids = [f"A{each:03}" for each in range(250)]
    with pytest.raises((TransportError, RequestError, Exception)) as caught:
        Worker.notify_all(ids, "Hello", "New work", connection=connection)
    assert getattr(caught.value, "maybe_done", False)
    assert judge.arrived == 2, "nor are the others sent, about whom the caller would know nothing"


# Blocking.


def test_blocking_many_is_one_call_each(judge: Judge, connection: Connection) -> None:
    workers = [Worker("A1", connection=connection), Worker("A2", connection=connection)]
    assert Worker.block_all(workers, "Spam") == 2
    assert [body["WorkerId"] for body in judge.bodies("CreateWorkerBlock")] == ["A1", "A2"]


def test_the_blocked_are_listed_with_reasons(judge: Judge, connection: Connection) -> None:
    judge.answer("ListWorkerBlocks", {"WorkerBlocks": [{"WorkerId": "A1", "Reason": "Spam"}]})
    (block,) = Worker.blocked(connection=connection)
    assert (block.worker, block.reason) == (Worker("A1"), "Spam")


# Qualifying.


def test_a_type_is_given_as_a_record_or_an_id(judge: Judge, connection: Connection) -> None:
    worker = Worker("A1", connection=connection)
    judge.answer("GetQualificationScore", {"Qualification": {"IntegerValue": 7}})
    worker.grant(QualificationType("3Q", connection=connection), 5)
    worker.revoke("3Q")
    assert worker.score("3Q").score == 7
    assert {call.body["QualificationTypeId"] for call in judge.calls} == {"3Q"}
    assert {call.body["WorkerId"] for call in judge.calls} == {"A1"}


def test_a_bonus_by_a_worker_is_the_bonus_of_the_assignment(judge: Judge, connection: Connection) -> None:
    judge.answer_with(lambda operation, body: {})
    by_worker = Worker("A1", connection=connection)
    assignment = Assignment._read({"AssignmentId": "3A", "WorkerId": "A1"}, connection)
    for paid_for in ("3A", assignment, Assignment("3A", connection=connection)):
        assert by_worker.pay_bonus("0.50", "Fast", assignment=paid_for)
    assignment.pay_bonus("0.50", "Fast")
    assert len({body["UniqueRequestToken"] for body in judge.bodies("SendBonus")}) == 1
    assert judge.operations == ["ListBonusPayments", "SendBonus"] * 4


def test_a_worker_has_nothing_to_load(judge: Judge, connection: Connection) -> None:
    assert Worker("A1", connection=connection).to_dict() == {"id": "A1"}
    with pytest.raises(AttributeError):
        _ = Worker("A1", connection=connection).name  # type: ignore[attr-defined]
    assert judge.arrived == 0


def test_an_unknown_worker_is_told(judge: Judge, connection: Connection) -> None:
    judge.answer(
        "CreateWorkerBlock", Refusal("ParameterValidationError", "no", "InvalidParameterValue", Parameter="WorkerId")
    )
    with pytest.raises(RequestError) as caught:
        Worker("A1", connection=connection).block("Spam")
    assert caught.value.parameter == "WorkerId"


def test_a_message_that_stops_half_way_tells_who_is_certain_and_who_was_not_written_to(
    default: Connection, judge: Judge
) -> None:
    failed = {"WorkerId": "A1", "NotifyWorkersFailureCode": "HardFailure"}
    judge.answer("NotifyWorkers", {"NotifyWorkersFailureStatuses": [failed]}, Refusal("RequestError", "no"))
    with pytest.raises(RequestError) as caught:
        Worker.notify_all([f"A{number}" for number in range(250)], "subject", "message")
    partial = caught.value.partial
    assert isinstance(partial, PartlyNotified)
    assert [failure.worker_id for failure in partial.failures] == ["A1"]
    assert (partial.stopped_at[0], partial.not_sent[0], len(partial.not_sent)) == ("A100", "A200", 50)


def test_an_id_that_stands_twice_is_written_to_once(judge: Judge, connection: Connection) -> None:
    judge.answer("NotifyWorkers", {})
    Worker.notify_all(["A1", "A2", "A1"], "s", "m", connection=connection)
    assert [call.body["WorkerIds"] for call in judge.calls] == [["A1", "A2"]]
