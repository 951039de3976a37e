"""Requirements are written as comparisons, and come back equal to what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mturk import HIT, Connection, HITType, Locale, QualificationRequirement, QualificationType, ValidationError
from mturk import requirements as req
from mturk.data import wire
from mturk.data.enumeration import MASTERS, MASTERS_IN_SANDBOX, ActionsGuarded, Comparator
from mturk.requirements import sendable
from tests.judge import Judge

mine = QualificationType("3MINE")
NY = {"Country": "US", "Subdivision": "NY"}


def sent(requirement: QualificationRequirement) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(wire.write({"X": requirement}))["X"]
    return members


@pytest.mark.parametrize(
    ("requirement", "type_id", "comparator", "values"),
    [
        (req.masters.exists(), MASTERS, "Exists", {}),
        (req.masters.does_not_exist(), MASTERS, "DoesNotExist", {}),
        (req.adult == 1, "00000000000000000060", "EqualTo", {"IntegerValues": [1]}),
        (req.Adults, "00000000000000000060", "EqualTo", {"IntegerValues": [1]}),
        (req.percent_approved >= 95, "000000000000000000L0", "GreaterThanOrEqualTo", {"IntegerValues": [95]}),
        (req.percent_approved > 0, "000000000000000000L0", "GreaterThan", {"IntegerValues": [0]}),
        (req.hits_approved > 500, "00000000000000000040", "GreaterThan", {"IntegerValues": [500]}),
        (req.hits_approved < 5, "00000000000000000040", "LessThan", {"IntegerValues": [5]}),
        (req.hits_approved <= 5, "00000000000000000040", "LessThanOrEqualTo", {"IntegerValues": [5]}),
        (req.hits_approved != 5, "00000000000000000040", "NotEqualTo", {"IntegerValues": [5]}),
        (req.locale == "DE", "00000000000000000071", "EqualTo", {"LocaleValues": [{"Country": "DE"}]}),
        (req.locale != "US-NY", "00000000000000000071", "NotEqualTo", {"LocaleValues": [NY]}),
        (
            req.locale.is_in("US", "US-NY"),
            "00000000000000000071",
            "In",
            {"LocaleValues": [{"Country": "US"}, NY]},
        ),
        (
            req.locale.not_in(Locale("US", "NY")),
            "00000000000000000071",
            "NotIn",
            {"LocaleValues": [NY]},
        ),
        (mine >= 80, "3MINE", "GreaterThanOrEqualTo", {"IntegerValues": [80]}),
        (mine == 80, "3MINE", "EqualTo", {"IntegerValues": [80]}),
        (mine != 80, "3MINE", "NotEqualTo", {"IntegerValues": [80]}),
        (QualificationType("3MINE") == Locale("DE"), "3MINE", "EqualTo", {"LocaleValues": [{"Country": "DE"}]}),
        (mine.__ge__(80), "3MINE", "GreaterThanOrEqualTo", {"IntegerValues": [80]}),
        (mine < -5, "3MINE", "LessThan", {"IntegerValues": [-5]}),
        (mine.is_in(1, 2, 3), "3MINE", "In", {"IntegerValues": [1, 2, 3]}),
        (mine.not_in(*range(15)), "3MINE", "NotIn", {"IntegerValues": list(range(15))}),
        (mine.exists(), "3MINE", "Exists", {}),
        (mine.does_not_exist(), "3MINE", "DoesNotExist", {}),
    ],
)
def test_a_comparison_is_sent_as_the_service_writes_it(
    requirement: QualificationRequirement, type_id: str, comparator: str, values: dict[str, Any]
) -> None:
    expected = {"QualificationTypeId": type_id, "Comparator": comparator, **values, "ActionsGuarded": "Accept"}
    assert sent(requirement) == expected


@pytest.mark.parametrize("actions", ["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"])
def test_guarding_says_what_others_are_kept_from(actions: str) -> None:
    guarded = (req.adult == 1).guarding(actions)
    assert sent(guarded)["ActionsGuarded"] == actions
    assert (guarded == (req.adult == 1)) is (actions == "Accept")
    assert guarded.guarding(ActionsGuarded.ACCEPT) == (req.adult == 1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (lambda: req.masters >= 3, "masters can be compared by Exists, DoesNotExist only"),
        (lambda: req.masters == 1, "masters can be compared by"),
        (lambda: req.adult >= 1, "adult can be compared by EqualTo only"),
        (lambda: req.adult == 2, "adult must be from 1 to 1, not 2"),
        (lambda: req.percent_approved >= 101, "percent_approved must be from 0 to 100, not 101"),
        (lambda: req.percent_approved >= -1, "percent_approved must be from 0 to 100, not -1"),
        (lambda: req.percent_approved >= 95.5, "percent_approved must be an int, not 95.5"),
        (lambda: req.percent_approved == "95", "percent_approved must be an int, not '95'"),
        (lambda: req.hits_approved > True, "hits_approved must be an int, not True"),
        (lambda: req.hits_approved > 2**31, "hits_approved must be from 0 to"),
        (lambda: req.locale > "US", "locale can be compared by"),
        (lambda: req.locale >= "US", "locale can be compared by"),
        (lambda: req.locale == "us", 'a locale must be a text such as "DE" or "US-NY", not \'us\''),
        (lambda: req.locale == "USA", "a locale must be a text"),
        (lambda: req.locale == 49, "a locale must be a text"),
        (lambda: req.locale == "DE-BY", "the service knows states of the US only"),
        (lambda: req.locale.is_in(), "In takes 1 to .* values, not 0"),
        (lambda: req.locale.is_in(*["US"] * 31), "In takes 1 to 30 values, not 31"),
        (lambda: mine.is_in(*range(16)), "In takes 1 to 15 values, not 16"),
        (lambda: mine.is_in(), "In takes 1 to 15 values, not 0"),
        (lambda: mine.is_in(1, Locale("DE")), "compares with ints, or with locales"),
        (lambda: mine >= "80", "compares with ints, or with locales, not with"),
        (lambda: mine >= 80.0, "compares with ints, or with locales"),
        (lambda: mine >= True, "compares with ints, or with locales"),
        (lambda: mine >= 2**31, "a score must be from -2147483648 to 2147483647"),
        (lambda: mine >= Locale("DE"), "places have no order, they cannot be compared by GreaterThanOrEqualTo"),
        (lambda: (req.adult == 1).guarding("Everything"), "actions must be one of Accept, PreviewAndAccept"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(line: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        line()


def test_a_qualification_is_not_the_same_as_something_else() -> None:
    assert QualificationType("3MINE") == mine
    assert QualificationType("3OTHER") != mine
    assert (mine == "3MINE") is False
    assert (mine != "3MINE") is True
    assert (mine == None) is False  # noqa: E711 - the comparison itself is tried
    assert len({mine, QualificationType("3MINE")}) == 1


@pytest.mark.parametrize(
    "requirement",
    [
        req.masters.exists(),
        req.percent_approved >= 95,
        req.locale.is_in("US-NY", "DE"),
        (mine == 5).guarding("DiscoverPreviewAndAccept"),
        mine.not_in(1, 2),
    ],
)
def test_what_comes_back_from_a_hit_equals_what_was_sent(requirement: QualificationRequirement) -> None:
    hit = HIT._read({"HITId": "3A", "QualificationRequirements": [sent(requirement)]}, None)
    assert hit.qualification_requirements == (requirement,)
    assert hash(hit.qualification_requirements) == hash((requirement,))


@pytest.mark.parametrize(
    ("echoed", "requirement"),
    [
        ({"RequiredToPreview": False}, req.adult == 1),
        ({"RequiredToPreview": True}, (req.adult == 1).guarding("PreviewAndAccept")),
        ({"RequiredToPreview": True, "ActionsGuarded": "Accept"}, req.adult == 1),
        ({"ActionsGuarded": "PreviewAndAccept"}, (req.adult == 1).guarding("PreviewAndAccept")),
    ],
)
def test_an_echo_in_older_words_is_understood(echoed: dict[str, Any], requirement: QualificationRequirement) -> None:
    members = {"QualificationTypeId": "00000000000000000060", "Comparator": "EqualTo", "IntegerValues": [1], **echoed}
    assert wire.one(QualificationRequirement)(members) == requirement


def test_masters_of_the_sandbox_are_masters() -> None:
    members = {"QualificationTypeId": MASTERS_IN_SANDBOX, "Comparator": "Exists"}
    assert wire.one(QualificationRequirement)(members) == req.masters.exists()


@pytest.mark.parametrize(
    ("where", "type_id"),
    [("sandbox", MASTERS_IN_SANDBOX), ("production", MASTERS), ("https://turk.my-lab.org", MASTERS)],
)
def test_the_id_of_masters_is_picked_when_the_call_is_made(where: str, type_id: str) -> None:
    connection = Connection(where, access_key="AK", secret_key="s")
    requirements = [req.masters.exists(), req.adult == 1]
    assert [sent(each)["QualificationTypeId"] for each in sendable(requirements, connection)] == [
        type_id,
        "00000000000000000060",
    ]
    assert requirements[0] == req.masters.exists(), "what was given stays as it was"


def test_ten_requirements_are_enough(judge: Judge, connection: Connection) -> None:
    judge.answer("CreateHITType", {"HITTypeId": "3T"})
    terms: Any = {"title": "T", "description": "D", "reward": 0, "assignment_duration": 60, "connection": connection}
    HITType.create(**terms, qualification_requirements=(mine >= number for number in range(10)))
    assert len(judge.calls[0].body["QualificationRequirements"]) == 10
    with pytest.raises(ValidationError, match="has 11 entries, the limit is 10"):
        HITType.create(**terms, qualification_requirements=[mine >= 1] * 11)


def test_requirements_that_are_none_are_refused(connection: Connection) -> None:
    terms: Any = {"title": "T", "description": "D", "reward": 0, "assignment_duration": 60, "connection": connection}
    for wrong in ([True], [None], ["adult"], [{"Comparator": "Exists"}]):
        with pytest.raises(ValidationError, match=r"qualification_requirements holds .* write a comparison"):
            HITType.create(**terms, qualification_requirements=wrong)
    with pytest.raises(ValidationError, match="qualification_requirements must be a list"):
        HITType.create(**terms, qualification_requirements=req.adult == 1)


def test_a_system_qualification_cannot_be_looked_up_by_accident() -> None:
    with pytest.raises(TypeError):
        hash(req.adult)


def test_all_comparators_can_be_written() -> None:
    written = [mine < 1, mine <= 1, mine > 1, mine >= 1, mine == 1, mine != 1]
    written += [mine.exists(), mine.does_not_exist(), mine.is_in(1), mine.not_in(1)]
    assert [each.comparator for each in written] == list(Comparator)


@pytest.mark.parametrize(
    ("place", "text"), [("DE", "DE"), ("US-NY", "US-NY"), (Locale("US", "NY"), "US-NY"), (Locale("DE"), "DE")]
)
def test_a_place_reads_as_it_is_written(place: Any, text: str) -> None:
    assert str(Locale.of(place)) == text
