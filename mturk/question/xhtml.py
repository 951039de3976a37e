"""The XHTML that the service shows inside forms: which tags there are, told without a schema."""

from __future__ import annotations

from xml.parsers.expat import XMLParserType

from mturk.errors import ValidationError
from mturk.question import element

_NAMES = """
    a area b big blockquote br center cite code col colgroup dd del dl dt em font h1 h2 h3 h4 h5 h6 hr i img
    ins li map ol p pre q s small strike strong sub sup table tbody td tfoot th thead tr u ul
"""
TAGS = frozenset(_NAMES.split())
_SPACE = "http://www.w3.org/1999/xhtml"
_OPENING = f'<FormattedContent xmlns="{_SPACE}">'


def problems(text: str) -> list[str]:
    """What the service would refuse in formatted content; attributes and nesting are left to the schema."""
    found: list[str] = []
    parser: XMLParserType | None = None

    def watch(made: XMLParserType) -> None:
        nonlocal parser
        parser = made
        made.CommentHandler = lambda *_of_it: say("a comment")
        made.ProcessingInstructionHandler = lambda *_of_it: say("a processing instruction")

    def say(words: str) -> None:
        assert parser is not None  # noqa: S101 - it is what calls this
        found.append(f"line {parser.CurrentLineNumber} of its text: {words}, which is not allowed")

    def start(name: str, _attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        if space != _SPACE or (tag not in TAGS and name != f"{_SPACE} FormattedContent"):
            say(f"<{tag}>")

    try:
        data = element.encoded(f"{_OPENING}{text}</FormattedContent>", element.SIZE)
        element.run(data, start, lambda _name: None, watch=watch, skip=len(_OPENING))
    except ValidationError as error:
        found.append(str(error))
    return found
