"""Records as plain JSON: times as ISO 8601, durations as seconds, money as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs


def json_text(fields: Mapping[str, object]) -> str:
    """The fields as one JSON object, on one line."""
    return json.dumps({name: _plain(value) for name, value in fields.items()}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds
    if getattr(value, "other", None) is not None:  # a selection with the worker's own words
        return {"selected": [_plain(item) for item in value], "other": value.other}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        return {field.name: _plain(getattr(value, field.name)) for field in fields if not field.name.startswith("_")}
    return value
