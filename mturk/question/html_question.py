"""A web page that the service shows to workers, and that you pass to it whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from mturk.question import grammar, namespace, part
from mturk.question.document import Document
from mturk.question.element import Element
from mturk.rendering import submission, template
from mturk.rendering.rendering import Folder
from mturk.rendering.template import Engine


@frozen
class HTMLQuestion(Document):
    """A page of HTML with a form; the height of its frame 0 means that of the worker's window.

    >>> question = HTMLQuestion("<!DOCTYPE html><form action='…/mturk/externalSubmit' method='post'>…</form>")
    >>> HTMLQuestion.from_xml(question.to_xml()) == question
    True
    """

    html: str = field(converter=part.plain, validator=part.text, repr=lambda html: f"<{len(html)} characters>")
    frame_height: int = field(default=0, converter=part.height, validator=part.whole())

    @classmethod
    def from_template(
        cls,
        path: Folder,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        frame_height: int = 0,
        engine: Engine = "jinja",
        **more_values: Any,
    ) -> HTMLQuestion:
        """The page that a template gives, with every value escaped.

        The path is a file, or a name in the folders of `connect(templates=[…])`, or a shipped one such as
        `mturk/survey.html`. `engine="mturk"` fills `${name}` as MTurk's own site did: values go in as they are,
        so what is not HTML, or comes from strangers, has to be escaped by you, and a template without a form gets the
        site's. A template is code: take none from strangers.
        """
        html = template.fill(path, {**(values or {}), **more_values}, xml=False, engine=engine)
        return cls(html, frame_height)

    @classmethod
    def from_string(
        cls,
        source: str,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        frame_height: int = 0,
        engine: Engine = "jinja",
        **more_values: Any,
    ) -> HTMLQuestion:
        """As from_template, for a template that is data itself, from a database: it runs in a sandbox.

        That keeps it from the rest of the program and bounds neither its time nor its memory: take none from strangers.
        """
        html = template.fill_text(source, {**(values or {}), **more_values}, xml=False, engine=engine)
        return cls(html, frame_height)

    @classmethod
    def from_element(cls, root: Element) -> HTMLQuestion:
        """The page in an HTMLQuestion element."""
        root.expect("HTMLQuestion", namespace.HTML_QUESTION)
        grammar.hold(root, grammar.HTML_QUESTION)
        return cls(root.need("HTMLContent").text, root.number("FrameHeight"))

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        return template.document("html_question.xml", question=self)

    def problems(self) -> list[str]:
        """What the service would refuse, as far as it can be told at once."""
        return self.judgement()[0]

    def judgement(self) -> tuple[list[str], list[str]]:
        """The problems, and what the page lacks unless one of its scripts sees to it."""
        if not self.html.strip():
            return ["HTMLQuestion.html: it is empty; expected a page with a form", *height_problems(self)], []
        problems, doubts = submission.judge(self.html)
        return problems + height_problems(self), doubts


def height_problems(question: Any) -> list[str]:
    """A frame cannot be less than nothing high."""
    if question.frame_height >= 0:
        return []
    return [f"{type(question).__name__}.frame_height: {question.frame_height}; expected 0 or more pixels"]
