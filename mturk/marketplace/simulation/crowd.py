"""Made-up workers for a simulation: how many there are, how often they come, and how they work."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, fields
from types import MappingProxyType

from mturk.marketplace.error import SettingError
from mturk.marketplace.simulation.field import Field

ACCURACY = MappingProxyType({"careful": 0.95, "hasty": 0.7, "guessing": 0.0})
"""How often workers of each style give the answer that is right; the rest is chance. `stuck` always gives the first."""
_COUNTRIES = (("US", 50), ("IN", 25), ("GB", 10), ("DE", 10), ("BR", 5))
_SHARES = ("returns", "abandons")
_STYLES = ("careful", "hasty", "guessing", "stuck")


@dataclass(frozen=True)
class Crowd:
    """What the workers of a simulation are like.

    `arrivals` is how many come in an hour, each for about `visit` HITs, which take them about `seconds` each. Of
    the HITs that they accept they return and abandon these shares, and submit the rest. `careful`, `hasty`,
    `guessing` and `stuck` say how many workers there are of each style of answering, as weights.
    """

    workers: int = 1000
    arrivals: float = 60.0
    visit: float = 5.0
    seconds: float = 60.0
    returns: float = 0.05
    abandons: float = 0.03
    careful: float = 80.0
    hasty: float = 15.0
    guessing: float = 4.0
    stuck: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, (int, float)) or not 0 <= value < math.inf:
                raise SettingError(f"{field.name} is a number from 0, not {value!r}.")
        for name, least in (("workers", 1), ("arrivals", 0.001), ("visit", 1), ("seconds", 1)):
            if getattr(self, name) < least:
                raise SettingError(f"{name} is a number from {least}, not {getattr(self, name)!r}.")
        for name in _SHARES:
            if getattr(self, name) > 1:
                raise SettingError(f"{name} is a share from 0 to 1, not {getattr(self, name)!r}.")
        if self.returns + self.abandons > 1:
            raise SettingError("returns and abandons are shares of the same work, and together more than all of it.")
        if not any(self.weights):
            raise SettingError(f"One of {', '.join(_STYLES)} is more than 0: somebody has to do the work.")

    @property
    def weights(self) -> list[float]:
        """How many workers there are of each style, in proportion."""
        return [getattr(self, style) for style in _STYLES]


class Member:
    """One worker of a crowd: always the same for the same seed and number."""

    def __init__(self, crowd: Crowd, seed: int, number: int) -> None:
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - play
        self.id = f"ASIM{number:06d}"
        self.style = chance.choices(_STYLES, crowd.weights)[0]
        self.country = chance.choices([name for name, _ in _COUNTRIES], [share for _, share in _COUNTRIES])[0]
        self.adult = chance.random() < 0.5
        self.known = self.busy = False

    def answer(self, question: str, to_fill: tuple[Field, ...], chance: random.Random) -> dict[str, str]:
        """Fill in every field, as this worker would."""
        # What is right depends on the question alone, so that careful workers agree about it.
        truth = random.Random(question)  # noqa: S311 - play
        return {field.name: self._choose(field, _any(field, truth), chance) for field in to_fill}

    def _choose(self, field: Field, right: str, chance: random.Random) -> str:
        if self.style == "stuck":
            return field.choices[0] if field.choices else "good"
        return right if chance.random() < ACCURACY[self.style] else _any(field, chance)


def _any(field: Field, chance: random.Random) -> str:
    return chance.choice(field.choices) if field.choices else f"text {chance.randrange(1000)}"
