"""Pages of frameworks at the worker site in Chromium: psiTurk's own templates, and the page that oTree makes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, Response, render_template, request
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from tests.marketplace.site.frame_host import WORKER, FrameHost, frame_host
from tests.rendering.conftest import browser as browser  # the same Chromium
from tests.third_party.study import PROGRAMS, TESTS

PAGE = (TESTS.parents[1] / "docs" / "moving" / "psiturk.md").read_text()
TO_MTURK = re.compile(r'action="https://\w+\.mturk\.com/mturk/externalSubmit"')
PATIENCE = 30


@pytest.fixture(scope="module")
def host() -> Iterator[FrameHost]:
    with frame_host() as made:
        yield made


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve a requester's own pages on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def psiturk_project() -> Path:
    """The example that psiTurk makes a project of, where the tests have installed it."""
    (found,) = (TESTS / "psiturk" / ".venv").glob("lib/python*/site-packages/psiturk/example")
    return found


@contextmanager
def psiturk_server(thanks: str) -> Iterator[str]:
    """Serve psiTurk's own templates, but for the last one, as its server does; the experiment itself is no page."""
    project = psiturk_project()
    app = Flask("psiturk", template_folder=str(project / "templates"), static_folder=str(project / "static"))
    finished: set[str] = set()

    @app.route("/pub")
    def ad() -> str | Response:
        about = {"hitid": request.args["hitId"], "assignmentid": request.args["assignmentId"]}
        about["workerid"] = request.args.get("workerId", "")
        if about["assignmentid"] not in finished:
            return render_template("ad.html", server_location=request.host_url.rstrip("/"), mode="live", **about)
        return app.make_response(
            app.jinja_env.from_string(thanks).render(using_sandbox=False, request=request, **about)
        )

    @app.route("/consent")
    def finish() -> str:
        finished.add(request.args["assignmentId"])
        return render_template("closepopup.html")

    @app.route("/worker_submitted")
    def worker_submitted() -> dict[str, str]:
        return {"status": "success"}

    with serving(app) as url:
        yield f"{url}/pub?mode=live"


def show(host: FrameHost, browser: WebDriver, assignment_id: str) -> None:
    """Show an assignment at work on the site's own page, and go into the frame of its task."""
    host.visit(browser, f"/worker/assignments/{assignment_id}")
    browser.switch_to.frame("task")


def button(browser: WebDriver, name: str) -> None:
    """Press a button of the page in the frame, as soon as it is there."""
    path = f"//button[normalize-space(.)='{name}']"
    WebDriverWait(browser, PATIENCE).until(lambda _: browser.find_elements(By.XPATH, path))[0].click()


@pytest.mark.system
def test_a_worker_hands_in_at_psiturks_last_page_with_the_line_that_its_guide_changes(
    host: FrameHost, browser: WebDriver
) -> None:
    (line,) = re.findall(r"^ +(action=.*)$", PAGE, re.MULTILINE)
    theirs = (psiturk_project() / "templates" / "thanks-mturksubmit.html").read_text()
    changed, number = TO_MTURK.subn(lambda _: line.replace("https://turk.my-lab.org", host.url), theirs)
    assert number == 2
    with psiturk_server(changed) as ad:
        assignment_id = host.accept(host.publish_external(ad))
        show(host, browser, assignment_id)
        button(browser, "Begin Experiment")
        button(browser, "Complete HIT")
        WebDriverWait(browser, PATIENCE).until(lambda _: host.status(assignment_id) == "Submitted")
    assert dict(host.submitted(assignment_id).answers)["workerId"] == WORKER


@pytest.mark.system
def test_a_player_of_otree_follows_the_link_and_hands_in_the_code(host: FrameHost, browser: WebDriver) -> None:
    found = host.put((PROGRAMS / "otree" / "question.xml").read_text())
    assignment_id = host.accept(found)
    show(host, browser, assignment_id)
    link = browser.find_element(By.CLASS_NAME, "otree-link").get_attribute("href")
    assert f"assignmentId={assignment_id}" in str(link)
    assert f"workerId={WORKER}" in str(link)
    inside = "return document.querySelector('crowd-input').shadowRoot?.querySelector('input')"
    WebDriverWait(browser, PATIENCE).until(lambda _: browser.execute_script(inside)).send_keys("kiwi")
    browser.find_element(By.CSS_SELECTOR, "crowd-button").click()
    WebDriverWait(browser, PATIENCE).until(lambda _: host.status(assignment_id) == "Submitted")
    assert dict(host.submitted(assignment_id).answers) == {"completion_code": "kiwi"}


@pytest.mark.system
@pytest.mark.parametrize("script", ["opener.top.location = '/lure'", "opener.top.document.title", "opener.top.name"])
def test_a_window_that_a_task_opens_can_neither_read_nor_lead_away_the_sites_page(
    host: FrameHost, browser: WebDriver, script: str
) -> None:
    app = Flask("lab")
    app.add_url_rule(
        "/task", view_func=lambda: "<button onclick=\"window.open('/window')\">Begin</button>", endpoint="task"
    )
    told = f"try {{ {script}; document.title = 'done' }} catch (error) {{ document.title = error.name }}"
    app.add_url_rule("/window", view_func=lambda: f"<title>-</title><script>{told}</script>", endpoint="window")
    with serving(app) as url:
        assignment_id = host.accept(host.publish_external(f"{url}/task"))
        show(host, browser, assignment_id)
        button(browser, "Begin")
        WebDriverWait(browser, PATIENCE).until(lambda _: len(browser.window_handles) == 2)
        site, window = browser.window_handles
        browser.switch_to.window(window)
        WebDriverWait(browser, PATIENCE).until(lambda _: browser.title not in ("", "-"))
        said = browser.title
        browser.close()
        browser.switch_to.window(site)
    assert (said, browser.current_url) == ("SecurityError", f"{host.url}/worker/assignments/{assignment_id}")
