"""ListReviewPolicyResultsForHIT."""

from __future__ import annotations

from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused, Work
from tests.marketplace.policy_sample import known_answers, plurality, report


@pytest.fixture
def reviewed(publish: Publish, work: Work) -> str:
    """A HIT with both policies and two right submissions."""
    hit_id = publish(
        MaxAssignments=2,
        AssignmentReviewPolicy=known_answers(ApproveIfKnownAnswerScoreIsAtLeast=100),
        HITReviewPolicy=plurality(ApproveIfWorkerAgreementScoreIsAtLeast=100),
    )["HITId"]
    work(hit_id, "A1")
    work(hit_id, "A2")
    return hit_id


def _ask(client: Client, hit_id: str, **arguments: Any) -> dict[str, Any]:
    answer = client.list_review_policy_results_for_hit(HITId=hit_id, **arguments)
    del answer["ResponseMetadata"]
    return answer


def test_policies_are_named_and_nothing_else_of_them_is_told(client: Client, reviewed: str) -> None:
    answer = _ask(client, reviewed)
    assert answer["HITId"] == reviewed
    assert answer["AssignmentReviewPolicy"] == {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"}
    assert answer["HITReviewPolicy"] == {"PolicyName": "SimplePlurality/2011-09-01"}


def test_a_hit_without_policies_has_no_reports(client: Client, publish: Publish, work: Work) -> None:
    hit_id = publish()["HITId"]
    work(hit_id)
    assert _ask(client, hit_id) == {"HITId": hit_id}


@pytest.mark.parametrize("level", ["Assignment", "HIT"])
def test_one_level_can_be_asked_for(client: Client, reviewed: str, level: str) -> None:
    answer = _ask(client, reviewed, PolicyLevels=[level], MaxResults=100)
    assert set(answer) == {"HITId", f"{level}ReviewPolicy", f"{level}ReviewReport", "NextToken"}


def test_actions_or_results_can_be_left_out(client: Client, reviewed: str) -> None:
    whole = report(client, reviewed, "Assignment")
    assert report(client, reviewed, "Assignment", RetrieveActions=False) == {"ReviewResults": whole["ReviewResults"]}
    assert report(client, reviewed, "Assignment", RetrieveResults=False) == {"ReviewActions": whole["ReviewActions"]}
    assert report(client, reviewed, "HIT", RetrieveResults=False, RetrieveActions=False) == {}


def test_actions_say_what_was_done_when_and_to_what(client: Client, market: Marketplace, reviewed: str) -> None:
    actions = report(client, reviewed, "Assignment")["ReviewActions"]
    assert [one["ActionName"] for one in actions] == ["review", "approve", "review", "approve"]
    for one in actions:
        assert (one["TargetType"], one["Status"]) == ("Assignment", "Succeeded")
        assert one["Result"]
        assert "ErrorCode" not in one
        assert abs((one["CompleteTime"] - market.clock.now()).total_seconds()) < 60
    again = report(client, reviewed, "HIT")["ReviewActions"]
    assert [(one["ActionName"], one["TargetType"]) for one in again] == [
        ("review", "HIT"),
        ("approve", "Assignment"),
        ("approve", "Assignment"),
    ]
    assert again[-1]["Result"] == "Already approved"
    assert len({one["ActionId"] for one in actions + again}) == 7


def test_results_name_the_review_that_found_them_and_their_subject(client: Client, reviewed: str) -> None:
    found = report(client, reviewed, "Assignment")
    reviews = [one for one in found["ReviewActions"] if one["ActionName"] == "review"]
    by_review = {one["ActionId"]: one["TargetId"] for one in reviews}
    assert [by_review[one["ActionId"]] for one in found["ReviewResults"]] == [
        one["SubjectId"] for one in found["ReviewResults"]
    ]
    assert {one["SubjectType"] for one in found["ReviewResults"]} == {"Assignment"}
    types = [one["SubjectType"] for one in report(client, reviewed, "HIT")["ReviewResults"]]
    assert types == ["HIT"] * 4 + ["Assignment"] * 6


def test_all_pages_together_are_the_whole_report(client: Client, reviewed: str) -> None:
    whole = _ask(client, reviewed, MaxResults=100)
    parts = {level: {"ReviewResults": [], "ReviewActions": []} for level in ("Assignment", "HIT")}
    more, pages = {}, 0
    while more is not None:
        answer = _ask(client, reviewed, MaxResults=4, **more)
        size = 0
        for level, lists in parts.items():
            for name, entries in lists.items():
                size += len(answer[f"{level}ReviewReport"][name])
                entries.extend(answer[f"{level}ReviewReport"][name])
        assert size <= 4
        more = {"NextToken": answer["NextToken"]} if "NextToken" in answer else None
        pages += 1
    assert pages == 7
    assert parts == {level: whole[f"{level}ReviewReport"] for level in parts}


def test_a_page_has_ten_entries_by_default(client: Client, reviewed: str) -> None:
    answer = _ask(client, reviewed)
    lists = [entries for level in ("Assignment", "HIT") for entries in answer[f"{level}ReviewReport"].values()]
    assert sum(map(len, lists)) == 10


@pytest.mark.parametrize(("left_out", "name"), [("RetrieveActions", "Results"), ("RetrieveResults", "Actions")])
def test_what_is_left_out_takes_no_place_on_a_page(client: Client, reviewed: str, left_out: str, name: str) -> None:
    answer = _ask(client, reviewed, MaxResults=5, **{left_out: False})
    shown = [answer[f"{level}ReviewReport"][f"Review{name}"] for level in ("Assignment", "HIT")]
    assert sum(map(len, shown)) == 5


def test_a_token_is_good_for_the_same_question_only(client: Client, reviewed: str, refused: Refused) -> None:
    token = _ask(client, reviewed, MaxResults=3)["NextToken"]
    error = refused(client.list_review_policy_results_for_hit, HITId=reviewed, PolicyLevels=["HIT"], NextToken=token)
    assert error["Parameter"] == "NextToken"


def test_reports_of_others_or_of_unknown_hits_cannot_be_read(
    client: Client, market: Marketplace, connect: Connect, reviewed: str, refused: Refused
) -> None:
    other = connect(market, "somebody else")
    for asked, hit_id in ((other, reviewed), (client, "3NOSUCHHIT")):
        error = refused(asked.list_review_policy_results_for_hit, HITId=hit_id)
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


@pytest.mark.parametrize("arguments", [{"PolicyLevels": ["Worker"]}, {"MaxResults": 101}])
def test_a_question_out_of_form_is_refused(client: Client, refused: Refused, arguments: dict[str, Any]) -> None:
    error = refused(client.list_review_policy_results_for_hit, HITId="3X", **arguments)
    assert error["__type"] == "ValidationException"
