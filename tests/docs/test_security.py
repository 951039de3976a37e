"""docs/security.md: each line of its table of attacks names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text()
LINES = re.findall(r"^\|.*\| `([\w/]+\.py)`: (.+?) \|$", PAGE, re.MULTILINE)


def test_the_table_has_a_line_for_each_kind_of_attacker() -> None:
    assert len(LINES) > 20


@pytest.mark.parametrize(("file", "words"), LINES, ids=[words for _, words in LINES])
def test_a_line_names_a_test_that_is_there(file: str, words: str) -> None:
    tests = {node.name for node in ast.walk(ast.parse((TESTS / file).read_text())) if isinstance(node, ast.FunctionDef)}
    assert f"test_{words.replace(' ', '_')}" in tests
