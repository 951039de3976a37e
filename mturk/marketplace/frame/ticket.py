"""Addresses that only we can write: which page a frame shows, and for which assignment of whom answers are taken.

The address of a page is encrypted, since the page can read it, and in a preview it is not told who looks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import BadData, URLSafeSerializer

_NONCE = 12
_LENGTH = 188  # so that it tells nothing of who looks
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
        self._tasks = AESGCM(hmac.digest(key.encode(), b"task page", "sha256"))
        self._submissions = URLSafeSerializer(key, salt="submission", signer_kwargs=_HASH)

    def task(self, ticket: TaskTicket) -> str:
        """The text of a ticket to see."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._tasks.encrypt(nonce, json.dumps(ticket).ljust(_LENGTH).encode(), None)
        return base64.urlsafe_b64encode(sealed).decode()

    def submission(self, ticket: SubmitTicket) -> str:
        """The text of a ticket to submit."""
        return str(self._submissions.dumps(ticket))

    def read_task(self, text: str) -> TaskTicket | None:
        """The ticket to see that this text is; None if it was not written here."""
        try:
            # Other signs are not passed over: the text stands in a header of the page.
            content = base64.b64decode(text, altchars=b"-_", validate=True)
            return TaskTicket(*json.loads(self._tasks.decrypt(content[:_NONCE], content[_NONCE:], None)))
        except (InvalidTag, ValueError):
            return None

    def read_submission(self, text: str) -> SubmitTicket | None:
        """The ticket to submit that this text is; None if it was not written here."""
        try:
            return SubmitTicket(*self._submissions.loads(text))
        except BadData:
            return None
