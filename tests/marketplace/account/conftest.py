"""People with accounts at a marketplace, and a real clock that obeys."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from mturk.marketplace import Marketplace
from mturk.marketplace.account.admission import Entry
from mturk.marketplace.account.entrance import Application, Entrance
from mturk.marketplace.account.means import Caller, Means
from mturk.marketplace.account.own_account import OwnAccount
from mturk.marketplace.account.password import Passwords
from mturk.marketplace.account.sitting import Sitting
from mturk.marketplace.clock import DAY

PASSWORD = "correct horse battery"
HOME = Caller("203.0.113.7", "", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
AWAY = Caller("198.51.100.9", "", "Mozilla/5.0 (X11; Linux) Chrome/140.0")


def quick_hash(password: str) -> str:
    return f"plain:{password}"


def quick_check(stored: str, password: str) -> bool:
    return stored == f"plain:{password}"


class Desk:
    """What the site has of a marketplace, with a clock that is moved by hand and hashes that take no time."""

    def __init__(self, database: str, **options: Any) -> None:
        self.time = time.time()
        self.market = Marketplace(database, real_time=lambda: self.time, public_url="https://turk.my-lab.org")
        self.market.requesters()
        self.hashed: list[str] = []
        premises = self.market._premises
        settings: dict[str, Any] = {
            "terms": None,
            "mail": True,
            "passwords": Passwords(quick_hash, self._check),
            "key": premises.entrance._means.key,
        }
        door = options.pop("open_door", False)
        self.means = Means(
            store=premises.store,
            dispatch=premises.dispatch,
            real_time=lambda: self.time,
            randomness=random.SystemRandom(),
            seal=lambda: premises.opening.seal,
            **{**settings, **options},
        )
        self.entrance = Entrance(self.means, open_door=door)
        self.own = OwnAccount(self.means)

    def _check(self, stored: str, password: str) -> bool:
        self.hashed.append(password)
        return quick_check(stored, password)

    def pass_time(self, **length: float) -> None:
        units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
        self.time += sum(units[name] * number for name, number in length.items())

    def invited(self, worker_id: str | None = None) -> str:
        return self.entrance.invite(worker_id, 14 * DAY)

    def joined(self, caller: Caller = HOME, worker_id: str | None = None, **entered: Any) -> Entry:
        """Somebody who was invited and signed up."""
        application = Application(**{"password": PASSWORD, **entered})
        return self.entrance.sign_up(application, self.invited(worker_id), caller)

    def sitting(self, entry: Entry) -> Sitting:
        found = self.entrance.sitting(entry.sitting)
        assert found is not None
        return found


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = desk.means.store._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


Open = Callable[..., Desk]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Make a desk on a database."""
    made: list[Desk] = []

    def make(database: str = ":memory:", **options: Any) -> Desk:
        made.append(Desk(database, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.market.stop()


@pytest.fixture
def desk(opened: Open, database: str) -> Desk:
    return opened(database)
