"""The setting MTURK: what it makes, and what `manage.py check` says of it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.core import checks
from django.test import override_settings

import mturk
import mturk.django
from mturk import HIT, ConfigurationError, Connection
from mturk.connection.endpoint import PRODUCTION, SANDBOX
from mturk.django import conf
from tests.judge import ACCESS_KEY, SECRET_KEY, Judge

KEYS = {"ACCESS_KEY": ACCESS_KEY, "SECRET_KEY": SECRET_KEY}
BARE = "tests.django.lab.bare_urls"


def ids(**options: Any) -> list[str | None]:
    with override_settings(**options):
        return [message.id for message in checks.run_checks(tags=["mturk"])]


def test_models_find_the_connection_of_the_settings(judge: Judge) -> None:
    judge.answer("GetHIT", {"HIT": {"HITId": "3A", "Title": "Label"}})
    with override_settings(MTURK={"ENDPOINT": judge.url, **KEYS}):
        assert HIT("3A").title == "Label"
        mturk.django.connection().close()


def test_one_connection_is_made_for_the_process() -> None:
    with override_settings(MTURK={"ENDPOINT": "sandbox", "REGION": "us-east-1", **KEYS}):
        made = mturk.django.connection()
    assert (made.url.rstrip("/"), mturk.django.connection()) == (SANDBOX, made)
    assert SECRET_KEY not in repr(made)


def test_nothing_is_made_before_it_is_used(judge: Judge) -> None:
    with override_settings(MTURK={"ENDPOINT": "no place"}):
        HIT("3A")
        with pytest.raises(ConfigurationError, match="no place to connect to"):
            mturk.django.connection()


def test_what_is_connected_explicitly_goes_before_the_settings(default: Connection) -> None:
    with override_settings(MTURK={"ENDPOINT": "sandbox", **KEYS}):
        assert mturk.django.connection() is mturk.current() is default


def test_using_goes_before_the_settings(connection: Connection) -> None:
    with override_settings(MTURK={"ENDPOINT": "sandbox", **KEYS}):
        with mturk.using(connection):
            assert mturk.django.connection() is connection
        assert mturk.django.connection() is not connection


def test_the_environment_says_what_the_settings_leave_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_ENDPOINT", "production")
    with override_settings(MTURK=KEYS):
        assert mturk.django.connection().url.rstrip("/") == PRODUCTION


@pytest.mark.parametrize("key", ["TIMEOUT", "MAX_ATTEMPTS", "MAX_WAIT", "QUESTION_LIMIT", "RESPONSE_LIMIT"])
def test_numbers_reach_the_connection_and_are_checked_by_it(key: str) -> None:
    with override_settings(MTURK={"ENDPOINT": "sandbox", key: 7, **KEYS}):
        mturk.django.connection()


def test_the_mark_lies_in_the_projects_folder_unless_the_settings_say_where() -> None:
    with override_settings(BASE_DIR="/srv/lab", MTURK={}):
        assert conf.mark() == "/srv/lab/mturk-events.sqlite3"
    with override_settings(BASE_DIR="/srv/lab", MTURK={"MARK": "postgresql://lab"}):
        assert conf.mark() == "postgresql://lab"
    with override_settings(BASE_DIR=None):
        assert conf.mark() is None


# System checks.


def test_good_settings_have_nothing_said_about_them() -> None:
    assert ids(DEBUG=True, MTURK={"ENDPOINT": "sandbox", "TOPICS": ["arn:aws:sns:us-east-1:1:lab"], **KEYS}) == []


@pytest.mark.parametrize(
    ("value", "id"),
    [
        ("sandbox", "mturk.E001"),
        ({"ENDPOINTS": "sandbox"}, "mturk.E002"),
        ({"endpoint": "sandbox"}, "mturk.E002"),
        ({1: 2}, "mturk.E002"),
        ({"ENDPOINT": 3}, "mturk.E003"),
        ({"TOPICS": "arn:aws:sns:us-east-1:1:lab"}, "mturk.E003"),
        ({"TOPICS": [1]}, "mturk.E003"),
        ({"TEMPLATES": "templates"}, "mturk.E003"),
        ({"WORKERS": 0}, "mturk.E003"),
        ({"WORKERS": True}, "mturk.E003"),
        ({"WORKERS": "4"}, "mturk.E003"),
        ({"EVERY": -1}, "mturk.E003"),
        ({"RAW": "yes"}, "mturk.E003"),
        ({"BUDGET": 5}, "mturk.E003"),
        ({"ON_FAILURE": 5}, "mturk.E003"),
        ({"ENDPOINT": "sandbocks"}, "mturk.E004"),
        ({"ENDPOINT": "https://key@turk.my-lab.org"}, "mturk.E004"),
        ({"ENDPOINT": "sandbox", "DATABASE": "lab.sqlite3"}, "mturk.E005"),
        ({"ENDPOINT": "sandbox", "ACCESS_KEY": "AKID"}, "mturk.E006"),
        ({"ENDPOINT": "sandbox", "SECRET_KEY": "made-up"}, "mturk.E006"),
        ({}, "mturk.W001"),
        ({"ENDPOINT": "sandbox", **KEYS}, "mturk.I001"),
    ],
)
def test_each_mistake_has_a_check(value: Any, id: str) -> None:
    assert ids(MTURK=value, ROOT_URLCONF=BARE) == [id]


@pytest.mark.parametrize("key", ["SECRET_KEY", "SECRETKEY"])
def test_no_message_shows_a_value(key: str) -> None:
    with override_settings(MTURK={key: [SECRET_KEY]}):
        assert SECRET_KEY not in str(checks.run_checks(tags=["mturk"]))
        with pytest.raises(ConfigurationError) as caught:
            mturk.django.connection()
    assert SECRET_KEY not in str(caught.value)


def test_an_unknown_key_is_told_its_likely_name() -> None:
    with override_settings(MTURK={"TOPIC": []}):
        (message,) = checks.run_checks(tags=["mturk"])
    assert message.msg == "MTURK has an unknown key 'TOPIC'; did you mean 'TOPICS'?"


def test_a_secret_is_no_matter_while_debugging() -> None:
    assert ids(DEBUG=True, MTURK={"ENDPOINT": "sandbox", **KEYS}, ROOT_URLCONF=BARE) == []


@pytest.mark.parametrize("topics", [None, []])
def test_the_receiver_without_topics_is_an_error(topics: Any) -> None:
    assert ids(MTURK={"ENDPOINT": "sandbox", "TOPICS": topics}) == ["mturk.E007"]


def test_a_topic_that_is_no_arn_is_an_error() -> None:
    topics = ["arn:aws:sns:us-east-1:1:lab", "https://my-lab.org/mturk/events"]
    assert ids(MTURK={"ENDPOINT": "sandbox", "TOPICS": topics}) == ["mturk.E009"]


def test_the_receiver_without_what_verifies_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert ids(MTURK={"ENDPOINT": "sandbox", "TOPICS": ["arn:a"]}) == ["mturk.E008"]


def test_a_key_that_is_none_is_left_out() -> None:
    assert ids(MTURK={"ENDPOINT": "sandbox", "TOPICS": ["arn:a"], "ACCESS_KEY": None, "SECRET_KEY": None}) == []


def test_the_environment_may_name_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_ENDPOINT", "sandbox")
    assert ids(MTURK={}, ROOT_URLCONF=BARE) == []


def test_a_site_without_addresses_is_checked_too() -> None:
    assert ids(MTURK={"ENDPOINT": "sandbox"}, ROOT_URLCONF=None) == []


# Without Django.


def said(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_without_django_the_extra_is_named() -> None:
    code = """
import sys
sys.modules["django"] = None
import mturk
try:
    import mturk.django
except mturk.ConfigurationError as error:
    print(error)
"""
    assert said(code) == "mturk.django needs django: pip install 'mturk[django]'"


def test_import_mturk_imports_nothing_of_django() -> None:
    code = "import sys, mturk; [getattr(mturk, name) for name in mturk.__all__]; print('django' in sys.modules)"
    assert said(code) == "False"
