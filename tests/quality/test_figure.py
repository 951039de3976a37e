"""Figures are drawn without a window, and names of fields are no formulas."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from mturk.quality.figure import draw_agreement, draw_throughput, draw_time, drawing

START = datetime(2026, 3, 1, tzinfo=timezone.utc)


def test_a_bar_stands_for_the_rows_of_one_share() -> None:
    figure, (axes,) = drawing(1)
    draw_agreement(axes, {"p1": 2 / 3, "p2": 1.0, "p3": 4 / 6}, "label")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.67", "1.00"]
    assert [bar.get_height() for bar in axes.patches] == [2, 1]
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_work_times_are_shown_in_minutes_with_their_median() -> None:
    _, (axes,) = drawing(1)
    draw_time(axes, [60.0, 120.0, 600.0])
    assert sum(bar.get_height() for bar in axes.patches) == 3
    assert axes.get_legend().get_texts()[0].get_text() == "median 2.0 minutes"


def test_throughput_counts_up_over_time() -> None:
    _, (axes,) = drawing(1)
    draw_throughput(axes, [START + timedelta(hours=2), START, START + timedelta(hours=1)])
    (line,) = axes.lines
    assert list(line.get_ydata()) == [1, 2, 3]
    assert list(line.get_xdata()) == [START, START + timedelta(hours=1), START + timedelta(hours=2)]


def test_nothing_can_be_drawn_too() -> None:
    figure, (first, second, third) = drawing(3)
    draw_agreement(first, {}, "label")
    draw_time(second, [])
    draw_throughput(third, [])
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("field", ["$\\frac{$", "cost $ and $a^{"])
def test_the_name_of_a_field_is_no_formula(field: str) -> None:
    figure, (axes,) = drawing(1)
    draw_agreement(axes, {"p1": 1.0}, field)
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_no_window_is_asked_for() -> None:
    code = (
        "import sys, mturk.quality.figure as f; f.drawing(1)[0]._repr_png_(); print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_shares_that_are_written_alike_have_one_bar_and_only_all_is_1() -> None:
    _, (axes,) = drawing(1)
    draw_agreement(axes, {"p1": 2 / 3, "p2": 0.67, "p3": 299 / 300, "p4": 1.0}, "label")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.67", ">0.99", "1.00"]
    assert [bar.get_height() for bar in axes.patches] == [2, 1, 1]
