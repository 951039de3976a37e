"""Qualification types: your own conditions, granted by you or earned by a test."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mturk.alters_data import alters_data
from mturk.connection.connection import current
from mturk.data import limit, wire
from mturk.data.enumeration import (
    AnyQualificationStatus,
    AnyQualificationTypeStatus,
    Comparator,
    QualificationStatus,
    QualificationTypeStatus,
)
from mturk.data.locale import Locale
from mturk.errors import AlreadyDone, DoesNotExist, InvalidState, ValidationError
from mturk.model.qualification import Qualification, checked_score
from mturk.model.qualification_request import QualificationRequest, requests_for
from mturk.record.collection import Collection
from mturk.record.record import Record, id_of, kind_of, record
from mturk.requirements import Comparable, QualificationRequirement, compare

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit import HIT
    from mturk.model.worker import Worker
    from mturk.question.form import QuestionForm
    from mturk.question.scoring import AnswerKey


_LIST_LAGS = 60.0  # seconds in which a new type may not be listed yet


@record
class QualificationType(Record, Comparable):
    """A qualification of your own: make it, grant it, and require it.

        seen = QualificationType.create("Has done it before", "Took part in the first round")
        worker.grant(seen)
        HITType.create(…, qualification_requirements=[seen.does_not_exist()])

    It compares into requirements: `my_type >= 80`, `my_type == 3`, `my_type.is_in(1, 2)`, `my_type.exists()`.
    """

    _id_member = "QualificationTypeId"
    _shown = ("name", "status")

    creation_time: datetime = wire.field("CreationTime", wire.moment)
    name: str = wire.field("Name")
    description: str = wire.field("Description")
    keywords: tuple[str, ...] | None = wire.field("Keywords", wire.keywords)
    status: QualificationTypeStatus = wire.field("QualificationTypeStatus", wire.one_of(QualificationTypeStatus))
    test_xml: str | None = wire.field("Test")
    test_duration: timedelta | None = wire.field("TestDurationInSeconds", wire.duration)
    answer_key_xml: str | None = wire.field("AnswerKey")
    retry_delay: timedelta | None = wire.field("RetryDelayInSeconds", wire.duration)
    requestable: bool = wire.field("IsRequestable")
    auto_granted: bool = wire.field("AutoGranted")
    auto_granted_value: int | None = wire.field("AutoGrantedValue")

    @property
    def test(self) -> QuestionForm | None:
        """The test as a QuestionForm, read from the XML; None without one."""
        from mturk.question.form import QuestionForm  # with all the parts of a form, which few programs need

        form: QuestionForm | None = None if self.test_xml is None else QuestionForm.from_xml(self.test_xml)
        return form

    @property
    def answer_key(self) -> AnswerKey | None:
        """The answer key that grades the test, read from the XML; None without one."""
        from mturk.question.scoring import AnswerKey

        key: AnswerKey | None = None if self.answer_key_xml is None else AnswerKey.from_xml(self.answer_key_xml)
        return key

    @classmethod
    @alters_data
    def create(
        cls,
        name: str,
        description: str,
        *,
        keywords: str | Iterable[str] | None = None,
        status: AnyQualificationTypeStatus = QualificationTypeStatus.ACTIVE,
        retry_delay: timedelta | int | None = None,
        test: QuestionForm | str | None = None,
        test_duration: timedelta | int | None = None,
        answer_key: AnswerKey | str | None = None,
        auto_granted: bool | None = None,
        auto_granted_value: int | None = None,
        connection: Connection | None = None,
    ) -> QualificationType:
        """Make a qualification type; its name and keywords stay for ever.

        Names are unique among your types: a second one of the same name raises AlreadyDone. A `test` is a
        QuestionForm and needs a `test_duration`; the `answer_key` grades it, or you do where there is none. With
        `auto_granted` every worker who asks gets `auto_granted_value` at once, which excludes a test. Without a
        `retry_delay` a worker can ask only once. One call, CreateQualificationType.
        """
        connection = connection or current()
        if test is None and (answer_key is not None or test_duration is not None):
            raise ValidationError("answer_key and test_duration belong to a test, and test is missing")
        if test is not None and test_duration is None:
            raise ValidationError("a test needs test_duration, the time a worker has for it")
        if auto_granted_value is not None and not auto_granted:
            raise ValidationError("auto_granted_value belongs to auto_granted=True")
        try:
            answer = connection.call(
                "CreateQualificationType",
                Name=limit.text("name", name, None, 1),
                Description=limit.text("description", description, 2000, 1),
                Keywords=None if keywords is None else limit.keywords(keywords),
                QualificationTypeStatus=limit.choice("status", status, QualificationTypeStatus),
                **_settings(connection, retry_delay, test, test_duration, answer_key, auto_granted, auto_granted_value),
            )
        except AlreadyDone as error:
            if not error.maybe_done:
                raise
            return cls._wait_for(name, connection, _LIST_LAGS)
        return cls._of(answer, connection)

    @classmethod
    @alters_data
    def ensure(
        cls,
        name: str,
        description: str,
        *,
        keywords: str | Iterable[str] | None = None,
        timeout: float = 60.0,
        connection: Connection | None = None,
    ) -> QualificationType:
        """Your qualification type of this name, made when there is none yet; returns once the service lists it.

        The description and keywords are used only when it is made. Several programs may do this at once: they get
        the same type. TimeoutError if the service does not list it within `timeout` seconds. Two or three calls,
        ListQualificationTypes and CreateQualificationType.
        """
        connection = connection or current()
        found = cls._named(name, connection)
        if found is not None:
            return found
        with suppress(AlreadyDone):  # somebody else was quicker, and the list lags behind
            cls.create(name, description, keywords=keywords, connection=connection)
        return cls._wait_for(name, connection, timeout)

    @classmethod
    def get(cls, id: str, *, connection: Connection | None = None) -> QualificationType:
        """The qualification type with this id. One call, GetQualificationType."""
        found = cls(limit.identifier("id", id), connection=connection or current())
        found.refresh()
        return found

    @classmethod
    def search(
        cls,
        query: str | None = None,
        *,
        mine: bool = True,
        requestable: bool = False,
        connection: Connection | None = None,
    ) -> Collection[QualificationType]:
        """Qualification types whose name, description or keywords match; yours only, unless `mine=False`.

        `requestable=True` leaves out those that workers cannot ask for, such as the system's. One call for each
        100, ListQualificationTypes.
        """
        return cls._list(
            "ListQualificationTypes",
            "QualificationTypes",
            connection or current(),
            name="qualification types",
            Query=limit.optional_text("query", query),
            MustBeOwnedByCaller=limit.flag("mine", mine),
            MustBeRequestable=limit.flag("requestable", requestable),
        )

    @classmethod
    def _wait_for(cls, name: str, connection: Connection, timeout: float) -> QualificationType:
        for _ in connection.clock.looks(timeout):
            found = cls._named(name, connection)
            if found is not None:
                return found
        raise TimeoutError(f"the qualification type {name!r} exists, but is not listed after {timeout:g} seconds")

    @classmethod
    def _named(cls, name: str, connection: Connection) -> QualificationType | None:
        mine = cls.search(name, connection=connection)
        return next((each for each in mine if each.name == name), None)

    def refresh(self) -> None:
        """Load all fields anew. One call, GetQualificationType."""
        self._renew(self._call("GetQualificationType", QualificationTypeId=self.id))

    @alters_data
    def update(
        self,
        *,
        description: str | None = None,
        status: AnyQualificationTypeStatus | None = None,
        retry_delay: timedelta | int | None = None,
        test: QuestionForm | str | None = None,
        test_duration: timedelta | int | None = None,
        answer_key: AnswerKey | str | None = None,
        auto_granted: bool | None = None,
        auto_granted_value: int | None = None,
    ) -> None:
        """Change what can be changed: all but the name and the keywords.

        A new test drops the old answer key unless you send one along. A test cannot be taken away, nor retries be
        switched off. One call, UpdateQualificationType.
        """
        answer = self._call(
            "UpdateQualificationType",
            QualificationTypeId=self.id,
            Description=None if description is None else limit.text("description", description, 2000, 1),
            QualificationTypeStatus=(
                None if status is None else limit.choice("status", status, QualificationTypeStatus)
            ),
            **_settings(
                self.connection,
                retry_delay,
                test,
                test_duration,
                answer_key,
                auto_granted,
                auto_granted_value,
            ),
        )
        self._renew(answer)

    @alters_data
    def delete(self) -> None:
        """Delete the type; its open requests are rejected, and HITs that require it are disposed of.

        Workers keep the qualification. The service takes up to 48 hours, during which the name cannot be used again.
        One call, DeleteQualificationType.
        """
        try:
            self._call("DeleteQualificationType", QualificationTypeId=self.id)
        except (InvalidState, DoesNotExist) as error:
            if not error.maybe_done:
                raise
        self._forget("status")

    @alters_data
    def grant(self, worker: Worker | str, score: int | None = None, *, notify: bool = True) -> None:
        """Give a worker this qualification with a score of 1 unless you give another, or change the score.

        The worker gets an e-mail unless `notify=False`. One call, AssociateQualificationWithWorker.
        """
        self._call(
            "AssociateQualificationWithWorker",
            QualificationTypeId=self.id,
            WorkerId=_worker_id(worker),
            IntegerValue=checked_score(score),
            SendNotification=limit.flag("notify", notify),
        )

    @alters_data
    def revoke(self, worker: Worker | str, reason: str | None = None) -> None:
        """Take this qualification away from a worker, who is told only if you give a reason.

        Work that was accepted stays accepted. One call, DisassociateQualificationFromWorker.
        """
        try:
            self._call(
                "DisassociateQualificationFromWorker",
                QualificationTypeId=self.id,
                WorkerId=_worker_id(worker),
                Reason=limit.optional_text("reason", reason),
            )
        except (InvalidState, DoesNotExist) as error:
            if not error.maybe_done:
                raise

    def score(self, worker: Worker | str) -> Qualification:
        """What a worker has of this type; DoesNotExist without it, InvalidState after it was revoked.

        Only for types of your own. One call, GetQualificationScore.
        """
        answer = self._call("GetQualificationScore", QualificationTypeId=self.id, WorkerId=_worker_id(worker))
        return Qualification._read(answer.get("Qualification") or {}, self.connection)

    def requests(self) -> Collection[QualificationRequest]:
        """The requests for this type that wait for you. One call for each 100, ListQualificationRequests."""
        return requests_for(self.connection, self.id)

    def qualifications(self, status: AnyQualificationStatus | None = None) -> Collection[Qualification]:
        """Who has this qualification, or with status="Revoked" who had it.

        One call for each 100, ListWorkersWithQualificationType.
        """
        wanted = None if status is None else limit.choice("status", status, QualificationStatus)
        return Qualification._list(
            "ListWorkersWithQualificationType",
            "Qualifications",
            self.connection,
            name=f"qualifications of {self.id}",
            QualificationTypeId=self.id,
            Status=wanted,
        )

    def hits(self) -> Collection[HIT]:
        """Your HITs that require this type. One call for each 100, ListHITsForQualificationType."""
        hits: Collection[HIT] = kind_of("HIT")._list(
            "ListHITsForQualificationType",
            "HITs",
            self.connection,
            name=f"HITs for {self.id}",
            QualificationTypeId=self.id,
        )
        return hits

    def _load(self, missing: str) -> None:
        self.refresh()

    def _require(self, comparator: Comparator, values: tuple[object, ...]) -> QualificationRequirement:
        return compare(self.id, comparator, values)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, (int, Locale)):
            return self._require(Comparator.EQUAL_TO, (other,))
        return Record.__eq__(self, other)

    def __ne__(self, other: object) -> Any:
        if isinstance(other, (int, Locale)):
            return self._require(Comparator.NOT_EQUAL_TO, (other,))
        return not self == other

    __hash__ = Record.__hash__


def _worker_id(worker: Worker | str) -> str:
    return id_of("worker", worker, "Worker", limit.worker_id)


def _settings(
    connection: Connection,
    retry_delay: timedelta | int | None,
    test: QuestionForm | str | None,
    test_duration: timedelta | int | None,
    answer_key: AnswerKey | str | None,
    auto_granted: bool | None,
    auto_granted_value: int | None,
) -> dict[str, object]:
    if test is not None and auto_granted:
        raise ValidationError("a type with a test cannot be auto_granted")
    if auto_granted_value is not None and auto_granted is False:
        raise ValidationError("auto_granted_value belongs to auto_granted=True")
    test_xml, key_xml = _documents(test, answer_key, connection.question_limit)
    return {
        "RetryDelayInSeconds": (
            None if retry_delay is None else limit.seconds("retry_delay", retry_delay, 0, limit.YEAR)
        ),
        "Test": test_xml,
        "TestDurationInSeconds": (
            None if test_duration is None else limit.seconds("test_duration", test_duration, 1, limit.YEAR)
        ),
        "AnswerKey": key_xml,
        "AutoGranted": limit.flag("auto_granted", auto_granted),
        "AutoGrantedValue": checked_score(auto_granted_value),
    }


def _documents(
    test: QuestionForm | str | None, answer_key: AnswerKey | str | None, size: int
) -> tuple[str | None, str | None]:
    from mturk.question import exam  # with all the parts of a form, which few programs need

    if test is None:
        return None, None if answer_key is None else exam.key_document(answer_key, size)
    return exam.documents(test, answer_key, size)
