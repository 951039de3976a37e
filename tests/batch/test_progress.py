"""How far a batch is can be seen: each minute in a log, and by a function of one's own."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest

from mturk import Tally, ValidationError
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
