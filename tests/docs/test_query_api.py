"""docs/query-api.md: each operation of then is in its table, with what does it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mturk.marketplace.query.old_operation import GONE, OLD_OPERATIONS
from mturk.marketplace.query.parameter_tree import MOST
from mturk.marketplace.query.query_signature import TOLERANCE

PAGE = (Path(__file__).parents[2] / "docs" / "query-api.md").read_text()
ROWS = dict(re.findall(r"^\| (\w+) \| ([^|]*) \|", PAGE.partition("## Operations")[2].partition("## Answers")[0], re.M))


def test_the_table_has_all_operations_and_no_others() -> None:
    assert set(ROWS) - {"then"} == {*OLD_OPERATIONS, *GONE}


@pytest.mark.parametrize("operation", sorted(name for name, known in OLD_OPERATIONS.items() if known.today))
def test_an_operation_is_done_by_what_the_table_says(operation: str) -> None:
    assert ROWS[operation] == OLD_OPERATIONS[operation].today


def test_the_figures_are_those_of_the_code() -> None:
    assert f"A request has {MOST:,} parameters at most" in PAGE
    assert TOLERANCE == 15 * 60
    assert "fifteen minutes from the server's clock" in PAGE
