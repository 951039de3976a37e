"""Pages of crowd elements in the site's frame: they load from here, and their answers arrive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from mturk import Assignment
from mturk.marketplace.frame.joined_script import JOINED, JoinedScript
from mturk.marketplace.frame.shelf import static
from tests.marketplace.site.frame_host import FrameHost, answers_of, frame_host
from tests.rendering.conftest import browser

__all__ = ["browser"]

SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
CLASSIFIER = "<crowd-classifier name='mood' categories=\"['glad', 'sad']\" header='Mood?'></crowd-classifier>"
RADIO = '<input type="radio" name="sure" value="yes" checked><input type="radio" name="sure" value="no">'


@pytest.fixture(scope="module")
def host() -> Iterator[FrameHost]:
    with frame_host(question_limit=300_000) as made:
        yield made


def press(browser: WebDriver, *path: str) -> None:
    """Click what the selectors lead to, each but the first in the shadow tree of the one before."""
    element = browser.find_element(By.CSS_SELECTOR, path[0])
    for selector in path[1:]:
        element = element.shadow_root.find_element(By.CSS_SELECTOR, selector)
    element.click()


def chosen(browser: WebDriver, host: FrameHost, form: str) -> Assignment:
    """What arrives after a category was chosen."""
    assignment_id = host.work(browser, f"{SCRIPT}{form}{CLASSIFIER}{RADIO}</crowd-form>")
    press(browser, "crowd-classifier", "label.choice")
    press(browser, "crowd-button")
    return host.arrived(browser, assignment_id)


@pytest.mark.browser
def test_the_answers_of_a_crowd_form_arrive(browser: WebDriver, host: FrameHost) -> None:
    """As one field, which the SDK reads."""
    answers = chosen(browser, host, "<crowd-form>").answers
    assert answers["mood"] == {"label": "glad"}
    assert answers["sure"] == {"yes": True, "no": False}


@pytest.mark.browser
def test_flattened_answers_arrive_as_a_field_each(browser: WebDriver, host: FrameHost) -> None:
    """As the requester's web site asked for them."""
    found = chosen(browser, host, '<crowd-form answer-format="flatten-objects">')
    answers = {(name, value) for name, value in answers_of(found) if name != "assignmentId"}
    assert answers == {("mood.label", "glad"), ("sure.yes", "true"), ("sure.no", "false")}


@pytest.mark.browser
@pytest.mark.parametrize(
    "script",
    [
        "form.onsubmit = () => false",
        "form.onsubmit = (event) => { event.preventDefault(); event.stopPropagation() }",
        "form.addEventListener('submit', (event) => { event.stopImmediatePropagation(); event.preventDefault() })",
    ],
)
def test_a_page_may_refuse_the_submit_of_its_crowd_form(browser: WebDriver, host: FrameHost, script: str) -> None:
    """The worker goes on, and the assignment is open."""
    page = f"{SCRIPT}<crowd-form>{RADIO}</crowd-form><script>const form = document.querySelector('crowd-form');{script}"
    assignment_id = host.work(browser, f"{page};form.addEventListener('click', () => window.pressed = 1)</script>")
    press(browser, "crowd-button")
    WebDriverWait(browser, 10).until(lambda _: browser.execute_script("return window.pressed"))
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert host.status(assignment_id) == "Accepted"
    browser.execute_script("form.submit()")
    assert host.arrived(browser, assignment_id).status == "Submitted"


@pytest.mark.browser
def test_a_page_that_stops_the_event_and_does_not_refuse_submits(browser: WebDriver, host: FrameHost) -> None:
    """The frame's script does not take the event for a form's."""
    stop = "document.querySelector('crowd-form').addEventListener('submit', (event) => event.stopPropagation())"
    assignment_id = host.work(browser, f"{SCRIPT}<crowd-form>{RADIO}</crowd-form><script>{stop}</script>")
    press(browser, "crowd-button")
    assert host.arrived(browser, assignment_id).answers["sure"] == {"yes": True, "no": False}


@pytest.mark.browser
def test_a_widget_without_a_form_submits_by_itself(browser: WebDriver, host: FrameHost) -> None:
    """Its labels arrive."""
    widget = (
        "<crowd-entity-annotation name='found' labels='[\"person\"]' text='Ada met Bob.'></crowd-entity-annotation>"
    )
    assignment_id = host.work(browser, SCRIPT + widget)
    words = browser.find_element(By.CSS_SELECTOR, "crowd-entity-annotation").shadow_root.find_element(
        By.CSS_SELECTOR, ".words"
    )
    browser.execute_script("arguments[0].focus(); arguments[0].setSelectionRange(0, 3)", words)
    press(browser, "crowd-entity-annotation", "#labels button")
    press(browser, "crowd-entity-annotation", "crowd-button")
    answers = host.arrived(browser, assignment_id).answers
    assert answers["found"] == {"entities": [{"endOffset": 3, "label": "person", "startOffset": 0}]}


@pytest.mark.browser
def test_a_preview_says_what_to_do_first(browser: WebDriver, host: FrameHost) -> None:
    """Nothing is sent."""
    found = host.publish(f"{SCRIPT}<crowd-form>{RADIO}</crowd-form>")
    host.show(browser, hit_id=found.id)
    press(browser, "crowd-button")
    told = browser.find_element(By.CSS_SELECTOR, "crowd-problem-list").shadow_root.find_element(By.CSS_SELECTOR, "ul")
    WebDriverWait(browser, 10).until(lambda _: told.text)
    assert told.text == "Accept the HIT before you submit your work."


@pytest.mark.parametrize(("accepts", "encoding"), [("gzip, br", "gzip"), ("identity", None), ("gzip;q=0", None)])
@pytest.mark.parametrize("script", JOINED.values(), ids=lambda script: script.name)
def test_a_script_comes_with_one_request(
    host: FrameHost, script: JoinedScript, accepts: str, encoding: str | None
) -> None:
    """Compressed where the browser takes that."""
    address = f"{host.url}/mturk/{static(script.name)}"
    answer = requests.get(address, headers={"Accept-Encoding": accepts}, timeout=10)
    assert answer.content == script.text
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_a_single_file_of_the_elements_is_there_as_well(host: FrameHost) -> None:
    """For who looks what they do."""
    answer = requests.get(f"{host.url}/mturk/{static('crowd/form.js')}", timeout=10)
    assert answer.text.startswith("// crowd-form")
