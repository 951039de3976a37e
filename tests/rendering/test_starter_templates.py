"""The worker-facing templates, filled in and submitted in a real Chromium."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from mturk.question.html_question import HTMLQuestion
from mturk.question.task_request import TaskRequest
from mturk.rendering import submission
from tests.rendering.conftest import Site

QUESTIONS = [
    {"id": "age", "text": "How old are you?", "kind": "number", "min": 18, "max": 120},
    {"id": "tools", "text": "Which of these do you use?", "kind": "several", "options": ["pen", "keyboard"]},
    {"id": "mood", "text": "How are you today?", "kind": "scale", "low": "bad", "high": "good", "max": 5},
    {"id": "sure", "text": "Are you sure?", "kind": "choice", "options": [("y", "Yes"), ("n", "No")]},
    {"id": "why", "text": "Why?", "required": False},
]
VALUES = {
    "image_classification.html": {"image": "/picture.png", "labels": ["cat", "dog", 'a "quoted" one']},
    "text_labelling.html": {"text": "Not bad at all\n<b>really</b>", "labels": ["positive", "negative"]},
    "transcription.html": {"image": "/picture.png"},
    "survey.html": {"consent": ["You can stop at any time.", "Nothing is kept."], "questions": QUESTIONS},
    "bounding_box.html": {"image": "/picture.png", "labels": ["cat", "</script>"]},
}
STARTERS = list(VALUES)
# Where the first open question is, and what answers all of them.
OPEN = {
    "image_classification.html": ("[name=label]", "document.querySelectorAll('[name=label]')[1].click()"),
    "text_labelling.html": ("[name=label]", "document.querySelectorAll('[name=label]')[1].click()"),
    "transcription.html": ("#transcript", "document.getElementById('unusable').click()"),
    "survey.html": ("#consent", "document.getElementById('consent').click()"),
    "bounding_box.html": ("#canvas", "document.getElementById('add').click()"),
}
TOLD = {
    "image_classification.html": "Please answer: Label",
    "text_labelling.html": "Please answer: Choose one",
    "transcription.html": "Write down what you can",
    "survey.html": "Please tick: I have read this",
    "bounding_box.html": "Draw a box",
}


def starter(name: str) -> str:
    return HTMLQuestion.from_template(f"mturk/{name}", VALUES[name]).html


# Which ways the texts run that these words stand in.
DIRECTIONS = """const found = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
const directions = new Set();
while (found.nextNode()) {
  const shown = found.currentNode.data.includes(arguments[0]);
  if (shown) directions.add(getComputedStyle(found.currentNode.parentNode).direction);
}
return [...directions];"""


def in_words(name: str, words: str) -> dict[str, object]:
    """The page's values, with these words wherever a text is shown."""
    if name == "survey.html":
        of_kind: dict[str, dict[str, object]] = {
            "choice": {"options": [words]}, "several": {"options": [words]}, "scale": {"low": words, "high": words},
            "number": {}, "line": {}, "text": {},
        }  # fmt: skip
        asked = [{"id": kind, "text": words, "kind": kind, **rest} for kind, rest in of_kind.items()]
        return {"consent": [words], "questions": asked, "heading": words, "agreement": words}
    shown = {"question": words, "instructions": words, "legend": words}
    several = {key: [words, words * 2] for key in VALUES[name] if key == "labels"}
    return {**VALUES[name], **shown, **several, **({"text": words} if "text" in VALUES[name] else {})}


def submit(browser: WebDriver) -> None:
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()


def press(browser: WebDriver, *keys: str) -> None:
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def alarm(browser: WebDriver) -> str:
    return browser.find_element(By.ID, "alarm").text


@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_page_has_what_the_service_asks_of_a_page(name: str) -> None:
    html = starter(name)
    assert submission.judge(html) == ([], [])
    assert len(html.encode()) < 30_000
    assert "://" not in html.replace("https://www.mturk.com/mturk/externalSubmit", ""), "it loads something else"


@pytest.mark.parametrize("name", STARTERS)
def test_in_a_preview_nothing_can_be_filled_in_or_submitted(name: str, browser: WebDriver, site: Site) -> None:
    site.open(browser, starter(name), "ASSIGNMENT_ID_NOT_AVAILABLE")
    assert "preview" in browser.find_element(By.ID, "preview").text
    fields = browser.find_elements(By.CSS_SELECTOR, "#work input:not([type=hidden]), #work textarea, #work button")
    assert fields
    assert not any(field.is_enabled() for field in fields)
    assert site.posts == []


@pytest.mark.parametrize("name", STARTERS)
def test_an_accepted_page_tells_what_is_missing_and_posts_nothing(name: str, browser: WebDriver, site: Site) -> None:
    site.open(browser, starter(name), "3ASSIGNMENT")
    assert not browser.find_element(By.ID, "preview").is_displayed()
    submit(browser)
    told = alarm(browser) or browser.execute_script("return document.querySelector('form').matches(':invalid')")
    assert told
    assert site.posts == []


@pytest.mark.parametrize("name", STARTERS)
def test_a_page_runs_without_an_error(name: str, browser: WebDriver, site: Site) -> None:
    browser.get_log("browser")  # type: ignore[attr-defined] # Chromium has it
    site.open(browser, starter(name), "3ASSIGNMENT")
    assert browser.get_log("browser") == []  # type: ignore[attr-defined] # Chromium has it


@pytest.mark.parametrize("place", ["javascript:alert(1)", "not an address", "data:text/html,x"])
def test_an_address_that_is_none_is_not_posted_to(place: str, browser: WebDriver, site: Site) -> None:
    site.pages["/task"] = starter("transcription.html")
    browser.get(f"{site.url}/task?assignmentId=3A&turkSubmitTo={quote(place, safe='')}")
    action = browser.find_element(By.ID, "task").get_attribute("action")
    assert action == "https://www.mturk.com/mturk/externalSubmit"


@pytest.mark.parametrize("name", STARTERS)
def test_every_field_has_a_name_for_who_cannot_see_it(name: str, browser: WebDriver, site: Site) -> None:
    site.open(browser, starter(name), "3ASSIGNMENT")
    fields = browser.find_elements(By.CSS_SELECTOR, "input:not([type=hidden]), textarea, select, button, canvas")
    assert all(field.accessible_name for field in fields)


@pytest.mark.parametrize("name", STARTERS)
def test_a_page_is_no_wider_than_a_phone(name: str, browser: WebDriver, site: Site) -> None:
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    site.open(browser, starter(name), "3ASSIGNMENT")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_picture_is_classified_with_the_keyboard_alone(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("image_classification.html"), "3ASSIGNMENT")
    press(browser, "3", Keys.ENTER)
    assert site.posted(browser) == {"assignmentId": "3ASSIGNMENT", "label": 'a "quoted" one'}


def test_a_text_is_labelled(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("text_labelling.html"), "3ASSIGNMENT")
    assert browser.find_element(By.ID, "text").text == "Not bad at all\n<b>really</b>"
    browser.find_element(By.CSS_SELECTOR, "input[value=positive]").click()
    browser.find_element(By.ID, "remark").send_keys("irony? ünïcode")
    submit(browser)
    expected = {"assignmentId": "3ASSIGNMENT", "label": "positive", "remark": "irony? ünïcode"}
    assert site.posted(browser) == expected


def test_several_labels_travel_as_one_list(browser: WebDriver, site: Site) -> None:
    html = HTMLQuestion.from_template("mturk/text_labelling.html", VALUES["text_labelling.html"], several=True).html
    site.open(browser, html, "3ASSIGNMENT")
    for box in browser.find_elements(By.CSS_SELECTOR, "[data-label]"):
        box.click()
    submit(browser)
    assert json.loads(site.posted(browser)["labels"]) == ["positive", "negative"]


def test_a_transcript_keeps_its_lines(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("transcription.html"), "3ASSIGNMENT")
    browser.find_element(By.ID, "transcript").send_keys("one\ntwo")
    submit(browser)
    assert site.posted(browser) == {"assignmentId": "3ASSIGNMENT", "transcript": "one\r\ntwo"}


def test_a_recording_is_transcribed_or_said_to_be_unusable(browser: WebDriver, site: Site) -> None:
    html = HTMLQuestion.from_template("mturk/transcription.html", audio="data:audio/wav;base64,").html
    site.open(browser, html, "3ASSIGNMENT")
    assert browser.find_element(By.TAG_NAME, "audio").get_attribute("controls")
    browser.find_element(By.ID, "unusable").click()
    submit(browser)
    assert site.posted(browser) == {"assignmentId": "3ASSIGNMENT", "transcript": "", "unusable": "on"}


def test_a_template_of_mturks_site_is_submitted_in_the_form_it_gets(browser: WebDriver, site: Site) -> None:
    html = HTMLQuestion.from_string("<p>${text}</p><input name='label'>", {"text": "x"}, engine="mturk").html
    site.open(browser, html, "ASSIGNMENT_ID_NOT_AVAILABLE")
    assert not browser.find_element(By.ID, "submitButton").is_enabled()
    site.open(browser, html, "3ASSIGNMENT")
    browser.find_element(By.NAME, "label").send_keys("cat")
    browser.find_element(By.ID, "submitButton").click()
    assert site.posted(browser) == {"assignmentId": "3ASSIGNMENT", "label": "cat"}


def test_after_consent_a_survey_still_wants_its_answers(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("survey.html"), "3ASSIGNMENT")
    browser.find_element(By.ID, "consent").click()
    missing = browser.execute_script(
        "return [...new Set(Array.from(document.querySelectorAll('input:invalid, textarea:invalid'), f => f.name))]"
    )
    assert missing == ["age", "mood", "sure"]
    submit(browser)
    assert site.posts == []


def test_a_survey_opens_with_consent_and_is_submitted(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("survey.html"), "3ASSIGNMENT")
    age = browser.find_element(By.CSS_SELECTOR, "[name=age]")
    assert not age.is_enabled()
    browser.find_element(By.ID, "consent").click()
    age.send_keys("33")
    browser.find_element(By.CSS_SELECTOR, "[data-value=keyboard]").click()
    browser.find_element(By.CSS_SELECTOR, "[name=mood][value='4']").click()
    browser.find_element(By.CSS_SELECTOR, "[name=sure][value=y]").click()
    submit(browser)
    assert site.posted(browser) == {
        "assignmentId": "3ASSIGNMENT", "consent": "yes", "age": "33", "tools": '["keyboard"]', "mood": "4",
        "sure": "y", "why": "",
    }  # fmt: skip


def test_a_box_is_drawn_with_the_pointer_in_the_pictures_own_pixels(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("bounding_box.html"), "3ASSIGNMENT")
    canvas = browser.find_element(By.ID, "canvas")
    WebDriverWait(browser, 10).until(lambda _: browser.find_element(By.ID, "image_width").get_attribute("value"))
    unit = canvas.size["width"] / 200
    start = ActionChains(browser).move_to_element_with_offset(canvas, round(-40 * unit), round(-30 * unit))
    start.click_and_hold().move_by_offset(round(80 * unit), round(60 * unit)).release().perform()
    submit(browser)
    fields = site.posted(browser)
    (box,) = json.loads(fields["boxes"])
    assert box.pop("label") == "cat"
    assert box == pytest.approx({"left": 60, "top": 30, "width": 80, "height": 60}, abs=1)
    assert (fields["image_width"], fields["image_height"]) == ("200", "120")


def test_a_box_is_made_moved_and_sized_with_the_keyboard_alone(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("bounding_box.html"), "3ASSIGNMENT")
    WebDriverWait(browser, 10).until(lambda _: browser.find_element(By.ID, "image_width").get_attribute("value"))
    press(browser, Keys.TAB, "n", Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT).key_up(Keys.SHIFT).perform()
    submit(browser)
    made = json.loads(site.posted(browser)["boxes"])
    assert made == [{"label": "cat", "left": 77, "top": 47, "width": 52, "height": 30}]


@pytest.mark.parametrize("name", STARTERS)
def test_after_a_refusal_the_first_open_question_has_the_focus_and_is_marked_until_it_is_answered(
    name: str, browser: WebDriver, site: Site
) -> None:
    first, answer = OPEN[name]
    site.open(browser, starter(name), "3ASSIGNMENT")
    if name == "bounding_box.html":
        WebDriverWait(browser, 10).until(lambda _: browser.find_element(By.ID, "image_width").get_attribute("value"))
    field = browser.find_element(By.CSS_SELECTOR, first)
    assert field.get_attribute("aria-invalid") is None
    submit(browser)
    assert browser.switch_to.active_element == field
    assert field.get_attribute("aria-invalid") == "true"
    assert alarm(browser).startswith(TOLD[name])
    assert site.posts == []
    browser.execute_script(answer)
    press(browser, Keys.TAB)
    assert browser.find_elements(By.CSS_SELECTOR, "[aria-invalid]") == []
    assert alarm(browser) == ""


def test_of_a_survey_every_open_question_is_marked_and_told(browser: WebDriver, site: Site) -> None:
    site.open(browser, starter("survey.html"), "3ASSIGNMENT")
    browser.find_element(By.ID, "consent").click()
    browser.find_element(By.NAME, "age").send_keys("7")
    submit(browser)
    lines = alarm(browser).split("\n")
    assert lines[0].startswith("How old are you?: ")
    assert lines[1:] == [
        "Please answer: Which of these do you use?", "Please answer: How are you today?", "… and 1 more.",
    ]  # fmt: skip
    marked = "return Array.from(document.querySelectorAll('[aria-invalid]'), each => each.name || each.tagName)"
    groups = ["FIELDSET", "INPUT", "FIELDSET", "mood", "FIELDSET", "sure"]
    assert browser.execute_script(marked) == ["age", *groups]
    browser.find_element(By.CSS_SELECTOR, "[name=mood][value='4']").click()
    assert alarm(browser).endswith("Please answer: Are you sure?")
    browser.find_element(By.CSS_SELECTOR, "[data-value=keyboard]").click()
    assert browser.execute_script(marked) == ["age", "FIELDSET", "sure"]


def test_a_page_of_ones_own_still_says_with_a_text_what_is_open(browser: WebDriver, site: Site, tmp_path: Path) -> None:
    page = tmp_path / "own.html"
    page.write_text("""{% extends "mturk/task.html" %}
{% block content %}<label>Name <input name="name" required></label>{% endblock %}
{% block script %}<script>task.checks.push(function () { return "Not yet."; });</script>{% endblock %}""")
    site.open(browser, HTMLQuestion.from_template(page).html, "3ASSIGNMENT")
    submit(browser)
    assert alarm(browser) == "Please answer: Name\nNot yet."
    assert site.posts == []


def test_a_question_may_be_called_as_what_a_form_has(browser: WebDriver, site: Site) -> None:
    questions = [{"id": name, "text": name, "kind": "line"} for name in ("action", "submit", "method")]
    html = HTMLQuestion.from_template("mturk/survey.html", consent="c", questions=questions).html
    site.open(browser, html, "3ASSIGNMENT")
    browser.find_element(By.ID, "consent").click()
    for name in ("action", "submit", "method"):
        browser.find_element(By.NAME, name).send_keys("x")
    submit(browser)
    assert site.posted(browser)["action"] == "x"


@pytest.mark.parametrize("name", STARTERS)
def test_a_text_of_another_direction_or_a_word_without_end_keeps_its_place(
    name: str, browser: WebDriver, site: Site
) -> None:
    hebrew, endless = "\u05e9\u05dc\u05d5\u05dd", "Wort" * 60
    site.open(browser, HTMLQuestion.from_template(f"mturk/{name}", in_words(name, hebrew)).html, "3ASSIGNMENT")
    directions = browser.execute_script(DIRECTIONS, hebrew)
    assert directions == ["rtl"]
    size = {"width": 390, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)  # type: ignore[attr-defined] # Chromium has it
    site.open(browser, HTMLQuestion.from_template(f"mturk/{name}", in_words(name, endless)).html, "3ASSIGNMENT")
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})  # type: ignore[attr-defined] # as above
    assert width <= 390


def test_a_page_of_ones_own_site_posts_to_where_the_request_says(
    browser: WebDriver, site: Site, tmp_path: Path
) -> None:
    form = tmp_path / "form.html"
    form.write_text("""{% extends "mturk/external_form.html" %}
{% block content %}<label>Name <input type="text" name="name" value="{{ name }}"></label>{% endblock %}""")
    query = {"assignmentId": "3ASSIGNMENT", "turkSubmitTo": site.url}
    task = TaskRequest.from_query(query, allowed_hosts=[site.url.removeprefix("http://")])
    site.pages["/task"] = task.render(form, name='"><script>')
    browser.get(site.url + "/task")
    submit(browser)
    assert site.posted(browser) == {"assignmentId": "3ASSIGNMENT", "name": '"><script>'}
