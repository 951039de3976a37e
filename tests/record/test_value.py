"""Values that came in lists: frozen, equal by content, related to records."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest

from mturk import (
    Assignment,
    Balance,
    BonusPayment,
    Connection,
    OpenWork,
    Qualification,
    TransportError,
    ValidationError,
    Worker,
    WorkerBlock,
    using,
)
from mturk import requirements as req
from mturk.model.qualification_type import QualificationType
from tests.judge import Judge, full_shape

KINDS = [BonusPayment, WorkerBlock, Qualification]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_is_equal_by_content_whatever_its_connection(kind: Any, connection: Connection) -> None:
    one, two = kind._read(full_shape(kind.__name__), connection), kind._read(full_shape(kind.__name__), None)
    assert one == two
    assert hash(one) == hash(two)
    assert one != kind._read(full_shape(kind.__name__, 1), connection)


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_survives_a_pickle_without_its_connection(kind: Any, judge: Judge, connection: Connection) -> None:
    value = kind._read(full_shape(kind.__name__), connection)
    pickled = pickle.dumps(value)
    assert b"AKIDEXAMPLE" not in pickled
    assert judge.url.encode() not in pickled
    assert pickle.loads(pickled) == copy.copy(value) == copy.deepcopy(value) == value
    with using(connection):
        assert pickle.loads(pickled).worker.connection is connection


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_is_frozen_and_shows_no_connection(kind: Any, connection: Connection) -> None:
    value = kind._read(full_shape(kind.__name__), connection)
    with pytest.raises(AttributeError):
        value.worker_id = "A2"
    assert "onnection" not in repr(value)
    assert set(value.to_dict()) == {name for name in kind.__slots__ if not name.startswith("_")}


def test_relations_of_values_cost_nothing_and_keep_the_connection(judge: Judge, connection: Connection) -> None:
    bonus = BonusPayment._read({"WorkerId": "A1", "AssignmentId": "3A"}, connection)
    assert (bonus.worker, bonus.assignment) == (Worker("A1"), Assignment("3A"))
    block = WorkerBlock._read({"WorkerId": "A1"}, connection)
    has = Qualification._read({"WorkerId": "A1", "QualificationTypeId": "3Q"}, connection)
    assert (block.worker, has.worker, has.qualification_type) == (
        Worker("A1"),
        Worker("A1"),
        QualificationType("3Q"),
    )
    for record in (bonus.worker, bonus.assignment, block.worker, has.worker, has.qualification_type):
        assert record.connection is connection
    assert judge.arrived == 0


@pytest.mark.parametrize("members", [{"BonusAmount": "much"}, {"GrantTime": "now"}, {"BonusAmount": 7.5j}])
def test_a_value_that_cannot_be_read_is_a_broken_answer(members: Any, connection: Connection) -> None:
    with pytest.raises(TransportError, match="BonusPayment that cannot be read"):
        BonusPayment._read(members, connection)


@pytest.mark.parametrize(
    ("value", "looks"),
    [
        (Balance(Decimal("5.00"), Decimal("1.00")), "<Balance 5.00 USD, 1.00 on hold>"),
        (OpenWork(pending=1, undecided=2), "<OpenWork: 1 worker at it, 2 submissions undecided>"),
        (req.masters, "<requirements.masters>"),
    ],
)
def test_a_value_shows_itself_in_a_prompt_as_a_person_would_say_it(value: object, looks: str) -> None:
    assert repr(value) == looks


def test_a_chained_comparison_is_refused_instead_of_losing_its_half() -> None:
    with pytest.raises(ValidationError, match="neither true nor false"):
        50 <= req.hits_approved <= 500  # noqa: B015 - that it raises is the test
