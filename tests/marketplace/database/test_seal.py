"""The secret keys in the database: a stolen database signs no requests."""

from __future__ import annotations

import base64
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, new_site_key
from mturk.marketplace.database import seal
from mturk.marketplace.error import MarketplaceError as Error
from tests.marketplace.conftest import MASTER_KEY, Connect
from tests.marketplace.postgresql import PostgreSQL

OTHER_KEY = base64.b64encode(b"x" * 32).decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab.sqlite3"


@pytest.fixture
def key_file(path: Path) -> Path:
    return path.with_name("lab.sqlite3.key")


@pytest.fixture
def pair(path: Path) -> tuple[str, str]:
    """The key pair of a new marketplace, which is stopped again."""
    with Marketplace(path) as market:
        return market.access_key, market.secret_key


def _refused(words: str, *where: Path | str, **options: Any) -> None:
    with pytest.raises(MarketplaceError, match=words) as caught:
        Marketplace(*where, **options).start()
    assert "\n" not in str(caught.value)


def test_the_database_does_not_hold_the_secret(path: Path, pair: tuple[str, str]) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert pair[0] in dump
    assert pair[1] not in dump


def test_the_key_file_is_its_owner_s_alone(pair: tuple[str, str], key_file: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(base64.b64decode(key_file.read_text())) == 32
    assert sorted(name for name in os.listdir(tmp_path) if "key" in name) == [key_file.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o666])
def test_a_key_file_that_others_can_read_or_write_is_refused_until_they_cannot(
    path: Path, pair: tuple[str, str], key_file: Path, mode: int
) -> None:
    key_file.chmod(mode)
    _refused(r"can be read or written by others .* chmod 600 \S*lab\.sqlite3\.key", path)
    key_file.chmod(0o400)
    with Marketplace(path) as market:
        assert (market.access_key, market.secret_key) == pair


def test_a_draft_of_a_key_file_that_was_left_behind_lends_nothing_to_the_new_one(path: Path, key_file: Path) -> None:
    draft = key_file.with_name(f"{key_file.name}.new")
    draft.write_text("x" * 1000)
    draft.chmod(0o666)
    with Marketplace(path) as market:
        assert market.secret_key
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(base64.b64decode(key_file.read_text())) == 32


def test_a_database_without_its_key_file_is_refused_and_left_as_it_was(
    path: Path, pair: tuple[str, str], key_file: Path
) -> None:
    master_key = key_file.read_text()
    key_file.unlink()
    _refused(r"key file .*lab\.sqlite3\.key is missing.* Put it back", path)
    assert not key_file.exists()
    key_file.write_text(master_key)
    key_file.chmod(0o600)
    with Marketplace(path) as market:
        assert (market.access_key, market.secret_key) == pair


def test_the_content_of_a_lost_key_file_may_stand_in_the_environment(
    path: Path, pair: tuple[str, str], key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", key_file.read_text())
    key_file.unlink()
    with Marketplace(path) as market:
        assert (market.access_key, market.secret_key) == pair


def test_the_key_file_goes_before_the_environment(
    path: Path, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", OTHER_KEY)
    with Marketplace(path) as market:
        assert (market.access_key, market.secret_key) == pair


def test_with_a_key_in_the_environment_a_new_database_has_no_key_file(
    path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with Marketplace(path) as market:
        pair = market.access_key, market.secret_key
    assert not key_file.exists()
    with Marketplace(path, master_key=MASTER_KEY) as market:
        assert (market.access_key, market.secret_key) == pair


def test_another_master_key_is_refused_at_start(shared: str) -> None:
    with Marketplace(shared, master_key=MASTER_KEY):
        pass
    _refused("cannot be read with the master key that was passed in", shared, master_key=OTHER_KEY)


def test_another_key_file_is_refused_at_start(path: Path, pair: tuple[str, str], key_file: Path) -> None:
    key_file.write_text(OTHER_KEY)
    _refused(r"cannot be read with the key file .*lab\.sqlite3\.key", path)


def test_after_the_loss_of_the_master_key_everybody_can_have_new_pairs(
    path: Path, pair: tuple[str, str], key_file: Path, connect: Connect
) -> None:
    """As docs/security.md says."""
    key_file.write_text(OTHER_KEY)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE access_key SET sealed_secret = '', revocation_time = 0")
        database.execute("DELETE FROM certificate")
    database.close()
    new_site_key(path)
    with Marketplace(path) as market:
        assert market.access_key != pair[0]
        assert connect(market).get_account_balance()["AvailableBalance"] == "10000.00"


@pytest.mark.parametrize("bad", ["", "secret", MASTER_KEY[:-8], MASTER_KEY * 2, "ü" * 44])
def test_what_is_no_master_key_is_refused_with_how_to_make_one(path: Path, bad: str) -> None:
    _refused(r"not a master key, which is 32 bytes in base64\. Make one with: openssl", path, master_key=bad)
    with Marketplace(path, master_key=MASTER_KEY) as market:
        assert market.access_key


def test_a_server_s_database_wants_a_master_key(postgresql: PostgreSQL) -> None:
    with postgresql.database() as url:
        _refused("needs a master key for its secrets in MTURK_MARKETPLACE_KEY: the one that it was made with", url)


def test_a_key_file_that_cannot_be_read_is_refused(path: Path, pair: tuple[str, str], key_file: Path) -> None:
    key_file.unlink()
    key_file.mkdir()
    _refused("cannot be read: Is a directory", path)


def test_a_secret_is_sealed_differently_each_time() -> None:
    by = seal.given(MASTER_KEY, "the key")
    assert by.close("secret", "AKIA1") != by.close("secret", "AKIA1")


def test_a_sealed_secret_cannot_be_put_under_another_access_key() -> None:
    by = seal.given(MASTER_KEY, "the key")
    sealed = by.close("secret", "AKIA1")
    assert by.open(sealed, "AKIA1") == "secret"
    with pytest.raises(Error, match="cannot be read with the key"):
        by.open(sealed, "AKIA2")


@pytest.mark.parametrize("bad", ["", "!", "AAAA", base64.b64encode(b"x" * 60).decode()])
def test_a_sealed_secret_that_was_changed_is_noticed(bad: str) -> None:
    with pytest.raises(Error, match="cannot be read"):
        seal.given(MASTER_KEY, "the key").open(bad, "AKIA1")


def test_no_master_key_shows_in_a_repr(path: Path) -> None:
    assert MASTER_KEY not in repr(seal.given(MASTER_KEY, "the key"))
