"""Studies of frameworks: the program of before, unchanged, and the one of after do the same on a marketplace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.third_party.study import Outcome, Study

pytestmark = pytest.mark.system

ANSWERS: dict[str, dict[str, Any]] = {
    "psiturk": {"hitId": "3H", "workerId": "A1"},
    "dallinger": {"hitId": "3H", "workerId": "A1"},
    "mephisto": {"chat": "[]"},
    "otree": {"completion_code": "kiwi"},
}
Held = dict[str, tuple[Outcome, str]]


def held(page: str, stack: ExitStack, folder: Path) -> Iterator[tuple[Outcome, str]]:
    """What comes of a study, and what its review printed: as it was, and as it is in our words."""
    for program in ("before.py", "after.py"):
        study = Study(stack.enter_context(Marketplace()), page, folder / program)
        run = study.led if program == "before.py" else study.ours
        run(program, "publish")
        published = study.hits()
        study.take_part(ANSWERS[page])
        said = run(program, "review")
        yield study.outcome(published), said


@pytest.mark.parametrize("page", ANSWERS)
def test_a_study_has_the_same_hits_decisions_and_money_before_and_after(page: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        (before, _), (after, _) = held(page, stack, tmp_path)
    assert before == after
    assert len(before.decisions) == 3
    assert [amount for _, amount, _ in before.bonuses] == ["0.25", "0.10"]
