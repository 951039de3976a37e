"""What a page posts of the fields that a made-up worker filled in: each for itself, or as a crowd-form puts it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mturk.marketplace.document.answer import Value
from mturk.marketplace.document.question import QuestionDocument
from mturk.marketplace.simulation.field import Field


def posted(question: str, fields: Iterable[Field], chosen: Mapping[str, str]) -> dict[str, Value]:
    """The fields that are sent, with their values."""
    document = QuestionDocument(question)
    if document.form is not None or not document.is_crowd_form:
        return dict(chosen)
    members = {field.name: _member(field, chosen[field.name]) for field in fields}
    members = {name: member for name, member in members.items() if member != ""}
    if document.sends_one_field:
        return {"taskAnswers": _json([members])}
    flat = {name: text for member in members.items() for name, text in _flattened(*member)}
    return dict(flat)


def _member(field: Field, value: str) -> Any:
    """A member of the object that a crowd-form sends; a text that is empty is none."""
    if field.kind == "box":
        return {choice: choice == value for choice in field.choices}
    if field.kind == "label":
        return {"label": value}
    if field.kind == "labels":
        return {"labels": [value]}
    return int(value) if field.kind == "number" else value


def _flattened(name: str, member: Any) -> Iterable[tuple[str, str]]:
    if isinstance(member, dict):
        return ((f"{name}.{leaf}", _text(value)) for leaf, value in member.items())
    return [(name, _text(member))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
