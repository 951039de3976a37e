"""Plots of results: which are drawn, and what is told if they cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from mturk import Results, ValidationError

ROWS = "HITId,AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,Answer.label\n" + "".join(
    f"3H,3A{number},A{number},{state},2026-03-01T10:00:0{number},2026-03-01T10:01:00,{label}\n"
    for number, (state, label) in enumerate([("Approved", "cat"), ("Approved", "cat"), ("Rejected", "dog")])
)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    (tmp_path / "results.csv").write_text(ROWS)
    return Results.read_csv(tmp_path / "results.csv")


def titles(figure: Figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


def test_without_a_field_there_are_work_time_and_throughput(results: Results) -> None:
    assert titles(results.plot()) == ["Work time", "Throughput"]


def test_with_a_field_there_is_agreement_too(results: Results) -> None:
    figure = results.plot(field="label")
    assert titles(figure) == ["Agreement on label", "Work time", "Throughput"]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["1.00"]
    assert sum(bar.get_height() for bar in figure.axes[1].patches) == 3
    assert list(figure.axes[2].lines[0].get_ydata()) == [1, 2, 3]


def test_rejected_answers_are_drawn_if_they_are_asked_for(results: Results) -> None:
    figure = results.plot("agreement", field="label", rejected=True)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0.67"]


@pytest.mark.parametrize(("kind", "title"), [("time", "Work time"), ("throughput", "Throughput")])
def test_one_may_be_drawn_alone(results: Results, kind: Any, title: str) -> None:
    assert titles(results.plot(kind)) == [title]


def test_a_figure_goes_to_a_file(results: Results, tmp_path: Path) -> None:
    results.plot().savefig(tmp_path / "quality.png")
    assert (tmp_path / "quality.png").stat().st_size > 1_000


def test_what_cannot_be_drawn_is_told(results: Results) -> None:
    mistake: Any = "pie"
    with pytest.raises(ValidationError, match="kind: 'pie'; expected one of agreement, time, throughput"):
        results.plot(mistake)
    with pytest.raises(ValidationError, match="kind: 'agreement' needs a field"):
        results.plot("agreement")


def test_a_missing_library_is_named_with_its_extra() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; import mturk; mturk.Results(lambda: iter(())).plot()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ConfigurationError: A plot needs matplotlib: pip install 'mturk[plot]'" in ran.stderr
