"""Where calls go and who signs them."""

from __future__ import annotations

import builtins
import pickle
from pathlib import Path
from typing import Any

import pytest

from mturk import Connection
from mturk.connection.credentials import Credentials, find_credentials
from mturk.connection.settings import Settings
from mturk.errors import ConfigurationError
from tests.connection.conftest import write

SECRET = "wJalr%XUtn/FEMI"


ENVIRON = {"AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "env", "AWS_SESSION_TOKEN": "envtoken"}
FILE = f"[default]\naws_access_key_id = AKFILE\naws_secret_access_key = {SECRET}\n"


def test_arguments_go_before_the_environment(files: dict[str, str]) -> None:
    write(files, FILE)
    found = find_credentials(Settings({**files, **ENVIRON}), "AKARG", "arg", "argtoken").current()
    assert found == Credentials("AKARG", "arg", "argtoken")


def test_blanks_that_were_copied_along_do_no_harm() -> None:
    found = find_credentials(Settings({}), " AKARG\n", "arg\n", "argtoken\n").current()
    assert found == Credentials("AKARG", "arg", "argtoken")


def test_arguments_do_not_borrow_the_token_of_the_environment() -> None:
    assert find_credentials(Settings(ENVIRON), "AKARG", "arg").current() == Credentials("AKARG", "arg")


def test_the_environment_goes_before_the_files(files: dict[str, str]) -> None:
    write(files, FILE)
    assert find_credentials(Settings({**files, **ENVIRON})).current() == Credentials("AKENV", "env", "envtoken")


def test_an_older_name_of_the_token_is_read() -> None:
    environ = {**ENVIRON, "AWS_SECURITY_TOKEN": "old"}
    del environ["AWS_SESSION_TOKEN"]
    assert find_credentials(Settings(environ)).current().session_token == "old"


def test_the_files_are_read_last_and_take_percent_signs(files: dict[str, str]) -> None:
    write(files, FILE)
    assert find_credentials(Settings(files)).current() == Credentials("AKFILE", SECRET)


def test_the_credentials_file_goes_over_the_config_file(files: dict[str, str]) -> None:
    write(files, FILE, "[default]\naws_access_key_id = AKCONFIG\naws_secret_access_key = config\n")
    assert find_credentials(Settings(files)).current().access_key == "AKFILE"
    write(files, "", "[default]\naws_access_key_id = AKCONFIG\naws_secret_access_key = config\n")
    assert find_credentials(Settings(files)).current() == Credentials("AKCONFIG", "config")


def test_a_profile_of_either_file_is_found_by_its_name(files: dict[str, str]) -> None:
    write(
        files,
        "[lab]\naws_access_key_id = AKLAB\naws_secret_access_key = lab\naws_session_token = labtoken\n",
        "[profile home]\naws_access_key_id = AKHOME\naws_secret_access_key = home\n",
    )
    assert find_credentials(Settings(files, "lab")).current() == Credentials("AKLAB", "lab", "labtoken")
    assert find_credentials(Settings(files, "home")).current() == Credentials("AKHOME", "home")
    assert find_credentials(Settings({**files, "AWS_PROFILE": "lab"})).current().access_key == "AKLAB"


def test_a_profile_named_in_code_goes_before_the_keys_of_the_environment(files: dict[str, str]) -> None:
    write(files, "[lab]\naws_access_key_id = AKLAB\naws_secret_access_key = lab\n")
    assert find_credentials(Settings({**files, **ENVIRON}, "lab")).current().access_key == "AKLAB"
    assert find_credentials(Settings({**files, **ENVIRON, "AWS_PROFILE": "lab"})).current().access_key == "AKENV"


@pytest.mark.parametrize(
    ("environ", "arguments", "words"),
    [
        ({}, ("AK", None), "arguments: the secret key is missing"),
        ({}, (None, "secret"), "arguments: the access key is missing"),
        ({"AWS_ACCESS_KEY_ID": "AK"}, (None, None), "environment: the secret key is missing"),
        ({"AWS_SECRET_ACCESS_KEY": "secret"}, (None, None), "environment: the access key is missing"),
    ],
)
def test_half_a_pair_is_said_to_be_half(
    environ: dict[str, str], arguments: tuple[str | None, str | None], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        find_credentials(Settings(environ), *arguments)
    assert "secret'" not in str(caught.value)


def test_half_a_pair_in_a_file_is_said_to_be_half(files: dict[str, str]) -> None:
    write(files, "[default]\naws_access_key_id = AK\n")
    with pytest.raises(ConfigurationError, match="profile 'default': the secret key is missing"):
        find_credentials(Settings(files))


def no_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("botocore"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)


@pytest.mark.parametrize("installed", [True, False])
def test_nothing_found_lists_where_was_looked(
    files: dict[str, str], installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed:
        no_botocore(monkeypatch)
    with pytest.raises(ConfigurationError) as caught:
        find_credentials(Settings(files))
    for words in (
        "access_key",
        "AWS_ACCESS_KEY_ID",
        files["AWS_SHARED_CREDENTIALS_FILE"],
        files["AWS_CONFIG_FILE"],
        "mturk[aws]",
    ):
        assert words in str(caught.value)


def test_a_profile_with_a_role_wants_the_extra(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    no_botocore(monkeypatch)
    write(files, FILE, "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = other\n")
    with pytest.raises(ConfigurationError, match=r"pip install 'mturk\[aws\]'"):
        find_credentials(Settings(files))


def test_other_sources_come_from_botocore_and_are_asked_each_time(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "keys.py"
    program.write_text(
        'print(\'{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": "proc", "SessionToken": "t"}\')'
    )
    write(files, "", f"[default]\ncredential_process = python3 {program}\n")
    for name, value in files.items():
        monkeypatch.setenv(name, value)
    source = find_credentials(Settings())
    assert source.current() == Credentials("AKPROC", "proc", "t")
    assert "proc" not in repr(source).lower().replace("botocore", "")
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(source)


def test_a_process_that_fails_is_a_configuration_error(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(files, "", "[default]\ncredential_process = false\n")
    for name, value in files.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="botocore could not load credentials"):
        find_credentials(Settings())


def test_a_file_that_cannot_be_read_is_named_and_not_quoted(files: dict[str, str]) -> None:
    write(files, "[default]\nthis line is a secret without a name\n")
    with pytest.raises(ConfigurationError, match="credentials cannot be read: ParsingError") as caught:
        find_credentials(Settings(files))
    assert "secret without" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_credentials_hide_their_secrets() -> None:
    credentials = Credentials("AKIDEXAMPLE", "hidden-secret", "hidden-token")
    for text in (repr(credentials), str(credentials), f"{credentials}", repr([credentials])):
        assert "hidden" not in text
        assert "AKIDEXAMPLE" in text
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(credentials)


def test_connect_complains_at_once_of_missing_credentials() -> None:
    with pytest.raises(ConfigurationError, match="No credentials found"):
        Connection("sandbox")
