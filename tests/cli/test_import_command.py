"""`mturk import`: what it prints, what it brings, and what is left of it when it is killed."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mturk import (
    HIT,
    Assignment,
    Connection,
    HITType,
    HTMLQuestion,
    QualificationType,
    RequestError,
    Worker,
    using,
)
from mturk.cli.program import command
from mturk.marketplace import Marketplace, WorkerError, check
from tests.moving.tables import RESULT, TURKLE, dallinger, participant, psiturk, recruited, table
from tests.page import PAGE

LATER = {"ApprovalTime": "", "AutoApprovalTime": "Tue Oct 20 18:59:57 PDT 2099"}
PROGRAM = """
import os, signal, sys
from mturk.marketplace.importing import importation

left = int(sys.argv.pop(1))
whole = importation._Importing._step

def step(self, *arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(self, *arguments)

importation._Importing._step = step
from mturk.__main__ import main
main()
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A marketplace that is there already."""
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        market.requester("linguists")
    return tmp_path / "lab.sqlite3"


@pytest.fixture
def connection(lab: Path) -> Iterator[Connection]:
    """A connection to it, once it runs again."""
    with (
        Marketplace(lab) as market,
        Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection,
        using(connection),
    ):
        yield connection


def bring(source: Path | str, lab: Path, *more: str) -> Result:
    return CliRunner().invoke(command, ["import", str(source), "--into", str(lab), *more], prog_name="mturk")


def results(path: Path, number: int, **changes: str) -> Path:
    """A table with one HIT for each four assignments."""
    rows = [
        {**RESULT, "HITId": f"3HIT{n // 4}", "AssignmentId": f"3WORK{n}", "WorkerId": f"A1WORKER{n % 7}", **changes}
        for n in range(number)
    ]
    return table(path, *rows)


def counted(told: Result) -> dict[str, list[int]]:
    """The numbers of the table that is printed."""
    lines = [line.split() for line in told.stdout.splitlines()]
    return {line[0]: [int(part) for part in line[1:]] for line in lines if len(line) == 4 and line[1].isdigit()}


def test_without_yes_it_is_only_said_how_much_it_is(lab: Path, tmp_path: Path) -> None:
    path, before = results(tmp_path / "results.csv", 8), lab.read_bytes()
    for more in ([], ["--dry-run"], ["--yes", "--dry-run"]):
        told = bring(path, lab, *more)
        assert told.exit_code == 0
        assert told.stdout.splitlines()[-1].startswith("Nothing was brought in. To bring in just this: --yes --plan ")
        assert counted(told) == {
            "Worker": [7, 0, 0], "HITType": [1, 0, 0], "HIT": [2, 0, 0], "Assignment": [8, 0, 0],
        }  # fmt: skip
    assert lab.read_bytes() == before


def test_a_file_that_changed_since_it_was_planned_does_not_come_in(lab: Path, tmp_path: Path) -> None:
    path = results(tmp_path / "results.csv", 8)
    plan = bring(path, lab).stdout.split()[-1]
    before = lab.read_bytes()
    results(path, 9)
    told = bring(path, lab, "--yes", "--plan", plan)
    assert (told.exit_code, told.stdout, lab.read_bytes()) == (2, "", before)
    assert "What was read is not what was planned" in told.stderr
    results(path, 8)
    assert counted(bring(path, lab, "--yes", "--plan", plan))["Assignment"] == [8, 0, 0]


def test_a_study_goes_on_without_those_who_took_part(lab: Path, tmp_path: Path) -> None:
    path = results(tmp_path / "Batch_1_batch_results.csv", 8, AssignmentStatus="Submitted", **LATER)
    told = bring(path, lab, "--as", "linguists", "--mark", "Did study 1", "--yes")
    assert "Assignments not decided yet: approve or reject them where they were done" in told.stdout
    with Marketplace(lab) as market:
        lab_of = market.requester("linguists")
        keys = {"access_key": lab_of.access_key, "secret_key": lab_of.secret_key}
        with Connection(market.url, **keys) as connection, using(connection):
            balance = connection.balance().available
            (mark,) = QualificationType.search("Did study 1")
            kind = HITType.create("Study 2", "Goes on", "0.10", 600, qualification_requirements=[mark.does_not_exist()])
            new = kind.create_hit(HTMLQuestion(PAGE), 3600, max_assignments=2)
            with pytest.raises(WorkerError):
                market.worker("A1WORKER5").accept(new.id)
            work = market.worker("A1NEW").accept(new.id)
            market.worker("A1NEW").submit(work, {"label": "dog"})
            Assignment.get(work).approve()
            Assignment.get("3WORK5").approve()
            Assignment.get("3WORK6").pay_bonus("0.20", "Late thanks")
            with pytest.raises(RequestError, match="without its question"):
                HIT("3HIT0").extend(timedelta(hours=1))
            # Two assignments of the new HIT with their fees, and the bonus with its own: nothing for what is old.
            assert balance - connection.balance().available == Decimal("0.48")
        assert [(one.worker_id, one.total) for one in market.payouts(datetime(2020, 1, 1, tzinfo=timezone.utc))] == [
            ("A1NEW", Decimal("0.10")), ("A1WORKER6", Decimal("0.20")),
        ]  # fmt: skip
        assert market.audit() == []


def test_what_was_brought_is_there_for_the_sdk(lab: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    assert bring(results(tmp_path / "results.csv", 8), lab, "--yes").exit_code == 0
    request.getfixturevalue("connection")
    assert {hit.id for hit in HIT.reviewable()} == {"3HIT0", "3HIT1"}
    found = Assignment.get("3WORK5")
    assert (found.worker_id, found.hit_id, dict(found.answers)) == ("A1WORKER5", "3HIT1", {"label": "cat"})
    assert len(list(HIT("3HIT0").assignments())) == 4


def test_the_same_file_again_adds_nothing_and_a_longer_one_the_rest(lab: Path, tmp_path: Path) -> None:
    path = results(tmp_path / "results.csv", 6)
    bring(path, lab, "--yes")
    assert counted(bring(path, lab, "--yes"))["Assignment"] == [0, 6, 0]
    assert counted(bring(results(tmp_path / "longer.csv", 9), lab, "--yes"))["Assignment"] == [3, 6, 0]
    assert check(lab) == []


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 6])
def test_killed_in_the_middle_it_goes_on_when_it_is_done_again(lab: Path, tmp_path: Path, steps: int) -> None:
    path = results(tmp_path / "results.csv", 900)
    words = [sys.executable, "-c", PROGRAM, str(steps), "import", str(path), "--into", str(lab), "--yes"]
    killed = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert check(lab) == []
    told = bring(path, lab, "--yes")
    assert told.exit_code == 0
    new, there, _ = counted(told)["Assignment"]
    assert (new + there, check(lab)) == (900, [])
    assert counted(bring(path, lab))["Assignment"] == [0, 900, 0]


def test_what_does_not_come_in_is_told_line_by_line_and_the_status_is_1(lab: Path, tmp_path: Path) -> None:
    path = table(
        tmp_path / "results.csv",
        RESULT,
        {**RESULT, "AssignmentId": "3BAD\u009b31m", "WorkerId": "A1BOB"},
        {**RESULT, "AssignmentId": "3LATE", "WorkerId": "A1EVE", "SubmitTime": "=1+1"},
    )
    told = bring(path, lab, "--yes", "--report", str(tmp_path / "told.csv"))
    assert (told.exit_code, told.stdout.splitlines()[-2:]) == (1, ["Refused: 2", "Brought in."])
    assert [line.partition(":")[0] for line in told.stderr.splitlines()] == ["Refused", "Refused", "Note"]
    assert "\u009b" not in told.stderr
    with (tmp_path / "told.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["place"], row["came_in"]) for row in rows] == [("row 2", "no"), ("row 3", "no"), ("row 1", "yes")]
    assert os.stat(tmp_path / "told.csv").st_mode & 0o077 == 0


def test_a_report_has_no_cell_that_a_spreadsheet_runs(lab: Path, tmp_path: Path) -> None:
    path = table(tmp_path / "User_1_workers.csv", {"Worker ID": "=1+1", "UPDATE-Good": "7"})
    bring(path, lab, "--report", str(tmp_path / "told.csv"))
    with (tmp_path / "told.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) > 4
    assert [cell for cell in cells if cell.startswith(tuple("=+-@"))] == []


def test_of_many_lines_the_first_are_shown(lab: Path, tmp_path: Path) -> None:
    told = bring(results(tmp_path / "results.csv", 100, SubmitTime="soon"), lab)
    lines = told.stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 80 more; --report FILE has them all"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--as", "nobody"], "There is no requester 'nobody'. Make one first: mturk requester add nobody."),
        (["--encoding", "utf-99"], "encoding: 'utf-99' is not known"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_the_status_is_2(
    lab: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    told = bring(results(tmp_path / "results.csv", 1), lab, *arguments)
    assert (told.exit_code, told.stdout, len(told.stderr.splitlines())) == (2, "", 1)
    assert words in told.stderr


def test_no_marketplace_is_made_where_there_is_none(tmp_path: Path) -> None:
    told = bring(results(tmp_path / "results.csv", 1), tmp_path / "missing.sqlite3", "--yes")
    assert told.exit_code == 2
    assert not (tmp_path / "missing.sqlite3").exists()


def test_a_report_that_is_there_is_not_written_over(lab: Path, tmp_path: Path) -> None:
    (tmp_path / "told.csv").write_text("mine")
    told = bring(results(tmp_path / "results.csv", 1), lab, "--yes", "--report", str(tmp_path / "told.csv"))
    assert told.exit_code == 2
    assert counted(bring(tmp_path / "results.csv", lab))["Assignment"] == [1, 0, 0]
    assert (tmp_path / "told.csv").read_text() == "mine"


def test_the_report_of_a_dry_run_is_replaced_where_that_is_said(lab: Path, tmp_path: Path) -> None:
    source, report = results(tmp_path / "results.csv", 1), str(tmp_path / "told.csv")
    for more in ([], ["--yes", "--overwrite"]):
        assert bring(source, lab, "--report", report, *more).exit_code == 0


def study(name: str, folder: Path) -> Path:
    made: dict[str, Any] = {
        "turkle": lambda: table(
            folder / "turkle.csv", TURKLE, {**TURKLE, "AssignmentId": "32", "Turkle.Username": "b"}
        ),
        "psiturk": lambda: psiturk(folder / "p.db", participant(), participant(workerid="5f3e", assignmentid="s1")),
        "dallinger": lambda: dallinger(
            folder / "d.db", recruited(1, "approved", base_pay=1.5, bonus=0.5), recruited(2, "submitted")
        ),
    }
    path: Path = made[name]()
    return path


@pytest.mark.parametrize("name", ["turkle", "psiturk", "dallinger"])
def test_studies_of_other_programs_come_in_once(lab: Path, tmp_path: Path, name: str) -> None:
    path = study(name, tmp_path)
    first = bring(path, lab, "--yes", "--mark", "Did it")
    assert first.exit_code == 0, first.stderr
    assert counted(first)["Assignment"] == [2, 0, 0]
    assert counted(first)["Qualification"] == [2, 0, 0]
    again = bring(path, lab, "--yes", "--mark", "Did it")
    assert {numbers[0] for numbers in counted(again).values()} == {0}
    assert check(lab) == []


def test_workers_who_get_another_id_are_told(lab: Path, tmp_path: Path) -> None:
    told = bring(study("turkle", tmp_path), lab, "--yes")
    notes = [line for line in told.stderr.splitlines() if "worker turkle" in line]
    assert [line.partition(" is A")[0] for line in notes] == [
        "Note: row 1: worker turkle anna:",
        "Note: row 2: worker turkle b:",
    ]


def test_an_export_comes_into_another_marketplace_as_it_is(tmp_path: Path, lab: Path) -> None:
    with Marketplace(tmp_path / "old.sqlite3") as old:
        who = {"access_key": old.access_key, "secret_key": old.secret_key}
        with Connection(old.url, **who) as connection, using(connection):
            kind = HITType.create("Label", "Say what it is", "0.05", 600, keywords=["a", "b"])
            hit = kind.create_hit(HTMLQuestion(PAGE), 3600, max_assignments=2, requester_annotation="row=1")
            ada = old.worker("A1ADA")
            work = ada.accept(hit.id)
            ada.submit(work, {"label": "cat", "more": ["x", "y"]})
            Assignment.get(work).approve("Thanks")
            Assignment.get(work).pay_bonus("0.10", "Quick")
            Worker("A1ADA").block("Spam")
            before = Assignment.get(work).to_dict(xml=True), HIT.get(hit.id).question_xml
        environment = {"AWS_ACCESS_KEY_ID": old.access_key, "AWS_SECRET_ACCESS_KEY": old.secret_key}
        words = ["export", str(tmp_path / "account.jsonl"), "--endpoint", old.url]
        assert CliRunner().invoke(command, words, env=environment).exit_code == 0
    first = bring(tmp_path / "account.jsonl", lab, "--yes")
    assert first.exit_code == 0, first.stderr
    assert {numbers[0] for numbers in counted(bring(tmp_path / "account.jsonl", lab)).values()} == {0}
    with Marketplace(lab) as new:
        with Connection(new.url, access_key=new.access_key, secret_key=new.secret_key) as connection, using(connection):
            found = Assignment.get(work).to_dict(xml=True)
            assert {**found, "deadline": None} == {**before[0], "deadline": None}
            assert HIT.get(hit.id).question_xml == before[1]
            assert HITType.create("Label", "Say what it is", "0.05", 600, keywords=["a", "b"]).id == kind.id
            assert [(str(one.amount), one.reason) for one in HIT(hit.id).bonuses()] == [("0.10", "Quick")]
            assert [one.worker_id for one in Worker.blocked()] == ["A1ADA"]
        assert new.audit() == []
