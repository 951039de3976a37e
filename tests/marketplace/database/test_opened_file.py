"""The files of a database: whose they are, and what happens when they are taken away while they are in use."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import Connection

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database.store import Store
from mturk.marketplace.error import DatabaseError
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import hit_arguments

CALLS: list[Callable[[Client], object]] = [
    lambda client: client.create_hit(**hit_arguments()),
    lambda client: client.get_account_balance(),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab.sqlite3"


@pytest.fixture
def aside(tmp_path: Path) -> Path:
    (tmp_path / "aside").mkdir()
    return tmp_path / "aside" / "lab.sqlite3"


@pytest.fixture
def market(path: Path) -> Iterator[Marketplace]:
    with Marketplace(path) as market:
        yield market


@pytest.fixture
def client(market: Marketplace, connect: Connect) -> Client:
    client = connect(market)
    for call in CALLS:
        call(client)
    return client


def _refused(call: Callable[[Client], object], client: Client) -> None:
    with pytest.raises(ClientError) as caught:
        call(client)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert caught.value.response["Error"]["Code"] == "ServiceFault"


@pytest.mark.parametrize("call", CALLS)
def test_a_file_that_vanished_is_noticed_by_the_next_call_and_not_made_anew(
    client: Client, path: Path, aside: Path, call: Callable[[Client], object], caplog: pytest.LogCaptureFixture
) -> None:
    path.rename(aside)
    _refused(call, client)
    assert f"The file {path} is gone while it was in use" in caplog.text
    assert not path.exists()
    aside.rename(path)


def test_all_goes_on_when_the_same_file_is_put_back(client: Client, path: Path, aside: Path) -> None:
    path.rename(aside)
    _refused(CALLS[0], client)
    aside.rename(path)
    for call in CALLS:
        call(client)
    assert len(client.list_hits()["HITs"]) == 2


@pytest.mark.parametrize("call", CALLS)
def test_another_file_in_its_place_is_left_alone_until_a_restart(
    market: Marketplace,
    client: Client,
    path: Path,
    aside: Path,
    call: Callable[[Client], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    shutil.copy(path, aside)
    content = aside.read_bytes()
    os.replace(aside, path)
    _refused(call, client)
    assert f"The file {path} was replaced by another one while it was in use" in caplog.text
    assert path.read_bytes() == content


def test_a_log_that_was_taken_away_is_noticed_by_the_next_change(client: Client, path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()
    _refused(CALLS[0], client)


def test_what_was_written_into_a_file_that_vanished_meanwhile_is_not_said_to_be_done(path: Path) -> None:
    store = Store(path)
    store.prepare(lambda _: None)

    def work(_: Connection) -> None:
        path.unlink()

    with pytest.raises(DatabaseError, match="is gone"):
        store.write(work)
    store.close()


def test_what_is_opened_after_a_restart_is_what_is_there_then(path: Path, aside: Path) -> None:
    Path(shutil.copy(_made(path), aside))
    market = Marketplace(path)
    key = market.access_key
    market.stop()
    os.replace(aside, path)
    assert market.access_key == key
    market.stop()


def test_a_restart_of_the_same_object_takes_another_file(path: Path) -> None:
    market = Marketplace(path)
    before = market.access_key
    market.stop()
    for file in path.parent.glob("lab.sqlite3*"):
        file.unlink()
    assert market.access_key != before
    market.stop()


def test_a_program_may_go_to_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store("lab.sqlite3")
    store.prepare(lambda _: None)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def nested(_: Connection) -> int:
        return store.read(lambda other: store.pulse().shift)  # on connections of their own, opened here

    assert store.read(nested) == 0
    store.close()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["a?b#c%20d.sqlite3", "für Zoë.sqlite3"])
def test_a_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / name)
    store.prepare(lambda _: None)
    assert store.read(store.file) == tmp_path / name
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("existing", [False, True])
def test_a_missing_database_beside_its_key_file_is_not_made_anew(path: Path, existing: bool) -> None:
    _made(path).unlink()
    market = Marketplace(path, existing=existing)
    with pytest.raises(MarketplaceError, match=r"is missing, but .*lab\.sqlite3\.key is there.* Put it back") as caught:
        market.start()
    assert "\n" not in str(caught.value)
    assert [file.name for file in path.parent.iterdir()] == ["lab.sqlite3.key"]


def _made(path: Path) -> Path:
    market = Marketplace(path)
    market.requester("x")
    market.stop()
    return path


def test_the_log_of_the_server_is_not_full_of_tracebacks_when_a_file_is_gone(
    client: Client, market: Marketplace, path: Path, aside: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.rename(aside)
    for call in CALLS:
        _refused(call, client)
    aside.rename(path)
    market.stop()
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.ERROR]
