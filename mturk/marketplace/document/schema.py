"""Validates documents against the schemas of the service, which are files of the package."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import cache
from typing import Any, Final

from lxml import etree

from mturk import schemas
from mturk.marketplace.document.parser import PARSER, Element, Unreadable

BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
_XHTML = "http://www.w3.org/1999/xhtml"
_FILES: Final = {
    f"{BASE}2011-11-11/HTMLQuestion.xsd": "html_question.xsd",
    f"{BASE}2006-07-14/ExternalQuestion.xsd": "external_question.xsd",
    f"{BASE}2017-11-06/QuestionForm.xsd": "question_form.xsd",
    f"{BASE}2005-10-01/QuestionForm.xsd": "question_form_2005.xsd",
    f"{BASE}2005-10-01/AnswerKey.xsd": "answer_key.xsd",
    _XHTML: "formatted_content.xsd",
}
_MOST_TOLD = 5
# Characters.
_LONGEST_CONTENT = 65_535
_MANY = 100
"""Beyond so many departures none is told with its line: to say where one is, the validator counts all elements beside
it, for each of them, which takes the square of their number."""
_WIDE = 1_000  # elements beside each other; with fewer that takes no time worth speaking of
_ONE_BY_ONE = threading.Lock()


def expect_schema(root: Element) -> None:
    """Refuse a document that departs from its schema."""
    found = departures(root)
    if found:
        raise Unreadable("; ".join(found[:_MOST_TOLD]))


def departures(root: Element) -> list[str]:
    """Where a document departs from its schema: each line, and what was expected there."""
    namespace = etree.QName(root).namespace or ""
    found = _against(root, namespace)
    for content in root.iterdescendants(f"{{{namespace}}}FormattedContent"):
        where = f"line {content.sourceline}, FormattedContent"
        found += [f"{where}: {words}" for words in _formatted_departures(content.text or "")]
    return found


def _formatted_departures(content: str) -> list[str]:
    if len(content) > _LONGEST_CONTENT:
        return [f"it has more than {_LONGEST_CONTENT:,} characters"]
    # The text of a FormattedContent is a document of its own, which the service wraps like this.
    wrapped = f'<FormattedContent xmlns="{_XHTML}">{content}</FormattedContent>'
    try:
        return _against(etree.fromstring(wrapped.encode(), PARSER), _XHTML)
    except etree.XMLSyntaxError as error:
        return [str(error)]


def _against(root: Element, namespace: str) -> list[str]:
    if namespace not in _FILES:
        return [f"no schema is known for the namespace {namespace!r}"]
    # Where two threads make schemas at once, libxml2 may take a good one for no schema. And what a schema finds stands
    # in a log of its own, which the next document that is held against it empties.
    with _ONE_BY_ONE:
        schema = _schema(_FILES[namespace])
        if any(len(element) > _WIDE for element in root.iter()):
            many = _passing_by(schema, root)
            if len(many) > _MANY:
                return [_told(entry, namespace) for entry in many]
        if schema.validate(root):
            return []
        log: Any = schema.error_log
        return [f"line {entry.line}: {_told(entry, namespace)}" for entry in log]


def _told(entry: Any, namespace: str) -> str:
    return str(entry.message).replace(f"{{{namespace}}}", "")


def _passing_by(schema: etree.XMLSchema, root: Element) -> Any:
    """What departs from the schema, found while the document is read, when nobody can say where."""
    reader = etree.XMLParser(encoding="utf-8", no_network=True, resolve_entities=False, schema=schema)
    with suppress(etree.XMLSyntaxError):
        etree.fromstring(etree.tostring(root, encoding="utf-8"), reader)
    return reader.error_log


@cache
def _schema(file: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(schemas.FOLDER / file), PARSER))
