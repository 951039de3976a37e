"""A worker's answers as the document that requesters read: QuestionFormAnswers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from lxml import etree

from mturk.marketplace.document.constraint import REQUIRED, Complaint, complaint
from mturk.marketplace.document.expression import Effort
from mturk.marketplace.document.parser import Unreadable, parse
from mturk.marketplace.document.question import REMEMBERED, RESERVED, FormQuestion, QuestionDocument
from mturk.marketplace.error import WorkerError

_NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
# The last pages of psiTurk and of Dallinger post these, and nothing else, as a field besides assignmentId was enough.
_WHOSE = ("hitId", "workerId")

LARGEST = 5_000_000
"""Bytes of the document. It has a character as eight or nine, which has one byte in the encoding of some page."""

Values = frozenset[str]
"""The answers to one question, as they are compared: a set of texts without surrounding blanks."""


@dataclass(frozen=True)
class Other:
    """A worker's own text where a selection offers that."""

    text: str


@dataclass(frozen=True)
class File:
    """A file that a worker uploads where a form asks for one: its name, and what is in it."""

    name: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)


class StoredFile(NamedTuple):
    """A file that was uploaded and is kept here, under a key."""

    key: str
    size: int


Choice = str | Other
Value = Choice | Sequence[Choice] | File | StoredFile
_Values = list[Choice | StoredFile]


def answer_document(
    question: str, answers: Mapping[str, Value], *, constraints: bool = True, as_posted: Sequence[str] | None = None
) -> str:
    """The document of what a worker entered, as the page or form of this question sends it; files must be stored.

    What a page of crowd elements would put into one field is put there, unless the answers are its fields `as_posted`,
    which is the name of each of them, in their order.

    Without `constraints` a form's demands on what is entered do not count, as the service did not promise that answers
    meet them; only what no form can send is refused.
    """
    given = {name: _as_list(name, value) for name, value in answers.items()}
    asked = (_asked if len(question) <= REMEMBERED else _asked.__wrapped__)(question)
    if asked.form is None:
        _refuse_files(given)
    if asked.form is not None:
        parts = _form_parts(asked.form, given, constraints=constraints)
    elif asked.sends_one_field and as_posted is None and "taskAnswers" not in given:
        parts = [_part("taskAnswers", _free_text(_crowd_answers(answers)))]
    else:
        parts = _page_parts(given, as_posted)
    return _document(parts)


def document_of_texts(answers: Mapping[str, Sequence[str]]) -> str:
    """The document of texts by the names of their fields, without a question that they are answers to."""
    return _document(_part(name, _free_text(text)) for name, texts in answers.items() for text in texts)


def check_answers(document: str) -> None:
    """Refuse what is no document of answers; Unreadable says why."""
    root = parse(document)
    if etree.QName(root).localname != "QuestionFormAnswers":
        raise Unreadable("it is no QuestionFormAnswers")
    for part in root:
        if etree.QName(part).localname != "Answer" or not len(part):
            raise Unreadable("it holds other things than answers")


def _document(parts: Iterable[str]) -> str:
    document = f'<QuestionFormAnswers xmlns="{_NAMESPACE}">{"".join(parts)}</QuestionFormAnswers>'
    # The service writes ASCII, with character references for all else.
    written = '<?xml version="1.0" encoding="ASCII"?>' + document.encode("ascii", "xmlcharrefreplace").decode()
    if len(written) > LARGEST:
        raise WorkerError("Your answers are too large to be taken. Go back, make them shorter, and submit again.")
    return written


class _Asked(NamedTuple):
    """What a question says of the answers to it."""

    form: tuple[FormQuestion, ...] | None
    sends_one_field: bool


# Answers are looked at before they are handed in, and again when they are written; and a HIT has several assignments.
@lru_cache(maxsize=16)
def _asked(question: str) -> _Asked:
    document = QuestionDocument(question)
    return _Asked(document.form, document.sends_one_field)


def expect(question: str, answers: Mapping[str, Value]) -> None:
    """Refuse answers that are not what a form demands; files need not be stored yet."""
    sized = {name: StoredFile("", value.size) if isinstance(value, File) else value for name, value in answers.items()}
    answer_document(question, sized)


def values_of(texts: Sequence[str]) -> Values:
    """Texts as they are compared: without surrounding blanks, and without empty ones."""
    return frozenset(text.strip() for text in texts) - {""}


def entered(document: str) -> dict[str, Values]:
    """What a worker entered for each question, read back from the document."""
    texts: dict[str, list[str]] = {}
    for part in ElementTree.fromstring(document):  # noqa: S314 - made by `answer_document`
        identifier, *values = (child.text or "" for child in part)
        texts.setdefault(identifier, []).extend(values)
    return {identifier: values_of(values) for identifier, values in texts.items()}


def refusal(
    question: FormQuestion, values: Sequence[Choice | StoredFile | File], effort: Effort | None = None
) -> Complaint | None:
    """What is wrong with what was entered for a question of a form, if anything is.

    The `effort` is that of all questions of the form together.
    """
    if question.takes_file:
        return complaint(question.checks, sum(value.size for value in values if isinstance(value, (StoredFile, File))))
    if question.selections is None:
        text = "".join(value for value in values if isinstance(value, str))
        return complaint(question.checks, text, effort)
    own = (complaint(question.own_checks, value.text, effort) for value in values if isinstance(value, Other))
    return complaint(question.checks, len(values)) or next((one for one in own if one), None)


def answering(names: Collection[str]) -> set[str]:
    """Which of the fields that a page posts are answers: those that the site has not put into its address itself.

    A page that posts nothing else answers with whose work it was.
    """
    return set(names).difference(RESERVED) or set(_WHOSE).intersection(names)


def _as_list(name: str, value: Value) -> _Values:
    values: _Values = []
    for one in value if isinstance(value, (list, tuple)) and not isinstance(value, StoredFile) else [value]:
        if not isinstance(one, (str, Other, StoredFile)):
            raise TypeError(f"The answer to {name!r} is a str, an Other, a File, or a list of texts, not {one!r}.")
        values.append(one)
    return values


def _page_parts(given: Mapping[str, _Values], order: Sequence[str] | None) -> list[str]:
    if order is None:
        order = [name for name, values in given.items() for _ in values]
    left = {name: iter(values) for name, values in given.items()}
    kept = answering(given)
    fields = [(name, next(left[name])) for name in order if name in kept]
    parts = [_part(name, _free_text(value.text if isinstance(value, Other) else str(value))) for name, value in fields]
    if not parts:
        raise WorkerError("Your submission has no answers; a field besides assignmentId is needed.")
    return parts


def _refuse_files(given: Mapping[str, _Values]) -> None:
    for name, values in given.items():
        if any(isinstance(value, StoredFile) for value in values):
            raise WorkerError(
                "The field %(name)s takes no file; only a form with a FileUploadAnswer does.", name=repr(name)
            )


def _crowd_answers(answers: Mapping[str, Value]) -> str:
    return json.dumps([dict(answers)], default=lambda value: value.text, separators=(",", ":"))


def _form_parts(form: Iterable[FormQuestion], given: Mapping[str, _Values], *, constraints: bool) -> list[str]:
    known = {question.identifier: question for question in form}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise WorkerError(
            "The form has no question %(name)s. Its questions are: %(known)s.",
            name=repr(unknown[0]),
            known=", ".join(known),
        )
    parts = []
    effort = Effort()
    for name, question in known.items():
        values = given.get(name, [])
        if constraints:
            _expect(question, values, effort)
        # A file that was not uploaded has no size, which its answer must have.
        if values or not question.takes_file:
            parts.append(_part(name, _form_part(question, values)))
    return parts


def _expect(question: FormQuestion, values: _Values, effort: Effort) -> None:
    found = refusal(question, values, effort)
    if found is None:
        return
    if any(check.kind == REQUIRED and check.complaint == found for check in question.checks):
        raise WorkerError("The question %(name)s must be answered.", name=repr(question.identifier))
    raise WorkerError(
        "The answer to the question %(name)s is refused: %(reason)s", name=repr(question.identifier), reason=found
    )


def _form_part(question: FormQuestion, values: _Values) -> str:
    if question.takes_file:
        return _file(question, values)
    if question.selections is None:
        return _free_text_answer(question, values)
    offered = frozenset(question.selections)
    return "".join(_selection(question, offered, value) for value in values)


def _file(question: FormQuestion, values: _Values) -> str:
    (file,) = values if len(values) == 1 else (None,)
    if not isinstance(file, StoredFile):
        raise WorkerError("The question %(name)s takes one file.", name=repr(question.identifier))
    size = f"<UploadedFileSizeInBytes>{file.size}</UploadedFileSizeInBytes>"
    return f"{size}<UploadedFileKey>{_escaped(file.key)}</UploadedFileKey>"


def _free_text_answer(question: FormQuestion, values: _Values) -> str:
    if len(values) > 1 or not all(isinstance(value, str) for value in values):
        raise WorkerError("The question %(name)s takes one text.", name=repr(question.identifier))
    return _free_text("".join(value for value in values if isinstance(value, str)))


def _selection(question: FormQuestion, offered: frozenset[str], value: Choice | StoredFile) -> str:
    if isinstance(value, Other):
        if not question.has_other:
            raise WorkerError("The question %(name)s takes no text of your own.", name=repr(question.identifier))
        return f"<OtherSelectionText>{_escaped(value.text)}</OtherSelectionText>"
    if value not in offered:
        choices = ", ".join(question.selections or ())
        raise WorkerError(
            "The question %(name)s has no %(value)s, only: %(choices)s.",
            name=repr(question.identifier),
            value=repr(value),
            choices=choices,
        )
    return f"<SelectionIdentifier>{_escaped(str(value))}</SelectionIdentifier>"


def _part(name: str, content: str) -> str:
    return f"<Answer><QuestionIdentifier>{_escaped(name)}</QuestionIdentifier>{content}</Answer>"


def _free_text(text: str) -> str:
    return f"<FreeText>{_escaped(text)}</FreeText>"


def _escaped(text: str) -> str:
    # XML cannot write the other control characters, nor halves of surrogate pairs.
    writable = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+", "", text)
    return escape(writable, {"\r": "&#13;"})
