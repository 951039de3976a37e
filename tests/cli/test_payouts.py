"""`mturk payouts`: the table, its file, and the line about it."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import mturk
from mturk import Assignment, Connection, HITType, HTMLQuestion
from mturk.cli.payouts import moment
from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.page import PAGE

HEADER = "worker_id,assignments,rewards_usd,bonuses,bonuses_usd,total_usd\n"


@pytest.fixture
def lab(database: Path) -> Path:
    """A marketplace that has paid two workers, one of them a bonus."""
    with Marketplace(database) as market:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        with Connection(market.url, **keys) as connection, mturk.using(connection):
            kind = HITType.create("Label", "Label a thing", "0.10", timedelta(minutes=10))
            hit = kind.create_hit(HTMLQuestion(PAGE), timedelta(hours=1), max_assignments=2)
            for worker_id in ("A2BEN", "A1ADA"):
                worker = market.worker(worker_id)
                assignment_id = worker.accept(hit.id)
                worker.submit(assignment_id, {"label": "cat"})
                Assignment(assignment_id).approve()
            Assignment(assignment_id).pay_bonus("1.05", "Good")
    return database


def payouts(lab: Path, *arguments: str, since: str = "2026-01-01") -> Result:
    options = ["payouts", "--database", str(lab), "--since", since]
    return CliRunner().invoke(command, [*options, *arguments], prog_name="mturk")


def test_the_table_has_a_line_for_each_worker(lab: Path, tmp_path: Path) -> None:
    file = tmp_path / "november.csv"
    result = payouts(lab, "--csv", str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    assert file.read_text() == f"{HEADER}A1ADA,1,0.10,1,1.05,1.15\nA2BEN,1,0.10,0,0.00,0.10\n"
    assert result.stdout == "Owed since 2026-01-01 00:00:00 UTC, until now: 1.25 USD to 2 workers.\n"


def test_a_dash_is_stdout_and_leaves_it_to_the_table(lab: Path) -> None:
    result = payouts(lab, "--csv", "-")
    assert [row["worker_id"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["A1ADA", "A2BEN"]
    assert result.stderr.startswith("Owed since ")


def test_nobody_is_owed_anything_outside_the_time(lab: Path) -> None:
    result = payouts(lab, "--csv", "-", "--until", "2026-01-02")
    assert result.stdout == HEADER
    assert "until 2026-01-02 00:00:00 UTC: 0.00 USD to 0 workers." in result.stderr


def test_a_requester_is_counted_alone(lab: Path) -> None:
    market = Marketplace(lab)
    market.requester("linguists")
    market.stop()
    assert payouts(lab, "--csv", "-", "--requester", "linguists").stdout == HEADER


def test_a_file_is_overwritten_only_when_told(lab: Path, tmp_path: Path) -> None:
    file = tmp_path / "november.csv"
    file.write_text("precious")
    refused = payouts(lab, "--csv", str(file))
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "is there already" in refused.stderr
    assert file.read_text() == "precious"
    assert payouts(lab, "--csv", str(file), "--overwrite").exit_code == 0
    assert file.read_text().startswith(HEADER)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--csv", "/no/such/folder/november.csv"], "cannot be written: No such file or directory"),
        (["--csv", "-", "--until", "2999-01-01"], "has not come yet"),
        (["--csv", "-", "--requester", "nobody"], "There is no requester 'nobody', only: requester"),
    ],
)
def test_a_mistake_is_one_line(lab: Path, arguments: list[str], said: str) -> None:
    result = payouts(lab, *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-01", datetime(2026, 11, 1)),
        ("2026-11-01T12:30", datetime(2026, 11, 1, 12, 30)),
        ("2026-11-01 12:30:15", datetime(2026, 11, 1, 12, 30, 15)),
        ("2026-11-01T12:30:00Z", datetime(2026, 11, 1, 12, 30)),
        ("2026-11-01T12:30:00+02:00", datetime(2026, 11, 1, 10, 30)),
    ],
)
def test_a_moment_is_in_utc_unless_it_says_otherwise(text: str, meant: datetime) -> None:
    assert moment(text) == meant.replace(tzinfo=timezone.utc)
