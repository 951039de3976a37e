"""Classifiers of text and of pictures: what they post, what they hold back, what pages' scripts find in them."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.marketplace.frame.crowd.conftest import Desk

REGIONS = (
    "<classification-target><p>What a day!</p></classification-target>"
    "<short-instructions>Read it.</short-instructions>"
    "<full-instructions header='All of it'>Read it twice.</full-instructions>"
)
ONE = (
    "<crowd-classifier name='mood' header='Which mood?' categories=\"['glad', 'sad', 'none of it']\">"
    f"{REGIONS}</crowd-classifier>"
)
SEVERAL = (
    "<crowd-classifier-multi-select name='topics' header='Which topics?' categories='[\"news\", \"sports\"]'"
    f" exclusion-category=\"{{ text: 'None' }}\">{REGIONS}</crowd-classifier-multi-select>"
)
PICTURE = (
    "<crowd-image-classifier name='kind' header='Which animal?' src='/picture.png'"
    " categories=\"['cat', {label: 'dog'}]\">@</crowd-image-classifier>"
)
COMMENT = "<worker-comment header='Why so?' link-text='Say why'>Be short.</worker-comment>"
PICTURES = (
    "<crowd-image-classifier-multi-select name='kinds' src='/picture.png' categories='[\"cat\", \"dog\"]'>"
    f"{COMMENT}</crowd-image-classifier-multi-select>"
)


def pick(desk: Desk, element: str, *labels: str) -> None:
    """Choose categories by their words."""
    for label in labels:
        choice: WebElement
        for choice in desk.find(element).shadow_root.find_elements(By.CSS_SELECTOR, "label.choice"):
            if choice.find_element(By.CSS_SELECTOR, "span").text == label:
                choice.click()


@pytest.mark.parametrize(
    ("body", "element", "labels", "answers"),
    [
        (ONE, "crowd-classifier", ["glad"], {"mood": {"label": "glad"}}),
        (ONE, "crowd-classifier", ["glad", "none of it"], {"mood": {"label": "none of it"}}),
        (SEVERAL, "crowd-classifier-multi-select", ["news", "sports"], {"topics": {"labels": ["news", "sports"]}}),
        (SEVERAL, "crowd-classifier-multi-select", ["news", "None"], {"topics": {"labels": ["None"]}}),
        (SEVERAL, "crowd-classifier-multi-select", ["None", "sports"], {"topics": {"labels": ["sports"]}}),
        (SEVERAL, "crowd-classifier-multi-select", ["news", "sports", "news"], {"topics": {"labels": ["sports"]}}),
        (PICTURE.replace("@", ""), "crowd-image-classifier", ["dog"], {"kind": {"label": "dog"}}),
        (PICTURES, "crowd-image-classifier-multi-select", ["dog", "cat"], {"kinds": {"labels": ["cat", "dog"]}}),
    ],
)
def test_a_classifier_posts_what_was_chosen(
    desk: Desk, body: str, element: str, labels: list[str], answers: object
) -> None:
    """One label, or a list of them."""
    desk.open(body)
    pick(desk, element, *labels)
    assert desk.submitted() == answers


@pytest.mark.parametrize(
    ("element", "body", "labels"),
    [
        ("crowd-image-classifier", PICTURE.replace("@", COMMENT), {"label": "cat"}),
        ("crowd-image-classifier-multi-select", PICTURES, {"labels": ["cat"]}),
    ],
)
def test_a_comment_goes_with_the_choice(desk: Desk, element: str, body: str, labels: dict[str, Any]) -> None:
    """Where the page asks for one."""
    desk.open(body)
    pick(desk, element, "cat")
    assert desk.find(f"{element} >> #comment-open").text == "Say why"
    desk.click(f"{element} >> #comment-open")
    desk.keys("It purrs.")
    (answer,) = desk.submitted().values()
    assert answer == {**labels, "workerComment": "It purrs."}


def test_no_comment_is_no_field(desk: Desk) -> None:
    """It is left out then."""
    desk.open(PICTURE.replace("@", COMMENT))
    pick(desk, "crowd-image-classifier", "cat")
    assert desk.submitted() == {"kind": {"label": "cat"}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (ONE, "Which mood?: Choose a category."),
        (SEVERAL, "Which topics?: Choose at least one category."),
        (PICTURE.replace("@", ""), "Which animal?: Choose a category."),
    ],
)
def test_a_classifier_holds_the_submit_until_something_is_chosen(desk: Desk, body: str, message: str) -> None:
    """It is required by nature; a number key is enough."""
    desk.open(body)
    desk.submit()
    assert desk.told() == [message]
    desk.click("crowd-problem-list >> li button")
    desk.keys("2")
    (answer,) = desk.submitted().values()
    assert answer in ({"label": "sad"}, {"labels": ["sports"]}, {"label": "dog"})


def test_arrow_keys_choose(desk: Desk) -> None:
    """As among all radio buttons."""
    desk.open(ONE)
    desk.focus("crowd-classifier")
    desk.keys(Keys.SPACE, Keys.ARROW_DOWN)
    assert desk.submitted() == {"mood": {"label": "sad"}}


def test_a_script_sets_the_categories_and_hears_of_a_choice(desk: Desk) -> None:
    """Real pages do, and put more beside the categories."""
    desk.open(
        f"<crowd-form>{ONE}</crowd-form><script>document.addEventListener('all-crowd-elements-ready', () => {{"
        "const it = document.querySelector('crowd-classifier'); it.categories = ['good', 'bad'];"
        "it.shadowRoot.querySelector('.annotation-area .category-picker-wrapper').insertAdjacentHTML('afterend',"
        " '<p>More</p>');"
        "it.shadowRoot.querySelector('.awsui-app-layout__navigation').style.width = '200px';"
        "it.shadowRoot.querySelector('.awsui-modal-dialog').style.maxWidth = '90%';"
        "it.addEventListener('change', (event) => { window.chosen = event.target.value; window.ready = 1 });"
        " window.ready = 1 })</script>",
        form="",
    )
    WebDriverWait(desk.browser, 5).until(lambda _: desk.run("return window.ready"))
    pick(desk, "crowd-classifier", "bad")
    assert desk.run("return window.chosen") == "bad"
    assert desk.submitted() == {"mood": {"label": "bad"}}


@pytest.mark.parametrize(
    ("categories", "read"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("['a', 'b',]", ["a", "b"]),
        ("['it\\'s', \"so\", `or`]", ["it's", "so", "or"]),
        ("[ 'a', // first\n 'b' /* second */ ]", ["a", "b"]),
        ("[{label: 'a'}, {'label': \"b\",},]", ["a", "b"]),
        ("['\\u00e4\\x41\\n']", ["äA\n"]),
        ("[1, -2.5e1, true, null]", ["1", "-25", "true", "null"]),
        ("[{label: 'a', __proto__: {label: 'b'}}]", ["a"]),
        ("['a'] + alert(1)", []),
        ("[alert(1)]", []),
        ("['a'", []),
        ("", []),
    ],
)
def test_lists_are_read_as_json_or_as_javascript_writes_them(desk: Desk, categories: str, read: list[str]) -> None:
    """Nothing in them is run."""
    desk.open("<crowd-classifier></crowd-classifier>")
    desk.run("document.querySelector('crowd-classifier').setAttribute('categories', arguments[0])", categories)
    assert desk.run("return document.querySelector('crowd-classifier').categories.map(crowdElements.labelOf)") == read
    assert desk.run("return ({}).label") is None


def test_full_instructions_open_in_a_window(desk: Desk) -> None:
    """Under their own title."""
    desk.open(ONE)
    desk.click("crowd-classifier >> #full")
    assert desk.find("crowd-classifier >> dialog h2").text == "All of it"
    assert desk.find("full-instructions").is_displayed()
    desk.keys(Keys.ESCAPE)
    assert not desk.find("full-instructions").is_displayed()


BOXES = "{boundingBox: {labels: ['cat'], value: [{height: 30, label: 'cat', left: 20, top: 30, width: 40}]}}"
PAINTED = "{'semanticSegmentation': {labels: ['cat'], labelMappings: {cat: {color: '#2ca02c'}}, src: '/picture.png'}}"
INSTANCES = "{'instanceSegmentation': {instances: [{label: 'cat', color: '#2ca02c'}], src: '/picture.png'}}"


@pytest.mark.parametrize(("overlay", "drawn"), [(BOXES, "svg rect"), (PAINTED, "img.over"), (INSTANCES, "img.over")])
def test_what_is_judged_lies_over_the_picture(desk: Desk, overlay: str, drawn: str) -> None:
    """With a list of its colours."""
    desk.open(PICTURE.replace("@", "").replace("src=", f'overlay="{overlay}" src='))
    assert desk.find(f"crowd-image-classifier >> {drawn}")
    assert desk.find("crowd-image-classifier >> .legend li").text == "cat"


@pytest.mark.parametrize("look", ["light", "dark", "rtl", "narrow"])
@pytest.mark.parametrize(
    "body", [ONE, SEVERAL, PICTURE.replace("@", COMMENT).replace("src=", f'overlay="{BOXES}" src=')]
)
def test_axe_finds_nothing_in_a_classifier(desk: Desk, body: str, look: str) -> None:
    """In each look."""
    assert desk.obstacles_in(body, look) == []
