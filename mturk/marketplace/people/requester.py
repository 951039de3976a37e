"""Requesters and their key pairs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select

from mturk.marketplace.call import Context
from mturk.marketplace.clock import DAY, LATEST, as_datetime, as_milliseconds
from mturk.marketplace.database import driver
from mturk.marketplace.database import table as t
from mturk.marketplace.database.seal import Seal
from mturk.marketplace.error import MarketplaceError, SettingError
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.people import ledger

_LONGEST_NAME = 255


class KeyPair(NamedTuple):
    """What a requester signs with. Its repr hides the secret."""

    requester: int
    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"<KeyPair {self.access_key}>"


class SealedKey(NamedTuple):
    """A key pair as it stands in the database."""

    access_key: str
    requester: int
    sealed_secret: str
    creation_time: int
    revocation_time: int | None
    end_time: int | None
    last_use: int | None


class Key(NamedTuple):
    """What others than its holder may know of a key pair; times are the market's."""

    requester: str
    access_key: str
    created: datetime
    revoked: datetime | None
    ends: datetime | None = None
    """From when on it is refused, as a revoked one is; None if it is good until it is revoked."""
    last_used: datetime | None = None
    """The beginning of the day (UTC) on which it last signed a call; None if it never did."""


_VALID = select(t.access_key).where(t.access_key.c.revocation_time.is_(None))
_BY_KEY = _VALID.where(t.access_key.c.access_key == bindparam("key"))
_BY_REQUESTER = (
    _VALID.where(
        t.access_key.c.requester == bindparam("requester"),
        or_(t.access_key.c.end_time.is_(None), t.access_key.c.end_time > bindparam("now")),
    )
    .order_by(t.access_key.c.creation_time, t.access_key.c.access_key)
    .limit(1)
)
_LATEST = select(func.max(t.access_key.c.creation_time)).where(t.access_key.c.requester == bindparam("requester"))
_BY_NAME = select(t.requester.c.number).where(t.requester.c.name == bindparam("name"))
_NAME = select(t.requester.c.name).where(t.requester.c.number == bindparam("number"))
_CUSTOMER_ID = select(t.requester.c.customer_id).where(t.requester.c.number == bindparam("number"))
_LISTED = (
    select(
        t.requester.c.name,
        t.access_key.c.access_key,
        *(t.access_key.c[name] for name in ("creation_time", "revocation_time", "end_time", "last_use")),
    )
    .join(t.access_key, t.access_key.c.requester == t.requester.c.number)
    .order_by(t.requester.c.name, t.access_key.c.creation_time, t.access_key.c.access_key)
)


class Keys:
    """Makes key pairs, and reads them: in the database their secrets are sealed. `now` is the market time."""

    def __init__(self, seal: Seal, identifiers: Identifiers, now: Callable[[Connection], int]) -> None:
        self._seal = seal
        self._identifiers = identifiers
        self._now = now

    def pair(self, database: Connection, key: str) -> KeyPair | None:
        """The pair that belongs to an access key, if it is known, was not revoked, and has not ended."""
        found = self._good(database, key)
        return self._pair(found) if found else None

    def is_good(self, database: Connection, key: str) -> bool:
        """Whether an access key is known, was not revoked, and has not ended."""
        return self._good(database, key) is not None

    def oldest(self, database: Connection, number: int) -> KeyPair | None:
        """The oldest pair of a requester that was not revoked and has not ended."""
        which = {"requester": number, "now": self._now(database)}
        found = database.execute(_BY_REQUESTER, which).one_or_none()
        return self._pair(SealedKey._make(found)) if found else None

    def check(self, database: Connection) -> None:
        """Fail now, and not at the first call, if the seal is not the one that the database's keys have."""
        found = database.execute(_VALID.limit(1)).one_or_none()
        if found:
            self._pair(SealedKey._make(found))

    def add(self, context: Context, number: int, end: int | None = None) -> KeyPair:
        """Give a requester another pair, which is good until a moment of market time, or until it is revoked."""
        pair = KeyPair(number, self._identifiers.access_key(), self._identifiers.secret_key())
        new = {
            "access_key": pair.access_key,
            "requester": number,
            "sealed_secret": self._seal.close(pair.secret_key, pair.access_key),
            "creation_time": self._creation_time(context, number),
            "end_time": end,
        }
        context.database.execute(t.access_key.insert(), new)
        if context.write_down is not None:
            context.note("AddKey", Requester=name_of(context.database, number), AccessKey=pair.access_key)
        return pair

    def requester(self, context: Context, name: str, deposit: int) -> KeyPair:
        """A requester's pair; the requester is made with some money if there is none of that name.

        Where all pairs were revoked there is a new one.
        """
        number = find(context.database, name)
        if number is None:
            number = self._make(context, name, deposit)
        return self.oldest(context.database, number) or self.add(context, number)

    def _good(self, database: Connection, key: str) -> SealedKey | None:
        row = driver.row(database, _BY_KEY, {"key": key})
        found = SealedKey._make(row) if row else None
        # Only of a key that ends the time is asked for, which is one statement more.
        return found if found is None or found.end_time is None or found.end_time > self._now(database) else None

    def _creation_time(self, context: Context, number: int) -> int:
        # A requester's pairs have different times, because that is the order in which they are listed.
        latest = context.database.execute(_LATEST, {"requester": number}).scalar_one()
        return context.now if latest is None else max(context.now, int(latest) + 1)

    def _pair(self, key: SealedKey) -> KeyPair:
        return KeyPair(key.requester, key.access_key, self._seal.open(key.sealed_secret, key.access_key))

    def _make(self, context: Context, name: str, deposit: int) -> int:
        if not (name.strip() and name.isprintable() and len(name) <= _LONGEST_NAME):
            raise ValueError(f"A requester's name is 1 to {_LONGEST_NAME} printable characters, not {name!r}.")
        new = {"name": name, "customer_id": self._identifiers.customer(), "creation_time": context.now}
        number = t.add_row(context.database, t.requester, new)
        ledger.open_accounts(context.database, ledger.available(number), ledger.held(number))
        ledger.deposit(context, number, deposit)
        context.note("AddRequester", Requester=name)
        return number


def find(database: Connection, name: str) -> int | None:
    """The number of the requester with that name, if there is one."""
    return database.execute(_BY_NAME, {"name": name}).scalar_one_or_none()


def name_of(database: Connection, number: int) -> str:
    """The name of a requester by number; it never changes."""
    return str(database.execute(_NAME, {"number": number}).scalar_one())


def account(customer_id: str) -> str:
    """The twelve digits that stand for a requester where AWS names an account: there are no such accounts here."""
    return f"{int(sha256(customer_id.encode()).hexdigest(), 16) % 10**12:012}"


def account_of(database: Connection, number: int) -> str:
    """The account of a requester by number; it never changes."""
    return account(str(database.execute(_CUSTOMER_ID, {"number": number}).scalar_one()))


def is_account(database: Connection, digits: str) -> bool:
    """Whether some requester has that account."""
    return of_account(database, digits) is not None


def of_account(database: Connection, digits: str) -> int | None:
    """The number of the requester who has that account."""
    everybody = database.execute(select(t.requester.c.number, t.requester.c.customer_id))
    return next((int(one.number) for one in everybody.all() if account(one.customer_id) == digits), None)


def names(database: Connection) -> list[str]:
    """The names of all requesters."""
    return list(database.execute(select(t.requester.c.name).order_by(t.requester.c.name)).scalars())


def listed(database: Connection, name: str | None = None) -> list[Key]:
    """All key pairs, or those of one requester, without their secrets; revoked ones too."""
    query = _LISTED if name is None else _LISTED.where(t.requester.c.name == name)
    return [
        Key(requester_name, key, as_datetime(created), *(None if one is None else as_datetime(one) for one in times))
        for requester_name, key, created, *times in database.execute(query)
    ]


def end_of_key(now: int, expires: datetime | timedelta | None) -> int | None:
    """When a key ends that is good until a moment of market time, or for so long from now."""
    if expires is None:
        return None
    end = as_milliseconds(expires) if isinstance(expires, datetime) else now + expires // timedelta(milliseconds=1)
    if not now < end < as_milliseconds(LATEST):
        raise SettingError(
            f"expires lies between now, {as_datetime(now):%Y-%m-%d %H:%M} UTC, and the year {LATEST.year}."
        )
    return end


def note_use(database: Connection, keys: Collection[str], now: int) -> None:
    """Note that access keys have signed calls on this day."""
    day, last_use = now - now % DAY, t.access_key.c.last_use
    earlier = or_(last_use.is_(None), last_use < day)
    database.execute(t.access_key.update().where(t.access_key.c.access_key.in_(keys), earlier).values(last_use=day))


def revoke(context: Context, key: str) -> None:
    """Take a key pair out of use; its secret is forgotten."""
    gone = {"revocation_time": context.now, "sealed_secret": ""}
    valid = t.access_key.c.access_key == key, t.access_key.c.revocation_time.is_(None)
    if context.database.execute(t.access_key.update().where(*valid).values(gone)).rowcount == 0:
        raise MarketplaceError(f"There is no access key {key}, or it was revoked before.")
    context.note("RevokeKey", AccessKey=key)
