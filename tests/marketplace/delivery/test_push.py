"""Events are pushed to an address that has confirmed, in an envelope that proves where it comes from."""

from __future__ import annotations

import json
import queue
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mturk.marketplace import Marketplace, MarketplaceError
from mturk.marketplace.database import table as t
from mturk.marketplace.delivery import topic
from mturk.marketplace.delivery.destination import check_push
from tests.marketplace.conftest import Client, Connect, Refused
from tests.marketplace.inbox import WAIT
from tests.marketplace.plan import plans, walks
from tests.marketplace.sample import html_question, type_arguments
from tests.marketplace.subscriber import Post, Subscriber


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    subscriber = Subscriber()
    yield subscriber
    subscriber.close()


def specification(destination: str) -> dict[str, Any]:
    return {
        "Destination": destination,
        "Transport": "SNS",
        "Version": "2014-08-15",
        "EventTypes": ["HITCreated"],
    }


def ping(client: Client, destination: str) -> None:
    client.send_test_event_notification(Notification=specification(destination), TestEventType="Ping")


def asked_again(market: Marketplace, subscriber: Subscriber, **step: float) -> Post:
    """The next post that comes while the clock goes on; a failure is written down a moment after the answer."""
    end = time.monotonic() + WAIT
    while True:
        market.clock.advance(**step)
        try:
            return subscriber.next(0.1)
        except queue.Empty:
            assert time.monotonic() < end, "nothing was tried again"


def nothing_comes(subscriber: Subscriber) -> bool:
    time.sleep(0.3)
    return subscriber.posts.empty()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_address_is_asked_first_and_then_told_of_all_that_happened(client: Client, subscriber: Subscriber) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Notification=specification(subscriber.url))
    made = []
    for _ in range(3):
        asked = {"HITTypeId": type_id, "LifetimeInSeconds": 60, "Question": html_question()}
        made.append(client.create_hit_with_hit_type(**asked)["HIT"]["HITId"])
    subscriber.confirm().check()
    told: list[str] = []
    while len(told) < 3:
        post = subscriber.next()
        post.check()
        told += [one["HITId"] for one in post.events()]
    assert told == made


def test_nothing_is_told_to_an_address_that_has_not_confirmed(
    market: Marketplace, client: Client, subscriber: Subscriber
) -> None:
    ping(client, subscriber.url)
    first = subscriber.next().fields
    # So often that the next try is minutes away, which the confirmation does not wait for.
    again = [asked_again(market, subscriber, minutes=16).fields for _ in range(9)]
    for other in again:
        assert other["Type"] == "SubscriptionConfirmation"
        assert other["Token"] == first["Token"]
        assert other["MessageId"] == first["MessageId"]
    requests.get(first["SubscribeURL"], timeout=WAIT)
    posts = [subscriber.next()]
    while posts[-1].fields["Type"] != "Notification":
        posts.append(subscriber.next())
    assert [one["EventType"] for one in posts[-1].events()] == ["Ping"]


def test_an_address_that_confirms_before_it_answers_is_told_at_once(
    market: Marketplace, client: Client, subscriber: Subscriber
) -> None:
    ping(client, subscriber.url)
    subscriber.next()
    for _ in range(8):
        asked_again(market, subscriber, minutes=16)
    subscriber.confirms = True
    post = asked_again(market, subscriber, minutes=16)
    while post.fields["Type"] != "Notification":
        post = subscriber.next()


def test_the_envelope_is_that_of_sns(market: Marketplace, client: Client, subscriber: Subscriber) -> None:
    ping(client, f"{subscriber.host}/hook/a?key=x&b=%20")
    asked = subscriber.confirm()
    told = subscriber.next()
    arn = market.topic(f"{subscriber.host}/hook/a?key=x&b=%20").arn
    assert re.fullmatch(r"arn:aws:sns:us-east-1:\d{12}:127-0-0-1-[0-9a-f]{32}", arn)
    for post, kind in [(asked, "SubscriptionConfirmation"), (told, "Notification")]:
        assert post.path == "/hook/a?key=x&b=%20"
        assert post.headers["content-type"] == "text/plain; charset=UTF-8"
        assert post.headers["host"] == subscriber.host.removeprefix("http://")
        assert post.headers["x-amz-sns-message-type"] == post.fields["Type"] == kind
        assert post.headers["x-amz-sns-topic-arn"] == post.fields["TopicArn"] == arn
        assert post.headers["x-amz-sns-message-id"] == post.fields["MessageId"]
        assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", post.fields["MessageId"])
        assert post.fields["SignatureVersion"] == "2"
        assert post.fields["SigningCertURL"] == f"{market.url}/sns/certificate.pem"
        moment = datetime.strptime(post.fields["Timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        assert abs(moment.timestamp() - time.time()) < 60
        assert re.fullmatch(r".+\.\d{3}Z", post.fields["Timestamp"])
    assert asked.fields.keys() == {
        "Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion",
        "Signature", "SigningCertURL",
    }  # fmt: skip
    assert told.fields.keys() == {
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL",
    }  # fmt: skip
    assert "x-amz-sns-subscription-arn" not in asked.headers
    assert told.headers["x-amz-sns-subscription-arn"].startswith(f"{arn}:")
    assert abs(int(told.fields["Subject"]) / 1000 - time.time()) < 60
    message = json.loads(told.fields["Message"])
    assert message.keys() == {"Events", "EventDocId", "SourceAccount", "CustomerId", "EventDocVersion"}
    assert message["SourceAccount"] == arn.split(":")[4]


@pytest.mark.parametrize("field", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn"])
def test_a_field_that_is_changed_breaks_the_signature(client: Client, subscriber: Subscriber, field: str) -> None:
    ping(client, subscriber.url)
    subscriber.confirm()
    told = subscriber.next()
    told.check()
    with pytest.raises(InvalidSignature):
        told._replace(fields={**told.fields, field: f"{told.fields[field]}0"}).check()


def test_a_message_that_is_sent_again_keeps_its_id_and_has_a_new_time(
    market: Marketplace, client: Client, subscriber: Subscriber
) -> None:
    market.topic(subscriber.url)
    subscriber.confirm()
    subscriber.status = 500
    ping(client, subscriber.url)
    first = subscriber.next().fields
    subscriber.status = 204
    again = asked_again(market, subscriber, minutes=1)
    again.check()
    assert again.fields["MessageId"] == first["MessageId"]
    assert again.fields["Message"] == first["Message"]
    assert again.fields["Timestamp"] > first["Timestamp"]
    assert nothing_comes(subscriber)


def test_a_redirection_is_no_acceptance_and_is_not_followed(
    market: Marketplace, client: Client, subscriber: Subscriber
) -> None:
    other = Subscriber()
    subscriber.status, subscriber.headers = 307, {"location": other.url}
    market.topic(subscriber.url)
    subscriber.next()
    asked_again(market, subscriber, minutes=1)
    assert other.posts.empty()
    other.close()


def test_a_topic_is_made_once_and_confirmed_once(market: Marketplace, subscriber: Subscriber) -> None:
    topic = market.topic(subscriber.url)
    assert topic.state == "pending"
    subscriber.confirm()
    until(lambda: market.topic(subscriber.url).state == "confirmed")
    assert market.topic(subscriber.url).arn == topic.arn
    assert nothing_comes(subscriber)


def test_events_reach_a_topic_by_its_arn(market: Marketplace, client: Client, subscriber: Subscriber) -> None:
    topic = market.topic(subscriber.url)
    subscriber.confirm()
    ping(client, topic.arn)
    assert [one["EventType"] for one in subscriber.next().events()] == ["Ping"]


def test_requesters_have_topics_of_their_own(
    market: Marketplace, connect: Connect, refused: Refused, subscriber: Subscriber
) -> None:
    mine, theirs = market.topic(subscriber.url), market.requester("other").topic(subscriber.url)
    assert mine.arn != theirs.arn
    asked = {subscriber.next().fields["TopicArn"] for _ in range(2)}
    assert asked == {mine.arn, theirs.arn}
    for arn, words in [(mine.arn, "it is not your topic"), (f"{theirs.arn}x", "there is no such topic")]:
        method = connect(market, "other").send_test_event_notification
        error = refused(method, Notification=specification(arn), TestEventType="Ping")
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidTransportEndpoint"
        assert words in error["Message"]


def test_an_address_is_asked_for_three_days_and_then_when_the_requester_names_it_again(
    market: Marketplace, subscriber: Subscriber
) -> None:
    market.topic(subscriber.url)
    first = subscriber.next().fields
    market.clock.advance(days=3)
    while not nothing_comes(subscriber):  # what was under way
        subscriber.next()
    market.clock.advance(days=1)
    assert nothing_comes(subscriber)
    assert market.topic(subscriber.url).state == "pending"
    assert subscriber.next().fields["Token"] != first["Token"]
    assert requests.get(first["SubscribeURL"], timeout=WAIT).status_code == 403


def test_an_address_that_did_not_confirm_is_asked_at_once_when_the_requester_names_it_again(
    market: Marketplace, subscriber: Subscriber
) -> None:
    market.topic(subscriber.url)
    first = subscriber.next().fields
    for _ in range(9):  # so that the next try is minutes away
        asked_again(market, subscriber, minutes=16)
    while not nothing_comes(subscriber):
        subscriber.next()
    market.topic(subscriber.url)
    assert subscriber.next(5).fields["Token"] == first["Token"]


def parts(url: str) -> tuple[str, dict[str, str]]:
    return url.partition("?")[0], {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize(
    "changes",
    [
        {"Token": "0" * 64},
        {"Token": ""},
        {"Token": "\u0661" * 64},
        {"Token": "\udcff"},
        {"TopicArn": "arn:aws:sns:us-east-1:000000000000:nothing"},
        {"TopicArn": "\0"},
        {"TopicArn": ""},
    ],
)
def test_nobody_confirms_without_the_token(
    market: Marketplace, subscriber: Subscriber, changes: dict[str, str]
) -> None:
    market.topic(subscriber.url)
    where, query = parts(subscriber.next().fields["SubscribeURL"])
    changed = "&".join(f"{name}={_quoted(value)}" for name, value in {**query, **changes}.items())
    assert requests.get(f"{where}?{changed}", timeout=WAIT).status_code == 403
    assert market.topic(subscriber.url).state == "pending"


def _quoted(text: str) -> str:
    return quote(text, errors="surrogateescape")


def test_the_token_of_one_topic_confirms_no_other(market: Marketplace, subscriber: Subscriber) -> None:
    mine, theirs = market.topic(subscriber.url), market.requester("other").topic(subscriber.url)
    asked = {post.fields["TopicArn"]: post.fields for post in (subscriber.next(), subscriber.next())}
    where, query = parts(asked[theirs.arn]["SubscribeURL"])
    assert requests.get(where, params={**query, "TopicArn": mine.arn}, timeout=WAIT).status_code == 403


def test_a_stranger_who_confirms_has_nobody_look_through_all_topics() -> None:
    with Marketplace() as market, plans() as lines:
        arn = f"arn:aws:sns:us-east-1:{market.queue('q').url.split('/')[-2]}:host-0"
        assert market._premises.store.read(lambda database: topic.confirmable(database, arn, "0" * 64)) is None
    assert any("topic" in line for line in lines)
    assert [line for line in walks(lines) if not line.startswith("SCAN requester ")] == []


def test_confirming_again_says_yes_again(subscriber: Subscriber, market: Marketplace) -> None:
    topic = market.topic(subscriber.url)
    asked = subscriber.confirm().fields
    for _ in range(2):
        answer = requests.get(asked["SubscribeURL"], timeout=WAIT)
        assert answer.status_code == 200
        assert f"<SubscriptionArn>{topic.arn}:" in answer.text
    assert requests.post(asked["SubscribeURL"], timeout=WAIT).status_code == 405


def test_an_address_can_unsubscribe_by_the_page_that_each_message_names(
    market: Marketplace, client: Client, subscriber: Subscriber
) -> None:
    ping(client, subscriber.url)
    asked = subscriber.confirm().fields
    page = subscriber.next().fields["UnsubscribeURL"]
    shown = requests.get(page, timeout=WAIT)
    assert shown.status_code == 200
    assert '<form method="post">' in shown.text
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    # Looking at it changes nothing, as mail programs and previews do.
    ping(client, subscriber.url)
    subscriber.next()
    assert requests.post(page, timeout=WAIT).status_code == 200
    assert requests.post(page, timeout=WAIT).status_code == 403
    assert requests.get(asked["SubscribeURL"], timeout=WAIT).status_code == 403
    ping(client, subscriber.url)
    # The requester has named it again, so it is asked again, and told of nothing.
    assert subscriber.next().fields["Type"] == "SubscriptionConfirmation"


def test_who_has_left_is_told_of_nothing(market: Marketplace, client: Client, subscriber: Subscriber) -> None:
    type_id = client.create_hit_type(**type_arguments())["HITTypeId"]
    client.update_notification_settings(HITTypeId=type_id, Notification=specification(subscriber.url))
    subscriber.confirm()
    asked = {"HITTypeId": type_id, "LifetimeInSeconds": 60, "Question": html_question()}
    client.create_hit_with_hit_type(**asked)
    requests.post(subscriber.next().fields["UnsubscribeURL"], timeout=WAIT)
    client.create_hit_with_hit_type(**asked)
    events = t.event.select()
    until(lambda: market._store.read(lambda database: database.execute(events).first()) is None)
    assert nothing_comes(subscriber)


def test_the_token_to_leave_does_not_confirm(market: Marketplace, client: Client, subscriber: Subscriber) -> None:
    ping(client, subscriber.url)
    asked = subscriber.confirm().fields
    _, leaving = parts(subscriber.next().fields["UnsubscribeURL"])
    where, query = parts(asked["SubscribeURL"])
    assert requests.get(where, params={**query, "Token": leaving["Token"]}, timeout=WAIT).status_code == 403


@pytest.mark.parametrize("token", ["", "0" * 64, "x"])
def test_nobody_unsubscribes_another(market: Marketplace, subscriber: Subscriber, token: str) -> None:
    arn = market.topic(subscriber.url).arn
    subscriber.confirm()
    query = {"SubscriptionArn": f"{arn}:{'0' * 8}-0000-0000-0000-{'0' * 12}", "Token": token}
    for method in (requests.get, requests.post):
        assert method(f"{market.url}/sns/unsubscribe", params=query, timeout=WAIT).status_code == 403
    until(lambda: market.topic(subscriber.url).state == "confirmed")


def test_the_certificate_is_one_for_all_processes_and_stays(shared: str, subscriber: Subscriber) -> None:
    with Marketplace(shared) as one, Marketplace(shared) as other:
        pems = {requests.get(f"{market.url}/sns/certificate.pem", timeout=WAIT).text for market in (one, other)}
    with Marketplace(shared) as again:
        again.topic(subscriber.url)
        subscriber.next().check()
        pems.add(requests.get(f"{again.url}/sns/certificate.pem", timeout=WAIT).text)
    (pem,) = pems
    certificate = x509.load_pem_x509_certificate(pem.encode())
    now = datetime.now(timezone.utc)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_key_is_in_no_file_and_in_no_text(tmp_path: Path, subscriber: Subscriber) -> None:
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        topic = market.topic(subscriber.url)
        token = subscriber.next().fields["Token"]
        assert token not in repr(topic)
        assert token not in repr(market)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"CERTIFICATE" in content
    assert b"PRIVATE KEY" not in content


def test_links_name_the_public_address(subscriber: Subscriber) -> None:
    with Marketplace(public_url="https://my-lab.org/turk/") as market:
        market.topic(subscriber.url)
        asked = subscriber.next().fields
    assert asked["SigningCertURL"] == "https://my-lab.org/turk/sns/certificate.pem"
    assert asked["SubscribeURL"].startswith("https://my-lab.org/turk/sns/confirm?")


FORBIDDEN = [
    "http://my-lab.org/events",
    "http://10.0.0.7/events",
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00:ec2::254]/",
    "https://[::ffff:169.254.169.254]/",
    "https://0.0.0.0/",
    "https://user:secret@my-lab.org/",
    "https://my-lab.org/#there",
    "https://my-lab.org/a b",
    "https://my-lab.org/\r\nx-injected: 1",
    "https://my-lab.org/\N{LATIN SMALL LETTER A WITH DIAERESIS}",
    f"https://my-lab.org/{'x' * 1024}",
    "https://",
    "ftp://my-lab.org/",
    "",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_what_nothing_may_be_pushed_to_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_push(address, private=True)
    with Marketplace() as market, pytest.raises(MarketplaceError, match="Nothing can be pushed"):
        market.topic(address)


LOCAL = [
    "{host}/containers/create?name=x",
    "https://192.168.1.1/",
    "https://[fd12::1]/",
    "http://localhost/",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://[::1]/",
]


@pytest.mark.parametrize("settings", [{"allow_private_destinations": False}, {"strict": True}])
@pytest.mark.parametrize("address", LOCAL)
def test_nothing_is_pushed_to_this_machine_and_those_around_it_where_that_is_not_allowed(
    subscriber: Subscriber, address: str, settings: dict[str, bool]
) -> None:
    with Marketplace(**settings) as market, pytest.raises(MarketplaceError, match="--allow-private-destinations"):
        market.topic(address.format(host=subscriber.host))


def test_a_strict_marketplace_pushes_to_this_machine_where_that_is_allowed(subscriber: Subscriber) -> None:
    with Marketplace(strict=True, allow_private_destinations=True) as market:
        market.topic(subscriber.url)
        assert subscriber.next().fields["Type"] == "SubscriptionConfirmation"


def test_what_was_set_before_is_not_pushed_where_that_is_no_longer_allowed(shared: str, subscriber: Subscriber) -> None:
    subscriber.status = 500
    with Marketplace(shared) as market:
        market.topic(subscriber.url)
        subscriber.next()
    with Marketplace(shared, allow_private_destinations=False) as market:
        market.clock.advance(hours=1)
        assert nothing_comes(subscriber)


def test_a_name_that_leads_to_this_machine_is_found_out() -> None:
    assert not check_push("https://my-lab.org/", private=False).may_be_at("127.0.0.1")
