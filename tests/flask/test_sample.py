"""The sample app in examples/flask_app, served by two processes to an operator and a worker."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from mturk import HIT, Assignment, Connection, ExternalQuestion, HITType
from mturk.marketplace import Marketplace
from tests.flask import worker_site
from tests.flask.serving import PASSWORD, SOON, Operator, command, gunicorn, wait_until
from tests.flask.worker_site import WorkerSite

PHOTO = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="


class Sample:
    """The running sample: its address, its environment, and what its handlers were told."""

    def __init__(self, url: str, environment: dict[str, str], told: Path) -> None:
        self.url = url
        self.environment = environment
        self._told = told

    def lines(self) -> list[tuple[str, str, str]]:
        """The event, its source and the process of each time that a handler was told."""
        lines = self._told.read_text().splitlines() if self._told.exists() else []
        return [(event, source, process) for event, source, process in (line.rsplit(" ", 2) for line in lines)]

    def told(self) -> Counter[str]:
        """How often each event was told."""
        return Counter(event for event, _, _ in self.lines())


@pytest.fixture
def site(mturk_market: Marketplace) -> Iterator[WorkerSite]:
    with worker_site.running(mturk_market, "A1ADA") as site:
        yield site


@pytest.fixture
def sample(mturk_market: Marketplace, site: WorkerSite, tmp_path: Path) -> Iterator[Sample]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        topic = mturk_market.topic(f"{url}/mturk/events").arn
        environment = {
            "FLASK_SECRET_KEY": "key",
            "FLASK_OPERATOR_PASSWORD": PASSWORD,
            "FLASK_PUBLIC_URL": url,
            "FLASK_PHOTOS": json.dumps({"7": PHOTO}),
            "FLASK_TOPIC": topic,
            "FLASK_MTURK_TOPICS": json.dumps([topic]),
            "FLASK_MTURK_CERTIFICATES": json.dumps([f"{mturk_market.url}/sns/"]),
            "FLASK_MTURK_ENDPOINT": mturk_market.url,
            "FLASK_MTURK_ACCESS_KEY": mturk_market.access_key,
            "FLASK_MTURK_SECRET_KEY": mturk_market.secret_key,
            "FLASK_MTURK_MARK": str(tmp_path / "mark.sqlite3"),
            "FLASK_MTURK_ALLOWED_HOSTS": json.dumps([site.url]),
            "TOLD": str(tmp_path / "told"),
        }
        with gunicorn(listening, environment, tmp_path / "gunicorn.log"):
            yield Sample(url, environment, tmp_path / "told")


@pytest.fixture
def operator(sample: Sample) -> Iterator[Operator]:
    made = Operator(sample.url)
    yield made
    made.close()


def published(operator: Operator) -> HIT:
    assert operator.press("publish").status_code == 200
    (hit,) = HIT.all()
    return hit


def submit(market: Marketplace, hit: HIT, worker_id: str, label: str) -> Assignment:
    worker = market.worker(worker_id)
    assignment_id = worker.accept(hit.id)
    worker.submit(assignment_id, {"label": label})
    return Assignment(assignment_id)


def test_what_the_operator_publishes_is_on_offer_once_however_often(
    operator: Operator, sample: Sample, mturk_connection: Connection
) -> None:
    hit = published(operator)
    assert published(operator) == hit
    assert f"{sample.url}/task/7" in hit.question.to_xml()
    assert "photo 7: Assignable" in operator.look().text


def offered_before(annotation: str, token: str) -> HIT:
    """A HIT from when the site had another address."""
    terms = HITType.create("Label a photo", "Say what is in the picture", "0.05", 600)
    question = ExternalQuestion("https://old.my-lab.org/task/7", 600)
    return terms.create_hit(question, 86_400, requester_annotation=annotation, unique_request_token=token)


@pytest.mark.parametrize("token", ["photo-7", "one-that-is-forgotten"])
def test_a_photo_that_has_a_hit_is_not_offered_again_by_another_address(
    operator: Operator, mturk_connection: Connection, token: str
) -> None:
    hit = offered_before("photo 7", token)
    assert published(operator) == hit


def test_what_the_service_does_not_publish_or_decide_is_shown(operator: Operator, mturk_connection: Connection) -> None:
    offered_before("photo 8", "photo-7")
    for press, shown in (("publish", "HITAlreadyExists"), ("assignments/3NOTTHERE/approve", "3NOTTHERE")):
        answer = operator.press(press)
        assert answer.status_code == 200
        assert shown in answer.text


def test_a_worker_labels_the_photo_in_a_browser(
    browser: WebDriver, operator: Operator, sample: Sample, site: WorkerSite, mturk_market: Marketplace,
    mturk_connection: Connection,
) -> None:  # fmt: skip
    hit = published(operator)
    assignment_id = mturk_market.worker("A1ADA").accept(hit.id)
    browser.get(site.show(f"{sample.url}/task/7", assignmentId=assignment_id, hitId=hit.id, workerId="A1ADA"))
    browser.switch_to.frame(0)
    browser.find_element(By.CSS_SELECTOR, "input[value=cat]").click()
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    WebDriverWait(browser, SOON).until(lambda _: browser.find_elements(By.ID, "done"))
    (assignment,) = hit.assignments()
    assert (assignment.worker_id, dict(assignment.answers)) == ("A1ADA", {"label": "cat"})


def test_a_site_that_is_not_allowed_cannot_frame_the_page(
    browser: WebDriver, sample: Sample, site: WorkerSite, mturk_market: Marketplace
) -> None:
    with worker_site.running(mturk_market, "A1ADA") as stranger:
        for one, number in ((site, 1), (stranger, 0)):
            browser.get(one.show(f"{sample.url}/task/7", turkSubmitTo=site.url))
            browser.switch_to.frame(0)
            assert len(browser.find_elements(By.ID, "task")) == number


def test_what_is_posted_to_two_processes_and_polled_by_two_is_told_once(
    operator: Operator, sample: Sample, mturk_market: Marketplace, mturk_connection: Connection
) -> None:
    hit = published(operator)
    words = ("poll", "--every", "0.1", "--watch", hit.id)
    with command(sample.environment, *words), command(sample.environment, *words):
        assignments = [submit(mturk_market, hit, worker_id, "cat") for worker_id in ("A1ADA", "A2BEN", "A3CLEO")]
        expected = Counter([*(f"AssignmentSubmitted {one.id}" for one in assignments), "HITReviewable None"])
        wait_until(lambda: expected <= sample.told(), "not all events are told")
    told = sample.told()
    assert {event: told[event] for event in expected} == dict(expected)
    assert {one.status for one in hit.assignments()} == {"Approved"}


def test_what_the_marketplace_posts_is_told_once_by_the_web_processes_alone(
    operator: Operator, sample: Sample, mturk_market: Marketplace, mturk_connection: Connection
) -> None:
    hit = published(operator)
    assignments = [submit(mturk_market, hit, worker_id, "cat") for worker_id in ("A1ADA", "A2BEN", "A3CLEO")]
    submitted = hit.assignments(status="Submitted")
    wait_until(lambda: not submitted.count(), "nothing is approved")
    expected = Counter(f"AssignmentSubmitted {one.id}" for one in assignments)
    wait_until(lambda: expected <= sample.told(), "not all events are told")
    assert sample.told() == expected
    assert {source for _, source, _ in sample.lines()} == {"sns"}


def test_a_label_that_is_none_is_left_to_the_operator_who_rejects_it(
    operator: Operator, sample: Sample, mturk_market: Marketplace, mturk_connection: Connection
) -> None:
    hit = published(operator)
    assignment = submit(mturk_market, hit, "A1ADA", "<script>alert(1)</script>")
    wait_until(lambda: sample.told()[f"AssignmentSubmitted {assignment.id}"], "nothing is told")
    page = operator.look().text
    assert "A1ADA: &lt;script&gt;alert(1)&lt;/script&gt;, Submitted" in page
    operator.press(f"assignments/{assignment.id}/reject", reason="Please pick one of the labels")
    assert Assignment.get(assignment.id).status == "Rejected"


def test_a_bonus_is_paid_once_and_what_is_refused_is_shown(
    operator: Operator, mturk_market: Marketplace, mturk_connection: Connection
) -> None:
    assignment = submit(mturk_market, published(operator), "A1ADA", "cat")
    press = f"assignments/{assignment.id}/bonus"
    operator.press(f"assignments/{assignment.id}/approve")
    operator.press(press, amount="0.10", reason="Quick")
    assert "paid before" in operator.press(press, amount="0.10", reason="Quick").text
    assert "amount" in operator.press(press, amount="a lot", reason="Quick").text
    assert [bonus.amount for bonus in assignment.bonuses()] == [Decimal("0.10")]


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nobody_sees_or_does_anything(
    sample: Sample, password: str, mturk_connection: Connection
) -> None:
    for method, path in (("GET", "/operator/"), ("POST", "/operator/publish")):
        answer = requests.request(method, sample.url + path, auth=("operator", password), timeout=SOON)
        assert answer.status_code in (400, 401)
        assert "Photos" not in answer.text
    assert list(HIT.all()) == []


def test_a_form_of_another_site_does_nothing(sample: Sample, mturk_connection: Connection) -> None:
    answer = requests.post(f"{sample.url}/operator/publish", auth=("operator", PASSWORD), timeout=SOON)
    assert answer.status_code == 400
    assert list(HIT.all()) == []


def test_nobody_but_worker_sites_may_frame_the_pages(operator: Operator, sample: Sample) -> None:
    assert operator.look().headers["X-Frame-Options"] == "DENY"
    task = requests.get(f"{sample.url}/task/7", timeout=SOON)
    assert "X-Frame-Options" not in task.headers
    assert "frame-ancestors https://worker.mturk.com " in task.headers["Content-Security-Policy"]


def test_only_our_own_photos_are_shown(sample: Sample) -> None:
    assert requests.get(f"{sample.url}/task/8", timeout=SOON).status_code == 404
    assert PHOTO in requests.get(f"{sample.url}/task/7?image=https://evil.example/", timeout=SOON).text


def test_what_nobody_signed_is_refused_by_the_receiver(sample: Sample) -> None:
    topic = sample.environment["FLASK_TOPIC"]
    message = {"Type": "Notification", "TopicArn": topic, "Message": "{}", "SignatureVersion": "2"}
    answer = requests.post(f"{sample.url}/mturk/events", json=message, timeout=SOON)
    assert answer.status_code == 403
