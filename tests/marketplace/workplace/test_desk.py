"""What a worker holds on the site, and how the next HIT of a group comes to them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from mturk.marketplace import Marketplace
from mturk.marketplace.database import table as t
from mturk.marketplace.error import NotAllowed, NotThere, TooOften, WorkerError
from mturk.marketplace.workplace import desk
from tests.marketplace.conftest import Client, Publish
from tests.marketplace.sample import hit_arguments

ADULT = "00000000000000000060"
Accept = Callable[..., str]


@pytest.fixture
def accept(market: Marketplace) -> Accept:
    def accept(hit: dict[str, Any], worker_id: str = "A1", hit_id: str | None = None, after: str | None = None) -> str:
        market.worker(worker_id)
        return market._dispatch.run(
            lambda context: desk.accept(context, worker_id, hit["HITGroupId"], hit_id, after=after)
        )

    return accept


@pytest.fixture
def group(publish: Publish) -> list[dict[str, Any]]:
    return [publish(RequesterAnnotation=str(number)) for number in range(3)]


def hit_of(market: Marketplace, assignment_id: str, worker_id: str = "A1") -> str:
    return market._dispatch.run(lambda context: desk.look_up(context, worker_id, assignment_id), writes=False).hit_id


def test_the_chosen_hit_is_accepted(market: Marketplace, group: list[dict[str, Any]], accept: Accept) -> None:
    assert hit_of(market, accept(group[0], hit_id=group[1]["HITId"])) == group[1]["HITId"]


@pytest.mark.parametrize(("taken", "expected"), [([1], 2), ([1, 2], 0), ([2], 1)])
def test_where_another_has_taken_it_the_next_one_comes_by_itself(
    market: Marketplace, group: list[dict[str, Any]], accept: Accept, taken: list[int], expected: int
) -> None:
    other = market.worker("A2")
    for number in taken:
        other.accept(group[number]["HITId"])
    assert hit_of(market, accept(group[0], hit_id=group[1]["HITId"])) == group[expected]["HITId"]


def test_without_a_choice_it_is_the_first_or_the_one_behind(
    market: Marketplace, group: list[dict[str, Any]], accept: Accept
) -> None:
    assert hit_of(market, accept(group[0], after=group[0]["HITId"])) == group[1]["HITId"]
    assert hit_of(market, accept(group[0])) == group[0]["HITId"]


def test_pressing_twice_accepts_once(market: Marketplace, group: list[dict[str, Any]], accept: Accept) -> None:
    first = accept(group[0], hit_id=group[0]["HITId"])
    assert accept(group[0], hit_id=group[0]["HITId"]) == first
    assert len(market._dispatch.run(lambda context: desk.held(context, "A1"), writes=False)) == 1


def test_where_none_is_left_that_is_a_conflict(group: list[dict[str, Any]], accept: Accept) -> None:
    for worker_id in ("A2", "A3", "A4"):
        accept(group[0], worker_id)
    with pytest.raises(WorkerError, match="no more available HITs") as refusal:
        accept(group[0])
    assert not isinstance(refusal.value, NotThere)


def test_a_group_that_is_not_there_has_no_hits(market: Marketplace, accept: Accept) -> None:
    with pytest.raises(NotThere, match="no more available HITs"):
        accept({"HITGroupId": "3NOSUCHGROUP"})


def test_who_does_not_qualify_may_not(market: Marketplace, publish: Publish, accept: Accept) -> None:
    needed = [{"QualificationTypeId": ADULT, "Comparator": "EqualTo", "IntegerValues": [1]}]
    with pytest.raises(NotAllowed, match="do not meet the requirements"):
        accept(publish(QualificationRequirements=needed))


def test_25_hits_are_held_at_most(market: Marketplace, client: Client, accept: Accept) -> None:
    hits = [client.create_hit(**hit_arguments(RequesterAnnotation=str(number)))["HIT"] for number in range(26)]
    accepted = [accept(hits[0]) for _ in range(25)]
    with pytest.raises(WorkerError, match="You hold 25 HITs"):
        accept(hits[0])
    market.worker("A1").return_assignment(accepted[3])
    assert accept(hits[0])
    assert market.worker("A1").accept(hits[25]["HITId"]), "a program may hold more"


def test_what_ends_first_stands_at_the_top(market: Marketplace, publish: Publish, accept: Accept) -> None:
    slow = accept(publish(Title="slow", AssignmentDurationInSeconds=6000))
    quick = accept(publish(Title="quick", AssignmentDurationInSeconds=60))
    done = accept(publish(Title="done"))
    market.worker("A1").submit(done, {"label": "cat"})
    held = market._dispatch.run(lambda context: desk.held(context, "A1"), writes=False)
    assert [one.assignment_id for one in held] == [quick, slow]


def test_nobody_looks_at_what_others_hold(market: Marketplace, group: list[dict[str, Any]], accept: Accept) -> None:
    assignment_id = accept(group[0])
    market.worker("A2")
    for wrong in (assignment_id, "3NOSUCHASSIGNMENT"):
        with pytest.raises(NotThere, match="You are not working on this HIT"):
            hit_of(market, wrong, "A2")
    assert market._dispatch.run(lambda context: desk.undone(context, "A2", assignment_id), writes=False) is None


@pytest.mark.parametrize("status", ["Returned", "Abandoned"])
def test_it_is_known_how_a_hit_left_the_desk(
    market: Marketplace, group: list[dict[str, Any]], accept: Accept, status: str
) -> None:
    assignment_id = accept(group[0])
    if status == "Returned":
        market.worker("A1").return_assignment(assignment_id)
    else:
        market.clock.advance(minutes=11)
    undone = market._dispatch.run(lambda context: desk.undone(context, "A1", assignment_id), writes=False)
    assert undone is not None
    assert (undone.status, undone.hit_id) == (status, group[0]["HITId"])


def test_many_who_accept_at_once_get_a_slot_each_and_none_twice(shared: str, connect: Callable[..., Client]) -> None:
    with Marketplace(shared) as market, Marketplace(shared) as other:
        hits = [
            connect(market).create_hit(**hit_arguments(RequesterAnnotation=str(number), MaxAssignments=2))["HIT"]
            for number in range(10)
        ]
        chosen, group_id = hits[0]["HITId"], hits[0]["HITGroupId"]
        for number in range(30):
            market.worker(f"A{number}")

        def press(number: int) -> str | None:
            here = (market, other)[number % 2]
            try:
                return here._dispatch.run(lambda context: desk.accept(context, f"A{number}", group_id, chosen))
            except WorkerError:
                return None

        with ThreadPoolExecutor(30) as pool:
            got = [one for one in pool.map(press, range(30)) if one]
        per_hit = select(func.count()).select_from(t.assignment).group_by(t.assignment.c.hit)
        counts = market._store.read(lambda database: list(database.execute(per_hit).scalars()))
        assert market.audit() == []
    assert len(got) == len(set(got)) == 20
    assert counts == [2] * 10


def test_a_worker_does_not_take_and_return_without_end(market: Marketplace, accept: Accept, publish: Publish) -> None:
    hit = publish(MaxAssignments=2)
    run = market._dispatch.run
    for _ in range(desk.MOST_RETURNED):
        held = accept(hit)
        run(lambda context, held=held: desk.give_back(context, "A1", held))
    held = accept(hit)
    with pytest.raises(TooOften, match="wait some minutes"):
        run(lambda context: desk.give_back(context, "A1", held))
    assert hit_of(market, held) == hit["HITId"]
    other = accept(hit, "A2")
    run(lambda context: desk.give_back(context, "A2", other))
    market.clock.advance(minutes=10)
    again = accept(hit)
    run(lambda context: desk.give_back(context, "A1", again))
