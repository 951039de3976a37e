"""What all tests share: a clean environment, time that obeys, a judge, a marketplace."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mturk.connection.connection
import mturk.connection.local
from mturk import Connection
from mturk.connection.clock import Clock
from mturk.connection.connection import by_default
from tests import judge as judges
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge

SYSTEM = {"browser", "postgresql"}
"""The fixtures that start a program which pip does not install. A test that picks one by a parameter names it so."""


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a program besides Python's packages."""
    for item in items:
        for name in SYSTEM & _fixtures(item):
            item.add_marker("system")
            item.add_marker(name)


def _fixtures(item: pytest.Item) -> set[str]:
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return {*getattr(item, "fixturenames", ()), *(value for value in chosen if isinstance(value, str))}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what is left out, and how to run it."""
    if config.option.markexpr == "not system":
        terminalreporter.write_line(
            "Left out is what needs PostgreSQL, Chromium, Node or the AWS command line (the marker `system`); "
            'with -m "" it runs too.'
        )


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No credentials, endpoints or proxies of the machine's, and no default connection of another test's."""
    for name in os.environ:
        if name.startswith(("AWS_", "MTURK_")):
            monkeypatch.delenv(name)
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with by_default(None):
        yield
    for running in mturk.connection.local._running.values():
        running.market.stop()
    mturk.connection.local._running.clear()
    assert mturk.connection.connection._in_force.get() is None


class Time:
    """Time that passes only when somebody sleeps; starts now, because signatures are dated."""

    def __init__(self) -> None:
        self._at = time.time()
        self._lock = threading.Lock()
        self.slept: list[float] = []
        self.clock = Clock(self.now, self.now, self.sleep)

    def now(self) -> float:
        return self._at

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._at += seconds

    advance = sleep


@pytest.fixture
def timing() -> Time:
    return Time()


@pytest.fixture
def judge(timing: Time) -> Iterator[Judge]:
    with judges.judging() as judge:
        judge.now = timing.now
        yield judge


@pytest.fixture
def connect(timing: Time) -> Iterator[Callable[..., Connection]]:
    """Make a connection with made-up keys and obedient time; it is closed after the test."""
    made: list[Connection] = []

    def connect(where: str, **options: Any) -> Connection:
        settings: dict[str, Any] = {
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "clock": timing.clock,
            "random": lambda: 1.0,
            "timeout": 20.0,
        }
        made.append(Connection(where, **{**settings, **options}))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


@pytest.fixture
def connection(judge: Judge, connect: Callable[..., Connection]) -> Connection:
    """A connection to the judge."""
    return connect(judge.url)


@pytest.fixture
def default(connection: Connection) -> Iterator[Connection]:
    """The connection to the judge, as the default of the process."""
    with by_default(connection):
        yield connection


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "lab.sqlite3"
