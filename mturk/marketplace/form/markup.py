"""The XHTML of a requester's FormattedContent, made safe to stand in a page of the site.

What the subset of the service allows stays, except what could disturb the page or reach beyond it: names and ids, links
to this site, pictures that do not come by https, frames for links to open in. Links open beside the page, so that
nothing typed is lost.
"""

from __future__ import annotations

from typing import Final

import nh3
from lxml import etree
from markupsafe import Markup

from mturk.marketplace.document.parser import PARSER, Element

_EVERYWHERE = {"title", "lang", "dir"}
_CELL = {"align", "valign"}
_INLINE = [
    "i",
    "b",
    "u",
    "s",
    "strike",
    "big",
    "small",
    "font",
    "em",
    "strong",
    "code",
    "q",
    "cite",
    "sub",
    "sup",
    "ins",
    "del",
]
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    **{tag: set() for tag in (*_INLINE, "br", "dl", "dt", "dd", "center", "blockquote")},
    **{f"h{level}": {"align"} for level in range(3, 7)},
    "p": {"align"},
    "ul": {"type"},
    "ol": {"type", "start"},
    "li": {"type", "value"},
    "hr": {"align", "noshade", "size", "width"},
    "pre": {"width"},
    "font": {"size", "color", "face"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "height", "width", "align", "border", "hspace", "vspace", "usemap"},
    "map": {"name"},
    "area": {"alt", "shape", "coords", "href", "nohref"},
    "table": {"width", "border", "frame", "rules", "cellspacing", "cellpadding", "align", "bgcolor"},
    "thead": _CELL,
    "tfoot": _CELL,
    "tbody": _CELL,
    "colgroup": {"span", "width", *_CELL},
    "col": {"span", "width", *_CELL},
    "tr": {"bgcolor", *_CELL},
    "th": {"abbr", "scope", "rowspan", "colspan", "nowrap", "bgcolor", "width", "height", *_CELL},
    "td": {"abbr", "scope", "rowspan", "colspan", "nowrap", "bgcolor", "width", "height", *_CELL},
}
_BESIDE = {"target": "_blank"}
_CLEANER = nh3.Cleaner(
    tags=set(_ATTRIBUTES),
    attributes={tag: own | _EVERYWHERE for tag, own in _ATTRIBUTES.items()},
    clean_content_tags={"script", "style", "title", "textarea", "template", "iframe", "object", "noscript"},
    url_schemes={"http", "https", "mailto", "ftp"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": _BESIDE, "area": {**_BESIDE, "rel": "noopener noreferrer nofollow"}},
)
_LEADING_OUT = ("http://", "https://", "mailto:", "ftp://")
# A table has at most 1,000 columns in browsers; more rows than there are would only cost time.
_MOST_SPANNED = 1_000


def safe(content: str) -> Markup:
    """The content of a FormattedContent as HTML."""
    try:
        root = etree.fromstring(f"<div>{content}</div>".encode(), PARSER)
    except (etree.XMLSyntaxError, UnicodeEncodeError):
        # What was published was well-formed; whatever else comes is shown as text.
        return Markup.escape(content)
    for element in root.iterdescendants():
        _prepare(element)
    html = etree.tostring(root, encoding="unicode", method="html")
    return Markup(_CLEANER.clean(html))  # noqa: S704 - that was cleaned


def is_coloured(html: str) -> bool:
    """Whether colours were chosen, which are for a white page."""
    return "bgcolor=" in html or "color=" in html


def is_wide(html: str) -> bool:
    """Whether it may be wider than the page."""
    return "<table" in html or "<pre" in html


def _prepare(element: Element) -> None:
    element.tag = _below_the_page(etree.QName(element).localname)
    for name in ("rowspan", "colspan", "span"):
        if len(element.get(name, "")) > 3:
            element.set(name, str(_MOST_SPANNED))
    if element.tag == "img" and not element.get("src", "").startswith("https://"):
        _link_instead(element)
    for name in ("href", "usemap"):
        value = element.get(name)
        # Cleaning knows schemes, and lets through what has none: that would be a page of the site.
        if value is not None and not value.startswith(_LEADING_OUT if name == "href" else "#"):
            del element.attrib[name]


def _below_the_page(tag: str) -> str:
    """The tag; a heading two steps lower, because the page has headings of its own."""
    is_heading = len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()
    return f"h{min(int(tag[1]) + 2, 6)}" if is_heading else tag


def _link_instead(image: Element) -> None:
    """Make a link of an image that the page must not load."""
    words = image.get("alt") or image.get("src") or ""
    address = image.get("src", "")
    image.tag = "a"
    image.attrib.clear()
    image.set("href", address)
    image.text = words
