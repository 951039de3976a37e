"""The elements come file by file, or as one."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from mturk.marketplace.frame import crowd_script
from tests.marketplace.frame.crowd.conftest import STATIC, Desk

FILES = sorted((STATIC / "crowd").glob("*.js"))


def test_the_loader_brings_every_file() -> None:
    """Each once."""
    assert sorted(crowd_script.file_names()) == [path.stem for path in FILES]


def test_the_packed_script_is_the_joined_one() -> None:
    """And is small enough for a page view of 60 KB."""
    assert gzip.decompress(crowd_script.packed()) == crowd_script.joined()
    assert len(crowd_script.packed()) < 45_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    """In its first line, and is short; nothing in it is run from a text."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// ")
    assert len(text.splitlines()) < 400
    assert max(map(len, text.splitlines())) <= 120
    assert "eval(" not in text
    assert "new Function" not in text


@pytest.mark.browser
def test_one_script_brings_all_elements(desk: Desk) -> None:
    """Twice is once."""
    head = '<script src="/joined.js"></script>' * 2
    classifier = "<crowd-classifier name='c' categories='[\"x\"]'></crowd-classifier>"
    desk.open(f"<crowd-input name='a'></crowd-input>{classifier}", head=head)
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
@pytest.mark.parametrize("script", ["/joined.js", "/static/crowd_elements.js"])
def test_the_page_says_the_language_or_else_the_address(
    desk: Desk, script: str, query: str, said_by_page: str, words: str
) -> None:
    head = f"<script>document.documentElement.lang = '{said_by_page}'</script><script src='{script}{query}'></script>"
    desk.open("", head=head)
    assert desk.find("crowd-button[form-action=submit]").text == words


def test_the_page_for_users_names_every_element() -> None:
    """Those of the files are those of the page; a few are only parts of others."""
    page = (STATIC.parents[3] / "docs" / "crowd-elements.md").read_text(encoding="utf-8")
    defined = {
        name for path in FILES for name in re.findall(r'"(crowd-[a-z-]+)"[,:]', path.read_text(encoding="utf-8"))
    }
    defined = {name.removesuffix("-multi-select") for name in defined} - {"crowd-problem-list"}
    assert defined == set(re.findall(r"`<?(crowd-[a-z-]+)", page)) - {"crowd-elements"}
