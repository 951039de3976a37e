"""Holds XML against the schemas of the service's documents, with lxml."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from mturk import schemas
from mturk.errors import ConfigurationError
from mturk.question import namespace

_XHTML = "http://www.w3.org/1999/xhtml"
_FILES = {
    namespace.HTML_QUESTION: "html_question.xsd",
    namespace.EXTERNAL_QUESTION: "external_question.xsd",
    namespace.QUESTION_FORM["2017-11-06"]: "question_form.xsd",
    namespace.QUESTION_FORM["2005-10-01"]: "question_form_2005.xsd",
    namespace.ANSWER_KEY: "answer_key.xsd",
    namespace.ANSWERS: "question_form_answers.xsd",
    _XHTML: "formatted_content.xsd",
}


def available() -> bool:
    """Whether the library that applies schemas is installed."""
    return find_spec("lxml") is not None


def problems(xml: str) -> list[str]:
    """Where the document departs from its schema: line, element, and what was expected."""
    etree = _library()
    try:
        root = etree.fromstring(xml.encode(), _parser())
    except etree.XMLSyntaxError as error:
        return [f"line {error.lineno}: not XML: {_reason(error)}"]
    address = etree.QName(root).namespace
    if address not in _FILES:
        return [f"line 1: {etree.QName(root).localname}: no schema is known for namespace {address!r}"]
    return _against(root, address) + _formatted(root, address)


def fragment_problems(xhtml: str, place: str) -> list[str]:
    """What is wrong with a piece of formatted content, by the same schema as its form is checked by."""
    etree = _library()
    wrapped = f'<FormattedContent xmlns="{_XHTML}">{xhtml}</FormattedContent>'
    try:
        root = etree.fromstring(wrapped.encode(), _parser())
    except etree.XMLSyntaxError as error:
        return [f"{place}: line {error.lineno} of its text: not XML: {_reason(error)}"]
    return [f"{place}: {words} (counted in its own text)" for words in _against(root, _XHTML)]


def _formatted(root: Any, address: str) -> list[str]:
    found = []
    for node in root.iter(f"{{{address}}}FormattedContent"):
        found += fragment_problems(node.text or "", f"line {node.sourceline}: FormattedContent")
    return found


def _against(root: Any, address: str) -> list[str]:
    schema = _schema(_FILES[address])
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    return [f"line {entry.line}: {_words(entry.message, address)}" for entry in log]


def _reason(error: Any) -> str:
    return str(error.msg).partition(", line ")[0]


def _words(message: str, address: str) -> str:
    return message.replace(f"{{{address}}}", "")


@cache
def _schema(file: str) -> Any:
    etree = _library()
    return etree.XMLSchema(etree.parse(str(schemas.FOLDER / file), _parser()))


def _parser() -> Any:
    etree = _library()
    # The encoding is ours: what a document declares was true of the bytes that it once was.
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)


def _library() -> Any:
    try:
        from lxml import etree
    except ImportError as error:
        raise ConfigurationError("schemas need lxml: pip install 'mturk[validate]'") from error
    return etree
