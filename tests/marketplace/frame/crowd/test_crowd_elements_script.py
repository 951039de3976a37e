"""All elements come as one script, in the language of the page."""

from __future__ import annotations

import re

import pytest

from mturk.marketplace.frame.joined_script import CROWD_ELEMENTS
from tests.marketplace.frame.crowd.conftest import SCRIPT, STATIC, Desk


@pytest.mark.browser
def test_one_script_brings_all_elements(desk: Desk) -> None:
    """Twice is once."""
    classifier = "<crowd-classifier name='c' categories='[\"x\"]'></crowd-classifier>"
    desk.open(f"<crowd-input name='a'></crowd-input>{classifier}", head=SCRIPT * 2)
    desk.type("crowd-input >> input", "word")
    desk.click("crowd-classifier >> label.choice")
    assert desk.submitted() == {"a": "word", "c": {"label": "x"}}


@pytest.mark.browser
def test_another_language_is_a_further_table(desk: Desk) -> None:
    """What it lacks is said in English."""
    german = "<script>crowdElements.texts.de = { submit: 'Absenden' }; document.documentElement.lang = 'de-AT'</script>"
    desk.open(f"{german}<crowd-form><crowd-instructions></crowd-instructions></crowd-form>", form="")
    assert desk.find("crowd-button").text == "Absenden"
    assert desk.find("crowd-instructions >> #open").text == "Click for instructions"


LANGUAGES = [
    ("", "", "Submit"),
    ("?language=de", "", "Einreichen"),
    ("?language=de", "en", "Submit"),
    ("", "de", "Einreichen"),
]


@pytest.mark.browser
@pytest.mark.parametrize(("query", "said_by_page", "words"), LANGUAGES)
def test_the_page_says_the_language_or_else_the_address(desk: Desk, query: str, said_by_page: str, words: str) -> None:
    script = SCRIPT.replace(".js", f".js{query}")
    desk.open("", head=f"<script>document.documentElement.lang = '{said_by_page}'</script>{script}")
    assert desk.find("crowd-button[form-action=submit]").text == words


def test_the_page_for_users_names_every_element() -> None:
    """Those of the files are those of the page; a few are only parts of others."""
    page = (STATIC.parents[3] / "docs" / "crowd-elements.md").read_text(encoding="utf-8")
    defined = {
        name
        for path in CROWD_ELEMENTS.files
        for name in re.findall(r'"(crowd-[a-z-]+)"[,:]', path.read_text(encoding="utf-8"))
    }
    defined = {name.removesuffix("-multi-select") for name in defined} - {"crowd-problem-list"}
    assert defined == set(re.findall(r"`<?(crowd-[a-z-]+)", page)) - {"crowd-elements"}
