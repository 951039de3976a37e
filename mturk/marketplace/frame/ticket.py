"""Signed addresses: which page a frame shows, and for whom and which assignment answers are taken."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

_HASH = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}


class TaskTicket(NamedTuple):
    """The right to see the page of a HIT: in a preview, or at work on an assignment since it was accepted.

    It says the worker's language, since task pages and what they post come without a cookie.
    """

    hit_id: str
    language: str
    worker_id: str
    assignment_id: str
    """Nothing in a preview."""
    since: int
    """When the assignment was accepted, in market time; or when the preview was shown, in real time."""


class SubmitTicket(NamedTuple):
    """The right to submit an assignment, once: it was accepted at that time, and is given out again at another."""

    assignment_id: str
    language: str
    worker_id: str
    accept_time: int


class Tickets:
    """Writes tickets as texts for addresses, and reads those that it wrote."""

    def __init__(self, key: str) -> None:
        self._tasks = URLSafeSerializer(key, salt="task page", signer_kwargs=_HASH)
        self._submissions = URLSafeSerializer(key, salt="submission", signer_kwargs=_HASH)

    def task(self, ticket: TaskTicket) -> str:
        """The text of a ticket to see."""
        return str(self._tasks.dumps(ticket))

    def submission(self, ticket: SubmitTicket) -> str:
        """The text of a ticket to submit."""
        return str(self._submissions.dumps(ticket))

    def read_task(self, text: str) -> TaskTicket | None:
        """The ticket to see that this text is; None if it was not written here."""
        found = _read(self._tasks, text)
        return None if found is None else TaskTicket(*found)

    def read_submission(self, text: str) -> SubmitTicket | None:
        """The ticket to submit that this text is; None if it was not written here."""
        found = _read(self._submissions, text)
        return None if found is None else SubmitTicket(*found)


def _read(serializer: URLSafeSerializer, text: str) -> list[Any] | None:
    try:
        return list(serializer.loads(text))
    except BadData:
        return None
