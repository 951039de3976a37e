"""The operations of SQS on queues of the marketplace: from the members of a call to its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from mturk.marketplace.call import Answer
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import count
from mturk.marketplace.database.store import afterwards
from mturk.marketplace.error import FrontEndError, Refusal
from mturk.marketplace.people.requester import account_of
from mturk.marketplace.queue import message_attribute, queue, queue_member, queue_message
from mturk.marketplace.queue.queue import LARGEST_MESSAGE, LONGEST_DELAY, LONGEST_HIDING, Queue
from mturk.marketplace.queue.queue_error import QueueError, invalid, missing, no_such_queue
from mturk.marketplace.queue.queue_member import Members
from mturk.marketplace.queue.queue_message import Letter
from mturk.marketplace.queue.waiting_room import WaitingRoom
from mturk.marketplace.quota import LEAST_MESSAGE, MESSAGES, QUEUES, Meter

_MOST_LISTED = 1000


@dataclass(frozen=True)
class QueueCall:
    """One call in one transaction: who calls, by which address of the marketplace, and when (the real clock)."""

    database: Connection
    requester: int
    address: str
    real: int
    room: WaitingRoom
    meter: Meter

    @property
    def account(self) -> str:
        """The account of who calls."""
        return account_of(self.database, self.requester)

    def queue(self, given: Members) -> Queue:
        """The queue that is meant."""
        return queue.at(self.database, self.requester, queue_member.text(given, "QueueUrl"))

    def url(self, name: str) -> str:
        """The URL of a queue of who calls."""
        return f"{self.address}{queue.path(self.account, name)}"

    def expect_room(self, kind: str, amount: int, count: Callable[[], int]) -> None:
        """Refuse to keep more of a kind than the caller may; `count` says how much there is, and is asked rarely."""
        words = self.meter.refusal(self.requester, kind, amount, self.real, count)
        if words:
            raise QueueError("OverLimit", words)

    def ring(self, into: Queue) -> None:
        """Wake who waits at a queue, once this is on disk."""
        afterwards(self.database, partial(self.room.ring, into.number))


def _create_queue(call: QueueCall, given: Members) -> Answer:
    name = queue_member.text(given, "QueueName")
    queue.expect_name(name)
    attributes = queue_member.mapping(given, "Attributes")
    if queue.find(call.database, call.requester, name) is None:
        call.expect_room(QUEUES, 1, lambda: count(call.database, t.queue, t.queue.c.requester == call.requester))
    return {"QueueUrl": call.url(queue.make(call.database, call.requester, name, attributes, call.real).name)}


def _get_queue_url(call: QueueCall, given: Members) -> Answer:
    name = queue_member.text(given, "QueueName")
    owner = queue_member.optional_text(given, "QueueOwnerAWSAccountId")
    if (owner and owner != call.account) or "\0" in name or queue.place(queue.path(call.account, name)) is None:
        raise no_such_queue()
    if queue.find(call.database, call.requester, name) is None:
        raise no_such_queue()
    return {"QueueUrl": call.url(name)}


def _list_queues(call: QueueCall, given: Members) -> Answer:
    most = queue_member.number(given, "MaxResults", 1, _MOST_LISTED)
    after = queue_member.optional_text(given, "NextToken")
    prefix = queue_member.optional_text(given, "QueueNamePrefix")
    found = queue.names(call.database, call.requester, prefix, after, (most or _MOST_LISTED) + 1)
    shown = found[: most or _MOST_LISTED]
    more = {"NextToken": shown[-1]} if most and len(found) > most else {}
    return {**({"QueueUrls": [call.url(name) for name in shown]} if shown else {}), **more}


def _delete_queue(call: QueueCall, given: Members) -> Answer | None:
    gone = call.queue(given)
    if not queue_message.purge(call.database, gone):
        return None
    queue.remove(call.database, gone)
    return {}


def _get_queue_attributes(call: QueueCall, given: Members) -> Answer:
    of = call.queue(given)
    names = queue_member.texts(given, "AttributeNames")
    queue.known(names, queue_message.COUNTS)
    found = of.described(call.account)
    if "All" in names or set(names) & set(queue_message.COUNTS):
        found |= queue_message.counts(call.database, of, call.real)
    shown = {name: value for name, value in found.items() if "All" in names or name in names}
    return {"Attributes": shown} if shown else {}


def _set_queue_attributes(call: QueueCall, given: Members) -> Answer:
    queue.change(call.database, call.queue(given), queue_member.mapping(given, "Attributes"), call.real)
    return {}


def _purge_queue(call: QueueCall, given: Members) -> Answer | None:
    return {} if queue_message.purge(call.database, call.queue(given)) else None


def _send_message(call: QueueCall, given: Members) -> Answer:
    into = call.queue(given)
    letter = _letter(given)
    return _send(call, into, letter)


def _send_message_batch(call: QueueCall, given: Members) -> Answer:
    into = call.queue(given)
    entries = queue_member.entries(given)
    size = sum(len(str(entry.get("MessageBody") or "").encode("utf-8", "replace")) for entry in entries)
    if size > LARGEST_MESSAGE:
        text = f"Batch requests cannot be longer than {LARGEST_MESSAGE} bytes. You have sent {size} bytes."
        raise QueueError("BatchRequestTooLong", text)

    def send(entry: Members) -> Answer:
        return _send(call, into, _letter(entry))

    return _each(entries, send)


def _delete_message(call: QueueCall, given: Members) -> Answer:
    queue_message.delete(call.database, call.queue(given), queue_member.text(given, "ReceiptHandle"))
    return {}


def _delete_message_batch(call: QueueCall, given: Members) -> Answer:
    return _each_received(call, given, lambda of, entry: _delete(call, of, entry))


def _change_message_visibility(call: QueueCall, given: Members) -> Answer:
    return _hide(call, call.queue(given), given)


def _change_message_visibility_batch(call: QueueCall, given: Members) -> Answer:
    return _each_received(call, given, lambda of, entry: _hide(call, of, entry))


def _letter(given: Members) -> Letter:
    attributes = message_attribute.checked(queue_member.mapping(given, "MessageAttributes"))
    delay = queue_member.number(given, "DelaySeconds", 0, LONGEST_DELAY)
    return Letter(queue_member.text(given, "MessageBody"), attributes, delay)


def _send(call: QueueCall, into: Queue, letter: Letter) -> Answer:
    size = queue_message.check(into, letter)
    call.expect_room(MESSAGES, max(LEAST_MESSAGE, size), lambda: queue_message.held(call.database, call.requester))
    message_id = queue_message.send(call.database, into, letter, call.account, call.real)
    call.ring(into)
    sums = {"MD5OfMessageBody": queue_message.digest(letter.body)}
    if letter.attributes:
        sums["MD5OfMessageAttributes"] = message_attribute.digest(letter.attributes)
    return {"MessageId": message_id, **sums}


def _delete(call: QueueCall, of: Queue, given: Members) -> Answer:
    queue_message.delete(call.database, of, queue_member.text(given, "ReceiptHandle"))
    return {}


def _hide(call: QueueCall, of: Queue, given: Members) -> Answer:
    hiding = queue_member.number(given, "VisibilityTimeout", 0, LONGEST_HIDING)
    if hiding is None:
        raise missing("VisibilityTimeout")
    if queue_message.hide(call.database, of, queue_member.text(given, "ReceiptHandle"), hiding, call.real):
        call.ring(of)
    return {}


def _each(entries: list[dict[str, Any]], do: Callable[[Members], Answer]) -> Answer:
    """Do each entry of a batch; what is wrong with one is told, and stops no other."""
    answer: dict[str, list[Answer]] = {"Successful": [], "Failed": []}
    for entry in entries:
        try:
            answer["Successful"].append({"Id": entry["Id"], **do(entry)})
        except Refusal as refusal:
            told = refusal if isinstance(refusal, QueueError) else invalid("Entries", entry["Id"], str(refusal))
            answer["Failed"].append(
                {"Id": entry["Id"], "SenderFault": True, "Code": told.code, "Message": told.message}
            )
    return {name: results for name, results in answer.items() if results or name == "Successful"}


def _each_received(call: QueueCall, given: Members, do: Callable[[Queue, Members], Answer]) -> Answer:
    of = call.queue(given)
    entries = queue_member.entries(given)
    places = {one: at for at, one in enumerate(queue_message.order({_handle(entry) for entry in entries}))}
    return _each(sorted(entries, key=lambda entry: places[_handle(entry)]), lambda entry: do(of, entry))


def _handle(entry: Members) -> str:
    found = entry.get("ReceiptHandle")
    return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class QueueOperation:
    """How one operation is carried out."""

    function: Callable[[QueueCall, Members], Answer | None]
    """Gives no answer where it is to go on in another transaction, so that others get their turn between."""
    writes: bool = True
    together: bool = False
    """Whether it changes messages only, for which it locks all that it relies on, and may be done with others."""


RECEIVE = "ReceiveMessage"
"""The one that is in no table here, because it waits: see `receiver.py`."""

QUEUE_OPERATIONS: Final[dict[str, QueueOperation]] = {
    "ChangeMessageVisibility": QueueOperation(_change_message_visibility, together=True),
    "ChangeMessageVisibilityBatch": QueueOperation(_change_message_visibility_batch, together=True),
    "CreateQueue": QueueOperation(_create_queue),
    "DeleteMessage": QueueOperation(_delete_message, together=True),
    "DeleteMessageBatch": QueueOperation(_delete_message_batch, together=True),
    "DeleteQueue": QueueOperation(_delete_queue),
    "GetQueueAttributes": QueueOperation(_get_queue_attributes, writes=False),
    "GetQueueUrl": QueueOperation(_get_queue_url, writes=False),
    "ListQueues": QueueOperation(_list_queues, writes=False),
    "PurgeQueue": QueueOperation(_purge_queue),
    "SendMessage": QueueOperation(_send_message, together=True),
    "SendMessageBatch": QueueOperation(_send_message_batch, together=True),
    "SetQueueAttributes": QueueOperation(_set_queue_attributes),
}


def operation(name: str) -> QueueOperation:
    """The operation of that name."""
    found = QUEUE_OPERATIONS.get(name)
    if found is None:
        raise FrontEndError("UnknownOperationException", f"The operation {name[:100]!r} is not known here.")
    return found


def is_told(name: str) -> bool:
    """Whether an operation is known, and one that the audit trail tells of: all that change more than messages."""
    found = QUEUE_OPERATIONS.get(name)
    return found is not None and found.writes and not found.together
