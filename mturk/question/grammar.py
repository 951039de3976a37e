"""Which elements and attributes stand where in the service's documents; whatever else is there is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from mturk.errors import ValidationError
from mturk.question.element import Element

_CONTENT = "Title* Text* List* Binary* EmbeddedBinary* FormattedContent* Application*"
_SIZED = "Width Height ApplicationParameter*"
_WORDS = "Constraints DefaultText NumberOfLinesSuggestion"

# For each element what stands in it: a star for what may stand there more than once, an @ for an attribute. What is not
# listed holds nothing but text.
HTML_QUESTION = {"HTMLQuestion": "HTMLContent FrameHeight"}
EXTERNAL_QUESTION = {"ExternalQuestion": "ExternalURL FrameHeight"}
QUESTION_FORM = {
    "QuestionForm": "Overview* Question*",
    "Overview": _CONTENT,
    "Question": "QuestionIdentifier DisplayName IsRequired QuestionContent AnswerSpecification",
    "QuestionContent": _CONTENT,
    "List": "ListItem*",
    "Binary": "MimeType DataURL AltText",
    "MimeType": "Type SubType",
    "EmbeddedBinary": f"EmbeddedMimeType DataURL AltText {_SIZED}",
    "EmbeddedMimeType": "Type SubType",
    "ApplicationParameter": "Name Value",
    "Application": "JavaApplet Flash",
    "JavaApplet": f"AppletPath AppletFilename {_SIZED}",
    "Flash": f"FlashMovieURL {_SIZED}",
    "AnswerSpecification": "FreeTextAnswer SelectionAnswer FileUploadAnswer",
    "FreeTextAnswer": _WORDS,
    "Constraints": "IsNumeric Length AnswerFormatRegex*",
    "IsNumeric": "@minValue @maxValue",
    "Length": "@minLength @maxLength",
    "AnswerFormatRegex": "@regex @errorText @flags",
    "SelectionAnswer": "MinSelectionCount MaxSelectionCount StyleSuggestion Selections",
    "Selections": "Selection* OtherSelection",
    "Selection": "SelectionIdentifier Text FormattedContent Binary",
    "OtherSelection": _WORDS,
    "FileUploadAnswer": "MaxFileSizeInBytes MinFileSizeInBytes",
}
ANSWER_KEY = {
    "AnswerKey": "Question* QualificationValueMapping",
    "Question": "QuestionIdentifier AnswerOption* DefaultScore",
    "AnswerOption": "SelectionIdentifier* AnswerScore",
    "QualificationValueMapping": "PercentageMapping ScaleMapping RangeMapping",
    "PercentageMapping": "MaximumSummedScore",
    "ScaleMapping": "SummedScoreMultiplier",
    "RangeMapping": "SummedScoreRange* OutOfRangeQualificationValue",
    "SummedScoreRange": "InclusiveLowerBound InclusiveUpperBound QualificationValue",
}
_SCHEMA_HINTS = "http://www.w3.org/2001/XMLSchema-instance "


def hold(root: Element, grammar: Mapping[str, str]) -> None:
    """Raise one ValidationError that names, with its line, each thing that is not of the grammar."""
    found = list(_strays(root, root.namespace, grammar))
    if found:
        raise ValidationError("\n".join(found))


def _strays(node: Element, namespace: str, grammar: Mapping[str, str]) -> Iterator[str]:
    known, several, attributes = _may_hold(grammar.get(node.name, ""))
    yield from _stray_attributes(node, attributes)
    if (known or attributes) and node.text.strip():
        yield f"line {node.line}: {node.name} holds the text {_shown(node.text)}, which nobody would see"
    counts: dict[str, int] = {}
    for child in node.children:
        if child.namespace != namespace or child.name not in known:
            yield f"line {child.line}: {node.name} holds {_named(child, namespace)}; expected {_expected(known)}"
            continue
        counts[child.name] = counts.get(child.name, 0) + 1
        if counts[child.name] == 2 and child.name not in several:
            yield f"line {child.line}: {node.name} holds a second {child.name}; expected one"
        yield from _strays(child, namespace, grammar)


@cache
def _may_hold(words: str) -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """The children that an element may have, those of which it may have several, and its attributes."""
    children = [word for word in words.split() if not word.startswith("@")]
    several = [word[:-1] for word in children if word.endswith("*")]
    attributes = [word[1:] for word in words.split() if word.startswith("@")]
    return frozenset(word.rstrip("*") for word in children), frozenset(several), tuple(attributes)


def _stray_attributes(node: Element, known: tuple[str, ...]) -> Iterator[str]:
    for name in node.attributes:
        if name not in known and not name.startswith(_SCHEMA_HINTS):
            expected = ", ".join(known) or "none"
            yield f"line {node.line}: {node.name} has the attribute {name[:80]}; expected {expected}"


def _named(child: Element, namespace: str) -> str:
    name = f"<{child.name[:80]}>"
    return name if child.namespace == namespace else f"{name} of the namespace {child.namespace[:80]!r}"


def _expected(known: frozenset[str]) -> str:
    return ", ".join(sorted(known)) if known else "nothing but text"


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= 40 else f"{words[:40]}…")
