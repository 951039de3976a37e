"""Whether a word occurs in a text, in a time that does not grow with both of them as LIKE's does.

LIKE begins anew at each place of the text: for `aaa…b` in `aaa…` it compares letter by letter as many times as the text
is long, in each of ten thousand rows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class _Place(GenericFunction[int]):
    """Where in a text another one begins, from 1; 0 if it does not occur."""

    type = Integer()
    inherit_cache = True


@compiles(_Place, "sqlite")
def _in_sqlite(element: _Place, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr{compiler.function_argspec(element, **options)}"


@compiles(_Place, "postgresql")
def _in_postgresql(element: _Place, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos{compiler.function_argspec(element, **options)}"


def occurs(word: str, text: ColumnElement[Any]) -> ColumnElement[bool]:
    """That the word occurs in the text, in the same small and capital letters."""
    return _Place(text, word) > 0
