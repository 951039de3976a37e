"""`task.toml`: what a batch offers, where, to whom and for how much; each mistake is told with its line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import attrs

from mturk.cli.batch import requirement_notation
from mturk.connection.endpoint import find_endpoint
from mturk.connection.settings import Settings
from mturk.data import limit
from mturk.errors import ConfigurationError, MTurkError, ValidationError
from mturk.model import task_file
from mturk.model.publishing import MOST_ASSIGNMENTS
from mturk.model.terms import Terms
from mturk.requirements import QualificationRequirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    try:
        import tomli as tomllib
    except ImportError:
        raise ConfigurationError("task.toml needs tomli: pip install 'mturk[cli]'") from None

FILE = "task.toml"
_PLACES = ("local", "sandbox", "production")
_NEEDED = ("title", "description", "reward", "assignment_duration", "lifetime")
_KEYS = ("access_key", "aws_access_key_id", "aws_secret_access_key", "key_id", "secret", "secret_key", "session_token")
_INSTEAD = {
    "endpoint": "write place",
    "url": "write place",
    "max_assignments": "write assignments",
    "percent_approved": 'write requirements = ["percent_approved >= 95"]',
    "hits_approved": 'write requirements = ["hits_approved >= 100"]',
    "qualification_requirements": 'write requirements = ["percent_approved >= 95"]',
    **dict.fromkeys(_KEYS, "keys come from the environment or from AWS's files, see profile; take them out of here"),
}


@attrs.frozen
class Task:
    """The settings of a batch, each within its limits."""

    title: str
    description: str
    reward: Decimal
    assignment_duration: timedelta
    lifetime: timedelta
    keywords: str | None = None
    auto_approval_delay: timedelta | None = None
    requirements: tuple[QualificationRequirement, ...] = ()
    assignments: int = 1
    split: bool = False
    place: str | None = None
    profile: str | None = None
    database: str | None = None
    rows: str = "rows.csv"
    page: str = "page.html"
    key: str | None = None
    annotation: str | None = None
    engine: str = "mturk"
    encoding: str = "utf-8-sig"

    def terms(self) -> dict[str, Any]:
        """What makes the HIT type."""
        return {
            "title": self.title,
            "description": self.description,
            "reward": self.reward,
            "assignment_duration": self.assignment_duration,
            "keywords": self.keywords,
            "auto_approval_delay": self.auto_approval_delay,
            "qualification_requirements": self.requirements,
        }


def read(path: Path) -> Task:
    """The task in a file; ConfigurationError has a line for each thing that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        # Amounts stay what their author wrote.
        given = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not in UTF-8; save it as a text file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f'{path} is no TOML: {error}; a text stands in quotes, as in reward = "0.05"'
        ) from None
    except (RecursionError, ValueError):
        raise ConfigurationError(f"{path} is no TOML: brackets too deep, or a number too long to be read") from None
    return _checked(given, _lines(text), path)


def _lines(text: str) -> dict[str, int]:
    """The line on which each setting stands first."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        setting = re.match(r"""\s*\[*\s*["']?([^\s"'=\].]+)""", line)
        if setting and not line.lstrip().startswith("#"):
            found.setdefault(setting[1], number)
    return found


def _checked(given: Mapping[str, Any], lines: Mapping[str, int], path: Path) -> Task:
    values: dict[str, Any] = {}
    problems: list[tuple[int, str]] = []
    for name, value in given.items():
        try:
            if name not in _KINDS:
                raise ValidationError(_unknown(name))
            values[name] = _KINDS[name](name, value)
        except MTurkError as error:
            problems.append((lines.get(name, 0), str(error)))
    missing = [name for name in _NEEDED if name not in given]
    if missing:
        problems.append((0, f"{', '.join(missing)}: missing; each task needs {', '.join(_NEEDED)}"))
    if problems:
        raise ConfigurationError("\n".join(_told(path, *problem) for problem in sorted(problems)))
    return Task(**values)


def _told(path: Path, line: int, words: str) -> str:
    return f"{path}{f', line {line}' if line else ''}: {words}"


def _unknown(name: str) -> str:
    near = get_close_matches(name, _KINDS, 1)
    hint = _INSTEAD.get(name.lower()) or (f"did you mean {near[0]}?" if near else f"there are {', '.join(_KINDS)}")
    return f"{name!r:.60} is no setting; {hint}"


def _text(name: str, value: Any) -> str:
    return limit.text(name, value, None, 1)


def _place(name: str, value: Any) -> str:
    place = _text(name, value)
    try:
        find_endpoint(place, Settings())
    except ConfigurationError:
        near = get_close_matches(place.lower(), _PLACES, 1)
        meant = f"; did you mean {near[0]!r}?" if near else "."
        raise ValidationError(
            f"{name}: {place!r:.80} is no place{meant} Expected {', '.join(map(repr, _PLACES))} or an address such as "
            "https://turk.my-lab.org"
        ) from None
    return place


def _time(least: int, most: int) -> Callable[[str, Any], timedelta]:
    def read(name: str, value: Any) -> timedelta:
        return timedelta(seconds=limit.seconds(name, task_file.duration(name, value), least, most))

    return read


def _term(name: str, value: Any) -> Any:
    """A part of the HIT type, held to its limits."""
    examples: dict[str, Any] = {"title": "-", "description": "-", "reward": 0, "assignment_duration": 60}
    return getattr(Terms(**{**examples, name: value}), name)


def _requirements(name: str, value: Any) -> tuple[QualificationRequirement, ...]:
    if not isinstance(value, list):
        raise ValidationError(f'{name}: {value!r:.60}; expected a list such as ["percent_approved >= 95", "masters"]')
    try:
        found = tuple(map(requirement_notation.read, value))
    except ValidationError as error:
        raise ValidationError(f"{name}: {error}") from None
    kept: tuple[QualificationRequirement, ...] = _term("qualification_requirements", found)
    return kept


def _assignments(name: str, value: Any) -> int:
    return limit.whole(name, value, 1, MOST_ASSIGNMENTS)


def _split(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(f"{name}: {value!r:.60}; expected true or false")
    return value


def _engine(name: str, value: Any) -> str:
    if value not in ("mturk", "jinja"):
        raise ValidationError(f'{name}: {value!r:.60}; expected "mturk" or "jinja"')
    return str(value)


def _encoding(name: str, value: Any) -> str:
    try:
        "".encode(_text(name, value))
    except LookupError:
        raise ValidationError(f'{name}: {value!r:.60} is not known; expected "utf-8", "cp1252" or the like') from None
    # What a spreadsheet puts in front is no part of the first column's name.
    return "utf-8-sig" if value.lower().replace("_", "-") in ("utf-8", "utf8") else str(value)


_KINDS: dict[str, Callable[[str, Any], Any]] = {
    "place": _place,
    "profile": _text,
    "database": _text,
    "title": _term,
    "description": _term,
    "keywords": _term,
    "reward": _term,
    "assignments": _assignments,
    "split": _split,
    "assignment_duration": _time(30, limit.YEAR),
    "lifetime": _time(30, limit.YEAR),
    "auto_approval_delay": _time(0, limit.MONTH),
    "requirements": _requirements,
    "rows": _text,
    "key": _text,
    "encoding": _encoding,
    "page": _text,
    "engine": _engine,
    "annotation": _text,
}
