"""The page about lists says the truth."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "lists.md"


def test_the_page_about_lists_runs() -> None:
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE))
    test = doctest.DocTestParser().get_doctest(code, {}, "lists.md", str(PAGE), 0)
    failed, tried = doctest.DocTestRunner().run(test)
    assert tried > 15
    assert failed == 0
