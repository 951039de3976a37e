"""The parser of documents that come from outside: it refuses whatever could harm us.

A DOCTYPE is refused before the parser sees it: entities that expand to gigabytes need one. All else is bounded by the
limit on size and by two limits on nesting: ours, and the parser's own, which ends its work at 256.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from xml.parsers import expat

from lxml import etree

from mturk.marketplace.error import ParameterValidationError

Element = etree._Element

PARSER = etree.XMLParser(
    # What a document says of its encoding is about bytes that no longer exist.
    encoding="utf-8",
    load_dtd=False,
    no_network=True,
    resolve_entities=False,
    huge_tree=False,
    # With these left out, the text of an element is in one piece.
    remove_comments=True,
    remove_pis=True,
)
_DEEPEST = 50
_is_too_deep = etree.XPath(f"boolean({'/*' * (_DEEPEST + 1)})")
# What may stand before a DOCTYPE. A loop over single matches, because one expression for all of them would backtrack.
_BEFORE_DOCTYPE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


class Unreadable(Exception):
    """The document is not what it should be; the text is for the requester."""


def parse(xml: str) -> Element:
    """The root element of a document."""
    _refuse_doctype(xml)
    try:
        root = etree.fromstring(xml.encode(), PARSER)
    except etree.XMLSyntaxError as error:
        raise _too_deep() if "Excessive depth" in error.msg else Unreadable(_complaint(xml) or error.msg) from None
    except UnicodeEncodeError as error:
        raise Unreadable(str(error)) from None
    if _is_too_deep(root):
        raise _too_deep()
    return root


@contextmanager
def reading(parameter: str, xml: str, limit: int) -> Iterator[None]:
    """Read a document that was given as this parameter; what is wrong with it is refused in the service's words."""
    expect_size(parameter, len(xml.encode(errors="surrogatepass")), limit)
    if not xml:
        text = f"Your request parameter {parameter} has a minimum length of 1."
        raise ParameterValidationError(parameter, text)
    try:
        yield
    except Unreadable as error:
        raise ParameterValidationError(
            parameter,
            "There was an error parsing the XML question or answer data in your request. Please make sure "
            f"the data is well-formed and validates against the appropriate schema. Details: {error}",
        ) from None


def expect_size(parameter: str, size: int, limit: int) -> None:
    """Refuse a document that is too large, in the service's words."""
    if size > limit:
        text = f"Your request parameter {parameter} has a maximum length of {limit}."
        raise ParameterValidationError(parameter, text)


def _refuse_doctype(xml: str) -> None:
    position = 1 if xml.startswith("\N{BYTE ORDER MARK}") else 0
    while found := _BEFORE_DOCTYPE.match(xml, position):
        position = found.end()
    if xml.startswith("<!DOCTYPE", position):
        raise Unreadable("a document type declaration is not allowed")


def _complaint(xml: str) -> str | None:
    # Expat's messages are clearer than those of libxml2; only of namespaces it knows nothing.
    try:
        expat.ParserCreate(encoding="utf-8").Parse(xml.encode(), True)
    except expat.ExpatError as error:
        return str(error)
    return None


def _too_deep() -> Unreadable:
    return Unreadable(f"elements are nested more than {_DEEPEST} deep")
