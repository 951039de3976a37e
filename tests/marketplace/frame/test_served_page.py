"""A page as it is served: with the site's script, inside a form where it has none, and otherwise as it was written."""

from __future__ import annotations

import time

import pytest

from mturk.marketplace.frame.served_page import Script, asked_for, served

SCRIPT = Script("/task.js", {"submit": "https://site/pass/1"})
FIRST = '<script src="/task.js" data-submit="https://site/pass/1"></script>'
BUTTON = '<p><input type="submit" id="submitButton" class="btn btn-primary" value="Submit"></p>'
COPIES = {"https://cdn.example/a.js": "/mturk/asset/a@1/a.js", "https://cdn.example/a.css": '/mturk/asset/"a&b".css'}


def page(html: str) -> str:
    return served(html, SCRIPT, COPIES.get)


def is_wrapped(html: str) -> bool:
    made = page(html)
    return made.startswith(f'{FIRST}<form name="mturk_form" id="mturk_form" method="post"') and made.endswith("</form>")


@pytest.mark.parametrize(
    "html",
    [
        "<p>Which?</p><input name=a>",
        "<html><body><input name=a></body></html>",
        "<!-- <form> --><input name=a>",
        "<script>document.write('<form>')</script>",
        "<template><form></form></template>",
        "<textarea><form></textarea>",
        "<p title='<crowd-form>'>",
        "<formula>",
        "",
    ],
)
def test_a_page_without_a_form_stands_inside_one(html: str) -> None:
    assert is_wrapped(html)
    assert html in page(html)


@pytest.mark.parametrize(
    "html",
    [
        "<form><input name=a></form>",
        "<FORM>",
        "<table><form>",
        "<crowd-form></crowd-form>",
        "<crowd-entity-annotation></crowd-entity-annotation>",
        "<template></template><form>",
        "</template><form>",
    ],
)
def test_a_page_that_sends_itself_stands_as_it_is(html: str) -> None:
    assert not is_wrapped(html)
    assert page(html).endswith(FIRST + html)


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<input name=a><!-- end", "<input name=a>"),
        ("<input name=a><!-- end -->", "<input name=a><!-- end -->"),
        ("<input name=a><!end", "<input name=a>"),
        ("<input name=a><script src=https://cdn.example/a.js>var x = 1;", "<input name=a>"),
        ("<input name=a><script>x</script ", "<input name=a>"),
        ("<input name=a><div class='x", "<input name=a>"),
        ("<input name=a></", "<input name=a>"),
        ("<input name=a> 1 < 2", "<input name=a> 1 < 2"),
        ("<textarea name=a>dog", "<textarea name=a>dog</textarea>"),
        ("<textarea name=a>dog</textarea ", "<textarea name=a>dog</textarea>"),
        ("<textarea name=a>", "<textarea name=a></textarea>"),
        ("<input name=a><style>p {}", "<input name=a><style>p {}</style>"),
        ("<svg><title>x", "<svg><title>x"),
        ("<p>Text</form></p><input name=a>", "<p>Text</p><input name=a>"),
        (
            "</FORM ><script src=https://cdn.example/a.js></script></form>",
            '<script src="/mturk/asset/a@1/a.js"></script>',
        ),
    ],
)
def test_a_page_that_is_not_ended_well_does_not_swallow_the_button(html: str, made: str) -> None:
    assert page(html).partition('id="assignmentId" value="">')[2] == f"{made}{BUTTON}</form>"


@pytest.mark.parametrize("html", ["<", "<!--", "<textarea>", "<a b='", "<script>", "</", "<title></title "])
def test_a_page_without_ends_is_completed_in_no_time(html: str) -> None:
    begun = time.monotonic()
    page(html * 50_000)
    assert time.monotonic() - begun < 10


def test_a_shadow_that_the_page_declares_is_open_to_our_script() -> None:
    html = "<form><div><template id=a shadowrootmode='Closed' b></template></div></form>"
    assert page(html).endswith(html.replace("'Closed'", '"open"'))


@pytest.mark.parametrize(
    ("html", "has_button"),
    [
        ("<input name=a>", True),
        ("<button>Next</button>", True),
        ("<button type=button>Submit</button>", True),
        ("<template><input type=submit></template>", True),
        ("<input type=submit>", False),
        ("<input type=' Submit'>", True),
        ("<input type=SUBMIT>", False),
        ("<input type=image>", False),
        ("<button type=submit>Send</button>", False),
        ("<button id=submitButton>Send</button>", False),
        ("<button id=submitButton type=button>Send</button>", True),
    ],
)
def test_a_button_is_added_where_nothing_says_that_it_submits(html: str, has_button: bool) -> None:
    assert page(html).endswith(f"{BUTTON}</form>") == has_button


def test_the_form_around_a_page_is_the_one_that_its_scripts_know() -> None:
    form = '<form name="mturk_form" id="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">'
    field = '<input type="hidden" name="assignmentId" id="assignmentId" value="">'
    assert page("<b>1</b>") == f"{FIRST}{form}{field}<b>1</b>{BUTTON}</form>"


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<form>", f"{FIRST}<form>"),
        ("<crowd-form>", f"<!DOCTYPE html>{FIRST}<crowd-form>"),
        ("<!doctype html><form>", f"<!doctype html>{FIRST}<form>"),
        ("\n<!-- a > b --><!DOCTYPE html>\n<form>", f"\n<!-- a > b --><!DOCTYPE html>{FIRST}\n<form>"),
        ("<!DOCTYPE html><crowd-form>", f"<!DOCTYPE html>{FIRST}<crowd-form>"),
        ("text<!DOCTYPE html><form>", f"{FIRST}text<!DOCTYPE html><form>"),
        ("<p><!DOCTYPE html><form>", f"{FIRST}<p><!DOCTYPE html><form>"),
        ("<!--><!DOCTYPE html><form>", f"<!--><!DOCTYPE html>{FIRST}<form>"),
        ("\ufeff<form>", f"\ufeff{FIRST}<form>"),
    ],
)
def test_a_document_type_is_added_to_crowd_forms_only(html: str, made: str) -> None:
    assert page(html) == made


@pytest.mark.parametrize(
    ("tag", "made"),
    [
        ('<script src="https://cdn.example/a.js">', '<script src="/mturk/asset/a@1/a.js">'),
        ("<SCRIPT SRC=https://cdn.example/a.js>", '<SCRIPT src="/mturk/asset/a@1/a.js">'),
        ("<script defer src=' https://cdn.example/a.js ' async>", '<script defer src="/mturk/asset/a@1/a.js" async>'),
        ("<script src='https:&#47;/cdn.example/a.js'>", '<script src="/mturk/asset/a@1/a.js">'),
        (
            '<script integrity="sha" src="https://cdn.example/a.js" crossorigin>',
            '<script  src="/mturk/asset/a@1/a.js" >',
        ),
        ("<link href=https://cdn.example/a.css>", '<link href="/mturk/asset/&quot;a&amp;b&quot;.css">'),
        (
            "<link href=https://other.example/a.css integrity=sha>",
            "<link href=https://other.example/a.css integrity=sha>",
        ),
        ("<a href=https://cdn.example/a.js>", "<a href=https://cdn.example/a.js>"),
        ("<p data-src='https://cdn.example/a.js'>", "<p data-src='https://cdn.example/a.js'>"),
        ("<input value='https://cdn.example/a.js'>", "<input value='https://cdn.example/a.js'>"),
        ("<!-- <script src='https://cdn.example/a.js'> -->", "<!-- <script src='https://cdn.example/a.js'> -->"),
        ("<b>https://cdn.example/a.js</b>", "<b>https://cdn.example/a.js</b>"),
    ],
)
def test_only_the_address_of_a_known_file_is_changed(tag: str, made: str) -> None:
    assert page(f"<form>{tag}") == f"{FIRST}<form>{made}"


def test_a_setting_cannot_break_out_of_its_attribute() -> None:
    script = str(Script("/task.js", {"texts": '"><script>alert(1)</script>&'}))
    assert script.count("<script") == 1
    assert '"&quot;&gt;&lt;script&gt;' in script


def test_the_addresses_that_a_page_asks_for_are_known() -> None:
    html = "<script src=' a.js '></script><link href=b.css><script>x</script><img src=c.png>"
    assert list(asked_for(html)) == ["a.js", "b.css"]


@pytest.mark.parametrize(
    "piece", ["<form ", "<!doctype>", "x<!doctype html>", "<!--", "<script src='https://cdn.example/a.js'></script>"]
)
def test_serving_takes_a_time_by_the_length_of_the_page(piece: str) -> None:
    def seconds(length: int) -> float:
        html = piece * (length // len(piece))
        start = time.process_time()
        page(html)
        return time.process_time() - start

    assert seconds(800_000) < 20 * max(seconds(200_000), 0.02)
