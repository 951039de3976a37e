"""`mturk serve`: the options that say how much callers may take, and which of them are answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

_RATE = click.FloatRange(min=0, min_open=True)
_FAREWELL = 1.0  # seconds, about as long as a request is under way from far off
_NUMBER = click.IntRange(min=1)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, which reach it as `rates` and `limits`; what was not given is in neither.

    Whether programs for the old Query API are answered is among the `rates`.
    """

    @click.option("--rate", type=_RATE, metavar="CALLS", help="Let each requester make so many calls a second.")
    @click.option("--burst", type=_RATE, metavar="CALLS", help="With --rate: so many at once after a rest.")
    @click.option("--connections", type=_NUMBER, metavar="NUMBER", help="Hold so many in each process (2000).")
    @click.option("--per-address", type=_NUMBER, metavar="NUMBER", help="So many of them of one address (500).")
    @click.option("--refusals", type=_NUMBER, metavar="NUMBER", help="Wrong keys of an address in a minute (60).")
    @click.option("--query-api", is_flag=True, help="Answer programs for the API before 2017: see docs/query-api.md.")
    @wraps(command)
    def gathered(
        *arguments: Any,
        rate: float | None,
        burst: float | None,
        connections: int | None,
        per_address: int | None,
        refusals: int | None,
        query_api: bool,
        **others: Any,
    ) -> Any:
        if burst is not None and rate is None:
            raise click.UsageError("--burst is how many calls may come at once with --rate, which is missing.")
        rates = {"rate": rate, "burst": burst, "query_api": query_api or None}
        limits = {"connections": connections, "per_address": per_address, "refusals": refusals, "farewell": _FAREWELL}
        return command(*arguments, **others, rates=_given(rates), limits=_given(limits))

    return gathered


def _given(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
