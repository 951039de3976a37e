"""What SNS posts is opened only when it is proven where it comes from."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.errors import ConfigurationError, ForgedMessage, TransportError
from mturk.event.certificate import CertificateStore
from mturk.event.envelope import LARGEST, Envelopes
from mturk.event.fetch import Fetched
from tests.event import seal
from tests.event.seal import AMAZON, CERTIFICATE_URL, NOW, TEXT, TOPIC, Page, Parts, Web, confirmation, notification

SECRET = "SECRET-OF-THE-BODY"


class Pages:
    """Pages that can be fetched, and which were."""

    def __init__(self, pages: Mapping[str, Fetched]) -> None:
        self.pages = dict(pages)
        self.asked: list[str] = []

    def __call__(self, url: str) -> Fetched:
        self.asked.append(url)
        return self.pages.get(url, Fetched(404, b""))


@pytest.fixture
def pages() -> Pages:
    return Pages({CERTIFICATE_URL: Fetched(200, seal.certificate())})


@pytest.fixture
def envelopes(pages: Pages) -> Envelopes:
    return Envelopes([TOPIC], fetch=pages, now=NOW.timestamp)


# What is right.


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", ["1565385436000", None, "", "Grüße an alle 測試 🐈"])
@pytest.mark.parametrize("text", [TEXT, "", "two\nlines", "Grüße 測試 🐈 \u2028"])
def test_a_signed_notification_is_opened(envelopes: Envelopes, version: str, subject: str | None, text: str) -> None:
    parts = seal.signed(notification(SignatureVersion=version, Subject=subject, Message=text))
    envelope = envelopes.open(seal.body(parts), seal.headers(parts))
    assert (envelope.type, envelope.text, envelope.subject) == ("Notification", text, subject)
    assert (envelope.topic_arn, envelope.message_id) == (TOPIC, parts["MessageId"])
    assert envelope.time == NOW
    assert (envelope.subscribe_url, envelope.token) == (None, None)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("kind", ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_a_signed_confirmation_is_opened(envelopes: Envelopes, version: str, kind: str) -> None:
    parts = seal.signed(confirmation(kind, SignatureVersion=version))
    envelope = envelopes.open(seal.body(parts), seal.headers(parts))
    assert (envelope.type, envelope.token) == (kind, parts["Token"])
    assert envelope.subscribe_url == parts["SubscribeURL"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Amz-Sns-Message-Type": "Notification"},
        {"X-AMZ-SNS-RAWDELIVERY": "false"},
        {"Content-Encoding": "identity"},
    ],
)
def test_headers_may_be_missing_and_in_any_case(envelopes: Envelopes, headers: dict[str, str]) -> None:
    parts = seal.signed(notification())
    assert envelopes.open(seal.body(parts).decode(), headers).text == TEXT


def test_the_spelling_of_lambda_s_records_is_understood(envelopes: Envelopes) -> None:
    parts = seal.signed(notification(Subject=None))
    parts["SigningCertUrl"] = parts.pop("SigningCertURL")
    parts["UnsubscribeUrl"] = parts.pop("UnsubscribeURL")
    parts.update(Subject=None, MessageAttributes={"a": {"Type": "String", "Value": "b"}})
    assert envelopes.open(seal.body(parts), {}).text == TEXT


@pytest.mark.parametrize(
    "host", ["sns.us-east-1.amazonaws.com", "sns.eu-central-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn"]
)
def test_every_region_s_host_may_have_the_certificate(envelopes: Envelopes, pages: Pages, host: str) -> None:
    url = f"https://{host}/SimpleNotificationService-0123abcd.pem"
    pages.pages[url] = Fetched(200, seal.certificate())
    parts = seal.signed(notification(SigningCertURL=url))
    assert envelopes.open(seal.body(parts), {}).text == TEXT


@pytest.mark.parametrize("minutes", [-14, 0, 59])
def test_the_clocks_may_differ_a_little_and_messages_may_be_late(envelopes: Envelopes, minutes: int) -> None:
    parts = seal.signed(notification(Timestamp=seal.stamp(NOW - timedelta(minutes=minutes))))
    assert envelopes.open(seal.body(parts), {}).text == TEXT


def test_a_certificate_is_fetched_once(envelopes: Envelopes, pages: Pages) -> None:
    parts = seal.signed(notification())
    for _ in range(3):
        envelopes.open(seal.body(parts), {})
    assert pages.asked == [CERTIFICATE_URL]


def test_the_repr_of_an_envelope_shows_neither_text_nor_token(envelopes: Envelopes) -> None:
    parts = seal.signed(confirmation(Message=SECRET, Token=SECRET, SubscribeURL=f"{AMAZON}/?Token={SECRET}"))
    assert SECRET not in repr(envelopes.open(seal.body(parts), {}))


# What is refused.

LOOK_ALIKES = [
    "https://sns.us-east-1.amazonaws.com.evil.com/x.pem",
    "https://sns.us-east-1.amazonaws.com@evil.com/x.pem",
    "https://user:word@sns.us-east-1.amazonaws.com/x.pem",
    "https://sns.evil.com/.amazonaws.com/x.pem",
    "https://evil.com/sns.us-east-1.amazonaws.com/x.pem",
    "https://evil.com/?https://sns.us-east-1.amazonaws.com/x.pem",
    "https://evil.com#sns.us-east-1.amazonaws.com/x.pem",
    "https://evil.com\\.sns.us-east-1.amazonaws.com/x.pem",
    "https://sns.us-east-1.amazonaws.com\\@evil.com/x.pem",
    "https://evilsns.us-east-1.amazonaws.com/x.pem",
    "https://a.sns.us-east-1.amazonaws.com/x.pem",
    "https://sns.us-east-1.evil.amazonaws.com/x.pem",
    "https://sns.x.amazonaws.com/x.pem",
    "https://sns.amazonaws.com/x.pem",
    "https://sns.us-east-1.amazonawsXcom/x.pem",
    "https://sns.us-east-1.amazonaws.com.cn.evil/x.pem",
    "https://s3.us-east-1.amazonaws.com/bucket/x.pem",
    "https://sns.us-east-1.amazonaws.com./x.pem",
    "https://sns.us-east-1.amazonaws.com:443/x.pem",
    "https://sns.us-east-1.amazonaws.com:8443/x.pem",
    "https://sns.us-east-1.amazonaws.com:/x.pem",
    "https://SNS.us-east-1.AMAZONAWS.com/x.pem",
    "HTTPS://sns.us-east-1.amazonaws.com/x.pem",
    "http://sns.us-east-1.amazonaws.com/x.pem",
    "ftp://sns.us-east-1.amazonaws.com/x.pem",
    "file:///etc/x.pem",
    "//sns.us-east-1.amazonaws.com/x.pem",
    "sns.us-east-1.amazonaws.com/x.pem",
    " https://sns.us-east-1.amazonaws.com/x.pem",
    "https://sns.us-east-1.amazonaws.com/x.pem ",
    "https://sns.us-east-1.amazonaws.com /x.pem",
    "https://sns.us-east-1.amazonaws.com\t/x.pem",
    "https://sns.us-\u0435ast-1.amazonaws.com/x.pem",
    "https://sns.us-east-1.amazonaws\u3002com/x.pem",
    "https://sns.us-east-1.amazonaws.com\u2044x.pem",
    "https://evil.com\u2044.sns.us-east-1.amazonaws.com/x.pem",
    "https://sns.us-east-1.amazonaws.com%2eevil.com/x.pem",
    "https://sns.us-east-1.amazonaws.com/x.pem?y=1",
    "https://sns.us-east-1.amazonaws.com/?Action=x&y=.pem",
    "https://sns.us-east-1.amazonaws.com/x.pem#y",
    "https://sns.us-east-1.amazonaws.com/x.pem/",
    "https://sns.us-east-1.amazonaws.com/x.pem%00",
    "https://sns.us-east-1.amazonaws.com/../x.pem",
    "https://sns.us-east-1.amazonaws.com//evil.com/x.pem",
    "https://sns.us-east-1.amazonaws.com/x.txt",
    "https://sns.us-east-1.amazonaws.com/x.PEM",
    "https://sns.us-east-1.amazonaws.com",
    "https:sns.us-east-1.amazonaws.com/x.pem",
    "https:///sns.us-east-1.amazonaws.com/x.pem",
    "https://127.0.0.1/x.pem",
    "https://[::1]/x.pem",
    "javascript:x.pem",
    "https://sns.us-east-1.amazonaws.com/" + "x" * 3_000 + ".pem",
    "",
]


@pytest.mark.parametrize("url", LOOK_ALIKES)
def test_no_other_host_has_a_certificate_of_aws_s(envelopes: Envelopes, pages: Pages, url: str) -> None:
    pages.pages[url] = Fetched(200, seal.certificate())
    parts = seal.signed(notification(SigningCertURL=url))
    with pytest.raises(ForgedMessage, match="certificate is neither at an address"):
        envelopes.open(seal.body(parts), {})
    assert pages.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com.evil.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com@evil.com/?Action=ConfirmSubscription",
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:8017/",
        "https://sns.us-east-1.amazonaws.com:8443/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com/#?Action=ConfirmSubscription",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_signed_confirmation_leads_nowhere_but_to_aws(envelopes: Envelopes, pages: Pages, url: str) -> None:
    parts = seal.signed(confirmation(SubscribeURL=url))
    with pytest.raises(ForgedMessage, match="SubscribeURL"):
        envelopes.open(seal.body(parts), {})
    assert pages.asked == []


def changed(parts: Parts, name: str, value: object) -> Parts:
    """The signed message, with one member changed afterwards."""
    return {**seal.signed(parts), name: value}


FORGED = {
    "another text": changed(notification(), "Message", TEXT + " "),
    "another id": changed(notification(), "MessageId", "other"),
    "another subject": changed(notification(), "Subject", "other"),
    "an added subject": changed(notification(Subject=None), "Subject", "1565385436000"),
    "an empty subject added": changed(notification(Subject=None), "Subject", ""),
    "a removed subject": {name: value for name, value in seal.signed(notification()).items() if name != "Subject"},
    "another time": changed(notification(), "Timestamp", seal.stamp(NOW - timedelta(minutes=1))),
    "the same time written otherwise": changed(notification(), "Timestamp", "2026-08-09T21:17:16Z"),
    "another topic of ours": changed(notification(), "TopicArn", TOPIC + "-2"),
    "another type": changed(confirmation(), "Type", "UnsubscribeConfirmation"),
    "a notification made a confirmation": {**confirmation(), "Signature": seal.signed(notification())["Signature"]},
    "another token": changed(confirmation(), "Token", "other"),
    "another address": changed(confirmation(), "SubscribeURL", f"{AMAZON}/?Action=Other"),
    "another key": seal.signed(notification(), seal.key("other")),
    "another key, version 2": seal.signed(notification(SignatureVersion="2"), seal.key("other")),
    "SHA-1 under version 2": seal.signed(notification(SignatureVersion="2"), version="1"),
    "SHA-256 under version 1": seal.signed(notification(SignatureVersion="1"), version="2"),
    "an empty signature": changed(notification(), "Signature", ""),
    "a short signature": changed(notification(), "Signature", "AAAA"),
    "zeros": changed(notification(), "Signature", base64.b64encode(bytes(256)).decode()),
    "a longer signature": changed(notification(), "Signature", base64.b64encode(b"\1" * 512).decode()),
}


@pytest.mark.parametrize("parts", FORGED.values(), ids=FORGED)
def test_what_was_changed_after_it_was_signed_is_refused(pages: Pages, parts: Parts) -> None:
    envelopes = Envelopes([TOPIC, TOPIC + "-2"], fetch=pages, now=NOW.timestamp)
    with pytest.raises(ForgedMessage, match="signature is not that of the certificate"):
        envelopes.open(seal.body(parts), {})


def without(parts: Parts, name: str) -> Parts:
    return {key: value for key, value in seal.signed(parts).items() if key != name}


REQUIRED = [
    (kind, name)
    for kind, parts in {"Notification": notification(Subject=None), "SubscriptionConfirmation": confirmation()}.items()
    for name in [*parts, "Signature"]
    if name != "UnsubscribeURL"
]


@pytest.mark.parametrize("value", [None, 7, True, ["x"], {"a": "b"}, "absent"])
@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_every_member_that_is_signed_must_be_there_as_text(
    envelopes: Envelopes, pages: Pages, kind: str, name: str, value: object
) -> None:
    parts = notification(Subject=None) if kind == "Notification" else confirmation()
    wrong = without(parts, name) if value == "absent" else changed(parts, name, value)
    with pytest.raises(ForgedMessage, match=f"{name} that is a text|Type"):
        envelopes.open(seal.body(wrong), {})
    assert pages.asked == []


@pytest.mark.parametrize("name", ["MessageId", "Subject", "Timestamp", "TopicArn", "SigningCertURL"])
def test_only_the_message_has_more_than_one_line(envelopes: Envelopes, name: str) -> None:
    parts = seal.signed(notification(**{name: f"{notification()[name]}\n"}))
    with pytest.raises(ForgedMessage, match=f"{name} is not one line"):
        envelopes.open(seal.body(parts), {})


MALFORMED = {
    "nothing": (b"", "not JSON"),
    "half": (b'{"Type": "Notifi', "not JSON"),
    "a list": (b"[]", "no JSON object"),
    "null": (b"null", "no JSON object"),
    "a form": (b"Type=Notification", "not JSON"),
    "deep": (b"[" * 100_000, "not JSON"),
    "long digits": (b'{"a": ' + b"1" * 10_000 + b"}", "not JSON"),
    "Latin-1": ('{"Type": "Grüße"}'.encode("latin-1"), "not UTF-8"),
    "UTF-16": (seal.body(seal.signed(notification())).decode().encode("utf-16"), "UTF-8|not JSON"),
    "compressed": (gzip.compress(seal.body(seal.signed(notification()))), "not UTF-8"),
    "half a character": (
        seal.body(seal.signed(notification(Message="\ud800"))),
        "characters that are none",
    ),
    "another type": (seal.body(seal.signed(notification(Type="Ping"))), "Type"),
    "a type in another case": (seal.body(seal.signed(notification(Type="notification"))), "Type"),
    "twice": (b'{"Type": "Other", ' + seal.body(seal.signed(notification()))[1:], "twice"),
    "twice in two spellings": (
        seal.body({**seal.signed(notification()), "SigningCertUrl": CERTIFICATE_URL}),
        "twice",
    ),
    "twice by escapes": (b'{"\\u0054ype": "Notification", ' + seal.body(seal.signed(notification()))[1:], "twice"),
    "signature version 3": (seal.body(seal.signed(notification(SignatureVersion="3"))), "SignatureVersion"),
    "signature version 0": (seal.body(seal.signed(notification(SignatureVersion=""))), "SignatureVersion"),
    "signature in no Base64": (seal.body(changed(notification(), "Signature", "%%%%")), "Base64"),
    "signature in Base64 with spaces": (seal.body(changed(notification(), "Signature", "AA AA")), "Base64"),
    "signature in letters": (seal.body(changed(notification(), "Signature", "ÄÖÜÄ")), "Base64"),
    "another topic": (seal.body(seal.signed(notification(TopicArn=TOPIC + "2"))), "topics="),
    "a topic in another case": (seal.body(seal.signed(notification(TopicArn=TOPIC.upper()))), "topics="),
    "no topic": (seal.body(seal.signed(notification(TopicArn=""))), "topics="),
    "an old one": (
        seal.body(seal.signed(notification(Timestamp=seal.stamp(NOW - timedelta(minutes=61))))),
        "more than an hour old",
    ),
    "an old confirmation": (
        seal.body(seal.signed(confirmation(Timestamp=seal.stamp(NOW - timedelta(minutes=61))))),
        "more than an hour old",
    ),
    "one of tomorrow": (
        seal.body(seal.signed(notification(Timestamp=seal.stamp(NOW + timedelta(minutes=16))))),
        "from the future",
    ),
    **{
        f"the time {text!r}": (seal.body(seal.signed(notification(Timestamp=text))), "Timestamp is no time")
        for text in [
            "",
            "now",
            "1786310236",
            "2026-08-09",
            "2026-08-09T21:17:16",
            "2026-08-09T21:17:16+00:00",
            "2026-08-09 21:17:16Z",
            "2026-13-09T21:17:16Z",
            "2026-08-09T25:17:16Z",
            "٢٠٢٦-08-09T21:17:16Z",
            "0000-01-01T00:00:00Z",
        ]
    },
}


@pytest.mark.parametrize(("content", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_plainly_a_message_is_refused_before_anything_is_fetched(
    envelopes: Envelopes, pages: Pages, content: bytes, reason: str
) -> None:
    with pytest.raises(ForgedMessage, match=reason):
        envelopes.open(content, {})
    assert pages.asked == []


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"x-amz-sns-message-type": "SubscriptionConfirmation"}, "header"),
        ({"X-Amz-Sns-Message-Type": ""}, "header"),
        ({"Content-Encoding": "gzip"}, "compressed"),
        ({"content-encoding": "GZIP, identity"}, "compressed"),
        ({"content-encoding": "br"}, "compressed"),
        ({"x-amz-sns-rawdelivery": "true"}, "RawMessageDelivery"),
    ],
)
def test_a_header_that_says_otherwise_refuses_the_message(
    envelopes: Envelopes, pages: Pages, headers: dict[str, str], reason: str
) -> None:
    with pytest.raises(ForgedMessage, match=reason):
        envelopes.open(seal.body(seal.signed(notification())), headers)
    assert pages.asked == []


@pytest.mark.parametrize("fill", ["x", "ä"])
def test_a_body_of_more_than_a_million_bytes_is_not_read(envelopes: Envelopes, fill: str) -> None:
    size = len(fill.encode())
    fits = seal.signed(notification(Message=fill * ((LARGEST - 3_000) // size)))
    content = json.dumps(fits, ensure_ascii=False)
    assert envelopes.open(content, {}).text == fits["Message"]
    larger = content + " " * (LARGEST + 1 - len(content.encode()))
    for body in (larger, larger.encode()):
        with pytest.raises(ForgedMessage, match="1,000,000"):
            envelopes.open(body, {})


def test_a_text_that_is_none_is_refused(envelopes: Envelopes) -> None:
    with pytest.raises(ForgedMessage, match="UTF-8"):
        envelopes.open("\ud800", {})


def every_refusal() -> Iterator[tuple[bytes, Mapping[str, str]]]:
    marked = {"Message": SECRET, "MessageId": SECRET, "Subject": SECRET}
    for changes in (
        {"TopicArn": f"arn:aws:sns:us-east-1:123456789012:{SECRET}"},
        {"Timestamp": SECRET},
        {"SignatureVersion": SECRET},
        {"SigningCertURL": f"https://{SECRET}/x.pem"},
        {"Type": SECRET},
        {"SigningCertURL": f"{AMAZON}/{SECRET}.pem"},
        {},
    ):
        yield seal.body(seal.signed(notification(**{**marked, **changes}), seal.key("other"))), {}
    yield SECRET.encode(), {}
    yield SECRET.encode(), {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": SECRET}
    yield seal.body(changed(notification(**marked), "Signature", SECRET)), {"x-amz-sns-message-type": SECRET}
    yield seal.body(seal.signed(confirmation(Token=SECRET, SubscribeURL=SECRET))), {}


@pytest.mark.parametrize("case", range(len(list(every_refusal()))))
def test_a_refusal_quotes_nothing_of_the_message_and_logs_nothing(
    envelopes: Envelopes, caplog: pytest.LogCaptureFixture, case: int
) -> None:
    body, headers = list(every_refusal())[case]
    with caplog.at_level(logging.INFO), pytest.raises(ForgedMessage) as caught:
        envelopes.open(body, headers)
    assert SECRET not in str(caught.value)
    assert SECRET not in caplog.text


# The string that is signed.

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=20)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60), subject=st.none() | LINE, id=LINE)
def test_any_text_is_signed_as_aws_describes(text: str, subject: str | None, id: str) -> None:
    pages = Pages({CERTIFICATE_URL: Fetched(200, seal.certificate())})
    parts = seal.signed(notification(Message=text, Subject=subject, MessageId=id))
    envelope = Envelopes([TOPIC], fetch=pages, now=NOW.timestamp).open(seal.body(parts), {})
    assert (envelope.text, envelope.subject, envelope.message_id) == (text, subject, id)


def readings(middle: str) -> Iterator[Parts]:
    """All messages whose text, id and subject, with the names between them, are these lines."""
    for end in [at for at in range(len(middle)) if middle.startswith("\nMessageId\n", at)]:
        text, rest = middle[:end], middle[end + len("\nMessageId\n") :]
        yield notification(Message=text, MessageId=rest, Subject=None)
        for cut in [at for at in range(len(rest)) if rest.startswith("\nSubject\n", at)]:
            yield notification(Message=text, MessageId=rest[:cut], Subject=rest[cut + len("\nSubject\n") :])


@given(st.lists(st.sampled_from(["a", "MessageId", "Subject", ""]), max_size=9).map("\n".join))
def test_one_signature_is_good_for_one_message_only(middle: str) -> None:
    pages = Pages({CERTIFICATE_URL: Fetched(200, seal.certificate())})
    envelopes = Envelopes([TOPIC], fetch=pages, now=NOW.timestamp)
    every = list(readings(middle))
    assert len({seal.canonical(parts) for parts in every}) <= 1
    opened = []
    for parts in every:
        with suppress(ForgedMessage):
            opened.append(envelopes.open(seal.body(seal.signed(parts)), {}))
    assert len(opened) <= 1


def test_a_subject_cannot_be_moved_into_the_id(envelopes: Envelopes) -> None:
    parts = seal.signed(notification(MessageId="one", Subject="two"))
    moved = {**parts, "MessageId": "one\nSubject\ntwo"}
    del moved["Subject"]
    assert seal.canonical(moved) == seal.canonical(parts)
    with pytest.raises(ForgedMessage, match="one line"):
        envelopes.open(seal.body(moved), {})


# Subscriptions.


def test_a_subscription_is_confirmed_at_its_address(envelopes: Envelopes, pages: Pages) -> None:
    parts = seal.signed(confirmation())
    pages.pages[parts["SubscribeURL"]] = Fetched(200, b"<ConfirmSubscriptionResponse/>")
    assert envelopes.read(seal.body(parts), seal.headers(parts)) is None
    assert pages.asked == [CERTIFICATE_URL, parts["SubscribeURL"]]


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 500, 503])
def test_a_confirmation_that_is_not_taken_comes_again(envelopes: Envelopes, pages: Pages, status: int) -> None:
    parts = seal.signed(confirmation())
    pages.pages[parts["SubscribeURL"]] = Fetched(status, b"")
    with pytest.raises(TransportError, match=f"not confirmed: HTTP {status}"):
        envelopes.read(seal.body(parts), seal.headers(parts))


def test_a_subscription_of_another_topic_is_not_confirmed(envelopes: Envelopes, pages: Pages) -> None:
    parts = seal.signed(confirmation(TopicArn="arn:aws:sns:us-east-1:666666666666:turk"))
    with pytest.raises(ForgedMessage):
        envelopes.read(seal.body(parts), seal.headers(parts))
    assert pages.asked == []


def test_the_end_of_a_subscription_is_noted_and_not_undone(
    envelopes: Envelopes, pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    parts = seal.signed(confirmation("UnsubscribeConfirmation"))
    assert envelopes.read(seal.body(parts), seal.headers(parts)) is None
    assert pages.asked == [CERTIFICATE_URL]
    assert f"The subscription to {TOPIC} was ended" in caplog.text


def test_a_notification_is_read_and_confirms_nothing(envelopes: Envelopes, pages: Pages) -> None:
    parts = seal.signed(notification())
    assert envelopes.read(seal.body(parts), seal.headers(parts)) == TEXT
    envelopes.confirm(envelopes.open(seal.body(parts), {}))
    assert pages.asked == [CERTIFICATE_URL]


# Raw delivery.

RAW = {"X-Amz-Sns-Rawdelivery": "true", "X-Amz-Sns-Topic-Arn": TOPIC, "X-Amz-Sns-Message-Id": "m1"}


def test_raw_delivery_is_taken_where_it_is_asked_for(envelopes: Envelopes, pages: Pages) -> None:
    envelope = envelopes.open(TEXT, RAW, raw=True)
    assert (envelope.text, envelope.topic_arn, envelope.message_id, envelope.type) == (
        TEXT,
        TOPIC,
        "m1",
        "Notification",
    )
    assert envelope.time == NOW
    assert envelopes.read(TEXT.encode(), RAW, raw=True) == TEXT
    assert pages.asked == []


@pytest.mark.parametrize(
    "changes",
    [{"X-Amz-Sns-Topic-Arn": TOPIC + "2"}, {"X-Amz-Sns-Topic-Arn": ""}, {"x-amz-sns-message-type": "Other"}],
)
def test_raw_delivery_of_another_topic_or_kind_is_refused(envelopes: Envelopes, changes: dict[str, str]) -> None:
    with pytest.raises(ForgedMessage):
        envelopes.open(TEXT, {**RAW, **changes}, raw=True)


def test_raw_delivery_needs_its_topic(envelopes: Envelopes) -> None:
    with pytest.raises(ForgedMessage, match="topics="):
        envelopes.open(TEXT, {"x-amz-sns-rawdelivery": "true"}, raw=True)


def test_an_envelope_is_verified_also_where_raw_delivery_is_taken(envelopes: Envelopes) -> None:
    parts = seal.signed(notification(), seal.key("other"))
    with pytest.raises(ForgedMessage, match="signature"):
        envelopes.open(seal.body(parts), seal.headers(parts), raw=True)
    with pytest.raises(ForgedMessage, match="SNS"):
        envelopes.open(TEXT, {}, raw=True)


# Servers of one's own.


@pytest.fixture
def web() -> Iterator[Web]:
    with seal.serving() as web:
        web.pages["/sns/certificate.pem"] = Page(seal.certificate(seal.key("own")))
        yield web


def own(web: Web, path: str = "/sns/certificate.pem", subscribe: str = "/sns/confirm?token=7") -> Parts:
    parts = confirmation(SigningCertURL=web.url + path, SubscribeURL=web.url + subscribe, SignatureVersion="2")
    return seal.signed(parts, seal.key("own"))


@pytest.mark.parametrize("prefix", ["", "/", "/sns", "/sns/", "/sns/certificate.pem"])
def test_a_server_of_one_s_own_is_believed_below_its_address(web: Web, prefix: str) -> None:
    envelopes = Envelopes(TOPIC, [web.url + prefix], now=NOW.timestamp)
    web.pages["/sns/confirm?token=7"] = Page(b"done")
    parts = own(web)
    assert envelopes.read(seal.body(parts), seal.headers(parts)) is None
    assert web.asked == ["/sns/certificate.pem", "/sns/confirm?token=7"]
    assert "authorization" not in web.sent[0]


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        ("/sn", "/sns/certificate.pem"),
        ("/sns/cert", "/sns/certificate.pem"),
        ("/other", "/sns/certificate.pem"),
        ("/SNS", "/sns/certificate.pem"),
        ("/sns/certificate.pem/more", "/sns/certificate.pem"),
        ("/other", "/other/../sns/certificate.pem"),
        ("/other", "/other/%2e%2e/sns/certificate.pem"),
        ("/other", "/other/./../sns/certificate.pem"),
        ("/sns", "//sns/certificate.pem"),
        ("/sns", "/sns/certificate.pem?a=b"),
        ("/sns", "/sns/certificate.pem#b"),
        ("/sns", "/sns\\certificate.pem"),
    ],
)
def test_a_server_of_one_s_own_is_believed_nowhere_else(web: Web, prefix: str, path: str) -> None:
    parts = own(web, path)
    with pytest.raises(ForgedMessage, match="certificates="):
        Envelopes([TOPIC], [web.url + prefix], now=NOW.timestamp).open(seal.body(parts), {})
    assert web.asked == []


@pytest.mark.parametrize(
    "other",
    [
        lambda url: url.replace("127.0.0.1", "127.0.0.2"),
        lambda url: url + "0",
        lambda url: url.replace("http:", "https:"),
        lambda url: url.replace("127.0.0.1", "user@127.0.0.1"),
        lambda url: url.replace("127.0.0.1", "localhost"),
    ],
)
def test_another_origin_is_not_the_server_s(web: Web, other: Callable[[str], str]) -> None:
    elsewhere = Web(other(web.url))
    envelopes = Envelopes([TOPIC], [f"{web.url}/sns"], now=NOW.timestamp)
    with pytest.raises(ForgedMessage, match="certificates="):
        envelopes.open(seal.body(own(elsewhere)), {})
    wrong = seal.signed({**own(web), "SubscribeURL": f"{elsewhere.url}/sns/confirm"}, seal.key("own"))
    with pytest.raises(ForgedMessage, match="SubscribeURL"):
        envelopes.open(seal.body(wrong), {})
    assert web.asked == []


@pytest.mark.parametrize(("certificate", "subscribe"), [("own", "aws"), ("aws", "own")])
def test_aws_and_one_s_own_server_do_not_confirm_for_each_other(
    web: Web, pages: Pages, certificate: str, subscribe: str
) -> None:
    urls = {"own": (f"{web.url}/sns/c.pem", f"{web.url}/sns/confirm"), "aws": (CERTIFICATE_URL, f"{AMAZON}/?Action=x")}
    parts = seal.signed(confirmation(SigningCertURL=urls[certificate][0], SubscribeURL=urls[subscribe][1]))
    with pytest.raises(ForgedMessage, match="SubscribeURL"):
        Envelopes([TOPIC], [web.url], fetch=pages, now=NOW.timestamp).open(seal.body(parts), {})


def test_a_certificate_is_not_looked_for_behind_a_redirect(web: Web) -> None:
    web.pages["/sns/moved.pem"] = Page(status=302, headers={"Location": "/sns/certificate.pem"})
    parts = own(web, "/sns/moved.pem")
    with pytest.raises(ForgedMessage, match="HTTP 302"):
        Envelopes([TOPIC], [web.url], now=NOW.timestamp).open(seal.body(parts), {})
    assert web.asked == ["/sns/moved.pem"]


def test_a_server_of_one_s_own_may_get_another_certificate(web: Web) -> None:
    at = [NOW.timestamp()]
    envelopes = Envelopes([TOPIC], [web.url], now=lambda: at[0])
    envelopes.open(seal.body(own(web)), {})
    web.pages["/sns/certificate.pem"] = Page(seal.certificate(seal.key("next")))
    at[0] += 61
    parts = seal.signed(own(web), seal.key("next"))
    assert envelopes.open(seal.body(parts), {}).message_id == parts["MessageId"]


def test_certificates_can_be_kept_for_several(web: Web) -> None:
    store = CertificateStore(now=NOW.timestamp)
    for _ in range(2):
        Envelopes([TOPIC], [web.url], store=store, now=NOW.timestamp).open(seal.body(own(web)), {})
    assert web.asked == ["/sns/certificate.pem"]


# What the program itself says.


@pytest.mark.parametrize("topics", [[], "", (), ["turk"], [None], ["https://sns.us-east-1.amazonaws.com/turk"]])
def test_topics_must_be_said(topics: list[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"topics=\['arn:aws:sns:"):
        Envelopes(topics)


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "turk.my-lab.org",
        "ftp://turk.my-lab.org/",
        "https://user@turk.my-lab.org/",
        "https://turk.my-lab.org/?a=b",
        "https://turk.my-lab.org/#a",
        "https://turk.my-lab.org/../",
        "https://turk.my-lab.org:99999/",
        "https://*/",
        None,
    ],
)
def test_an_address_of_certificates_must_be_one(prefix: str) -> None:
    with pytest.raises(ConfigurationError, match=r"https://turk\.my-lab\.org/sns/"):
        Envelopes([TOPIC], [prefix])


@pytest.mark.parametrize("prefix", ["http://turk.my-lab.org/", "http://8.8.8.8/", "http://localhost.evil.com/"])
def test_certificates_come_by_https_from_afar(prefix: str) -> None:
    with pytest.raises(ConfigurationError, match="without https"):
        Envelopes([TOPIC], prefix)


@pytest.mark.parametrize("prefix", ["http://localhost/", "http://10.0.0.7:80/", "http://[::1]:8017/sns"])
def test_certificates_may_come_by_http_from_nearby(prefix: str) -> None:
    Envelopes([TOPIC], prefix)
