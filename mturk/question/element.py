"""Reads XML that others wrote into elements, and refuses what is only there to do harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NoReturn
from xml.parsers import expat

from attrs import Factory, define

from mturk.errors import ValidationError

DEPTH = 64  # QuestionForm's deepest element is nine levels down
SIZE = 5_000_000  # bytes; what the service takes is 65,535

_LONGEST_NAME = 500  # with its namespace; messages repeat names
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
# A document type may stand only before the first element: in a text the same letters are harmless.
_PROLOG = re.compile(r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


@define
class Element:
    """An element with its children and its own text, and the line it begins on."""

    name: str
    namespace: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = Factory(list)
    pieces: list[str] = Factory(list)

    @property
    def text(self) -> str:
        """The text as written, blanks and line ends included."""
        return "".join(self.pieces)

    def child(self, name: str) -> Element | None:
        """The first child of this name."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Element]:
        """The children of this name, in order."""
        return (child for child in self.children if child.name == name)

    def need(self, name: str) -> Element:
        """The first child of this name, which has to be there."""
        found = self.child(name)
        if found is None:
            raise ValidationError(f"line {self.line}: {self.name} has no {name}")
        return found

    def number(self, name: str) -> int:
        """The whole number in the child of this name, which has to be there."""
        return whole(self.need(name))

    def flag(self) -> bool:
        """The text as true or false."""
        words = self.text.strip()
        if words not in _FLAGS:
            raise ValidationError(f"line {self.line}: {self.name}: {words[:40]!r}; expected true or false")
        return _FLAGS[words]

    def bound(self, name: str) -> int | None:
        """The whole number in the attribute, or None if it is not there."""
        words = self.attributes.get(name)
        return None if words is None else _number(words, f"line {self.line}: {self.name}.{name}")

    def expect(self, name: str, *namespaces: str) -> None:
        """Refuse to be taken for another kind of document."""
        if self.name != name:
            raise ValidationError(f"line {self.line}: {self.name}; expected {name}")
        if self.namespace not in namespaces:
            known = " or ".join(namespaces)
            raise ValidationError(f"line {self.line}: {name} in namespace {self.namespace!r}; expected {known}")


def whole(element: Element) -> int:
    """The whole number that is the element's text."""
    return _number(element.text, f"line {element.line}: {element.name}")


def _number(words: str, place: str) -> int:
    if not _WHOLE.fullmatch(words.strip()):
        raise ValidationError(f"{place}: {words[:40]!r}; expected a whole number")
    return int(words)


def has_doctype(xml: str) -> bool:
    """Whether the document declares a document type, told without parsing it."""
    if "<!DOCTYPE" not in xml:
        return False
    prolog = _PROLOG.match(xml)
    return prolog is not None and xml.startswith("<!DOCTYPE", prolog.end())


def parse(xml: str, *, size: int = SIZE, depth: int = DEPTH) -> Element:
    """The root element; ValidationError for what is no XML, or XML that nobody sends in good faith."""
    builder = _Builder(depth)
    run(encoded(xml, size), builder.start, builder.end, builder.text, builder.watch)
    assert builder.root is not None  # noqa: S101 - expat has seen a root, or has complained
    return builder.root


def inspect(xml: str, *, size: int = SIZE, depth: int = DEPTH) -> None:
    """Refuse what `parse` refuses, without keeping anything of it."""
    levels = 0

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal levels
        levels += 1
        if levels > depth:
            raise ValidationError(f"the XML is nested more than {depth} levels deep")

    def end(_name: str) -> None:
        nonlocal levels
        levels -= 1

    run(encoded(xml, size), start, end)


def encoded(xml: str, size: int) -> bytes:
    """The document in UTF-8, unless it is too big, or has a document type."""
    try:
        data = xml.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("the XML has half of a surrogate pair, which is no character") from error
    if len(data) > size:
        raise ValidationError(f"the XML is {len(data):,} bytes long; more than {size:,} are not read")
    if has_doctype(xml):
        refuse_doctype()
    return data


def run(
    data: bytes,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    watch: Callable[[expat.XMLParserType], None] = lambda _parser: None,
    *,
    skip: int = 0,
) -> None:
    """Send the document through expat, with namespaces, as UTF-8 whatever it declares.

    `skip` are characters at the beginning that the writer of the document does not know of.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse_doctype
    watch(parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        column = error.offset + 1 - (skip if error.lineno == 1 else 0)
        words = expat.ErrorString(error.code)
        raise ValidationError(f"line {error.lineno}, column {column}: not XML: {words}") from error


def refuse_doctype(*_declared: object) -> NoReturn:
    """A document type can define entities that grow without end, or read files: none is ever needed here."""
    raise ValidationError("the XML declares a document type; none is allowed here")


class _Builder:
    def __init__(self, depth: int) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.depth = depth

    def watch(self, parser: expat.XMLParserType) -> None:
        self.parser = parser

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= self.depth:
            raise ValidationError(f"the XML is nested more than {self.depth} levels deep")
        if len(name) > _LONGEST_NAME:
            raise ValidationError(f"an element's name is {len(name):,} characters long")
        namespace, _, local = name.rpartition(" ")
        made = Element(local, namespace, attributes, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(made)
        else:
            self.root = made
        self.open.append(made)

    def end(self, name: str) -> None:
        self.open.pop()

    def text(self, data: str) -> None:
        self.open[-1].pieces.append(data)
