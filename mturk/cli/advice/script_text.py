"""A program's text as it is run: without comments, docstrings and what a notebook holds besides code."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from pathlib import Path
from typing import NamedTuple

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, String, is_token_subtype

from mturk.errors import ValidationError

LARGEST = 10_000_000  # bytes; what is larger is data
LANGUAGES = {
    ".py": "python",
    ".r": "r",
    ".rmd": "r",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".sh": "bash",
    ".bash": "bash",
    ".ipynb": "python",
    ".html": "html",
    ".htm": "html",
}
"""The languages that are read, by the ends of their files' names."""


class Source(NamedTuple):
    """A program: its language, and its lines, each with the name of its place."""

    path: Path
    language: str
    code: str
    places: list[str]
    ends: list[int]
    """Where its lines end."""

    def place(self, position: int) -> str:
        """The line of a position in the code, as editors and terminals know it."""
        return f"{self.path}:{self.places[bisect_left(self.ends, position)]}"


def read(path: Path) -> Source:
    """The program in a file. What cannot be read raises a ValidationError that says why."""
    language = LANGUAGES.get(path.suffix.lower())
    if path.is_dir():
        raise ValidationError(f"{path}: this folder cannot be read")
    if language is None:
        raise ValidationError(f"{path}: not a kind of program that is read here; expected one of {' '.join(LANGUAGES)}")
    text = _text(path)
    if path.suffix.lower() == ".ipynb":
        lines = _cells(path, text)
    else:
        lines = [(str(number), line) for number, line in enumerate(_lines(text), 1)]
    code = "".join(f"{line}\n" for _, line in lines)
    ends = [found.start() for found in re.finditer("\n", code)]
    return Source(path, language, _blanked(code, language), [place for place, _ in lines] or ["1"], ends)


def _text(path: Path) -> str:
    """What is in a file. A byte that is no UTF-8 matters to nobody here: old programs come in every encoding."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValidationError(f"{path}: larger than {LARGEST:,} bytes, which no program is")
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise ValidationError(f"{path}: cannot be read ({error.strerror})") from None


def _lines(text: str) -> list[str]:
    """The lines as editors count them; `splitlines` also ends one at a form feed, as old programs have them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cells(path: Path, text: str) -> list[tuple[str, str]]:
    """The lines of a notebook's code, each placed by its cell."""
    lines: list[tuple[str, str]] = []
    try:
        for number, cell in enumerate(json.loads(text)["cells"], 1):
            if cell["cell_type"] == "code":
                code = "".join(cell["source"])
                lines += [(f"cell {number}:{row}", line) for row, line in enumerate(_lines(code), 1)]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValidationError(f"{path}: not a notebook of format 4") from None
    return lines


def _blanked(code: str, language: str) -> str:
    """The code with spaces in place of all that is not run; each character keeps its position."""
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    parts = []
    for _, kind, text in lexer.get_tokens_unprocessed(code):
        idle = is_token_subtype(kind, Comment) or is_token_subtype(kind, String.Doc)
        parts.append("".join(each if each == "\n" else " " for each in text) if idle else text)
    return "".join(parts)
