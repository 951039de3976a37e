"""How the worker answers a question of a form: in words, or by choosing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import content, part
from mturk.question.content import Binary, FormattedContent, Text
from mturk.question.element import Element, whole

STYLES = ("radiobutton", "dropdown", "checkbox", "list", "combobox", "multichooser")
_ONE_ONLY = ("radiobutton", "dropdown")
_COUNT = part.whole(0, optional=True)
_BOUND = part.whole(*part.INT, optional=True)


@frozen
class IsNumeric:
    """The answer has to be a number, between the bounds if they are given."""

    min_value: int | None = field(default=None, validator=_BOUND)
    max_value: int | None = field(default=None, validator=_BOUND)

    def __attrs_post_init__(self) -> None:
        _ordered(self, "min_value", self.min_value, "max_value", self.max_value)


@frozen
class Length:
    """How many characters the answer has; a least length makes the question required."""

    min_length: int | None = field(default=None, validator=_COUNT)
    max_length: int | None = field(default=None, validator=part.whole(1, optional=True))

    def __attrs_post_init__(self) -> None:
        _ordered(self, "min_length", self.min_length, "max_length", self.max_length)


@frozen
class AnswerFormatRegex:
    """A JavaScript regular expression that has to be found in the answer, and what to say if it is not."""

    regex: str = field(converter=part.plain, validator=part.text)
    error_text: str | None = field(default=None, converter=part.plain, validator=part.optional_text)
    flags: str | None = field(default=None, converter=part.plain, validator=part.optional_text)


@frozen
class Constraints:
    """What the browser checks before it sends the answer; all of it has to hold."""

    is_numeric: IsNumeric | None = field(default=None, validator=part.kind(IsNumeric, optional=True))
    length: Length | None = field(default=None, validator=part.kind(Length, optional=True))
    answer_format_regexes: tuple[AnswerFormatRegex, ...] = field(
        default=(), converter=part.sequence, validator=part.each(part.kind(AnswerFormatRegex))
    )


def _constraints(value: Any) -> Any:
    """Constraints as they are, or made of the single ones."""
    if value is None or isinstance(value, Constraints):
        return value
    given = part.sequence(value)
    numeric = [one for one in given if isinstance(one, IsNumeric)]
    lengths = [one for one in given if isinstance(one, Length)]
    regexes = [one for one in given if isinstance(one, AnswerFormatRegex)]
    if len(numeric) > 1 or len(lengths) > 1 or len(numeric) + len(lengths) + len(regexes) != len(given):
        raise ValidationError(
            f"constraints: {value!r}; expected at most one IsNumeric, one Length, and any AnswerFormatRegex"
        )
    return Constraints(numeric[0] if numeric else None, lengths[0] if lengths else None, regexes)


@frozen
class FreeTextAnswer:
    """A field to write in; `constraints` takes one constraint, several, or a Constraints.

    >>> FreeTextAnswer(Length(max_length=200), number_of_lines_suggestion=4).constraints.length.max_length
    200
    """

    element: ClassVar[str] = "FreeTextAnswer"
    constraints: Constraints | None = field(
        default=None, converter=_constraints, validator=part.kind(Constraints, optional=True)
    )
    default_text: str | None = field(default=None, converter=part.plain, validator=part.optional_text)
    number_of_lines_suggestion: int | None = field(default=None, validator=part.whole(1, optional=True))


OtherSelection = FreeTextAnswer  # the same in all but its name


def _selection_content(value: Any) -> Any:
    return Text(value) if isinstance(value, str) else value


@frozen
class Selection:
    """One of the answers to choose from: what comes back, and what the worker sees."""

    selection_identifier: str = field(converter=part.plain, validator=part.text)
    content: Text | FormattedContent | Binary = field(
        converter=_selection_content, validator=part.kind(Text, FormattedContent, Binary)
    )


@frozen
class SelectionAnswer:
    """Answers to choose from; without counts the worker chooses exactly one.

    >>> colours = [Selection("red", "Red"), Selection("blue", "Blue")]
    >>> SelectionAnswer(colours, style_suggestion="radiobutton").max_selection_count is None
    True
    """

    element: ClassVar[str] = "SelectionAnswer"
    selections: tuple[Selection, ...] = field(
        converter=part.sequence, validator=part.each(part.kind(Selection), at_least=1)
    )
    min_selection_count: int | None = field(default=None, validator=_COUNT, kw_only=True)
    max_selection_count: int | None = field(default=None, validator=part.whole(1, optional=True), kw_only=True)
    style_suggestion: str | None = field(
        default=None, converter=part.plain, validator=part.one_of(*STYLES, optional=True), kw_only=True
    )
    other_selection: FreeTextAnswer | None = field(
        default=None, validator=part.kind(FreeTextAnswer, optional=True), kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        least = 1 if self.min_selection_count is None else self.min_selection_count
        most = 1 if self.max_selection_count is None else self.max_selection_count
        _ordered(self, "min_selection_count", least, "max_selection_count", most)
        offered = len(self.selections) + (self.other_selection is not None)
        if least > offered:
            raise ValidationError(
                f"SelectionAnswer.min_selection_count: {least}; there are only {offered} to choose from"
            )
        if most > 1 and self.style_suggestion in _ONE_ONLY:
            raise ValidationError(
                f"SelectionAnswer.style_suggestion: {self.style_suggestion} lets the worker choose one only, "
                f"but max_selection_count is {most}; expected checkbox, list, combobox or multichooser"
            )
        unique("SelectionAnswer", [one.selection_identifier for one in self.selections])


@frozen
class FileUploadAnswer:
    """A file to upload, with its size in bytes; forms of version 2005-10-01 only."""

    element: ClassVar[str] = "FileUploadAnswer"
    max_file_size_in_bytes: int = field(validator=part.whole(1, 2_000_000_000))
    min_file_size_in_bytes: int = field(default=1, validator=part.whole(1, 2_000_000_000))

    def __attrs_post_init__(self) -> None:
        _ordered(
            self, "min_file_size_in_bytes", self.min_file_size_in_bytes,
            "max_file_size_in_bytes", self.max_file_size_in_bytes,
        )  # fmt: skip


AnswerSpecification = FreeTextAnswer | SelectionAnswer | FileUploadAnswer
KINDS = (FreeTextAnswer, SelectionAnswer, FileUploadAnswer)


def unique(owner: str, identifiers: list[str]) -> None:
    """Refuse an identifier that stands twice: its answers could not be told apart."""
    twice = sorted(one for one, number in Counter(identifiers).items() if number > 1)
    if twice:
        raise ValidationError(f"{owner}: the identifier {twice[0]!r} stands twice; expected each one once")


def _ordered(owner: object, low_name: str, low: int | None, high_name: str, high: int | None) -> None:
    if low is not None and high is not None and low > high:
        raise ValidationError(f"{type(owner).__name__}: {low_name} {low} is more than {high_name} {high}")


def read(parent: Element) -> AnswerSpecification:
    """The answer specification that stands in an element."""
    if len(parent.children) != 1 or parent.children[0].name not in _READERS:
        raise ValidationError(f"line {parent.line}: {parent.name}; expected one of " + ", ".join(_READERS))
    child = parent.children[0]
    return _READERS[child.name](child)


def _free_text(node: Element) -> FreeTextAnswer:
    constraints, default, lines = (
        node.child(name) for name in ("Constraints", "DefaultText", "NumberOfLinesSuggestion")
    )
    return FreeTextAnswer(
        None if constraints is None else _read_constraints(constraints),
        None if default is None else default.text,
        None if lines is None else whole(lines),
    )


def _read_constraints(node: Element) -> Constraints:
    numeric, length = node.child("IsNumeric"), node.child("Length")
    return Constraints(
        None if numeric is None else IsNumeric(numeric.bound("minValue"), numeric.bound("maxValue")),
        None if length is None else Length(length.bound("minLength"), length.bound("maxLength")),
        [_regex(one) for one in node.all("AnswerFormatRegex")],
    )


def _regex(node: Element) -> AnswerFormatRegex:
    have = node.attributes
    if "regex" not in have:
        raise ValidationError(f"line {node.line}: AnswerFormatRegex has no regex")
    return AnswerFormatRegex(have["regex"], have.get("errorText"), have.get("flags"))


def _selection_answer(node: Element) -> SelectionAnswer:
    selections = node.need("Selections")
    other = selections.child("OtherSelection")
    style = node.child("StyleSuggestion")
    return SelectionAnswer(
        [_selection(one) for one in selections.all("Selection")],
        min_selection_count=_count(node, "MinSelectionCount"),
        max_selection_count=_count(node, "MaxSelectionCount"),
        style_suggestion=None if style is None else style.text.strip(),
        other_selection=None if other is None else _free_text(other),
    )


def _selection(node: Element) -> Selection:
    shown = [child for child in node.children if child.name != "SelectionIdentifier"]
    if len(shown) != 1:
        raise ValidationError(f"line {node.line}: Selection; expected one Text, FormattedContent or Binary")
    return Selection(node.need("SelectionIdentifier").text, content.read_one(shown[0]))


def _count(node: Element, name: str) -> int | None:
    child = node.child(name)
    return None if child is None else whole(child)


def _file_upload(node: Element) -> FileUploadAnswer:
    return FileUploadAnswer(node.number("MaxFileSizeInBytes"), node.number("MinFileSizeInBytes"))


_READERS: dict[str, Callable[[Element], AnswerSpecification]] = {
    "FreeTextAnswer": _free_text,
    "SelectionAnswer": _selection_answer,
    "FileUploadAnswer": _file_upload,
}
