"""Finds templates: a file, the folders of the connection in force, or the shipped ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal

from mturk.connection.connection import existing
from mturk.errors import ValidationError
from mturk.rendering import rendering
from mturk.rendering.rendering import Folder

Engine = Literal["jinja", "mturk"]


def folders() -> tuple[Folder, ...]:
    """The folders of `connect(templates=[…])`, if there is a connection."""
    connection = existing()
    return () if connection is None else tuple(connection.templates)


def document(name: str, **values: Any) -> str:
    """One of the documents of this package, or what the user put in its place."""
    return rendering.render(name, values, folders=folders(), xml=True).strip()


def fill(
    path: Folder, values: Mapping[str, Any], *, xml: bool, engine: Engine = "jinja", sandboxed: bool = False
) -> str:
    """The template at the path, or of that name, filled by the engine."""
    if engine == "mturk":
        return as_the_site_did(source(path), values, os.fspath(path), xml=xml)
    if engine != "jinja":
        raise ValidationError(f"engine: {engine!r}; expected 'jinja' or 'mturk'")
    name, where = _named(path), folders()
    if os.path.isfile(name):
        return rendering.render(name, values, folders=where, xml=xml, file=True, sandboxed=sandboxed)
    given = values if xml else _checked(name, values, where)
    return rendering.render(name, given, folders=where, xml=xml, sandboxed=sandboxed)


def fill_text(source: str, values: Mapping[str, Any], *, xml: bool, engine: Engine = "jinja") -> str:
    """A template that is a text, filled by the engine; Jinja2 runs it in a sandbox."""
    if engine == "mturk":
        return as_the_site_did(source, values, "template text", xml=xml)
    if engine != "jinja":
        raise ValidationError(f"engine: {engine!r}; expected 'jinja' or 'mturk'")
    return rendering.render_string(source, values, folders=folders(), xml=xml)


def _checked(name: str, values: Mapping[str, Any], where: tuple[Folder, ...]) -> Mapping[str, Any]:
    from mturk.rendering import starter

    own = any(os.path.isfile(os.path.join(folder, name)) for folder in where)
    return values if own and not name.startswith("mturk/") else starter.checked(name, values)


def as_the_site_did(source: str, values: Mapping[str, Any], name: str, *, xml: bool) -> str:
    """A page filled by the rules of MTurk's own site; `name` is what messages call it."""
    from mturk.rendering import placeholder, submission

    filled = placeholder.fill(source, values, name)
    return filled if xml else submission.completed(filled, folders=folders())


def _named(path: Folder) -> str:
    return os.path.expanduser(os.fspath(path))


def source(path: Folder) -> str:
    """The text of the template at the path, or of that name, as it stands."""
    name = _named(path)
    return rendering.source(name, folders=folders(), file=os.path.isfile(name))


def variables(path: Folder) -> frozenset[str] | None:
    """The names that a Jinja2 template has a place for; None where it draws in others."""
    name = _named(path)
    return rendering.variables(name, folders=folders(), file=os.path.isfile(name))
