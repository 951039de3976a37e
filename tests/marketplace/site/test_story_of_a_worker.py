"""A person who was invited signs up, finds what the SDK published, works, is approved and paid, and reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

import mturk
from mturk import HIT, Connection, ExternalQuestion, HITType, HTMLQuestion
from mturk.marketplace import Marketplace
from tests.marketplace.site.lived_in import PAGES, form
from tests.page_turn import page_turn
from tests.rendering.conftest import browser as browser

DAY = timedelta(days=1)
EXTERNAL_PAGE = """<!doctype html><html lang="en"><title>Tool</title><h1>Compare</h1>
<iframe name="below" title="Answer"></iframe>
<form method="post" action="%s" target="%s"><input type="hidden" name="assignmentId" value="%s">
<label>Better <input name="better"></label><button>Send</button></form>"""


class Person:
    """Somebody at the site in Chromium, who presses what they read."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser

    def press(self, name: str) -> None:
        """Press a button or a link of the page, and wait for what it leads to."""
        words = f"normalize-space(.)='{name}'"
        before = self.browser.find_element(By.TAG_NAME, "html")
        self.browser.find_element(By.XPATH, f"//main//button[{words}]|//main//a[{words}]|//nav//a[{words}]").click()
        page_turn(self.browser).until(lambda _: self.browser.find_element(By.TAG_NAME, "html") != before)

    def type(self, **fields: str) -> None:
        """Fill in fields by their names."""
        for name, text in fields.items():
            self.browser.find_element(By.NAME, name).send_keys(text)

    def reads(self, words: str) -> None:
        """Wait until the page says this."""
        page_turn(self.browser).until(
            lambda _: words in self.browser.find_element(By.TAG_NAME, "main").text, f"the page does not say {words!r}"
        )

    def accept(self, hit: HIT) -> None:
        """Find the HIT by its title, look at it, and accept it."""
        self.press("HITs")
        self.press(str(hit.title))
        self.press("Accept")

    @contextmanager
    def in_the_frame(self) -> Iterator[None]:
        """Be in the frame of the task, and afterwards in the page again, which says that it has arrived."""
        self.browser.switch_to.frame("task")
        yield
        self.browser.switch_to.default_content()
        self.reads("Submitted")

    def find(self, selector: str) -> Any:
        """An element, as soon as it is there."""
        return WebDriverWait(self.browser, 10).until(lambda _: self.browser.find_elements(By.CSS_SELECTOR, selector))[0]


def label_picture(person: Person) -> None:
    person.find("input[value=cat]").click()


def label_text(person: Person) -> None:
    person.find("input[value=negative]").click()


def transcribe(person: Person) -> None:
    person.find("#transcript").send_keys("two\nlines")


def answer_survey(person: Person) -> None:
    person.find("#consent").click()
    person.find("[name=age]").send_keys("33")


def draw_box(person: Person) -> None:
    WebDriverWait(person.browser, 10).until(lambda _: person.find("#image_width").get_attribute("value"))
    person.find("#add").click()


WORK: dict[str, tuple[Callable[[Person], None], Callable[[Any], object], object]] = {
    "image_classification.html": (label_picture, lambda answers: answers["label"], "cat"),
    "text_labelling.html": (label_text, lambda answers: answers["label"], "negative"),
    "transcription.html": (
        transcribe,
        lambda answers: answers["transcript"].split(),
        ["two", "lines"],
    ),
    "survey.html": (answer_survey, lambda answers: (answers["consent"], answers["age"]), ("yes", "33")),
    "bounding_box.html": (draw_box, lambda answers: '"label":"cat"' in answers["boxes"].replace(" ", ""), True),
}


@pytest.fixture
def running(tmp_path: Any) -> Iterator[Marketplace]:
    with Marketplace(tmp_path / "lab.sqlite3", terms=_terms(tmp_path)) as market:
        yield market


@pytest.fixture
def sdk(running: Marketplace) -> Iterator[Connection]:
    connection = Connection(running.url, access_key=running.access_key, secret_key=running.secret_key)
    with mturk.using(connection):
        yield connection
    connection.close()


@pytest.fixture
def person(browser: WebDriver, running: Marketplace, sdk: Connection) -> Person:
    """Somebody who was invited, and has signed up."""
    browser.delete_all_cookies()
    person = Person(browser)
    browser.get(running.invite())
    person.type(password="a long enough password", email="ada@my-lab.org")
    Select(browser.find_element(By.NAME, "country")).select_by_value("GB")
    browser.find_element(By.NAME, "adult").click()
    browser.find_element(By.NAME, "terms").click()
    person.press("Sign up")
    person.reads("Welcome")
    return person


def test_a_person_works_on_every_kind_and_is_paid(person: Person, running: Marketplace, sdk: Connection) -> None:
    hit = _offer("Three questions", "0.40").create_hit(form(), DAY)
    person.accept(hit)
    person.type(street="Elm Street")
    person.find("input[value=few]").click()
    person.press("Submit")
    person.reads("Submitted")
    (assignment,) = hit.assignments()
    assert (assignment.answers["street"], tuple(assignment.answers["lamps"])) == ("Elm Street", ("few",))
    assignment.approve("Thank you, Ada")
    assignment.pay_bonus("0.25", "The first of all")
    person.press("Dashboard")
    for words in ("$0.65", "Thank you, Ada", "The first of all"):
        person.reads(words)
    worker_id = str(assignment.worker_id)
    assert running.worker(worker_id).id == worker_id
    assert [payout.worker_id for payout in running.payouts(running.clock.now() - DAY)] == [worker_id]


@pytest.mark.parametrize("name", WORK)
def test_a_person_works_on_a_starter_page(person: Person, sdk: Connection, name: str) -> None:
    work, answer, expected = WORK[name]
    hit = _offer(f"The page {name}", "0.05").create_hit(HTMLQuestion.from_template(f"mturk/{name}", PAGES[name]), DAY)
    person.accept(hit)
    with person.in_the_frame():
        work(person)
        person.find("button[type=submit]").send_keys(Keys.ENTER)
    (assignment,) = hit.assignments()
    assert answer(assignment.answers) == expected


@pytest.mark.parametrize("window", ["_self", "below"])
def test_a_person_works_on_a_page_of_another_site(person: Person, sdk: Connection, window: str) -> None:
    with _tool() as address:
        question = ExternalQuestion(f"{address}/compare?in={window}", 0)
        hit = _offer(f"Compare two drawings in {window}", "0.25").create_hit(question, DAY)
        person.accept(hit)
        with person.in_the_frame():
            person.find("[name=better]").send_keys("the left one")
            person.find("button").click()
    (assignment,) = hit.assignments()
    assert dict(assignment.answers) == {"better": "the left one"}


def test_a_page_that_only_says_it_was_submitted_does_not_load_the_workers_page_again(
    person: Person, sdk: Connection
) -> None:
    lie = "<script>setInterval(() => parent.postMessage({mturk: 'submitted'}, '*'), 100)</script>"
    page = HTMLQuestion.from_string(f"<input name='label' aria-label='label'>{lie}", engine="mturk")
    person.accept(_offer("A page that lies", "0.05").create_hit(page, DAY))
    person.browser.execute_script("window.heard = 0; addEventListener('message', () => { window.heard += 1 })")
    # So many messages take longer than a look at the server, of which there may be one a second.
    WebDriverWait(person.browser, 10).until(lambda _: person.browser.execute_script("return window.heard") >= 15)
    assert "Time left" in person.find("main").text


def _offer(title: str, reward: str) -> HITType:
    return HITType.create(title, "It takes a minute", reward, 600)


def _terms(folder: Any) -> Any:
    path = folder / "terms.md"
    path.write_text("# Terms\n\nBe **kind**.\n", encoding="utf-8")
    return path


@contextmanager
def _tool() -> Iterator[str]:
    """A requester's own site, which sends its form to where it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            address = f"{asked.get('turkSubmitTo', '')}/mturk/externalSubmit"
            page = (EXTERNAL_PAGE % (address, asked.get("in", ""), asked.get("assignmentId", ""))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
