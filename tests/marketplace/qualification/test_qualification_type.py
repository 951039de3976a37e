"""CreateQualificationType, UpdateQualificationType, GetQualificationType and ListQualificationTypes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.sample import (
    BASE,
    KEY,
    TEST,
    form,
    graded_type_arguments,
    html_question,
    qualification_type_arguments,
    selection_question,
    text_question,
)


def _make(client: Client, **changes: Any) -> dict[str, Any]:
    return client.create_qualification_type(**qualification_type_arguments(**changes))["QualificationType"]


def _names(answer: dict[str, Any]) -> list[str]:
    return [one["Name"] for one in answer["QualificationTypes"]]


def test_a_new_type_has_what_it_was_given_and_the_documented_defaults(client: Client, market: Marketplace) -> None:
    made = _make(client)
    assert made.pop("QualificationTypeId").startswith("3")
    assert abs((made.pop("CreationTime") - market.clock.now()).total_seconds()) < 60
    assert made == {
        "Name": "Knows cats",
        "Description": "Can tell cats from dogs",
        "QualificationTypeStatus": "Active",
        "IsRequestable": True,
        "AutoGranted": False,
    }


GIVEN = [
    qualification_type_arguments(Keywords="cats, dogs", RetryDelayInSeconds=0, QualificationTypeStatus="Inactive"),
    qualification_type_arguments(AutoGranted=True, AutoGrantedValue=-5),
    qualification_type_arguments(Test=TEST, TestDurationInSeconds=1, RetryDelayInSeconds=2**31 - 1),
    graded_type_arguments(Name="Grüße, 世界 🎈 <b>"),
]


@pytest.mark.parametrize("given", GIVEN)
def test_a_type_is_shown_as_it_was_made(client: Client, given: dict[str, Any]) -> None:
    made = client.create_qualification_type(**given)["QualificationType"]
    assert {name: made.get(name) for name in given} == given
    found = client.get_qualification_type(QualificationTypeId=made["QualificationTypeId"])["QualificationType"]
    assert found == made


def test_who_is_granted_by_itself_gets_one_unless_it_says_otherwise(client: Client) -> None:
    assert _make(client, AutoGranted=True)["AutoGrantedValue"] == 1


def test_a_value_to_be_granted_means_nothing_where_nothing_is_granted_by_itself(client: Client) -> None:
    assert "AutoGrantedValue" not in _make(client, AutoGrantedValue=5)


def test_names_are_unique_among_the_types_of_one_requester(
    client: Client, market: Marketplace, connect: Connect, refused: Refused
) -> None:
    _make(client)
    error = refused(client.create_qualification_type, **qualification_type_arguments(Description="another"))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeAlreadyExists"
    assert error["Message"].startswith(
        "You have already created a QualificationType with this name. A QualificationType's name must be unique "
        "among all of the QualificationTypes created by the same user. ("
    )
    assert _make(connect(market, "somebody else"))
    assert _make(client, Name="knows cats")


FRONT_END = [
    ({"Name": None}, "name"),
    ({"Description": None}, "description"),
    ({"QualificationTypeStatus": None}, "qualificationTypeStatus"),
    ({"QualificationTypeStatus": "Disposing"}, "qualificationTypeStatus"),
]


@pytest.mark.parametrize(("changes", "member"), FRONT_END)
def test_what_breaks_the_model_is_refused_by_the_front_end(
    client: Client, refused: Refused, changes: dict[str, str | None], member: str
) -> None:
    error = refused(client.create_qualification_type, **qualification_type_arguments(**changes))
    assert error["__type"] == "ValidationException"
    assert f"at '{member}'" in error["message"]


LIMITS = [
    ("Name", "x" * 200, "x" * 201),
    ("Name", "x", " "),
    ("Name", "x", "a\x00b"),
    ("Description", "x" * 2000, "x" * 2001),
    ("Description", "x", ""),
    ("Keywords", "x" * 1000, "x" * 1001),
    ("RetryDelayInSeconds", 0, -1),
    ("RetryDelayInSeconds", 2**31 - 1, 2**31),
    ("AutoGrantedValue", -(2**31), -(2**31) - 1),
    ("AutoGrantedValue", 2**31 - 1, 2**31),
]


@pytest.mark.parametrize(("member", "good", "bad"), LIMITS)
def test_what_breaks_a_limit_of_the_service_is_refused_by_name(
    client: Client, refused: Refused, member: str, good: int | str, bad: int | str
) -> None:
    assert _make(client, **{"AutoGranted": True, member: good})[member] == good
    error = refused(client.create_qualification_type, **qualification_type_arguments(**{"Name": "n", member: bad}))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", member)


OWN_TEXT = form(selection_question("a", "x", other=True))
UPLOAD = form(text_question("a")).replace("<FreeTextAnswer/>", "<FileUploadAnswer/>")
BAD_TESTS = {
    "a key without test": ({"Test": None, "TestDurationInSeconds": None}, "AnswerKey"),
    "a duration without test": ({"Test": None, "AnswerKey": None}, "TestDurationInSeconds"),
    "no duration": ({"TestDurationInSeconds": None}, "TestDurationInSeconds"),
    "a duration of nought": ({"TestDurationInSeconds": 0}, "TestDurationInSeconds"),
    "more than a year": ({"TestDurationInSeconds": 31_536_001}, "TestDurationInSeconds"),
    "granted by itself": ({"AutoGranted": True}, "AutoGranted"),
    "an empty test": ({"Test": ""}, "Test"),
    "a web page": ({"Test": html_question()}, "Test"),
    "no XML": ({"Test": "<QuestionForm"}, "Test"),
    "no questions": ({"Test": form(), "AnswerKey": None}, "Test"),
    "an entity": ({"Test": '<!DOCTYPE a [<!ENTITY x "y">]>' + TEST}, "Test"),
    "too long": ({"Test": TEST + " " * 65_535}, "Test"),
    "a file": ({"Test": UPLOAD, "AnswerKey": None}, "Test"),
    "free text with a key": ({"Test": form(text_question("a"))}, "Test"),
    "own text with a key": ({"Test": OWN_TEXT}, "Test"),
    "an empty key": ({"AnswerKey": ""}, "AnswerKey"),
    "a key that is none": ({"AnswerKey": f'<AnswerKey xmlns="{BASE}/2005-10-01/AnswerKey.xsd"/>'}, "AnswerKey"),
    "a key that is too long": ({"AnswerKey": KEY + " " * 65_535}, "AnswerKey"),
}


@pytest.mark.parametrize(("changes", "parameter"), BAD_TESTS.values(), ids=BAD_TESTS.keys())
def test_a_test_that_cannot_be_taken_is_refused(
    client: Client, refused: Refused, changes: dict[str, Any], parameter: str
) -> None:
    error = refused(client.create_qualification_type, **graded_type_arguments(**changes))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", parameter)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"


@pytest.mark.parametrize("test", [form(text_question("a")), OWN_TEXT])
def test_without_a_key_a_test_may_ask_for_text(client: Client, test: str) -> None:
    assert client.create_qualification_type(**graded_type_arguments(Test=test, AnswerKey=None))


def test_a_lab_can_allow_longer_tests(connect: Connect) -> None:
    with Marketplace(question_limit=100_000) as market:
        client = connect(market)
        made = client.create_qualification_type(**graded_type_arguments(Test=TEST + " " * 65_535))["QualificationType"]
        assert len(made["Test"]) > 65_535


UPDATES = [
    {"Description": "Something else"},
    {"QualificationTypeStatus": "Inactive"},
    {"RetryDelayInSeconds": 60},
    {"TestDurationInSeconds": 60},
    {"AutoGrantedValue": 5},
    {"Test": form(selection_question("b", "x")), "TestDurationInSeconds": 5, "AnswerKey": KEY},
]


@pytest.mark.parametrize("changes", UPDATES)
def test_an_update_changes_what_it_names_and_nothing_else(client: Client, changes: dict[str, Any]) -> None:
    made = client.create_qualification_type(**graded_type_arguments())["QualificationType"]
    type_id = made["QualificationTypeId"]
    changed = client.update_qualification_type(QualificationTypeId=type_id, **changes)["QualificationType"]
    shown = {name: value for name, value in changes.items() if name != "AutoGrantedValue"}
    assert changed == {**made, **shown}
    assert client.get_qualification_type(QualificationTypeId=type_id)["QualificationType"] == changed


def test_a_new_test_drops_the_old_key(client: Client) -> None:
    type_id = client.create_qualification_type(**graded_type_arguments())["QualificationType"]["QualificationTypeId"]
    changed = client.update_qualification_type(
        QualificationTypeId=type_id, Test=form(text_question("b")), TestDurationInSeconds=60
    )["QualificationType"]
    assert "AnswerKey" not in changed


def test_a_test_can_be_added_and_granting_by_itself_ended_at_once(client: Client) -> None:
    type_id = _make(client, AutoGranted=True)["QualificationTypeId"]
    changed = client.update_qualification_type(
        QualificationTypeId=type_id, Test=TEST, TestDurationInSeconds=60, AutoGranted=False
    )["QualificationType"]
    assert (changed["Test"], changed["AutoGranted"]) == (TEST, False)


BAD_UPDATES = [
    (graded_type_arguments, {"AutoGranted": True}, "AutoGranted"),
    (graded_type_arguments, {"Test": TEST}, "TestDurationInSeconds"),
    (graded_type_arguments, {"AnswerKey": KEY}, "AnswerKey"),
    (graded_type_arguments, {"Test": "x", "TestDurationInSeconds": 5}, "Test"),
    (graded_type_arguments, {"Description": ""}, "Description"),
    (qualification_type_arguments, {"TestDurationInSeconds": 5}, "TestDurationInSeconds"),
    (
        lambda: qualification_type_arguments(AutoGranted=True),
        {"Test": TEST, "TestDurationInSeconds": 5},
        "AutoGranted",
    ),
]


@pytest.mark.parametrize(("arguments", "changes", "parameter"), BAD_UPDATES)
def test_an_update_that_makes_no_sense_changes_nothing(
    client: Client, refused: Refused, arguments: Callable[..., Any], changes: dict[str, Any], parameter: str
) -> None:
    made = client.create_qualification_type(**arguments())["QualificationType"]
    type_id = made["QualificationTypeId"]
    error = refused(client.update_qualification_type, QualificationTypeId=type_id, **changes)
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", parameter)
    assert client.get_qualification_type(QualificationTypeId=type_id)["QualificationType"] == made


OF_A_TYPE = [
    ("update_qualification_type", {}),
    ("get_qualification_type", {}),
    ("delete_qualification_type", {}),
    ("list_qualification_requests", {}),
    ("list_workers_with_qualification_type", {}),
    ("list_hits_for_qualification_type", {}),
    ("associate_qualification_with_worker", {"WorkerId": "A1WORKER"}),
]


@pytest.mark.parametrize(("method", "arguments"), OF_A_TYPE)
@pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
def test_types_that_are_not_the_callers_do_not_exist(
    client: Client,
    market: Marketplace,
    connect: Connect,
    refused: Refused,
    method: str,
    arguments: dict[str, str],
    whose: str,
) -> None:
    market.worker("A1WORKER")
    type_id = "3NOSUCHTYPE"
    if whose == "somebody else's":
        type_id = _make(connect(market, "somebody else"))["QualificationTypeId"]
    error = refused(getattr(client, method), QualificationTypeId=type_id, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
    assert error["Message"].startswith(f"QualificationType {type_id} does not exist. (")


@pytest.mark.parametrize("method", [method for method, _ in OF_A_TYPE if method not in (
    "get_qualification_type", "list_hits_for_qualification_type"
)])  # fmt: skip
def test_types_of_the_system_are_nobodys_own(
    client: Client, market: Marketplace, refused: Refused, method: str
) -> None:
    market.worker("A1WORKER")
    arguments = dict(OF_A_TYPE)[method]
    error = refused(getattr(client, method), QualificationTypeId="00000000000000000040", **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"


SYSTEM = {
    "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH": "Masters",
    "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6": "Masters (sandbox)",
    "00000000000000000040": "Worker_NumberHITsApproved",
    "00000000000000000071": "Worker_Locale",
    "00000000000000000060": "Worker_Adult",
    "000000000000000000L0": "Worker_PercentAssignmentsApproved",
    "00000000000000000000": "Worker_PercentAssignmentsSubmitted",
    "00000000000000000070": "Worker_PercentAssignmentsAbandoned",
    "000000000000000000E0": "Worker_PercentAssignmentsReturned",
    "000000000000000000S0": "Worker_PercentAssignmentsRejected",
}


@pytest.mark.parametrize(("type_id", "name"), SYSTEM.items())
def test_types_of_the_system_can_be_read_and_not_requested(client: Client, type_id: str, name: str) -> None:
    found = client.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]
    assert (found["QualificationTypeId"], found["Name"]) == (type_id, name)
    assert (found["IsRequestable"], found["QualificationTypeStatus"]) == (False, "Active")


@pytest.mark.parametrize(
    ("requestable", "owned", "system"),
    [(False, False, True), (True, False, False), (False, True, False), (True, True, False), (False, None, True)],
)
def test_a_list_has_the_callers_types_and_unless_it_is_narrowed_the_systems(
    client: Client, market: Marketplace, connect: Connect, requestable: bool, owned: bool | None, system: bool
) -> None:
    _make(client, Name="first")
    _make(client, Name="second", QualificationTypeStatus="Inactive")
    _make(connect(market, "somebody else"), Name="foreign")
    arguments = {} if owned is None else {"MustBeOwnedByCaller": owned}
    listed = client.list_qualification_types(MustBeRequestable=requestable, MaxResults=100, **arguments)
    assert _names(listed) == ["second", "first", *(SYSTEM.values() if system else [])]


def test_a_list_needs_to_know_whether_types_must_be_requestable(client: Client, refused: Refused) -> None:
    assert "mustBeRequestable" in refused(client.list_qualification_types)["message"]


@pytest.mark.parametrize("size", [1, 3, 7, 12])
def test_pages_of_types_hold_each_type_once(client: Client, size: int) -> None:
    for number in range(4):
        _make(client, Name=f"type {number}")
    pages = client.get_paginator("list_qualification_types").paginate(
        MustBeRequestable=False, PaginationConfig={"PageSize": size}
    )
    names = [name for page in pages for name in _names(page)]
    assert names == ["type 3", "type 2", "type 1", "type 0", *SYSTEM.values()]


def test_a_page_has_ten_types_unless_it_says_otherwise(client: Client) -> None:
    assert client.list_qualification_types(MustBeRequestable=False)["NumResults"] == 10


QUERIES = [
    ("cats", ["Knows cats", "Other"]),
    ("CATS dogs", ["Knows cats"]),
    ("dogs knows", ["Knows cats"]),
    ("ÄRZTE", ["Other"]),
    ("birds", ["Other"]),
    ("%", []),
    ("c_ts", []),
    ("locale", ["Worker_Locale"]),
    ("nothing like that", []),
    ("  ", None),
    ("", None),
]


@pytest.mark.parametrize(("query", "names"), QUERIES)
def test_a_query_finds_types_in_which_all_its_words_occur(client: Client, query: str, names: list[str] | None) -> None:
    _make(client)
    _make(client, Name="Other", Description="cats and birds", Keywords="Ärzte")
    found = client.list_qualification_types(MustBeRequestable=False, Query=query, MaxResults=100)
    assert sorted(_names(found)) == sorted(names if names is not None else ["Knows cats", "Other", *SYSTEM.values()])


def test_a_query_finds_a_new_description(client: Client) -> None:
    type_id = _make(client)["QualificationTypeId"]
    client.update_qualification_type(QualificationTypeId=type_id, Description="About horses")
    ask = {"MustBeRequestable": True, "MustBeOwnedByCaller": True}
    assert client.list_qualification_types(Query="horses cats", **ask)["NumResults"] == 1
    assert client.list_qualification_types(Query="dogs", **ask)["NumResults"] == 0


def test_the_first_ten_words_of_a_query_count(client: Client) -> None:
    _make(client, Description="one two three four five six seven eight nine ten")
    ask = {"MustBeRequestable": True, "MustBeOwnedByCaller": True}
    words = "two one one three four five six seven eight nine"
    assert client.list_qualification_types(Query=f"{words} ten eleven", **ask)["NumResults"] == 1
    assert client.list_qualification_types(Query=f"{words} eleven", **ask)["NumResults"] == 0


def test_a_query_of_a_thousand_characters_is_answered(client: Client, refused: Refused) -> None:
    query = " ".join(f"{number:x}" for number in range(1000))[:1000]
    assert client.list_qualification_types(MustBeRequestable=True, Query=query)["NumResults"] == 0
    assert refused(client.list_qualification_types, MustBeRequestable=True, Query=query + "x")["Parameter"] == "Query"


def test_new_types_are_listed_late_where_lists_lag(connect: Connect) -> None:
    with Marketplace(eventual=30) as market:
        client = connect(market)
        type_id = _make(client)["QualificationTypeId"]
        assert client.list_qualification_types(MustBeRequestable=True)["NumResults"] == 0
        assert client.get_qualification_type(QualificationTypeId=type_id)
        market.clock.advance(seconds=30)
        assert client.list_qualification_types(MustBeRequestable=True)["NumResults"] == 1
