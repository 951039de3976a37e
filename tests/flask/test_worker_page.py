"""Pages for workers: what the view is given, where answers may go, and who may frame the page."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask import Flask, Response, make_response
from flask.views import MethodView
from werkzeug.test import TestResponse

from mturk import Connection, TaskRequest
from mturk.flask import MTurk, current_task, task_page
from tests.flask.conftest import MakeApp
from tests.judge import Judge

ACCEPTED = {"assignmentId": "3A", "hitId": "3H", "workerId": "A1", "turkSubmitTo": "https://www.mturk.com"}
FRAMED_BY_MTURK = "frame-ancestors https://worker.mturk.com https://workersandbox.mturk.com https://www.mturk.com"


def label(task: TaskRequest, photo: str = "") -> str:
    return f"{task.worker_id} {photo} {task.submit_url}"


def ask(app: Flask, query: dict[str, str] | str = ACCEPTED) -> TestResponse:
    app.add_url_rule("/task/<photo>", view_func=task_page(label)) if "label" not in app.view_functions else None
    query_string = query if isinstance(query, str) else urlencode(query)
    return app.test_client().get(f"/task/7?{query_string}")


def ancestors(answer: TestResponse) -> list[str]:
    """The policies on framing, of which a browser obeys each."""
    policies = ", ".join(answer.headers.getlist("Content-Security-Policy")).split(",")
    return [rule.strip() for one in policies for rule in one.split(";") if rule.strip().startswith("frame-ancestors")]


def test_a_view_is_given_the_task_and_its_own_arguments(app: Flask) -> None:
    answer = ask(app)
    assert (answer.status_code, answer.text) == (200, "A1 7 https://www.mturk.com/mturk/externalSubmit")


def test_a_preview_has_no_assignment(app: Flask) -> None:
    app.add_url_rule("/", view_func=task_page(lambda task: str(task.is_preview)))
    assert app.test_client().get("/?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3H").text == "True"


def test_an_async_view_is_given_the_task_too(app: Flask) -> None:
    async def view(task: TaskRequest) -> str:
        return task.worker_id or ""

    app.add_url_rule("/", view_func=task_page(view))
    assert app.test_client().get(f"/?{urlencode(ACCEPTED)}").text == "A1"


class Page(MethodView):
    @task_page
    def get(self, task: TaskRequest, photo: str) -> str:
        return f"{type(self).__name__} {label(task, photo)}"


class AsyncPage(MethodView):
    @task_page
    async def get(self, task: TaskRequest, photo: str) -> str:
        return f"{type(self).__name__} {label(task, photo)}"


class DecoratedPage(MethodView):
    decorators = (task_page,)

    def get(self, photo: str, task: TaskRequest) -> str:
        return f"{type(self).__name__} {label(task, photo)}"


class LastingPage(DecoratedPage):
    init_every_request = False


@pytest.mark.parametrize("page", [Page, AsyncPage, DecoratedPage, LastingPage])
def test_a_method_of_a_class_is_given_the_task_and_its_own_arguments(app: Flask, page: type[MethodView]) -> None:
    app.add_url_rule("/task/<photo>", "label", page.as_view("label"))
    answer = ask(app)
    assert answer.text == f"{page.__name__} A1 7 https://www.mturk.com/mturk/externalSubmit"
    assert len(ancestors(answer)) == 1


def test_what_another_decorator_puts_before_the_arguments_comes_after_the_task(app: Flask) -> None:
    shown = task_page(lambda task, user, photo: f"{task.worker_id} {user} {photo}")
    app.add_url_rule("/task/<photo>", "label", lambda photo: shown("ada", photo=photo))
    assert ask(app).text == "A1 ada 7"


@pytest.mark.parametrize(
    "query",
    [
        {**ACCEPTED, "turkSubmitTo": "https://evil.example"},
        {**ACCEPTED, "turkSubmitTo": "https://www.mturk.com.evil.example"},
        {**ACCEPTED, "turkSubmitTo": "http://www.mturk.com"},
        {**ACCEPTED, "turkSubmitTo": "javascript:alert(1)"},
        {"assignmentId": "3A", "workerId": "A1"},
        urlencode(ACCEPTED) + "&turkSubmitTo=https%3A%2F%2Fevil.example",
        urlencode(ACCEPTED) + "&assignmentId=3B",
    ],
)
def test_a_forged_query_is_answered_400_and_quoted_nowhere(app: Flask, query: dict[str, str] | str) -> None:
    answer = ask(app, query)
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "alert" not in answer.text


def test_answers_may_go_to_the_app_s_own_marketplace_and_to_allowed_hosts(make_app: MakeApp, judge: Judge) -> None:
    app = make_app(MTURK_ALLOWED_HOSTS=["turk.my-lab.org"])
    for site in (judge.url, "https://turk.my-lab.org"):
        assert ask(app, {**ACCEPTED, "turkSubmitTo": site}).status_code == 200
    assert ask(app, {**ACCEPTED, "turkSubmitTo": "http://turk.my-lab.org"}).status_code == 400


def test_worker_sites_may_frame_the_page_and_no_others(make_app: MakeApp, judge: Judge) -> None:
    answer = ask(make_app(MTURK_ALLOWED_HOSTS=["turk.my-lab.org"]))
    assert ancestors(answer) == [f"{FRAMED_BY_MTURK} https://turk.my-lab.org {judge.url.rstrip('/')}"]


@pytest.mark.parametrize("endpoint", ["sandbox", "production", None])
def test_a_page_needs_neither_credentials_nor_a_connection(make_app: MakeApp, endpoint: str | None) -> None:
    app = make_app(MTURK_ENDPOINT=endpoint, MTURK_ACCESS_KEY=None, MTURK_SECRET_KEY=None)
    answer = ask(app)
    assert (answer.status_code, ancestors(answer)) == (200, [FRAMED_BY_MTURK])


def test_a_connection_of_one_s_own_says_which_marketplace_it_is(extension: MTurk, connection: Connection) -> None:
    app = Flask("lab")
    extension.init_app(app, connection=connection)
    assert ancestors(ask(app)) == [f"{FRAMED_BY_MTURK} {connection.url.rstrip('/')}"]


def test_what_else_the_app_says_of_frames_does_not_count_for_the_page(app: Flask) -> None:
    def guarded(response: Response) -> Response:
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none', Frame-Ancestors *"
        return response

    app.after_request(guarded)
    app.add_url_rule("/other", view_func=lambda: "")
    answer = ask(app)
    assert "X-Frame-Options" not in answer.headers
    assert len(ancestors(answer)) == 1
    assert "default-src 'self'" in answer.headers.getlist("Content-Security-Policy")
    other = app.test_client().get("/other")
    assert (other.headers["X-Frame-Options"], ancestors(other)) == ("DENY", ["frame-ancestors 'none'"])


def test_a_page_that_failed_is_framed_too(app: Flask) -> None:
    def broken(task: TaskRequest) -> str:
        raise KeyError("broken")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", view_func=task_page(broken))
    answer = app.test_client().get(f"/?{urlencode(ACCEPTED)}")
    assert (answer.status_code, len(ancestors(answer))) == (500, 1)


def test_the_page_is_not_kept_by_anybody(app: Flask) -> None:
    assert ask(app).headers.getlist("Cache-Control") == ["no-store"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, "strict-origin-when-cross-origin"),
        ("unsafe-url", "strict-origin-when-cross-origin"),
        ("no-referrer", "no-referrer"),
    ],
)
def test_the_address_with_the_worker_s_id_is_told_to_no_other_site(app: Flask, said: str | None, kept: str) -> None:
    def view(task: TaskRequest) -> Response:
        response = make_response("")
        if said:
            response.headers["Referrer-Policy"] = said
        return response

    app.add_url_rule("/", view_func=task_page(view))
    answer = app.test_client().get(f"/?{urlencode(ACCEPTED)}")
    assert answer.headers.getlist("Referrer-Policy") == [kept]


def test_what_a_view_calls_finds_the_current_task(app: Flask) -> None:
    app.add_url_rule("/", view_func=task_page(lambda task: str(current_task == task and current_task.worker_id)))
    assert app.test_client().get(f"/?{urlencode(ACCEPTED)}").text == "A1"


def test_there_is_no_current_task_in_other_requests(app: Flask) -> None:
    ask(app)
    with app.app_context():
        ask(app)
        with app.test_request_context(), pytest.raises(RuntimeError, match="task_page"):
            _ = current_task.worker_id
    with pytest.raises(RuntimeError, match="task_page"):
        _ = current_task.worker_id


def test_pages_of_an_app_without_the_extension_say_what_to_write() -> None:
    app = Flask("lab")
    app.config["TESTING"] = True
    with pytest.raises(Exception, match=r"The app 'lab' is not set up: mturk.flask.MTurk\(app\)"):
        ask(app)
