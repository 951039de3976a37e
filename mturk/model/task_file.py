"""A HIT type described in a file: TOML or JSON, with durations the way people write them.

title = "Label a photo"
description = "Say what is in the picture"
reward = "0.05"
assignment_duration = "10m"
auto_approval_delay = "3d"
keywords = ["image", "label"]
percent_approved = 95
hits_approved = 100
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from mturk import requirements
from mturk.errors import ConfigurationError, ValidationError

_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.IGNORECASE)
_TERMS = ("title", "description", "reward", "assignment_duration", "keywords", "auto_approval_delay")
_AT_LEAST = {"percent_approved": requirements.percent_approved, "hits_approved": requirements.hits_approved}


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The arguments of `HITType.create` that a file gives."""
    fields = _load(Path(path).expanduser())
    unknown = [name for name in fields if name not in (*_TERMS, *_AT_LEAST)]
    if unknown:
        known = ", ".join((*_TERMS, *_AT_LEAST))
        raise ValidationError(f"{path} has {', '.join(unknown)}, which no HIT type has; it may have {known}")
    missing = [name for name in _TERMS[:4] if name not in fields]
    if missing:
        raise ValidationError(f"{path} has no {', '.join(missing)}, which every HIT type needs")
    given = {name: fields[name] for name in _TERMS if name in fields}
    for name in ("assignment_duration", "auto_approval_delay"):
        if name in given:
            given[name] = duration(name, given[name])
    wanted = [kind >= fields[name] for name, kind in _AT_LEAST.items() if name in fields]
    return {**given, "qualification_requirements": wanted}


def duration(name: str, value: str | int) -> timedelta:
    """A duration such as "10m", "1.5h", "3d", or a number of seconds."""
    if isinstance(value, int) and not isinstance(value, bool):
        return timedelta(seconds=value)
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    unit = _UNITS.get(found[2].lower()) if found else None
    if not found or not unit:
        raise ValidationError(f'{name} must be a duration such as "30s", "10m", "2h", "3d" or "1w", not {value!r}')
    try:
        return timedelta(**{unit: float(found[1])})
    except OverflowError:
        raise ValidationError(f"{name} is longer than any duration: {value!r}") from None


def _load(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        fields = json.loads(text) if path.suffix == ".json" else _toml(text)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValidationError(f"{path} cannot be understood: {error}") from None
    if not isinstance(fields, dict):
        raise ValidationError(f"{path} must hold an object with the terms of a HIT type")
    return fields


def _toml(text: str) -> Any:
    try:
        tomllib = import_module("tomllib")
    except ImportError:  # it came with Python 3.11
        raise ConfigurationError("TOML needs Python 3.11; write the file as .json instead") from None
    return tomllib.loads(text)
