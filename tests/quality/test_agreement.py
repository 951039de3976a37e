"""Agreement is the share of the commonest answer, and shows itself."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.lib.pretty import pretty

from mturk import Agreement, ValidationError
from mturk.quality.vote import Vote, Votes


def agreed(*rows: str) -> Agreement:
    """On rows whose answers are the letters of these texts."""
    votes = Votes()
    for row, answers in enumerate(rows, 1):
        for worker, answer in enumerate(answers):
            votes.add(f"p{row}", f"A{worker}", answer)
    return Agreement(votes, "label")


@pytest.mark.parametrize(
    ("answers", "share"),
    [("c", 1.0), ("ccc", 1.0), ("ccd", 2 / 3), ("cd", 0.5), ("cde", 1 / 3), ("ccde", 0.5), ("ccdd", 0.5)],
)
def test_it_is_the_share_of_the_commonest_answer(answers: str, share: float) -> None:
    assert dict(agreed(answers)) == {"p1": share}


@pytest.mark.parametrize("limit", [2 / 3, 1 - 1 / 3, 4 / 6, 0.6 / 0.9, 2 * (1 / 3)])
def test_two_thirds_is_not_below_two_thirds_however_that_was_computed(limit: float) -> None:
    assert agreed("ccd", "ccccdd", "ccdde", "ccc").below(limit) == ("p3",)


@pytest.mark.parametrize(("limit", "keys"), [(0, ()), (1, ("p1", "p3")), (0.5, ("p3",)), (0.34, ("p3",))])
def test_below_gives_keys_in_the_order_of_the_rows(limit: float, keys: tuple[str, ...]) -> None:
    assert agreed("cd", "cc", "cde").below(limit) == keys


@pytest.mark.parametrize("limit", [66, -0.1, float("nan"), True, "0.5", None])
def test_what_is_no_share_is_refused(limit: Any) -> None:
    with pytest.raises(ValidationError, match=r"limit: .* expected a share from 0 to 1"):
        agreed("cd").below(limit)


def test_the_mean_counts_each_row_once() -> None:
    assert agreed("cccc", "cd").mean == 0.75
    assert agreed().mean is None


def test_it_tells_who_said_what_how_often() -> None:
    assert agreed("dcc").votes == {"p1": {"c": 2, "d": 1}}


def test_it_is_shown_with_what_agrees_least_first() -> None:
    agreement = agreed("ccd", "cd")
    assert repr(agreement) == "<Agreement on label: mean 0.58, 2 rows>"
    assert str(agreement).splitlines() == [
        "<Agreement on label: mean 0.58, 2 rows>, the lowest first",
        "row  agreement  votes  answers",
        "p2   0.50       2      c: 1, d: 1",
        "p1   0.67       3      c: 2, d: 1",
    ]
    assert pretty(agreement) == str(agreement)
    assert "<td>c: 2, d: 1</td>" in agreement._repr_html_()


def test_of_many_rows_the_first_are_shown_and_the_others_counted() -> None:
    shown = str(agreed(*["cd"] * 50)).splitlines()
    assert len(shown) == 22
    assert shown[0].endswith("; 30 more are not shown")


def test_what_workers_wrote_is_shown_as_text() -> None:
    agreement = Agreement(Votes([Vote("\x1b[2J", "A1", "<script>\x1b]0;x\x07\u202e")]), "<b>")
    assert not set("\x1b\x07\u202e") & set(str(agreement) + agreement._repr_html_())
    assert "<script>" not in agreement._repr_html_()
    assert "<b>" not in agreement._repr_html_()


def test_nearly_all_is_not_shown_as_all() -> None:
    agreement = Agreement(Votes(Vote("p1", f"A{number}", "cat" if number else "dog") for number in range(300)))
    assert "mean >0.99" in repr(agreement)
    assert str(agreement).splitlines()[2].split()[:2] == ["p1", ">0.99"]
