"""What a page of HTML is made of, as far as its submission goes: its forms, fields, buttons and scripts.

Not a parser of HTML: it looks for the few tags that matter, in one pass, and skips comments, scripts and templates.
"""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

SUBMIT = "/mturk/externalSubmit"
CROWD_LOADER = "crowd-html-elements.js"
RESERVED = ("assignmentId", "hitId", "turkSubmitTo", "workerId")
"""The site adds these to the page's address, and never returns a field of such a name as an answer."""

# A comment, or a tag that matters, with what is in it where that is no HTML. A tag whose quotes do not end goes to the
# next ">", and is known by `endless`.
_PART = re.compile(
    r"""
    <!--.*?(?:-->|\Z)
    |<(?:(?P<raw>script|style|template)(?=[\s/>])
      |(?P<name>!doctype\b|/?(?:(?:html|head|body|form|input|button|select|textarea|script|style|template|crowd-[a-z-]+)(?=[\s/>]))))
     (?P<rest>[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>|(?P<endless>[^>]*(?:>|\Z)))
     (?(raw)(?P<inside>.*?)(?:</(?P=raw)|\Z))
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE | re.ASCII,  # HTML knows no other blanks and letters
)
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?""")
_SUBMITS = {"input": ("submit", "image"), "button": ("", "submit")}
_NEVER_SENT = ("button", "reset")
_NO_LINE = ("hidden", "checkbox", "radio", "file", "range", "color", "submit", "image")
SITE_SCRIPT = "mturk-site"
"""The id of the script that completed pages get, which adds no field and no form."""


@attrs.define
class Form:
    """A form: where its start tag stands, where its content begins and ends, and what is in it."""

    start: int
    inside: int
    attributes: dict[str, str]
    end: int | None = None
    fields: list[str] = attrs.Factory(list)
    submits: int = 0
    lines: int = 0
    """How many lines of text: with a single one Enter submits the form."""

    @property
    def posts(self) -> bool:
        """Whether its fields go into the body of the request."""
        return self.attributes.get("method", "").lower() == "post"

    @property
    def is_submitted(self) -> bool:
        """Whether it goes to where the service takes answers."""
        path = re.split("[?#]", self.attributes.get("action", ""), maxsplit=1)[0].strip().rstrip("/")
        return f"/{path}".lower().endswith(SUBMIT.lower())

    @property
    def answers(self) -> list[str]:
        """The names under which answers come back."""
        return [name for name in self.fields if name not in RESERVED]


@attrs.define
class Page:
    """What stands in a page; positions are those of characters."""

    html: str
    doctype: bool = False
    after_doctype: int = 0
    places: dict[str, int] = attrs.Factory(dict)
    """Where the content of html, head and body begins (`body`) and ends (`/body`)."""
    forms: list[Form] = attrs.Factory(list)
    fields: list[str] = attrs.Factory(list)
    submits: int = 0
    crowd_form: bool = False
    crowd_loader: bool = False
    scripts: list[str] = attrs.Factory(list)
    """The texts of the scripts in the page, and of what happens on its events."""
    sources: list[str] = attrs.Factory(list)
    """The addresses of its other scripts."""
    controls: list[tuple[str, dict[str, str], Form | None]] = attrs.Factory(list)
    """What can be filled in or pressed: its tag, its attributes, and the form around it."""

    @property
    def form(self) -> Form | None:
        """The form that is submitted: the one that says so, or the one with the most answers, or the first."""
        said = [form for form in self.forms if form.is_submitted]
        return max(said or self.forms, key=lambda form: len(form.answers), default=None)

    def settle(self) -> None:
        """Give each control to its form: the one that it names, or the one around it."""
        named = {form.attributes["id"]: form for form in reversed(self.forms) if form.attributes.get("id")}
        for tag, attributes, around in self.controls:
            name, of, kind = attributes.get("name"), attributes.get("form"), attributes.get("type", "").lower()
            form = around if of is None else named.get(of)
            for holder in (self, form):
                if holder is not None:
                    holder.submits += kind in _SUBMITS.get(tag, ())
                    holder.fields += [name] if name else []
            if form is not None:
                form.lines += tag == "input" and kind not in _NO_LINE


@lru_cache(maxsize=8)  # a page is looked at several times while it is completed and judged
def read(html: str) -> Page:
    """The page that this HTML is."""
    page = Page(html)
    for found in _PART.finditer(html):
        _take(page, found)
    page.settle()
    return page


def spans(html: str) -> list[tuple[int, int]] | None:
    """Where the tags, scripts and comments stand that `read` looks at; all else is text to it.

    None if one of these tags has no end, so that a quote anywhere after it may give it one.
    """
    found = []
    for part in _PART.finditer(html):
        if part["endless"] is not None:
            return None
        found.append(part.span())
    return found


def bones(html: str) -> str:
    """The page without its text, which is alike for all pages of a batch; `read` finds the same in it."""
    parts = []
    for part in _PART.finditer(html):
        if part["endless"] is not None:
            return html
        parts.append(part[0])
    return "".join(parts)


def _take(page: Page, found: re.Match[str]) -> None:
    """Note a part of the page."""
    raw, name = found["raw"], found["name"]
    if raw:
        if raw.lower() == "script":
            _note_script(page, _attributes(found["rest"][:-1]), found["inside"])
    elif name:
        name = name.lower()
        if name == "!doctype":
            if found["rest"].strip(" \t\r\n>").lower().startswith("html"):
                page.doctype, page.after_doctype = True, found.end()
        elif name.startswith("/"):
            _close(page, name, found.start())
        else:
            _open(page, name, found.start(), found.end(), _attributes(found["rest"][:-1]))


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), value[1:-1] if value[:1] in ("'", '"') else value)
    return found


def _note_script(page: Page, attributes: dict[str, str], inside: str) -> None:
    source = attributes.get("src", "")
    page.crowd_loader = page.crowd_loader or CROWD_LOADER in source or CROWD_LOADER in inside
    if source:
        page.sources.append(source)
    elif attributes.get("id") != SITE_SCRIPT:
        page.scripts.append(inside)


def _open(page: Page, name: str, start: int, end: int, attributes: dict[str, str]) -> None:
    page.scripts += [value for event, value in attributes.items() if event.startswith("on")]
    if name in ("html", "head", "body"):
        page.places.setdefault(name, end)
    elif name == "form":
        page.forms.append(Form(start, end, attributes))
    elif name == "crowd-form":
        page.crowd_form = True
    else:
        _note_field(page, name, attributes)


def _note_field(page: Page, name: str, attributes: dict[str, str]) -> None:
    if attributes.get("type", "").lower() not in _NEVER_SENT:
        around = page.forms[-1] if page.forms and page.forms[-1].end is None else None
        page.controls.append((name, attributes, around))


def _close(page: Page, name: str, start: int) -> None:
    if name in ("/html", "/body", "/head"):
        page.places[name] = start  # the last one counts: the others stand in texts
    elif name == "/form" and page.forms and page.forms[-1].end is None:
        page.forms[-1].end = start
