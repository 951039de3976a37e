"""Requests that must not be carried out twice: a token is good once in 24 hours.

MTurk answers a repeated token with an error that names what the first call made, not with its answer.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from mturk.marketplace import agenda
from mturk.marketplace.call import Call, Context
from mturk.marketplace.clock import DAY, HOUR
from mturk.marketplace.database import driver, ending
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
_AT_ONCE = 1000
"""So many tokens are forgotten in one step of the agenda, so that others get their turn."""
_TIME = t.request_token.c.time
_SOME = select(_TIME).where(bindparam("over") >= _TIME).order_by(_TIME).offset(_AT_ONCE - 1).limit(1)
_FORGET_UNTIL = t.request_token.delete().where(bindparam("last") >= _TIME)
_OLDEST = select(func.min(_TIME))


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
    ending.change(call.database, _REMEMBER, new)
    if not agenda.has(call.database, agenda.FORGET_TOKENS, _ALL):
        agenda.plan(call.database, agenda.FORGET_TOKENS, _ALL, call.now + DAY)


def forget(context: Context, number: int) -> None:
    """Forget tokens whose day is over, some at a time; those that follow closely are left for one time together."""
    over = context.now - DAY
    last = context.database.execute(_SOME, {"over": over}).scalar_one_or_none()
    context.database.execute(_FORGET_UNTIL, {"last": over if last is None else last})
    oldest = context.database.execute(_OLDEST).scalar_one()
    if oldest is None:
        return
    then = context.now if oldest <= over else max(int(oldest) + DAY, context.now + HOUR)
    agenda.plan(context.database, agenda.FORGET_TOKENS, number, then)
