"""The page about Flask says the truth: its script runs and prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import fields

from mturk.flask import MTurk
from mturk.flask.command_group import group
from mturk.flask.configuration import Configuration

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "flask.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_script_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("\n".join(blocks("python")))
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "".join(blocks("text"))


@pytest.mark.parametrize("name", [each.name for each in fields(Configuration)])
def test_the_page_and_the_extension_s_docstring_tell_of_each_key(name: str) -> None:
    key = f"MTURK_{name.upper()}"
    assert f"`{key}`" in PAGE
    assert key in (MTurk.__doc__ or "")


@pytest.mark.parametrize(
    "line", [line for block in blocks("sh") for line in block.splitlines() if "flask mturk" in line]
)
def test_a_command_that_the_page_shows_is_there(line: str) -> None:
    words = line.partition("#")[0].split()[2:]
    command = group.commands[words[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", PAGE))))
def test_a_link_of_the_page_leads_somewhere(target: str) -> None:
    assert (ROOT / "docs" / target).exists()
