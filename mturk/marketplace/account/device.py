"""The browsers in which somebody was signed in before, known by a cookie: failures of others do not shut them out."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy import exists as sql_exists

from mturk.marketplace.account.secret import digest
from mturk.marketplace.database import table as t

_MOST = 20
"""Browsers of one worker that are remembered, the latest."""


def is_known(database: Connection, secret: str, number: int) -> bool:
    """Whether the worker was signed in before in the browser that has this secret."""
    which = t.device.c.digest == digest(secret), t.device.c.worker == number
    return bool(secret) and bool(database.execute(select(sql_exists().where(*which))).scalar_one())


def exists(database: Connection, secret: str) -> bool:
    """Whether anybody was signed in before in the browser that has this secret: it was made here."""
    which = t.device.c.digest == digest(secret)
    return bool(secret) and bool(database.execute(select(sql_exists().where(which))).scalar_one())


def forget(database: Connection, number: int) -> None:
    """Know none of a worker's browsers any more."""
    database.execute(t.device.delete().where(t.device.c.worker == number))


def remember(database: Connection, secret: str, number: int, now: int) -> None:
    """Remember the browser that has this secret."""
    mine = t.device.c.worker == number
    database.execute(t.device.delete().where(mine, t.device.c.digest == digest(secret)))
    t.add_row(database, t.device, {"digest": digest(secret), "worker": number, "time": now})
    latest = select(t.device.c.number).where(mine).order_by(t.device.c.number.desc()).limit(_MOST)
    database.execute(t.device.delete().where(mine, t.device.c.number.not_in(latest)))
