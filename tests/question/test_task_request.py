"""The web app's side of an ExternalQuestion."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.http import QueryDict
from flask import Flask, request

from mturk.errors import ValidationError
from mturk.question.task_request import TaskRequest

ACCEPTED = {
    "assignmentId": "3ASSIGNMENT", "hitId": "3HIT", "workerId": "A1", "turkSubmitTo": "https://www.mturk.com",
}  # fmt: skip


def test_an_accepted_task_says_who_and_what_and_where_to() -> None:
    task = TaskRequest.from_query(ACCEPTED)
    assert (task.assignment_id, task.hit_id, task.worker_id, task.is_preview) == ("3ASSIGNMENT", "3HIT", "A1", False)
    assert task.submit_url == "https://www.mturk.com/mturk/externalSubmit"


@pytest.mark.parametrize(
    "query", [{"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "3HIT"}, {}, {"assignmentId": ""}]
)
def test_a_preview_has_no_assignment_and_needs_no_address(query: dict[str, str]) -> None:
    task = TaskRequest.from_query(query)
    assert task.is_preview
    assert (task.assignment_id, task.submit_url) == (None, None)


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("https://workersandbox.mturk.com/", "https://workersandbox.mturk.com/mturk/externalSubmit"),
        ("https://WWW.mturk.com", "https://www.mturk.com/mturk/externalSubmit"),
        ("https://turk.my-lab.org", "https://turk.my-lab.org/mturk/externalSubmit"),
        ("http://127.0.0.1:8017", "http://127.0.0.1:8017/mturk/externalSubmit"),
        ("http://[::1]:8017/", "http://[::1]:8017/mturk/externalSubmit"),
        ("https://Turk.my-lab.org/pass/Wy-I_z.Bt", "https://turk.my-lab.org/pass/Wy-I_z.Bt/mturk/externalSubmit"),
        ("http://127.0.0.1:8017/turk/pass/WyI", "http://127.0.0.1:8017/turk/pass/WyI/mturk/externalSubmit"),
    ],
)
def test_answers_go_to_the_hosts_that_are_allowed(place: str, url: str) -> None:
    allowed = ["turk.my-lab.org", "http://127.0.0.1:8017/", "[::1]:8017"]
    assert TaskRequest.from_query({**ACCEPTED, "turkSubmitTo": place}, allowed_hosts=allowed).submit_url == url


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example",
        "https://www.mturk.com.evil.example",
        "https://www.mturk.com@evil.example",
        "https://evil.example/https://www.mturk.com",
        "https://evil.example#www.mturk.com",
        "https://evil.example\\@www.mturk.com",
        "https://www.mturk.com\\.evil.example",
        "https://www.mturk.com/path",
        "https://www.mturk.com/pass/WyI",
        "https://turk.my-lab.org/path",
        "https://turk.my-lab.org/pass",
        "https://turk.my-lab.org/../pass/WyI",
        "https://turk.my-lab.org/pass/..",
        "https://turk.my-lab.org/pass/%2e%2e/worker",
        "https://turk.my-lab.org/pass/WyI?x=y",
        "https://turk.my-lab.org/pass/W\tyI",
        "https://turk.my-lab.org\\/pass/WyI",
        "https://evil.example/pass/WyI",
        "https://www.mturk.com?x=y",
        "https://www.mturk.com:8443",
        "https://www.mturk.com:x",
        "http://www.mturk.com",
        "//www.mturk.com",
        "www.mturk.com",
        "javascript:alert(1)//www.mturk.com",
        "data:text/html,x",
        " https://www.mturk.com",
        "https://www.mtu\trk.com",
        "https://www.mturk.com\n",
        "https://[www.mturk.com",
        "ftp://www.mturk.com",
    ],
)
@pytest.mark.parametrize("assignment", ["3ASSIGNMENT", "ASSIGNMENT_ID_NOT_AVAILABLE"])
def test_answers_go_nowhere_else(place: str, assignment: str) -> None:
    with pytest.raises(ValidationError, match="turkSubmitTo"):
        TaskRequest.from_query(
            {**ACCEPTED, "assignmentId": assignment, "turkSubmitTo": place}, allowed_hosts=["turk.my-lab.org"]
        )


def test_one_host_need_not_stand_in_a_list() -> None:
    query = {**ACCEPTED, "turkSubmitTo": "https://turk.my-lab.org"}
    assert TaskRequest.from_query(query, allowed_hosts="turk.my-lab.org").submit_url


def test_an_accepted_task_without_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="turkSubmitTo: missing"):
        TaskRequest.from_query({"assignmentId": "3ASSIGNMENT"})


def test_the_lists_of_the_standard_librarys_parser_are_taken_too() -> None:
    query: dict[str, Any] = parse_qs("assignmentId=3A&turkSubmitTo=https%3A%2F%2Fwww.mturk.com&hitId=")
    assert TaskRequest.from_query(query) == TaskRequest("3A", None, None, "https://www.mturk.com/mturk/externalSubmit")


def test_flask_passes_its_arguments_as_they_are() -> None:
    app = Flask(__name__)

    @app.get("/task")
    def show() -> str:
        return TaskRequest.from_query(request.args).render("mturk/external_form.html")

    body = app.test_client().get("/task", query_string=ACCEPTED).get_data(as_text=True)
    assert 'action="https://www.mturk.com/mturk/externalSubmit"' in body
    assert 'value="3ASSIGNMENT"' in body
    assert "task.accepted = true" in body


def test_the_form_escapes_what_the_query_says() -> None:
    task = TaskRequest.from_query({**ACCEPTED, "assignmentId": '"><script>alert(1)</script>'})
    assert "<script>alert(1)" not in task.render("mturk/external_form.html")


def test_a_django_view_passes_its_query_as_it_is() -> None:
    settings.configured or settings.configure()
    query = QueryDict("assignmentId=3A&hitId=3HIT&workerId=A1&turkSubmitTo=https%3A%2F%2Fwww.mturk.com")
    task = TaskRequest.from_query(query)
    assert (task.assignment_id, task.submit_url) == ("3A", "https://www.mturk.com/mturk/externalSubmit")
