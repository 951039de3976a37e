"""Plans are shown and asked about before anything is decided or paid."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from mturk import Assignment, Batch, Connection, Plan, Result
from mturk.cli.batch import plan_dialogue
from mturk.cli.batch.telling import Teller
from mturk.decision.errand import Approval
from mturk.decision.plan import APPROVE, Step
from tests.cli.batch.conftest import Bench


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Six submissions of two workers, and their file."""
    bench.done("publish", "--yes")
    bench.work({"A1ADA": "payment", "A3EVE": "product"})
    bench.done("results")
    return bench


@contextlib.contextmanager
def plan(bench: Bench) -> Iterator[Plan]:
    """Approve one worker, and reject the other."""
    with bench.connection() as connection:
        batch = Batch.open(bench.folder / "journal", connection=connection)
        yield batch.review(
            accept=lambda result: result.worker_id == "A1ADA",
            reject=lambda result: "It is not about that." if result.worker_id == "A3EVE" else None,
        )


def decided(
    bench: Bench, typed: str, *, is_live: bool, confirm: int | None = None, yes: bool = False
) -> tuple[int, str]:
    """What comes of the plan where somebody types this at a terminal, and what is told."""
    with plan(bench) as made, CliRunner().isolation(input=typed) as streams:
        teller = Teller("review", bench.folder, yes=yes, can_ask=lambda: True)
        status = teller.run(lambda: plan_dialogue.carry_out(made, teller, is_live=is_live, confirm=confirm))
        return status, streams[2].getvalue().decode()


def test_a_plan_is_shown_with_the_share_of_each_worker_and_the_reasons(worked: Bench) -> None:
    status, told = decided(worked, "n\n", is_live=False)
    assert status == 3
    assert "A3EVE   0        3       100%" in told
    assert "reject, 3 times: It is not about that." in told
    assert "Approve 3, reject 3? [y/N]" in told
    assert "mturk: nothing was done" in told
    assert worked.statuses() == ["Submitted"] * 6


def test_yes_carries_it_out(worked: Bench) -> None:
    status, told = decided(worked, "y\n", is_live=False)
    assert (status, "6 done" in told) == (0, True)
    assert worked.statuses() == ["Approved"] * 3 + ["Rejected"] * 3


@pytest.mark.parametrize(("typed", "status"), [("3\n", 0), ("6\n", 3), ("", 3)])
def test_on_the_live_service_the_number_of_rejections_is_typed(worked: Bench, typed: str, status: int) -> None:
    came, told = decided(worked, typed, is_live=True)
    assert came == status
    assert "Approve 3, reject 3 on the live service. How many are rejected" in told
    assert ("Rejected" in worked.statuses()) == (status == 0)


@attrs.frozen
class CtrlC(Approval):
    """What stops a plan in its middle."""

    def carry_out(self) -> bool:
        raise KeyboardInterrupt


def test_ctrl_c_tells_people_and_scripts_what_is_done(worked: Bench) -> None:
    with plan(worked) as made, CliRunner().isolation() as streams:
        first = next(step for step in made if step.kind == APPROVE)
        errand = CtrlC(Assignment(first.assignment_id), "", None)
        half = Plan([first, Step(APPROVE, "3B", "A1ADA", errand=errand)], made._connection)
        teller = Teller("review", worked.folder, yes=True, as_json=True)
        assert teller.run(lambda: plan_dialogue.carry_out(half, teller, is_live=False)) == 3
        facts = json.loads(streams[0].getvalue())
    assert (facts["done"], facts["left"]) == (1, 1)
    assert facts["error"].startswith("stopped: 1 done, 1 left, of which calls that were under way may be done; run")


def test_yes_alone_rejects_nothing_on_the_live_service(worked: Bench) -> None:
    status, told = decided(worked, "", is_live=True, yes=True)
    assert (status, "say --confirm 3" in told) == (2, True)
    assert worked.statuses() == ["Submitted"] * 6


@pytest.mark.parametrize(("number", "status"), [(3, 0), (2, 2), (0, 2)])
def test_the_number_may_be_said_beforehand(worked: Bench, number: int, status: int) -> None:
    assert decided(worked, "", is_live=True, confirm=number, yes=True)[0] == status
    assert ("Rejected" in worked.statuses()) == (status == 0)


def test_without_a_terminal_and_without_yes_nothing_is_done(worked: Bench, tmp_path: Path) -> None:
    worked.mark({"A1ADA": ("x", "")})
    bonuses = tmp_path / "bonuses.csv"
    bonuses.write_text("worker_id,amount,reason\nA1ADA,1.00,Careful\n")
    for name, *options in (
        ["publish"],
        ["review"],
        ["review", "--approve-all"],
        ["bonus", "--from", str(bonuses)],
        ["close"],
    ):
        assert "say --yes to go on" in worked.failed(2, name, *options)
    assert worked.statuses() == ["Submitted"] * 6


def test_the_number_of_rejections_answers_without_a_terminal(worked: Bench) -> None:
    worked.mark({"A3EVE": ("", "Nonsense")})
    assert "--confirm 2, but the plan rejects 3" in worked.failed(2, "review", "--confirm", "2")
    assert worked.done("review", "--confirm", "3")["reject"] == 3
    assert "nothing is to be rejected" in worked.failed(2, "review", "--confirm", "3")


def test_nothing_to_decide_is_no_mistake(worked: Bench) -> None:
    assert worked.done("review", "--approve-all", "--yes")["done"] == 6
    assert worked.done("review", "--approve-all", "--yes")["approve"] == 0
    assert "There is nothing to do." in worked.run("review", "--yes").stdout


def test_marks_may_be_in_another_file_and_encoding(worked: Bench, tmp_path: Path) -> None:
    path = worked.mark({"A3EVE": ("", "Bitte größer lesen")})
    other = tmp_path / "reviewed.csv"
    other.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    assert worked.run("review", "--from", str(other), "--yes").exit_code == 1
    assert worked.done("review", "--from", str(other), "--yes", "--encoding", "cp1252")["reject"] == 3
    with worked.connection() as connection:
        told = {
            each.assignment.requester_feedback for each in _results(worked, connection) if each.worker_id == "A3EVE"
        }
    assert told == {"Bitte größer lesen"}


def _results(bench: Bench, connection: Connection) -> list[Result]:
    return list(Batch.open(bench.folder / "journal", connection=connection).results())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--approve-all", "--from", "results.csv"], "are two ways; give one"),
        (["--from", "no.csv"], "There is no file no.csv; to make it: mturk batch results"),
        (["--encoding", "excel"], "Invalid value for '--encoding'"),
        (["--confirm", "many"], "Invalid value for '--confirm'"),
    ],
)
def test_a_wrong_option_of_a_review_is_told(worked: Bench, options: list[str], said: str) -> None:
    assert said in worked.failed(2, "review", "--yes", *options)


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (("x", "Nonsense"), "a mark in Approve and in Reject"),
        (("", "x"), "expected the reason, which the worker is told"),
    ],
)
def test_marks_that_cannot_be_meant_are_told_and_nothing_is_decided(
    worked: Bench, marks: tuple[str, str], said: str
) -> None:
    worked.mark({"A1ADA": ("x", ""), "A3EVE": marks})
    assert said in worked.failed(1, "review", "--yes")
    assert worked.statuses() == ["Submitted"] * 6


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("worker,amount\nA1ADA,1\n", "expected the columns worker_id, amount"),
        ('worker_id,amount,reason\nA1ADA,"0,05",Careful\n', "amount must be a plain amount"),
        ("worker_id,amount,reason\nA1ADA,0.005,Careful\n", "whole number of cents"),
        ("worker_id,amount,reason\nA1ADA,0,Careful\n", "the amount is 0"),
        ("worker_id,amount\nA1ADA,1\n", "no reason, which the worker is told"),
        ("worker_id,amount,reason\nA9NOBODY,1,Careful\n", "have no such submission in this batch: A9NOBODY"),
        ("worker_id,amount,reason\nA1ADA,1,Careful\nA1ADA,1,Careful\n", "is there twice"),
    ],
)
def test_a_table_of_bonuses_that_is_wrong_is_told_and_nothing_is_paid(
    worked: Bench, tmp_path: Path, table: str, said: str
) -> None:
    path = tmp_path / "bonuses.csv"
    path.write_text(table)
    assert said in worked.failed(1, "bonus", "--from", str(path), "--yes")
    with worked.connection() as connection:
        assert str(connection.balance().available) == "9999.46"


def test_bonuses_need_a_file(worked: Bench) -> None:
    assert "Missing option '--from'" in worked.failed(2, "bonus", "--yes")
    assert "There is no file no.csv" in worked.failed(2, "bonus", "--yes", "--from", "no.csv")


def test_a_decision_that_the_service_refuses_is_told_and_stops_no_other(worked: Bench) -> None:
    worked.mark({"A1ADA": ("x", ""), "A3EVE": ("x", "")})
    with worked.connection() as connection:
        results = _results(worked, connection)
        with plan(worked) as made:
            next(each.assignment for each in results if each.worker_id == "A3EVE").approve()
            teller = Teller("review", worked.folder, yes=True)
            with CliRunner().isolation() as streams:
                status = teller.run(lambda: plan_dialogue.carry_out(made, teller, is_live=False))
                told = streams[2].getvalue().decode()
    assert (status, "5 done, 1 refused" in told, "was refused: " in told) == (1, True, True)
