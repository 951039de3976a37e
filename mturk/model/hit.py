"""HITs: publish them, read what came in, end them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import attrs

from mturk import late
from mturk.alters_data import alters_data
from mturk.budget import spending
from mturk.connection.connection import current
from mturk.data import limit, wire
from mturk.data.enumeration import (
    AnyReviewableHITStatus,
    AnyReviewPolicyLevel,
    HITReviewStatus,
    HITStatus,
    ReviewableHITStatus,
)
from mturk.errors import AlreadyDone, DoesNotExist, InvalidState, TransportError, Unavailable, ValidationError
from mturk.record.record import Record, id_of, record
from mturk.requirements import QualificationRequirement

if TYPE_CHECKING:
    from mturk import cost
    from mturk.connection.connection import Connection
    from mturk.data.price import Money
    from mturk.model import assignment, ending, publishing, review, terms
    from mturk.model.assignment import Assignment, Statuses
    from mturk.model.bonus_payment import BonusPayment
    from mturk.model.ending import OpenWork
    from mturk.model.hit_type import HITType
    from mturk.model.publishing import Asked
    from mturk.model.review import ReviewPolicy, ReviewResults
    from mturk.question import question
    from mturk.question.question import AnyQuestion
    from mturk.record import bulk
    from mturk.record.collection import Collection, Page
else:
    cost = late.module("mturk.cost")
    assignment = late.module("mturk.model.assignment")
    ending = late.module("mturk.model.ending")
    publishing = late.module("mturk.model.publishing")
    review = late.module("mturk.model.review")
    terms = late.module("mturk.model.terms")
    question = late.module("mturk.question.question")
    bulk = late.module("mturk.record.bulk")


@record
class HIT(Record):
    """A piece of work on offer: a question, a number of assignments, and an end.

    `HIT("3ABC…")` costs nothing until a field is read. In an answer `assignments_pending` workers are at it,
    `assignments_available` can still be accepted, `assignments_completed` are approved or rejected; submitted
    work that is not decided is in none of the three, and the service updates them with a delay.
    """

    _id_member = "HITId"
    _shown = ("title", "status")
    _columns = ("title", "status", "reward", "max_assignments", "assignments_available", "expiration")

    hit_type_id: str = wire.field("HITTypeId")
    group_id: str = wire.field("HITGroupId")
    layout_id: str | None = wire.field("HITLayoutId")
    creation_time: datetime = wire.field("CreationTime", wire.moment)
    title: str = wire.field("Title")
    description: str = wire.field("Description")
    question_xml: str | None = wire.field("Question")
    keywords: tuple[str, ...] | None = wire.field("Keywords", wire.keywords)
    status: HITStatus = wire.field("HITStatus", wire.one_of(HITStatus))
    max_assignments: int = wire.field("MaxAssignments")
    reward: Decimal = wire.field("Reward", wire.money)
    auto_approval_delay: timedelta = wire.field("AutoApprovalDelayInSeconds", wire.duration)
    expiration: datetime = wire.field("Expiration", wire.moment)
    assignment_duration: timedelta = wire.field("AssignmentDurationInSeconds", wire.duration)
    requester_annotation: str | None = wire.field("RequesterAnnotation")
    qualification_requirements: tuple[QualificationRequirement, ...] = wire.field(
        "QualificationRequirements", wire.many(wire.one(QualificationRequirement))
    )
    review_status: HITReviewStatus = wire.field("HITReviewStatus", wire.one_of(HITReviewStatus))
    assignments_pending: int = wire.field("NumberOfAssignmentsPending")
    assignments_available: int = wire.field("NumberOfAssignmentsAvailable")
    assignments_completed: int = wire.field("NumberOfAssignmentsCompleted")
    _question: Any = attrs.field(default=None)

    @classmethod
    @alters_data
    def create(
        cls,
        question: Asked,
        lifetime: timedelta | int,
        *,
        title: str | None = None,
        description: str | None = None,
        reward: Money | None = None,
        assignment_duration: timedelta | int | None = None,
        keywords: str | Iterable[str] | None = None,
        auto_approval_delay: timedelta | int | None = None,
        qualification_requirements: Iterable[QualificationRequirement] = (),
        hit_type: HITType | str | None = None,
        max_assignments: int = 1,
        requester_annotation: str | None = None,
        unique_request_token: str | None = None,
        assignment_review_policy: ReviewPolicy | None = None,
        hit_review_policy: ReviewPolicy | None = None,
        connection: Connection | None = None,
    ) -> HIT:
        """Publish a HIT, either with the terms of its type spelled out here or with `hit_type=`.

        `question` is an HTMLQuestion, ExternalQuestion, QuestionForm, Layout, or question XML. The HIT is on offer
        for `lifetime` (30 seconds to a year) to `max_assignments` different workers. The reward and the fee for all of
        them are held on your balance: InsufficientFunds if it does not cover them. A HIT made with fewer than 10
        assignments can never have 10 or more, because of their higher fee.

        A lost answer never makes a second HIT: each call carries a token, and a token that was used before gives
        back the HIT it made. One call, CreateHIT or CreateHITWithHITType.
        """
        connection = connection or current()
        offer = publishing.Offer(
            question,
            lifetime,
            max_assignments,
            requester_annotation,
            unique_request_token,
            assignment_review_policy,
            hit_review_policy,
        )
        every = {
            "title": title,
            "description": description,
            "reward": reward,
            "assignment_duration": assignment_duration,
            "keywords": keywords,
            "auto_approval_delay": auto_approval_delay,
            "qualification_requirements": qualification_requirements or None,
        }
        given = {name: value for name, value in every.items() if value is not None}
        if hit_type is None:
            return publishing.create_hit(connection, terms.Terms.of(**given), offer)
        if given:
            raise ValidationError("hit_type has its own title, reward and other terms: give one or the other")
        return publishing.create_hit_with_hit_type(connection, hit_type, offer)

    @classmethod
    def get(cls, id: str, *, connection: Connection | None = None) -> HIT:
        """The HIT with this id. One call, GetHIT."""
        found = cls(limit.identifier("id", id), connection=connection or current())
        found.refresh()
        return found

    @classmethod
    def all(cls, *, connection: Connection | None = None) -> Collection[HIT]:
        """All your HITs that are not deleted. One call for each 100, ListHITs."""
        return cls._list("ListHITs", "HITs", connection or current())

    @classmethod
    def search(cls, *, connection: Connection | None = None) -> Collection[HIT]:
        """`all`, by the name that the Node module had for it; the service searches and sorts no more."""
        return cls.all(connection=connection)

    @classmethod
    def reviewable(
        cls,
        hit_type: HITType | str | None = None,
        status: AnyReviewableHITStatus | None = None,
        *,
        connection: Connection | None = None,
    ) -> Collection[HIT]:
        """Your HITs whose work is all in or that have expired, of one type or of all.

        With status="Reviewing" those that were marked so; the service lists one status at a time. One call for each
        100, ListReviewableHITs.
        """
        wanted = None if status is None else limit.choice("status", status, ReviewableHITStatus)
        type_id = None if hit_type is None else id_of("hit_type", hit_type, "HITType")
        return cls._list(
            "ListReviewableHITs",
            "HITs",
            connection or current(),
            name="reviewable HITs",
            HITTypeId=type_id,
            Status=wanted,
        )

    @classmethod
    def get_reviewable(
        cls,
        hit_type: HITType | str | None = None,
        status: AnyReviewableHITStatus | None = None,
        *,
        page_size: int = 10,
        next_token: str | None = None,
        connection: Connection | None = None,
    ) -> Page[HIT]:
        """One page of `reviewable`. One call, ListReviewableHITs."""
        listed = cls.reviewable(hit_type, status, connection=connection)
        return listed.page(limit.page_size(page_size), next_token)

    def refresh(self) -> None:
        """Load all fields anew. One call, GetHIT."""
        self._renew(self._call("GetHIT", HITId=self.id))
        self._forget("_question")

    @property
    def question(self) -> AnyQuestion | None:
        """The question as the object that made it: an HTMLQuestion, ExternalQuestion or QuestionForm."""
        if not self._has("_question"):
            self._set(_question=question.read(self.question_xml) if self.question_xml else None)
        read: AnyQuestion | None = self._question
        return read

    @property
    def annotation_json(self) -> Any:
        """The requester's annotation read as JSON; None without one, ValueError if it is something else."""
        return None if self.requester_annotation is None else json.loads(self.requester_annotation)

    @property
    def hit_type(self) -> HITType:
        """The type of this HIT, with its terms."""
        found = self._related("HITType", self.hit_type_id)
        if found is not None:
            found._set(**{name: getattr(self, name) for name in found._slots})
        return found

    def assignments(self, status: Statuses = None) -> Collection[Assignment]:
        """The submissions for this HIT, all or those in one or several states, oldest first.

        One call for each 100, ListAssignmentsForHIT.
        """
        return assignment.assignments_of(self.id, self.connection, status)

    def get_assignments(
        self,
        status: Statuses = None,
        *,
        page_size: int = 10,
        next_token: str | None = None,
    ) -> Page[Assignment]:
        """One page of `assignments`. One call, ListAssignmentsForHIT."""
        return self.assignments(status).page(limit.page_size(page_size), next_token)

    def bonuses(self) -> Collection[BonusPayment]:
        """The bonuses that were paid for work on this HIT. One call for each 100, ListBonusPayments."""
        return assignment.bonus_payments(self.connection, hit_id=self.id)

    @alters_data
    def add_assignments(self, number: int, *, unique_request_token: str | None = None) -> None:
        """Offer the HIT to that many more workers, whose rewards and fees are held.

        The sum cannot go from under 10 to 10 or more. An expired HIT stays closed until you `extend` it. A lost
        answer never adds twice. One call, CreateAdditionalAssignmentsForHIT.
        """
        limit.whole("number", number, 1, publishing.MOST_ASSIGNMENTS)
        with (
            suppress(AlreadyDone),  # the token says that this very addition was made before
            spending(self.connection.budget, lambda: self._cost_of(number)),
        ):
            self._call(
                "CreateAdditionalAssignmentsForHIT",
                HITId=self.id,
                NumberOfAdditionalAssignments=number,
                UniqueRequestToken=publishing.request_token(unique_request_token),
            )
        self._forget("max_assignments", "assignments_available", "status")

    @alters_data
    def extend(self, until: datetime | timedelta) -> None:
        """Keep the HIT on offer until a time, or for a timedelta from now. One call, UpdateExpirationForHIT."""
        if isinstance(until, timedelta):
            until = self.connection.now() + until
        if limit.moment("until", until) <= self.connection.now():
            raise ValidationError(f"until is {until}, which has passed; to end the HIT now write expire()")
        self._expire_at(until)

    @alters_data
    def expire(self) -> None:
        """Take the HIT off the market now; who has accepted it can still submit. One call, UpdateExpirationForHIT."""
        self._expire_at(datetime.fromtimestamp(0, timezone.utc))

    def _expire_at(self, moment: datetime) -> None:
        self._call("UpdateExpirationForHIT", HITId=self.id, ExpireAt=moment)
        self._forget("expiration", "status", "assignments_available")

    @alters_data
    def mark_reviewing(self) -> None:
        """Mark a reviewable HIT as being reviewed: a bookmark for you, without effect on workers.

        One call, UpdateHITReviewStatus.
        """
        self._mark(HITStatus.REVIEWING)

    @alters_data
    def mark_reviewable(self) -> None:
        """Take the mark of `mark_reviewing` away. One call, UpdateHITReviewStatus."""
        self._mark(HITStatus.REVIEWABLE)

    def _mark(self, wanted: HITStatus) -> None:
        try:
            self._call("UpdateHITReviewStatus", HITId=self.id, Revert=wanted == HITStatus.REVIEWABLE)
        except InvalidState as error:
            if not (error.maybe_done and error.state == wanted):
                raise
        self._set(status=wanted)

    @alters_data
    def change_type(self, hit_type: HITType | str) -> None:
        """Move the HIT to another type: its title, reward, times and requirements become that type's.

        InvalidState once a worker has accepted it. One call, UpdateHITTypeOfHIT.
        """
        type_id = id_of("hit_type", hit_type, "HITType")
        self._call("UpdateHITTypeOfHIT", HITId=self.id, HITTypeId=type_id)
        found = self._related("HITType", type_id)
        self._set(hit_type_id=type_id)
        self._forget("group_id", *found._slots)

    @alters_data
    def delete(self) -> None:
        """Delete the HIT for good: its submissions can no longer be read.

        It must be reviewable and all its submissions decided; InvalidState says what is still open. See `close`.
        One call, DeleteHIT.
        """
        try:
            self._call("DeleteHIT", HITId=self.id)
        except DoesNotExist as error:
            if not error.maybe_done:
                raise
        except InvalidState as error:
            if not (error.maybe_done and error.state == HITStatus.DISPOSED):
                raise ending.explained(self, error) from error
        except (TransportError, Unavailable) as error:
            if not (error.maybe_done and ending.is_gone(self)):
                raise
        self._set(status=HITStatus.DISPOSED)

    @classmethod
    @alters_data
    def delete_all(cls, hits: Iterable[HIT], *, confirm: int | None = None) -> int:
        """Delete many HITs for good, and get the number of those that were deleted now.

        On the live service ConfirmationNeeded asks for the number first: `confirm=57`. One that is still open stops
        nothing: InvalidState at the end, whose `partial` tells what was done; the same call again passes over what is
        gone. One call each, DeleteHIT.
        """
        found = bulk.confirmed(hits, "HITs to delete:", confirm)
        return bulk.do_all(found, HIT.delete, ending.was_deleted)

    @alters_data
    def close(self, undecided: Literal["leave", "approve"] = "leave") -> OpenWork:
        """End the HIT as far as is possible now, and get what is still open; call it again to go on from there.

        The HIT is expired, submissions that are undecided are left alone or approved (which pays them), and when
        nothing is open it is deleted; one that is gone already has nothing open. Nothing is ever rejected. About four
        calls, and one for each approval: UpdateExpirationForHIT, ApproveAssignment, GetHIT, DeleteHIT.
        """
        if undecided not in ("leave", "approve"):
            raise ValidationError(f'undecided must be "leave" or "approve", not {undecided!r}')
        return ending.close(self, approve=undecided == "approve")

    def wait_until_reviewable(self, timeout: timedelta | float) -> None:
        """Wait until all work is in, or the HIT has expired and nobody is at it; TimeoutError after `timeout` seconds.

        Looks after one second at first, later every 30; one call a look, GetHIT.
        """
        seconds = limit.timeout("timeout", timeout)
        for _ in self.connection.clock.looks(seconds):
            self.refresh()
            if self.status not in (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE):
                return
        raise TimeoutError(f"HIT {self.id} is still {self.status} after {seconds:g} seconds")

    def review_results(
        self,
        levels: Iterable[AnyReviewPolicyLevel] | None = None,
        *,
        actions: bool = True,
        results: bool = True,
    ) -> ReviewResults:
        """What the HIT's review policies found out and did; complete, whatever its length.

        One call for each 100 entries, ListReviewPolicyResultsForHIT.
        """
        return review.whole_report(self.connection, self.id, levels, actions, results)

    def _cost_of(self, number: int) -> Decimal:
        return cost.hit_cost(self.reward, self.max_assignments, number, self.qualification_requirements)

    def _load(self, missing: str) -> None:
        self.refresh()
