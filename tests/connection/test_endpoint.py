"""Where calls go."""

from __future__ import annotations

import pytest

from mturk.connection.endpoint import PRODUCTION, SANDBOX, find_endpoint
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError
from tests.connection.conftest import write


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("production", f"{PRODUCTION}/"),
        ("sandbox", f"{SANDBOX}/"),
        ("https://turk.my-lab.org", "https://turk.my-lab.org/"),
        ("https://turk.my-lab.org/", "https://turk.my-lab.org/"),
        ("http://127.0.0.1:8017", "http://127.0.0.1:8017/"),
        ("local", "local"),
    ],
)
def test_a_place_is_a_word_or_an_address(where: str, url: str) -> None:
    assert find_endpoint(where, Settings({})) == url
    assert find_endpoint(None, Settings({"MTURK_ENDPOINT": where})) == url
    assert find_endpoint(None, Settings({"AWS_ENDPOINT_URL_MTURK": where})) == url


def test_the_argument_goes_before_the_environment_and_that_before_the_profile(files: dict[str, str]) -> None:
    write(files, config="[default]\nendpoint_url = http://profile:1\n")
    environ = {**files, "MTURK_ENDPOINT": "http://own:1", "AWS_ENDPOINT_URL_MTURK": "http://aws:1"}
    assert find_endpoint("http://argument:1", Settings(environ)) == "http://argument:1/"
    assert find_endpoint(None, Settings(environ)) == "http://own:1/"
    del environ["MTURK_ENDPOINT"]
    assert find_endpoint(None, Settings(environ)) == "http://aws:1/"
    del environ["AWS_ENDPOINT_URL_MTURK"]
    assert find_endpoint(None, Settings(environ)) == "http://profile:1/"


def test_a_profile_names_an_endpoint_for_mturk_alone(files: dict[str, str]) -> None:
    write(
        files,
        config=(
            "[profile lab]\nservices = own\nendpoint_url = http://all:1\n"
            "[services own]\nmturk =\n  endpoint_url = http://mturk:1\ns3 =\n  endpoint_url = http://s3:1\n"
        ),
    )
    assert find_endpoint(None, Settings(files, "lab")) == "http://mturk:1/"


def test_nothing_said_is_answered_by_what_to_write() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_endpoint(None, Settings({}))
    for words in ('mturk.connect("local")', '"sandbox"', '"production"', "MTURK_ENDPOINT", "AWS_ENDPOINT_URL_MTURK"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    "where", ["prodution", "ftp://x", "http://", "//x", "http://x:port", "http://x:99999", "http://[::1", "file:///x"]
)
def test_what_is_no_place_is_refused(where: str) -> None:
    with pytest.raises(ConfigurationError, match="is no place to connect to"):
        find_endpoint(where, Settings({}))


@pytest.mark.parametrize("where", ["https://me:secret@x/", "https://x/?key=secret", "https://x/#secret"])
def test_an_address_holds_no_secret(where: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_endpoint(where, Settings({}))
    assert "secret" not in str(caught.value)


def test_the_places_of_aws_are_the_documented_ones() -> None:
    assert PRODUCTION == "https://mturk-requester.us-east-1.amazonaws.com"
    assert SANDBOX == "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
