"""The page of all groups, and that of one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from mturk.marketplace import Marketplace
from tests.marketplace.asked import asked_by_this_thread
from tests.marketplace.conftest import Client, Connect, Publish
from tests.marketplace.sample import (
    form,
    graded_type_arguments,
    hit_arguments,
    qualification_type_arguments,
    text_question,
)
from tests.marketplace.site.conftest import SignedIn, post

ADULT = "00000000000000000060"
NEEDS_ADULTS = {"QualificationTypeId": ADULT, "Comparator": "EqualTo", "IntegerValues": [1]}
SCRIPT = "<script>alert(1)</script>"


def titles(page: str) -> list[str]:
    return re.findall(r'card-title"><a href="[^"]*"><bdi>([^<]*)', page)


def group_path(hit: dict[str, Any]) -> str:
    return f"/worker/groups/{hit['HITGroupId']}"


def accept(client: FlaskClient, hit: dict[str, Any], **fields: str) -> Any:
    return post(client, f"{group_path(hit)}/accept", page=group_path(hit), **fields)


def test_a_group_is_shown_with_all_that_helps_to_choose(
    market: Marketplace, connect: Connect, signed_in: SignedIn
) -> None:
    lab = connect(market, "Vision lab")
    for number in range(3):
        lab.create_hit(**hit_arguments(Reward="1.20", RequesterAnnotation=str(number)))
    market.clock.advance(minutes=5)
    page = " ".join(re.sub("<[^>]+>", " ", signed_in().get("/worker/").text).split())
    for fact in (
        "Label a photo",
        "Say what is in the picture",
        "Reward $1.20",
        "HITs left 3",
        "Time limit 10 minutes",
        "Requester Vision lab",
        "Published 5 minutes ago",
        "Approved at the latest 30 days after you submit",
        "Look at it : Label a photo",
    ):
        assert fact in page


def test_a_requirement_tells_what_the_worker_has_and_how_to_get_what_is_missing(
    client: Client, publish: Publish, signed_in: SignedIn
) -> None:
    asked = client.create_qualification_type(**qualification_type_arguments(Name="Night owl"))
    tested = client.create_qualification_type(**graded_type_arguments(Name="Careful reader"))
    ids = [one["QualificationType"]["QualificationTypeId"] for one in (asked, tested)]
    needed = [
        {"QualificationTypeId": ids[0], "Comparator": "Exists"},
        {"QualificationTypeId": ids[1], "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [80]},
        {"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThan", "IntegerValues": [95]},
        {"QualificationTypeId": "00000000000000000071", "Comparator": "In", "LocaleValues": [{"Country": "DE"}]},
    ]
    hit = publish(QualificationRequirements=needed)
    page = signed_in(country="FR").get(group_path(hit)).text
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Night owl : you need to have it; you do not have it. Request it" in words
    assert "Careful reader : at least 80 needed; you do not have it. Take the test" in words
    assert "Share of your work that was approved : more than 95% needed; you have 100%" in words
    assert "Where you live : Germany needed; you live in France" in words
    for type_id in ids:
        assert f'href="/worker/qualifications/{type_id}"' in page
    assert words.count("Not met") == 3


def test_what_follows_from_accepting_is_read_before(publish: Publish, signed_in: SignedIn) -> None:
    page = signed_in().get(group_path(publish())).text
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    told = "You have 10 minutes from the moment you accept. If you are late, others can do the HIT"
    assert words.index(told) < words.index(" Accept ")
    assert 'aria-describedby="what-follows">Accept<' in page
    assert "Approved automatically at the latest 30 days after you submit" in words


def test_a_card_leads_to_how_to_get_what_is_missing(client: Client, publish: Publish, signed_in: SignedIn) -> None:
    tested = client.create_qualification_type(**graded_type_arguments(Name="Careful reader"))
    type_id = tested["QualificationType"]["QualificationTypeId"]
    publish(QualificationRequirements=[{"QualificationTypeId": type_id, "Comparator": "Exists"}])
    page = signed_in().get("/worker/").text
    assert re.findall(rf'<a([^>]*)href="/worker/qualifications/{type_id}">(\w+)', page) == [
        (' class="button quiet" ', "Take")
    ]
    assert "Look at it" not in page


def test_a_group_that_cannot_be_accepted_nor_skipped_has_no_empty_bar(
    client: Client, publish: Publish, signed_in: SignedIn
) -> None:
    needed = [
        {"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo", "LocaleValues": [{"Country": "DE"}]}
    ]
    page = signed_in(country="FR").get(group_path(publish(QualificationRequirements=needed))).text
    assert "To accept it you need all of the requirements." in page
    assert "work-bar" not in page


SEARCHES = [
    ("", ["dear", "cheap"]),
    ("q=dear", ["dear"]),
    ("q=nothing", []),
    ("min_reward=0.10", ["dear"]),
    ("min_reward=0,10", ["dear"]),
    ("min_reward=", ["dear", "cheap"]),
    ("qualified=on", ["cheap"]),
    ("sort=most", ["cheap", "dear"]),
    ("sort=reward", ["dear", "cheap"]),
    ("sort=nonsense", ["dear", "cheap"]),
]


@pytest.mark.parametrize(("query", "expected"), SEARCHES)
def test_groups_are_searched_and_sorted(publish: Publish, signed_in: SignedIn, query: str, expected: list[str]) -> None:
    for number in range(2):
        publish(Title="cheap", Reward="0.01", RequesterAnnotation=str(number))
    publish(Title="dear", Reward="9.00", QualificationRequirements=[NEEDS_ADULTS])
    assert titles(signed_in().get(f"/worker/?{query}").text) == expected


@pytest.mark.parametrize("amount", ["x", "-1", "0.001", "1e9999", "NaN", "9" * 50])
def test_a_minimum_reward_that_is_no_amount_is_told_at_its_field(
    publish: Publish, signed_in: SignedIn, amount: str
) -> None:
    publish()
    answer = signed_in().get("/worker/", query_string={"min_reward": amount})
    assert answer.status_code == 200
    assert "such as 0.50" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_pages_of_groups_keep_the_search(client: Client, signed_in: SignedIn) -> None:
    for number in range(45):
        client.create_hit(**hit_arguments(Title=f"wanted {number}"))
        client.create_hit(**hit_arguments(Title=f"other {number}"))
    visitor, found, address = signed_in(), [], "/worker/?q=wanted&sort=reward"
    for _ in range(3):
        page = visitor.get(address).text
        found += titles(page)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        address = link[1].replace("&amp;", "&") if link else ""
    assert address == ""
    assert len(found) == len(set(found)) == 45
    assert all(title.startswith("wanted") for title in found)


def test_a_page_that_nobody_linked_to_is_not_there(publish: Publish, signed_in: SignedIn) -> None:
    publish()
    assert signed_in().get("/worker/?after=nonsense").status_code == 404


def test_what_a_requester_writes_is_text(
    client: Client, connect: Connect, market: Marketplace, signed_in: SignedIn
) -> None:
    lab = connect(market, SCRIPT)
    hit = lab.create_hit(**hit_arguments(Title=SCRIPT, Description=SCRIPT, Keywords=SCRIPT))["HIT"]
    visitor = signed_in()
    accepted = accept(visitor, hit).location
    for path in ("/worker/", group_path(hit), accepted, "/worker/queue"):
        assert SCRIPT not in visitor.get(path).text


def test_a_group_shows_its_next_hit(publish: Publish, signed_in: SignedIn) -> None:
    hits = [publish(Question=form(text_question(f"question{number}"))) for number in range(3)]
    visitor = signed_in()
    page = visitor.get(group_path(hits[0])).text
    assert "question0" in page
    assert "Accept" in page
    skip = re.search(r'href="([^"]+after=[^"]+)">Skip', page)
    assert skip
    page = visitor.get(skip[1]).text
    assert "question1" in page
    assert "question0" not in page


def test_after_the_last_hit_the_first_comes_again(publish: Publish, signed_in: SignedIn) -> None:
    hits = [publish(Question=form(text_question(f"question{number}"))) for number in range(2)]
    page = signed_in().get(f"{group_path(hits[0])}?after={hits[1]['HITId']}").text
    assert "question0" in page


def test_accepting_leads_to_the_hit_that_was_looked_at(publish: Publish, signed_in: SignedIn) -> None:
    hits = [publish(Question=form(text_question(f"question{number}"))) for number in range(3)]
    visitor = signed_in()
    answer = accept(visitor, hits[0], hit_id=hits[1]["HITId"])
    assert answer.status_code == 302
    assert re.fullmatch("/worker/assignments/[0-9A-Z]+", answer.location)
    assert "question1" in visitor.get(answer.location).text


GUARDS = [
    ("Accept", 200, True, 403),
    ("PreviewAndAccept", 200, False, 403),
    ("DiscoverPreviewAndAccept", 404, False, 404),
]


@pytest.mark.parametrize(("guard", "page", "previewed", "accepted"), GUARDS)
def test_who_does_not_qualify_sees_and_does_what_is_not_guarded(
    publish: Publish, signed_in: SignedIn, guard: str, page: int, previewed: bool, accepted: int
) -> None:
    hit = publish(
        Question=form(text_question("secret")), QualificationRequirements=[{**NEEDS_ADULTS, "ActionsGuarded": guard}]
    )
    visitor = signed_in()
    answer = visitor.get(group_path(hit))
    assert answer.status_code == page
    assert ("secret" in answer.text) == previewed
    assert ">Accept<" not in answer.text
    assert post(visitor, f"{group_path(hit)}/accept").status_code == accepted


def test_a_group_that_one_may_not_find_is_refused_as_one_that_is_not_there(
    publish: Publish, signed_in: SignedIn
) -> None:
    hit = publish(QualificationRequirements=[{**NEEDS_ADULTS, "ActionsGuarded": "DiscoverPreviewAndAccept"}])
    visitor = signed_in()
    hidden, unknown = (post(visitor, f"/worker/groups/{group}/accept") for group in (hit["HITGroupId"], "3NOTHERE"))
    assert hidden.status_code == unknown.status_code == 404
    assert re.findall('class="lead">([^<]*)', hidden.text) == re.findall('class="lead">([^<]*)', unknown.text)


def test_what_is_looked_for_is_shown_as_far_as_it_counts(signed_in: SignedIn) -> None:
    page = signed_in().get("/worker/", query_string={"q": "cats " * 30_000, "min_reward": "1" * 100_000}).text
    assert f'value="{("cats " * 40)[:200]}"' in page
    assert len(page) < 10_000


def test_a_blocked_worker_is_told_of_qualifications_only(client: Client, publish: Publish, signed_in: SignedIn) -> None:
    hit = publish()
    visitor = signed_in()
    client.create_worker_block(WorkerId="A1ADA", Reason="careless")
    assert ">Accept<" not in visitor.get(group_path(hit)).text
    answer = post(visitor, f"{group_path(hit)}/accept")
    assert answer.status_code == 403
    assert "do not meet the requirements" in answer.text
    assert "block" not in answer.text.lower()


@pytest.mark.parametrize("taken", [True, False])
def test_a_group_without_hits_is_not_there(
    market: Marketplace, publish: Publish, signed_in: SignedIn, taken: bool
) -> None:
    hit = publish()
    visitor = signed_in()
    if taken:
        market.worker("A2").accept(hit["HITId"])
    path = group_path(hit) if taken else "/worker/groups/3NOSUCHGROUP"
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "There are no more available HITs in this group." in answer.text
    assert post(visitor, f"{path}/accept").status_code == (409 if taken else 404)


def test_more_than_25_hits_are_not_accepted(client: Client, signed_in: SignedIn) -> None:
    hits = [client.create_hit(**hit_arguments(RequesterAnnotation=str(number)))["HIT"] for number in range(26)]
    visitor = signed_in()
    for _ in range(25):
        assert accept(visitor, hits[0]).status_code == 302
    answer = accept(visitor, hits[0])
    assert answer.status_code == 409
    assert "You hold 25 HITs" in answer.text


@pytest.mark.parametrize("path", ["/mturk/preview", "/mturk/previewandaccept"])
def test_an_address_of_mturk_leads_to_the_group(
    market: Marketplace, publish: Publish, signed_in: SignedIn, path: str
) -> None:
    hit = publish()
    answer = signed_in().get(f"{path}?groupId={hit['HITGroupId']}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == group_path(hit)
    stranger = market.app.test_client().get(f"{path}?groupId={hit['HITGroupId']}")
    assert stranger.location == group_path(hit)
    assert signed_in().get(path).location == "/worker/"


@pytest.mark.parametrize("group_id", ["../../x", "%2e%2e/sign-out", "http://elsewhere.example/"])
def test_an_address_of_mturk_leads_nowhere_else(market: Marketplace, group_id: str) -> None:
    answer = market.app.test_client().get("/mturk/preview", query_string={"groupId": group_id})
    assert answer.location.startswith("/worker/groups/")


def test_a_form_from_elsewhere_accepts_nothing(publish: Publish, signed_in: SignedIn) -> None:
    hit = publish()
    answer = signed_in().post(f"{group_path(hit)}/accept", data={"hit_id": hit["HITId"]})
    assert answer.status_code == 400


def test_a_full_page_asks_at_most_15_times_and_has_at_most_60_kilobytes(
    market: Marketplace, client: Client, signed_in: SignedIn
) -> None:
    types = [
        client.create_qualification_type(
            **qualification_type_arguments(Name=f"{number} " + "n" * 190, Description="d" * 2000)
        )["QualificationType"]["QualificationTypeId"]
        for number in range(9)
    ]
    places = [
        {"Country": code}
        for code in [
            "DE",
            "FR",
            "GB",
            "AE",
            "US",
            "IN",
            "BR",
            "CN",
            "JP",
            "AU",
            "CA",
            "IT",
            "ES",
            "NL",
            "BE",
            "SE",
            "NO",
            "FI",
            "DK",
            "PL",
            "CZ",
            "AT",
        ]
    ]
    needed = [{"QualificationTypeId": type_id, "Comparator": "Exists"} for type_id in types] + [
        {"QualificationTypeId": "00000000000000000071", "Comparator": "NotIn", "LocaleValues": places}
    ]
    for number in range(45):
        hit = client.create_hit(
            **hit_arguments(
                Title=f"{number} " + "ü" * 120, Description="d" * 1990, QualificationRequirements=needed, Reward="0.01"
            )
        )["HIT"]
    visitor = signed_in(country="DE")
    asked = asked_by_this_thread(market)
    for path in ("/worker/", "/worker/?q=d&qualified=on&min_reward=0.01", group_path(hit)):
        asked.clear()
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert len(asked) <= 15, asked
        assert len(answer.data) <= 60_000


def test_where_requesters_write_much_a_page_has_fewer_groups_and_the_others_come_next(
    market: Marketplace, connect: Connect, client: Client, signed_in: SignedIn
) -> None:
    wide = "\N{CJK UNIFIED IDEOGRAPH-5B57}"
    lab = connect(market, wide * 255)
    types = [
        lab.create_qualification_type(**qualification_type_arguments(Name=f"{number}{wide * 190}"))
        for number in range(3)
    ]
    needed = [
        {"QualificationTypeId": one["QualificationType"]["QualificationTypeId"], "Comparator": "Exists"}
        for one in types
    ]
    for number in range(25):
        terms = {"Title": f"{number} {wide * 120}", "Description": wide * 1990, "QualificationRequirements": needed}
        lab.create_hit(**hit_arguments(**terms))
    visitor, found, address = signed_in(), [], "/worker/"
    while address:
        answer = visitor.get(address)
        assert len(answer.data) <= 60_000
        found += titles(answer.text)
        link = re.search(r'rel="next" href="([^"]+)"', answer.text)
        address = link[1].replace("&amp;", "&") if link else ""
    assert [title.partition(" ")[0] for title in found] == [str(number) for number in reversed(range(25))]
