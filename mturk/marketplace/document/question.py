"""Question documents: what is accepted as one, and what a worker is asked by it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from mturk.marketplace.document.constraint import FORMAT, REQUIRED, Check, file_checks, selection_checks, text_checks
from mturk.marketplace.document.parser import Element, Unreadable, parse, reading
from mturk.marketplace.document.schema import BASE, expect_schema
from mturk.marketplace.error import ParameterValidationError

RESERVED = ("assignmentId", "hitId", "turkSubmitTo", "workerId")
"""What the site adds to the address of every page; it is never an answer."""
REMEMBERED = 100_000
"""A longer text is read each time anew, so that what was read last takes little memory."""
_HTML, _EXTERNAL, _FORM = "HTMLQuestion", "ExternalQuestion", "QuestionForm"
_VERSIONS = {_HTML: ("2011-11-11",), _EXTERNAL: ("2006-07-14",), _FORM: ("2017-11-06", "2005-10-01")}
_KINDS = {f"{{{BASE}{day}/{kind}.xsd}}{kind}": kind for kind, days in _VERSIONS.items() for day in days}


@dataclass(frozen=True)
class FormQuestion:
    """One question of a QuestionForm; `selections` is None where a text or a file is asked for.

    `checks` is what is demanded of the text, of the number of selections or of the file's size, `own_checks` of the
    worker's own text beside selections. What stands in these two from the beginning are the defaults.
    """

    identifier: str
    required: bool
    selections: tuple[str, ...] | None
    most: int = 1
    has_other: bool = False
    takes_file: bool = False
    checks: tuple[Check, ...] = ()
    own_checks: tuple[Check, ...] = ()
    default: str = ""
    own_default: str = ""


_MOST_FORMATS = 100
# What stands in front of the path, as it is put into a header too: a name or an address, and a port.
_PLACE = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_END_OF_PLACE = re.compile("[/?#]")
_LONGEST_PLACE = 300
_PASSED_OVER = dict.fromkeys(map(ord, "\t\r\n"))
"""Signs that are no part of an address, wherever they stand in it."""
_WRONG_PLACE = "The host must be a name or an IP address, alone or with a port."
_COMMENT = re.compile("<!--.*?(?:-->|$)", re.DOTALL)
_FLATTENED = re.compile(r"""<crowd-form[^<>]*\sanswer-format\s*=\s*["']?flatten-objects\b""", re.IGNORECASE)


class QuestionDocument:
    """The question of a HIT, or the test of a qualification type, read once from its text.

    A text that is no such document raises Unreadable.
    """

    def __init__(self, xml: str) -> None:
        self.root = parse(xml)
        kind = _KINDS.get(self.root.tag)
        if kind is None:
            found = f"the root element {self.root.tag}"
            raise Unreadable(f"{found} is not HTMLQuestion, ExternalQuestion or QuestionForm in its namespace")
        self.kind = kind

    @cached_property
    def form(self) -> tuple[FormQuestion, ...] | None:
        """The questions of a QuestionForm in order; None if the worker sees a web page instead."""
        if self.kind != _FORM:
            return None
        return tuple(_bounded(map(_form_question, _children(self.root, "Question"))))

    @cached_property
    def html(self) -> str:
        """The page that an HTMLQuestion contains; nothing where the question is of another kind."""
        return _text(self.root, "HTMLContent") if self.kind == _HTML else ""

    @property
    def url(self) -> str:
        """The address of an ExternalQuestion; nothing where the question is of another kind."""
        return _text(self.root, "ExternalURL") if self.kind == _EXTERNAL else ""

    @property
    def frame_height(self) -> int:
        """How high the page is to be, in pixels; 0, also where nothing says it, is as high as there is room."""
        height = _text(self.root, "FrameHeight")
        return max(0, int(height)) if height else 0

    @property
    def is_crowd_form(self) -> bool:
        """Whether the page is made of crowd elements, which send one field only."""
        return "<crowd-form" in _COMMENT.sub("", self.html)

    @property
    def sends_one_field(self) -> bool:
        """Whether the page packs all answers into one field, as crowd-form does that is not told to flatten them."""
        return self.is_crowd_form and _FLATTENED.search(_COMMENT.sub("", self.html)) is None

    @property
    def takes_files(self) -> bool:
        """Whether a form asks for a file."""
        return next(self.root.iter("{*}FileUploadAnswer"), None) is not None

    def check(self) -> None:
        """Raise Unreadable if the service would not accept the document."""
        if self.form is not None:
            _check_form(self.form)
        else:
            _check_frame(self.root, "HTMLContent" if self.kind == _HTML else "ExternalURL")
        expect_schema(self.root)


# Many HITs ask the same. What was refused is judged again.
def check_question(xml: str, *, limit: int, strict: bool) -> None:
    """Refuse a document that the service would not accept as a HIT's Question; of one like the last it knows that."""
    check = _check_question if len(xml) <= REMEMBERED else _check_question.__wrapped__
    check(xml, limit=limit, strict=strict)


@lru_cache(maxsize=32)
def _check_question(xml: str, *, limit: int, strict: bool) -> None:
    with reading("Question", xml, limit):
        question = QuestionDocument(xml)
        question.check()
    if question.kind == _EXTERNAL:
        _check_url(question.url, strict=strict)


def check_test(xml: str, *, limit: int, graded: bool) -> None:
    """Refuse a document that is no qualification test, or that no answer key can grade."""
    with reading("Test", xml, limit):
        test = QuestionDocument(xml)
        if test.form is None:
            raise Unreadable("a test is a QuestionForm")
        test.check()
        if test.takes_files:
            raise Unreadable("a test cannot have a FileUploadAnswer")
        if graded:
            _check_gradable(test.form)


def _check_form(form: tuple[FormQuestion, ...]) -> None:
    names = [question.identifier for question in form]
    if not names:
        raise Unreadable("the form has no Question")
    if not all(names):
        raise Unreadable("a Question has no QuestionIdentifier")
    if len(set(names)) < len(names):
        raise Unreadable("two Questions have the same QuestionIdentifier")


def _check_gradable(form: tuple[FormQuestion, ...]) -> None:
    for question in form:
        if question.selections is None or question.has_other:
            raise Unreadable(
                f"the Question {question.identifier} has no SelectionAnswer without OtherSelection, "
                "and an AnswerKey grades nothing else"
            )


def _check_frame(root: Element, content: str) -> None:
    _only(root, content, "FrameHeight")
    try:
        int(_text(root, "FrameHeight"))
    except ValueError:
        raise Unreadable("FrameHeight is not a whole number") from None
    if not _text(root, content):
        raise Unreadable(f"{content} is empty")


def _only(root: Element, *names: str) -> None:
    found = [child.tag.partition("}")[2] or child.tag for child in root]
    if found != list(names):
        inside = ", ".join(found) or "nothing"
        raise Unreadable(f"inside {root.tag.partition('}')[2]} must stand {', '.join(names)}, not {inside}")


def _bounded(form: Iterable[FormQuestion]) -> Iterator[FormQuestion]:
    """The questions, with the formats of the first ones tried here: a hostile form may have a thousand."""
    tried = 0
    for question in form:
        tried += sum(check.kind == FORMAT for check in (*question.checks, *question.own_checks))
        if tried <= _MOST_FORMATS:
            yield question
        else:
            checks, own_checks = (
                tuple(replace(check, is_tried=check.kind != FORMAT) for check in some)
                for some in (question.checks, question.own_checks)
            )
            yield replace(question, checks=checks, own_checks=own_checks)


def _form_question(element: Element) -> FormQuestion:
    name = _text(element, "QuestionIdentifier")
    required = _text(element, "IsRequired") in ("true", "1")
    specification = _child(element, "AnswerSpecification")
    if specification is None or len(specification) != 1:
        raise Unreadable(f"the Question {name} must have one AnswerSpecification with one kind of answer")
    answer = specification[0]
    kind = etree.QName(answer).localname
    if kind == "FileUploadAnswer":
        return FormQuestion(name, required, None, takes_file=True, checks=file_checks(answer, required=required))
    if kind != "SelectionAnswer":
        checks = text_checks(answer, required=required)
        required = any(check.kind == REQUIRED for check in checks)
        return FormQuestion(name, required, None, checks=checks, default=_default(answer))
    return _selection_question(name, required, answer)


def _selection_question(name: str, required: bool, answer: Element) -> FormQuestion:
    choices = _child(answer, "Selections")
    if choices is None:
        raise Unreadable(f"the Question {name} has no Selections")
    identifiers = tuple(_text(choice, "SelectionIdentifier") for choice in _children(choices, "Selection"))
    other = _child(choices, "OtherSelection")
    most = _count(name, answer, "MaxSelectionCount")
    # More than can be chosen is not demanded.
    least = min(_count(name, answer, "MinSelectionCount"), most, len(identifiers) + (other is not None))
    return FormQuestion(
        name,
        required,
        identifiers,
        most,
        has_other=other is not None,
        checks=selection_checks(least, most, required=required),
        own_checks=text_checks(other, required=False),
        own_default=_default(other),
    )


def _default(answer: Element | None) -> str:
    return "" if answer is None else answer.findtext("{*}DefaultText") or ""


def _count(name: str, answer: Element, of: str) -> int:
    written = _text(answer, of) or "1"
    if not re.fullmatch("[0-9]{1,9}", written):
        raise Unreadable(f"{of} of the Question {name} is not a whole number")
    return int(written)


def _children(element: Element, name: str) -> Iterator[Element]:
    namespace, _, _ = element.tag.partition("}")
    return element.iterchildren(f"{namespace}}}{name}")


def _child(element: Element, name: str) -> Element | None:
    return next(_children(element, name), None)


def _text(element: Element, name: str) -> str:
    child = _child(element, name)
    return "" if child is None else (child.text or "").strip()


def _check_url(url: str, *, strict: bool) -> None:
    wrong_place = ParameterValidationError.of("ExternalURL", url, _WRONG_PLACE)
    # Splitting brings a host into a normal form, which takes the square of its length while nobody else is answered.
    if len(_END_OF_PLACE.split(url.translate(_PASSED_OVER).partition("//")[2], maxsplit=1)[0]) > _LONGEST_PLACE:
        raise wrong_place
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ParameterValidationError.of("ExternalURL", url) from None
    plain_allowed = parts.scheme == "http" and not strict and _is_private(host)
    if parts.scheme != "https" and not plain_allowed:
        raise ParameterValidationError.of("ExternalURL", url, "This URL must use the HTTPS protocol.")
    if not _PLACE.fullmatch(parts.netloc):
        raise wrong_place
    asked = parse_qs(parts.query, keep_blank_values=True)
    for name in RESERVED:
        if name in asked:
            reason = f"The query parameter {name} is added by the service."
            raise ParameterValidationError.of("ExternalURL", url, reason)


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # 0.0.0.0 is counted among the private ones, and is nowhere.
    return address.is_loopback or (address.is_private and not address.is_unspecified)
