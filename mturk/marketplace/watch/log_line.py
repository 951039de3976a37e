"""Lines of a log: when, how grave, in answer to which request, who says it, and what; as text or as JSON.

What others wrote may stand in a message, so that nothing in one may look like another line. Values of database rows
are left out, wherever a driver tells them with its errors.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import datetime, timezone

from mturk.marketplace.watch import visit

_NOTHING = "-"
_INDENT = "    "
# From there on a database tells the values that it did not like: "DETAIL:  Failing row contains (…)" has a whole row.
_VALUES = re.compile(r"\n(?:DETAIL|CONTEXT):|\[parameters:")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class TextLine(logging.Formatter):
    """A line for people: `2026-11-23T06:10:00.123Z WARNING 6f1e… mturk.marketplace.http.api: what happened`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; below it, indented, where an error arose."""
        line = f"{moment(record)} {record.levelname} {_request(record) or _NOTHING} {record.name}: {message(record)}"
        trace = self._trace(record)
        return f"{line}\n{_INDENT}{trace.rstrip().replace(chr(10), chr(10) + _INDENT)}" if trace else line

    def _trace(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        return "" if error is None else "\n".join(_told(error))


class JsonLine(TextLine):
    """The same as an object of JSON, for programs: time, level, request_id, logger, message, and what else there is."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        trace = self._trace(record)
        facts = {
            "time": moment(record),
            "level": record.levelname,
            "request_id": _request(record),
            "logger": record.name,
            "message": message(record),
            **getattr(record, "facts", {}),
            **({"repeated": record.repeated} if hasattr(record, "repeated") else {}),
            **({"traceback": trace} if trace else {}),
        }
        return json.dumps(facts)


def moment(record: logging.LogRecord) -> str:
    """When it was logged: UTC, to the millisecond, as ISO 8601 has it."""
    time = datetime.fromtimestamp(record.created, timezone.utc)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def message(record: logging.LogRecord) -> str:
    """What is said, on one line."""
    return cleaned(record.getMessage())


def cleaned(text: str) -> str:
    """A text on one line, without the values of rows, and without what terminals would obey."""
    return _CONTROLS.sub(_escaped, _VALUES.split(text, maxsplit=1)[0].rstrip("\n"))


def _told(error: BaseException) -> Iterator[str]:
    """Where an error arose and what it says, after the one that it arose from."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _told(earlier)
        yield "From which came:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
    yield f"{type(error).__name__}: {cleaned(str(error))}"


def _escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def _request(record: logging.LogRecord) -> str | None:
    given: str | None = getattr(record, "request_id", None)
    here = visit.current()
    return given or (here and here.id) or None
