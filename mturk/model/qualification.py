"""Qualifications: what a worker has of one type."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from mturk.data import limit, wire
from mturk.data.enumeration import QualificationStatus
from mturk.data.locale import Locale
from mturk.record.record import related
from mturk.record.value import Value

if TYPE_CHECKING:
    from mturk.model.qualification_type import QualificationType
    from mturk.model.worker import Worker

_LOWEST, _HIGHEST = -(2**31), 2**31 - 1


@attrs.frozen(getstate_setstate=False)
class Qualification(Value):
    """What one worker has of one qualification type: a score, or for locales a place."""

    qualification_type_id: str = wire.field("QualificationTypeId")
    worker_id: str = wire.field("WorkerId")
    grant_time: datetime = wire.field("GrantTime", wire.moment)
    score: int | None = wire.field("IntegerValue")
    locale: Locale | None = wire.field("LocaleValue", wire.one(Locale))
    status: QualificationStatus = wire.field("Status", wire.one_of(QualificationStatus))

    @property
    def worker(self) -> Worker:
        """The worker who has it."""
        return related("Worker", self.worker_id, self._connection)

    @property
    def qualification_type(self) -> QualificationType:
        """The type that it is of."""
        return related("QualificationType", self.qualification_type_id, self._connection)


_LOWEST, _HIGHEST = -(2**31), 2**31 - 1


def checked_score(score: int | None) -> int | None:
    """A score within the service's limits."""
    return None if score is None else limit.whole("score", score, _LOWEST, _HIGHEST)
