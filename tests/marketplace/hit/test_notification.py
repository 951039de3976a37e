"""UpdateNotificationSettings, SendTestEventNotification, and the events that are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect, Publish, Refused
from tests.marketplace.inbox import Inbox
from tests.marketplace.policy_sample import extending, known_answers
from tests.marketplace.sample import hit_arguments, type_arguments

EVERYTHING = [
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentApproved",
    "AssignmentRejected",
    "HITCreated",
    "HITExtended",
    "HITDisposed",
    "HITReviewable",
    "HITExpired",
]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.close()


def specification(destination: str, *events: str, **changes: Any) -> dict[str, Any]:
    given = {
        "Destination": destination,
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": list(events or EVERYTHING),
    }
    return {**given, **changes}


class Told:
    """Publishes HITs whose events are told, and collects the events until a mark that comes after them."""

    def __init__(self, client: Client, inbox: Inbox) -> None:
        self._client, self._inbox = client, inbox
        self.type_id = client.create_hit_type(**type_arguments(AutoApprovalDelayInSeconds=3600))["HITTypeId"]
        self.specification = specification(inbox.url)
        client.update_notification_settings(HITTypeId=self.type_id, Notification=self.specification)

    def publish(self, **changes: Any) -> str:
        arguments = {"HITTypeId": self.type_id, "LifetimeInSeconds": 3600, "MaxAssignments": 2, **changes}
        made = self._client.create_hit_with_hit_type(Question=hit_arguments()["Question"], **arguments)
        return str(made["HIT"]["HITId"])

    def events(self) -> list[dict[str, str]]:
        self._client.send_test_event_notification(Notification=self.specification, TestEventType="Ping")
        events: list[dict[str, str]] = []
        while not events or events[-1]["EventType"] != "Ping":
            events += self._inbox.next()["Events"]
        return events[:-1]

    def types(self) -> list[str]:
        return [event["EventType"] for event in self.events()]


@pytest.fixture
def told(client: Client, inbox: Inbox) -> Told:
    return Told(client, inbox)


def _created(market: Marketplace, told: Told, client: Client) -> None:
    told.publish()


def _accepted(market: Marketplace, told: Told, client: Client) -> str:
    return market.worker("A1").accept(told.publish())


def _returned(market: Marketplace, told: Told, client: Client) -> None:
    market.worker("A1").return_assignment(_accepted(market, told, client))


def _abandoned(market: Marketplace, told: Told, client: Client) -> None:
    _accepted(market, told, client)
    market.clock.advance(minutes=10)


def _submitted(market: Marketplace, told: Told, client: Client) -> str:
    assignment_id = _accepted(market, told, client)
    market.worker("A1").submit(assignment_id, {"a": "b"})
    return assignment_id


def _approved(market: Marketplace, told: Told, client: Client) -> None:
    client.approve_assignment(AssignmentId=_submitted(market, told, client))


def _approved_by_itself(market: Marketplace, told: Told, client: Client) -> None:
    _submitted(market, told, client)
    market.clock.advance(hours=1)


def _rejected(market: Marketplace, told: Told, client: Client) -> str:
    assignment_id = _submitted(market, told, client)
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    return assignment_id


def _overridden(market: Marketplace, told: Told, client: Client) -> None:
    client.approve_assignment(AssignmentId=_rejected(market, told, client), OverrideRejection=True)


def _more_assignments(market: Marketplace, told: Told, client: Client) -> None:
    client.create_additional_assignments_for_hit(HITId=told.publish(), NumberOfAdditionalAssignments=1)


def _more_time(market: Marketplace, told: Told, client: Client) -> None:
    later = market.clock.now().timestamp() + 7200
    client.update_expiration_for_hit(HITId=told.publish(), ExpireAt=later)


def _expired(market: Marketplace, told: Told, client: Client) -> None:
    told.publish()
    market.clock.advance(hours=1)


def _expired_by_call(market: Marketplace, told: Told, client: Client) -> str:
    hit_id = told.publish()
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    return hit_id


def _reviewable(market: Marketplace, told: Told, client: Client) -> None:
    hit_id = told.publish(MaxAssignments=1)
    worker = market.worker("A1")
    worker.submit(worker.accept(hit_id), {"a": "b"})


def _reviewed(market: Marketplace, told: Told, label: str) -> None:
    decisions = {"ApproveIfKnownAnswerScoreIsAtLeast": 100, "RejectIfKnownAnswerScoreIsLessThan": 100}
    policy = known_answers({"label": ["cat"]}, **decisions, **extending(100, seconds=7200))
    hit_id = told.publish(MaxAssignments=1, AssignmentReviewPolicy=policy)
    worker = market.worker("A1")
    worker.submit(worker.accept(hit_id), {"label": label})


def _replaced_by_policy(market: Marketplace, told: Told, client: Client) -> None:
    _reviewed(market, told, "dog")


def _approved_by_policy(market: Marketplace, told: Told, client: Client) -> None:
    _reviewed(market, told, "cat")


def _reviewing(market: Marketplace, told: Told, client: Client) -> None:
    hit_id = _expired_by_call(market, told, client)
    client.update_hit_review_status(HITId=hit_id)
    client.update_hit_review_status(HITId=hit_id, Revert=True)


def _disposed(market: Marketplace, told: Told, client: Client) -> None:
    client.delete_hit(HITId=_expired_by_call(market, told, client))


def _disposed_by_age(market: Marketplace, told: Told, client: Client) -> None:
    told.publish()
    market.clock.advance(days=121)


def _disposed_with_a_qualification_type(market: Marketplace, told: Told, client: Client) -> None:
    made = client.create_qualification_type(Name="Test", Description="A test", QualificationTypeStatus="Active")
    needed = made["QualificationType"]["QualificationTypeId"]
    requirement = {"QualificationTypeId": needed, "Comparator": "Exists"}
    type_id = client.create_hit_type(**type_arguments(QualificationRequirements=[requirement]))["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Notification=told.specification)
    told.publish(HITTypeId=type_id)
    client.delete_qualification_type(QualificationTypeId=needed)


STEPS = [
    (_created, []),
    (_accepted, ["AssignmentAccepted"]),
    (_returned, ["AssignmentAccepted", "AssignmentReturned"]),
    (_abandoned, ["AssignmentAccepted", "AssignmentAbandoned"]),
    (_submitted, ["AssignmentAccepted", "AssignmentSubmitted"]),
    (_approved, ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentApproved"]),
    (_approved_by_itself, ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentApproved", "HITExpired", "+"]),
    (_rejected, ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentRejected"]),
    (_overridden, ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentRejected", "AssignmentApproved"]),
    (_more_assignments, ["HITExtended"]),
    (_more_time, ["HITExtended"]),
    (_expired, ["HITExpired", "HITReviewable"]),
    (_expired_by_call, ["HITExpired", "HITReviewable"]),
    (_reviewable, ["AssignmentAccepted", "AssignmentSubmitted", "HITReviewable"]),
    (_replaced_by_policy, ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentRejected", "HITExtended"]),
    (_approved_by_policy, ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentApproved", "HITReviewable"]),
    (_reviewing, ["HITExpired", "HITReviewable"]),
    (_disposed, ["HITExpired", "HITReviewable", "HITDisposed"]),
    (_disposed_with_a_qualification_type, ["HITExpired", "HITReviewable", "HITDisposed"]),
    (_disposed_by_age, ["HITExpired", "HITReviewable", "HITDisposed"]),
]


@pytest.mark.parametrize(("step", "expected"), STEPS, ids=[step.__name__ for step, _ in STEPS])
def test_what_happens_to_a_hit_is_told(
    market: Marketplace, client: Client, told: Told, step: Callable[..., Any], expected: list[str]
) -> None:
    step(market, told, client)
    types = told.types()
    if expected[-1:] == ["+"]:
        # Both fall due within the same hour, in an order that goes by milliseconds.
        assert sorted(types[3:]) == ["AssignmentApproved", "HITExpired", "HITReviewable"]
    else:
        assert types == ["HITCreated", *expected]


def test_a_message_has_the_form_of_the_service(market: Marketplace, client: Client, told: Told, inbox: Inbox) -> None:
    hit_id = told.publish()
    created = inbox.next()
    assert set(created) == {"Events", "EventDocId", "SourceAccount", "CustomerId", "EventDocVersion"}
    assert re.fullmatch(r"[0-9a-f]{40}", created["EventDocId"])
    assert re.fullmatch(r"\d{12}", created["SourceAccount"])
    assert re.fullmatch(r"A[A-Z0-9]{13}", created["CustomerId"])
    assert created["EventDocVersion"] == "2014-08-15"
    (event,) = created["Events"]
    moment = event.pop("EventTimestamp")
    assert event == {"EventType": "HITCreated", "HITTypeId": told.type_id, "HITId": hit_id}
    made = client.get_hit(HITId=hit_id)["HIT"]["CreationTime"]
    assert moment == f"{made:%Y-%m-%dT%H:%M:%SZ}"
    assignment_id = market.worker("A1").accept(hit_id)
    accepted = inbox.next()
    assert accepted["Events"][0]["AssignmentId"] == assignment_id
    assert accepted["EventDocId"] != created["EventDocId"]
    assert accepted["CustomerId"] == created["CustomerId"]


def test_an_event_bears_the_time_at_which_it_was_due(market: Marketplace, client: Client, told: Told) -> None:
    hit_id = told.publish()
    market.clock.advance(days=3)
    expired = told.events()[1]
    expiration = client.get_hit(HITId=hit_id)["HIT"]["Expiration"]
    assert (expired["EventType"], expired["EventTimestamp"]) == ("HITExpired", f"{expiration:%Y-%m-%dT%H:%M:%SZ}")


def test_only_the_events_that_were_asked_for_are_told(
    client: Client, told: Told, inbox: Inbox, market: Marketplace
) -> None:
    asked = specification(inbox.url, "AssignmentReturned", "Ping")
    client.update_notification_settings(HITTypeId=told.type_id, Notification=asked)
    worker = market.worker("A1")
    worker.return_assignment(worker.accept(told.publish()))
    assert told.types() == ["AssignmentReturned"]


def test_paused_notifications_are_not_made_up_for(client: Client, told: Told) -> None:
    client.update_notification_settings(HITTypeId=told.type_id, Active=False)
    told.publish()
    assert told.types() == []
    client.update_notification_settings(HITTypeId=told.type_id, Active=True)
    told.publish()
    assert told.types() == ["HITCreated"]


def test_a_new_specification_replaces_the_old_one_and_leaves_it_paused(
    client: Client, told: Told, inbox: Inbox
) -> None:
    client.update_notification_settings(HITTypeId=told.type_id, Active=False)
    asked = specification(inbox.url, "HITCreated")
    client.update_notification_settings(HITTypeId=told.type_id, Notification=asked)
    told.publish()
    assert told.types() == []


def test_a_specification_can_be_given_paused(client: Client, told: Told, inbox: Inbox) -> None:
    client.update_notification_settings(HITTypeId=told.type_id, Notification=told.specification, Active=False)
    told.publish()
    assert told.types() == []


def test_other_types_are_not_told_of(client: Client, told: Told, publish: Publish) -> None:
    publish(Title="Something else")
    assert told.types() == []


def test_a_hit_that_gets_another_type_is_told_as_one_of_it(client: Client, told: Told) -> None:
    hit_id = told.publish()
    other = client.create_hit_type(**type_arguments(Title="Other"))["HITTypeId"]
    client.update_hit_type_of_hit(HITId=hit_id, HITTypeId=other)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    assert told.types() == ["HITCreated"]


def test_a_call_that_is_refused_tells_nothing(client: Client, told: Told, refused: Refused) -> None:
    refused(client.create_additional_assignments_for_hit, HITId=told.publish(), NumberOfAdditionalAssignments=10)
    assert told.types() == ["HITCreated"]


@pytest.mark.parametrize("event_type", [*EVERYTHING, "Ping"])
def test_a_test_event_comes_though_the_specification_does_not_name_it(
    client: Client, inbox: Inbox, event_type: str
) -> None:
    asked = specification(inbox.url, "HITCreated")
    client.send_test_event_notification(Notification=asked, TestEventType=event_type)
    (event,) = inbox.next()["Events"]
    assert event["EventType"] == event_type
    assert re.fullmatch("3[A-Z0-9]{29}", event["HITTypeId"])
    assert ("AssignmentId" in event) == event_type.startswith("Assignment")


UNUSABLE = [
    ("SQS", "http://10.0.0.7/123456789012/events", "only a queue on this machine may have a plain http URL"),
    ("SQS", "https://sqs.us-east-1.amazonaws.com/123456789012/events.fifo", "FIFO queues are not served"),
    ("SNS", "arn:aws:sqs:us-east-1:123456789012:events", "it is not the ARN of a topic"),
    ("SNS", "http://10.0.0.7/events", "only an address on this machine may have a plain http URL"),
    ("SNS", "https://169.254.169.254/latest", "nothing may be sent to its host"),
    ("SNS", "https://user:secret@my-lab.org/events", "it has parts that no such URL has"),
    ("Email", "lab@example.org", "this marketplace sends no e-mail; use SQS or SNS"),
]


@pytest.mark.parametrize(("transport", "destination", "words"), UNUSABLE)
def test_a_destination_that_cannot_be_sent_to_is_refused(
    client: Client, refused: Refused, transport: str, destination: str, words: str
) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    asked = specification(destination, Transport=transport)
    for method, more in [
        (client.update_notification_settings, {"HITTypeId": type_id}),
        (client.send_test_event_notification, {"TestEventType": "Ping"}),
    ]:
        error = refused(method, Notification=asked, **more)
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidTransportEndpoint"
        assert words in error["Message"]


def test_any_queue_is_accepted_where_the_lab_names_the_server(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1/")
    with Marketplace() as market:
        client = connect(market)
        type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
        asked = specification("http://queues:9324/000000000000/events")
        client.update_notification_settings(HITTypeId=type_id, Notification=asked)


WRONG = [
    ({}, "ParameterValidationError", "One of Notification and Active must be given."),
    ({"Active": True}, "ParameterValidationError", "has no notification specification"),
    ({"Notification": {"Version": "2010-01-01"}}, "ParameterValidationError", '"2010-01-01" is not valid'),
    ({"Notification": {"EventTypes": []}}, "ParameterValidationError", "EventTypes has a minimum length of 1"),
    ({"Notification": {"Destination": " "}}, "ParameterValidationError", "Destination has a minimum length of 1"),
    ({"Notification": {"Destination": "x" * 1025}}, "ParameterValidationError", "a maximum length of 1024"),
    ({"Notification": {"EventTypes": ["Lunch"]}}, "ValidationException", "Member must satisfy enum value set"),
    ({"Notification": {"Transport": "REST"}}, "ValidationException", "[Email, SQS, SNS]"),
    ({"Notification": {"Version": None}}, "ValidationException", "'notification.version'"),
]


@pytest.mark.parametrize(("given", "kind", "words"), WRONG)
def test_a_wrong_specification_is_refused(
    client: Client, refused: Refused, given: dict[str, Any], kind: str, words: str
) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    if "Notification" in given:
        asked = specification("https://sqs.us-east-1.amazonaws.com/123456789012/q")
        given = {"Notification": {**asked, **given["Notification"]}}
        given["Notification"] = {name: value for name, value in given["Notification"].items() if value is not None}
    error = refused(client.update_notification_settings, HITTypeId=type_id, **given)
    assert error["__type"] == kind
    assert words in error.get("Message", error.get("message"))


def test_pausing_what_was_never_asked_for_changes_nothing(client: Client) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Active=False)


def test_the_older_version_is_accepted(client: Client, inbox: Inbox) -> None:
    asked = specification(inbox.url, Version="2006-05-05")
    client.send_test_event_notification(Notification=asked, TestEventType="Ping")
    assert inbox.next()["EventDocVersion"] == "2014-08-15"


def test_notifications_of_somebody_elses_type_cannot_be_set(
    client: Client, market: Marketplace, connect: Connect, refused: Refused
) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    other = connect(market, "somebody else")
    error = refused(other.update_notification_settings, HITTypeId=type_id, Active=False)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITTypeDoesNotExist"


def test_two_requesters_with_one_queue_are_told_under_their_own_names(
    client: Client, market: Marketplace, connect: Connect, inbox: Inbox
) -> None:
    asked = specification(inbox.url)
    customers = set()
    for one in (client, connect(market, "somebody else")):
        one.send_test_event_notification(Notification=asked, TestEventType="Ping")
        customers.add(inbox.next()["CustomerId"])
    assert len(customers) == 2
