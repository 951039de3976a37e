"""The extension: set up for apps, what it makes when, and what it closes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from flask import Flask

import mturk.flask
from mturk import Connection, EventType
from mturk.errors import ConfigurationError
from mturk.event.event import Event
from mturk.flask import MTurk
from tests.flask.conftest import MakeApp
from tests.judge import Judge


def start(extension: MTurk, mark: Path) -> None:
    """Start the events, whose mark must come to be at this place."""
    extension.on("any", lambda event: None)
    extension.events.start()
    deadline = time.monotonic() + 20
    while not mark.exists():
        assert time.monotonic() < deadline, f"{mark} does not come to be"
        time.sleep(0.01)


def test_the_connection_is_made_as_the_configuration_says(make_app: MakeApp, extension: MTurk, judge: Judge) -> None:
    app = make_app(MTURK_TEMPLATES=["pages"])
    with app.app_context():
        made = extension.connection
    assert (made.url, made.templates) == (judge.url, (os.path.join(app.root_path, "pages"),))


def test_the_connection_and_the_events_are_made_once(app: Flask, extension: MTurk) -> None:
    with app.app_context():
        assert (extension.connection, extension.events) == (extension.connection, extension.events)
        assert extension.events.connection is extension.connection
        assert mturk.current().events is extension.events


def test_setting_up_opens_nothing(make_app: MakeApp, judge: Judge, tmp_path: Path) -> None:
    app = make_app(MTURK_ENDPOINT="local", MTURK_DATABASE="lab.sqlite3", MTURK_MARK="mark.sqlite3")
    with app.app_context():
        pass
    assert (list(tmp_path.iterdir()), judge.arrived) == ([], 0)


def test_the_local_marketplace_and_the_mark_are_in_the_instance_folder(make_app: MakeApp, extension: MTurk) -> None:
    app = make_app(MTURK_ENDPOINT="local", MTURK_ACCESS_KEY=None, MTURK_SECRET_KEY=None, MTURK_DATABASE="a/lab.sqlite3")
    with app.app_context():
        assert extension.connection.balance().available == 10_000
        start(extension, Path(app.instance_path, "a", "mturk-events.sqlite3"))
    assert Path(app.instance_path, "a", "lab.sqlite3").exists()


def test_the_mark_is_in_the_instance_folder_wherever_the_program_is_started(app: Flask, extension: MTurk) -> None:
    with app.app_context():
        start(extension, Path(app.instance_path, "mturk-events.sqlite3"))


def test_the_environment_may_say_where_the_mark_is(
    app: Flask, extension: MTurk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTURK_MARK", str(tmp_path / "shared.sqlite3"))
    with app.app_context():
        start(extension, tmp_path / "shared.sqlite3")


def test_an_app_is_set_up_once(app: Flask, extension: MTurk) -> None:
    with pytest.raises(ConfigurationError, match="'lab' is set up already"):
        extension.init_app(app)


def test_outside_of_a_context_the_app_given_at_first_is_meant(judge: Judge) -> None:
    app = Flask("lab")
    app.config["MTURK_ENDPOINT"] = "sandbox"
    extension = MTurk(app, connection=Connection(judge.url, access_key="A", secret_key="S"))
    assert extension.connection.url == judge.url


def test_handlers_of_a_connection_of_one_s_own_hear_the_app_s_events(
    extension: MTurk, connection: Connection, tmp_path: Path
) -> None:
    app = Flask("lab", instance_path=str(tmp_path))
    extension.init_app(app, connection=connection)
    heard: list[str] = []
    with app.app_context():
        mturk.on("Ping", lambda event: heard.append("mturk.on"))
        connection.events.on("Ping", lambda event: heard.append("connection.events"))
        extension.events.tell(Event(EventType.PING, datetime.now(timezone.utc), None, None, None, "sns", "1"))
    assert heard == ["mturk.on", "connection.events"]


def test_after_closing_a_connection_of_one_s_own_has_the_app_s_next_events(
    extension: MTurk, connection: Connection
) -> None:
    app = Flask("lab")
    extension.init_app(app, connection=connection)
    with app.app_context():
        first = extension.events
        extension.close()
        assert first is not connection.events is extension.events


def test_a_connection_that_has_events_of_its_own_is_refused(connection: Connection) -> None:
    connection.events.on("Ping", lambda event: None)
    with pytest.raises(ConfigurationError, match="events of its own"):
        MTurk().init_app(Flask("lab"), connection=connection)


def test_outside_of_a_context_it_is_asked_which_app_is_meant(app: Flask, extension: MTurk) -> None:
    with pytest.raises(ConfigurationError, match=r"with app.app_context\(\)"):
        _ = extension.connection


def test_another_extension_s_app_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(ConfigurationError, match="another MTurk object"):
        _ = MTurk().connection


def test_a_connection_without_an_app_is_refused(connection: Connection) -> None:
    with pytest.raises(ConfigurationError, match="init_app"):
        MTurk(connection=connection)


def test_after_closing_the_next_use_makes_a_new_connection(app: Flask, extension: MTurk) -> None:
    with app.app_context():
        first = extension.connection
        extension.close()
        assert extension.connection is not first


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_worker_makes_a_connection_of_its_own(app: Flask, extension: MTurk) -> None:
    with app.app_context():
        first = extension.connection
        child = os.fork()
        if child == 0:
            os._exit(0 if extension.connection is not first else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert extension.connection is first


def test_the_package_does_not_load_flask_before_the_extension_is_imported() -> None:
    code = "import sys, mturk; mturk.HIT; print('flask' in sys.modules or 'mturk.flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_without_flask_it_is_said_what_to_install() -> None:
    code = "import sys; sys.modules['flask'] = None; import mturk.flask"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "ConfigurationError: mturk.flask needs flask: pip install 'mturk[flask]'" in ran.stderr


@pytest.mark.parametrize("name", mturk.flask.__all__)
def test_a_public_name_has_a_docstring(name: str) -> None:
    assert name == "current_task" or getattr(mturk.flask, name).__doc__


def test_an_app_that_names_no_place_follows_the_environment(
    make_app: MakeApp, extension: MTurk, mturk_connection: Connection
) -> None:
    app = make_app(MTURK_ENDPOINT=None, MTURK_ACCESS_KEY=None, MTURK_SECRET_KEY=None)
    with app.app_context():
        assert extension.connection.url == mturk_connection.url
        assert extension.connection.balance().available == 10_000
