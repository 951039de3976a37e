"""Question forms in Chromium, on the page of work: filled in by a person, and read by the requester's SDK."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

import mturk
from mturk import Assignment, Selected, UploadedFile
from mturk.marketplace import Marketplace
from tests.marketplace.conftest import Client, Connect
from tests.marketplace.form.form_sample import CASES, Case, form_of
from tests.marketplace.form.test_drawing import CONTENT
from tests.marketplace.sample import file_question, form, hit_arguments, selection_question, text_question
from tests.marketplace.site.conftest import SignedIn
from tests.marketplace.site.walker import Walker
from tests.rendering.conftest import browser

__all__ = ["browser"]


@pytest.fixture
def market() -> Iterator[Marketplace]:
    with Marketplace(upload_limit=10_000) as market:
        yield market


@pytest.fixture
def walker(browser: WebDriver, market: Marketplace, signed_in: SignedIn) -> Walker:
    made = Walker(browser, market, signed_in)
    made.sign_in("A1ADA")
    return made


@pytest.fixture
def client(market: Marketplace, connect: Connect) -> Client:
    return connect(market)


def open_work(walker: Walker, market: Marketplace, client: Client, question: str) -> str:
    """Accept a HIT with this question, and open its page."""
    hit = client.create_hit(**hit_arguments(Question=question))["HIT"]
    assignment_id = market.worker("A1ADA").accept(hit["HITId"])
    walker.go(f"/worker/assignments/{assignment_id}")
    return assignment_id


def read(market: Marketplace, assignment_id: str) -> mturk.Answers:
    connection = mturk.Connection(market.url, access_key=market.access_key, secret_key=market.secret_key)
    return Assignment.get(assignment_id, connection=connection).answers


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_person_enters_is_what_the_requester_reads(
    walker: Walker, market: Marketplace, client: Client, case: Case
) -> None:
    assignment_id = open_work(walker, market, client, form_of(case))
    walker.fill(case.entered)
    walker.press("Submit")
    assert read(market, assignment_id)[case.name] == case.read


def test_a_file_is_uploaded(walker: Walker, market: Marketplace, client: Client, tmp_path: Path) -> None:
    photo = tmp_path / "a photo.svg"
    photo.write_bytes(b"<svg onload='alert(1)'/>" * 9)
    question = form(file_question("photo", 5000, required=True), text_question("why"), day="2005-10-01")
    assignment_id = open_work(walker, market, client, question)
    walker.fill({"photo": str(photo), "why": "because"})
    walker.press("Submit")
    file = read(market, assignment_id)["photo"]
    assert isinstance(file, UploadedFile)
    assert file.size == 216


WRONG = form(
    text_question("n", '<IsNumeric minValue="1" maxValue="9"/>', required=True),
    text_question("zip", '<AnswerFormatRegex regex="^[0-9]{5}$" errorText="Five digits, please."/>'),
    text_question("late", r'<AnswerFormatRegex regex="(\w)\1" errorText="A letter twice."/>'),
    selection_question("pets", "cat", "dog", "fox", most=2, required=True),
    selection_question("own", "cat", other='<Constraints><Length maxLength="3"/></Constraints>'),
    selection_question("menu", "cat", style="dropdown", required=True),
    file_question("photo", 1000),
    day="2005-10-01",
)
TOLD = [
    "?: Enter a number from 1 to 9.",
    "?: Five digits, please.",
    "?: A letter twice.",
    "?: Choose at most 2.",
    "?: Enter at most 3 characters.",
    "?: Choose an answer.",
    "?: This file is too large: it may have 1 kB at most.",
]


def enter_wrong(walker: Walker, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"x" * 1001)
    walker.fill({"n": "10", "zip": "123", "late": "abc", "pets": ["cat", "dog", "fox"], "own.other": "an owl"})
    walker.fill({"photo": str(photo)})


def test_what_is_wrong_is_told_before_it_is_sent(
    walker: Walker, market: Marketplace, client: Client, tmp_path: Path
) -> None:
    open_work(walker, market, client, WRONG)
    enter_wrong(walker, tmp_path)
    walker.press_only("Submit")
    walker.until(lambda: walker.texts(".problem-summary li"))
    assert walker.texts(".problem-summary li") == TOLD
    assert walker.texts(".wrong:not([hidden])") == [told.removeprefix("?: ") for told in TOLD]
    assert walker.browser.switch_to.active_element.get_attribute("class") == "notice bad problem-summary"
    assert walker.obstacles() == []
    walker.fill({"n": "9", "own": ["cat"]})
    assert walker.named("own.other")[0].get_attribute("value") == ""
    walker.until(lambda: "Enter a number from 1 to 9." not in walker.texts(".wrong:not([hidden])"))


def test_without_a_script_the_server_tells_the_same(
    walker: Walker, market: Marketplace, client: Client, tmp_path: Path
) -> None:
    walker.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_work(walker, market, client, WRONG.replace("<IsRequired>true", "<IsRequired>false"))
        enter_wrong(walker, tmp_path)
        walker.press("Submit")
        # A reference back is left to the script, and nothing is required here.
        assert walker.texts(".problem-summary li") == [told for told in TOLD if told not in (TOLD[2], TOLD[5])]
        assert walker.named("n")[0].get_attribute("value") == "10"
        assert [box.is_selected() for box in walker.named("pets")] == [True, True, True]
        assert "photo.png again" in walker.text(".again")
    finally:
        walker.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert walker.obstacles() == []


def test_an_expression_that_takes_for_ever_is_given_up(walker: Walker, market: Marketplace, client: Client) -> None:
    bomb = r'<AnswerFormatRegex regex="^(\w+)+\1$" errorText="No."/>'
    assignment_id = open_work(walker, market, client, form(text_question("q", bomb), text_question("p", bomb)))
    walker.fill({"q": "a" * 60 + "!", "p": "a"})
    walker.press("Submit")
    assert read(market, assignment_id)["q"] == "a" * 60 + "!"


def test_ones_own_text_and_its_choice_go_together(walker: Walker, market: Marketplace, client: Client) -> None:
    open_work(walker, market, client, form(selection_question("q", "cat", "dog", other=True)))
    cat, _, own = walker.named("q")
    (text,) = walker.named("q.other")
    text.send_keys("owl")
    assert own.is_selected()
    cat.click()
    assert (text.get_attribute("value"), own.is_selected()) == ("", False)
    own.click()
    assert text.get_attribute("value") == "owl"


STYLES = (("radiobutton", 1, 3), ("dropdown", 1, 3), ("list", 1, 3), ("list", 3, 20), ("checkbox", 2, 3))
ALL = form(
    f"<Overview>{CONTENT}</Overview>",
    *(
        selection_question(f"{style}{most}", *map(str, range(size)), style=style, most=most, other=True)
        for style, most, size in STYLES
    ),
    text_question("line", required=True),
    text_question("area", '<Length maxLength="500"/>', more="<NumberOfLinesSuggestion>4</NumberOfLinesSuggestion>"),
    file_question("file"),
    day="2005-10-01",
)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_a_form(walker: Walker, market: Marketplace, client: Client, width: int, scheme: str) -> None:
    with walker.seeing(width, scheme):
        open_work(walker, market, client, ALL)
        assert walker.obstacles() == []
        assert walker.browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_form_is_laid_out_from_right_to_left(walker: Walker, market: Marketplace, client: Client) -> None:
    with walker.seeing(390, "light"):
        open_work(walker, market, client, ALL)
        walker.browser.execute_script("document.documentElement.dir = 'rtl'")
        assert walker.browser.execute_script("return document.documentElement.scrollWidth") <= 390
        radio, label = walker.named("radiobutton1")[0], walker.browser.find_element(By.CSS_SELECTOR, ".choice label")
        assert radio.rect["x"] > label.rect["x"]


def test_a_form_is_filled_in_by_keys_alone(walker: Walker, market: Marketplace, client: Client) -> None:
    questions = (
        text_question("line"),
        selection_question("one", "cat", "dog", "fox"),
        selection_question("many", "cat", "dog", "fox", most=2),
        selection_question("menu", "cat", "dog", style="dropdown"),
        text_question("area", more="<NumberOfLinesSuggestion>3</NumberOfLinesSuggestion>"),
    )
    assignment_id = open_work(walker, market, client, form(*questions))
    walker.named("line")[0].send_keys("")
    down, tab, space = Keys.ARROW_DOWN, Keys.TAB, Keys.SPACE
    keys = ["a", tab, space, down, tab, space, tab, tab, space, tab, "d", tab, "b", Keys.ENTER, "c", tab]
    walker.keys(*keys)
    assert walker.browser.switch_to.active_element.text == "Submit"
    walker.keys(Keys.ENTER)
    walker.until(lambda: "Submitted" in walker.browser.title)
    answers = read(market, assignment_id)
    assert {name: answers[name] for name in ("line", "one", "many", "menu", "area")} == {
        "line": "a",
        "one": Selected(["dog"]),
        "many": Selected(["cat", "fox"]),
        "menu": Selected(["dog"]),
        "area": "b\r\nc",
    }


def test_everybody_can_use_a_preview(walker: Walker, client: Client) -> None:
    hit = client.create_hit(**hit_arguments(Question=ALL))["HIT"]
    walker.go(f"/worker/groups/{hit['HITGroupId']}")
    assert walker.texts(".question-form .overview h3") == ["A title"]
    assert not [field for field in walker.named("line") if field.is_enabled()]
    assert walker.obstacles() == []


def test_a_hostile_form_runs_nothing(walker: Walker, market: Marketplace, client: Client) -> None:
    text = "&lt;/script&gt;&lt;img src=x onerror=document.title='broken'&gt;'\"-->"
    parts = [
        f"<Overview><Title>{text}</Title><Text>{text}</Text></Overview>",
        text_question(f"t{text}", more=f"<DefaultText>{text}</DefaultText>").replace("<Text>?", f"<Text>{text}"),
        selection_question(f"s{text}", text, other=True),
    ]
    open_work(walker, market, client, form(*parts))
    walker.press_only("Submit")
    walker.until(lambda: "Submitted" in walker.browser.title)
    assert walker.browser.title != "broken"
