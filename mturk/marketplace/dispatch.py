"""From the name of an operation to the function that does it, in one transaction at one moment.

What has become due since the last call is carried out first, in transactions of its own. Where a timekeeper goes on
with it in the background, a call waits only so long for a long agenda: then one that only reads is told how far things
are, and one that would change something is asked to come again, because what is due might change what it may do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from mturk.marketplace import agenda
from mturk.marketplace.call import Answer, Call, Context, Deed, Hear, Settings
from mturk.marketplace.clock import Clock
from mturk.marketplace.database.store import Store, pulse
from mturk.marketplace.due import Due
from mturk.marketplace.error import DatabaseBusy, FrontEndError, MarketplaceError, ServiceFault
from mturk.marketplace.hit import (
    assignment,
    bonus,
    decision,
    disposal,
    expiration,
    extension,
    file_upload,
    hit,
    hit_type,
    notification,
    publication,
    review_result,
    review_status,
    type_change,
)
from mturk.marketplace.identifier import Identifiers
from mturk.marketplace.people import block, ledger, message
from mturk.marketplace.qualification import (
    qualification,
    qualification_request,
    qualification_type,
    qualification_type_deletion,
)
from mturk.marketplace.request.rules import RULES
from mturk.marketplace.watch import subject
from mturk.marketplace.watch.watch import Watch

Result = TypeVar("Result")


class Operation(NamedTuple):
    """How one operation is carried out."""

    function: Callable[..., Answer]
    writes: bool = True
    together: bool = False
    """Whether it locks all that it relies on (`database/lock.py`), and so may be done together with others."""


OPERATIONS: Final[dict[str, Operation]] = {
    "AcceptQualificationRequest": Operation(qualification_request.accept_qualification_request),
    "ApproveAssignment": Operation(decision.approve_assignment, together=True),
    "AssociateQualificationWithWorker": Operation(qualification.associate_qualification_with_worker),
    "CreateAdditionalAssignmentsForHIT": Operation(extension.create_additional_assignments_for_hit, together=True),
    "CreateHIT": Operation(publication.create_hit, together=True),
    "CreateHITType": Operation(hit_type.create_hit_type, together=True),
    "CreateHITWithHITType": Operation(publication.create_hit_with_hit_type, together=True),
    "CreateQualificationType": Operation(qualification_type.create_qualification_type),
    "CreateWorkerBlock": Operation(block.create_worker_block),
    "DeleteHIT": Operation(disposal.delete_hit, together=True),
    "DeleteQualificationType": Operation(qualification_type_deletion.delete_qualification_type),
    "DeleteWorkerBlock": Operation(block.delete_worker_block),
    "DisassociateQualificationFromWorker": Operation(qualification.disassociate_qualification_from_worker),
    "GetAccountBalance": Operation(ledger.get_account_balance, writes=False),
    "GetAssignment": Operation(assignment.get_assignment, writes=False),
    "GetFileUploadURL": Operation(file_upload.get_file_upload_url, writes=False),
    "GetHIT": Operation(hit.get_hit, writes=False),
    "GetQualificationScore": Operation(qualification.get_qualification_score, writes=False),
    "GetQualificationType": Operation(qualification_type.get_qualification_type, writes=False),
    "ListAssignmentsForHIT": Operation(assignment.list_assignments_for_hit, writes=False),
    "ListBonusPayments": Operation(bonus.list_bonus_payments, writes=False),
    "ListHITs": Operation(hit.list_hits, writes=False),
    "ListHITsForQualificationType": Operation(hit.list_hits_for_qualification_type, writes=False),
    "ListQualificationRequests": Operation(qualification_request.list_qualification_requests, writes=False),
    "ListQualificationTypes": Operation(qualification_type.list_qualification_types, writes=False),
    "ListReviewPolicyResultsForHIT": Operation(review_result.list_review_policy_results_for_hit, writes=False),
    "ListReviewableHITs": Operation(hit.list_reviewable_hits, writes=False),
    "ListWorkerBlocks": Operation(block.list_worker_blocks, writes=False),
    "ListWorkersWithQualificationType": Operation(qualification.list_workers_with_qualification_type, writes=False),
    "NotifyWorkers": Operation(message.notify_workers),
    "RejectAssignment": Operation(decision.reject_assignment, together=True),
    "RejectQualificationRequest": Operation(qualification_request.reject_qualification_request),
    "SendBonus": Operation(bonus.send_bonus, together=True),
    "SendTestEventNotification": Operation(notification.send_test_event_notification),
    "UpdateExpirationForHIT": Operation(expiration.update_expiration_for_hit, together=True),
    "UpdateHITReviewStatus": Operation(review_status.update_hit_review_status, together=True),
    "UpdateHITTypeOfHIT": Operation(type_change.update_hit_type_of_hit, together=True),
    "UpdateNotificationSettings": Operation(notification.update_notification_settings),
    "UpdateQualificationType": Operation(qualification_type.update_qualification_type),
}


def only_reads(operation: str) -> bool:
    """Whether an operation is known, and changes nothing."""
    return operation in OPERATIONS and not OPERATIONS[operation].writes


PATIENCE = 0.7
"""Seconds that a call waits for a long agenda, if somebody else goes on with it."""
_LONG = 200
"""So many things are a long agenda; what is less is waited for, which takes about as long."""
_PATIENT = 1.0
"""Seconds more, after which few things are a long agenda, too: some take as long as a hundred others."""
_TURN = 0.1
"""Seconds that are waited where it is all the same who is first."""
_WHILE = 2.0
"""Seconds that who only reads waits until what is due can be carried out: more than others who write usually take."""
_RETRY_AFTER = 1  # seconds, in which some of a long agenda is done
_PAUSE = 0.001  # without it who waits for a lock would hardly ever be quicker than who gave it back


class _Overdue(Exception):
    """Something is due that must be carried out first."""


class Dispatch:
    """Carries out operations on a database, at the market's time and under its settings."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        identifiers: Identifiers,
        watch: Watch | None = None,
    ) -> None:
        self._store = store
        self.watch = watch
        """Keeps and counts what is done; None where nobody wants to know."""
        self._clock = clock
        self._settings = settings
        self._identifiers = identifiers
        self._catching_up = threading.Lock()
        self._due = Due(store, self.context)
        self.patience: float | None = None
        """How many seconds a call waits for what is due; None where it must carry out all of that itself."""
        self.hear: Hear | None = None
        """What to call with every event; None while nobody in this process listens."""

    def look(
        self, database: Connection, requester: int, operation: str, given: Mapping[str, Any], address: str = ""
    ) -> Answer | None:
        """Answer a call that only reads, in a transaction that has begun; None where something is due before it."""
        function, arguments = OPERATIONS[operation].function, RULES[operation].read(given)
        try:
            return self._do(
                lambda context: function(Call.of(requester, context, address), **arguments), False, database
            )
        except _Overdue:
            return None

    def call(
        self,
        requester: int,
        operation: str,
        given: Mapping[str, Any],
        address: str = "",
        *,
        expect: Callable[[Connection], None] = lambda _: None,
    ) -> Answer:
        """Answer one call of the API, or raise the Refusal to answer with; it came in by that address.

        What may refuse the caller is done first in the transaction: `expect`.
        """
        found = OPERATIONS.get(operation)
        if found is None:
            text = f"The operation {operation!r} is not known here."
            raise FrontEndError("UnknownOperationException", text)
        arguments = RULES[operation].read(given)

        def step(context: Context) -> Answer:
            expect(context.database)
            answer = found.function(Call.of(requester, context, address), **arguments)
            if found.writes and context.write_down is not None:
                deed = Deed(operation, subject.named(given, answer, RULES[operation].arguments))
                context.write_down(context.database, context.now, deed)
            return answer

        return self.run(
            step,
            writes=found.writes,
            together=found.together,
            until=self.until(),
        )

    def now(self) -> int:
        """The market time, in milliseconds."""
        shift, reached, _ = self._store.pulse()
        return self._clock.at(shift, reached)

    @property
    def is_sandbox(self) -> bool:
        """Whether nothing is spent."""
        return self._settings.sandbox

    def spend_nothing(self) -> None:
        """Go by the rules of a sandbox from now on."""
        self._settings = replace(self._settings, sandbox=True, fees=False, name_hold=0)

    @property
    def brief(self) -> float:
        """How many seconds a change waits that can as well be left."""
        return 0 if self._store.is_held_up else _TURN

    def until(self) -> float | None:
        """The time of the monotonic clock until which a call that begins now waits for what is due."""
        return None if self.patience is None else time.monotonic() + self.patience

    def run(
        self,
        step: Callable[[Context], Result],
        *,
        writes: bool = True,
        together: bool = False,
        until: float | None = None,
        within: float | None = None,
    ) -> Result:
        """Do one step at the present market time, in one transaction.

        A step that locks all it relies on may be done `together` with others. With `until`, a time of the monotonic
        clock, a long agenda is waited for no longer, nor by who only reads anything that others keep from being done.
        `within` is how many seconds to wait for others who write, where it is less than usual.
        """
        # Who listens in this process hears what happened in its order, so that it happens one by one.
        write = partial(self._store.write, together=together and self.hear is None, within=within)
        transaction = write if writes else self._store.read
        behind = False
        while True:
            try:
                return transaction(partial(self._do, step, behind))
            except _Overdue:
                behind = not self.catch_up(until, reads=not writes)
                if behind and writes:
                    raise ServiceFault(retry_after=_RETRY_AFTER) from None

    def context(self, database: Connection, now: int) -> Context:
        """The context of a transaction at that market time."""
        write_down = None if self.watch is None else self.watch.write_down
        return Context(database, now, self._settings, self._identifiers.entity, self.hear, write_down)

    def note(self, database: Connection, deed: Deed) -> None:
        """Note what is done in a transaction that knows no market time, where that is kept or counted."""
        if self.watch is not None:
            shift, reached, _ = pulse(database)
            self.watch.write_down(database, self._clock.at(shift, reached), deed)

    def refused(self, requester: int, deed: Deed, subjects: Callable[[], Mapping[str, object]]) -> None:
        """Have it told in the trail, where there is one, that a call was refused: see `watch/attempt.py`."""
        trail = None if self.watch is None else self.watch.trail
        if trail is not None:
            trail.refuse(requester, deed, subjects)
            self.write_refused()

    def write_refused(self, *, everything: bool = False) -> None:
        """Write down what was refused, if others let it; what could not be written waits for the next time."""
        trail = None if self.watch is None else self.watch.trail
        rows = [] if trail is None else trail.attempts.take(everything=everything)
        if trail is None or not rows:
            return

        def write(database: Connection) -> None:
            shift, reached, _ = pulse(database)
            trail.write(database, self._clock.at(shift, reached), rows)

        try:
            self._store.write(write, within=self.brief)
        except (MarketplaceError, SQLAlchemyError):
            # The refusal is answered all the same, and whoever else writes tells what is wrong with the database.
            trail.attempts.put_back(rows)

    def catch_up(self, until: float | None = None, *, reads: bool = False) -> bool:
        """Carry out everything that is due; False if there is much more than could be done `until` then.

        The same for who only `reads`, if others keep it from being done.
        """
        within = self._patience(until) if reads else None
        if not self._take_over(until, within):
            return False
        try:
            shift, reached, due = self._store.pulse()
            now = self._clock.at(shift, reached)
            if due is None or due > now:
                return True
            while self._due.carry_out_some(now, within):
                if until is not None and time.monotonic() > until and self._is_long(until):
                    return False
                time.sleep(_PAUSE)
            return True
        except DatabaseBusy:
            if within is None:
                raise
            return False
        finally:
            self._catching_up.release()

    def _take_over(self, until: float | None, within: float | None) -> bool:
        """Be the one in this process who carries out what is due; False if another is at it and that is not near."""
        if within == 0:
            return self._catching_up.acquire(blocking=False)
        end = time.monotonic() + self._store.patience
        while not self._catching_up.acquire(timeout=-1 if until is None else max(_TURN, until - time.monotonic())):
            if self._is_long(until) or (within is not None and self._store.is_held_up):
                return False
            if time.monotonic() > end:
                raise DatabaseBusy("The database is busy: what is due could not be carried out.")
        return True

    def _patience(self, until: float | None) -> float | None:
        """How many seconds who only reads waits for those who write; None for as many as who writes."""
        if until is None:
            return None
        return 0 if self._store.is_held_up else _WHILE

    def _is_long(self, until: float | None) -> bool:
        """Whether what is due is too much for who waits `until` then. That nobody gets to it is another matter."""
        if until is not None and time.monotonic() > until + _PATIENT and not self._store.is_held_up:
            return True

        def look(database: Connection) -> bool:
            shift, reached, _ = pulse(database)
            return agenda.number_due(database, self._clock.at(shift, reached), _LONG) == _LONG

        return self._store.read(look)

    def _do(self, step: Callable[[Context], Result], behind: bool, database: Connection) -> Result:
        # In the transaction itself: a writer may have waited long for its turn.
        shift, reached, due = pulse(database)
        now = self._clock.at(shift, reached)
        if due is not None and due <= now and not behind:
            raise _Overdue
        return step(self.context(database, now))
