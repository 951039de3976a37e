"""The log of a program whose one task is to serve a marketplace; in other programs logging is theirs to set up."""

from __future__ import annotations

import logging
import sys
from typing import Final

from mturk.marketplace.error import SettingError
from mturk.marketplace.watch.arrival import ACCESS
from mturk.marketplace.watch.log_line import JsonLine, TextLine
from mturk.marketplace.watch.repetition import Repetition

_FORMS: Final = {"text": TextLine, "json": JsonLine}


def keep_log(form: str = "text") -> None:
    """Write this program's warnings and errors, and the access log where there is one, to standard error.

    Each line has the time in UTC, the level and the id of the request; `form` is "text" or "json". What is repeated is
    told once with its traceback, then as a count for each minute. This sets up the logging of the whole program, and is
    not for one that does so itself.
    """
    if form not in _FORMS:
        raise SettingError(f'The form of a log is "text" or "json", not {form!r}.')
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_FORMS[form]())
    logging.basicConfig(level=logging.WARNING, handlers=[Repetition(lines)], force=True)
    logging.getLogger(ACCESS).setLevel(logging.INFO)
