"""Lanes keep a worker from doing two HITs of one row: who works in one lane does not see the HITs of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from mturk.data.enumeration import ActionsGuarded
from mturk.errors import ValidationError
from mturk.journal.journal import Journal
from mturk.model.hit import HIT
from mturk.model.hit_type import HITType
from mturk.model.qualification_type import QualificationType
from mturk.parallel.hands import ahead
from mturk.requirements import MOST_REQUIREMENTS

_WORDS = "Given to workers who have done one of these tasks, so that nobody is asked the same thing twice."


@attrs.frozen
class Lane:
    """The HITs of all rows that are the same part of their row: their type, and the mark of those who work on them."""

    hit_type: HITType
    marker: QualificationType


def kept(journal: Journal, hit_type: HITType) -> list[Lane]:
    """The lanes that the journal has. No call."""
    connection = hit_type.connection
    return [
        Lane(like(hit_type, type_id), QualificationType(marker_id, connection=connection))
        for type_id, marker_id in journal.fact("lanes") or ()
    ]


def prepared(journal: Journal, hit_type: HITType, number: int) -> list[Lane]:
    """At least so many lanes; none for rows of one HIT.

    Calls for each new one: ListQualificationTypes and CreateQualificationType, CreateHITType.
    """
    lanes = kept(journal, hit_type)
    if number < 2 or len(lanes) >= number:
        return lanes
    expect_room(hit_type, number)
    markers = [lane.marker for lane in lanes]
    markers += [_marker(journal, hit_type, f"part {place + 1}") for place in range(len(lanes), number)]
    # All types anew: each keeps out the workers of all others. HITs that are out keep the type that they have.
    lanes = [Lane(_without(hit_type, _others(markers, place)), markers[place]) for place in range(number)]
    journal.note(lanes=[[lane.hit_type.id, lane.marker.id] for lane in lanes])
    return lanes


def fresh_type(journal: Journal, hit_type: HITType, hits: Iterable[HIT], threads: int) -> HITType:
    """A HIT type that nobody finds who has worked on these HITs.

    Calls: two or three for the mark and one for the type, one for each HIT and each of its workers.
    """
    expect_room(hit_type, 2)
    number = int(journal.fact("rounds") or 0) + 1
    marker = _marker(journal, hit_type, f"round {number}")
    workers = {name for names in ahead(_workers_of, hits, threads) for name in names}
    for _ in ahead(lambda worker_id: marker.grant(worker_id, notify=False), sorted(workers), threads):
        pass
    made = _without(hit_type, [marker])
    journal.note(rounds=number)
    return made


def expect_room(hit_type: HITType, number: int) -> None:
    """The type can have a requirement for each other lane."""
    wanted = len(hit_type.qualification_requirements or ()) + number - 1
    if wanted > MOST_REQUIREMENTS:
        raise ValidationError(
            f"a row of {number} HITs needs {number - 1} requirements that keep its workers apart, beside those of the "
            f"HIT type: {wanted}, and the service takes {MOST_REQUIREMENTS}; ask for fewer assignments, or split=False"
        )


def like(hit_type: HITType, type_id: str) -> HITType:
    """The same terms under another id."""
    made = HITType(type_id, connection=hit_type.connection)
    made._set(**_terms(hit_type))
    return made


def _marker(journal: Journal, hit_type: HITType, what: str) -> QualificationType:
    return QualificationType.ensure(f"Works on {what} of batch {journal.id}", _WORDS, connection=hit_type.connection)


def _others(markers: Sequence[QualificationType], place: int) -> list[QualificationType]:
    return [marker for number, marker in enumerate(markers) if number != place]


def _without(hit_type: HITType, markers: Iterable[QualificationType]) -> HITType:
    """The type, for workers who have none of these marks."""
    terms = _terms(hit_type)
    terms["qualification_requirements"] = [
        *(hit_type.qualification_requirements or ()),
        *(marker.does_not_exist().guarding(ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT) for marker in markers),
    ]
    return HITType.create(**terms, connection=hit_type.connection)


def _terms(hit_type: HITType) -> dict[str, Any]:
    return dict(hit_type._state())


def _workers_of(hit: HIT) -> list[str]:
    return [assignment.worker_id for assignment in hit.assignments()]
