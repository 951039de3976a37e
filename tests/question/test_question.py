"""Questions of every kind: made, checked, sent and read back."""

from __future__ import annotations

import builtins
import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup

import mturk.question.document
from mturk.answer_key import AnswerKey, AnswerOption
from mturk.answer_key import Question as KeyQuestion
from mturk.connection.connection import Connection, using
from mturk.errors import ConfigurationError, ValidationError
from mturk.question import question, schema
from mturk.question.question import ExternalQuestion, HTMLQuestion, Layout, Question
from mturk.question_form import FreeText, Overview, QuestionForm
from mturk.schemas import FOLDER
from tests.page import PAGE

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])
    | st.sampled_from("\r\n\t]>&")
)
TEXT = st.lists(WORDS | st.sampled_from(["]]>", "<![CDATA[", "&#13;"])).map("".join)


@given(TEXT)
def test_any_page_survives(html: str) -> None:
    made = HTMLQuestion(html, 300)
    assert question.read(made.to_xml()) == made
    assert schema.problems(made.to_xml()) == []


@given(TEXT)
def test_any_address_is_written_as_xml(url: str) -> None:
    made = ExternalQuestion(url)
    assert question.read(made.to_xml()).url == url.strip()  # type: ignore[union-attr] # it is one


def test_the_end_of_a_cdata_section_inside_a_page_is_split() -> None:
    xml = HTMLQuestion("<script>if (a[b[0]]>1) {}</script>").to_xml()
    assert "<![CDATA[<script>if (a[b[0]]]]><![CDATA[>1) {}</script>]]>" in xml


def test_an_ampersand_in_an_address_is_escaped_once() -> None:
    assert (
        "<ExternalURL>https://x.org/?a=1&amp;b=2</ExternalURL>" in ExternalQuestion("https://x.org/?a=1&b=2").to_xml()
    )


@pytest.mark.parametrize(
    "made",
    [
        HTMLQuestion(PAGE, 0),
        ExternalQuestion("https://x.org/a?b=c", 600),
        ExternalQuestion("http://127.0.0.1:8000/"),
        ExternalQuestion("http://localhost/"),
        ExternalQuestion("http://192.168.1.4/"),
        ExternalQuestion("http://[::1]:80/"),
        QuestionForm(Overview("a"), FreeText("q")),
        AnswerKey([KeyQuestion("q", AnswerOption("a", 1))]),
    ],
)
def test_a_good_document_is_valid_and_reads_back_equal(made: Any) -> None:
    made.validate()
    assert type(made).from_xml(made.to_xml()) == made
    assert pickle.loads(pickle.dumps(made)) == made
    if not isinstance(made, AnswerKey):
        assert question.document(made) == made.to_xml() == question.document(made.to_xml())
        assert question.read(made.to_xml()) == made


BAD_ADDRESSES = [
    ("http://x.org", "expected https"),
    ("http://8.8.8.8/", "expected https"),
    ("ftp://x.org", "whole address"),
    ("/task", "whole address"),
    ("https://", "whole address"),
    ("https://x.org:port/", "whole address"),
    ("javascript:alert(1)", "whole address"),
    ("", "whole address"),
    ("https://x.org/a b", "percent-encoded"),
    ("https://x.org/100%", "percent-encoded"),
    ("https://x.org/<b>", "percent-encoded"),
    ("https://x.org/?a=1&amp;b=2", "write & as it is"),
    ("https://x.org/?hitId=3", "the service adds hitId itself"),
    ("https://x.org/?a=1&assignmentId=", "the service adds assignmentId itself"),
]


@pytest.mark.parametrize(("url", "words"), BAD_ADDRESSES)
def test_an_address_that_the_service_refuses_is_refused_before(url: str, words: str) -> None:
    made = ExternalQuestion(url)
    for check in (made.validate, lambda: question.document(made)):
        with pytest.raises(ValidationError, match=words):
            check()


def test_every_problem_is_listed_in_one_error() -> None:
    with pytest.raises(ValidationError) as caught:
        ExternalQuestion("http://x.org/a b?hitId=1", -1).validate()
    assert len(str(caught.value).splitlines()) == 4


WRONG: list[tuple[Any, str]] = [
    (lambda: HTMLQuestion(None), "HTMLQuestion.html: None"),
    (lambda: HTMLQuestion("x", "600"), "frame_height: '600'"),
    (lambda: HTMLQuestion("x", True), "frame_height: True"),
    (lambda: HTMLQuestion("a\n\x01"), r"HTMLQuestion.html: line 2, column 1: the character U\+0001"),
    (lambda: ExternalQuestion(b"https://x.org"), "ExternalQuestion.url"),
    (lambda: Layout(3), "Layout.id: 3"),
    (lambda: Layout("3L", a=None), r"Layout.parameters\['a'\]: None"),
    (lambda: Layout("3L", a="\x00"), r"parameters\['a'\]: line 1, column 1"),
]


@pytest.mark.parametrize(("make", "words"), WRONG, ids=[words for _, words in WRONG])
def test_a_value_of_the_wrong_kind_is_refused_at_once(make: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("hello", "is no XML"),
        (PAGE.removeprefix("<!DOCTYPE html>"), "this is HTML; expected HTMLQuestion"),
        (PAGE, "this is HTML; expected HTMLQuestion"),
        (5, "expected an HTMLQuestion"),
        (None, "expected an HTMLQuestion"),
        ("<a/>", "a is no question; expected one of HTMLQuestion"),
        ("<HTMLQuestion/>", "in namespace ''"),
        (HTMLQuestion("").to_xml(), "it is empty"),
        (HTMLQuestion(PAGE, -5).to_xml(), "frame_height: -5"),
        (
            HTMLQuestion(PAGE).to_xml().replace("FrameHeight", "Height"),
            "HTMLQuestion holds <Height>",
        ),
        (HTMLQuestion(PAGE).to_xml().replace("FrameHeight>0", "FrameHeight>tall"), "FrameHeight: 'tall'"),
        (HTMLQuestion(PAGE).to_xml()[:-3], "not XML"),
        (HTMLQuestion(PAGE).to_xml().replace("2011-11-11", "2031-11-11"), "in namespace"),
        ("<!DOCTYPE x [<!ENTITY e 'x'>]>" + HTMLQuestion(PAGE).to_xml(), "document type"),
        ("<a>" * 1_000, "64 levels"),
        (f"<{'a' * 50_000}/>", "name is 50,000 characters long$"),
        ("<a>\ud800</a>", "surrogate"),
    ],
)
def test_what_is_no_question_is_refused_before_it_is_sent(value: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        question.document(value)


@pytest.mark.parametrize(
    "xml", ["<a>" * 1_000_000, "<a>" + "x" * 10_000_000 + "</a>", "<!DOCTYPE a [" + "x" * 10_000_000]
)
def test_hostile_xml_is_refused_quickly(xml: str) -> None:
    started = time.process_time()
    for read in (question.read, question.document, AnswerKey.from_xml):
        with pytest.raises(ValidationError):
            read(xml)
    assert time.process_time() - started < 0.5


def test_the_size_counts_in_bytes_as_sent_and_the_way_out_is_named() -> None:
    rest = 65_535 - len(HTMLQuestion(PAGE).to_xml())
    assert question.document(HTMLQuestion(PAGE + "x" * rest))
    for html in (PAGE + "x" * (rest + 1), PAGE + "é" * 32_768):
        with pytest.raises(
            ValidationError, match=r"bytes long as sent, and 65,535 is the limit.*ExternalQuestion\(url\)"
        ):
            question.document(HTMLQuestion(html))


def test_a_marketplace_may_allow_more() -> None:
    big = HTMLQuestion("<!DOCTYPE html>" + PAGE + "x" * 70_000)
    assert question.document(big, 100_000)
    with pytest.raises(ValidationError, match="65,535"):
        big.validate()
    with using(Connection("http://127.0.0.1:9", access_key="k", secret_key="s", question_limit=100_000)):
        big.validate()


def test_the_folders_of_the_connection_in_force_are_searched_first(tmp_path: Path) -> None:
    (tmp_path / "label.html").write_text("mine: {{ v }}")
    (tmp_path / "survey.html").write_text("my survey")
    with using(Connection("http://127.0.0.1:9", access_key="k", secret_key="s", templates=[tmp_path])):
        assert HTMLQuestion.from_template("label.html", v="<").html == "mine: &lt;"
        assert HTMLQuestion.from_template("survey.html").html == "my survey"
        assert "consent" in HTMLQuestion.from_template("mturk/survey.html", consent="c", questions=[]).html
    with pytest.raises(ValidationError, match=r"no template 'label\.html'"):
        HTMLQuestion.from_template("label.html", v="<")


def test_values_come_as_a_mapping_or_by_name(tmp_path: Path) -> None:
    template = tmp_path / "t.html"
    template.write_text("{{ engine }} {{ a }}")
    assert HTMLQuestion.from_template(template, {"engine": 1, "a": 2}, a=3, frame_height=9) == HTMLQuestion("1 3", 9)


def test_every_kind_comes_from_a_template_of_xml(tmp_path: Path) -> None:
    for made in (ExternalQuestion("https://x.org/?a&b", 5), QuestionForm(FreeText("q"))):
        template = tmp_path / "t.xml"
        template.write_text("\n{% set nothing = 1 %}\n" + made.to_xml().replace(">q<", ">{{ v }}<"))
        assert type(made).from_template(template, v="q") == made


def test_a_template_with_its_values_is_a_question(tmp_path: Path) -> None:
    template = tmp_path / "t.xml"
    template.write_text(ExternalQuestion("https://x.org/?p=PHOTO").to_xml().replace("PHOTO", "{{ photo }}"))
    made = Question(template, photo=Markup("1&hit=2"))
    assert question.document(made) == made.to_xml()
    assert made.read() == ExternalQuestion("https://x.org/?p=1&hit=2")
    made.validate()
    with pytest.raises(ValidationError, match="'photo' is undefined"):
        question.document(Question(template))


def test_xml_from_elsewhere_is_read() -> None:
    xml = HTMLQuestion(PAGE).to_xml().replace("xmlns=", "xmlns:h=").replace("<H", "<h:H").replace("</H", "</h:H")
    xml = xml.replace("<F", "<h:F").replace("</F", "</h:F")
    assert question.read('<?xml version="1.0" encoding="ASCII"?>\n<!-- é -->' + xml) == HTMLQuestion(PAGE)


def test_a_declared_encoding_does_not_matter_for_text() -> None:
    xml = '<?xml version="1.0" encoding="ASCII"?>\n' + HTMLQuestion(PAGE + "ünï").to_xml()
    assert question.document(xml) == xml
    assert schema.problems(xml) == []


def test_a_page_beyond_the_rules_is_read_all_the_same() -> None:
    for made in (HTMLQuestion("", -1), ExternalQuestion("http://x.org/?hitId=1", -1)):
        assert question.read(made.to_xml()) == made


def test_a_layout_has_an_id_and_texts() -> None:
    layout = Layout("3L", {"image-url": "x"}, id=7)
    assert (layout.id, layout.parameters) == ("3L", {"image-url": "x", "id": "7"})
    assert layout == Layout("3L", {"image-url": "x", "id": "7"})
    assert hash(layout) == hash(pickle.loads(pickle.dumps(layout)))


def test_validation_lists_what_the_page_lacks() -> None:
    with pytest.raises(ValidationError, match="no document type"):
        HTMLQuestion("<form>").validate()


def test_the_schema_says_line_and_element() -> None:
    xml = HTMLQuestion(PAGE).to_xml().replace("FrameHeight", "Height")
    assert schema.problems(xml) == [
        "line 3: Element 'Height': This element is not expected. Expected is ( FrameHeight )."
    ]


@pytest.fixture
def without_lxml(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("lxml"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setattr(schema, "find_spec", lambda _name: None)


@pytest.mark.usefixtures("without_lxml")
def test_without_the_extra_the_schemas_say_what_to_install() -> None:
    with pytest.raises(ConfigurationError, match=r"pip install 'mturk\[validate\]'"):
        HTMLQuestion(PAGE).validate()


@pytest.mark.usefixtures("without_lxml")
def test_without_the_extra_everything_else_is_checked() -> None:
    HTMLQuestion(PAGE).validate(schemas=False)
    with pytest.raises(ValidationError, match="no form"):
        HTMLQuestion("<p>").validate()


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.xsd")), ids=lambda file: file.name)
def test_every_schema_can_be_applied(file: Path) -> None:
    if file.name != "question_form_parts.xsd":  # has no meaning but for who includes it
        etree.XMLSchema(etree.parse(str(file)))


def test_the_limit_is_the_services() -> None:
    assert mturk.question.document.LIMIT == 65_535


def test_a_broken_declaration_is_a_problem_of_the_page(default: Connection) -> None:
    with pytest.raises(ValidationError):
        HTMLQuestion("<![x").validate()


@pytest.mark.parametrize(
    ("layout", "words"),
    [(Layout("not-an-id"), "Layout.id: 'not-an-id'"), (Layout("3A", {" ": "x"}), "expected a name")],
)
def test_a_layout_is_validated_as_far_as_it_is_known(layout: Layout, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        layout.validate()
    Layout("3A", photo="x").validate()


def test_the_folder_of_a_template_can_be_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    HTMLQuestion.from_template("~/page.html").validate()
