"""HIT types: the terms that many HITs share, and under which workers see them as one group."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from mturk.alters_data import alters_data
from mturk.connection.connection import current
from mturk.cost import Estimate, estimate
from mturk.data import limit, wire
from mturk.data.enumeration import NotificationTransport
from mturk.data.price import Money
from mturk.errors import ValidationError
from mturk.model import task_file
from mturk.model.hit import HIT
from mturk.model.notification import Notification, guess_transport
from mturk.model.once_per_worker import OncePerWorker, once_per_worker
from mturk.model.review import ReviewPolicy
from mturk.model.terms import Terms
from mturk.record.collection import Collection
from mturk.record.record import Record, record
from mturk.requirements import QualificationRequirement, needs_masters

if TYPE_CHECKING:
    from mturk.batch.batch import Batch
    from mturk.batch.row_question import RowQuestion
    from mturk.connection.connection import Connection
    from mturk.model.publishing import Asked
    from mturk.rendering.template import Engine
    from mturk.table.sheet import Source


@record
class HITType(Record):
    """The terms of a kind of work: title, description, reward, times, and who may do it.

        photos = HITType.create(
            "Label a photo", "Say what is in the picture", "0.05", timedelta(minutes=10), keywords=["image"]
        )
        hit = photos.create_hit(HTMLQuestion(page), timedelta(days=1), max_assignments=3)

    `HITType("3ABC…")` stands for one that exists; the service has no operation that tells its terms.
    """

    _id_member = "HITTypeId"
    _shown = ("title", "reward")

    title: str = wire.field("Title")
    description: str = wire.field("Description")
    reward: Decimal = wire.field("Reward", wire.money)
    assignment_duration: timedelta = wire.field("AssignmentDurationInSeconds", wire.duration)
    keywords: tuple[str, ...] | None = wire.field("Keywords", wire.keywords)
    auto_approval_delay: timedelta = wire.field("AutoApprovalDelayInSeconds", wire.duration)
    qualification_requirements: tuple[QualificationRequirement, ...] = wire.field(
        "QualificationRequirements", wire.many(wire.one(QualificationRequirement))
    )

    @classmethod
    @alters_data
    def create(
        cls,
        title: str,
        description: str,
        reward: Money,
        assignment_duration: timedelta | int,
        *,
        keywords: str | Iterable[str] | None = None,
        auto_approval_delay: timedelta | int | None = None,
        qualification_requirements: Iterable[QualificationRequirement] = (),
        connection: Connection | None = None,
    ) -> HITType:
        """Register the terms of a kind of work; equal terms give the type that exists already.

        The title has at most 128 characters, the description 2,000, the keywords 1,000 in all. A worker has
        `assignment_duration` (30 seconds to a year) from accepting to submitting. Work that you do not decide on is
        approved automatically after `auto_approval_delay`: at most 30 days, which is also the default. Costs
        nothing. One call, CreateHITType.
        """
        connection = connection or current()
        terms = Terms.of(
            title=title,
            description=description,
            reward=reward,
            assignment_duration=assignment_duration,
            keywords=keywords,
            auto_approval_delay=auto_approval_delay,
            qualification_requirements=qualification_requirements,
        )
        made = cls._read(connection.call("CreateHITType", **terms.members(connection)), connection)
        made._set(**terms.fields())
        return made

    @classmethod
    @alters_data
    def from_file(cls, path: str | os.PathLike[str], *, connection: Connection | None = None) -> HITType:
        """Register the HIT type that a TOML or JSON file describes, with durations such as "10m" or "3d".

        `percent_approved` and `hits_approved` in the file ask for workers with at least that much. One call,
        CreateHITType.
        """
        return cls.create(**task_file.read(path), connection=connection)

    @alters_data
    def create_hit(
        self,
        question: Asked,
        lifetime: timedelta | int,
        *,
        max_assignments: int = 1,
        requester_annotation: str | None = None,
        unique_request_token: str | None = None,
        assignment_review_policy: ReviewPolicy | None = None,
        hit_review_policy: ReviewPolicy | None = None,
    ) -> HIT:
        """Publish a HIT of this type: see `HIT.create`. One call."""
        return HIT.create(
            question,
            lifetime,
            hit_type=self,
            max_assignments=max_assignments,
            requester_annotation=requester_annotation,
            unique_request_token=unique_request_token,
            assignment_review_policy=assignment_review_policy,
            hit_review_policy=hit_review_policy,
            connection=self.connection,
        )

    def estimate(self, assignments: int, hits: int = 1) -> Estimate:
        """What `hits` HITs of this type with so many assignments each will cost, if all work is approved.

        AWS's fee is 20 % of the reward, 40 % from 10 assignments on, 5 % more for Masters, a cent at least. No call.
        """
        limit.whole("assignments", assignments, 1, 1_000_000_000)
        limit.whole("hits", hits, 1, 1_000_000_000)
        reward = self.reward or Decimal(0)
        return estimate(reward, assignments, hits, masters=needs_masters(self.qualification_requirements or ()))

    @alters_data
    def once_per_worker(self, name: str | None = None) -> OncePerWorker:
        """A group of HITs on these terms of which each worker gets one: see `OncePerWorker`.

        Registers a qualification type (called `name`, or after this type) and a HIT type that requires not to have
        it. About four calls, CreateQualificationType and CreateHITType among them; the same again finds both.
        """
        return once_per_worker(self, name)

    def batch(
        self,
        rows: Source,
        question: RowQuestion,
        *,
        journal: str | os.PathLike[str],
        lifetime: timedelta | int,
        assignments: int = 1,
        key: str | None = None,
        annotation: str | None = None,
        split: bool = False,
        engine: Engine = "mturk",
        encoding: str = "utf-8-sig",
    ) -> Batch:
        """A table of rows that becomes HITs of this type, each row one, and safe to interrupt: see `mturk.Batch`.

        `rows` is the path of a .csv, .tsv or .jsonl file, a data frame, or mappings; `question` the path of a page with
        `${columns}`, which take cells as they are (with engine="jinja" a Jinja2 template, which escapes them, as a
        table that strangers wrote needs), a Layout, or a function that makes a question of a row.
        `journal` is a file that is made, or found again. `key` is the column that names a row (else its number).
        Nothing is read or published yet: call `check()`, `estimate()`, `publish()`. No call.
        """
        # By the public name: batches stand above the models.
        made: Batch = import_module("mturk").Batch(
            self,
            rows,
            question,
            journal=journal,
            lifetime=lifetime,
            assignments=assignments,
            key=key,
            annotation=annotation,
            split=split,
            engine=engine,
            encoding=encoding,
        )
        return made

    def hits(self) -> Collection[HIT]:
        """The HITs of this type; pages may be empty.

        The service cannot list by type: this reads all your HITs, one call for each 100, and keeps those of the
        type. For those that are ready for review, `HIT.reviewable(hit_type)` asks for no more than it gives.
        ListHITs.
        """
        every = HIT.all(connection=self.connection)
        return every.where(lambda hit: hit.hit_type_id == self.id)

    def reviewable(self) -> Collection[HIT]:
        """The HITs of this type whose work is all in: see `HIT.reviewable`. ListReviewableHITs."""
        return HIT.reviewable(self, connection=self.connection)

    @alters_data
    def set_notification(self, notification: Notification | None = None, active: bool | None = True) -> None:
        """Have events of this type's HITs sent to a queue or topic, or pause and resume that with `active`.

        A type has one notification, a new one replaces it; it may take five minutes to begin. One call,
        UpdateNotificationSettings.
        """
        if notification is None and active is None:
            raise ValidationError("give a notification or active, or both")
        if notification is not None and not isinstance(notification, Notification):
            raise ValidationError(f"notification must be a Notification, not {notification!r}")
        flag = limit.flag("active", active)
        self._call("UpdateNotificationSettings", HITTypeId=self.id, Notification=notification, Active=flag)

    @alters_data
    def notify(
        self,
        destination: str,
        event_types: str | Iterable[str],
        *,
        transport: NotificationTransport | str | None = None,
        check: bool = False,
        timeout: float = 60.0,
    ) -> None:
        """Have events of this type's HITs sent to a queue (by its URL) or a topic (by its ARN).

            photos.notify(mturk.sqs.create_queue("turk-events"), ["AssignmentSubmitted"], check=True)

        A marketplace of your own also posts to an http(s) address. `transport` ("SQS" or "SNS") is guessed from the
        destination. With `check` a test event is sent to it first, and must be in the queue within `timeout` seconds;
        a TimeoutError says what is wrong, and nothing is set. Into a topic nobody can look: a warning says so. A type
        has one notification, a new one replaces it; it may take five minutes to begin. One call,
        UpdateNotificationSettings; `check` makes about four more.
        """
        amazon = self.connection.is_live or self.connection.is_sandbox
        guessed = transport or guess_transport(destination, amazon=amazon)
        notification = Notification(destination, guessed, event_types)
        if limit.flag("check", check):
            self.connection.events.check(notification, timeout)
        self.set_notification(notification)

    def _load(self, missing: str) -> NoReturn:
        raise AttributeError(
            f"{self!r} was made from its id, and the service has no operation that tells a HIT type's {missing}: "
            "read it from one of its HITs, hit.hit_type"
        )
