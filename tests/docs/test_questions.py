"""The examples for users say the truth."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
MODULES = (
    "answer", "answer_specification", "content", "external_question", "form", "html_question",
    "layout", "question", "scoring", "task_request",
)  # fmt: skip


def test_the_page_about_questions_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE))
    test = doctest.DocTestParser().get_doctest(code, {}, "questions.md", str(PAGE), 0)
    failed, tried = doctest.DocTestRunner().run(test)
    assert tried > 15
    assert failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"mturk.question.{name}"))
    assert tried > 0
    assert failed == 0


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE.read_text())
    assert len(pictures) == 5
    assert all((PAGE.parent / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)
