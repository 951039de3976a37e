"""Made-up workers: a seed is a run, rates and styles are kept to, and the books are right afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from mturk.marketplace import Crowd, Marketplace, MarketplaceError, Tally
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import (
    external_question,
    file_question,
    form,
    hit_arguments,
    html_question,
    selection_question,
    text_question,
)

RADIO = '<input type="radio" name="label" value="{}">'
BUTTONS = "".join(map(RADIO.format, ("cat", "dog", "cow")))
CROWD = {"workers": 300, "arrivals": 60}
NOBODY = {"careful": 0, "hasty": 0, "guessing": 0, "stuck": 0}


def _still() -> Callable[..., Any]:
    """A real time that stands still, so that nothing depends on how quick the machine is."""
    moment = int(time.time())
    return lambda: moment


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace(real_time=_still()) as market:
        yield market


@pytest.fixture
def offer(client: Client) -> Callable[..., None]:
    """Publish HITs that ask different questions."""

    def offer(number: int = 5, **changes: Any) -> None:
        for at in range(number):
            page = html_question(f"<!DOCTYPE html><form><p>{at}</p>{BUTTONS}</form>")
            arguments = {"MaxAssignments": 3, "Question": page, "LifetimeInSeconds": 86400, **changes}
            client.create_hit(**hit_arguments(**arguments))

    return offer


def _work(client: Client) -> list[list[tuple[str, dict[str, Any], datetime]]]:
    """All that was submitted, in the order of the HITs: who, what, when."""
    hits = client.list_hits(MaxResults=100)["HITs"]
    pages = [client.list_assignments_for_hit(HITId=hit["HITId"], MaxResults=100)["Assignments"] for hit in hits]
    return [[(one["WorkerId"], _answers(one), one["SubmitTime"]) for one in page] for page in pages]


def _answers(assignment: dict[str, Any]) -> dict[str, list[str]]:
    root = ElementTree.fromstring(assignment["Answer"])
    return {answer[0].text: [part.text for part in answer[1:]] for answer in root}


def _labels(client: Client) -> list[list[str]]:
    return [[answers["label"][0] for _, answers, _ in work] for work in _work(client)]


def _run(connect: Connect, seed: int, real_time: Callable[..., Any]) -> tuple[Tally, list[list[tuple[Any, ...]]]]:
    with Marketplace(real_time=real_time) as market:
        client = connect(market)
        for at in range(8):
            page = html_question(f"<!DOCTYPE html><form><p>{at}</p>{BUTTONS}</form>")
            client.create_hit(**hit_arguments(MaxAssignments=3, Question=page, LifetimeInSeconds=7200))
        return market.simulate(Crowd(**CROWD), hours=1, seed=seed), _work(client)


def test_a_seed_is_a_run(connect: Connect) -> None:
    still = _still()
    assert _run(connect, 7, still) == _run(connect, 7, still)


def test_another_seed_is_another_run(connect: Connect) -> None:
    still = _still()
    assert _run(connect, 7, still)[1] != _run(connect, 8, still)[1]


def test_what_is_counted_is_what_the_requester_sees(database: str, connect: Connect) -> None:
    with Marketplace(database, real_time=_still()) as market:
        client = connect(market)
        for _ in range(5):
            client.create_hit(**hit_arguments(MaxAssignments=3, LifetimeInSeconds=7200))
        tally = market.simulate(Crowd(**CROWD), hours=3)
        assert tally.submitted == sum(map(len, _work(client))) > 0
        assert tally.accepted == tally.submitted + tally.returned + tally.abandoned
        assert (tally.open, tally.late) == (0, 0)
        assert market.audit() == []


def test_the_time_that_was_played_has_passed(market: Marketplace) -> None:
    before = market.clock.now()
    market.simulate(Crowd(workers=1, arrivals=1), days=1, hours=1, minutes=30)
    assert market.clock.now() - before == timedelta(days=1, hours=1, minutes=30)


def test_everything_on_offer_is_done_in_time_and_then_workers_find_nothing(
    market: Marketplace, client: Client, offer: Callable[..., None]
) -> None:
    offer()
    tally = market.simulate(Crowd(**CROWD), hours=2)
    assert {hit["HITStatus"] for hit in client.list_hits(MaxResults=100)["HITs"]} == {"Reviewable"}
    assert tally.submitted == 15
    assert tally.idle > 30


def test_no_worker_does_a_hit_twice_and_several_do_it(
    market: Marketplace, client: Client, offer: Callable[..., None]
) -> None:
    offer()
    market.simulate(Crowd(workers=4, arrivals=60, returns=0, abandons=0), hours=2)
    assert [Counter(who for who, _, _ in work).most_common(1)[0][1] for work in _work(client)] == [1] * 5


def test_those_who_return_and_abandon_submit_nothing(
    market: Marketplace, client: Client, offer: Callable[..., None]
) -> None:
    offer()
    tally = market.simulate(Crowd(**CROWD, returns=0.5, abandons=0.5), hours=1)
    assert tally.submitted == 0
    assert min(tally.returned, tally.abandoned) > tally.accepted / 4
    market.clock.advance(minutes=10)
    assert {hit["NumberOfAssignmentsPending"] for hit in client.list_hits(MaxResults=100)["HITs"]} == {0}


def test_about_the_given_shares_are_returned_and_abandoned(market: Marketplace, offer: Callable[..., None]) -> None:
    offer(5, MaxAssignments=200)
    tally = market.simulate(Crowd(workers=2000, arrivals=600, returns=0.3, abandons=0.1), minutes=20)
    assert tally.accepted > 300
    assert 0.2 < tally.returned / tally.accepted < 0.4
    assert 0.05 < tally.abandoned / tally.accepted < 0.15


def test_careful_workers_mostly_agree(market: Marketplace, client: Client, offer: Callable[..., None]) -> None:
    offer()
    market.simulate(Crowd(**CROWD, **{**NOBODY, "careful": 1}), hours=2)
    assert sum(len(set(labels)) == 1 for labels in _labels(client)) >= 3


def test_guessing_workers_mostly_do_not(market: Marketplace, client: Client, offer: Callable[..., None]) -> None:
    offer()
    market.simulate(Crowd(**CROWD, **{**NOBODY, "guessing": 1}), hours=2)
    assert sum(len(set(labels)) == 1 for labels in _labels(client)) <= 2


def test_stuck_workers_always_take_the_first_choice(
    market: Marketplace, client: Client, offer: Callable[..., None]
) -> None:
    offer()
    market.simulate(Crowd(**CROWD, **{**NOBODY, "stuck": 1}), hours=2)
    assert {label for labels in _labels(client) for label in labels} == {"cat"}


def test_hits_of_all_types_and_requesters_are_found(
    market: Marketplace, client: Client, connect: Connect, offer: Callable[..., None]
) -> None:
    offer(2)
    offer(2, Title="Something else")
    other = connect(market, "linguists")
    other.create_hit(**hit_arguments(LifetimeInSeconds=86400))
    market.simulate(Crowd(**CROWD), hours=2)
    assert all(_work(client))
    assert all(_work(other))


def test_hits_whose_requirements_nobody_meets_are_left_alone(
    market: Marketplace, client: Client, offer: Callable[..., None]
) -> None:
    offer(QualificationRequirements=[{"QualificationTypeId": "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", "Comparator": "Exists"}])
    tally = market.simulate(Crowd(**CROWD), hours=1)
    assert tally.accepted == 0
    assert tally.refused > 30


@pytest.mark.parametrize(
    "question",
    [
        form(
            text_question("why", required=True),
            selection_question("what", "cat", "dog", most=2, other=True, required=True),
        ),
        external_question("https://example.org/task"),
        html_question("<p>There is nothing to fill in.</p>"),
        html_question('<crowd-form><crowd-classifier name="a" categories="[\'cat\']"></crowd-classifier></crowd-form>'),
        html_question("<![broken<!<input name=a><select name=b><option>x"),
        # Made-up answers know nothing of what a form demands.
        form(
            text_question("q", '<IsNumeric minValue="5"/><AnswerFormatRegex regex="^x$"/>'),
            selection_question("s", "a", "b", most=2, least=2, required=True),
            file_question("f", required=True),
            day="2005-10-01",
        ),
    ],
)
def test_every_kind_of_question_is_answered(
    market: Marketplace, client: Client, offer: Callable[..., None], question: str
) -> None:
    offer(1, Question=question)
    tally = market.simulate(Crowd(**CROWD, returns=0, abandons=0), hours=2)
    assert tally.submitted == 3


def test_work_that_time_overtakes_is_late(connect: Connect) -> None:
    start = int(time.time())
    ticks = iter([])  # none while time stands still
    with Marketplace(real_time=lambda: next(ticks, start)) as market:
        client = connect(market)
        for _ in range(5):
            client.create_hit(**hit_arguments(AssignmentDurationInSeconds=30, LifetimeInSeconds=86400))
        # From now on the machine is so slow that 40 seconds pass whenever somebody looks at the clock.
        ticks = iter(range(start, start + 4_000_000, 40))
        tally = market.simulate(Crowd(**CROWD), hours=2)
    assert tally.late > 0
    assert tally.open == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"workers": 0},
        {"arrivals": 0},
        {"arrivals": float("inf")},
        {"visit": 0.5},
        {"seconds": -1},
        {"returns": 1.5},
        {"abandons": "few"},
        {"returns": 0.6, "abandons": 0.6},
        NOBODY,
    ],
)
def test_an_impossible_crowd_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(MarketplaceError, match=next(iter(bad))) as caught:
        Crowd(**bad)
    assert "\n" not in str(caught.value)


def test_a_run_of_no_time_is_refused(market: Marketplace) -> None:
    with pytest.raises(MarketplaceError, match="a second or more"):
        market.simulate()
