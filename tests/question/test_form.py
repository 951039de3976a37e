"""Forms built of parts."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from lxml import etree
from markupsafe import Markup

from mturk.errors import ValidationError
from mturk.question import question, schema
from mturk.question_form import (
    AnswerFormatRegex,
    Binary,
    Choice,
    Constraints,
    EmbeddedBinary,
    FileUploadAnswer,
    Flash,
    FormattedContent,
    FreeText,
    FreeTextAnswer,
    IsNumeric,
    JavaApplet,
    Length,
    List,
    MimeType,
    OtherSelection,
    Overview,
    Question,
    QuestionForm,
    Selection,
    SelectionAnswer,
    Text,
    Title,
)
from tests.form_strategy import forms

TWO = [Selection("a", "A"), Selection("b", "B")]


def elements(xml: str) -> list[str]:
    return [etree.QName(one).localname for one in etree.fromstring(xml.encode()).iter()]


@given(forms())
def test_any_form_is_accepted_by_the_schema_and_reads_back_equal(form: QuestionForm) -> None:
    xml = form.to_xml()
    assert schema.problems(xml) == []
    assert QuestionForm.from_xml(xml) == form
    assert question.document(form, 10**9) == xml


def test_the_short_forms_make_the_long_ones() -> None:
    assert Choice("sentiment", ["positive", "negative"]) == Question(
        "sentiment",
        [Text("sentiment")],
        SelectionAnswer(
            [Selection("positive", Text("positive")), Selection("negative", Text("negative"))],
            min_selection_count=1,
            max_selection_count=1,
            style_suggestion="radiobutton",
        ),
        is_required=True,
    )
    assert FreeText("comment", required=False) == Question(
        "comment", [Text("comment")], FreeTextAnswer(), is_required=False
    )


@pytest.mark.parametrize("options", [{"a": "A", "b": "B"}, [("a", "A"), ("b", "B")], TWO, iter(TWO)])
def test_options_come_as_a_mapping_as_pairs_or_as_selections(options: Any) -> None:
    assert Choice("q", options).answer_specification.selections == tuple(TWO)  # type: ignore[union-attr] # a choice has them


def test_several_may_be_chosen_and_another_be_named() -> None:
    made = Choice("q", ["a", "b"], several=True, other=True, required=False).answer_specification
    assert made == SelectionAnswer(
        [Selection("a", "a"), Selection("b", "b")],
        min_selection_count=0,
        max_selection_count=3,
        style_suggestion="checkbox",
        other_selection=OtherSelection(),
    )


def test_elements_stand_in_the_order_of_the_schema() -> None:
    form = QuestionForm(
        Question(
            "q",
            "text",
            FreeTextAnswer([AnswerFormatRegex("x"), Length(1), IsNumeric()], "default", 3),
            display_name="Name",
            is_required=True,
        )
    )
    assert elements(form.to_xml()) == [
        "QuestionForm", "Question", "QuestionIdentifier", "DisplayName", "IsRequired", "QuestionContent", "Text",
        "AnswerSpecification", "FreeTextAnswer", "Constraints", "IsNumeric", "Length", "AnswerFormatRegex",
        "DefaultText", "NumberOfLinesSuggestion",
    ]  # fmt: skip


def test_parts_come_one_by_one_or_in_a_list() -> None:
    parts = [Overview("a"), FreeText("q")]
    assert QuestionForm(*parts) == QuestionForm(parts)
    assert QuestionForm(parts).questions == (FreeText("q"),)


@pytest.mark.parametrize("version", ["2017-11-06", "2005-10-01"])
def test_both_namespaces_are_written_and_read(version: str) -> None:
    form = QuestionForm(FreeText("q"), version=version)
    assert f"AWSMechanicalTurkDataSchemas/{version}/QuestionForm.xsd" in form.to_xml()
    assert QuestionForm.from_xml(form.to_xml()).version == version


def test_a_line_break_in_an_attribute_is_kept() -> None:
    form = QuestionForm(FreeText("q", constraints=AnswerFormatRegex("a\nb\t\r", 'say "no"\n')))
    assert 'regex="a&#10;b&#9;&#13;"' in form.to_xml()
    assert QuestionForm.from_xml(form.to_xml()) == form


def test_markup_in_a_part_is_text() -> None:
    form = QuestionForm(FreeText("q", Text(Markup("<b>x</b>"))))
    assert "<Text>&lt;b&gt;x&lt;/b&gt;</Text>" in form.to_xml()


WRONG: list[tuple[Any, str]] = [
    (lambda: SelectionAnswer(TWO, min_selection_count=2), "min_selection_count 2 is more than max_selection_count 1"),
    (lambda: SelectionAnswer(TWO, min_selection_count=3, max_selection_count=3), "there are only 2 to choose from"),
    (
        lambda: SelectionAnswer(TWO, max_selection_count=2, style_suggestion="radiobutton"),
        "radiobutton lets the worker choose one only",
    ),
    (lambda: SelectionAnswer(TWO, max_selection_count=2, style_suggestion="dropdown"), "dropdown lets"),
    (lambda: SelectionAnswer(TWO, style_suggestion="menu"), "'menu'; expected one of radiobutton"),
    (lambda: SelectionAnswer(TWO, max_selection_count=0), "max_selection_count: 0; expected a whole number from 1"),
    (lambda: SelectionAnswer(TWO, min_selection_count=-1), "min_selection_count: -1"),
    (lambda: SelectionAnswer([]), "at least 1"),
    (lambda: SelectionAnswer([*TWO, Selection("a", "again")]), "identifier 'a' stands twice"),
    (lambda: Selection("a", Title("T")), "expected Text or FormattedContent or Binary"),
    (lambda: Length(5, 3), "min_length 5 is more than max_length 3"),
    (lambda: Length(max_length=0), "max_length: 0"),
    (lambda: Length(True), "min_length: True"),
    (lambda: IsNumeric(5, 3), "min_value 5 is more than max_value 3"),
    (lambda: IsNumeric(2**31), "min_value: 2147483648"),
    (lambda: IsNumeric(1.5), "min_value: 1.5"),
    (lambda: FreeTextAnswer([Length(1), Length(2)]), "at most one IsNumeric, one Length"),
    (lambda: FreeTextAnswer("x"), "constraints: 'x'"),
    (lambda: FreeTextAnswer(number_of_lines_suggestion=0), "number_of_lines_suggestion: 0"),
    (lambda: FileUploadAnswer(1, 2), "min_file_size_in_bytes 2 is more"),
    (lambda: FileUploadAnswer(2_000_000_001), "2000000001"),
    (lambda: MimeType("text", "plain"), "'text'; expected one of image, audio, video"),
    (lambda: Binary("image/png", "ftp://x", "alt"), "data_url: 'ftp://x'"),
    (lambda: Binary("image/png", "/a.png", "alt"), "https://"),
    (lambda: EmbeddedBinary("video/mp4", "https://x", "alt", 1.5, 2), "width: 1.5"),
    (lambda: List([]), "list_items"),
    (lambda: List([1]), "list_items: 1; expected a str"),
    (lambda: Text(None), "Text.text: None; expected a str"),
    (lambda: Title("a\x00"), r"Title.text: line 1, column 2: the character U\+0000"),
    (lambda: Text("a\nb\ufffe"), r"Text.text: line 2, column 2: the character U\+FFFE"),
    (lambda: Text("\ud800"), r"U\+D800"),
    (lambda: AnswerFormatRegex("a", error_text="\x1b"), r"AnswerFormatRegex.error_text: line 1, column 1"),
    (lambda: Overview([]), "Overview.content"),
    (lambda: Overview([Length()]), "Overview.content"),
    (lambda: Question("q", "t", "FreeTextAnswer"), "answer_specification: 'FreeTextAnswer'"),
    (lambda: Question("q", "t", FreeTextAnswer(), is_required="yes"), "is_required: 'yes'"),
    (lambda: QuestionForm(), "QuestionForm.parts"),
    (lambda: QuestionForm(Text("x")), "expected Overview or Question"),
    (lambda: QuestionForm(FreeText("q"), FreeText("q")), "identifier 'q' stands twice"),
    (lambda: QuestionForm(FreeText("q"), version="2020-01-01"), "version: '2020-01-01'"),
    (lambda: QuestionForm(Question("q", "t", FileUploadAnswer(5))), "FileUploadAnswer was withdrawn"),
    (lambda: QuestionForm(Overview(Flash("https://x", 1, 1)), FreeText("q")), "Flash was withdrawn"),
    (lambda: QuestionForm(Overview(JavaApplet("https://x", "a.jar", 1, 1)), FreeText("q")), "JavaApplet was"),
    (lambda: Choice("q", [1]), "options: 1; expected a text"),
]


@pytest.mark.parametrize(("make", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_does_not_go_together_is_refused_at_once(make: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


@pytest.mark.parametrize(
    ("xhtml", "words"),
    [
        ("<p>x<div/></p>", "<div>, which is not allowed"),
        ("<p>a</p>\n<script>x</script>", "line 2 of its text: <script>"),
        ("<p>x", "not XML: mismatched tag"),
        ("a & b", "not XML"),
        ("&nbsp;", "undefined entity"),
        ("<!-- x -->", "a comment"),
        ("<?x y?>", "a processing instruction"),
        ("</FormattedContent><p/>", "not XML"),
    ],
)
def test_formatted_content_is_checked_without_a_schema(xhtml: str, words: str) -> None:
    form = QuestionForm(Overview(FormattedContent(xhtml)), FreeText("q"))
    with pytest.raises(ValidationError, match=words):
        question.document(form)


def test_a_form_that_asks_nothing_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValidationError, match="asks nothing"):
        question.document(QuestionForm(Overview("x")))


def test_a_form_can_be_pickled_hashed_and_not_changed() -> None:
    form = QuestionForm(Choice("q", ["a"]))
    assert pickle.loads(pickle.dumps(form)) == form
    assert hash(form) == hash(QuestionForm(Choice("q", ["a"])))
    with pytest.raises(AttributeError):
        form.parts = ()  # type: ignore[misc] # that is the point


def test_constraints_may_be_spelled_out() -> None:
    assert FreeTextAnswer(Constraints(length=Length(1))) == FreeTextAnswer(Length(1))


FORM = QuestionForm(FreeText("q", constraints=IsNumeric(1, 2), lines=2)).to_xml()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<QuestionIdentifier>q</QuestionIdentifier>", "", "line 2: Question has no QuestionIdentifier"),
        ("<Text>q</Text>", "<Txt>q</Txt>", "QuestionContent holds <Txt>; expected Application, Binary"),
        ("<Text>q</Text>", "", "QuestionContent|question_content"),
        ("FreeTextAnswer", "SingAnswer", "AnswerSpecification holds <SingAnswer>; expected FileUploadAnswer"),
        ('minValue="1"', 'minValue="one"', "IsNumeric.minValue: 'one'; expected a whole number"),
        ("true", "maybe", "IsRequired: 'maybe'"),
        (">2<", "> two <", "NumberOfLinesSuggestion: ' two '"),
        ("2017-11-06", "2031-01-01", "in namespace"),
        ("<Question>", "<Query>", "mismatched tag"),
    ],
)
def test_xml_that_is_no_form_is_refused_with_its_line(old: str, new: str, words: str) -> None:
    assert old in FORM
    with pytest.raises(ValidationError, match=words):
        QuestionForm.from_xml(FORM.replace(old, new))


def test_blanks_around_an_address_do_not_count() -> None:
    form = QuestionForm(Overview(Binary("image/png", "https://x.org/a.png", "alt")), FreeText("q"))
    spread = form.to_xml().replace("<DataURL>", "<DataURL>\n  ").replace("</DataURL>", "\n</DataURL>")
    assert QuestionForm.from_xml(spread) == form
