"""Which connection is in force in an app, and that what was comes back."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any
from weakref import ref

import pytest
from flask import Flask, Response, copy_current_request_context, stream_with_context

import mturk
from mturk import HIT, Connection
from mturk.connection.connection import existing, take_over
from mturk.errors import ConfigurationError
from mturk.flask import MTurk
from tests.flask.conftest import MakeApp
from tests.judge import Judge


def test_a_view_uses_the_connection_of_its_app(app: Flask, judge: Judge) -> None:
    judge.answer("GetHIT", {"HIT": {"HITId": "3X", "Title": "Label a photo"}})
    app.add_url_rule("/", view_func=lambda: HIT.get("3X").title)
    assert app.test_client().get("/").text == "Label a photo"
    assert existing() is None


def test_each_app_has_a_connection_of_its_own(make_app: MakeApp, extension: MTurk) -> None:
    one, other = make_app("one"), make_app("other", MTURK_ACCESS_KEY="AKIDOTHER")
    with one.app_context():
        first = extension.connection
        assert (mturk.current(), extension.connection) == (first, first)
        with other.app_context():
            assert mturk.current() is extension.connection is not first
        assert mturk.current() is first
    assert existing() is None


def test_what_was_in_force_comes_back_after_the_context(app: Flask, connection: Connection) -> None:
    with mturk.using(connection):
        with app.app_context():
            assert mturk.current() is not connection
        assert mturk.current() is connection


def test_using_another_connection_in_a_view_holds_until_its_block_ends(app: Flask, connection: Connection) -> None:
    with app.app_context():
        with mturk.using(connection), app.test_request_context():
            assert mturk.current() is connection
        assert mturk.current() is not connection


def test_a_context_within_a_context_of_the_same_app_changes_nothing(app: Flask) -> None:
    with app.app_context() as outer:
        first = mturk.current()
        with app.app_context(), outer:
            assert mturk.current() is first
        assert mturk.current() is first
    assert existing() is None


def test_what_was_in_force_comes_back_after_a_view_that_raises(app: Flask) -> None:
    def view() -> str:
        mturk.current()
        raise KeyError("broken")

    app.add_url_rule("/", view_func=view)
    with pytest.raises(KeyError):
        app.test_client().get("/")
    assert existing() is None


def test_a_teardown_that_raises_leaves_nothing_in_force(app: Flask) -> None:
    @app.teardown_appcontext
    def broken(_error: object) -> None:
        raise KeyError("broken")

    before = take_over(None)
    try:
        for _ in range(3):
            with pytest.raises(KeyError), app.app_context():
                mturk.current()
            assert existing() is None
        gc.collect()
        with pytest.raises(KeyError), app.app_context() as context:
            mturk.current()
        # What the failed contexts left behind does not pile up.
        assert getattr(take_over(None), "before", None) is None
        del context
    finally:
        take_over(before)


def test_threads_see_the_connections_of_their_own_requests(make_app: MakeApp, extension: MTurk) -> None:
    one, other = make_app("one"), make_app("other")
    meet = threading.Barrier(2, timeout=20)
    seen: dict[str, object] = {}

    def work(app: Flask) -> None:
        with app.app_context():
            meet.wait()
            seen[app.name] = mturk.current(), extension.connection
            meet.wait()
        seen[f"{app.name} after"] = existing()

    threads = [threading.Thread(target=work, args=(app,)) for app in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen["one"] != seen["other"]
    assert all(pair[0] is pair[1] for pair in (seen["one"], seen["other"]))  # type: ignore[index]  # of pairs
    assert (seen["one after"], seen["other after"]) == (None, None)


def test_a_thread_with_a_copy_of_the_request_uses_the_app_s_connection(app: Flask, extension: MTurk) -> None:
    seen: list[Any] = []
    with app.test_request_context():
        thread = threading.Thread(target=copy_current_request_context(lambda: seen.append(mturk.current())))
        thread.start()
        thread.join()
        assert seen == [extension.connection]


def test_a_streamed_answer_uses_the_app_s_connection(app: Flask) -> None:
    def parts() -> Iterator[str]:
        yield mturk.current().url

    app.add_url_rule("/", view_func=lambda: Response(stream_with_context(parts())))
    assert app.test_client().get("/").text.startswith("http://127.0.0.1")
    assert existing() is None


def test_a_client_that_keeps_the_context_of_its_request_gives_it_back(app: Flask, extension: MTurk) -> None:
    app.add_url_rule("/", view_func=lambda: "")
    with app.test_client() as client:
        client.get("/")
        assert mturk.current() is extension.connection
    assert existing() is None


def test_an_app_without_an_endpoint_says_what_to_set(make_app: MakeApp) -> None:
    app = make_app(MTURK_ENDPOINT=None)
    with app.app_context():
        assert existing() is None
        with pytest.raises(ConfigurationError, match=r"The app 'lab' has no connection: set MTURK_ENDPOINT"):
            mturk.current()


def test_an_app_that_lacks_credentials_does_not_use_other_ones(make_app: MakeApp, connection: Connection) -> None:
    app = make_app(MTURK_ENDPOINT="sandbox", MTURK_ACCESS_KEY=None, MTURK_SECRET_KEY=None)
    with mturk.using(connection), app.app_context():
        assert existing() is None
        with pytest.raises(ConfigurationError, match="credentials"):
            mturk.current()


def test_an_app_that_nobody_needs_any_more_is_let_go() -> None:
    app = Flask("lab")
    app.config["MTURK_ENDPOINT"] = "local"
    extension = MTurk()
    extension.init_app(app)
    with app.app_context():
        pass
    gone = ref(app)
    del app
    gc.collect()
    assert gone() is None
