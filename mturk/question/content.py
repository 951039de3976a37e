"""What a form shows to the worker: texts, lists, pictures, formatted text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from attrs import field, frozen

from mturk.errors import ValidationError
from mturk.question import part
from mturk.question.element import Element


@frozen
class Title:
    """A heading, in plain text."""

    element: ClassVar[str] = "Title"
    text: str = field(converter=part.plain, validator=part.text)


@frozen
class Text:
    """A paragraph of plain text; markup in it is shown as it is written."""

    element: ClassVar[str] = "Text"
    text: str = field(converter=part.plain, validator=part.text)


@frozen
class List:
    """A list with bullets, each item in plain text."""

    element: ClassVar[str] = "List"
    list_items: tuple[str, ...] = field(converter=part.texts, validator=part.each(part.text, at_least=1))


@frozen
class FormattedContent:
    """Text with the tags of XHTML that the service allows; every tag closed, every attribute quoted.

    >>> FormattedContent("<p>Is the sky <b>blue</b>?<br/></p>").problems()
    []
    """

    element: ClassVar[str] = "FormattedContent"
    xhtml: str = field(converter=part.plain, validator=part.text)

    def problems(self) -> list[str]:
        """Where the text is no XHTML that the service would show, without a look at the attributes."""
        from mturk.question import xhtml

        return [f"FormattedContent: {words}" for words in xhtml.problems(self.xhtml)]


@frozen
class MimeType:
    """The kind of a file: `MimeType("image", "png")`; where one is expected, "image/png" is taken too."""

    type: str = field(converter=part.plain, validator=part.one_of("image", "audio", "video"))
    sub_type: str | None = field(default=None, converter=part.plain, validator=part.optional_text)


def _mime_type(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kind, slash, sub_type = value.partition("/")
    return MimeType(kind, sub_type if slash else None)


@frozen
class Binary:
    """A picture, sound or film from the web: `Binary("image/png", "https://…/a.png", "A red square")`."""

    element: ClassVar[str] = "Binary"
    mime_type: MimeType = field(converter=_mime_type, validator=part.kind(MimeType))
    data_url: str = field(converter=part.plain, validator=part.address)
    alt_text: str = field(converter=part.plain, validator=part.text)


@frozen
class EmbeddedMimeType:
    """The kind of a file that a player in the page shows; here the service requires the sub-type too."""

    type: str = field(converter=part.plain, validator=part.text)
    sub_type: str = field(converter=part.plain, validator=part.text)


def _embedded_mime_type(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kind, _, sub_type = value.partition("/")
    return EmbeddedMimeType(kind, sub_type)


@frozen
class ApplicationParameter:
    """A name and its value, for what is embedded."""

    name: str = field(converter=part.plain, validator=part.text)
    value: str = field(converter=part.plain, validator=part.text)


_PARAMETERS = part.each(part.kind(ApplicationParameter))


@frozen
class EmbeddedBinary:
    """A file that is shown by a player in the page, with its width and height."""

    element: ClassVar[str] = "EmbeddedBinary"
    embedded_mime_type: EmbeddedMimeType = field(converter=_embedded_mime_type, validator=part.kind(EmbeddedMimeType))
    data_url: str = field(converter=part.plain, validator=part.address)
    alt_text: str = field(converter=part.plain, validator=part.text)
    width: str = field(converter=part.words, validator=part.text)
    height: str = field(converter=part.words, validator=part.text)
    application_parameters: tuple[ApplicationParameter, ...] = field(
        default=(), converter=part.sequence, validator=_PARAMETERS
    )


@frozen
class JavaApplet:
    """An applet; forms of version 2005-10-01 only, and no browser runs one any more."""

    element: ClassVar[str] = "JavaApplet"
    applet_path: str = field(converter=part.plain, validator=part.address)
    applet_filename: str = field(converter=part.plain, validator=part.text)
    width: str = field(converter=part.words, validator=part.text)
    height: str = field(converter=part.words, validator=part.text)
    application_parameters: tuple[ApplicationParameter, ...] = field(
        default=(), converter=part.sequence, validator=_PARAMETERS
    )


@frozen
class Flash:
    """A Flash film; forms of version 2005-10-01 only, and no browser plays one any more."""

    element: ClassVar[str] = "Flash"
    flash_movie_url: str = field(converter=part.plain, validator=part.address)
    width: str = field(converter=part.words, validator=part.text)
    height: str = field(converter=part.words, validator=part.text)
    application_parameters: tuple[ApplicationParameter, ...] = field(
        default=(), converter=part.sequence, validator=_PARAMETERS
    )


Content = Title | Text | List | Binary | EmbeddedBinary | FormattedContent | JavaApplet | Flash
WITHDRAWN = (JavaApplet, Flash)
KINDS = (Title, Text, List, Binary, EmbeddedBinary, FormattedContent, *WITHDRAWN)


def sequence(value: Any) -> Any:
    """Parts of content as a tuple, where a str is a Text."""
    return tuple(Text(item) if isinstance(item, str) else item for item in part.sequence(value))


def read(parent: Element) -> tuple[Content, ...]:
    """The content that stands in an element."""
    return tuple(read_one(child) for child in parent.children)


def read_one(node: Element) -> Content:
    """The part of content that an element is."""
    if node.name == "Application":
        if len(node.children) != 1:
            raise ValidationError(f"line {node.line}: Application; expected one JavaApplet or Flash in it")
        node = node.children[0]
    reader = _READERS.get(node.name)
    if reader is None:
        raise ValidationError(f"line {node.line}: {node.name}; expected one of " + ", ".join(_READERS))
    return reader(node)


def _binary(node: Element) -> Binary:
    kind = node.need("MimeType")
    sub_type = kind.child("SubType")
    return Binary(
        MimeType(kind.need("Type").text.strip(), None if sub_type is None else sub_type.text),
        node.need("DataURL").text.strip(),
        node.need("AltText").text,
    )


def _embedded(node: Element) -> EmbeddedBinary:
    kind = node.need("EmbeddedMimeType")
    sub_type = kind.child("SubType")  # the documentation calls it optional, the schema does not
    return EmbeddedBinary(
        EmbeddedMimeType(kind.need("Type").text, "" if sub_type is None else sub_type.text),
        node.need("DataURL").text.strip(),
        node.need("AltText").text,
        *_size(node),
        _parameters(node),
    )


def _applet(node: Element) -> JavaApplet:
    path, filename = node.need("AppletPath").text.strip(), node.need("AppletFilename").text
    return JavaApplet(path, filename, *_size(node), _parameters(node))


def _flash(node: Element) -> Flash:
    return Flash(node.need("FlashMovieURL").text.strip(), *_size(node), _parameters(node))


def _size(node: Element) -> tuple[str, str]:
    return node.need("Width").text, node.need("Height").text


def _parameters(node: Element) -> tuple[ApplicationParameter, ...]:
    return tuple(
        ApplicationParameter(one.need("Name").text, one.need("Value").text) for one in node.all("ApplicationParameter")
    )


_READERS: dict[str, Callable[[Element], Content]] = {
    "Title": lambda node: Title(node.text),
    "Text": lambda node: Text(node.text),
    "List": lambda node: List([item.text for item in node.all("ListItem")]),
    "Binary": _binary,
    "EmbeddedBinary": _embedded,
    "FormattedContent": lambda node: FormattedContent(node.text),
    "JavaApplet": _applet,
    "Flash": _flash,
}
