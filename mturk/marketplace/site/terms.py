"""The operator's terms: a file of text, Markdown or HTML, shown without anything that could act on a page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from mturk.marketplace.error import SettingError

_LARGEST = 1_000_000
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "hr", "i", "li",
    "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}


class Terms(NamedTuple):
    """What is shown, and the digest by which this version of it is known: a changed text is another version."""

    digest: str
    html: Markup


def read_terms(path: Path) -> Terms:
    """Read a file by its name's ending: .html, .md, and all else as plain text."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingError(f"The terms {path} cannot be read: {reason}.") from None
    if len(content) > _LARGEST:
        raise SettingError(f"The terms {path} have {len(content):,} bytes; {_LARGEST:,} are allowed.")
    return Terms(hashlib.sha256(content).hexdigest(), _shown(text, path.suffix.lower()))


def _shown(text: str, kind: str) -> Markup:
    if kind in (".html", ".htm"):
        return _clean(text)
    if kind in (".md", ".markdown"):
        return _clean(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    parts = (part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n"))
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in parts
        if part.strip()
    )


def _clean(html: str) -> Markup:
    # The page has a heading of its own; headings below it keep their order.
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    return Markup(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https", "http", "mailto"}))  # noqa: S704 - that is what cleans it
