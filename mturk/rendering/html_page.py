"""What a page of HTML needs to be shown to workers, and to be submitted by them."""

from __future__ import annotations

from html.parser import HTMLParser

SUBMIT = "/mturk/externalSubmit"


def problems(html: str) -> list[str]:
    """What the page lacks; pages with crowd elements make their own form and need no document type."""
    seen = _Reader()
    seen.feed(html)
    seen.close()
    if seen.crowd_form:
        return []
    found = []
    if not seen.doctype:
        found.append("HTMLQuestion.html: no document type; expected <!DOCTYPE html> at the beginning")
    if not seen.forms:
        found.append(f"HTMLQuestion.html: no form; expected one that posts to {SUBMIT}, or a <crowd-form>")
    elif SUBMIT.rpartition("/")[2] not in html:
        found.append(f"HTMLQuestion.html: no form is submitted; expected one that posts to {SUBMIT}")
    elif not seen.posts:
        found.append("HTMLQuestion.html: the form does not post; expected method='post'")
    return found


def is_fragment(html: str) -> bool:
    """Whether it is only the inside of a page, which somebody else has to put a form around."""
    seen = _Reader()
    seen.feed(html)
    seen.close()
    return not (seen.forms or seen.crowd_form or seen.whole)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.doctype = self.forms = self.posts = self.crowd_form = self.whole = False

    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl.lower().split()[:2] == ["doctype", "html"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.whole = self.whole or tag == "html"
        self.crowd_form = self.crowd_form or tag == "crowd-form"
        if tag == "form":
            self.forms = True
            self.posts = self.posts or (dict(attrs).get("method") or "").lower() == "post"
