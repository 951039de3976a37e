"""Queues for events: made so that Mechanical Turk may send to them.

url = mturk.sqs.create_queue("turk-events")
photos.notify(url, ["AssignmentSubmitted"], check=True)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mturk.alters_data import alters_data
from mturk.connection.connection import current
from mturk.errors import TransportError, ValidationError
from mturk.event.queue import Queue, SQSClient, named_server
from mturk.event.queue_policy import allowing

if TYPE_CHECKING:
    from mturk.connection.connection import Connection

__all__ = ["create_queue"]


@alters_data
def create_queue(name: str, *, region: str | None = None, connection: Connection | None = None) -> str:
    """Make a queue that MTurk may send to, or find it and see that MTurk may; its URL.

    A connection to AWS makes it on AWS, in its region or `region`, with its own keys; a connection to a marketplace of
    your own makes it there, or on AWS where `region` is given, with the keys that AWS's tools take (`mturk[aws]` for
    those that need botocore). AWS_ENDPOINT_URL_SQS names another server. The policy lets the service
    mturk-requester.amazonaws.com send over https, beside what it allowed before. The name has 1 to 80 letters, digits,
    hyphens and underscores. The same again changes nothing. CreateQueue, GetQueueAttributes, and SetQueueAttributes
    where the policy lacks something; on AWS a queue costs nothing until it is used.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):
        hint = " (MTurk sends to standard queues only)" if isinstance(name, str) and name.endswith(".fifo") else ""
        raise ValidationError(f"name must be 1 to 80 letters, digits, hyphens and underscores, not {name!r}{hint}")
    if region is not None and not re.fullmatch(r"[a-z]{2,3}(-[a-z]+)+-\d+", region):
        raise ValidationError(f"region must be a region of AWS's such as 'us-east-1', not {region!r}")
    connection = connection or current()
    client = SQSClient.to(_server(region, connection), connection, region or connection.region)
    try:
        url = client.request("CreateQueue", QueueName=name).get("QueueUrl")
    finally:
        client.close()
    if not isinstance(url, str):
        raise TransportError("CreateQueue: the answer has no QueueUrl. Is this a queue's server?")
    _let_mturk_send(Queue(url, connection, region=region))
    return url


def _server(region: str | None, connection: Connection) -> str:
    named = named_server()
    if named is None and region is None and not (connection.is_live or connection.is_sandbox):
        return connection.url
    place = region or connection.region
    return named or f"https://sqs.{place}.amazonaws.com{'.cn' if place.startswith('cn-') else ''}"


def _let_mturk_send(queue: Queue) -> None:
    try:
        found = queue.attributes("QueueArn", "Policy")
        policy = allowing(found.get("Policy"), found.get("QueueArn", ""))
        if policy is not None:
            queue.set_attributes({"Policy": policy})
    finally:
        queue.close()
