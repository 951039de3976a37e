"""Figures: agreement, work time and throughput, drawn by matplotlib without a window, for a notebook or a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mturk.quality import listing
from mturk.record.display import shown


class Drawing(Figure):
    """A figure that a notebook shows, though nobody has set up pyplot."""

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()


def drawing(parts: int) -> tuple[Drawing, Sequence[Axes]]:
    """An empty figure, and places for this many plots side by side."""
    figure = Drawing(figsize=(5.0 * parts, 3.6), layout="constrained")
    return figure, [figure.add_subplot(1, parts, number) for number in range(1, parts + 1)]


def draw_agreement(axes: Axes, shares: Mapping[str, float], field: str) -> None:
    """How many rows have which share of the commonest answer."""
    # By what is written under a bar: there is one place for each such text.
    counts = Counter(listing.share(share) for share in sorted(shares.values()))
    axes.bar(list(counts), list(counts.values()))
    # Names of fields come from pages: a dollar sign in one starts no formula.
    axes.set_title(f"Agreement on {shown(field)}", parse_math=False)
    axes.set_xlabel("share of the commonest answer")
    axes.set_ylabel("rows")


def draw_time(axes: Axes, seconds: Sequence[float]) -> None:
    """How many submissions took how long, and the median."""
    minutes = [each / 60 for each in seconds]
    axes.hist(minutes, bins=30)
    if minutes:
        middle = median(minutes)
        axes.axvline(middle, color="black", linestyle="--", label=f"median {middle:.1f} minutes")
        axes.legend()
    axes.set_title("Work time")
    axes.set_xlabel("minutes")
    axes.set_ylabel("submissions")


def draw_throughput(axes: Axes, moments: Sequence[datetime]) -> None:
    """How many submissions were there by which time."""
    axes.step(sorted(moments), range(1, len(moments) + 1), where="post")
    axes.tick_params(axis="x", rotation=30)
    axes.set_title("Throughput")
    axes.set_xlabel("time, UTC")
    axes.set_ylabel("submissions so far")
