"""A token that was used gives back the HIT that it made, and never another one than was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from mturk import HIT, AlreadyDone, Connection, HITType, HTMLQuestion
from mturk import requirements as req
from mturk.marketplace import Marketplace
from tests.page import PAGE

TERMS: dict[str, Any] = {
    "title": "Label a photo",
    "description": "Say what is in it",
    "reward": "0.05",
    "assignment_duration": 600,
    "keywords": ["photo", "label"],
    "auto_approval_delay": timedelta(days=3),
    "qualification_requirements": [req.adult == 1, req.percent_approved >= 95],
}
OFFER: dict[str, Any] = {
    "question": HTMLQuestion(PAGE),
    "lifetime": timedelta(days=1),
    "max_assignments": 3,
    "requester_annotation": "batch 7",
    "unique_request_token": "mine",
}


@pytest.fixture
def service(connect: Callable[..., Connection]) -> Iterator[Connection]:
    with Marketplace() as market:
        yield connect(market.url, access_key=market.access_key, secret_key=market.secret_key)


def create(connection: Connection, **changes: Any) -> HIT:
    return HIT.create(connection=connection, **{**OFFER, **TERMS, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reward": 0.05, "assignment_duration": timedelta(minutes=10), "lifetime": 86_400},
        {"keywords": "photo,label"},
        {"qualification_requirements": TERMS["qualification_requirements"][::-1]},
    ],
    ids=["the same", "written otherwise", "keywords as a text", "requirements in another order"],
)
def test_the_same_again_gives_back_its_hit(changes: dict[str, Any], service: Connection) -> None:
    first = create(service)
    assert create(service, **changes).id == first.id
    assert HIT.all(connection=service).count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reward": "5.00"}, r"its reward is Decimal\('0.05'\), not Decimal\('5.00'\)"),
        ({"title": "Label"}, "its title is 'Label a photo', not 'Label'"),
        ({"description": "Look"}, "its description"),
        ({"max_assignments": 5}, "its max_assignments is 3, not 5"),
        ({"assignment_duration": 60}, "its assignment_duration is 0:10:00, not 0:01:00"),
        ({"auto_approval_delay": 60}, "its auto_approval_delay"),
        ({"lifetime": 2 * 86_400}, "its lifetime is 1 day, 0:00:00, not 2 days, 0:00:00"),
        ({"keywords": "dog"}, "its keywords"),
        ({"qualification_requirements": [req.adult == 1]}, "its qualification_requirements"),
        ({"requester_annotation": "batch 8"}, "its requester_annotation is 'batch 7', not 'batch 8'"),
        ({"question": HTMLQuestion(PAGE.replace("label", "animal"))}, "it asks another question"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_other_terms_under_the_same_token_say_what_differs(
    changes: dict[str, Any], words: str, service: Connection
) -> None:
    first = create(service)
    with pytest.raises(AlreadyDone, match=words) as caught:
        create(service, **changes)
    assert caught.value.hit_id == first.id
    assert HIT.all(connection=service).count() == 1


def test_another_type_under_the_same_token_is_told(service: Connection) -> None:
    cheap, dear = (HITType.create(connection=service, **{**TERMS, "reward": reward}) for reward in ("0.05", "5.00"))
    first = cheap.create_hit(**OFFER)
    assert cheap.create_hit(**OFFER).id == first.id
    with pytest.raises(AlreadyDone, match="its hit_type_id is"):
        dear.create_hit(**OFFER)


def test_what_was_added_since_is_no_difference(service: Connection) -> None:
    first = create(service)
    first.add_assignments(2)
    first.extend(timedelta(days=3))
    assert create(service).id == first.id


def test_values_in_any_order_are_the_same_requirement(service: Connection) -> None:
    first = create(service, qualification_requirements=[req.locale.is_in("US", "GB")])
    assert create(service, qualification_requirements=[req.locale.is_in("GB", "US")]).id == first.id


def test_what_was_left_out_at_first_is_a_difference(service: Connection) -> None:
    create(service, requester_annotation=None, keywords=None)
    with pytest.raises(AlreadyDone, match="its requester_annotation is None, not 'photo 2'"):
        create(service, requester_annotation="photo 2", keywords=None)


def test_a_hit_that_has_ended_is_given_back_although_its_expiration_moved(service: Connection) -> None:
    first = create(service)
    first.expire()
    assert create(service).id == first.id


def test_a_hit_that_is_deleted_is_not_given_back(service: Connection) -> None:
    first = create(service)
    first.close()
    with pytest.raises(AlreadyDone, match="It is deleted") as caught:
        create(service)
    assert caught.value.hit_id == first.id
