"""CreateHIT and CreateHITWithHITType."""

from __future__ import annotations

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.sample import external_question, hit_arguments, html_question, type_arguments


def test_a_new_hit_is_assignable_and_has_the_documented_defaults(client: Client) -> None:
    made = client.create_hit(**hit_arguments())["HIT"]
    assert made["HITStatus"] == "Assignable"
    assert made["MaxAssignments"] == 1
    assert made["AutoApprovalDelayInSeconds"] == 2_592_000
    assert made["HITReviewStatus"] == "NotReviewed"
    assert made["QualificationRequirements"] == []
    assert "Keywords" not in made
    assert "RequesterAnnotation" not in made


def test_a_new_hit_has_what_it_was_given(client: Client) -> None:
    given = hit_arguments(
        MaxAssignments=5,
        Keywords="photo, label",
        RequesterAnnotation="batch 7",
        AutoApprovalDelayInSeconds=259200,
        Description="Grüße, 世界 🎈 <b>",
    )
    made = client.create_hit(**given)["HIT"]
    shown = {name: made[name] for name in given if name != "LifetimeInSeconds"}
    assert shown == {name: value for name, value in given.items() if name != "LifetimeInSeconds"}
    assert (made["Expiration"] - made["CreationTime"]).total_seconds() == 3600


def test_a_new_hits_counters_stand_at_the_beginning(client: Client) -> None:
    made = client.create_hit(**hit_arguments(MaxAssignments=5))["HIT"]
    counters = [made[f"NumberOfAssignments{what}"] for what in ("Available", "Pending", "Completed")]
    assert counters == [5, 0, 0]


def test_ids_look_like_those_of_the_service(client: Client) -> None:
    made = client.create_hit(**hit_arguments())["HIT"]
    ids = [made["HITId"], made["HITTypeId"], made["HITGroupId"]]
    assert all(len(one) == 30 and one.startswith("3") for one in ids)
    assert len(set(ids)) == 3


def test_a_hit_of_a_registered_type_has_the_types_values(client: Client) -> None:
    kind = client.create_hit_type(**type_arguments(Keywords="a,b"))["HITTypeId"]
    made = client.create_hit_with_hit_type(
        HITTypeId=kind, LifetimeInSeconds=60, Question=html_question(), MaxAssignments=2
    )["HIT"]
    assert (made["HITTypeId"], made["Title"], made["Reward"]) == (kind, "Label a photo", "0.05")
    assert (made["Keywords"], made["MaxAssignments"]) == ("a,b", 2)


def test_an_unknown_type_is_refused(client: Client, refused: Refused) -> None:
    error = refused(
        client.create_hit_with_hit_type,
        HITTypeId="3NOSUCHTYPE",
        LifetimeInSeconds=60,
        Question=html_question(),
    )
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITTypeDoesNotExist"


@pytest.mark.parametrize("with_type", [False, True])
def test_a_repeated_token_is_answered_with_an_error_that_names_the_hit(
    client: Client, refused: Refused, with_type: bool
) -> None:
    arguments = hit_arguments(UniqueRequestToken="once")
    method = client.create_hit
    if with_type:
        kind = client.create_hit_type(**type_arguments())["HITTypeId"]
        arguments = {
            "HITTypeId": kind,
            "LifetimeInSeconds": 60,
            "Question": html_question(),
            "UniqueRequestToken": "once",
        }
        method = client.create_hit_with_hit_type
    made = method(**arguments)["HIT"]
    error = refused(method, **arguments)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITAlreadyExists"
    assert error["Message"].startswith(f'The HIT with ID "{made["HITId"]}" already exists. (')
    assert client.list_hits()["NumResults"] == 1


def test_a_token_is_good_again_after_24_hours(client: Client, market: Marketplace, refused: Refused) -> None:
    first = client.create_hit(**hit_arguments(UniqueRequestToken="daily"))["HIT"]
    market.clock.advance(hours=23, minutes=59)
    refused(client.create_hit, **hit_arguments(UniqueRequestToken="daily"))
    market.clock.advance(minutes=1)
    second = client.create_hit(**hit_arguments(UniqueRequestToken="daily"))["HIT"]
    assert first["HITId"] != second["HITId"]


def test_a_token_is_good_again_after_24_hours_though_tokens_are_forgotten_by_the_hour(
    client: Client, market: Marketplace, refused: Refused
) -> None:
    client.create_hit(**hit_arguments(UniqueRequestToken="first"))
    market.clock.advance(minutes=5)
    client.create_hit(**hit_arguments(UniqueRequestToken="second"))
    market.clock.advance(hours=23, minutes=55)
    refused(client.create_hit, **hit_arguments(UniqueRequestToken="second"))  # "first" is forgotten before this call
    market.clock.advance(minutes=5)
    assert client.create_hit(**hit_arguments(UniqueRequestToken="second"))["HIT"]


def test_a_token_belongs_to_one_requester(client: Client, market: Marketplace, connect: Connect) -> None:
    client.create_hit(**hit_arguments(UniqueRequestToken="mine"))
    other = connect(market, "somebody else")
    assert other.create_hit(**hit_arguments(UniqueRequestToken="mine"))["HIT"]


def test_a_refused_call_does_not_use_up_its_token(client: Client, refused: Refused) -> None:
    refused(client.create_hit, **hit_arguments(UniqueRequestToken="again", Reward="99999"))
    assert client.create_hit(**hit_arguments(UniqueRequestToken="again"))["HIT"]


def test_a_hit_without_question_is_refused(client: Client, refused: Refused) -> None:
    error = refused(client.create_hit, **hit_arguments(Question=None))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "Question")


def test_an_unknown_layout_is_refused(client: Client, refused: Refused) -> None:
    error = refused(client.create_hit, **hit_arguments(Question=None, HITLayoutId="3LAYOUT"))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITLayoutDoesNotExist"


def test_question_and_layout_exclude_each_other(client: Client, refused: Refused) -> None:
    error = refused(client.create_hit, **hit_arguments(HITLayoutId="3LAYOUT"))
    assert error["__type"] == "ParameterValidationError"


def test_an_unknown_review_policy_is_refused(client: Client, refused: Refused) -> None:
    error = refused(client.create_hit, **hit_arguments(HITReviewPolicy={"PolicyName": "Guess/1"}))
    assert (error["__type"], error["Parameter"]) == ("ParameterValidationError", "HITReviewPolicy")


def test_an_external_question_must_use_https(client: Client, refused: Refused) -> None:
    url = "http://example.com/task"
    error = refused(client.create_hit, **hit_arguments(Question=external_question(url)))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"
    assert error["Parameter"] == "ExternalURL"
    assert error["Message"].startswith(
        f'The value "{url}" is not valid for the parameter ExternalURL. This URL must use the HTTPS protocol. ('
    )
