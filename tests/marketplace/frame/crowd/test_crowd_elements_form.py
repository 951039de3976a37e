"""What crowd-form posts, when it does not, and how pages' scripts take part."""

from __future__ import annotations

import json

import pytest
from selenium.webdriver.common.keys import Keys

from tests.marketplace.frame.crowd.conftest import SCRIPT, Desk

BOOTSTRAP_LIKE = "<style>* { box-sizing: content-box } button, input, label { all: unset; display: block }</style>"


def test_the_answers_are_one_field_with_a_list_of_one_object(desk: Desk) -> None:
    """And the assignment's id, as every task page posts it."""
    desk.open('<crowd-input name="tag" label="Tag"></crowd-input>')
    desk.type("crowd-input >> input", "blue")
    desk.submit()
    assert desk.entries() == [("assignmentId", "3ASSIGNMENT"), ("taskAnswers", '[{"tag":"blue"}]')]


@pytest.mark.parametrize(
    ("fields", "answers"),
    [
        ('<input name="a" value="1"><input type="hidden" name="b" value="2">', {"a": "1", "b": "2"}),
        ('<textarea name="t">one\ntwo</textarea>', {"t": "one\ntwo"}),
        ('<select name="s"><option value="x">X<option value="y" selected>Y</select>', {"s": "y"}),
        ('<select name="s" multiple><option selected>x<option>y<option selected>z</select>', {"s": ["x", "z"]}),
        (
            '<input type="radio" name="r" value="yes" checked><input type="radio" name="r" value="no">',
            {"r": {"yes": True, "no": False}},
        ),
        (
            '<input type="checkbox" name="c"><input type="checkbox" name="c" value="d">',
            {"c": {"on": False, "d": False}},
        ),
        ('<input name="a" value=""><textarea name="t"></textarea>', {}),
        ('<input value="no name"><input name="a" value="1" disabled>', {}),
        ('<fieldset disabled><input name="a" value="1"></fieldset>', {}),
        ('<input name="_" value="1"><input name="_" value="2">', {"_": "2"}),
        ('<button type="button" name="b" value="1">B</button><input type="button" name="c" value="2">', {}),
        ('<form action="elsewhere"><input name="inner" value="1"></form>', {"inner": "1"}),
        ('<input type="checkbox" name="c" value="__proto__" checked>', {"c": {"__proto__": True}}),
        ("<table><tr><td><input name='cell' value='1'></table>", {"cell": "1"}),
    ],
)
def test_native_fields_within_count(desk: Desk, fields: str, answers: object) -> None:
    """Each button and box is told of, pressed or not; an empty text is not."""
    desk.open(fields)
    assert desk.submitted() == answers


def test_flattened_answers_have_a_field_each(desk: Desk) -> None:
    """As the requester's web site asked for them."""
    desk.open(
        '<input name="words" value="some"><input type="radio" name="r" value="Highly likely" checked>'
        '<input type="radio" name="r" value="no"><crowd-slider name="n" value="7"></crowd-slider>',
        form='<crowd-form answer-format="flatten-objects">',
    )
    desk.submit()
    assert desk.entries()[1:] == [("n", "7"), ("r.Highly likely", "true"), ("r.no", "false"), ("words", "some")]


@pytest.mark.parametrize(
    "button",
    [
        '<crowd-button form-action="submit">Send</crowd-button>',
        '<div><crowd-button form-action="submit" variant="primary">Send</crowd-button></div>',
        '<button type="submit">Send</button>',
        '<input type="submit" value="Send">',
    ],
)
def test_a_page_with_a_submit_button_gets_no_second_one(desk: Desk, button: str) -> None:
    """Its own submits."""
    desk.open(f'<input name="a" value="1">{button}')
    (own,) = desk.run("return [...document.querySelectorAll('crowd-button, button, input[type=submit]')]")
    own.click()
    assert desk.answers() == {"a": "1"}


@pytest.mark.parametrize(
    "script",
    [
        "form.onsubmit = (event) => event.preventDefault();",
        "form.onsubmit = () => false;",
        "form.addEventListener('submit', (event) => event.preventDefault());",
        "document.addEventListener('submit', (event) => event.preventDefault());",
    ],
)
def test_a_page_may_refuse_a_submit(desk: Desk, script: str) -> None:
    """By the submit event on the element, with a listener set right after it."""
    desk.open(
        '<crowd-form><input name="a" value="1"></crowd-form><p id="said"></p>'
        f"<script>const form = document.querySelector('crowd-form'); {script}"
        "form.addEventListener('submit', () => { said.textContent += 'asked'; });</script>",
        form="",
    )
    desk.submit()
    desk.browser.execute_async_script("setTimeout(arguments[0], 150)")
    assert desk.find("#said").text == "asked"
    assert desk.site.posts == []


def test_what_a_page_fills_in_at_the_submit_event_is_posted(desk: Desk) -> None:
    """Pages gather their answers then."""
    desk.open(
        '<crowd-form><input type="hidden" name="list" id="list"></crowd-form>'
        "<script>document.querySelector('crowd-form').onsubmit = () => { list.value = '[1]'; };</script>",
        form="",
    )
    assert desk.submitted() == {"list": "[1]"}


@pytest.mark.parametrize("call", ["submit", "requestSubmit", "form.requestSubmit", "form.submit"])
def test_a_script_may_submit(desk: Desk, call: str) -> None:
    """On the element, or on the form within."""
    desk.open('<input name="a" value="1">')
    desk.run(f"document.querySelector('crowd-form').{call}()")
    assert desk.answers() == {"a": "1"}


@pytest.mark.parametrize("field", ["<input name='a'>", "<crowd-input name='a'></crowd-input>"])
def test_enter_in_a_field_submits(desk: Desk, field: str) -> None:
    """As in any form."""
    desk.open(field)
    desk.type("[name=a]" if "crowd" not in field else "crowd-input >> input", f"word{Keys.ENTER}")
    assert desk.answers() == {"a": "word"}


def test_enter_does_not_submit_where_the_page_prevents_it(desk: Desk) -> None:
    """Its listener stands at the element or further out."""
    listener = (
        "<script>document.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault());"
        "</script>"
    )
    desk.open("<crowd-input name='a'></crowd-input>" + listener)
    desk.type("crowd-input >> input", f"word{Keys.ENTER}")
    desk.browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert desk.site.posts == []
    assert desk.submitted() == {"a": "word"}


@pytest.mark.parametrize(
    "refusal", ["return false", "event.preventDefault()", "event.preventDefault(); event.stopPropagation()"]
)
def test_a_form_of_the_pages_may_refuse_a_submit(desk: Desk, refusal: str) -> None:
    """As long as it does."""
    desk.open(
        f'<form onsubmit="window.asked = (window.asked || 0) + 1; if (!window.good) {{ {refusal} }}">'
        "<crowd-input name='a' value='1'></crowd-input><button id='go'>Go</button></form>"
    )
    desk.click("#go")
    assert desk.run("return window.asked") == 1
    desk.run("window.good = true")
    assert desk.site.posts == []
    desk.click("#go")
    assert desk.answers() == {"a": "1"}


FIELDS_OUT_OF_USE = [
    "<crowd-input name='a' required></crowd-input>",
    "<crowd-text-area name='a' required></crowd-text-area>",
    "<crowd-checkbox name='a' required>A</crowd-checkbox>",
    "<crowd-slider name='a' required></crowd-slider>",
    "<crowd-radio-group required><crowd-radio-button name='a'>A</crowd-radio-button></crowd-radio-group>",
    "<crowd-classifier name='a' categories=\"['x']\" header='?'></crowd-classifier>",
    "<div><crowd-text-ranking name='a' responses=\"['x', 'y']\" "
    "ordinal-ranking-dimensions=\"[{name: 'z', allowTie: false}]\"></crowd-text-ranking></div>",
]


@pytest.mark.parametrize("field", FIELDS_OUT_OF_USE)
def test_fields_of_a_fieldset_out_of_use_are_neither_missed_nor_posted(desk: Desk, field: str) -> None:
    """Until it is put into use."""
    desk.open(f"<fieldset disabled>{field}</fieldset><crowd-input name='b' value='1'></crowd-input>")
    assert desk.submitted() == {"b": "1"}


def test_a_field_follows_its_fieldset(desk: Desk) -> None:
    """Both ways."""
    desk.open("<fieldset id='all' disabled><crowd-input name='a'></crowd-input></fieldset>")
    states = []
    for disabled in (True, False, True):
        desk.run("document.querySelector('#all').disabled = arguments[0]", disabled)
        states.append(desk.find("crowd-input >> input").is_enabled())
    assert states == [False, True, False]


REQUIRED = [
    ("<label>Age <input name='a' required></label>", "[name=a]", "Age: Please fill out this field."),
    ("<crowd-input name='a' label='Age' required></crowd-input>", "crowd-input >> input", "Age: Fill in this field."),
    (
        "<crowd-input name='a' label='Age' required error-message='In years'></crowd-input>",
        "crowd-input >> input",
        "Age: In years",
    ),
    (
        "<crowd-text-area name='a' label='Why' min-length='4' value='abc'></crowd-text-area>",
        "crowd-text-area >> textarea",
        "Why: Write 4 characters or more.",
    ),
    ("<crowd-checkbox name='a' required>Done</crowd-checkbox>", "crowd-checkbox >> input", "Done: Tick this box."),
]


@pytest.mark.parametrize(("field", "control", "message"), REQUIRED)
def test_a_submit_waits_for_what_is_missing(desk: Desk, field: str, control: str, message: str) -> None:
    """It is said above the button, with a way to the field, and marked there."""
    desk.open(field)
    desk.submit()
    assert desk.told() == [message]
    assert desk.find(control).get_attribute("aria-invalid") == "true"
    desk.click("crowd-problem-list >> li button")
    focused = desk.run(
        "let at = document.activeElement; while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
        " return at"
    )
    assert focused == desk.find(control)


def test_radio_buttons_of_one_name_are_missed_once(desk: Desk) -> None:
    """However many there are."""
    desk.open("<input type='radio' name='r' value='1' required><input type='radio' name='r' value='2' required>")
    desk.submit()
    assert desk.told() == ["r: Please select one of these options."]


def test_once_all_is_there_the_submit_goes_on(desk: Desk) -> None:
    """And the list is gone."""
    desk.open("<crowd-input name='a' label='Age' required></crowd-input>")
    desk.submit()
    desk.type("crowd-input >> input", "40")
    assert desk.submitted() == {"a": "40"}


def test_a_preview_cannot_be_submitted(desk: Desk) -> None:
    """It says what to do first."""
    desk.open("<input name='a' value='1'>", assignment="ASSIGNMENT_ID_NOT_AVAILABLE")
    desk.submit()
    assert desk.told() == ["Accept the HIT before you submit your work."]


@pytest.mark.parametrize(
    "page",
    [
        f"<crowd-form><crowd-input name='a' value='1'></crowd-input></crowd-form>{SCRIPT}",
        f"<crowd-form><crowd-input name='a' value='1'></crowd-input>{SCRIPT}</crowd-form>",
        f"{SCRIPT}{SCRIPT}<crowd-form><crowd-input name='a' value='1'></crowd-input></crowd-form>",
        f"{SCRIPT.replace('src', 'async src')}<crowd-form><crowd-input name='a' value='1'></crowd-input></crowd-form>",
        f"{SCRIPT.replace('src', 'defer src')}<crowd-form><crowd-input name='a' value='1'></crowd-input></crowd-form>",
        f"{SCRIPT}<div id='d'></div><script>d.innerHTML = `<crowd-form><crowd-input name='a' value='1'></crowd-input>"
        "</crowd-form>`</script>",
        f"{SCRIPT}<p></p><script>const f = document.createElement('crowd-form'); document.body.append(f);"
        "const i = document.createElement('crowd-input'); i.name = 'a'; i.value = '1'; f.append(i)</script>",
    ],
    ids=["after", "within", "twice", "async", "defer", "by markup", "by script"],
)
def test_elements_come_to_life_wherever_the_script_is(desk: Desk, page: str) -> None:
    """Before them, after them, among them, or with them brought in by a script."""
    desk.open(page, form="", head="")
    desk.browser.execute_async_script(
        "const done = arguments[0]; customElements.whenDefined('crowd-instructions').then(() => setTimeout(done, 50))"
    )
    assert desk.submitted() == {"a": "1"}


def test_the_page_is_told_once_that_all_elements_are_there(desk: Desk) -> None:
    """Its scripts wait for it, to work on what is in the form by then."""
    desk.open(
        "<script>addEventListener('all-crowd-elements-ready', () => { window.seen = (window.seen || 0) + 1 });"
        "document.addEventListener('DOMContentLoaded', () =>"
        " document.addEventListener('all-crowd-elements-ready', () => {"
        " window.fields = document.querySelector('crowd-form').form.querySelectorAll('crowd-input').length }));"
        "</script>"
        "<crowd-form><crowd-input name='a'></crowd-input><crowd-input name='b'></crowd-input></crowd-form>",
        form="",
    )
    desk.browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert desk.run("return [window.seen, window.fields]") == [1, 2]


def test_the_form_is_whole_for_the_script_after_it(desk: Desk) -> None:
    """A page's script there finds the fields in the form, and values to set."""
    desk.open(
        "<crowd-form><crowd-input name='a'></crowd-input><input name='b'></crowd-form>"
        "<script>const form = document.querySelector('crowd-form form');"
        "window.found = [form.elements.b.name, form.querySelector('crowd-input').value, form.children.length];"
        "form.querySelector('crowd-input').value = 'set';</script>",
        form="",
    )
    assert desk.run("return window.found") == ["b", "", 4]
    assert desk.submitted() == {"a": "set"}


def test_children_that_come_later_are_in_the_form(desk: Desk) -> None:
    """Pages add fields while they are worked on."""
    desk.open("<p>Text</p>")
    desk.run(
        "document.querySelector('crowd-form').insertAdjacentHTML('beforeend', '<input name=\"late\" value=\"1\">')"
    )
    assert desk.submitted() == {"late": "1"}


def test_the_pages_own_style_sheet_breaks_nothing(desk: Desk) -> None:
    """A frame of styles such as bootstrap's sets every button and input."""
    desk.open(
        f"{BOOTSTRAP_LIKE}<crowd-input name='a' label='A'></crowd-input><crowd-checkbox name='c'>C</crowd-checkbox>"
    )
    desk.type("crowd-input >> input", "word")
    desk.click("crowd-checkbox")
    assert desk.run("return getComputedStyle(arguments[0]).borderTopWidth", desk.find("crowd-input >> input")) == "1px"
    assert desk.submitted() == {"a": "word", "c": {"on": True}}


def test_reset_brings_back_the_first_values(desk: Desk) -> None:
    """Of crowd elements and native fields alike."""
    desk.open(
        "<crowd-input name='a' value='1'></crowd-input><input name='b' value='2'><crowd-slider name='n' value='3'>"
        "</crowd-slider><crowd-checkbox name='c' checked>C</crowd-checkbox>"
        "<crowd-button form-action='reset' id='again'>Again</crowd-button>"
    )
    desk.type("crowd-input >> input", "x")
    desk.type("[name=b]", "x")
    desk.click("crowd-checkbox")
    desk.run("document.querySelector('crowd-slider').value = 9")
    desk.click("#again")
    assert desk.submitted() == {"a": "1", "b": "2", "c": {"on": True}, "n": 3}


def test_a_field_named_submit_keeps_nothing_from_being_sent(desk: Desk) -> None:
    """A form's own `submit` would be hidden by it."""
    desk.open("<input name='submit' value='1'>")
    assert desk.submitted() == {"submit": "1"}


def test_what_is_posted_is_the_answers_alone_however_it_is_sent(desk: Desk) -> None:
    """The frame's script reads the form's fields itself."""
    desk.open("<input name='a' value='1'><crowd-input name='b' value='2'></crowd-input>")
    entries = desk.run("return [...new FormData(document.querySelector('crowd-form').form)]")
    assert entries == [
        ["assignmentId", "3ASSIGNMENT"],
        ["taskAnswers", json.dumps([{"a": "1", "b": "2"}]).replace(" ", "")],
    ]
