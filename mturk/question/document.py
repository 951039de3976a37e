"""What every XML document for the service has in common: it is rendered, checked, and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from attrs import frozen

from mturk import doubt
from mturk.connection.connection import existing
from mturk.errors import ValidationError
from mturk.question import element, schema
from mturk.question.element import Element
from mturk.rendering import template
from mturk.rendering.rendering import Folder
from mturk.rendering.template import Engine

LIMIT = 65_535  # bytes, as sent; a marketplace may allow more: connect(question_limit=…)


@frozen
class Document:
    """A document that the service takes as XML."""

    title: ClassVar[str] = "the question"  # what messages call it

    @classmethod
    def from_element(cls, root: Element) -> Any:
        """The document that this element is."""
        raise NotImplementedError  # each kind of document has elements of its own

    @classmethod
    def from_xml(cls, xml: str) -> Any:
        """The document that this XML says."""
        return cls.from_element(element.parse(xml))

    @classmethod
    def from_template(
        cls,
        path: Folder,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        engine: Engine = "jinja",
        **more_values: Any,
    ) -> Any:
        """The document that this template of XML gives. A template is code: take none from strangers."""
        return cls.from_xml(template.fill(path, {**(values or {}), **more_values}, xml=True, engine=engine).strip())

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        raise NotImplementedError  # each kind of document has a template of its own

    def problems(self) -> list[str]:
        """What the service would refuse, as far as it can be told from the parts alone."""
        return []

    def judgement(self) -> tuple[list[str], list[str]]:
        """The problems, and what may be wrong but cannot be told for certain."""
        return self.problems(), []

    def validate(self, *, schemas: bool = True) -> None:
        """Raise one ValidationError that lists every problem; nothing is sent.

        The schemas need `pip install 'mturk[validate]'`; `schemas=False` does without.
        """
        validate(self.to_xml(), type(self).from_element, self.title, schemas=schemas)


def validate(xml: str, read: Callable[[Element], Document], name: str = "the question", *, schemas: bool) -> None:
    """Raise one ValidationError that lists every problem of a document as it would be sent."""
    connection = existing()
    found, root = examined(xml, LIMIT if connection is None else connection.question_limit, name)
    doubts: list[str] = []
    if root is not None and not found:
        found, doubts = judged(root, read)
    if schemas and (not found or schema.available()):
        found = found + [one for one in schema.problems(xml) if one not in found]
    complain(found, doubts)


def judged(root: Element, read: Callable[[Element], Document]) -> tuple[list[str], list[str]]:
    """What is wrong with the document in an element, and what is doubtful about it."""
    try:
        document = read(root)
    except ValidationError as error:
        return [str(error)], []
    return document.judgement()


def examined(xml: str, limit: int, name: str = "the question") -> tuple[list[str], Element | None]:
    """What is wrong with the document as a text (its size, its characters, that it is XML), and its root."""
    found = []
    size = len(xml.encode(errors="replace"))
    if size > limit:
        found.append(f"{name} is {size:,} bytes long as sent, and {limit:,} is the limit{_way_out(name)}")
    try:
        return found, element.parse(xml, size=max(limit, element.SIZE))
    except ValidationError as error:
        return [*found, str(error)], None


def _way_out(name: str) -> str:
    if name != "the question":
        return ""
    return "; serve the page from your own site and publish its address: ExternalQuestion(url)"


def complain(found: list[str], doubts: Iterable[str] = ()) -> None:
    """Raise one error with all that was found, if anything was; else warn of each doubt."""
    if found:
        raise ValidationError("\n".join(found))
    for words in doubts:
        doubt.warn(words)
