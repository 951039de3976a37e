"""What every operation is given besides its own arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection

from mturk.marketplace.error import RequestError
from mturk.marketplace.quota import Meter

if TYPE_CHECKING:
    from mturk.marketplace.request.numbered_page import NumberedPage

Answer = dict[str, Any]
"""An answer of the API, member by member under AWS's names; what is absent is left out."""


@dataclass(frozen=True)
class Settings:
    """How this marketplace differs from MTurk's own rules."""

    fees: bool = True
    sandbox: bool = False
    """Whether nothing is spent: see `people/ledger.py`."""
    strict: bool = False
    question_limit: int = 65_535
    eventual: int = 0
    """Milliseconds after which lists show what is new."""
    name_hold: int = 0
    """Milliseconds for which the name of a deleted qualification type stays taken."""
    upload_limit: int = 10_000_000
    """Bytes that a file may have which a worker uploads."""
    own_queues: bool = False
    """Whether all queues are on a server that the lab names, whatever host their URLs name."""
    private_destinations: bool = False
    """Whether events may be sent to this machine and to private networks."""
    mail: bool = False
    """Whether there is a server to send e-mail by."""
    query_api: bool = False
    """Whether calls of the old Query API are answered."""
    meter: Meter = field(default_factory=Meter)
    """Holds each requester to what they may keep."""


class Happening(NamedTuple):
    """Something that happened to a HIT of that type, or to one of its assignments."""

    time: int
    hit_type: int
    hit_id: str
    assignment_id: str | None


Hear = Callable[[Connection, str, Sequence[Happening]], None]
"""Takes events by their type, in the transaction that causes them."""


class Deed(NamedTuple):
    """Something that was done: a step, the ids that it concerned, and what came of it."""

    step: str
    subjects: Mapping[str, object] = {}
    """Ids by their names."""
    worker_id: str | None = None
    """Which worker did it, where that is known otherwise than by who asks."""
    result: str = "OK"


Write = Callable[[Connection, int, Deed], None]
"""Writes down what is done, in the transaction that does it at that market time."""


@dataclass(frozen=True)
class Context:
    """One transaction at one moment of market time."""

    database: Connection
    now: int
    settings: Settings
    new_id: Callable[[], str]
    hear: Hear | None = None
    """What to call with every event, by its type, while somebody in this process listens."""
    write_down: Write | None = None
    """What to call with every deed, where they are kept or counted."""

    def note(self, step: str, *, worker_id: str | None = None, **subjects: object) -> None:
        """Note that this was done, with the ids it concerned, where that is kept or counted."""
        if self.write_down is not None:
            self.write_down(self.database, self.now, Deed(step, subjects, worker_id))

    def expect_room(self, kind: str, amount: int, count: Callable[[], int]) -> None:
        """Who runs the marketplace may keep what they want; calls may not."""


@dataclass(frozen=True, kw_only=True)
class Call(Context):
    """One call of the API by a requester, known by its number."""

    requester: int
    address: str = ""
    """Where the caller reaches this marketplace, without a slash at its end."""
    numbered: NumberedPage | None = None
    """Which page of a list is wanted, where that is told by its number and not by a token."""

    @classmethod
    def of(cls, requester: int, context: Context, address: str = "") -> Call:
        """A requester's call in a transaction."""
        return cls(**vars(context), requester=requester, address=address)

    def expect_room(self, kind: str, amount: int, count: Callable[[], int]) -> None:
        """Refuse to keep more of a kind than the caller may; `count` says how much there is, and is asked rarely."""
        words = self.settings.meter.refusal(self.requester, kind, amount, self.now, count)
        if words:
            raise RequestError("QuotaExceeded", words)
