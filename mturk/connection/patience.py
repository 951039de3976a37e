"""How long a connection waits, how often it tries and how much it reads, as its arguments say it."""

from __future__ import annotations

import math

from mturk.connection.bound import TIMES_AS_LONG
from mturk.errors import ValidationError


def timeout(value: float | tuple[float, float] | tuple[float, float, float]) -> tuple[float, float, float]:
    """Seconds to connect, of each wait for more of an answer, and for the whole of it."""
    parts = value if isinstance(value, tuple) else (value, value)
    if len(parts) not in (2, 3) or not all(_is_number(part) and part > 0 for part in parts):
        raise ValidationError(
            "timeout must be seconds or (connect seconds, read seconds), with the seconds of a whole answer as a third "
            f"where it is not to be five times as long, not {value!r}"
        )
    return (*parts[:2], parts[2] if len(parts) == 3 else parts[1] * TIMES_AS_LONG)


def attempts(value: int) -> int:
    """How often a call is tried after faults."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValidationError(f"max_attempts must be 1 or more, not {value!r}")
    return value


def longest_wait(value: float) -> float:
    """The seconds that a call waits where the fault is not its own."""
    if not _is_number(value) or not value >= 0:
        raise ValidationError(f"max_wait must be 0 or more seconds, not {value!r}")
    return value


def largest(value: int) -> int:
    """The bytes of an answer that are read."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValidationError(f"response_limit must be 1 byte or more, not {value!r}")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)
