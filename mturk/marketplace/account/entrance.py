"""How people come in: they sign up, sign in, are let in by a proxy, or set a new password by a link."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.account import (
    account_link,
    alias,
    confirmation,
    device,
    email_address,
    invitation,
    password,
    person,
    place,
    probe,
    proof,
    sitting,
    slowdown,
)
from mturk.marketplace.account.admission import Entry, let_in
from mturk.marketplace.account.invitation import Invitation, Used
from mturk.marketplace.account.means import Caller, Means
from mturk.marketplace.account.objection import object_to
from mturk.marketplace.account.proof import WrongPassword
from mturk.marketplace.account.sitting import Sitting
from mturk.marketplace.account.slowdown import TooManyTries
from mturk.marketplace.call import Context
from mturk.marketplace.clock import HOUR
from mturk.marketplace.database.row import known
from mturk.marketplace.error import DatabaseBusy, MarketplaceError, WorkerError, told
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.people import worker

CLOSED = told("This account was closed. It cannot be opened again.")
CLOSED_DOOR = "You need an invitation to sign up here. Open the link that was sent to you."
AGREE = told("You can only work here if you agree to the terms.")
_SIGN_UPS = 50
"""How many accounts one address on the network may open in an hour without invitations; a class of students is one."""


class Application(NamedTuple):
    """What somebody enters to sign up; only the password must be there, and consent where there are terms."""

    password: str
    email: str = ""
    country: str = ""
    subdivision: str = ""
    adult: bool = False
    agrees: bool = False

    def __repr__(self) -> str:
        return "<Application>"


class Entrance:
    """Lets people in, and knows who is; `open_door` lets them sign up without an invitation."""

    def __init__(self, means: Means, *, open_door: bool = False) -> None:
        self._means = means
        self._store = means.store
        self._randomness: random.Random = means.randomness
        self._open_door = open_door

    @property
    def sends_mail(self) -> bool:
        """Whether there is a server to send e-mail by."""
        return self._means.mail

    def invite(self, worker_id: str | None, life: int) -> str:
        """Make an invitation that is good for so many milliseconds, and say its secret."""
        (secret,) = self._invite([worker_id], life)
        return secret

    def invite_many(self, count: int, life: int) -> list[str]:
        """Make invitations for so many new workers, all of them or none, and say their secrets."""
        return self._invite([None] * count, life)

    def invitation(self, secret: str) -> Invitation:
        """The invitation that has this secret; WorkerError says why it is not good."""
        return self._store.read(lambda database: invitation.good(database, secret, self._means.now()))

    def promise(self) -> str:
        """The id of a worker who may sign up without an invitation; nobody has it yet."""
        return Identifiers(self._randomness).customer()

    def sign_up(self, application: Application, secret: str, caller: Caller, promised: str | None = None) -> Entry:
        """Make a worker, or the account of one that is known, and let its person in.

        Who never got the answer and sends the form again comes in too, by the same password. `promised` is the worker
        id for who has no invitation.
        """
        try:
            invited = self.invitation(secret) if secret or not self._open_door else None
            if invited is None and promised and self._store.read(lambda database: _is_taken(database, promised)):
                raise Used(promised)
        except Used as used:
            return self._come_back(used, application.password, caller)
        object_to(self._faults(application, invited, promised))
        network = slowdown.network(caller.address)
        # Who was invited is not kept out by what others on the same network do.
        with probe.counted(self._means, f"invitation {invited.number}" if invited else network):
            if invited is None:
                self._count_sign_up(network)
            hashed = self._means.passwords.hash(application.password)
            return self._means.dispatch.run(
                lambda context: self._settle(context, application, secret, hashed, caller, promised)
            )

    def sign_in(self, name: str, password: str, caller: Caller) -> Entry:
        """Let somebody in who knows the password."""
        given = proof.prove(self._means, name, password, caller)

        def enter(database: Connection) -> Entry:
            found = proof.accept(database, given)
            return let_in(self._means, database, found.worker, found.worker_id, caller)

        return self._store.write(enter)

    def entry_link(self, worker_id: str) -> str:
        """Make a link that lets a worker in without a password, and say its secret."""

        def make(database: Connection) -> str:
            found = worker.find(database, worker_id)
            if found is None or person.is_closed(database, found.number):
                raise MarketplaceError(f"There is no worker {worker_id} who could sign in.")
            now, life = self._means.now(), account_link.LIFE_OF_ENTRY
            if not person.is_taken(database, found.number):
                person.add(database, found.number, now, self._randomness, password=None)
            self._means.note(database, "MakeEntryLink", WorkerId=worker_id)
            return account_link.make(database, account_link.ENTRY, found.number, now, life, self._randomness)

        return self._store.write(make)

    def enter_by_link(self, secret: str, caller: Caller) -> Entry:
        """Let somebody in who has such a link."""

        def enter(database: Connection) -> Entry:
            link = account_link.good(database, account_link.ENTRY, secret, self._means.now())
            account_link.use(database, link)
            found = person.of_worker(database, known(link.worker))
            if found is None:
                raise WorkerError(account_link.BAD)
            return let_in(self._means, database, found.worker, found.worker_id, caller, "SignInByLink")

        return self._store.write(enter)

    def whose_entry(self, secret: str) -> str:
        """The worker id that a link lets in; WorkerError if it is not good any more."""
        return self._whose(account_link.ENTRY, secret)

    def enter_as(self, name: str, caller: Caller) -> Entry:
        """Let somebody in whom a proxy of the operator's signed in under this name; new ones become workers."""
        read = alias.read(name)
        digest = alias.digest_of(read, self._means.key())

        def enter(context: Context) -> Entry:
            number, is_new = self._of_alias(context, read, digest)
            found = person.of_worker(context.database, number)
            if found is None:
                raise WorkerError(CLOSED)
            entry = let_in(self._means, context.database, number, found.worker_id, caller, "SignInByProxy")
            return entry._replace(is_new=is_new)

        return self._means.dispatch.run(enter)

    def known_as(self, name: str) -> str:
        """The id of the worker who has this name elsewhere; one is made if nobody has. ValueError: it is no name."""
        try:
            read = alias.read(name)
        except WorkerError:
            text = f"An alias has 1 to {alias.LONGEST} printable characters and no comma, unlike {name!r}."
            raise ValueError(text) from None
        digest = alias.digest_of(read, self._means.key())
        return self._means.dispatch.run(
            lambda context: worker.id_of(context.database, self._of_alias(context, read, digest)[0])
        )

    def sitting(self, secret: str) -> Sitting | None:
        """Who it is that has this secret; None if the sitting has ended. That they are here is noted now and then."""
        now = self._means.now()
        found = self._store.read(lambda database: sitting.found(database, secret, now)) if secret else None
        if found is not None and sitting.is_stale(found, now):
            with suppress(DatabaseBusy):  # the next page notes it
                self._store.write(
                    lambda database: sitting.note(database, found, now), within=self._means.dispatch.brief
                )
        return found

    def sign_out(self, one: Sitting) -> None:
        """End a sitting."""

        def end(database: Connection) -> None:
            if sitting.end(database, one.worker, sitting.only(one.number)):
                self._means.note(database, "SignOut", one.worker_id)

        self._store.write(end)

    def end(self, secret: str) -> None:
        """End the sitting that has this secret, if there is one."""
        found = self.sitting(secret)
        if found is not None:
            self.sign_out(found)

    def ask_for_reset(self, name: str, caller: Caller) -> None:
        """Send a link for a new password, if there is such a person with an address; nobody is told whether there is.

        As much is written and read for a name that nobody has.
        """
        now = self._means.now()

        def ask(database: Connection) -> None:
            found = person.named(database, name, mail=self._means.mail)
            typed, address = f"letter to:{person.normal(name)}", f"letter from:{slowdown.network(caller.address)}"
            account = f"letter:{found.worker}" if found else f"letter to nobody:{person.normal(name)}"
            slowdown.check(database, [typed], now, most=confirmation.MOST_LETTERS, window=HOUR)
            slowdown.check(database, [address], now, most=confirmation.MOST_LETTERS_OF_NETWORK, window=HOUR)
            # A refusal would tell that two names are one person's.
            is_full = slowdown.is_full(database, account, now, most=confirmation.MOST_LETTERS, window=HOUR)
            slowdown.count(database, [typed, account, address], now)
            confirmation.send_reset(self._means, database, None if is_full else found, name, now)
            self._means.note(database, "AskForReset", **({"WorkerId": found.worker_id} if found else {}))

        if self._means.mail:
            self._store.write(ask)

    def reset_link(self, worker_id: str) -> str:
        """Make a link for a new password, which the operator hands on, and say its secret."""

        def make(database: Connection) -> str:
            found = person.named(database, worker_id, mail=self._means.mail)
            if found is None or found.worker_id != worker_id:
                invitation.to_be_invited(database, worker_id)
                raise MarketplaceError(
                    f"{worker_id} has no account. For an invitation: mturk worker invite {worker_id}"
                )
            self._means.note(database, "MakeResetLink", WorkerId=worker_id)
            life = account_link.LIFE_FROM_OPERATOR
            return account_link.make(
                database, account_link.RESET, found.worker, self._means.now(), life, self._randomness
            )

        return self._store.write(make)

    def whose_reset(self, secret: str) -> str:
        """The worker id that a link for a new password is for; WorkerError if it is not good any more."""
        return self._whose(account_link.RESET, secret)

    def reset(self, secret: str, new: str, caller: Caller) -> Entry:
        """Set a new password by a link, end all sittings, and let its owner in."""
        worker_id = self.whose_reset(secret)
        object_to({"password": password.fault_of(new, worker_id)})
        hashed = self._means.passwords.hash(new)

        def change(database: Connection) -> Entry:
            link = account_link.good(database, account_link.RESET, secret, self._means.now())
            account_link.use(database, link)
            number = known(link.worker)
            person.change(database, number, password=hashed)
            account_link.forget(database, number, *account_link.OPENING)
            sitting.end(database, number)
            device.forget(database, number)
            return let_in(self._means, database, number, worker_id, caller, "ResetPassword")

        return self._store.write(change)

    def _invite(self, worker_ids: Sequence[str | None], life: int) -> list[str]:
        now = self._means.now()

        def invite(database: Connection) -> list[str]:
            self._means.note(database, "Invite", WorkerIds=[one for one in worker_ids if one], Number=len(worker_ids))
            return invitation.invite(database, worker_ids, now, now + life, self._randomness)

        return self._store.write(invite)

    def _come_back(self, used: Used, password: str, caller: Caller) -> Entry:
        try:
            if used.worker_id is not None:
                return self.sign_in(used.worker_id, password, caller)
        except WrongPassword:
            pass
        raise used

    def _settle(
        self,
        context: Context,
        application: Application,
        secret: str,
        hashed: str,
        caller: Caller,
        promised: str | None,
    ) -> Entry:
        database, now = context.database, self._means.now()
        invited = invitation.good(database, secret, now) if secret or not self._open_door else None
        number = invited.worker if invited else None
        if number is None:
            number = self._new_worker(context, invited.promised if invited else promised)
        if person.is_taken(database, number):
            raise Used(None)
        person.add(database, number, now, self._randomness, password=hashed, email=application.email)
        person.add_facts(database, number, application.country, application.subdivision, application.adult)
        if self._means.terms:
            person.change(database, number, terms=self._means.terms, terms_time=now)
        if invited is not None:
            invitation.use(database, invited, number)
        with suppress(TooManyTries):  # the account is there all the same, and the link can be asked for later
            confirmation.ask_slowly(self._means, database, number, now, caller)
        found = person.of_worker(database, number)
        return let_in(self._means, database, number, found.worker_id if found else "", caller, "SignUp")

    def _whose(self, kind: str, secret: str) -> str:
        def look(database: Connection) -> str:
            link = account_link.good(database, kind, secret, self._means.now())
            found = None if link.worker is None else person.of_worker(database, link.worker)
            if found is None:
                raise WorkerError(account_link.BAD)
            return found.worker_id

        return self._store.read(look)

    def _of_alias(self, context: Context, name: str, digest: str) -> tuple[int, bool]:
        """The number of the worker who has this name, and whether they were made for it now."""
        known_as = alias.worker_of(context.database, name, digest)
        if known_as is not None:
            return known_as, False
        number = self._new_worker(context)
        person.add(context.database, number, self._means.now(), self._randomness, password=None)
        alias.add(context.database, name, digest, number)
        return number, True

    def _new_worker(self, context: Context, promised: str | None = None) -> int:
        return worker.register(context, promised or self.promise()).number

    def _faults(
        self, application: Application, invited: Invitation | None, promised: str | None
    ) -> dict[str, str | None]:
        worker_id = invited.future_id if invited else promised
        country = application.country or (invited and invited.country) or ""
        return {
            "email": email_address.fault_of(application.email),
            "password": password.fault_of(application.password, worker_id, application.email),
            **place.faults_of(country, application.subdivision),
            "terms": AGREE if self._means.terms and not application.agrees else None,
        }

    def _count_sign_up(self, network: str) -> None:
        subjects, now = [f"sign-up:{network}"], self._means.now()

        def count(database: Connection) -> None:
            slowdown.check(database, subjects, now, most=_SIGN_UPS, window=HOUR)
            slowdown.count(database, subjects, now)

        self._store.write(count)


def _is_taken(database: Connection, worker_id: str) -> bool:
    found = worker.find(database, worker_id)
    return found is not None and person.is_taken(database, found.number)
