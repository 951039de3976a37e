"""The page of a HIT at work, what comes after it, and the queue; without a browser."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.dispatch import Dispatch
from mturk.marketplace.error import ServiceFault
from tests.marketplace.conftest import Client, Publish
from tests.marketplace.sample import form, html_question, selection_question, text_question
from tests.marketplace.site.conftest import SignedIn, post, token_of

FORM = form(text_question("street", required=True), selection_question("lamps", "none", "few", "many"))


@pytest.fixture
def group(publish: Publish) -> list[dict[str, Any]]:
    return [publish(Question=FORM, RequesterAnnotation=str(number)) for number in range(3)]


def accept(visitor: FlaskClient, hit: dict[str, Any], **fields: str) -> str:
    """The address of an accepted HIT."""
    path = f"/worker/groups/{hit['HITGroupId']}"
    answer = post(visitor, f"{path}/accept", hit_id=hit["HITId"], **fields)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def heading(page: str) -> str:
    found = re.search("<h1[^>]*>(.*?)</h1>", page)
    assert found
    return found[1]


def time_of(visitor: FlaskClient, path: str) -> dict[str, Any]:
    """What the page's script is told."""
    told: dict[str, Any] = visitor.get(f"{path}/time").get_json()
    return told


def answers_of(client: Client, hit: dict[str, Any]) -> list[str]:
    listed = client.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    return [re.sub("<[^>]+>", " ", one["Answer"]) for one in listed]


def test_a_form_is_filled_in_and_submitted(client: Client, group: list[dict[str, Any]], signed_in: SignedIn) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    answer = post(visitor, path, page=path, street="Main Street", lamps="few")
    assert (answer.status_code, answer.location) == (302, path)
    page = visitor.get(path).text
    assert heading(page) == "Submitted"
    assert "Accept the next HIT" in page
    (text,) = answers_of(client, group[0])
    assert "Main Street" in text
    assert "few" in text


def test_a_form_that_is_not_complete_comes_back_filled_in(
    client: Client, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    answer = post(visitor, path, page=path, street="", lamps="many")
    assert answer.status_code == 422
    assert re.search('value="many"[^>]*checked', answer.text)
    assert answers_of(client, group[0]) == []


def test_the_page_tells_the_deadline_and_the_time_of_the_server(
    market: Marketplace, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    market.clock.advance(minutes=4)
    page = visitor.get(path).text
    deadline, now = (int(number) for number in re.findall(r'data-(?:deadline|now)="(\d+)"', page))
    assert 355_000 < deadline - now <= 360_000
    assert abs(now - market.clock.now().timestamp() * 1000) < 5000
    told = time_of(visitor, path)
    assert told == {"now": told["now"], "deadline": deadline, "in_hand": True}
    assert now <= told["now"] < now + 5000


@pytest.mark.parametrize("how", ["submitted", "returned", "late", "never"])
def test_the_time_says_when_the_hit_is_no_longer_in_hand(
    market: Marketplace, group: list[dict[str, Any]], signed_in: SignedIn, how: str
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0]) if how != "never" else "/worker/assignments/3NOSUCHASSIGNMENT"
    if how == "submitted":
        post(visitor, path, street="Main Street")
    elif how == "returned":
        post(visitor, f"{path}/return")
    elif how == "late":
        market.clock.advance(minutes=11)
    told = time_of(visitor, path)
    assert (told["in_hand"], told["deadline"]) == (False, None)


def test_a_returned_hit_goes_back_and_the_next_one_is_shown(
    market: Marketplace, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    answer = post(visitor, f"{path}/return")
    assert answer.location == f"/worker/groups/{group[0]['HITGroupId']}?after={group[0]['HITId']}"
    assert "You have returned the HIT" in visitor.get(answer.location).text
    over = visitor.get(path)
    assert (over.status_code, heading(over.text)) == (404, "Returned")
    assert post(visitor, f"{path}/return").status_code == 404
    assert market.worker("A2").accept(group[0]["HITId"]) == path.rpartition("/")[2]


def test_who_returns_the_last_hit_of_an_ended_group_comes_to_the_list(
    market: Marketplace, publish: Publish, signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, publish(LifetimeInSeconds=60))
    market.clock.advance(minutes=2)
    assert post(visitor, f"{path}/return").location == "/worker/"


def test_after_the_deadline_the_page_says_so_and_shows_what_was_filled_in(
    market: Marketplace, client: Client, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    token = token_of(visitor, path)
    market.clock.advance(minutes=11)
    late = visitor.post(path, data={"csrf_token": token, "street": "Main Street"})
    assert (late.status_code, heading(late.text)) == (409, "Not submitted")
    assert "The time for this HIT was over" in late.text
    assert 'value="Main Street"' in late.text
    over = visitor.get(path)
    assert (over.status_code, heading(over.text)) == (404, "The time was over")
    assert answers_of(client, group[0]) == []


def test_what_was_submitted_is_not_submitted_again(
    client: Client, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    token = token_of(visitor, path)
    for street in ("first", "second"):
        answer = visitor.post(path, data={"csrf_token": token, "street": street})
        assert (answer.status_code, answer.location) == (302, path)
    (text,) = answers_of(client, group[0])
    assert "first" in text


def test_a_form_that_has_expired_comes_back_filled_in(
    client: Client, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    answer = visitor.post(path, data={"csrf_token": "old", "street": "Main Street"})
    assert answer.status_code == 400
    assert "nothing was submitted" in answer.text
    assert 'value="Main Street"' in answer.text
    assert answers_of(client, group[0]) == []
    assert post(visitor, path, street="Main Street").status_code == 302


def test_no_step_is_taken_for_a_form_from_elsewhere(group: list[dict[str, Any]], signed_in: SignedIn) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    for step in (f"{path}/return", "/worker/accept-next"):
        assert visitor.post(step).status_code == 400
    assert time_of(visitor, path)["in_hand"]


def test_nobody_sees_or_changes_what_another_holds(
    client: Client, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    path = accept(signed_in("A1ADA"), group[0])
    other = signed_in("A2BOB")
    assert other.get(path).status_code == 404
    assert post(other, path, street="stolen").status_code == 404
    assert post(other, f"{path}/return").status_code == 404
    assert time_of(other, path)["in_hand"] is False
    assert path.rpartition("/")[2] not in other.get("/worker/queue").text
    assert answers_of(client, group[0]) == []


def test_an_accepted_hit_is_continued_from_the_queue_on_another_device(
    group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    path = accept(signed_in("A1ADA"), group[0])
    elsewhere = signed_in("A1ADA")
    queue = elsewhere.get("/worker/queue").text
    assert "You have 1 HIT (25 at most)." in queue
    assert f'href="{path}"' in queue
    assert post(elsewhere, path, street="Main Street").status_code == 302
    assert "You hold no HITs" in elsewhere.get("/worker/queue").text


def test_the_next_hit_is_accepted_by_itself_if_the_worker_wants_that(
    group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    first = accept(visitor, group[0], accept_next="on")
    assert "checked" in visitor.get(first).text
    second = post(visitor, first, street="Main Street").location
    assert second != first
    assert "This is the next HIT" in visitor.get(second).text
    third = post(visitor, second, street="Main Street").location
    end = post(visitor, third, street="Main Street").location
    assert end == third
    page = visitor.get(end).text
    assert heading(page) == "Submitted"
    assert "There are no more available HITs in this group." in page


def test_the_page_after_a_submission_goes_on_by_itself_for_a_moment_only(
    market: Marketplace, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    market.worker("A1ADA").submit(path.rpartition("/")[2], {"street": "Main Street"})
    assert "data-goes-on" not in visitor.get(path).text
    assert post(visitor, "/worker/accept-next", accept_next="on").status_code == 204
    assert "data-goes-on" in visitor.get(path).text
    market.clock.advance(minutes=2)
    assert "data-goes-on" not in visitor.get(path).text
    post(visitor, "/worker/accept-next", accept_next="off")
    assert "data-goes-on" not in visitor.get(path).text


@pytest.mark.parametrize(("minutes", "marks"), [(4, ""), (6, " soon"), (9.5, " soon last")])
def test_the_page_shows_without_a_script_that_time_is_short(
    market: Marketplace, group: list[dict[str, Any]], signed_in: SignedIn, minutes: float, marks: str
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    market.clock.advance(minutes=minutes)
    assert f'class="work-bar at-work{marks}"' in visitor.get(path).text


def test_the_page_after_a_submission_tells_what_became_of_it(
    client: Client, group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0])
    post(visitor, path, street="Main Street")
    assert "Waiting for the requester" in visitor.get(path).text
    client.approve_assignment(AssignmentId=path.rpartition("/")[2])
    assert "Approved" in visitor.get(path).text


def test_wherever_a_hit_is_shown_it_can_be_reported_and_its_requester_written_to(
    group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    pages = [visitor.get(f"/worker/groups/{group[0]['HITGroupId']}").text]
    path = accept(visitor, group[0])
    pages.append(visitor.get(path).text)
    post(visitor, path, street="Main Street")
    pages.append(visitor.get(path).text)
    for page in pages:
        for name in ("Report this HIT", "Write to the requester"):
            link = re.search(f'href="([^"]+)">{name}', page)
            assert link
            assert visitor.get(link[1].replace("&amp;", "&")).status_code == 200


def test_a_page_of_the_requesters_stands_in_a_frame_without_the_sites_rights(
    publish: Publish, signed_in: SignedIn
) -> None:
    visitor = signed_in()
    page = visitor.get(accept(visitor, publish(Question=html_question()))).text
    frame = re.search('<iframe[^>]*name="task"[^>]*>', page)
    assert frame
    rights = re.search('sandbox="([^"]*)"', frame[0])
    assert rights
    assert "allow-same-origin" not in rights[1]
    assert "allow-top-navigation" not in rights[1]


def test_a_window_that_a_task_opens_may_find_its_task_again(publish: Publish, signed_in: SignedIn) -> None:
    """As psiTurk's does, when an experiment is over."""
    visitor = signed_in()
    answer = visitor.get(accept(visitor, publish(Question=html_question())))
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"


def test_a_preview_does_not_tell_the_requesters_page_who_looks(publish: Publish, signed_in: SignedIn) -> None:
    visitor = signed_in("A1SECRETWORKER")
    page = visitor.get(f"/worker/groups/{publish(Question=html_question())['HITGroupId']}").text
    (frame,) = html.fromstring(page).xpath("//iframe[@name='task']/@src")
    answer = visitor.get(frame)
    assert answer.status_code == 200
    # What it can read: its address, and itself.
    for text in (*re.split("[/?&=.]", frame), *re.findall(r"[\w-]{20,}", answer.text)):
        assert b"SECRET" not in text.encode()
        assert b"SECRET" not in urlsafe_b64decode(text[: len(text) // 4 * 4])


def test_a_page_of_the_requesters_is_not_handed_in_as_a_form(
    client: Client, publish: Publish, signed_in: SignedIn
) -> None:
    visitor = signed_in()
    hit = publish(Question=html_question())
    path = accept(visitor, hit)
    assert post(visitor, path, label="cat").status_code == 404
    assert answers_of(client, hit) == []
    post(visitor, f"{path}/return")
    assert post(visitor, path, label="cat").status_code == 409


class FailsSecondly:
    """The market's dispatch, whose second change fails."""

    def __init__(self, dispatch: Dispatch, error: Exception) -> None:
        self._dispatch, self._error, self._changes = dispatch, error, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dispatch, name)

    def run(self, step: Any, *, writes: bool = True, **how: Any) -> Any:
        self._changes += writes
        if writes and self._changes == 2:
            raise self._error
        return self._dispatch.run(step, writes=writes, **how)


@pytest.mark.parametrize("error", [ServiceFault(), MarketplaceError("locked"), RuntimeError("a mistake")])
def test_work_that_was_handed_in_is_said_to_be_whatever_becomes_of_the_next(
    client: Client, group: list[dict[str, Any]], signed_in: SignedIn, error: Exception
) -> None:
    visitor = signed_in()
    path = accept(visitor, group[0], accept_next="on")
    token = token_of(visitor, path)
    known = visitor.application.extensions["mturk.site"].extensions
    services = known["mturk"]
    known["mturk"] = replace(services, dispatch=FailsSecondly(services.dispatch, error))
    answer = visitor.post(path, data={"csrf_token": token, "street": "Main Street"})
    known["mturk"] = services
    assert (answer.status_code, answer.location) == (302, path)
    page = visitor.get(path).text
    assert heading(page) == "Submitted"
    assert "The next HIT could not be accepted just now." in page
    assert len(answers_of(client, group[0])) == 1


def test_one_submission_brings_one_further_hit_in_however_many_windows(
    group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor = signed_in()
    first = accept(visitor, group[0], accept_next="on")
    second = post(visitor, first, street="Main Street").location
    onward = f"/worker/groups/{group[0]['HITGroupId']}/accept"
    again = post(visitor, onward, hit_id=group[2]["HITId"], goes_on=first.rpartition("/")[2], accept_next="on")
    assert again.location == second != first
    assert "You have 1 HIT" in visitor.get("/worker/queue").text


def test_nobody_goes_on_from_what_is_not_theirs_or_not_submitted(
    group: list[dict[str, Any]], signed_in: SignedIn
) -> None:
    visitor, other = signed_in("A1ADA"), signed_in("A2BOB")
    first = accept(visitor, group[0]).rpartition("/")[2]
    onward = f"/worker/groups/{group[0]['HITGroupId']}/accept"
    assert post(visitor, onward, goes_on=first).status_code == 409
    assert post(other, onward, goes_on=first).status_code == 404
