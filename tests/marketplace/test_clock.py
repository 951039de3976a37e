"""Market time where the machine's clock is wrong: it never goes back, and never further than dates do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from mturk.marketplace import Marketplace
from mturk.marketplace.clock import DAY, Clock, as_datetime, as_milliseconds
from mturk.marketplace.database import table as t
from mturk.marketplace.error import ClockError
from tests.marketplace.database.test_together import create
from tests.marketplace.http.test_api import Desk
from tests.marketplace.inbox import WAIT

NOW = datetime(2027, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
BACK = timedelta(hours=3)


class Machine:
    """A machine's clock, which somebody may set."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time.timestamp()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def market(shared: str, machine: Machine) -> Iterator[Marketplace]:
    market = Marketplace(shared, real_time=machine)
    market.requester("requester")
    yield market
    market.stop()


def noted(market: Marketplace) -> None:
    """Have it noted in the database how late it is, as any marketplace does that runs."""
    with market:
        end = time.monotonic() + WAIT
        while not market._store.pulse().reached:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_time_stands_still_until_a_clock_that_went_back_has_caught_up(
    market: Marketplace, machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    assert market.clock.now() == NOW
    machine.time -= BACK
    assert [market.clock.now(), market.clock.now()] == [NOW, NOW]
    assert caplog.text.count("clock is 3:00:00 behind the market's time, which stands still") == 1
    machine.time += BACK + timedelta(seconds=1)
    assert market.clock.now() == NOW + timedelta(seconds=1)


def test_a_clock_that_is_a_moment_behind_is_not_told_of(
    market: Marketplace, machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    market.clock.now()
    machine.time -= timedelta(seconds=1)
    assert market.clock.now() == NOW
    assert caplog.text == ""


def test_time_does_not_go_back_in_another_process_either(market: Marketplace, shared: str, machine: Machine) -> None:
    noted(market)
    machine.time -= BACK
    other = Marketplace(shared, real_time=machine)
    assert other.clock.now() == NOW
    assert market.clock.now() == NOW
    other.stop()


def test_time_goes_on_from_where_it_is_when_it_is_moved_while_the_clock_is_behind(
    market: Marketplace, machine: Machine
) -> None:
    market.clock.now()
    machine.time -= BACK
    assert market.clock.advance(seconds=1) == NOW + timedelta(seconds=1)
    machine.time += timedelta(minutes=5)
    assert market.clock.now() == NOW + timedelta(minutes=5, seconds=1)


def test_work_is_submitted_after_it_was_accepted_and_decided_after_that(
    market: Marketplace, shared: str, machine: Machine
) -> None:
    hit_id = create(market, MaxAssignments=3)
    taken = [market.worker(name).accept(hit_id) for name in ("A1", "A2", "A3")]
    market.stop()
    # The other process was not told how late it was by then: nothing had noted it.
    machine.time -= BACK
    other = Marketplace(shared, real_time=machine)
    for name, assignment_id in zip(("A1", "A2", "A3"), taken, strict=True):
        other.worker(name).submit(assignment_id, {"label": "cat"})
    other.stop()
    machine.time -= BACK
    last = Marketplace(shared, real_time=machine)
    number = last.requester("requester")._number
    call = last._dispatch.call
    call(number, "ApproveAssignment", {"AssignmentId": taken[0]})
    for assignment_id in taken[1:]:
        call(number, "RejectAssignment", {"AssignmentId": assignment_id, "RequesterFeedback": "no"})
    last.stop()
    machine.time -= BACK
    final = Marketplace(shared, real_time=machine)
    final._dispatch.call(number, "ApproveAssignment", {"AssignmentId": taken[2], "OverrideRejection": True})
    listed = final._dispatch.call(number, "ListAssignmentsForHIT", {"HITId": hit_id})["Assignments"]
    final.stop()
    for one in listed:
        assert one["AcceptTime"] <= one["SubmitTime"] <= one.get("ApprovalTime", one.get("RejectionTime"))
    assert [one["AssignmentId"] for one in listed] == taken


@pytest.mark.parametrize("read", [lambda market: market.clock.now(), lambda market: create(market)])
def test_a_clock_ten_thousand_years_ahead_is_told_and_does_no_harm(
    market: Marketplace, machine: Machine, read: Callable[[Marketplace], object]
) -> None:
    right = machine.__class__.__call__
    market._premises.clock._real = lambda: right(machine) + 10_000 * 365.25 * 86_400
    with pytest.raises(ClockError, match="Set the machine's clock"):
        read(market)
    market._premises.clock._real = machine
    read(market)
    assert market.clock.now() == NOW


def test_a_shift_that_is_stored_too_large_is_told(market: Marketplace) -> None:
    market._store.write(lambda database: database.execute(t.market.update().values(shift=3_650_000 * DAY)))
    with pytest.raises(ClockError, match="3650000 days by which the database is ahead"):
        market.clock.now()


def test_calls_of_a_market_whose_time_no_date_can_say_are_put_off(
    shared: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(shared)
    set_shift = lambda days: t.market.update().values(shift=days * DAY)  # noqa: E731 - used twice, below
    desk.market._store.write(lambda database: database.execute(set_shift(3_650_000)))
    assert desk.call("GetAccountBalance")[0] == 500
    desk.market._store.write(lambda database: database.execute(set_shift(0)))
    assert desk.call("GetAccountBalance")[0] == 200
    desk.market.stop()
    assert "Set the machine's clock" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_move_that_is_too_far_is_refused_by_the_transaction_that_makes_it(market: Marketplace) -> None:
    most = as_milliseconds(datetime(9000, 1, 1, tzinfo=timezone.utc))
    assert market._store.add_shift(most, most)
    assert not market._store.add_shift(1, most)
    assert market._store.pulse().shift == most


def test_what_was_made_first_is_listed_first_though_the_clock_went_back(market: Marketplace, machine: Machine) -> None:
    made = []
    for _ in range(3):
        made.append(create(market))
        machine.time -= BACK
    times = select(t.hit.c.hit_id, t.hit.c.creation_time).order_by(t.hit.c.creation_time, t.hit.c.number)
    found = market._store.read(lambda database: database.execute(times).all())
    assert [row.hit_id for row in found] == made
    assert {as_datetime(row.creation_time) for row in found} == {NOW}


def test_a_shift_that_was_read_before_the_clock_was_moved_is_no_clock_that_is_behind(
    market: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    shift, reached, _ = market._store.pulse()
    moved = market.clock.advance(hours=1)
    assert market.clock.at(shift, reached) == as_milliseconds(moved)
    assert caplog.text == ""


def test_a_thread_that_has_read_an_earlier_shift_takes_back_nothing_of_what_another_found_out_meanwhile(
    caplog: pytest.LogCaptureFixture,
) -> None:
    threads = [DAY]

    def real_time() -> float:
        while threads:
            clock.at(threads.pop(), 0)  # the other one, just when this one asks what time it is
        return NOW.timestamp()

    clock = Clock(lambda: (0, 0), lambda *_: True, real_time)
    assert [clock.at(0, 0), clock.at(0, 0)] == [as_milliseconds(NOW) + DAY] * 2
    assert not caplog.text
