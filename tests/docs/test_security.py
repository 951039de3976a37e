"""docs/security.md: each line of its table names a test that is there, and each attack of the list is in the table.

Another one has each table of the database, with what bounds it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mturk.marketplace.database import table as t
from tests.attacks.attack_list import FAMILIES

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text()
TABLE = re.findall(r"^\|.*\| ([^|]+) \|$", PAGE.partition("| who | after what |")[2], re.MULTILINE)
BOUNDS = re.findall(
    r"^\| ((?:`\w+`(?:, )?)+) \| .+ \| (.+) \| .+ \|$", PAGE.partition("| tables | who adds")[2], re.MULTILINE
)
FILES = [found.groups() for line in TABLE if (found := re.fullmatch(r"`([\w/]+\.py)`: (.+)", line))]


def test_the_table_names_each_family_of_attacks_once_and_nothing_else() -> None:
    others = [line for line in TABLE if not line.startswith("`")]
    assert sorted(others) == sorted(f"**{family}**" for family in FAMILIES)


@pytest.mark.parametrize(("file", "words"), FILES, ids=[words for _, words in FILES])
def test_a_line_names_a_test_that_is_there(file: str, words: str) -> None:
    tests = {node.name for node in ast.walk(ast.parse((TESTS / file).read_text())) if isinstance(node, ast.FunctionDef)}
    assert f"test_{words.replace(' ', '_')}" in tests


def test_each_table_of_the_database_is_told_once_with_what_bounds_it() -> None:
    told = [name for names, bound in BOUNDS if bound.strip() for name in re.findall(r"\w+", names)]
    assert sorted(told) == sorted(t.hit.metadata.tables)
