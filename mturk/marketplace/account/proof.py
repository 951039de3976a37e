"""That somebody knows a password, or was told a link: what is asked before anything about an account is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.account import device, person, slowdown
from mturk.marketplace.account.means import Caller, Means
from mturk.marketplace.account.person import Person
from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.call import Deed
from mturk.marketplace.error import WorkerError, told

SIGN_IN = "SignIn"
WRONG = told("The worker ID or e-mail address and the password do not match.")


class WrongPassword(WorkerError):
    """The name or the password is wrong; which of them is not said."""

    def __init__(self) -> None:
        super().__init__(WRONG)


class Proof(NamedTuple):
    """The right password was given; it counts if it is still the same when something is done about it."""

    person: Person
    tries: Sequence[int]


def prove(means: Means, name: str, password: str, caller: Caller) -> Proof:
    """Check a name and a password; it takes as long, and writes as much, whether or not there is such a name."""
    now = means.now()

    def begin(database: Connection) -> tuple[Person | None, list[int], bool]:
        found = person.named(database, name, mail=means.mail)
        return found, *_begin(database, found, name, caller, now)

    try:
        found, tries, is_shut = means.store.write(begin)
    except TooManyTries:
        # Counted only: whoever tries without end must not fill the disk.
        if means.dispatch.watch is not None:
            means.dispatch.watch.count(Deed(SIGN_IN, result="TooManyTries"))
        raise
    # Outside of any transaction: others need not wait for a hash.
    right = means.passwords.match(found.password if found else None, password)
    if found is None or not right or is_shut:
        means.refuse(SIGN_IN, found.worker_id if found else None, "WrongPassword")
        raise WrongPassword
    return Proof(found, tries)


def accept(database: Connection, proof: Proof) -> Person:
    """The person who gave a proof, as they are now; a password that was changed in the meantime proves nothing."""
    found = person.of_worker(database, proof.person.worker)
    if found is None or found.password != proof.person.password:
        raise WrongPassword
    slowdown.take_back(database, proof.tries)
    return found


def _begin(database: Connection, found: Person | None, name: str, caller: Caller, now: int) -> tuple[list[int], bool]:
    """Count a try beforehand, as if it had failed; refuse it if there were too many with this name.

    A person is counted under all their names together. Where that was too often no password is right, which is said in
    the same words as ever: a refusal would tell that two names are one person's.
    """
    typed, address = f"name:{person.normal(name)}", f"address:{slowdown.network(caller.address)}"
    account = f"worker:{found.worker}" if found else f"nobody:{person.normal(name)}"
    others = [typed, account, address]
    if device.is_known(database, caller.device, found.worker if found else 0):
        own = f"device:{caller.device} {account}"
        slowdown.check(database, [own], now)
        return slowdown.count(database, [own, *others], now), False
    slowdown.check(database, [typed, address], now)
    is_shut = slowdown.is_full(database, account, now)
    return slowdown.count(database, others, now), is_shut
