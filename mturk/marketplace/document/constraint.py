"""What a form demands of answers: checks that a browser makes, and that are made here again.

A check is a kind, what is wanted, and what the worker is told. Kinds are known by name, because the browser's script
has the same ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from mturk.marketplace.document.expression import BLANKS, Effort, matches
from mturk.marketplace.document.parser import Element, Unreadable

# In one piece each, so that a long row of digits is not tried in many ways.
_NUMBER = re.compile(rf"[{BLANKS}]*([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+))[{BLANKS}]*")
_LINE_END = re.compile(r"\r\n|\r")


@dataclass(frozen=True)
class Complaint:
    """What is wrong with an answer: words for the worker, which can be translated, and what stands in their gaps."""

    words: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.values

    def filled(self, **values: object) -> Complaint:
        """The same words with these values in their gaps."""
        return Complaint(self.words, values)


@dataclass(frozen=True)
class Check:
    """One demand: `wanted` is the bound, or for a format its expression and its flags."""

    kind: str
    wanted: Any
    complaint: Complaint
    is_tried: bool = True
    """Whether it is made here too, and not by the browser alone."""

    def passes(self, found: Any, effort: Effort) -> bool:
        """Whether an answer is as wanted: a text, how many selections were made, or how many bytes a file has."""
        if self.kind == FORMAT:
            return not self.is_tried or _has_format(self.wanted[0], self.wanted[1], found, effort)
        return _PASSES[self.kind](self.wanted, found)


REQUIRED: Final = "required"
FORMAT: Final = "format"
LARGEST: Final = "largest"

# In the requester's words, which nobody translates.
_VERBATIM: Final = Complaint("%(words)s")
_NUMBERS: Final = (
    Complaint("Enter a number from %(low)s to %(high)s."),
    Complaint("Enter a number from %(limit)s."),
    Complaint("Enter a number up to %(limit)s."),
)
_LENGTHS: Final = (
    Complaint("Enter %(low)s to %(high)s characters."),
    Complaint("Enter at least %(limit)s characters."),
    Complaint("Enter at most %(limit)s characters."),
)
_ONE: Final = (Complaint("Enter one character."),) * 3
ANSWER_MISSING: Final = Complaint("Answer this question.")
CHOICE_MISSING: Final = Complaint("Choose an answer.")
FILE_MISSING: Final = Complaint("Choose a file.")


def complaint(checks: Iterable[Check], found: str | int, effort: Effort | None = None) -> Complaint | None:
    """What is wrong with an answer; where nothing was entered, only that it is missing can be.

    The `effort` is that of the whole form: what it does not suffice for is not tried.
    """
    effort = effort or Effort()
    made = (check for check in checks if found or check.kind == REQUIRED)
    return next((check.complaint for check in made if not check.passes(found, effort)), None)


def length(text: str) -> int:
    """How long a text is, as browsers count: a line's end as one, a character beyond the first 65,536 as two."""
    return len(_LINE_END.sub("\n", text).encode("utf-16-le", "surrogatepass")) // 2


def text_checks(answer: Element | None, *, required: bool) -> tuple[Check, ...]:
    """What a FreeTextAnswer, or an OtherSelection, demands of the text."""
    element = None if answer is None else answer.find("{*}Constraints")
    found = tuple(_constraints(element))
    size = None if element is None else element.find("{*}Length")
    # A text that must have a length must be there.
    required = required or (size is not None and bool(_number(size.get("minLength"))))
    return (Check(REQUIRED, True, ANSWER_MISSING), *found) if required else found


def selection_checks(least: int, most: int, *, required: bool) -> tuple[Check, ...]:
    """What a SelectionAnswer demands of the number of selections."""
    found = [Check(REQUIRED, True, CHOICE_MISSING)] if required else []
    if least > 1:
        found.append(_bounded("least", least, Complaint("Choose at least %(limit)s.")))
    return (*found, _bounded("most", most, Complaint("Choose at most %(limit)s.")))


def file_checks(answer: Element, *, required: bool) -> tuple[Check, ...]:
    """What a FileUploadAnswer demands of the size of the file."""
    found = [Check(REQUIRED, True, FILE_MISSING)] if required else []
    smallest, largest = (_number(answer.findtext(f"{{*}}M{end}FileSizeInBytes")) for end in ("in", "ax"))
    if smallest is not None and smallest > 1:
        too_small = Complaint("This file is too small: it needs at least %(limit)s.")
        found.append(Check("smallest", smallest, too_small.filled(limit=bytes_in_words(smallest))))
    if largest is not None:
        found.append(largest_file(largest))
    return tuple(found)


def largest_file(limit: int) -> Check:
    """The demand that a file has no more bytes than that."""
    too_large = Complaint("This file is too large: it may have %(limit)s at most.")
    return Check(LARGEST, limit, too_large.filled(limit=bytes_in_words(limit)))


def bytes_in_words(number: int) -> str:
    """A number of bytes as people read it, never rounded up."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number * 10 // size / 10:g} {unit}"
    return f"{number} B"


def _constraints(element: Element | None) -> Iterator[Check]:
    if element is None:
        return
    numeric, size = element.find("{*}IsNumeric"), element.find("{*}Length")
    if numeric is not None:
        yield Check("numeric", True, Complaint("Enter a number, such as 12 or 3.5."))
        lowest, highest = _number(numeric.get("minValue")), _number(numeric.get("maxValue"))
        yield from _between(("lowest", lowest), ("highest", highest), *_NUMBERS)
    if size is not None:
        shortest, longest = _number(size.get("minLength")), _number(size.get("maxLength"))
        # Any answer that is there has one.
        least = None if shortest is not None and shortest <= 1 else shortest
        yield from _between(("shortest", least), ("longest", longest), *(_ONE if longest == 1 else _LENGTHS))
    for form in element.iterfind("{*}AnswerFormatRegex"):
        told = _VERBATIM.filled(words=form.get("errorText"))
        untold = Complaint("Invalid input supplied.")
        expression = [form.get("regex") or "", form.get("flags") or ""]
        yield Check(FORMAT, expression, told if form.get("errorText") else untold)


_Bound = tuple[str, int | None]


def _between(low: _Bound, high: _Bound, both: Complaint, least: Complaint, most: Complaint) -> Iterator[Check]:
    """The checks for the bounds that there are; where there are two, either tells of both."""
    for (kind, limit), (_, other), told in ((low, high, least), (high, low, most)):
        if limit is not None and other is not None:
            yield Check(kind, limit, both.filled(low=low[1], high=high[1]))
        elif limit is not None:
            yield _bounded(kind, limit, told)


def _bounded(kind: str, limit: int, told: Complaint) -> Check:
    return Check(kind, limit, told.filled(limit=limit))


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    if not re.fullmatch("[+-]?[0-9]{1,18}", written.strip()):
        raise Unreadable(f"{written.strip()[:40]!r} is not a whole number of at most 18 digits")
    return int(written)


def _has_format(expression: str, flags: str, text: str, effort: Effort) -> bool:
    # None is: nobody here can tell.
    return matches(expression, flags, _LINE_END.sub("\n", text), effort) is not False


def _value(text: str) -> float:
    """The number in a text, as near to it as it is to a browser."""
    found = _NUMBER.fullmatch(text)
    return float(found[1]) if found else math.nan


_PASSES: Final[dict[str, Callable[[Any, Any], bool]]] = {
    REQUIRED: lambda _, found: bool(found),
    "numeric": lambda _, text: _NUMBER.fullmatch(text) is not None,
    "lowest": lambda limit, text: _value(text) >= float(limit),
    "highest": lambda limit, text: _value(text) <= float(limit),
    "shortest": lambda limit, text: length(text) >= limit,
    "longest": lambda limit, text: length(text) <= limit,
    "least": lambda limit, number: number >= limit,
    "most": lambda limit, number: number <= limit,
    "smallest": lambda limit, size: size >= limit,
    LARGEST: lambda limit, size: size <= limit,
}
"""A demand that comes later relies on those before it: what is lower than a bound is a number."""
