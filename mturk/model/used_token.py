"""A request token that was used before: it gives back the HIT that it made, unless another one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import attrs

from mturk.data.enumeration import HITStatus
from mturk.errors import AlreadyDone, DoesNotExist
from mturk.question.layout import Layout
from mturk.record.record import related

if TYPE_CHECKING:
    from mturk.connection.connection import Connection
    from mturk.model.hit import HIT
    from mturk.model.publishing import Offer

_ON_OFFER = (HITStatus.ASSIGNABLE, HITStatus.UNASSIGNABLE)
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
            return made
        made.refresh()
        found = self._differences(made)
        if found:
            error.message += f" It is another one: {'; '.join(found)}. Each HIT needs a token of its own."
            raise error
        return made

    def _differences(self, made: HIT) -> list[str]:
        fields = {
            **self.terms,
            "max_assignments": self.offer.max_assignments,
            "requester_annotation": self.offer.requester_annotation,
        }
        found = [
            f"its {name} is {_shown(value)}, not {_shown(wanted)}"
            for name, wanted in fields.items()
            if (value := getattr(made, name)) is not None and _comparable(value) != _comparable(wanted)
        ]
        return [*found, *self._question_differences(made), *self._lifetime_differences(made)]

    def _question_differences(self, made: HIT) -> list[str]:
        asked, xml = self.offer.question, made.question_xml
        if not isinstance(asked, Layout):
            return ["it asks another question"] if xml is not None and xml != self.question_xml else []
        found = [] if made.layout_id in (None, asked.id) else [f"its layout_id is {made.layout_id}, not {asked.id}"]
        # The values are in the page as they were given, or escaped as they had to be.
        lost = [
            name for name, value in asked.parameters.items() if xml and value not in xml and escape(value) not in xml
        ]
        return [*found, *(f"its layout parameter {name!r} has another value" for name in lost)]

    def _lifetime_differences(self, made: HIT) -> list[str]:
        # Only while it is on offer: ending a HIT changes its expiration, too.
        if made.status not in _ON_OFFER or made.expiration is None or made.creation_time is None:
            return []
        lifetime = made.expiration - made.creation_time
        if abs(lifetime - self.offer.lifetime) <= _SLACK:
            return []
        return [f"its lifetime is {lifetime}, not {self.offer.lifetime}"]


def _comparable(value: Any) -> Any:
    # Requirements in any order are the same requirements.
    return sorted(map(repr, value)) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    return str(value) if isinstance(value, timedelta) else repr(value)
