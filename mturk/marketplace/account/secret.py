"""Random texts that open something, and the digests by which the database knows them: reading it opens nothing."""

from __future__ import annotations

import base64
import hashlib
import random

_LENGTH = 32  # bytes, which nobody guesses
_LONGEST = 255


def new_secret(randomness: random.Random) -> str:
    """A text for an address or a cookie; `randomness` must be the system's where it matters."""
    return base64.urlsafe_b64encode(randomness.randbytes(_LENGTH)).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """What the database keeps of a secret; what is longer than any of ours is not read to its end."""
    return hashlib.sha256(secret[:_LONGEST].encode("utf-8", "replace")).hexdigest()
