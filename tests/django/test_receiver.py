"""What SNS posts to a site."""

from __future__ import annotations

import gzip
import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings

import mturk
import mturk.django
from mturk import Connection
from mturk.django import views
from tests.event import seal
from tests.event.seal import TOPIC, Page, Web
from tests.judge import Judge, Refusal

WHERE = "/mturk/events"
NAME = "/sns/certificate.pem"


@pytest.fixture
def web() -> Iterator[Web]:
    """A server of one's own, with a certificate that is in force now."""
    now = datetime.now(timezone.utc)
    pem = seal.certificate(begins=now - timedelta(days=1), ends=now + timedelta(days=1))
    with seal.serving() as web:
        web.pages[NAME] = Page(pem)
        yield web


@pytest.fixture
def site(web: Web, judge: Judge, connection: Connection, tmp_path: Any, shared_db: None) -> Iterator[None]:
    judge.answer_with(unknown)  # the mirror asks for the HIT
    options = {"TOPICS": [TOPIC], "CERTIFICATES": [f"{web.url}/sns/"], "MARK": tmp_path / "mark.sqlite3"}
    with mturk.using(connection), override_settings(MTURK=options):
        yield
        mturk.django.events().stop()


def unknown(operation: str, _body: object) -> Any:
    return Refusal(message="The HIT does not exist.", turk_code="HITDoesNotExist")


def happening(**changes: str) -> str:
    event = {
        "EventType": "AssignmentReturned",
        "EventTimestamp": "2026-11-22T09:00:00Z",
        "HITTypeId": "3TYPE",
        "HITId": "3HIT",
        "AssignmentId": "3ASSIGNMENT",
        **changes,
    }
    return json.dumps({"Events": [event], "EventDocId": uuid.uuid4().hex, "EventDocVersion": "2014-08-15"})


def sealed(web: Web, text: str, **changes: Any) -> bytes:
    stamp = seal.stamp(datetime.now(timezone.utc))
    parts = {"Message": text, "Timestamp": stamp, "SigningCertURL": web.url + NAME, "SignatureVersion": "2", **changes}
    return seal.body(seal.signed(seal.notification(**parts)))


def post(body: bytes, **headers: str) -> Any:
    # As SNS does: without a cookie, and CSRF is checked.
    client = Client(enforce_csrf_checks=True)
    return client.generic("POST", WHERE, body, content_type="text/plain; charset=UTF-8", headers=headers)


class Ear:
    def __init__(self) -> None:
        self.heard: list[mturk.Event] = []
        self.rang = threading.Event()

    def __call__(self, event: mturk.Event) -> None:
        self.heard.append(event)
        self.rang.set()


def test_what_a_topic_posts_is_told_to_handlers(site: None, web: Web) -> None:
    ear = Ear()
    mturk.django.events().on("AssignmentReturned", ear)
    answer = post(sealed(web, happening()))
    assert (answer.status_code, answer.content) == (200, b"")
    assert ear.rang.wait(20)
    (event,) = ear.heard
    assert (event.assignment_id, event.hit_id, event.source) == ("3ASSIGNMENT", "3HIT", "sns")


def test_a_subscription_is_confirmed(site: None, web: Web) -> None:
    web.pages["/confirm?Token=1"] = Page(b"ok")
    parts = seal.confirmation(
        SubscribeURL=f"{web.url}/confirm?Token=1",
        Timestamp=seal.stamp(datetime.now(timezone.utc)),
        SigningCertURL=web.url + NAME,
        SignatureVersion="2",
    )
    assert post(seal.body(seal.signed(parts))).status_code == 200
    assert "/confirm?Token=1" in web.asked


FORGED: dict[str, Callable[[Web], bytes]] = {
    "another topic": lambda web: sealed(web, happening(), TopicArn=f"{TOPIC}2"),
    "an old message": lambda web: sealed(web, happening(), Timestamp="2026-08-09T21:17:16.000Z"),
    "a certificate elsewhere": lambda web: sealed(web, happening(), SigningCertURL="http://127.0.0.1:9/sns/c.pem"),
    "a look-alike host": lambda web: sealed(web, happening(), SigningCertURL="https://sns.evil.example/c.pem"),
    "a changed text": lambda web: sealed(web, happening()).replace(b"3HIT", b"3HAT"),
    "another key": lambda web: json.dumps(
        seal.signed(json.loads(sealed(web, happening())), seal.key("other"), version="2")
    ).encode(),
}
UNREADABLE: dict[str, Callable[[Web], bytes]] = {
    "no JSON": lambda web: b"<script>alert(1)</script>",
    "nothing": lambda web: b"",
    "another encoding": lambda web: b"\xff\xfe{}",
    "no events": lambda web: sealed(web, "{}"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_does_not_prove_its_origin_is_answered_403(site: None, web: Web, forge: Callable[[Web], bytes]) -> None:
    assert post(forge(web)).status_code == 403


@pytest.mark.parametrize("spoil", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_answered_4xx(site: None, web: Web, spoil: Callable[[Web], bytes]) -> None:
    assert post(spoil(web)).status_code in (400, 403)


def test_what_is_sealed_and_makes_no_sense_is_answered_400(site: None, web: Web) -> None:
    assert post(sealed(web, "no JSON")).status_code == 400


def test_a_certificate_that_cannot_be_had_now_is_answered_503(site: None, web: Web) -> None:
    web.pages[NAME] = Page(b"later", 503)
    assert post(sealed(web, happening())).status_code == 503


def test_settings_that_are_wrong_are_answered_503_and_logged(
    site: None, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    from django.conf import settings

    with override_settings(MTURK={**settings.MTURK, "RAW": "yes"}):
        assert post(sealed(web, happening())).status_code == 503
    assert "MTURK['RAW'] must be True or False" in caplog.text


def test_raw_delivery_is_refused_unless_the_settings_say_otherwise(site: None) -> None:
    headers = {
        "x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": TOPIC, "x-amz-sns-message-type": "Notification",
    }  # fmt: skip
    assert post(happening().encode(), **headers).status_code == 403
    from django.conf import settings

    with override_settings(MTURK={**settings.MTURK, "RAW": True}):
        assert post(happening().encode(), **headers).status_code == 200


def test_a_packed_body_is_refused(site: None, web: Web) -> None:
    packed = gzip.compress(sealed(web, happening()))
    assert post(packed, **{"content-encoding": "gzip"}).status_code in (400, 403)


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_a_post_is_taken(site: None, method: str) -> None:
    assert getattr(Client(), method)(WHERE).status_code == 405


def test_more_than_a_megabyte_is_answered_413(site: None) -> None:
    assert post(b" " * (views.LARGEST + 1)).status_code == 413
    assert post(b" " * views.LARGEST).status_code != 413


def test_no_more_than_a_megabyte_is_read(site: None) -> None:
    class Endless(BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert size > 0
            self.taken += size
            return b" " * size

    stream = Endless()
    request = RequestFactory().generic("POST", WHERE, **{"CONTENT_LENGTH": "99999999999", "wsgi.input": stream})
    assert views.receive(request).status_code == 413
    assert stream.taken <= views.LARGEST + 1


def test_who_hangs_up_is_no_error_of_the_site(site: None) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    request = RequestFactory().generic("POST", WHERE, **{"CONTENT_LENGTH": "10", "wsgi.input": Broken()})
    assert views.receive(request).status_code == 400


@pytest.mark.parametrize("make", [*FORGED.values(), *UNREADABLE.values(), lambda web: sealed(web, happening())])
def test_no_body_is_logged(
    site: None, web: Web, make: Callable[[Web], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    post(make(web))
    for telling in ("3ASSIGNMENT", "EventDocId", "alert(1)", "Signature"):
        assert telling not in caplog.text


def test_the_same_message_twice_is_told_once(site: None, web: Web) -> None:
    ear, last = Ear(), Ear()
    mturk.django.events().on("AssignmentReturned", ear)
    mturk.django.events().on("HITExpired", last)
    body = sealed(web, happening())
    for each in (body, body, sealed(web, happening(EventType="HITExpired"))):
        assert post(each).status_code == 200
    assert last.rang.wait(20)
    assert len(ear.heard) == 1
