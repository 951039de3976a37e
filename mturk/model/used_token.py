"""A request token that was used before: it gives back the HIT that it made, unless another one is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import attrs

from mturk.data.enumeration import HITStatus
from mturk.errors import AlreadyDone, DoesNotExist
from mturk.model import ending
from mturk.question.layout import Layout
from mturk.record.record import related
from mturk.requirements import QualificationRequirement

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit import HIT
    from mturk.model.publishing import Offer

_ON_OFFER = (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE)
_MAY_BE_LEFT_OUT = ("keywords", "requester_annotation")
_SLACK = timedelta(seconds=2)  # between the service's two readings of its clock


@attrs.frozen
class AskedFor:
    """The HIT that was asked for: its terms or its type's id, by the names of a HIT's fields, and the offer."""

    terms: Mapping[str, object]
    offer: Offer
    question_xml: object = None

    def hit_of(self, error: AlreadyDone, connection: Connection) -> HIT:
        """The HIT that the token made; the error itself, which tells what differs, if that is another one."""
        if error.hit_id is None:
            raise error
        made = related("HIT", error.hit_id, connection)
        if error.maybe_done:
            # Our own try, whose answer was lost. A HIT this young may not be found yet: it loads when it is read.
            with suppress(DoesNotExist):
                made.refresh()
                self._expect(self._term_differences(made), error)
            return made
        if ending.is_gone(made):
            error.message += " It is deleted; another one needs a token of its own."
            raise error
        self._expect(self._differences(made), error)
        return made

    def _expect(self, found: list[str], error: AlreadyDone) -> None:
        if found:
            error.message += f" It is another one: {'; '.join(found)}. Each HIT needs a token of its own."
            raise error

    def _differences(self, made: HIT) -> list[str]:
        return [
            *self._term_differences(made),
            *self._assignment_differences(made),
            *self._question_differences(made),
            *self._lifetime_differences(made),
        ]

    def _term_differences(self, made: HIT) -> list[str]:
        fields = {**self.terms, "requester_annotation": self.offer.requester_annotation}
        return [
            f"its {name} is {_shown(value)}, not {_shown(wanted)}"
            for name, wanted in fields.items()
            if ((value := getattr(made, name)) is not None or name in _MAY_BE_LEFT_OUT)
            and _comparable(value) != _comparable(wanted)
        ]

    def _assignment_differences(self, made: HIT) -> list[str]:
        # More may have been added since.
        most, asked = made.max_assignments, self.offer.max_assignments
        return [f"its max_assignments is {most}, not {asked}"] if most and most < asked else []

    def _question_differences(self, made: HIT) -> list[str]:
        asked, xml = self.offer.question, made.question_xml
        if not isinstance(asked, Layout):
            return ["it asks another question"] if xml is not None and xml != self.question_xml else []
        found = [] if made.layout_id == asked.id else [f"its layout_id is {made.layout_id}, not {asked.id}"]
        # The values are in the page as they were given, or escaped as they had to be.
        page = f"{xml}\n{unescape(xml)}" if xml else ""
        lost = [name for name, value in asked.parameters.items() if page and not _stands(value, page)]
        return [*found, *(f"its layout parameter {name!r} has another value" for name in lost)]

    def _lifetime_differences(self, made: HIT) -> list[str]:
        # Only while it is on offer: ending a HIT changes its expiration, too.
        if made.status not in _ON_OFFER or made.expiration is None or made.creation_time is None:
            return []
        lifetime = made.expiration - made.creation_time
        if lifetime >= self.offer.lifetime - _SLACK:  # it may have been extended since
            return []
        return [f"its lifetime is {lifetime}, not {self.offer.lifetime}"]


def _comparable(value: Any) -> Any:
    # Requirements in any order are the same requirements, and so are their values.
    if isinstance(value, QualificationRequirement):
        sets = (sorted(map(repr, each or ())) for each in (value.integer_values, value.locale_values))
        return repr((value.qualification_type_id, value.comparator, *sets, value.actions_guarded))
    if isinstance(value, tuple):
        return sorted(repr(_comparable(each)) for each in value) or None
    return value


def _stands(value: str, page: str) -> bool:
    """Whether a value stands in a page as a whole: "1" does not stand in "10"."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", page) is not None or not value.strip()


def _shown(value: object) -> str:
    return str(value) if isinstance(value, timedelta) else repr(value)
