"""Charts of results: what is to be drawn, read once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, get_args

from mturk.errors import ConfigurationError, ValidationError
from mturk.quality.agreement import Agreement
from mturk.quality.vote import Votes
from mturk.table import ballot
from mturk.table.ballot import Field
from mturk.table.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Kind = Literal["agreement", "time", "throughput"]
"""What a plot shows."""


def chart(results: Iterable[Result], kind: Kind | None, field: Field | None, *, rejected: bool) -> Figure:
    """One plot, or side by side all that can be drawn."""
    kinds = _kinds(kind, field)
    try:
        from mturk.quality import figure
    except ImportError:
        raise ConfigurationError("A plot needs matplotlib: pip install 'mturk[plot]'") from None
    votes, seconds, moments = Votes(), [], []
    for each in ballot.submissions(results, field):
        if each.answer is not None and (rejected or not each.is_rejected):
            votes.add_first(each.item, each.worker, each.answer)
        if each.seconds is not None:
            seconds.append(each.seconds)
        if each.submitted is not None:
            moments.append(each.submitted)
    drawn, places = figure.drawing(len(kinds))
    for axes, each_kind in zip(places, kinds, strict=True):
        if each_kind == "agreement":
            figure.draw_agreement(axes, Agreement(votes), ballot.name_of(field))
        elif each_kind == "time":
            figure.draw_time(axes, seconds)
        else:
            figure.draw_throughput(axes, moments)
    return drawn


def _kinds(kind: Kind | None, field: Field | None) -> tuple[Kind, ...]:
    if kind is None:
        return ("time", "throughput") if field is None else ("agreement", "time", "throughput")
    if kind not in get_args(Kind):
        raise ValidationError(f"kind: {kind!r}; expected one of {', '.join(get_args(Kind))}")
    if kind == "agreement" and field is None:
        raise ValidationError("kind: 'agreement' needs a field: plot('agreement', field='label')")
    return (kind,)
