"""New ids and access keys."""

from __future__ import annotations

import random
import string

_CAPITALS = string.ascii_uppercase + string.digits


class Identifiers:
    """Generates ids in the formats of the real service."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def _text(self, letters: str, length: int) -> str:
        """So many letters, each as likely as any: random bytes, without those beyond the last whole set of letters."""
        even = 256 - 256 % len(letters)
        letter_of, too_large = (letters * 256)[:256].encode(), bytes(range(even, 256))
        found = b""
        while len(found) < length:
            found += self._source.randbytes(length + 8).translate(letter_of, too_large)
        return found[:length].decode()

    def entity(self) -> str:
        """An id of a HIT, a type, a group or an assignment: 30 characters that begin with 3."""
        return "3" + self._text(_CAPITALS, 29)

    def customer(self) -> str:
        """The customer id of a requester: 14 characters that begin with A."""
        return "A" + self._text(_CAPITALS, 13)

    def document(self) -> str:
        """An EventDocId: 40 hexadecimal digits."""
        return self._text(string.hexdigits[:16], 40)

    def access_key(self) -> str:
        """An access key, the public half of a key pair."""
        return "AKIA" + self._text(_CAPITALS, 16)

    def secret_key(self) -> str:
        """A secret key, the other half of a key pair."""
        return self._text(string.ascii_letters + string.digits + "+/", 40)
