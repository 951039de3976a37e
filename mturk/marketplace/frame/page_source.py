"""The tags of an HTML page with their places in its text, found as a browser finds them.

A page is changed at these places and never written anew, so that all else of it stays as its author wrote it. The
rules are those of the HTML standard's tokenizer as far as they say what is a tag: what stands in comments, scripts,
styles and text fields is none. Libraries keep no places (html5lib, lxml), or none of attributes and take quadratic time
on hostile pages (html.parser of older Pythons). This one takes a time that grows with the page's length, no faster.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_TAG_NAME = re.compile(r"[^\t\n\f\r />]*")
_GAP = re.compile(r"[\t\n\f\r /]*")
_NAME = re.compile(r"=?[^\t\n\f\r />=]*")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_BARE_VALUE = re.compile(r"[^\t\n\f\r >]*")
_ZEROS = re.compile("(&#[xX]?)0+(?=[0-9a-fA-F])")
_NO_SIGN = re.compile("&#(?:[0-9]{10,}|[xX][0-9a-fA-F]{10,});?")
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_MARK = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)
# In all of these stands text until their own end tag. What is in `noscript` is text where scripts run.
_TEXT = frozenset(("style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title"))
_ENDS = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _TEXT}
_FOREIGN = ("svg", "math")
_DEEPEST = 100  # of drawings in drawings; what is deeper is no page
# Places inside a drawing or a formula where HTML goes on.
_HTML_INSIDE = ("foreignobject", "desc", "title", "annotation-xml")
_LEAVES_FOREIGN = frozenset(
    (
        *("b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing", "menu", "meta"),
        *("nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strong", "strike", "sub", "sup", "table"),
        *("tt", "u", "ul", "var"),
    )
)


class Attribute(NamedTuple):
    """An attribute of a start tag: its name in small letters, its value, and where both stand."""

    name: str
    value: str
    start: int
    end: int


class Tag(NamedTuple):
    """A start tag, an end tag (`/form`) or `!doctype`, by its name in small letters, and where it stands."""

    name: str
    start: int
    end: int
    attributes: tuple[Attribute, ...] = ()
    closed: bool = False
    """Whether it ends in a slash, which matters in drawings and formulas only."""

    def get(self, name: str) -> str | None:
        """The value of an attribute; of two of one name the first counts."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


def tags(html: str) -> Iterator[Tag]:
    """All tags of a page, in order."""
    return (piece.tag for piece in _pieces(html) if piece.tag is not None)


def unfinished(html: str) -> tuple[int, str]:
    """Where a page stops to count, and what has to end it there.

    A tag, a comment or a script without its end is no part of the page. A text field or a style lasts as long as the
    page does, and needs its end tag where something is to follow.
    """
    pieces = deque(_pieces(html), maxlen=1)
    last = pieces.pop() if pieces else None
    if last is None or last.end < len(html) or _ends_with(last, f"{html} "):
        return len(html), ""
    if last.tag is None:
        return unfinished(html[: last.start])  # it may have been the end tag of a text
    return (last.start, "") if last.tag.name == "script" else (len(html), f"</{last.tag.name}>")


class _Piece(NamedTuple):
    """A tag with the text that it begins, or what begins as a tag and is none."""

    tag: Tag | None
    start: int
    end: int
    has_text: bool


def _pieces(html: str) -> Iterator[_Piece]:
    at = 0
    nest: list[str] = []
    while (start := html.find("<", at)) >= 0:
        tag, at = _taken(html, start)
        is_foreign = bool(nest) and nest[-1] in _FOREIGN
        if tag is not None:
            _follow(nest, tag)
            at = at if is_foreign else _past_text(html, tag.name, at)
        yield _Piece(tag, start, at, not is_foreign)


def _ends_with(piece: _Piece, longer: str) -> bool:
    """Whether the last piece of a page does not go on in a longer one."""
    if piece.tag is None:
        return _taken(longer, piece.start)[1] < len(longer)
    if piece.tag.name == "plaintext" or not piece.has_text:
        return True  # nothing ends the one, and the other has no text
    return _past_text(longer, piece.tag.name, piece.tag.end) < len(longer)


def _taken(html: str, start: int) -> tuple[Tag | None, int]:
    """The tag that begins with this `<`, if one does, and where to go on."""
    second = html[start + 1 : start + 2]
    if second in _LETTERS:
        return _tag(html, start, start + 1)
    if second == "/" and html[start + 2 : start + 3] in _LETTERS:
        return _tag(html, start, start + 1)
    if html.startswith("<!--", start):
        return None, _after_comment(html, start + 4)
    if html[start : start + 9].lower() == "<!doctype":
        end = _after(html, ">", start)
        return Tag("!doctype", start, end), end
    if second in ("!", "?", "/"):
        return None, _after(html, ">", start)
    return None, start + 1


def _tag(html: str, start: int, at: int) -> tuple[Tag | None, int]:
    found = _TAG_NAME.match(html, at + 1)
    at = found.end() if found else len(html)
    name = html[start + 1 : at].lower()
    attributes: list[Attribute] = []
    while (at := _end(_GAP, html, at)) < len(html):
        if html[at] == ">":
            return Tag(name, start, at + 1, tuple(attributes), html[at - 1] == "/"), at + 1
        attribute = _attribute(html, at)
        attributes.append(attribute)
        at = attribute.end
    return None, len(html)  # a tag without an end is none


def _attribute(html: str, start: int) -> Attribute:
    end = _end(_NAME, html, start)
    name = html[start:end].lower()
    equals = _EQUALS.match(html, end)
    if equals is None:
        return Attribute(name, "", start, end)
    begin = equals.end()
    quote = html[begin : begin + 1]
    if quote and quote in "\"'":
        close = html.find(quote, begin + 1)
        close = len(html) if close < 0 else close
        return Attribute(name, _read(html[begin + 1 : close]), start, min(close + 1, len(html)))
    end = _end(_BARE_VALUE, html, begin)
    return Attribute(name, _read(html[begin:end]), start, end)


def _read(value: str) -> str:
    """The value of an attribute as it is meant. No sign has a number so long that Python would not read it."""
    return unescape(_NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", _ZEROS.sub(r"\1", value)))


def _follow(nest: list[str], tag: Tag) -> None:
    """Keep in mind whether a drawing or a formula goes on, where no tag begins a text."""
    if tag.name.startswith("/"):
        if tag.name[1:] in nest:
            del nest[len(nest) - 1 - nest[::-1].index(tag.name[1:]) :]
    elif tag.name in _FOREIGN or (nest and nest[-1] in _FOREIGN and tag.name in _HTML_INSIDE):
        nest += [] if tag.closed or len(nest) >= _DEEPEST else [tag.name]
    elif nest and nest[-1] in _FOREIGN and tag.name in _LEAVES_FOREIGN:
        nest.clear()


def _past_text(html: str, name: str, at: int) -> int:
    """Where to go on after a tag: at the end tag, if the tag begins a text."""
    if name == "script":
        return _past_script(html, at)
    if name == "plaintext":
        return len(html)
    if name not in _TEXT:
        return at
    found = _ENDS[name].search(html, at)
    return found.start() if found else len(html)


def _past_script(html: str, at: int) -> int:
    """The end tag of a script. Within `<!--` a script in the script has an end tag of its own."""
    in_comment = in_script = False
    while found := _SCRIPT_MARK.search(html, at):
        mark, at = found[0].lower(), found.end()
        if mark == "<!--":
            in_comment, at = True, found.end() - 2  # its dashes may be those of `-->`
        elif mark == "-->":
            in_comment = in_script = False
        elif not in_comment or (found[1] and not in_script):
            if found[1]:
                return found.start()
        else:
            in_script = not found[1]
    return len(html)


def _after_comment(html: str, at: int) -> int:
    if html.startswith((">", "->"), at):
        return html.index(">", at) + 1
    found = _COMMENT_END.search(html, at)
    return found.end() if found else len(html)


def _after(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return len(html) if found < 0 else found + len(mark)


def _end(pattern: re.Pattern[str], html: str, at: int) -> int:
    found = pattern.match(html, at)
    return found.end() if found else at
