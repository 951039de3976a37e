"""`mturk audit`: who did what, from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mturk.cli.program import command
from mturk.marketplace import Marketplace


@pytest.fixture
def lab(database: Path) -> Path:
    """A marketplace whose trail begins with the next command."""
    with Marketplace(database):
        pass
    return database


def run(lab: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(command, [*arguments, "--database", str(lab)], prog_name="mturk")
    assert result.exit_code == 0, result.output
    return result


def told(lab: Path, *arguments: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(lab, "audit", "--json", *arguments).stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        (["requester", "add", "lab"], ["AddRequester", "AddKey"]),
        (["requester", "keys"], ["ShowKeys"]),
        (["worker", "add", "A1ADA"], ["AddWorker"]),
        (["worker", "invite"], ["Invite"]),
        (["worker", "export", "--csv", "-"], ["ExportWorkers"]),
        (["payouts", "--since", "2026-01-01", "--csv", "-"], ["Payouts"]),
    ],
)
def test_the_operator_s_commands_are_in_the_trail(lab: Path, arguments: list[str], steps: list[str]) -> None:
    run(lab, *arguments)
    found = told(lab)
    assert [entry["operation"] for entry in found] == steps
    assert {entry["actor"] for entry in found} == {"operator"}


def test_keys_that_are_revoked_and_workers_who_are_blocked_are_in_it(lab: Path) -> None:
    key = run(lab, "requester", "add", "lab").stdout.split("Access key: ")[1].split()[0]
    run(lab, "requester", "revoke", key)
    run(lab, "worker", "add", "A1ADA")
    run(lab, "worker", "block", "A1ADA")
    found = {entry["operation"]: entry["subjects"] for entry in told(lab)}
    assert found["RevokeKey"] == {"AccessKey": key}
    assert found["BlockWorker"] == {"WorkerId": "A1ADA"}


def test_each_entry_is_one_line(lab: Path) -> None:
    run(lab, "worker", "add", "A1ADA")
    (line,) = run(lab, "audit").stdout.splitlines()
    assert "operator" in line
    assert line.endswith("AddWorker WorkerId=A1ADA OK")


def test_what_a_call_had_cannot_look_like_another_entry(lab: Path) -> None:
    market = Marketplace(lab, audit_trail=True)
    # A terminal that goes on in a new line behind so many blank signs would show two entries.
    market.note("ApproveAssignment", {"AssignmentId": "3ABC OK" + "\u2800" * 80 + "operator AddKey OK"})
    market.stop()
    (line,) = run(lab, "audit").stdout.splitlines()
    assert line.isascii()
    assert line.endswith('\\u2800operator AddKey OK" OK')


def test_an_empty_trail_says_so(lab: Path) -> None:
    assert run(lab, "audit").stdout == "There are no entries.\n"
    assert run(lab, "audit", "--json").stdout == ""


def test_a_table_has_a_line_for_each_and_no_formula(lab: Path, tmp_path: Path) -> None:
    market = Marketplace(lab, audit_trail=True)
    market.note("=cmd", {"Text": "=1+1\n\x1b[2J"})
    market.stop()
    file = tmp_path / "trail.csv"
    assert run(lab, "audit", "--csv", str(file)).stdout == "Wrote 1 entries.\n"
    (row,) = csv.DictReader(io.StringIO(file.read_text()))
    assert row["operation"] == "'=cmd"
    assert file.stat().st_mode & 0o077 == 0
    shown = run(lab, "audit").stdout
    assert shown.count("\n") == 1
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("which", "number"),
    [
        (["--operation", "AddWorker"], 1),
        (["--operation", "SignIn"], 0),
        (["--until", "2020-01-01"], 0),
        (["--since", "2020-01-01"], 1),
        (["--requester", "requester"], 0),
        (["--worker", "A1ADA"], 0),
    ],
)
def test_it_can_be_asked_for_less(lab: Path, which: list[str], number: int) -> None:
    run(lab, "worker", "add", "A1ADA")
    assert len(told(lab, *which)) == number


def test_json_and_a_table_at_once_are_refused(lab: Path) -> None:
    arguments = ["audit", "--json", "--csv", "x.csv", "--database", str(lab)]
    result = CliRunner().invoke(command, arguments, prog_name="mturk")
    assert result.exit_code == 2
    assert "choose one of them" in result.stderr
