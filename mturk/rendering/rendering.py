"""Fills templates with values: XML documents and the pages inside them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mturk.errors import ValidationError
from mturk.rendering import character

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

Folder = str | os.PathLike[str]


def render(
    name: str,
    values: Mapping[str, Any],
    *,
    folders: tuple[Folder, ...] = (),
    xml: bool,
    file: bool = False,
    sandboxed: bool = False,
) -> str:
    """Fill the template of this name, looked up in the folders and then among the shipped ones.

    With `file` the name is a path; the templates it refers to are looked up beside it first. One whose author is not
    trusted, nor those that it refers to, is to be `sandboxed`.
    """
    if file:
        folder, name = os.path.split(os.path.abspath(name))
        folders = (folder, *folders)
    chosen = _environment(folders, xml=xml, sandboxed=sandboxed)
    with _explained(name):
        return _filled(chosen.get_template(name).render(_accepted(chosen, values)), name, xml)


def render_string(source: str, values: Mapping[str, Any], *, folders: tuple[Folder, ...] = (), xml: bool) -> str:
    """Fill a template that is itself data, from a database for example: it runs in a sandbox."""
    chosen = _environment(folders, xml=xml, sandboxed=True)
    with _explained("template text"):
        return _filled(chosen.from_string(source).render(_accepted(chosen, values)), "template text", xml)


def source(name: str, *, folders: tuple[Folder, ...] = (), file: bool = False) -> str:
    """The text of a template as it stands, for engines other than Jinja2."""
    if file:
        folder, name = os.path.split(os.path.abspath(name))
        folders = (folder,)
    chosen = _environment(folders, xml=False)
    assert chosen.loader is not None  # noqa: S101 - every environment here has one
    with _explained(name):
        return chosen.loader.get_source(chosen, name)[0]


def variables(name: str, *, folders: tuple[Folder, ...] = (), file: bool = False) -> frozenset[str] | None:
    """The names that a Jinja2 template has a place for; None where it draws in other templates."""
    from jinja2 import meta

    text = source(name, folders=folders, file=file)
    with _explained(name):
        parsed = _environment(folders, xml=False).parse(text)
    if next(meta.find_referenced_templates(parsed), None) is not None:
        return None
    return frozenset(meta.find_undeclared_variables(parsed))


def _environment(folders: tuple[Folder, ...], *, xml: bool, sandboxed: bool = False) -> Environment:
    # Here and not above: importing Jinja2 takes as long as half the package, and many scripts never render.
    from mturk.rendering.jinja import environment

    return environment(tuple(os.fspath(folder) for folder in folders), xml=xml, sandboxed=sandboxed)


def _accepted(chosen: Environment, values: Mapping[str, Any]) -> dict[str, Any]:
    from mturk.rendering.jinja import plain

    return plain(dict(values)) if "cdata" in chosen.filters else dict(values)


def _filled(text: str, name: str, xml: bool) -> str:
    found = character.problem(text, f"{name}, filled in") if xml else None
    if found:
        raise ValidationError(found)
    return text


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn what Jinja2 says into one error that names the template."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    try:
        yield
    except TemplateNotFound as error:
        missing = error.name or name
        raise ValidationError(
            f"no template {missing!r}: it is neither a file, nor in the folders of "
            "connect(templates=[…]), nor among the shipped ones"
        ) from None
    except TemplateSyntaxError as error:
        raise ValidationError(f"{error.name or name}, line {error.lineno}: {error.message}") from None
    except UndefinedError as error:
        raise ValidationError(f"{name}: {error.message}; give the template a value for it") from None
    except UnicodeDecodeError as error:
        raise ValidationError(f"{name}: a template has to be in UTF-8: {error}") from None
    except SecurityError as error:
        raise ValidationError(f"{name}: not allowed in a template that is data: {error}") from None
