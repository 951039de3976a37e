"""The page that stands for a question that did not come with its HIT: what is known of it, and nothing to submit."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

_BEGINNING = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd">'
    '<HTMLContent><![CDATA[<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="question" content="elsewhere">'
)
_END = "</body></html>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"


def page(inputs: Mapping[str, str]) -> str:
    """A question that shows the input of a HIT whose own question is not known."""
    rows = "".join(f"<tr><th>{_shown(name)}</th><td>{_shown(text)}</td></tr>" for name, text in inputs.items())
    table = f"<table>{rows}</table>" if rows else ""
    return f"{_BEGINNING}</head><body><p>This HIT was done elsewhere. Its question is not known here.</p>{table}{_END}"


def is_lost(question: str) -> bool:
    """Whether a question is such a page."""
    return question.startswith(_BEGINNING)


def _shown(text: str) -> str:
    # Escaped, so that neither the page nor the CDATA section around it can end in it.
    return escape(text)
