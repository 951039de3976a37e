"""The examples of the page about qualifications run."""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "qualifications.md"


def test_the_examples_of_the_page_run() -> None:
    examples = doctest.DocTestParser().get_doctest(PAGE.read_text("utf-8"), {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=said.append)
    assert (result.failed, "".join(said)) == (0, "")
    assert result.attempted >= 15
