"""Each kind of problem is found, and nothing where there is none."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from mturk.marketplace import Crowd, Marketplace, MarketplaceError, check

FAR = 2**50
PROBLEMS = [
    ("UPDATE account SET balance = balance + 1 WHERE kind = 'fees'", "ledger: fees 0: the balance is"),
    ("UPDATE hit_group SET hits = hits + 1", "groups: hit_group 1"),
    *((f"UPDATE hit SET {name} = {name} + 1", f"assignments as {name}, and has") for name in
      ("pending", "submitted", "approved", "rejected")),
    *((f"UPDATE worker SET {name} = 0", f"0 assignments are recorded as {name}, but") for name in
      ("submitted", "approved", "rejected")),
    ("DELETE FROM agenda WHERE kind = 'expire'", "nothing of the kind 'expire' for it"),
    ("DELETE FROM agenda WHERE kind = 'outdate'", "nothing of the kind 'outdate' for it"),
    ("DELETE FROM agenda WHERE kind = 'abandon'", "nothing of the kind 'abandon' for it"),
    ("DELETE FROM agenda WHERE kind = 'approve'", "nothing of the kind 'approve' for it"),
    *((f"INSERT INTO agenda VALUES ('{kind}', 999, {FAR})", f"agenda '{kind}' of number 999") for kind in
      ("expire", "outdate", "abandon", "approve", "forget", "dispose")),
    ("UPDATE agenda SET time = 1", "things are overdue, the first since 1970-01-01 00:00 UTC"),
    ("DELETE FROM hit_content", "its question is missing"),
    ("DELETE FROM upload_content", "the file itself is missing"),
    ("DELETE FROM upload", "upload_content 1: it refers to a row of upload that is not there"),
    ("UPDATE upload SET key = 'other'", "the answer of its assignment"),
    ("UPDATE assignment SET answer = NULL", "does not name it"),
    ("UPDATE assignment SET answer = answer || answer WHERE answer LIKE '%UploadedFileKey%'",
     "its answer names 2 files, and 1 are there"),
    ("DELETE FROM transfer WHERE reason = 'hold' AND hit = (SELECT max(number) FROM hit)", "cents are on hold for it"),
    ("UPDATE hit SET max_assignments = max_assignments + 1 WHERE NOT expired", "cents are on hold for it"),
    ("UPDATE hit SET fee = fee + 1", "cents are on hold for it, and what can still be paid is"),
    ("UPDATE hit_type SET reward = reward + 1", "what can still be paid for the HITs is"),
    ("UPDATE account SET balance = balance - 1 WHERE kind = 'hold'", "requester requester: "),
    ("UPDATE hit SET disposed = 1", "was disposed of, which takes the files away too"),
    ("INSERT INTO event VALUES (1, 99, 'Ping', 0, 'T', 'H', NULL, NULL)", "event 1: it refers to a row of outlet"),
    ("DELETE FROM account WHERE kind = 'earned'", "no account has what was earned"),
    ("DELETE FROM account WHERE kind = 'hold'", "the account 'hold' is missing"),
    ("DELETE FROM account WHERE kind = 'available'", "the account 'available' is missing"),
    ("UPDATE assignment SET worker = NULL WHERE status = 'Approved'", "it is Approved by nobody"),
    ("UPDATE access_key SET sealed_secret = 'AAAA'", "it cannot be read with the key file"),
    ("UPDATE market SET sealed_site_key = 'AAAA'", "site: it cannot be read with the key file"),
]  # fmt: skip


def change(lab: Path, statement: str) -> None:
    """Do by hand what no operation does."""
    with closing(sqlite3.connect(lab)) as database, database:
        assert database.execute(statement).rowcount


def test_a_marketplace_in_order_has_no_problem(lab: Path) -> None:
    assert check(lab) == []


def test_one_that_runs_and_was_never_used_has_no_problem(shared: str) -> None:
    with Marketplace(shared):
        assert check(shared) == []


@pytest.mark.parametrize(("statement", "words"), PROBLEMS)
def test_each_kind_of_problem_is_told_with_what_to_do(lab: Path, statement: str, words: str) -> None:
    change(lab, statement)
    found = [str(problem) for problem in check(lab)]
    assert [one for one in found if words in one], found
    assert all(one.endswith(".") and "\n" not in one for one in found)


def test_whatever_workers_do_what_is_on_hold_is_what_can_be_paid(lab: Path) -> None:
    market = Marketplace(lab)
    for days in (1, 3, 40):
        market.simulate(Crowd(workers=10, arrivals=30, abandons=0.3, returns=0.3), hours=1)
        market.clock.advance(days=days)
        assert [one for one in check(lab, real_time=market.clock.now().timestamp) if "hold" in one.what] == []
    market.stop()


def test_of_many_alike_the_first_are_told(lab: Path) -> None:
    change(lab, f"WITH RECURSIVE n(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM n LIMIT 30) "
                f"INSERT INTO agenda SELECT 'expire', x, {FAR} FROM n")  # fmt: skip
    found = check(lab)
    assert len(found) == 11
    assert "others" in found[-1].where


def test_a_damaged_file_is_told(lab: Path) -> None:
    content = bytearray(lab.read_bytes())
    content[20 * 4096 : 40 * 4096] = os.urandom(20 * 4096)
    lab.write_bytes(content)
    try:
        found = [problem.what for problem in check(lab)]
    except MarketplaceError as error:  # where the damage is, too, by chance
        found = [str(error)]
    assert "damaged" in found[0]


def test_files_that_others_can_use_are_told(lab: Path) -> None:
    key = lab.with_name("lab.sqlite3.key")
    lab.chmod(0o644)
    key.chmod(0o660)
    # What SQLite puts beside the file has its permissions.
    assert {(str(path), f"chmod 600 {path}") for path in (lab, key)} <= {
        (problem.where, problem.remedy) for problem in check(lab)
    }


def test_the_remedy_names_a_file_as_a_shell_reads_it(lab: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a $(b)"
    folder.mkdir()
    moved = lab.rename(folder / lab.name)
    moved.chmod(0o644)
    assert f"chmod 600 '{moved}'" in [problem.remedy for problem in check(moved)]


def test_a_missing_master_key_is_told(lab: Path) -> None:
    lab.with_name("lab.sqlite3.key").unlink()
    assert [problem.where for problem in check(lab)] == ["master key"]


def test_what_became_due_an_hour_ago_and_did_not_happen_is_told(lab: Path) -> None:
    year = time.time() + 366 * 86400
    assert [problem.where for problem in check(lab, real_time=lambda: year)] == ["agenda"]


def test_nothing_is_changed(lab: Path) -> None:
    before = lab.read_bytes(), sorted(os.listdir(lab.parent))
    check(lab)
    assert (lab.read_bytes(), sorted(set(os.listdir(lab.parent)) - {"lab.sqlite3-wal", "lab.sqlite3-shm"})) == before


def test_a_database_of_another_version_is_refused(lab: Path) -> None:
    change(lab, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MarketplaceError, match="newer mturk"):
        check(lab)
    change(lab, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(MarketplaceError, match="older mturk"):
        check(lab)


@pytest.mark.parametrize("database", ["missing.sqlite3", ":memory:"])
def test_what_is_not_there_is_refused_and_not_made(tmp_path: Path, database: str) -> None:
    with pytest.raises(MarketplaceError):
        check(database if database == ":memory:" else tmp_path / database)
    assert os.listdir(tmp_path) == []


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as database:
        database.execute("CREATE TABLE market (shift)")
    with pytest.raises(MarketplaceError, match="holds no marketplace"):
        check(tmp_path / "other.sqlite3")
