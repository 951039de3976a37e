"""What the pages and the examples have people do: with work as hostile workers send it, and beside other programs."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mturk import HIT, HITType, HTMLQuestion
from mturk.marketplace import Marketplace
from tests.third_party.study import PROGRAMS, Study

ROOT = Path(__file__).parents[2]
# Answers that are none, or none of those that a program expects.
HOSTILE: dict[str, dict[str, Any]] = {
    "A1ADA": {"other": "no label, no mood, no code"},
    "A2BOB": {"label": ["cat", "cat\nA9EVE"], "mood": ["glad", "sad"], "completion_code": ["1", "2"]},
    "A3EVE": {"label": "x" * 100_000 + "\n3A A9EVE <b>", "comment": "", "__proto__": "=1+1", "Answer.label": "cat"},
}
LABELS = ("aws-cli", "boto2", "boto3", "larry")
STUDIES = (*LABELS, "dallinger", "mephisto", "otree", "psiturk", "pymturkr")


@pytest.fixture(params=STUDIES)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Study]:
    """A study of ours, which is published."""
    with Marketplace() as market:
        made = Study(market, request.param, tmp_path)
        made.ours("after.py", "publish")
        yield made


def of_another_program(study: Study) -> list[HIT]:
    """Two HITs of the same account, with work that waits: one of which all is in, and one on offer."""
    terms = HITType.create("Another study", "Of another program", "0.05", 600, connection=study.connection)
    page = HTMLQuestion.from_string("<input name='said'>", engine="mturk")
    hits = [terms.create_hit(page, 86400, max_assignments=number) for number in (1, 2)]
    worker = study.market.worker("A1ADA", country="US")
    for hit in hits:
        worker.submit(worker.accept(hit.id), {"said": "honest work"})
    return hits


def test_a_program_decides_on_and_ends_no_hit_of_another_program(study: Study) -> None:
    hits = of_another_program(study)
    study.ours("after.py", "review")
    work = [each for hit in hits for each in hit.assignments()]
    assert [(each.status, each.bonuses().count()) for each in work] == [("Submitted", 0)] * 2
    assert [HIT.get(hit.id, connection=study.connection).status for hit in hits] == ["Reviewable", "Assignable"]


def test_answers_that_nobody_expects_end_no_review(study: Study) -> None:
    study.take_part(**HOSTILE)
    study.ours("after.py", "review")
    decided = [str(work.status) for hit in HIT.all(connection=study.connection) for work in hit.assignments()]
    assert "Submitted" not in decided
    if study.page in LABELS:
        assert set(decided) == {"Rejected"}


# With what a worker hands in who gets a bonus. Dallinger's study looks at all work each time, so that none is left out.
WELL_DONE: dict[str, dict[str, str]] = {
    **{page: {"label": "cat", "comment": "A tabby"} for page in LABELS},
    **{page: {"said": "much"} for page in ("mephisto", "otree", "psiturk")},
    "pymturkr": {"mood": "glad"},
}


@pytest.mark.parametrize("page", WELL_DONE)
def test_a_program_that_ended_for_want_of_money_pays_all_bonuses_when_it_is_run_again(
    page: str, tmp_path: Path
) -> None:
    with Marketplace(deposit=20) as market:
        study = Study(market, page, tmp_path)
        study.ours("after.py", "publish")
        people = ("A1ADA", "A2BOB", "A3EVE") if page in LABELS else ("A1ADA",)
        study.take_part(**dict.fromkeys(people, WELL_DONE[page]))
        rest = study.connection.balance().available / Decimal("1.2")
        terms = HITType.create(
            "All the rest", "Of the money", rest.quantize(Decimal("0.01")), 600, connection=study.connection
        )
        terms.create_hit(HTMLQuestion.from_string("<input name='said'>", engine="mturk"), 3600)
        with pytest.raises(AssertionError, match="InsufficientFunds"):
            study.ours("after.py", "review")
        market.requester("requester").deposit("20")
        study.ours("after.py", "review")
        paid = [work.bonuses().count() for hit in HIT.all(connection=study.connection) for work in hit.assignments()]
        assert paid
        assert set(paid) == {1}


def test_what_the_page_on_quality_asks_of_an_answer_can_be_asked_of_one_that_lacks_the_field() -> None:
    pages = [ROOT / "docs" / "quality.md", *(ROOT / "examples" / "notebooks").glob("*.ipynb")]
    assert [page.name for page in pages if re.search(r"(?:cells|answers)\[", page.read_text())] == []


def test_a_task_page_of_the_page_on_flask_shows_no_markup_of_its_address(tmp_path: Path) -> None:
    page = "\n".join(re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "flask.md").read_text(), re.M | re.S))
    given = {
        "assignmentId": "3A",
        "hitId": "3H",
        "workerId": "<img src=x>",
        "turkSubmitTo": "https://worker.my-lab.org",
    }
    asked = f"'/task/<img src=x>', query_string={given}"
    (tmp_path / "script.py").write_text(f"{page}\nprint('Here:', app.test_client().get({asked}).text)\n")
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    shown = ran.stdout.partition("Here:")[2]
    assert "&lt;img" in shown
    assert "<img" not in shown


def test_the_sample_app_for_flask_pays_for_no_work_of_another_program(
    mturk_market: Marketplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples" / "flask_app")
    app: Any = importlib.import_module("app").create_app(
        {
            "SECRET_KEY": "key",
            "OPERATOR_PASSWORD": "word",
            "MTURK_ENDPOINT": mturk_market.url,
            "MTURK_ACCESS_KEY": mturk_market.access_key,
            "MTURK_SECRET_KEY": mturk_market.secret_key,
            "MTURK_MARK": str(tmp_path / "mark.sqlite3"),
        }
    )
    page = HTMLQuestion.from_string("<input name='label'>", engine="mturk")
    with app.app_context():
        terms = HITType.create("Label", "Say what it is", "0.05", 600)
        hits = [terms.create_hit(page, 3600, requester_annotation=name) for name in ("photo 7", "words 7", None)]
    worker = mturk_market.worker("A1ADA")
    for hit in hits:
        worker.submit(worker.accept(hit.id), {"label": "cat"})
    words = ["mturk", "poll", "--once", *(word for hit in hits for word in ("--watch", hit.id))]
    assert app.test_cli_runner().invoke(args=words).exit_code == 0
    with app.app_context():
        assert [work.status for hit in hits for work in HIT(hit.id).assignments()] == [
            "Approved",
            "Submitted",
            "Submitted",
        ]


def test_no_command_that_is_shown_has_a_password_in_its_words() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "mturk" / "cli").rglob("*.py"), *PROGRAMS.rglob("*.sh")]
    shown = [line for page in pages for line in page.read_text().splitlines() if re.search(r"\bmturk [a-z]", line)]
    assert [line for line in shown if re.search(r"://\w+:\w+@", line)] == []
