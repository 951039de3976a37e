"""What is a tag of a page, and where it stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.marketplace.frame.page_source import tags

PIECES = st.sampled_from(
    [
        *("<", ">", "</", "<!--", "-->", "--!>", "<script>", "</script>", "<svg>", "</svg>", "<title>", "</title>"),
        *("<a b='c'", "<form", " x=", '"', "'", "/", "=", " ", "\n", "<!doctype html>", "<?", "<textarea>", "text"),
    ]
)
HOSTILE = [
    *("<", "<!", "<!--", "<a ", "<a", "<script", "<script>", "</script", "<title>", "<!doctype ", "<svg>", "<a b='"),
    *("=", "<p a=1 ", "<!-- --", "<script><!--", "</", "<?", "<template>", "&", "<svg><title>", "</svg>", "</desc>"),
    "<math><desc>",
]


def names(html: str) -> list[str]:
    return [tag.name for tag in tags(html)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>one</p><br/>", ["p", "/p", "br"]),
        ("<FORM Action=x>", ["form"]),
        ("a < b and c <d", []),
        ("<!-- <form> --><p>", ["p"]),
        ("<!--><p>--><b>", ["p", "b"]),
        ("<!---><p>", ["p"]),
        ("<!-- a --!><p>", ["p"]),
        ("<!-- no end <form>", []),
        ("<? <form> ?><p>", ["p"]),
        ("</ form><p>", ["p"]),
        ("<script>if (a<b) x='<form>'</script><p>", ["script", "/script", "p"]),
        ("<SCRIPT>'<form>'</Script ><p>", ["script", "/script", "p"]),
        ("<script>'</scripts>'</script>", ["script", "/script"]),
        ("<script><!-- <script> </script> <form> --></script><p>", ["script", "/script", "p"]),
        ("<script><!-- </script><p>", ["script", "/script", "p"]),
        ("<script><!--><script></script><p>", ["script", "/script", "p"]),
        ("<script>no end <form>", ["script"]),
        ("<style>a > b {}<form></style><p>", ["style", "/style", "p"]),
        ("<textarea><form></textarea><p>", ["textarea", "/textarea", "p"]),
        ("<title><form></title><p>", ["title", "/title", "p"]),
        ("<noscript><form></noscript><p>", ["noscript", "/noscript", "p"]),
        ("<plaintext><form>", ["plaintext"]),
        ("<svg><title/><style/></svg><form>", ["svg", "title", "style", "/svg", "form"]),
        ("<svg><foreignObject><style><form></style></foreignObject></svg>", None),
        ("<svg><p><title><form></title>", ["svg", "p", "title", "/title"]),
        ("<svg><title><b></title></svg><p>", ["svg", "title", "b", "/title", "/svg", "p"]),
        ("<svg/><title><form></title>", ["svg", "title", "/title"]),
        ("<!DOCTYPE html><p>", ["!doctype", "p"]),
        ("<p title='<form>'>", ["p"]),
        ('<p title="no end><form>', []),
        ("<p a=\"1\"b='2'c=3/d>", ["p"]),
        ("<", []),
        ("</", []),
        ("<a", []),
    ],
)
def test_a_tag_is_what_a_browser_takes_for_one(html: str, found: list[str] | None) -> None:
    assert names(html) == found if found is not None else "form" not in names(html)


@pytest.mark.parametrize(
    ("html", "attributes"),
    [
        ("<a b=c>", {"b": "c"}),
        ("<a B = 'c d' e>", {"b": "c d", "e": ""}),
        ('<a b="x&amp;y" b=second>', {"b": "x&y"}),
        ("<a b=c/>", {"b": "c/"}),
        ("<a/b/c=1>", {"b": "", "c": "1"}),
        ("<a =b=c>", {"=b": "c"}),
        ("<a b=>", {"b": ""}),
        ('<a b="c"d="e">', {"b": "c", "d": "e"}),
    ],
)
def test_attributes_are_read_as_a_browser_reads_them(html: str, attributes: dict[str, str]) -> None:
    (tag,) = tags(html)
    assert {attribute.name: tag.get(attribute.name) for attribute in tag.attributes} == attributes


def test_a_place_is_that_of_the_text() -> None:
    html = "<p>é<script  SRC='a b'  defer></script>"
    script = next(tag for tag in tags(html) if tag.name == "script")
    assert html[script.start : script.end] == "<script  SRC='a b'  defer>"
    assert [html[each.start : each.end] for each in script.attributes] == ["SRC='a b'", "defer"]


@given(st.lists(PIECES, max_size=40).map("".join))
def test_tags_come_in_order_whatever_the_text(html: str) -> None:
    at = 0
    for tag in tags(html):
        assert at <= tag.start < tag.end <= len(html)
        assert html[tag.start] == "<"
        assert all(tag.start < each.start < each.end <= tag.end for each in tag.attributes)
        at = tag.end


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_page_takes_time_by_its_length_only(piece: str) -> None:
    def seconds(length: int) -> float:
        html = "<svg>" * (length // 10) + piece * (length // 2 // len(piece))
        start = time.process_time()
        for _ in tags(html):
            pass
        return time.process_time() - start

    assert seconds(800_000) < 20 * max(seconds(200_000), 0.02)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("&#" + "9" * 5_000 + ";x", "\ufffdx"),
        ("&#x" + "f" * 5_000 + ";x", "\ufffdx"),
        ("&#" + "0" * 5_000 + "65;x", "Ax"),
        ("&#x" + "0" * 5_000 + "41;x", "Ax"),
        ("&#00;&#0;", "\ufffd\ufffd"),
    ],
)
def test_a_number_of_a_sign_may_be_as_long_as_a_page(written: str, value: str) -> None:
    (tag,) = tags(f'<a href="{written}">')
    assert tag.get("href") == value
