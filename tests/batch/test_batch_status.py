"""How a batch stands, and how it is taken off the market."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from mturk import HIT, Connection, InvalidState
from mturk.batch import batch_status, closing
from mturk.marketplace import Marketplace
from mturk.record.bulk import Partial
from tests.batch.conftest import ROWS, MakeBatch


def test_the_status_counts_hits_and_what_was_done_of_them(make: MakeBatch, market: Marketplace) -> None:
    batch = make(assignments=2)
    batch.publish(limit=3)
    first, second, _ = batch.hits()
    ada, bob = market.worker("A1ADA"), market.worker("A2BOB")
    ada.submit(ada.accept(first.id), {"label": "cat"})
    bob.submit(bob.accept(first.id), {"label": "dog"})
    ada.accept(second.id)
    assert batch.status().pending == 1
    next(iter(batch.results())).assignment.approve()
    market.clock.advance(hours=1)
    status = batch.status()
    assert (status.rows, status.left, status.refused, status.gone) == (5, 2, 0, 0)
    assert (status.on_offer, status.ended) == (2, 1)
    # What was only accepted has lapsed.
    assert (status.assignments, status.available, status.submitted, status.decided) == (
        6,
        4,
        1,
        1,
    )  # what was only accepted has lapsed
    assert status.cost == Decimal("0.36")
    assert "2 of 6 assignments are in, 2 HITs to be published" in repr(status)
    assert "to be decided         1" in str(status)


def test_before_anything_is_published_nothing_is_asked(make: MakeBatch, service: Connection) -> None:
    batch = make()
    batch.check()
    service.url = "http://127.0.0.1:1/"
    status = batch.status()
    assert (status.left, status.assignments, status.expected_end) == (5, 0, None)


def test_hits_that_were_deleted_are_gone_and_the_batch_goes_on(make: MakeBatch) -> None:
    batch = make()
    batch.publish(limit=2)
    first = next(batch.hits())
    first.expire()
    first.delete()
    assert batch.status().gone == 1
    assert batch.publish().published == 3


def test_closed_it_is_off_the_market(make: MakeBatch, market: Marketplace) -> None:
    batch = make()
    batch.publish()
    assert batch.close() == 5
    assert batch.close() == 5
    assert batch.status().on_offer == 0
    assert market.worker("A1ADA").groups() == []


BEGUN = datetime(2026, 9, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("done", "expected"), [(0, None), (25, BEGUN + timedelta(hours=4)), (100, BEGUN + timedelta(hours=1))]
)
def test_the_end_is_expected_at_the_pace_so_far(make: MakeBatch, done: int, expected: datetime | None) -> None:
    hit = HIT("3A")
    hit._set(
        status="Assignable",
        max_assignments=100,
        assignments_available=100 - done,
        assignments_pending=0,
        assignments_completed=0,
        creation_time=BEGUN,
    )
    batch = make()
    found = batch_status.status([hit], batch._journal, batch.hit_type, BEGUN + timedelta(hours=1))
    assert (found.submitted, found.expected_end) == (done, expected)


def test_a_notebook_shows_what_the_journal_tells_without_a_call(make: MakeBatch, market: Marketplace) -> None:
    batch = make(ROWS[:3])
    batch.publish(limit=2)
    market.stop()
    shown = batch._repr_html_()
    assert all(f">{words}<" in shown for words in ("HITs published", "HITs planned", "0.12 USD", "Label a photo"))


def test_a_deleted_hit_does_not_keep_others_on_the_market(
    make: MakeBatch, market: Marketplace, service: Connection
) -> None:
    batch = make()
    batch.publish()
    HIT(next(batch.hits()).id, connection=service).close()
    assert batch.close() == 4
    assert batch.status().on_offer == 0


class Refused(HIT):
    """A HIT that the service does not let go."""

    def expire(self) -> None:
        raise InvalidState("no")


def test_a_hit_that_is_refused_does_not_keep_others_on_the_market(make: MakeBatch, service: Connection) -> None:
    batch = make()
    batch.publish()
    first, *others = batch.hits()
    with pytest.raises(InvalidState) as caught:
        closing.close([Refused(first.id, connection=service), *others], 1)
    assert isinstance(caught.value.partial, Partial)
    assert (len(caught.value.partial.done), len(caught.value.partial.refused)) == (4, 1)
    assert batch.status().on_offer == 1
