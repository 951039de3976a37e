"""`mturk serve`: the options that say how much callers may take, and keep, and which of them are answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

import click

_RATE = click.FloatRange(min=0, min_open=True)
_FAREWELL = 1.0  # seconds, about as long as a request is under way from far off
_NUMBER = click.IntRange(min=1)
_SIZE = re.compile(r"(?P<number>[0-9]{1,15})(?P<unit>|[kMGT]B)")
_UNITS = {"": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def _read_quota(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, int | None]:
    return dict(map(_kept, given))


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, which reach it as `rates`, `limits` and `quota`; none has what was not given.

    Whether programs for the old Query API are answered is among the `rates`.
    """

    @click.option("--rate", type=_RATE, metavar="CALLS", help="Let each requester make so many calls a second.")
    @click.option("--burst", type=_RATE, metavar="CALLS", help="With --rate: so many at once after a rest.")
    @click.option("--connections", type=_NUMBER, metavar="NUMBER", help="Hold so many in each process (2000).")
    @click.option("--per-address", type=_NUMBER, metavar="NUMBER", help="So many of them of one address (500).")
    @click.option("--refusals", type=_NUMBER, metavar="NUMBER", help="Wrong keys of an address in a minute (60).")
    @click.option(
        "--quota",
        multiple=True,
        metavar="NAME=SIZE",
        callback=_read_quota,
        help="Let each requester keep so much of one kind, as question_bytes=50GB or queues=none: docs/security.md.",
    )
    @click.option("--no-quota", is_flag=True, help="Let each requester keep as much as there is room for.")
    @click.option("--query-api", is_flag=True, help="Answer programs for the API before 2017: see docs/query-api.md.")
    @wraps(command)
    def gathered(
        *arguments: Any,
        rate: float | None,
        burst: float | None,
        connections: int | None,
        per_address: int | None,
        refusals: int | None,
        quota: dict[str, int | None],
        no_quota: bool,
        query_api: bool,
        **others: Any,
    ) -> Any:
        if burst is not None and rate is None:
            raise click.UsageError("--burst is how many calls may come at once with --rate, which is missing.")
        if quota and no_quota:
            raise click.UsageError("--no-quota is no limit of any kind, and --quota is one. Give one of the two.")
        rates = {"rate": rate, "burst": burst, "query_api": query_api or None}
        limits = {"connections": connections, "per_address": per_address, "refusals": refusals, "farewell": _FAREWELL}
        keeps = {"quota": None} if no_quota else _quota(quota)
        return command(*arguments, **others, rates=_given(rates), limits=_given(limits), quota=keeps)

    return gathered


def _given(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


def _kept(given: str) -> tuple[str, int | None]:
    """How much of one kind may be kept, as `name=size`; None is as much as there is room for."""
    from mturk.marketplace import Quota

    name, _, size = given.partition("=")
    kinds = [field.name for field in fields(Quota)]
    if name not in kinds:
        raise click.BadParameter(f"{name!r} is nothing that has a quota. There are: {', '.join(kinds)}.")
    found = _SIZE.fullmatch(size)
    if found is None and size != "none":
        raise click.BadParameter(f"{size!r} is no size. Write {name}=20000000, {name}=20MB, or {name}=none.")
    return name, None if found is None else int(found["number"]) * _UNITS[found["unit"]]


def _quota(given: dict[str, int | None]) -> dict[str, Any]:
    from mturk.marketplace import Quota

    return {"quota": Quota(**given)} if given else {}
