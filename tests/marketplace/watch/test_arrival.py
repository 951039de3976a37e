"""Each request has an id, and the access log says what it was, without anything that opens something."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from mturk.marketplace.watch import visit
from tests.marketplace.sample import hit_arguments
from tests.marketplace.watch.conftest import Desk, Open

SECRETS = (
    "/worker/reset?link=a-secret",
    "/worker/enter?link=a-secret",
    "/worker/sign-up?invitation=a-secret",
    "/worker/mail/a-secret",
    "/mturk/task/a-secret",
    "/mturk/missing/a-secret",
    "/pass/a-secret/mturk/externalSubmit",
    "/upload/a-secret?ends=1&signature=a-secret",
    "/nothing/a-secret?a-secret=a-secret",
    "/worker/nothing/a-secret",
)


@pytest.fixture
def desk(opened: Open) -> Desk:
    return opened(access_log=True)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record)["facts"] for record in caplog.records if record.name == "mturk.access"]


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mturk.access")


def test_a_call_is_told_with_its_operation_and_who_called(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    answer = desk.call("CreateHIT", **hit_arguments())
    (facts,) = told(caplog)
    size, requester = len(answer.data), desk.market._opening.find_key(desk.keys[0])
    assert requester
    assert isinstance(facts.pop("ms"), float)
    assert facts == {
        "method": "POST",
        "path": "/",
        "operation": "CreateHIT",
        "status": 200,
        "bytes": size,
        "address": "203.0.113.7",
        "requester": requester.requester,
    }
    assert vars(caplog.records[-1])["request_id"] == answer.headers["x-amzn-RequestId"]


def test_a_refusal_is_told_with_its_code(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.call("DeleteHIT", HITId="3NOWHERE")
    assert told(caplog)[0]["code"] == "AWS.MechanicalTurk.HITDoesNotExist"


@pytest.mark.parametrize("path", SECRETS)
def test_nothing_that_opens_something_is_told(desk: Desk, caplog: pytest.LogCaptureFixture, path: str) -> None:
    desk.ask(path)
    desk.ask(path, "POST", data={"password": "a-secret"})
    assert len(told(caplog)) == 2
    assert "secret" not in caplog.text


def test_ids_are_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.ask("/worker/groups/3ABC")
    assert told(caplog)[0]["path"] == "/worker/groups/3ABC"


def test_what_a_client_writes_makes_no_second_line(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.ask("/worker/groups/3ABC%0aGET")
    assert all("\n" not in record.getMessage() for record in caplog.records if record.name == "mturk.access")


@pytest.mark.parametrize("path", ["/", "/worker/sign-in", "/worker/static/site.css", "/nothing", "/health/live"])
def test_every_page_says_the_id_of_its_request(opened: Open, path: str) -> None:
    desk = opened()
    ids = {desk.ask(path).headers["x-amzn-RequestId"] for _ in range(2)}
    assert len(ids) == 2


def test_without_the_switch_nothing_is_told(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    opened().ask("/worker/sign-in")
    assert told(caplog) == []


def test_after_a_request_nobody_is_there(desk: Desk) -> None:
    desk.ask("/worker/sign-in")
    assert visit.current() is None


def test_a_marketplace_sets_up_no_logging(opened: Open) -> None:
    before = list(logging.root.handlers), logging.root.level
    opened(access_log=True, metrics=True, audit_trail=True).ask("/")
    assert (list(logging.root.handlers), logging.root.level) == before
