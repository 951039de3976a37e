"""Requests that must not be carried out twice: a token is good once in 24 hours.

MTurk answers a repeated token with an error that names what the first call made, not with its answer.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Call, Context
from mturk.marketplace.clock import DAY, HOUR
from mturk.marketplace.database import driver
from mturk.marketplace.database import table as t

_ALL = 0  # tokens are forgotten together, so there is one such thing on the agenda
_IS = (
    t.request_token.c.requester == bindparam("of_requester"),
    t.request_token.c.operation == bindparam("of_operation"),
    t.request_token.c.token == bindparam("of_token"),
)
_FIND = select(t.request_token.c.subject, t.request_token.c.time).where(*_IS)
_FORGET = t.request_token.delete().where(*_IS)
_REMEMBER = t.request_token.insert()


def earlier(call: Call, operation: str, token: str | None) -> str | None:
    """What the first call with this token was about, if there was one in 24 hours; an older one is forgotten."""
    if token is None:
        return None
    which = {"of_requester": call.requester, "of_operation": operation, "of_token": token}
    found = driver.row(call.database, _FIND, which)
    if found is None:
        return None
    subject, time = found
    if time <= call.now - DAY:
        driver.change(call.database, _FORGET, which)
        return None
    return str(subject)


def remember(call: Call, operation: str, token: str | None, subject: str) -> None:
    """Note what this call was about, which has asked for an `earlier` one."""
    if token is None:
        return
    new = {"requester": call.requester, "operation": operation, "token": token, "subject": subject, "time": call.now}
    driver.change(call.database, _REMEMBER, new)
    if not agenda.has(call.database, agenda.FORGET_TOKENS, _ALL):
        agenda.plan(call.database, agenda.FORGET_TOKENS, _ALL, call.now + DAY)


def forget(context: Context, number: int) -> None:
    """Forget the tokens whose day is over; those that follow closely are left for one time together."""
    context.database.execute(t.request_token.delete().where(t.request_token.c.time <= context.now - DAY))
    oldest = context.database.execute(select(func.min(t.request_token.c.time))).scalar_one()
    if oldest is not None:
        agenda.plan(context.database, agenda.FORGET_TOKENS, number, max(int(oldest) + DAY, context.now + HOUR))
