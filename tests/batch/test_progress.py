"""How far a batch is can be seen: each minute in a log, and by a function of one's own."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import pytest

from mturk import Batch, RequestError, Tally, ValidationError
from mturk.marketplace import Marketplace
from mturk.parallel.progress import Progress
from tests.batch.conftest import MakeBatch


def test_a_log_gets_a_line_each_minute_and_one_at_the_end() -> None:
    file, now = io.StringIO(), [0.0]
    progress = Progress(file, lambda: now[0])
    for second in range(0, 150, 10):
        now[0] = second
        progress(Tally(second, 0, 300 - second, Decimal(second) / 10))
    now[0] = 151.0
    progress(Tally(300, 0, 0, Decimal(30)))
    assert file.getvalue().splitlines() == [
        "60 of 300 HITs are published now, 240 are left; 6 USD; 1.0 a second, 4 minutes left",
        "120 of 300 HITs are published now, 180 are left; 12 USD; 1.0 a second, 3 minutes left",
        "300 of 300 HITs are published now; 30 USD; 2.0 a second",
    ]


def test_a_log_gets_a_last_line_though_not_all_is_done() -> None:
    file, now = io.StringIO(), [0.0]
    with Progress(file, lambda: now[0]) as progress:
        for number in (1, 2, 3):
            now[0] = number
            progress(Tally(number, 0, 3600 - number, Decimal(number)))
    assert file.getvalue() == "3 of 3600 HITs are published now, 3597 are left; 3 USD; 1.0 a second, 60 minutes left\n"


def test_an_error_tells_how_far_it_came_and_a_log_does_not_say_it_twice() -> None:
    file = io.StringIO()

    def fail() -> None:
        with Progress(file, lambda: 0.0) as progress:
            progress(Tally(1, 0, 9, Decimal(1)))
            raise RequestError("no money")

    with pytest.raises(RequestError):
        fail()
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    ("left", "words"), [(30, "30 seconds left"), (240, "4 minutes left"), (9_000, "2 hours left"), (0, "a second")]
)
def test_what_is_left_is_told_in_a_unit_that_fits(left: int, words: str) -> None:
    file, now = io.StringIO(), [0.0]
    with Progress(file, lambda: now[0]) as progress:
        now[0] = 10.0
        progress(Tally(10, 0, left, Decimal(1)))
    assert file.getvalue().endswith(f"{words}\n")


class Terminal(io.StringIO):
    """A file behind which somebody looks."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_rate_rest_and_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    file, now = Terminal(), [0.0]
    with Progress(file, lambda: now[0]) as progress:
        now[0] = 10.0
        progress(Tally(40, 10, 80, Decimal("2.40")))
    last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", file.getvalue()).strip().splitlines()[-1]
    assert re.search(r"^Publishing .* 50/130 4\.0 a second 20 seconds left 2\.40 USD$", last)


def test_a_function_is_told_each_step(make: MakeBatch) -> None:
    told: list[Tally] = []
    make().publish(told.append, threads=1)
    assert [tally.published for tally in told] == sorted(tally.published for tally in told)
    assert {tally.published + tally.left for tally in told} == {5}
    assert told[-1].published == 5


def test_true_shows_it(make: MakeBatch, capsys: pytest.CaptureFixture[str]) -> None:
    make().publish(progress=True)
    assert "5 of 5 HITs are published now; 0.30 USD" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["yes", 1, {}])
def test_anything_else_is_told_before_a_hit_is_out(make: MakeBatch, wrong: Any) -> None:
    batch = make()
    with pytest.raises(ValidationError, match=r"progress: .*expected True, or a function"):
        batch.publish(progress=wrong)
    assert not list(batch.hits())


@pytest.fixture
def done(make: MakeBatch, market: Marketplace) -> Batch:
    """Five submissions wait for a decision."""
    batch = make()
    batch.publish()
    worker = market.worker("A1ADA")
    for hit in batch.hits():
        worker.submit(worker.accept(hit.id), {"label": "cat"})
    return batch


def test_true_shows_a_plan_at_work(done: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    done.review(accept=True).apply(progress=True)
    assert capsys.readouterr().err.startswith("5 of 5 steps are done now; 0 USD; ")
    applied = done.pay_bonuses({"A1ADA": "0.50"}, reason="Thanks").apply(progress=True)
    assert capsys.readouterr().err.startswith("1 of 1 steps are done now; 0.60 USD; ")
    assert applied.cost == Decimal("0.60")


def test_a_function_is_told_each_step_of_a_plan(done: Batch) -> None:
    told: list[tuple[int, int]] = []
    done.review(accept=True).apply(lambda number, every: told.append((number, every)))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize("wrong", ["yes", 1, {}])
def test_anything_else_is_told_before_a_step_is_done(done: Batch, wrong: Any) -> None:
    with pytest.raises(ValidationError, match=r"progress: .*expected True, or a function"):
        done.review(accept=True).apply(progress=wrong)
    assert len(list(done.results("Submitted"))) == 5
