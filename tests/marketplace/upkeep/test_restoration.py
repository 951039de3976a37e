"""Copies that are put back: examined before, and over nothing that is not set aside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mturk.marketplace import Marketplace, MarketplaceError, back_up, check, restore, rotate_master_key
from mturk.marketplace.database import seal
from tests.marketplace.conftest import MASTER_KEY, Connect
from tests.marketplace.postgresql import PostgreSQL
from tests.marketplace.upkeep.test_inspection import change

EVENT = "INSERT INTO event SELECT 1, number, 'Ping', 0, 'T', 'H', NULL, NULL FROM outlet"
OUTLET = "INSERT INTO outlet (number, requester, transport, destination) VALUES (1, 1, 'queue', 'q')"
PROGRAM = """
import os, signal, sys
from mturk.marketplace import restore

def step(name):
    if name == sys.argv[4]:
        os.kill(os.getpid(), signal.SIGKILL)

restore(sys.argv[1], sys.argv[2], key=sys.argv[3], force=True, step=step)
"""
STEPS = ["the copy is examined", "the old one is set aside", "the key is there", "the copy is in its place"]


@pytest.fixture
def key(lab: Path, tmp_path: Path) -> Path:
    """The master key of the copy, kept elsewhere."""
    (tmp_path / "safe").mkdir()
    return Path(shutil.copy2(lab.with_name("lab.sqlite3.key"), tmp_path / "safe" / "lab.key"))


@pytest.fixture
def copy(lab: Path, key: Path, tmp_path: Path) -> Path:
    return back_up(lab, tmp_path / "copies").path


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "new").mkdir()
    return tmp_path / "new" / "lab.sqlite3"


def test_a_copy_is_a_marketplace_again(copy: Path, key: Path, new: Path, lab: Path, connect: Connect) -> None:
    done = restore(copy, new, key=key)
    assert (done.database, done.aside, done.problems) == (str(new), None, [])
    assert check(new) == []
    with Marketplace(lab) as before, Marketplace(new) as after:
        assert (after.access_key, after.secret_key) == (before.access_key, before.secret_key)
        assert connect(after).get_account_balance() != {}
    assert sorted(os.listdir(new.parent)) == ["lab.sqlite3", "lab.sqlite3.key"]


def test_nothing_is_put_over_a_database(copy: Path, lab: Path) -> None:
    before = lab.read_bytes()
    with pytest.raises(MarketplaceError, match="is there already"):
        restore(copy, lab)
    assert lab.read_bytes() == before


def test_a_log_without_its_database_is_not_taken_for_the_copy_s(copy: Path, key: Path, new: Path) -> None:
    new.with_name("lab.sqlite3-wal").write_bytes(b"of another one")
    with pytest.raises(MarketplaceError, match="wal is there already"):
        restore(copy, new, key=key)
    restore(copy, new, key=key, force=True)
    assert check(new) == []


def test_the_database_that_is_set_aside_can_be_used(copy: Path, lab: Path, key: Path) -> None:
    with Marketplace(lab) as market:
        market.requester("later")
    rotate_master_key(lab, forget_old=True)
    done = restore(copy, lab, key=key, force=True)
    assert done.aside is not None
    assert check(lab) == check(done.aside) == []
    names = []
    for path in (lab, done.aside):
        market = Marketplace(path, existing=True)
        names.append("later" in market.requesters())
        market.stop()
    assert names == [False, True]


def test_a_database_that_is_in_use_is_refused(copy: Path, lab: Path) -> None:
    with Marketplace(lab) as market:
        with pytest.raises(MarketplaceError, match=r"in use .* Stop the marketplace"):
            restore(copy, lab, force=True)
        assert market.audit() == []
    assert check(lab) == []


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_moment_there_is_a_whole_marketplace(copy: Path, key: Path, lab: Path, step: str) -> None:
    """The one that was there, or the copy, each with its own key."""
    rotate_master_key(lab, forget_old=True)
    with Marketplace(lab) as market:
        market.requester("later")
    killed = subprocess.run([sys.executable, "-c", PROGRAM, copy, lab, key, step], capture_output=True)
    assert killed.returncode == -9, killed.stderr
    market = Marketplace(lab, existing=True)
    is_old = "later" in market.requesters()
    market.stop()
    assert is_old == (step != STEPS[-1])
    # Names of what is set aside have seconds.
    restore(copy, lab, key=key, force=True, real_time=lambda: time.time() + 5)
    assert check(lab) == []


@pytest.mark.parametrize("has_key", [True, False])
def test_a_copy_that_the_key_does_not_open_is_refused(copy: Path, new: Path, tmp_path: Path, has_key: bool) -> None:
    other = tmp_path / "other.key"
    seal.write(other, [seal.new_key()])
    with pytest.raises(MarketplaceError, match="another master key" if has_key else r"key file .* is missing"):
        restore(copy, new, key=other if has_key else None)
    assert os.listdir(new.parent) == []


def test_a_key_file_that_is_there_serves_where_none_is_named(copy: Path, key: Path, new: Path) -> None:
    shutil.copy2(key, seal.key_file(new))
    restore(copy, new)
    assert check(new) == []


def test_another_key_that_is_there_is_kept(copy: Path, key: Path, new: Path) -> None:
    other = seal.new_key()
    seal.write(seal.key_file(new), [other])
    restore(copy, new, key=key)
    (kept,) = new.parent.glob("*.before-*.key")
    assert seal.read(kept) == [other]
    assert seal.read(seal.key_file(new)) == seal.read(key)


def test_a_damaged_copy_is_refused(copy: Path, key: Path, new: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[20 * 4096 : 40 * 4096] = os.urandom(20 * 4096)
    copy.write_bytes(content)
    with pytest.raises(MarketplaceError):
        restore(copy, new, key=key)
    assert os.listdir(new.parent) == []


@pytest.mark.parametrize(
    ("version", "words"), [("9999", "newer mturk"), ("0000", "older mturk")]
)  # fmt: skip
def test_a_copy_of_another_version_is_refused(copy: Path, key: Path, new: Path, version: str, words: str) -> None:
    change(copy, f"UPDATE alembic_version SET version_num = '{version}'")
    with pytest.raises(MarketplaceError, match=words):
        restore(copy, new, key=key)
    assert os.listdir(new.parent) == []


@pytest.mark.parametrize("content", [b"", b"something else entirely", b"PGDMP"])
def test_what_is_no_copy_of_this_kind_is_refused(tmp_path: Path, key: Path, new: Path, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(MarketplaceError, match="no copy of"):
        restore(tmp_path / "copy", new, key=key)


def test_what_is_wrong_with_the_ledger_of_a_copy_is_told(copy: Path, key: Path, new: Path) -> None:
    change(copy, "UPDATE account SET balance = balance + 1 WHERE kind = 'fees'")
    assert {problem.where for problem in restore(copy, new, key=key).problems} == {"ledger"}
    assert new.exists()


def test_what_became_due_meanwhile_is_told_and_happens_at_the_next_start(copy: Path, key: Path, new: Path) -> None:
    year = time.time() + 366 * 86400
    assert restore(copy, new, key=key, real_time=lambda: year).due > 0
    with Marketplace(new, real_time=lambda: year):
        pass
    assert check(new, real_time=lambda: year) == []


def test_events_that_wait_are_kept_or_dropped(copy: Path, key: Path, new: Path) -> None:
    change(copy, OUTLET)
    change(copy, EVENT)
    assert restore(copy, new, key=key).waiting == 1
    assert restore(copy, new.with_name("b.sqlite3"), key=key, drop_outbox=True).waiting == 0


@pytest.fixture
def empty(postgresql: PostgreSQL) -> Iterator[str]:
    """An empty PostgreSQL database of its own."""
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
        yield postgresql.url.replace("/postgres?", "/restored?")
        connection.execute("DROP DATABASE restored WITH (FORCE)")


def test_a_dump_goes_into_an_empty_database_only(
    postgresql: PostgreSQL, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        schema = url[url.index("&options") :]
        with Marketplace(url) as market:
            pair = market.access_key, market.secret_key
            copy = back_up(url, tmp_path / "copies").path
    done = restore(copy, empty + schema)
    assert (done.problems, check(empty + schema)) == ([], [])
    with Marketplace(empty + schema, existing=True) as market:
        assert (market.access_key, market.secret_key) == pair
    with pytest.raises(MarketplaceError, match="is not empty"):
        restore(copy, empty + schema)
    with pytest.raises(MarketplaceError, match="no copy of the kind"):
        restore(copy, tmp_path / "lab.sqlite3")


def test_a_dump_goes_into_no_schema_in_which_there_is_something(
    postgresql: PostgreSQL, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        schema = url.rpartition("%3D")[2]
        with Marketplace(url):
            copy = back_up(url, tmp_path / "copies").path
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.others AS SELECT 1 AS kept")
        # What follows looks in another schema, and finds no marketplace there.
        with pytest.raises(MarketplaceError, match="is not empty"):
            restore(copy, empty)
        assert connection.execute(f"SELECT kept FROM {schema}.others").fetchall() == [(1,)]


def test_a_dump_that_is_refused_leaves_the_database_empty(
    postgresql: PostgreSQL, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with postgresql.database() as url:
        there = empty + url[url.index("&options") :]
        with Marketplace(url) as market:
            pair = market.access_key, market.secret_key
            copy = back_up(url, tmp_path / "copies").path
    other = tmp_path / "other.key"
    seal.write(other, [seal.new_key()])
    with pytest.raises(MarketplaceError, match="another master key"):
        restore(copy, there, key=other)
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    restore(copy, there, drop_outbox=True)
    with Marketplace(there, existing=True) as market:
        assert (market.access_key, market.secret_key) == pair
