"""What a question of a form looks like: its name, what is shown with it, and the fields in which it is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from mturk.marketplace.document.constraint import LARGEST, Check, Complaint, bytes_in_words, largest_file
from mturk.marketplace.document.parser import Element
from mturk.marketplace.document.question import FormQuestion
from mturk.marketplace.form.content import Block, blocks
from mturk.marketplace.form.entry import Given, marks, own_name

Translate = Callable[[str], str]

_MENU_STYLES = ("dropdown", "combobox", "list")
# So many radio buttons are more than people want to look through.
_MOST_RADIOS = 15
_LONG = 12
_MOST_ROWS = 30
_LIST_ROWS = 8
_LINE_END = re.compile(r"\r\n?|\n")
_LONGEST_NAME = 300

_UNNAMED: Final = Complaint("Question %(number)s")
_AS_HINTS: Final = ("numeric", "lowest", "highest", "shortest", "longest", "least", "most")
_FILE_HINTS: Final = {
    "smallest": Complaint("At least %(limit)s."),
    LARGEST: Complaint("At most %(limit)s."),
}


class Option(NamedTuple):
    """One selection: what is posted, what is shown, and whether it is chosen."""

    id: str
    value: str
    shown: tuple[Block, ...]
    chosen: bool


@dataclass(frozen=True)
class OwnText:
    """The field for a text of the worker's own beside selections; `mark` is what is posted for choosing it."""

    id: str
    name: str
    mark: str
    chosen: bool
    text: str
    rows: int
    checks: str


@dataclass(frozen=True)
class Control:
    """A question as it is drawn; `kind` is line, area, file, radios, boxes or menu.

    `name` is what it is called, where that is not in `heading`, the first thing that it shows.
    """

    kind: str
    id: str
    identifier: str
    name: str
    heading: Block | None
    shown: tuple[Block, ...]
    required: bool
    hints: tuple[str, ...]
    checks: str
    text: str = ""
    numeric: bool = False
    rows: int = 1
    options: tuple[Option, ...] = ()
    nothing: str = ""
    own: OwnText | None = None
    long: bool = False
    named_file: str = ""
    problem: str = ""

    @property
    def words(self) -> str:
        """The question in short, to be found by in a list of problems."""
        said = self.name or (self.heading.words if self.heading else "")
        return said if len(said) <= _LONGEST_NAME else f"{said[:_LONGEST_NAME]}…"

    @property
    def described_by(self) -> str:
        """The ids of what explains the fields."""
        parts = {"shown": bool(self.shown), "hint": bool(self.hints), "problem": bool(self.problem)}
        return " ".join(f"{self.id}-{name}" for name, there in parts.items() if there)


def control(
    place: int,
    question: FormQuestion,
    element: Element,
    given: Given | None,
    complaint: Complaint | None,
    *,
    upload_limit: int,
    say: Translate,
) -> Control:
    """How the question at that place of the form is drawn, with what was entered and what was wrong with it."""
    name, heading, shown = _called(place, element, say)
    checks = tuple(_bounded(question.checks, upload_limit)) if question.takes_file else question.checks
    common = Control(
        kind="line",
        id=f"question-{place}",
        identifier=question.identifier,
        name=name,
        heading=heading,
        shown=shown,
        required=question.required,
        hints=tuple(dict.fromkeys(_hints(question, checks, say))),
        checks=_written(checks, say),
        problem="" if complaint is None else told(complaint, say),
    )
    answer = element.find("{*}AnswerSpecification/{*}*")
    if answer is None:
        return common
    if question.takes_file:
        return replace(common, kind="file", named_file="".join(given.values) if given else "")
    if question.selections is None:
        return _text_control(common, question, answer, given)
    return _selection_control(common, question, answer, given, say)


def told(complaint: Complaint, say: Translate) -> str:
    """A complaint in the worker's language."""
    return say(complaint.words) % complaint.values


def _called(place: int, element: Element, say: Translate) -> tuple[str, Block | None, tuple[Block, ...]]:
    """The name of a question, or what it begins with in place of one, and the rest of what it shows."""
    shown = blocks(element.find("{*}QuestionContent"))
    name = (element.findtext("{*}DisplayName") or "").strip()
    if name:
        return name, None, shown
    if shown and shown[0].kind in ("title", "text") and shown[0].text:
        return "", shown[0], shown[1:]
    return told(_UNNAMED.filled(number=place), say), None, shown


def _bounded(checks: tuple[Check, ...], limit: int) -> Iterator[Check]:
    yield from (check for check in checks if check.kind != LARGEST)
    yield largest_file(min([limit, *(check.wanted for check in checks if check.kind == LARGEST)]))


def _hints(question: FormQuestion, checks: tuple[Check, ...], say: Translate) -> Iterator[str]:
    choices = len(question.selections or ()) + question.has_other
    for check in checks:
        if check.kind in _FILE_HINTS:
            yield told(_FILE_HINTS[check.kind].filled(limit=bytes_in_words(check.wanted)), say)
        # One of some, and all of them, go without saying.
        elif check.kind in _AS_HINTS and not (check.kind == "most" and (check.wanted == 1 or check.wanted >= choices)):
            yield told(check.complaint, say)


def _written(checks: tuple[Check, ...], say: Translate) -> str:
    """The checks for the browser's script."""
    return json.dumps([[check.kind, check.wanted, told(check.complaint, say)] for check in checks])


def _text_control(common: Control, question: FormQuestion, answer: Element, given: Given | None) -> Control:
    rows = _rows(answer)
    return replace(
        common,
        kind="line" if rows == 1 else "area",
        rows=rows,
        numeric=any(check.kind == "numeric" for check in question.checks),
        text=question.default if given is None else "".join(given.values),
    )


def _selection_control(
    common: Control, question: FormQuestion, answer: Element, given: Given | None, say: Translate
) -> Control:
    nothing, own_mark = marks(question)
    chosen = set(given.values) if given else set()
    options = tuple(
        Option(f"{common.id}-{number}", identifier, blocks(selection), identifier in chosen)
        for number, (identifier, selection) in enumerate(
            zip(question.selections or (), answer.iterfind("{*}Selections/{*}Selection"), strict=True), start=1
        )
    )
    own = None
    other = answer.find("{*}Selections/{*}OtherSelection")
    if other is not None:
        own = OwnText(
            id=f"{common.id}-own",
            name=own_name(question),
            mark=own_mark,
            chosen=given is not None and given.own_chosen,
            text=question.own_default if given is None else given.own,
            rows=_rows(other),
            checks=_written(question.own_checks, say),
        )
    kind = _kind(question, (answer.findtext("{*}StyleSuggestion") or "").strip(), options)
    suggests_list = (answer.findtext("{*}StyleSuggestion") or "").strip() == "list"
    return replace(
        common,
        kind=kind,
        options=options,
        nothing=nothing,
        own=own,
        long=len(options) > _LONG,
        rows=min(len(options), _LIST_ROWS) if kind == "menu" and suggests_list and own is None else 1,
    )


def _kind(question: FormQuestion, style: str, options: tuple[Option, ...]) -> str:
    if question.most > 1 or style == "checkbox":
        return "boxes"
    # Only texts can stand in a menu.
    plain = all(block.kind == "text" for option in options for block in option.shown)
    if plain and (style in _MENU_STYLES or (not style and len(options) > _MOST_RADIOS)):
        return "menu"
    return "radios"


def _rows(answer: Element) -> int:
    written = (answer.findtext("{*}NumberOfLinesSuggestion") or "1").strip()
    suggested = int(written[:3]) if written[:3].isdecimal() else 1
    # A field of one line would run the lines of its default together.
    needed = len(_LINE_END.findall((answer.findtext("{*}DefaultText") or "").strip())) + 1
    return min(max(suggested, needed), _MOST_ROWS)
