"""What a form shows beside its fields: titles, texts, lists, pictures, sound, and XHTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from lxml import etree
from markupsafe import Markup

from mturk.marketplace.document.parser import Element
from mturk.marketplace.form import markup

_MEDIA = ("image", "audio", "video")


class Block(NamedTuple):
    """One thing that is shown; `kind` is title, text, list, image, audio, video, link or html.

    `text` is also what stands for a picture where it cannot be seen. A link's `kind_of_file` says what is behind it,
    where a browser cannot show it in the page.
    """

    kind: str
    text: str = ""
    listed: tuple[str, ...] = ()
    address: str = ""
    html: Markup = Markup()
    coloured: bool = False
    wide: bool = False
    kind_of_file: str = ""

    @property
    def words(self) -> str:
        """What it says, as a plain text on one line."""
        said = self.html.striptags() if self.kind == "html" else self.text
        return " ".join(said.split())


def blocks(parent: Element | None) -> tuple[Block, ...]:
    """What stands in an Overview, in a QuestionContent or in a Selection."""
    return () if parent is None else tuple(_blocks(parent))


def _blocks(parent: Element) -> Iterator[Block]:
    for element in parent:
        make = _KINDS.get(etree.QName(element).localname)
        if make is not None:
            yield make(element)


def _text(element: Element, path: str = ".") -> str:
    return (element.findtext(path, namespaces=None) or "").strip()


def _find(element: Element, *names: str) -> str:
    return _text(element, "/".join(f"{{*}}{name}" for name in names))


def _list(element: Element) -> Block:
    return Block("list", listed=tuple(_text(item) for item in element.iterfind("{*}ListItem")))


def _binary(element: Element) -> Block:
    mime = element.find("{*}MimeType")
    mime = element.find("{*}EmbeddedMimeType") if mime is None else mime
    kind, finer = ("", "") if mime is None else (_find(mime, "Type").lower(), _find(mime, "SubType"))
    address, words = _find(element, "DataURL"), _find(element, "AltText")
    # The page loads nothing over a line that others can listen to; a link may lead there.
    if kind in _MEDIA and address.startswith("https://"):
        return Block(kind, words, address=address)
    return Block("link", words or address, address=address, kind_of_file=f"{kind}/{finer}" if finer else kind)


def _application(element: Element) -> Block:
    flash, path = _find(element, "Flash", "FlashMovieURL"), _find(element, "JavaApplet", "AppletPath")
    if flash:
        return Block("link", flash, address=flash, kind_of_file="Flash")
    address = f"{path.rstrip('/')}/{_find(element, 'JavaApplet', 'AppletFilename')}"
    return Block("link", address, address=address, kind_of_file="Java")


def _formatted(element: Element) -> Block:
    html = markup.safe(element.text or "")
    return Block("html", html=html, coloured=markup.is_coloured(html), wide=markup.is_wide(html))


_KINDS: Final[dict[str, Callable[[Element], Block]]] = {
    "Title": lambda element: Block("title", _text(element)),
    "Text": lambda element: Block("text", _text(element)),
    "List": _list,
    "Binary": _binary,
    "EmbeddedBinary": _binary,
    "Application": _application,
    "FormattedContent": _formatted,
}
