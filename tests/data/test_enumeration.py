"""The service's words, held against botocore's model."""

from __future__ import annotations

import pickle

import pytest

from mturk.data import enumeration
from mturk.data.enumeration import Enumeration, HITStatus
from tests.judge import MODEL

ENUMS = {
    "AssignmentStatus": enumeration.AssignmentStatus,
    "Comparator": enumeration.Comparator,
    "EventType": enumeration.EventType,
    "HITAccessActions": enumeration.ActionsGuarded,
    "HITReviewStatus": enumeration.HITReviewStatus,
    "HITStatus": enumeration.HITStatus,
    "NotificationTransport": enumeration.NotificationTransport,
    "NotifyWorkersFailureCode": enumeration.NotifyWorkersFailureCode,
    "QualificationStatus": enumeration.QualificationStatus,
    "QualificationTypeStatus": enumeration.QualificationTypeStatus,
    "ReviewActionStatus": enumeration.ReviewActionStatus,
    "ReviewPolicyLevel": enumeration.ReviewPolicyLevel,
    "ReviewableHITStatus": enumeration.ReviewableHITStatus,
}


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_holds_the_words_of_the_model(name: str) -> None:
    assert [str(member) for member in ENUMS[name]] == MODEL.shape_for(name).enum


def test_every_enum_of_the_model_has_its_class() -> None:
    assert set(ENUMS) == {name for name in MODEL.shape_names if "enum" in MODEL.shape_for(name).metadata}


@pytest.mark.parametrize("kind", Enumeration.__subclasses__())
def test_a_word_is_its_str_everywhere(kind: type[Enumeration]) -> None:
    for word in kind:
        assert word == word.value
        assert f"{word}" == str(word) == word.value
        assert hash(word) == hash(word.value)
        assert repr(word) == f"{kind.__name__}.{word.name}"
        assert pickle.loads(pickle.dumps(word)) is word


def test_a_word_can_be_looked_up_by_its_str() -> None:
    assert {"Assignable": 1}[HITStatus.ASSIGNABLE] == 1


def test_the_ids_of_the_system_are_those_that_are_documented() -> None:
    assert enumeration.MASTERS == "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
    assert enumeration.MASTERS_IN_SANDBOX == "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
    assert enumeration.HITS_APPROVED == "00000000000000000040"
    assert enumeration.ADULT == "00000000000000000060"
    assert enumeration.LOCALE == "00000000000000000071"
    assert enumeration.PERCENT_APPROVED == "000000000000000000L0"
