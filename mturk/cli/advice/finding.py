"""One thing that was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Finding(NamedTuple):
    """One line, and whether it is as it should be."""

    text: str
    good: bool = True


def tell(found: Iterable[Finding], say: Callable[[str], object]) -> int:
    """Say what was found, a line for each thing; 1 if something is wrong, else 0."""
    wrong = 0
    for finding in found:
        say(finding.text if finding.good else f"{finding.text} [!]")
        wrong += not finding.good
    return int(wrong > 0)
