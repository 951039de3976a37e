"""What SNS posts over HTTP(S): an envelope, which is opened only when it is proven where it comes from.

Whoever knows the address of a program can post to it. So nothing is done with a message, not even fetching the
certificate that it names, before its form, its topic, its age and that certificate's address are found right.
"""

from __future__ import annotations

import binascii
import json
import logging
import re
import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

import attrs

from mturk.errors import ConfigurationError, ForgedMessage, TransportError
from mturk.event.certificate import CertificateStore
from mturk.event.fetch import Fetch, fetch
from mturk.event.origin import AMAZON, Origin, address, origins

logger = logging.getLogger("mturk")

LARGEST = 1_000_000
"""Bytes of a body. SNS itself stops at 262,144 for the message, which JSON may write with several bytes for one."""
_OLDEST, _NEWEST = 3_600, 900  # seconds before and after now

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"

# What is signed, in this order; of a notification the subject only where it has one.
_OF_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OF_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {NOTIFICATION: _OF_NOTIFICATION, SUBSCRIPTION: _OF_CONFIRMATION, UNSUBSCRIPTION: _OF_CONFIRMATION}
_SEAL = ("SignatureVersion", "Signature", "SigningCertURL")
# Lambda's records spell some names in another way, and write null for a subject that is not there.
_OTHER_SPELLINGS = {"SigningCertUrl": "SigningCertURL", "SubscribeUrl": "SubscribeURL"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", re.ASCII)


@attrs.frozen
class Envelope:
    """A message that came from one of the topics that are listened to."""

    type: str
    message_id: str
    topic_arn: str
    text: str = attrs.field(repr=False)
    time: datetime
    subject: str | None = None
    subscribe_url: str | None = attrs.field(default=None, repr=False)
    token: str | None = attrs.field(default=None, repr=False)


class Envelopes:
    """Opens what is posted for some topics, and confirms their subscriptions.

    `topics` are the ARNs that are listened to; anything else is refused. `certificates` are the addresses below which
    servers of one's own keep their certificates, beside AWS's. `store` keeps certificates for several of these.
    """

    def __init__(
        self,
        topics: str | Iterable[str],
        certificates: str | Iterable[str] = (),
        *,
        store: CertificateStore | None = None,
        fetch: Fetch = fetch,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._topics = _topics(topics)
        self._origins = origins(certificates)
        self._store = store or CertificateStore(fetch, now)
        self._fetch = fetch
        self._now = now

    def read(self, body: bytes | str, headers: Mapping[str, str], *, raw: bool = False) -> str | None:
        """The text of a notification, or None of a message that confirms a subscription, which is seen to."""
        envelope = self.open(body, headers, raw=raw)
        if envelope.type == NOTIFICATION:
            return envelope.text
        self.confirm(envelope)
        return None

    def open(self, body: bytes | str, headers: Mapping[str, str], *, raw: bool = False) -> Envelope:
        """Open what was posted, with the headers of its request; a subscription is not confirmed by that.

        `raw` takes what a subscription with raw delivery posts, which nothing proves: only for an address that
        nobody else can post to. ForgedMessage: it does not prove where it comes from; TransportError: the
        certificate cannot be had just now, and the message should come again (answer with 503).
        """
        told = {name.lower(): value for name, value in headers.items()}
        content = _bytes(body, told)
        if told.get("x-amz-sns-rawdelivery", "").strip().lower() == "true":
            return self._open_raw(content, told, raw)
        parts = _parts(content, told)
        self._check_topic(parts["TopicArn"])
        written = self._check_time(parts["Timestamp"])
        self._check_seal(parts)
        return Envelope(
            type=parts["Type"],
            message_id=parts["MessageId"],
            topic_arn=parts["TopicArn"],
            text=parts["Message"],
            time=written,
            subject=parts.get("Subject"),
            subscribe_url=parts.get("SubscribeURL"),
            token=parts.get("Token"),
        )

    def confirm(self, envelope: Envelope) -> None:
        """Confirm a subscription, by one GET of the address in the envelope.

        That a subscription was ended is noted in the log, and nothing else. TransportError: the confirmation was not
        taken, and the message should come again.
        """
        if envelope.type == UNSUBSCRIPTION:
            logger.warning("The subscription to %s was ended; no more events come from it.", envelope.topic_arn)
        elif envelope.type == SUBSCRIPTION and envelope.subscribe_url:
            status = self._fetch(envelope.subscribe_url).status
            if not 200 <= status < 300:
                raise TransportError(f"The subscription to {envelope.topic_arn} was not confirmed: HTTP {status}.")
            logger.info("Subscribed to %s.", envelope.topic_arn)

    def _open_raw(self, content: bytes, told: Mapping[str, str], raw: bool) -> Envelope:
        if not raw:
            raise ForgedMessage(
                "The subscription delivers raw messages, which carry no signature. Turn RawMessageDelivery off for it, "
                "or take them with raw=True where nobody else can post to this address."
            )
        topic = told.get("x-amz-sns-topic-arn", "")
        self._check_topic(topic)
        if told.get("x-amz-sns-message-type", NOTIFICATION) != NOTIFICATION:
            raise ForgedMessage("A raw message can only be a notification.")
        at = datetime.fromtimestamp(self._now(), timezone.utc)
        return Envelope(NOTIFICATION, told.get("x-amz-sns-message-id", ""), topic, _text(content), at)

    def _check_topic(self, topic: str) -> None:
        if topic not in self._topics:
            raise ForgedMessage("The message is of a topic that is not among topics=.")

    def _check_time(self, text: str) -> datetime:
        found = _TIME.fullmatch(text)
        try:
            written = datetime.strptime(found[1] + "+0000", "%Y-%m-%dT%H:%M:%S%z") if found else None
        except ValueError:
            written = None
        if written is None:
            raise ForgedMessage("The message's Timestamp is no time.")
        age = self._now() - written.timestamp()
        if age > _OLDEST:
            raise ForgedMessage("The message is more than an hour old.")
        if age < -_NEWEST:
            raise ForgedMessage("The message is from the future: more than 15 minutes by this machine's clock.")
        return written

    def _check_seal(self, parts: Mapping[str, str]) -> None:
        version = parts["SignatureVersion"]
        if version not in ("1", "2"):
            raise ForgedMessage("The message's SignatureVersion is neither 1 nor 2.")
        try:
            signature = b64decode(parts["Signature"], validate=True)
        except (binascii.Error, ValueError):
            raise ForgedMessage("The message's Signature is not Base64.") from None
        origin = self._origin(parts)
        self._store.verify(parts["SigningCertURL"], _signed(parts), signature, version, changes=origin is not AMAZON)

    def _origin(self, parts: Mapping[str, str]) -> Origin:
        at = address(parts["SigningCertURL"])
        trusted = [each for each in self._origins if at is not None and each.has_certificate(at)]
        if not trusted:
            raise ForgedMessage(
                "The message's certificate is neither at an address of AWS's nor below one of certificates=."
            )
        if "SubscribeURL" not in parts:
            return trusted[0]
        to = address(parts["SubscribeURL"])
        if to is None or not trusted[0].has_subscription(to):
            raise ForgedMessage(
                "The message's SubscribeURL is not an address of the server whose certificate it names."
            )
        return trusted[0]


def _topics(topics: str | Iterable[str]) -> frozenset[str]:
    found = frozenset([topics] if isinstance(topics, str) else topics)
    if not found or not all(isinstance(topic, str) and topic.startswith("arn:") for topic in found):
        raise ConfigurationError(
            "Say which topics may tell of events: topics=['arn:aws:sns:us-east-1:123456789012:name'], the ARN of each."
        )
    return found


def _bytes(body: bytes | str, told: Mapping[str, str]) -> bytes:
    if len(body) > LARGEST:
        raise ForgedMessage(f"The body is larger than the {LARGEST:,} bytes that are read.")
    if told.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise ForgedMessage("The body is compressed, as SNS never sends it.")
    try:
        content = body.encode() if isinstance(body, str) else bytes(body)
    except UnicodeEncodeError:
        raise ForgedMessage("The body is not UTF-8.") from None
    if len(content) > LARGEST:
        raise ForgedMessage(f"The body is larger than the {LARGEST:,} bytes that are read.")
    return content


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ForgedMessage("The body is not UTF-8.") from None


def _parts(content: bytes, told: Mapping[str, str]) -> dict[str, str]:
    """The members that are signed or seal the message, under AWS's names; all that the type must have are there."""
    members = _members(content)
    kind = members.get("Type")
    if not isinstance(kind, str) or kind not in _SIGNED:
        raise ForgedMessage("The body is no message of SNS: its Type is not one of SNS's.")
    if told.get("x-amz-sns-message-type", kind) != kind:
        raise ForgedMessage("The header x-amz-sns-message-type is not the message's Type.")
    parts = {}
    for name in (*_SIGNED[kind], *_SEAL):
        value = members.get(name)
        if value is None and name == "Subject":
            continue
        if not isinstance(value, str):
            raise ForgedMessage(f"The message has no {name} that is a text.")
        if name != "Message" and "\n" in value:
            # With a line feed one signature would be good for several messages: names and values are lines of it.
            raise ForgedMessage(f"The message's {name} is not one line of text.")
        parts[name] = value
    return parts


def _members(content: bytes) -> dict[str, Any]:
    members: object
    try:
        members = json.loads(_text(content), object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise ForgedMessage("The body is not JSON.") from None
    if not isinstance(members, dict):
        raise ForgedMessage("The body is no JSON object.")
    found: dict[str, Any] = members
    return _once_each([(_OTHER_SPELLINGS.get(name, name), value) for name, value in found.items()])


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two members with one name, one program reads the first and another the last.
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ForgedMessage("A member of the body is there twice.")
    return members


def _signed(parts: Mapping[str, str]) -> bytes:
    """What the signature is of: names and values, each with a line feed after it."""
    names = [name for name in _SIGNED[parts["Type"]] if name in parts]
    text = "".join(f"{name}\n{parts[name]}\n" for name in names)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ForgedMessage("The message holds characters that are none.") from None
