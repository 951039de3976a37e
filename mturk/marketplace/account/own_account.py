"""What people do with their own accounts: look, change, take their data along, close."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

from sqlalchemy import Connection

from mturk.marketplace.account import (
    account_link,
    closure,
    confirmation,
    device,
    email_address,
    own_data,
    password,
    person,
    place,
    probe,
    proof,
    sitting,
    slowdown,
)
from mturk.marketplace.account.admission import Entry, let_in
from mturk.marketplace.account.means import Caller, Means
from mturk.marketplace.account.objection import Objection, object_to
from mturk.marketplace.account.person import Person
from mturk.marketplace.account.proof import Proof, WrongPassword
from mturk.marketplace.account.sitting import Sitting
from mturk.marketplace.call import Context
from mturk.marketplace.clock import HOUR
from mturk.marketplace.error import ServiceFault, WorkerError, told

Result = TypeVar("Result")

ENDED = told("You are not signed in any more. Sign in again.")
NOT_YOU = told("This is not your password.")
NOT_YOUR_ID = told("Type your worker ID to close the account.")
_EXPORTS = 2
"""So many people take their data along at the same time: it may take seconds, in which others are to be answered."""

_MOST_EXPORTS = 5
"""So often in an hour somebody does: the file is there until it was taken, for which who is slow has hours."""


class OwnAccount:
    """The account of whoever is signed in; each step is theirs alone, and needs that they still are."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._exporting: set[int] = set()
        self._lock = threading.Lock()

    def person(self, mine: Sitting) -> Person:
        """What is known of the person."""
        return self._store.read(lambda database: _present(database, mine))

    def sittings(self, mine: Sitting) -> Sequence[Sitting]:
        """Where the person is signed in, the latest first."""
        return self._store.read(lambda database: sitting.listed(database, mine.worker, self._means.now()))

    def end_sitting(self, mine: Sitting, number: int) -> None:
        """Sign out somewhere; nothing happens if that is not one of the person's own."""
        self._change(mine, lambda database, _: sitting.end(database, mine.worker, sitting.only(number)), "EndSitting")

    def end_others(self, mine: Sitting) -> None:
        """Sign out everywhere but here."""
        others = sitting.all_but(mine.number)
        self._change(mine, lambda database, _: sitting.end(database, mine.worker, others), "EndSittings")

    def settle_in(self, mine: Sitting, country: str, subdivision: str, adult: bool) -> None:
        """Change where the person lives, and whether they are of age."""
        object_to(place.faults_of(country, subdivision))
        self._change(
            mine,
            lambda database, _: person.settle_in(database, mine.worker, country, subdivision, adult),
            "ChangeAccount",
        )

    def agree(self, mine: Sitting, terms: str) -> None:
        """Write down that the person agrees to the terms that have this digest."""
        if terms != self._means.terms:
            raise WorkerError("The terms have changed. Please read them again.")
        now = self._means.now()
        agreed = {"terms": terms, "terms_time": now}
        self._change(mine, lambda database, _: person.change(database, mine.worker, **agreed), "AgreeToTerms")

    def want_mail(self, mine: Sitting, wanted: bool) -> None:
        """Have messages sent by e-mail too, or not any more."""
        self._change(mine, lambda database, _: person.change(database, mine.worker, mailed=wanted), "ChangeAccount")

    def change_email(self, mine: Sitting, email: str, given: str, caller: Caller) -> None:
        """Change the e-mail address, or take it out; a new one must be confirmed."""
        object_to({"email": email_address.fault_of(email)})
        address = email_address.read(email) if email.strip() else None

        def change(database: Connection, found: Person) -> None:
            if address is not None:
                person.refuse_taken(database, address, mine.worker)
            key = address and email_address.key(address)
            # Who enters the same address again is not put behind others who entered it meanwhile.
            since = found.email_entry_time if key == found.email_key else self._means.now()
            facts = {"email": address, "email_key": key, "email_entry_time": address and since, "email_time": None}
            person.change(database, mine.worker, **facts)
            account_link.forget(database, mine.worker, *account_link.OPENING)
            confirmation.ask_slowly(self._means, database, mine.worker, self._means.now(), caller)

        with probe.counted(self._means, f"worker {mine.worker}"):
            self._prove_and_change(mine, given, caller, change, "ChangeEmail")

    def ask_again(self, mine: Sitting, caller: Caller) -> None:
        """Send the mail again by which the e-mail address is confirmed."""
        now = self._means.now()

        def ask(database: Connection, found: Person) -> None:
            if found.email_time is None:
                confirmation.ask_slowly(self._means, database, mine.worker, now, caller)

        self._change(mine, ask)

    def confirm(self, secret: str) -> None:
        """Take it that an e-mail address is its person's, by the link that was sent there."""
        now = self._means.now()
        self._store.write(lambda database: confirmation.confirm(database, secret, now))

    def end_mail(self, token: str) -> bool:
        """Send a person no more messages by e-mail; `token` stands in each of them. False if nobody has that one."""

        def end(database: Connection) -> bool:
            found = person.with_token(database, token)
            if found is not None:
                person.change(database, found.worker, mailed=False)
            return found is not None

        return self._store.write(end)

    def change_password(self, mine: Sitting, given: str, new: str, caller: Caller) -> Entry:
        """Set a new password, and begin a new sitting; nothing that was known or sent before lets anybody in."""
        known = self.person(mine)
        object_to({"new_password": password.fault_of(new, known.worker_id, known.email)})
        # Who does not know the password is not worth the work of a hash.
        proved = self._prove(mine, given, caller) if known.password is not None else None
        hashed = self._means.passwords.hash(new)

        def change(database: Connection, _: Person) -> Entry:
            if proved is not None:
                proof.accept(database, proved)
            person.change(database, mine.worker, password=hashed)
            account_link.forget(database, mine.worker, *account_link.OPENING)
            sitting.end(database, mine.worker)
            device.forget(database, mine.worker)
            return let_in(self._means, database, mine.worker, mine.worker_id, caller, "ChangePassword")

        return self._change(mine, change)

    def export(self, mine: Sitting, file: TextIO) -> None:
        """Write all that the database holds about the person to a file, as JSON; once, and a few people at a time.

        TooManyTries where they asked for it often of late.
        """
        with self.taking_along(mine):
            self._store.write(lambda database: self._count_export(database, mine))
            self._store.read(lambda database: own_data.write(database, mine.worker, file))

    @contextmanager
    def taking_along(self, mine: Sitting) -> Iterator[None]:
        """Let the person take along what takes long to write; ServiceFault if they, or a few others, are at it."""
        with self._lock:
            if mine.worker in self._exporting or len(self._exporting) == _EXPORTS:
                raise ServiceFault
            self._exporting.add(mine.worker)
        try:
            yield
        finally:
            with self._lock:
                self._exporting.remove(mine.worker)

    def _count_export(self, database: Connection, mine: Sitting) -> None:
        subjects, now = [f"export:{mine.worker}"], self._means.now()
        slowdown.check(database, subjects, now, most=_MOST_EXPORTS, window=HOUR)
        slowdown.count(database, subjects, now)

    def close(self, mine: Sitting, given: str, caller: Caller) -> None:
        """Close the account for ever: `given` is the password, or where there is none the worker id."""
        if self.person(mine).password is None:
            if given.strip() != mine.worker_id:
                raise Objection({"password": NOT_YOUR_ID})
            self._means.dispatch.run(lambda context: self._close(context, mine))
            return
        proved = self._prove(mine, given, caller)

        def close(context: Context) -> None:
            proof.accept(context.database, proved)
            self._close(context, mine)

        self._means.dispatch.run(close)

    def _close(self, context: Context, mine: Sitting) -> None:
        _present(context.database, mine)
        closure.close(context, mine.worker, mine.worker_id, self._means.now())
        context.note("CloseAccount", worker_id=mine.worker_id)

    def _prove(self, mine: Sitting, given: str, caller: Caller) -> Proof:
        try:
            return proof.prove(self._means, mine.worker_id, given, caller)
        except WrongPassword:
            raise Objection({"password": NOT_YOU}) from None

    def _prove_and_change(
        self, mine: Sitting, given: str, caller: Caller, change: Callable[[Connection, Person], Result], step: str
    ) -> Result:
        """Change something that needs the password; whom a proxy signs in has none."""
        if self.person(mine).password is None:
            return self._change(mine, change, step)
        proved = self._prove(mine, given, caller)

        def check_and_change(database: Connection, _: Person) -> Result:
            return change(database, proof.accept(database, proved))

        return self._change(mine, check_and_change, step)

    def _change(self, mine: Sitting, change: Callable[[Connection, Person], Result], step: str = "") -> Result:
        """Change something; `step` is what it is known as in the audit trail, if it is not noted otherwise."""

        def change_and_note(database: Connection) -> Result:
            result = change(database, _present(database, mine))
            if step:
                self._means.note(database, step, mine.worker_id)
            return result

        return self._store.write(change_and_note)


def _present(database: Connection, mine: Sitting) -> Person:
    """The person, if they are still signed in: the sitting may have been ended, or the account closed, just now."""
    found = person.of_worker(database, mine.worker)
    if found is None or not sitting.is_open(database, mine):
        raise WorkerError(ENDED)
    return found
