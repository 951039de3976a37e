"""Requests for a qualification: workers who ask, and wait for your decision."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from mturk.alters_data import alters_data
from mturk.connection.connection import current
from mturk.data import limit, wire
from mturk.errors import AnswerError, DoesNotExist, InvalidState
from mturk.model.qualification import checked_score
from mturk.record.collection import Collection
from mturk.record.record import Record, record

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.qualification_type import QualificationType
    from mturk.model.worker import Worker
    from mturk.question.answer import Answers


@record
class QualificationRequest(Record):
    """A worker who asks for a qualification of yours and waits for your decision.

    Requests that were granted by themselves, and tests that were not answered, are never listed.
    """

    _id_member = "QualificationRequestId"
    _shown = ("worker_id", "qualification_type_id")

    qualification_type_id: str = wire.field("QualificationTypeId")
    worker_id: str = wire.field("WorkerId")
    test_xml: str | None = wire.field("Test")
    answer_xml: str | None = wire.field("Answer")
    submit_time: datetime = wire.field("SubmitTime", wire.moment)
    _answers: Any = attrs.field(default=None)

    @classmethod
    def _checked(cls, id: str) -> str:
        return limit.text("id", id, None, 1)  # the service promises no form for these

    @classmethod
    def all(cls, *, connection: Connection | None = None) -> Collection[QualificationRequest]:
        """All requests that wait for you, oldest first. One call for each 100, ListQualificationRequests."""
        return requests_for(connection or current(), None)

    @property
    def answers(self) -> Answers:
        """What the worker answered to the test, read on first use; empty where there is no test."""
        from mturk.question import answer

        if not self._has("_answers"):
            self._set(_answers=answer.read(self.answer_xml, None, limit=self._answer_limit()))
        answers: Answers = self._answers
        return answers

    def _answers_by_column(self) -> dict[str, Any]:
        try:
            return self.answers.columns()
        except AnswerError:
            return {"answer_xml": self.answer_xml}  # one that cannot be read is neither lost, nor in the way of others

    @property
    def worker(self) -> Worker:
        """The worker who asks."""
        return self._related("Worker", self.worker_id)

    @property
    def qualification_type(self) -> QualificationType:
        """The type that is asked for."""
        return self._related("QualificationType", self.qualification_type_id)

    @alters_data
    def accept(self, score: int | None = None) -> None:
        """Grant the request, with a score of 1 unless you give another.

        This also sets the score of a worker who has the qualification already. One call, AcceptQualificationRequest.
        """
        self._decide("AcceptQualificationRequest", IntegerValue=checked_score(score))

    @alters_data
    def reject(self, reason: str | None = None) -> None:
        """Turn the request down; the worker is told the reason. One call, RejectQualificationRequest."""
        self._decide("RejectQualificationRequest", Reason=limit.optional_text("reason", reason))

    def _decide(self, operation: str, **parameters: object) -> None:
        try:
            self._call(operation, QualificationRequestId=self.id, **parameters)
        except (InvalidState, DoesNotExist) as error:
            if not error.maybe_done:
                raise


def requests_for(connection: Connection, type_id: str | None) -> Collection[QualificationRequest]:
    """The requests for one type, or for all of yours."""
    return QualificationRequest._list(
        "ListQualificationRequests",
        "QualificationRequests",
        connection,
        name="qualification requests",
        QualificationTypeId=type_id,
    )
