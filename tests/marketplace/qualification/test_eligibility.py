"""Who may find, preview and accept: requirements on types of one's own, and what each action needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mturk.marketplace import Marketplace, Worker, WorkerError
from tests.marketplace.conftest import Client, Connect, Publish, Refused
from tests.marketplace.sample import hit_arguments, html_question, qualification_type_arguments, type_arguments

ADULT = "00000000000000000060"
APPROVED = "00000000000000000040"


@pytest.fixture
def type_id(client: Client) -> str:
    made = client.create_qualification_type(**qualification_type_arguments())["QualificationType"]
    return made["QualificationTypeId"]


@pytest.fixture
def worker(client: Client, market: Marketplace, type_id: str) -> Callable[..., Worker]:
    """A worker with a score of 5, or of what is asked for."""

    def worker(worker_id: str = "A1", score: int | None = 5) -> Worker:
        made = market.worker(worker_id)
        if score is not None:
            client.associate_qualification_with_worker(
                QualificationTypeId=type_id, WorkerId=worker_id, IntegerValue=score
            )
        return made

    return worker


def _needs(type_id: str, comparator: str, *values: int, **more: Any) -> dict[str, Any]:
    numbers = {"IntegerValues": list(values)} if values else {}
    return {"QualificationTypeId": type_id, "Comparator": comparator, **numbers, **more}


COMPARED = [
    ("LessThan", [6], True),
    ("LessThan", [5], False),
    ("LessThanOrEqualTo", [5], True),
    ("LessThanOrEqualTo", [4], False),
    ("GreaterThan", [4], True),
    ("GreaterThan", [5], False),
    ("GreaterThanOrEqualTo", [5], True),
    ("GreaterThanOrEqualTo", [6], False),
    ("EqualTo", [5], True),
    ("EqualTo", [4], False),
    ("NotEqualTo", [4], True),
    ("NotEqualTo", [5], False),
    ("In", [4, 5], True),
    ("In", [4, 6], False),
    ("NotIn", [4, 6], True),
    ("NotIn", [4, 5], False),
    ("Exists", [], True),
    ("DoesNotExist", [], False),
]


@pytest.mark.parametrize(("comparator", "values", "qualified"), COMPARED)
def test_scores_are_compared(
    publish: Publish, worker: Callable[..., Worker], type_id: str, comparator: str, values: list[int], qualified: bool
) -> None:
    hit_id = publish(QualificationRequirements=[_needs(type_id, comparator, *values)])["HITId"]
    assert _can(worker().accept, hit_id) == qualified


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize(("comparator", "values"), sorted({case[0]: case[1] for case in COMPARED}.items()))
def test_without_the_qualification_only_its_absence_is_met(
    client: Client,
    publish: Publish,
    worker: Callable[..., Worker],
    type_id: str,
    comparator: str,
    values: list[int],
    revoked: bool,
) -> None:
    hit_id = publish(QualificationRequirements=[_needs(type_id, comparator, *values)])["HITId"]
    who = worker(score=5 if revoked else None)
    if revoked:
        client.disassociate_qualification_from_worker(QualificationTypeId=type_id, WorkerId=who.id)
    assert _can(who.accept, hit_id) == (comparator == "DoesNotExist")


@pytest.mark.parametrize(("score", "qualified"), [(3, False), (4, True), (6, True), (7, False)])
def test_two_requirements_on_one_type_make_a_range(
    publish: Publish, worker: Callable[..., Worker], type_id: str, score: int, qualified: bool
) -> None:
    between = [_needs(type_id, "GreaterThan", 3), _needs(type_id, "LessThan", 7)]
    hit_id = publish(QualificationRequirements=between)["HITId"]
    assert _can(worker(score=score).accept, hit_id) == qualified


GUARDS = [
    ({}, True, True),
    ({"ActionsGuarded": "Accept"}, True, True),
    ({"RequiredToPreview": False}, True, True),
    ({"RequiredToPreview": True}, True, False),
    ({"ActionsGuarded": "PreviewAndAccept"}, True, False),
    ({"ActionsGuarded": "DiscoverPreviewAndAccept"}, False, False),
    ({"ActionsGuarded": "Accept", "RequiredToPreview": True}, True, True),
]


@pytest.mark.parametrize(("guard", "finds", "previews"), GUARDS)
def test_unqualified_workers_do_what_is_not_guarded(
    publish: Publish, worker: Callable[..., Worker], type_id: str, guard: dict[str, Any], finds: bool, previews: bool
) -> None:
    hit = publish(QualificationRequirements=[_needs(type_id, "Exists", **guard)])
    unqualified, qualified = worker("A1", score=None), worker("A2")
    assert unqualified.groups() == ([hit["HITGroupId"]] if finds else [])
    assert unqualified.groups(acceptable=True) == []
    assert _can(unqualified.preview, hit["HITId"]) == previews
    assert not _can(unqualified.accept, hit["HITId"])
    assert qualified.groups() == qualified.groups(acceptable=True) == [hit["HITGroupId"]]
    assert qualified.preview(hit["HITId"]) == html_question()
    assert qualified.accept(hit["HITId"])


def test_an_action_is_open_only_if_all_requirements_that_guard_it_are_met(
    market: Marketplace, publish: Publish, worker: Callable[..., Worker], type_id: str
) -> None:
    hit = publish(
        QualificationRequirements=[
            _needs(type_id, "Exists", ActionsGuarded="DiscoverPreviewAndAccept"),
            _needs(ADULT, "EqualTo", 1, ActionsGuarded="PreviewAndAccept"),
            _needs(APPROVED, "GreaterThan", 0),
        ]
    )
    nobody, qualified = worker("A1", score=None), worker("A2")
    market.worker("A3", adult=True)
    adult = worker("A3")
    assert [who.groups() == [hit["HITGroupId"]] for who in (nobody, qualified, adult)] == [False, True, True]
    assert [_can(who.preview, hit["HITId"]) for who in (nobody, qualified, adult)] == [False, False, True]
    assert [_can(who.accept, hit["HITId"]) for who in (nobody, qualified, adult)] == [False, False, False]


@pytest.mark.parametrize("whose", ["requester's", "marketplace's"])
def test_what_a_blocked_worker_finds_is_not_acceptable(
    client: Client, market: Marketplace, publish: Publish, whose: str
) -> None:
    group_id = publish()["HITGroupId"]
    worker = market.worker("A1")
    if whose == "requester's":
        client.create_worker_block(WorkerId="A1", Reason="careless")
    else:
        worker.block()
    assert worker.groups() == [group_id]
    assert worker.groups(acceptable=True) == []


def test_groups_are_found_while_there_is_something_left_to_do(
    client: Client, market: Marketplace, publish: Publish
) -> None:
    worker, other = market.worker("A1"), market.worker("A2")
    full = publish(Title="full")
    own = publish(Title="own", MaxAssignments=2)
    expired = publish(Title="expired", LifetimeInSeconds=60)
    client.create_hit_type(**type_arguments(Title="without HITs"))
    many = [publish(Title="many", RequesterAnnotation=str(number)) for number in range(3)]
    assert [*reversed(worker.groups())] == [one["HITGroupId"] for one in (full, own, expired, many[0])]
    other.accept(full["HITId"])
    worker.accept(own["HITId"])
    worker.accept(many[0]["HITId"])
    market.clock.advance(minutes=1)
    assert worker.groups() == [many[0]["HITGroupId"]]
    assert other.groups() == [many[0]["HITGroupId"], own["HITGroupId"]]


def test_workers_find_groups_of_all_requesters_and_all_of_them(
    client: Client, market: Marketplace, connect: Connect
) -> None:
    other = connect(market, "somebody else")
    made = []
    for number in range(120):
        one = (client, other)[number % 2]
        hit_type_id = one.create_hit_type(**type_arguments(Title=str(number)))["HITTypeId"]
        hit = one.create_hit_with_hit_type(HITTypeId=hit_type_id, LifetimeInSeconds=60, Question=html_question())
        made.append(hit["HIT"]["HITGroupId"])
    assert market.worker("A1").groups() == made[::-1]


@pytest.mark.parametrize("gone", [True, False])
def test_a_hit_that_is_not_there_cannot_be_previewed(
    client: Client, market: Marketplace, publish: Publish, gone: bool
) -> None:
    hit_id = "3NOSUCHHIT"
    if gone:
        hit_id = publish()["HITId"]
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
        client.delete_hit(HITId=hit_id)
    with pytest.raises(WorkerError, match="There is no HIT"):
        market.worker("A1").preview(hit_id)


def test_requirements_name_types_of_the_callers_own_or_of_the_system(
    client: Client, market: Marketplace, connect: Connect, refused: Refused, type_id: str
) -> None:
    other = connect(market, "somebody else")
    for needed in (_needs(type_id, "Exists"), _needs("3NOSUCHTYPE", "Exists"), _needs("§", "Exists")):
        error = refused(other.create_hit_type, **type_arguments(QualificationRequirements=[needed]))
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"


def test_nothing_new_can_require_an_inactive_type(
    client: Client, publish: Publish, refused: Refused, type_id: str
) -> None:
    needed = [_needs(type_id, "Exists")]
    hit = publish(QualificationRequirements=needed)
    other = publish(Title="Something else")["HITId"]
    client.update_qualification_type(QualificationTypeId=type_id, QualificationTypeStatus="Inactive")
    attempts = [
        (client.create_hit_type, type_arguments(QualificationRequirements=needed)),
        (
            client.create_hit_with_hit_type,
            {"HITTypeId": hit["HITTypeId"], "LifetimeInSeconds": 60, "Question": html_question()},
        ),
        (client.update_hit_type_of_hit, {"HITTypeId": hit["HITTypeId"], "HITId": other}),
    ]
    for method, arguments in attempts:
        assert refused(method, **arguments)["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationTypeState"
    client.update_qualification_type(QualificationTypeId=type_id, QualificationTypeStatus="Active")
    client.update_hit_type_of_hit(HITTypeId=hit["HITTypeId"], HITId=other)


def test_what_was_published_before_a_type_became_inactive_goes_on(
    client: Client, publish: Publish, worker: Callable[..., Worker], type_id: str
) -> None:
    hit_id = publish(QualificationRequirements=[_needs(type_id, "Exists")])["HITId"]
    who = worker()
    client.update_qualification_type(QualificationTypeId=type_id, QualificationTypeStatus="Inactive")
    assert who.accept(hit_id)


@pytest.mark.parametrize("system", [False, True])
def test_hits_are_listed_by_what_they_require(
    client: Client, market: Marketplace, connect: Connect, publish: Publish, type_id: str, system: bool
) -> None:
    kind = ADULT if system else type_id
    publish()
    first = publish(QualificationRequirements=[_needs(kind, "EqualTo", 1)], RequesterAnnotation="1")
    second = publish(
        QualificationRequirements=[_needs(kind, "EqualTo", 1), _needs(APPROVED, "LessThan", 3)], Reward="0.07"
    )
    third = publish(QualificationRequirements=[_needs(kind, "EqualTo", 1)], RequesterAnnotation="3")
    gone = publish(QualificationRequirements=[_needs(kind, "EqualTo", 1)], RequesterAnnotation="4")["HITId"]
    client.update_expiration_for_hit(HITId=gone, ExpireAt=0)
    client.delete_hit(HITId=gone)
    pages = client.get_paginator("list_hits_for_qualification_type").paginate(
        QualificationTypeId=kind, PaginationConfig={"PageSize": 2}
    )
    assert [one for page in pages for one in page["HITs"]] == [third, second, first]
    if system:
        other = connect(market, "somebody else")
        assert other.list_hits_for_qualification_type(QualificationTypeId=kind)["NumResults"] == 0


@pytest.mark.parametrize("types", [2, 20, 21, 30])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_hits_of_several_types_that_require_the_same_are_listed_together(
    client: Client, market: Marketplace, connect: Connect, publish: Publish, types: int, size: int
) -> None:
    needed = [_needs(ADULT, "EqualTo", 1)]
    other = connect(market, "somebody else")
    other.create_hit(**hit_arguments(QualificationRequirements=needed))
    made = []
    for number in range(types + 10):
        made.append(publish(QualificationRequirements=needed, Title=f"Kind {number % types}", RequesterAnnotation="x"))
        publish(Title=f"Kind {number % types}")
    gone = made.pop(5)["HITId"]
    client.update_expiration_for_hit(HITId=gone, ExpireAt=0)
    client.delete_hit(HITId=gone)
    pages = client.get_paginator("list_hits_for_qualification_type").paginate(
        QualificationTypeId=ADULT, PaginationConfig={"PageSize": size}
    )
    assert [one["HITId"] for page in pages for one in page["HITs"]] == [one["HITId"] for one in reversed(made)]


def test_hits_that_require_something_are_listed_late_where_lists_lag(connect: Connect) -> None:
    with Marketplace(eventual=30) as market:
        client = connect(market)
        needed = [_needs(ADULT, "EqualTo", 1)]
        hit_type_id = client.create_hit_type(**type_arguments(QualificationRequirements=needed))["HITTypeId"]
        client.create_hit_with_hit_type(HITTypeId=hit_type_id, LifetimeInSeconds=60, Question=html_question())
        assert client.list_hits_for_qualification_type(QualificationTypeId=ADULT)["NumResults"] == 0
        market.clock.advance(seconds=30)
        assert client.list_hits_for_qualification_type(QualificationTypeId=ADULT)["NumResults"] == 1


def _can(action: Callable[..., Any], *arguments: str) -> bool:
    try:
        action(*arguments)
    except WorkerError as error:
        words = str(error)
    else:
        return True
    assert words.startswith("Your Qualifications do not meet the requirements to ")
    return False
