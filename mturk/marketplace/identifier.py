"""Ids and keys that the marketplace makes up."""

from __future__ import annotations

import random
import string

_CAPITALS = string.ascii_uppercase + string.digits


class Identifiers:
    """Makes ids in the forms of the real ones."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def _text(self, letters: str, length: int) -> str:
        return "".join(self._source.choices(letters, k=length))

    def entity(self) -> str:
        """Of HITs, types, groups and assignments: 30 characters that begin with 3."""
        return "3" + self._text(_CAPITALS, 29)

    def customer(self) -> str:
        """Of people: 14 characters that begin with A."""
        return "A" + self._text(_CAPITALS, 13)

    def document(self) -> str:
        """Of documents that tell of events: 40 hexadecimal digits."""
        return self._text(string.hexdigits[:16], 40)

    def access_key(self) -> str:
        """The public half of a key pair."""
        return "AKIA" + self._text(_CAPITALS, 16)

    def secret_key(self) -> str:
        """The secret half of a key pair."""
        return self._text(string.ascii_letters + string.digits + "+/", 40)
