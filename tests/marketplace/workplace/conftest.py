"""A marketplace at noon of a Wednesday, whose time moves only when a test moves it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.call import Context
from tests.marketplace.conftest import Client, Publish, Work

Run = Callable[[Callable[[Context], Any]], Any]
Pay = Callable[..., str]
_WEDNESDAY = 2


@pytest.fixture
def market(database: str) -> Iterator[Marketplace]:
    started = time.time()  # signatures are held against the real time
    with Marketplace(database, real_time=lambda: started) as market:
        today = datetime.now(timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)
        market.clock.reach(today + timedelta(days=7 + (_WEDNESDAY - today.weekday()) % 7))
        yield market


@pytest.fixture
def look(market: Marketplace) -> Run:
    """Read something as the site does."""
    return lambda step: market._dispatch.run(step, writes=False)


@pytest.fixture
def do(market: Marketplace) -> Run:
    """Change something as the site does."""
    return lambda step: market._dispatch.run(step)


@pytest.fixture
def pay(client: Client, publish: Publish, work: Work) -> Pay:
    """Have an assignment done by A1ADA and approved, with a bonus if one is given; say its id."""

    def pay(reward: str = "0.10", bonus: str | None = None, words: str | None = None, worker_id: str = "A1ADA") -> str:
        assignment_id = work(publish(Reward=reward)["HITId"], worker_id)
        feedback = {"RequesterFeedback": words} if words else {}
        client.approve_assignment(AssignmentId=assignment_id, **feedback)
        if bonus:
            client.send_bonus(WorkerId=worker_id, AssignmentId=assignment_id, BonusAmount=bonus, Reason="well done")
        return assignment_id

    return pay
