"""The crowd elements as one file: their loader brings forty, and a page in an origin of its own keeps none of them."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Final

NAME: Final = "crowd_elements.js"
_STATIC: Final = Path(__file__).with_name("static")
_FILES: Final = re.compile(r"const FILES = \[(.*?)\];", re.DOTALL)
# Comments that are lines of their own; no text of ours has a line that begins like one.
_COMMENT: Final = re.compile(r"^ *(?://.*|/\*(?s:.*?)\*/)\n", re.MULTILINE)
_BEGIN: Final = "if (!window.crowdElements) {\nwindow.crowdElements = {};\n"


def file_names() -> list[str]:
    """The files in the order in which the loader brings them."""
    found = _FILES.search((_STATIC / NAME).read_text(encoding="utf-8"))
    assert found is not None, f"{NAME} has no list of files"  # noqa: S101 - it is ours
    return re.findall(r'"(\w+)"', found[1])


@cache
def joined() -> bytes:
    """What the loader brings, as a single script without its comments."""
    texts = [(_STATIC / "crowd" / f"{name}.js").read_text(encoding="utf-8") for name in file_names()]
    return _COMMENT.sub("", f"{_BEGIN}{''.join(texts)}}}\n").encode()


@cache
def packed() -> bytes:
    """The same, compressed by gzip."""
    return gzip.compress(joined(), mtime=0)
