"""A form that the service itself shows, built of parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import answer_specification, content, grammar, namespace, part
from mturk.question.answer_specification import (
    AnswerSpecification,
    FileUploadAnswer,
    FreeTextAnswer,
    OtherSelection,
    Selection,
    SelectionAnswer,
    unique,
)
from mturk.question.content import (
    Content,
    FormattedContent,
)
from mturk.question.document import Document
from mturk.question.element import Element
from mturk.rendering import template

VERSIONS = tuple(namespace.QUESTION_FORM)
_WITHDRAWN = (FileUploadAnswer, *content.WITHDRAWN)


@frozen
class Overview:
    """Content that stands between the questions: `Overview([Title("Cats"), "Look at the pictures"])`."""

    element: ClassVar[str] = "Overview"
    content: tuple[Content, ...] = field(
        converter=content.sequence, validator=part.each(part.kind(*content.KINDS), at_least=1)
    )


@frozen
class Question:
    """One question of a form: its identifier, what is asked, and how it is answered.

    >>> from mturk.question_form import FreeTextAnswer, IsNumeric, Question
    >>> Question("age", "How old are you?", FreeTextAnswer(IsNumeric(18, 120))).question_identifier
    'age'
    """

    element: ClassVar[str] = "Question"
    question_identifier: str = field(converter=part.plain, validator=part.text)
    question_content: tuple[Content, ...] = field(
        converter=content.sequence, validator=part.each(part.kind(*content.KINDS), at_least=1)
    )
    answer_specification: AnswerSpecification = field(validator=part.kind(*answer_specification.KINDS))
    display_name: str | None = field(default=None, converter=part.plain, validator=part.optional_text, kw_only=True)
    is_required: bool | None = field(default=None, validator=part.optional_flag, kw_only=True)


def Choice(  # noqa: N802 - stands where a part stands, and makes one
    identifier: str,
    options: Iterable[str | tuple[str, str] | Selection] | Mapping[str, str],
    text: str | Content | None = None,
    *,
    required: bool = True,
    several: bool = False,
    style: str | None = None,
    other: bool = False,
) -> Question:
    """A question with answers to choose from; the text is what is asked, by default the identifier.

    Options are texts, which are their own identifiers, or pairs of an identifier and a text. With `several`
    any number may be chosen; `other` adds a field for the worker's own words.

        >>> Choice("sentiment", ["positive", "negative"]).answer_specification.style_suggestion
        'radiobutton'
    """
    selections = [_option(one) for one in (options.items() if isinstance(options, Mapping) else options)]
    offered = len(selections) + other
    chosen = SelectionAnswer(
        selections,
        min_selection_count=1 if required else 0,
        max_selection_count=max(offered, 1) if several else 1,
        style_suggestion=style or ("checkbox" if several and offered > 1 else "radiobutton"),
        other_selection=OtherSelection() if other else None,
    )
    return Question(identifier, identifier if text is None else text, chosen, is_required=required)


def FreeText(  # noqa: N802 - stands where a part stands, and makes one
    identifier: str,
    text: str | Content | None = None,
    *,
    required: bool = True,
    lines: int | None = None,
    constraints: Any = None,
    default: str | None = None,
) -> Question:
    """A question that is answered in words; the text is what is asked, by default the identifier.

    >>> FreeText("comment", required=False).is_required
    False
    """
    field = FreeTextAnswer(constraints, default, lines)
    return Question(identifier, identifier if text is None else text, field, is_required=required)


def _option(option: Any) -> Selection:
    if isinstance(option, Selection):
        return option
    if isinstance(option, str):
        return Selection(option, option)
    if isinstance(option, tuple) and len(option) == 2:
        return Selection(*option)
    raise ValidationError(f"options: {option!r}; expected a text, (identifier, text), or a Selection")


def _parts(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Parts one by one, or in a list."""
    flat: list[Any] = []
    for one in given:
        flat += list(one) if isinstance(one, list | tuple) else [one]
    return tuple(flat)


@frozen(init=False)
class QuestionForm(Document):
    """A form of overviews and questions, in the order in which the worker sees them.

    >>> form = QuestionForm(Overview("Read the review"), Choice("sentiment", ["positive", "negative"]))
    >>> QuestionForm.from_xml(form.to_xml()) == form
    True
    """

    parts: tuple[Overview | Question, ...] = field(validator=part.each(part.kind(Overview, Question), at_least=1))
    version: str = field(default=VERSIONS[0], validator=part.one_of(*VERSIONS))

    def __init__(self, *parts: Any, version: str = VERSIONS[0]) -> None:
        self.__attrs_init__(_parts(parts), version)

    def __attrs_post_init__(self) -> None:
        unique("QuestionForm", [question.question_identifier for question in self.questions])
        if self.version != VERSIONS[0]:
            return
        for one in self._all_parts():
            if isinstance(one, _WITHDRAWN):
                raise ValidationError(
                    f"QuestionForm: {type(one).__name__} was withdrawn in {self.version}; "
                    f"expected it only in QuestionForm(…, version={VERSIONS[1]!r})"
                )

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions, without what stands between them."""
        return tuple(one for one in self.parts if isinstance(one, Question))

    @property
    def namespace(self) -> str:
        """The namespace of the form's version."""
        return namespace.QUESTION_FORM[self.version]

    @classmethod
    def from_element(cls, root: Element) -> QuestionForm:
        """The form in a QuestionForm element."""
        root.expect("QuestionForm", *namespace.QUESTION_FORM.values())
        grammar.hold(root, grammar.QUESTION_FORM)
        version = next(name for name, known in namespace.QUESTION_FORM.items() if known == root.namespace)
        return cls(*(_read(child) for child in root.children), version=version)

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        return template.document("question_form.xml", form=self)

    def problems(self) -> list[str]:
        """What the service would refuse, as far as it can be told at once."""
        found = [] if self.questions else ["QuestionForm: it asks nothing; expected at least one Question"]
        for one in self._all_parts():
            if isinstance(one, FormattedContent):
                found += one.problems()
        return found

    def _all_parts(self) -> Iterable[object]:
        for one in self.parts:
            if isinstance(one, Overview):
                yield from one.content
                continue
            yield from one.question_content
            yield one.answer_specification
            if isinstance(one.answer_specification, SelectionAnswer):
                yield from (selection.content for selection in one.answer_specification.selections)


def _read(node: Element) -> Overview | Question:
    if node.name == "Overview":
        return Overview(content.read(node))
    if node.name != "Question":
        raise ValidationError(f"line {node.line}: {node.name}; expected Overview or Question")
    display_name, required = node.child("DisplayName"), node.child("IsRequired")
    return Question(
        node.need("QuestionIdentifier").text,
        content.read(node.need("QuestionContent")),
        answer_specification.read(node.need("AnswerSpecification")),
        display_name=None if display_name is None else display_name.text,
        is_required=None if required is None else required.flag(),
    )
