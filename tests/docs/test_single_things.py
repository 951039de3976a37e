"""What the page on single things shows is true: its programs and commands run, and print what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mturk.cli.account import export_file
from mturk.cli.program import command

PAGE = (Path(__file__).parents[2] / "docs" / "single-things.md").read_text(encoding="utf-8")
IDS = "\nprint(first.id, panel.id)\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def commands() -> Iterator[list[str]]:
    """All commands of the page, as lists of arguments."""
    for line in "".join(blocks("sh")).splitlines():
        yield shlex.split(line)[1:]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page printed, with ids and times by their names."""
    folder = tmp_path_factory.mktemp("single")
    make, look = blocks("python")
    hit_id, type_id = python(f"{make}{IDS}", folder).split()
    names = {hit_id: "HIT_ID", type_id: "TYPE_ID"}
    printed = {}
    # A preview ends by Ctrl-C alone; it has tests of its own.
    for arguments in (each for each in commands() if each[0] != "preview"):
        line = shlex.join(arguments)
        for own, name in names.items():
            line = line.replace(name, own)
        done = subprocess.run(
            [sys.executable, "-m", "mturk", *shlex.split(line)], cwd=folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        printed[shlex.join(arguments)] = named(done.stdout, names)
    printed["look"] = python(look, folder)
    return printed


def python(program: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def named(text: str, names: dict[str, str]) -> str:
    for own, name in names.items():
        text = text.replace(own, name)
    text = re.sub(r"\b3[A-Z0-9]{29}\b", "ASSIGNMENT_ID", text)
    text = re.sub(r"http://127\.0\.0\.1:\d+/", "ADDRESS", text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text)


def cells(text: str) -> list[list[str]]:
    return [re.split(r"\t| {2,}", line) for line in text.splitlines()]


def test_the_first_commands_print_what_the_page_shows(ran: dict[str, str]) -> None:
    first = [shlex.join(shlex.split(line)[1:]) for line in blocks("sh")[0].splitlines()]
    assert cells("".join(ran[line] for line in first)) == cells(blocks("text")[0])


def test_the_export_holds_what_the_page_counts(ran: dict[str, str]) -> None:
    assert ran["look"] == blocks("text")[1]


def test_the_doctor_is_content(ran: dict[str, str]) -> None:
    assert "Rights: GetAccountBalance is allowed" in ran["doctor --online --endpoint local"]


@pytest.mark.parametrize("arguments", list(commands()), ids=shlex.join)
def test_each_option_of_the_page_is_one_of_its_command(arguments: list[str]) -> None:
    its = command.commands[arguments[0]]
    if isinstance(its, click.Group) and arguments[1] == "show":
        its = its.commands["show"]
    known = {name for each in its.params for name in each.opts}
    assert {each for each in arguments if each.startswith("--")} <= known


def test_what_can_be_left_out_of_an_export_is_named() -> None:
    assert {f"--without {name}" for name in export_file.OPTIONAL if name != "requests"} <= set(
        re.findall(r"`(--without \w+)`", PAGE)
    )
