"""Everything that the service tells of an account, one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from mturk.data.enumeration import QualificationStatus
from mturk.errors import AccessDenied, RequestError
from mturk.model.hit import HIT
from mturk.model.qualification_request import QualificationRequest
from mturk.model.qualification_type import QualificationType
from mturk.model.worker import Worker

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.record.record import Record
    from mturk.record.value import Value

Line = tuple[str, dict[str, Any]]
"""What kind of thing it is, and its fields."""
Ahead = Callable[[Callable[[HIT], list[Line]], Iterable[HIT]], Iterator[list[Line]]]
"""Reads what belongs to each HIT, several at once, and gives it in their order."""

UNREAD = "Unread"


@attrs.frozen
class Holdings:
    """An account, read from the first HIT to the last block."""

    connection: Connection
    without: frozenset[str] = frozenset()
    """Some of bonuses, reviews, requests."""

    def lines(self, ahead: Ahead) -> Iterator[Line]:
        """All there is; of what cannot be read a line says so, and the others go on.

        A lost connection, or a key that is not taken, ends it.
        """
        seen: set[str] = set()
        for lines in ahead(self._of_hit, HIT.all(connection=self.connection)):
            for kind, fields in lines:
                if kind == "HITType" and fields["id"] in seen:
                    continue
                seen.update([fields["id"]] if kind == "HITType" else [])
                yield kind, fields
        yield from self._qualifications()
        if "requests" not in self.without:
            requests = QualificationRequest.all(connection=self.connection)
            yield from _part("QualificationRequest", "of the account", lambda: _records(requests))
        yield from _part("WorkerBlock", "of the account", lambda: _values(Worker.blocked(connection=self.connection)))
        yield from _part("Balance", "of the account", lambda: [attrs.asdict(self.connection.balance())])

    def _of_hit(self, hit: HIT) -> list[Line]:
        lines: list[Line] = []
        if hit.question_xml is None and hit.layout_id is None:
            lines += _part("HIT", f"of HIT {hit.id}, its question", partial(_refreshed, hit))
        lines += [("HITType", hit.hit_type.to_dict()), ("HIT", hit.to_dict(xml=True))]
        of = f"of HIT {hit.id}"
        lines += _part("Assignment", of, lambda: _records(hit.assignments()))
        if "reviews" not in self.without:
            lines += _part("ReviewResults", of, lambda: _reviews(hit))
        if "bonuses" not in self.without:
            lines += _part("BonusPayment", of, lambda: _values(hit.bonuses()))
        return lines

    def _qualifications(self) -> Iterator[Line]:
        kinds: list[QualificationType] = []
        mine = QualificationType.search(connection=self.connection)
        yield from _part("QualificationType", "of the account", lambda: _records(_kept(mine, kinds)))
        for kind in kinds:
            for status in QualificationStatus:
                who = kind.qualifications(status)
                yield from _part("Qualification", f"of type {kind.id}, {status}", partial(_values, who))


def _part(kind: str, of: str, read: Callable[[], Iterable[dict[str, Any]]]) -> Iterator[Line]:
    """Lines of one kind, the last of which says where it could not go on."""
    try:
        for fields in read():
            yield kind, fields
    except (RequestError, AccessDenied) as error:
        yield UNREAD, {"kind": kind, "of": of, "error": str(error)}


def _refreshed(hit: HIT) -> list[dict[str, Any]]:
    hit.refresh()
    return []


def _kept(kinds: Iterable[QualificationType], all_of_them: list[QualificationType]) -> Iterator[QualificationType]:
    for kind in kinds:
        all_of_them.append(kind)
        yield kind


def _records(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    return (each.to_dict(xml=True) for each in records)


def _values(values: Iterable[Value]) -> Iterator[dict[str, Any]]:
    return (each.to_dict() for each in values)


def _reviews(hit: HIT) -> list[dict[str, Any]]:
    found = hit.review_results()
    if found.assignment_policy is None and found.hit_policy is None:
        return []
    return [{"hit_id": hit.id, **{field.name: getattr(found, field.name) for field in attrs.fields(type(found))}}]
