"""An SQS queue: what is in it is received, held back while it is worked on, and deleted."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import attrs

from mturk.alters_data import alters_data
from mturk.connection.connection import transport_for
from mturk.connection.credentials import CredentialSource, find_credentials
from mturk.connection.retry import RetryPolicy, Tries
from mturk.connection.settings import Settings
from mturk.connection.trace import note
from mturk.connection.transport import SQS, Answer, Transport
from mturk.data import limit
from mturk.errors import ConfigurationError, ServiceError, TransportError, error_of
from mturk.event.queue_url import QueueURL, origin

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

LONGEST_WAIT = 20
"""Seconds that the service waits for a message at most."""
_MARGIN = 15.0  # seconds more than that until an answer is given up
_IN_ONE_CALL = 10
_LONGEST_HELD = 43_200  # seconds, twelve hours
_ATTRIBUTES = ["SentTimestamp", "ApproximateReceiveCount"]


@attrs.frozen
class Message:
    """A message that was received; nobody else gets it until its time is up, or it is deleted."""

    id: str
    handle: str = attrs.field(repr=False)
    body: str = attrs.field(repr=False)
    sent_at: datetime | None = None
    receive_count: int = 1


class Queue:
    """A standard queue, found by its URL; making one sends nothing.

    A queue on the connection's own server, and every queue of a connection to AWS, is used with the connection's
    keys; another one with those that AWS's own tools would take (the environment, the shared files, with `mturk[aws]`
    botocore's whole chain). AWS_ENDPOINT_URL_SQS names another server for queues that are not on the connection's own.

    Nothing is tried again: who listens waits and goes on. DoesNotExist, AccessDenied, Throttled, Unavailable and
    TransportError are raised as for a connection's calls. `region` is for a URL that does not tell it. It may be used
    from any number of threads.
    """

    def __init__(self, url: str, connection: Connection, *, region: str | None = None) -> None:
        self._address = QueueURL(url)
        self._is_own = self._address.origin == origin(connection.url)
        self._client = SQSClient.of(self._address, connection, region)

    def __repr__(self) -> str:
        return f"<Queue {self.url}>"

    @property
    def url(self) -> str:
        """The queue's URL."""
        return self._address.text

    @property
    def name(self) -> str:
        """The queue's name."""
        return self._address.name

    @property
    def region(self) -> str:
        """The region that calls are signed for."""
        return self._client.region

    @property
    def is_own(self) -> bool:
        """Whether the queue is on the connection's own server."""
        return self._is_own

    @alters_data
    def receive(self, wait: int = LONGEST_WAIT, most: int = _IN_ONE_CALL, visibility: int = 30) -> list[Message]:
        """Receive up to ten messages, and wait for the first for up to 20 seconds.

        For `visibility` seconds (up to 12 hours) nobody else gets them. None may come although there are some. One
        call, ReceiveMessage, which cannot be cut short: a thread that is in it may be left alone.
        """
        answer = self._request(
            "ReceiveMessage",
            MaxNumberOfMessages=limit.whole("most", most, 1, _IN_ONE_CALL),
            WaitTimeSeconds=limit.whole("wait", wait, 0, LONGEST_WAIT),
            VisibilityTimeout=limit.whole("visibility", visibility, 0, _LONGEST_HELD),
            MessageSystemAttributeNames=_ATTRIBUTES,
        )
        return [_message(each) for each in _list(answer, "Messages", "ReceiveMessage")]

    @alters_data
    def delete(self, messages: Iterable[Message]) -> None:
        """Delete messages that were received, in calls of ten.

        All are tried; then the first refusal is raised, with the messages that were deleted as its `partial`.
        DeleteMessageBatch.
        """
        self._in_batches("DeleteMessageBatch", messages, {})

    @alters_data
    def extend(self, messages: Iterable[Message], seconds: int) -> None:
        """Hold messages back for so many seconds from now (up to 12 hours); 0 gives them to others at once.

        In calls of ten, with errors as for `delete`. ChangeMessageVisibilityBatch.
        """
        held = {"VisibilityTimeout": limit.whole("seconds", seconds, 0, _LONGEST_HELD)}
        self._in_batches("ChangeMessageVisibilityBatch", messages, held)

    @alters_data
    def send(self, text: str) -> str:
        """Send a message, and get its id. One call, SendMessage."""
        answer = self._request("SendMessage", MessageBody=text)
        return str(answer.get("MessageId", ""))

    def attributes(self, *names: str) -> dict[str, str]:
        """The queue's attributes under AWS's names, or all of them. One call, GetQueueAttributes."""
        answer = self._request("GetQueueAttributes", AttributeNames=list(names) or ["All"])
        found = answer.get("Attributes") or {}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}

    @alters_data
    def set_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set attributes under AWS's names. One call, SetQueueAttributes."""
        self._request("SetQueueAttributes", Attributes=dict(attributes))

    @alters_data
    def close(self) -> None:
        """Close the idle connections; the next call opens a new one."""
        self._client.close()

    def _request(self, operation: str, **parameters: object) -> dict[str, Any]:
        return self._client.request(operation, QueueUrl=self.url, **parameters)

    def _in_batches(self, operation: str, messages: Iterable[Message], more: Mapping[str, object]) -> None:
        done: list[Message] = []
        refused: list[ServiceError] = []
        for batch in _tens(list(messages)):
            entries = [{"Id": str(at), "ReceiptHandle": each.handle, **more} for at, each in enumerate(batch)]
            answer = self._request(operation, Entries=entries)
            good = {_text(each, "Id") for each in _list(answer, "Successful", operation)}
            done += [each for at, each in enumerate(batch) if str(at) in good]
            refused += [_refusal(operation, each) for each in _list(answer, "Failed", operation)]
            if len(good) < len(batch) and not refused:
                raise TransportError(f"{operation}: the answer does not say what became of each message.")
        if refused:
            refused[0].partial = done
            raise refused[0]


@attrs.define
class SQSClient:
    """Calls of SQS's JSON protocol to one server."""

    _transport: Transport
    _connection: Connection
    _skew: float = 0.0

    @classmethod
    def of(cls, queue: QueueURL, connection: Connection, region: str | None = None) -> SQSClient:
        """The client for a queue, with the keys that are for it."""
        if queue.origin == origin(connection.url):
            return cls.to(connection.url, connection, region or connection.region)
        return cls.to(named_server() or queue.server, connection, region or queue.region(connection.region))

    @classmethod
    def to(cls, server: str, connection: Connection, region: str) -> SQSClient:
        """The client for a server, with the keys that are for it."""
        mine = origin(server) == origin(connection.url) or connection.is_live or connection.is_sandbox
        keys = None if mine else _keys_of_aws(server, connection)
        patience, address = LONGEST_WAIT + _MARGIN, f"{server.rstrip('/')}/"
        way = transport_for(connection, SQS, address, region=region, patience=patience, credentials=keys)
        return cls(way, connection)

    @property
    def region(self) -> str:
        """The region that calls are signed for."""
        return self._transport.region

    def request(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call an operation once, or a second time where the clock was found to be wrong."""
        body = json.dumps(parameters).encode()
        tries = Tries(operation, RetryPolicy(clock=self._connection.clock))
        while True:
            at = self._connection.clock.now() + self._skew
            answer = self._send(operation, body, at)
            if answer.status == 200:
                return answer.members(silent=True)
            error = answer.error()
            found = tries.skewed_by(error, at)
            if found is None:
                raise error
            self._skew += found

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _send(self, operation: str, body: bytes, at: float) -> Answer:
        clock = self._connection.clock
        started, outcome = clock.monotonic(), "no answer"
        try:
            answer = self._transport.send(operation, body, at)
            outcome = str(answer.status)
            return answer
        finally:
            note(operation, clock.monotonic() - started, outcome)


def _keys_of_aws(server: str, connection: Connection) -> CredentialSource:
    try:
        return find_credentials(Settings())
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{error} They are needed because {server} is not the server of the connection ({connection.url}), whose "
            "keys are for its own queues only."
        ) from None


def named_server() -> str | None:
    """The server in place of AWS's that the environment names."""
    server = os.environ.get("AWS_ENDPOINT_URL_SQS")
    if server and not re.fullmatch(r"https?://[^\s@?#/]+(/[^\s@?#]*)?", server):
        raise ConfigurationError(
            "AWS_ENDPOINT_URL_SQS is no address of a server: write one such as http://127.0.0.1:5000"
        )
    return server or None


def _tens(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    return (messages[at : at + _IN_ONE_CALL] for at in range(0, len(messages), _IN_ONE_CALL))


def _refusal(operation: str, failed: Mapping[str, Any]) -> ServiceError:
    status = 400 if failed.get("SenderFault") else 500
    said = {"__type": failed.get("Code"), "Message": failed.get("Message") or "a message of the batch was refused"}
    return error_of(operation, status, said)


def _message(member: Mapping[str, Any]) -> Message:
    attributes = member.get("Attributes")
    told = attributes if isinstance(attributes, Mapping) else {}
    count = _number(told.get("ApproximateReceiveCount"))
    return Message(
        id=_text(member, "MessageId"),
        handle=_text(member, "ReceiptHandle"),
        body=_text(member, "Body"),
        sent_at=_time(told.get("SentTimestamp")),
        receive_count=1 if count is None else count,
    )


def _list(answer: Mapping[str, Any], name: str, operation: str) -> list[Mapping[str, Any]]:
    found = answer.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise TransportError(f"{operation}: the answer's {name} are no list of objects. Is this a queue's server?")
    return found


def _text(member: Mapping[str, Any], name: str) -> str:
    value = member.get(name)
    if not isinstance(value, str):
        raise TransportError(f"A member of the answer has no {name}. Is this a queue's server?")
    return value


def _time(value: object) -> datetime | None:
    number = _number(value)
    try:
        return None if number is None else datetime.fromtimestamp(number / 1000, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20 else None
