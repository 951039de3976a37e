"""Reading what workers answered."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import time
import tracemalloc
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.errors import AnswerError
from mturk.question import answer
from mturk.question.answer import Selected, UploadedFile

NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="￾￿", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\r")
)

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def document(*answers: str, declaration: str = "") -> str:
    return f'{declaration}<QuestionFormAnswers xmlns="{NAMESPACE}">{"".join(answers)}</QuestionFormAnswers>'


def one(question: str, inside: str) -> str:
    return f"<Answer><QuestionIdentifier>{escape(question)}</QuestionIdentifier>{inside}</Answer>"


def text(question: str, words: str) -> str:
    return one(question, f"<FreeText>{escape(words, {chr(13): '&#13;'})}</FreeText>")


def chosen(*identifiers: str, other: str | None = None) -> str:
    words = "" if other is None else f"<OtherSelectionText>{other}</OtherSelectionText>"
    return "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in identifiers) + words


def crowd(value: Any) -> str:
    return text("taskAnswers", value if isinstance(value, str) else json.dumps(value))


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("<FreeText>blue</FreeText>", "blue"),
        ("<FreeText/>", ""),
        ("<FreeText></FreeText>", ""),
        ("<FreeText>  two  blanks  </FreeText>", "  two  blanks  "),
        ("<FreeText> </FreeText>", " "),
        ("<FreeText>a&#13;\nb\n</FreeText>", "a\r\nb\n"),
        ("<FreeText>7</FreeText>", "7"),
        ("<FreeText>true</FreeText>", "true"),
        ('<FreeText>{"a": 1}</FreeText>', '{"a": 1}'),
        ("<FreeText><![CDATA[<b> & <!DOCTYPE html>]]></FreeText>", "<b> & <!DOCTYPE html>"),
        ("<FreeText>a<!-- no -->b</FreeText>", "ab"),
        ("<FreeText>&#233;&amp;&lt;</FreeText>", "é&<"),
        ("", Selected()),
        (chosen("a"), Selected(["a"])),
        (chosen("a", "b", "c"), Selected(["a", "b", "c"])),
        ("<SelectionIdentifier/>", Selected([""])),
        (chosen("a", other="mine"), Selected(["a"], "mine")),
        (chosen(other=" "), Selected([], " ")),
        (chosen(other=""), Selected([], "")),
        (
            "<UploadedFileSizeInBytes>512</UploadedFileSizeInBytes><UploadedFileKey>k/7</UploadedFileKey>",
            UploadedFile("k/7", 512),
        ),
    ],
)
def test_a_values_kind_depends_on_the_question_alone(inside: str, value: object) -> None:
    found = answer.read(document(one("q", inside)))["q"]
    assert found == value
    assert type(found) is type(value)


BARE = one("q", "<FreeText>a</FreeText>")
PREFIXED = f'<QuestionFormAnswers xmlns="{NAMESPACE}" xmlns:x="{NAMESPACE}">'


@pytest.mark.parametrize(
    "xml", [None, "", "  \n", document(), document("\n  "), f'<QuestionFormAnswers xmlns="{NAMESPACE}"/>']
)
def test_no_answer_at_all_is_an_empty_mapping(xml: str | None) -> None:
    answers = answer.read(xml)
    assert answers == {}
    assert answers.raw == (xml or "")


def test_answers_stand_in_the_order_of_the_document() -> None:
    assert list(answer.read(document(text("z", ""), text("a", ""), text("m", "")))) == ["z", "a", "m"]


def test_line_breaks_between_the_elements_change_nothing() -> None:
    spread = document(
        "\n  <Answer>\n    <QuestionIdentifier>q</QuestionIdentifier>\n    <FreeText>a</FreeText>\n  </Answer>\n"
    )
    assert answer.read(spread) == {"q": "a"}


@pytest.mark.parametrize(
    "xml",
    [
        f"<QuestionFormAnswers>{BARE}</QuestionFormAnswers>",
        f'<x:QuestionFormAnswers xmlns:x="{NAMESPACE}"><x:Answer><x:QuestionIdentifier>q</x:QuestionIdentifier>'
        "<x:FreeText>a</x:FreeText></x:Answer></x:QuestionFormAnswers>",
        f'{PREFIXED}<x:Answer><QuestionIdentifier>q</QuestionIdentifier>'
        '<FreeText x:kind="y">a</FreeText></x:Answer></QuestionFormAnswers>',
        document(text("q", "a"), declaration='<?xml version="1.0" encoding="ASCII"?>'),
        document(text("q", "a"), declaration='<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'),
        "\ufeff" + document(text("q", "a")),
        document(text("q", "a"), declaration="<!-- <!DOCTYPE is only spoken of -->"),
    ],
)  # fmt: skip
def test_a_document_is_read_however_it_is_dressed(xml: str) -> None:
    assert answer.read(xml) == {"q": "a"}


def test_an_ascii_declaration_does_not_spoil_other_characters() -> None:
    xml = document(text("q", "ünï😀"), declaration='<?xml version="1.0" encoding="ASCII"?>')
    assert answer.read(xml)["q"] == "ünï😀"


def test_of_a_repeated_field_the_last_counts_and_all_are_there() -> None:
    answers = answer.read(document(text("q", "a"), text("p", "x"), text("q", "b")))
    assert answers == {"q": "b", "p": "x"}
    assert (answers.getlist("q"), answers.getlist("p"), answers.getlist("none")) == (["a", "b"], ["x"], [])


def test_a_crowd_form_gives_its_own_fields() -> None:
    fields = {"category": {"label": "Cat"}, "sure": True, "n": 3}
    answers = answer.read(document(crowd([fields])))
    assert answers == fields
    assert "taskAnswers" in answers.raw


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("not JSON", "not JSON"),
        ("", ""),
        ([], []),
        ([{"a": 1}, {"b": 2}], [{"a": 1}, {"b": 2}]),
        ({"a": 1}, {"a": 1}),
        ([1], [1]),
        ("[" * 100_000, "[" * 100_000),
        ("9" * 5_000, "9" * 5_000),
    ],
)
def test_what_is_not_one_object_in_a_list_stays_under_task_answers(sent: Any, value: Any) -> None:
    assert answer.read(document(crowd(sent))) == {"taskAnswers": value}


@pytest.mark.parametrize("beside_first", [True, False])
def test_a_field_beside_a_crowd_form_wins(beside_first: bool) -> None:
    both = [text("a", "beside"), crowd([{"a": 1, "b": 2}])]
    answers = answer.read(document(*(both if beside_first else both[::-1])))
    assert answers == {"a": "beside", "b": 2}
    assert answers.getlist("a") == ["beside"]


DEEP = "<a>" * 1_000_000
HOSTILE = {
    "a document type": f"<!DOCTYPE QuestionFormAnswers>{document()}",
    "an entity": f'<!DOCTYPE x [<!ENTITY e "lol">]>{document(one("q", "<FreeText>&e;</FreeText>"))}',
    "growing entities": "<!DOCTYPE l [<!ENTITY a 'lol'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><l>&j;</l>",
    "a file": f'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{document()}',
    "nesting": DEEP,
    "nesting to the end": document(DEEP + "</a>" * 1_000_000),
    "ten megabytes": document(text("q", "x" * 10_000_000)),
    "no XML": "hello",
    "half a document": document(text("q", "a"))[:-5],
    "another document": "<html/>",
    "a name without end": f"<{'a' * 50_000}/>",
    "an undeclared prefix": "<x:QuestionFormAnswers/>",
    "another namespace": '<x:QuestionFormAnswers xmlns:x="urn:other"/>',
    "an undefined entity": document(one("q", "<FreeText>&nbsp;</FreeText>")),
    "a forbidden character": document(one("q", "<FreeText>&#0;</FreeText>")),
    "half a surrogate pair": document(one("q", "<FreeText>\ud800</FreeText>")),
    "no identifier": document("<Answer><FreeText>a</FreeText></Answer>"),
    "an empty answer": document("<Answer/>"),
    "two identifiers": document(one("q", "<QuestionIdentifier>r</QuestionIdentifier><FreeText>a</FreeText>")),
    "two texts": document(one("q", "<FreeText>a</FreeText><FreeText>b</FreeText>")),
    "elements in a text": document(one("q", "<FreeText>a<b/></FreeText>")),
    "elements in a selection": document(one("q", "<SelectionIdentifier><b/></SelectionIdentifier>")),
    "a size that is no number": document(
        one("q", "<UploadedFileSizeInBytes>x</UploadedFileSizeInBytes><UploadedFileKey>k</UploadedFileKey>")
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_cannot_be_read_is_refused_at_once_and_names_the_assignment(kind: str) -> None:
    started = time.process_time()
    with pytest.raises(AnswerError, match="assignment 3XYZ") as caught:
        answer.read(HOSTILE[kind], "3XYZ")
    assert time.process_time() - started < 0.5
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 300


@given(st.dictionaries(TEXT, TEXT))
def test_any_text_survives(fields: dict[str, str]) -> None:
    fields.pop("taskAnswers", None)
    sent = (one_of.replace("\r", "&#13;") for one_of in (text(name, words) for name, words in fields.items()))
    assert answer.read(document(*sent)) == fields


@given(st.text())
def test_any_other_document_is_an_answer_error_or_empty(xml: str) -> None:
    with suppress(AnswerError):
        assert answer.read(xml) == {}


def test_answers_are_read_only_values() -> None:
    answers = answer.read(document(text("q", "a")))
    with pytest.raises(TypeError):
        answers["q"] = "b"  # type: ignore[index] # that is the point
    assert pickle.loads(pickle.dumps(answers)) == answers == copy.deepcopy(answers)
    assert repr(answers) == "Answers({'q': 'a'})"


@pytest.mark.parametrize("value", [Selected(), Selected(["a"]), Selected(["a", "b"], "mine")])
def test_a_selection_can_be_pickled_and_compared(value: Selected) -> None:
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert (again.other, hash(again)) == (value.other, hash(value))
    assert repr(value).startswith("Selected([")


def test_a_selection_is_a_tuple_and_tells_other_words_apart() -> None:
    assert Selected(["a"]) == ("a",)
    assert Selected(["a"]) != ("b",)
    assert Selected(["a"], "x") != Selected(["a"], "y")
    assert Selected(["a"]).other is None


def test_twenty_thousand_documents_keep_no_memory() -> None:
    xml = document(*(text(f"q{number}", "some words") for number in range(4)))
    for _ in range(100):
        answer.read(xml)
    gc.collect()
    tracemalloc.start()
    for _ in range(2_000):
        answer.read(xml)
    gc.collect()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 50_000
    assert peak < 500_000


def test_an_answer_cannot_be_changed() -> None:
    chosen = Selected(["cat"], "lynx")
    with pytest.raises(AttributeError, match="an answer cannot be changed: other"):
        chosen.other = "dog"
    assert chosen.other == "lynx"


_ANSWER = "<Answer><QuestionIdentifier>a</QuestionIdentifier><FreeText>x</FreeText></Answer>"


@pytest.mark.parametrize(
    "document",
    [
        f'<QuestionFormAnswers xmlns="http://example.com/other.xsd">{_ANSWER}</QuestionFormAnswers>',
        "<QuestionFormAnswers><Answr>x</Answr></QuestionFormAnswers>",
        "<QuestionFormAnswers><Answer><QuestionIdentifier>a</QuestionIdentifier><FreeTxt>x</FreeTxt></Answer>"
        "</QuestionFormAnswers>",
        f"<QuestionFormAnswers>cat{_ANSWER}</QuestionFormAnswers>",
        f"<QuestionFormAnswers>{_ANSWER.replace('<Free', 'cat<Free')}</QuestionFormAnswers>",
    ],
    ids=["namespace", "answer", "value", "text", "text in an answer"],
)
def test_an_answer_that_is_spelt_otherwise_is_an_error_and_not_silence(document: str) -> None:
    with pytest.raises(AnswerError):
        answer.read(document)


@pytest.mark.parametrize(
    "fields",
    ['{"a": NaN}', '{"a": 1e999}', '{"a": ' + "[" * 600 + "]" * 600 + "}"],
    ids=["no number", "too large", "too deep"],
)
def test_what_no_json_can_say_again_stays_a_text(fields: str) -> None:
    text = f"[{fields}]"
    xml = f"<Answer><QuestionIdentifier>taskAnswers</QuestionIdentifier><FreeText>{text}</FreeText></Answer>"
    assert dict(answer.read(f"<QuestionFormAnswers>{xml}</QuestionFormAnswers>")) == {"taskAnswers": text}


@pytest.mark.parametrize("levels", [1, 97])
def test_json_in_a_crowd_form_may_be_nested_a_hundred_levels_deep_in_all(levels: int) -> None:
    value = json.loads("[" * levels + "1" + "]" * levels)
    assert answer.read(document(crowd([{"a": value}])))["a"] == value
    too_deep = json.dumps([{"a": json.loads("[" * 98 + "1" + "]" * 98)}])
    assert dict(answer.read(document(crowd(too_deep)))) == {"taskAnswers": too_deep}


def test_brackets_in_a_text_are_not_levels() -> None:
    assert answer.read(document(crowd([{"a": "[{" * 500}])))["a"] == "[{" * 500


@given(st.dictionaries(TEXT, JSON, max_size=5))
def test_what_a_crowd_form_sent_comes_out_as_json_has_it(fields: dict[str, Any]) -> None:
    found = answer.read(document(crowd([fields])))
    assert dict(found) == fields
    assert [found.getlist(name) for name in found] == [[value] for value in fields.values()]


@pytest.mark.parametrize("escape", ["\\ud83d", "\\u0000"])
def test_half_an_emoji_or_a_zero_does_not_break_what_is_written(escape: str) -> None:
    text = f'[{{"a": "ok {escape}{escape} \\\\u0000 \\\\{escape}"}}]'
    xml = f"<Answer><QuestionIdentifier>taskAnswers</QuestionIdentifier><FreeText>{text}</FreeText></Answer>"
    assert answer.read(f"<QuestionFormAnswers>{xml}</QuestionFormAnswers>")["a"] == "ok \ufffd\ufffd \\u0000 \\\ufffd"


def test_an_answer_of_two_kinds_is_refused() -> None:
    two = _ANSWER.replace("</Answer>", "<SelectionIdentifier>b</SelectionIdentifier></Answer>")
    with pytest.raises(AnswerError, match="of two kinds"):
        answer.read(f"<QuestionFormAnswers>{two}</QuestionFormAnswers>")


def test_columns_hold_every_value_of_a_question() -> None:
    assert answer.read(f"<QuestionFormAnswers>{_ANSWER}{_ANSWER}</QuestionFormAnswers>").columns() == {
        "answers.a": ["x", "x"]
    }
    assert answer.read(f"<QuestionFormAnswers>{_ANSWER}</QuestionFormAnswers>").columns() == {"answers.a": "x"}


def test_more_fields_than_a_table_has_columns_for_are_none_and_can_be_read_one_by_one() -> None:
    fields = "".join(_ANSWER.replace(">a<", f">{number}<") for number in range(2_001))
    answers = answer.read(f"<QuestionFormAnswers>{fields}</QuestionFormAnswers>")
    assert answers["2000"] == "x"
    with pytest.raises(AnswerError, match="more than 2,000 fields"):
        answers.columns()
