"""What is planned, and planned in place of something else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from mturk.marketplace import agenda
from mturk.marketplace.agenda import ABANDON, APPROVE, Item
from mturk.marketplace.database.store import Store


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    store.prepare(lambda connection: None)
    yield store
    store.close()


@pytest.mark.parametrize("subject", [1, 2])
def test_what_takes_the_place_of_something_is_planned_anew_where_nothing_was(store: Store, subject: int) -> None:
    def change(connection: Connection) -> list[Item | None]:
        agenda.plan(connection, ABANDON, 1, 1000)
        agenda.change(connection, ABANDON, subject, APPROVE, 2000)
        agenda.cancel(connection, ABANDON, 1)
        return [agenda.first(connection, now) for now in (1999, 2000)]

    assert store.write(change) == [None, (APPROVE, subject, 2000)]


def test_what_takes_the_place_of_something_leaves_nothing_of_it(store: Store) -> None:
    def change(connection: Connection) -> bool:
        agenda.plan(connection, ABANDON, 1, 1000)
        agenda.change(connection, ABANDON, 1, APPROVE, 2000)
        return agenda.has(connection, ABANDON, 1)

    assert not store.write(change)


def test_who_waits_for_what_is_due_hears_of_each_change(store: Store) -> None:
    heard: list[int] = []
    store.listeners[agenda.NEWS] = heard.append
    store.write(lambda connection: agenda.change(connection, ABANDON, 1, APPROVE, 1000))  # in place of nothing
    store.write(lambda connection: agenda.change(connection, APPROVE, 1, ABANDON, 2000))
    assert heard == [1000, 2000]
