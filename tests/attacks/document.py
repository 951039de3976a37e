"""Documents that are made to harm who reads them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.attacks.arena import Attacker
from tests.marketplace.sample import (
    answer_key,
    form,
    graded,
    hit_arguments,
    qualification_type_arguments,
    selection_question,
    text_question,
)

QUICK = 10.0  # seconds within which a hostile text is read on a busy machine; unbounded it takes minutes


def quickly(call: Callable[[], str]) -> str:
    """What becomes of a call that must not take long."""
    began = time.monotonic()
    found = call()
    assert time.monotonic() - began < QUICK
    return found


def question(a: Attacker, text: str) -> str:
    """What becomes of a document as a question."""
    return quickly(lambda: a.rival("CreateHIT", **hit_arguments(Question=text)))


def form_with(before: str = "", inside: str = "?") -> str:
    """A form with something before it, and in the text of its question."""
    return before + form(text_question("q")).replace("<Text>?</Text>", f"<Text>{inside}</Text>")


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
BILLION_LAUGHS = form_with(f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>', "&l9;")
ENTITY_OF_A_FILE = form_with('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;")
ENTITY_OF_A_SERVER = form_with('<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]>', "&f;")
PARAMETER_ENTITY = form_with('<!DOCTYPE x [<!ENTITY % f SYSTEM "http://127.0.0.1:1/"> %f;]>')
OTHER_DTD = form_with('<!DOCTYPE QuestionForm SYSTEM "http://127.0.0.1:1/x.dtd">')
INCLUSION = form_with("", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')
NEVER_ENDING = "<a <a" * 12_000
DEEP = "<a>" * 20_000 + "</a>" * 20_000
EVIL_EXPRESSION = form(text_question("q", '<AnswerFormatRegex regex="^(a+)+$"/>'), day="2017-11-06")
KEY_WITH_ENTITY = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + answer_key(graded("q", (1, "a")))


def skill(a: Attacker, **members: Any) -> str:
    """What becomes of a qualification type with a test."""
    named = qualification_type_arguments(Name=f"Skill {a.number()}")
    test = {"Test": form(selection_question("q", "a", "b")), "TestDurationInSeconds": 60}
    return quickly(lambda: a.rival("CreateQualificationType", **{**named, **test, **members}))


def checked_by_expression(a: Attacker) -> int:
    """What a worker is answered whose text takes an ordinary engine for regular expressions years."""
    hit, _ = a.publish(Question=EVIL_EXPRESSION)
    path = f"/worker/assignments/{a.accepted(hit)}"
    began = time.monotonic()
    status = a.ada.post(path, page=path, q="a" * 60 + "!").status_code
    assert time.monotonic() - began < QUICK
    return status
