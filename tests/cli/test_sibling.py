"""`mturk serve --processes`: several processes answer at one address, and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from tests.cli.test_program import PATIENCE, Serving, run, serving
from tests.marketplace.postgresql import PostgreSQL, running
from tests.marketplace.sample import hit_arguments

MASTER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database that several processes can open."""
    if request.param == "sqlite":
        yield str(tmp_path / "lab.sqlite3")
        return
    monkeypatch.setenv("MTURK_MARKETPLACE_KEY", MASTER_KEY)
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture
def three(place: str) -> Iterator[Serving]:
    with serving(place, "--processes", "3") as server:
        yield server


def siblings(server: Serving) -> list[int]:
    """The other processes that serve, by their numbers."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)  # between two looks


def client(server: Serving) -> boto3.client:
    keys = server.exports
    return boto3.client(
        "mturk",
        endpoint_url=server.facts["Address"],
        region_name="us-east-1",
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        config=Config(max_pool_connections=20, retries={"total_max_attempts": 1}),
    )


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_what_all_of_them_answer_is_in_one_database(three: Serving) -> None:
    caller = client(three)
    with ThreadPoolExecutor(20) as threads:
        made = set(threads.map(lambda _: caller.create_hit(**hit_arguments())["HIT"]["HITId"], range(60)))
    listed = caller.list_hits(MaxResults=100)["HITs"]
    caller.close()
    assert len(made) == 60
    assert {one["HITId"] for one in listed} == made


def test_others_answer_while_the_first_one_does_not(three: Serving) -> None:
    until(lambda: len(siblings(three)) == 2)
    others = siblings(three)
    three.process.send_signal(signal.SIGSTOP)
    try:
        caller = client(three)
        assert caller.get_account_balance()["AvailableBalance"] == "10000.00"
        caller.close()
    finally:
        three.process.send_signal(signal.SIGCONT)
    assert siblings(three) == others


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_all_of_them(three: Serving, number: signal.Signals) -> None:
    until(lambda: len(siblings(three)) == 2)
    others = siblings(three)
    assert three.end(number) == (0, "")
    assert not any(is_there(pid) for pid in others)


def test_ctrl_c_in_a_terminal_which_all_of_them_hear_ends_all_of_them_at_any_time(place: str) -> None:
    arguments = [sys.executable, "-m", "mturk", "serve", "--port", "0", "--database", place, "--processes", "3"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, text=True, start_new_session=True, **pipes) as process:
        server = Serving(process)  # by now the others have hardly begun
        os.killpg(process.pid, signal.SIGINT)
        _, errors = server.process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")


def test_one_that_is_killed_is_replaced_and_that_is_said(three: Serving) -> None:
    until(lambda: len(siblings(three)) == 2)
    first, second = siblings(three)
    os.kill(first, signal.SIGKILL)
    until(lambda: len(set(siblings(three)) - {first, second}) == 1)
    assert second in siblings(three)
    code, errors = three.end(signal.SIGTERM)
    assert (code, errors) == (0, "mturk: a process ended with -9; another one takes its place.\n")


def test_another_takes_the_place_though_nobody_reads_what_is_said(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # as users have it: what cannot be written stays in a buffer
    with serving(place, "--processes", "2") as server:
        until(lambda: len(siblings(server)) == 1)
        (first,) = siblings(server)
        assert server.process.stderr is not None
        server.process.stderr.close()
        os.kill(first, signal.SIGKILL)
        until(lambda: set(siblings(server)) - {first})
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0


def test_a_second_ctrl_c_ends_one_that_does_not_end_by_itself(place: str) -> None:
    with serving(place, "--processes", "2") as server:
        until(lambda: len(siblings(server)) == 1)
        (other,) = siblings(server)
        os.kill(other, signal.SIGSTOP)
        server.process.send_signal(signal.SIGINT)
        time.sleep(2)  # by then it waits for the other one
        server.process.send_signal(signal.SIGINT)
        server.process.wait(PATIENCE / 3)
        assert not is_there(other)


def test_all_end_when_the_first_one_is_killed(three: Serving) -> None:
    until(lambda: len(siblings(three)) == 2)
    others = siblings(three)
    three.process.kill()
    until(lambda: not any(is_there(pid) for pid in others))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--processes", "0"], "0 is not in the range 1<=x<=64"),
        (["--processes", "many"], "'many' is not a valid integer"),
        (["--processes", "2", "--database", ":memory:"], "a database in memory has one process."),
        (["--processes", "2", "--database", "sqlite://"], "a database in memory has one process."),
    ],
)
def test_a_number_that_cannot_be_is_refused(options: list[str], told: str) -> None:
    done = run("serve", *options)
    assert done.exit_code == 2
    assert f"Invalid value for '--processes': {told}" in done.stderr
