"""The XHTML inside formatted content, held against its schema."""

from __future__ import annotations

import pytest

from mturk.question import schema, xhtml
from mturk.question_form import FormattedContent, FreeText, Overview, QuestionForm
from mturk.schemas import FOLDER

GOOD = [
    "",
    "text &amp; &#233; &lt;",
    "<p align='justify' lang='de' dir='ltr' title='t'>x<br clear='all'/></p>",
    "<h1>a</h1><h6>b</h6><hr noshade='noshade' width='50%'/>",
    "<ul type='disc' compact='compact'><li value='3'>a<p>b</p></li></ul><ol start='2' type='a'><li/></ol>",
    "<dl><dt>t</dt><dd><p>d</p></dd></dl>",
    "<pre>a <b>b</b></pre><blockquote cite='x/y'><p>q</p></blockquote><center>c</center>",
    "<a href='https://x.org/?a=1&amp;b=2' target='_blank' name='n' shape='rect' coords='1,2,3,4'>l</a>",
    "<a href='mailto://x@y.org'>m</a>",
    "<img src='http://x.org/a.png' alt='' align='top' width='10' height='5%' border='0' ismap='ismap'/>",
    "<map id='m' name='m'><area alt='a' nohref='nohref'/></map>",
    "<i>i</i><b>b</b><u>u</u><s>s</s><strike>s</strike><big>b</big><small>s</small>",
    "<font color='#fff' size='+1' face='f'>f</font>",
    "<em>e</em><strong>s</strong><code>c</code><q cite='x'>q</q><cite>c</cite><sub>1</sub><sup>2</sup>",
    "<ins datetime='2020-01-01T00:00:00Z'>i</ins><del>d</del>",
    "<table border='1' frame='box' rules='all' summary='s'><colgroup span='2'><col width='2*'/></colgroup>"
    "<thead><tr><th scope='col'>h</th></tr></thead><tfoot><tr><td/></tr></tfoot>"
    "<tbody><tr bgcolor='red'><td colspan='2' nowrap='nowrap' align='char' char='.'>x</td></tr></tbody></table>",
    "<table><tr><td>x</td></tr></table>",
]
BAD = [
    "<div>x</div>",
    "<span>x</span>",
    "<P>x</P>",
    "<p id='x'>x</p>",
    "<p class='x'>x</p>",
    "<p style='x'>x</p>",
    "<p onclick='x'>x</p>",
    "<p><p>x</p></p>",
    "<b><p>x</p></b>",
    "<a href='https://x'>a<a href='https://y'>b</a></a>",
    "<a href='page.html'>x</a>",
    "<a href='mailto:x@y.org'>x</a>",
    "<a href='javascript:alert(1)'>x</a>",
    "<img src='http://x.org/a.png'/>",
    "<img alt='x'/>",
    "<img src='a.png' alt='x'/>",
    "<ul></ul>",
    "<ul>x</ul>",
    "<ul type='star'><li/></ul>",
    "<ul compact='yes'><li/></ul>",
    "<table></table>",
    "<table><tr></tr></table>",
    "<table><td>x</td></table>",
    "<hr size='-1'/>",
    "<font color='#ff'>x</font>",
    "<pre><big>x</big></pre>",
    "<map id='m'><area alt='a'/></map>",
    "<map id='m' name='m'/>",
    "<form/>",
    "<iframe/>",
    "<object/>",
    "<table><caption>c</caption><tr><td/></tr></table>",
    "<br>x</br>",
    "<br lang='de'/>",
    "<p>x",
    "&nbsp;",
    "a & b",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_service_shows_is_accepted(text: str) -> None:
    assert schema.fragment_problems(text, "here") == []
    assert xhtml.problems(text) == []


@pytest.mark.parametrize("text", BAD)
def test_what_it_does_not_show_is_refused(text: str) -> None:
    assert schema.fragment_problems(text, "here")


def test_every_tag_of_the_schema_is_known_without_it_and_no_other() -> None:
    text = (FOLDER / "formatted_content.xsd").read_text()
    assert {tag for tag in xhtml.TAGS if f'<xs:element name="{tag}"' in text} == xhtml.TAGS
    assert len(xhtml.TAGS) == 48
    assert text.count("<xs:element name=") == 49


def test_formatted_content_is_found_wherever_it_stands_in_a_form() -> None:
    form = QuestionForm(Overview("x"), FreeText("q", FormattedContent("<p>\n<ul></ul></p>")))
    (words,) = schema.problems(form.to_xml())
    assert words.startswith("line 4: FormattedContent: line 2: Element 'ul'")
