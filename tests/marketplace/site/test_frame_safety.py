"""What a hostile page in the frame cannot do, and what keeps pages of different requesters apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from mturk import HIT
from mturk.marketplace import MissingAsset
from mturk.marketplace.frame.ticket import TaskTicket, Tickets
from tests.marketplace.sample import external_question, form, text_question
from tests.marketplace.site.conftest import signed_in_at
from tests.marketplace.site.frame_host import WORKER, FrameHost, answers_of, frame_host
from tests.rendering.conftest import browser

__all__ = ["browser"]

FORM = '<form><input name="label" value="cat"><button id="go">Submit</button></form>'
TASK_HOST = "tasks.localhost:{port}"


@pytest.fixture(scope="module")
def host() -> Iterator[FrameHost]:
    with frame_host() as made:
        yield made


@pytest.fixture(scope="module")
def labelled() -> Iterator[FrameHost]:
    with frame_host(task_host=TASK_HOST) as made:
        yield made


@pytest.fixture(scope="module", params=[None, TASK_HOST], ids=["one-host", "task-host"])
def either(request: pytest.FixtureRequest) -> FrameHost:
    found: FrameHost = request.getfixturevalue("labelled" if request.param else "host")
    return found


def tried(browser: WebDriver, script: str) -> str:
    """What comes of a script in the frame: its value, or the name of the error that keeps it from having one."""
    body = f"(async () => {{ {script} }})().then(v => done(String(v)), e => done(e.name))"
    return str(browser.execute_async_script(f"var done = arguments[0]; {body}"))


@pytest.mark.system
@pytest.mark.browser
@pytest.mark.parametrize(
    "script",
    [
        "return parent.location.href",
        "return parent.document.title",
        "return parent.secret",
        "return top.document.cookie",
        "return parent.localStorage.length",
        "return parent.frames.length && parent.frames[0].frameElement.src",
        "return window.frameElement.src",
        "return (await fetch(new URL('/worker/', turkGetSubmitToHost()), {credentials: 'include'})).text()",
        "return (await navigator.serviceWorker.register('/mturk/static/x/task.js')).scope",
    ],
)
def test_a_page_cannot_reach_out_of_its_frame(browser: WebDriver, either: FrameHost, script: str) -> None:
    either.work(browser, FORM)
    assert tried(browser, script) in ("SecurityError", "TypeError")


@pytest.mark.system
@pytest.mark.browser
@pytest.mark.parametrize(
    "script",
    [
        "top.location = 'about:blank'",
        "parent.location.replace('https://evil.example/')",
        "window.open('https://evil.example/', '_top')",
        "var f = document.createElement('form'); f.target = '_top'; f.action = 'about:blank'; document.body.append(f);"
        "HTMLFormElement.prototype.submit.call(f)",
        "var a = document.createElement('a'); a.target = '_top'; a.href = 'about:blank'; document.body.append(a);"
        "a.click()",
    ],
)
def test_a_page_cannot_move_the_window_around_it(browser: WebDriver, either: FrameHost, script: str) -> None:
    either.work(browser, FORM)
    tried(browser, script)
    either.leave(browser)
    assert "/worker/test/work/" in browser.current_url
    assert browser.execute_script("return secret") == "of the site"


@pytest.mark.system
@pytest.mark.browser
def test_the_sites_cookie_is_not_seen_in_the_frame(browser: WebDriver, either: FrameHost) -> None:
    either.work(browser, FORM)
    assert tried(browser, "return document.cookie") == ""
    either.leave(browser)
    assert browser.get_cookie("mturk-session") is not None


@pytest.mark.system
@pytest.mark.browser
@pytest.mark.parametrize("path", ["/worker/sign-in", "/worker/"])
def test_the_sites_pages_do_not_show_in_the_frame(browser: WebDriver, host: FrameHost, path: str) -> None:
    host.work(browser, FORM)
    browser.execute_script(f"location = '{path}'")
    host.leave(browser)
    browser.switch_to.frame("task")
    WebDriverWait(browser, 10).until(lambda _: not browser.find_elements(By.ID, "go"))
    assert browser.find_elements(By.CSS_SELECTOR, "header.head, form") == []


@pytest.mark.system
@pytest.mark.browser
def test_what_a_page_keeps_another_does_not_find(browser: WebDriver, either: FrameHost) -> None:
    keep = "<script>localStorage.setItem('kept', 1); document.cookie = 'kept=1'</script>"
    mine = either.publish(f"{FORM}{keep}")
    theirs = either.publish(FORM, requester="another")
    either.show(browser, either.accept(mine))
    either.show(browser, either.accept(theirs))
    assert tried(browser, "return [localStorage.getItem('kept'), document.cookie]") == ","


@pytest.mark.system
@pytest.mark.browser
def test_below_a_task_host_a_page_keeps_its_own_storage(browser: WebDriver, labelled: FrameHost) -> None:
    found = labelled.publish(
        f"{FORM}<script>localStorage.n = Number(localStorage.n || 0) + 1; var n = localStorage.n</script>"
    )
    assignment_id = labelled.accept(found)
    for count in ("1", "2"):
        labelled.show(browser, assignment_id)
        assert browser.execute_script("return n") == count
    assert browser.execute_script("return origin").startswith("http://r1.tasks.localhost:")
    browser.find_element(By.ID, "go").click()
    assert answers_of(labelled.arrived(browser, assignment_id)) == [("label", "cat")]


def get(address: str, **headers: str) -> requests.Response:
    """Ask this machine for an address, whatever its host is called."""
    parts = urlsplit(address)
    local = parts._replace(netloc=f"127.0.0.1:{parts.port}").geturl()
    return requests.get(local, headers={"Host": parts.netloc, **headers}, timeout=20)


def test_below_a_task_host_each_requester_has_a_label(labelled: FrameHost) -> None:
    hosts = [
        urlsplit(labelled.frame(hit_id=labelled.publish(FORM, requester=name).id).address).hostname
        for name in (None, "second", None)
    ]
    assert hosts[0] == hosts[2] == "r1.tasks.localhost"
    assert hosts[1] not in (hosts[0], None)


def test_a_task_page_is_served_at_its_own_label_only(labelled: FrameHost) -> None:
    address = labelled.frame(hit_id=labelled.publish(FORM).id).address
    assert get(address).status_code == 200
    port = urlsplit(labelled.url).port
    for other in (f"r2.tasks.localhost:{port}", f"tasks.localhost:{port}", f"127.0.0.1:{port}"):
        assert get(urlsplit(address)._replace(netloc=other).geturl()).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/worker/",
        "/worker/sign-in",
        "/worker/static/site.css",
        "/",
        "/health",
        "/mturk/externalSubmit",
        "/pass/x/mturk/externalSubmit",
    ],
)
@pytest.mark.parametrize("label", ["r1.", ""])
def test_the_site_is_not_served_at_the_hosts_of_task_pages(labelled: FrameHost, label: str, path: str) -> None:
    answer = get(f"http://{label}tasks.localhost:{urlsplit(labelled.url).port}{path}")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_no_service_worker_is_served(either: FrameHost) -> None:
    page = either.frame(hit_id=either.publish(FORM).id).address
    address = page if page.startswith("http") else f"{either.url}{page}"
    assert get(address).status_code == 200
    assert get(address, **{"Service-Worker": "script"}).status_code == 403


def page_of(host: FrameHost, html: str = FORM, **headers: str) -> requests.Response:
    address = host.frame(hit_id=host.publish(html).id).address
    return get(address if address.startswith("http") else f"{host.url}{address}", **headers)


def test_a_task_page_has_the_headers_that_hold_it(host: FrameHost) -> None:
    headers = page_of(host, Cookie="mturk-session=x").headers
    sandbox = "allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-downloads"
    assert headers["Content-Security-Policy"] == f"sandbox {sandbox}; frame-ancestors {host.url}"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "strict-origin"
    assert "X-Frame-Options" not in headers
    assert "Set-Cookie" not in headers


def test_a_page_is_shown_as_long_as_it_is_in_the_workers_hand(host: FrameHost) -> None:
    assignment_id = host.accept(host.publish(FORM))
    address = f"{host.url}{host.frame(assignment_id).address}"
    assert get(address).status_code == 200
    host.market.worker(WORKER).return_assignment(assignment_id)
    answer = get(address)
    assert answer.status_code == 404
    assert "You do not hold this HIT any more" in answer.text
    assert get(f"{host.url}/mturk/task/forged").status_code == 404


def preview_of(host: FrameHost, **terms: Any) -> tuple[HIT, str]:
    found = host.publish(FORM, **terms)
    return found, f"{host.url}{host.frame(hit_id=found.id).address}"


def test_a_preview_is_shown_as_long_as_the_hit_is_open(host: FrameHost) -> None:
    found, address = preview_of(host)
    assert get(address).status_code == 200
    found.expire()
    assert get(address).status_code == 404


@pytest.mark.parametrize(("hours", "status"), [(-11, 200), (-13, 404)])
def test_the_address_of_a_preview_ends_after_half_a_day(host: FrameHost, hours: int, status: int) -> None:
    found, _ = preview_of(host)
    known = host.site.extensions["mturk"]
    ticket = TaskTicket(found.id, "en", WORKER, "", known.now() + hours * 3_600_000)
    assert get(f"{host.url}/mturk/task/{Tickets(known.key.text()).task(ticket)}").status_code == status


def test_a_preview_is_for_the_worker_whom_it_was_shown_to(host: FrameHost) -> None:
    found, _ = preview_of(host)
    known = host.site.extensions["mturk"]
    ticket = TaskTicket(found.id, "en", "A0NOBODY", "", known.now())
    assert get(f"{host.url}/mturk/task/{Tickets(known.key.text()).task(ticket)}").status_code == 404


@pytest.mark.parametrize(
    ("url", "address", "own"),
    [
        ("https://lab.example/task?a=1&b=x%20y#top", "https://lab.example/task?a=1&b=x%20y&assignmentId=ASSIGN", True),
        ("https://lab.example/task", "https://lab.example/task?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=", True),
        ("{url}/worker/", "{url}/worker/?assignmentId=", False),
        ("http://localhost:{port}/x", "http://localhost:{port}/x?assignmentId=", True),
    ],
)
def test_an_external_page_keeps_its_origin_unless_it_is_the_sites(
    host: FrameHost, url: str, address: str, own: bool
) -> None:
    names = {"url": host.url, "port": urlsplit(host.url).port}
    frame = host.frame(hit_id=host.publish_external(url.format(**names)).id)
    assert frame.address.startswith(address.format(**names))
    assert frame.address.endswith("#top") == ("#top" in url)
    assert ("allow-same-origin" in frame.sandbox) == own
    assert "allow-top-navigation" not in frame.sandbox


@pytest.mark.parametrize(
    ("url", "sources"),
    [
        ("https://lab.example:8443/x", ("'self'", "https:")),
        ("http://localhost:5000/x", ("'self'", "https:", "http://localhost:5000")),
        ("http://[::1]/x", ("'self'", "https:", "http://[::1]")),
    ],
)
def test_an_external_page_adds_its_origin_and_nothing_else(host: FrameHost, url: str, sources: tuple[str, ...]) -> None:
    assert host.frame(hit_id=host.publish_external(url).id).sources == sources


def test_no_external_page_below_the_task_host_gets_an_origin(labelled: FrameHost) -> None:
    port = urlsplit(labelled.url).port
    for name in ("r1.tasks.localhost", "tasks.localhost"):
        frame = labelled.frame(hit_id=labelled.publish_external(f"http://{name}:{port}/x").id)
        assert "allow-same-origin" not in frame.sandbox


@pytest.mark.system
@pytest.mark.browser
def test_below_a_task_host_a_script_may_submit_by_an_address(browser: WebDriver, labelled: FrameHost) -> None:
    address = "'https://www.mturk.com/mturk/externalSubmit?label=cat%20%26%20dog&assignmentId='"
    script = f"location.href = {address} + turkGetParam('assignmentId')"
    assignment_id = labelled.work(browser, f'<button type="button" id="go" onclick="{script}">Send</button>')
    browser.find_element(By.ID, "go").click()
    WebDriverWait(browser, 10).until(lambda _: labelled.status(assignment_id) == "Submitted")
    assert labelled.submitted(assignment_id).answers["label"] == "cat & dog"


@pytest.mark.system
@pytest.mark.browser
def test_an_address_cannot_lead_the_answers_elsewhere(browser: WebDriver, host: FrameHost) -> None:
    assignment_id = host.accept(host.publish(FORM))
    address = f"{host.url}{host.frame(assignment_id).address}"
    browser.get(f"{address.partition('?')[0]}?turkSubmitTo=http://127.0.0.1:1&assignmentId=another")
    assert browser.execute_script("return turkGetSubmitToHost()").startswith(f"{host.url}/pass/")
    browser.find_element(By.ID, "go").click()
    WebDriverWait(browser, 10).until(lambda _: host.status(assignment_id) == "Submitted")


ASKS = """<script src="http://127.0.0.1:1/lib.js?worker=A1"></script><img src="http://127.0.0.1:1/{}.png">"""


@pytest.mark.system
@pytest.mark.browser
def test_offline_a_page_loads_from_here_only_and_its_requester_is_told_what_was_missing(browser: WebDriver) -> None:
    with frame_host(offline=True) as host:
        html = FORM + ASKS.format("cat") + "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
        assignment_id = host.work(browser, html)
        kind = host.hit_of(assignment_id)
        WebDriverWait(browser, 10).until(lambda _: len(host.market.missing_assets()) == 2)
        assert host.market.missing_assets() == [
            MissingAsset(kind.hit_type_id, "Look at a page", "http://127.0.0.1:1/cat.png"),
            MissingAsset(kind.hit_type_id, "Look at a page", "http://127.0.0.1:1/lib.js"),
        ]
        browser.find_element(By.ID, "go").click()
        assert answers_of(host.arrived(browser, assignment_id)) == [("label", "cat")]


PICTURE = (
    "<Binary><MimeType><Type>image</Type><SubType>png</SubType></MimeType>"
    "<DataURL>https://127.0.0.1:1/cat.png?worker=A1</DataURL><AltText>A cat</AltText></Binary>"
)
PICTURED = form(f"<Overview>{PICTURE}</Overview>", text_question("animal"))


@pytest.mark.system
@pytest.mark.browser
def test_offline_a_form_shows_no_picture_from_elsewhere_and_its_requester_is_told(browser: WebDriver) -> None:
    with frame_host(offline=True) as host:
        found = host.put(PICTURED)
        host.visit(browser, f"/worker/groups/{found.group_id}")
        WebDriverWait(browser, 10).until(lambda _: host.market.missing_assets())
        assert host.market.missing_assets() == [
            MissingAsset(HIT.get(found.id, connection=host.connection).hit_type_id, "Look at a page", PLACE)
        ]


PLACE = "https://127.0.0.1:1/cat.png"
SOURCES = [
    (PICTURED, {"img-src": "'self'", "media-src": None}),
    (external_question("https://lab.example:8443/x"), {"frame-src": "'self' https://lab.example:8443"}),
    (external_question("http://localhost:5000/x"), {"frame-src": "'self' http://localhost:5000"}),
]


@pytest.mark.parametrize(("question", "sources"), SOURCES)
def test_offline_a_page_of_the_site_loads_nothing_of_a_requester_but_their_own_page(
    question: str, sources: dict[str, str | None]
) -> None:
    with frame_host(offline=True) as host:
        found = host.put(question)
        answer = signed_in_at(host.market, WORKER).get(f"/worker/groups/{found.group_id}")
    policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert {name: policy.get(name) for name in sources} == sources
    assert policy["report-uri"].startswith("/mturk/missing/")


def test_what_browsers_report_is_bounded() -> None:
    with frame_host(offline=True) as host:
        path = urlsplit(host.frame(hit_id=host.publish(FORM).id).address).path.replace("/task/", "/missing/")

        def report(body: bytes) -> int:
            return requests.post(f"{host.url}{path}", data=body, timeout=20).status_code

        def blocked(address: object) -> bytes:
            return json.dumps({"csp-report": {"blocked-uri": address}}).encode()

        nothing = (
            b"",
            b"[]",
            b"{",
            b"[" * 9_000,
            blocked(None),
            blocked(1),
            blocked("inline"),
            blocked("data:x"),
            blocked("https://["),
        )
        for body in (*nothing, blocked("https://x/" + "a" * 300), blocked("https://x/\x1b[31m"), b" " * 20_001):
            assert report(body) == 204
        assert host.market.missing_assets() == []
        for number in [*range(60), 1, 2, 3]:
            report(blocked(f"https://x.example/{number}.js?secret"))
        assert len(host.market.missing_assets()) == 50
        assert requests.post(f"{host.url}/mturk/missing/forged", data=b"", timeout=20).status_code == 404


@pytest.mark.parametrize("address", ["https://turk.my-lab.org", "https://my-lab.org/turk"])
def test_behind_a_proxy_a_page_is_told_of_the_public_address_only(address: str) -> None:
    with frame_host(public_url=address, offline=True) as host:
        assignment_id = host.accept(host.publish(FORM))
        frame = host.frame(assignment_id, base=address)
        answer = requests.get(f"{host.url}{frame.address.removeprefix(urlsplit(address).path)}", timeout=20)
    assert frame.address.startswith(f"{urlsplit(address).path}/mturk/task/")
    assert answer.status_code == 200
    assert "127.0.0.1" not in answer.text + answer.headers["Content-Security-Policy"]
    assert f'<script src="{address}/mturk/static/' in answer.text
    assert f'data-submit="{address}/pass/' in answer.text
    assert f"report-uri {address}/mturk/missing/" in answer.headers["Content-Security-Policy"]


def test_our_own_files_are_kept_for_a_year_and_open_to_frames(host: FrameHost) -> None:
    page = page_of(
        host, '<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js" integrity="x"></script>'
    ).text
    address = page.partition("<form")[0].split('src="')[1].partition('"')[0]
    answer = get(address)
    assert answer.text.startswith("(function () {")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert f'<script src="{address.replace("task.js", "externalHIT_v1.js")}" ></script>' in page
    assert get(address.replace("/task.js", "/../../markup.py")).status_code == 404
    assert get(f"{host.url}/mturk/asset/jquery@3.7.1/../../x.js").status_code == 404
