"""The pages at which a worker reads what they are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Publish, Work
from tests.marketplace.site.conftest import SignedIn, post
from tests.marketplace.site.pages.test_dashboard_page import read, texts

PATH = "/worker/messages"
Tell = Callable[..., None]


@pytest.fixture
def ada(signed_in: SignedIn) -> FlaskClient:
    return signed_in("A1ADA")


@pytest.fixture
def tell(client: Client, publish: Publish, work: Work) -> Tell:
    """Let A1ADA be paid a bonus for work that was rejected, and written to."""
    assignment_id = work(publish(Title="Name a cat")["HITId"], "A1ADA")
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="That is a dog.")

    def tell(*subjects: str) -> None:
        client.send_bonus(WorkerId="A1ADA", AssignmentId=assignment_id, BonusAmount="0.50", Reason="For your time")
        for subject in subjects:
            client.notify_workers(Subject=subject, MessageText="Line one\nline two", WorkerIds=["A1ADA"])

    return tell


def unseen(client: FlaskClient) -> list[str]:
    return texts(read(client, "/worker/"), "//*[@class='count']")


def test_what_a_worker_is_told_is_listed_newest_first(ada: FlaskClient, tell: Tell) -> None:
    tell("Hello")
    page = read(ada, PATH)
    assert texts(page, "//li/h2") == ["New Hello", "New You got a bonus: $0.50", "New Your work was rejected"]
    assert "Name a cat That is a dog. From requester" in texts(page, "//li[3]")[-1]


def test_a_decision_says_what_it_means_in_money_and_leads_to_the_requester(
    ada: FlaskClient, tell: Tell, client: Client, publish: Publish, work: Work
) -> None:
    tell("Hello")
    client.approve_assignment(AssignmentId=work(publish()["HITId"], "A1ADA"), RequesterFeedback="Thank you!")
    page = read(ada, PATH)
    told = " | ".join(texts(page, "//li[.//h2]"))
    assert "Your work was approved Approved $0.05 Label a photo" in told
    assert "Your work was rejected Rejected $0.05, not paid Name a cat" in told
    assert "You got a bonus: $0.50 Bonus Name a cat" in told
    assert len(page.xpath("//li//a[starts-with(., 'Write to the requester')]")) == 3


def test_the_number_of_unread_messages_stands_in_the_head(ada: FlaskClient, tell: Tell) -> None:
    assert unseen(ada) == ["new: 1"]
    tell(*map(str, range(100)))
    assert unseen(ada) == ["new: 99+"]


def test_a_message_that_is_opened_is_read(ada: FlaskClient, tell: Tell) -> None:
    tell("Hello")
    page = read(ada, read(ada, PATH).xpath("//li/h2/a/@href")[0])
    assert texts(page, "//h1") == ["Hello"]
    assert page.xpath("//p[@class='said']")[0].text == "Line one\nline two"
    assert texts(read(ada, PATH), "//li/h2")[0] == "Hello"
    assert unseen(ada) == ["new: 2"]


def test_a_message_can_be_read_though_others_keep_it_from_being_marked(
    ada: FlaskClient, tell: Tell, market: Marketplace
) -> None:
    tell("Hello")
    (first, *_) = read(ada, PATH).xpath("//li/h2/a/@href")
    before = unseen(ada)
    with market._store._turns.taken(together=False, within=None):
        assert texts(read(ada, first), "//h1") == ["Hello"]
    assert unseen(ada) == before
    read(ada, first)
    assert unseen(ada) != before


def test_a_rejection_leads_to_the_requester(ada: FlaskClient, tell: Tell) -> None:
    page = read(ada, read(ada, PATH).xpath("//li/h2/a/@href")[0])
    assert "Rejected work is not paid." in page.text_content()
    (address,) = page.xpath("//a[text()='Write to the requester']/@href")
    assert texts(read(ada, address), "//dd") == ["requester", "Name a cat"]


def test_all_is_marked_as_read(ada: FlaskClient, tell: Tell) -> None:
    tell("Hello")
    (until,) = read(ada, PATH).xpath("//input[@name='until']/@value")
    answer = post(ada, f"{PATH}/read", page=PATH, until=until)
    assert answer.headers["Location"] == PATH
    assert texts(read(ada, PATH), "//button[text()='Mark all as read']") == []
    assert unseen(ada) == []


def test_one_kind_is_shown_alone(ada: FlaskClient, tell: Tell) -> None:
    tell("Hello")
    page = read(ada, f"{PATH}?kind=bonus")
    assert texts(page, "//li/h2") == ["New You got a bonus: $0.50"]
    assert texts(page, "//nav[@class='tabs']//a[@aria-current]") == ["Bonuses"]


def test_older_messages_are_a_page_further(ada: FlaskClient, tell: Tell) -> None:
    tell(*(f"Message {number}" for number in range(20)))
    (older,) = read(ada, PATH).xpath("//a[text()='Older']/@href")
    assert texts(read(ada, older), "//li/h2") == ["New You got a bonus: $0.50", "New Your work was rejected"]


def test_another_worker_reads_none_of_it(signed_in: SignedIn, ada: FlaskClient, tell: Tell) -> None:
    tell("Hello")
    mine = read(ada, PATH).xpath("//li/h2/a/@href")
    ben = signed_in("A2BEN")
    assert [ben.get(path).status_code for path in mine] == [404, 404, 404]
    assert ben.get(f"{PATH}?after={mine[0].rpartition('/')[2]}").status_code == 404
    assert texts(read(ben, PATH), "//li[@class='empty']") == ["There is nothing here yet."]
    assert unseen(ada) == ["new: 3"]


@pytest.mark.parametrize("path", [f"{PATH}?kind=secret", f"{PATH}/message-0", f"{PATH}/x", f"{PATH}?after=x"])
def test_what_is_no_message_is_not_there(ada: FlaskClient, path: str) -> None:
    assert ada.get(path).status_code == 404


@pytest.mark.parametrize("until", ["", "never", "-1", str(10**30)])
def test_messages_are_read_up_to_a_moment_only(ada: FlaskClient, until: str) -> None:
    assert post(ada, f"{PATH}/read", until=until).status_code == 400


def test_messages_are_marked_by_a_form_of_the_site_only(ada: FlaskClient) -> None:
    assert ada.post(f"{PATH}/read", data={"until": "1"}).status_code == 400
