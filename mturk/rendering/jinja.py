"""The Jinja2 environments: one for XML, one for pages, and a sandboxed one of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
)
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

# What may answer with markup of its own making: the template language's own callables.
_TEMPLATE_CALLABLES = (Macro, BlockReference, LoopContext)
# A parser turns these into blanks inside an attribute, and a carriage return into a line feed anywhere.
_REFERENCES = str.maketrans({"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def plain(value: Any) -> Any:
    """The value without any claim to be markup already, so that it is escaped like all other text."""
    kind = type(value)
    if kind is str:
        return value
    if kind is list or kind is tuple:
        return kind(plain(item) for item in value)
    if kind is dict:
        return {key: plain(item) for key, item in value.items()}
    return str.__str__(value) if isinstance(value, str) else value


def text(value: Any) -> Any:
    """What an expression in an XML template becomes: a fragment stays, everything else is text."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    words = plain(value if isinstance(value, str) else str(value))
    return Markup(str(escape(words)).translate(_REFERENCES))  # noqa: S704 - escaped on this line


def cdata(value: str) -> Markup:
    """The text in a CDATA section; what cannot stand in one is carried over its end."""
    inside = plain(value).replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    return Markup(f"<![CDATA[{inside}]]>")  # noqa: S704 - nothing can end the section early


class _PlainContext(Context):
    def call(self, obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        result = super().call(obj, *args, **kwargs)
        return result if isinstance(obj, _TEMPLATE_CALLABLES) else plain(result)


class XMLEnvironment(Environment):
    """Fills XML: markup that comes in with the values is text here."""

    context_class = _PlainContext

    def getattr(self, obj: Any, attribute: str) -> Any:
        return plain(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: str | Any) -> Any:
        return plain(super().getitem(obj, argument))


class SandboxedXMLEnvironment(ImmutableSandboxedEnvironment):
    """As XMLEnvironment, for templates whose author is not trusted."""

    context_class = _PlainContext

    def getattr(self, obj: Any, attribute: str) -> Any:
        return plain(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: str | Any) -> Any:
        return plain(super().getitem(obj, argument))


def shipped() -> BaseLoader:
    """The templates that come with the package."""
    try:
        return PackageLoader("mturk.templates", "", encoding="utf-8-sig")
    except (ImportError, ValueError):  # a checkout that is on the path, but not installed
        return FileSystemLoader(Path(__file__).parents[2] / "templates", encoding="utf-8-sig")


class _InsideLoader(FileSystemLoader):
    """The templates of a folder, and none that a link in it leads to elsewhere."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = super().get_source(environment, template)
        if not any(Path(found[1]).resolve().is_relative_to(Path(folder).resolve()) for folder in self.searchpath):
            raise TemplateNotFound(template)
        return found


def loader(folders: tuple[str, ...], *, sandboxed: bool = False) -> BaseLoader:
    """The folders in their order, then the shipped templates, which `mturk/` always reaches."""
    own = shipped()
    kind = _InsideLoader if sandboxed else FileSystemLoader
    found = [kind(folder, encoding="utf-8-sig") for folder in folders]
    return ChoiceLoader([PrefixLoader({"mturk": own}), *found, own])


@lru_cache(maxsize=64)
def environment(folders: tuple[str, ...], *, xml: bool, sandboxed: bool = False) -> Environment:
    """The environment for these folders, made once."""
    settings: dict[str, Any] = {
        "loader": loader(folders, sandboxed=sandboxed),
        "autoescape": True,
        "undefined": StrictUndefined,
        "keep_trailing_newline": True,
    }
    if not xml:
        return ImmutableSandboxedEnvironment(**settings) if sandboxed else Environment(**settings)  # noqa: S701 - on
    kind = SandboxedXMLEnvironment if sandboxed else XMLEnvironment
    made = kind(finalize=text, **settings)
    made.filters["cdata"] = cdata
    return made
