"""All is read before the first of it comes in, and only what was planned does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mturk.marketplace import Importation, Marketplace, MarketplaceError, check
from mturk.marketplace.importing import past_thing
from mturk.marketplace.importing.staging import Staging
from tests.marketplace.conftest import Client
from tests.marketplace.importing.history import (
    APPROVED,
    COUNTED,
    OCTOBER,
    Thing,
    assignment,
    bonus,
    hit,
    hit_type,
    refusals,
    rows,
    study,
    take_in,
    work_of,
)


def test_all_is_refused_where_what_was_read_is_not_what_was_planned(market: Marketplace) -> None:
    planned, _ = take_in(market, *study(), dry_run=True)
    before = rows(market)
    with pytest.raises(MarketplaceError, match="not what was planned"):
        take_in(market, *study()[:-1], assignment("3MORE", "A1MORE", "Approved"), plan=planned.plan)
    with pytest.raises(MarketplaceError, match="not what was planned"):
        take_in(market, *study(), mark="Did it", plan=planned.plan)
    assert rows(market) == before
    done, _ = take_in(market, *study(), plan=planned.plan)
    assert done.new == COUNTED


def test_a_plan_holds_also_for_what_was_broken_off(market: Marketplace) -> None:
    people = [("Worker", {"WorkerId": "worker anna@lab.org"}, "row 1"), *study()]
    planned, _ = take_in(market, *people, dry_run=True)
    take_in(market, *people[:1])
    done, _ = take_in(market, *people, plan=planned.plan)
    assert (done.there, done.plan) == ({"Worker": 1}, planned.plan)


def test_of_one_id_twice_the_first_counts_and_the_other_is_told(market: Marketplace, client: Client) -> None:
    other = assignment(APPROVED, "A1ADA", "Rejected", RejectionTime=OCTOBER + 200)
    done, told = take_in(market, *study(), other)
    assert (done.new, done.refused) == (COUNTED, 1)
    assert refusals(told) == [f"it says something else than row of {APPROVED}, which counts"]
    assert work_of(client)[APPROVED]["AssignmentStatus"] == "Approved"


def test_two_imports_at_once_bring_everything_once(shared: str) -> None:
    many = [assignment(f"3MANY{n}", f"A1MANY{n}", "Approved") for n in range(450)]
    with Marketplace(shared) as market:
        market.requester("requester")
    start = Barrier(2)

    def bring() -> Importation:
        with Marketplace(shared, existing=True) as own:
            start.wait()
            return take_in(own, hit_type(), hit(), *many, bonus(AssignmentId="3MANY1", WorkerId="A1MANY1"))[0]

    with ThreadPoolExecutor(2) as threads:
        both = [running.result() for running in [threads.submit(bring) for _ in range(2)]]
    assert [one.refused for one in both] == [0, 0]
    assert sum(one.new.get("Assignment", 0) for one in both) == 450
    assert sum(one.new.get("BonusPayment", 0) for one in both) == 1
    assert check(shared) == []


def test_what_could_not_be_read_to_its_end_leaves_nothing(shared: str) -> None:
    def broken() -> Iterator[Thing]:
        yield from study()
        raise ValueError("the file is damaged here")

    with Marketplace(shared, audit_trail=True) as market:
        market.requester("requester")
        before = rows(market)
        with pytest.raises(ValueError, match="damaged"):
            market.take_in(broken(), dry_run=False)
        assert rows(market) == before
        assert list(market.trail(operation="Import")) == []


def test_where_there_is_no_room_on_the_disk_it_is_told_what_to_do() -> None:
    staging = Staging(pages=40)
    large = {"a": ["x" * 9000]}
    many = [past_thing.read(assignment(f"3MANY{n}", f"A1MANY{n}", "Approved", Fields=large)) for n in range(100)]
    with pytest.raises(MarketplaceError, match=r"database or disk is full.*SQLITE_TMPDIR"):
        deque(map(staging.add, many), maxlen=0)
    staging.close()


def test_large_things_are_brought_some_at_a_time() -> None:
    staging, large = Staging(), {"a": ["x" * 3_000_000]}
    for number in range(7):
        staging.add(past_thing.read(assignment(f"3MANY{number}", f"A1MANY{number}", "Approved", Fields=large)))
    assert [len(part) for part in staging.parts(past_thing.ASSIGNMENT, 200)] == [3, 3, 1]
    assert [len(part) for part in staging.parts(past_thing.WORKER, 200)] == [7]
    staging.close()


@pytest.mark.parametrize("mark", ["", "x" * 201, "Did\0it"])
def test_a_mark_that_no_qualification_can_be_called_is_refused_before_anything_is_read(
    market: Marketplace, mark: str
) -> None:
    market.requester("requester")
    before = rows(market)
    with pytest.raises(MarketplaceError, match="A qualification cannot be called"):
        take_in(market, *study(), mark=mark)
    assert rows(market) == before
