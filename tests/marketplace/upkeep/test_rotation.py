"""A new master key, while the marketplace runs and wherever it is broken off."""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mturk.marketplace import Marketplace, MarketplaceError, check, rotate_master_key
from mturk.marketplace.database import seal
from mturk.marketplace.database import table as t
from mturk.marketplace.database.column import metadata
from mturk.marketplace.people import mail
from mturk.marketplace.upkeep import sealed_text
from tests.marketplace.conftest import MASTER_KEY, Connect
from tests.marketplace.plan import plans, walks

OTHER_KEY = base64.b64encode(b"x" * 32).decode()
LINK = "a link in a letter"
STEPS = ["both keys are in the file", "everything is sealed anew", "the old key is kept"]
PROGRAM = """
import os, signal, sys
from mturk.marketplace import rotate_master_key

def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

rotate_master_key(sys.argv[1], step=step)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab.sqlite3"


@pytest.fixture
def key_file(path: Path) -> Path:
    return path.with_name("lab.sqlite3.key")


def fill(market: Marketplace) -> dict[str, str]:
    """Have a secret of every kind in the database; the pairs of the requesters."""
    market._premises._certificate.pem()
    market._premises.entrance._means.key()
    sealed = market._opening.seal.close(LINK, mail.SEAL)
    letter = (None, mail.RESET, 2**60, "a@b.org", sealed, "Password", "{link}")
    market._store.write(lambda database: mail.send_link(database, *letter))
    return {one.access_key: one.secret_key for one in (market.requester("lab"), market.requester("students"))}


def secrets(market: Marketplace) -> dict[str, str]:
    """Every secret in the database, as it is read now."""
    by = market._opening.seal
    found = market._store.read(lambda database: list(sealed_text.all_sealed(database)))
    return {f"{one.column} {one.label}": by.open(one.sealed, one.label) for one in found}


def test_every_sealed_column_is_known() -> None:
    sealed = {column for table in metadata.tables.values() for column in table.c if column.name.startswith("sealed_")}
    assert set(sealed_text.LABELS) == sealed


def test_no_secret_changes_and_all_are_sealed_with_the_new_key(path: Path, key_file: Path) -> None:
    with Marketplace(path) as market:
        fill(market)
        before = secrets(market)
    old = key_file.read_text()
    done = rotate_master_key(path)
    assert done.resealed == len(before) == 6
    with Marketplace(path) as market:
        assert secrets(market) == before
    assert key_file.read_text() != old
    assert len(seal.read(key_file)) == 1
    assert check(path) == []


def test_each_secret_is_sealed_anew_without_a_look_at_all_others(path: Path) -> None:
    with Marketplace(path) as market:
        fill(market)
    with plans("UPDATE access_key", "UPDATE certificate", "UPDATE mail") as lines:
        rotate_master_key(path)
    assert len(lines) == 3
    assert walks(lines) == []


def test_the_old_keys_are_kept_for_the_copies_that_need_them(path: Path, key_file: Path) -> None:
    with Marketplace(path):
        pass
    old = []
    for _ in range(2):
        old.insert(0, key_file.read_text())
        kept = rotate_master_key(path).old_key
    assert kept is not None
    assert kept.read_text() == "".join(old)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_an_old_key_can_be_forgotten(path: Path, key_file: Path) -> None:
    with Marketplace(path):
        pass
    assert rotate_master_key(path, forget_old=True).old_key is None
    assert not key_file.with_name(f"{key_file.name}.old").exists()


def test_a_marketplace_that_runs_meanwhile_goes_on(path: Path, connect: Connect) -> None:
    with Marketplace(path) as market:
        fill(market)
        lab = market.requester("lab")
        rotate_master_key(path)
        assert connect(market, "lab").get_account_balance()["AvailableBalance"] == "10000.00"
        later = lab.add_key()
        assert market._premises._certificate.pem()
    with Marketplace(path) as market:
        client = connect(market, aws_access_key_id=later.access_key, aws_secret_access_key=later.secret_key)
        assert client.get_account_balance()
    assert check(path) == []


def test_keys_that_are_made_while_it_goes_on_are_not_lost(path: Path) -> None:
    with Marketplace(path) as market:
        lab, made, ended = market.requester("lab"), [], threading.Event()

        def make() -> None:
            while not ended.is_set():
                made.append(lab.add_key())

        maker = threading.Thread(target=make)
        maker.start()
        try:
            for _ in range(5):
                rotate_master_key(path, forget_old=True)
        finally:
            ended.set()
            maker.join()
    again = Marketplace(path)
    pairs = {one.access_key: again._opening.find_key(one.access_key) for one in made if again.is_new is False}
    again.stop()
    assert {key: pair and pair.secret_key for key, pair in pairs.items()} == {
        one.access_key: one.secret_key for one in made
    }


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_lost_when_it_is_killed_and_the_next_one_ends_it(path: Path, key_file: Path, step: str) -> None:
    with Marketplace(path) as market:
        fill(market)
        before = secrets(market)
    killed = subprocess.run([sys.executable, "-c", PROGRAM, str(path), step], capture_output=True)
    assert killed.returncode == -9, killed.stderr
    with Marketplace(path) as market:
        assert secrets(market) == before
    kept = rotate_master_key(path).old_key
    with Marketplace(path) as market:
        assert secrets(market) == before
    assert kept is not None
    assert len(seal.read(key_file)) == len(seal.read(kept)) == 1


def test_a_secret_that_cannot_be_opened_leaves_all_as_it_was(path: Path, key_file: Path) -> None:
    with Marketplace(path) as market:
        fill(market)
        broken = t.access_key.update().where(t.access_key.c.access_key == market.requester("lab").access_key)
        market._store.write(lambda database: database.execute(broken.values(sealed_secret="AAAA")))
    old = key_file.read_text()
    with pytest.raises(MarketplaceError, match="cannot be read"):
        rotate_master_key(path)
    assert key_file.read_text() == old


def test_in_the_environment_both_keys_are_needed(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    with Marketplace(shared) as market:
        before = {**fill(market), **secrets(market)}
    with pytest.raises(MarketplaceError, match="has one key"):
        rotate_master_key(shared)
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", f"{OTHER_KEY},{MASTER_KEY}")
    assert [problem.what for problem in check(shared)] == ["an older master key has sealed it"] * 6
    assert rotate_master_key(shared) == (6, None)
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", OTHER_KEY)
    assert check(shared) == []
    with Marketplace(shared) as market:
        found = secrets(market)
    assert found == {name: before[name] for name in found}


def test_it_is_in_the_trail(lab: Path) -> None:
    market = Marketplace(lab, audit_trail=True)
    market.note("Step")
    rotate_master_key(lab)
    assert [entry.operation for entry in market.trail()] == ["Step", "RotateMasterKey"]
    market.stop()
