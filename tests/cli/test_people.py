"""`mturk requester` and `mturk worker`: people and keys of a marketplace, from the command line."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mturk import AccessDenied, Connection
from mturk.cli.program import command
from mturk.marketplace import Marketplace


@pytest.fixture
def lab(database: Path) -> Path:
    """A marketplace that is there already."""
    with Marketplace(database) as market:
        market.requester("linguists")
    return database


def run(lab: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--database", str(lab)], prog_name="mturk")


def facts(result: Result) -> dict[str, str]:
    assert (result.exit_code, result.stderr) == (0, "")
    return dict(line.split(": ", 1) for line in result.stdout.splitlines())


def test_an_added_requester_has_keys_that_work_and_its_deposit(lab: Path) -> None:
    made = facts(run(lab, "requester", "add", "students", "--deposit", "12.50"))
    assert made["Requester"] == "students"
    with (
        Marketplace(lab) as market,
        Connection(market.url, access_key=made["Access key"], secret_key=made["Secret key"]) as connection,
    ):
        assert str(connection.balance()) == "12.50 USD, 0.00 on hold"


def test_the_keys_of_a_requester_are_shown(lab: Path) -> None:
    shown = facts(run(lab, "requester", "keys", "linguists"))
    market = Marketplace(lab)
    found = market.requester("linguists")
    market.stop()
    assert shown == {"Requester": "linguists", "Access key": found.access_key, "Secret key": found.secret_key}


def test_without_a_name_the_keys_of_the_first_requester_are_shown(lab: Path) -> None:
    assert facts(run(lab, "requester", "keys"))["Requester"] == "requester"


def test_no_requester_is_made_to_show_its_keys(lab: Path) -> None:
    said = run(lab, "requester", "keys", "linguist")
    assert (said.exit_code, said.stdout) == (2, "")
    assert "There is no requester 'linguist'" in said.stderr
    assert "linguist " not in run(lab, "requester", "list").stdout


def test_a_revoked_key_is_refused_and_listed_as_such(lab: Path) -> None:
    made = facts(run(lab, "requester", "add", "students"))
    key = made["Access key"]
    assert run(lab, "requester", "revoke", key).stdout == f"Revoked: {key}\n"
    with (
        Marketplace(lab) as market,
        Connection(market.url, access_key=key, secret_key=made["Secret key"]) as connection,
        pytest.raises(AccessDenied),
    ):
        connection.balance()
    assert re.search(
        rf"^students +{key} +made .* UTC +revoked .* UTC +never used$", run(lab, "requester", "list").stdout, re.M
    )


def test_the_list_has_every_key_and_no_secret(lab: Path) -> None:
    market = Marketplace(lab)
    keys = {market.requester(name).access_key for name in ("requester", "linguists")}
    secret = market.secret_key
    market.stop()
    listed = run(lab, "requester", "list").stdout
    assert {line.split()[1] for line in listed.splitlines()} == keys
    assert listed.count("in use") == 2
    assert secret not in listed


def test_an_added_worker_is_what_was_told(lab: Path) -> None:
    assert run(lab, "worker", "add", "A1ADA", "--country", "US", "--subdivision", "NY", "--adult").exit_code == 0
    (row,) = exported(lab)
    shown = {name: row[name] for name in ("worker_id", "country", "subdivision", "adult", "masters", "earned")}
    assert shown == {
        "worker_id": "A1ADA",
        "country": "US",
        "subdivision": "NY",
        "adult": "True",
        "masters": "False",
        "earned": "0.00",
    }


def exported(lab: Path) -> list[dict[str, str]]:
    result = run(lab, "worker", "export", "--csv", "-")
    assert re.fullmatch(r"Exported \d+ workers\.\n", result.stderr)
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_an_export_does_not_overwrite_unless_told(lab: Path, tmp_path: Path) -> None:
    file = tmp_path / "workers.csv"
    assert run(lab, "worker", "export", "--csv", str(file)).stdout == "Exported 0 workers.\n"
    assert run(lab, "worker", "export", "--csv", str(file)).exit_code == 2
    assert run(lab, "worker", "export", "--csv", str(file), "--overwrite").exit_code == 0
    assert file.read_text().startswith("worker_id,")


def test_adding_a_worker_again_changes_only_what_is_told(lab: Path) -> None:
    run(lab, "worker", "add", "A1ADA", "--country", "US", "--subdivision", "NY", "--adult", "--masters")
    run(lab, "worker", "add", "A1ADA", "--no-adult")
    (row,) = exported(lab)
    shown = [row[name] for name in ("country", "subdivision", "adult", "masters")]
    assert shown == ["US", "NY", "False", "True"]
    run(lab, "worker", "add", "A1ADA", "--no-masters")
    assert exported(lab)[0]["masters"] == "False"


def test_a_blocked_worker_can_take_nothing_on_until_the_block_is_undone(lab: Path) -> None:
    run(lab, "worker", "add", "A1ADA")
    assert run(lab, "worker", "block", "A1ADA").stdout == "Blocked: A1ADA\n"
    assert exported(lab)[0]["blocked"] == "True"
    assert run(lab, "worker", "block", "A1ADA", "--undo").stdout == "Unblocked: A1ADA\n"
    assert exported(lab)[0]["blocked"] == "False"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["requester", "add", "linguists"], "There is a requester 'linguists' already."),
        (["requester", "add", " "], "printable characters"),
        (["requester", "revoke", "AKIANOBODY"], "There is no access key AKIANOBODY"),
        (["worker", "add", "ada"], "A worker's id is an A"),
        (["worker", "add", "A1ADA", "--country", "Germany"], "A country is two capitals"),
        (["worker", "block", "A1NOBODY"], "There is no worker A1NOBODY"),
    ],
)
def test_a_mistake_is_one_line(lab: Path, arguments: list[str], said: str) -> None:
    result = run(lab, *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr


@pytest.mark.parametrize("group", ["requester", "worker"])
def test_a_group_alone_shows_its_help(group: str) -> None:
    result = CliRunner().invoke(command, [group], prog_name="mturk")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: mturk {group} ")
