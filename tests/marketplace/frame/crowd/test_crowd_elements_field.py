"""What each field and button does and posts, with the mouse and with keys."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.marketplace.frame.crowd.conftest import Desk

TWO_BOXES = (
    "<crowd-checkbox name='look' value='blurry'>Blurry</crowd-checkbox>"
    "<crowd-checkbox name='look' value='dim' checked>Dim</crowd-checkbox>"
)
GROUP = (
    "<crowd-radio-group label='Choice'><crowd-radio-button name='one' value='yes'>Yes</crowd-radio-button>"
    "<crowd-radio-button name='two' value='no'>No</crowd-radio-button>"
    "<crowd-radio-button name='three'>Maybe</crowd-radio-button></crowd-radio-group>"
)
INPUT = "crowd-input >> input"
AREA = "crowd-text-area >> textarea"

POSTS: list[tuple[str, list[tuple[str, ...]], Any]] = [
    ("<crowd-input name='a'></crowd-input>", [("type", INPUT, "blue")], {"a": "blue"}),
    ("<crowd-input name='a'></crowd-input>", [], {}),
    ("<crowd-input name='a' value='preset'></crowd-input>", [], {"a": "preset"}),
    ("<crowd-input name='a' disabled value='1'></crowd-input>", [], {}),
    ("<crowd-input name='a' max-length='3'></crowd-input>", [("type", INPUT, "abcdef")], {"a": "abc"}),
    ("<crowd-input name='a' type='number'></crowd-input>", [("type", INPUT, "1.5")], {"a": "1.5"}),
    (
        "<crowd-input name='a' auto-validate allowed-pattern='[0-9]'></crowd-input>",
        [("type", INPUT, "a1b2")],
        {"a": "12"},
    ),
    ("<crowd-input name='a' auto-focus></crowd-input>", [("keys", "at once")], {"a": "at once"}),
    ("<crowd-text-area name='t'></crowd-text-area>", [("type", AREA, f"one{Keys.ENTER}two")], {"t": "one\ntwo"}),
    ("<crowd-text-area name='t' rows='2' max-rows='4'></crowd-text-area>", [], {}),
    (TWO_BOXES, [], {"look": {"blurry": False, "dim": True}}),
    (TWO_BOXES, [("click", "[value=blurry]"), ("click", "[value=dim]")], {"look": {"blurry": True, "dim": False}}),
    (TWO_BOXES, [("focus", "[value=blurry]"), ("keys", Keys.SPACE)], {"look": {"blurry": True, "dim": True}}),
    ("<crowd-checkbox name='c'>C</crowd-checkbox>", [], {"c": {"on": False}}),
    ("<crowd-checkbox name='c' disabled>C</crowd-checkbox>", [("click", "crowd-checkbox")], {}),
    (
        "<crowd-toggle-button name='t' invalid>T</crowd-toggle-button>",
        [("click", "crowd-toggle-button")],
        {"t": {"on": True}},
    ),
    (GROUP, [], {"one": {"yes": False}, "two": {"no": False}, "three": {"on": False}}),
    (GROUP, [("click", "[name=two]")], {"one": {"yes": False}, "two": {"no": True}, "three": {"on": False}}),
    (
        GROUP,
        [("click", "[name=two]"), ("click", "[name=one]")],
        {"one": {"yes": True}, "two": {"no": False}, "three": {"on": False}},
    ),
    (
        GROUP,
        [("focus", "[name=one]"), ("keys", Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)],
        {"one": {"yes": False}, "two": {"no": False}, "three": {"on": True}},
    ),
    ("<crowd-slider name='n' min='1' max='5'></crowd-slider>", [], {"n": 1}),
    ("<crowd-slider name='n' max='1' step='0.25' value='.5'></crowd-slider>", [], {"n": 0.5}),
    (
        "<crowd-slider name='n' min='1' max='5' value='3' pin></crowd-slider>",
        [("focus", "crowd-slider"), ("keys", Keys.ARROW_RIGHT)],
        {"n": 4},
    ),
    (
        "<crowd-slider name='n' value='3' editable></crowd-slider>",
        [("type", "crowd-slider >> .number", f"7{Keys.TAB}")],
        {"n": 37},
    ),
    ("<crowd-slider name='n' disabled></crowd-slider>", [], {}),
    ("<crowd-alert>A</crowd-alert><crowd-badge label='1'></crowd-badge><crowd-card>C</crowd-card>", [], {}),
]


@pytest.mark.parametrize(("body", "steps", "answers"), POSTS)
def test_a_field_posts_what_a_person_entered(
    desk: Desk, body: str, steps: list[tuple[str, ...]], answers: object
) -> None:
    """By clicks and by keys."""
    desk.open(body)
    for do, *what in steps:
        getattr(desk, do)(*what)
    assert desk.submitted() == answers


@pytest.mark.parametrize(
    ("body", "act", "script"),
    [
        ("<crowd-input id='f'></crowd-input>", ("type", INPUT, "x"), "f.value === 'x'"),
        ("<crowd-text-area id='f'></crowd-text-area>", ("type", AREA, "x"), "f.value === 'x'"),
        ("<crowd-checkbox id='f'>C</crowd-checkbox>", ("click", "#f"), "f.checked && f.hasAttribute('checked')"),
        ("<crowd-toggle-button id='f'>T</crowd-toggle-button>", ("click", "#f"), "f.checked"),
        (
            f"<div id='f'>{GROUP}</div>",
            ("click", "[name=two]"),
            "f.firstChild.selected === 'two' && f.firstChild.value === 'no'",
        ),
    ],
)
def test_a_script_hears_of_a_change_and_reads_the_value(
    desk: Desk, body: str, act: tuple[str, ...], script: str
) -> None:
    """As it does of a native field."""
    desk.open(f"{body}<script>f.addEventListener('change', () => {{ window.changed = {script} }})</script>")
    getattr(desk, act[0])(*act[1:])
    desk.run("document.activeElement.blur()")
    assert desk.run("return window.changed") is True


@pytest.mark.parametrize(
    ("body", "script", "answers"),
    [
        ("<crowd-input name='a' id='f'></crowd-input>", "f.value = 'set'", {"a": "set"}),
        ("<crowd-input name='a' id='f' value='1'></crowd-input>", "f.value = null", {}),
        ("<crowd-input name='a' id='f'></crowd-input>", "f.setAttribute('value', 'later')", {"a": "later"}),
        ("<crowd-input name='a' id='f' value='1' disabled></crowd-input>", "f.disabled = false", {"a": "1"}),
        ("<crowd-checkbox name='c' id='f'>C</crowd-checkbox>", "f.checked = true", {"c": {"on": True}}),
        ("<crowd-slider name='n' id='f'></crowd-slider>", "f.value = 12", {"n": 12}),
        (
            GROUP.replace("name='one'", "name='one' id='f'"),
            "f.click()",
            {"one": {"yes": True}, "two": {"no": False}, "three": {"on": False}},
        ),
    ],
)
def test_a_script_may_set_a_value(desk: Desk, body: str, script: str, answers: object) -> None:
    """By the property or the attribute."""
    desk.open(body)
    desk.run(script)
    assert desk.submitted() == answers


@pytest.mark.parametrize(
    "field", ["crowd-input", "crowd-text-area", "crowd-checkbox", "crowd-slider", "crowd-radio-button"]
)
def test_a_label_of_the_pages_leads_to_the_field(desk: Desk, field: str) -> None:
    """A click on it goes to the field."""
    desk.open(f"<label for='f'>Words</label><{field} id='f' name='n'></{field}>")
    desk.click("label")
    assert desk.run("return document.activeElement.id") == "f"


@pytest.mark.parametrize("kind", ["disabled", "loading"])
def test_a_button_that_is_out_of_use_does_nothing(desk: Desk, kind: str) -> None:
    """Neither for a person nor for a script."""
    desk.open(f"<crowd-button id='b' {kind}='true'>B</crowd-button>")
    desk.run("b.onclick = () => { window.pressed = true }")
    desk.click("#b")
    desk.run("b.click()")
    assert desk.run("return window.pressed") is None
    desk.run("b.disabled = b.loading = false")
    desk.click("#b")
    assert desk.run("return window.pressed") is True


def test_a_button_with_an_address_is_a_link(desk: Desk) -> None:
    """Where the page wants it."""
    desk.open("<crowd-button href='/elsewhere' target='_blank'>Go</crowd-button>")
    link = desk.find("crowd-button >> a")
    assert link.get_attribute("href") == f"{desk.site.url}/elsewhere"
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener")


def test_a_script_in_an_address_does_not_run(desk: Desk) -> None:
    """It is no address."""
    desk.open("<crowd-button href='javascript:window.ran = 1'>Go</crowd-button>")
    desk.click("crowd-button")
    assert desk.run("return window.ran") is None


def test_a_submit_button_obeys_the_pages_own_listener(desk: Desk) -> None:
    """Which may prevent it."""
    desk.open("<crowd-button form-action='submit' id='b'>Send</crowd-button>")
    desk.run("b.addEventListener('click', (event) => event.preventDefault())")
    desk.click("#b")
    desk.browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert desk.site.posts == []


def test_an_alert_can_be_closed(desk: Desk) -> None:
    """If the page says so."""
    desk.open("<crowd-alert type='error' dismissible>Wrong</crowd-alert>")
    assert desk.find("crowd-alert").get_attribute("role") == "alert"
    desk.click("crowd-alert >> button")
    assert not desk.find("crowd-alert").is_displayed()


def test_a_toast_comes_and_goes(desk: Desk) -> None:
    """Only one is seen at a time."""
    desk.open(
        "<crowd-toast id='one' opened duration='0'>First</crowd-toast>"
        "<crowd-toast id='two' text='Second' duration='300'></crowd-toast>"
    )
    assert desk.run("return [one.opened, two.opened]") == [True, False]
    desk.run("two.show()")
    assert desk.run("return [one.opened, two.opened]") == [False, True]
    WebDriverWait(desk.browser, 5).until(lambda _: not desk.run("return two.opened"))


def test_a_badge_stands_at_the_corner_of_what_it_is_for(desk: Desk) -> None:
    """Over its end at the top."""
    desk.open(
        "<div style='position: relative; padding: 40px'><span id='target'>Words</span>"
        "<crowd-badge for='target' label='3'></crowd-badge></div>"
    )
    target, badge = desk.find("#target").rect, desk.find("crowd-badge").rect
    assert abs(badge["x"] + badge["width"] / 2 - (target["x"] + target["width"])) < 14
    assert abs(badge["y"] + badge["height"] / 2 - target["y"]) < 14


@pytest.mark.parametrize("element", ["crowd-modal", "crowd-instructions"])
def test_a_window_opens_and_closes(desk: Desk, element: str) -> None:
    """By its link, by its button, by Escape."""
    desk.open(f"<{element} link-text='More'><short-summary>Words</short-summary><p>Text</p></{element}>")
    window = desk.find(f"{element} >> dialog")
    for close in (lambda: desk.click(f"{element} >> .close"), lambda: desk.keys(Keys.ESCAPE)):
        desk.click(f"{element} >> #open")
        assert window.is_displayed()
        close()
        assert not window.is_displayed()


def test_instructions_are_on_three_pages(desk: Desk) -> None:
    """Chosen by clicks and arrow keys."""
    desk.open(
        "<crowd-instructions link-type='button'><short-summary>In short</short-summary>"
        "<detailed-instructions>At length</detailed-instructions><positive-example>So</positive-example>"
        "<negative-example>Not so</negative-example></crowd-instructions>"
    )
    desk.click("crowd-instructions >> #open")
    seen = (
        "return [...document.querySelector('crowd-instructions').children]"
        ".filter((one) => one.checkVisibility()).map((one) => one.localName)"
    )
    assert desk.run(seen) == ["short-summary"]
    desk.click("crowd-instructions >> [role=tab]:last-child")
    assert desk.run(seen) == ["positive-example", "negative-example"]
    desk.keys(Keys.ARROW_LEFT)
    assert desk.run(seen) == ["detailed-instructions"]


def test_of_tabs_one_page_is_seen(desk: Desk) -> None:
    """And a field that is missing opens its own."""
    desk.open(
        "<crowd-tabs><crowd-tab header='One'>First</crowd-tab><crowd-tab header='Two'>"
        "<crowd-input name='a' label='A' required></crowd-input></crowd-tab></crowd-tabs>"
    )
    seen = "return [...document.querySelectorAll('crowd-tab')].map((one) => one.checkVisibility())"
    assert desk.run(seen) == [True, False]
    desk.click("crowd-tabs >> [role=tab]:last-child")
    assert desk.run(seen) == [False, True]
    desk.keys(Keys.HOME)
    desk.submit()
    assert desk.told() == ["A: Fill in this field."]
    desk.click("crowd-problem-list >> li button")
    assert desk.run(seen) == [False, True]


LABELLED = "<label>Words <input name='n'></label>"
GALLERY = f"""
  <crowd-input name='a' label='Words' required></crowd-input><p>More of it</p><crowd-input name='b'></crowd-input>
  <crowd-text-area name='t' label='Text' char-counter max-length='20'></crowd-text-area>{TWO_BOXES}{GROUP}
  <crowd-toggle-button name='on'>On</crowd-toggle-button>
  <crowd-toggle-button name='off' invalid checked></crowd-toggle-button>
  <crowd-slider name='n' label='How much' pin></crowd-slider><crowd-slider name='m' editable></crowd-slider>
  <crowd-button variant='primary'>P</crowd-button><crowd-button variant='link' href='/x'>A link</crowd-button>
  <crowd-button variant='icon' icon='search' title='Search'></crowd-button><crowd-button disabled>D</crowd-button>
  <crowd-button loading>Waits</crowd-button><crowd-icon-button icon='add' title='Add'></crowd-icon-button>
  <crowd-fab icon='star' title='Best'></crowd-fab><crowd-fab label='?' title='Help'></crowd-fab>
  <crowd-alert type='info' dismissible>I</crowd-alert><crowd-alert type='success'>S</crowd-alert>
  <crowd-alert type='warning'>W</crowd-alert><crowd-alert type='error'>E</crowd-alert>
  <p><span id='target'>Words</span><crowd-badge for='target' label='3'></crowd-badge></p>
  <crowd-card heading='Card' image='/picture.png'>Text</crowd-card><crowd-modal>Text</crowd-modal>
  <crowd-instructions><short-summary>S</short-summary></crowd-instructions>
  <crowd-tabs><crowd-tab header='One'>1</crowd-tab><crowd-tab header='Two'>2</crowd-tab></crowd-tabs>
  <crowd-toast opened duration='0'>Toast</crowd-toast>{LABELLED}"""


@pytest.mark.parametrize("look", ["light", "dark", "rtl", "narrow", "missing"])
def test_axe_finds_nothing_in_the_fields(desk: Desk, look: str) -> None:
    """Light and dark, from right to left, on a small screen, and with the list of what is missing."""
    steps = [lambda: desk.click("crowd-toast >> button"), desk.submit, desk.told] if look == "missing" else []
    assert desk.obstacles_in(GALLERY, look, *steps) == []
