"""`mturk reports` and `mturk requester letters`: what workers say, in a terminal and in a table."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import mturk
from mturk import Connection, HITType, HTMLQuestion
from mturk.cli.program import command
from mturk.marketplace import Marketplace
from tests.page import PAGE

HOSTILE = "\x1b[2J\u202e=1+1\nA9FAKE  broken  of you"


@pytest.fixture
def hit_id(database: Path) -> str:
    """A HIT that two workers have complained about, one of them to its requester too."""
    with Marketplace(database) as market:
        keys = {"access_key": market.access_key, "secret_key": market.secret_key}
        with Connection(market.url, **keys) as connection, mturk.using(connection):
            kind = HITType.create("=Name a cat", "Name a cat", "0.10", timedelta(minutes=10))
            hit = kind.create_hit(HTMLQuestion(PAGE), timedelta(hours=1))
        market.worker("A1ADA").report(hit.id, "broken")
        market.worker("A2BEN").report(hit.id, "other", HOSTILE)
        ben = market.worker("A2BEN")
        ben.accept(hit.id)
        ben.write(hit.id, HOSTILE)
        market.requester("linguists")
        return hit.id


def run(database: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--database", str(database)], prog_name="mturk")


def test_each_report_has_two_lines_whatever_is_in_it(database: Path, hit_id: str) -> None:
    said = run(database, "reports")
    assert (said.exit_code, said.stderr) == (0, "")
    first, nothing, second, text = said.stdout.splitlines()
    assert first.endswith(f"UTC  A1ADA  broken  {hit_id}  of requester: =Name a cat")
    assert nothing == "    -"
    assert f"  A2BEN  other  {hit_id}" in second
    assert text == "    [2J=1+1 A9FAKE broken of you"


def test_reports_are_a_table_without_formulas(database: Path, hit_id: str, tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    assert run(database, "reports", "--csv", str(file)).stdout == "Wrote 2 reports.\n"
    first, second = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    assert (first["worker_id"], first["reason"], first["text"], first["hit_id"]) == ("A1ADA", "broken", "", hit_id)
    assert second["title"] == "'=Name a cat"
    assert second["text"] == "[2J=1+1\nA9FAKE  broken  of you"


@pytest.mark.parametrize("what", [("reports",), ("requester", "letters")])
def test_a_table_on_stdout_stands_there_alone(database: Path, hit_id: str, what: tuple[str, ...]) -> None:
    said = run(database, *what, "--csv", "-")
    assert {row["hit_id"] for row in csv.DictReader(io.StringIO(said.stdout))} == {hit_id}
    assert said.stderr.startswith("Wrote ")


@pytest.mark.usefixtures("hit_id")
@pytest.mark.parametrize("what", [("reports",), ("requester", "letters")])
def test_a_file_is_overwritten_only_when_told(database: Path, tmp_path: Path, what: tuple[str, ...]) -> None:
    file = tmp_path / "told.csv"
    file.write_text("precious")
    refused = run(database, *what, "--csv", str(file))
    assert (refused.exit_code, file.read_text()) == (2, "precious")
    assert run(database, *what, "--csv", str(file), "--overwrite").exit_code == 0
    assert file.read_text().startswith("time,worker_id,")


def test_each_letter_has_two_lines_whatever_is_in_it(database: Path, hit_id: str) -> None:
    said = run(database, "requester", "letters")
    assert (said.exit_code, said.stderr) == (0, "")
    head, text = said.stdout.splitlines()
    assert head.endswith(f"  {hit_id}: =Name a cat")
    assert "UTC  A2BEN  3" in head
    assert text == "    [2J=1+1 A9FAKE broken of you"


@pytest.mark.usefixtures("hit_id")
def test_where_nothing_was_said_that_is_told(database: Path) -> None:
    assert run(database, "requester", "letters", "linguists").stdout == "There are no letters.\n"
    assert run(database, "reports", "--since", "2999-01-01").stdout == "There are no reports.\n"


@pytest.mark.usefixtures("hit_id")
def test_no_requester_is_made_to_show_its_letters(database: Path) -> None:
    said = run(database, "requester", "letters", "nobody")
    assert (said.exit_code, said.stderr.count("\n")) == (2, 1)
    assert "There is no requester 'nobody'" in said.stderr
