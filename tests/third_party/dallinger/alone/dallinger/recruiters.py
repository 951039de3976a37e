"""Of Dallinger's recruiters: what its module for MTurk takes of them, and the class that speaks to MTurk."""

from __future__ import annotations

from typing import NoReturn


def handle_and_raise_recruitment_error(error: Exception) -> NoReturn:
    """Raise it; there is nobody to be told."""
    raise error


class MTurkRecruiter:
    """Recruits participants; what a study changes of it is put on it."""
