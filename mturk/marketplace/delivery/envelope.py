"""The envelope in which SNS posts a message to an address on the web: fields, signature and headers."""

from __future__ import annotations

import json
import time
import uuid
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode

from mturk.marketplace.delivery.certificate import Certificate
from mturk.marketplace.delivery.topic import Topic

CERTIFICATE_PATH = "/sns/certificate.pem"
CONFIRM_PATH = "/sns/confirm"
UNSUBSCRIBE_PATH = "/sns/unsubscribe"
_SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class Envelope(NamedTuple):
    """What is posted."""

    headers: dict[str, str]
    body: bytes


class Stationery:
    """Makes envelopes that name this address of the marketplace and are signed with its certificate."""

    def __init__(self, certificate: Certificate, address: str, real_time: float) -> None:
        self._certificate = certificate
        self._address = address
        self._real_time = real_time

    def confirmation(self, topic: Topic) -> Envelope:
        """Asks an address whether it wants the messages of a topic."""
        question = urlencode({"Action": "ConfirmSubscription", "TopicArn": topic.arn, "Token": topic.token})
        text = (
            f"You have chosen to subscribe to the topic {topic.arn}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message."
        )
        fields = {
            "Type": "SubscriptionConfirmation",
            "Token": topic.token,
            "Message": text,
            "SubscribeURL": f"{self._address}{CONFIRM_PATH}?{question}",
        }
        return self._sealed(topic, fields, f"{topic.token} {topic.asked}")

    def notification(self, topic: Topic, text: str, event_doc_id: str) -> Envelope:
        """Brings a message."""
        leave = urlencode(
            {"Action": "Unsubscribe", "SubscriptionArn": topic.subscription_arn, "Token": topic.leaving_token}
        )
        fields = {
            "Type": "Notification",
            # What the service writes: its clock in milliseconds.
            "Subject": str(int(self._real_time * 1000)),
            "Message": text,
            "UnsubscribeURL": f"{self._address}{UNSUBSCRIBE_PATH}?{leave}",
        }
        return self._sealed(topic, fields, event_doc_id)

    def _sealed(self, topic: Topic, fields: dict[str, str], identity: str) -> Envelope:
        # The id stays when a message is sent again, the time does not: receivers refuse what is old.
        message_id = str(uuid.UUID(sha256(identity.encode()).hexdigest()[:32]))
        milliseconds = int(self._real_time * 1000) % 1000
        moment = time.strftime(f"%Y-%m-%dT%H:%M:%S.{milliseconds:03}Z", time.gmtime(self._real_time))
        whole = {**fields, "MessageId": message_id, "TopicArn": topic.arn, "Timestamp": moment}
        whole["SignatureVersion"] = "2"
        whole["Signature"] = self._certificate.sign(signed_text(whole))
        whole["SigningCertURL"] = f"{self._address}{CERTIFICATE_PATH}"
        headers = {
            "content-type": "text/plain; charset=UTF-8",
            "user-agent": "Amazon Simple Notification Service Agent",
            "x-amz-sns-message-type": fields["Type"],
            "x-amz-sns-message-id": message_id,
            "x-amz-sns-topic-arn": topic.arn,
        }
        if fields["Type"] == "Notification":
            headers["x-amz-sns-subscription-arn"] = topic.subscription_arn
        return Envelope(headers, json.dumps(whole).encode())


def signed_text(fields: dict[str, str]) -> str:
    """What the signature of an envelope covers."""
    return "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED if name in fields)
