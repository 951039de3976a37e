"""What cannot be told or sent, whatever the reason, waits by itself: other destinations are told meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select

from mturk.marketplace import Marketplace
from mturk.marketplace.clock import SECOND
from mturk.marketplace.database.table import outlet
from mturk.marketplace.delivery import outbox
from mturk.marketplace.delivery.delivery import LONGEST_PAUSE
from mturk.marketplace.delivery.sender import Sender
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.http.served import until
from tests.marketplace.inbox import WAIT, Inbox


@pytest.fixture
def inboxes() -> Iterator[tuple[Inbox, Inbox]]:
    both = Inbox(), Inbox()
    yield both
    for one in both:
        one.close()


def ping(client: Client, destination: str) -> None:
    told = {"Destination": destination, "Transport": "SQS", "Version": "2014-08-15", "EventTypes": ["HITCreated"]}
    client.send_test_event_notification(Notification=told, TestEventType="Ping")


def outlet_of(market: Marketplace, destination: str) -> Any:
    query = select(outlet).where(outlet.c.destination == destination)
    return market._store.read(lambda database: database.execute(query).one())


def test_many_slow_destinations_of_some_requesters_go_before_no_other_requester(
    market: Marketplace, client: Client, connect: Connect, inboxes: tuple[Inbox, Inbox]
) -> None:
    slow, there = inboxes
    freed = Inbox()
    try:
        for one in (slow, freed):
            one.hold.clear()
        others = [connect(market, f"other {number}") for number in range(4)]
        ping(others[0], freed.url)
        freed.requests.get(timeout=WAIT)
        for number, other in enumerate(others):
            for place in range(3):
                ping(other, f"{slow.url}-{number}-{place}")
        for _ in range(7):
            slow.requests.get(timeout=WAIT)
        ping(client, there.url)
        freed.hold.set()
        assert there.next()["Events"]
    finally:
        freed.close()


def test_events_that_cannot_be_told_keep_no_other_destination_waiting(
    market: Marketplace,
    client: Client,
    inboxes: tuple[Inbox, Inbox],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The routine that serves all of them does not rest for it."""
    here, there = inboxes
    ping(client, here.url)
    here.next()
    until(lambda: outlet_of(market, here.url).lease == 0)
    number, due = outlet_of(market, here.url).number, outlet_of(market, here.url).due
    claim = outbox.claim

    def failing(database: Connection, outlet: int, *rest: Any) -> Any:
        if outlet == number:
            raise RuntimeError("It cannot be told.")
        return claim(database, outlet, *rest)

    monkeypatch.setattr(outbox, "claim", failing)
    ping(client, here.url)
    ping(client, there.url)
    assert there.next()["Events"]
    until(lambda: outlet_of(market, here.url).due >= due + LONGEST_PAUSE * SECOND)
    assert [record.getMessage() for record in caplog.records] == [
        f"notifications to outlet {number} cannot be written, and have to wait"
    ]


def test_what_fails_while_it_is_sent_counts_as_a_try(
    market: Marketplace, client: Client, inboxes: tuple[Inbox, Inbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = inboxes
    send = Sender.send

    def failing(sender: Sender, transport: str, destination: str, text: str) -> None:
        if destination == here.url:
            raise RuntimeError("It cannot be sent.")
        send(sender, transport, destination, text)

    monkeypatch.setattr(Sender, "send", failing)
    ping(client, here.url)
    ping(client, there.url)
    assert there.next()["Events"]
    until(lambda: outlet_of(market, here.url).attempts > 0)
