"""Decisions and bonuses are planned first, done once, and a rejection is never an accident."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mturk import (
    Applied,
    Assignment,
    Batch,
    ConfirmationNeeded,
    Connection,
    InsufficientFunds,
    TransportError,
    ValidationError,
    tracer,
)
from mturk.journal.journal import WantedBonus
from mturk.marketplace import Marketplace
from tests.batch.conftest import MakeBatch
from tests.batch.relay import relay

LABELS = {"A1ADA": ["cat", "dog", "cat"], "A2BOB": ["cat", "cat", "bird"]}


@pytest.fixture
def batch(make: MakeBatch, market: Marketplace) -> Batch:
    """Two workers did three HITs each."""
    made = make(assignments=2)
    made.publish()
    for worker_id, labels in LABELS.items():
        worker = market.worker(worker_id)
        for hit, label in zip(made.hits(), labels, strict=False):
            worker.submit(worker.accept(hit.id), {"label": label})
    return made


def states(batch: Batch) -> Counter[str]:
    return Counter(result.assignment.status.value for result in batch.results())


def no_bird(result: Any) -> str | None:
    return "There is no bird" if result.answers["label"] == "bird" else None


def test_a_plan_does_nothing_by_itself(batch: Batch) -> None:
    plan = batch.review(accept=lambda result: result.answers["label"] == "cat", reject=no_bird)
    assert repr(plan) == "<Plan: 4 to approve, 1 to reject>"
    assert states(batch) == {"Submitted": 6}


def test_what_neither_speaks_of_is_left(batch: Batch) -> None:
    applied = batch.review(accept=lambda result: result.answers["label"] == "cat", reject=no_bird).apply()
    assert (applied.done, applied.refused, applied.left) == (5, (), 0)
    assert states(batch) == {"Approved": 4, "Rejected": 1, "Submitted": 1}


def test_nothing_is_rejected_by_default(batch: Batch) -> None:
    batch.review(accept=lambda result: False).apply()
    batch.review(accept=True).apply()
    assert states(batch) == {"Approved": 6}


def test_the_summary_tells_each_workers_share(batch: Batch) -> None:
    lines = str(batch.review(accept=True, reject=no_bird)).splitlines()
    assert lines[0] == "<Plan: 5 to approve, 1 to reject>, 0 USD"
    assert lines[2].split() == ["A2BOB", "2", "1", "33%", "0", "0"]
    assert lines[3].split() == ["A1ADA", "3", "0", "0%", "0", "0"]


def test_a_worker_is_told_what_the_functions_say(batch: Batch) -> None:
    batch.review(accept=lambda result: f"Well seen: {result.answers['label']}", reject=lambda result: None).apply()
    assert {result.assignment.requester_feedback for result in batch.results()} == {
        f"Well seen: {label}" for label in ("cat", "dog", "bird")
    }


WRONG = [
    ({}, "give accept or reject"),
    ({"reject": lambda result: True}, "reject: True for .*; expected the reason"),
    ({"reject": lambda result: "x" * 1025}, "what reject says has 1025 characters"),
    ({"accept": lambda result: True, "reject": no_bird}, "both accepted and rejected"),
    ({"accept": "cat"}, "accept: 'cat'; expected a function"),
    ({"reject": True}, "reject: True; expected a function"),
]


@pytest.mark.parametrize(("judges", "words"), WRONG, ids=[words for _, words in WRONG])
def test_a_plan_that_cannot_be_is_told(batch: Batch, judges: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        batch.review(**judges)
    assert states(batch) == {"Submitted": 6}


def test_applied_twice_it_does_nothing_twice(batch: Batch) -> None:
    plan = batch.review(accept=True, reject=no_bird)
    plan.apply()
    assert (again := plan.apply()).done == 0
    assert (again.before, again.refused) == (6, ())
    assert len(batch.review(accept=True)) == 0


def test_what_was_decided_otherwise_meanwhile_stops_nothing(batch: Batch) -> None:
    plan = batch.review(reject=lambda result: "No")
    next(iter(batch.results())).assignment.approve()
    applied = plan.apply()
    assert (applied.done, len(applied.refused)) == (5, 1)
    assert states(batch) == {"Approved": 1, "Rejected": 5}


def test_on_the_live_service_rejections_are_counted_first(batch: Batch, service: Connection) -> None:
    plan = batch.review(accept=True, reject=no_bird)
    with pytest.raises(ConfirmationNeeded, match="confirm=2, but the plan rejects 1"):
        plan.apply(confirm=2)
    service.url = "https://mturk-requester.us-east-1.amazonaws.com/"
    with pytest.raises(ConfirmationNeeded, match="repeat the call with confirm=1"):
        plan.apply()
    assert states(batch) == {"Submitted": 6}


def reviewed(batch: Batch, path: Path, marks: dict[str, tuple[str, str]]) -> Path:
    """The results file with marks in Approve and Reject, by the label."""
    batch.results().to_csv(path)
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    label = header.index("Answer.label")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *([*row, *marks.get(row[label], ("", ""))] for row in rows)])
    return path


def test_the_columns_of_the_site_are_taken_as_it_took_them(batch: Batch, tmp_path: Path) -> None:
    path = reviewed(batch, tmp_path / "reviewed.csv", {"cat": ("X", ""), "bird": ("", "No bird there")})
    plan = batch.review_from(path)
    assert repr(plan) == "<Plan: 4 to approve, 1 to reject>"
    plan.apply()
    assert states(batch) == {"Approved": 4, "Rejected": 1, "Submitted": 1}
    assert len(batch.review_from(path)) == 0


def test_the_name_of_a_workers_field_marks_nothing(make: MakeBatch, market: Marketplace, tmp_path: Path) -> None:
    batch = make(assignments=1)
    batch.publish(limit=2)
    own, other = batch.hits()
    market.worker("A2BOB").submit(market.worker("A2BOB").accept(other.id), {"label": "cat"})
    taken = market.worker("A3EVE").accept(own.id)
    # With semicolons the file would have her columns, in which two cells stand in front for those of the annotation.
    name = ";".join(["x", "y", "z", "AssignmentId", "Approve", *map(str, range(80))])
    market.worker("A3EVE").submit(taken, {"label": "bird", name: f"x;{taken};x"})
    plan = batch.review_from(reviewed(batch, tmp_path / "reviewed.csv", {"cat": ("x", ""), "bird": ("", "No bird")}))
    assert [(step.kind, step.worker_id) for step in plan] == [("reject", "A3EVE"), ("approve", "A2BOB")]


@pytest.mark.parametrize(("sign", "own", "first"), [(";", ",", []), (",", "\t", ["HITId"])])
def test_the_name_of_a_workers_field_marks_nothing_in_a_file_of_another_sort(
    make: MakeBatch, market: Marketplace, tmp_path: Path, sign: str, own: str, first: list[str]
) -> None:
    batch = make(assignments=1)
    batch.publish(limit=1)
    (hit,) = batch.hits()
    taken = market.worker("A3EVE").accept(hit.id)
    market.worker("A3EVE").submit(
        taken, {sign.join(["a", "AssignmentId", "Approve", "b"]): sign.join(["x", taken, "x", ""])}
    )
    frame = batch.results().to_pandas()
    frame["Reject"] = "That is no label"
    columns = [*first, *(name for name in frame if name.startswith("Answer.")), "AssignmentId", "Reject"]
    frame[columns].to_csv(tmp_path / "reviewed.csv", index=False, sep=own)
    with pytest.raises(ValidationError, match=r"reviewed\.csv: "):
        batch.review_from(tmp_path / "reviewed.csv")


def test_a_line_end_in_an_answer_takes_no_mark_away(make: MakeBatch, market: Marketplace, tmp_path: Path) -> None:
    batch = make(assignments=1)
    batch.publish(limit=1)
    (hit,) = batch.hits()
    market.worker("A3EVE").submit(market.worker("A3EVE").accept(hit.id), {"label": "no\rlabel"})
    frame = batch.results().to_pandas()
    frame["Approve"], frame["Reject"] = None, "That is no label"
    frame.to_csv(tmp_path / "reviewed.csv", index=False)  # without quotes around the line end
    (step,) = batch.review_from(tmp_path / "reviewed.csv")
    assert (step.kind, step.reason) == ("reject", "That is no label")


def test_a_file_with_ids_alone_is_enough(batch: Batch, tmp_path: Path) -> None:
    first = next(iter(batch.results())).assignment.id
    (tmp_path / "ids.csv").write_text(f"AssignmentId,Approve\n{first},x\n")
    batch.review_from(tmp_path / "ids.csv").apply()
    assert states(batch) == {"Approved": 1, "Submitted": 5}


def test_a_decision_that_cannot_be_changed_is_told_and_left(batch: Batch, tmp_path: Path) -> None:
    path = reviewed(batch, tmp_path / "reviewed.csv", {"bird": ("", "No bird there")})
    batch.review(accept=True).apply()
    plan = batch.review_from(path)
    assert len(plan) == 0
    assert "is Approved already, and stays so though the file says reject" in plan.notes[0]


MARKED = [
    ("AssignmentId,Approve,Reject\n3A,x,bad\n", "row 1: a mark in Approve and in Reject"),
    ("AssignmentId,Approve,Reject\n3A,,x\n", "row 1: Reject has 'x'; expected the reason"),
    ("AssignmentId,Approve,Reject\n3A,False,\n", "row 1: Approve has 'False'"),
    ("AssignmentId,Approve,Reject\n3A,0,\n", "row 1: Approve has '0'"),
    ("AssignmentId,Approve,Reject\n3A,,TRUE\n", "row 1: Reject has 'TRUE'; expected the reason"),
    ("AssignmentId,Approve,Reject\n3A,,no\n", "row 1: Reject has 'no'; expected the reason"),
    ("AssignmentId,Approve,Reject\n3A,,-\n", "row 1: Reject has '-'; expected the reason"),
    ("AssignmentId,Approve,Reject\n,x,\n", "row 1: it has no AssignmentId"),
    ("AssignmentId,Approve,Reject\n3A,x,\n3A,,bad\n", "row 2: 3A is decided in two ways"),
    ("id,url\n1,u\n", "its columns are id, url; expected AssignmentId, and Approve or Reject"),
    ("AssignmentId,WorkerId\n3A,A1\n", "expected AssignmentId, and Approve or Reject"),
    ("AssignmentId,Approve\n3OTHER,x\n", "not of this batch, though the file has them: 3OTHER"),
]


@pytest.mark.parametrize(("content", "words"), MARKED, ids=[words for _, words in MARKED])
def test_a_file_that_says_what_cannot_be_does_nothing(batch: Batch, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "reviewed.csv").write_text(content)
    with pytest.raises(ValidationError, match=words):
        batch.review_from(tmp_path / "reviewed.csv")
    assert states(batch) == {"Submitted": 6}


def bonuses(batch: Batch) -> list[tuple[str, Decimal, str]]:
    return sorted((paid.worker_id, paid.amount, str(paid.reason)) for hit in batch.hits() for paid in hit.bonuses())


def test_a_bonus_is_paid_once_however_often_it_is_asked_for(batch: Batch, make: MakeBatch) -> None:
    plan = batch.pay_bonuses({"A1ADA": "1.50", "A2BOB": 1}, reason="Careful")
    assert (len(plan), plan.cost) == (2, Decimal("3.00"))
    plan.apply()
    plan.apply()
    again = make(assignments=2).pay_bonuses({"A1ADA": "1.50", "A2BOB": 1}, reason="Careful")
    assert (len(again), again.notes) == (0, ["2 bonuses are paid already"])
    assert bonuses(batch) == [("A1ADA", Decimal("1.50"), "Careful"), ("A2BOB", Decimal("1.00"), "Careful")]


def test_the_submission_that_was_written_down_first_stays(batch: Batch) -> None:
    """Whichever others there are by then."""
    last = max(result.assignment.id for result in batch.results() if result.worker_id == "A1ADA")
    batch._journal.plan_bonuses({WantedBonus("A1ADA", Decimal("1.50"), "Careful", None): last})
    (step,) = batch.pay_bonuses({"A1ADA": "1.50"}, reason="Careful")
    assert step.assignment_id == last


def test_a_bonus_that_was_planned_before_is_planned_without_reading_the_submissions(batch: Batch) -> None:
    told: list[str] = []
    batch.pay_bonuses({"A1ADA": "1.50"}, reason="Careful")
    with tracer(lambda attempt: told.append(attempt.operation)):
        (step,) = batch.pay_bonuses({"A1ADA": "1.50"}, reason="Careful")
    assert told == ["GetAccountBalance"]
    assert step.assignment_id == min(result.assignment.id for result in batch.results() if result.worker_id == "A1ADA")


def test_a_plan_is_a_file_to_be_looked_at_first(batch: Batch, tmp_path: Path) -> None:
    plan = batch.review(accept=True, reject=lambda result: "=Wrong" if result.worker_id == "A1ADA" else None)
    assert plan.to_csv(tmp_path / "plan.csv") == len(plan)
    with (tmp_path / "plan.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["kind", "key", "assignment_id", "worker_id", "reason", "cost"]
    assert {line["reason"] for line in lines if line["worker_id"] == "A1ADA"} == {"'=Wrong"}
    assert {line["reason"] for line in lines if line["worker_id"] != "A1ADA"} == {""}
    assert [line["assignment_id"] for line in lines] == [step["assignment_id"] for step in plan.to_records()]


@pytest.mark.parametrize("reason", ["Danke\nfür alles ", "Danke\nfu\u0308r alles", "Danke\r\nfür alles"])
def test_a_reason_that_looks_equal_is_the_same(batch: Batch, reason: str) -> None:
    batch.pay_bonuses({"A1ADA": "0.50"}, reason="Danke\nfür alles").apply()
    assert len(batch.pay_bonuses({"A1ADA": "0.50"}, reason=reason)) == 0


def test_a_column_that_is_nearly_named_as_the_marks_is_told(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "marked.csv").write_text("AssignmentId,approve,Reject\n3X,x,\n")
    with pytest.raises(ValidationError, match="a column 'approve'; expected Approve and Reject"):
        batch.review_from(tmp_path / "marked.csv")


def test_bonuses_come_from_a_table_too(batch: Batch, tmp_path: Path) -> None:
    chosen = [result.assignment.id for result in batch.results() if result.worker_id == "A1ADA"][1]
    (tmp_path / "bonuses.csv").write_text(
        f"worker_id,amount,reason,assignment_id\nA1ADA,$0.50,First,\nA1ADA,0.50,Second,{chosen}\nA2BOB,0.25,First,\n"
    )
    batch.pay_bonuses(tmp_path / "bonuses.csv").apply()
    assert bonuses(batch) == [
        ("A1ADA", Decimal("0.50"), "First"),
        ("A1ADA", Decimal("0.50"), "Second"),
        ("A2BOB", Decimal("0.25"), "First"),
    ]
    assert {paid.assignment_id for paid in Assignment(chosen, connection=batch.connection).bonuses()} == {chosen}


ASKED = [
    ([{"worker_id": "A1ADA", "amount": "1"}], "row 1: no reason"),
    ([{"worker_id": "A1ADA", "amount": "", "reason": "x"}], "row 1: amount is empty"),
    ([{"worker_id": " ", "amount": "1", "reason": "x"}], "row 1: worker_id is empty"),
    ([{"worker": "A1ADA", "amount": "1", "reason": "x"}], "row 1: .*expected the columns worker_id, amount"),
    ([{"worker_id": "A1ADA", "amount": "-1", "reason": "x"}], "bonuses, row 1: amount"),
    ([{"worker_id": "A1ADA", "amount": "0", "reason": "x"}], "bonuses, row 1: the amount is 0"),
    ([{"worker_id": "A9EVE", "amount": "1", "reason": "x"}], "no such submission in this batch: A9EVE"),
    ([{"worker_id": "A1ADA", "amount": "1", "reason": "x", "assignment_id": "3X"}], r"A1ADA \(3X\)"),
    ([{"worker_id": "A1ADA", "amount": "1", "reason": "x"}] * 2, "is there twice with 1.00 for 'x'"),
]


@pytest.mark.parametrize(("rows", "words"), ASKED, ids=[words for _, words in ASKED])
def test_bonuses_that_cannot_be_are_told(batch: Batch, rows: list[dict[str, str]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        batch.pay_bonuses(rows)
    assert bonuses(batch) == []


def test_where_the_money_ends_bonuses_stop_and_go_on(batch: Batch, service: Connection, market: Marketplace) -> None:
    left = service.balance().available
    amount = str((left / Decimal("1.2")).quantize(Decimal("0.01")) - 1)
    asked = {"A1ADA": amount, "A2BOB": "5.00"}
    with pytest.raises(InsufficientFunds) as caught:
        batch.pay_bonuses(asked, reason="x").apply(threads=1)
    assert isinstance(caught.value.partial, Applied)
    assert caught.value.partial.done == 1
    market.requester(market.requesters()[0]).deposit("100")
    batch.pay_bonuses(asked, reason="x").apply()
    assert [worker for worker, _, _ in bonuses(batch)] == ["A1ADA", "A2BOB"]


def test_with_answers_lost_every_bonus_is_paid_once(
    make: MakeBatch, market: Marketplace, connect: Callable[..., Connection], page: Path, tmp_path: Path
) -> None:
    with relay(market.url) as way:
        connection = connect(way.url, access_key=market.access_key, secret_key=market.secret_key, max_attempts=2)
        kind = make().hit_type.create("Label", "…", "0.05", 600, connection=connection)
        batch = kind.batch([{"text": "a", "url": "u"}], page, journal=tmp_path / "b", lifetime=600, assignments=40)
        batch.publish()
        (hit,) = batch.hits()
        names = [f"A{number:04}" for number in range(40)]
        for name in names:
            worker = market.worker(name)
            worker.submit(worker.accept(hit.id), {"label": "cat"})
        way.loses = 0.2
        for _ in range(60):
            try:
                batch.pay_bonuses(dict.fromkeys(names, "0.10"), reason="Thanks").apply(threads=4)
            except TransportError:
                continue
            else:
                break
        way.loses = 0.0
        assert [worker for worker, _, _ in bonuses(batch)] == names


def test_another_amount_for_the_same_reason_is_told(batch: Batch) -> None:
    batch.pay_bonuses({"A1ADA": "0.50"}, reason="Careful").apply()
    plan = batch.pay_bonuses({"A1ADA": "0.60"}, reason="Careful")
    assert plan.notes == ["A1ADA got 0.50 for 'Careful' before; the 0.60 come on top"]
    assert "come on top" in str(plan)


def test_the_same_amount_and_reason_for_another_submission_is_told(batch: Batch) -> None:
    batch.pay_bonuses({"A1ADA": "0.50"}, reason="Careful").apply()
    work = max(result.assignment.id for result in batch.results() if result.worker_id == "A1ADA")
    row = {"worker_id": "A1ADA", "amount": "0.50", "reason": "Careful", "assignment_id": work}
    assert batch.pay_bonuses([row]).notes == ["A1ADA got 0.50 for 'Careful' before; the 0.50 come on top"]


def test_what_one_table_asks_for_twice_is_not_told_when_it_goes_on(batch: Batch) -> None:
    works = [result.assignment.id for result in batch.results() if result.worker_id == "A1ADA"]
    rows = [{"worker_id": "A1ADA", "amount": "0.50", "reason": "Good", "assignment_id": work} for work in works]
    batch.pay_bonuses(rows[:1]).apply()
    assert batch.pay_bonuses(rows).notes == ["1 bonus is paid already"]


def test_ctrl_c_tells_how_far_the_plan_came(batch: Batch) -> None:
    plan = batch.pay_bonuses({"A1ADA": "0.50", "A2BOB": "0.50"}, reason="Careful")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan.apply(stop)
    assert (plan.applied.done, plan.applied.left, plan.applied.cost) == (1, 1, Decimal("0.60"))


def test_bonuses_beyond_the_balance_are_told_before(batch: Batch) -> None:
    plan = batch.pay_bonuses({"A1ADA": "50000"}, reason="Careful")
    assert "the bonuses cost 60000.00 USD with fees, and the balance is" in plan.notes[0]


def test_a_review_file_that_is_not_there_is_told(batch: Batch, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"nowhere\.csv cannot be read: No such file"):
        batch.review_from(tmp_path / "nowhere.csv")
