"""Workers: block, notify, qualify and reward them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from mturk.alters_data import alters_data
from mturk.connection.connection import current
from mturk.data import limit, wire
from mturk.data.enumeration import NotifyWorkersFailureCode
from mturk.data.price import Money
from mturk.errors import MTurkError, RequestError, ValidationError
from mturk.model import compensation
from mturk.model.worker_block import WorkerBlock
from mturk.record.bulk import confirmed, do_all
from mturk.record.collection import Collection
from mturk.record.record import Record, id_of, record, related

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.assignment import Assignment
    from mturk.model.hit import HIT
    from mturk.model.qualification import Qualification
    from mturk.model.qualification_type import QualificationType

_MOST_AT_ONCE = 100


@attrs.frozen
class NotifyFailure:
    """A worker who did not get a message, and why; a soft failure may be tried again."""

    worker_id: str = wire.field("WorkerId")
    code: NotifyWorkersFailureCode = wire.field("NotifyWorkersFailureCode", wire.one_of(NotifyWorkersFailureCode))
    message: str = wire.field("NotifyWorkersFailureMessage")


@attrs.frozen
class PartlyNotified:
    """How far a message to many got: failures so far, the hundred it stopped at, and who was not written to."""

    failures: list[NotifyFailure]
    stopped_at: list[str]
    not_sent: list[str]


@record
class Worker(Record):
    """A worker, known by the id alone: `Worker("A2EXAMPLE")`."""

    @classmethod
    def _checked(cls, id: str) -> str:
        return limit.worker_id("worker id", id)

    @classmethod
    def blocked(cls, *, connection: Connection | None = None) -> Collection[WorkerBlock]:
        """The workers that you have blocked, with your reasons. One call for each 100, ListWorkerBlocks."""
        return WorkerBlock._list("ListWorkerBlocks", "WorkerBlocks", connection or current(), name="blocked workers")

    @alters_data
    def block(self, reason: str) -> None:
        """Keep this worker from taking any more of your HITs.

        Work that was accepted before can still be submitted. The worker is not told; too many blocks by several
        requesters may cost a worker the account. Blocking twice does no harm. One call, CreateWorkerBlock.
        """
        self._call("CreateWorkerBlock", WorkerId=self.id, Reason=limit.text("reason", reason, None, 1))

    @classmethod
    @alters_data
    def block_all(cls, workers: Iterable[Worker | str], reason: str, *, confirm: int | None = None) -> int:
        """Block many workers for one reason, and get their number.

        On the live service ConfirmationNeeded asks for the number first: `confirm=57`. One that the service refuses
        stops nothing: the refusal is raised at the end, and its `partial` tells what was done. One call each,
        CreateWorkerBlock.
        """
        found = (each if isinstance(each, Worker) else cls(each) for each in several(workers))
        limit.text("reason", reason, None, 1)
        return do_all(confirmed(found, "workers to block:", confirm), lambda each: each.block(reason), lambda _: False)

    @alters_data
    def unblock(self, reason: str | None = None) -> None:
        """Let this worker take your HITs again; without a block nothing happens. One call, DeleteWorkerBlock."""
        self._call("DeleteWorkerBlock", WorkerId=self.id, Reason=limit.optional_text("reason", reason))

    @alters_data
    def notify(self, subject: str, message: str) -> None:
        """Send this worker an e-mail; a RequestError says why it did not go out.

        Only workers whose work you approved or rejected can be written to. The message is never sent a second
        time after a lost answer: see `notify_all`. One call, NotifyWorkers.
        """
        for failure in Worker.notify_all([self], subject, message, connection=self.connection):
            raise RequestError(
                failure.message or "the worker could not be notified",
                operation="NotifyWorkers",
                code=str(failure.code) if failure.code else None,
            )

    @classmethod
    @alters_data
    def notify_all(
        cls,
        workers: Iterable[Worker | str],
        subject: str,
        message: str,
        *,
        connection: Connection | None = None,
    ) -> list[NotifyFailure]:
        """Send an e-mail to any number of workers, and get the ones that it did not reach.

        The subject has at most 200 characters, the message 4,096. One call for each 100 workers, NotifyWorkers. A
        call whose answer is lost is not repeated, as that might send the message twice: its TransportError has
        `maybe_done`, and its `partial` is a `PartlyNotified`: who is certain, who is not, who was not written to.
        """
        ids = list(dict.fromkeys(worker_id(each) for each in several(workers)))
        limit.text("subject", subject, 200, 1)
        limit.text("message", message, 4096, 1)
        connection = connection or current()
        failures: list[NotifyFailure] = []
        for start in range(0, len(ids), _MOST_AT_ONCE):
            some = ids[start : start + _MOST_AT_ONCE]
            try:
                answer = connection.call("NotifyWorkers", Subject=subject, MessageText=message, WorkerIds=some)
            except MTurkError as error:
                error.partial = PartlyNotified(failures, some, ids[start + _MOST_AT_ONCE :])
                raise
            failed = answer.get("NotifyWorkersFailureStatuses") or ()
            failures += [wire.decoded(NotifyFailure, each) for each in failed]
        return failures

    @alters_data
    def pay_bonus(
        self,
        amount: Money,
        reason: str,
        *,
        assignment: Assignment | str,
        again: bool = False,
        unique_request_token: str | None = None,
    ) -> bool:
        """Pay this worker a bonus for an assignment: see `Assignment.pay_bonus`."""
        assignment_id = id_of("assignment", assignment, "Assignment")
        paid_for: Any = assignment
        if isinstance(assignment, str) or not assignment._has("worker_id"):
            # A handle of our own: the service will say whether the work really is this worker's.
            own = None if isinstance(assignment, str) else assignment._connection
            paid_for = related("Assignment", assignment_id, own or self._connection)
            paid_for._set(worker_id=self.id)
        elif assignment.worker_id != self.id:
            raise ValidationError(f"assignment {assignment_id} is by worker {assignment.worker_id}, not {self.id}")
        paid: bool = paid_for.pay_bonus(amount, reason, again=again, unique_request_token=unique_request_token)
        return paid

    @alters_data
    def compensate(
        self, amount: Money, reason: str, *, lifetime: timedelta | int = timedelta(days=14), again: bool = False
    ) -> HIT:
        """Pay a worker who could not submit, by a HIT that only this worker can take; get that HIT.

        The worker is told by e-mail, opens the HIT and submits it without any work, which pays at once. The fee is
        that of a reward. The reason is shown on the page. The same amount for the same reason is paid once while its
        HIT exists, unless `again=True`. About five calls, CreateQualificationType and CreateHIT among them.
        """
        return compensation.compensate(self, amount, reason, lifetime, again)

    @alters_data
    def grant(
        self, qualification_type: QualificationType | str, score: int | None = None, *, notify: bool = True
    ) -> None:
        """Give this worker a qualification of yours, or change the score: see `QualificationType.grant`."""
        self._type(qualification_type).grant(self, score, notify=notify)

    @alters_data
    def revoke(self, qualification_type: QualificationType | str, reason: str | None = None) -> None:
        """Take a qualification of yours away: see `QualificationType.revoke`."""
        self._type(qualification_type).revoke(self, reason)

    def score(self, qualification_type: QualificationType | str) -> Qualification:
        """This worker's qualification of one of your own types: see `QualificationType.score`."""
        qualification: Qualification = self._type(qualification_type).score(self)
        return qualification

    def _type(self, qualification_type: QualificationType | str) -> Any:
        type_id = id_of("qualification_type", qualification_type, "QualificationType")
        if isinstance(qualification_type, str):
            return related("QualificationType", type_id, self._connection)
        return qualification_type


def several(workers: Iterable[Worker | str]) -> Iterable[Worker | str]:
    """The workers, unless it is the letters of one id."""
    if isinstance(workers, str) or not isinstance(workers, Iterable):
        raise ValidationError(f"workers must be a list of them, not {workers!r}")
    return workers


def worker_id(worker: Worker | str) -> str:
    """The id of a worker given as a record or as an id."""
    return worker.id if isinstance(worker, Worker) else limit.worker_id("worker", worker)
