"""Where a worker lives: a country, and of the United States the state; only there do requirements know them."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from mturk.marketplace.error import told

US = "US"
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip


# What Babel names beside countries: unions, regions of its own, and codes for none.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@cache
def country_codes() -> frozenset[str]:
    """The codes of all countries."""
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if re.fullmatch("[A-Z]{2}", code)) - _NO_COUNTRIES


def faults_of(country: str, subdivision: str) -> dict[str, str | None]:
    """What is wrong with a country and a state, each of which may be left empty."""
    return {
        "country": told("Choose a country from the list.") if country and country not in country_codes() else None,
        "subdivision": _fault_of_state(country, subdivision),
    }


def _fault_of_state(country: str, subdivision: str) -> str | None:
    if not subdivision:
        return None
    if country != US:
        return told("A state is only asked for in the United States. Leave it empty.")
    return None if subdivision in STATES else told("Choose a state from the list.")
