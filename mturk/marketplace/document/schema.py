"""Holds documents against the schemas of the service, which stand as files in the package."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from lxml import etree

from mturk import schemas

_BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
_XHTML = "http://www.w3.org/1999/xhtml"
_FILES: Final = {
    f"{_BASE}2011-11-11/HTMLQuestion.xsd": "html_question.xsd",
    f"{_BASE}2006-07-14/ExternalQuestion.xsd": "external_question.xsd",
    f"{_BASE}2017-11-06/QuestionForm.xsd": "question_form.xsd",
    f"{_BASE}2005-10-01/QuestionForm.xsd": "question_form_2005.xsd",
    f"{_BASE}2005-10-01/AnswerKey.xsd": "answer_key.xsd",
    _XHTML: "formatted_content.xsd",
}


def departures(xml: str) -> list[str]:
    """Where a well-formed document departs from its schema: line, and what was expected there."""
    try:
        root = etree.fromstring(xml.encode(), _parser())
    except etree.XMLSyntaxError as error:
        return [str(error)]
    namespace = etree.QName(root).namespace or ""
    found = _against(root, namespace)
    for content in root.iterdescendants(f"{{{namespace}}}FormattedContent"):
        # Its text is a document of its own, which the service wraps like this.
        wrapped = f'<FormattedContent xmlns="{_XHTML}">{content.text or ""}</FormattedContent>'
        found += [f"line {content.sourceline}, FormattedContent: {words}" for words in departures(wrapped)]
    return found


def _against(root: etree._Element, namespace: str) -> list[str]:
    if namespace not in _FILES:
        return [f"no schema is known for the namespace {namespace!r}"]
    schema = _schema(_FILES[namespace])
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    return [f"line {entry.line}: {entry.message.replace(f'{{{namespace}}}', '')}" for entry in log]


@cache
def _schema(file: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(schemas.FOLDER / file), _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
