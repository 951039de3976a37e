"""What is read of a results file to judge its quality: whose answer counts for which row."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mturk import Assignment, AssignmentStatus, Result, Results, ValidationError
from mturk.model.hit import HIT

Write = Callable[..., Results]
HEADER = "HITId,AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,Input.truth,Answer.label,Answer.note"
MORNING = "Thu Oct 17 18:59:0{} PDT 2019"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of submissions: HIT, worker, state, gold, label."""

    def write(*rows: str) -> Results:
        lines = [HEADER]
        for number, row in enumerate(rows):
            hit, worker, state, gold, label = row.split(",")
            lines.append(f"{hit},3A{number},{worker},{state},{MORNING.format(1)},{MORNING.format(5)},{gold},{label},")
        (tmp_path / "results.csv").write_text("\n".join(lines))
        return Results.read_csv(tmp_path / "results.csv")

    return write


@pytest.fixture
def results(write: Write) -> Results:
    return write(
        "3H2,A1,Approved,cat,cat",
        "3H2,A2,Submitted,cat,cat",
        "3H2,A3,Rejected,cat,dog",
        "3H1,A1,Approved,,dog",
        "3H1,A2,,,cat",
        "3H1,A3,Approved,,",
    )


def test_submissions_of_a_hit_are_votes_for_one_row_in_the_order_of_the_file(results: Results) -> None:
    assert dict(results.agreement("label")) == {"3H2": 1.0, "3H1": 0.5}


def test_rejected_submissions_count_only_if_they_are_asked_for(results: Results) -> None:
    assert dict(results.agreement("label", rejected=True)) == {"3H2": 2 / 3, "3H1": 0.5}
    assert results.aggregate("label").votes == {"3H2": 2, "3H1": 2}
    assert results.aggregate("label", rejected=True).votes == {"3H2": 3, "3H1": 2}
    assert (results.reliability("label").votes, results.reliability("label", rejected=True).votes) == (4, 5)


def test_a_label_a_row(results: Results) -> None:
    labels = results.aggregate("label", "dawid_skene")
    assert list(labels) == ["3H2", "3H1"]
    assert labels["3H2"] == "cat"


def test_an_empty_answer_is_none(results: Results) -> None:
    assert dict(results.agreement("note")) == {}
    assert dict(results.aggregate("note")) == {}
    assert results.agreement("note").mean is None


def test_a_function_makes_like_answers_the_same(write: Write) -> None:
    results = write("3H1,A1,,,Cat", "3H1,A2,,,cat ", "3H1,A3,,,nothing")

    def word(result: Result) -> str | None:
        answer = result.cells["label"].strip().lower()
        return None if answer == "nothing" else answer

    assert results.agreement(word).votes == {"3H1": {"cat": 2}}
    assert repr(results.agreement(word)) == "<Agreement on word: mean 1.00, 1 row>"


def test_a_function_that_gives_no_text_is_told(results: Results) -> None:
    mistake: Any = len
    with pytest.raises(ValidationError, match="field: the function gave 3; expected a text"):
        results.agreement(lambda result: mistake(result.cells["label"]))


@pytest.mark.parametrize("field", [3, None, ["label"]])
def test_what_is_no_field_is_told(results: Results, field: Any) -> None:
    with pytest.raises(ValidationError, match=r"field: .*; expected the name of an answer"):
        results.agreement(field)


@pytest.mark.parametrize("ask", ["agreement", "aggregate", "reliability", "workers"])
def test_a_field_that_nobody_sent_is_told_with_those_that_there_are(results: Results, ask: str) -> None:
    with pytest.raises(ValidationError, match="field: no submission has an answer 'labl'; there are: label, note"):
        getattr(results, ask)("labl")


def test_a_gold_column_that_is_not_there_is_told_with_those_that_there_are(results: Results) -> None:
    with pytest.raises(ValidationError, match="gold: the rows have no column 'gold'; there are: truth"):
        results.gold("label", gold="gold")


def test_of_many_fields_twenty_are_told() -> None:
    names = {f"f{number:02}": "x" for number in range(30)}
    results = Results(lambda: iter([made("p1", "A1", names)]))
    with pytest.raises(ValidationError, match=r"'label'; there are: f00, .*, f19 and 10 more$"):
        results.agreement("label")


def test_names_of_fields_do_not_steer_a_terminal() -> None:
    results = Results(lambda: iter([made("p1", "A1", {"\x1b[2J": "x"})]))
    with pytest.raises(ValidationError) as raised:
        results.agreement("\x1b]")
    assert "\x1b" not in str(raised.value)


def test_before_the_first_submission_nothing_is_wrong() -> None:
    nothing = Results(lambda: iter(()))
    assert nothing.agreement("label").below(1) == ()
    assert dict(nothing.aggregate("label")) == {}
    assert nothing.reliability("label").alpha is None
    assert nothing.gold("label", gold="truth").share is None
    assert dict(nothing.workers("label", gold="truth")) == {}


def test_gold_is_read_from_an_input_column(results: Results) -> None:
    gold = results.gold("label", gold="truth")
    assert (dict(gold), gold.answers, gold.right) == ({"3H2": 2 / 3}, 3, 2)


def test_workers_have_times_states_agreement_and_gold(results: Results) -> None:
    worker = results.workers("label", gold="truth")["A3"]
    assert (worker.submissions, worker.approved, worker.rejected) == (2, 1, 1)
    assert worker.work_time == timedelta(seconds=4)
    assert (worker.agreement, worker.gold, worker.gold_right) == (0.0, 1, 0)


def test_workers_need_no_field(results: Results) -> None:
    workers = results.workers()
    assert [worker.submissions for worker in workers.values()] == [2, 2, 2]
    assert workers["A1"].agreement is None
    with pytest.raises(ValidationError, match="gold: it needs the field"):
        results.workers(gold="truth")


def made(key: str, worker: str, cells: dict[str, str], status: str = "Submitted") -> Result:
    work = Assignment("3A")
    work._set(worker_id=worker, status=AssignmentStatus(status), accept_time=None, submit_time=None)
    return Result(key, {}, HIT("3H"), work, cells)


def test_results_are_not_kept_while_votes_are_read() -> None:
    def read() -> Iterator[Result]:
        for number in range(20_000):
            yield made(str(number // 5), f"A{number % 50}", {"label": "cat", "other": "x" * 1_000})

    tracemalloc.start()
    try:
        assert len(Results(read).agreement("label")) == 4_000
        assert tracemalloc.get_traced_memory()[1] < 10_000_000  # the answers alone are twice that
    finally:
        tracemalloc.stop()


def test_a_worker_has_one_vote_a_row_the_first() -> None:
    spam = [made("p1", "A1", {"label": label}) for label in ("dog", "cat", "cat")]
    results = Results(lambda: iter([*spam, made("p1", "A2", {"label": "cat"}), made("p2", "A1", {"label": "cat"})]))
    assert results.agreement("label").votes == {"p1": {"cat": 1, "dog": 1}, "p2": {"cat": 1}}
    assert results.aggregate("label").votes == {"p1": 2, "p2": 1}
    assert results.reliability("label").votes == 3
    figure = results.plot("agreement", field="label")
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0.50", "1.00"]


def test_others_are_compared_with_the_first_answer_of_a_worker() -> None:
    answers = [("A1", "dog"), ("A1", "cat"), ("A1", "cat"), ("A2", "cat")]
    results = Results(lambda: iter([made("p1", worker, {"label": label}) for worker, label in answers]))
    workers = results.workers("label")
    assert (workers["A1"].submissions, workers["A1"].agreement, workers["A2"].agreement) == (3, 0.0, 0.0)


def test_a_rejected_answer_does_not_take_the_place_of_a_later_one() -> None:
    rejected = made("p1", "A1", {"label": "dog"}, "Rejected")
    results = Results(lambda: iter([rejected, made("p1", "A1", {"label": "cat"})]))
    assert results.agreement("label").votes == {"p1": {"cat": 1}}


def test_where_it_is_not_told_who_it_was_each_submission_is_a_worker_of_its_own(write: Write) -> None:
    results = write("3H1,,,cat,cat", "3H1,,,cat,dog", "3H1,A1,,cat,cat")
    assert results.agreement("label").votes == {"3H1": {"cat": 2, "dog": 1}}
    assert list(results.aggregate("label").skills) == ["3A0", "3A1", "A1"]
    assert results.reliability("label").workers == 3
    assert sorted(results.workers("label", gold="truth")) == ["3A0", "3A1", "A1"]


@pytest.mark.parametrize("blanks", [" ", "\t\n", "\u00a0"])
def test_an_answer_of_blanks_is_none(blanks: str) -> None:
    answers = [("A1", blanks), ("A2", blanks), ("A3", "cat")]
    results = Results(lambda: iter([made("p1", worker, {"label": label}) for worker, label in answers]))
    assert dict(results.aggregate("label")) == {"p1": "cat"}
    assert results.agreement("label").votes == {"p1": {"cat": 1}}
