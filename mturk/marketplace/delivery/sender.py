"""The sender: posts a text to a queue (SQS, SendMessage) or a topic (SNS, Publish), signed with the lab's keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from mturk.marketplace.delivery import credential
from mturk.marketplace.delivery.destination import (
    Endpoint,
    endpoint_of,
    endpoint_of_topic,
    region_of_queue,
    region_of_topic,
)
from mturk.marketplace.delivery.exchange import Exchange, ExchangeError
from mturk.marketplace.signature import DATE_FORM, SignedRequest, sign

_SHOWN = 200  # characters of an answer that go into the log


class Undelivered(Exception):
    """The destination has not accepted the message; the text says why."""


class _Request(NamedTuple):
    service: str
    endpoint: Endpoint
    named: bool
    """Whether the lab itself named the endpoint."""
    region: str
    headers: dict[str, str]
    body: bytes
    receipt: bytes
    """What the answer contains if the message was accepted."""


class Sender:
    """Sends messages with the settings of the environment, most of which AWS's tools read too.

    MTURK_SQS_ACCESS_KEY_ID, MTURK_SQS_SECRET_ACCESS_KEY and MTURK_SQS_SESSION_TOKEN sign, or what stands under the
    same names with AWS_; AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_SNS name another server; AWS_REGION or
    AWS_DEFAULT_REGION is the region of a queue whose URL does not tell; AWS_CA_BUNDLE is a file of certificates to
    trust. With `private` queues may be on this machine or in a private network.

    A session token goes to AWS, or to the server that the lab names, and to nobody else: requesters choose the others.
    """

    def __init__(
        self,
        exchange: Exchange,
        environment: Mapping[str, str],
        real_time: Callable[[], float],
        *,
        private: bool = False,
    ) -> None:
        self._exchange = exchange
        self._environment = environment
        self._real_time = real_time
        self._private = private

    def send(self, transport: str, destination: str, text: str) -> None:
        """Send a text; raises Undelivered unless the destination confirms that it has accepted it."""
        try:
            request = self._to_queue(destination, text) if transport == "SQS" else self._to_topic(destination, text)
            reply = self._exchange.post(
                request.endpoint,
                self._signed(request),
                request.body,
                anywhere=request.named,
                trust=self._environment.get("AWS_CA_BUNDLE") or None,
            )
        except ExchangeError as error:
            raise Undelivered(str(error)) from None
        except (ValueError, OSError) as error:
            raise Undelivered(f"it cannot be sent: {error}") from None
        if reply.status != 200 or request.receipt not in reply.body:
            said = reply.body.decode("utf-8", "replace")[:_SHOWN]
            unsigned = "" if credential.find(self._environment) else f"; it was unsigned, because {credential.MISSING}"
            raise Undelivered(f"the answer was {reply.status} {said!r}{unsigned}")

    def _to_queue(self, url: str, text: str) -> _Request:
        own = self._environment.get("AWS_ENDPOINT_URL_SQS")
        endpoint = endpoint_of(own or url, private=self._private)
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage"}
        body = json.dumps({"QueueUrl": url, "MessageBody": text}).encode()
        region = region_of_queue(endpoint.host, self._default_region())
        return _Request("sqs", endpoint, bool(own), region, headers, body, b'"MessageId"')

    def _to_topic(self, arn: str, text: str) -> _Request:
        own = self._environment.get("AWS_ENDPOINT_URL_SNS")
        endpoint = endpoint_of(own) if own else endpoint_of_topic(arn)
        form = {
            "Action": "Publish",
            "Version": "2010-03-31",
            "TopicArn": arn,
            "Message": text,
            # What the service writes: its clock in milliseconds.
            "Subject": str(int(self._real_time() * 1000)),
        }
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = urlencode(form).encode()
        return _Request("sns", endpoint, bool(own), region_of_topic(arn), headers, body, b"<MessageId>")

    def _signed(self, request: _Request) -> dict[str, str]:
        moment = time.strftime(DATE_FORM, time.gmtime(self._real_time()))
        headers = {**request.headers, "host": request.endpoint.authority, "x-amz-date": moment}
        keys = credential.find(self._environment)
        if keys is None:
            if request.endpoint.is_awss:
                raise ValueError(f"AWS needs a signature, and {credential.MISSING}")
            return headers  # some servers in place of AWS require none
        if keys.token and (request.named or request.endpoint.is_awss):
            headers["x-amz-security-token"] = keys.token
        signed = SignedRequest(headers, request.body)
        header = sign(signed, keys.access_key, keys.secret_key, request.region, request.service)
        return {**headers, "authorization": header}

    def _default_region(self) -> str:
        found = self._environment.get("AWS_REGION") or self._environment.get("AWS_DEFAULT_REGION")
        return found or "us-east-1"
