"""Whether workers can submit a page, and how a page that was written for MTurk's own site is made so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mturk.rendering import html_page, rendering
from mturk.rendering.html_page import CROWD_LOADER, RESERVED, SUBMIT, Form, Page
from mturk.rendering.rendering import Folder

_PLACE = "HTMLQuestion.html"
_ACTION = f"https://www.mturk.com{SUBMIT}"
_LOADER = f'<script src="https://assets.crowd.aws/{CROWD_LOADER}"></script>'
_ASSIGNMENT = '<input type="hidden" name="assignmentId" id="assignmentId" value="">'
_BUTTON = '<p><input type="submit" id="submitButton" class="btn btn-primary" value="Submit"></p>'
# What a script of the page may make: where one speaks of it, it is not held to be missing.
_LIBRARY = re.compile("jquery|bootstrap|popper", re.IGNORECASE)  # these do nothing of their own
_BY_SCRIPT = re.compile(r"externalSubmit|turkSubmitTo|turkGetSubmitToHost|\.action\b|[\"']action[\"']")


def judge(html: str) -> tuple[list[str], list[str]]:
    """Why workers cannot submit the page, and what is doubtful because a script may see to it."""
    problems, doubts = _judged(html_page.bones(html))
    return list(problems), list(doubts)


@lru_cache(maxsize=64)  # thousands of pages differ in their text alone
def _judged(bones: str) -> tuple[Sequence[str], Sequence[str]]:
    page = html_page.read(bones)
    form = page.form
    problems = [
        f"{_PLACE}: a field is named {name}, which the service never returns as an answer; expected another name"
        for name in dict.fromkeys(page.fields if form is None else form.fields)
        if name in RESERVED[1:]
    ]
    if page.crowd_form:
        if not page.crowd_loader:
            problems.append(f"{_PLACE}: a <crowd-form> without what makes it work; expected {_LOADER}")
        return problems, []
    if not page.doctype:
        problems.append(f"{_PLACE}: no document type; expected <!DOCTYPE html> at the beginning")
    aim, content = _aim(form), _content(page, form)
    own = _own_sources(page)
    doubts = aim if own or any(_BY_SCRIPT.search(script) for script in page.scripts) else []
    # Any script may make forms, fields and buttons.
    doubts = doubts + (content if own or page.scripts else [])
    certain = [words for words in (*aim, *content) if words not in doubts]
    return problems + certain, [f"{words} (unless a script of the page sees to it)" for words in doubts]


def _own_sources(page: Page) -> list[str]:
    return [source for source in page.sources if not _LIBRARY.search(source)]


def _aim(form: Form | None) -> list[str]:
    """Why the form does not go where it should."""
    if form is None:
        return []
    if not form.is_submitted:
        return [f"{_PLACE}: no form is submitted; expected one that posts to {SUBMIT}"]
    return [] if form.posts else [f"{_PLACE}: the form does not post; expected method='post'"]


def _content(page: Page, form: Form | None) -> list[str]:
    """What is missing in the form."""
    if form is None:
        return [f"{_PLACE}: no form; expected one that posts to {SUBMIT}, or a <crowd-form>"]
    found = []
    if "assignmentId" not in form.fields:
        found.append(f"{_PLACE}: no field says which assignment is submitted; expected {_ASSIGNMENT} in the form")
    if not form.answers:
        found.append(f"{_PLACE}: no field has a name, so that no answer comes back; expected one at least in the form")
    if form.answers and not form.submits and form.lines != 1:
        found.append(f"{_PLACE}: nothing submits the form; expected {_BUTTON} in it")
    sent = {name for each in page.forms if each is form or each.is_submitted for name in each.fields}
    outside = [name for name in dict.fromkeys(page.fields) if name not in sent and name not in RESERVED]
    if outside:
        names = ", ".join(outside)
        found.append(f"{_PLACE}: {names} outside the form that is submitted; expected in it, or no answer comes back")
    return found


SET_ASSIGNMENT = "turkSetAssignmentID"
_HELPER = f"<script>function {SET_ASSIGNMENT}() {{}}</script>"  # the other script does what it did


def completed(html: str, *, folders: tuple[Folder, ...] = ()) -> str:
    """The page as MTurk's own site would have shown it: with a form that is submitted, and locked in a preview."""
    page = html_page.read(html)
    if page.crowd_form:
        return html if page.crowd_loader else _at_beginning(page, _LOADER)
    form = page.form
    if form is not None:
        return _with_form_mended(page, form, folders)
    if page.places:
        return _with_form_around_body(page, folders)
    button = "" if page.submits else _BUTTON
    values = {"fragment": html, "button": button, "script": _script(folders)}
    return rendering.render("site_page.html", values, folders=folders, xml=False)


def _with_form_mended(page: Page, form: Form, folders: tuple[Folder, ...]) -> str:
    end = len(page.html) if form.end is None else form.end
    start = page.html[form.start : form.inside]
    if not form.is_submitted:
        start = _set(start, "action", _ACTION)
    if not form.posts:
        start = _set(start, "method", "post")
    before = "" if "assignmentId" in form.fields else _ASSIGNMENT
    after = "" if form.submits else _BUTTON
    made = page.html[: form.start] + start + before + page.html[form.inside : end] + after + page.html[end:]
    return _finished(html_page.read(made), folders)


def _with_form_around_body(page: Page, folders: tuple[Folder, ...]) -> str:
    places, html = page.places, page.html
    begin = places.get("body", places.get("/head", places.get("html", 0)))
    if "body" not in places and "/head" in places:
        begin = html.index(">", begin) + 1
    end = places.get("/body", places.get("/html", len(html)))
    opening = f'<form name="mturk_form" id="mturk_form" method="post" action="{_ACTION}">{_ASSIGNMENT}'
    closing = f"{'' if page.submits else _BUTTON}</form>"
    made = html[:begin] + opening + html[begin:end] + closing + html[end:]
    return _finished(html_page.read(made), folders)


def _finished(page: Page, folders: tuple[Folder, ...]) -> str:
    """With a document type, and the script that fills the assignment and locks the preview."""
    end = page.places.get("/body", page.places.get("/html", len(page.html)))
    html = page.html[:end] + _script(folders) + page.html[end:]
    if SET_ASSIGNMENT in html and not any("externalHIT" in script for script in page.scripts):
        html = _at_beginning(html_page.read(html), _HELPER)
    return html if page.doctype else f"<!DOCTYPE html>\n{html}"


def _script(folders: tuple[Folder, ...]) -> str:
    return rendering.render("site_script.html", {}, folders=folders, xml=False).strip()


def _at_beginning(page: Page, what: str) -> str:
    at = page.places.get("head", page.places.get("html", page.after_doctype))
    return page.html[:at] + what + page.html[at:]


def _set(tag: str, name: str, value: str) -> str:
    """A start tag with this attribute in place of any other of its name."""
    bare = re.sub(rf"""\s{name}(\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?(?=[\s/>])""", "", tag, flags=re.IGNORECASE)
    return f'{bare[:5]} {name}="{value}"{bare[5:]}'
