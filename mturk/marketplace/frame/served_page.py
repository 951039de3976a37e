"""The page of an HTMLQuestion as it is served: as it was written, with a form if it has none, and our script first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import NamedTuple

from mturk.marketplace.frame.page_source import Attribute, Tag, tags, unfinished

_DOCTYPE = "<!DOCTYPE html>"
_BEGINNING = (
    '<form name="mturk_form" id="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">'
    '<input type="hidden" name="assignmentId" id="assignmentId" value="">'
)
_BUTTON = '<p><input type="submit" id="submitButton" class="btn btn-primary" value="Submit"></p>'
_SUBMITS = {"input": ("submit", "image"), "button": ("submit",)}
# Elements that send their own answers, and need no form around them.
_SENDS_ITSELF = ("form", "crowd-form", "crowd-entity-annotation")
_BEFORE_DOCTYPE = re.compile(r"\ufeff|[\t\n\f\r ]+|<!--(?:-?>|.*?--!?>)|<[?!][^>]*>", re.DOTALL)
_SHADOW = "shadowrootmode"
_ADDRESSES = {"script": "src", "link": "href"}
# They speak of the file that was asked for, and of the host that it came from.
_GOES_WITH_ADDRESS = ("integrity", "crossorigin")


class Edit(NamedTuple):
    """A piece of a page's text, and what stands there instead."""

    start: int
    end: int
    text: str


# Where the site's script did not come, the browser would send answers to MTurk, where they are lost.
_WITHOUT = (
    "(function(s){s.remove();if(window.turkGetSubmitToHost)return;"
    "function hold(e){if(e){e.preventDefault();e.stopImmediatePropagation()}alert(s.dataset.missing)}"
    'addEventListener("submit",hold,true);HTMLFormElement.prototype.submit=function(){hold()}})(document.currentScript)'
)


class Script(NamedTuple):
    """The site's script in a page: where it is served, and the settings that it reads from its own attributes."""

    address: str
    settings: Mapping[str, str]
    missing: str = ""
    """What the worker is told who submits the page although the script did not come."""

    def __str__(self) -> str:
        given = "".join(f' data-{name}="{escape(value)}"' for name, value in self.settings.items())
        without = f'<script data-missing="{escape(self.missing)}">{_WITHOUT}</script>' if self.missing else ""
        return f'<script src="{escape(self.address)}"{given}></script>{without}'


class _Shape:
    """What decides how a page is completed."""

    def __init__(self) -> None:
        self.doctype_end: int | None = None
        self.sends_itself = False
        self.crowd_form = False
        self.submits = False
        self.strays: list[Edit] = []
        self._begun = False
        self._templates = 0

    def note(self, html: str, tag: Tag) -> None:
        """Note a tag; what is in a template is not in the page."""
        is_first, self._begun = not self._begun, True
        if tag.name == "!doctype":
            # After a text or a tag it is ignored, by browsers too.
            if is_first and not _BEFORE_DOCTYPE.sub("", html[: tag.start]):
                self.doctype_end = tag.end
        elif tag.name in ("template", "/template"):
            self._templates = max(0, self._templates + (1 if tag.name == "template" else -1))
        elif not self._templates:
            self.sends_itself = self.sends_itself or tag.name in _SENDS_ITSELF
            self.crowd_form = self.crowd_form or tag.name == "crowd-form"
            self.submits = self.submits or _submits(tag)
            if tag.name == "/form":
                self.strays.append(Edit(tag.start, tag.end, ""))


def served(html: str, script: Script, own_copy: Callable[[str], str | None]) -> str:
    """The page with `script` as its first; `own_copy` says where else an address of a script or a style is answered.

    A page that has no form of its own stands inside one, as MTurk's site for requesters did it. A document type is
    added to pages of crowd elements only: others were made for the layout that browsers give to pages without one.
    """
    shape, edits = _Shape(), []
    for tag in tags(html):
        shape.note(html, tag)
        edits += _edits(html, tag, own_copy)
    start = shape.doctype_end if shape.doctype_end is not None else int(html.startswith("\N{BYTE ORDER MARK}"))
    doctype = _DOCTYPE if shape.crowd_form and shape.doctype_end is None else ""
    if shape.sends_itself:
        return edited(html, [Edit(start, start, f"{doctype}{script}"), *edits])
    # What no end tag ends would swallow ours, and one for a form that is not there would end the form around the page.
    stop, end = unfinished(html)
    edits = [edit for edit in sorted([*edits, *shape.strays]) if edit.start < stop]
    last = Edit(stop, len(html), f"{end}{'' if shape.submits else _BUTTON}</form>")
    return edited(html, [Edit(start, start, f"{doctype}{script}{_BEGINNING}"), *edits, last])


def _submits(tag: Tag) -> bool:
    kind = (tag.get("type") or "").lower()
    if kind in _SUBMITS.get(tag.name, ()):
        return True
    return tag.name == "button" and not kind and tag.get("id") == "submitButton"


def edited(html: str, edits: Iterable[Edit]) -> str:
    """The text with all edits, which come in order and do not overlap."""
    pieces, at = [], 0
    for edit in edits:
        pieces += [html[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, html[at:]])


def asked_for(html: str) -> Iterator[str]:
    """The addresses of a page's scripts and styles."""
    for tag in tags(html):
        attribute = _address(tag)
        if attribute is not None:
            yield attribute.value.strip()


def _edits(html: str, tag: Tag, own_copy: Callable[[str], str | None]) -> list[Edit]:
    if tag.name == "template":
        # Our script sees what is submitted in an open shadow.
        return [Edit(each.start, each.end, f'{_SHADOW}="open"') for each in tag.attributes if _is_closed(each)][:1]
    attribute = _address(tag)
    copy = attribute and own_copy(attribute.value.strip())
    if attribute is None or copy is None:
        return []
    found = [Edit(attribute.start, attribute.end, f'{attribute.name}="{escape(copy)}"')]
    found += [Edit(each.start, each.end, "") for each in tag.attributes if each.name in _GOES_WITH_ADDRESS]
    return sorted(found)


def _is_closed(attribute: Attribute) -> bool:
    return attribute.name == _SHADOW and attribute.value.lower() == "closed"


def _address(tag: Tag) -> Attribute | None:
    name = _ADDRESSES.get(tag.name)
    return next((each for each in tag.attributes if each.name == name), None)
