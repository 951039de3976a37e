"""Task pages in their frame, in a browser: what real pages do on MTurk, they do here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask import Response
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import alert_is_present
from selenium.webdriver.support.wait import WebDriverWait

from mturk.marketplace.site.visitor import open_to_all
from tests.marketplace.site.frame_host import WORKER, FrameHost, answers_of, frame_host
from tests.page_turn import page_turn
from tests.rendering.conftest import browser

__all__ = ["browser"]

pytestmark = [pytest.mark.system, pytest.mark.browser]

FIELD = '<input name="label" value="cat">'
BUTTON = '<input type="submit" id="submitButton" value="Submit">'


@pytest.fixture(scope="module")
def host() -> Iterator[FrameHost]:
    with frame_host(question_limit=300_000) as made:
        yield made


def press(browser: WebDriver, selector: str = "#submitButton") -> None:
    browser.find_element(By.CSS_SELECTOR, selector).click()


AT_MTURK = "https://www.mturk.com/mturk/externalSubmit"

WRITTEN = [
    f"<p>Which animal?</p>{FIELD}",
    f"<form>{FIELD}{BUTTON}</form>",
    f'<form method="post" action="https://www.mturk.com/mturk/externalSubmit">{FIELD}{BUTTON}</form>',
    f'<form method="post" action="http://www.mturk.com/mturk/externalSubmit">{FIELD}{BUTTON}</form>',
    f'<form method="post" action="//workersandbox.mturk.com/mturk/externalSubmit">{FIELD}{BUTTON}</form>',
    f'<form method="POST" action="/mturk/externalSubmit">{FIELD}{BUTTON}</form>',
    f'<form action="">{FIELD}{BUTTON}</form>',
    f'<form method="get" action="edit">{FIELD}{BUTTON}</form>',
    f'<form action="javascript:void(0)">{FIELD}{BUTTON}</form>',
    f'<form target="_top">{FIELD}{BUTTON}</form>',
    f'<base href="https://elsewhere.example/">{FIELD}',
    '<form></form><form id="f"></form><input form="f" name="label" value="cat"><button form="f" id="submitButton">Go',
    f'<form>{FIELD}<button id="submitButton">Go</button></form>',
    f'<form>{FIELD}<button id="submitButton" formaction="//www.mturk.com/mturk/externalSubmit" formmethod="get">Go',
    f'<form enctype="multipart/form-data" method="post">{FIELD}{BUTTON}</form>',
    f'<form enctype="text/plain" method="post">{FIELD}{BUTTON}</form>',
    f'<form id="f">{FIELD}</form><button type="button" id="submitButton" onclick="f.submit()">Go</button>',
    f'<form id="f">{FIELD}</form><button type="button" id="submitButton" onclick="f.requestSubmit()">Go</button>',
    f'<form id="f">{FIELD}</form><a href="#" id="submitButton" onclick="f.submit(); return false">Go</a>',
    f'<form onsubmit="event.stopPropagation()">{FIELD}{BUTTON}</form>',
    f"<div id=d><form>{FIELD}{BUTTON}</form></div>"
    "<script>d.addEventListener('submit', e => e.stopImmediatePropagation())</script>",
    f"<form>{FIELD}{BUTTON}</form><script>addEventListener('submit', function (e) {{}})</script>",
    f'<table><form><tr><td>{FIELD}</td></tr><tr><td>{BUTTON}</td></tr></form></table>',
    f'<form method="post" action="{AT_MTURK}" onsubmit="event.cancelBubble = true">{FIELD}{BUTTON}</form>',
    f'<form action="{AT_MTURK}" target="_new" onsubmit="event.stopPropagation()">{FIELD}'
    f'<button id="submitButton" formaction="{AT_MTURK}" formtarget="_new">Go</button></form>',
    f"<form>{FIELD}{BUTTON}</form><script>document.forms[0].onsubmit = function (e) "
    "{ Event.prototype.stopImmediatePropagation.call(e) }</script>",
    f"<form method=post action='{AT_MTURK}' onsubmit='spoil()'>{FIELD}{BUTTON}</form><script>function spoil() {{"
    "Array.from = Function.prototype.bind = JSON.parse = function () { throw 1 };"
    "Event = Blob = FormData = Request = Response = Element = URL = Map = HTMLFormElement = Object = {} }</script>",
    f'<a id="submitButton" href="{AT_MTURK}?assignmentId=&label=cat">Send</a><form></form>',
    f"<body onload=\"document.open(); document.write('<form method=post action={AT_MTURK}>"
    "<input name=label value=cat><button id=submitButton>Go</button></form>'); document.close()\"><form></form>",
]  # fmt: skip


@pytest.mark.parametrize("html", WRITTEN)
def test_an_answer_arrives_whatever_its_form_says(browser: WebDriver, host: FrameHost, html: str) -> None:
    assignment_id = host.work(browser, html)
    press(browser)
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


AXE = Path(__file__).parents[3] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
SCRIPTED = [
    f"fetch('{AT_MTURK}', {{method: 'POST', body: new URLSearchParams({{label: 'cat'}})}})",
    f"fetch(new Request('{AT_MTURK}', {{method: 'POST', body: new URLSearchParams('label=cat&assignmentId=')}}))",
    "var d = new FormData(); d.append('label', 'cat'); fetch('/mturk/externalSubmit', {method: 'POST', body: d})",
    f"fetch('{AT_MTURK}?assignmentId=&label=cat', {{credentials: 'include'}})",
    "fetch(turkGetSubmitToHost() + '/mturk/externalSubmit', {method: 'POST', body: new URLSearchParams('label=cat')})",
    f"var x = new XMLHttpRequest(); x.open('POST', '{AT_MTURK}'); x.withCredentials = true;"
    "x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');"
    "x.setRequestHeader('X-Requested-With', 'XMLHttpRequest'); x.send('label=cat')",
    "var x = new XMLHttpRequest(); x.open('GET', '/mturk/externalSubmit?assignmentId=&label=cat'); x.send()",
    f"navigator.sendBeacon('{AT_MTURK}', new URLSearchParams('label=cat'))",
    "var f = document.createElement('form'); f.action = turkGetSubmitToHost() + '/mturk/externalSubmit';"
    "var i = document.createElement('input'); i.name = 'label'; i.value = 'cat'; f.append(i);"
    "document.body.append(f); f.submit()",
    "var s = document.createElement('div').attachShadow({mode: 'open'}); document.body.append(s.host);"
    "s.innerHTML = '<form method=post><input name=label value=cat><button>'; s.querySelector('button').click()",
]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTED)
def test_an_answer_that_a_script_sends_to_mturk_arrives(browser: WebDriver, host: FrameHost, script: str) -> None:
    button = '<button id="submitButton" type="button">Go</button>'
    html = f"<form></form>{button}<script>submitButton.onclick = function () {{ {script} }}</script>"
    assignment_id = host.work(browser, html)
    press(browser)
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


@pytest.mark.parametrize("shadow", ["open", "closed"])
def test_a_form_in_a_shadow_that_no_script_made_is_sent(browser: WebDriver, host: FrameHost, shadow: str) -> None:
    form = f'<form method="post" action="{AT_MTURK}">{FIELD}<button autofocus>Go</button></form>'
    html = f'<form></form><div id="host"><template shadowrootmode="{shadow}">{form}</template></div>'
    assignment_id = host.work(browser, html)
    ActionChains(browser).click(browser.find_element(By.ID, "host")).send_keys(Keys.TAB, Keys.ENTER).perform()
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


def test_all_that_a_form_sends_is_sent_in_its_order(browser: WebDriver, host: FrameHost) -> None:
    html = """<form>
      <input name="a" value="1"><input name="b" value=""><input name="a" value="2"><input value="nameless">
      <input type="checkbox" name="c" checked><input type="checkbox" name="c" value="x" checked>
      <input type="checkbox" name="d"><select name="e" multiple><option selected>1<option selected>2</select>
      <textarea name="f">one\ntwo</textarea><input name="g" disabled value="no">
      <input type="hidden" name="_charset_"><input name="é ☃ &amp;" value="ü=&amp;+%20🦄"><input type="file" name="h">
      <input name="late"><button name="go" value="first">1</button>
      <button name="go" value="second" id="submitButton">2</button>
      </form><script>document.forms[0].addEventListener("formdata", e => e.formData.set("late", "yes"))</script>"""
    assignment_id = host.work(browser, html)
    press(browser)
    assert answers_of(host.arrived(browser, assignment_id)) == [
        ("a", "1"), ("a", "2"), ("b", ""), ("c", "on"), ("c", "x"), ("e", "1"), ("e", "2"), ("f", "one\r\ntwo"),
        ("é ☃ &", "ü=&+%20🦄"), ("h", ""), ("late", "yes"), ("go", "second"),
    ]  # fmt: skip


VETOES = [
    '<form onsubmit="return false">',
    '<form onsubmit="event.preventDefault()">',
    '<form onsubmit="event.stopPropagation(); event.preventDefault()">',
    "<form><script>addEventListener('submit', e => e.preventDefault())</script>",
    "<form><script>document.addEventListener('submit', e => { e.preventDefault(); e.stopPropagation() }, 1)</script>",
    "<form onsubmit='return window.checked === true'>",
    '<form onsubmit="event.stopPropagation(); return false">',
    '<form onsubmit="event.cancelBubble = true; event.returnValue = false">',
]


@pytest.mark.parametrize("form", VETOES)
def test_what_the_page_prevents_is_not_sent(browser: WebDriver, host: FrameHost, form: str) -> None:
    assignment_id = host.work(
        browser, f'{form}{FIELD}{BUTTON}</form><button id="later" onclick="document.forms[0].submit()">'
    )
    press(browser)
    assert browser.execute_script("return document.documentElement.lastElementChild.localName") == "body"
    assert host.status(assignment_id) == "Accepted"
    # A check that asks a server first goes on like this.
    press(browser, "#later")
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


def test_a_browsers_own_checks_hold_the_submission(browser: WebDriver, host: FrameHost) -> None:
    assignment_id = host.work(browser, f'<form><input name="label" required>{BUTTON}</form>')
    press(browser)
    assert host.status(assignment_id) == "Accepted"
    browser.find_element(By.NAME, "label").send_keys("dog\n")
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "dog")]


def test_a_double_click_sends_once(browser: WebDriver, host: FrameHost) -> None:
    html = f"<form>{FIELD}{BUTTON}</form><script>var sent = 0; var real = fetch</script>"
    assignment_id = host.work(browser, html)
    browser.execute_script(
        "submitButton.click(); submitButton.click(); document.forms[0].submit(); submitButton.click()"
    )
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]
    assert browser.execute_script("return told.length") == 1


def test_the_helpers_are_there_before_the_pages_scripts(browser: WebDriver, host: FrameHost) -> None:
    html = """<form><input type="hidden" id="assignmentId" name="assignmentId"><input id="other" name="other"></form>
      <script>
        turkSetAssignmentID(); turkSetAssignmentID(null, "other");
        var got = [assignmentId.value, other.value, turkGetParam("hitId"), turkGetParam("none", "x"),
                   turkGetParam("none"), turkGetSubmitToHost(), turkGetParam("workerId"), document.scripts.length];
      </script>"""
    assignment_id = host.work(browser, html)
    got = browser.execute_script("return got")
    assert got[:2] == [assignment_id, assignment_id]
    assert got[3:5] == ["x", ""]
    assert got[5].startswith(f"{host.url}/pass/")
    assert got[6:] == ["A1ADA", 1]


def test_every_form_is_told_its_assignment(browser: WebDriver, host: FrameHost) -> None:
    assignment_id = host.work(
        browser, '<form><input name="assignmentId"></form><form><input name="assignmentId"></form>'
    )
    values = browser.execute_script("return Array.from(document.querySelectorAll('input'), field => field.value)")
    assert values == [assignment_id, assignment_id]


def test_a_page_keeps_the_layout_that_it_was_made_for(browser: WebDriver, host: FrameHost) -> None:
    modes = []
    for html in (FIELD, f"<!doctype html>{FIELD}", "<crowd-form></crowd-form>"):
        host.work(browser, html)
        modes.append(browser.execute_script("return document.compatMode"))
    assert modes == ["BackCompat", "CSS1Compat", "CSS1Compat"]


def test_a_page_that_uses_storage_and_cookies_runs(browser: WebDriver, host: FrameHost) -> None:
    html = """<form></form><script>
      localStorage.setItem("a", 1); localStorage.b = "2"; sessionStorage["c"] = 3; delete localStorage.b;
      document.cookie = "one=1; path=/"; document.cookie = "two=2=3"; document.cookie = "one=; max-age=0";
      document.cookie = "three=3; expires=Thu, 01 Jan 1970 00:00:00 GMT";
      var got = [localStorage.getItem("a"), localStorage.a, localStorage.length, localStorage.key(0),
                 "a" in localStorage, localStorage.getItem("b"), sessionStorage.getItem("c"),
                 Object.keys(localStorage).join(), document.cookie];
      localStorage.clear(); got.push(localStorage.length);
    </script>"""
    host.work(browser, html)
    expected = ["1", "1", 1, "a", True, None, "3", "a", "two=2=3", 0]
    assert browser.execute_script("return got") == expected


def test_a_preview_says_that_it_is_one_and_sends_nothing(browser: WebDriver, host: FrameHost) -> None:
    found = host.publish(
        f'<form><input name="assignmentId">{FIELD}{BUTTON}</form><script>turkSetAssignmentID()</script>'
    )
    host.show(browser, hit_id=found.id)
    button = browser.find_element(By.ID, "submitButton")
    assert (button.is_enabled(), button.get_attribute("value")) == (False, "Accept the HIT to submit")
    assert browser.find_element(By.NAME, "assignmentId").get_attribute("value") == "ASSIGNMENT_ID_NOT_AVAILABLE"
    assert browser.execute_script("return turkGetParam('workerId', 'none')") == "none"
    for script in ("document.forms[0].submit()", "document.forms[0].requestSubmit()", f"fetch('{AT_MTURK}?label=cat')"):
        browser.execute_script("document.querySelector('html > div')?.remove();" + script)
        assert browser.execute_script("return document.documentElement.lastElementChild.localName") == "div"
    assert list(found.assignments()) == []


def message(browser: WebDriver, role: str) -> WebElement:
    """What the script tells the worker in the frame."""

    def find(_: WebDriver) -> WebElement | None:
        boxes = browser.find_elements(By.CSS_SELECTOR, "html > div")
        found = boxes and boxes[-1].shadow_root.find_elements(By.CSS_SELECTOR, f"section[role={role}]")
        return found[0] if found else None

    found: WebElement = page_turn(browser).until(find)
    return found


def test_what_is_too_late_is_told_and_what_was_typed_stays(browser: WebDriver) -> None:
    with frame_host() as host:
        host.work(browser, f"<form>{FIELD}<textarea name=why>because\nso</textarea>{BUTTON}</form>")
        browser.find_element(By.NAME, "label").send_keys("s")
        host.market.clock.advance(hours=2)
        press(browser)
        told = message(browser, "alert")
        assert "The time for this HIT is over" in told.find_element(By.CSS_SELECTOR, "p").text
        assert told.find_element(By.CSS_SELECTOR, "textarea").get_attribute("value") == "label: cats\nwhy: because\nso"
        assert browser.find_element(By.NAME, "label").get_attribute("value") == "cats"
        told.find_element(By.CSS_SELECTOR, "button").click()
        assert browser.find_elements(By.CSS_SELECTOR, "html > div") == []


def test_what_did_not_arrive_can_be_sent_again(browser: WebDriver) -> None:
    with frame_host() as host:
        assignment_id = host.work(browser, f"<form>{FIELD}{BUTTON}</form>")
        with host.down():
            press(browser)
            told = message(browser, "alert")
            assert "could not be sent" in told.text
        told.find_element(By.XPATH, ".//button[text()='Send again']").click()
        assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


@pytest.mark.parametrize("script", ["submitButton.click()", "document.forms[0].submit()"])
def test_a_page_without_its_script_holds_what_is_submitted(browser: WebDriver, script: str) -> None:
    with frame_host() as host:
        host.site.view_functions["assets.own"] = open_to_all(lambda **_: Response("Sign in", 401))
        assignment_id = host.work(browser, f'<form method="post" action="{AT_MTURK}">{FIELD}{BUTTON}</form>')
        browser.execute_script(f"setTimeout(() => {{ {script} }})")
        alert = WebDriverWait(browser, 10).until(alert_is_present())
        assert "did not load, so nothing can be submitted now" in alert.text
        alert.accept()
        assert browser.execute_script("return document.forms[0].label.value") == "cat"
        assert host.status(assignment_id) == "Accepted"


def test_an_answer_that_is_not_ours_is_no_submission(browser: WebDriver) -> None:
    with frame_host() as host:
        assignment_id = host.work(browser, f"<form>{FIELD}{BUTTON}</form>")
        ours = host.site.view_functions["submissions.submit"]
        elsewhere = Response("<h1>Sign in to the network</h1>", headers={"Access-Control-Allow-Origin": "*"})
        host.site.view_functions["submissions.submit"] = open_to_all(lambda text: elsewhere)
        press(browser)
        assert "could not be sent" in message(browser, "alert").text
        assert browser.execute_script("return document.forms[0].label.value") == "cat"
        assert host.status(assignment_id) == "Accepted"
        host.site.view_functions["submissions.submit"] = ours
        press(browser)
        assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


def test_what_is_too_large_is_told_before_it_is_sent(browser: WebDriver, host: FrameHost) -> None:
    assignment_id = host.work(browser, f"<form>{FIELD}{BUTTON}</form>")
    browser.execute_script("document.forms[0].label.value = 'x'.repeat(5000001)")
    press(browser)
    assert "too large" in message(browser, "alert").text
    browser.execute_script("document.forms[0].label.value = 'small'; submitButton.click()")
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "small")]


def test_what_was_submitted_elsewhere_is_no_loss(browser: WebDriver, host: FrameHost) -> None:
    assignment_id = host.work(browser, f"<form>{FIELD}{BUTTON}</form>")
    host.market.worker(WORKER).submit(assignment_id, {"label": "dog"})
    press(browser)
    assert answers_of(host.arrived(browser, assignment_id)) == [("label", "dog")]


def test_at_the_site_itself_a_worker_does_a_page_and_goes_on(browser: WebDriver, host: FrameHost) -> None:
    found = host.publish(f"<p>Which?</p>{FIELD}", height=300, title="Which animal is it?")
    host.visit(browser, f"/worker/groups/{found.group_id}")
    frame = browser.find_element(By.CSS_SELECTOR, "iframe[name=task]")
    assert frame.size["height"] >= 300
    browser.switch_to.frame("task")
    assert not browser.find_element(By.ID, "submitButton").is_enabled()
    host.leave(browser)
    browser.find_element(By.XPATH, "//button[text()='Accept']").click()
    page_turn(browser).until(lambda _: "/worker/assignments/" in browser.current_url)
    assignment_id = browser.current_url.rpartition("/")[2].partition("?")[0]
    browser.switch_to.frame("task")
    press(browser)
    host.leave(browser)
    page_turn(browser).until(lambda _: browser.title.startswith("Submitted"))
    assert answers_of(host.submitted(assignment_id)) == [("label", "cat")]


def test_an_external_page_posts_its_form_and_the_worker_goes_on(browser: WebDriver, host: FrameHost) -> None:
    with elsewhere() as url:
        assignment_id = host.accept(host.publish_external(url))
        host.show(browser, assignment_id)
        press(browser)
        assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]
        browser.switch_to.frame("task")
        assert browser.find_element(By.TAG_NAME, "h1").text == "Submitted"


def test_an_external_page_that_is_too_late_loses_nothing(browser: WebDriver) -> None:
    with frame_host() as host, elsewhere() as url:
        host.show(browser, host.accept(host.publish_external(url)))
        host.market.clock.advance(hours=2)
        press(browser)
        page_turn(browser).until(lambda _: browser.find_elements(By.TAG_NAME, "h1"))
        assert browser.find_element(By.TAG_NAME, "h1").text == "Not submitted"
        assert browser.find_element(By.NAME, "label").get_attribute("value") == "cat"
        before = browser.find_element(By.TAG_NAME, "html")
        browser.find_element(By.TAG_NAME, "button").click()
        page_turn(browser).until(lambda _: browser.find_element(By.TAG_NAME, "html") != before)
        assert browser.find_element(By.NAME, "label").get_attribute("value") == "cat"


def violations(browser: WebDriver) -> list[str]:
    """What axe-core finds wrong with the page."""
    browser.execute_script(AXE.read_text())
    script = "axe.run(document).then(found => arguments[0](found.violations.map(each => each.id)))"
    found: list[str] = browser.execute_async_script(script)
    return found


def test_everybody_can_read_what_was_not_submitted(browser: WebDriver) -> None:
    with frame_host() as host, elsewhere() as url:
        host.show(browser, host.accept(host.publish_external(url)))
        host.market.clock.advance(hours=2)
        press(browser)
        WebDriverWait(browser, 10).until(lambda _: browser.find_elements(By.TAG_NAME, "h1"))
        assert violations(browser) == []


def test_everybody_can_read_the_message_in_a_page(browser: WebDriver) -> None:
    with frame_host() as host:
        page = f"<!doctype html><html lang=en><title>Task</title><main><h1>Which?</h1><form>{BUTTON}</form></main>"
        host.work(browser, page)
        press(browser)
        told = message(browser, "alert")
        assert "no answers" in told.text
        assert violations(browser) == []
        assert browser.switch_to.active_element.tag_name == "div"  # the one that has the message
        browser.switch_to.active_element.send_keys(Keys.ENTER)
        assert browser.find_elements(By.CSS_SELECTOR, "html > div") == []


EXTERNAL = """<!doctype html>
<form method="post"><input name="label" value="cat"><input type="hidden" name="assignmentId">
<input type="submit" id="submitButton"></form>
<script>
  var query = new URLSearchParams(location.search), form = document.forms[0];
  form.action = query.get("turkSubmitTo") + "/mturk/externalSubmit";
  form.assignmentId.value = query.get("assignmentId");
</script>"""


@contextmanager
def elsewhere() -> Iterator[str]:
    """A requester's own server, which serves a page that posts its form."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(EXTERNAL.encode())

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/task"
    server.shutdown()
    server.server_close()
    thread.join()


def test_after_a_submission_nothing_holds_the_worker(browser: WebDriver, host: FrameHost) -> None:
    stay = "onbeforeunload = () => 'Stay!'; addEventListener('beforeunload', e => e.preventDefault())"
    html = f"<form>{FIELD}{BUTTON}</form><script>{stay}</script>"
    assignment_id = host.work(browser, html)
    press(browser)
    host.arrived(browser, assignment_id)
    browser.get(f"{host.url}/worker/sign-in")
    assert "Sign in" in browser.title


def test_a_search_in_another_window_is_no_answer(browser: WebDriver, host: FrameHost) -> None:
    html = f'<form action="http://127.0.0.1:1/search" target="_blank">{FIELD}<button id="search">Search</button></form>'
    assignment_id = host.work(browser, html)
    press(browser, "#search")
    WebDriverWait(browser, 10).until(lambda _: len(browser.window_handles) == 2)
    first, second = browser.window_handles
    browser.switch_to.window(second)
    browser.close()
    browser.switch_to.window(first)
    assert host.status(assignment_id) == "Accepted"
