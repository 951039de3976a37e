"""A worker's answers as the document that requesters read: QuestionFormAnswers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from mturk.marketplace.document.question import RESERVED, FormQuestion, QuestionDocument
from mturk.marketplace.error import WorkerError

_NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"

Values = frozenset[str]
"""The answers to one question, as they are compared: a set of texts without surrounding blanks."""


@dataclass(frozen=True)
class Other:
    """A worker's own text where a selection offers that."""

    text: str


Choice = str | Other
Value = Choice | Sequence[Choice]


def answer_document(question: str, answers: Mapping[str, Value]) -> str:
    """The document of what a worker entered, as the page or form of this question sends it."""
    given = {name: _as_list(name, value) for name, value in answers.items()}
    asked = QuestionDocument(question)
    if asked.form is not None:
        parts = _form_parts(asked.form, given)
    elif asked.is_crowd_form and "taskAnswers" not in given:
        parts = [_part("taskAnswers", _free_text(_crowd_answers(answers)))]
    else:
        parts = _page_parts(given)
    document = f'<QuestionFormAnswers xmlns="{_NAMESPACE}">{"".join(parts)}</QuestionFormAnswers>'
    # The service writes ASCII, with character references for all else.
    return '<?xml version="1.0" encoding="ASCII"?>' + document.encode("ascii", "xmlcharrefreplace").decode()


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


def _as_list(name: str, value: Value) -> list[Choice]:
    values: list[Choice] = []
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if not isinstance(one, (str, Other)):
            raise TypeError(f"The answer to {name!r} is a str, an Other, or a list of them, not {one!r}.")
        values.append(one)
    return values


def _page_parts(given: Mapping[str, list[Choice]]) -> list[str]:
    parts = [
        _part(name, _free_text(value.text if isinstance(value, Other) else value))
        for name, values in given.items()
        if name not in RESERVED
        for value in values
    ]
    if not parts:
        raise WorkerError("Your submission has no answers; a field besides assignmentId is needed.")
    return parts


def _crowd_answers(answers: Mapping[str, Value]) -> str:
    return json.dumps([dict(answers)], default=lambda value: value.text, separators=(",", ":"))


def _form_parts(form: Iterable[FormQuestion], given: Mapping[str, list[Choice]]) -> list[str]:
    known = {question.identifier: question for question in form}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise WorkerError(f"The form has no question {unknown[0]!r}. Its questions are: {', '.join(known)}.")
    return [_part(name, _form_part(question, given.get(name, []))) for name, question in known.items()]


def _form_part(question: FormQuestion, values: list[Choice]) -> str:
    if question.required and not any(values):
        raise WorkerError(f"The question {question.identifier!r} must be answered.")
    if question.selections is None:
        return _free_text_answer(question, values)
    if len(values) > question.most:
        raise WorkerError(f"The question {question.identifier!r} takes at most {question.most} selections.")
    return "".join(_selection(question, value) for value in values)


def _free_text_answer(question: FormQuestion, values: list[Choice]) -> str:
    if len(values) > 1 or any(isinstance(value, Other) for value in values):
        raise WorkerError(f"The question {question.identifier!r} takes one text.")
    return _free_text("".join(value for value in values if isinstance(value, str)))


def _selection(question: FormQuestion, value: Choice) -> str:
    if isinstance(value, Other):
        if not question.has_other:
            raise WorkerError(f"The question {question.identifier!r} takes no text of your own.")
        return f"<OtherSelectionText>{_escaped(value.text)}</OtherSelectionText>"
    if value not in (question.selections or ()):
        choices = ", ".join(question.selections or ())
        raise WorkerError(f"The question {question.identifier!r} has no {value!r}, only: {choices}.")
    return f"<SelectionIdentifier>{_escaped(value)}</SelectionIdentifier>"


def _part(name: str, content: str) -> str:
    return f"<Answer><QuestionIdentifier>{_escaped(name)}</QuestionIdentifier>{content}</Answer>"


def _free_text(text: str) -> str:
    return f"<FreeText>{_escaped(text)}</FreeText>"


def _escaped(text: str) -> str:
    # XML cannot write the other control characters, nor halves of surrogate pairs.
    writable = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
    return escape(writable, {"\r": "&#13;"})
