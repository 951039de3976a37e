"""Which characters a text of a request may have."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mturk.marketplace.error import FrontEndError, Refusal
from mturk.marketplace.request.rules import RULES
from mturk.marketplace.request.shape import Finding, Text

ANY = st.text(st.characters() | st.characters(max_codepoint=0x20) | st.characters(categories=["Cs"]), max_size=30)


@given(ANY)
def test_a_text_has_no_control_characters_but_white_space_and_no_halves_of_pairs(text: str) -> None:
    finding = Finding()
    if any(unicodedata.category(letter) == "Cs" for letter in text):
        with pytest.raises(FrontEndError, match="not Unicode text"):
            Text().read(text, "Title", "title", finding)
        return
    assert Text().read(text, "Title", "title", finding) == text
    has_control = any(letter < " " and letter not in "\t\n\r" for letter in text)
    assert [error.parameter for error in finding.limits] == ["Title"] * has_control


def test_of_all_that_is_wrong_with_a_call_some_is_told() -> None:
    with pytest.raises(Refusal) as caught:
        RULES["CreateHIT"].read({"HITLayoutParameters": [{}] * 1000})
    text = str(caught.value.body(0)["message"])
    assert text.startswith("2005 validation errors detected: Value null at 'title' failed")
    assert text.count("Member must") == 100


def test_of_limits_that_are_broken_the_first_is_kept() -> None:
    finding = Finding()
    for name in ("Title", "Keywords"):
        Text().read("\1", name, name, finding)
    assert [error.parameter for error in finding.limits] == ["Title"]
