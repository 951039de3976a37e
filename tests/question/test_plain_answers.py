"""Ordinary answers are read at once, and come out as the general way reads them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mturk.errors import AnswerError
from mturk.question import answer, plain_answers

NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
NAMES = [
    "Answer", "QuestionIdentifier", "FreeText", "SelectionIdentifier", "OtherSelectionText", "UploadedFileKey",
    "UploadedFileSizeInBytes", "QuestionFormAnswers", "b", "x:b",
]  # fmt: skip
WORDS = [
    "a", "cat", "7", " ", "\n", "\r", "\t", "é", "😀", "&amp;", "&#13;", "&#0;", "&nbsp;", "]]>", "<![CDATA[<b>]]>",
    "<!-- c -->", "<?p i?>", "\ud800", "\x01", "[{\"a\": {\"b\": 1}}]", "taskAnswers", "#text",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map("".join)


def element(name: str, attributes: str, inside: str) -> str:
    return f"<{name}{attributes}>{inside}</{name}>"


FIELDS = st.builds(element, st.sampled_from(NAMES), st.sampled_from(["", "", "", ' a="b"', ' xmlns="urn:x"']), TEXTS)
MIXED = st.lists(TEXTS | FIELDS, max_size=3).map("".join)
PAIRS = st.builds(
    lambda question, name, text: element("QuestionIdentifier", "", question) + element(name, "", text),
    TEXTS,
    st.sampled_from(NAMES),
    TEXTS,
)
ANSWERS = st.builds(element, st.sampled_from(["Answer", "Answer", "Answer", "Answr"]), st.just(""), MIXED | PAIRS)
ROOTS = st.sampled_from(["", f' xmlns="{NAMESPACE}"', f' xmlns="{NAMESPACE}" xmlns:x="urn:x"', ' xmlns="urn:x"'])
PROLOGS = st.sampled_from(
    ["", "", '<?xml version="1.0" encoding="ASCII"?>', "\ufeff", "<!DOCTYPE a>", "<!-- <!DOCTYPE a> -->"]
)
DOCUMENTS = st.builds(
    lambda prolog, namespace, answers: prolog + element("QuestionFormAnswers", namespace, "".join(answers)),
    PROLOGS,
    ROOTS,
    st.lists(ANSWERS | TEXTS, max_size=4),
)


def outcome(xml: str) -> Any:
    """What is read, or what is said to be wrong."""
    try:
        found = answer.read(xml)
    except AnswerError as error:
        return str(error)
    return [(name, type(value), found.getlist(name), getattr(value, "other", None)) for name, value in found.items()]


@given(DOCUMENTS)
@example(f'<QuestionFormAnswers xmlns="{NAMESPACE}"/>')
@example(element("QuestionFormAnswers", "", element("Answer", "", element("QuestionIdentifier", "", "q") * 2)))
@example("<QuestionFormAnswers>")
def test_whatever_stands_in_a_document_the_general_way_says_the_same(xml: str) -> None:
    quick = outcome(xml)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_answers, "read", lambda _xml: None)
        assert outcome(xml) == quick


@pytest.mark.parametrize(
    "inside",
    [
        "<Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>a &amp; b</FreeText></Answer>",
        "\n<Answer>\n<QuestionIdentifier>q</QuestionIdentifier>\n<FreeText><![CDATA[a]]> b</FreeText>\n</Answer>\n",
        "<Answer><QuestionIdentifier>q</QuestionIdentifier><SelectionIdentifier>a</SelectionIdentifier></Answer>",
    ],
)
def test_an_ordinary_document_is_not_left_to_the_general_way(inside: str) -> None:
    assert plain_answers.read(f'<QuestionFormAnswers xmlns="{NAMESPACE}">{inside}</QuestionFormAnswers>')


def test_a_name_that_repeats_has_one_list_that_is_not_copied_for_each() -> None:
    found: dict[str, plain_answers.Texts] = {"SelectionIdentifier": "a"}
    plain_answers.repeat(found, "SelectionIdentifier", "b")
    texts = found["SelectionIdentifier"]
    plain_answers.repeat(found, "SelectionIdentifier", None)
    assert found["SelectionIdentifier"] is texts
    assert texts == ["a", "b", None]
