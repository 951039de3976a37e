"""Documents are held against the project's own schemas when they are created."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mturk.marketplace.document import schema
from mturk.marketplace.document.parser import parse
from mturk.marketplace.document.schema import departures

BASE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
FORM = f'<QuestionForm xmlns="{BASE}/2017-11-06/QuestionForm.xsd">%s</QuestionForm>'
QUESTION = (
    "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent>%s</QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
)


def formatted(xhtml: str) -> str:
    return FORM % QUESTION % f"<FormattedContent><![CDATA[{xhtml}]]></FormattedContent>"


def test_a_document_that_is_as_it_should_be_has_nothing_to_tell() -> None:
    assert departures(parse(FORM % QUESTION % "<Text>Ready?</Text>")) == []
    assert departures(parse(formatted("<p>Is this <b>right</b>?</p>"))) == []


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (FORM % QUESTION % "<Picture/>", "Picture"),
        (FORM % QUESTION % "", "QuestionContent"),
        (FORM % "<Overview><Title>t</Title></Overview><Answer/>", "Answer"),
        (formatted("<script>alert(1)</script>"), "FormattedContent: line 1: Element .*script"),
        (formatted("<p>not closed"), "FormattedContent: "),
        (f'<HTMLQuestion xmlns="{BASE}/2011-11-11/HTMLQuestion.xsd"><HTMLContent/></HTMLQuestion>', "FrameHeight"),
        ("<a/>", "no schema is known for the namespace ''"),
    ],
)
def test_what_departs_is_told_with_its_line(xml: str, words: str) -> None:
    found = departures(parse(xml))
    assert any(re.search(words, each) for each in found), found


def _departures_at(ready: threading.Barrier) -> list[str]:
    ready.wait()
    return departures(parse(FORM % QUESTION % "<Text>Ready?</Text>"))


def test_threads_that_need_a_schema_at_once_make_it_one_by_one() -> None:
    for _ in range(20):
        schema._schema.cache_clear()
        ready = threading.Barrier(8)

        with ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(_departures_at, ready) for _ in range(8)]
            assert [one.result() for one in asked] == [[]] * 8


def test_what_is_found_in_a_document_is_told_of_no_other_that_is_looked_at_meanwhile() -> None:
    def look(name: str) -> set[str]:
        document = parse(FORM % f"<{name}/>")
        return {" ".join(departures(document)) for _ in range(2000)}

    names = ["Mine", "Yours", "Hers", "His"]
    with ThreadPoolExecutor(len(names)) as threads:
        for name, found in zip(names, threads.map(look, names), strict=True):
            assert len(found) == 1
            assert name in found.pop()
