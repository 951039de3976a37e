"""The test of a qualification type and its answer key, checked against each other before they are sent."""

from __future__ import annotations

from mturk.errors import ValidationError
from mturk.question import document, part
from mturk.question.answer_specification import FreeTextAnswer, SelectionAnswer
from mturk.question.form import Question, QuestionForm
from mturk.question.question import from_element
from mturk.question.scoring import AnswerKey


def documents(
    test: QuestionForm | str, answer_key: AnswerKey | str | None = None, limit: int = document.LIMIT
) -> tuple[str, str | None]:
    """The XML of both, ready to be sent; ValidationError lists what can be told to be wrong at once.

    A test is a QuestionForm. One with an answer key is graded by the service, so it may only ask for choices.
    """
    form_xml = _xml(test, "test", QuestionForm)
    key_xml = None if answer_key is None else _xml(answer_key, "answer_key", AnswerKey)
    found, form_root = document.examined(form_xml, limit, "the test")
    more, key_root = ([], None) if key_xml is None else document.examined(key_xml, limit, "the answer key")
    document.complain(found + more)
    form = None if form_root is None else from_element(form_root)
    if not isinstance(form, QuestionForm):
        raise ValidationError(f"test: {type(form).__name__}; expected a QuestionForm, the only kind that can be a test")
    found = form.problems()
    if key_root is not None:
        found += _mismatches(form, AnswerKey.from_element(key_root))
    document.complain(found)
    return form_xml, key_xml


def key_document(answer_key: AnswerKey | str, limit: int = document.LIMIT) -> str:
    """The XML of a key without its test, which the service has already."""
    xml = _xml(answer_key, "answer_key", AnswerKey)
    found, root = document.examined(xml, limit, "the answer key")
    document.complain(found)
    if root is not None:
        AnswerKey.from_element(root)
    return xml


def _xml(value: object, name: str, kind: type[QuestionForm] | type[AnswerKey]) -> str:
    if isinstance(value, kind):
        return value.to_xml()
    if not isinstance(value, str):
        raise ValidationError(f"{name}: {value!r}; expected a {kind.__name__} or its XML")
    return str(part.plain(value))


def _mismatches(form: QuestionForm, key: AnswerKey) -> list[str]:
    """What a service that grades by this key could not grade."""
    found = [words for question in form.questions for words in _ungradable(question)]
    offered = {question.question_identifier: _identifiers(question) for question in form.questions}
    for question in key.questions:
        name = question.question_identifier
        if name not in offered:
            found.append(f"answer_key: question {name!r} is not in the test")
            continue
        wanted = {one for option in question.answer_options for one in option.selection_identifiers}
        found += [f"answer_key: question {name!r} has no selection {one!r}" for one in sorted(wanted - offered[name])]
    return found


def _ungradable(question: Question) -> list[str]:
    answer = question.answer_specification
    if not isinstance(answer, SelectionAnswer):
        kind = "a free text" if isinstance(answer, FreeTextAnswer) else "a file"
        return [f"test: question {question.question_identifier!r} asks for {kind}, which a key cannot grade"]
    if answer.other_selection is not None:
        return [f"test: question {question.question_identifier!r} has an OtherSelection, which a key cannot grade"]
    return []


def _identifiers(question: Question) -> set[str]:
    answer = question.answer_specification
    selections = answer.selections if isinstance(answer, SelectionAnswer) else ()
    return {one.selection_identifier for one in selections}
