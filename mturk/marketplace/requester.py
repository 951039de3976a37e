"""Requesters and their key pairs."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from mturk.marketplace import ledger
from mturk.marketplace.call import Context
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.table import access_key, add_row, requester


class KeyPair(NamedTuple):
    """What a requester signs with. Its repr hides the secret."""

    requester: int
    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"<KeyPair {self.access_key}>"


_BY_KEY = select(access_key).where(access_key.c.access_key == bindparam("key"))
_BY_NAME = (
    select(access_key)
    .join(requester, requester.c.number == access_key.c.requester)
    .where(requester.c.name == bindparam("name"))
    .order_by(access_key.c.creation_time)
    .limit(1)
)


def key_pair(database: Connection, key: str) -> KeyPair | None:
    """The pair that belongs to an access key, if it is known."""
    row = database.execute(_BY_KEY, {"key": key}).one_or_none()
    return KeyPair(row.requester, row.access_key, row.secret_key) if row else None


def find(database: Connection, name: str) -> KeyPair | None:
    """The oldest key pair of the requester with that name."""
    row = database.execute(_BY_NAME, {"name": name}).one_or_none()
    return KeyPair(row.requester, row.access_key, row.secret_key) if row else None


def add(context: Context, identifiers: Identifiers, name: str, deposit: int) -> KeyPair:
    """Make a requester with a key pair and some money."""
    person = {"name": name, "customer_id": identifiers.customer(), "creation_time": context.now}
    number = add_row(context.database, requester, person)
    pair = KeyPair(number, identifiers.access_key(), identifiers.secret_key())
    context.database.execute(access_key.insert(), {**pair._asdict(), "creation_time": context.now})
    ledger.open_accounts(context.database, ledger.available(pair.requester), ledger.held(pair.requester))
    ledger.deposit(context, pair.requester, deposit)
    return pair
