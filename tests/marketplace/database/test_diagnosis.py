"""A database that is down or damaged: one error that says what to do, wherever somebody meets it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import mturk
from mturk.marketplace import Marketplace, MarketplaceError
from tests.marketplace.conftest import MASTER_KEY, Connect
from tests.marketplace.postgresql import running

# Nothing listens at port 1.
DOWN = "postgresql://lab:hush@127.0.0.1:1/lab"
SAID = "cannot be reached: .*Connection refused. Start its server, or correct the URL."
ENTRIES: dict[str, Callable[[Marketplace], Any]] = {
    "start": Marketplace.start,
    "app": lambda market: market.app,
    "keys": lambda market: market.access_key,
    "requesters": Marketplace.requesters,
    "worker": lambda market: market.worker("A1"),
    "clock": lambda market: market.clock.advance(days=1),
    "audit": Marketplace.audit,
}
COMMANDS = [
    ["serve"],
    ["demo"],
    ["requester", "list"],
    ["requester", "keys"],
    ["requester", "add", "lab"],
    ["worker", "add", "A1"],
    ["worker", "export", "--csv", "-"],
    ["payouts", "--since", "2026-11-01", "--csv", "-"],
    ["simulate"],
]


@pytest.fixture(autouse=True)
def master_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_server_that_is_down_is_one_error_of_the_marketplace(entry: str) -> None:
    market = Marketplace(DOWN)
    with pytest.raises(MarketplaceError, match=SAID) as caught:
        ENTRIES[entry](market)
    assert "hush" not in str(caught.value)
    market.stop()


def test_a_server_that_is_down_is_a_configuration_error_of_the_sdk() -> None:
    with pytest.raises(mturk.ConfigurationError, match=SAID):
        mturk.connect("local", database=DOWN)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_server_that_is_down_is_one_line_of_every_command(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mturk", *arguments, "--database", DOWN]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.endswith("Start its server, or correct the URL.\n")


LATER: dict[str, Callable[[Marketplace], Any]] = {
    "keys": lambda market: market.requester("another"),
    "worker": lambda market: market.worker("A1"),
    "clock": lambda market: market.clock.advance(days=1),
    "audit": Marketplace.audit,
}


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Marketplace]:
    """A marketplace that is open while its file is spoilt."""
    file = tmp_path / "lab.sqlite3"
    market = Marketplace(file)
    market.requesters()
    market._store.close()  # which takes the log of SQLite into the file
    file.write_bytes(os.urandom(file.stat().st_size))
    yield market
    market.stop()


@pytest.mark.parametrize("entry", LATER)
def test_a_file_that_is_damaged_while_it_is_open_is_one_error_of_the_marketplace(
    damaged: Marketplace, entry: str
) -> None:
    with pytest.raises(MarketplaceError, match="is damaged or something else"):
        LATER[entry](damaged)


@pytest.mark.system
@pytest.mark.postgresql
def test_a_server_that_goes_down_is_one_error_and_its_log_has_no_traceback(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as server, Marketplace(server.enter_context(running()).url) as market:
        client = connect(market)
        client.get_account_balance()
        server.close()
        with pytest.raises(ClientError, match="The database could not be used"):
            client.get_account_balance()
        for entry in LATER.values():
            with pytest.raises(
                MarketplaceError, match=r"cannot be reached: .*\. Start its server, or correct the URL\."
            ):
                entry(market)
        end = time.monotonic() + 10
        while not any("tries again" in record.getMessage() for record in caplog.records):
            assert time.monotonic() < end
            time.sleep(0.05)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert {record.levelno for record in caplog.records if record.name.startswith("mturk")} == {logging.ERROR}
