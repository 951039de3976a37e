"""Documents from outside are parsed once, and none of them can harm us."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mturk.marketplace.document.parser import Unreadable, parse, reading
from mturk.marketplace.error import ParameterValidationError

DEEPEST = 50


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


@pytest.mark.parametrize(
    "before", ["", "\n ", "<?xml version='1.0'?>\n", "<!-- > -->", "<?a b?>\r\n<!---->", "\ufeff", "\ufeff<!-- x -->"]
)
def test_a_doctype_is_refused_wherever_it_may_stand(before: str) -> None:
    with pytest.raises(Unreadable, match="document type declaration is not allowed"):
        parse(f"{before}<!DOCTYPE a><a/>")


@pytest.mark.parametrize("xml", ["<a><![CDATA[<!DOCTYPE html>]]></a>", "<!-- <!DOCTYPE a> --><a/>", "\ufeff<a/>"])
def test_a_doctype_inside_a_text_or_a_comment_is_none(xml: str) -> None:
    assert parse(xml).tag == "a"


@pytest.mark.parametrize("depth", [DEEPEST + 1, 256, 300, 20_000])
def test_nesting_has_a_limit(depth: int) -> None:
    assert parse(nested(DEEPEST)).tag == "a"
    with pytest.raises(Unreadable, match="elements are nested more than 50 deep"):
        parse(nested(depth))


HOSTILE = {
    "tags that never end": "<a <a" * 12_000,
    "elements that never end": "<a>" * 20_000,
    "comments without a root": "<!---->" * 9_000,
    "comments that never end": "<!--" * 15_000,
    "instructions that never end": "<?a" * 20_000,
    "attributes without end": "<a " + " ".join(f"a{number}='1'" for number in range(6_000)),
    "namespaces without end": "".join(f"<a xmlns:a{number}='{number}'>" for number in range(2_500)),
    "entities nobody declared": "<a>" + "&b;" * 20_000 + "</a>",
    "entities in an attribute": f"<!DOCTYPE a [<!ENTITY b '{'x' * 1000}'>]><a c='{'&b;' * 10_000}'/>",
}


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_are_refused_at_once(xml: str) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        parse(xml)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("text", "syntax error: line 1, column 0"),
        ("<a", "unclosed token: line 1, column 0"),
        ("<a></b>", "mismatched tag: line 1, column 5"),
        ("<a>&nbsp;</a>", "undefined entity: line 1, column 3"),
        ("<a>\n\x00</a>", r"not well-formed \(invalid token\): line 2, column 0"),
        ("<h:a/>", "prefix h on a is not defined, line 1"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(xml: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse(xml)


@pytest.mark.parametrize("declared", ["UTF-16", "ISO-8859-1", "nonsense"])
def test_the_encoding_that_a_text_declares_does_not_count(declared: str) -> None:
    assert parse(f'<?xml version="1.0" encoding="{declared}"?><a>Grüße</a>').text == "Grüße"


@pytest.mark.parametrize(
    "inside", ["1<!-- x -->2", "1<?x y?>2", "1<![CDATA[2]]>", "<![CDATA[1]]><!-- x --><![CDATA[2]]>"]
)
def test_a_text_is_whole_whatever_stands_between_its_parts(inside: str) -> None:
    assert parse(f"<a>{inside}</a>").text == "12"


def test_half_a_surrogate_pair_is_refused_as_the_parameter_that_has_it() -> None:
    with pytest.raises(ParameterValidationError, match="surrogate"), reading("Question", "<a>\ud800</a>", 100):
        parse("<a>\ud800</a>")


def test_threads_can_parse_at_the_same_time() -> None:
    texts = [f"<a>{'x' * number}</a>" if number % 2 else "<a" for number in range(400)]

    def text_of(xml: str) -> str:
        try:
            return parse(xml).text or ""
        except Unreadable as error:
            return str(error)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(text_of, texts)) == [text_of(xml) for xml in texts]
