"""The questions that a HIT can hold, and how one is read from XML or made ready to be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import document as documents
from mturk.question import element, part
from mturk.question.document import Document
from mturk.question.element import Element
from mturk.question.external_question import ExternalQuestion
from mturk.question.html_question import HTMLQuestion
from mturk.question.layout import Layout
from mturk.rendering import template
from mturk.rendering.rendering import Folder

if TYPE_CHECKING:
    from mturk.question.form import QuestionForm

    AnyQuestion = HTMLQuestion | ExternalQuestion | QuestionForm

__all__ = ["ExternalQuestion", "HTMLQuestion", "Layout", "Question", "document", "read"]

KINDS = ("HTMLQuestion", "ExternalQuestion", "QuestionForm")


@frozen(init=False, eq=False)
class Question:
    """Question XML from any Jinja2 template of your own, with values that are escaped as they go in.

    A template is code: take none from strangers. The values may be theirs.

    >>> question = Question("mturk/external_question.xml", question=ExternalQuestion("https://my-lab.org/"))
    >>> question.read().url
    'https://my-lab.org/'
    """

    template_path: Folder
    values: Mapping[str, Any] = field(repr=lambda values: ", ".join(values))

    def __init__(self, template_path: Folder, values: Mapping[str, Any] | None = None, /, **more_values: Any) -> None:
        self.__attrs_init__(template_path, {**(values or {}), **more_values})

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        return template.fill(self.template_path, self.values, xml=True).strip()

    def read(self) -> AnyQuestion:
        """The question that the template gives, as an object."""
        return read(self.to_xml())

    def validate(self, *, schemas: bool = True) -> None:
        """Raise one ValidationError that lists every problem; nothing is sent."""
        documents.validate(self.to_xml(), from_element, schemas=schemas)


_HTML = re.compile(r"\s*<(!doctype\s+html|html|form|crowd-form)\b", re.IGNORECASE)


def read(xml: str) -> AnyQuestion:
    """The question that this XML says; ValidationError for any other XML."""
    found: AnyQuestion = from_element(element.parse(xml))
    return found


@frozen
class Examined:
    """Question XML, and what is wrong or doubtful about it: sent as it is, for it was looked at before."""

    xml: str
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        return self.xml


def document(value: object, limit: int = documents.LIMIT) -> str:
    """The question's XML, ready to be sent; ValidationError lists what can be told to be wrong at once."""
    found = value if isinstance(value, Examined) else examine(value, limit)
    documents.complain(list(found.problems), () if found is value else found.doubts)
    return found.xml


def examine(value: object, limit: int = documents.LIMIT) -> Examined:
    """The question's XML as it would be sent, with what can be told about it."""
    xml = value if isinstance(value, str) else _rendered(value)
    if _HTML.match(xml):
        raise ValidationError("question: this is HTML; expected HTMLQuestion(html), or question XML")
    if not xml.lstrip("\ufeff \t\r\n").startswith("<"):
        raise ValidationError(
            f"question: {part.plain(xml)[:60]!r} is no XML; expected question XML, or an object such as "
            "HTMLQuestion(html), ExternalQuestion(url), QuestionForm(…)"
        )
    found, root = documents.examined(xml, limit)
    doubts: list[str] = []
    if root is not None and not found:
        found, doubts = documents.judged(root, from_element)
    return Examined(part.plain(xml), tuple(found), tuple(doubts))


def _rendered(value: object) -> str:
    render = getattr(value, "to_xml", None)
    if not callable(render):
        raise ValidationError(
            f"question: {value!r}; expected an HTMLQuestion, ExternalQuestion, QuestionForm, Question, or XML"
        )
    return str(render())


def from_element(root: Element) -> Any:
    """The question that an element is; ValidationError for any other element."""
    return _kind(root.name).from_element(root)


def _kind(name: str) -> type[Document]:
    if name == "HTMLQuestion":
        return HTMLQuestion
    if name == "ExternalQuestion":
        return ExternalQuestion
    if name == "QuestionForm":
        # Here and not above: a form has thirty kinds of parts, which most scripts never make.
        from mturk.question.form import QuestionForm

        return QuestionForm
    raise ValidationError(f"{name} is no question; expected one of " + ", ".join(KINDS))
