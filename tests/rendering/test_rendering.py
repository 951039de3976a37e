"""Filling templates: where they are found, and that data stays data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from mturk.errors import ValidationError
from mturk.question import element
from mturk.question.html_question import HTMLQuestion
from mturk.question.question import Question
from mturk.rendering import rendering

HOSTILE = "</b>\"'&<script>{{ 7 * 7 }}{% raw %}${x}]]>"
XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])
    | st.sampled_from("\t\n\r")
)


def xml(source: str, **values: Any) -> str:
    return rendering.render_string(source, values, xml=True)


def html(source: str, **values: Any) -> str:
    return rendering.render_string(source, values, xml=False)


@given(XML_TEXT)
def test_any_text_survives_in_an_element_an_attribute_and_a_cdata_section(words: str) -> None:
    root = element.parse(xml('<a b="{{ v }}"><c>{{ v }}</c><d>{{ v | cdata }}</d></a>', v=words))
    assert root.attributes["b"] == words
    assert [child.text for child in root.children] == [words, words]


class Own:
    """An object whose attributes and methods claim to be markup."""

    attribute = Markup("<i>x</i>")
    several = (Markup("<i>x</i>"),)

    def method(self) -> Markup:
        return Markup("<i>x</i>")

    def __html__(self) -> str:
        return "<i>x</i>"

    def __str__(self) -> str:
        return "<i>x</i>"


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ v }}", Markup("<i>x</i>")),
        ("{{ v[0] }}", [Markup("<i>x</i>")]),
        ("{% for one in v %}{{ one }}{% endfor %}", (Markup("<i>x</i>"),)),
        ("{{ v.a }}", {"a": Markup("<i>x</i>")}),
        ("{{ v.a[0].b }}", {"a": [{"b": Markup("<i>x</i>")}]}),
        ("{{ v }}", Own()),
        ("{{ v.attribute }}", Own()),
        ("{% for one in v.several %}{{ one }}{% endfor %}", Own()),
        ("{{ v.method() }}", Own()),
        ("{{ v | cdata }}", Markup("<i>x</i>")),
    ],
)
def test_markup_in_the_values_does_not_become_elements(source: str, value: object) -> None:
    root = element.parse(xml(f"<a>{source}</a>", v=value))
    assert root.text == "<i>x</i>"
    assert root.children == []


def test_macros_and_blocks_of_the_template_itself_stay_markup() -> None:
    source = (
        "<a>{% macro m(v) %}<i>{{ v }}</i>{% endmacro %}{{ m(v) }}{% block b %}<u/>{% endblock %}{{ self.b() }}</a>"
    )
    root = element.parse(xml(source, v="<"))
    assert [(child.name, child.text) for child in root.children] == [("i", "<"), ("u", ""), ("u", "")]


def test_xml_writes_true_as_xml_does() -> None:
    assert xml("<a>{{ v }}</a>", v=True) == "<a>true</a>"


@pytest.mark.parametrize("render", [xml, html])
def test_values_are_escaped_and_never_taken_for_template_code(render: Any) -> None:
    filled = render("<p>{{ v }}</p>", v=HOSTILE)
    assert "<script>" not in filled
    assert "{{ 7 * 7 }}" in filled


def test_a_value_in_a_script_cannot_end_it() -> None:
    filled = html("<script>var v = {{ v | tojson }};</script>", v="</script><b>")
    assert filled.count("</script>") == 1


def test_a_page_may_hold_markup_that_its_maker_vouches_for() -> None:
    assert html("{{ v }}", v=Markup("<b>x</b>")) == "<b>x</b>"


@pytest.mark.parametrize("render", [xml, html])
def test_a_name_without_a_value_is_an_error_that_names_it(render: Any) -> None:
    with pytest.raises(ValidationError, match="'photo' is undefined"):
        render("<p>{{ photo }}</p>")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ v.__init__.__globals__ }}",
        "{{ v.append(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '../setup.cfg' %}",
        "{% include '/etc/passwd' %}",
        "{{ '%s'.__format__.__globals__ }}",
    ],
)
@pytest.mark.parametrize("render", [xml, html])
def test_a_template_that_is_data_runs_in_a_sandbox(render: Any, source: str) -> None:
    with pytest.raises(ValidationError):
        render(source, v=[])


@pytest.mark.parametrize(
    "name", ["../secret.html", "/etc/passwd", "a/../../secret.html", "mturk/../../setup.cfg", "..\\secret.html"]
)
def test_a_name_does_not_lead_out_of_the_folders(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    folder = tmp_path / "templates"
    folder.mkdir()
    with pytest.raises(ValidationError, match="no template"):
        rendering.render(name, {}, folders=(folder,), xml=False)


def test_a_template_cannot_include_what_lies_outside_the_folders(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text("{% include '../secret.html' %}")
    with pytest.raises(ValidationError, match="no template"):
        rendering.render(str(page), {}, xml=False, file=True)


def test_a_folder_goes_before_the_shipped_templates_which_stay_in_reach(tmp_path: Path) -> None:
    (tmp_path / "html_question.xml").write_text(
        '{% extends "mturk/html_question.xml" %}{% block frame_height %}77{% endblock %}'
    )
    values = {"question": HTMLQuestion("<p>")}
    filled = rendering.render("html_question.xml", values, folders=(tmp_path,), xml=True)
    assert "<FrameHeight>77</FrameHeight>" in filled
    assert "<![CDATA[<p>]]>" in filled


def test_a_template_reaches_those_beside_it(tmp_path: Path) -> None:
    (tmp_path / "part.html").write_text("<b>{{ v }}</b>")
    (tmp_path / "page.html").write_text("\ufeff<p>{% include 'part.html' %}</p>\n", encoding="utf-8")
    filled = rendering.render(str(tmp_path / "page.html"), {"v": "<"}, xml=False, file=True)
    assert filled == "<p><b>&lt;</b></p>\n"


def test_a_changed_template_is_read_again(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("one")
    assert rendering.render(str(page), {}, xml=False, file=True) == "one"
    page.write_text("two, and longer")
    import os

    os.utime(page, (1, 1))
    assert rendering.render(str(page), {}, xml=False, file=True) == "two, and longer"


def test_a_mistake_in_a_template_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>\n{% if %}")
    with pytest.raises(ValidationError, match=r"page\.html, line 2"):
        rendering.render(str(tmp_path / "page.html"), {}, xml=False, file=True)


def test_a_character_that_xml_forbids_is_named_with_its_place() -> None:
    with pytest.raises(ValidationError, match=r"line 2, column 2: the character U\+000B"):
        xml("<a>\n{{ v }}</a>", v="x\x0b")


def test_importing_the_questions_does_not_import_the_template_engine() -> None:
    code = "import sys; from mturk import Answers, Question; print([name in sys.modules for name in sys.argv[1:]])"
    names = ["jinja2", "lxml", "html.parser", "mturk.question.form"]
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False, False, False, False]"


def test_question_xml_from_any_template_is_checked_like_any_other(tmp_path: Path) -> None:
    template = tmp_path / "question.xml"
    template.write_text('{% extends "mturk/html_question.xml" %}{% block content %}{{ page | cdata }}{% endblock %}')
    question = Question(template, page=HOSTILE, question={"frame_height": 5})
    assert question.read() == HTMLQuestion(HOSTILE, 5)
