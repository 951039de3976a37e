"""The tables of what crowd elements say: one for each language of the site, with the same texts."""

from __future__ import annotations

import re

import pytest

from mturk.marketplace.site.language import LANGUAGES
from tests.marketplace.frame.crowd.conftest import STATIC

_ENTRY = re.compile(r'^ +(\w+):\s+("(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*),$', re.MULTILINE)
_GAP = re.compile(r"\{\w+\}")


def table(language: str) -> dict[str, str]:
    name = "text" if language == "en" else f"text_{language}"
    return dict(_ENTRY.findall((STATIC / "crowd" / f"{name}.js").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_text_of_the_elements_is_translated(language: str) -> None:
    english, other = table("en"), table(language)
    assert len(english) > 100
    assert other.keys() == english.keys()
    assert {key: sorted(_GAP.findall(words)) for key, words in other.items()} == {
        key: sorted(_GAP.findall(words)) for key, words in english.items()
    }
