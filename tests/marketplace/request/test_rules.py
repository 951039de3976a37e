"""What requests may hold: the rules against botocore's model, and the service's words for what breaks them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from mturk.marketplace.dispatch import OPERATIONS
from mturk.marketplace.request.rules import RULES
from mturk.marketplace.request.shape import Flag, ListOf, Member, Moment, Money, Structure, Text, Whole
from tests.marketplace.conftest import Client, Publish, Refused, Work
from tests.marketplace.judge import MODEL
from tests.marketplace.sample import hit_arguments, html_question, type_arguments


@pytest.mark.parametrize("operation", RULES)
def test_rules_agree_with_the_published_model(operation: str) -> None:
    shape = MODEL.operation_model(operation).input_shape
    _agree(RULES[operation].members, shape)


def _agree(members: tuple[Member, ...], shape: Any) -> None:
    assert {member.name for member in members} == set(shape.members)
    assert {member.name for member in members if member.required} == set(shape.required_members)
    for member in members:
        _agree_kind(member.kind, shape.members[member.name])


def _agree_kind(kind: Any, shape: Any) -> None:
    types = {
        Text: ["string"],
        Money: ["string"],
        Whole: ["integer", "long"],
        Flag: ["boolean"],
        Moment: ["timestamp"],
        ListOf: ["list"],
        Structure: ["structure"],
    }
    assert shape.type_name in types[type(kind)]
    model = shape.metadata
    if isinstance(kind, Text):
        assert list(kind.choices) == model.get("enum", [])
        assert (kind.shortest or None, kind.longest) == (model.get("min"), model.get("max"))
        assert (f"^{kind.pattern}$" if kind.pattern else None) == model.get("pattern")
    elif isinstance(kind, Whole):
        assert (kind.lowest, kind.highest) == (model.get("min"), model.get("max"))
    elif isinstance(kind, ListOf):
        _agree_kind(kind.kind, shape.member)
    elif isinstance(kind, Structure):
        _agree(kind.members, shape)


@pytest.mark.parametrize("operation", RULES)
def test_every_rule_has_a_function_that_takes_its_members(operation: str) -> None:
    parameters = inspect.signature(OPERATIONS[operation].function).parameters.values()
    taken = {one.name: one.default is inspect.Parameter.empty for one in parameters if one.name != "call"}
    rules = {member.argument: member.required for member in RULES[operation].members}
    assert taken == rules


def test_every_operation_of_the_published_model_has_a_rule_and_a_function() -> None:
    assert set(RULES) == set(OPERATIONS) == set(MODEL.operation_names)


REFUSED_BY_THE_FRONT_END = [
    (
        "get_hit",
        {},
        "1 validation error detected: Value null at 'hITId' failed to satisfy constraint: Member must not be null",
    ),
    (
        "get_hit",
        {"HITId": "lower"},
        "1 validation error detected: Value 'lower' at 'hITId' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[A-Z0-9]+$",
    ),
    (
        "get_hit",
        {"HITId": ""},
        "2 validation errors detected: Value '' at 'hITId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; Value '' at 'hITId' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[A-Z0-9]+$",
    ),
    (
        "list_hits",
        {"MaxResults": 101},
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
    ),
    (
        "list_hits",
        {"MaxResults": 0},
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ),
    (
        "list_reviewable_hits",
        {"Status": "Done"},
        "1 validation error detected: Value 'Done' at 'status' failed to satisfy constraint: "
        "Member must satisfy enum value set: [Reviewable, Reviewing]",
    ),
    (
        "list_assignments_for_hit",
        {"HITId": "3X", "AssignmentStatuses": ["Approved", "Done"]},
        "1 validation error detected: Value '[Approved, Done]' at 'assignmentStatuses' failed to satisfy "
        "constraint: Member must satisfy constraint: [Member must satisfy enum value set: "
        "[Submitted, Approved, Rejected]]",
    ),
    (
        "send_bonus",
        {"WorkerId": "A1", "BonusAmount": "0.9752", "AssignmentId": "3X", "Reason": "r"},
        "1 validation error detected: Value '0.9752' at 'bonusAmount' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[0-9]+(\\.)?[0-9]{0,2}$",
    ),
    (
        "create_hit_type",
        type_arguments(QualificationRequirements=[{"QualificationTypeId": "3X"}]),
        "1 validation error detected: Value null at 'qualificationRequirements.1.member.comparator' failed to "
        "satisfy constraint: Member must not be null",
    ),
]


@pytest.mark.parametrize(("method", "arguments", "message"), REFUSED_BY_THE_FRONT_END)
def test_what_breaks_the_model_is_refused_in_the_front_ends_words(
    client: Client, refused: Refused, method: str, arguments: dict[str, Any], message: str
) -> None:
    assert refused(getattr(client, method), **arguments) == {"__type": "ValidationException", "message": message}


@pytest.mark.parametrize("amount", [".05", "-1", "1,00", "abc", "", "1.234", "٣", "1\n"])
def test_money_has_the_services_form(client: Client, refused: Refused, amount: str) -> None:
    error = refused(client.create_hit_type, **type_arguments(Reward=amount))
    assert error["__type"] == "ValidationException"
    assert "'reward'" in error["message"]


LIMITS = [
    ("Title", "x" * 128, "x" * 129),
    ("Description", "x" * 2000, "x" * 2001),
    ("Keywords", "x" * 1000, "x" * 1001),
    ("RequesterAnnotation", "x" * 255, "x" * 256),
    ("RequesterAnnotation", "plain", "ümlaut"),
    ("AssignmentDurationInSeconds", 30, 29),
    ("AssignmentDurationInSeconds", 31_536_000, 31_536_001),
    ("LifetimeInSeconds", 30, 29),
    ("LifetimeInSeconds", 31_536_000, 31_536_001),
    ("AutoApprovalDelayInSeconds", 0, -1),
    ("AutoApprovalDelayInSeconds", 2_592_000, 2_592_001),
    ("MaxAssignments", 1, 0),
    ("MaxAssignments", 5, 1_000_000_001),
    ("MaxAssignments", 5, 10**30),
    ("Title", "x", ""),
    ("Title", "x", "a\x00b"),
    ("Reward", "0.00", "9" * 30),
]


@pytest.mark.parametrize(("member", "good", "bad"), LIMITS)
def test_what_breaks_a_limit_of_the_service_is_refused_by_name(
    client: Client, refused: Refused, member: str, good: int | str, bad: int | str
) -> None:
    assert client.create_hit(**hit_arguments(**{member: good}))["HIT"]
    error = refused(client.create_hit, **hit_arguments(**{member: bad}))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", member)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"


@pytest.mark.parametrize("bad", ["x" * 1025, "a\x07b"])
@pytest.mark.parametrize("method", ["approve_assignment", "reject_assignment"])
def test_feedback_has_limits(
    client: Client, publish: Publish, work: Work, refused: Refused, method: str, bad: str
) -> None:
    assignment_id = work(publish()["HITId"])
    error = refused(getattr(client, method), AssignmentId=assignment_id, RequesterFeedback=bad)
    assert error["Parameter"] == "RequesterFeedback"


@pytest.mark.parametrize("number", [0, -1, 1_000_000_001])
def test_additional_assignments_are_at_least_one(
    client: Client, publish: Publish, refused: Refused, number: int
) -> None:
    error = refused(
        client.create_additional_assignments_for_hit,
        HITId=publish()["HITId"],
        NumberOfAdditionalAssignments=number,
    )
    assert error["Parameter"] == "NumberOfAdditionalAssignments"


LOCALE = "00000000000000000071"
APPROVED = "00000000000000000040"
US = {"Country": "US"}
GOOD_REQUIREMENTS = [
    {"QualificationTypeId": APPROVED, "Comparator": "Exists"},
    {"QualificationTypeId": APPROVED, "Comparator": "EqualTo", "IntegerValues": [-5]},
    {"QualificationTypeId": APPROVED, "Comparator": "In", "IntegerValues": list(range(15))},
    {"QualificationTypeId": LOCALE, "Comparator": "NotIn", "LocaleValues": [US] * 30},
    {"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValues": [{**US, "Subdivision": "NY"}]},
]


@pytest.mark.parametrize("requirement", GOOD_REQUIREMENTS)
def test_requirements_are_given_back_complete(client: Client, requirement: dict[str, Any]) -> None:
    made = client.create_hit(**hit_arguments(QualificationRequirements=[requirement]))["HIT"]
    complete = {**requirement, "RequiredToPreview": False, "ActionsGuarded": "Accept"}
    assert made["QualificationRequirements"] == [complete]


@pytest.mark.parametrize(
    ("given", "preview", "guarded"),
    [
        ({"RequiredToPreview": True}, True, "PreviewAndAccept"),
        ({"ActionsGuarded": "PreviewAndAccept"}, True, "PreviewAndAccept"),
        ({"ActionsGuarded": "DiscoverPreviewAndAccept"}, True, "DiscoverPreviewAndAccept"),
        ({"ActionsGuarded": "Accept"}, False, "Accept"),
    ],
)
def test_the_old_and_the_new_way_to_guard_say_the_same(
    client: Client, given: dict[str, Any], preview: bool, guarded: str
) -> None:
    requirement = {"QualificationTypeId": APPROVED, "Comparator": "Exists", **given}
    (shown,) = client.create_hit(**hit_arguments(QualificationRequirements=[requirement]))["HIT"][
        "QualificationRequirements"
    ]
    assert (shown["RequiredToPreview"], shown["ActionsGuarded"]) == (preview, guarded)


BAD_REQUIREMENTS = [
    ({"QualificationTypeId": APPROVED, "Comparator": "Exists", "IntegerValues": [1]}, "IntegerValues"),
    ({"QualificationTypeId": APPROVED, "Comparator": "EqualTo"}, "IntegerValues"),
    ({"QualificationTypeId": APPROVED, "Comparator": "EqualTo", "IntegerValues": [1, 2]}, "IntegerValues"),
    ({"QualificationTypeId": APPROVED, "Comparator": "In", "IntegerValues": list(range(16))}, "IntegerValues"),
    ({"QualificationTypeId": APPROVED, "Comparator": "EqualTo", "LocaleValues": [US]}, "LocaleValues"),
    ({"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "IntegerValues": [1]}, "IntegerValues"),
    ({"QualificationTypeId": LOCALE, "Comparator": "LessThan", "LocaleValues": [US]}, "Comparator"),
    ({"QualificationTypeId": LOCALE, "Comparator": "In", "LocaleValues": [US] * 31}, "LocaleValues"),
    ({"QualificationTypeId": LOCALE, "Comparator": "In", "LocaleValues": []}, "LocaleValues"),
    ({"QualificationTypeId": LOCALE, "Comparator": "Exists"}, "Comparator"),
    ({"QualificationTypeId": LOCALE, "Comparator": "DoesNotExist"}, "Comparator"),
    ({"QualificationTypeId": APPROVED, "Comparator": "NotIn", "IntegerValues": []}, "IntegerValues"),
    ({"QualificationTypeId": APPROVED, "Comparator": "DoesNotExist", "LocaleValues": [US]}, "LocaleValues"),
    ({"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "us"}]}, "Country"),
    (
        {
            "QualificationTypeId": LOCALE,
            "Comparator": "EqualTo",
            "LocaleValues": [{"Country": "DE", "Subdivision": "BY"}],
        },
        "Subdivision",
    ),
    (
        {
            "QualificationTypeId": LOCALE,
            "Comparator": "EqualTo",
            "LocaleValues": [{"Country": "US", "Subdivision": "ny"}],
        },
        "Subdivision",
    ),
]


@pytest.mark.parametrize(("requirement", "parameter"), BAD_REQUIREMENTS)
def test_values_that_do_not_fit_their_comparator_are_refused(
    client: Client, refused: Refused, requirement: dict[str, Any], parameter: str
) -> None:
    error = refused(client.create_hit_type, **type_arguments(QualificationRequirements=[requirement]))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", parameter)


def test_a_hit_has_ten_requirements_at_most(client: Client, refused: Refused) -> None:
    requirements = [{"QualificationTypeId": APPROVED, "Comparator": "Exists"}] * 10
    client.create_hit_type(**type_arguments(QualificationRequirements=requirements))
    error = refused(
        client.create_hit_type, **type_arguments(QualificationRequirements=[*requirements, requirements[0]])
    )
    assert error["Parameter"] == "QualificationRequirements"


def test_unknown_members_are_passed_over_and_null_means_not_given(market: Marketplace) -> None:
    rule = RULES["CreateHITWithHITType"]
    read = rule.read(
        {"HITTypeId": "3X", "LifetimeInSeconds": 60, "Question": html_question(), "Foo": 1, "MaxAssignments": None}
    )
    assert set(read) == {"hit_type_id", "lifetime_in_seconds", "question"}
