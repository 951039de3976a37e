"""Workers ask for qualifications; ListQualificationRequests, AcceptQualificationRequest and
RejectQualificationRequest."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from mturk.marketplace import Marketplace, Other, WorkerError
from mturk.marketplace.database.table import qualification_request
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.sample import (
    TEST,
    answer_key,
    form,
    graded,
    graded_type_arguments,
    qualification_type_arguments,
    selection_question,
    text_question,
)

RIGHT = {"sound": "meow", "cats": ["lion", "tiger"]}
BY_HAND = {"Test": TEST, "TestDurationInSeconds": 600}


@pytest.fixture
def make(client: Client) -> Callable[..., str]:
    """Make a qualification type and say its id."""

    def make(client: Client = client, **changes: Any) -> str:
        made = client.create_qualification_type(**qualification_type_arguments(**changes))
        return made["QualificationType"]["QualificationTypeId"]

    return make


@pytest.fixture
def make_graded(make: Callable[..., str]) -> Callable[..., Any]:
    return lambda **changes: make(**graded_type_arguments(**changes))


@pytest.fixture
def score(client: Client) -> Callable[..., int]:
    """The score that the worker A1 has."""

    def score(type_id: str) -> int:
        found = client.get_qualification_score(QualificationTypeId=type_id, WorkerId="A1")
        return found["Qualification"]["IntegerValue"]

    return score


@pytest.fixture
def waiting(client: Client) -> Callable[..., list[dict[str, Any]]]:
    """The requests that wait for their requester."""

    def waiting(type_id: str | None = None, client: Client = client) -> list[dict[str, Any]]:
        narrowed = {} if type_id is None else {"QualificationTypeId": type_id}
        return client.list_qualification_requests(**narrowed)["QualificationRequests"]

    return waiting


@pytest.mark.parametrize(("value", "granted"), [(None, 1), (80, 80), (0, 0)])
def test_a_type_that_is_granted_by_itself_is_granted_at_once(
    market: Marketplace,
    make: Callable[..., str],
    score: Callable[..., int],
    waiting: Callable[..., list[dict[str, Any]]],
    value: int | None,
    granted: int,
) -> None:
    type_id = make(AutoGranted=True, AutoGrantedValue=value)
    assert market.worker("A1").request_qualification(type_id) == granted
    assert score(type_id) == granted
    assert waiting() == []


def test_a_request_without_test_waits_for_the_requester(
    client: Client,
    market: Marketplace,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    refused: Refused,
) -> None:
    type_id = make()
    assert market.worker("A1").request_qualification(type_id) is None
    (request,) = waiting(type_id)
    assert abs((request.pop("SubmitTime") - market.clock.now()).total_seconds()) < 60
    assert request.pop("QualificationRequestId")
    assert request == {"QualificationTypeId": type_id, "WorkerId": "A1"}
    error = refused(client.get_qualification_score, QualificationTypeId=type_id, WorkerId="A1")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationDoesNotExist"


def test_a_test_without_key_waits_with_its_answers(
    market: Marketplace, make: Callable[..., str], waiting: Callable[..., list[dict[str, Any]]]
) -> None:
    test = form(text_question("why"), selection_question("pet", "cat", "dog", most=2, other=True))
    type_id = make(Test=test, TestDurationInSeconds=60)
    answers = {"why": "<b> & ü", "pet": ["cat", Other("a fish")]}
    assert market.worker("A1").request_qualification(type_id, answers) is None
    (request,) = waiting(type_id)
    assert request["Test"] == test
    answer = ElementTree.fromstring(request["Answer"])
    assert answer.tag.endswith("/2005-10-01/QuestionFormAnswers.xsd}QuestionFormAnswers")
    assert list(answer.itertext()) == ["why", "<b> & ü", "pet", "cat", "a fish"]


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        (RIGHT, 3),
        ({"sound": ["meow"], "cats": "lion"}, 2),
        ({"cats": ["tiger", "lion", "wolf"]}, 0),
        ({}, 0),
    ],
)
def test_a_test_with_a_key_is_graded_at_once(
    market: Marketplace,
    make_graded: Callable[..., Any],
    score: Callable[..., int],
    waiting: Callable[..., list[dict[str, Any]]],
    answers: dict[str, Any],
    value: int,
) -> None:
    type_id = make_graded()
    assert market.worker("A1").request_qualification(type_id, answers) == value
    assert score(type_id) == value
    assert waiting() == []


def test_an_accepted_request_is_granted_with_one_unless_it_says_otherwise(
    client: Client,
    market: Marketplace,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    score: Callable[..., int],
) -> None:
    for value, granted in ((None, 1), (-3, -3)):
        type_id = make(Name=f"worth {value}")
        market.worker("A1").request_qualification(type_id)
        (request,) = waiting(type_id)
        given = {} if value is None else {"IntegerValue": value}
        client.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], **given)
        assert score(type_id) == granted
        assert waiting(type_id) == []


def test_an_accepted_request_replaces_a_score_given_meanwhile(
    client: Client,
    market: Marketplace,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    score: Callable[..., int],
) -> None:
    type_id = make()
    market.worker("A1").request_qualification(type_id)
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1", IntegerValue=5)
    (request,) = waiting(type_id)
    client.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], IntegerValue=2)
    assert score(type_id) == 2


def test_a_rejected_request_leaves_a_qualification_as_it_is(
    client: Client,
    market: Marketplace,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    score: Callable[..., int],
) -> None:
    type_id = make()
    market.worker("A1").request_qualification(type_id)
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1", IntegerValue=5)
    (request,) = waiting(type_id)
    client.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"], Reason="no")
    assert score(type_id) == 5
    assert waiting(type_id) == []


def test_the_worker_is_told_of_the_decision(
    client: Client, market: Marketplace, make: Callable[..., str], waiting: Callable[..., list[dict[str, Any]]]
) -> None:
    worker = market.worker("A1")
    for name in ("first", "second", "third"):
        worker.request_qualification(make(Name=name))
    first, second, third = (one["QualificationRequestId"] for one in waiting())
    client.accept_qualification_request(QualificationRequestId=first, IntegerValue=4)
    client.reject_qualification_request(QualificationRequestId=second, Reason="Too short")
    client.reject_qualification_request(QualificationRequestId=third)
    assert [one.text for one in worker.messages()] == [
        'You were granted the Qualification "first" with a score of 4.',
        'Your request for the Qualification "second" was rejected: Too short',
    ]


def test_a_suspended_worker_asks_for_nothing(market: Marketplace, make: Callable[..., str]) -> None:
    type_id, worker = make(AutoGranted=True), market.worker("A1")
    worker.block()
    with pytest.raises(WorkerError, match="suspended"):
        worker.request_qualification(type_id)


DECISIONS = ["accept_qualification_request", "reject_qualification_request"]


@pytest.mark.parametrize("second", DECISIONS)
@pytest.mark.parametrize(("first", "state"), [(DECISIONS[0], "Granted"), (DECISIONS[1], "Rejected")])
def test_a_request_is_decided_once(
    client: Client,
    market: Marketplace,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    refused: Refused,
    first: str,
    state: str,
    second: str,
) -> None:
    market.worker("A1").request_qualification(make())
    (request,) = waiting()
    request_id = request["QualificationRequestId"]
    getattr(client, first)(QualificationRequestId=request_id)
    error = refused(getattr(client, second), QualificationRequestId=request_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationRequestState"
    assert f"'{state}'" in error["Message"]


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("request_id", ["3NOSUCH", "", "söme thing", "somebody else's"])
def test_requests_to_others_do_not_exist(
    client: Client,
    market: Marketplace,
    connect: Connect,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    refused: Refused,
    decision: str,
    request_id: str,
) -> None:
    if request_id == "somebody else's":
        other = connect(market, "somebody else")
        market.worker("A1").request_qualification(make(client=other))
        request_id = waiting(client=other)[0]["QualificationRequestId"]
    error = refused(getattr(client, decision), QualificationRequestId=request_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationRequestDoesNotExist"


def test_requests_for_all_types_are_listed_oldest_first(
    client: Client,
    market: Marketplace,
    connect: Connect,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
) -> None:
    first, second = make(Name="first"), make(Name="second")
    market.worker("A1").request_qualification(make(client=connect(market, "somebody else")))
    for worker_id, type_id in (("A2", second), ("A1", first), ("A3", second)):
        market.clock.advance(seconds=1)
        market.worker(worker_id).request_qualification(type_id)
    assert [one["WorkerId"] for one in waiting()] == ["A2", "A1", "A3"]
    assert [one["WorkerId"] for one in waiting(second)] == ["A2", "A3"]


@pytest.mark.parametrize(("size", "sizes"), [(None, [10, 1, 0]), (4, [4, 4, 3, 0]), (100, [11, 0])])
def test_pages_of_requests_hold_each_once(
    client: Client, market: Marketplace, make: Callable[..., str], size: int | None, sizes: list[int]
) -> None:
    type_id = make()
    for number in range(11):
        market.worker(f"A{number}").request_qualification(type_id)
    config = {} if size is None else {"PaginationConfig": {"PageSize": size}}
    pages = list(client.get_paginator("list_qualification_requests").paginate(**config))
    assert [page["NumResults"] for page in pages] == sizes
    workers = [one["WorkerId"] for page in pages for one in page["QualificationRequests"]]
    assert workers == [f"A{number}" for number in range(11)]


def test_a_token_of_one_list_is_not_good_for_another(
    client: Client, market: Marketplace, make: Callable[..., str], refused: Refused
) -> None:
    type_id = make()
    market.worker("A1").request_qualification(type_id)
    token = client.list_qualification_requests(MaxResults=1)["NextToken"]
    error = refused(client.list_qualification_requests, QualificationTypeId=type_id, NextToken=token)
    assert error["Parameter"] == "NextToken"


@pytest.mark.parametrize("decision", [None, *DECISIONS])
def test_without_a_retry_delay_a_worker_asks_once(
    client: Client,
    market: Marketplace,
    make: Callable[..., str],
    waiting: Callable[..., list[dict[str, Any]]],
    decision: str | None,
) -> None:
    type_id, worker = make(), market.worker("A1")
    worker.request_qualification(type_id)
    if decision:
        getattr(client, decision)(QualificationRequestId=waiting()[0]["QualificationRequestId"])
    market.clock.advance(days=100)
    with pytest.raises(WorkerError, match="already"):
        worker.request_qualification(type_id)


def test_who_was_revoked_does_not_ask_again_either(
    client: Client, market: Marketplace, make: Callable[..., str]
) -> None:
    type_id, worker = make(AutoGranted=True), market.worker("A1")
    worker.request_qualification(type_id)
    client.disassociate_qualification_from_worker(QualificationTypeId=type_id, WorkerId="A1")
    with pytest.raises(WorkerError, match="only once"):
        worker.request_qualification(type_id)


def test_after_the_retry_delay_a_test_can_be_taken_again(
    market: Marketplace, make_graded: Callable[..., Any], score: Callable[..., int]
) -> None:
    type_id, worker = make_graded(RetryDelayInSeconds=60), market.worker("A1")
    worker.request_qualification(type_id, {})
    market.clock.advance(seconds=50)
    with pytest.raises(WorkerError, match="again in"):
        worker.request_qualification(type_id, RIGHT)
    assert score(type_id) == 0
    market.clock.advance(seconds=10)
    assert worker.request_qualification(type_id, RIGHT) == 3
    assert score(type_id) == 3


def test_the_retry_delay_counts_from_the_answers(market: Marketplace, make_graded: Callable[..., Any]) -> None:
    type_id, worker = make_graded(RetryDelayInSeconds=600), market.worker("A1")
    worker.start_qualification_test(type_id)
    market.clock.advance(minutes=9)
    worker.request_qualification(type_id, {})
    market.clock.advance(minutes=9)
    with pytest.raises(WorkerError, match="again in"):
        worker.request_qualification(type_id, RIGHT)


def test_a_retry_delay_can_be_added_later(client: Client, market: Marketplace, make_graded: Callable[..., Any]) -> None:
    type_id, worker = make_graded(), market.worker("A1")
    worker.request_qualification(type_id, {})
    client.update_qualification_type(QualificationTypeId=type_id, RetryDelayInSeconds=0)
    assert worker.request_qualification(type_id, RIGHT) == 3


def test_while_a_request_waits_a_worker_does_not_ask_again(market: Marketplace, make: Callable[..., str]) -> None:
    type_id, worker = make(RetryDelayInSeconds=0), market.worker("A1")
    worker.request_qualification(type_id)
    with pytest.raises(WorkerError, match="not answered yet"):
        worker.request_qualification(type_id)


def test_who_was_given_a_qualification_does_not_need_to_ask(
    client: Client, market: Marketplace, make: Callable[..., str]
) -> None:
    type_id, worker = make(), market.worker("A1")
    client.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="A1")
    with pytest.raises(WorkerError, match="already have"):
        worker.request_qualification(type_id)


@pytest.mark.parametrize("how", ["unknown", "system", "inactive", "deleted"])
def test_not_every_type_can_be_requested(
    client: Client, market: Marketplace, make: Callable[..., str], how: str
) -> None:
    words = {"unknown": "There is no", "system": "cannot be requested", "inactive": "at present", "deleted": "no "}
    type_id = {"unknown": "3NOSUCH", "system": "00000000000000000060"}.get(how) or make()
    if how == "inactive":
        client.update_qualification_type(QualificationTypeId=type_id, QualificationTypeStatus="Inactive")
    elif how == "deleted":
        client.delete_qualification_type(QualificationTypeId=type_id)
    with pytest.raises(WorkerError, match=words[how]):
        market.worker("A1").request_qualification(type_id)


BAD_ANSWERS = [
    ({"sound": "bark"}, "only: meow, woof, moo"),
    ({"smell": "x"}, "no question 'smell'"),
    ({"sound": ["meow", "moo"]}, "at most 1"),
    ({"sound": Other("miau")}, "text of your own"),
]


@pytest.mark.parametrize(("answers", "words"), BAD_ANSWERS)
def test_answers_that_the_test_does_not_allow_are_no_try(
    market: Marketplace, make_graded: Callable[..., Any], answers: dict[str, Any], words: str
) -> None:
    type_id, worker = make_graded(), market.worker("A1")
    with pytest.raises(WorkerError, match=words):
        worker.request_qualification(type_id, answers)
    assert worker.request_qualification(type_id, RIGHT) == 3


def test_a_type_without_test_takes_no_answers(market: Marketplace, make: Callable[..., str]) -> None:
    type_id, worker = make(AutoGranted=True), market.worker("A1")
    with pytest.raises(WorkerError, match="no test"):
        worker.request_qualification(type_id, {"a": "b"})
    with pytest.raises(WorkerError, match="no test"):
        worker.start_qualification_test(type_id)
    assert worker.request_qualification(type_id) == 1


def test_a_test_can_be_read_before_it_is_answered(
    market: Marketplace, make_graded: Callable[..., Any], waiting: Callable[..., list[dict[str, Any]]]
) -> None:
    type_id, worker = make_graded(), market.worker("A1")
    assert worker.start_qualification_test(type_id) == TEST
    assert waiting() == []
    market.clock.advance(minutes=9)
    assert worker.start_qualification_test(type_id) == TEST
    assert worker.request_qualification(type_id, RIGHT) == 3


def test_a_test_that_was_begun_and_not_answered_in_time_was_the_only_try(
    market: Marketplace, make_graded: Callable[..., Any]
) -> None:
    type_id, worker = make_graded(), market.worker("A1")
    worker.start_qualification_test(type_id)
    market.clock.advance(minutes=10)
    with pytest.raises(WorkerError, match="time for the test of this Qualification is over"):
        worker.request_qualification(type_id, RIGHT)


def test_only_the_last_one_that_was_begun_keeps_a_copy_of_the_test(
    market: Marketplace, make_graded: Callable[..., Any]
) -> None:
    type_id = make_graded(RetryDelayInSeconds=0)
    for _ in range(3):
        market.worker("A1").start_qualification_test(type_id)
        market.clock.advance(hours=1)
    column = qualification_request.c
    copies = select(column.test.is_not(None), column.answer_key.is_not(None)).order_by(column.number)
    found = market._store.read(lambda database: database.execute(copies).all())
    assert found == [(False, False), (False, False), (True, True)]


def test_what_was_answered_goes_when_the_worker_takes_the_test_again(
    market: Marketplace, make_graded: Callable[..., Any]
) -> None:
    type_id = make_graded(RetryDelayInSeconds=0)
    for _ in range(3):
        market.worker("A1").request_qualification(type_id, RIGHT)
    column = qualification_request.c
    kept = select(column.answer.is_not(None)).order_by(column.number)
    assert market._store.read(lambda database: database.execute(kept).scalars().all()) == [False, False, True]


def test_with_a_retry_delay_a_test_can_be_begun_again(market: Marketplace, make_graded: Callable[..., Any]) -> None:
    type_id, worker = make_graded(RetryDelayInSeconds=3600), market.worker("A1")
    worker.start_qualification_test(type_id)
    market.clock.advance(minutes=10)
    with pytest.raises(WorkerError, match="again in"):
        worker.start_qualification_test(type_id)
    market.clock.advance(minutes=50)
    worker.start_qualification_test(type_id)
    assert worker.request_qualification(type_id, RIGHT) == 3


def test_a_test_is_graded_as_it_was_when_it_was_begun(
    client: Client, market: Marketplace, make_graded: Callable[..., Any]
) -> None:
    type_id, worker = make_graded(), market.worker("A1")
    worker.start_qualification_test(type_id)
    other = {"Test": form(selection_question("b", "x")), "AnswerKey": answer_key(graded("b", (9, "x")))}
    client.update_qualification_type(QualificationTypeId=type_id, TestDurationInSeconds=5, **other)
    market.clock.advance(minutes=5)
    assert worker.request_qualification(type_id, RIGHT) == 3
    assert market.worker("A2").request_qualification(type_id, {"b": "x"}) == 9


def test_a_test_without_its_key_is_for_the_requester_to_grade(
    client: Client,
    market: Marketplace,
    make_graded: Callable[..., Any],
    waiting: Callable[..., list[dict[str, Any]]],
    score: Callable[..., int],
) -> None:
    type_id = make_graded()
    client.update_qualification_type(QualificationTypeId=type_id, **BY_HAND)
    assert market.worker("A1").request_qualification(type_id, RIGHT) is None
    (request,) = waiting(type_id)
    client.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], IntegerValue=70)
    assert score(type_id) == 70


def test_an_unanswered_test_is_no_request_yet(
    market: Marketplace, make: Callable[..., str], waiting: Callable[..., list[dict[str, Any]]]
) -> None:
    market.worker("A1").start_qualification_test(make(**BY_HAND))
    assert waiting() == []


def test_requests_are_listed_late_where_lists_lag(connect: Connect) -> None:
    with Marketplace(eventual=30) as market:
        client = connect(market)
        made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
        market.worker("A1").request_qualification(made["QualificationTypeId"])
        assert client.list_qualification_requests()["NumResults"] == 0
        market.clock.advance(seconds=30)
        assert client.list_qualification_requests()["NumResults"] == 1


def test_a_worker_who_asks_many_times_at_once_has_asked_once(shared: str, connect: Connect) -> None:
    with Marketplace(shared) as market:
        client = connect(market)
        made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
        worker = market.worker("A1")

        def ask(_: int) -> int:
            try:
                worker.request_qualification(made["QualificationTypeId"])
            except WorkerError:
                return 0
            return 1

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(ask, range(16))) == 1
        assert client.list_qualification_requests()["NumResults"] == 1


def test_a_type_named_by_many_at_once_is_made_once(shared: str, connect: Connect) -> None:
    with Marketplace(shared) as market:
        clients = [connect(market) for _ in range(8)]

        def make(client: Client) -> Any:
            try:
                return client.create_qualification_type(**qualification_type_arguments())
            except client.exceptions.RequestError as error:
                return error.response["TurkErrorCode"].rpartition(".")[2]

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(make, clients))
        assert answers.count("QualificationTypeAlreadyExists") == 7


def test_keys_that_name_what_is_not_in_the_test_score_nothing_there(
    market: Marketplace, make_graded: Callable[..., Any]
) -> None:
    key = answer_key(graded("sound", (1, "purr"), (2, "meow")), graded("elsewhere", (8, "x")))
    type_id = make_graded(AnswerKey=key)
    assert market.worker("A1").request_qualification(type_id, RIGHT) == 2
