"""GetHIT, ListHITs, ListReviewableHITs."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.request import paging
from tests.marketplace.conftest import Client, Connect, Publish, Refused
from tests.marketplace.sample import hit_arguments, html_question


def test_get_hit_gives_what_create_hit_gave(client: Client, publish: Publish) -> None:
    made = publish(RequesterAnnotation="x", MaxAssignments=2)
    assert client.get_hit(HITId=made["HITId"])["HIT"] == made


def test_an_unknown_hit_does_not_exist(client: Client, refused: Refused) -> None:
    error = refused(client.get_hit, HITId="3NOSUCHHIT")
    assert error["__type"] == "RequestError"
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert error["Message"].startswith("Hit 3NOSUCHHIT does not exist. (")


def test_somebody_elses_hit_does_not_exist(
    client: Client, market: Marketplace, connect: Connect, publish: Publish, refused: Refused
) -> None:
    made = publish()
    error = refused(connect(market, "somebody else").get_hit, HITId=made["HITId"])
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


def _counters(client: Client, hit_id: str) -> tuple[str, int, int, int]:
    found = client.get_hit(HITId=hit_id)["HIT"]
    counters = (found[f"NumberOfAssignments{what}"] for what in ("Available", "Pending", "Completed"))
    return found["HITStatus"], *counters


def test_status_and_counters_follow_the_work(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=5)["HITId"]
    assert _counters(client, hit_id) == ("Assignable", 5, 0, 0)
    workers = [market.worker(f"A{number}") for number in range(5)]
    accepted = [worker.accept(hit_id) for worker in workers[:3]]
    assert _counters(client, hit_id) == ("Assignable", 2, 3, 0)
    accepted += [worker.accept(hit_id) for worker in workers[3:]]
    workers[0].submit(accepted[0], {"a": "b"})
    workers[1].submit(accepted[1], {"a": "b"})
    assert _counters(client, hit_id) == ("Unassignable", 0, 3, 0)
    workers[2].return_assignment(accepted[2])
    assert _counters(client, hit_id) == ("Assignable", 1, 2, 0)
    assert workers[2].accept(hit_id) == accepted[2]
    for worker, assignment_id in list(zip(workers, accepted, strict=True))[2:]:
        worker.submit(assignment_id, {"a": "b"})
    assert _counters(client, hit_id) == ("Reviewable", 0, 0, 0)
    client.reject_assignment(AssignmentId=accepted[0], RequesterFeedback="no")
    for assignment_id in accepted[1:]:
        client.approve_assignment(AssignmentId=assignment_id)
    assert _counters(client, hit_id) == ("Reviewable", 0, 0, 5)


def test_a_hit_expires_when_its_lifetime_is_over(client: Client, market: Marketplace, publish: Publish) -> None:
    hit_id = publish(MaxAssignments=3, LifetimeInSeconds=60)["HITId"]
    market.clock.advance(seconds=59)
    assert _counters(client, hit_id) == ("Assignable", 3, 0, 0)
    market.clock.advance(seconds=1)
    assert _counters(client, hit_id) == ("Reviewable", 0, 0, 0)


def test_an_expired_hit_is_unassignable_while_work_is_pending(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    hit_id = publish(MaxAssignments=3, LifetimeInSeconds=60)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    market.clock.advance(seconds=60)
    assert _counters(client, hit_id) == ("Unassignable", 0, 1, 0)
    worker.submit(assignment_id, {"a": "b"})
    assert _counters(client, hit_id) == ("Reviewable", 0, 0, 0)


@pytest.mark.parametrize("how", ["return", "abandon"])
def test_an_expired_hit_is_reviewable_once_its_last_work_comes_back_undone(
    client: Client, market: Marketplace, publish: Publish, how: str
) -> None:
    hit_id = publish(MaxAssignments=3, LifetimeInSeconds=60, AssignmentDurationInSeconds=600)["HITId"]
    worker = market.worker("A1")
    assignment_id = worker.accept(hit_id)
    market.clock.advance(seconds=60)
    if how == "return":
        worker.return_assignment(assignment_id)
    else:
        market.clock.advance(seconds=540)
    assert _counters(client, hit_id) == ("Reviewable", 0, 0, 0)


def _ids(pages: Any, name: str = "HITs", of: str = "HITId") -> list[str]:
    return [item[of] for page in pages for item in page[name]]


def test_list_hits_gives_every_hit_once_and_the_newest_first(client: Client, publish: Publish) -> None:
    made = [publish()["HITId"] for _ in range(7)]
    pages = list(client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 3}))
    assert _ids(pages) == made[::-1]
    assert [page["NumResults"] for page in pages] == [3, 3, 1, 0]


def test_a_page_has_ten_items_unless_asked_otherwise(client: Client, publish: Publish) -> None:
    for _ in range(11):
        publish()
    assert client.list_hits()["NumResults"] == 10


def test_a_full_last_page_has_a_token_and_the_page_after_it_is_empty(client: Client, publish: Publish) -> None:
    for _ in range(2):
        publish()
    last = client.list_hits(MaxResults=2)
    after = client.list_hits(MaxResults=2, NextToken=last["NextToken"])
    assert (after["NumResults"], after["HITs"]) == (0, [])
    assert "NextToken" not in after


def test_a_page_that_is_not_full_has_a_token_too(client: Client, publish: Publish) -> None:
    publish()
    last = client.list_hits(MaxResults=2)
    assert client.list_hits(MaxResults=2, NextToken=last["NextToken"])["NumResults"] == 0


def test_a_page_of_large_questions_ends_early(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_LARGEST_PAGE", 60_000)
    made = [publish(Question=html_question("x" * 30_000), RequesterAnnotation=str(number)) for number in range(5)]
    pages = list(client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 100}))
    assert [page["NumResults"] for page in pages] == [2, 2, 1, 0]
    assert [hit["HITId"] for page in pages for hit in page["HITs"]] == [hit["HITId"] for hit in reversed(made)]


def test_a_list_of_nothing_has_no_token(client: Client) -> None:
    assert "NextToken" not in client.list_hits()


def test_hits_made_while_paging_do_not_shift_the_pages(client: Client, publish: Publish) -> None:
    made = [publish()["HITId"] for _ in range(4)]
    first = client.list_hits(MaxResults=2)
    publish()
    second = client.list_hits(MaxResults=2, NextToken=first["NextToken"])
    assert _ids([first, second]) == made[::-1]


@pytest.mark.parametrize("token", ["nonsense", "WzEsIDJd", "ÄÖÜ", "bnVsbA=="])
def test_a_made_up_token_is_refused(client: Client, refused: Refused, token: str) -> None:
    error = refused(client.list_hits, NextToken=token)
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "NextToken")


def test_a_token_of_another_list_is_refused(
    client: Client, publish: Publish, market: Marketplace, refused: Refused
) -> None:
    publish()
    token = client.list_hits(MaxResults=1)["NextToken"]
    error = refused(client.list_reviewable_hits, NextToken=token)
    assert error["Parameter"] == "NextToken"


def test_list_hits_leaves_out_the_disposed_and_those_of_others(
    client: Client, market: Marketplace, connect: Connect, publish: Publish
) -> None:
    kept, gone = publish()["HITId"], publish(LifetimeInSeconds=30)["HITId"]
    market.clock.advance(seconds=30)
    client.delete_hit(HITId=gone)
    connect(market, "somebody else").create_hit(**hit_arguments())
    assert _ids([client.list_hits()]) == [kept]


def test_list_reviewable_hits_gives_one_status_at_a_time(client: Client, market: Marketplace, publish: Publish) -> None:
    open_one, done, marked = (publish(LifetimeInSeconds=life)["HITId"] for life in (9999, 30, 30))
    market.clock.advance(seconds=30)
    client.update_hit_review_status(HITId=marked)
    assert _ids([client.list_reviewable_hits()]) == [done]
    assert _ids([client.list_reviewable_hits(Status="Reviewing")]) == [marked]
    assert set(_ids([client.list_hits()])) == {open_one, done, marked}


def test_list_reviewable_hits_can_be_limited_to_a_type(client: Client, market: Marketplace, publish: Publish) -> None:
    one, other = publish(LifetimeInSeconds=30), publish(LifetimeInSeconds=30, Title="Other")
    market.clock.advance(seconds=30)
    assert _ids([client.list_reviewable_hits(HITTypeId=other["HITTypeId"])]) == [other["HITId"]]
    pages = client.get_paginator("list_reviewable_hits").paginate(PaginationConfig={"PageSize": 1})
    assert _ids(pages) == [other["HITId"], one["HITId"]]


def test_lists_can_be_made_to_lag_behind(connect: Connect) -> None:
    with Marketplace(eventual=30) as market:
        client = connect(market)
        made = client.create_hit(**hit_arguments(LifetimeInSeconds=60))["HIT"]["HITId"]
        assert client.get_hit(HITId=made)["HIT"]
        assert _ids([client.list_hits()]) == []
        market.clock.advance(seconds=30)
        assert _ids([client.list_hits()]) == [made]
        market.clock.advance(seconds=30)
        assert _ids([client.list_reviewable_hits()]) == []
        market.clock.advance(seconds=30)
        assert _ids([client.list_reviewable_hits()]) == [made]
