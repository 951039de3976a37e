"""The names under which handlers ask for events."""

from __future__ import annotations

from typing import Any

import pytest

from mturk import EventType, ValidationError
from mturk.event.event_name import event_types


@pytest.mark.parametrize("type", EventType)
def test_every_name_of_the_service_is_known(type: EventType) -> None:
    assert event_types(type.value) == event_types(type) == {type}


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("assignmentSubmitted", EventType.ASSIGNMENT_SUBMITTED),
        ("assignmentAccepted", EventType.ASSIGNMENT_ACCEPTED),
        ("hITExpired", EventType.HIT_EXPIRED),
        ("HITExpired", EventType.HIT_EXPIRED),
        ("hITReviewable", EventType.HIT_REVIEWABLE),
        ("assignment.submitted", EventType.ASSIGNMENT_SUBMITTED),
        ("assignment_submitted", EventType.ASSIGNMENT_SUBMITTED),
        ("hit-reviewable", EventType.HIT_REVIEWABLE),
        ("ping", EventType.PING),
    ],
)
def test_other_spellings_are_understood(name: str, type: EventType) -> None:
    assert event_types(name) == {type}


def test_a_list_names_several() -> None:
    assert event_types(["HITExpired", "hITReviewable"]) == {EventType.HIT_EXPIRED, EventType.HIT_REVIEWABLE}


@pytest.mark.parametrize("names", ["any", "ANY", ["Ping", "any"]])
def test_any_is_all_there_will_ever_be(names: Any) -> None:
    assert event_types(names) is None


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("AssignmentSubmited", "did you mean 'AssignmentSubmitted'"),
        ("payment", "There are AssignmentAccepted, .*HITReviewable.* and 'any'"),
        ("", "there is no event ''"),
        ([], "name at least one event"),
        (7, "not by 7"),
        ([None], "not by None"),
    ],
)
def test_an_unknown_name_is_an_error_that_lists_those_there_are(names: Any, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        event_types(names)
