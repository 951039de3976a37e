"""Places that workers live in."""

from __future__ import annotations

import re

import attrs

from mturk.data import wire
from mturk.data.safe_text import one_line
from mturk.errors import ValidationError

_PLACE = r"([A-Z]{2})(?:-([A-Z]{2}))?"


@attrs.frozen
class Locale:
    """A country by its two letters (ISO 3166), and for the United States perhaps a state: `Locale("US", "NY")`."""

    country: str = attrs.field(metadata=wire.named("Country"))
    subdivision: str | None = attrs.field(default=None, metadata=wire.named("Subdivision"))

    @classmethod
    def of(cls, place: Locale | str) -> Locale:
        """The place that "US" or "US-NY" stands for."""
        text = str(place) if isinstance(place, Locale) else place
        found = re.fullmatch(_PLACE, text) if isinstance(text, str) else None
        if not found:
            raise ValidationError(f'a locale must be a text such as "DE" or "US-NY", not {place!r}')
        if found[2] and found[1] != "US":
            raise ValidationError(f"the service knows states of the US only, not {place!r}")
        return cls(found[1], found[2])

    def __str__(self) -> str:
        return one_line(f"{self.country}-{self.subdivision}" if self.subdivision else self.country)
