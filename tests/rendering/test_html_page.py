"""What matters in a page is found in it and in its bones alike, however its markup is broken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mturk.rendering import html_page
from mturk.rendering.html_page import Form, Page

PIECES = [
    "<!DOCTYPE html>",
    "<!doctype",
    "<html>",
    "<body onload='begin()'>",
    "</body>",
    "<form method=post action='https://www.mturk.com/mturk/externalSubmit'>",
    '<form id=f action="/mturk/externalSubmit?a=1">',
    "<form\n",
    "</form>",
    "<input name=a>",
    "<input name='b' form=f>",
    '<input name="',
    "<INPUT TYPE=submit>",
    "<inputs>",
    "<button>",
    '<textarea name="t">',
    "</textarea>",
    "<script>",
    "<script ",
    "<script src='page.js'>",
    "</script>",
    "</script left>",
    "<style>",
    "</STYLE>",
    "<template>",
    "</template>",
    "<!--",
    "<!-->",
    "-->",
    "<crowd-form>",
    "<crowd-input name=c>",
    '"',
    "'",
    ">",
    "<",
    "/>",
    " text & more ",
]


def seen(page: Page) -> list[object]:
    """What is told of a page but for the places."""
    about = [page.doctype, page.fields, page.submits, page.crowd_form, page.crowd_loader, page.scripts, page.sources]
    return [*about, *map(seen_of_form, page.forms)]


def seen_of_form(form: Form) -> tuple[object, ...]:
    return form.attributes, form.fields, form.submits, form.lines, form.end is None


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_bones_of_a_page_are_read_as_the_page(html: str) -> None:
    assert seen(html_page.read(html_page.bones(html))) == seen(html_page.read(html))


def test_pages_that_differ_in_their_text_have_the_same_bones() -> None:
    page = "<!DOCTYPE html><form><p>{0}</p><input name=a><!-- {1} --></form>{0}"
    assert html_page.bones(page.format("cats", 1)) == html_page.bones(page.format("dogs & more", 1))
    assert html_page.bones(page.format("cats", 1)) != html_page.bones(page.format("cats", 2))


def test_a_tag_without_an_end_keeps_the_page_whole() -> None:
    html = '<form><input name="a></form> and <p>text'
    assert html_page.bones(html) == html
