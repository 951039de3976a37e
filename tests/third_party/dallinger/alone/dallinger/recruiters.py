"""What dallinger.mturk takes of its recruiters: they tell the researcher of an error, and raise it."""

from __future__ import annotations

from typing import NoReturn


def handle_and_raise_recruitment_error(error: Exception) -> NoReturn:
    """Raise it; there is nobody to be told."""
    raise error
