"""`mturk doctor`: whose script it is, what is installed, where calls would go."""

from __future__ import annotations

import configparser
import os
import re
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner

import mturk
from mturk.cli.doctor import EXTRAS
from mturk.cli.program import command

OURS = "from mturk.__main__ import main\nmain()\n"
BOTOS = "#!/usr/bin/python\nimport boto.mturk\n"


def doctor() -> tuple[int, dict[str, str]]:
    """The exit status, and the lines by what they are about."""
    result = CliRunner().invoke(command, ["doctor"], prog_name="mturk")
    assert result.stderr == ""
    return result.exit_code, dict(line.split(": ", 1) for line in result.stdout.splitlines())


@pytest.fixture(autouse=True)
def command_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which `mturk` is the script at this place, ours unless it is written anew."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    path = folder / "mturk"
    path.write_text(OURS)
    path.chmod(0o755)
    return path


def test_each_thing_is_one_line_and_the_status_is_0_where_all_is_well() -> None:
    status, lines = doctor()
    assert status == 0
    assert list(lines) == ["Command", "Version", "Extras", "Endpoint", "Credentials"]


def test_the_first_line_says_whose_script_it_is(monkeypatch: pytest.MonkeyPatch, command_on_the_path: Path) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(command_on_the_path.parent))
    assert doctor()[1]["Command"] == f"{command_on_the_path} is ours"


def test_a_script_of_another_python_is_said(command_on_the_path: Path) -> None:
    status, lines = doctor()
    assert (status, "of another Python" in lines["Command"]) == (0, True)


@pytest.mark.parametrize(("content", "owner"), [(BOTOS, "of boto 2"), ("#!/bin/sh\n", "of another package")])
def test_a_script_of_somebody_else_is_wrong_and_what_to_use_is_said(
    command_on_the_path: Path, content: str, owner: str
) -> None:
    command_on_the_path.write_text(content)
    status, lines = doctor()
    assert status == 1
    assert lines["Command"].startswith(f"{command_on_the_path} is {owner}")
    assert lines["Command"].endswith("and not ours; use mturk-py or python -m mturk [!]")


def test_without_a_script_it_says_what_to_use(command_on_the_path: Path) -> None:
    command_on_the_path.unlink()
    assert doctor()[1]["Command"] == "there is no mturk on the PATH; use mturk-py or python -m mturk"


def test_the_version_is_said_with_its_folder() -> None:
    said = doctor()[1]["Version"]
    assert said.startswith(f"mturk {mturk.__version__} in {Path(mturk.__file__).parent}, Python 3.")


def test_the_extras_are_those_that_can_be_installed() -> None:
    settings = configparser.ConfigParser()
    settings.read(Path(__file__).parents[2] / "setup.cfg")
    wanted = {
        extra: tuple(
            name.removesuffix("-py").removeprefix("google-").replace("crowd-", "crowd").replace("-", "_")
            for name in re.findall(r"^([a-z0-9-]+)(?=[\[ ]|$)(?!\[(?:marketplace|sns))(?!.*;)", text, re.MULTILINE)
        )
        for extra, text in settings["options.extras_require"].items()
        if extra != "dev"
    }
    assert wanted == EXTRAS


def test_a_missing_extra_comes_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mturk.cli.doctor.find_spec", lambda name: None if name in ("psycopg", "django") else name)
    assert doctor()[1]["Extras"] == (
        "marketplace, metrics, cli, aggregate, plot, dask, validate, redirect, sns, flask, aws; "
        "not postgresql, django: pip install 'mturk[postgresql,django]'"
    )


def test_without_an_endpoint_nothing_is_wrong() -> None:
    status, lines = doctor()
    assert (status, lines["Endpoint"].startswith("none; a script says it by mturk.connect")) == (0, True)


@pytest.mark.parametrize("name", ["MTURK_ENDPOINT", "AWS_ENDPOINT_URL_MTURK"])
def test_endpoint_and_credentials_are_said_with_their_source_and_without_secrets(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "https://turk.my-lab.org")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIALAB")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    status, lines = doctor()
    assert (status, lines["Endpoint"]) == (0, f"https://turk.my-lab.org/, by {name}")
    assert lines["Credentials"] == "access key AKIALAB, by the environment"
    assert "hush" not in str(lines)


def test_keys_of_a_profile_are_said_with_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[lab]\naws_access_key_id = AKIALAB\naws_secret_access_key = hush\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "lab")
    assert doctor()[1]["Credentials"] == "access key AKIALAB, by profile 'lab'"


def test_the_local_marketplace_has_its_own_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTURK_ENDPOINT", "local")
    status, lines = doctor()
    assert (status, lines["Credentials"]) == (0, "those of the local marketplace")
    assert lines["Endpoint"] == "the local marketplace in mturk.sqlite3, by MTURK_ENDPOINT"
    assert os.listdir(tmp_path) == ["bin"]


@pytest.mark.parametrize(
    ("environment", "line", "said"),
    [
        ({"MTURK_ENDPOINT": "sandbx"}, "Endpoint", "did you mean 'sandbox'"),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, "Credentials", "the secret key is missing"),
    ],
)
def test_what_cannot_work_is_marked_and_the_status_is_1(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], line: str, said: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    status, lines = doctor()
    assert status == 1
    assert said in lines[line]
    assert lines[line].endswith(" [!]")


def test_an_endpoint_without_credentials_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTURK_ENDPOINT", "https://turk.my-lab.org")
    monkeypatch.setattr("mturk.cli.doctor.find_spec", lambda name: None if name == "botocore" else name)
    status, lines = doctor()
    assert (status, lines["Credentials"]) == (1, "none in the environment or in AWS's files [!]")
