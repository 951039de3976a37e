"""Lanes keep a worker from doing two HITs of one row: who works in one lane does not see the HITs of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from mturk.data.enumeration import ActionsGuarded
from mturk.errors import ValidationError
from mturk.journal.journal import Journal
from mturk.model.hit_type import HITType
from mturk.model.qualification_type import QualificationType
from mturk.requirements import MOST_REQUIREMENTS


@attrs.frozen
class Lane:
    """The HITs of all rows that are the same part of their row: their type, and the mark of those who work on them."""

    hit_type: HITType
    marker: QualificationType


def kept(journal: Journal, hit_type: HITType) -> list[Lane]:
    """The lanes that the journal has. No call."""
    connection = hit_type.connection
    return [
        Lane(_like(hit_type, type_id), QualificationType(marker_id, connection=connection))
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
    has_begun = bool(lanes) or journal.has_begun()
    markers = [lane.marker for lane in lanes]
    markers += [_marker(journal, hit_type, place) for place in range(len(lanes), number)]
    for place in range(len(lanes), number):
        # What is published already has the batch's own type: its workers are known before anything else goes out.
        own = place == 0 and has_begun
        lanes.append(Lane(hit_type if own else _kept_out(hit_type, markers, place), markers[place]))
    journal.note(lanes=[[lane.hit_type.id, lane.marker.id] for lane in lanes])
    return lanes


def expect_room(hit_type: HITType, number: int) -> None:
    """The type can have a requirement for each other lane."""
    wanted = len(hit_type.qualification_requirements or ()) + number - 1
    if wanted > MOST_REQUIREMENTS:
        raise ValidationError(
            f"a row of {number} HITs needs {number - 1} requirements that keep its workers apart, beside those of the "
            f"HIT type: {wanted}, and the service takes {MOST_REQUIREMENTS}; ask for fewer assignments, or split=False"
        )


def _marker(journal: Journal, hit_type: HITType, place: int) -> QualificationType:
    return QualificationType.ensure(
        f"Works on part {place + 1} of batch {journal.id}",
        "Given to workers who have done one of these tasks, so that nobody is asked the same thing twice.",
        connection=hit_type.connection,
    )


def _kept_out(hit_type: HITType, markers: Sequence[QualificationType], place: int) -> HITType:
    others = [marker for number, marker in enumerate(markers) if number != place]
    terms = _terms(hit_type)
    terms["qualification_requirements"] = [
        *(hit_type.qualification_requirements or ()),
        *(marker.does_not_exist().guarding(ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT) for marker in others),
    ]
    return HITType.create(**terms, connection=hit_type.connection)


def _like(hit_type: HITType, type_id: str) -> HITType:
    """The same terms under another id."""
    made = HITType(type_id, connection=hit_type.connection)
    made._set(**_terms(hit_type))
    return made


def _terms(hit_type: HITType) -> dict[str, Any]:
    return dict(hit_type._state())
