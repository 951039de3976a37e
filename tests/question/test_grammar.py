"""Nothing that stands in a document is passed over: a form is published that says what its author wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from mturk import Question, ValidationError
from mturk.question import grammar, question
from mturk.question.element import parse
from mturk.question_form import Choice, FreeText, FreeTextAnswer, Length, Overview, QuestionForm
from mturk.question_form import Question as FormQuestion
from mturk.schemas import FOLDER

FORM = QuestionForm(
    Overview("Read this"),
    Choice("label", ["cat", "dog"], other=True),
    FormQuestion("why", "Why?", FreeTextAnswer(Length(max_length=20))),
    FreeText("more", required=False),
).to_xml()


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        (
            "IsRequired>",
            "IsRequierd>",
            r"line \d+: Question holds <IsRequierd>; expected Answer",
        ),
        ("<QuestionContent>", "Hello<QuestionContent>", "Question holds the text 'Hello', which nobody would see"),
        (
            "</QuestionContent>",
            "</QuestionContent><QuestionContent/>",
            "Question holds a second QuestionContent; expected one",
        ),
        ("maxLength=", "maximum=", "Length has the attribute maximum; expected minLength, maxLength"),
        ("<Text>Why?</Text>", "<Text>Why <b>now</b>?</Text>", "Text holds <b>; expected nothing but text"),
        ("<Text>Why?</Text>", "<Text lang='en'>Why?</Text>", "Text has the attribute lang; expected none"),
        ("<Text>Why?</Text>", "<x:Text xmlns:x='urn:x'>Why?</x:Text>", "<Text> of the namespace 'urn:x'"),
    ],
)
def test_what_the_service_would_not_understand_is_named_with_its_line(written: str, instead: str, told: str) -> None:
    xml = FORM.replace(written, instead)
    assert xml != FORM
    for check in (lambda: question.read(xml), lambda: question.document(xml)):
        with pytest.raises(ValidationError, match=told):
            check()


def test_everything_that_is_wrong_is_told_at_once() -> None:
    xml = FORM.replace("maxLength=", "maximum=").replace("<QuestionContent>", "Hello<QuestionContent>")
    with pytest.raises(ValidationError) as caught:
        question.read(xml)
    assert len(str(caught.value).splitlines()) == 1 + FORM.count("<QuestionContent>")


def test_a_template_is_validated_as_it_will_be_sent(tmp_path: Path) -> None:
    template = tmp_path / "form.xml"
    template.write_text(FORM.replace("IsRequired>", "IsRequierd>"))
    with pytest.raises(ValidationError, match="holds <IsRequierd>"):
        Question(template).validate()


def test_what_a_template_renders_is_held_against_the_schema_byte_for_byte(tmp_path: Path) -> None:
    template = tmp_path / "form.xml"
    # In this order no schema takes it, though a reader by names would put it right.
    moved = re.sub(
        r"(<QuestionIdentifier>why</QuestionIdentifier>)\s*(<QuestionContent>.*?</QuestionContent>)",
        r"\2\1",
        FORM,
        flags=re.S,
    )
    assert moved != FORM
    template.write_text(moved)
    with pytest.raises(ValidationError, match="QuestionContent"):
        Question(template).validate()


def test_hints_where_a_schema_lies_are_no_harm() -> None:
    hint = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" '
    assert question.read(FORM.replace("<QuestionForm ", f"<QuestionForm {hint}", 1)) == question.read(FORM)


GRAMMARS = {
    "html_question.xsd": grammar.HTML_QUESTION,
    "external_question.xsd": grammar.EXTERNAL_QUESTION,
    "question_form_2005.xsd": grammar.QUESTION_FORM,
    "answer_key.xsd": grammar.ANSWER_KEY,
}


@pytest.mark.parametrize("file", GRAMMARS)
def test_the_grammar_knows_every_element_and_attribute_of_the_schema(file: str) -> None:
    names: set[str] = set()
    for one in (file, "question_form_parts.xsd") if "form" in file else (file,):
        tree = etree.parse(str(FOLDER / one))
        for node in tree.iter("{*}element"):
            names.add(str(node.get("name") or node.get("ref")).rpartition(":")[2])
        names |= {f"@{node.get('name')}" for node in tree.iter("{*}attribute")}
    known = {word.rstrip("*") for words in GRAMMARS[file].values() for word in words.split()} | set(GRAMMARS[file])
    assert names - known == set()
    assert {word for word in known if not word.startswith("@")} - names == set()


@pytest.mark.parametrize("xml", [FORM])
def test_what_the_package_writes_is_of_the_grammar(xml: str) -> None:
    grammar.hold(parse(xml), grammar.QUESTION_FORM)
