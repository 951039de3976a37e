"""The credentials of the marketplace itself, with which it signs what it sends to queues and topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# Its own names come first: AWS_ACCESS_KEY_ID is often the key of a requester, whom AWS does not know.
_OWN, _AWSS = "MTURK_SQS_", "AWS_"
_KEY, _SECRET, _TOKEN = "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"
MISSING = "MTURK_SQS_ACCESS_KEY_ID and MTURK_SQS_SECRET_ACCESS_KEY are not set where the marketplace runs"


class Credential(NamedTuple):
    """A key pair, perhaps with a session token."""

    access_key: str
    secret_key: str
    token: str | None

    def __repr__(self) -> str:
        return f"<Credential {self.access_key}>"


def find(environment: Mapping[str, str]) -> Credential | None:
    """The credential of the environment, if there is one; a ValueError names what is missing of its own.

    MTURK_SQS_ACCESS_KEY_ID, MTURK_SQS_SECRET_ACCESS_KEY and MTURK_SQS_SESSION_TOKEN come before those of AWS, and are
    never mixed with them.
    """
    for prefix in (_OWN, _AWSS):
        key, secret = environment.get(prefix + _KEY), environment.get(prefix + _SECRET)
        if key and secret:
            return Credential(key, secret, environment.get(prefix + _TOKEN) or None)
        if prefix == _OWN and (key or secret):
            there, missing = (_KEY, _SECRET) if key else (_SECRET, _KEY)
            raise ValueError(f"{prefix}{missing} is not set beside {prefix}{there}")
    return None
