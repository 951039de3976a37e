"""The database: trouble with it is explained in one line."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database.store import Store
from mturk.marketplace.database.table import market
from mturk.marketplace.error import DatabaseError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab.sqlite3"


def _refused(database: Path | bytes | str, words: str) -> None:
    with pytest.raises(MarketplaceError, match=words) as caught:
        Marketplace(database).start()
    assert "\n" not in str(caught.value)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    _refused(tmp_path / "nowhere" / "lab.sqlite3", f"the folder {tmp_path}/nowhere does not exist")


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    _refused(tmp_path, "is a folder. Name a file in it.")


@pytest.mark.parametrize("below", ["lab.sqlite3", "folder/lab.sqlite3"])
def test_a_file_that_is_taken_for_a_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "notes").write_text("")
    _refused(tmp_path / "notes" / below, f"{tmp_path}/notes is a file, not a folder")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    _refused(tmp_path / ("x" * 300), "cannot be opened or made")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "The name of the database is empty"),
        (" ", "The name of the database is empty"),
        (b"lab.sqlite3", "named by text"),
        ("lab\0.sqlite3", "NUL character"),
        ("sqlite:///lab\0.sqlite3", "NUL character"),
        ("sqlite:///lab.sqlite3?mode=ro&uri=true", "no options of SQLite, but the URL has: mode, uri"),
        ("sqlite:///file:lab.sqlite3?uri=true", "no options of SQLite, but the URL has: uri"),
        ("sqlite:///lab.sqlite3?timeout=soon", "no options of SQLite, but the URL has: timeout"),
        ("sqlite://lab.sqlite3", "a slash is missing in sqlite://lab.sqlite3"),
    ],
)
def test_what_cannot_be_a_database_is_refused_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes | str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _refused(name, words)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_written_to_is_refused(path: Path) -> None:
    market = Marketplace(path)
    market.requester("x")
    market.stop()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = DELETE")
    database.close()
    with open(path, "r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # a version of the file that SQLite only reads, whoever asks
    _refused(path, "cannot be written to")


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_text("Dear diary, " * 1000)
    _refused(path, "damaged or something else")
    assert path.read_text().startswith("Dear diary")


def test_a_damaged_database_is_refused(path: Path) -> None:
    market = Marketplace(path)
    market.requester("x")
    market.stop()
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8000)
    _refused(path, "damaged or something else")


def test_a_database_of_somebody_else_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE recipes (name)")
    database.close()
    _refused(path, "holds other data")


def test_a_locked_database_is_refused(path: Path) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(MarketplaceError, match="locked by another program"):
            Store(path, patience=0.1).prepare(lambda _: None)
    finally:
        database.close()


def test_a_server_that_is_not_there_is_one_clear_line_without_the_password() -> None:
    with pytest.raises(MarketplaceError, match="cannot be reached: connection failed") as caught:
        Marketplace("postgresql://lab:secret@127.0.0.1:1/lab").start()
    assert "\n" not in str(caught.value)
    assert "postgresql://lab:***@127.0.0.1:1/lab" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MarketplaceError, match=r"pip install 'mturk\[postgresql\]'"):
        Marketplace("postgresql://host/lab")


@pytest.mark.parametrize("url", ["nosuch://x", "://", "sqlite+nodriver:///x"])
def test_an_impossible_url_is_refused(url: str) -> None:
    with pytest.raises(MarketplaceError):
        Marketplace(url)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
@pytest.mark.parametrize("kept", [0o022, 0, 0o277])
@pytest.mark.parametrize("name", ["{}/lab.sqlite3", "sqlite:///{}/lab.sqlite3", "sqlite+pysqlite:///{}/lab.sqlite3"])
def test_a_new_database_and_what_lies_beside_it_are_readable_by_their_owner_only(
    tmp_path: Path, kept: int, name: str
) -> None:
    usual = os.umask(kept)
    try:
        with Marketplace(name.format(tmp_path)) as market:
            market.requester("another")
            modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    finally:
        os.umask(usual)
    names = ["lab.sqlite3", "lab.sqlite3-shm", "lab.sqlite3-wal", "lab.sqlite3.key"]
    assert modes == dict.fromkeys(names, "0o600")


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    store.prepare(lambda _: None)
    yield store
    store.close()


def test_one_connection_writes_to_a_file(store: Store) -> None:
    taken: list[object] = []
    event.listen(store._engine, "checkout", lambda *_: taken.append(1))
    for _ in range(3):
        store.add_shift(1, most=9)
    assert len(taken) <= 1


def test_writing_goes_on_after_a_transaction_that_failed(store: Store) -> None:
    store.add_shift(1, most=9)
    with pytest.raises(ZeroDivisionError):
        store.write(lambda database: (database.execute(market.update().values(shift=5)), 1 / 0))
    store.add_shift(1, most=9)
    assert store.pulse().shift == 2


def test_what_is_closed_leaves_one_whole_file_and_can_be_opened_again(store: Store, path: Path) -> None:
    store.add_shift(1, most=9)
    store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    store.add_shift(1, most=9)
    assert store.pulse().shift == 2


def test_what_is_closed_in_the_middle_of_a_transaction_ends_it_first(store: Store, path: Path) -> None:
    def work(database: Connection) -> None:
        database.execute(market.update().values(shift=5))
        store.close()

    store.write(work)
    assert store.pulse().shift == 5
    store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_who_cannot_begin_to_write_is_told_that_the_file_is_locked(store: Store, path: Path) -> None:
    impatient = Store(path, patience=0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="is locked by another program"):
            impatient.add_shift(1, most=9)
    impatient.close()
