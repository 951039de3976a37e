"""What the pages on money and messages cost: queries, and bytes over the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import Engine, event

from tests.marketplace.conftest import Client, Connect, Work
from tests.marketplace.sample import hit_arguments
from tests.marketplace.site.conftest import SignedIn

MOST_QUERIES, MOST_BYTES = 15, 60_000
WIDE = "字"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are run here, and not by what works in the background meanwhile."""
    statements: list[str] = []
    here = threading.get_ident()

    def note(*given: object) -> None:
        if threading.get_ident() == here:
            statements.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def busy(signed_in: SignedIn, connect: Connect, market: object, work: Work) -> FlaskClient:
    """A worker who was paid by many, told much, and about whom everything that can be long is."""
    made = signed_in("A1ADA")
    for number in range(22):
        requester: Client = connect(market, f"{number:02}{WIDE * 250}")  # type: ignore[arg-type]  # a marketplace
        hit = requester.create_hit(**hit_arguments(Title=WIDE * 128, MaxAssignments=1))["HIT"]
        assignment_id = work(hit["HITId"], "A1ADA")
        if number % 2:
            requester.approve_assignment(AssignmentId=assignment_id, RequesterFeedback=WIDE * 1024)
        else:
            requester.reject_assignment(AssignmentId=assignment_id, RequesterFeedback=WIDE * 1024)
        for token in "abcd":
            requester.send_bonus(
                WorkerId="A1ADA",
                AssignmentId=assignment_id,
                BonusAmount="0.01",
                Reason=WIDE * 1000,
                UniqueRequestToken=token,
            )
        requester.notify_workers(Subject=WIDE * 200, MessageText=WIDE * 4096, WorkerIds=["A1ADA"])
    return made


def test_a_page_has_few_queries_and_bytes_whatever_is_on_it(busy: FlaskClient) -> None:
    addresses = ["/worker/dashboard", "/worker/messages", "/worker/messages?kind=message"]
    for address in addresses:
        with counted() as statements:
            answer = busy.get(address)
        assert answer.status_code == 200
        assert len(answer.data) <= MOST_BYTES, address
        assert len(statements) <= MOST_QUERIES, (address, statements)
        addresses += html.fromstring(answer.text).xpath("//a[text()='Older']/@href")
    assert len(addresses) > 6


def test_bonuses_beyond_the_first_three_are_counted(busy: FlaskClient) -> None:
    page = busy.get("/worker/dashboard").text
    shown = page.count('href="/worker/messages/bonus-')
    assert shown
    assert page.count("1 more bonus<") == shown / 3


def test_a_message_has_few_queries_and_bytes(busy: FlaskClient) -> None:
    links = html.fromstring(busy.get("/worker/messages?kind=message").text).xpath("//li/h2/a/@href")
    with counted() as statements:
        answer = busy.get(links[0])
    assert len(answer.data) <= MOST_BYTES
    assert len(statements) <= MOST_QUERIES, statements
