"""How large an answer may be and how long it may take, and the error of one that goes beyond."""

from __future__ import annotations

import time
from collections.abc import Callable

from urllib3.exceptions import HTTPError

LARGEST = 64_000_000
"""Bytes of an answer, as it comes and as it is after compression. The largest that the service gives have some."""
TIMES_AS_LONG = 5.0
"""How much longer than each wait for more of it an answer may take as a whole, where nothing else is said."""


class OutOfBounds(HTTPError):
    """An answer was given up: it is too large, or does not end. The request may have been carried out.

    urllib3's own base, since urllib3 and requests let that through as it is, and close the connection.
    """


class TooLarge(OutOfBounds):
    """The body of an answer is larger than it may be."""

    status: int | None = None
    """The status of the answer, once its head was read."""


class Bounds:
    """What an answer may have: bytes, also once decompressed, and seconds from the request to its last byte."""

    def __init__(
        self, largest: int = LARGEST, seconds: float = 300.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.largest = largest
        self.seconds = seconds
        self.monotonic = monotonic

    def too_large(self) -> TooLarge:
        """What is raised of an answer that is larger."""
        return TooLarge(f"it is larger than the {self.largest:,} bytes that are read (response_limit=)")

    def too_slow(self) -> OutOfBounds:
        """What is raised of an answer that takes longer."""
        return OutOfBounds(f"it was not whole within {self.seconds:g} seconds (timeout=)")
