"""Whatever form the marketplace takes can be drawn, sent as it is, read, and drawn again."""

from __future__ import annotations

from hypothesis import assume, given, settings

from mturk.marketplace.document.answer import answer_document
from mturk.marketplace.document.question import check_question
from mturk.marketplace.error import ParameterValidationError
from mturk.marketplace.form.drawing import draw
from mturk.marketplace.form.entry import read
from mturk.question import answer
from mturk.question_form import QuestionForm
from tests.form_strategy import forms
from tests.marketplace.form.page_reader import parse, sent


@given(forms())
@settings(max_examples=60, deadline=None)
def test_any_form_is_drawn_read_and_drawn_again(form: QuestionForm) -> None:
    xml = form.to_xml()
    try:
        check_question(xml, limit=10**6, strict=False)
    except ParameterValidationError:
        assume(False)
    page = parse(draw(xml, upload_limit=1000).html)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not list(page.iter("script", "style", "iframe", "object"))
    entry = read(xml, sent(page), upload_limit=1000)
    assert not [problem for problem in entry.problems if "not among those offered" in str(problem.complaint)]
    again = parse(draw(xml, upload_limit=1000, entry=entry).html)
    assert read(xml, sent(again), upload_limit=1000) == entry
    if not entry.problems:
        assert set(answer.read(answer_document(xml, entry.answers))) == set(entry.answers)
