"""Question documents: what is accepted as one, and what a worker is asked by it.

Documents come from outside, so every DOCTYPE is refused before the parser looks at what it declares: entities
that unfold to gigabytes need one. The rest is bounded by the size limit and by a limit on nesting.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree
from xml.parsers import expat

from mturk.marketplace.document.schema import departures
from mturk.marketplace.error import ParameterValidationError

_BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
_DEEPEST = 50
_MOST_TOLD = 5
_RESERVED = ("assignmentId", "hitId", "turkSubmitTo", "workerId")


class Unreadable(Exception):
    """The document is not what it should be; the text is for the requester."""


@dataclass(frozen=True)
class FormQuestion:
    """One question of a QuestionForm; `selections` is None where free text is asked for."""

    identifier: str
    required: bool
    selections: tuple[str, ...] | None
    most: int = 1
    has_other: bool = False


def check_question(xml: str, *, limit: int, strict: bool) -> None:
    """Refuse a document that the service would not take as a HIT's Question."""
    with reading("Question", xml, limit):
        root = parse(xml)
        _CHECKS[_kind(root)](root)
        expect_schema(xml)
    if _kind(root) == "ExternalQuestion":
        _check_url(_text(root, "ExternalURL"), strict=strict)


def check_test(xml: str, *, limit: int, graded: bool) -> None:
    """Refuse a document that is no qualification test, or that no answer key can grade."""
    with reading("Test", xml, limit):
        root = parse(xml)
        if _kind(root) != "QuestionForm":
            raise Unreadable("a test is a QuestionForm")
        _check_form(root)
        expect_schema(xml)
        if any(element.tag.endswith("}FileUploadAnswer") for element in root.iter()):
            raise Unreadable("a test cannot have a FileUploadAnswer")
        for question in map(_form_question, _children(root, "Question") if graded else ()):
            if question.selections is None or question.has_other:
                raise Unreadable(
                    f"the Question {question.identifier} has no SelectionAnswer without OtherSelection, "
                    "and an AnswerKey grades nothing else"
                )


def expect_schema(xml: str) -> None:
    """Refuse a document that departs from its schema; it was parsed before, so nothing in it can harm us."""
    found = departures(xml)
    if found:
        raise Unreadable("; ".join(found[:_MOST_TOLD]))


@contextmanager
def reading(parameter: str, xml: str, limit: int) -> Iterator[None]:
    """Read a document that was given as this parameter; what is wrong with it is told in the service's words."""
    if len(xml.encode()) > limit:
        text = f"Your request parameter {parameter} has a maximum length of {limit}."
        raise ParameterValidationError(parameter, text)
    if not xml:
        text = f"Your request parameter {parameter} has a minimum length of 1."
        raise ParameterValidationError(parameter, text)
    try:
        yield
    except Unreadable as error:
        raise ParameterValidationError(
            parameter,
            "There was an error parsing the XML question or answer data in your request. Please make sure "
            f"the data is well-formed and validates against the appropriate schema. Details: {error}",
        ) from None


def form_questions(xml: str) -> tuple[FormQuestion, ...] | None:
    """The questions of a QuestionForm in order; None if the worker sees a web page instead."""
    root = parse(xml)
    return tuple(map(_form_question, _children(root, "Question"))) if _kind(root) == "QuestionForm" else None


def html_content(xml: str) -> str:
    """The page that an HTMLQuestion brings; nothing where the question is of another kind."""
    root = parse(xml)
    return _text(root, "HTMLContent") if _kind(root) == "HTMLQuestion" else ""


def is_crowd_form(xml: str) -> bool:
    """Whether the page is made of crowd elements, which send one field only."""
    return "<crowd-form" in html_content(xml)


def parse(xml: str) -> ElementTree.Element:
    """The document's root, once nothing in it can harm us."""
    _screened(xml)
    # What the document says of its encoding is about bytes that no longer exist.
    parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314 - screened
    return ElementTree.fromstring(xml.encode(), parser)  # noqa: S314 - screened


def _screened(xml: str) -> None:
    depth = 0

    def refuse_doctype(*_: object) -> None:
        raise Unreadable("a document type declaration is not allowed")

    def enter(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Unreadable(f"elements are nested more than {_DEEPEST} deep")

    def leave(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    try:
        parser.Parse(xml.encode(), True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise Unreadable(str(error)) from None


def _kind(root: ElementTree.Element) -> str:
    for name, versions in _NAMESPACES.items():
        if root.tag in [f"{{{_BASE}{version}/{name}.xsd}}{name}" for version in versions]:
            return name
    raise Unreadable(
        f"the root element {root.tag} is not HTMLQuestion, ExternalQuestion or QuestionForm in its namespace"
    )


def _children(element: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    namespace = element.tag.partition("}")[0]
    return element.findall(f"{namespace}}}{name}")


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: ElementTree.Element, name: str) -> str:
    child = _child(element, name)
    return "" if child is None else (child.text or "").strip()


def _only(root: ElementTree.Element, *names: str) -> None:
    found = [child.tag.partition("}")[2] or child.tag for child in root]
    if found != list(names):
        inside = ", ".join(found) or "nothing"
        raise Unreadable(f"inside {root.tag.partition('}')[2]} must stand {', '.join(names)}, not {inside}")


def _check_frame(root: ElementTree.Element, content: str) -> None:
    _only(root, content, "FrameHeight")
    try:
        int(_text(root, "FrameHeight"))
    except ValueError:
        raise Unreadable("FrameHeight is not a whole number") from None
    if not _text(root, content):
        raise Unreadable(f"{content} is empty")


def _check_form(root: ElementTree.Element) -> None:
    questions = [_form_question(question) for question in _children(root, "Question")]
    names = [question.identifier for question in questions]
    if not names:
        raise Unreadable("the form has no Question")
    if not all(names):
        raise Unreadable("a Question has no QuestionIdentifier")
    if len(set(names)) < len(names):
        raise Unreadable("two Questions have the same QuestionIdentifier")


def _form_question(element: ElementTree.Element) -> FormQuestion:
    name = _text(element, "QuestionIdentifier")
    required = _text(element, "IsRequired") in ("true", "1")
    specification = _child(element, "AnswerSpecification")
    if specification is None or len(specification) != 1:
        raise Unreadable(f"the Question {name} must have one AnswerSpecification with one kind of answer")
    selection = _child(specification, "SelectionAnswer")
    if selection is None:
        return FormQuestion(name, required, None)
    choices = _child(selection, "Selections")
    if choices is None:
        raise Unreadable(f"the Question {name} has no Selections")
    identifiers = tuple(_text(choice, "SelectionIdentifier") for choice in _children(choices, "Selection"))
    most = _text(selection, "MaxSelectionCount") or "1"
    if not re.fullmatch("[0-9]{1,9}", most):
        raise Unreadable(f"MaxSelectionCount of the Question {name} is not a whole number")
    return FormQuestion(name, required, identifiers, int(most), bool(_children(choices, "OtherSelection")))


def _check_url(url: str, *, strict: bool) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise ParameterValidationError.of("ExternalURL", url) from None
    plain_allowed = parts.scheme == "http" and not strict and _is_private(host)
    if parts.scheme != "https" and not plain_allowed:
        raise ParameterValidationError.of("ExternalURL", url, "This URL must use the HTTPS protocol.")
    if not host:
        raise ParameterValidationError.of("ExternalURL", url)
    for name in _RESERVED:
        if name in parse_qs(parts.query, keep_blank_values=True):
            reason = f"The query parameter {name} is added by the service."
            raise ParameterValidationError.of("ExternalURL", url, reason)


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback


_NAMESPACES = {
    "HTMLQuestion": ("2011-11-11",),
    "ExternalQuestion": ("2006-07-14",),
    "QuestionForm": ("2017-11-06", "2005-10-01"),
}
_CHECKS: dict[str, Callable[[ElementTree.Element], None]] = {
    "HTMLQuestion": lambda root: _check_frame(root, "HTMLContent"),
    "ExternalQuestion": lambda root: _check_frame(root, "ExternalURL"),
    "QuestionForm": _check_form,
}
