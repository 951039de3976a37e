"""The accounts, and every movement of money between them.

Money comes in from "outside" as a deposit and waits as "available". Publishing a HIT moves reward and fee
for each assignment to "hold"; a decision moves them on to the worker ("earned") and to the marketplace
("fees"), or back. A movement takes from one account what it gives to the other, so the sum of all balances is
always zero.

In a sandbox nobody has to pay: what requesters would spend comes from "outside" at once, without fees, and what they do
not spend goes back there. So workers see what they would have earned, and it all adds up as ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from mturk.marketplace.call import Answer, Call, Context
from mturk.marketplace.database import driver, ending
from mturk.marketplace.database import table as t
from mturk.marketplace.error import RequestError
from mturk.marketplace.money import LARGEST, dollars


class Account(NamedTuple):
    """Where money can be."""

    kind: str
    owner: int = 0


class Reward(NamedTuple):
    """What is paid for an assignment that was approved at that time; people, HIT and assignment by number."""

    time: int
    requester: int
    worker: int
    reward: int
    fee: int
    hit: int
    assignment: int


OF_REQUESTERS = ("available", "hold")
"""The kinds of a requester's own accounts."""
ORDER = (*OF_REQUESTERS, "earned", "fees", "outside")
"""The order in which a transaction changes balances: see `database/lock.py`."""

OUTSIDE = Account("outside")
IN_SANDBOX = 1_000_000
"""What a requester has in a sandbox at any time, in cents: one call can cost as much, and the next one again."""
FEES = Account("fees")

NO_DEPOSITS = "This is a sandbox: each balance is 10,000.00 always, and nothing is deposited."


def available(requester: int) -> Account:
    """What a requester can still spend."""
    return Account("available", requester)


def held(requester: int) -> Account:
    """What is reserved for a requester's open work."""
    return Account("hold", requester)


def earned(worker: int) -> Account:
    """What a worker was paid."""
    return Account("earned", worker)


_IS = (t.account.c.kind == bindparam("of_kind"), t.account.c.owner == bindparam("of_owner"))
_ADD = t.account.update().where(*_IS).values(balance=t.account.c.balance + bindparam("cents"))
_TAKE = (
    t.account.update()
    .where(*_IS, t.account.c.balance >= bindparam("cents"))
    .values(balance=t.account.c.balance - bindparam("cents"))
)
_MOVED = t.transfer.insert()


def open_accounts(database: Connection, *accounts: Account) -> None:
    """Open accounts with a balance of zero."""
    database.execute(t.account.insert(), [{**one._asdict(), "balance": 0} for one in accounts])


def deposit(context: Context, requester: int, cents: int) -> None:
    """Put money from outside into a requester's account."""
    _move(context, "deposit", OUTSIDE, available(requester), cents)


def hold(context: Context, requester: int, hit: int, cents: int) -> None:
    """Reserve money for work that may be done; refused when there is too little."""
    _move(context, "hold", _purse(context, requester, cents), held(requester), cents, hit=hit)


def release(context: Context, requester: int, hit: int, cents: int) -> None:
    """Give back what was reserved for work that will not be paid."""
    _move(context, "release", held(requester), _purse(context, requester), cents, hit=hit)


def pay_reward(
    context: Context, requester: int, worker: int, reward: int, fee: int, *, hit: int, assignment: int
) -> None:
    """Pay one assignment out of what was reserved for it."""
    source = held(requester)
    _move(context, "reward", source, earned(worker), reward, hit=hit, assignment=assignment)
    _move(context, "fee", source, FEES, fee, hit=hit, assignment=assignment)


def pay_rewards(context: Context, rewards: Sequence[Reward]) -> None:
    """Pay several assignments out of what was reserved for them."""
    spent: Counter[int] = Counter()
    came: Counter[int] = Counter()
    for one in rewards:
        spent[one.requester] += one.reward + one.fee
        came[one.worker] += one.reward
    fees = sum(one.fee for one in rewards)
    changes = [
        *((held(requester), -total) for requester, total in sorted(spent.items())),
        *((earned(worker), total) for worker, total in sorted(came.items())),
        (FEES, fees),
    ]
    for account, by in changes:
        if by and not _change(context, account, by):
            raise AssertionError(f"{account} holds less than the {-by} cents to be paid")
    rows = [row for one in rewards for row in _transfers(one) if row["cents"]]
    if rows:
        context.database.execute(_MOVED, rows)


def pay_bonus(
    context: Context, requester: int, worker: int, cents: int, fee: int, *, hit: int, assignment: int
) -> None:
    """Pay a bonus out of what is available."""
    source = _purse(context, requester, cents)
    _move(context, "bonus", source, earned(worker), cents, hit=hit, assignment=assignment)
    _move(context, "fee", source, FEES, fee, hit=hit, assignment=assignment)


def balance(database: Connection, account: Account) -> int:
    """What is in an account, in cents."""
    query = select(t.account.c.balance).where(*_IS)
    return int(database.execute(query, {"of_kind": account.kind, "of_owner": account.owner}).scalar_one())


def audit(database: Connection) -> list[str]:
    """What does not add up, one line each: nothing, if every cent is accounted for."""
    came = select(t.transfer.c.to_kind, t.transfer.c.to_owner, func.sum(t.transfer.c.cents))
    went = select(t.transfer.c.from_kind, t.transfer.c.from_owner, func.sum(t.transfer.c.cents))
    moved: dict[Account, int] = {}
    for kind, owner, total in database.execute(came.group_by("to_kind", "to_owner")):
        moved[Account(kind, owner)] = moved.get(Account(kind, owner), 0) + int(total)
    for kind, owner, total in database.execute(went.group_by("from_kind", "from_owner")):
        moved[Account(kind, owner)] = moved.get(Account(kind, owner), 0) - int(total)
    wrong = []
    for row in database.execute(select(t.account)):
        expected = moved.get(Account(row.kind, row.owner), 0)
        if row.balance != expected:
            wrong.append(f"{row.kind} {row.owner}: the balance is {row.balance}, the movements {expected}")
        if row.balance < 0 and row.kind != OUTSIDE.kind:
            wrong.append(f"{row.kind} {row.owner}: the balance is {row.balance}")
    total = database.execute(select(func.sum(t.account.c.balance))).scalar_one()
    return [*wrong, f"all balances together are {total}"] if total else wrong


def get_account_balance(call: Call) -> Answer:
    """What the caller can spend, and what is reserved for open work."""
    spendable, on_hold = funds(call, call.requester)
    return {"AvailableBalance": dollars(spendable), "OnHoldBalance": dollars(on_hold)}


def funds(context: Context, requester: int) -> tuple[int, int]:
    """What a requester can spend, and what is reserved for open work, in cents."""
    if context.settings.sandbox:
        return IN_SANDBOX, 0
    return balance(context.database, available(requester)), balance(context.database, held(requester))


def _purse(context: Context, requester: int, cents: int = 0) -> Account:
    """Where it comes from that a requester spends so much."""
    if not context.settings.sandbox:
        return available(requester)
    if cents > IN_SANDBOX:
        raise _insufficient_funds()
    return OUTSIDE


def _move(
    context: Context,
    reason: str,
    source: Account,
    target: Account,
    cents: int,
    *,
    hit: int | None = None,
    assignment: int | None = None,
) -> None:
    if cents == 0:
        return
    # The database cannot store a larger number, so nobody has as much.
    if cents > LARGEST or not _change_both(context, source, target, cents):
        if source.kind == "available":
            raise _insufficient_funds()
        raise AssertionError(f"{source} holds less than the {cents} cents to be moved for {reason}")
    moved = {"time": context.now, "reason": reason, **_row(source, target, cents), "hit": hit, "assignment": assignment}
    ending.change(context.database, _MOVED, moved)


def _transfers(one: Reward) -> list[dict[str, Any]]:
    source, of = held(one.requester), {"time": one.time, "hit": one.hit, "assignment": one.assignment}
    return [
        {**_row(source, earned(one.worker), one.reward), "reason": "reward", **of},
        {**_row(source, FEES, one.fee), "reason": "fee", **of},
    ]


def _row(source: Account, target: Account, cents: int) -> dict[str, Any]:
    return {
        "from_kind": source.kind,
        "from_owner": source.owner,
        "to_kind": target.kind,
        "to_owner": target.owner,
        "cents": cents,
    }


def _change_both(context: Context, source: Account, target: Account, cents: int) -> bool:
    changes = sorted(((source, -cents), (target, cents)), key=lambda change: ORDER.index(change[0].kind))
    return all(_change(context, account, by) for account, by in changes)


def _change(context: Context, account: Account, by: int) -> bool:
    which = {"of_kind": account.kind, "of_owner": account.owner}
    if ending.puts_off(context.database):
        # The database refuses what is too much, and the transaction is done again without putting off.
        ending.change(context.database, _ADD, {**which, "cents": by})
        return True
    # "outside" may be negative: its balance is minus everything that was ever deposited.
    if by > 0 or account == OUTSIDE:
        return driver.change(context.database, _ADD, {**which, "cents": by}) == 1
    return driver.change(context.database, _TAKE, {**which, "cents": -by}) == 1


def _insufficient_funds() -> RequestError:
    text = "This Requester has insufficient funds in their account to complete this transaction."
    return RequestError("InsufficientFunds", text)
