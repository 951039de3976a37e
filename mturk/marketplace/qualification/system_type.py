"""The qualification types that the marketplace keeps for every worker, and the scores that follow from their record."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from mturk.marketplace.clock import SECOND
from mturk.marketplace.people.premium_type import PREMIUM_TYPES
from mturk.marketplace.people.worker import Worker

MASTERS: Final = ("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6")
"""The production and the sandbox id: both are taken here."""
LOCALE: Final = "00000000000000000071"

# Until then the service takes every worker for a perfect one.
_ENOUGH_SUBMITTED = 100


def _percent(part: int, whole: int, *, of_none: int) -> int:
    return part * 100 // whole if whole else of_none


def _masters(worker: Worker) -> int | None:
    return 1 if worker.masters else None


def _adult(worker: Worker) -> int | None:
    return 1 if worker.adult else None


def _premium(type_id: str, worker: Worker) -> int | None:
    values: dict[str, int] = json.loads(worker.premium or "{}")
    return values.get(type_id)


def _locale(worker: Worker) -> tuple[str, str | None] | None:
    return (worker.country, worker.subdivision) if worker.country else None


def _hits_approved(worker: Worker) -> int:
    return int(worker.approved)


def _percent_approved(worker: Worker) -> int:
    if worker.submitted < _ENOUGH_SUBMITTED:
        return 100
    return _percent(worker.approved, worker.approved + worker.rejected, of_none=100)


def _percent_rejected(worker: Worker) -> int:
    return _percent(worker.rejected, worker.approved + worker.rejected, of_none=0)


def _percent_submitted(worker: Worker) -> int:
    return _percent(worker.submitted, worker.accepted, of_none=100)


def _percent_abandoned(worker: Worker) -> int:
    return _percent(worker.abandoned, worker.accepted, of_none=0)


def _percent_returned(worker: Worker) -> int:
    return _percent(worker.returned, worker.accepted, of_none=0)


class SystemType(NamedTuple):
    """A type that nobody made; `value` reads a worker's row, and is None where the worker does not have it."""

    id: str
    name: str
    description: str
    value: Callable[[Worker], int | tuple[str, str | None] | None]

    @property
    def words(self) -> str:
        """What a search looks at."""
        return f"{self.name}\n{self.description}".casefold()


_TYPES = (
    SystemType(MASTERS[0], "Masters", "The worker has shown excellence in a wide range of work.", _masters),
    SystemType(MASTERS[1], "Masters (sandbox)", "The id of Masters in the sandbox.", _masters),
    SystemType(
        "00000000000000000040",
        "Worker_NumberHITsApproved",
        "How many HITs the worker has completed that were approved.",
        _hits_approved,
    ),
    SystemType(LOCALE, "Worker_Locale", "Where the worker lives.", _locale),
    SystemType(
        "00000000000000000060",
        "Worker_Adult",
        "The worker is over 18 and has agreed to see content that may be offensive.",
        _adult,
    ),
    SystemType(
        "000000000000000000L0",
        "Worker_PercentAssignmentsApproved",
        "How much of the worker's decided work was approved, in percent; 100 until 100 assignments were submitted.",
        _percent_approved,
    ),
    SystemType(
        "00000000000000000000",
        "Worker_PercentAssignmentsSubmitted",
        "How many of the assignments that the worker accepted were submitted, in percent.",
        _percent_submitted,
    ),
    SystemType(
        "00000000000000000070",
        "Worker_PercentAssignmentsAbandoned",
        "How many of the assignments that the worker accepted were abandoned, in percent.",
        _percent_abandoned,
    ),
    SystemType(
        "000000000000000000E0",
        "Worker_PercentAssignmentsReturned",
        "How many of the assignments that the worker accepted were returned, in percent.",
        _percent_returned,
    ),
    SystemType(
        "000000000000000000S0",
        "Worker_PercentAssignmentsRejected",
        "How much of the worker's decided work was rejected, in percent.",
        _percent_rejected,
    ),
)
SYSTEM_TYPES: Final[dict[str, SystemType]] = {one.id: one for one in _TYPES}
_PREMIUM = {
    type_id: SystemType(type_id, one.name, "A premium qualification, for a fee.", partial(_premium, one.id))
    for type_id, one in PREMIUM_TYPES.items()
}
PUBLIC_TYPES: Final[dict[str, SystemType]] = {**_PREMIUM, **SYSTEM_TYPES}
"""All that everybody can read and require; no list shows the premium ones."""

CREATION_TIME: Final = 1_130_889_600 * SECOND
"""Nobody made them; 2 November 2005 is when the service opened."""
