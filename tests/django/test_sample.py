"""The sample project under a real server, beside an embedded marketplace, and in a browser."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs
import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

import mturk
from mturk import Connection
from mturk.marketplace import Marketplace
from tests.event import seal
from tests.event.seal import TOPIC, Page, Web
from tests.rendering.conftest import Site, browser, site  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples" / "django_project"
PHOTO = "https://my-lab.org/7.jpg"


@attrs.define
class Lab:
    """The sample project: its data, its processes, and what it speaks to."""

    folder: Path
    environment: dict[str, str]
    web: Web
    running: list[subprocess.Popen[str]] = attrs.field(factory=list)

    def manage(self, *words: str) -> str:
        """One command of manage.py."""
        ran = subprocess.run([*MANAGE, *words], env=self.environment, capture_output=True, text=True, cwd=self.folder)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """A process that goes on; its first line is read."""
        process = subprocess.Popen(
            words, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder
        )
        self.running.append(process)
        return process

    def serve(self, port: int = 0) -> str:
        """Serve the site by waitress, and get its address."""
        process = self.begin(sys.executable, "-m", "tests.django.serve", str(port))
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line.startswith("http://"), line + process.stdout.read()
        return line

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the site's database."""
        database = sqlite3.connect(self.folder / "photolab.sqlite3", timeout=30)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def post(self, address: str, assignment: mturk.Assignment, document: str | None = None) -> int:
        """Post AssignmentSubmitted as SNS does."""
        event = {
            "EventType": "AssignmentSubmitted",
            "EventTimestamp": "2026-11-22T09:00:00Z",
            "HITTypeId": assignment.hit.hit_type_id,
            "HITId": assignment.hit_id,
            "AssignmentId": assignment.id,
        }
        text = json.dumps({"Events": [event], "EventDocId": document or uuid.uuid4().hex})
        parts = seal.notification(
            Message=text,
            Timestamp=seal.stamp(datetime.now(timezone.utc)),
            SigningCertURL=f"{self.web.url}/sns/certificate.pem",
            SignatureVersion="2",
        )
        body, headers = seal.body(seal.signed(parts)), seal.headers(parts)
        return requests.post(f"{address}/mturk/events", body, headers=headers, timeout=30).status_code

    def end(self) -> None:
        """End what runs, and see that it ends well."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            said, _ = process.communicate(timeout=30)
            assert process.returncode == 0, said


MANAGE = [sys.executable, str(PROJECT / "manage.py")]


@pytest.fixture
def lab(mturk_connection: Connection, tmp_path: Path) -> Iterator[Lab]:
    now = datetime.now(timezone.utc)
    with seal.serving() as web:
        pem = seal.certificate(begins=now - timedelta(days=1), ends=now + timedelta(days=1))
        web.pages["/sns/certificate.pem"] = Page(pem)
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.django.sample_settings",
            "PYTHONPATH": f"{PROJECT}{os.pathsep}{ROOT}",
            "PHOTOLAB_DATA": str(tmp_path),
            "PHOTOLAB_TOPICS": TOPIC,
            "PHOTOLAB_CERTIFICATES": f"{web.url}/sns/",
            "PHOTOLAB_SECRET_KEY": "made-up",
            "PHOTOLAB_DEBUG": "no",
            "DJANGO_SUPERUSER_PASSWORD": "secret",
        }
        made = Lab(tmp_path, environment, web)
        made.manage("migrate", "-v0", "--run-syncdb")
        made.manage("createsuperuser", "--no-input", "--username", "boss", "--email", "boss@my-lab.org")
        yield made
        made.end()


def submitted(market: Marketplace, hit_id: str, worker: str, label: str = "cat") -> mturk.Assignment:
    player = market.worker(worker)
    assignment_id = player.accept(hit_id)
    player.submit(assignment_id, {"label": label})
    return mturk.Assignment.get(assignment_id)


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def wait_for(condition: Callable[[], Any]) -> Any:
    until = time.monotonic() + 40
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found


def test_the_samples_own_tests_pass(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PHOTOLAB_DATA": str(tmp_path), "PYTHONWARNINGS": "error"}
    ran = subprocess.run(
        [*MANAGE, "test", "photolab"], env=environment, capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "Ran 7 tests" in ran.stderr


def test_the_samples_migrations_and_settings_have_no_mistakes(lab: Lab) -> None:
    lab.manage("makemigrations", "--check", "--dry-run", "photolab", "mturk_mirror")
    assert "no issues" in lab.manage("check", "--fail-level", "WARNING")
    assert "[!]" not in lab.manage("mturk_doctor", "--call")
    lab.environment.update(PHOTOLAB_TOPICS="")
    assert "no issues" in lab.manage("check", "--fail-level", "WARNING")
    lab.environment.update(PHOTOLAB_TOPICS="https://my-lab.org/mturk/events")
    with pytest.raises(AssertionError, match=r"mturk\.E009"):
        lab.manage("check")


@pytest.mark.parametrize("said", [{"PHOTOLAB_DEBUG": "no"}, {"PHOTOLAB_HOSTS": "photos.my-lab.org"}])
def test_where_others_reach_the_sample_it_wants_a_key(tmp_path: Path, said: dict[str, str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PHOTOLAB_DATA": str(tmp_path), **said}
    command = [*MANAGE, "migrate"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode != 0
    assert "Set PHOTOLAB_SECRET_KEY" in ran.stderr


def test_from_publishing_to_the_bonus(lab: Lab, mturk_market: Marketplace) -> None:
    port = free_port()
    topic = mturk_market.topic(f"http://127.0.0.1:{port}/mturk/events").arn
    certificates = f"{mturk_market.url.rstrip('/')}/sns/"
    lab.environment.update(PHOTOLAB_TOPICS=topic, PHOTOLAB_CERTIFICATES=certificates)
    address = lab.serve(port)
    (hit_id,) = lab.manage("publish", "--notify", topic, PHOTO).split()
    assignment = submitted(mturk_market, hit_id, "A1ADA")
    wait_for(lambda: lab.rows("SELECT 1 FROM photolab_label"))

    with requests.Session() as boss:
        page = boss.get(f"{address}/", timeout=30)
        assert page.url.startswith(f"{address}/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token
        form = {"username": "boss", "password": "secret", "csrfmiddlewaretoken": token[1]}
        page = boss.post(page.url, form, timeout=30)
        assert "<b>cat</b> by A1ADA" in page.text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        where = re.search(r'action="(/labels/\d+/decide)"', page.text)
        assert token
        assert where
        form = {"decision": "bonus", "csrfmiddlewaretoken": token[1]}
        assert "Nothing to review." in boss.post(address + where[1], form, timeout=30).text
    assignment.refresh()
    assert assignment.status == "Approved"
    assert [str(bonus.amount) for bonus in assignment.bonuses()] == ["0.05"]
    # The mirror, too, was told.
    assert lab.rows("SELECT id, worker_id FROM mturk_mirror_assignment") == [(assignment.id, "A1ADA")]


def test_two_processes_with_one_mark_tell_no_handler_twice(lab: Lab, mturk_market: Marketplace) -> None:
    addresses = [lab.serve(), lab.serve()]
    hits = lab.manage("publish", *(f"https://my-lab.org/{number}.jpg" for number in range(8))).split()
    work = [submitted(mturk_market, hit, worker) for hit in hits for worker in ("A1ADA", "A2BEN", "A3CY")]
    # Each message goes to both processes, and to each of them twice, at the same time.
    posts = [(address, one, f"d{number}") for number, one in enumerate(work) for address in addresses * 2]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda post: lab.post(*post), posts)) == {200}
    wait_for(lambda: len(lab.rows("SELECT DISTINCT event_id FROM witness_told")) == len(work))
    wait_for(lambda: nothing_waits(lab))
    told = lab.rows("SELECT event_id, process FROM witness_told")
    assert len(told) == len(work) == 24
    assert len({process for _, process in told}) == 2, "both processes take part"
    assert len(lab.rows("SELECT * FROM photolab_label")) == 24


def nothing_waits(lab: Lab) -> bool:
    """Whether the mark holds nothing that is still to be handled."""
    mark = sqlite3.connect(lab.folder / "mturk-events.sqlite3", timeout=30)
    try:
        return bool(mark.execute("SELECT count(*) FROM mturk_event WHERE state = 0").fetchone() == (0,))
    finally:
        mark.close()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=lambda stop: stop.name)
@pytest.mark.parametrize(
    "command", [("mturk_listen", "poll"), ("mturk_poll",), ("mturk_sync",)], ids=lambda one: one[0]
)
def test_a_command_works_until_it_is_told_to_end(
    lab: Lab, mturk_market: Marketplace, command: tuple[str, ...], stop: signal.Signals
) -> None:
    (hit_id,) = lab.manage("publish", PHOTO).split()
    for worker in ("A1ADA", "A2BEN", "A3CY"):
        submitted(mturk_market, hit_id, worker)
    process = lab.begin(*MANAGE, *command, "--every", "0.2")
    query = "SELECT 1 FROM mturk_mirror_assignment" if command == ("mturk_sync",) else "SELECT 1 FROM photolab_label"
    wait_for(lambda: lab.rows(query))
    process.send_signal(stop)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert said.rstrip().endswith("Ended.")


def test_a_command_that_cannot_work_ends_with_1_and_one_line(lab: Lab) -> None:
    environment = {**lab.environment, "MTURK_ENDPOINT": "sandbocks"}
    ran = subprocess.run([*MANAGE, "mturk_poll", "--once"], env=environment, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "did you mean 'sandbox'" in ran.stderr


# In a browser.


def test_a_worker_fills_in_the_framed_page_and_submits(
    lab: Lab,
    mturk_market: Marketplace,
    browser: WebDriver,  # noqa: F811
    site: Site,  # noqa: F811
) -> None:
    lab.environment["PHOTOLAB_WORKER_SITES"] = site.url
    address = lab.serve()
    (hit_id,) = lab.manage("publish", PHOTO).split()
    player = mturk_market.worker("A1ADA")
    assignment_id = player.accept(hit_id)
    query = f"assignmentId={assignment_id}&hitId={hit_id}&workerId=A1ADA&turkSubmitTo={quote(site.url, safe='')}"
    site.pages["/worker"] = f"<!DOCTYPE html><iframe name=task src='{address}/task/1/?{query}'></iframe>"
    browser.get(f"{site.url}/worker")
    browser.switch_to.frame("task")
    browser.find_element(By.NAME, "label").send_keys("cat")
    browser.find_element(By.CSS_SELECTOR, "button").click()
    WebDriverWait(browser, 10).until(lambda _: site.posts)
    ((path, fields),) = site.posts
    assert (path, fields) == ("/mturk/externalSubmit", {"assignmentId": assignment_id, "label": "cat"})
    # What the worker site does with it.
    player.submit(fields.pop("assignmentId"), fields)
    assert lab.post(address, mturk.Assignment.get(assignment_id)) == 200
    assert wait_for(lambda: lab.rows("SELECT text, worker FROM photolab_label")) == [("cat", "A1ADA")]


def test_another_site_cannot_frame_the_page(lab: Lab, browser: WebDriver, site: Site) -> None:  # noqa: F811
    address = lab.serve()
    lab.manage("publish", PHOTO)
    query = "assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE"
    site.pages["/other"] = f"<!DOCTYPE html><iframe name=task src='{address}/task/1/?{query}'></iframe>"
    browser.get(f"{site.url}/other")
    browser.switch_to.frame("task")
    assert not browser.find_elements(By.NAME, "label")
    browser.get(f"{address}/task/1/?{query}")
    assert browser.find_elements(By.NAME, "label")
    assert not browser.find_elements(By.CSS_SELECTOR, "button")
