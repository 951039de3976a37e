"""Scripts of ours are written as many files, and come as one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from mturk.marketplace.frame.joined_script import JOINED, JoinedScript
from mturk.marketplace.frame.shelf import STATIC

FILES = sorted(STATIC.glob("*/*.js"))


def test_every_file_is_in_a_script() -> None:
    """Each once."""
    assert sorted(path for script in JOINED.values() for path in script.files) == FILES


@pytest.mark.parametrize("script", JOINED.values(), ids=lambda script: script.name)
def test_the_packed_script_is_the_joined_one(script: JoinedScript) -> None:
    """And is small enough for a page view of 60 KB."""
    assert gzip.decompress(script.packed) == script.text
    assert len(script.packed) < 45_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.stem}/{path.stem}")
def test_a_file_says_what_it_is_for(path: Path) -> None:
    """In its first line, and is short; nothing in it is run from a text."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// ")
    assert len(text.splitlines()) < 400
    assert max(map(len, text.splitlines())) <= 120
    assert "eval(" not in text
    assert "new Function" not in text
