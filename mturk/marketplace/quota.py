"""How much one requester may keep here: more than any honest one needs, and too little to fill a disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from mturk.marketplace.error import SettingError

QUESTIONS, ANSWERS = "question_bytes", "answer_bytes"
MESSAGES, LETTERS = "message_bytes", "worker_message_bytes"
HIT_TYPES, QUALIFICATION_TYPES, QUEUES, DESTINATIONS = "hit_types", "qualification_types", "queues", "destinations"
EVENTS = "waiting_events"
REMEMBERED = 120 * 86_400_000
"""Milliseconds for which a HIT that was deleted still counts: else who makes and deletes them fills the disk."""
LEAST_QUESTION, LEAST_MESSAGE = 1_000, 250
"""So many bytes a HIT and a message count for at least: its rows and their indexes take about as much."""
_LATER = 60_000  # milliseconds after which who had no room is looked at again
_WORDS = {
    QUESTIONS: "bytes of questions. Delete HITs that are done; what was deleted counts for 120 days",
    ANSWERS: "bytes of answers and files. Delete HITs that are done; answers of those count for 120 days",
    MESSAGES: "bytes of messages in queues. Receive and delete them, or purge a queue",
    LETTERS: "bytes of messages to workers. Have old ones pruned",
    HIT_TYPES: "HIT types. Use those that are there",
    QUALIFICATION_TYPES: "qualification types. Use those that are there",
    QUEUES: "queues. Delete those that are not needed",
    DESTINATIONS: "destinations of notifications. Use those that are there",
    EVENTS: "events that were not delivered yet. See why their destinations do not take them",
}


@dataclass(frozen=True)
class Quota:
    """How much of each kind one requester may keep in a marketplace; None is as much as there is room for.

    It is not exact: each process may let through an eighth of what is left before it looks again.
    """

    question_bytes: int | None = 20_000_000_000
    """Of HITs that are there or were deleted in the last 120 days: questions, annotations and review policies.

    Each counts for a thousand at least, and each message below for 250.
    """
    answer_bytes: int | None = 100_000_000_000
    """Of the same HITs: answers, files, and reports of reviews. Beyond that nobody takes on the requester's HITs."""
    hit_types: int | None = 1_000_000
    qualification_types: int | None = 10_000
    """Each with its test and answer key; those that were deleted count too."""
    queues: int | None = 1_000
    message_bytes: int | None = 1_000_000_000
    """Of messages that clients send to the marketplace's own queues, and that are there."""
    worker_message_bytes: int | None = 1_000_000_000
    """Of what workers were written, by NotifyWorkers and about qualifications; it stays until it is pruned."""
    destinations: int | None = 10_000
    """Queues, topics and addresses that notifications were ever sent to."""
    waiting_events: int | None = 1_000_000
    """Beyond that no events are sent for a test; what happens is told all the same."""

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            most = getattr(self, name)
            if most is not None and (not isinstance(most, int) or most < 0):
                raise SettingError(f"{name} is a whole number from 0, or None for no limit, not {most!r}.")


NONE = Quota(**dict.fromkeys((field.name for field in fields(Quota)), None))
"""Without any limit."""


class Meter:
    """Holds requesters to their quota, as seen from this process.

    Nothing is written down: what there is, is counted in the database, at first when a 64th of the quota was used
    here, then whenever an eighth of what was free is used up. So nearly all calls that add something ask nothing more.
    """

    def __init__(self, quota: Quota = Quota()) -> None:
        self._quota = quota
        # Threads that are here at once may use the same room twice, which is little.
        self._left: dict[tuple[int, str], int] = {}
        self._full: dict[tuple[int, str], int] = {}

    def refusal(self, requester: int, kind: str, amount: int, now: int, count: Callable[[], int]) -> str | None:
        """Take room for that amount; or say, in words for the requester, why there is none.

        `count` says how much there is. Whoever had no room at a time, or hardly any, is not looked at anew within the
        next minute.
        """
        most: int | None = getattr(self._quota, kind)
        if most is None:
            return None
        one = requester, kind
        left = self._left.get(one, most // 64) - amount
        if left < 0:
            if one in self._full and 0 <= now - self._full[one] < _LATER:
                return _words(kind, most)
            free = most - count()
            if free < amount:
                self._full[one] = now
                return _words(kind, most)
            left = max(free // 8 - amount, 0)
            if free < most // 64:
                # Else who deletes and adds a little would have all counted each time, while others wait.
                left, self._full[one] = free - amount, now
        self._left[one] = left
        return None

    def take(self, requester: int, kind: str, amount: int, now: int, count: Callable[[], int]) -> None:
        """Take room for what came in, whether or not there is so much; where there is not, there is none any more."""
        if self.refusal(requester, kind, amount, now, count):
            self._left[requester, kind] = 0


def _words(kind: str, most: int) -> str:
    return f"You keep as much here as you may: {most:,} {_WORDS[kind]}, or ask who runs this marketplace for more."
