"""The person behind a worker id: what is known of them, and how they are found when they sign in."""

from __future__ import annotations

import random
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from mturk.marketplace.account import email_address
from mturk.marketplace.account.objection import TAKEN_EMAIL, Objection
from mturk.marketplace.account.place import US
from mturk.marketplace.account.secret import new_secret
from mturk.marketplace.database import table as t


class Person(NamedTuple):
    """What is known of a person, with the facts that requirements ask for."""

    worker: int
    email: str | None
    email_key: str | None
    email_entry_time: int | None
    email_time: int | None
    mailed: bool
    mail_token: str
    password: str | None
    creation_time: int
    terms: str | None
    terms_time: int | None
    worker_id: str
    country: str | None
    subdivision: str | None
    adult: bool

    def __repr__(self) -> str:
        return f"<Person {self.worker_id}>"


_WHOLE = select(t.person, t.worker.c.worker_id, t.worker.c.country, t.worker.c.subdivision, t.worker.c.adult).join(
    t.worker, t.worker.c.number == t.person.c.worker
)
_LONGEST_NAME = 254


def of_worker(database: Connection, number: int) -> Person | None:
    """The person behind a worker, if there is one."""
    return _one(database, t.person.c.worker == number)


def named(database: Connection, name: str, *, mail: bool) -> Person | None:
    """The person who calls themselves so to sign in: by worker id or by e-mail address.

    Where there is mail an address is a name only when it was confirmed; where nobody can confirm one, that of who
    entered it first.
    """
    text = normal(name)
    if "@" not in text:
        return _one(database, t.worker.c.worker_id == text)
    column = t.person.c
    which = (column.email_key == text) & column.email_time.is_not(None) if mail else column.email_key == text
    order = column.email_time.is_(None), column.email_entry_time, column.worker
    row = database.execute(_WHOLE.where(which).order_by(*order).limit(1)).one_or_none()
    return None if row is None else Person._make(row)


def normal(name: str) -> str:
    """A name as it is looked for, however it was typed."""
    text = "".join(letter for letter in name if letter.isprintable()).strip()[:_LONGEST_NAME]
    address = email_address.read(text) if "@" in text else None
    # Capitals can be more letters: "ß" becomes "SS".
    return email_address.key(address) if address else text.upper()[:_LONGEST_NAME]


def with_token(database: Connection, token: str) -> Person | None:
    """The person whose mail says this in its links."""
    return _one(database, t.person.c.mail_token == token) if token.isprintable() else None


def add(
    database: Connection, number: int, now: int, randomness: random.Random, *, password: str | None, email: str = ""
) -> None:
    """Make the person behind a worker."""
    address = email_address.read(email)
    if address is not None:
        refuse_taken(database, address)
    row = {
        "worker": number,
        "email": address,
        "email_key": address and email_address.key(address),
        "email_entry_time": address and now,
        "mail_token": new_secret(randomness),
        "password": password,
        "creation_time": now,
    }
    database.execute(t.person.insert(), row)


def refuse_taken(database: Connection, address: str, number: int = 0) -> None:
    """Refuse an address that another person than this one has confirmed."""
    if has_another(database, email_address.key(address), number):
        raise Objection({"email": TAKEN_EMAIL})


def has_another(database: Connection, email_key: str, number: int) -> bool:
    """Whether another person than this one has confirmed the address."""
    column = t.person.c
    has_it = column.email_key == email_key, column.email_time.is_not(None), column.worker != number
    return bool(database.execute(select(exists().where(*has_it))).scalar_one())


def confirm_address(database: Connection, number: int, email_key: str, now: int) -> None:
    """Take it that an address is a person's; others who entered it, and never confirmed it, have none any more."""
    others = t.person.c.email_key == email_key, t.person.c.worker != number, t.person.c.email_time.is_(None)
    database.execute(t.person.update().where(*others).values(email=None, email_key=None, email_entry_time=None))
    change(database, number, email_time=now)


def change(database: Connection, number: int, **facts: object) -> None:
    """Change what is known of a person."""
    database.execute(t.person.update().where(t.person.c.worker == number).values(facts))


def settle_in(database: Connection, number: int, country: str, subdivision: str, adult: bool) -> None:
    """Write down where a worker lives, and whether they are of age."""
    facts = {"country": country or None, "subdivision": subdivision or None, "adult": adult}
    database.execute(t.worker.update().where(t.worker.c.number == number).values(facts))


def add_facts(database: Connection, number: int, country: str, subdivision: str, adult: bool) -> None:
    """Write down what somebody tells who signs up; what they leave open stays as it is known."""
    told = {"country": country, "subdivision": subdivision, "adult": adult}
    facts: dict[str, object] = {name: value for name, value in told.items() if value}
    if country not in ("", US):
        facts["subdivision"] = None  # nobody lives in a state of a country that they do not live in
    if facts:
        database.execute(t.worker.update().where(t.worker.c.number == number).values(facts))


def is_taken(database: Connection, number: int) -> bool:
    """Whether a worker has, or had, a person behind it."""
    behind = exists().where(t.person.c.worker == number)
    gone = exists().where(t.closed_account.c.worker == number)
    return bool(database.execute(select(or_(behind, gone))).scalar_one())


def is_closed(database: Connection, number: int) -> bool:
    """Whether the person behind a worker closed the account."""
    return bool(database.execute(select(exists().where(t.closed_account.c.worker == number))).scalar_one())


def _one(database: Connection, which: ColumnElement[bool]) -> Person | None:
    row = database.execute(_WHOLE.where(which)).one_or_none()
    return None if row is None else Person._make(row)
