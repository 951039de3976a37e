"""Topics of the marketplace's own: addresses on the web that events are pushed to, once they have confirmed it."""

from __future__ import annotations

import hmac
import re
import secrets
import uuid
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, bindparam, select

from mturk.marketplace.call import Context
from mturk.marketplace.database import table as t
from mturk.marketplace.database.store import announce
from mturk.marketplace.delivery import outbox
from mturk.marketplace.delivery.destination import check_push
from mturk.marketplace.people.requester import account, name_of, of_account

PENDING = "pending"
CONFIRMED = "confirmed"
UNSUBSCRIBED = "unsubscribed"

_ARN = re.compile(r"arn:aws:sns:us-east-1:(?P<account>\d{12}):(?P<name>[A-Za-z0-9_-]{1,64})(:[0-9a-f-]{36})?")
_NO_TOKEN = "0" * 64


class Topic(NamedTuple):
    """A topic, its owner's account, and the number of its outlet."""

    number: int
    requester: int
    name: str
    address: str
    state: str
    token: str
    asked: int
    customer_id: str
    outlet: int

    def __repr__(self) -> str:
        return f"<Topic {self.arn} {self.state}>"

    @property
    def arn(self) -> str:
        """The name by which others know it."""
        return f"arn:aws:sns:us-east-1:{account(self.customer_id)}:{self.name}"

    @property
    def subscription_arn(self) -> str:
        """The name of the address as a subscriber."""
        return f"{self.arn}:{uuid.UUID(sha256(self.token.encode()).hexdigest()[:32])}"

    @property
    def leaving_token(self) -> str:
        """What proves that somebody was told of the subscription; the token to confirm cannot be had from it."""
        return sha256(f"unsubscribe {self.token}".encode()).hexdigest()


def _topics() -> Select[Any]:
    is_its = (
        (t.outlet.c.requester == t.topic.c.requester)
        & (t.outlet.c.transport == outbox.TOPIC)
        & (t.outlet.c.destination == t.topic.c.name)
    )
    return (
        select(t.topic, t.requester.c.customer_id, t.outlet.c.number.label("outlet"))
        .join(t.requester, t.requester.c.number == t.topic.c.requester)
        .join(t.outlet, is_its)
    )


_BY_NAME = _topics().where(t.topic.c.requester == bindparam("owner"), t.topic.c.name == bindparam("name"))
_BY_OUTLET = _topics().where(t.outlet.c.number == bindparam("of_outlet"))


def find(database: Connection, owner: int, name: str) -> Topic | None:
    """A requester's topic."""
    return _one(database.execute(_BY_NAME, {"owner": owner, "name": name}).one_or_none())


def of_outlet(database: Connection, outlet: int) -> Topic | None:
    """The topic that an outlet leads to."""
    return _one(database.execute(_BY_OUTLET, {"of_outlet": outlet}).one_or_none())


def is_confirmed(database: Connection, outlet: int) -> bool:
    """Whether the address of an outlet has confirmed."""
    found = of_outlet(database, outlet)
    return found is not None and found.state == CONFIRMED


def make(context: Context, owner: int, address: str) -> Topic:
    """The requester's topic for an address; a new one, or one that left, is asked to confirm.

    A ValueError says why nothing may be pushed there.
    """
    check_push(address, private=context.settings.private_destinations)
    name = _name(address)
    found = find(context.database, owner, name)
    asked = {"state": PENDING, "token": secrets.token_hex(32), "asked": context.now}
    if found is None:
        outbox.outlet_of(context, owner, outbox.TOPIC, name)
        t.add_row(context.database, t.topic, {"requester": owner, "name": name, "address": address, **asked})
    elif found.state == UNSUBSCRIBED or (found.state == PENDING and found.asked <= context.now - outbox.ASKING):
        _change(context.database, found, **asked)
    elif found.state == PENDING:
        outbox.begin_anew(context.database, found.outlet)
    announce(context.database, outbox.NEWS)
    made = find(context.database, owner, name)
    assert made is not None  # noqa: S101 - it was added above
    if found is None or made.token != found.token:
        context.note("AddTopic", Requester=name_of(context.database, owner), TopicArn=made.arn)
    return made


def confirmable(database: Connection, arn: str, token: str) -> Topic | None:
    """The topic whose subscription is confirmed by that token; None if the token is not the one that was told."""
    found = _by_arn(database, arn)
    return found if _is_same(found.token if found else _NO_TOKEN, token) and found else None


def confirm(database: Connection, arn: str, token: str) -> Topic | None:
    """Confirm the subscription of a topic's address, as often as wanted, if the token is good."""
    found = confirmable(database, arn, token)
    if found is not None and found.state == PENDING:
        _change(database, found, state=CONFIRMED)
        announce(database, outbox.NEWS)
    return found


def subscriber(database: Connection, arn: str, token: str) -> Topic | None:
    """The topic whose subscription may be ended by that token."""
    found = _by_arn(database, arn)
    return found if _is_same(found.leaving_token if found else _NO_TOKEN, token) and found else None


def leave(database: Connection, arn: str, token: str) -> bool:
    """End a subscription, if the token is good; what was told before confirms nothing any more."""
    found = subscriber(database, arn, token)
    if found is not None:
        _change(database, found, state=UNSUBSCRIBED, token=secrets.token_hex(32))
    return found is not None


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def _change(database: Connection, topic: Topic, **values: Any) -> None:
    database.execute(t.topic.update().where(t.topic.c.number == topic.number).values(values))
    # What waits is tried at once.
    outbox.begin_anew(database, topic.outlet)


def _by_arn(database: Connection, arn: str) -> Topic | None:
    parts = _ARN.fullmatch(arn)
    if parts is None:
        return None
    # Strangers ask, and there may be thousands of topics, but hardly so many requesters.
    owner = of_account(database, parts["account"])
    return None if owner is None else find(database, owner, parts["name"])


def _one(row: Any) -> Topic | None:
    return None if row is None else Topic(**row._mapping)


def _name(address: str) -> str:
    # For people the host, for the rest a digest.
    host = re.sub(r"[^a-z0-9]+", "-", (urlsplit(address).hostname or "").lower()).strip("-")[:30]
    return f"{host}-{sha256(address.encode()).hexdigest()[:32]}"
