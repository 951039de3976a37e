"""How much a page takes: a little, except where workers upload files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., object])

MOST_FILES = 5
"""So many files of the largest size can come at once."""
_BESIDE_FILES = 1_000_000
_TAKES_FILES = "takes_files"


def takes_files(view: View) -> View:
    """Mark a page to which files are sent."""
    setattr(view, _TAKES_FILES, True)
    return view


def largest_body(upload_limit: int) -> int:
    """How many bytes are taken where files are."""
    return MOST_FILES * upload_limit + _BESIDE_FILES


def allow_files(upload_limit: int) -> None:
    """Let the request be as large as its page takes; to be called before anything reads it."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, _TAKES_FILES, False):
        request.max_content_length = largest_body(upload_limit)
