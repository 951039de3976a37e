"""A requester's XHTML in a page of the site: what may stay does, and nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from mturk.marketplace.form.markup import is_coloured, is_wide, safe

Attributes = dict[str, str]
LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


class Reader(HTMLParser):
    """Notes the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Attributes]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(html: str) -> list[tuple[str, Attributes]]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.found


@pytest.mark.parametrize(
    ("xhtml", "html"),
    [
        ("<p>a <b>b</b><br/>&lt;c&gt; &#228;</p>", "<p>a <b>b</b><br>&lt;c&gt; ä</p>"),
        ("<b/>not bold", "<b></b>not bold"),
        ("<h1>One</h1><h6>Six</h6>", "<h3>One</h3><h6>Six</h6>"),
        ('<img src="https://x.org/a.png" alt="A &quot;cat&quot;" width="9"/>',) * 2,
        (
            '<img src="http://x.org/a.png" alt="A cat" onerror="x"/>',
            f'<a href="http://x.org/a.png" {LINK}>A cat</a>',
        ),
        (
            '<a href="https://x.org/?a=1&amp;b=2" target="_top">x</a>',
            f'<a href="https://x.org/?a=1&amp;b=2" {LINK}>x</a>',
        ),
        (
            '<table border="1"><tbody><tr><td colspan="2" bgcolor="#ffffff">x</td></tr></tbody></table>',
            '<table border="1"><tbody><tr><td colspan="2" bgcolor="#ffffff">x</td></tr></tbody></table>',
        ),
        ('<td colspan="999999999">x</td>', "x"),
        ('<p lang="de" dir="rtl" title="t">x</p>', '<p lang="de" dir="rtl" title="t">x</p>'),
    ],
)
def test_what_the_subset_allows_stays(xhtml: str, html: str) -> None:
    assert str(safe(xhtml)) == html.replace("/>", ">")


@pytest.mark.parametrize(
    "xhtml",
    [
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        '<p style="x" onclick="x" id="csrf" class="x">y</p>',
        '<img src="x" onerror="alert(1)" alt="y" name="csrf_token" id="x"/>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" JavaScript:alert(1)">x</a>',
        '<a href="&#1;javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<a href="/worker/sign-out">x</a>',
        '<a href="//evil.example/">x</a>',
        '<a href="https:/worker/">x</a>',
        '<img src="data:image/svg+xml,x" alt=""/>',
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><a href="javascript:1">x</a></svg>',
        "<math><mtext><style>&lt;img src=x onerror=alert(1)&gt;</style></mtext></math>",
        "<noscript>&lt;/noscript&gt;&lt;img src=x onerror=alert(1)&gt;</noscript>",
        '<form action="/worker/report"><input name="x"/><button>Submit</button></form>',
        '<iframe src="https://x.org"/><object data="https://x.org"/><embed src="https://x.org"/>',
        '<meta http-equiv="refresh" content="0"/><base href="https://x.org"/><link rel="stylesheet" href="https://x"/>',
        '<img src="https://x/&quot;onerror=&quot;alert(1)" alt="&quot;&gt;&lt;script&gt;"/>',
        '<img src="https://x/a" usemap="/x" alt=""/>',
        "</div><script>alert(1)</script><div>",
        "<b><![CDATA[</b><script>alert(1)</script>]]></b>",
        "<!--><script>alert(1)</script>-->",
        "<p>never closed <script>",
        "<p>&nope;</p>",
    ],
)
def test_what_is_hostile_goes(xhtml: str) -> None:
    for tag, attributes in elements(safe(xhtml)):
        assert tag in {"p", "b", "a", "img"}
        assert set(attributes) <= {"href", "target", "rel", "src", "alt"}
        assert attributes.get("href", "https://").startswith(("https://", "http://"))
        assert attributes.get("src", "https://").startswith("https://")


def test_what_is_not_well_formed_is_shown_as_text() -> None:
    assert str(safe("<p>x")) == "&lt;p&gt;x"


@pytest.mark.parametrize(
    ("xhtml", "coloured", "wide"),
    [
        ('<font color="red">x</font>', True, False),
        ('<table bgcolor="white"><tr><td>x</td></tr></table>', True, True),
        ("<pre>x</pre>", False, True),
        ("<p>x</p>", False, False),
    ],
)
def test_colours_and_width_are_known(xhtml: str, coloured: bool, wide: bool) -> None:
    assert (is_coloured(safe(xhtml)), is_wide(safe(xhtml))) == (coloured, wide)
