"""Reads what a worker answered: one value for each question, of the same kind however much was filled in."""

from __future__ import annotations

import json
import math
import re
from collections.abc import ItemsView, Iterator, Mapping, Sized, ValuesView
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from attrs import frozen

from mturk.errors import AnswerError, ValidationError
from mturk.question import element, namespace, plain_answers

# Parsers refuse deep nesting late, after it has cost much memory. So what is big is looked through before;
# what is small cannot be nested deep enough to hurt.
_SMALL = 100_000
_DEPTH = 8  # QuestionFormAnswers has three levels
_PLAIN: dict[str, Any] = {"strip_whitespace": False, "xml_attribs": False}
# Only for documents that declare a prefix: with it parsing takes half as long again.
_NAMESPACED: dict[str, Any] = {**_PLAIN, "process_namespaces": True, "namespaces": {namespace.ANSWERS: None}}
_CROWD_FORM = "taskAnswers"
_MOST_COLUMNS = 2_000
_ZERO = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # in JSON
_DEEPEST = 100  # of what a crowd-form sends; its own elements need three
_TEXT = "#text"  # what xmltodict calls the blanks between elements
_KINDS = frozenset(
    {
        "QuestionIdentifier",
        "FreeText",
        "SelectionIdentifier",
        "OtherSelectionText",
        "UploadedFileKey",
        "UploadedFileSizeInBytes",
    }
)
_ONE_OF = ({"FreeText"}, {"SelectionIdentifier", "OtherSelectionText"}, {"UploadedFileKey", "UploadedFileSizeInBytes"})
_OF_ROOT = frozenset({"Answer", _TEXT})
_OF_ANSWER = _KINDS | {_TEXT}
# How nearly all documents begin; with it the namespace need not be looked for.
_USUAL = re.compile(rf'\s*(?:<\?xml[^>]*>\s*)?<QuestionFormAnswers\s+xmlns="{re.escape(namespace.ANSWERS)}"')
_DEFAULT_NAMESPACE = re.compile(
    r"""[^<]*(?:<[?!][^>]*>[^<]*)*<QuestionFormAnswers\b[^>]*?\sxmlns\s*=\s*["']([^"']*)["']"""
)


class Selected(tuple[str, ...]):
    """The identifiers that the worker chose, in order; `other` is what they wrote instead, or None.

    >>> Selected(["cat"]) == ("cat",)
    True
    """

    other: str | None = None

    def __new__(cls, identifiers: Any = (), other: str | None = None) -> Selected:
        made = super().__new__(cls, identifiers)
        if other is not None:  # few have one, and a dict for each would be most of what an answer takes
            made.__dict__["other"] = other
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an answer cannot be changed: {name} of {self!r}")

    def __eq__(self, value: object) -> bool:
        if isinstance(value, Selected) and self.other != value.other:
            return False
        return tuple.__eq__(self, value)

    def __ne__(self, value: object) -> bool:
        return not self == value

    def __hash__(self) -> int:
        return tuple.__hash__(self)

    def __repr__(self) -> str:
        other = "" if self.other is None else f", other={self.other!r}"
        return f"Selected({list(self)!r}{other})"


@frozen
class UploadedFile:
    """A file that came with an answer: its key, and its size in bytes."""

    key: str
    size: int


class Answers(Mapping[str, Any]):
    """What a worker answered, by question, in the order of the document.

    A free text is a str, a selection a Selected, a file an UploadedFile. Of a repeated field `answers[id]` is
    the last and `answers.getlist(id)` all. `raw` is the XML.

        >>> answers = read("<QuestionFormAnswers><Answer><QuestionIdentifier>label</QuestionIdentifier>"
        ...                "<FreeText>cat</FreeText></Answer></QuestionFormAnswers>")
        >>> answers["label"]
        'cat'
        >>> answers.getlist("none")
        []
    """

    __slots__ = ("_repeated", "_values", "raw")

    def __init__(self, values: dict[str, Any], raw: str = "", repeated: dict[str, list[Any]] | None = None) -> None:
        self._values = values
        self._repeated = repeated
        self.raw = raw

    def __getitem__(self, question: str) -> Any:
        try:
            return self._values[question]
        except KeyError:
            there = ", ".join(map(repr, self._values)) or "none at all"
            raise KeyError(f"there is no answer {question!r}; the answers are {there}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Answers({self._values!r})"

    @property
    def repeats(self) -> bool:
        """Whether a question has several values."""
        return self._repeated is not None and any(len(values) > 1 for values in self._repeated.values())

    def items(self) -> ItemsView[str, Any]:
        """The questions, each with its value."""
        return self._values.items()

    def values(self) -> ValuesView[Any]:
        """The values, in the order of the document."""
        return self._values.values()

    def getlist(self, question: str) -> list[Any]:
        """Every value of the question, in order; an empty list if there is none."""
        if self._repeated and question in self._repeated:
            return list(self._repeated[question])
        return [self._values[question]] if question in self._values else []

    def columns(self) -> dict[str, Any]:
        """The answers as columns of a table; a question with several values has them all, in a list.

        AnswerError if they are too many for a table.
        """
        expect_few(self._values)
        every = {question: self.getlist(question) for question in self}
        return {f"answers.{name}": values if len(values) > 1 else values[0] for name, values in every.items()}


def expect_few(names: Sized) -> None:
    """AnswerError for more columns than one submission may give a table, in which each row has a cell for each."""
    if len(names) > _MOST_COLUMNS:
        raise AnswerError(f"the answers have more than {_MOST_COLUMNS:,} fields, which no table has columns for")


def read(xml: str | None, assignment_id: str | None = None, *, limit: int = element.SIZE) -> Answers:
    """The answers in the XML of an assignment, of `limit` bytes at most; AnswerError if it cannot be read."""
    if not xml or xml.isspace():
        return Answers({}, xml or "")
    try:
        return _read(xml, limit)
    except (ValidationError, ExpatError, ValueError) as error:
        whose = f"the answers of assignment {assignment_id}" if assignment_id else "the answers"
        raise AnswerError(f"{whose} cannot be read: {error}") from error


def _read(xml: str, limit: int) -> Answers:
    if len(xml) > _SMALL:
        element.inspect(xml, size=limit, depth=_DEPTH)
    elif element.has_doctype(xml):
        element.refuse_doctype()
    answers = None if "xmlns:" in xml else plain_answers.read(xml)
    if answers is None:
        answers = _answers_of(xml)
    elif not _USUAL.match(xml):
        _expect_namespace(xml)
    return _collect([_pair(one) for one in answers], xml)


def _answers_of(xml: str) -> list[Any]:
    """The answers of any document, however it is written."""
    document = xmltodict.parse(xml, **(_NAMESPACED if "xmlns:" in xml else _PLAIN))
    try:
        root = document["QuestionFormAnswers"]
    except KeyError:
        raise ValidationError(f"the document is {next(iter(document))[:80]}, not QuestionFormAnswers") from None
    if not _USUAL.match(xml):
        _expect_namespace(xml)
    if root is None or isinstance(root, str):
        _refuse_text(root)
        return []
    if len(root) > 1 or "Answer" not in root:
        if not _OF_ROOT.issuperset(root):
            raise ValidationError(f"QuestionFormAnswers holds {_unknown(root, _OF_ROOT)}; expected Answer")
        _refuse_text(root.get(_TEXT))
    return _several(root, "Answer")


def _expect_namespace(xml: str) -> None:
    found = _DEFAULT_NAMESPACE.match(xml)
    if found and found[1] != namespace.ANSWERS:
        raise ValidationError(f"the answers are of the namespace {found[1][:80]!r}; expected {namespace.ANSWERS}")


def _unknown(parent: dict[str, Any], known: frozenset[str]) -> str:
    return ", ".join(f"<{name[:80]}>" for name in sorted(parent.keys() - known))


def _refuse_text(text: str | None) -> None:
    if text and not text.isspace():
        raise ValidationError(f"between the answers stands the text {text.strip()[:40]!r}, which is no answer")


def _several(parent: dict[str, Any], name: str) -> list[Any]:
    # xmltodict gives one child as itself and several as a list. Its `force_list` is asked at every element,
    # and makes reading a quarter slower than doing the same here for the two names that matter.
    if name not in parent:
        return []
    value = parent[name]
    return value if isinstance(value, list) else [value]


def _pair(answer: Any) -> tuple[str, Any]:
    if type(answer) is not dict or "QuestionIdentifier" not in answer:
        raise ValidationError("an Answer has no QuestionIdentifier")
    question, words = answer["QuestionIdentifier"], answer.get("FreeText")
    if len(answer) == 2 and type(question) is str:  # nearly all answers: with one kind of value there is no second
        if type(words) is str:
            return question, words
        if "SelectionIdentifier" in answer:
            return question, _selected(answer)
    if not _OF_ANSWER.issuperset(answer):
        raise ValidationError(f"an Answer holds {_unknown(answer, _OF_ANSWER)}; expected {', '.join(sorted(_KINDS))}")
    _refuse_text(answer.get(_TEXT))
    question = _text(answer, "QuestionIdentifier")
    if sum(not kinds.isdisjoint(answer) for kinds in _ONE_OF) > 1:
        raise ValidationError(f"the Answer to {question[:80]!r} is of two kinds: {', '.join(map(repr, answer))}")
    if "FreeText" in answer:
        return question, _text(answer, "FreeText")
    if "UploadedFileKey" in answer:
        size = _text(answer, "UploadedFileSizeInBytes")
        return question, UploadedFile(_text(answer, "UploadedFileKey"), int(size))
    return question, _selected(answer)


def _selected(answer: dict[str, Any]) -> Selected:
    identifiers = [_checked(one, "SelectionIdentifier") for one in _several(answer, "SelectionIdentifier")]
    return Selected(identifiers, _text(answer, "OtherSelectionText") if "OtherSelectionText" in answer else None)


def _text(answer: dict[str, Any], name: str) -> str:
    return _checked(answer.get(name), name)


def _checked(value: Any, name: str) -> str:
    """The text of an element, which is None in xmltodict's words where it is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(f"{name} has to be there once, with nothing but text in it")
    return value


def _collect(pairs: list[tuple[str, Any]], xml: str) -> Answers:
    values = dict(pairs)
    if _CROWD_FORM in values:
        pairs = _unpacked(pairs)
        values = dict(pairs)
    if len(values) == len(pairs):
        return Answers(values, xml)
    repeated: dict[str, list[Any]] = {}
    for question, value in pairs:
        repeated.setdefault(question, []).append(value)
    return Answers(values, xml, repeated)


def _json(text: str) -> Any:
    """What a crowd-form sent; ValueError where no JSON could say it again."""
    value = _DECODER.decode(text)
    if text.count("[") + text.count("{") >= _DEEPEST:
        _refuse_depth(value)
    if "\\u" in text:  # where half of an emoji may stand, or a zero, which no XML, database or CSV file takes
        again = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        value = json.loads(_ZERO.sub(r"\1\\ufffd", again))
    return value


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise ValueError("nested too deep")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number that JSON has")
    return number


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)


def _unpacked(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The fields of a crowd-form in the place of the one text that carries them."""
    beside = {question for question, _ in pairs}
    flat: list[tuple[str, Any]] = []
    for question, value in pairs:
        if question != _CROWD_FORM or not isinstance(value, str):
            flat.append((question, value))
            continue
        try:
            value = _json(value)
        except (ValueError, RecursionError):  # not JSON, or JSON that is there to do harm: the text itself
            flat.append((question, value))
            continue
        fields = value[0] if isinstance(value, list) and len(value) == 1 else None
        if isinstance(fields, dict):
            flat += [pair for pair in fields.items() if pair[0] not in beside or pair[0] == _CROWD_FORM]
        else:
            flat.append((question, value))
    return flat
