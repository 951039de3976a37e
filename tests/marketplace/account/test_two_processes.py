"""Two processes on one database: an invitation makes one worker, a name is one worker, a link sets one password."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from mturk.marketplace.database import table as t
from tests.marketplace.account.conftest import Desk, Open

# Eight threads do the same at once with one secret, and tell what became of each.
CROWD = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from mturk.marketplace import Marketplace, WorkerError
from mturk.marketplace.account.entrance import Application
from mturk.marketplace.account.means import Caller
database, what, secret = sys.argv[1:]
market = Marketplace(database, public_url="https://turk.my-lab.org")
market.requesters()
entrance = market._premises.entrance
caller = Caller("203.0.113.7")
steps = {
    "sign up": lambda number: entrance.sign_up(Application("correct horse battery"), secret, caller),
    "be named": lambda number: entrance.enter_as(secret, caller),
    "reset": lambda number: entrance.reset(secret, "another fine password", caller),
}

def attempt(number):
    try:
        return steps[what](number).worker_id
    except WorkerError as error:
        return str(error)

print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(8) as pool:
    print(json.dumps(list(pool.map(attempt, range(8)))), flush=True)
market.stop()
"""

Crowd = Callable[..., list[str]]


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    """Let two processes try the same at once, eight times each."""
    running: list[subprocess.Popen[str]] = []

    def both(database: str, what: str, secret: str) -> list[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        for _ in range(2):
            code = [sys.executable, "-c", CROWD, database, what, secret]
            running.append(subprocess.Popen(code, text=True, **pipes))  # type: ignore[call-overload]
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        return [outcome for process in running for outcome in json.loads(process.communicate(timeout=60)[0])]

    yield both
    for process in running:
        process.kill()
        process.communicate()


def people(desk: Desk) -> int:
    count = select(func.count()).select_from(t.person)
    return int(desk.means.store.read(lambda database: database.execute(count).scalar_one()))


def test_an_invitation_makes_one_worker(shared: str, opened: Open, crowd: Crowd) -> None:
    desk = opened(shared)
    outcomes = set(crowd(shared, "sign up", desk.invited()))
    # Who comes once it is done comes back by the same password, as the same one.
    assert len(outcomes - {"This invitation was used already. If it was you, sign in."}) == 1
    assert people(desk) == 1


def test_a_name_is_one_worker(shared: str, opened: Open, crowd: Crowd) -> None:
    desk = opened(shared)
    assert len(set(crowd(shared, "be named", "ada@uni.example"))) == 1
    assert people(desk) == 1


def test_a_link_sets_one_password(shared: str, opened: Open, crowd: Crowd) -> None:
    from mturk.marketplace.account.password import Passwords

    desk = opened(shared, passwords=Passwords())
    entry = desk.joined()
    outcomes = crowd(shared, "reset", desk.entrance.reset_link(entry.worker_id))
    assert outcomes.count(entry.worker_id) == 1
