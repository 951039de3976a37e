"""A web page on your own site, which the service shows to workers in a frame."""

from __future__ import annotations

import re

from attrs import field, frozen

from mturk.question import address, grammar, namespace, part
from mturk.question.document import Document
from mturk.question.element import Element
from mturk.question.html_question import height_problems
from mturk.rendering import template

RESERVED = ("assignmentId", "hitId", "turkSubmitTo", "workerId")  # the service adds these to the address


@frozen
class ExternalQuestion(Document):
    """The address of a page of yours, and the height of its frame; 0 is that of the worker's window.

    >>> ExternalQuestion("https://my-lab.org/task?photo=7", 600).url
    'https://my-lab.org/task?photo=7'
    """

    url: str = field(converter=part.plain, validator=part.text)
    frame_height: int = field(default=0, converter=part.height, validator=part.whole())

    @classmethod
    def from_element(cls, root: Element) -> ExternalQuestion:
        """The address in an ExternalQuestion element."""
        root.expect("ExternalQuestion", namespace.EXTERNAL_QUESTION)
        grammar.hold(root, grammar.EXTERNAL_QUESTION)
        return cls(root.need("ExternalURL").text.strip(), root.number("FrameHeight"))

    def to_xml(self) -> str:
        """The XML, as it goes to the service."""
        return template.document("external_question.xml", question=self)

    def problems(self) -> list[str]:
        """What the service would refuse."""
        return [f"ExternalQuestion.url: {self.url!r}: {words}" for words in _url_problems(self.url)] + (
            height_problems(self)
        )


def _url_problems(url: str) -> list[str]:
    parts = address.split(url)
    if parts is None:
        return ["expected the whole address of a page, https://…"]
    found = []
    if parts.scheme == "http" and not address.is_near(parts.hostname or ""):
        found.append("expected https; http is for this machine and private networks only")
    if re.search(r"[\s<>\"{}|\\^`]", url) or re.search(r"%(?![0-9A-Fa-f]{2})", url):
        found.append("blanks, brackets, quotes and a bare % have to be percent-encoded (urllib.parse.quote)")
    if re.search(r"&(amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);", url):
        found.append("write & as it is; it is escaped here")
    names = {pair.partition("=")[0] for pair in parts.query.split("&")}
    found += [f"the service adds {name} itself" for name in RESERVED if name in names]
    return found
