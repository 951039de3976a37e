"""The keys MTURK_… of an app's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from mturk.errors import ConfigurationError
from mturk.flask import MTurk
from mturk.flask.configuration import Configuration


def test_what_is_set_is_read_and_the_rest_is_left_out() -> None:
    said = Configuration.of({"MTURK_ENDPOINT": "sandbox", "MTURK_TOPICS": ["arn:a"], "MTURK_REGION": None, "DEBUG": 1})
    assert (said.endpoint, said.topics, said.region, said.workers) == ("sandbox", ("arn:a",), None, 4)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("MTURK_ENDPIONT", "local", "there is no MTURK_ENDPIONT, did you mean MTURK_ENDPOINT?"),
        ("MTURK_XYZ", "local", "there is no MTURK_XYZ, the keys are MTURK_ENDPOINT, MTURK_ACCESS_KEY"),
        ("MTURK_ENDPOINT", 8017, "MTURK_ENDPOINT must be"),
        ("MTURK_ENDPOINT", " ", "MTURK_ENDPOINT must be"),
        ("MTURK_SECRET_KEY", b"key", "MTURK_SECRET_KEY must be a text, not this bytes"),
        ("MTURK_TEMPLATES", "templates", "MTURK_TEMPLATES must be a list of folders, not this str"),
        ("MTURK_TOPICS", "arn:aws:sns:us-east-1:1:t", "MTURK_TOPICS must be a list"),
        ("MTURK_TOPICS", ["our-topic"], "MTURK_TOPICS must be a list of SNS topics' ARNs"),
        ("MTURK_TOPICS", [1], "MTURK_TOPICS must be a list"),
        ("MTURK_CERTIFICATES", {"a": 1}, "MTURK_CERTIFICATES must be a list"),
        ("MTURK_MARK", 1, "MTURK_MARK must be"),
        ("MTURK_WORKERS", "4", "MTURK_WORKERS must be a whole number above 0, not this str"),
        ("MTURK_WORKERS", True, "MTURK_WORKERS must be"),
        ("MTURK_WORKERS", 0, "MTURK_WORKERS must be"),
        ("MTURK_ATTEMPTS", 1.5, "MTURK_ATTEMPTS must be"),
        ("MTURK_ALLOWED_HOSTS", "turk.my-lab.org", "MTURK_ALLOWED_HOSTS must be a list of hosts"),
        ("MTURK_ALLOWED_HOSTS", ["a.org; script-src *"], "MTURK_ALLOWED_HOSTS must be a list of hosts"),
        ("MTURK_ALLOWED_HOSTS", ["a.org\r\nX: y"], "MTURK_ALLOWED_HOSTS must be a list of hosts"),
        ("MTURK_ALLOWED_HOSTS", ["*"], "MTURK_ALLOWED_HOSTS must be a list of hosts"),
    ],
)
def test_a_key_that_is_wrong_is_refused_when_the_app_is_set_up(key: str, value: Any, words: str) -> None:
    app = Flask("lab")
    app.config[key] = value
    with pytest.raises(ConfigurationError) as caught:
        MTurk(app)
    assert words in str(caught.value)


def test_one_error_tells_of_all_keys_that_are_wrong() -> None:
    with pytest.raises(ConfigurationError, match=r"MTURK_WORKERS.*; .*MTURK_PLACE"):
        Configuration.of({"MTURK_WORKERS": -1, "MTURK_PLACE": "local"})


def test_secrets_are_neither_shown_nor_told() -> None:
    settings = {"MTURK_SECRET_KEY": "hush", "MTURK_SESSION_TOKEN": "hush", "MTURK_MARK": "postgresql://u:hush@h/d"}
    assert "hush" not in repr(Configuration.of(settings))
    with pytest.raises(ConfigurationError) as caught:
        Configuration.of({"MTURK_SECRET": "hush", "MTURK_WORKERS": "hush"})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "origins"),
    [
        ("turk.my-lab.org", ["https://turk.my-lab.org"]),
        ("https://Turk.my-lab.org/", ["https://turk.my-lab.org"]),
        ("127.0.0.1:8017", ["https://127.0.0.1:8017", "http://127.0.0.1:8017"]),
        ("[::1]:8017", ["https://[::1]:8017", "http://[::1]:8017"]),
        ("localhost", ["https://localhost", "http://localhost"]),
        ("http://10.0.0.7", ["http://10.0.0.7"]),
    ],
)
def test_an_allowed_host_without_a_scheme_is_https_and_http_too_inside_the_house(host: str, origins: list[str]) -> None:
    assert list(Configuration.of({"MTURK_ALLOWED_HOSTS": [host]}).origins()) == origins


def test_keys_come_from_the_environment_as_flask_reads_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLASK_MTURK_WORKERS", "2")
    monkeypatch.setenv("FLASK_MTURK_TOPICS", '["arn:a"]')
    app = Flask("lab", instance_path=str(tmp_path))
    app.config.from_prefixed_env()
    said = Configuration.of(app.config)
    assert (said.workers, said.topics) == (2, ("arn:a",))
