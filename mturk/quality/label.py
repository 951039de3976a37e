"""Labels: the answer that is taken for an item, how sure it is, and whether another one came out equal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import attrs

CLOSE = 1e-9
"""Shares that differ by less are equal, however they were computed: 1 - 1/3 is two thirds."""


class Label(NamedTuple):
    """What an item comes to."""

    answer: str
    confidence: float
    is_tied: bool


@attrs.frozen
class Labels:
    """What a method says of votes: a label for each item, a skill for each worker."""

    of_items: dict[str, Label]
    skills: dict[str, float]


def label(weights: Iterable[tuple[str, float]]) -> Label:
    """The answer with the greatest share; of equal ones the first in the order of their texts."""
    weighed = list(weights)
    most = max(share for _, share in weighed)
    equal = [answer for answer, share in weighed if share > most - CLOSE]
    return Label(min(equal), min(most, 1.0), len(equal) > 1)
