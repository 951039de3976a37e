"""Studies of frameworks: the program of before, unchanged, and the one of after do the same on a marketplace."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mturk.marketplace import Marketplace
from tests.third_party.study import TESTS, Outcome, Study

pytestmark = pytest.mark.system

# What workers hand in: psiTurk's and Dallinger's last pages say whose work it was, and no more.
ANSWERS: dict[str, dict[str, Any]] = {
    "psiturk": {"hitId": "3H", "workerId": "A1"},
    "dallinger": {"hitId": "3H", "workerId": "A1"},
    "mephisto": {"chat": "[]"},
    "otree": {"completion_code": "kiwi"},
}
TURKLE = (("A1ADA", "cat"), ("A2BOB", "dog"))  # as tests/third_party/turkle/take_part.py has it
Begun = Callable[[str, str], Study]


@pytest.fixture
def begun(tmp_path: Path) -> Any:
    """Begin a study on a marketplace of its own."""
    with ExitStack() as stack:
        yield lambda page, name: Study(stack.enter_context(Marketplace()), page, tmp_path / name)


def held(study: Study, run: Callable[..., str], program: str) -> Outcome:
    """Publish a study, have three people take part, and review it."""
    run(program, "publish")
    published = study.hits()
    study.take_part(**dict.fromkeys(("A1ADA", "A2BOB", "A3EVE"), ANSWERS[study.page]))
    run(program, "review")
    return study.outcome(published)


@pytest.mark.parametrize("page", ANSWERS)
def test_a_study_has_the_same_hits_decisions_and_money_before_and_after(page: str, begun: Begun) -> None:
    first, second = begun(page, "before"), begun(page, "after")
    before, after = held(first, first.led, "before.py"), held(second, second.ours, "after.py")
    assert before == after
    assert len(before.decisions) == 3
    assert [amount for _, amount, _ in before.bonuses] == ["0.25", "0.10"]


def answered(study: Study, who: str) -> list[dict[str, str]]:
    """The lines of a table of results, as far as turkle and we call them alike."""
    with (study.folder / "results.csv").open(newline="") as results:
        lines = [
            {"who": line[who], **{name: line[name] for name in line if name.startswith(("Input.", "Answer."))}}
            for line in csv.DictReader(results)
        ]
    return sorted(lines, key=lambda line: (line["Input.url"], line["who"]))


def test_a_batch_of_turkle_has_the_same_results_before_and_after(begun: Begun) -> None:
    before, after = begun("turkle", "before"), begun("turkle", "after")
    before.apart("before.py", "publish")
    before.apart(str(TESTS / "turkle" / "take_part.py"))
    before.apart("before.py", "review")
    after.ours("after.py", "publish")
    given = {name: {"animal": animal, "where": f"by {name}, <there>"} for name, animal in TURKLE}
    after.take_part(**given)
    after.ours("after.py", "review")
    assert answered(before, "Turkle.Username") == answered(after, "WorkerId")
    assert len(answered(before, "Turkle.Username")) == 4


def test_dallinger_is_told_of_submissions_and_sends_its_workers_to_the_marketplace(begun: Begun) -> None:
    study = begun("dallinger", "told")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(study.led, str(TESTS / "dallinger" / "notified.py"))
        while not running.done() and not study.hits():
            time.sleep(0.1)
        study.take_part(A1ADA=ANSWERS["dallinger"])
        said = running.result()
    assert "AssignmentSubmitted" in said
    assert f'action="{study.market.url}/pass/x/mturk/externalSubmit"' in said
    assert f"https://other.example/ is not below {study.market.url}: nobody else is asked." in said
