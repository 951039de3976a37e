"""The texts of the site: all in one catalogue, all translated, all compiled."""

from __future__ import annotations

import ast
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from lxml import etree

import mturk.marketplace
from mturk import Connection, HTMLQuestion
from mturk.marketplace import Marketplace
from mturk.marketplace.error import NotThere
from mturk.marketplace.site import show
from mturk.marketplace.site.language import FOLDER, LANGUAGES, said
from tests.marketplace.conftest import Publish
from tests.marketplace.site.conftest import SignedIn, post, signed_in_at
from tests.marketplace.site.lived_in import WORKER, live_in
from tests.marketplace.site.test_everybody import OPEN_TO_ALL, PAGES, Place

PACKAGE = Path(mturk.marketplace.__file__).parent
TRANSLATED = [name for name in LANGUAGES if name != "en"]
MARKS = ("Complaint", "NotAllowed", "NotThere", "TooOften", "UnreadablePost", "WorkerError", "told")
_PLACES = re.compile(r"%\(\w+\)s|\{+\w+\}+")


def catalogue(name: str) -> Catalog:
    with (FOLDER / name / "LC_MESSAGES" / "site.po").open("rb") as file:
        return read_po(file, locale=name)


def texts() -> set[str]:
    """All texts as they stand in the code and the templates."""
    keywords = {**DEFAULT_KEYWORDS, **dict.fromkeys(MARKS)}
    found = extract_from_dir(
        PACKAGE,
        method_map=[("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")],
        options_map={"**.html": {"trimmed": "true"}},
        keywords=keywords,
    )
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_text_is_translated(name: str) -> None:
    found = catalogue(name)
    assert {str(m.id[0] if isinstance(m.id, tuple) else m.id) for m in found if m.id} == texts()
    missing = [m.id for m in found if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
    assert missing == []
    assert [m.id for m in found if m.fuzzy and m.id] == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_fills_in_what_the_text_fills_in(name: str) -> None:
    for message in catalogue(name):
        ids, strings = (part if isinstance(part, tuple) else (part,) for part in (message.id, message.string))
        for one in strings:
            assert set(_PLACES.findall(one)) <= set(_PLACES.findall(" ".join(ids))), message.id
        # The last form is the one for many, as the English one is.
        assert sorted(_PLACES.findall(strings[-1])) == sorted(_PLACES.findall(ids[-1])), message.id


@pytest.mark.parametrize("name", TRANSLATED)
def test_what_is_compiled_is_what_is_written(name: str) -> None:
    with (FOLDER / name / "LC_MESSAGES" / "site.mo").open("rb") as file:
        compiled = read_mo(file)
    assert _written(compiled) == _written(catalogue(name))


def _written(found: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    # What is read back has lists where there are several forms.
    parts = [[part if isinstance(part, (tuple, list)) else (part,) for part in (m.id, m.string)] for m in found if m.id]
    return {tuple(ids): tuple(strings) for ids, strings in parts}


def test_the_template_of_the_catalogues_is_that_of_the_code() -> None:
    with (FOLDER / "site.pot").open("rb") as file:
        assert {str(m.id[0] if isinstance(m.id, tuple) else m.id) for m in read_po(file) if m.id} == texts()


def test_every_text_that_is_translated_is_collected() -> None:
    """Also where it stands within the call of something whose own texts are collected."""
    asked = {
        node.args[0].value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert asked
    assert asked <= texts()


def test_no_refusal_of_a_worker_is_put_together_where_it_is_raised() -> None:
    """Else no catalogue would know it: its values stand in gaps."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS
        if node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
    ]
    assert found == []


def test_no_page_in_german_says_anything_in_english(tmp_path: Path) -> None:
    """Of all that the catalogue knows in English; requesters' words stay as they are."""
    english = _english()
    with Marketplace(tmp_path / "lab.sqlite3") as market:
        with Connection(market.url, access_key=market.access_key, secret_key=market.secret_key) as connection:
            place = Place(market, live_in(market, connection))
        visitors = ((PAGES, signed_in_at(market, WORKER)), (OPEN_TO_ALL, market.app.test_client()))
        for pages, client in visitors:
            for page in pages:
                html = client.get(f"/worker/{page.format(**place.ids)}", headers={"Accept-Language": "de"}).text
                assert '<html lang="de"' in html, page
                assert [text for text in _said(html) if english.fullmatch(text)] == [], page


def _english() -> re.Pattern[str]:
    """Any text that has a translation of other words."""
    known = []
    for message in catalogue("de"):
        ids, strings = (part if isinstance(part, tuple) else (part,) for part in (message.id, message.string))
        for one in ids:
            # What is a gap and little else could be anything.
            if one and one not in strings and len(_PLACES.sub("", one)) > 4:
                gap = "[0-9]+" if "%(num)s" in one else ".+"
                known.append(gap.join(map(re.escape, _PLACES.split(one))))
    return re.compile("|".join(known))


def _said(page: str) -> set[str]:
    """The texts of a page, and those of its attributes that somebody sees or hears."""
    read = "//text() | //@aria-label | //@title | //@alt | //@placeholder | //*[@data-work]/@*"
    return {" ".join(str(text).split()) for text in etree.HTML(page).xpath(read)} - {""}


def test_the_language_is_that_of_the_browser(signed_in: SignedIn) -> None:
    page = signed_in().get("/worker/", headers={"Accept-Language": "fr, de;q=0.8, en;q=0.5"}).text
    assert '<html lang="de"' in page
    assert "Abmelden" in page


def test_a_language_that_was_chosen_stays(signed_in: SignedIn) -> None:
    client = signed_in()
    post(client, "/worker/language", language="de")
    assert '<html lang="de"' in client.get("/worker/").text
    post(client, "/worker/language", language="tlh")
    assert '<html lang="de"' in client.get("/worker/").text


def test_who_speaks_none_of_the_languages_reads_english(market: Marketplace) -> None:
    page = market.app.test_client().get("/worker/sign-in", headers={"Accept-Language": "fr"}).text
    assert '<html lang="en"' in page


def test_a_refusal_is_told_in_the_language_of_the_page(signed_in: SignedIn) -> None:
    client = signed_in()
    post(client, "/worker/language", language="de")
    answer = post(client, "/worker/qualifications/NONE", page="/worker/account")
    assert answer.status_code == 404
    assert "Diese Qualifikation gibt es nicht" in answer.text


def test_what_stands_in_a_refusal_stands_in_its_translation() -> None:
    with Flask("here").test_request_context(headers={"Accept-Language": "de"}):
        assert said(NotThere("There is no HIT %(hit_id)s.", hit_id="3X%s")) == "Es gibt keinen HIT 3X%s."
        assert said(NotThere("100% of this is unknown.")) == "100% of this is unknown."


def test_what_no_form_of_the_site_sends_is_refused_in_the_language_too(signed_in: SignedIn) -> None:
    client = signed_in()
    post(client, "/worker/language", language="de")
    answer = post(client, "/worker/messages/read")
    assert answer.status_code == 400
    assert "Gehen Sie zurück, laden Sie die Seite neu" in answer.text


FORMATS = [
    ("en", "$1,234.50", "1,234,567", "Mar 4, 2026", "3 hours ago", "Mar 4, 2026, 1:05\u202fPM UTC"),
    ("de", "1.234,50\u00a0$", "1.234.567", "04.03.2026", "vor 3 Stunden", "04.03.2026, 13:05 UTC"),
]


@pytest.mark.parametrize(("name", "amount", "many", "on", "before", "at"), FORMATS)
def test_numbers_and_times_are_written_as_the_language_does(
    name: str, amount: str, many: str, on: str, before: str, at: str
) -> None:
    time = datetime(2026, 3, 4, 13, 5, tzinfo=timezone.utc)
    with Flask("here").test_request_context(headers={"Accept-Language": name}):
        assert show.money(123_450) == amount
        assert show.number(1_234_567) == many
        assert show.day(time.date()) == on
        assert show.ago(3 * 3_600_000 + 60_000) == before
        assert show.ago(59_999) == {"en": "just now", "de": "gerade eben"}[name]
        assert show.ago(60_000) == {"en": "1 minute ago", "de": "vor 1 Minute"}[name]
        written = show.moment(int(time.timestamp() * 1000))
    assert written == f'<time datetime="2026-03-04T13:05:00Z">{at}</time>'


CROWD = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form></crowd-form>'


@pytest.mark.parametrize(("name", "query"), [("en", ""), ("de", "?language=de")])
def test_crowd_elements_are_told_the_language_of_the_worker(
    publish: Publish, signed_in: SignedIn, name: str, query: str
) -> None:
    group = publish(Question=HTMLQuestion(CROWD).to_xml())["HITGroupId"]
    client = signed_in()
    post(client, "/worker/language", language=name)
    (frame,) = etree.HTML(client.get(f"/worker/groups/{group}").text).xpath("//iframe/@src")
    (script,) = etree.HTML(client.get(frame).text).xpath("//script[contains(@src, 'crowd_elements')]/@src")
    assert script.endswith(f"/crowd_elements.js{query}")
