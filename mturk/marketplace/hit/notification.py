"""Notifications: which events a requester is told of. UpdateNotificationSettings, SendTestEventNotification, and
`tell`, which writes an event into the outbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import bindparam, select

from mturk.marketplace.call import Answer, Call, Context, Happening
from mturk.marketplace.database import table as t
from mturk.marketplace.database.row import count, known
from mturk.marketplace.delivery import destination, outbox, topic
from mturk.marketplace.delivery.outbox import Event
from mturk.marketplace.error import ParameterValidationError, RequestError
from mturk.marketplace.hit import hit_type
from mturk.marketplace.people import requester
from mturk.marketplace.queue import queue
from mturk.marketplace.quota import EVENTS

if TYPE_CHECKING:
    from mturk.marketplace.hit.hit import HIT

ASSIGNMENT_ACCEPTED = "AssignmentAccepted"
ASSIGNMENT_ABANDONED = "AssignmentAbandoned"
ASSIGNMENT_RETURNED = "AssignmentReturned"
ASSIGNMENT_SUBMITTED = "AssignmentSubmitted"
ASSIGNMENT_APPROVED = "AssignmentApproved"
ASSIGNMENT_REJECTED = "AssignmentRejected"
HIT_CREATED = "HITCreated"
HIT_EXTENDED = "HITExtended"
HIT_DISPOSED = "HITDisposed"
HIT_REVIEWABLE = "HITReviewable"
HIT_EXPIRED = "HITExpired"

# The published model says 2006-05-05, the documentation 2014-08-15, and that is how messages look either way.
_VERSIONS = ("2006-05-05", outbox.VERSION)

Specification = dict[str, Any]


class Setting(NamedTuple):
    """Which events of a HIT type are told, and where to."""

    outlet: int
    event_types: str
    hit_type_id: str


_SETTING = (
    select(t.notification_setting.c.outlet, t.notification_setting.c.event_types, t.hit_type.c.hit_type_id)
    .join(t.hit_type, t.hit_type.c.number == t.notification_setting.c.hit_type)
    .where(t.notification_setting.c.hit_type == bindparam("of_type"), t.notification_setting.c.active)
)


def update_notification_settings(
    call: Call, *, hit_type_id: str, notification: Specification | None = None, active: bool | None = None
) -> Answer:
    """Set where events of a type's HITs are sent, or pause or resume sending them."""
    hit_type_row = hit_type.mine(call, hit_type_id)
    if notification is None and active is None:
        raise ParameterValidationError("Notification", "One of Notification and Active must be given.")
    of_type = t.notification_setting.c.hit_type == hit_type_row.number
    has = call.database.execute(select(t.notification_setting.c.active).where(of_type)).one_or_none()
    values: dict[str, Any] = {} if active is None else {"active": active}
    if notification is not None:
        values = {"active": has.active if has else True, **values, **_setting(call, notification)}
    elif has is None and active:
        reason = "The HIT type has no notification specification; give one in Notification."
        raise ParameterValidationError.of("Active", "true", reason)
    if has:
        call.database.execute(t.notification_setting.update().where(of_type).values(values))
    elif notification is not None:
        call.database.execute(t.notification_setting.insert(), {"hit_type": hit_type_row.number, **values})
    return {}


def send_test_event_notification(call: Call, *, notification: Specification, test_event_type: str) -> Answer:
    """Send one made-up event, whether or not the specification asks for events of its type."""
    to = _setting(call, notification)["outlet"]
    of_caller = t.event.c.outlet.in_(select(t.outlet.c.number).where(t.outlet.c.requester == call.requester))
    call.expect_room(EVENTS, 1, lambda: count(call.database, t.event, of_caller))
    assignment_id = call.new_id() if test_event_type.startswith("Assignment") else None
    outbox.write(call, to, test_event_type, call.new_id(), call.new_id(), assignment_id)
    return {}


def tell(context: Context, event_type: str, hit_row: HIT, assignment_id: str | None = None) -> None:
    """Write an event of a HIT into the outbox, if its requester asked for such events."""
    if context.hear:
        happening = Happening(context.now, hit_row.hit_type, hit_row.hit_id, assignment_id)
        context.hear(context.database, event_type, [happening])
    if hit_row.outlet is not None and event_type in json.loads(known(hit_row.event_types)):
        outbox.write(context, hit_row.outlet, event_type, hit_row.hit_type_id, hit_row.hit_id, assignment_id)


def tell_all(context: Context, event_type: str, happenings: Sequence[Happening]) -> None:
    """Write events of one kind into the outbox, each if the requester asked for such events."""
    if context.hear:
        context.hear(context.database, event_type, happenings)
    settings = {number: _setting_of(context, number) for number in {one.hit_type for one in happenings}}
    wanted = {number: one for number, one in settings.items() if one and event_type in json.loads(one.event_types)}
    outbox.write_all(
        context,
        [
            Event(to.outlet, event_type, one.time, to.hit_type_id, one.hit_id, one.assignment_id)
            for one in happenings
            if (to := wanted.get(one.hit_type))
        ],
    )


def _setting_of(context: Context, hit_type_number: int) -> Setting | None:
    return cast("Setting | None", context.database.execute(_SETTING, {"of_type": hit_type_number}).one_or_none())


def _setting(call: Call, notification: Specification) -> dict[str, Any]:
    transport, where = notification["Transport"], notification["Destination"]
    if notification["Version"] not in _VERSIONS:
        raise ParameterValidationError.of("Version", notification["Version"])
    if not notification["EventTypes"]:
        raise ParameterValidationError("EventTypes", "Your request parameter EventTypes has a minimum length of 1.")
    try:
        outlet = _outlet(call, transport, where)
    except ValueError as error:
        text = f"The transport endpoint {where} is not valid for {transport}: {error}."
        raise RequestError("InvalidTransportEndpoint", text) from None
    return {
        "outlet": outlet,
        "event_types": json.dumps(sorted(set(notification["EventTypes"]))),
        "version": notification["Version"],
    }


def _outlet(call: Call, transport: str, where: str) -> int:
    """Where a requester's events go by a transport; a ValueError says why they must not go there."""
    if transport == "SQS":
        return _queue(call, where)
    if transport == "SNS":
        return _topic(call, where)
    if transport == outbox.REST:
        destination.check_push(where, private=call.settings.private_destinations)
        return outbox.outlet_of(call, call.requester, outbox.REST, where)
    raise ValueError("this marketplace sends no e-mail; use SQS or SNS")


def _queue(call: Call, url: str) -> int:
    own = queue.place(url)
    if own is None or not requester.is_account(call.database, own[0]):
        rules = call.settings
        destination.check_queue(url, private=rules.private_destinations, anywhere=rules.own_queues)
        return outbox.outlet_of(call, call.requester, "SQS", url)
    if own[0] != requester.account_of(call.database, call.requester):
        raise ValueError("it is not your queue")
    if queue.find(call.database, call.requester, own[1]) is None:
        raise ValueError("there is no such queue; make it first")
    return outbox.outlet_of(call, call.requester, outbox.QUEUE, own[1])


def _topic(call: Call, where: str) -> int:
    if where.lower().startswith(("http:", "https:")):
        return topic.make(call, call.requester, where).outlet
    destination.region_of_topic(where)
    account, name = where.rsplit(":", 2)[1:]
    if not requester.is_account(call.database, account):
        return outbox.outlet_of(call, call.requester, "SNS", where)
    if account != requester.account_of(call.database, call.requester):
        raise ValueError("it is not your topic")
    found = topic.find(call.database, call.requester, name)
    if found is None:
        raise ValueError("there is no such topic; name the address that it is to be pushed to")
    return topic.make(call, call.requester, found.address).outlet
