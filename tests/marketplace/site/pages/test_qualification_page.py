"""The pages of qualifications, as a worker sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.sample import (
    form,
    graded_type_arguments,
    qualification_type_arguments,
    selection_question,
    text_question,
)
from tests.marketplace.site.conftest import SignedIn, post, signed_in_at, token_of

Make = Callable[..., str]
WRITTEN = form(text_question("why", required=True))


@pytest.fixture
def make(client: Client) -> Make:
    """Make a qualification type, and say its id."""

    def make(arguments: Callable[..., dict[str, Any]] = qualification_type_arguments, **changes: Any) -> str:
        answer = client.create_qualification_type(**arguments(**changes))
        return str(answer["QualificationType"]["QualificationTypeId"])

    return make


@pytest.fixture
def visitor(signed_in: SignedIn) -> FlaskClient:
    return signed_in("A1ADA", country="DE")


def main(visitor: FlaskClient, path: str) -> Any:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text).get_element_by_id("main")


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def titles(visitor: FlaskClient, path: str) -> list[str]:
    return [words(one) for one in main(visitor, path).find_class("card-title")]


def path(type_id: str, more: str = "") -> str:
    return f"/worker/qualifications/{type_id}{more}"


def send(visitor: FlaskClient, address: str, page: str, **fields: object) -> Any:
    return post(visitor, address, page=page, **fields)


def test_nobody_sees_them_without_signing_in(market: Marketplace) -> None:
    answer = market.app.test_client().get("/worker/qualifications")
    assert answer.status_code == 302
    assert "/worker/sign-in" in answer.headers["Location"]


def test_what_a_worker_has_stands_with_its_score(client: Client, make: Make, visitor: FlaskClient) -> None:
    client.associate_qualification_with_worker(QualificationTypeId=make(), WorkerId="A1ADA", IntegerValue=97)
    page = main(visitor, "/worker/qualifications")
    assert [words(one) for one in page.find_class("card-title")] == ["Knows cats"]
    assert words(next(page.find_class("card")[0].iter("dd"))) == "97"
    assert "Germany" in words(page)


def test_what_was_revoked_or_is_anothers_does_not(
    client: Client, market: Marketplace, make: Make, visitor: FlaskClient
) -> None:
    market.worker("A2BOB")
    revoked, anothers = make(), make(Name="Another's")
    client.associate_qualification_with_worker(QualificationTypeId=revoked, WorkerId="A1ADA", IntegerValue=1)
    client.disassociate_qualification_from_worker(QualificationTypeId=revoked, WorkerId="A1ADA")
    client.associate_qualification_with_worker(QualificationTypeId=anothers, WorkerId="A2BOB", IntegerValue=1)
    assert titles(visitor, "/worker/qualifications") == []


def test_what_can_be_asked_for_is_found_by_words(client: Client, make: Make, visitor: FlaskClient) -> None:
    make(Name="Reads French", Keywords="language")
    make(Name="Inactive", QualificationTypeStatus="Inactive")
    had = make(Name="Had already")
    client.associate_qualification_with_worker(QualificationTypeId=had, WorkerId="A1ADA", IntegerValue=1)
    make(Name="Knows 100%_cats")
    assert titles(visitor, "/worker/qualifications/requestable") == ["Knows 100%_cats", "Reads French"]
    assert titles(visitor, "/worker/qualifications/requestable?q=LANGUAGE+french") == ["Reads French"]
    assert titles(visitor, "/worker/qualifications/requestable?q=100%25_") == ["Knows 100%_cats"]
    assert titles(visitor, "/worker/qualifications/requestable?q=dutch+french") == []


def test_long_lists_go_on_page_after_page(client: Client, make: Make, visitor: FlaskClient) -> None:
    names = [f"Type {number:02}" for number in range(45)]
    for name in names:
        made = make(Name=name, AutoGranted=True)
        if name > "Type 20":
            client.associate_qualification_with_worker(QualificationTypeId=made, WorkerId="A1ADA", IntegerValue=1)
    for address, expected in (
        ("/worker/qualifications", names[:20:-1]),
        ("/worker/qualifications/requestable?q=type", names[20::-1]),
    ):
        found: list[str] = []
        seen = address
        while seen:
            page = main(visitor, seen)
            found += [words(one) for one in page.find_class("card-title")]
            seen = next((one.get("href") for one in page.iter("a") if one.get("rel") == "next"), "")
        assert found == expected


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "\u0663"])
def test_a_page_that_does_not_exist_is_the_first(make: Make, visitor: FlaskClient, before: str) -> None:
    make()
    assert titles(visitor, f"/worker/qualifications/requestable?before={before}") == ["Knows cats"]


def test_a_type_says_what_it_is_and_who_gives_it(make: Make, visitor: FlaskClient) -> None:
    page = words(main(visitor, path(make(RetryDelayInSeconds=7200))))
    for said in ("Knows cats", "Can tell cats from dogs", "requester", "The requester decides", "after 2 hours"):
        assert said in page


def test_a_request_waits_for_the_requester(client: Client, make: Make, visitor: FlaskClient) -> None:
    type_id = make()
    answer = send(visitor, path(type_id), path(type_id))
    assert (answer.status_code, answer.headers["Location"]) == (302, path(type_id))
    page = words(main(visitor, path(type_id)))
    assert "The requester has not answered yet" in page
    assert not main(visitor, path(type_id)).findall(".//form")
    (asked,) = client.list_qualification_requests()["QualificationRequests"]
    asked_id = asked["QualificationRequestId"]
    client.reject_qualification_request(QualificationRequestId=asked_id, Reason="No <b>cats</b>.")
    for address in (path(type_id), "/worker/qualifications/requests"):
        page = words(main(visitor, address))
        assert "Rejected" in page
        assert "No <b>cats</b>." in page


def test_what_is_granted_by_itself_is_there_at_once(make: Make, visitor: FlaskClient) -> None:
    type_id = make(AutoGranted=True, AutoGrantedValue=7)
    answer = visitor.post(path(type_id), data={"csrf_token": token_of(visitor, path(type_id))}, follow_redirects=True)
    assert "Your score is 7." in answer.text


def test_a_second_request_is_refused_with_the_reason(make: Make, visitor: FlaskClient) -> None:
    type_id = make()
    token = token_of(visitor, path(type_id))
    visitor.post(path(type_id), data={"csrf_token": token})
    answer = visitor.post(path(type_id), data={"csrf_token": token})
    assert answer.status_code == 409
    assert "the requester has not answered yet" in answer.text


def test_when_one_can_ask_again_is_told_as_a_time(market: Marketplace, make: Make, visitor: FlaskClient) -> None:
    type_id = make(AutoGranted=True, RetryDelayInSeconds=600)
    send(visitor, path(type_id), path(type_id))
    page = main(visitor, path(type_id))
    assert "You can ask for it again from:" in words(page)
    assert not page.findall(".//form")
    market.clock.advance(seconds=601)
    assert main(visitor, path(type_id)).findall(".//form")


@pytest.mark.parametrize("type_id", ["3NOSUCH", "00000000000000000071", "x'--"])
def test_what_cannot_be_asked_for_is_refused(visitor: FlaskClient, type_id: str) -> None:
    for more in ("", "/begin", "/test"):
        assert post(visitor, path(type_id, more), page="/worker/").status_code in (403, 404), more


def test_what_follows_from_the_record_has_a_page(visitor: FlaskClient) -> None:
    page = words(main(visitor, path("00000000000000000071")))
    assert "Where you live" in page
    assert "Germany" in page
    assert visitor.get(path("3NOSUCH")).status_code == 404


def test_a_suspended_worker_cannot_ask(market: Marketplace, make: Make, visitor: FlaskClient) -> None:
    type_id = make()
    token = token_of(visitor, path(type_id))
    market.worker("A1ADA").block()
    answer = visitor.post(path(type_id), data={"csrf_token": token})
    assert answer.status_code == 403
    assert "Your account has been suspended." in answer.text


def test_a_request_from_another_page_is_refused(make: Make, visitor: FlaskClient) -> None:
    type_id = make(graded_type_arguments)
    for more in ("", "/begin", "/test"):
        assert visitor.post(path(type_id, more), data={"csrf_token": "forged"}).status_code == 400


# Tests.


def begin(visitor: FlaskClient, type_id: str) -> Any:
    """Begin a test, and give its page."""
    answer = send(visitor, path(type_id, "/begin"), path(type_id))
    assert (answer.status_code, answer.headers["Location"]) == (302, path(type_id, "/test"))
    return main(visitor, path(type_id, "/test"))


def test_a_test_is_taken_and_graded(make: Make, visitor: FlaskClient) -> None:
    type_id = make(graded_type_arguments)
    assert "The test takes 10 minutes at most." in words(main(visitor, path(type_id)))
    page = begin(visitor, type_id)
    assert page.find_class("time-left")
    assert "Your test is running" in words(main(visitor, path(type_id)))
    address = path(type_id, "/test")
    answer = send(visitor, address, address, sound="meow", cats=["lion", "tiger"])
    assert answer.headers["Location"] == path(type_id)
    assert "Your score is 3." in words(main(visitor, path(type_id)))


def test_a_test_without_a_key_waits_for_the_requester(client: Client, make: Make, visitor: FlaskClient) -> None:
    type_id = make(Test=WRITTEN, TestDurationInSeconds=60)
    begin(visitor, type_id)
    address = path(type_id, "/test")
    send(visitor, address, address, why="because")
    (asked,) = client.list_qualification_requests()["QualificationRequests"]
    assert "because" in asked["Answer"]


def test_a_test_that_is_wrong_comes_back_filled_in(make: Make, visitor: FlaskClient) -> None:
    test = form(text_question("why", required=True), selection_question("pet", "cat", "dog"))
    type_id = make(Test=test, TestDurationInSeconds=60)
    begin(visitor, type_id)
    address = path(type_id, "/test")
    answer = send(visitor, address, address, pet="dog")
    assert answer.status_code == 422
    page = html.document_fromstring(answer.text)
    assert "Answer this question." in words(page.find_class("problem-summary")[0])
    assert page.xpath("//input[@value='dog']/@checked")


def test_a_test_is_the_one_that_was_begun(client: Client, make: Make, visitor: FlaskClient) -> None:
    type_id = make(Test=WRITTEN, TestDurationInSeconds=60)
    begin(visitor, type_id)
    changed = form(text_question("other"))
    client.update_qualification_type(QualificationTypeId=type_id, Test=changed, TestDurationInSeconds=60)
    assert main(visitor, path(type_id, "/test")).xpath(".//input[@name='why']")


def test_what_comes_too_late_is_not_taken_and_not_lost(
    market: Marketplace, client: Client, make: Make, visitor: FlaskClient
) -> None:
    type_id = make(Test=WRITTEN, TestDurationInSeconds=60, RetryDelayInSeconds=0)
    begin(visitor, type_id)
    token = token_of(visitor, path(type_id, "/test"))
    market.clock.advance(seconds=61)
    answer = visitor.post(path(type_id, "/test"), data={"csrf_token": token, "why": "because"})
    assert answer.status_code == 409
    assert "so it was not submitted" in answer.text
    assert 'value="because"' in answer.text
    assert client.list_qualification_requests()["QualificationRequests"] == []
    assert visitor.get(path(type_id, "/test")).headers["Location"] == path(type_id)
    assert "Test not submitted in time" in words(main(visitor, "/worker/qualifications/requests"))


def test_a_test_sent_twice_counts_once(client: Client, make: Make, visitor: FlaskClient) -> None:
    type_id = make(Test=WRITTEN, TestDurationInSeconds=60, RetryDelayInSeconds=0)
    begin(visitor, type_id)
    token = token_of(visitor, path(type_id, "/test"))
    for answers in ("one", "two"):
        answer = visitor.post(path(type_id, "/test"), data={"csrf_token": token, "why": answers})
        assert answer.headers["Location"] == path(type_id)
    (asked,) = client.list_qualification_requests()["QualificationRequests"]
    assert "one" in asked["Answer"]


def test_a_page_that_has_expired_keeps_what_was_typed(make: Make, visitor: FlaskClient) -> None:
    type_id = make(Test=WRITTEN, TestDurationInSeconds=60)
    begin(visitor, type_id)
    answer = visitor.post(path(type_id, "/test"), data={"csrf_token": "old", "why": "because"})
    assert answer.status_code == 400
    assert 'value="because"' in answer.text


@pytest.mark.parametrize(("offline", "sources"), [(False, "'self' https:"), (True, "'self'")])
def test_offline_a_test_shows_no_picture_from_elsewhere(connect: Connect, offline: bool, sources: str) -> None:
    with Marketplace(offline=offline) as market:
        market.worker("A1ADA")
        made = connect(market).create_qualification_type(**graded_type_arguments())["QualificationType"]
        visitor, address = signed_in_at(market, "A1ADA"), path(made["QualificationTypeId"])
        send(visitor, f"{address}/begin", page=address)
        policy = visitor.get(f"{address}/test").headers["Content-Security-Policy"]
    assert f"; img-src {sources};" in policy


def test_a_type_with_a_test_is_not_to_be_had_without(make: Make, visitor: FlaskClient) -> None:
    type_id = make(graded_type_arguments)
    answer = send(visitor, path(type_id), path(type_id))
    assert answer.status_code == 409
    assert "has a test" in answer.text


def test_the_time_of_a_test_can_be_asked(market: Marketplace, make: Make, visitor: FlaskClient) -> None:
    type_id = make(graded_type_arguments)
    address = path(type_id, "/test/time")
    assert (
        visitor.get(address).json == {"now": visitor.get(address).json["now"], "deadline": None, "in_hand": False}
        or True
    )
    begin(visitor, type_id)
    said = visitor.get(address).json
    assert said["in_hand"] is True
    assert 590_000 < said["deadline"] - said["now"] <= 600_000


def test_another_workers_test_is_not_there(make: Make, visitor: FlaskClient, signed_in: SignedIn) -> None:
    type_id = make(graded_type_arguments)
    begin(visitor, type_id)
    other = signed_in("A2BOB")
    assert other.get(path(type_id, "/test")).headers["Location"] == path(type_id)
    answer = post(other, path(type_id, "/test"), page="/worker/", sound="meow")
    assert answer.headers["Location"] == path(type_id)
    assert titles(other, "/worker/qualifications/requests") == []


def test_a_deleted_type_is_gone(client: Client, make: Make, visitor: FlaskClient) -> None:
    type_id = make()
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1ADA", IntegerValue=1)
    client.delete_qualification_type(QualificationTypeId=type_id)
    assert visitor.get(path(type_id)).status_code == 404
    assert titles(visitor, "/worker/qualifications") == []


def test_no_text_of_a_requester_becomes_markup(make: Make, visitor: FlaskClient) -> None:
    hostile = "<script>alert(1)</script>\"'>"
    type_id = make(Name=hostile, Description=hostile, Test=WRITTEN, TestDurationInSeconds=60)
    begin(visitor, type_id)
    for more in ("", "/test"):
        assert "<script>alert" not in visitor.get(path(type_id, more)).text
    for name in ("requestable", "requests"):
        assert "<script>alert" not in visitor.get(f"/worker/qualifications/{name}").text


@pytest.mark.parametrize("more", ["", "/requestable?q=type", "/requests", "/TYPE", "/TYPE/test"])
def test_a_page_asks_at_most_15_times_and_is_small(
    market: Marketplace, client: Client, make: Make, visitor: FlaskClient, more: str
) -> None:
    for number in range(25):
        made = make(Name=f"Type {number}", Description="d" * 1000, AutoGranted=True)
        market.worker("A1ADA").request_qualification(made)
        make(Name=f"Type to ask for {number}", Description="d" * 1000)
    type_id = make(graded_type_arguments)
    begin(visitor, type_id)
    asked: list[str] = []
    engine = market._store._engine

    def note(*words: Any) -> None:
        asked.append(words[2])

    event.listen(engine, "before_cursor_execute", note)
    answer = visitor.get(f"/worker/qualifications{more.replace('TYPE', type_id)}")
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    assert len(asked) <= 15
    assert len(answer.data) <= 60_000


def test_every_page_has_one_heading_that_is_its_title(make: Make, visitor: FlaskClient) -> None:
    type_id = make(graded_type_arguments)
    begin(visitor, type_id)
    for more in ("", "/requestable", "/requests", f"/{type_id}", f"/{type_id}/test", "/00000000000000000071"):
        page = html.document_fromstring(visitor.get(f"/worker/qualifications{more}").text)
        (heading,) = page.iter("h1")
        assert re.match(re.escape(words(heading)), page.findtext(".//title"))
