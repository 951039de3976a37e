"""Assignments: what a worker handed in, and what you say to it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from mturk import late
from mturk.alters_data import alters_data
from mturk.budget import spending
from mturk.connection.connection import current
from mturk.data import limit, price, wire
from mturk.data.enumeration import AnyAssignmentStatus, AssignmentStatus
from mturk.errors import (
    AlreadyDone,
    AnswerError,
    InvalidState,
    MTurkError,
    RequestError,
    TransportError,
    Unavailable,
    ValidationError,
)
from mturk.record.record import Record, kind_of, record

if TYPE_CHECKING:
    from mturk import cost
    from mturk.connection.connection import Connection
    from mturk.data.price import Money
    from mturk.model import bonus_payment
    from mturk.model.bonus_payment import BonusPayment
    from mturk.model.hit import HIT
    from mturk.model.worker import Worker
    from mturk.question import answer
    from mturk.question.answer import Answers
    from mturk.record import bulk
    from mturk.record.collection import Collection
else:
    cost = late.module("mturk.cost")
    bonus_payment = late.module("mturk.model.bonus_payment")
    answer = late.module("mturk.question.answer")
    bulk = late.module("mturk.record.bulk")

Statuses = AnyAssignmentStatus | Iterable[AnyAssignmentStatus] | None
"""One state of a submission, several, or None for all."""

_MOST_FEEDBACK = 1024


@record
class Assignment(Record):
    """A worker's submission for a HIT.

    Work that was accepted but not submitted yet is never visible.

        for assignment in hit.assignments(status="Submitted"):
            print(assignment.worker_id, assignment.answers.get("label"))
            assignment.approve("Thank you")
    """

    _id_member = "AssignmentId"
    _shown = ("worker_id", "status")
    _columns = ("worker_id", "status", "submit_time")

    worker_id: str = wire.field("WorkerId")
    hit_id: str = wire.field("HITId")
    status: AssignmentStatus = wire.field("AssignmentStatus", wire.one_of(AssignmentStatus))
    auto_approval_time: datetime = wire.field("AutoApprovalTime", wire.moment)
    accept_time: datetime = wire.field("AcceptTime", wire.moment)
    submit_time: datetime = wire.field("SubmitTime", wire.moment)
    approval_time: datetime | None = wire.field("ApprovalTime", wire.moment)
    rejection_time: datetime | None = wire.field("RejectionTime", wire.moment)
    deadline: datetime | None = wire.field("Deadline", wire.moment)
    answer_xml: str | None = wire.field("Answer")
    requester_feedback: str | None = wire.field("RequesterFeedback")
    _answers: Any = attrs.field(default=None)
    _hit: Any = attrs.field(default=None)

    @classmethod
    def get(cls, id: str, *, connection: Connection | None = None) -> Assignment:
        """The assignment with this id, once it is submitted. One call, GetAssignment."""
        found = cls(limit.identifier("id", id), connection=connection or current())
        found.refresh()
        return found

    def refresh(self) -> None:
        """Load all fields anew. One call, GetAssignment."""
        answer = self._call("GetAssignment", AssignmentId=self.id)
        self._renew(answer)
        self._forget("_answers", "_hit")
        if "HIT" in answer:
            self._set(_hit=kind_of("HIT")._of(answer, self._connection))

    @property
    def answers(self) -> Answers:
        """What the worker answered: question id -> value, in the order of the document.

        A free text is a str, a selection a tuple of identifiers whatever was ticked, a crowd form its own fields.
        Read on first use; AnswerError if the document cannot be read.
        """
        if not self._has("_answers"):
            self._set(_answers=answer.read(self.answer_xml, self.id, limit=self._answer_limit()))
        answers: Answers = self._answers
        return answers

    def _answers_by_column(self) -> dict[str, Any]:
        try:
            return self.answers.columns()
        except AnswerError:
            return {"answer_xml": self.answer_xml}  # one that cannot be read is neither lost, nor in the way of others

    @property
    def worker(self) -> Worker:
        """The worker who did it."""
        return self._related("Worker", self.worker_id)

    @property
    def hit(self) -> HIT:
        """The HIT that it is for."""
        return self._hit if self._has("_hit") else self._related("HIT", self.hit_id)

    @alters_data
    def approve(self, feedback: str | None = None, *, override_rejection: bool = False) -> None:
        """Approve the work, which pays the worker; this cannot be taken back.

        The reward and the fee are charged. `override_rejection=True` approves work that was rejected, up to 30
        days after it was submitted and while the HIT exists. `feedback` (up to 1,024 characters) goes to the
        worker. InvalidState if the work was decided before. One call, ApproveAssignment.
        """
        said = _feedback(feedback)
        budget = self.connection.budget if override_rejection else None
        try:
            with spending(budget, self._price):
                self._call(
                    "ApproveAssignment",
                    AssignmentId=self.id,
                    RequesterFeedback=said,
                    OverrideRejection=limit.flag("override_rejection", override_rejection) or None,
                )
        except (InvalidState, TransportError, Unavailable) as error:
            self._complain_unless(AssignmentStatus.APPROVED, error)
        self._set(status=AssignmentStatus.APPROVED)
        self._forget("approval_time", "requester_feedback", "_hit")

    @alters_data
    def reject(self, feedback: str) -> None:
        """Reject the work: the worker is not paid, and the rejection counts in the worker's record.

        `feedback` tells the worker why (up to 1,024 characters). A rejection can be overridden for 30 days, see
        `approve`. InvalidState if the work was decided before. One call, RejectAssignment.
        """
        reason = limit.text("feedback", feedback, _MOST_FEEDBACK, 1)
        try:
            self._call("RejectAssignment", AssignmentId=self.id, RequesterFeedback=reason)
        except (InvalidState, TransportError, Unavailable) as error:
            self._complain_unless(AssignmentStatus.REJECTED, error)
        self._set(status=AssignmentStatus.REJECTED)
        self._forget("rejection_time", "requester_feedback", "_hit")

    @classmethod
    @alters_data
    def approve_all(cls, assignments: Iterable[Assignment], feedback: str | None = None) -> int:
        """Approve many submissions, which pays their workers, and get the number of those that were approved now.

        One that was rejected meanwhile stops nothing: InvalidState at the end, whose `partial` tells what was done;
        the same call again passes over what is approved. One call each, ApproveAssignment.
        """
        _feedback(feedback)
        return bulk.do_all(list(assignments), lambda each: each.approve(feedback), _is(AssignmentStatus.APPROVED))

    @classmethod
    @alters_data
    def reject_all(cls, assignments: Iterable[Assignment], feedback: str, *, confirm: int | None = None) -> int:
        """Reject many submissions for one reason, and get the number of those that were rejected now.

        On the live service ConfirmationNeeded asks for the number first: `confirm=57`. Rejections hurt workers, and
        a wrong batch of them costs a requester's good name. One that was decided otherwise meanwhile stops nothing:
        InvalidState at the end, whose `partial` tells what was done; the same call again passes over what is
        rejected. One call each, RejectAssignment.
        """
        limit.text("feedback", feedback, _MOST_FEEDBACK, 1)
        found = bulk.confirmed(assignments, "assignments to reject:", confirm)
        return bulk.do_all(found, lambda each: each.reject(feedback), _is(AssignmentStatus.REJECTED))

    @alters_data
    def pay_bonus(
        self,
        amount: Money,
        reason: str,
        *,
        again: bool = False,
        unique_request_token: str | None = None,
    ) -> bool:
        """Pay the worker a bonus on top of the reward; True if it was paid now, False if it was paid before.

        The same amount for the same reason is paid once for an assignment, however often a script runs: what was
        paid is looked up first, and a token derived from both stops a second call that comes at the same moment.
        `again=True` pays once more. A fee comes on top; the reason goes to the worker. InsufficientFunds if the
        balance does not cover it. Two calls, ListBonusPayments and SendBonus; with `again` or a token of your own
        only the second.
        """
        bonus = price.amount("amount", amount)
        limit.text("reason", reason, None, 1)
        if unique_request_token is None:
            if not again and self._was_paid(bonus, reason):
                return False
            token = uuid.uuid4().hex if again else self._bonus_token(bonus, reason)
        else:
            token = limit.token(unique_request_token)
        try:
            with spending(self.connection.budget, lambda: bonus + cost.bonus_fee(bonus)):
                self._call(
                    "SendBonus",
                    WorkerId=self.worker_id,
                    BonusAmount=bonus,
                    AssignmentId=self.id,
                    Reason=reason,
                    UniqueRequestToken=token,
                )
        except AlreadyDone as error:
            # Refused as a repetition: of our own try whose answer was lost, or of an earlier call. A token of the
            # caller's own may have paid something else.
            if unique_request_token is not None and not self._was_paid(bonus, reason):
                error.message += (
                    " The token stands for another bonus: this one is not paid, and needs a token of its own."
                )
                raise
            return error.maybe_done
        return True

    def bonuses(self) -> Collection[BonusPayment]:
        """The bonuses that were paid for this assignment. One call for each 100, ListBonusPayments."""
        return bonus_payments(self.connection, assignment_id=self.id)

    def file_upload_url(self, question_id: str) -> str:
        """An address, good for 60 seconds, of a file that the worker uploaded.

        Mechanical Turk withdrew the kind of question that takes files in 2017; a marketplace of your own has it. One
        call, GetFileUploadURL.
        """
        limit.text("question_id", question_id, None, 1)
        answer = self._call("GetFileUploadURL", AssignmentId=self.id, QuestionIdentifier=question_id)
        url = answer.get("FileUploadURL")
        if not isinstance(url, str):
            raise TransportError("The service answers without a FileUploadURL.")
        return url

    def _price(self) -> Decimal:
        hit = self.hit
        return cost.hit_cost(hit.reward, hit.max_assignments, 1, hit.qualification_requirements)

    def _was_paid(self, amount: Decimal, reason: str) -> bool:
        return any(paid.amount == amount and paid.reason == reason for paid in self.bonuses())

    def _bonus_token(self, amount: Decimal, reason: str) -> str:
        parts = (self.id, self.worker_id or "", f"{amount:.2f}", reason)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _complain_unless(self, wanted: AssignmentStatus, error: InvalidState | TransportError | Unavailable) -> None:
        """Raise the error, unless an answer was lost and a look shows that what was asked is done."""
        if error.maybe_done:
            try:
                self.refresh()
            except MTurkError:
                raise error from None  # it is the one that says that something may have been done
            if self.status == wanted:
                return
        raise error

    def _load(self, missing: str) -> None:
        self.refresh()


def _is(status: AssignmentStatus) -> Callable[[RequestError], bool]:
    return lambda error: isinstance(error, InvalidState) and error.state == status


def _feedback(feedback: str | None) -> str | None:
    return None if feedback is None else limit.text("feedback", feedback, _MOST_FEEDBACK)


def assignments_of(hit_id: str, connection: Connection, status: Statuses) -> Collection[Assignment]:
    """The submissions for a HIT, all or those in some states."""
    wanted = [status] if isinstance(status, str) else status
    statuses = None if wanted is None else [limit.choice("status", each, AssignmentStatus) for each in wanted]
    if statuses == []:
        raise ValidationError("status names no state, and the service would list all; leave it out for all of them")
    name = f"assignments of {hit_id}"
    return Assignment._list(
        "ListAssignmentsForHIT", "Assignments", connection, name=name, HITId=hit_id, AssignmentStatuses=statuses
    )


def bonus_payments(
    connection: Connection, *, hit_id: str | None = None, assignment_id: str | None = None
) -> Collection[BonusPayment]:
    """The bonuses of a HIT or of an assignment."""
    name = f"bonuses for {hit_id or assignment_id}"
    return bonus_payment.BonusPayment._list(
        "ListBonusPayments", "BonusPayments", connection, name=name, HITId=hit_id, AssignmentId=assignment_id
    )
