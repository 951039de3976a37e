"""`mturk backup`, `restore`, `check`, `prune` and `keys`: what they print, and their exit statuses."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mturk import HITType, HTMLQuestion
from mturk.cli.program import command
from mturk.connection.connection import Connection
from mturk.marketplace import Marketplace
from tests.page import PAGE


@pytest.fixture
def lab(database: Path) -> Path:
    """A marketplace that is there already."""
    with Marketplace(database) as market:
        market.requester("linguists")
    return database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copies"


def run(lab: Path, *arguments: str | Path) -> Result:
    words = [str(one) for one in arguments]
    return CliRunner().invoke(command, [*words, "--database", str(lab)], prog_name="mturk")


def spoil(lab: Path) -> None:
    with closing(sqlite3.connect(lab)) as database, database:
        database.execute("UPDATE account SET balance = balance + 1 WHERE kind = 'fees'")


def test_a_marketplace_in_order_is_told_so(lab: Path) -> None:
    told = run(lab, "check")
    assert (told.exit_code, told.stdout, told.stderr) == (0, "In order.\n", "")


def test_each_problem_is_a_line_and_the_status_is_1(lab: Path) -> None:
    spoil(lab)
    told = run(lab, "check")
    assert (told.exit_code, told.stdout) == (1, "")
    assert [line.split(":")[0] for line in told.stderr.splitlines()] == ["ledger", "ledger"]


@pytest.mark.parametrize(
    "arguments", [["check"], ["backup", "copies"], ["prune", "--older", "400d"], ["keys", "rotate-master"]]
)
def test_where_there_is_no_marketplace_the_status_is_2(tmp_path: Path, arguments: list[str]) -> None:
    told = run(tmp_path / "missing.sqlite3", *arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert len(told.stderr.splitlines()) == 1
    assert not (tmp_path / "missing.sqlite3").exists()


def test_a_backup_says_where_it_is_and_can_be_restored(lab: Path, folder: Path, tmp_path: Path) -> None:
    key, new = tmp_path / "safe" / "lab.key", tmp_path / "new.sqlite3"
    told = run(lab, "backup", folder, "--key", key)
    assert told.exit_code == 0, told.stderr
    copy = Path(told.stdout.splitlines()[0].removeprefix("Backup: "))
    assert told.stdout.splitlines()[1] == f"Master key: {key}"
    again = run(new, "restore", copy, "--key", key)
    assert again.exit_code == 0, again.stderr
    assert again.stdout.startswith(f"Restored: {new}\nDue meanwhile: 0,")
    assert run(new, "check").exit_code == 0


def test_a_backup_of_what_is_not_in_order_has_status_1(lab: Path, folder: Path) -> None:
    spoil(lab)
    told = run(lab, "backup", folder)
    assert told.exit_code == 1
    assert "ledger: " in told.stderr
    assert len(list(folder.iterdir())) == 1


def test_a_restored_database_says_where_the_old_one_is(lab: Path, folder: Path) -> None:
    copy = run(lab, "backup", folder).stdout.split()[1]
    assert run(lab, "restore", copy).exit_code == 2
    told = run(lab, "restore", copy, "--force")
    assert told.exit_code == 0, told.stderr
    (aside,) = re.findall("Set aside: (.*)", told.stdout)
    assert Path(aside).exists()


def test_a_rotation_says_how_many_secrets_and_where_the_old_key_is(lab: Path) -> None:
    told = run(lab, "keys", "rotate-master")
    assert told.stdout == f"Secrets sealed anew: 3\nOld key: {lab}.key.old\n"
    assert run(lab, "keys", "rotate-master", "--forget-old").stdout == "Secrets sealed anew: 3\n"
    assert run(lab, "requester", "keys").exit_code == 0


def test_nothing_is_pruned_without_yes(lab: Path) -> None:
    with (
        Marketplace(lab) as market,
        Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection,
    ):
        terms = HITType.create("Label", "Say what it is", "0.05", 600, connection=connection)
        for number in range(2):
            hit = terms.create_hit(HTMLQuestion(PAGE), 3600)
            worker = market.worker(f"A1W{number}")
            worker.submit(worker.accept(hit.id), {"label": "cat"})
        for hit in terms.hits():
            for assignment in hit.assignments():
                assignment.approve()
            hit.delete()
        market.clock.advance(days=401)
    for words in ([], ["--dry-run"], ["--dry-run", "--yes"]):
        told = run(lab, "prune", "--older", "400d", *words)
        assert told.exit_code == 0, told.stderr
        assert re.search(r"^hit +1$", told.stdout, re.M)
        assert told.stdout.endswith("Nothing was removed. To do it: --yes\n")
    told = run(lab, "prune", "--older", "400d", "--yes", "--vacuum")
    assert re.search(r"^hit +1$", told.stdout, re.M)
    assert "Removed." in told.stdout
    assert not re.search("^hit ", run(lab, "prune", "--older", "400d").stdout, re.M)


@pytest.mark.parametrize("age", ["400", "d", "-3d", "1m", "29d"])
def test_an_age_that_is_none_or_too_short_is_refused(lab: Path, age: str) -> None:
    told = run(lab, "prune", f"--older={age}", "--yes")
    assert (told.exit_code, told.stdout) == (2, "")


def test_a_pair_can_be_made_that_ends(lab: Path) -> None:
    first = run(lab, "requester", "keys", "linguists").stdout
    second = run(lab, "requester", "keys", "linguists", "--expires", "2999-01-01").stdout
    third = run(lab, "requester", "keys", "linguists", "--new").stdout
    assert len({first, second, third}) == 3
    (key,) = re.findall("Access key: (.*)", second)
    (line,) = re.findall(f"^.*{key}.*$", run(lab, "requester", "list").stdout, re.M)
    assert line.endswith("good until 2999-01-01 00:00 UTC  never used")


def test_how_much_of_the_trail_stays_is_told_and_removed_where_that_is_said(lab: Path) -> None:
    market = Marketplace(lab, audit_trail=True, real_time=lambda: time.time() - 500 * 86400)
    market.note("Step")
    market.stop()
    assert "The audit trail stays, with 1 entries of that age." in run(lab, "prune", "--older", "400d").stdout
    told = run(lab, "prune", "--older", "400d", "--trail", "--yes").stdout
    assert re.search("^audit_entry +1$", told, re.M)
    assert "stays, with" not in told


def test_a_new_key_for_the_site_is_made_with_yes_only(lab: Path) -> None:
    assert run(lab, "keys", "new-site").exit_code == 2
    told = run(lab, "keys", "new-site", "--yes")
    assert (told.exit_code, told.stdout) == (0, "The next start makes a new key for the site.\n")
